//! Directives in a script's header: its leading comment lines and blanks.
//!
//! Ours are `-- migrate: …`. The no-transaction headers of other tools are understood, so that a project that moves here
//! need not edit files whose checksums are recorded.

use std::time::Duration;

use super::Directives;

/// What is wrong with a header line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, a lowercase fragment.
    pub message: String,
}

impl std::fmt::Display for HeaderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for HeaderError {}

const NAMES: [&str; 4] = ["no-transaction", "irreversible", "lock-timeout", "statement-timeout"];

/// Reads the header of a script: everything that is well said, and what is not.
#[must_use]
pub(super) fn read(text: &str) -> (Directives, Vec<HeaderError>) {
    let mut directives = Directives::default();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(comment) = line.strip_prefix("--") else {
            if line.is_empty() {
                continue;
            }
            break;
        };
        if is_foreign_no_transaction(comment) {
            directives.no_transaction = true;
        } else if let Some(directive) = ours(comment)
            && let Err(message) = apply(directive, &mut directives)
        {
            errors.push(HeaderError { line: index + 1, message });
        }
    }
    (directives, errors)
}

/// What follows `migrate:`, unless it is dbmate's `migrate:up` or `migrate:down`, which open its two halves.
fn ours(comment: &str) -> Option<&str> {
    let rest = comment.trim_start().strip_prefix("migrate:")?;
    let word = rest.split_whitespace().next().unwrap_or("");
    let dbmates = !rest.starts_with(' ') && matches!(word, "up" | "down");
    (!dbmates).then(|| rest.trim())
}

/// The lines by which other tools say it, as their documentation spells them. `comment` is what follows `--`.
fn is_foreign_no_transaction(comment: &str) -> bool {
    let words: Vec<String> = comment.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // Written for Supabase: its CLI ignores the first, its next engine writes the second.
        ["supabase:disable-transaction"] | ["pg-delta:", "transaction=false"] => true,
        // sqlx, goose, Atlas; tern's line opens with four dashes, graphile-migrate's with `--!`.
        ["no-transaction"]
        | ["+goose", "no", "transaction"]
        | ["atlas:txmode", "none"]
        | ["--", "tern:", "disable-tx", "----"]
        | ["!", "no-transaction"]
        | ["!no-transaction"] => true,
        // dbmate
        ["migrate:up" | "migrate:down", options @ ..] => options.contains(&"transaction:false"),
        _ => false,
    }
}

/// A header line that Supabase's CLI is taken to understand, and does not.
#[must_use]
pub fn is_unknown_to_supabase(line: &str) -> bool {
    line.trim_start_matches('-').trim().eq_ignore_ascii_case("supabase:disable-transaction")
}

fn apply(directive: &str, directives: &mut Directives) -> Result<(), String> {
    let end = directive.find([':', ' ', '=']).unwrap_or(directive.len());
    let (name, value) = (&directive[..end], directive[end..].trim_start_matches([':', ' ', '=']).trim());
    match name {
        "no-transaction" if value.is_empty() => directives.no_transaction = true,
        "no-transaction" => return Err(format!("`no-transaction` takes no value, but `{value}` follows")),
        "irreversible" if value.is_empty() => {
            return Err("`irreversible` needs its reason: `-- migrate: irreversible: REASON`".to_owned());
        }
        "irreversible" => directives.irreversible = Some(value.to_owned()),
        "lock-timeout" => directives.lock_timeout = Some(duration(name, value)?),
        "statement-timeout" => directives.statement_timeout = Some(duration(name, value)?),
        _ => return Err(unknown(name)),
    }
    Ok(())
}

fn unknown(name: &str) -> String {
    let close = NAMES.iter().max_by(|a, b| likeness(name, a).total_cmp(&likeness(name, b)));
    match close.filter(|close| likeness(name, close) > 0.6) {
        Some(close) => format!("unknown directive `{name}`; did you mean `{close}`?"),
        None => format!("unknown directive `{name}`; there are {}", NAMES.join(", ")),
    }
}

fn likeness(a: &str, b: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&a.to_ascii_lowercase(), b)
}

/// `5s`, `500ms`, `2min`, `1h`, `0`: a number with a unit as PostgreSQL writes them; without a unit, milliseconds.
fn duration(name: &str, value: &str) -> Result<Duration, String> {
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let number = value[..digits].parse::<u64>().ok();
    let scale_ms = match value[digits..].trim() {
        "" | "ms" => Some(1),
        "s" => Some(1_000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    // PostgreSQL's timeouts are an int4 of milliseconds.
    let most_ms = u64::from(i32::MAX.unsigned_abs());
    let total_ms = number.zip(scale_ms).and_then(|(number, scale)| number.checked_mul(scale));
    match total_ms.filter(|total| *total <= most_ms) {
        Some(total) => Ok(Duration::from_millis(total)),
        None => Err(format!("`{name}: {value}` is no duration; write `5s`, `500ms`, `2min`, or `0` for none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        read(text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn our_directives_are_read() {
        let text = "\n-- Why this is here.\n--migrate: no-transaction\n-- migrate: irreversible: data is gone: for good\n\
                    -- migrate: lock-timeout: 500ms\n-- migrate: statement-timeout: 2min\n\nSELECT 1;";
        let expected = Directives {
            no_transaction: true,
            irreversible: Some("data is gone: for good".into()),
            lock_timeout: Some(Duration::from_millis(500)),
            statement_timeout: Some(Duration::from_secs(120)),
        };
        assert_eq!(read(text), (expected, vec![]));
    }

    #[test]
    fn the_header_ends_at_the_first_statement() {
        assert_eq!(read("SELECT 1;\n-- migrate: no-transaction\n-- migrate: nonsense"), Default::default());
        assert_eq!(read("/* block */\n-- migrate: no-transaction"), Default::default());
        assert_eq!(read(""), Default::default());
    }

    #[test]
    fn other_tools_are_understood() {
        for line in [
            "-- no-transaction",
            "-- +goose NO TRANSACTION",
            "-- migrate:up transaction:false",
            "-- supabase:disable-transaction",
            "-- pg-delta: transaction=false",
            "---- tern: disable-tx ----",
            "--! no-transaction",
            "-- atlas:txmode none",
        ] {
            assert!(read(line).0.no_transaction, "{line}");
            assert!(read(&format!("-- a comment\n\n{line}\nSELECT 1;")).0.no_transaction, "{line}");
        }
        for line in ["-- migrate:up", "-- no-transaction is needed here", "-- atlas:txmode file", "-- +goose Up"] {
            assert_eq!(read(line), Default::default(), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        assert_eq!(
            errors("-- x\n-- migrate: no-transactions"),
            ["line 2: unknown directive `no-transactions`; did you mean `no-transaction`?"]
        );
        assert_eq!(
            errors("-- migrate: foo"),
            [
                "line 1: unknown directive `foo`; there are no-transaction, irreversible, lock-timeout, statement-timeout"
            ]
        );
        assert_eq!(
            errors("-- migrate: irreversible"),
            ["line 1: `irreversible` needs its reason: `-- migrate: irreversible: REASON`"]
        );
        assert_eq!(
            errors("-- migrate: lock-timeout: soon\n-- migrate: no-transaction: yes"),
            [
                "line 1: `lock-timeout: soon` is no duration; write `5s`, `500ms`, `2min`, or `0` for none",
                "line 2: `no-transaction` takes no value, but `yes` follows"
            ]
        );
        assert_eq!(errors("-- migrate: lock-timeout: 99999999999999999999s").len(), 1);
    }
}
