//! What is not the project's to change, and so is no difference: the ledger, and what Supabase's services keep for themselves.

use crate::catalog::{Id, Kind};

/// The ledger is ours, and differs between any two databases.
const LEDGER: &str = "migrate";

/// Schemas that Supabase's services keep for themselves.
const SUPABASE: [&str; 16] = [
    "_analytics",
    "_realtime",
    "_supavisor",
    "auth",
    "cron",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgsodium",
    "realtime",
    "storage",
    "supabase_functions",
    "supabase_migrations",
    "vault",
];

/// What is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Managed {
    /// Schemas of which nothing counts.
    pub schemas: Vec<String>,
    /// Whether Supabase's own schemas are left out, but for what users put there.
    pub supabase: bool,
}

impl Managed {
    /// Whether differences of this object count.
    #[must_use]
    pub fn counts(&self, id: &Id) -> bool {
        let schema = if id.kind == Kind::Schema { &*id.name } else { &*id.schema };
        if schema == LEDGER || self.schemas.iter().any(|left_out| left_out == schema) {
            return false;
        }
        !self.supabase || !SUPABASE.contains(&schema) || is_users_own(id)
    }
}

/// What users put into Supabase's schemas, and Supabase itself does not: policies, and triggers on `auth.users`.
fn is_users_own(id: &Id) -> bool {
    match id.kind {
        Kind::Policy => true,
        Kind::Trigger => &*id.schema == "auth" && &*id.of == "users",
        _ => false,
    }
}
