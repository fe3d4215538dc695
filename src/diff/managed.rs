//! What is not the project's to change, and so is no difference: the ledger, what Supabase keeps for itself, and what the user
//! says.
//!
//! The lists are data: a pattern in them reads as one in `migrate.toml` does.

mod pattern;

pub use pattern::Pattern;

use crate::catalog::{Id, Kind};

/// The ledger is ours, and Supabase's beside it; they differ between any two databases.
const LEDGERS: [&str; 2] = ["migrate", "supabase_migrations"];

/// Schemas that Supabase and the extensions it offers keep for themselves.
const SUPABASE_SCHEMAS: [&str; 26] = [
    "_analytics",
    "_realtime",
    "_supavisor",
    "auth",
    "cron",
    "dbdev",
    "etl",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgmq",
    "pgsodium",
    "pgsodium_masks",
    "pgtle",
    "realtime",
    "repack",
    "storage",
    "supabase_functions",
    "supabase_migrations",
    "tiger",
    "tiger_data",
    "topology",
    "vault",
    "timescaledb_information",
];

/// What Supabase makes outside its schemas, or beside what users put there. Members of the publication are the user's.
const SUPABASE_OBJECTS: [&str; 17] = [
    "default_privilege *supabase_admin.*",
    "event_trigger ensure_rls",
    "event_trigger issue_*",
    "event_trigger pgrst_*",
    "extension pg_graphql",
    "extension pg_stat_statements",
    "extension pgcrypto",
    "extension supabase_vault",
    "extension uuid-ossp",
    "publication supabase_realtime",
    "publication supabase_realtime_messages_publication",
    "publication_member supabase_realtime_messages_publication.*",
    "trigger storage.buckets.enforce_bucket_name_length_trigger",
    "trigger storage.buckets.protect_buckets_delete",
    "trigger storage.objects.objects_*",
    "trigger storage.objects.protect_objects_delete",
    "trigger storage.objects.update_objects_updated_at",
];

/// What users put into its schemas: whatever of these is not in the list above.
const SUPABASE_USERS: [&str; 4] =
    ["policy *", "trigger auth.users.*", "trigger storage.buckets.*", "trigger storage.objects.*"];

/// What is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Managed {
    ignored: Vec<Pattern>,
    supabase: Option<Supabase>,
}

#[derive(Clone, Debug)]
struct Supabase {
    objects: Vec<Pattern>,
    users: Vec<Pattern>,
}

impl Managed {
    /// What the user's patterns name, and if the project lives there, what Supabase keeps for itself.
    #[must_use]
    pub fn new(ignored: Vec<Pattern>, supabase: bool) -> Self {
        let read = |list: &[&str]| list.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
        let supabase = supabase.then(|| Supabase { objects: read(&SUPABASE_OBJECTS), users: read(&SUPABASE_USERS) });
        Self { ignored, supabase }
    }

    /// Whether differences of this object count.
    #[must_use]
    pub fn counts(&self, id: &Id) -> bool {
        let schema = if id.kind == Kind::Schema { &*id.name } else { &*id.schema };
        if LEDGERS.contains(&schema) || self.ignored.iter().any(|pattern| pattern.matches(id)) {
            return false;
        }
        self.supabase.as_ref().is_none_or(|supabase| supabase.counts(id, schema))
    }
}

impl Supabase {
    fn counts(&self, id: &Id, schema: &str) -> bool {
        let is = |list: &[Pattern]| list.iter().any(|pattern| pattern.matches(id));
        !is(&self.objects) && (!SUPABASE_SCHEMAS.contains(&schema) || is(&self.users))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(kind: Kind, schema: &str, of: &str, name: &str) -> bool {
        Managed::new(Vec::new(), true).counts(&Id { kind, schema: schema.into(), of: of.into(), name: name.into() })
    }

    #[test]
    fn every_pattern_of_the_lists_reads() {
        for text in SUPABASE_OBJECTS.iter().chain(&SUPABASE_USERS) {
            assert!(Pattern::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_users_put_there_counts_and_what_supabase_does_not() {
        assert!(counts(Kind::Policy, "storage", "objects", "Anyone can read"));
        assert!(counts(Kind::Trigger, "auth", "users", "on_auth_user_created"));
        assert!(counts(Kind::Trigger, "storage", "objects", "mine"));
        assert!(counts(Kind::PublicationMember, "", "supabase_realtime", "table public.messages"));
        assert!(counts(Kind::DefaultPrivilege, "public", "postgres", "tables"));
        assert!(!counts(Kind::Table, "auth", "", "users"));
        assert!(!counts(Kind::Schema, "", "", "storage"));
        assert!(!counts(Kind::Trigger, "storage", "objects", "objects_insert_prefix_trigger"));
        assert!(!counts(Kind::Publication, "", "", "supabase_realtime"));
        assert!(!counts(Kind::DefaultPrivilege, "", "supabase_admin", "tables"));
        assert!(!counts(Kind::EventTrigger, "", "", "pgrst_ddl_watch"));
    }
}
