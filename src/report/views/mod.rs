//! The result of each command.

mod access;
mod bench;
mod databases;
mod diff;
mod dump;
mod generated;
mod ledger;
mod ran;
mod scripts;
mod seed;
mod server;
mod status;

pub use access::{AccessChanges, AccessMatrix};
pub use bench::{Bench, Queries};
pub use databases::{Databases, Dropped, Listed, Waited};
pub use diff::{Differences, Patches, Snapshot};
pub use dump::{Dumped, Folded};
pub use generated::{Generated, Saved, SavedPair};
pub use ledger::{Adoption, History, Releases, Repairs};
pub use ran::{Planned, PlannedStep, Ran, write_losses};
pub use scripts::{Created, Linted, Rehearsed};
pub use seed::{Seeded, Unseeded, Volume};
pub use server::Server;
pub use status::{Drift, Status, StatusLine, Verified};
