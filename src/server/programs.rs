//! The server programs of this machine: where they are, which version they are, which of them to use.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use super::install;
use crate::config::EmbeddedOptions;
use crate::error::{Error, Kind};

/// The oldest major version that works.
pub const OLDEST_MAJOR: u32 = 15;

/// Folders that packages install to; `*` stands for any one name.
const USUAL_FOLDERS: &[&str] = if cfg!(windows) {
    &[r"C:\Program Files\PostgreSQL\*\bin"]
} else {
    &[
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
        "/opt/local/lib/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/Library/PostgreSQL/*/bin",
        "/usr/local/pgsql/bin",
        "/usr/libexec/postgresql*",
    ]
};

/// The programs of one PostgreSQL installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The folder that really holds them, symbolic links resolved.
    pub bin: PathBuf,
    /// `15`.
    pub major: u32,
    /// `13` of 15.13.
    pub minor: u32,
    /// All that `postgres --version` says.
    pub version: String,
    /// Whether `postgres` is a script around the real program.
    is_wrapper: bool,
}

impl Programs {
    /// The path of one of the programs.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// `15.13`.
    #[must_use]
    pub fn short_version(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// Looks at one folder. None where it holds no server.
    pub(super) fn at(folder: &Path) -> Option<Self> {
        // A link in /usr/local/bin leads to the folder that also holds the rest; a lone wrapper script leads nowhere.
        let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
        let bin = [postgres.parent()?, folder].into_iter().find(|bin| is_program(&bin.join("initdb")))?.to_path_buf();
        let postgres = bin.join("postgres");
        if !is_program(&postgres) {
            return None;
        }
        let output = Command::new(&postgres).arg("--version").stdin(Stdio::null()).output().ok()?;
        let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        let (major, minor) = parse_version(&version)?;
        Some(Self { is_wrapper: is_script(&postgres), bin, major, minor, version })
    }
}

/// Finds the programs to use: of the major version of the data folder when it has one, else the newest.
///
/// # Errors
/// When there is none of version 15 or newer. The hints say what to install.
pub fn find(options: &EmbeddedOptions) -> Result<Programs> {
    find_for(options, None)?.ok_or_else(|| install::missing(options.pg_bin.as_deref(), None).into())
}

/// The same for a known major version. None where nothing fits and fetching may help.
pub(super) fn find_for(options: &EmbeddedOptions, major: Option<u32>) -> Result<Option<Programs>> {
    let mut found = Vec::new();
    if let Some(folder) = &options.pg_bin {
        // A Debian user may well give the folder above.
        let programs = Programs::at(folder).or_else(|| Programs::at(&folder.join("bin")));
        let programs = programs.ok_or_else(|| install::missing(Some(folder), None))?;
        if major.is_some_and(|major| major != programs.major) || programs.major < OLDEST_MAJOR {
            let message = format!("--pg-bin {} holds {}", folder.display(), programs.version);
            let wanted = major.map_or_else(|| format!("{OLDEST_MAJOR} or newer"), |major| major.to_string());
            return Err(Error::new(Kind::Usage, format!("{message}, and PostgreSQL {wanted} is needed"))
                .hint("give the folder of another version, or none")
                .into());
        }
        return Ok(Some(programs));
    }
    for folder in candidates(options) {
        if let Some(programs) = Programs::at(&folder)
            && !found.contains(&programs)
        {
            found.push(programs);
        }
    }
    found.retain(|programs| programs.major >= OLDEST_MAJOR && major.is_none_or(|major| major == programs.major));
    Ok(found.into_iter().max_by_key(|programs| (!programs.is_wrapper, programs.major, programs.minor)))
}

/// `psql` beside the server programs, or on the path.
pub(super) fn psql(options: &EmbeddedOptions) -> Option<PathBuf> {
    let beside = find_for(options, None).ok().flatten().map(|programs| programs.path("psql"));
    let on_path = path_folders(options.path.as_deref()).into_iter().map(|folder| folder.join("psql"));
    beside.into_iter().chain(on_path).find(|path| is_program(path))
}

fn candidates(options: &EmbeddedOptions) -> Vec<PathBuf> {
    let path = path_folders(options.path.as_deref());
    let mut folders: Vec<PathBuf> = path.clone();
    folders.extend(path.iter().find_map(|folder| pg_config_bindir(&folder.join("pg_config"))));
    folders.extend(USUAL_FOLDERS.iter().flat_map(|pattern| expand(pattern)));
    folders.extend(super::fetch::fetched(options));
    // The same folder is reached by several ways; looking at it once is enough.
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let real = fs::canonicalize(folder.join("postgres")).ok();
        real.is_some_and(|real| {
            let new = !seen.contains(&real);
            seen.push(real);
            new
        })
    });
    folders
}

fn path_folders(path: Option<&OsStr>) -> Vec<PathBuf> {
    path.map(|path| std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect()).unwrap_or_default()
}

fn pg_config_bindir(pg_config: &Path) -> Option<PathBuf> {
    if !is_program(pg_config) {
        return None;
    }
    let output = Command::new(pg_config).arg("--bindir").stdin(Stdio::null()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim())).filter(|path| path.is_absolute())
}

/// The folders that a pattern with at most one `*` names.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, prefix) = before.rsplit_once(['/', '\\']).unwrap_or((before, ""));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    names.map(|entry| entry.path().join(after.trim_start_matches(['/', '\\']))).collect()
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!"
}

/// `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)` is (15, 13); a beta counts as `.0`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let number = text.strip_prefix("postgres (PostgreSQL) ")?.split(' ').next()?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().ok();
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((digits(major)?, digits(minor).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_packagers_write_them() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"), Some((15, 13)));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some((18, 0)));
        assert_eq!(parse_version("postgres (PostgreSQL) 17.6"), Some((17, 6)));
        assert_eq!(parse_version("PostgreSQL 17.6"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn patterns_name_folders() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pgsql-15", "pgsql-9", "other"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let mut found = expand(&format!("{}/pgsql-*/bin", folder.path().display()));
        found.sort();
        assert_eq!(found, [folder.path().join("pgsql-15/bin"), folder.path().join("pgsql-9/bin")]);
        assert_eq!(expand("/usr/local/pgsql/bin"), [PathBuf::from("/usr/local/pgsql/bin")]);
        assert!(expand("/nowhere/at/all/*/bin").is_empty());
    }
}
