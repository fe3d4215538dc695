//! The tables into whose rows a script writes: `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `COPY … FROM`.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::losses::relation;
use super::words::{Reader, words};
use super::{Name, split};

/// The tables, in the order in which they are written. A script that cannot be split writes nothing: it cannot run.
#[must_use]
pub fn of(text: &str) -> Vec<Name> {
    const FIRST: [&str; 6] = ["UPDATE", "INSERT", "DELETE", "WITH", "MERGE", "COPY"];
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
    let named = |text: String| Reader::new(&text, 8).name();
    for node in SourceFile::parse(statement).tree().syntax().descendants() {
        if let Some(update) = ast::Update::cast(node.clone()) {
            tables.extend(update.relation_name().and_then(|name| relation(&name)));
        } else if let Some(delete) = ast::Delete::cast(node.clone()) {
            tables.extend(delete.relation_name().and_then(|name| relation(&name)));
        } else if let Some(insert) = ast::Insert::cast(node.clone()) {
            tables.extend(insert.relation_name_ref().and_then(|name| named(name.syntax().to_string())));
        } else if let Some(merge) = ast::Merge::cast(node.clone()) {
            tables.extend(merge.table_relation_name().and_then(|name| relation(&name)));
        }
    }
    let mut copy = Reader::new(statement, 8);
    if copy.eat(&["COPY"]) {
        tables.extend(copy.name());
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_way_to_write_rows_is_read() {
        let text = "UPDATE ONLY a SET x = 1; WITH n AS (UPDATE s.b SET x = 2 RETURNING *) SELECT * FROM n; \
             INSERT INTO \"C\" (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = 2; DELETE FROM d WHERE x; \
             SELECT 1 FROM e FOR UPDATE; CREATE TABLE g (); \
             MERGE INTO f USING g ON f.id = g.id WHEN MATCHED THEN UPDATE SET x = 1; COPY s.h (x) FROM STDIN;\n1\n\\.\n";
        let names: Vec<String> = of(text).iter().map(crate::sql::quote::name).collect();
        assert_eq!(names, ["\"a\"", "\"s\".\"b\"", "\"C\"", "\"d\"", "\"f\"", "\"s\".\"h\""]);
    }
}
