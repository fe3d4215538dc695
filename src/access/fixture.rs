//! The script that makes rows to try on, inside of the transaction that takes them back.

use anyhow::Context as _;
use tokio_postgres::error::ErrorPosition;

use crate::database::pipeline::Part;
use crate::database::session::{Failure, Session};
use crate::error::{Error, Kind};
use crate::sql::{self, Statement, TransactionRule, position};

/// A fixture.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// How messages name it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Runs the fixture, in the transaction that is open.
pub(super) async fn run(session: &mut Session, fixture: &Fixture) -> anyhow::Result<()> {
    let Fixture { path, text } = fixture;
    let statements = sql::split(text).map_err(|error| Error::new(Kind::Usage, format!("{path}:{error}")))?;
    for statement in &statements {
        let words = match statement.transaction {
            TransactionRule::Allowed => continue,
            TransactionRule::Controls(words) | TransactionRule::Forbidden(words) => words,
        };
        return Err(Error::new(
            Kind::Usage,
            format!("{path}:{}: {words} does not belong in a fixture", statement.line),
        )
        .hint("it runs in one transaction, which is rolled back in the end")
        .into());
    }
    let part = |statement: &Statement| match &statement.copy_data {
        Some(data) => Part::Copy(&text[statement.range.clone()], &text.as_bytes()[data.clone()]),
        None => Part::Sql(&text[statement.range.clone()]),
    };
    let parts: Vec<Part<'_>> = statements.iter().map(part).collect();
    let Err((place, failure)) = session.run(&parts, |_, _| {}).await else { return Ok(()) };
    Err(match statements.get(place.part) {
        Some(statement) => explain(fixture, statement, &failure).into(),
        None => anyhow::Error::new(failure).context(format!("{path} failed")),
    })
}

/// The server's refusal with file, line and excerpt.
fn explain(fixture: &Fixture, statement: &Statement, failure: &Failure) -> Error {
    let Fixture { path, text } = fixture;
    let Failure::Server(error) = failure else {
        let kind = if matches!(failure, Failure::Lost(_)) { Kind::Failed } else { Kind::Interrupted };
        return Error::new(kind, format!("{path}:{}: {failure}", statement.line));
    };
    let mut message = match error.position() {
        Some(ErrorPosition::Original(at)) => {
            let before = text[..statement.range.start].chars().count();
            let location = position::locate(text, usize::try_from(*at).unwrap_or(1) + before);
            let excerpt = position::render(&location);
            format!("{path}:{}:{}: {failure}\n{excerpt}", location.line, location.column)
        }
        _ => format!("{path}:{}: {failure}", statement.line),
    };
    for (word, more) in [("detail", error.detail()), ("where", error.where_())] {
        if let Some(more) = more {
            message.push_str(&format!("\n{word}: {more}"));
        }
    }
    Error::new(Kind::Failed, message).hint("a fixture runs on the schema of all migrations, as the role that runs them")
}

/// Reads a fixture from its file.
///
/// # Errors
/// When it cannot be read.
pub fn read(root: &std::path::Path, name: &std::path::Path) -> anyhow::Result<Fixture> {
    let path = root.join(name);
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    Ok(Fixture { path: name.display().to_string(), text })
}
