//! The tables whose rows a script writes anew: `UPDATE`, `INSERT … ON CONFLICT DO UPDATE`, `MERGE … UPDATE`.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::losses::relation;
use super::words::{Reader, words};
use super::{Name, split};

/// The tables, in the order in which they are written. A script that cannot be split writes nothing: it cannot run.
#[must_use]
pub fn of(text: &str) -> Vec<Name> {
    const FIRST: [&str; 4] = ["UPDATE", "INSERT", "WITH", "MERGE"];
    let mut tables = Vec::new();
    for statement in split(text).unwrap_or_default() {
        let piece = &text[statement.range];
        if words(piece).next().is_some_and(|first| FIRST.iter().any(|word| first.is(word))) {
            one(piece, &mut tables);
        }
    }
    tables
}

fn one(statement: &str, tables: &mut Vec<Name>) {
    let has = |node: &squawk_syntax::SyntaxNode, is: fn(squawk_syntax::SyntaxNode) -> bool| node.descendants().any(is);
    for node in SourceFile::parse(statement).tree().syntax().descendants() {
        if let Some(update) = ast::Update::cast(node.clone()) {
            tables.extend(update.relation_name().and_then(|name| relation(&name)));
        } else if let Some(insert) = ast::Insert::cast(node.clone()) {
            if has(&node, |node| ast::ConflictDoUpdateSet::cast(node).is_some()) {
                let name = insert.relation_name_ref();
                tables.extend(name.and_then(|name| Reader::new(&name.syntax().to_string(), 8).name()));
            }
        } else if let Some(merge) = ast::Merge::cast(node.clone())
            && has(&node, |node| ast::MergeUpdate::cast(node).is_some())
        {
            tables.extend(merge.table_relation_name().and_then(|name| relation(&name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_way_to_write_rows_anew_is_read() {
        let text = "UPDATE ONLY a SET x = 1; WITH n AS (UPDATE s.b SET x = 2 RETURNING *) SELECT * FROM n; \
             INSERT INTO \"C\" (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = 2; \
             INSERT INTO d VALUES (1) ON CONFLICT DO NOTHING; SELECT 1 FROM e FOR UPDATE; \
             MERGE INTO f USING g ON f.id = g.id WHEN MATCHED THEN UPDATE SET x = 1;";
        let names: Vec<String> = of(text).iter().map(crate::sql::quote::name).collect();
        assert_eq!(names, ["\"a\"", "\"s\".\"b\"", "\"C\"", "\"f\""]);
    }
}
