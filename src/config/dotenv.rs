//! The `.env` files of the project, read without touching the process's environment.
//!
//! `NAME=value` lines, `export` before them, `#` comments, 'literal' and "escaped" values that may span lines. A bare
//! `$` stays what it is, for passwords hold them: only `${NAME}` in a connection string is replaced, later and elsewhere.

use std::path::Path;

use anyhow::Context as _;

use super::environment::Environment;
use super::supabase;
use crate::error::{Error, Kind};

/// The environment, completed by the project's `.env`, or by the files that Supabase's CLI reads where it is a project of it.
pub(super) fn complete(root: &Path, env: &Environment, notes: &mut Vec<String>) -> anyhow::Result<Environment> {
    let files = match root.join(supabase::FILE).is_file() {
        true => supabase::dotenv_files(root, env)?,
        false => vec![root.join(".env")],
    };
    let mut env = env.clone();
    for path in files {
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map_err(|_| Error::new(Kind::Usage, format!("{} is not valid UTF-8", path.display())))?,
            // A folder of that name is a Python environment, not a file of variables.
            Err(_) if !path.is_file() => continue,
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        let found = parse(&text);
        notes.extend(found.skipped.iter().map(|line| format!("{}:{line}: not NAME=value, skipped", path.display())));
        // Of two lines for one name the later one holds, as in every reader of such files.
        for (name, value) in found.variables.into_iter().rev() {
            env.add_default(name, value);
        }
    }
    Ok(env)
}

/// What a file says, and the lines (from 1) that say nothing that we understand.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DotEnv {
    pub(super) variables: Vec<(String, String)>,
    pub(super) skipped: Vec<usize>,
}

/// Reads the text of a `.env` file.
pub(super) fn parse(text: &str) -> DotEnv {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = DotEnv::default();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let (end_of_line, after) = split_line(rest);
        let consumed = match entry(rest, end_of_line) {
            Entry::Nothing => after,
            Entry::Unclear => {
                found.skipped.push(line);
                after
            }
            Entry::Variable { name, value, length } => {
                found.variables.push((name, value));
                length
            }
        };
        line += rest[..consumed].matches('\n').count();
        rest = &rest[consumed..];
    }
    found
}

enum Entry {
    Nothing,
    Unclear,
    /// `length` bytes of the text were read, whole lines.
    Variable {
        name: String,
        value: String,
        length: usize,
    },
}

/// Where the first line ends, without and with its newline.
fn split_line(text: &str) -> (usize, usize) {
    text.find('\n').map_or((text.len(), text.len()), |at| (at, at + 1))
}

fn entry(rest: &str, end_of_line: usize) -> Entry {
    let line = rest[..end_of_line].trim();
    if line.is_empty() || line.starts_with('#') {
        return Entry::Nothing;
    }
    let Some(equals) = rest[..end_of_line].find('=') else { return Entry::Unclear };
    let name = rest[..equals].trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Entry::Unclear;
    }
    let blank = rest[equals + 1..end_of_line].len() - rest[equals + 1..end_of_line].trim_start().len();
    let start = equals + 1 + blank;
    let value = &rest[start..];
    let read = match value.chars().next() {
        Some('\'') => value[1..].find('\'').map(|end| (value[1..=end].to_owned(), end + 2)),
        Some('"') => escaped(&value[1..]).map(|(text, length)| (text, length + 1)),
        _ => Some(bare(&value[..end_of_line - start])),
    };
    let Some((value, length)) = read else { return Entry::Unclear };
    let (tail, after) = split_line(&rest[start + length..]);
    let tail = rest[start + length..start + length + tail].trim();
    if !tail.is_empty() && !tail.starts_with('#') {
        return Entry::Unclear;
    }
    Entry::Variable { name: name.to_owned(), value, length: start + length + after }
}

/// A value without quotes: up to a comment or the end of the line.
fn bare(line: &str) -> (String, usize) {
    let comment = line.find(" #").or_else(|| line.find("\t#")).unwrap_or(line.len());
    (line[..comment].trim_end().to_owned(), comment)
}

/// A value in double quotes, the opening one already read: its text and its length with the closing quote.
fn escaped(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).variables
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn reads_the_forms_that_people_write() {
        let text = "# a comment\n\nA=1\r\nexport B = two words # and a remark\nC='li$teral \\n'\nD=\"x\\ny\\\"z\" # ok\nE=\nF=a#b$c";
        let expected = [
            pair("A", "1"),
            pair("B", "two words"),
            pair("C", "li$teral \\n"),
            pair("D", "x\ny\"z"),
            pair("E", ""),
            pair("F", "a#b$c"),
        ];
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn a_quoted_value_may_span_lines_and_counting_goes_on_behind_it() {
        let found = parse("KEY=\"one\ntwo\"\nnonsense\nB=2\n");
        assert_eq!(found.variables, [pair("KEY", "one\ntwo"), pair("B", "2")]);
        assert_eq!(found.skipped, [3]);
    }

    #[test]
    fn a_broken_line_is_skipped_and_the_rest_is_read() {
        let found = parse("A=\"never closed\nB=2\nC='x' y\nD-E=1\n");
        assert_eq!(found.variables, [pair("B", "2")]);
        assert_eq!(found.skipped, [1, 3, 4]);
    }
}
