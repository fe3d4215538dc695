//! From one access control list to another: the REVOKEs, then the GRANTs, that are missing.
//!
//! What a new object is granted by the default privileges of who makes it counts as granted: the statements say only the rest.

use std::collections::BTreeMap;

use super::Piece;
use super::hazard::Hazard;
use super::name;
use super::sides::Index;
use crate::catalog::grants::{OWNER, PUBLIC, defaults, entry, letters};
use crate::catalog::{Id, Kind, Object};
use crate::sql::quote::shown;

/// For each grantee the letters that it holds, each with whether it may be granted on.
pub(super) type Held = BTreeMap<String, BTreeMap<char, bool>>;

/// What a list in the normal form amounts to: with it or without, the owner and everybody have their defaults.
pub(super) fn held(object: &Object, attribute: &str) -> Held {
    let (of_owner, of_public) = defaults(object.id.kind);
    let mut held = builtin(of_owner, of_public);
    held.extend(object.list(attribute).iter().map(|text| parse(text)));
    held
}

fn builtin(of_owner: &str, of_public: &str) -> Held {
    let entries = [(OWNER, of_owner), (PUBLIC, of_public)];
    entries.into_iter().map(|(who, what)| (who.to_owned(), letters(what).collect())).collect()
}

fn parse(text: &str) -> (String, BTreeMap<char, bool>) {
    let (grantee, what) = entry(text);
    (grantee.to_owned(), letters(what).collect())
}

/// What a new object holds when `role` makes it, by the default privileges that are there.
pub(super) fn of_new(object: &Object, role: Option<&str>, there: &Index<'_>) -> Held {
    let owner = object.get("owner").unwrap_or_default();
    let role = role.unwrap_or(owner);
    let kind = object.id.kind;
    let (of_owner, of_public) = defaults(kind);
    let mut held = builtin(of_owner, of_public);
    let Some(sort) = sort(kind) else { return held };
    let entries = |schema: &str| {
        let id = Id { kind: Kind::DefaultPrivilege, schema: schema.into(), of: role.into(), name: sort.into() };
        there.get(&id).map(|object| object.list("privileges"))
    };
    let rename = |(grantee, what): (String, BTreeMap<char, bool>)| {
        (if grantee == role { OWNER.to_owned() } else { grantee }, what)
    };
    // Those of all schemas stand in the place of the built-in ones; those of one schema are added.
    if let Some(everywhere) = entries("") {
        held = builtin("", "");
        held.extend(everywhere.iter().map(|text| rename(parse(text))));
    }
    for (grantee, what) in entries(&object.id.schema).unwrap_or_default().iter().map(|text| rename(parse(text))) {
        let all = held.entry(grantee).or_default();
        what.into_iter().for_each(|(letter, option)| *all.entry(letter).or_default() |= option);
    }
    held
}

/// The word of `ALTER DEFAULT PRIVILEGES` for the objects of a kind.
fn sort(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Table | Kind::View | Kind::MaterializedView => "tables",
        Kind::Sequence => "sequences",
        Kind::Function | Kind::Procedure | Kind::Aggregate => "functions",
        Kind::Type | Kind::Domain => "types",
        Kind::Schema => "schemas",
        _ => return None,
    })
}

/// What a statement that grants is about.
pub(super) struct Target {
    /// `ON TABLE public.orders`.
    pub(super) on: String,
    /// `(total)`, of a column; else empty.
    pub(super) column: String,
    /// Who `pg_owner` is.
    pub(super) owner: String,
    /// What comes before the verb: `ALTER DEFAULT PRIVILEGES …`.
    pub(super) prefix: String,
    /// What it is about, for people.
    pub(super) said: String,
}

impl Target {
    /// An object with grants of its own. A column's `owner` is that of its table.
    pub(super) fn of(object: &Object, owner: &str) -> Self {
        let id = &object.id;
        let on = match id.kind {
            Kind::Column => format!("TABLE {}", name::owner_of_part(id)),
            Kind::Table | Kind::View | Kind::MaterializedView => format!("TABLE {}", name::name(object)),
            Kind::Aggregate => format!("FUNCTION {}", name::name(object)),
            Kind::Server => format!("FOREIGN SERVER {}", name::name(object)),
            Kind::Domain => format!("TYPE {}", name::name(object)),
            _ => format!("{} {}", id.kind.keywords().to_uppercase(), name::name(object)),
        };
        let column = if id.kind == Kind::Column { format!(" ({})", shown(&id.name)) } else { String::new() };
        Self { on: format!(" ON {on}"), column, owner: owner.to_owned(), prefix: String::new(), said: name::said(id) }
    }
}

/// The statements that turn one state into another.
pub(super) fn change(from: &Held, to: &Held, target: &Target) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let none = BTreeMap::new();
    for (grantee, has) in from {
        let wanted = to.get(grantee).unwrap_or(&none);
        let gone: Vec<char> = has.keys().filter(|letter| !wanted.contains_key(letter)).copied().collect();
        let option: Vec<char> =
            has.iter().filter(|(l, option)| **option && wanted.get(l) == Some(&false)).map(|(l, _)| *l).collect();
        pieces.extend(statement(&gone, grantee, target, "REVOKE ", "FROM"));
        pieces.extend(statement(&option, grantee, target, "REVOKE GRANT OPTION FOR ", "FROM"));
    }
    // Everybody first, as PostgreSQL itself lists a new object's.
    let (everybody, others): (Vec<_>, Vec<_>) = to.iter().partition(|(grantee, _)| *grantee == PUBLIC);
    for (grantee, wanted) in everybody.into_iter().chain(others) {
        let has = from.get(grantee).unwrap_or(&none);
        let missing = |with: bool| -> Vec<char> {
            let new = wanted.iter().filter(|(letter, option)| **option == with && has.get(letter) < Some(*option));
            new.map(|(letter, _)| *letter).collect()
        };
        pieces.extend(statement(&missing(false), grantee, target, "GRANT ", "TO"));
        let mut granted = statement(&missing(true), grantee, target, "GRANT ", "TO");
        granted.iter_mut().for_each(|piece| piece.sql.push_str(" WITH GRANT OPTION"));
        pieces.extend(granted);
    }
    pieces
}

fn statement(what: &[char], grantee: &str, target: &Target, verb: &str, to: &str) -> Option<Piece> {
    if what.is_empty() {
        return None;
    }
    let list: Vec<String> = what.iter().map(|letter| format!("{}{}", word(*letter), target.column)).collect();
    let who = match grantee {
        PUBLIC => "PUBLIC".to_owned(),
        OWNER => shown(&target.owner),
        role => shown(role),
    };
    let list = list.join(", ");
    let sql = format!("{}{verb}{list}{} {to} {who}", target.prefix, target.on);
    let verb = if to == "TO" { "grants" } else { "takes" };
    let said = format!("{verb} {} {} {who} on {}", list.to_lowercase(), to.to_lowercase(), target.said);
    Some(Piece::with(sql, [Hazard::Access { what: said }]))
}

fn word(letter: char) -> &'static str {
    match letter {
        'r' => "SELECT",
        'a' => "INSERT",
        'w' => "UPDATE",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'm' => "MAINTAIN",
        'U' => "USAGE",
        'C' => "CREATE",
        'X' => "EXECUTE",
        's' => "SET",
        'A' => "ALTER SYSTEM",
        'c' => "CONNECT",
        _ => "TEMPORARY",
    }
}

/// `ALTER DEFAULT PRIVILEGES`, from one object to another of the same identity; none is what PostgreSQL has built in.
pub(super) fn default_privileges(id: &Id, from: Option<&Object>, to: Option<&Object>) -> Vec<Piece> {
    let kind = match &*id.name {
        "tables" => Kind::Table,
        "sequences" => Kind::Sequence,
        "functions" => Kind::Function,
        "types" => Kind::Type,
        _ => Kind::Schema,
    };
    let state = |object: Option<&Object>| -> Held {
        let (of_owner, of_public) = if id.schema.is_empty() { defaults(kind) } else { ("", "") };
        match object {
            // A list for all schemas is whole: who is not in it has nothing.
            Some(object) => object.list("privileges").iter().map(|text| parse(text)).collect(),
            None => {
                let mut held = builtin(of_owner, of_public);
                let owner = held.remove(OWNER).unwrap_or_default();
                held.insert(id.of.to_string(), owner);
                held
            }
        }
    };
    let place = if id.schema.is_empty() { String::new() } else { format!(" IN SCHEMA {}", shown(&id.schema)) };
    let target = Target {
        on: format!(" ON {}", id.name.to_uppercase()),
        column: String::new(),
        owner: id.of.to_string(),
        prefix: format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{place} ", shown(&id.of)),
        said: format!("{} made later by {}", id.name, id.of),
    };
    change(&state(from), &state(to), &target)
}
