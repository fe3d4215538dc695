//! Functions, procedures and aggregates.

use super::Way;
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::{name, said};
use crate::sql::quote::{literal, shown};

pub(super) fn create(function: &Object) -> Vec<Piece> {
    let sql = if function.id.kind == Kind::Aggregate {
        aggregate(function)
    } else {
        function.get("definition").unwrap_or_default().trim_end().replacen("CREATE OR REPLACE ", "CREATE ", 1)
    };
    vec![Piece::new(sql)]
}

pub(super) fn drop(function: &Object) -> Vec<Piece> {
    vec![Piece::new(format!("DROP {} {}", function.id.kind.keywords().to_uppercase(), name(function)))]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    // CREATE OR REPLACE keeps the result, the names of the arguments, and may not take defaults away.
    let fixed = ["result", "argument_names", "window", "aggregate", "arguments"];
    if changed.iter().any(|attribute| fixed.contains(attribute)) || defaults(to) < defaults(from) {
        return Way::Replace;
    }
    if !changed.contains(&"definition") {
        return Way::Alter { pieces: Vec::new(), disturbs: false };
    }
    let definition = to.get("definition").unwrap_or_default();
    let rights = |o: &Object| o.get("definition").is_some_and(|text| text.contains("\n SECURITY DEFINER"));
    let hazard = (rights(from) != rights(to))
        .then(|| Hazard::Access { what: format!("whose rights {} runs with", said(&to.id)) });
    Way::Alter { pieces: vec![Piece::with(definition.trim_end().to_owned(), hazard)], disturbs: false }
}

fn defaults(function: &Object) -> u32 {
    function.get("defaults").and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Values of `pg_aggregate` that mean what nobody has to say.
const USUAL: [(&str, &str); 5] =
    [("finalfunc_modify", "r"), ("mfinalfunc_modify", "r"), ("kind", "n"), ("parallel", "u"), ("sspace", "0")];

fn aggregate(function: &Object) -> String {
    let text = function.get("aggregate").unwrap_or("{}");
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    let kind = all.get("kind").and_then(|v| v.as_str()).unwrap_or("n");
    let mut lines = Vec::new();
    for (key, value) in &all {
        let value = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Bool(true) => {
                lines.push(key.to_uppercase());
                continue;
            }
            other => other.to_string(),
        };
        // What an ordered-set aggregate's final function may do has another default.
        let usual = if kind == "n" || !key.ends_with("modify") {
            USUAL.contains(&(key.as_str(), value.as_str()))
        } else {
            value == "w"
        };
        if usual && key != "kind" {
            continue;
        }
        match key.as_str() {
            "kind" if kind == "h" => lines.push("HYPOTHETICAL".to_owned()),
            "kind" => {}
            "initcond" | "minitcond" => lines.push(format!("{} = {}", key.to_uppercase(), literal(&value).trim())),
            "finalfunc_modify" | "mfinalfunc_modify" => {
                let word = match value.as_str() {
                    "r" => "READ_ONLY",
                    "s" => "SHAREABLE",
                    _ => "READ_WRITE",
                };
                lines.push(format!("{} = {word}", key.to_uppercase()));
            }
            "parallel" => {
                let word = if value == "s" { "SAFE" } else { "RESTRICTED" };
                lines.push(format!("PARALLEL = {word}"));
            }
            _ => lines.push(format!("{} = {value}", key.to_uppercase())),
        }
    }
    let call = function.get("call").unwrap_or(&function.id.name);
    let arguments = function.get("arguments").filter(|list| !list.is_empty()).unwrap_or("*");
    format!("CREATE AGGREGATE {}.{call}({arguments}) (\n    {}\n)", shown(&function.id.schema), lines.join(",\n    "))
}
