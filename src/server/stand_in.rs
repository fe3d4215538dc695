//! The stand-in for what a Supabase project finds already there: roles, `auth` schema, publication.

/// The script that installs it; re-runnable. `expose_new_tables`: whether new tables in `public` are open to the roles of
/// the API, as in projects from before 2026-10-30.
#[must_use]
pub fn script(expose_new_tables: bool) -> String {
    let hidden = if expose_new_tables { "" } else { include_str!("stand_in_hidden.sql") };
    format!("{}\n{hidden}", include_str!("stand_in.sql"))
}
