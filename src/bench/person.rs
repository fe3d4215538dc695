//! As whom a query runs: the role and the claims that PostgREST would set, from the header and `auth.users`.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio_postgres::types::Type;

use super::query::{Problem, Query, Stopped};
use crate::database::session::{Failure, Session};
use crate::sql::quote;

/// A role and its claims.
pub(super) struct Person {
    /// The role; none: the one that connects.
    pub(super) role: Option<String>,
    claims: Map<String, Value>,
}

/// Who that is. What `claims` and `role` say counts before what is known of the person.
pub(super) async fn find(session: &mut Session, query: &Query) -> Result<Person, Stopped> {
    let who = &query.who;
    let mut claims = Map::new();
    if let Some(email) = &who.email {
        let rows = session.query(include_str!("sql/person.sql"), &[(email, Type::TEXT)]).await;
        let rows = rows.map_err(|failure| stopped(&failure, query.problem(who.line, &failure)))?;
        let Some(text) = rows.first().map(|row| row.get::<_, String>(0)) else {
            return Err(Some(unknown(query, email)));
        };
        claims = serde_json::from_str(&text).unwrap_or_default();
    }
    claims.extend(who.claims.clone().unwrap_or_default());
    let claimed = claims.get("role").and_then(Value::as_str).map(str::to_owned);
    let role = who.role.clone().or(claimed);
    if let Some(role) = &role {
        claims.insert("role".to_owned(), role.clone().into());
    }
    Ok(Person { role, claims })
}

impl Person {
    /// What begins a run's transaction.
    pub(super) fn enter(&self, is_writing: bool, timeout: Duration) -> String {
        let claims = match self.claims.is_empty() {
            true => String::new(),
            false => Value::Object(self.claims.clone()).to_string(),
        };
        let mode = if is_writing { "READ WRITE" } else { "READ ONLY" };
        let mut enter = format!(
            "BEGIN {mode}; SELECT set_config('statement_timeout', '{}', true), set_config('request.jwt.claims', {}, true)",
            timeout.as_millis(),
            quote::literal(&claims)
        );
        if let Some(role) = &self.role {
            enter.push_str(&format!(", set_config('role', {}, true)", quote::literal(role)));
        }
        enter
    }
}

fn unknown(query: &Query, email: &str) -> Box<Problem> {
    Box::new(Problem {
        path: query.path.clone(),
        line: query.who.line,
        column: None,
        message: format!("nobody in auth.users has the e-mail {email}"),
        sqlstate: None,
        hint: Some("load the data that the queries are about, as with `migrate seed`".to_owned()),
        excerpt: None,
    })
}

/// No problem at all, where it was the user who stopped it.
pub(super) fn stopped(failure: &Failure, problem: Box<Problem>) -> Stopped {
    (!matches!(failure, Failure::Interrupted | Failure::Abandoned)).then_some(problem)
}
