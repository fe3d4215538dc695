//! What stands for `:name`: each `let` is asked once; of several rows, each run takes the next.

use std::time::Duration;

use super::person::stopped;
use super::query::{Let, Problem, Query, Stopped};
use super::template::Filled;
use crate::database::session::{Failure, Session};

/// Rows that are kept of one `let`.
const ROWS_MOST: usize = 10_000;

/// The values of a query.
#[derive(Debug, Default)]
pub(super) struct Values {
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    names: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Values {
    /// The value of a name in a run; none is NULL.
    fn get(&self, name: &str, run: usize) -> Option<&str> {
        let (found, column) =
            self.found.iter().find_map(|found| Some((found, found.names.iter().position(|n| n == name)?)))?;
        found.rows.get(run.checked_rem(found.rows.len())?)?.get(column)?.as_deref()
    }

    /// The statement of a run.
    pub(super) fn statement(&self, query: &Query, run: usize) -> Filled {
        query.template.fill(|name| self.get(name, run))
    }
}

/// Asks for the values, as the role that connects. One that needs another takes its first row.
pub(super) async fn ask(session: &mut Session, query: &Query, timeout: Duration) -> Result<Values, Stopped> {
    let mut values = Values::default();
    for each in &query.lets {
        let sql = each.template.fill(|name| values.get(name, 0)).text;
        let begin = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", timeout.as_millis());
        let texts = [begin, sql, "ROLLBACK".to_owned()];
        let failed = |failure| stopped(&failure, query.problem(each.line, &failure));
        let replies = session.each(&texts).await.map_err(failed)?;
        let mut rows = match replies.into_iter().nth(1) {
            Some(Ok(reply)) => reply.rows,
            Some(Err(error)) => return Err(failed(Failure::Server(error))),
            None => Vec::new(),
        };
        rows.truncate(ROWS_MOST);
        if let Some(message) = wrong(each, &rows) {
            return Err(Some(Box::new(Problem {
                path: query.path.clone(),
                line: each.line,
                column: None,
                message,
                sqlstate: None,
                hint: None,
                excerpt: None,
            })));
        }
        values.found.push(Found { names: each.names.clone(), rows });
    }
    Ok(values)
}

fn wrong(each: &Let, rows: &[Vec<Option<String>>]) -> Option<String> {
    let (names, columns) = (each.names.join(", "), each.names.len());
    match rows.first() {
        None => Some(format!("`let {names}` found no row")),
        Some(row) if row.len() != columns => {
            Some(format!("`let {names}` wants {columns} columns, and its query has {}", row.len()))
        }
        Some(_) => None,
    }
}
