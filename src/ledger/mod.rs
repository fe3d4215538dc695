//! What a target records about itself: refinery's own table, in refinery's format, and our append-only journal.
//!
//! Every statement is schema-qualified, because a script may have changed `search_path`. Values are bound; the only thing
//! written into a text is refinery's table name, quoted. Each `.sql` file beside this one says what it returns.

mod read;
mod state;
pub mod supabase;
mod write;

pub use read::{Entry, HistoryRow, Known, Last, Release, State, Stored};
pub use state::There;
pub use write::{Note, Progress, Recorder, Script};

pub use crate::migration::refinery::Width;

use crate::config::TableName;

/// The narrowest width that holds the largest version.
#[must_use]
pub fn width_for(largest: i64) -> Width {
    if i32::try_from(largest).is_ok() { Width::Int4 } else { Width::Int8 }
}

/// The width's type in SQL.
fn type_name(width: Width) -> &'static str {
    match width {
        Width::Int4 => "int4",
        Width::Int8 => "int8",
    }
}

/// The statements of a ledger whose refinery table has a certain name.
#[derive(Clone, Debug)]
pub struct Ledger {
    table: TableName,
    quoted: String,
}

impl Ledger {
    /// A ledger with refinery's table of that name.
    #[must_use]
    pub fn new(table: &TableName) -> Self {
        Self { table: table.clone(), quoted: crate::sql::quote::qualified(&table.schema, &table.name) }
    }

    /// refinery's table.
    #[must_use]
    pub fn table(&self) -> &TableName {
        &self.table
    }

    /// refinery's table, quoted.
    #[must_use]
    pub fn qualified(&self) -> &str {
        &self.quoted
    }

    /// The statements that make the ledger; re-runnable.
    #[must_use]
    pub fn create(&self, width: Width) -> String {
        let literal = crate::sql::quote::literal(&self.quoted);
        let template = include_str!("create.sql").replace("{refinery_literal}", &literal);
        self.sql(&template).replace("{version}", type_name(width))
    }

    fn sql(&self, template: &str) -> String {
        template.replace("{refinery}", &self.quoted)
    }
}
