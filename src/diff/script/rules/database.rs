//! What belongs to the database as a whole: schemas, extensions, event triggers, publications, foreign data.

use super::{Way, options};
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::said;
use crate::sql::quote::{literal, shown};

/// Schemas.
pub(super) mod schema {
    use super::{Object, Piece, shown};

    pub(in super::super) fn create(schema: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("CREATE SCHEMA {}", shown(&schema.id.name)))]
    }

    pub(in super::super) fn drop(schema: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP SCHEMA {}", shown(&schema.id.name)))]
    }
}

/// Extensions.
pub(super) mod extension {
    use super::{Hazard, Object, Piece, Way, literal, said, shown};

    pub(in super::super) fn create(extension: &Object) -> Vec<Piece> {
        let own = shown(&extension.id.name);
        let schema = extension.get("in_schema").unwrap_or("public");
        // Those that cannot be moved make their own schema.
        let place = if schema == "pg_catalog" { String::new() } else { format!(" WITH SCHEMA {schema}") };
        let version = extension.get("version").map(|v| format!(" VERSION {}", literal(v).trim())).unwrap_or_default();
        vec![Piece::new(format!("CREATE EXTENSION {own}{place}{version}"))]
    }

    pub(in super::super) fn drop(extension: &Object) -> Vec<Piece> {
        let what = format!("{} with everything of its types", said(&extension.id));
        vec![Piece::with(format!("DROP EXTENSION {}", shown(&extension.id.name)), [Hazard::DataLoss { what }])]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str]) -> Way {
        let own = shown(&to.id.name);
        let mut pieces = Vec::new();
        if changed.contains(&"version") {
            let version = to.get("version").map(|v| format!(" TO {}", literal(v).trim())).unwrap_or_default();
            pieces.push(Piece::new(format!("ALTER EXTENSION {own} UPDATE{version}")));
        }
        if changed.contains(&"in_schema") {
            let schema = to.get("in_schema").unwrap_or("public");
            pieces.push(Piece::new(format!("ALTER EXTENSION {own} SET SCHEMA {schema}")));
        }
        Way::Alter { pieces, disturbs: false }
    }
}

/// Event triggers.
pub(super) mod event_trigger {
    use super::{Object, Piece, Way, literal, shown};

    pub(in super::super) fn create(trigger: &Object) -> Vec<Piece> {
        let tags: Vec<String> = trigger.list("tags").iter().map(|tag| literal(tag).trim().to_owned()).collect();
        let when = if tags.is_empty() { String::new() } else { format!("\n    WHEN TAG IN ({})", tags.join(", ")) };
        let (event, function) = (trigger.get("event").unwrap_or_default(), trigger.get("function").unwrap_or_default());
        let sql = format!(
            "CREATE EVENT TRIGGER {} ON {event}{when}\n    EXECUTE FUNCTION {function}()",
            shown(&trigger.id.name)
        );
        std::iter::once(Piece::new(sql)).chain(trigger.get("state").is_some().then(|| state(trigger))).collect()
    }

    pub(in super::super) fn drop(trigger: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP EVENT TRIGGER {}", shown(&trigger.id.name)))]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str]) -> Way {
        if changed != ["state"] {
            return Way::Replace;
        }
        Way::Alter { pieces: vec![state(to)], disturbs: false }
    }

    fn state(trigger: &Object) -> Piece {
        let word = match trigger.get("state") {
            Some("disabled") => "DISABLE",
            Some("replica") => "ENABLE REPLICA",
            Some("always") => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        Piece::new(format!("ALTER EVENT TRIGGER {} {word}", shown(&trigger.id.name)))
    }
}

/// Publications.
pub(super) mod publication {
    use super::{Object, Piece, Way, literal, shown};

    fn options(publication: &Object) -> String {
        let publish = publication.get("publish").unwrap_or_default();
        let root = publication.is("via_root");
        format!("publish = {}, publish_via_partition_root = {root}", literal(publish).trim())
    }

    pub(in super::super) fn create(publication: &Object) -> Vec<Piece> {
        let all = if publication.is("all_tables") { " FOR ALL TABLES" } else { "" };
        let own = shown(&publication.id.name);
        let usual =
            publication.get("publish") == Some("insert, update, delete, truncate") && !publication.is("via_root");
        let with = if usual { String::new() } else { format!(" WITH ({})", options(publication)) };
        vec![Piece::new(format!("CREATE PUBLICATION {own}{all}{with}"))]
    }

    pub(in super::super) fn drop(publication: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP PUBLICATION {}", shown(&publication.id.name)))]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str]) -> Way {
        if changed.contains(&"all_tables") {
            return Way::Replace;
        }
        let sql = format!("ALTER PUBLICATION {} SET ({})", shown(&to.id.name), options(to));
        Way::Alter { pieces: vec![Piece::new(sql)], disturbs: false }
    }
}

/// Tables and schemas in publications.
pub(super) mod member {
    use super::{Object, Piece, shown};
    use crate::diff::script::rules::bare;

    pub(in super::super) fn create(member: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("ALTER PUBLICATION {} ADD {}", shown(&member.id.of), whole(member)))]
    }

    /// `TABLE public.orders (id, total) WHERE (total > 0)`, `TABLES IN SCHEMA public`.
    fn whole(member: &Object) -> String {
        let list = member.list("columns");
        let columns = if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) };
        let filter = member.get("filter").map(|e| format!(" WHERE ({})", bare(e))).unwrap_or_default();
        format!("{}{columns}{filter}", what(member))
    }

    fn what(member: &Object) -> String {
        let name = &*member.id.name;
        let schema = name.strip_prefix("tables in schema ").map(|schema| format!("TABLES IN SCHEMA {schema}"));
        schema.unwrap_or_else(|| name.replacen("table ", "TABLE ", 1))
    }

    pub(in super::super) fn drop(member: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("ALTER PUBLICATION {} DROP {}", shown(&member.id.of), what(member)))]
    }
}

/// Foreign-data wrappers and servers. User mappings hold secrets that the catalog does not show, so they are only reported.
pub(super) mod foreign {
    use super::{Kind, Object, Piece, Way, literal, options, shown};

    pub(in super::super) fn create(object: &Object) -> Vec<Piece> {
        let own = shown(&object.id.name);
        let options = options::foreign(object);
        if object.id.kind == Kind::ForeignDataWrapper {
            let part =
                |attribute: &str, word: &str| object.get(attribute).map(|f| format!(" {word} {f}")).unwrap_or_default();
            let (handler, validator) = (part("handler", "HANDLER"), part("validator", "VALIDATOR"));
            return vec![Piece::new(format!("CREATE FOREIGN DATA WRAPPER {own}{handler}{validator}{options}"))];
        }
        let part = |attribute: &str, word: &str| {
            object.get(attribute).map(|v| format!(" {word} {}", literal(v).trim())).unwrap_or_default()
        };
        let wrapper = object.get("wrapper").unwrap_or_default();
        let (kind, version) = (part("type", "TYPE"), part("version", "VERSION"));
        vec![Piece::new(format!("CREATE SERVER {own}{kind}{version} FOREIGN DATA WRAPPER {wrapper}{options}"))]
    }

    pub(in super::super) fn drop(object: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP {} {}", object.id.kind.keywords().to_uppercase(), shown(&object.id.name)))]
    }

    pub(in super::super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
        let words = to.id.kind.keywords().to_uppercase();
        let own = shown(&to.id.name);
        let mut pieces = Vec::new();
        for attribute in changed {
            let action = match *attribute {
                "handler" => to.get("handler").map_or("NO HANDLER".to_owned(), |f| format!("HANDLER {f}")),
                "validator" => to.get("validator").map_or("NO VALIDATOR".to_owned(), |f| format!("VALIDATOR {f}")),
                "version" => match to.get("version") {
                    Some(version) => format!("VERSION {}", literal(version).trim()),
                    None => return Way::Replace,
                },
                "server_options" => options::change_foreign(from, to),
                _ => return Way::Replace,
            };
            pieces.push(Piece::new(format!("ALTER {words} {own} {action}")));
        }
        Way::Alter { pieces, disturbs: false }
    }
}
