//! Seeds: rows that a project comes with, in files that people edit.
//!
//! | file | what it does |
//! | --- | --- |
//! | `files`, `bundled` | the files of a project's verticals, read and checked before a server is asked |
//! | `csv`, `sheet`, `marker`, `directive`, `script` | what is in a file |
//! | `load` | verticals loaded in one transaction |
//! | `work` | that transaction: session, limits, the second session that sees what was before |
//! | `state` | what the ledger keeps: days, checksums, whose each row is |
//! | `rows`, `table`, `stage` | a CSV file seen against its table, its rows on the server |
//! | `write`, `statements`, `diagnose` | CSV files loaded: in which order, with which SQL, and which cell was bad |
//! | `owned` | whose the rows are that were inserted |
//! | `triggers` | a table's own triggers, off for a while |
//! | `remove`, `stale`, `reset` | rows deleted again: how, those whose line is gone, all |
//! | [`volume`] | a chain's years of rows, generated |

mod bundled;
mod csv;
mod diagnose;
mod directive;
mod files;
mod load;
mod marker;
mod owned;
mod remove;
mod reset;
mod rows;
mod script;
mod sheet;
mod stage;
mod stale;
mod state;
mod statements;
mod table;
mod triggers;
pub mod volume;
mod work;
mod write;

pub use files::{Vertical, names, read, unnamed};
pub use load::{Loaded, LoadedFile, Options, load};
pub use marker::date;
pub use remove::Removed;
pub use reset::{Unloaded, count, reset};
