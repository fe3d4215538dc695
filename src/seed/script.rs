//! A SQL seed: read and checked, and run in the transaction of all seeds.

use std::cell::RefCell;
use std::time::Instant;

use tokio_postgres::error::DbError;

use super::directive::{self, Wrong};
use super::files::Name;
use super::triggers;
use super::work::{Work, failed};
use crate::database::pipeline::{Part, Place};
use crate::database::session::Failure;
use crate::engine::apply::{notice_event, sections};
use crate::engine::failure::{Spot, script_error};
use crate::engine::step::{Direction, Step};
use crate::engine::watch;
use crate::error::Error;
use crate::ledger;
use crate::migration::Directives;
use crate::sql::{self, TransactionRule};

/// Reads a script: its statements, and the tables whose own triggers are off meanwhile.
///
/// # Errors
/// The line where it cannot be a seed, and why.
pub(super) fn read(path: &str, text: &str) -> Result<(Step, Vec<Name>), Wrong> {
    let without_triggers = directive::of_script(text)?;
    let statements = sql::split(text).map_err(|error| (error.line, error.message))?;
    for statement in &statements {
        match statement.transaction {
            TransactionRule::Allowed => {}
            TransactionRule::Controls(words) => {
                return Err((
                    statement.line,
                    format!("{words} cannot stand in a seed: all of them run in one transaction"),
                ));
            }
            TransactionRule::Forbidden(words) => {
                return Err((statement.line, format!("{words} cannot run in a transaction, and all seeds run in one")));
            }
        }
    }
    let step = Step {
        label: path.to_owned(),
        path: path.to_owned(),
        direction: Direction::Up,
        text: text.to_owned(),
        directives: Directives::default(),
        statements,
        record: ledger::Script::default(),
    };
    Ok((step, without_triggers))
}

/// Runs statements and then a script, and undoes what that left in the session.
pub(super) async fn run(work: &mut Work<'_, '_>, step: &Step, begin: &[String]) -> Result<(), Error> {
    let (cut, settle) = (sections(step), work.settle());
    let mut parts: Vec<Part<'_>> = begin.iter().map(|text| Part::Sql(text)).collect();
    parts.extend(cut.iter().map(|section| section.part()));
    parts.push(Part::Sql(&settle));
    let spot = |place: Place| match place.part.checked_sub(begin.len()).and_then(|section| cut.get(section)) {
        Some(section) => section.spot(place.statements),
        None => Spot { statements: usize::MAX, offset: 0 },
    };
    let run = &mut *work.run;
    let observer = RefCell::new(&mut *run.observer);
    let on_notice = |place: Place, notice: &DbError| {
        observer.borrow_mut().event(notice_event(step, spot(place).statements, notice));
    };
    let watch = watch::blockers(&run.options, run.backend, &observer, &step.label, Instant::now());
    let done = watch::alongside(run.session.run(&parts, on_notice), watch).await;
    done.map(drop).map_err(|(place, failure)| match place.part < begin.len() {
        true => triggers::missing(&step.path, &failure).unwrap_or_else(|| failed(&step.path, &failure)),
        false => explain(step, spot(place), &failure),
    })
}

fn explain(step: &Step, spot: Spot, failure: &Failure) -> Error {
    let error = script_error(step, spot, failure);
    match failure.code().map(tokio_postgres::error::SqlState::code) {
        // A table or a column, a function, a schema that is not there.
        Some("42P01" | "42703" | "42883" | "3F000") => {
            error.hint("is the schema up to date? `migrate status` tells, `migrate up` applies what is pending")
        }
        _ => error,
    }
}
