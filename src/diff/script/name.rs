//! What SQL calls an object: in `ALTER`, `DROP`, `COMMENT ON` and `GRANT`.

use crate::catalog::{Id, Kind, Object};
use crate::sql::quote::{shown, shown_qualified};

/// Its name alone: `public.orders`, `public.add(integer)`.
pub(super) fn name(object: &Object) -> String {
    let id = &object.id;
    match id.kind {
        Kind::Function | Kind::Procedure => {
            let call = object.get("call").unwrap_or(&id.name);
            format!("{}.{call}({})", shown(&id.schema), object.get("arguments").unwrap_or_default())
        }
        Kind::Aggregate => {
            let call = object.get("call").unwrap_or(&id.name);
            let arguments = object.get("arguments").filter(|list| !list.is_empty()).unwrap_or("*");
            format!("{}.{call}({arguments})", shown(&id.schema))
        }
        // An operator's name is no identifier, a cast has none, and those of classes say their index method.
        Kind::Operator => format!("{}.{}", shown(&id.schema), id.name.replacen('(', " (", 1)),
        Kind::Cast => format!("({})", id.name),
        Kind::Transform => id.name.to_string(),
        Kind::OperatorClass | Kind::OperatorFamily => match id.name.rsplit_once(" using ") {
            Some((class, method)) => format!("{} USING {method}", shown_qualified(&id.schema, class)),
            None => shown_qualified(&id.schema, &id.name),
        },
        _ => shown_qualified(&id.schema, &id.name),
    }
}

/// The relation, type or publication that it is a part of.
pub(super) fn owner_of_part(id: &Id) -> String {
    shown_qualified(&id.schema, &id.of)
}

/// The words for a relation whose kind the identity does not tell.
pub(super) fn words(object: &Object) -> String {
    if object.get("type") == Some("foreign") && object.id.kind == Kind::Table {
        return "FOREIGN TABLE".to_owned();
    }
    object.id.kind.keywords().to_uppercase()
}

/// As `COMMENT ON` wants it: `CONSTRAINT k ON public.orders`.
pub(super) fn address(object: &Object) -> String {
    let id = &object.id;
    let own = shown(&id.name);
    match id.kind {
        Kind::Column | Kind::TypeAttribute => format!("COLUMN {}.{own}", owner_of_part(id)),
        Kind::Constraint => format!("CONSTRAINT {own} ON {}", owner_of_part(id)),
        Kind::DomainConstraint => format!("CONSTRAINT {own} ON DOMAIN {}", owner_of_part(id)),
        Kind::Trigger | Kind::Rule | Kind::Policy => {
            format!("{} {own} ON {}", id.kind.keywords().to_uppercase(), owner_of_part(id))
        }
        Kind::Index => format!("INDEX {}", shown_qualified(&id.schema, &id.name)),
        _ => format!("{} {}", words(object), name(object)),
    }
}

/// What a person calls it: `column public.orders.total`.
pub(super) fn said(id: &Id) -> String {
    id.to_string()
}
