//! A query's file read: `bench/queries/c02_my_orders.sql` is the query `C2`.

use std::ops::Range;

use tokio_postgres::error::ErrorPosition;

use super::header::{self, RawLet};
use super::limit::Limit;
use super::template::{Filled, Template};
use crate::database::session::Failure;
use crate::sql::{self, TransactionRule, position, words};

/// A named query.
#[derive(Clone, Debug)]
pub struct Query {
    /// How reports call it: `C2`, or the file's whole name where it does not begin with letters and a number.
    pub id: String,
    /// The file's name without its ending.
    pub name: String,
    /// The path as a person would name it.
    pub path: String,
    /// What it answers.
    pub title: Option<String>,
    /// As whom it runs.
    pub who: Who,
    /// Whether it writes; what it wrote is rolled back.
    pub writes: bool,
    /// Its own limits.
    pub limits: Vec<Limit>,
    pub(super) lets: Vec<Let>,
    pub(super) template: Template,
    /// The file's text, and where the statement is in it.
    text: String,
    start: usize,
}

/// As whom a query runs: as the role that connects, where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// The e-mail in `auth.users` of the person that is logged in.
    pub email: Option<String>,
    /// The database role.
    pub role: Option<String>,
    pub(super) claims: Option<serde_json::Map<String, serde_json::Value>>,
    pub(super) line: usize,
}

impl Who {
    /// The role that the claims name.
    #[must_use]
    pub fn claimed_role(&self) -> Option<String> {
        self.claims.as_ref()?.get("role")?.as_str().map(str::to_owned)
    }
}

/// Values that the database is asked for before the runs.
#[derive(Clone, Debug)]
pub(super) struct Let {
    pub(super) line: usize,
    pub(super) names: Vec<String>,
    pub(super) template: Template,
}

/// What went wrong with a query while it ran.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// The line in it, from 1.
    pub line: usize,
    /// The column, where the server names one.
    pub column: Option<usize>,
    /// What happened.
    pub message: String,
    /// The server's code.
    pub sqlstate: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The line of the file with a caret.
    pub excerpt: Option<String>,
}

/// Why the work on a query ended early: its problem, or none where the user asked to stop.
pub(super) type Stopped = Option<Box<Problem>>;

/// The words that a statement may begin with.
const FIRST: [&str; 8] = ["SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"];

impl Query {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line: lowercase fragments.
    pub fn read(path: &str, name: &str, text: &str) -> Result<Self, Vec<(usize, String)>> {
        let (header, mut errors) = header::read(text);
        let range = one_statement(text, &mut errors);
        let template = Template::read(text.get(range.clone()).unwrap_or_default());
        let (lets, known) = lets(header.lets, &mut errors);
        for (name, at) in template.names().filter(|(name, _)| !known.iter().any(|k| k == name)) {
            let line = position::of_byte(text, range.start + at).0;
            errors.push((line, format!("`:{name}` has no value: `-- bench: let {name} = select …` gives one")));
        }
        if !errors.is_empty() {
            errors.sort();
            return Err(errors);
        }
        let who = Who { email: header.email, role: header.role, claims: header.claims, line: header.email_line.max(1) };
        Ok(Self {
            id: id(name),
            name: name.to_owned(),
            path: path.to_owned(),
            title: header.title,
            who,
            writes: header.is_writing,
            limits: header.limits,
            lets,
            template,
            text: text.to_owned(),
            start: range.start,
        })
    }

    /// The line on which its statement begins.
    pub(super) fn line(&self) -> usize {
        position::of_byte(&self.text, self.start).0
    }

    /// The problem that a failed run is.
    pub(super) fn failed(&self, filled: &Filled, failure: &Failure) -> Box<Problem> {
        let place = match failure {
            Failure::Server(error) => match error.position() {
                Some(ErrorPosition::Original(at)) => Some(filled.origin(usize::try_from(*at).unwrap_or(0))),
                _ => None,
            },
            _ => None,
        };
        let (line, column) = position::of_byte(&self.text, self.start + place.unwrap_or(0));
        let excerpt = place.map(|_| {
            let excerpt = self.text.lines().nth(line - 1).unwrap_or_default().to_owned();
            position::render(&position::Location { line, column, excerpt })
        });
        Box::new(Problem { column: place.map(|_| column), excerpt, ..*self.problem(line, failure) })
    }

    /// The problem that a failure at a line is.
    pub(super) fn problem(&self, line: usize, failure: &Failure) -> Box<Problem> {
        let hint = match failure {
            Failure::Server(error) => error.hint().map(str::to_owned),
            _ => None,
        };
        let message = match failure {
            Failure::Server(error) => error.message().to_owned(),
            other => other.to_string(),
        };
        let sqlstate = failure.code().map(|code| code.code().to_owned());
        Box::new(Problem { path: self.path.clone(), line, column: None, message, sqlstate, hint, excerpt: None })
    }
}

/// Where the one statement is.
fn one_statement(text: &str, errors: &mut Vec<(usize, String)>) -> Range<usize> {
    let statements = match sql::split(text) {
        Ok(statements) => statements,
        Err(error) => {
            errors.push((error.line, error.message));
            return 0..0;
        }
    };
    let Some(statement) = statements.first() else {
        errors.push((1, "there is no query in this file".to_owned()));
        return 0..0;
    };
    if let Some(second) = statements.get(1) {
        errors.push((second.line, "a second statement: a file holds one query".to_owned()));
    }
    if !is_query(&text[statement.range.clone()]) || statement.transaction != TransactionRule::Allowed {
        errors.push((statement.line, format!("no query: it begins with none of {}", FIRST.join(", "))));
    }
    statement.range.clone()
}

fn is_query(statement: &str) -> bool {
    let mut words = words::words(statement).skip_while(|word| word.text == "(");
    words.next().is_some_and(|first| FIRST.iter().any(|word| first.is(word)))
}

/// The values, and all their names. One may be asked for with those that come before it.
fn lets(raw: Vec<RawLet>, errors: &mut Vec<(usize, String)>) -> (Vec<Let>, Vec<String>) {
    let (mut lets, mut known) = (Vec::new(), Vec::<String>::new());
    for RawLet { line, names, sql } in raw {
        match sql::split(&sql).as_deref() {
            Ok([one]) if is_query(&sql[one.range.clone()]) => {}
            Ok(_) => errors.push((line, "`let` takes one query".to_owned())),
            Err(error) => errors.push((line + error.line - 1, error.message.clone())),
        }
        let template = Template::read(sql.trim_end_matches([';', ' ']));
        for (name, _) in template.names().filter(|(name, _)| !known.iter().any(|k| k == name)) {
            errors.push((line, format!("`:{name}` has no value before this line")));
        }
        for name in &names {
            if known.contains(name) {
                errors.push((line, format!("`{name}` has a value already")));
            }
            known.push(name.clone());
        }
        lets.push(Let { line, names, template });
    }
    (lets, known)
}

/// `C2` of `c02_my_orders`, `C2b` of `c02b_same`; else the name.
fn id(name: &str) -> String {
    let first = name.split('_').next().unwrap_or(name);
    let letters = first.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(first.len());
    let (letters, rest) = first.split_at(letters);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, suffix) = rest.split_at(digits);
    if letters.is_empty() || digits.is_empty() || !suffix.chars().all(|c| c.is_ascii_alphabetic()) {
        return name.to_owned();
    }
    let number = digits.trim_start_matches('0');
    format!("{}{}{suffix}", letters.to_ascii_uppercase(), if number.is_empty() { "0" } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(usize, String)> {
        Query::read("bench/queries/x.sql", "x", text).unwrap_err()
    }

    #[test]
    fn ids_come_from_file_names() {
        for (name, expected) in [
            ("c01_menu", "C1"),
            ("c02b_same", "C2b"),
            ("Y13", "Y13"),
            ("x00", "X0"),
            ("menu", "menu"),
            ("c1-a", "c1-a"),
        ] {
            assert_eq!(id(name), expected);
        }
    }

    #[test]
    fn a_file_holds_one_query_and_every_name_has_a_value() {
        assert_eq!(wrong("-- nothing\n"), [(1, "there is no query in this file".to_owned())]);
        assert_eq!(wrong("select 1;\nselect 2"), [(2, "a second statement: a file holds one query".to_owned())]);
        assert!(wrong("create table t ()")[0].1.starts_with("no query: it begins with none of SELECT, WITH"));
        assert_eq!(wrong("\ncommit")[0].0, 2);
        assert_eq!(wrong("select 1,\n :a")[0].0, 2);
        assert_eq!(wrong("-- bench: let a = select :b\n-- bench: let b = select 1\nselect :a")[0].0, 1);
        assert_eq!(wrong("-- bench: let a = select 1; select 2\nselect 1").len(), 1);
        assert_eq!(wrong("-- bench: let a = select 1\n-- bench: let a = select 2\nselect 1")[0].0, 2);
        assert_eq!(wrong("-- bench: titel\nselect 1,\n'")[0].0, 1);
        assert!(Query::read("", "x", "(select 1) union (select 2);\n").is_ok());
    }
}
