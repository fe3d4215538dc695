//! Which line, column and value of a CSV file the server did not take. The file's savepoint is gone back to first; what is
//! tried then is rolled back again.

use tokio_postgres::error::{DbError, SqlState};

use super::owned;
use super::rows::Load;
use super::stage::{STAGE, Shapes};
use super::statements::{BACK, BEGIN, END, upsert};
use super::work::{Work, failed};
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// How many bad cells an error names.
const NAMED: usize = 5;

/// The error of a file that could not be loaded. The transaction cannot go on.
pub(super) async fn explain(work: &mut Work<'_, '_>, load: &Load<'_>, shapes: &Shapes, failure: Failure) -> Error {
    let path = &load.file.path;
    let Failure::Server(error) = &failure else { return failed(path, &failure) };
    // Interrupted, out of a lock, out of space: no line is to blame.
    let is_ours = ["22", "23", "P0", "21", "42"].iter().any(|class| error.code().code().starts_with(class));
    if !is_ours || work.rows(BACK).await.is_err() {
        return failed(path, &failure);
    }
    if let Err(error) = prepare(work, path).await {
        return error;
    }
    let found = match error.code() {
        code if *code == SqlState::NOT_NULL_VIOLATION => missing(work, load, error).await,
        code if *code == SqlState::CARDINALITY_VIOLATION => twice(work, load).await,
        code if *code == SqlState::FOREIGN_KEY_VIOLATION => foreign(work, load, error).await,
        code if code.code().starts_with("22") || error.constraint().is_some() && error.table().is_none() => {
            cells(work, load).await
        }
        _ => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => first_line(work, load, shapes, error).await.map(|line| format!("{path}:{line}: {}", said(error))),
    };
    let message = found.unwrap_or_else(|| format!("{path}: {}", said(error)));
    Error::new(Kind::Failed, format!("{message}\nnothing was kept"))
}

/// What is tried needs what a file that is written does, and it must not be taken back each time.
async fn prepare(work: &mut Work<'_, '_>, path: &str) -> Result<(), Error> {
    if work.is_looked_at {
        return Ok(());
    }
    work.rows(END).await.map_err(|failure| failed(path, &failure))?;
    owned::ensure(work).await?;
    work.rows(BEGIN).await.map(drop).map_err(|failure| failed(path, &failure))
}

fn said(error: &DbError) -> String {
    let mut text = format!("{} (SQLSTATE {})", error.message(), error.code().code());
    for (word, more) in [("detail", error.detail()), ("hint", error.hint()), ("where", error.where_())] {
        if let Some(more) = more {
            text.push_str(&format!("\n{word}: {more}"));
        }
    }
    text
}

/// The cells that their columns' types do not take: the first one of each column, by line.
async fn cells(work: &mut Work<'_, '_>, load: &Load<'_>) -> Option<String> {
    let mut bad: Vec<(i64, usize, String)> = Vec::new();
    for (place, name) in load.sheet.columns.iter().enumerate() {
        let kind = &load.table.column(name)?.kind;
        // A variable takes a value as a column does: too long a text is refused and not cut.
        let body = format!(
            "DECLARE r record; v {kind};
             BEGIN
                 PERFORM pg_catalog.set_config('migrate.bad', '', true);
                 FOR r IN SELECT line, c{place} AS cell FROM {STAGE}
                          WHERE file = {index} AND c{place} IS NOT NULL ORDER BY line LOOP
                     v := r.cell;
                 END LOOP;
             EXCEPTION WHEN OTHERS THEN
                 PERFORM pg_catalog.set_config('migrate.bad', pg_catalog.format('%s %s', r.line, SQLERRM), true);
             END",
            index = load.index,
        );
        let sql = format!("DO {}; SELECT pg_catalog.current_setting('migrate.bad')", quote::literal(&body));
        let rows = work.rows(&sql).await.ok()?;
        let answer = rows.first()?.first()?.clone()?;
        if let Some((line, why)) = answer.split_once(' ') {
            bad.push((line.parse().ok()?, place, why.to_owned()));
        }
    }
    bad.sort();
    let named = bad.iter().take(NAMED).map(|(line, place, why)| {
        let name = load.sheet.columns.get(*place).map_or("", String::as_str);
        let kind = load.table.column(name).map_or("", |column| column.kind.as_str());
        let value = cell(load, *line, *place);
        format!("{}:{line}: column {name}: {value} is no {kind}: {why}", load.file.path)
    });
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| named.join("\n"))
}

/// A cell as the file has it.
fn cell(load: &Load<'_>, line: i64, place: usize) -> String {
    let row = load.sheet.rows.iter().find(|row| i64::try_from(row.line).is_ok_and(|number| number == line));
    let text = row.and_then(|row| row.cells.get(place)?.as_deref()).unwrap_or_default();
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

/// An empty cell in a column that must have a value.
async fn missing(work: &mut Work<'_, '_>, load: &Load<'_>, error: &DbError) -> Option<String> {
    let name = error.column()?;
    let place = load.sheet.columns.iter().position(|column| column == name)?;
    let sql = format!("SELECT pg_catalog.min(line) FROM {STAGE} WHERE file = {} AND c{place} IS NULL", load.index);
    let line = work.rows(&sql).await.ok()?.first()?.first()?.clone()?;
    let label = load.table.label();
    Some(format!(
        "{}:{line}: column {name}: an empty cell is NULL, and {label}.{name} must have a value",
        load.file.path
    ))
}

/// Two rows with one key.
async fn twice(work: &mut Work<'_, '_>, load: &Load<'_>) -> Option<String> {
    let casts: Vec<String> = load.key().iter().map(|column| load.cast(column)).collect();
    let sql = format!(
        "SELECT pg_catalog.min(s.line), pg_catalog.max(s.line) FROM {STAGE} s WHERE s.file = {}
         GROUP BY {} HAVING pg_catalog.count(*) > 1 ORDER BY 2 LIMIT 1",
        load.index,
        casts.join(", ")
    );
    let row = work.rows(&sql).await.ok()?.into_iter().next()?;
    let (first, second) = (row.first()?.clone()?, row.get(1)?.clone()?);
    let key = load.key().join(", ");
    Some(format!("{}:{second}: the same key ({key}) is on line {first} already", load.file.path))
}

/// A row that refers to one which is not there.
async fn foreign(work: &mut Work<'_, '_>, load: &Load<'_>, error: &DbError) -> Option<String> {
    if error.table()? != load.table.name() {
        return None;
    }
    let sql = include_str!("sql/foreign_key.sql")
        .replace("{table}", &load.table.oid.to_string())
        .replace("{constraint}", &quote::literal(error.constraint()?));
    let pairs = work.rows(&sql).await.ok()?;
    let target = pairs.first()?.first()?.clone()?;
    let mut on = Vec::new();
    let mut filled = Vec::new();
    for pair in &pairs {
        let (column, refers) = (pair.get(1)?.as_deref()?, pair.get(2)?.as_deref()?);
        let place = load.sheet.columns.iter().position(|name| name == column)?;
        filled.push(format!("s.c{place} IS NOT NULL"));
        on.push(format!("f.{} = {}", quote::ident(refers), load.cast(column)));
    }
    // A row may refer to another one of its own file.
    let own = pairs.iter().filter_map(|pair| {
        let (column, refers) = (pair.get(1)?.as_deref()?, pair.get(2)?.as_deref()?);
        let place = load.sheet.columns.iter().position(|name| name == refers)?;
        Some(format!("o.c{place} = s.c{}", load.sheet.columns.iter().position(|name| name == column)?))
    });
    let own: Vec<String> = own.collect();
    let own = if target == load.table.sql() && own.len() == pairs.len() {
        format!(" AND NOT EXISTS (SELECT FROM {STAGE} o WHERE o.file = s.file AND {})", own.join(" AND "))
    } else {
        String::new()
    };
    let sql = format!(
        "SELECT pg_catalog.min(s.line) FROM {STAGE} s WHERE s.file = {} AND {}
         AND NOT EXISTS (SELECT FROM {target} f WHERE {}){own}",
        load.index,
        filled.join(" AND "),
        on.join(" AND ")
    );
    let line = work.rows(&sql).await.ok()?.first()?.first()?.clone()?;
    Some(format!("{}:{line}: {}", load.file.path, said(error)))
}

/// The first line with which the same error comes: found by halving, since what fails with some lines fails with more.
async fn first_line(work: &mut Work<'_, '_>, load: &Load<'_>, shapes: &Shapes, error: &DbError) -> Option<i64> {
    let lines: Vec<i64> = load.sheet.rows.iter().filter_map(|row| i64::try_from(row.line).ok()).collect();
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        match attempt(work, load, shapes, *lines.get(middle)?).await? {
            Some(refusal) if is_same(&refusal, error) => high = middle,
            Some(_) => return None,
            None => low = middle + 1,
        }
    }
    lines.get(low).copied()
}

/// Loads the rows up to a line and takes that back: what the server said against it.
async fn attempt(work: &mut Work<'_, '_>, load: &Load<'_>, shapes: &Shapes, last: i64) -> Option<Option<Box<DbError>>> {
    let mut texts: Vec<String> =
        shapes.iter().enumerate().map(|(shape, defaults)| upsert(load, shape, defaults, Some(last))).collect();
    texts.push(BACK.to_owned());
    let answers = work.run.session.each(&texts).await.ok()?;
    Some(answers.into_iter().find_map(Result::err))
}

fn is_same(one: &DbError, other: &DbError) -> bool {
    (one.code(), one.constraint(), one.table()) == (other.code(), other.constraint(), other.table())
}
