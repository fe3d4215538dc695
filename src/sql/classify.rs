//! Whether a statement may run in a transaction: what PostgreSQL's `PreventInTransactionBlock` refuses, read from the text.
//!
//! Tested against the real server in `tests/`: every `Forbidden` here fails there in a transaction, and the near misses do
//! not. What the text cannot tell (a partitioned table under REINDEX, a procedure that commits) is left to the server.

use super::TransactionRule::{self, Allowed, Controls, Forbidden};
use super::words::{Reader, option};

/// Enough words for every form below, options included.
const WORDS: usize = 64;

/// How a statement stands to transactions.
#[must_use]
pub fn classify(statement: &str) -> TransactionRule {
    let mut words = Reader::new(statement, 1);
    let Some(first) = words.peek() else { return Allowed };
    let first = first.text.to_ascii_uppercase();
    let decide: fn(&mut Reader<'_>) -> TransactionRule = match first.as_str() {
        "BEGIN" => return Controls("BEGIN"),
        "END" => return Controls("END"),
        "ABORT" => return Controls("ABORT"),
        "VACUUM" => return Forbidden("VACUUM"),
        "START" => start,
        "COMMIT" => commit,
        "ROLLBACK" => rollback,
        "PREPARE" => prepare,
        "CREATE" => create,
        "DROP" => drop,
        "ALTER" => alter,
        "REINDEX" => reindex,
        "CLUSTER" => cluster,
        "DISCARD" => discard,
        _ => return Allowed,
    };
    words = Reader::new(statement, WORDS);
    words.eat(&[&first]);
    decide(&mut words)
}

fn start(words: &mut Reader<'_>) -> TransactionRule {
    if words.at("TRANSACTION") { Controls("START TRANSACTION") } else { Allowed }
}

fn commit(words: &mut Reader<'_>) -> TransactionRule {
    Controls(if words.at("PREPARED") { "COMMIT PREPARED" } else { "COMMIT" })
}

/// `ROLLBACK TO SAVEPOINT` stays inside its transaction.
fn rollback(words: &mut Reader<'_>) -> TransactionRule {
    if words.at("PREPARED") {
        return Controls("ROLLBACK PREPARED");
    }
    let _ = words.eat(&["WORK"]) || words.eat(&["TRANSACTION"]);
    if words.at("TO") { Allowed } else { Controls("ROLLBACK") }
}

/// `PREPARE TRANSACTION 'id'`; `PREPARE transaction AS …` is a prepared statement of that name.
fn prepare(words: &mut Reader<'_>) -> TransactionRule {
    let controls = words.eat(&["TRANSACTION"]) && words.peek().is_some_and(|word| word.text.contains('\''));
    if controls { Controls("PREPARE TRANSACTION") } else { Allowed }
}

fn create(words: &mut Reader<'_>) -> TransactionRule {
    words.eat(&["UNIQUE"]);
    if words.eat(&["INDEX"]) {
        return if words.at("CONCURRENTLY") { Forbidden("CREATE INDEX CONCURRENTLY") } else { Allowed };
    }
    if words.at("DATABASE") {
        return Forbidden("CREATE DATABASE");
    }
    if words.at("TABLESPACE") {
        return Forbidden("CREATE TABLESPACE");
    }
    if words.eat(&["SUBSCRIPTION"]) && makes_slot(words) {
        return Forbidden("CREATE SUBSCRIPTION with its slot");
    }
    Allowed
}

/// A subscription makes its slot on the publisher unless told not to, and that cannot be rolled back.
fn makes_slot(words: &mut Reader<'_>) -> bool {
    while !words.done() && !words.eat(&["WITH"]) {
        words.skip();
    }
    let options = words.list();
    option(&options, "create_slot").unwrap_or(true) && option(&options, "connect").unwrap_or(true)
}

fn drop(words: &mut Reader<'_>) -> TransactionRule {
    if words.eat(&["INDEX", "CONCURRENTLY"]) {
        Forbidden("DROP INDEX CONCURRENTLY")
    } else if words.at("DATABASE") {
        Forbidden("DROP DATABASE")
    } else if words.at("TABLESPACE") {
        Forbidden("DROP TABLESPACE")
    } else if words.at("SUBSCRIPTION") {
        Forbidden("DROP SUBSCRIPTION")
    } else {
        Allowed
    }
}

fn alter(words: &mut Reader<'_>) -> TransactionRule {
    if words.at("SYSTEM") {
        return Forbidden("ALTER SYSTEM");
    }
    if words.eat(&["DATABASE"]) {
        words.ident();
        let moves = words.eat(&["SET", "TABLESPACE"]);
        return if moves { Forbidden("ALTER DATABASE SET TABLESPACE") } else { Allowed };
    }
    if words.eat(&["SUBSCRIPTION"]) {
        return alter_subscription(words);
    }
    if words.at("TABLE") && super::concurrent::detach(words).is_some() {
        return Forbidden("DETACH PARTITION CONCURRENTLY");
    }
    Allowed
}

fn alter_subscription(words: &mut Reader<'_>) -> TransactionRule {
    words.ident();
    if words.eat(&["REFRESH", "PUBLICATION"]) {
        return Forbidden("ALTER SUBSCRIPTION REFRESH PUBLICATION");
    }
    let changes = ["SET", "ADD", "DROP"].iter().any(|verb| words.eat(&[verb, "PUBLICATION"]));
    if !changes {
        return Allowed;
    }
    while !words.done() && !words.eat(&["WITH"]) {
        words.skip();
    }
    let refreshes = option(&words.list(), "refresh").unwrap_or(true);
    if refreshes { Forbidden("ALTER SUBSCRIPTION with refresh") } else { Allowed }
}

fn reindex(words: &mut Reader<'_>) -> TransactionRule {
    let listed = option(&words.list(), "concurrently").unwrap_or(false);
    for (kind, name) in [("SCHEMA", "REINDEX SCHEMA"), ("DATABASE", "REINDEX DATABASE"), ("SYSTEM", "REINDEX SYSTEM")] {
        if words.at(kind) {
            return Forbidden(name);
        }
    }
    let _ = words.eat(&["TABLE"]) || words.eat(&["INDEX"]);
    if listed || words.at("CONCURRENTLY") { Forbidden("REINDEX CONCURRENTLY") } else { Allowed }
}

/// Without a table it goes through all of them, each in a transaction of its own.
fn cluster(words: &mut Reader<'_>) -> TransactionRule {
    words.list();
    words.eat(&["VERBOSE"]);
    if words.done() { Forbidden("CLUSTER without a table") } else { Allowed }
}

fn discard(words: &mut Reader<'_>) -> TransactionRule {
    if words.at("ALL") { Forbidden("DISCARD ALL") } else { Allowed }
}
