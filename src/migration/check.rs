//! What stands in the way of running a pair, found before anything runs.

use std::fmt;

use super::{Pair, Script, header};
use crate::error::{Error, Kind};
use crate::sql::{self, TransactionRule};

/// One thing that is wrong with a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The script.
    pub path: String,
    /// Line, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    /// Its name among lint's rules: `missing-rollback`, `second-half`, `surplus-rollback`, `header`, `unreadable`, `transaction-control`
    /// or `missing-header`.
    pub rule: &'static str,
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// What mends it.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message)?,
            line => write!(f, "{}:{line}: {}", self.path, self.message)?,
        }
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

/// Everything that forbids running a pair: its headers, its rollback, its statements.
#[must_use]
pub fn check(pair: &Pair) -> Vec<Problem> {
    let mut problems = script(&pair.up);
    problems.extend(second_half(pair));
    match (&pair.down, &pair.up.directives.irreversible) {
        (Some(down), None) => problems.extend(script(down)),
        (None, Some(_)) => {}
        (None, None) => problems.push(Problem {
            path: pair.up.path.clone(),
            line: 0,
            rule: "missing-rollback",
            message: format!("has no rollback: no file in {}rollbacks/ has number {}", parent(pair), pair.version),
            help: Some(format!(
                "write {}rollbacks/{}.sql, or say `-- migrate: irreversible: REASON` in the migration's header",
                parent(pair),
                pair.label()
            )),
        }),
        (Some(down), Some(_)) => problems.push(Problem {
            path: down.path.clone(),
            line: 0,
            rule: "surplus-rollback",
            message: format!("rolls back {}, whose header says that it is irreversible", pair.up.path),
            help: Some("delete the one or the other".to_owned()),
        }),
    }
    problems
}

/// The folder that holds both folders, as paths show it.
fn parent(pair: &Pair) -> &'static str {
    if pair.up.path.starts_with("supabase/") { "supabase/" } else { "" }
}

/// A file of dbmate, goose or tern that still holds both directions: as one script it would undo what it just did.
fn second_half(pair: &Pair) -> Option<Problem> {
    let mut at = 0;
    for token in squawk_lexer::tokenize(&pair.up.text) {
        let range = at..at + token.len as usize;
        at = range.end;
        let comment = pair.up.text.get(range.clone()).unwrap_or_default().trim();
        let words: Vec<String> = comment.split_whitespace().map(str::to_ascii_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let opens = matches!(
            words.as_slice(),
            ["--", "migrate:down", ..]
                | ["--", "+goose", "down", ..]
                | ["----", "create", "above", "/", "drop", "below", ..]
        );
        if token.kind == squawk_lexer::TokenKind::LineComment && opens {
            let before = pair.up.text.get(..range.start).unwrap_or_default();
            return Some(Problem {
                path: pair.up.path.clone(),
                line: before.matches('\n').count() + 1,
                rule: "second-half",
                message: format!("`{comment}` opens the way back, which would run right after the way forward"),
                help: Some(format!("move what follows it to rollbacks/{}.sql", pair.label())),
            });
        }
    }
    None
}

/// One error with all problems, or nothing.
///
/// # Errors
/// [`Kind::Usage`], if there is any problem.
pub fn refuse(mut problems: Vec<Problem>) -> Result<(), Error> {
    if problems.len() == 1
        && let Some(mut one) = problems.pop()
    {
        let help = one.help.take();
        return Err(help.into_iter().fold(Error::new(Kind::Usage, one.to_string()), Error::hint));
    }
    let lines: Vec<String> = problems.into_iter().map(|problem| problem.to_string()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, format!("{} problems with the scripts:\n  {}", lines.len(), lines.join("\n  "))))
}

fn script(script: &Script) -> Vec<Problem> {
    let problem = |line, rule, message, help: Option<&str>| Problem {
        path: script.path.clone(),
        line,
        rule,
        message,
        help: help.map(str::to_owned),
    };
    let (directives, errors) = header::read(&script.text);
    let mut problems: Vec<Problem> = errors.into_iter().map(|e| problem(e.line, "header", e.message, None)).collect();
    let statements = match sql::split(&script.text) {
        Ok(statements) => statements,
        Err(error) => {
            problems.push(problem(error.line, "unreadable", error.message, None));
            return problems;
        }
    };
    if directives.no_transaction || script.directives.no_transaction {
        return problems;
    }
    for statement in statements {
        let (rule, message, help) = match statement.transaction {
            TransactionRule::Allowed => continue,
            TransactionRule::Controls(words) => (
                "transaction-control",
                format!("{words} in a script that runs in one transaction with its ledger row"),
                "delete it, or say `-- migrate: no-transaction` in the header",
            ),
            TransactionRule::Forbidden(words) => (
                "missing-header",
                format!("{words} cannot run in a transaction"),
                "say `-- migrate: no-transaction` in the header",
            ),
        };
        problems.push(problem(statement.line, rule, message, Some(help)));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::script as read;

    fn pair(up: &str, down: Option<&str>) -> Pair {
        let script = |folder: &str, text: &str| read(format!("{folder}/007_x.sql"), text.into()).unwrap();
        Pair {
            version: 7,
            digits: "007".into(),
            name: "x".into(),
            up: script("migrations", up),
            down: down.map(|text| script("rollbacks", text)),
        }
    }

    fn told(up: &str, down: Option<&str>) -> Vec<String> {
        check(&pair(up, down)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_pair_has_no_problems() {
        assert_eq!(told("CREATE TABLE a ();", Some("DROP TABLE a;")), Vec::<String>::new());
        assert_eq!(told("-- migrate: irreversible: it sends letters\nSELECT 1;", None), Vec::<String>::new());
        let concurrently = "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON a (b);\nBEGIN; COMMIT;";
        assert_eq!(told(concurrently, Some("-- no-transaction\nDROP INDEX CONCURRENTLY i;")), Vec::<String>::new());
    }

    #[test]
    fn a_file_with_both_directions_is_refused() {
        for marker in ["-- migrate:down", "-- +goose Down", "---- create above / drop below ----"] {
            let up = format!("CREATE TABLE a ();\n{marker}\nDROP TABLE a;");
            let told = told(&up, Some("DROP TABLE a;"));
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(&format!("migrations/007_x.sql:2: `{marker}` opens the way back")), "{told:?}");
        }
        assert_eq!(told("SELECT '\n-- migrate:down\n';", Some("SELECT 1;")), Vec::<String>::new());
    }

    #[test]
    fn a_missing_or_surplus_rollback_is_told() {
        assert_eq!(
            told("SELECT 1;", None),
            [
                "migrations/007_x.sql: has no rollback: no file in rollbacks/ has number 7; write rollbacks/007_x.sql, or say \
              `-- migrate: irreversible: REASON` in the migration's header"
            ]
        );
        let surplus = told("-- migrate: irreversible: no\n", Some("SELECT 1;"));
        assert!(surplus[0].starts_with("rollbacks/007_x.sql: rolls back migrations/007_x.sql, whose"), "{surplus:?}");
    }

    #[test]
    fn statements_that_do_not_fit_a_transaction_are_told_by_line() {
        let found = told("CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY i ON a (b);\nCOMMIT;", Some("\nVACUUM;"));
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("migrations/007_x.sql:2: CREATE INDEX CONCURRENTLY cannot run in"), "{found:?}");
        assert!(found[1].starts_with("migrations/007_x.sql:3: COMMIT in a script that runs in one"), "{found:?}");
        assert!(found[2].starts_with("rollbacks/007_x.sql:2: VACUUM cannot run in"), "{found:?}");
    }

    #[test]
    fn headers_and_psql_commands_are_told_by_line() {
        let found = told("-- migrate: no-transactoin\n\n\\connect x\n", Some("SELECT '"));
        assert_eq!(
            found,
            [
                "migrations/007_x.sql:1: unknown directive `no-transactoin`; did you mean `no-transaction`?",
                "migrations/007_x.sql:3: `\\connect` on line 3 is a psql command, which only psql understands",
                "rollbacks/007_x.sql:1: this string is never closed"
            ]
        );
    }

    #[test]
    fn one_problem_is_an_error_with_its_hint_and_many_are_listed() {
        assert!(refuse(vec![]).is_ok());
        let one = refuse(check(&pair("COMMIT;", Some("")))).unwrap_err();
        assert_eq!((one.kind, one.hints.len()), (Kind::Usage, 1));
        let many = refuse(check(&pair("COMMIT;", None))).unwrap_err();
        assert!(many.message.starts_with("2 problems with the scripts:\n  migrations/007_x.sql:1: "), "{many}");
    }
}
