//! What hangs on a table or view: policies, triggers, rules.

use super::{Cx, Way, table};
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::said;
use crate::sql::quote::shown;

fn on(part: &Object) -> String {
    table::only(&part.id.of, &part.id.schema)
}

/// Policies of row level security.
pub(super) mod policy {
    use super::{Hazard, Object, Piece, Way, on, said, shown};
    use crate::diff::script::rules::bare;

    fn access(policy: &Object, verb: &str) -> [Hazard; 1] {
        [Hazard::Access { what: format!("{verb} {}", said(&policy.id)) }]
    }

    fn roles(policy: &Object) -> String {
        let all: Vec<String> = policy.list("roles");
        if all == ["public"] { "PUBLIC".to_owned() } else { all.join(", ") }
    }

    fn conditions(policy: &Object) -> String {
        let using = policy.get("using").map(|e| format!("\n    USING ({})", bare(e))).unwrap_or_default();
        let check = policy.get("check").map(|e| format!("\n    WITH CHECK ({})", bare(e))).unwrap_or_default();
        format!("{using}{check}")
    }

    pub(in super::super) fn create(policy: &Object) -> Vec<Piece> {
        let kind = if policy.is("restrictive") { " AS RESTRICTIVE" } else { "" };
        let command = policy.get("command").unwrap_or("all").to_uppercase();
        let (own, on, roles) = (shown(&policy.id.name), on(policy), roles(policy));
        let sql = format!("CREATE POLICY {own} ON {on}{kind} FOR {command} TO {roles}{}", conditions(policy));
        vec![Piece::with(sql, access(policy, "adds"))]
    }

    pub(in super::super) fn drop(policy: &Object) -> Vec<Piece> {
        let sql = format!("DROP POLICY {} ON {}", shown(&policy.id.name), on(policy));
        vec![Piece::with(sql, access(policy, "removes"))]
    }

    pub(in super::super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
        let lost = |attribute| from.get(attribute).is_some() && to.get(attribute).is_none();
        if changed.iter().any(|a| matches!(*a, "command" | "restrictive")) || lost("using") || lost("check") {
            return Way::Replace;
        }
        let mut sql = format!("ALTER POLICY {} ON {}", shown(&to.id.name), on(to));
        if changed.contains(&"roles") {
            sql.push_str(&format!(" TO {}", roles(to)));
        }
        if changed.contains(&"using") || changed.contains(&"check") {
            sql.push_str(&conditions(to));
        }
        Way::Alter { pieces: vec![Piece::with(sql, access(to, "changes"))], disturbs: false }
    }
}

/// `ENABLE`, `DISABLE`, `ENABLE REPLICA`, `ENABLE ALWAYS`, of a trigger or rule.
fn state(part: &Object, cx: &Cx<'_>) -> Piece {
    let word = match part.get("state") {
        Some("disabled") => "DISABLE",
        Some("replica") => "ENABLE REPLICA",
        Some("always") => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    let kind = if part.id.kind == Kind::Rule { "RULE" } else { "TRIGGER" };
    // A trigger of a partitioned table is told on that table alone; its partitions' have states of their own.
    let words = if cx.relation_kind(&part.id) == Some(Kind::View) { "VIEW" } else { "TABLE" };
    Piece::new(format!("ALTER {words} {} {word} {kind} {}", on(part), shown(&part.id.name)))
}

/// Triggers.
pub(super) mod trigger {
    use super::{Cx, Hazard, Object, Piece, Way, on, shown, state};

    pub(in super::super) fn create(trigger: &Object, cx: &Cx<'_>) -> Vec<Piece> {
        let lock = Hazard::Lock { level: "share row exclusive", on: format!("table {}", on(trigger)) };
        let definition = trigger.get("definition").unwrap_or_default().to_owned();
        let state = trigger.get("state").is_some().then(|| state(trigger, cx));
        std::iter::once(Piece::with(definition, [lock])).chain(state).collect()
    }

    pub(in super::super) fn drop(trigger: &Object) -> Vec<Piece> {
        let lock = Hazard::Lock { level: "access exclusive", on: format!("table {}", on(trigger)) };
        vec![Piece::with(format!("DROP TRIGGER {} ON {}", shown(&trigger.id.name), on(trigger)), [lock])]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str], cx: &Cx<'_>) -> Way {
        if changed != ["state"] {
            return Way::Replace;
        }
        Way::Alter { pieces: vec![state(to, cx)], disturbs: false }
    }
}

/// Rewrite rules.
pub(super) mod rule {
    use super::{Cx, Object, Piece, Way, on, shown, state};

    pub(in super::super) fn create(rule: &Object, cx: &Cx<'_>) -> Vec<Piece> {
        let definition = rule.get("definition").unwrap_or_default().trim_end_matches(';').to_owned();
        let state = rule.get("state").is_some().then(|| state(rule, cx));
        std::iter::once(Piece::new(definition)).chain(state).collect()
    }

    pub(in super::super) fn drop(rule: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP RULE {} ON {}", shown(&rule.id.name), on(rule)))]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str], cx: &Cx<'_>) -> Way {
        let mut pieces = Vec::new();
        if changed.contains(&"definition") {
            let definition = to.get("definition").unwrap_or_default().trim_end_matches(';');
            pieces.push(Piece::new(definition.replacen("CREATE RULE", "CREATE OR REPLACE RULE", 1)));
        }
        if changed.contains(&"state") {
            pieces.push(state(to, cx));
        }
        Way::Alter { pieces, disturbs: false }
    }
}
