//! Which statements of a script share a transaction.

use super::{Hazard, Statement, When};

/// Statements that run in one transaction, or each by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// Whether they share a transaction.
    pub in_transaction: bool,
    /// The statements.
    pub statements: Vec<&'a Statement>,
}

/// Cuts a script where a transaction has to end: around what must not be in one, and before the first use of a label that
/// was added to an enum.
#[must_use]
pub fn groups(statements: &[Statement]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut labels: Vec<&str> = Vec::new();
    for statement in statements {
        let in_transaction = statement.when == When::Together;
        let uses_a_label = labels.iter().any(|label| statement.sql.contains(label));
        match groups.last_mut() {
            Some(group) if group.in_transaction == in_transaction && !uses_a_label => group.statements.push(statement),
            _ => {
                labels.clear();
                groups.push(Group { in_transaction, statements: vec![statement] });
            }
        }
        if statement.hazards.contains(&Hazard::OwnTransaction) {
            labels.extend(added_label(&statement.sql));
        }
    }
    groups
}

/// `'rejected'`, quotes included, of `ALTER TYPE … ADD VALUE 'rejected' AFTER …`.
fn added_label(sql: &str) -> Option<&str> {
    let (_, rest) = sql.split_once(" ADD VALUE ")?;
    let from = rest.find('\'')?;
    let mut chars = rest.char_indices().skip_while(|(at, _)| *at <= from).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
            return rest.get(from..=at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{added_label, groups};
    use crate::catalog::{Id, Kind};
    use crate::diff::script::{Hazard, Statement, When};

    fn statement(sql: &str, when: When, hazards: &[Hazard]) -> Statement {
        let about = Id { kind: Kind::Table, schema: "public".into(), of: "".into(), name: "t".into() };
        Statement { sql: sql.to_owned(), about, hazards: hazards.to_vec(), when }
    }

    #[test]
    fn the_label_is_read_with_its_quotes() {
        assert_eq!(added_label("ALTER TYPE public.e ADD VALUE 'it''s' AFTER 'b'"), Some("'it''s'"));
        assert_eq!(added_label("ALTER TYPE public.e ADD ATTRIBUTE b int"), None);
    }

    #[test]
    fn a_transaction_ends_where_it_must() {
        let own = [Hazard::OwnTransaction];
        let script = [
            statement("ALTER TYPE e ADD VALUE 'b'", When::Together, &own),
            statement("CREATE TABLE u ()", When::Together, &[]),
            statement("ALTER TABLE t ALTER c SET DEFAULT 'b'", When::Together, &[]),
            statement("CREATE INDEX CONCURRENTLY i ON t (c)", When::Alone, &[]),
            statement("ALTER TABLE t VALIDATE CONSTRAINT k", When::AtTheEnd, &[]),
        ];
        let found: Vec<(bool, usize)> =
            groups(&script).iter().map(|group| (group.in_transaction, group.statements.len())).collect();
        assert_eq!(found, [(true, 2), (true, 1), (false, 2)]);
    }
}
