//! What a `CONCURRENTLY` statement works on.
//!
//! Such a statement shares no transaction with the ledger, so that after a crash the engine must ask the catalog whether it
//! took effect. This says what to ask about.

use squawk_lexer::TokenKind;

pub use super::Name;
use super::words::{Reader, option};

/// Enough for every form, with a long list of indexes to drop.
const WORDS: usize = 512;

/// A statement that works concurrently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concurrent {
    /// `CREATE [UNIQUE] INDEX CONCURRENTLY`.
    CreateIndex {
        /// Its name; without one the server makes it up.
        index: Option<String>,
        /// The table, in whose schema the index is.
        table: Name,
        /// `IF NOT EXISTS`, which takes an INVALID index of that name for the real one.
        if_not_exists: bool,
    },
    /// `DROP INDEX CONCURRENTLY`.
    DropIndex {
        /// What goes.
        indexes: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `REINDEX … CONCURRENTLY`.
    Reindex {
        /// What the name names.
        of: Reindexed,
        /// An index, table, schema or database; `REINDEX DATABASE CONCURRENTLY` may go without.
        name: Option<Name>,
    },
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`.
    Detach {
        /// The partitioned table.
        parent: Name,
        /// What leaves it.
        partition: Name,
    },
}

/// What `REINDEX` rebuilds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reindexed {
    /// One index.
    Index,
    /// All of a table's.
    Table,
    /// All of a schema's.
    Schema,
    /// All of the database's.
    Database,
}

/// What a statement does concurrently; `None` if it does not.
#[must_use]
pub fn describe(statement: &str) -> Option<Concurrent> {
    let mut words = Reader::new(statement, WORDS);
    if words.eat(&["CREATE"]) {
        create(&mut words)
    } else if words.eat(&["DROP", "INDEX", "CONCURRENTLY"]) {
        drop(&mut words)
    } else if words.eat(&["REINDEX"]) {
        reindex(&mut words)
    } else if words.eat(&["ALTER"]) {
        detach(&mut words)
    } else {
        None
    }
}

fn create(words: &mut Reader<'_>) -> Option<Concurrent> {
    words.eat(&["UNIQUE"]);
    if !words.eat(&["INDEX", "CONCURRENTLY"]) {
        return None;
    }
    let if_not_exists = words.eat(&["IF", "NOT", "EXISTS"]);
    // ON is a reserved word: an index of that name must be quoted.
    let index = if words.at("ON") { None } else { Some(words.name()?.name) };
    if !words.eat(&["ON"]) {
        return None;
    }
    words.eat(&["ONLY"]);
    Some(Concurrent::CreateIndex { index, table: words.name()?, if_not_exists })
}

fn drop(words: &mut Reader<'_>) -> Option<Concurrent> {
    let if_exists = words.eat(&["IF", "EXISTS"]);
    let mut indexes = vec![words.name()?];
    while words.token(TokenKind::Comma) {
        indexes.push(words.name()?);
    }
    Some(Concurrent::DropIndex { indexes, if_exists })
}

fn reindex(words: &mut Reader<'_>) -> Option<Concurrent> {
    let listed = option(&words.list(), "concurrently").unwrap_or(false);
    let kinds = [
        ("INDEX", Reindexed::Index),
        ("TABLE", Reindexed::Table),
        ("SCHEMA", Reindexed::Schema),
        ("DATABASE", Reindexed::Database),
    ];
    let (_, of) = kinds.into_iter().find(|(word, _)| words.eat(&[word]))?;
    let concurrent = words.eat(&["CONCURRENTLY"]) || listed;
    concurrent.then(|| Concurrent::Reindex { of, name: words.name() })
}

/// Reads on behind `ALTER`.
pub(super) fn detach(words: &mut Reader<'_>) -> Option<Concurrent> {
    if !words.eat(&["TABLE"]) {
        return None;
    }
    words.eat(&["IF", "EXISTS"]);
    words.eat(&["ONLY"]);
    let parent = words.name()?;
    words.token(TokenKind::Star);
    if !words.eat(&["DETACH", "PARTITION"]) {
        return None;
    }
    let partition = words.name()?;
    words.at("CONCURRENTLY").then_some(Concurrent::Detach { parent, partition })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(schema: Option<&str>, name: &str) -> Name {
        Name { schema: schema.map(str::to_owned), name: name.to_owned() }
    }

    #[test]
    fn an_index_build_tells_index_and_table() {
        let text =
            "/* why */ create unique index concurrently if not exists \"Odd\" on only Public.Orders using btree (a)";
        let table = name(Some("public"), "orders");
        let expected = Concurrent::CreateIndex { index: Some("Odd".into()), table, if_not_exists: true };
        assert_eq!(describe(text), Some(expected));
    }

    #[test]
    fn an_index_without_a_name_is_the_servers_to_name() {
        let expected = Concurrent::CreateIndex { index: None, table: name(None, "t"), if_not_exists: false };
        assert_eq!(describe("CREATE INDEX CONCURRENTLY ON t (a)"), Some(expected));
        assert_eq!(describe("CREATE INDEX concurrently_built ON t (a)"), None);
    }

    #[test]
    fn drops_list_all_their_indexes() {
        let indexes = vec![name(None, "a"), name(Some("s"), "B")];
        let expected = Concurrent::DropIndex { indexes, if_exists: true };
        assert_eq!(describe("DROP INDEX CONCURRENTLY IF EXISTS a, s.\"B\" RESTRICT"), Some(expected));
        assert_eq!(describe("DROP INDEX a"), None);
    }

    #[test]
    fn reindex_is_concurrent_in_both_spellings() {
        let of = Reindexed::Table;
        let expected = Some(Concurrent::Reindex { of, name: Some(name(Some("s"), "t")) });
        assert_eq!(describe("REINDEX (VERBOSE) TABLE CONCURRENTLY s.t"), expected);
        assert_eq!(describe("REINDEX (CONCURRENTLY on, VERBOSE) TABLE s.t"), expected);
        assert_eq!(describe("REINDEX (CONCURRENTLY off) TABLE s.t"), None);
    }

    #[test]
    fn a_detach_tells_both_tables() {
        let expected = Concurrent::Detach { parent: name(Some("s"), "p"), partition: name(None, "c") };
        assert_eq!(describe("ALTER TABLE IF EXISTS s.p DETACH PARTITION c CONCURRENTLY"), Some(expected));
        assert_eq!(describe("ALTER TABLE s.p DETACH PARTITION c FINALIZE"), None);
        assert_eq!(describe("ALTER TABLE s.p DETACH PARTITION c"), None);
    }
}
