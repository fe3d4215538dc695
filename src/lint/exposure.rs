//! What the API of a Supabase project would serve: tables and views in an exposed schema.

use std::collections::BTreeSet;

use super::{Level, Look};
use crate::sql::words::{Reader, option};
use crate::sql::{Name, Statement};

/// Schemas that PostgREST serves unless told otherwise.
const EXPOSED: [&str; 1] = ["public"];
/// Enough words for a list of tables in a GRANT.
const WORDS: usize = 512;

/// What a script decides about tables.
#[derive(Default)]
struct Decided {
    secured: BTreeSet<String>,
    granted: BTreeSet<String>,
    /// Schemas with `GRANT … ON ALL TABLES`.
    granted_schemas: BTreeSet<String>,
}

/// Tables without RLS or without explicit grants, and views that read with their owner's rights.
pub(super) fn look(look: &mut Look<'_>) {
    let mut decided = Decided::default();
    let mut tables = Vec::new();
    for statement in look.statements {
        let text = look.text(statement);
        let mut reader = Reader::new(text, WORDS);
        if reader.eat(&["CREATE"]) {
            create(look, statement, &mut reader, &mut tables);
        } else if reader.eat(&["ALTER", "TABLE"]) {
            decided.secured.extend(secures(&mut reader));
        } else if reader.eat(&["GRANT"]) || reader.eat(&["REVOKE"]) {
            decided.grant(&mut reader);
        }
    }
    for (statement, name) in tables {
        report(look, statement, &name, &decided);
    }
}

fn report(look: &mut Look<'_>, statement: &Statement, table: &str, decided: &Decided) {
    if !decided.secured.contains(table) {
        look.report(
            statement,
            "table-without-rls",
            Level::Error,
            format!("the API serves {table} to everybody who is granted it: row level security is not enabled here"),
            &format!("add `ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;` to this script"),
        );
    }
    let schema = table.split('.').next().unwrap_or_default();
    if !decided.granted.contains(table) && !decided.granted_schemas.contains(schema) {
        look.report(
            statement,
            "table-without-grants",
            Level::Warning,
            format!("who may use {table} through the API is left to the project's default privileges"),
            &format!("say it: `REVOKE ALL ON {table} FROM anon, authenticated;` and what is to be granted"),
        );
    }
}

/// A table or view in an exposed schema, as `schema.name`. Without a schema it lands in `public`.
fn exposed(name: Name) -> Option<String> {
    let schema = name.schema.unwrap_or_else(|| "public".to_owned());
    EXPOSED.contains(&schema.as_str()).then(|| format!("{schema}.{}", name.name))
}

fn create<'a>(
    look: &mut Look<'_>,
    statement: &'a Statement,
    reader: &mut Reader<'_>,
    tables: &mut Vec<(&'a Statement, String)>,
) {
    reader.eat(&["OR", "REPLACE"]);
    let temporary = ["TEMP", "TEMPORARY", "LOCAL", "GLOBAL"].iter().any(|word| reader.at(word));
    reader.eat(&["UNLOGGED"]);
    reader.eat(&["RECURSIVE"]);
    if temporary {
        return;
    }
    if reader.eat(&["TABLE"]) {
        reader.eat(&["IF", "NOT", "EXISTS"]);
        tables.extend(reader.name().and_then(exposed).map(|name| (statement, name)));
    } else if reader.eat(&["VIEW"]) {
        let Some(name) = reader.name().and_then(exposed) else { return };
        reader.list();
        let options = if reader.eat(&["WITH"]) { reader.list() } else { Vec::new() };
        if option(&options, "security_invoker") != Some(true) {
            look.report(
                statement,
                "view-without-security-invoker",
                Level::Error,
                format!("{name} reads with its owner's rights, past the row level security of its tables"),
                "create it `WITH (security_invoker = true)`",
            );
        }
    }
}

/// The table that an `ALTER TABLE` puts under row level security.
fn secures(reader: &mut Reader<'_>) -> Option<String> {
    reader.eat(&["IF", "EXISTS"]);
    reader.eat(&["ONLY"]);
    let name = reader.name().and_then(exposed)?;
    while !reader.done() {
        if reader.eat(&["ENABLE", "ROW", "LEVEL", "SECURITY"]) {
            return Some(name);
        }
        reader.skip();
    }
    None
}

impl Decided {
    /// Reads on behind `GRANT` or `REVOKE`.
    fn grant(&mut self, reader: &mut Reader<'_>) {
        while !reader.done() && !reader.eat(&["ON"]) {
            // Columns may be listed, and one may be called "on".
            if reader.list().is_empty() {
                reader.skip();
            }
        }
        if reader.eat(&["ALL", "TABLES", "IN", "SCHEMA"]) {
            self.granted_schemas.extend(names(reader).map(|name| name.name));
            return;
        }
        reader.eat(&["TABLE"]);
        // Of another kind of object: `ON FUNCTION f() …` has a word where a comma, a dot or TO would stand.
        let mut ahead = reader.clone();
        let named = ahead.name().is_some();
        let is_list = ahead.at("TO") || ahead.at("FROM") || ahead.token(squawk_lexer::TokenKind::Comma);
        if named && is_list {
            self.granted.extend(names(reader).filter_map(exposed));
        }
    }
}

fn names(reader: &mut Reader<'_>) -> impl Iterator<Item = Name> {
    let mut more = true;
    std::iter::from_fn(move || {
        let name = if more { reader.name() } else { None };
        more = reader.token(squawk_lexer::TokenKind::Comma);
        name
    })
}
