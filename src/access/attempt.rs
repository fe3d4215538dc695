//! Tries, sent many at a time: each between two visits to a savepoint, so that whatever it did is gone before the next one.

use tokio_postgres::error::DbError;

use super::identity::Acting;
use crate::database::pipeline::Reply;
use crate::database::session::{Failure, Session};

/// One try.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// As whom: the index of the identity.
    pub(super) identity: usize,
    /// Statements that prepare it, run as the owner.
    pub(super) before: Vec<String>,
    /// The statement that is tried.
    pub(super) sql: String,
    /// A query as the owner that tells whether it took effect: its first value.
    pub(super) after: Option<String>,
}

impl Attempt {
    pub(super) fn new(identity: usize, sql: String) -> Self {
        Self { identity, before: Vec::new(), sql, after: None }
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It ran: how many rows it affected, and the value of `after`, or else the first one that it returned.
    Ran(u64, Option<String>),
    /// What a policy lets pass and the table's own constraints do not: the rule is about data, not about persons.
    Constraint(String),
    /// SQLSTATE 42501.
    Denied,
    /// A trigger or function raised something else.
    Raised,
    /// Anything else: the SQLSTATE.
    Failed(String),
}

/// How many tries travel together: enough that the way to the server costs little, and an interrupt is noticed soon.
const TOGETHER: usize = 250;

/// Makes all tries, in the order of their identities, and returns how each ended, in the order in which they were given.
pub(super) async fn make(
    session: &mut Session,
    acting: &[Acting],
    attempts: &[Attempt],
) -> Result<Vec<Verdict>, Failure> {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; attempts.len()];
    let mut order: Vec<usize> = (0..attempts.len()).collect();
    order.sort_by_key(|index| attempts.get(*index).map(|attempt| attempt.identity));
    for batch in order.chunks(TOGETHER) {
        let (texts, places) = texts(acting, attempts, batch);
        let replies = session.each(&texts).await?;
        for (reply, place) in replies.iter().zip(places) {
            let Some((index, attempt)) = place.and_then(|index| Some((index, attempts.get(index)?))) else {
                continue;
            };
            if let Some(verdict) = verdicts.get_mut(index) {
                *verdict = Some(judge(reply, attempt));
            }
        }
    }
    Ok(verdicts.into_iter().flatten().collect())
}

/// The texts of a batch; beside each the try that it is, if it is one.
fn texts(acting: &[Acting], attempts: &[Attempt], batch: &[usize]) -> (Vec<String>, Vec<Option<usize>>) {
    let mut texts = vec!["SAVEPOINT batch".to_owned()];
    let mut places = vec![None];
    let mut present = None;
    for (index, attempt) in batch.iter().filter_map(|index| Some((*index, attempts.get(*index)?))) {
        let Some(actor) = acting.get(attempt.identity) else { continue };
        if present != Some(attempt.identity) {
            texts.push(format!("ROLLBACK TO SAVEPOINT batch; {}; SAVEPOINT attempt", actor.enter));
            places.push(None);
            present = Some(attempt.identity);
        }
        let mut text = String::new();
        if !attempt.before.is_empty() {
            text = format!("{OWNER}; {}; {}; ", attempt.before.join("; "), actor.role);
        }
        text.push_str(&attempt.sql);
        if let Some(after) = &attempt.after {
            text.push_str(&format!("; {OWNER}; {after}"));
        }
        texts.push(text);
        places.push(Some(index));
        texts.push("ROLLBACK TO SAVEPOINT attempt".to_owned());
        places.push(None);
    }
    texts.push("ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch".to_owned());
    places.push(None);
    (texts, places)
}

/// Back to the role that the session began with.
const OWNER: &str = "SET LOCAL ROLE NONE";

fn judge(reply: &Result<Reply, Box<DbError>>, attempt: &Attempt) -> Verdict {
    match reply {
        Ok(reply) => {
            // What prepares a try is between two changes of the role.
            let place = if attempt.before.is_empty() { 0 } else { attempt.before.len() + 2 };
            let affected = reply.counts.get(place).copied().unwrap_or(0);
            let value = reply.rows.last().and_then(|row| row.first().cloned().flatten());
            Verdict::Ran(affected, value)
        }
        Err(error) => refusal(error),
    }
}

fn refusal(error: &DbError) -> Verdict {
    let code = error.code().code();
    // The name of the C function that reported it: RAISE has its own, in every language that messages may be in.
    let raised = error.routine().is_some_and(|routine| routine == "exec_stmt_raise");
    match code {
        "42501" => Verdict::Denied,
        _ if raised => Verdict::Raised,
        _ if code.starts_with("23") => Verdict::Constraint(code.to_owned()),
        _ => Verdict::Failed(code.to_owned()),
    }
}
