//! A shop of its own for a test: the migrated schema with a few people in it, copied from one template database, and
//! a way to try what each of them may do.

use std::fmt::Write as _;
use std::sync::OnceLock;

use counterpose::testing::{Database, Databases, Overrides};
use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::project::Project;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller {
    /// The owner of the tables, who is under no policy.
    Owner,
    /// The role of trusted servers.
    Service,
    /// Somebody who has not signed in.
    Anon,
    /// A user of the fixture, signed in.
    User(&'static str),
}

pub(crate) use Caller::{Anon, Owner, Service};
/// Has a profile as customer and one as member, whose package holds two classes.
pub(crate) const ANN: Caller = Caller::User("ann");
/// Likewise, with no package and a booking in the open class.
pub(crate) const BEN: Caller = Caller::User("ben");
/// Signed in, and nothing else.
pub(crate) const STRANGER: Caller = Caller::User("stranger");
/// Teaches both classes of the fixture.
pub(crate) const TEACHER: Caller = Caller::User("teacher");
/// Stands in for the teacher in the open class.
pub(crate) const SUBSTITUTE: Caller = Caller::User("substitute");
/// Works behind the bar.
pub(crate) const BARISTA: Caller = Caller::User("barista");
/// Works here.
pub(crate) const STAFF: Caller = Caller::User("staff");
/// Runs the place.
pub(crate) const ADMIN: Caller = Caller::User("admin");

/// The versions of the bundled migrations, ascending.
pub(crate) fn versions() -> Vec<u32> {
    let files = std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).unwrap();
    let version = |file: std::fs::DirEntry| file.file_name().to_str()?.split('_').next()?.parse().ok();
    let mut versions: Vec<u32> = files.filter_map(|file| version(file.unwrap())).collect();
    versions.sort_unstable();
    versions
}

/// As the ledger tells them: `1 2 3 …`.
pub(crate) fn all_versions() -> String {
    versions().iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}

/// A folder without migrations, on a fresh database of the shared server: the program takes the bundled ones.
pub(crate) fn bundled() -> Project {
    let project = Project::new();
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project
}

/// A database with a shop in it.
pub(crate) struct Shop {
    pub(crate) url: String,
    client: Client,
    /// Dropped with the shop.
    _database: Option<Database>,
}

impl Shop {
    /// A fresh copy of the fixture.
    pub(crate) fn open() -> Self {
        static SHOPS: OnceLock<(Project, Databases)> = OnceLock::new();
        let (_, shops) = SHOPS.get_or_init(|| {
            let project = bundled();
            // The harder of the two grant modes: every new table is open to the API until a migration closes it.
            project.file("migrate.toml", "platform = \"supabase\"\nexpose_new_tables = true\n");
            let (dir, url) = (Some(project.path().to_owned()), Some(project.url.clone()));
            let place = Overrides { dir, url, ..Overrides::default() };
            let shops = Databases::with_rows(&place, expand(include_str!("fixture.sql"))).unwrap();
            (project, shops)
        });
        let database = shops.database().unwrap();
        let shop = Self::on(database.url());
        Self { _database: Some(database), ..shop }
    }

    /// A session in a database that is there.
    pub(crate) fn on(url: &str) -> Self {
        let mut client = Client::connect(url, NoTls).unwrap();
        // Classes are planned in UTC here: what day the machine has must not matter.
        client.batch_execute("set timezone = 'UTC'").unwrap();
        Self { client, url: url.to_owned(), _database: None }
    }

    /// Every table that the migrations make.
    pub(crate) fn tables(&mut self) -> Vec<String> {
        let sql =
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1";
        self.attempt(Owner, sql).unwrap().lines().map(str::to_owned).collect()
    }

    /// Demands what a script gives: the rows of its last statement, columns joined by `|`, or else how many it touched.
    #[track_caller]
    pub(crate) fn gives(&mut self, caller: Caller, sql: &str, expected: &str) {
        match self.attempt(caller, sql) {
            Ok(found) => assert_eq!(found, expected, "{caller:?}: {sql}"),
            Err(error) => panic!("{caller:?}: {sql}\n{error:?}"),
        }
    }

    /// Demands an error: its SQLSTATE, and words of its message, lest something else refuses.
    #[track_caller]
    pub(crate) fn refuses(&mut self, caller: Caller, sql: &str, code: &str, words: &str) {
        match self.attempt(caller, sql) {
            Ok(found) => panic!("{caller:?} may: {sql}\n{found}"),
            Err(error) => {
                let said = error.as_db_error().unwrap_or_else(|| panic!("{sql}\n{error:?}"));
                assert_eq!(said.code().code(), code, "{caller:?}: {sql}\n{said}");
                assert!(said.message().contains(words), "{caller:?}: {sql}\n{said}");
            }
        }
    }

    /// What one statement would do, undone at once: how many rows, or what is against it.
    pub(crate) fn tries(&mut self, caller: Caller, sql: &str) -> String {
        let mut transaction = self.client.transaction().unwrap();
        transaction.batch_execute(&sign_in(caller)).unwrap();
        let messages = match transaction.simple_query(&expand(sql)) {
            Ok(messages) => messages,
            Err(error) => {
                let said = error.as_db_error().unwrap();
                return match said.code().code() {
                    "42501" if said.message().starts_with("permission denied for table") => "-".to_owned(),
                    "42501" if said.message().contains("row-level security") => "rls".to_owned(),
                    "42501" if said.message().starts_with("there is no such") => "no".to_owned(),
                    "23503" => "fk".to_owned(),
                    _ => said.to_string(),
                };
            }
        };
        let count = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => Some(count.to_string()),
            _ => None,
        });
        count.unwrap()
    }

    /// Runs a script in a transaction of its own, as PostgREST would; it is undone if it fails.
    pub(crate) fn attempt(&mut self, caller: Caller, sql: &str) -> Result<String, postgres::Error> {
        let mut transaction = self.client.transaction()?;
        transaction.batch_execute(&sign_in(caller))?;
        let messages = transaction.simple_query(&expand(sql))?;
        transaction.commit()?;
        Ok(last_result(&messages))
    }
}

/// What makes a transaction that of a caller.
pub(crate) fn sign_in(caller: Caller) -> String {
    let (role, claims) = match caller {
        Caller::Owner => return String::new(),
        Caller::Service => ("service_role", "'role', 'service_role'".to_owned()),
        Caller::Anon => ("anon", "'role', 'anon'".to_owned()),
        Caller::User(name) => ("authenticated", expand(&format!("'role', 'authenticated', 'sub', {{user {name}}}"))),
    };
    format!("set local role {role}; select set_config('request.jwt.claims', json_build_object({claims})::text, true)")
}

/// Replaces `{kind name}` by that thing's id. Two things of one name differ, so that no test passes because a user's id
/// happens to be its customer's too.
pub(crate) fn expand(sql: &str) -> String {
    let (mut text, mut rest) = (String::new(), sql);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let is_name = |word: &str| word.contains(' ') && word.chars().all(|c| c.is_ascii_lowercase() || c == ' ');
        match after.split_once('}') {
            Some((word, behind)) if is_name(word) => {
                write!(text, "md5('{word}')::uuid").unwrap();
                rest = behind;
            }
            _ => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

fn last_result(messages: &[SimpleQueryMessage]) -> String {
    let (mut rows, mut result) = (Vec::new(), String::new());
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                let values = (0..row.len()).map(|column| row.get(column).unwrap_or("NULL"));
                rows.push(values.collect::<Vec<_>>().join("|"));
            }
            SimpleQueryMessage::CommandComplete(count) => {
                result = if rows.is_empty() { count.to_string() } else { rows.join("\n") };
                rows.clear();
            }
            _ => {}
        }
    }
    result
}
