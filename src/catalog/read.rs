//! Reads a catalog: all queries travel together, on one snapshot, in one round trip.
//!
//! The queries are the files in `sql/`. Their first columns say what an object is and what `pg_depend` calls it; every column
//! after them is an attribute, by its own name. So nothing here knows of any kind, grants apart.

use anyhow::Context as _;

use super::Catalog;
use super::assembly::Assembly;
use crate::database::session::Session;

/// What the rows of a query are.
#[derive(Clone, Copy)]
enum Rows {
    Members,
    Remarks,
    Objects,
    Aliases,
    Needs,
}

/// The queries in the order in which they are run: what others refer to comes before them.
const QUERIES: [(Rows, &str); 25] = [
    (Rows::Members, include_str!("sql/members.sql")),
    (Rows::Remarks, include_str!("sql/remarks.sql")),
    (Rows::Objects, include_str!("sql/schemas.sql")),
    (Rows::Objects, include_str!("sql/extensions.sql")),
    (Rows::Objects, include_str!("sql/relations.sql")),
    (Rows::Objects, include_str!("sql/types.sql")),
    (Rows::Objects, include_str!("sql/sequences.sql")),
    (Rows::Objects, include_str!("sql/columns.sql")),
    (Rows::Objects, include_str!("sql/defaults.sql")),
    (Rows::Objects, include_str!("sql/constraints.sql")),
    (Rows::Objects, include_str!("sql/indexes.sql")),
    (Rows::Objects, include_str!("sql/functions.sql")),
    (Rows::Objects, include_str!("sql/triggers.sql")),
    (Rows::Objects, include_str!("sql/policies.sql")),
    (Rows::Objects, include_str!("sql/rules.sql")),
    (Rows::Objects, include_str!("sql/event_triggers.sql")),
    (Rows::Objects, include_str!("sql/statistics.sql")),
    (Rows::Objects, include_str!("sql/default_privileges.sql")),
    (Rows::Objects, include_str!("sql/publications.sql")),
    (Rows::Objects, include_str!("sql/foreign_data.sql")),
    (Rows::Objects, include_str!("sql/collations.sql")),
    (Rows::Objects, include_str!("sql/others.sql")),
    (Rows::Objects, include_str!("sql/subscriptions.sql")),
    (Rows::Aliases, include_str!("sql/aliases.sql")),
    (Rows::Needs, include_str!("sql/needs.sql")),
];
const PUBLICATION_MEMBERS: &str = include_str!("sql/publication_members.sql");
const PUBLICATION_TABLES: &str = include_str!("sql/publication_tables.sql");

/// With an empty search path PostgreSQL words every name with its schema; then comes what pg_dump sets, then what
/// only costs time where there are thousands of small lookups.
const SETTINGS: &str = "set local search_path = ''; set local datestyle = iso; set local intervalstyle = postgres; \
                        set local extra_float_digits = 3; set local quote_all_identifiers = off; set local bytea_output = hex; \
                        set local jit = off; set local max_parallel_workers_per_gather = 0";

/// Reads everything in the database that `session` is connected to. `server_version` is its `server_version_num`.
///
/// # Errors
/// When the server refuses a query, or the connection is lost.
pub async fn read(session: &mut Session, server_version: u32) -> anyhow::Result<Catalog> {
    let members = if server_version >= 150_000 { PUBLICATION_MEMBERS } else { PUBLICATION_TABLES };
    let queries: Vec<(Rows, &str)> = QUERIES.into_iter().chain([(Rows::Objects, members)]).collect();
    let texts: Vec<&str> = queries.iter().map(|(_, sql)| *sql).collect();
    let mut assembly = Assembly::default();
    let mut outcome = Ok(());
    let each = |query: usize, row| {
        let read = match queries[query].0 {
            Rows::Members => assembly.member(&row),
            Rows::Remarks => assembly.remark(&row),
            Rows::Objects => assembly.object(query, &row),
            Rows::Aliases => assembly.alias(&row),
            Rows::Needs => assembly.need(&row),
        };
        if outcome.is_ok() {
            outcome = read;
        }
    };
    let read = session.snapshot_each(SETTINGS, &texts, each).await;
    read.map_err(anyhow::Error::new).and(outcome).context("failed to read the catalog")?;
    Ok(assembly.finish(server_version))
}
