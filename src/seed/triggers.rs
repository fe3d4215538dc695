//! A table's own triggers, off for a while: those that people made, never the ones behind foreign keys. No superuser is needed.

use super::files::Name;
use super::state::pairs;
use super::table;
use super::work::{Rows, Work, failed};
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// What switches triggers off, and what gives them back the states that they had; None where there is nothing to switch.
#[derive(Debug, Default)]
#[must_use]
pub(super) struct Switch {
    pub(super) off: Option<String>,
    pub(super) on: Option<String>,
}

/// The question which triggers tables have, those of their partitions too. `tables`: expressions of their oids, joined.
fn question(tables: &str) -> String {
    include_str!("sql/triggers.sql").replace("{tables}", tables)
}

/// The triggers of tables, by their oids.
pub(super) async fn of(work: &mut Work<'_, '_>, tables: &[u32]) -> Result<Switch, Error> {
    let oids = tables.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let rows = work.rows(&question(&oids)).await.map_err(|failure| unread(&failure))?;
    switch(work, &rows).await
}

/// The triggers of tables that the header of a script names.
pub(super) async fn named(work: &mut Work<'_, '_>, path: &str, names: &[Name]) -> Result<Switch, Error> {
    if names.is_empty() {
        return Ok(Switch::default());
    }
    let oids = names.iter().map(table::oid).collect::<Vec<_>>().join(", ");
    let answers = work.batch(&[format!("SELECT {oids}"), question(&oids)]).await;
    let mut answers = answers.map_err(|(_, failure)| unread(&failure))?.into_iter();
    let oids = answers.next().and_then(|rows| rows.into_iter().next()).unwrap_or_default();
    if let Some((name, _)) = names.iter().zip(&oids).find(|(_, oid)| oid.is_none()) {
        let text = format!("{path}: `without-triggers` names {name}, and there is no such table");
        return Err(Error::new(Kind::Usage, text).hint("correct the name, or apply the schema with `migrate up`"));
    }
    switch(work, &answers.next().unwrap_or_default()).await
}

/// The switch for what [`question`] was answered.
async fn switch(work: &mut Work<'_, '_>, triggers: &Rows) -> Result<Switch, Error> {
    if triggers.is_empty() {
        return Ok(Switch::default());
    }
    if work.deferred.is_none() {
        let rows = work.rows(include_str!("sql/deferred.sql")).await.map_err(|failure| unread(&failure))?;
        work.deferred = Some(pairs(&rows).map(|(schema, name)| quote::qualified(&schema, &name)).collect());
    }
    // A table with checks outstanding cannot be altered. What was deferred before is so again.
    let mut checks = vec!["SET CONSTRAINTS ALL IMMEDIATE".to_owned()];
    if let Some(deferred) = work.deferred.as_ref().filter(|deferred| !deferred.is_empty()) {
        checks.push(format!("SET CONSTRAINTS {} DEFERRED", deferred.join(", ")));
    }
    let (mut off, mut on) = (checks.clone(), checks);
    for row in triggers {
        let cell = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
        let alter = format!("ALTER TABLE ONLY {}", quote::qualified(&cell(0), &cell(1)));
        // `USER` are all that people made. A command costs more than what it does: each makes the server read the table anew.
        let trigger = if cell(2).is_empty() { "USER".to_owned() } else { quote::ident(&cell(2)) };
        let enable = match cell(3).as_str() {
            "R" => "ENABLE REPLICA",
            "A" => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        off.push(format!("{alter} DISABLE TRIGGER {trigger}"));
        on.push(format!("{alter} {enable} TRIGGER {trigger}"));
    }
    Ok(Switch { off: Some(off.join("; ")), on: Some(on.join("; ")) })
}

fn unread(failure: &Failure) -> Error {
    failed("failed to read the triggers", failure)
}
