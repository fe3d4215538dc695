//! Views and materialized views.

use super::{Cx, Way, options};
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::{name, said};

pub(super) fn create(view: &Object) -> Vec<Piece> {
    vec![Piece::new(statement(view, "CREATE"))]
}

fn statement(view: &Object, verb: &str) -> String {
    let definition = view.get("definition").unwrap_or_default();
    let list = options::list(view, "options", "");
    let with = if list.is_empty() { String::new() } else { format!(" WITH ({})", list.join(", ")) };
    if view.id.kind == Kind::View {
        return format!("{verb} VIEW {}{with} AS\n{definition}", name(view));
    }
    let method = view.get("access_method").map(|m| format!(" USING {m}")).unwrap_or_default();
    let space = view.get("tablespace").map(|t| format!(" TABLESPACE {t}")).unwrap_or_default();
    let data = if view.is("not_populated") { "\nWITH NO DATA" } else { "" };
    format!("{verb} MATERIALIZED VIEW {}{method}{with}{space} AS\n{definition}{data}", name(view))
}

pub(super) fn drop(view: &Object) -> Vec<Piece> {
    let words = view.id.kind.keywords().to_uppercase();
    let hazard = Hazard::Lock { level: "access exclusive", on: said(&view.id) };
    vec![Piece::with(format!("DROP {words} {}", name(view)), [hazard])]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str], cx: &Cx<'_>) -> Way {
    let words = to.id.kind.keywords().to_uppercase();
    let mut pieces = Vec::new();
    let lock = || Hazard::Lock { level: "access exclusive", on: said(&to.id) };
    if changed.contains(&"definition") {
        if !(to.id.kind == Kind::View && keeps_columns(from, to, cx)) {
            return Way::Replace;
        }
        // Says the options too: those that the statement does not name would be lost.
        pieces.push(Piece::with(statement(to, "CREATE OR REPLACE"), [lock()]));
    }
    for attribute in changed {
        match *attribute {
            "options" if !changed.contains(&"definition") => {
                let actions = options::set_and_reset(from, to, "options", "");
                let access = from.get("options").into_iter().chain(to.get("options")).any(|o| o.contains("security_"));
                let hazard =
                    access.then(|| Hazard::Access { what: format!("whose rights {} reads with", said(&to.id)) });
                let all = actions.into_iter().map(|action| format!("ALTER {words} {} {action}", name(to)));
                pieces.extend(all.map(|sql| Piece::with(sql, hazard.clone())));
            }
            "not_populated" if to.is("not_populated") => {
                pieces.push(Piece::new(format!("REFRESH MATERIALIZED VIEW {} WITH NO DATA", name(to))));
            }
            "not_populated" => {
                pieces.push(Piece::with(format!("REFRESH MATERIALIZED VIEW {}", name(to)), [lock()]));
            }
            "tablespace" => {
                let space = to.get("tablespace").unwrap_or("pg_default");
                pieces.push(Piece::with(format!("ALTER {words} {} SET TABLESPACE {space}", name(to)), [lock()]));
            }
            "access_method" => {
                let method = to.get("access_method").unwrap_or("heap");
                pieces.push(Piece::with(format!("ALTER {words} {} SET ACCESS METHOD {method}", name(to)), [lock()]));
            }
            _ => {}
        }
    }
    Way::Alter { pieces, disturbs: false }
}

/// Whether `CREATE OR REPLACE` may do it: the columns that are there stay, in name, type and order; more may follow.
fn keeps_columns(from: &Object, to: &Object, cx: &Cx<'_>) -> bool {
    let shape = |column: &Object| {
        (column.id.name.clone(), column.get("type").map(str::to_owned), column.get("collation").map(str::to_owned))
    };
    let old: Vec<_> = cx.from.parts_of(&from.id, Kind::Column).map(shape).collect();
    let new: Vec<_> = cx.to.parts_of(&to.id, Kind::Column).map(shape).collect();
    // A catalog that does not know the types of a view's columns cannot tell.
    old.iter().all(|column| column.1.is_some()) && new.starts_with(&old)
}
