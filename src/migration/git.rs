//! The migrations as they were in a revision, read out of git's store without touching the working tree.
//!
//! `git` is run as a program, four times whatever the number of files. What is asked for is named so that it cannot be taken for
//! an option, and nothing that a repository may configure is run: no filter, no monitor, no fetch.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result};

use super::{Files, Pair, discover};
use crate::config::Source;
use crate::error::{Error, Kind};

/// The pairs of a revision, and its abbreviated commit.
///
/// # Errors
/// When there is no git or no repository, when it has no such revision, or when the files of that time are wrong.
pub fn at_revision(source: &Source, revision: &str) -> Result<(Vec<Pair>, String)> {
    let (Source::Folder { migrations, rollbacks } | Source::Supabase { migrations, rollbacks }) = source else {
        return Err(Error::new(Kind::Usage, "the bundled project has no revisions")
            .hint("go to the folder of a project of yours, or name it with `--dir`")
            .into());
    };
    let place = migrations.parent().unwrap_or(migrations);
    let commit = format!("{revision}^{{commit}}");
    let commit = git(place, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    if !commit.status.success() {
        let said = String::from_utf8_lossy(&commit.stderr).trim().to_owned();
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        return Err(Error::new(
            Kind::Usage,
            format!("git knows no revision `{revision}` in {}{said}", place.display()),
        )
        .hint("`git log --oneline` lists the newest")
        .into());
    }
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    let (ups, downs) = (list(migrations, &commit)?, list(rollbacks, &commit)?);
    let count = ups.len();
    if count == 0 {
        return Err(Error::new(Kind::Usage, format!("revision `{revision}` has no {}", migrations.display())).into());
    }
    let mut files = contents(place, ups.into_iter().chain(downs).collect())?;
    let downs = files.split_off(count);
    let short: String = commit.chars().take(9).collect();
    Ok((discover::from_files(&short, source, (files, downs))?, short))
}

/// Names and object ids of a folder's files. A folder that is not there has none.
fn list(folder: &Path, commit: &str) -> Result<Vec<(String, String)>> {
    let (Some(place), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(Vec::new()) };
    let name = format!("{}/", name.to_string_lossy());
    let listed = expect(git(place, &["ls-tree", "-z", commit, "--", &name])?)?;
    let text = String::from_utf8_lossy(&listed.stdout);
    // `100644 blob OID<tab>PATH`; links and folders have other modes.
    let entry = |line: &str| {
        let (about, path) = line.split_once('\t')?;
        let mut words = about.split(' ');
        let (mode, _, oid) = (words.next()?, words.next()?, words.next()?);
        let name = path.rsplit('/').next()?;
        mode.starts_with("100").then(|| (name.to_owned(), oid.to_owned()))
    };
    Ok(text.split('\0').filter_map(entry).filter(|(name, _)| name.ends_with(".sql")).collect())
}

/// Reads all objects through one process: `OID blob SIZE`, the bytes, a line end, for each.
fn contents(place: &Path, listed: Vec<(String, String)>) -> Result<Files> {
    let mut child = command(place, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("failed to run git")?;
    let wanted: String = listed.iter().map(|(_, oid)| format!("{oid}\n")).collect();
    let mut input = child.stdin.take().context("failed to write to git")?;
    let output = std::thread::scope(|scope| {
        // Both pipes can be full at once. What git does not read it tells by its exit.
        scope.spawn(move || drop(input.write_all(wanted.as_bytes())));
        child.wait_with_output()
    });
    let output = expect(output.context("failed to read from git")?)?;
    let mut rest = output.stdout.as_slice();
    let mut files = Vec::with_capacity(listed.len());
    for (name, _) in listed {
        let (bytes, after) = next(rest).with_context(|| format!("git did not give the content of {name}"))?;
        files.push((name, bytes.to_vec()));
        rest = after;
    }
    Ok(files)
}

fn next(output: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = output.iter().position(|byte| *byte == b'\n')?;
    let size: usize = std::str::from_utf8(output.get(..end)?).ok()?.rsplit_once(' ')?.1.parse().ok()?;
    let begin = end + 1;
    Some((output.get(begin..begin + size)?, output.get(begin + size + 1..)?))
}

fn git(place: &Path, arguments: &[&str]) -> Result<Output> {
    command(place, arguments).stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(Kind::Failed, "revisions are read with `git`, which is not installed")
                .hint("Debian, Ubuntu: apt-get install git")
                .into()
        }
        _ => anyhow::Error::new(error).context("failed to run git"),
    })
}

fn command(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("--no-pager").args(["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"]);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1");
    command.arg("-C").arg(place).args(arguments);
    command
}

fn expect(output: Output) -> Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::new(Kind::Failed, format!("git failed ({}): {said}", output.status)).into())
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn objects_are_cut_by_their_size() {
        let (first, rest) = next(b"aa blob 3\na\nb\nbb blob 0\n\n").unwrap();
        assert_eq!(first, b"a\nb");
        assert_eq!(next(rest).unwrap(), (&b""[..], &b""[..]));
        assert!(next(b"aa missing\n").is_none());
    }
}
