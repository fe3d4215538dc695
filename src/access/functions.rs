//! EXECUTE: a call with NULLs is planned, which asks for the right to call, and not run.

use tokio_postgres::types::Type;

use super::attempt::{Attempt, Verdict, make};
use super::identity::Acting;
use super::matrix::Function;
use crate::database::session::Session;
use crate::sql::quote;

/// Who may call each function of the schemas.
pub(super) async fn callable(
    session: &mut Session,
    acting: &[Acting],
    schemas: &[String],
) -> anyhow::Result<Vec<Function>> {
    let rows = session.query(include_str!("sql/functions.sql"), &[(&schemas, Type::TEXT_ARRAY)]).await?;
    let mut tries = Vec::new();
    for row in &rows {
        let (name, call): (String, String) = (row.get(0), row.get(2));
        for identity in 0..acting.len() {
            tries.push(Attempt::new(
                identity,
                if row.get(1) { may_call(&name) } else { format!("EXPLAIN SELECT {call}") },
            ));
        }
    }
    let verdicts = make(session, acting, &tries).await?;
    let functions = rows.iter().zip(verdicts.chunks(acting.len().max(1))).map(|(row, verdicts)| {
        let may = |verdict: &Verdict| match verdict {
            Verdict::Denied => false,
            Verdict::Ran(_, Some(value)) if row.get(1) => value == "t",
            _ => true,
        };
        let execute = acting.iter().zip(verdicts).filter(|(_, verdict)| may(verdict)).map(|(a, _)| a.name.clone());
        Function { name: row.get(0), execute: execute.collect() }
    });
    Ok(functions.collect())
}

/// A procedure cannot be planned without being run, and may commit: its privilege is read.
fn may_call(name: &str) -> String {
    format!("SELECT has_function_privilege({}, 'EXECUTE')", quote::literal(name))
}
