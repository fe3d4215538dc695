//! A script as text: nothing in it is cut or coloured, since it is to be run.

use super::{Group, Script, Statement};

/// The statements for psql, each under what it may cost.
#[must_use]
pub fn text(script: &Script) -> String {
    let mut text: String = script.statements.iter().map(one).collect();
    for id in &script.unscripted {
        text.push_str(&format!("-- differs, and cannot be scripted: {}\n", one_line(&id.to_string())));
    }
    text
}

/// One file of a pair, with the headers that it needs; `about` is its first line.
#[must_use]
pub fn file(about: &str, groups: &[Group<'_>]) -> String {
    let mut text = format!("-- {}\n", one_line(about));
    let in_transaction = matches!(groups, [] | [Group { in_transaction: true, .. }]);
    if !in_transaction {
        text.push_str("-- migrate: no-transaction\n");
    }
    text.push('\n');
    for statement in groups.iter().flat_map(|group| &group.statements) {
        let said = one(statement);
        // A setting must not outlive the script's own transaction.
        text.push_str(&if in_transaction {
            said.replacen("SET check_function_bodies", "SET LOCAL check_function_bodies", 1)
        } else {
            said
        });
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn one(statement: &Statement) -> String {
    let hazards: String =
        statement.hazards.iter().map(|hazard| format!("-- {}\n", one_line(&hazard.to_string()))).collect();
    format!("{hazards}{};\n\n", statement.sql)
}

/// A name may hold a line end, behind which a comment would be over.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
