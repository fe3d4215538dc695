//! Columns of tables, and their defaults.

use super::{Cx, Way, options, table};
use crate::catalog::{Id, Kind, Object};
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::said;
use crate::diff::script::{Piece, When};
use crate::sql::quote::{literal, shown};

/// A line of `CREATE TABLE`, or what follows `ADD COLUMN`.
pub(super) fn definition(column: &Object, cx: &Cx<'_>) -> String {
    let mut sql = format!("{} {}", shown(&column.id.name), column.get("type").unwrap_or_default());
    if column.get("server_options").is_some() {
        sql.push_str(&options::foreign(column));
    }
    if let Some(compression) = column.get("compression") {
        sql.push_str(&format!(" COMPRESSION {compression}"));
    }
    if let Some(collation) = column.get("collation") {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(expression) = column.get("generated") {
        let kind = column.get("generated_kind").unwrap_or("stored").to_uppercase();
        sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", bare(expression)));
    }
    if let Some(default) = folded_default(column, cx) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(identity) = identity(column) {
        sql.push_str(&format!(" {identity}"));
    }
    if column.is("not_null") {
        sql.push_str(" NOT NULL");
    }
    sql
}

/// An expression without the parentheses that PostgreSQL put around it, if they are one pair around all of it.
pub(in crate::diff::script) fn bare(expression: &str) -> &str {
    let Some(inner) = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return expression };
    let mut depth = 0_i32;
    let mut quote = None;
    for c in inner.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return expression;
        }
    }
    inner
}

/// Whether PostgreSQL has a cast of its own between two types. A text can be made of any type, and any type of a text.
fn has_a_cast(from: &str, to: &str) -> bool {
    const FAMILIES: [&[&str]; 4] = [
        &["smallint", "integer", "bigint", "numeric", "real", "double precision"],
        &["date", "timestamp", "time", "interval"],
        &["boolean", "integer"],
        &["json", "jsonb"],
    ];
    const STRINGS: [&str; 5] = ["text", "character varying", "character", "name", "\"char\""];
    let is_one = |kind: &str, of: &[&str]| {
        of.iter().any(|name| {
            kind == *name || kind.starts_with(&format!("{name}(")) || kind.starts_with(&format!("{name} with"))
        })
    };
    let is_string = |kind: &str| !kind.ends_with("[]") && is_one(kind, &STRINGS);
    let related = FAMILIES.iter().any(|family| is_one(from, family) && is_one(to, family));
    !from.ends_with("[]") && !to.ends_with("[]") && related || is_string(from) || is_string(to)
}

fn folded_default<'a>(column: &Object, cx: &Cx<'a>) -> Option<&'a str> {
    let id = Id { kind: Kind::Default, ..column.id.clone() };
    let default = cx.to.get(&id)?;
    if cx.is_folded(&id) { default.get("expression") } else { None }
}

/// `GENERATED ALWAYS AS IDENTITY`, with the options that are not the usual ones.
fn identity(column: &Object) -> Option<String> {
    let when = column.get("identity")?.to_uppercase();
    let list = sequence_options(column).filter(|list| !list.is_empty()).map(|list| format!(" ({})", list.join(" ")));
    Some(format!("GENERATED {when} AS IDENTITY{}", list.unwrap_or_default()))
}

fn sequence_values(column: &Object) -> Option<Vec<String>> {
    let values: Vec<serde_json::Value> = serde_json::from_str(column.get("identity_options")?).ok()?;
    Some(values.iter().map(ToString::to_string).collect())
}

/// The options of an identity's sequence, none if they are the usual ones.
fn sequence_options(column: &Object) -> Option<Vec<String>> {
    let values = sequence_values(column)?;
    let most = match column.get("type") {
        Some("smallint") => "32767",
        Some("integer") => "2147483647",
        _ => "9223372036854775807",
    };
    if values == ["1", "1", "1", most, "1", "false"] {
        return Some(Vec::new());
    }
    let [start, increment, min, max, cache, cycle] = values.as_slice() else { return None };
    let cycle = if cycle == "true" { "CYCLE" } else { "NO CYCLE" };
    Some(vec![
        format!("START WITH {start}"),
        format!("INCREMENT BY {increment}"),
        format!("MINVALUE {min}"),
        format!("MAXVALUE {max}"),
        format!("CACHE {cache}"),
        cycle.to_owned(),
    ])
}

/// `ALTER TABLE ONLY public.orders ALTER COLUMN total …`.
pub(super) fn alter_column(id: &Id, only: bool, action: &str) -> String {
    let only = if only { "ONLY " } else { "" };
    format!("ALTER TABLE {only}{} ALTER COLUMN {} {action}", table::only(&id.of, &id.schema), shown(&id.name))
}

/// What the column's definition cannot say.
pub(super) fn after(column: &Object) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let id = &column.id;
    if let Some(storage) = column.get("storage") {
        pieces.push(Piece::new(alter_column(id, true, &format!("SET STORAGE {}", storage.to_uppercase()))));
    }
    if let Some(statistics) = column.get("statistics") {
        pieces.push(Piece::new(alter_column(id, true, &format!("SET STATISTICS {statistics}"))));
    }
    let list = options::list(column, "options", "");
    if !list.is_empty() {
        pieces.push(Piece::new(alter_column(id, true, &format!("SET ({})", list.join(", ")))));
    }
    pieces
}

pub(super) fn create(column: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let id = &column.id;
    if cx.relation_kind(id) != Some(Kind::Table) {
        let set: Vec<&str> = column.attributes.keys().map(AsRef::as_ref).collect();
        return view_column(column, &set);
    }
    let on = table::only(&id.of, &id.schema);
    let mut hazards = vec![Hazard::Lock { level: "access exclusive", on: format!("table {on}") }];
    let filled = column.get("generated").is_some() || column.get("identity").is_some();
    let default = folded_default(column, cx);
    if column.is("not_null") && !filled && default.is_none() {
        hazards.push(Hazard::MayFail { why: format!("a table {on} that has rows, which would have no value") });
    }
    if filled || default.is_some_and(is_volatile) {
        hazards.push(Hazard::Rewrite { table: format!("table {on}") });
    }
    let sql = format!("ALTER TABLE {on} ADD COLUMN {}", definition(column, cx));
    std::iter::once(Piece::with(sql, hazards)).chain(after(column)).collect()
}

/// Whether a default has to be computed for every row. What is no constant may be; `now()` is not.
fn is_volatile(expression: &str) -> bool {
    expression.contains('(') && !matches!(expression, "now()" | "CURRENT_TIMESTAMP" | "CURRENT_DATE")
}

/// What can be said of a materialized view's column: all of `changed` that it can have.
fn view_column(column: &Object, changed: &[&str]) -> Vec<Piece> {
    let id = &column.id;
    let on = table::only(&id.of, &id.schema);
    let action = |attribute: &&str| match *attribute {
        "statistics" => Some(format!("SET STATISTICS {}", column.get("statistics").unwrap_or("-1"))),
        "compression" => Some(format!("SET COMPRESSION {}", column.get("compression").unwrap_or("default"))),
        // What the type has by default is not known here: the usual one.
        "storage" => Some(format!("SET STORAGE {}", column.get("storage").unwrap_or("extended").to_uppercase())),
        "options" => Some(options::list(column, "options", "").join(", "))
            .filter(|list| !list.is_empty())
            .map(|list| format!("SET ({list})")),
        _ => None,
    };
    let own = shown(&id.name);
    let statement = |action| Piece::new(format!("ALTER MATERIALIZED VIEW {on} ALTER COLUMN {own} {action}"));
    changed.iter().filter_map(action).map(statement).collect()
}

pub(super) fn drop(column: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let id = &column.id;
    if cx.relation_kind_before(id) != Some(Kind::Table) {
        return Vec::new();
    }
    let on = table::only(&id.of, &id.schema);
    let mut hazards = vec![Hazard::Lock { level: "access exclusive", on: format!("table {on}") }];
    // What a generated column held can be computed again.
    if column.get("generated").is_none() {
        hazards.push(Hazard::DataLoss { what: format!("{} with its values", said(id)) });
    }
    // Children that keep the column keep their values: it becomes their own.
    let of_child = |child: &&Object| Id { schema: child.id.schema.clone(), of: child.id.name.clone(), ..id.clone() };
    let table = cx.from.relation(&id.schema, &id.of);
    let is_kept = table.is_some_and(|t| cx.from.children(&t.id).iter().any(|c| cx.to.get(&of_child(c)).is_some()));
    let only = if is_kept { "ONLY " } else { "" };
    vec![Piece::with(format!("ALTER TABLE {only}{on} DROP COLUMN {}", shown(&id.name)), hazards)]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str], cx: &Cx<'_>) -> Way {
    let id = &to.id;
    if cx.relation_kind(id) != Some(Kind::Table) {
        return Way::Alter { pieces: view_column(to, changed), disturbs: false };
    }
    let has = |name: &str| changed.contains(&name);
    let mut change = Change { from, to, pieces: Vec::new() };
    if has("generated") || has("generated_kind") {
        match (from.get("generated"), to.get("generated")) {
            (Some(_), None) => change.action(false, "DROP EXPRESSION", vec![]),
            (Some(_), Some(expression)) if cx.from.server_version >= 170_000 && !has("generated_kind") => {
                let action = format!("SET EXPRESSION AS ({})", bare(expression));
                change.action(false, &action, vec![change.rewrite(), change.lock()]);
            }
            _ => return Way::Replace,
        }
    }
    if has("identity") && to.get("identity").is_none() {
        change.action(false, "DROP IDENTITY", vec![]);
    }
    let mut disturbs = false;
    if has("type") || has("collation") {
        // A generated column's values are computed again when it is made anew, whatever its type was.
        if to.get("generated").is_some() && !is_widening(from, to) {
            return Way::Replace;
        }
        change.type_of(cx);
        disturbs = true;
    }
    change.not_null(has("not_null"), cx);
    change.identity(has("identity"), has("identity_options"));
    change.storage(&has);
    Way::Alter { pieces: change.pieces, disturbs }
}

/// Length limits that grow need no other value.
fn is_widening(from: &Object, to: &Object) -> bool {
    let base = |o: &Object| o.get("type").unwrap_or_default().split('(').next().unwrap_or_default().to_owned();
    base(from) == base(to)
}

/// The pieces of one column's change, as they gather.
struct Change<'a> {
    from: &'a Object,
    to: &'a Object,
    pieces: Vec<Piece>,
}

impl Change<'_> {
    fn table(&self) -> String {
        format!("table {}", table::only(&self.to.id.of, &self.to.id.schema))
    }

    fn lock(&self) -> Hazard {
        Hazard::Lock { level: "access exclusive", on: self.table() }
    }

    fn rewrite(&self) -> Hazard {
        Hazard::Rewrite { table: self.table() }
    }

    fn action(&mut self, only: bool, action: &str, hazards: Vec<Hazard>) {
        self.pieces.push(Piece::with(alter_column(&self.to.id, only, action), hazards));
    }

    fn type_of(&mut self, cx: &Cx<'_>) {
        let kind = self.to.get("type").unwrap_or_default();
        let own = shown(&self.to.id.name);
        let mut action = format!("TYPE {kind}");
        if let Some(collation) = self.to.get("collation") {
            action.push_str(&format!(" COLLATE {collation}"));
        }
        // A type that was made anew under its old name takes the values by their texts.
        let through_text = cx.goes_through_text(self.to);
        let was = self.from.get("type").unwrap_or_default();
        let changes = was != kind && !is_widening(self.from, self.to);
        if through_text || (changes && !has_a_cast(was, kind)) {
            let arrays = if kind.ends_with("[]") && was.ends_with("[]") { "[]" } else { "" };
            action.push_str(&format!(" USING {own}::text{arrays}::{kind}"));
        } else if changes {
            action.push_str(&format!(" USING {own}::{kind}"));
        }
        let mut hazards = vec![self.lock(), self.rewrite()];
        if self.from.get("type") != self.to.get("type") || through_text {
            let why = format!("values of {} that are no {kind}", said(&self.to.id));
            hazards.push(Hazard::MayFail { why });
        }
        self.action(false, &action, hazards);
    }

    fn not_null(&mut self, changed: bool, cx: &Cx<'_>) {
        if !changed {
            return;
        }
        if self.to.is("not_null") && cx.is_busy(&self.to.id) {
            self.not_null_online();
            return;
        }
        if self.to.is("not_null") {
            let why = format!("rows where {} is null", self.to.id.name);
            let scan = Hazard::Blocks { what: "reads and writes", on: self.table() };
            self.action(false, "SET NOT NULL", vec![Hazard::MayFail { why }, scan, self.lock()]);
        } else {
            self.action(false, "DROP NOT NULL", vec![self.lock()]);
        }
    }

    /// A check that was validated without keeping anybody out spares `SET NOT NULL` its own reading of the table.
    fn not_null_online(&mut self) {
        let on = table::only(&self.to.id.of, &self.to.id.schema);
        let own = shown(&self.to.id.name);
        let check = shown(&format!("{}_is_there", self.to.id.name));
        let why = format!("rows where {} is null", self.to.id.name);
        let add = format!("ALTER TABLE {on} ADD CONSTRAINT {check} CHECK ({own} IS NOT NULL) NOT VALID");
        self.pieces.push(Piece::with(add, [self.lock()]));
        let validate = format!("ALTER TABLE {on} VALIDATE CONSTRAINT {check}");
        let milder = Hazard::Lock { level: "share update exclusive", on: self.table() };
        self.pieces.push(Piece::with(validate, [Hazard::MayFail { why }, milder]).when(When::AtTheEnd));
        let set = format!("ALTER TABLE {on} ALTER COLUMN {own} SET NOT NULL, DROP CONSTRAINT {check}");
        self.pieces.push(Piece::with(set, [self.lock()]).when(When::AtTheEnd));
    }

    fn identity(&mut self, changed: bool, options: bool) {
        let Some(when) = self.to.get("identity").map(str::to_uppercase) else { return };
        if changed && self.from.get("identity").is_none() {
            let definition = identity(self.to).unwrap_or_default();
            self.action(false, &format!("ADD {definition}"), vec![self.lock()]);
            // The new sequence goes on after the values that are there.
            let (on, own) = (table::only(&self.to.id.of, &self.to.id.schema), shown(&self.to.id.name));
            let sequence =
                format!("pg_get_serial_sequence({}, {})", literal(&on).trim(), literal(&self.to.id.name).trim());
            self.pieces.push(Piece::new(format!(
                "SELECT pg_catalog.setval({sequence}, max({own})) FROM {on} HAVING max({own}) IS NOT NULL"
            )));
            return;
        }
        if changed {
            self.action(false, &format!("SET GENERATED {when}"), vec![]);
        }
        if let (true, Some(values)) = (options, sequence_values(self.to))
            && let [start, increment, min, max, cache, cycle] = values.as_slice()
        {
            let cycle = if cycle == "true" { "CYCLE" } else { "NO CYCLE" };
            let action = format!(
                "SET START WITH {start} SET INCREMENT BY {increment} SET MINVALUE {min} SET MAXVALUE {max} \
                 SET CACHE {cache} SET {cycle}"
            );
            self.action(false, &action, vec![]);
        }
    }

    fn storage(&mut self, has: &dyn Fn(&str) -> bool) {
        if has("storage") {
            let storage = self.to.get("storage").map(str::to_uppercase);
            // What the type has by default: DEFAULT is a word only since PostgreSQL 16.
            let usual = super::usual_storage(self.to.get("type").unwrap_or_default());
            let action = format!("SET STORAGE {}", storage.as_deref().unwrap_or(usual));
            self.action(true, &action, vec![]);
        }
        if has("compression") {
            let action = format!("SET COMPRESSION {}", self.to.get("compression").unwrap_or("default"));
            self.action(true, &action, vec![]);
        }
        if has("statistics") {
            let action = format!("SET STATISTICS {}", self.to.get("statistics").unwrap_or("-1"));
            self.action(true, &action, vec![]);
        }
        if has("options") {
            for action in options::set_and_reset(self.from, self.to, "options", "") {
                self.action(true, &action, vec![]);
            }
        }
        if has("server_options") {
            let action = options::change_foreign(self.from, self.to);
            self.action(true, &action, vec![]);
        }
    }
}
