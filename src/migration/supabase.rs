//! Projects of Supabase's CLI: its rules for file names, and what we do differently for files that it has run before us.

use std::fs;
use std::path::Path;

use super::name::{self, FileName, Reading};
use super::{Pair, Script};
use crate::sql::{self, TransactionRule};

/// A first file called `…_init.sql` of an earlier date is what a former CLI wrote, and is not run.
const OLD_INIT_BEFORE: i64 = 20_211_209_000_000;

/// Why the CLI passes over a file of its migrations folder. `is_first`: no file's name sorts before it.
fn skipped(file: &str, is_first: bool) -> Option<&'static str> {
    let Some(stem) = file.strip_suffix(".sql").filter(|_| !file.starts_with('.')) else {
        return file.to_ascii_lowercase().ends_with(".sql").then_some("its ending is not `.sql` in lower case");
    };
    let end = stem.find(|c: char| !c.is_ascii_digit()).unwrap_or(stem.len());
    let (digits, rest) = stem.split_at(end);
    if digits.is_empty() || !rest.starts_with('_') {
        return Some("its name is not `<digits>_<name>.sql`");
    }
    let is_old = digits.len() == 14 && digits.parse::<i64>().is_ok_and(|stamp| stamp < OLD_INIT_BEFORE);
    (is_first && rest == "_init" && is_old).then_some("it is the schema that an old CLI wrote")
}

/// Reads the name of a file in the migrations folder.
pub(super) fn read(file: &str, is_first: bool) -> Reading {
    if skipped(file, is_first).is_some() {
        return Reading::Other;
    }
    if let Some(stem) = file.strip_suffix(".down.sql") {
        return Reading::Wrong(format!(
            "`supabase db push` would run this rollback as a migration, and before its own; move it: \
             `mkdir -p supabase/rollbacks && mv supabase/migrations/{file} supabase/rollbacks/{stem}.sql`"
        ));
    }
    // To the CLI `.up` is a part of the name like any other.
    match file.strip_suffix(".up.sql").map(|stem| name::read(&format!("{stem}.sql"))) {
        Some(Reading::Script(found)) => Reading::Script(FileName { name: format!("{}.up", found.name), ..found }),
        Some(other) => other,
        None => name::read(file),
    }
}

/// The CLI runs a file outside a transaction when a statement in it demands that, without a header. So do we.
pub(super) fn without_header(mut script: Script) -> Script {
    let lower = script.text.to_ascii_lowercase();
    let words = ["concurrently", "vacuum", "alter system", "cluster", "commit", "begin", "transaction"];
    // Splitting costs more than looking for a word.
    if words.iter().any(|word| lower.contains(word)) {
        let statements = sql::split(&script.text).unwrap_or_default();
        script.directives.no_transaction |= statements.iter().any(|s| s.transaction != TransactionRule::Allowed);
    }
    script
}

/// Migrations older than the first rollback were there before the project had any: they need none.
pub(super) fn excuse_history(pairs: &mut [Pair]) {
    let first = pairs.iter().position(|pair| pair.down.is_some()).unwrap_or(pairs.len());
    for pair in pairs.iter_mut().take(first) {
        let reason = "it is older than the first file in supabase/rollbacks/".to_owned();
        pair.up.directives.irreversible.get_or_insert(reason);
    }
}

/// What deserves a word about the folders: files that are passed over, an order that the CLI sees otherwise.
pub(super) fn notes(migrations: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(migrations) else { return Vec::new() };
    let mut files: Vec<(String, bool)> = entries
        .filter_map(Result::ok)
        .map(|e| (e.file_name().to_string_lossy().into_owned(), e.file_type().is_ok_and(|t| t.is_dir())))
        .collect();
    files.sort_unstable();
    let mut notes = Vec::new();
    let mut numbers = Vec::new();
    for (at, (file, is_folder)) in files.iter().enumerate() {
        if *is_folder {
            continue;
        }
        match (skipped(file, at == 0), read(file, at == 0)) {
            (Some(why), _) => notes.push(format!("supabase/migrations/{file} is passed over: {why}")),
            (None, Reading::Script(found)) => numbers.push(found.version),
            _ => {}
        }
    }
    if !numbers.is_sorted() {
        notes.push(
            "supabase/migrations has numbers of different lengths: Supabase's CLI runs the files in the order of their \
             names, migrate in the order of their numbers; write all of them with 14 digits"
                .to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::script;

    fn told(file: &str, is_first: bool) -> String {
        match read(file, is_first) {
            Reading::Script(name) => format!("{} {}", name.version, name.name),
            Reading::Other => "other".to_owned(),
            Reading::Wrong(why) => why,
        }
    }

    #[test]
    fn names_are_taken_and_passed_over_as_the_cli_does() {
        assert_eq!(told("20240101000000_a-b.c.sql", false), "20240101000000 a-b.c");
        assert_eq!(told("20240101000000_a.up.sql", false), "20240101000000 a.up");
        assert_eq!(told("001_a.sql", true), "1 a");
        assert_eq!(told("20210101000000_init.sql", true), "other");
        assert_eq!(told("20210101000000_init.sql", false), "20210101000000 init");
        assert_eq!(told("20240101000000_init.sql", true), "20240101000000 init");
        for file in ["init.sql", "V1__a.sql", "20240101000000.sql", "20240101000000_a.SQL", "README.md", ".1_a.sql"] {
            assert_eq!(told(file, false), "other", "{file}");
        }
        let down = told("20240101000000_a.down.sql", false);
        assert!(
            down.ends_with("mv supabase/migrations/20240101000000_a.down.sql supabase/rollbacks/20240101000000_a.sql`")
        );
    }

    #[test]
    fn a_statement_that_demands_it_takes_the_file_out_of_a_transaction() {
        let of = |text: &str| without_header(script("x.sql".into(), text.into()).unwrap()).directives.no_transaction;
        assert!(of("create index concurrently i on a (b);"));
        assert!(of("BEGIN; select 1; COMMIT;"));
        assert!(!of("create function f() returns void language plpgsql as $$ begin commit; end $$;"));
        assert!(!of("select 'vacuum'"));
    }
}
