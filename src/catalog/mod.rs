//! A database's schema as a value: every object with everything that `pg_dump --schema-only` would show of it.
//!
//! A [`Catalog`] is a list of [`Object`]s in the order of their [`Id`]s. An object is its identity, its attributes by name
//! as PostgreSQL words them, and the objects that it needs. Whatever can be addressed by a statement of its own is an object:
//! a column, a constraint, a policy. Owner, comment and grants are attributes of their object. Two objects are the same if
//! their attributes are: nothing that differs between two servers (oids, column positions) is an attribute.

mod assembly;
mod expression;
pub mod grants;
mod kind;
mod needs;
mod object;
mod read;
mod rows;
pub mod snapshot;

pub use kind::Kind;
pub use object::{Catalog, Id, Object};
pub use read::read;
