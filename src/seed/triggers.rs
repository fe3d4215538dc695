//! A table's own triggers, off for a while: those that people made, never the ones behind foreign keys. No superuser is needed.

use super::state::pairs;
use super::work::{Work, failed};
use crate::error::Error;
use crate::sql::quote;

/// The way back to the states that triggers had.
#[derive(Debug, Default)]
#[must_use]
pub(super) struct Switch {
    restore: Vec<String>,
    /// Names of the constraints that are checked at the end of a transaction unless somebody says otherwise.
    deferred: Vec<String>,
}

/// Switches the triggers of tables off, those of their partitions too.
pub(super) async fn off(work: &mut Work<'_, '_>, tables: &[u32]) -> Result<Switch, Error> {
    if tables.is_empty() {
        return Ok(Switch::default());
    }
    let oids = tables.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let error = |failure| failed("failed to switch triggers off", &failure);
    let sql = include_str!("sql/triggers.sql").replace("{tables}", &oids);
    let (mut disable, mut switch) = (Vec::new(), Switch::default());
    for row in work.rows(&sql).await.map_err(error)? {
        let cell = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
        let alter = format!("ALTER TABLE ONLY {}", quote::qualified(&cell(0), &cell(1)));
        let trigger = quote::ident(&cell(2));
        let enable = match cell(3).as_str() {
            "R" => "ENABLE REPLICA",
            "A" => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        disable.push(format!("{alter} DISABLE TRIGGER {trigger}"));
        switch.restore.push(format!("{alter} {enable} TRIGGER {trigger}"));
    }
    if disable.is_empty() {
        return Ok(switch);
    }
    if work.deferred.is_none() {
        let rows = work.rows(include_str!("sql/deferred.sql")).await.map_err(error)?;
        work.deferred = Some(pairs(&rows).map(|(schema, name)| quote::qualified(&schema, &name)).collect());
    }
    switch.deferred = work.deferred.clone().unwrap_or_default();
    // A table with checks outstanding cannot be altered.
    disable.insert(0, "SET CONSTRAINTS ALL IMMEDIATE".to_owned());
    disable.extend(switch.defer());
    work.rows(&disable.join("; ")).await.map_err(error)?;
    Ok(switch)
}

impl Switch {
    /// Gives every trigger the state that it had.
    pub(super) async fn restore(self, work: &mut Work<'_, '_>) -> Result<(), Error> {
        if self.restore.is_empty() {
            return Ok(());
        }
        let mut sql = vec!["SET CONSTRAINTS ALL IMMEDIATE".to_owned()];
        sql.extend(self.defer());
        sql.extend(self.restore);
        work.rows(&sql.join("; ")).await.map_err(|failure| failed("failed to switch triggers on again", &failure))?;
        Ok(())
    }

    /// What was deferred before is so again.
    fn defer(&self) -> Option<String> {
        (!self.deferred.is_empty()).then(|| format!("SET CONSTRAINTS {} DEFERRED", self.deferred.join(", ")))
    }
}
