//! Defaults of columns: of tables and of views.

use super::column::alter_column;
use super::{Cx, Way, table};
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::sql::quote::shown;

pub(super) fn create(default: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    set(default, cx, &format!("SET DEFAULT {}", default.get("expression").unwrap_or_default()))
}

pub(super) fn drop(default: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    set(default, cx, "DROP DEFAULT")
}

pub(super) fn alter(to: &Object, cx: &Cx<'_>) -> Way {
    Way::Alter { pieces: create(to, cx), disturbs: false }
}

fn set(default: &Object, cx: &Cx<'_>, action: &str) -> Vec<Piece> {
    let id = &default.id;
    if default.get("on") == Some("view") || cx.relation_kind(id) == Some(Kind::View) {
        let on = table::only(&id.of, &id.schema);
        return vec![Piece::new(format!("ALTER VIEW {on} ALTER COLUMN {} {action}", shown(&id.name)))];
    }
    vec![Piece::new(alter_column(id, true, action))]
}
