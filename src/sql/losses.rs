//! What a script would destroy, read from the tree of squawk's parser: told and counted before a rollback is confirmed.
//!
//! Only statements that can destroy are parsed. What hides its effect (`DO`, `CALL`, a CASCADE over types) is told as
//! [`Loss::Opaque`] rather than passed over; so is such a statement that the parser does not understand.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode, Stmt};

use super::words::{Reader, words};
use super::{Name, split};

/// One thing that a script destroys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// `DROP TABLE`.
    Table {
        /// The table.
        name: Name,
        /// Takes what depends on it along.
        cascade: bool,
    },
    /// `DROP MATERIALIZED VIEW`.
    MaterializedView {
        /// The view.
        name: Name,
        /// Takes what depends on it along.
        cascade: bool,
    },
    /// `ALTER TABLE … DROP COLUMN`.
    Column {
        /// Its table.
        table: Name,
        /// The column.
        column: String,
        /// Takes what depends on it along.
        cascade: bool,
    },
    /// `DROP SCHEMA`.
    Schema {
        /// The schema.
        name: String,
        /// Takes what is in it along.
        cascade: bool,
    },
    /// `TRUNCATE`.
    Truncate {
        /// The table that is emptied.
        table: Name,
    },
    /// `DELETE`, also inside `WITH` and `MERGE`.
    Delete {
        /// The table that loses rows.
        table: Name,
    },
    /// A statement whose effect cannot be read.
    Opaque {
        /// Its line, from 1.
        line: usize,
        /// What it is: `DO block`, `CALL`, `DROP TYPE … CASCADE`.
        words: String,
    },
}

/// What the statements of a script destroy, in order. A script that cannot be split destroys nothing: it cannot run.
#[must_use]
pub fn of(text: &str) -> Vec<Loss> {
    let mut losses = Vec::new();
    for statement in split(text).unwrap_or_default() {
        let piece = &text[statement.range];
        if may_destroy(piece) {
            one(piece, statement.line, &mut losses);
        }
    }
    losses
}

fn may_destroy(statement: &str) -> bool {
    const FIRST: [&str; 9] = ["DROP", "ALTER", "TRUNCATE", "DELETE", "WITH", "MERGE", "DO", "CALL", "EXECUTE"];
    words(statement).next().is_some_and(|first| FIRST.iter().any(|word| first.is(word)))
}

fn one(statement: &str, line: usize, losses: &mut Vec<Loss>) {
    let opaque = |words: &str| Loss::Opaque { line, words: words.to_owned() };
    let parse = SourceFile::parse(statement);
    let before = losses.len();
    for node in parse.tree().stmts() {
        match node {
            Stmt::Do(_) => losses.push(opaque("DO block")),
            Stmt::Call(_) => losses.push(opaque("CALL")),
            Stmt::Execute(_) => losses.push(opaque("EXECUTE")),
            Stmt::DropOwned(_) => losses.push(opaque("DROP OWNED")),
            Stmt::DropDatabase(_) => losses.push(opaque("DROP DATABASE")),
            Stmt::DropTable(drop) => {
                let cascade = cascades(drop.drop_behavior());
                losses.extend(names(drop.table_name_refs()).map(|name| Loss::Table { name, cascade }));
            }
            Stmt::DropMaterializedView(drop) => {
                let cascade = cascades(drop.drop_behavior());
                losses.extend(names(drop.view_refs()).map(|name| Loss::MaterializedView { name, cascade }));
            }
            Stmt::DropSchema(drop) => {
                let cascade = cascades(drop.drop_behavior());
                losses.extend(names(drop.schema_refs()).map(|name| Loss::Schema { name: name.name, cascade }));
            }
            Stmt::AlterTable(alter) => columns(&alter, losses),
            Stmt::Truncate(truncate) => {
                let tables = truncate.table_list().into_iter().flat_map(|list| list.table_relation_names());
                losses.extend(tables.filter_map(|table| relation(&table)).map(|table| Loss::Truncate { table }));
            }
            other => inside(&other, losses),
        }
    }
    if losses.len() == before {
        if let Some(words) = cascade_elsewhere(statement) {
            losses.push(opaque(&words));
        } else if !parse.errors().is_empty() {
            losses.push(opaque(&first_two(statement)));
        }
    }
}

fn cascades(behavior: Option<ast::DropBehavior>) -> bool {
    behavior.is_some_and(|behavior| words(&behavior.syntax().to_string()).any(|word| word.is("CASCADE")))
}

fn names<N: AstNode>(refs: impl Iterator<Item = N>) -> impl Iterator<Item = Name> {
    refs.filter_map(|name| read(&name))
}

fn read<N: AstNode>(node: &N) -> Option<Name> {
    Reader::new(&node.syntax().to_string(), 8).name()
}

/// A table that may be written `ONLY t`, `t *` or `ONLY (t)`.
pub(super) fn relation<N: AstNode>(node: &N) -> Option<Name> {
    let text = node.syntax().to_string();
    let mut reader = Reader::new(&text, 12);
    reader.eat(&["ONLY"]);
    reader.token(squawk_lexer::TokenKind::OpenParen);
    reader.name()
}

fn columns(alter: &ast::AlterTable, losses: &mut Vec<Loss>) {
    let Some(table) = alter.table_relation_name().and_then(|name| relation(&name)) else { return };
    for action in alter.actions() {
        let Some(drop) = ast::DropColumn::cast(action.syntax().clone()) else { continue };
        let Some(column) = drop.column_name_ref().and_then(|name| read(&name)) else { continue };
        let cascade = cascades(drop.drop_behavior());
        losses.push(Loss::Column { table: table.clone(), column: column.name, cascade });
    }
}

/// Deletions anywhere in a statement: at its top, in `WITH`, in `MERGE`.
fn inside(statement: &Stmt, losses: &mut Vec<Loss>) {
    for node in statement.syntax().descendants() {
        if let Some(delete) = ast::Delete::cast(node.clone()) {
            losses.extend(delete.relation_name().and_then(|name| relation(&name)).map(|table| Loss::Delete { table }));
        } else if let Some(merge) = ast::Merge::cast(node) {
            let deletes = merge.merge_when_clauses().any(|clause| {
                let text = clause.syntax().to_string();
                words(&text).skip_while(|word| !word.is("THEN")).any(|word| word.is("DELETE"))
            });
            let table = merge.table_relation_name().and_then(|name| relation(&name));
            losses.extend(table.filter(|_| deletes).map(|table| Loss::Delete { table }));
        }
    }
}

/// `DROP TYPE … CASCADE` and its like take columns along that the text does not name.
fn cascade_elsewhere(statement: &str) -> Option<String> {
    const TAKES_COLUMNS: [&str; 4] = ["TYPE", "DOMAIN", "EXTENSION", "SERVER"];
    let second = words(statement).nth(1)?;
    let first = words(statement).next()?;
    let cascades = words(statement).last()?.is("CASCADE");
    let matches = first.is("DROP") && cascades && TAKES_COLUMNS.iter().any(|word| second.is(word));
    matches.then(|| format!("DROP {} … CASCADE", second.text.to_ascii_uppercase()))
}

fn first_two(statement: &str) -> String {
    let words: Vec<_> = words(statement).take(2).map(|word| word.text.to_ascii_uppercase()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Reader::new(text, 8).name().unwrap()
    }

    #[test]
    fn drops_are_read_with_their_names_and_cascade() {
        let found =
            of("DROP TABLE IF EXISTS a, Public.\"B\" CASCADE; DROP MATERIALIZED VIEW m; DROP SCHEMA s RESTRICT;");
        let expected = vec![
            Loss::Table { name: name("a"), cascade: true },
            Loss::Table { name: name("public.\"B\""), cascade: true },
            Loss::MaterializedView { name: name("m"), cascade: false },
            Loss::Schema { name: "s".into(), cascade: false },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn columns_are_read_from_every_action() {
        let found = of("ALTER TABLE ONLY s.t ADD x int, DROP COLUMN IF EXISTS y CASCADE, DROP z, DROP CONSTRAINT c;");
        let table = name("s.t");
        let expected = vec![
            Loss::Column { table: table.clone(), column: "y".into(), cascade: true },
            Loss::Column { table, column: "z".into(), cascade: false },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_go_by_truncate_delete_with_and_merge() {
        let found = of("TRUNCATE ONLY a, b RESTART IDENTITY; DELETE FROM s.c WHERE x; \
             WITH gone AS (DELETE FROM d RETURNING *) INSERT INTO e SELECT * FROM gone; \
             MERGE INTO f USING g ON f.id = g.id WHEN MATCHED THEN DELETE;");
        let expected = vec![
            Loss::Truncate { table: name("a") },
            Loss::Truncate { table: name("b") },
            Loss::Delete { table: name("s.c") },
            Loss::Delete { table: name("d") },
            Loss::Delete { table: name("f") },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_hides_its_effect_is_told() {
        let found = of("\nDO $$ BEGIN DROP TABLE a; END $$;\nCALL p();\nDROP TYPE t CASCADE;\nDROP TABLE ???;");
        let told: Vec<_> = found
            .into_iter()
            .map(|loss| match loss {
                Loss::Opaque { line, words } => format!("{line} {words}"),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(told, ["2 DO block", "3 CALL", "4 DROP TYPE … CASCADE", "5 DROP TABLE"]);
    }

    #[test]
    fn harmless_statements_destroy_nothing() {
        assert_eq!(of("CREATE TABLE a (); INSERT INTO b VALUES ('DROP TABLE x'); DROP VIEW v; DROP INDEX i;"), []);
        assert_eq!(of("CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM t; END;"), []);
        assert_eq!(of("DROP FUNCTION f; DROP TYPE t; ALTER TABLE a ADD COLUMN b int; SELECT 1;"), []);
    }
}
