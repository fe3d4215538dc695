//! Renames: offered where what goes and what comes are the same but for the name, and played through on the user's word.
//!
//! A rename is played through on the value of the catalog: identities get the new name, and so do the texts that name the
//! object. Where a text is not met in full, what it belongs to is made anew, which loses nothing; what holds rows is kept.

use serde::Serialize;

use super::{Difference, Standing};
use crate::catalog::{Catalog, Id, Kind, Object};
use crate::sql::quote::{shown, shown_qualified};

/// One object and its new name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rename {
    /// The object as it is called.
    pub from: Id,
    /// The same object as it shall be called.
    pub to: Id,
}

impl Rename {
    /// As `--rename` takes it: `public.orders=public.sales`, `public.orders.total=public.orders.amount`.
    #[must_use]
    pub fn argument(&self) -> String {
        let name = |id: &Id| {
            let parts = [&id.schema, &id.of, &id.name].into_iter().filter(|part| !part.is_empty());
            parts.map(|part| shown(part)).collect::<Vec<_>>().join(".")
        };
        format!("{}={}", name(&self.from), name(&self.to))
    }

    /// Reads what `--rename` was given.
    ///
    /// # Errors
    /// What is wrong, as a fragment.
    pub fn parse(text: &str, from: &Catalog, to: &Catalog) -> Result<Self, String> {
        let (old, new) = text.split_once('=').ok_or("there is no `=` in it")?;
        let old = find(from, old).ok_or_else(|| format!("there is no {old} to be renamed"))?;
        let new = find(to, new).ok_or_else(|| format!("there is no {new} to become"))?;
        if old.kind != new.kind {
            return Err(format!("{old} cannot become {new}"));
        }
        if old.schema != new.schema || old.of != new.of {
            return Err(format!("{old} cannot become {new}: only its own name can change"));
        }
        Ok(Self { from: old.clone(), to: new.clone() })
    }

    /// The statement that does it.
    #[must_use]
    pub fn sql(&self, object: &Object) -> String {
        let Id { kind, schema, of, name } = &self.from;
        let (old, new) = (shown(name), shown(&self.to.name));
        let whole = shown_qualified(schema, of);
        match kind {
            Kind::Column => format!("ALTER TABLE {whole} RENAME COLUMN {old} TO {new}"),
            Kind::Constraint => format!("ALTER TABLE {whole} RENAME CONSTRAINT {old} TO {new}"),
            Kind::Trigger | Kind::Policy | Kind::Rule => {
                format!("ALTER {} {old} ON {whole} RENAME TO {new}", kind.keywords().to_uppercase())
            }
            Kind::Table if object.get("type") == Some("foreign") => {
                format!("ALTER FOREIGN TABLE {} RENAME TO {new}", shown_qualified(schema, name))
            }
            _ => format!("ALTER {} {} RENAME TO {new}", kind.keywords().to_uppercase(), shown_qualified(schema, name)),
        }
    }

    /// The catalog as it is after the rename.
    pub fn play(&self, catalog: &mut Catalog) {
        let texts = self.texts();
        for object in &mut catalog.objects {
            let is_part =
                self.from.kind == Kind::Column && object.id.schema == self.from.schema && object.id.of == self.from.of;
            for (name, value) in &mut object.attributes {
                // What a person wrote is not ours to change.
                if matches!(&**name, "comment" | "owner" | "acl") {
                    continue;
                }
                for (old, new) in &texts {
                    *value = replaced(value, old, new).into();
                }
                if is_part {
                    *value = replaced(value, &shown(&self.from.name), &shown(&self.to.name)).into();
                }
            }
            self.follow(&mut object.id);
            object.needs.iter_mut().for_each(|need| self.follow(need));
        }
        catalog.objects.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    }

    /// Names in texts that are this object's beyond doubt.
    fn texts(&self) -> Vec<(String, String)> {
        let Id { kind, schema, of, name } = &self.from;
        if *kind == Kind::Column {
            let on = |column: &str| format!("{}.{}", shown_qualified(schema, of), shown(column));
            return vec![(on(name), on(&self.to.name))];
        }
        vec![(shown_qualified(schema, name), shown_qualified(schema, &self.to.name))]
    }

    /// Gives an identity that is the object's, or a part of it, the new name.
    fn follow(&self, id: &mut Id) {
        let Id { kind, schema, of, name } = &self.from;
        if id.schema != *schema {
            return;
        }
        if *kind == Kind::Column {
            if matches!(id.kind, Kind::Column | Kind::Default) && id.of == *of && id.name == *name {
                id.name = self.to.name.clone();
            }
        } else if id.kind == *kind && id.of == *of && id.name == *name {
            id.name = self.to.name.clone();
        } else if id.of == *name && is_part_of(id.kind, *kind) {
            id.of = self.to.name.clone();
        }
    }
}

fn is_part_of(part: Kind, whole: Kind) -> bool {
    match whole {
        Kind::Table | Kind::View | Kind::MaterializedView => matches!(
            part,
            Kind::Column | Kind::Default | Kind::Constraint | Kind::Index | Kind::Trigger | Kind::Rule | Kind::Policy
        ),
        Kind::Type => part == Kind::TypeAttribute,
        Kind::Domain => part == Kind::DomainConstraint,
        _ => false,
    }
}

/// The object that a dotted name means: a relation or type by two parts, or one in `public` by one; a column by three.
fn find<'a>(catalog: &'a Catalog, text: &str) -> Option<&'a Id> {
    let parts = crate::sql::quote::split_shown(text.trim());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (schema, of, name) = match parts.as_slice() {
        [name] => ("public", "", *name),
        [schema, name] => (*schema, "", *name),
        [schema, of, name] => (*schema, *of, *name),
        _ => return None,
    };
    let can = |kind: Kind| {
        if of.is_empty() {
            let kinds = [Kind::Table, Kind::View, Kind::MaterializedView, Kind::Sequence, Kind::Type, Kind::Domain];
            kinds.contains(&kind)
        } else {
            matches!(kind, Kind::Column | Kind::TypeAttribute)
        }
    };
    let ids = catalog.objects.iter().map(|object| &object.id);
    ids.into_iter().find(|id| can(id.kind) && &*id.schema == schema && &*id.of == of && &*id.name == name)
}

/// Puts `new` wherever `old` stands as a whole name.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, found) = rest.split_at(at);
        let after = &found[old.len()..];
        out.push_str(before);
        let stands_alone = !out.ends_with(|c| is_word(c) || c == '.') && !after.starts_with(is_word);
        out.push_str(if stands_alone { new } else { old });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Tables and columns that go while others of the same shape come: renames, perhaps. Only where there is one candidate each.
#[must_use]
pub fn offers(differences: &[Difference], from: &Catalog, to: &Catalog) -> Vec<Rename> {
    let of = |standing: Standing, kind: Kind| -> Vec<&Id> {
        let some = differences.iter().filter(|d| d.standing == standing && d.id.kind == kind);
        some.map(|difference| &difference.id).collect()
    };
    let mut offers = Vec::new();
    for kind in [Kind::Table, Kind::Column] {
        let (gone, new) = (of(Standing::Removed, kind), of(Standing::Added, kind));
        let holds_rows = |id: &Id| {
            let table = Id { kind: Kind::Table, schema: id.schema.clone(), of: "".into(), name: id.of.clone() };
            kind == Kind::Table || from.get(&table).is_some()
        };
        let fits = |old: &Id, new: &Id| {
            old.schema == new.schema && old.of == new.of && holds_rows(old) && shape(from, old) == shape(to, new)
        };
        for old in &gone {
            let wanted: Vec<&&Id> = new.iter().filter(|id| fits(old, id)).collect();
            let [one] = wanted.as_slice() else { continue };
            if gone.iter().filter(|other| fits(other, one)).count() == 1 {
                offers.push(Rename { from: (*old).clone(), to: (**one).clone() });
            }
        }
    }
    offers
}

/// Constraints, indexes, triggers and policies that are another's equal but for the name. A rename is cheaper than making
/// them anew, and leads to the same, so nobody has to be asked.
#[must_use]
pub fn of_parts(from: &Catalog, to: &Catalog, differences: &[Difference]) -> Vec<Rename> {
    let is_part = |id: &Id| matches!(id.kind, Kind::Constraint | Kind::Index | Kind::Trigger | Kind::Policy);
    let of = |standing: Standing| -> Vec<&Id> {
        let some = differences.iter().filter(|d| d.standing == standing && is_part(&d.id));
        some.map(|difference| &difference.id).collect()
    };
    let (gone, new) = (of(Standing::Removed), of(Standing::Added));
    let same = |old: &Id, new: &Id| {
        let (Some(a), Some(b)) = (from.get(old), to.get(new)) else { return false };
        let as_new = |value: &str| replaced(value, &shown(&old.name), &shown(&new.name));
        let a: Vec<_> = a.attributes.iter().map(|(name, value)| (name, as_new(value))).collect();
        let b: Vec<_> = b.attributes.iter().map(|(name, value)| (name, value.to_string())).collect();
        a == b && old.kind == new.kind && old.schema == new.schema && old.of == new.of
    };
    let mut renames = Vec::new();
    for old in &gone {
        let wanted: Vec<&&Id> = new.iter().filter(|id| same(old, id)).collect();
        let [one] = wanted.as_slice() else { continue };
        if gone.iter().filter(|other| same(other, one)).count() == 1 {
            renames.push(Rename { from: (*old).clone(), to: (**one).clone() });
        }
    }
    renames
}

/// What has to be the same: of a table its columns and their types, of a column all but its comment and grants.
fn shape(catalog: &Catalog, id: &Id) -> Vec<String> {
    let text = |object: &Object| {
        let said = object.attributes.iter().filter(|(name, _)| !matches!(&***name, "comment" | "acl" | "statistics"));
        said.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
    };
    if id.kind == Kind::Column {
        return catalog.get(id).map(text).into_iter().collect();
    }
    let columns = catalog.objects.iter().filter(|object| object.id.kind == Kind::Column);
    let own = columns.filter(|column| column.id.schema == id.schema && column.id.of == id.name);
    own.map(|column| format!("{}\n{}", column.id.name, text(column))).collect()
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_whole_names_are_replaced() {
        let text = "CHECK ((total > 0) AND (subtotal > 0) AND (o.total > 0))";
        assert_eq!(replaced(text, "total", "amount"), "CHECK ((amount > 0) AND (subtotal > 0) AND (o.total > 0))");
        assert_eq!(
            replaced("public.orders.id, public.orders_old", "public.orders", "public.sales"),
            "public.sales.id, public.orders_old"
        );
    }
}
