//! A table's own triggers, off for a while: those that people made, never the ones behind foreign keys.

use super::files::Name;
use super::table;
use super::work::Work;
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// What must run in the transaction before anything else here does, if it has not yet.
pub(super) fn make(work: &mut Work<'_, '_>) -> Option<String> {
    (!std::mem::replace(&mut work.has_switch, true)).then(|| include_str!("sql/switch.sql").to_owned())
}

/// With which [`named`] says that there is no such table.
const MISSING: &str = "MG002";

/// Gives triggers back the states that they had.
pub(super) const ON: &str = "SELECT pg_temp.migrate_seed_on()";

/// Switches the triggers of tables off, by their oids.
pub(super) fn off(tables: &[u32]) -> String {
    let oids = tables.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    format!("SELECT pg_temp.migrate_seed_off(ARRAY[{oids}]::pg_catalog.oid[], NULL)")
}

/// Switches off the triggers of tables that the header of a script names. Its errors are for [`missing`].
pub(super) fn named(names: &[Name]) -> String {
    let oids = names.iter().map(table::oid).collect::<Vec<_>>().join(", ");
    let texts = names.iter().map(|name| quote::literal(&name.to_string())).collect::<Vec<_>>().join(", ");
    format!("SELECT pg_temp.migrate_seed_off(ARRAY[{oids}]::pg_catalog.oid[], ARRAY[{texts}])")
}

/// The error of a script whose header names a table that is not there, if that is what the server said.
pub(super) fn missing(path: &str, failure: &Failure) -> Option<Error> {
    let Failure::Server(error) = failure else { return None };
    let text = format!("{path}: `without-triggers` names {}, and there is no such table", error.message());
    let error = Error::new(Kind::Usage, text).hint("correct the name, or apply the schema with `migrate up`");
    failure.code().is_some_and(|code| code.code() == MISSING).then_some(error)
}
