//! Constraints of tables and of domains.

use super::{Cx, Way, options, table};
use crate::catalog::{Kind, Object};
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::said;
use crate::diff::script::{Piece, When};
use crate::sql::quote::{literal, shown, shown_qualified};

/// `CONSTRAINT orders_pkey PRIMARY KEY (id)`.
pub(super) fn clause(constraint: &Object) -> String {
    let mut definition = constraint.get("definition").unwrap_or_default().to_owned();
    let index = options::list(constraint, "options", "");
    let tablespace = constraint.get("tablespace").map(|space| format!(" USING INDEX TABLESPACE {space}"));
    if !index.is_empty() || tablespace.is_some() {
        let with = if index.is_empty() || definition.contains(" WITH (") {
            String::new()
        } else {
            format!(" WITH ({})", index.join(", "))
        };
        let at = before_timing(&definition);
        definition.insert_str(at, &format!("{with}{}", tablespace.unwrap_or_default()));
    }
    format!("CONSTRAINT {} {definition}", shown(&constraint.id.name))
}

/// Parameters and tablespace come before DEFERRABLE and, of an exclusion, before WHERE.
fn before_timing(definition: &str) -> usize {
    let ends = [" WHERE (", " DEFERRABLE", " NOT DEFERRABLE"];
    ends.iter().filter_map(|end| definition.find(end)).min().unwrap_or(definition.len())
}

/// What a constraint's definition cannot say.
pub(super) fn after(constraint: &Object) -> Vec<Piece> {
    let on = table::only(&constraint.id.of, &constraint.id.schema);
    let own = shown(&constraint.id.name);
    let mut pieces = Vec::new();
    if constraint.is("clustered") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} CLUSTER ON {own}")));
    }
    if constraint.get("index_comment").is_some() {
        pieces.push(index_comment(constraint));
    }
    if constraint.is("replica_identity") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} REPLICA IDENTITY USING INDEX {own}")));
    }
    pieces
}

/// The comment on the index of a key, which has the key's name.
fn index_comment(constraint: &Object) -> Piece {
    let text = constraint.get("index_comment").map_or("NULL".to_owned(), |text| literal(text).trim().to_owned());
    let own = shown_qualified(&constraint.id.schema, &constraint.id.name);
    Piece::new(format!("COMMENT ON INDEX {own} IS {text}"))
}

pub(super) fn create(constraint: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let on = table::only(&constraint.id.of, &constraint.id.schema);
    let kind = constraint.get("type").unwrap_or_default();
    let busy = cx.is_busy(&constraint.id) && !cx.is_partitioned(&constraint.id);
    if busy && matches!(kind, "unique" | "primary key") {
        return from_index(constraint, kind);
    }
    // Checked in a second step, which keeps nobody from writing.
    let later = busy && !constraint.is("not_valid") && matches!(kind, "foreign key" | "check");
    let not_valid = constraint.is("not_valid") || later;
    let mut hazards = vec![Hazard::Lock { level: lock(kind), on: format!("table {on}") }];
    if let Some(other) = constraint.get("references").filter(|_| kind == "foreign key") {
        hazards.push(Hazard::Lock { level: "share row exclusive", on: format!("table {other}") });
    }
    if !not_valid {
        let why = match kind {
            "foreign key" => format!("rows of {on} that refer to nothing"),
            "check" => format!("rows of {on} for which the check is false"),
            "exclusion" => format!("rows of {on} that exclude each other"),
            _ => format!("rows of {on} with the same key, or without one"),
        };
        let what = if kind == "foreign key" { "writes" } else { "reads and writes" };
        hazards.push(Hazard::MayFail { why });
        hazards.push(Hazard::Blocks { what, on: format!("table {on}") });
    }
    // A foreign key of a partitioned table goes to all its partitions, and has no other form.
    let sql = format!("ALTER TABLE {on} ADD {}{}", clause(constraint), if not_valid { " NOT VALID" } else { "" });
    let validate = later.then(|| validate(constraint).when(When::AtTheEnd));
    std::iter::once(Piece::with(sql, hazards)).chain(after(constraint)).chain(validate).collect()
}

/// A key whose index is built concurrently, before it becomes a constraint.
fn from_index(constraint: &Object, kind: &str) -> Vec<Piece> {
    let on = table::only(&constraint.id.of, &constraint.id.schema);
    let own = shown(&constraint.id.name);
    let definition = constraint.get("definition").unwrap_or_default();
    let (distinct, rest) = match definition.split_once(" NULLS NOT DISTINCT") {
        Some((_, rest)) => (" NULLS NOT DISTINCT", rest),
        None => ("", definition),
    };
    let from = rest.find('(').unwrap_or(0);
    let columns = rest.get(from..before_timing(rest)).unwrap_or_default();
    let timing = rest.get(before_timing(rest)..).unwrap_or_default();
    let list = options::list(constraint, "options", "");
    let with = if list.is_empty() || columns.contains(" WITH (") {
        String::new()
    } else {
        format!(" WITH ({})", list.join(", "))
    };
    let tablespace = constraint.get("tablespace").map(|space| format!(" TABLESPACE {space}")).unwrap_or_default();
    let words = kind.to_uppercase();
    let why = format!("rows of {on} with the same key, or without one");
    let build = format!("CREATE UNIQUE INDEX CONCURRENTLY {own} ON {on} {columns}{distinct}{with}{tablespace}");
    let add = format!("ALTER TABLE {on} ADD CONSTRAINT {own} {words} USING INDEX {own}{timing}");
    let lock = |level| Hazard::Lock { level, on: format!("table {on}") };
    let build = Piece::with(build, [Hazard::MayFail { why }, lock("share update exclusive")]).when(When::Alone);
    let add = Piece::with(add, [lock("access exclusive")]).when(When::Alone);
    let rest = after(constraint).into_iter().map(|piece| piece.when(When::Alone));
    [build, add].into_iter().chain(rest).collect()
}

fn lock(kind: &str) -> &'static str {
    if kind == "foreign key" { "share row exclusive" } else { "access exclusive" }
}

pub(super) fn drop(constraint: &Object) -> Vec<Piece> {
    let on = table::only(&constraint.id.of, &constraint.id.schema);
    let hazard = Hazard::Lock { level: "access exclusive", on: format!("table {on}") };
    vec![Piece::with(format!("ALTER TABLE {on} DROP CONSTRAINT {}", shown(&constraint.id.name)), [hazard])]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    let on = table::only(&to.id.of, &to.id.schema);
    let own = shown(&to.id.name);
    let index = shown_qualified(&to.id.schema, &to.id.name);
    let mut pieces = Vec::new();
    for attribute in changed {
        match *attribute {
            "definition" => match timing_only(from, to) {
                Some(timing) => pieces.push(Piece::new(format!("ALTER TABLE {on} ALTER CONSTRAINT {own} {timing}"))),
                None => return Way::Replace,
            },
            "not_valid" if !to.is("not_valid") => pieces.push(validate(to)),
            "options" => {
                let actions = options::set_and_reset(from, to, "options", "");
                pieces.extend(actions.into_iter().map(|action| Piece::new(format!("ALTER INDEX {index} {action}"))));
            }
            "tablespace" => {
                let space = to.get("tablespace").unwrap_or("pg_default");
                pieces.push(Piece::new(format!("ALTER INDEX {index} SET TABLESPACE {space}")));
            }
            "clustered" if to.is("clustered") => {
                pieces.push(Piece::new(format!("ALTER TABLE {on} CLUSTER ON {own}")));
            }
            "clustered" => pieces.push(Piece::new(format!("ALTER TABLE {on} SET WITHOUT CLUSTER"))),
            "replica_identity" if to.is("replica_identity") => {
                pieces.push(Piece::new(format!("ALTER TABLE {on} REPLICA IDENTITY USING INDEX {own}")));
            }
            "replica_identity" => pieces.push(Piece::new(format!("ALTER TABLE {on} REPLICA IDENTITY DEFAULT"))),
            "index_comment" => pieces.push(index_comment(to)),
            "references" | "inherited" | "parent" => {}
            _ => return Way::Replace,
        }
    }
    Way::Alter { pieces, disturbs: false }
}

/// `VALIDATE CONSTRAINT`.
pub(super) fn validate(constraint: &Object) -> Piece {
    let on = table::only(&constraint.id.of, &constraint.id.schema);
    let hazards = [
        Hazard::MayFail { why: format!("rows of {on} that {} does not let through", said(&constraint.id)) },
        Hazard::Lock { level: "share update exclusive", on: format!("table {on}") },
    ];
    Piece::with(format!("ALTER TABLE {on} VALIDATE CONSTRAINT {}", shown(&constraint.id.name)), hazards)
}

/// When a foreign key is checked can be changed in place, if nothing else of it changes.
fn timing_only(from: &Object, to: &Object) -> Option<&'static str> {
    if to.get("type") != Some("foreign key") {
        return None;
    }
    let split = |object: &Object| -> (String, &'static str) {
        let text = object.get("definition").unwrap_or_default();
        let known = [
            (" DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE INITIALLY DEFERRED"),
            (" DEFERRABLE", "DEFERRABLE INITIALLY IMMEDIATE"),
        ];
        let found = known.into_iter().find_map(|(end, words)| Some((text.strip_suffix(end)?.to_owned(), words)));
        found.unwrap_or_else(|| (text.to_owned(), "NOT DEFERRABLE"))
    };
    let ((old, _), (new, timing)) = (split(from), split(to));
    (old == new).then_some(timing)
}

/// Constraints of domains.
pub(super) mod domain {
    use super::{Kind, Object, Piece, Way, shown, shown_qualified};
    use crate::diff::script::hazard::Hazard;

    fn on(constraint: &Object) -> String {
        shown_qualified(&constraint.id.schema, &constraint.id.of)
    }

    pub(in super::super) fn create(constraint: &Object) -> Vec<Piece> {
        let not_valid = if constraint.is("not_valid") { " NOT VALID" } else { "" };
        let sql = format!("ALTER DOMAIN {} ADD {}{not_valid}", on(constraint), clause(constraint));
        let why = format!("values of {} {} for which the check is false", Kind::Domain.keywords(), on(constraint));
        vec![Piece::with(sql, [Hazard::MayFail { why }])]
    }

    pub(in super::super) fn clause(constraint: &Object) -> String {
        format!("CONSTRAINT {} {}", shown(&constraint.id.name), constraint.get("definition").unwrap_or_default())
    }

    pub(in super::super) fn drop(constraint: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("ALTER DOMAIN {} DROP CONSTRAINT {}", on(constraint), shown(&constraint.id.name)))]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str]) -> Way {
        if changed == ["not_valid"] && !to.is("not_valid") {
            let sql = format!("ALTER DOMAIN {} VALIDATE CONSTRAINT {}", on(to), shown(&to.id.name));
            return Way::Alter { pieces: vec![Piece::new(sql)], disturbs: false };
        }
        Way::Replace
    }
}
