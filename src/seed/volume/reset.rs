//! A volume is taken away: its rows by sets, then, if its load was never finished, what was taken off is made again.

use std::sync::Arc;

use super::crew::{self, Crew};
use super::ledger::{self, Known};
use super::model::Model;
use super::rebuild;
use super::strip::{self, Keys, Triggers, failed};
use crate::database::pipeline::Part;
use crate::engine::run::Run;
use crate::error::Error;
use crate::event::Event;
use crate::ledger::Note;
use crate::sql::quote;

/// What a vertical's volume is, if there is one, for the question before it is taken away.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn known(run: &mut Run<'_>, vertical: &str) -> anyhow::Result<Option<Known>> {
    let known = ledger::known(&mut run.session).await.map_err(|f| failed("failed to read what volume recorded", &f))?;
    Ok(known.into_iter().find(|known| known.vertical == vertical))
}

/// Takes a volume away. The runner's lock is held, and the user has agreed.
///
/// # Errors
/// Names the table whose rows refer to the volume and are not part of it.
pub async fn reset(run: &mut Run<'_>, model: Box<dyn Model>, known: &Known, memory: Option<u64>) -> anyhow::Result<()> {
    let model: Arc<dyn Model> = Arc::from(model);
    let triggers = Triggers::of(&mut run.session).await.map_err(|f| failed("failed to begin", &f))?;
    run.observer.event(Event::Busy(format!("taking the volume of {} away", known.vertical)));
    let outcome = take_away(run, model.as_ref(), known, triggers).await;
    if let Err(error) = outcome {
        // A connection that is lost has rolled back already.
        drop(run.session.settle("ROLLBACK").await);
        return Err(error.into());
    }
    let names: Vec<&str> = model.tables().iter().map(|table| table.name).collect();
    if !known.is_finished {
        let crew = Crew {
            options: run.options.clone(),
            interrupt: run.session.interrupt().clone(),
            settings: crew::settings(&run.restore, triggers, rebuild::memory_kib(memory, 2)),
            size: 2,
        };
        rebuild::rebuild(run, &crew, &model, known.shape, &names).await?;
        let mut end = String::from("BEGIN; ");
        for statement in rebuild::last(run).await? {
            end.push_str(&statement);
            end.push_str("; ");
        }
        let forget = format!("DELETE FROM migrate.volume WHERE vertical = {}", quote::literal(&known.vertical));
        execute(run, "failed to end", &format!("{end}{}; {forget}; COMMIT", ledger::DROP_PROGRESS)).await?;
    }
    // The next load finds room where this one was.
    for name in &names {
        execute(run, "failed to clean up", &format!("VACUUM {}", quote::qualified("public", name))).await?;
    }
    Ok(())
}

async fn take_away(run: &mut Run<'_>, model: &dyn Model, known: &Known, triggers: Triggers) -> Result<(), Error> {
    let begin = format!("BEGIN; SET LOCAL jit = off; {}", triggers.off_locally());
    execute(run, "failed to begin", &begin).await?;
    let mut names: Vec<&str> = model.tables().iter().map(|table| table.name).collect();
    // A published table lets nothing be deleted while it lacks its primary key, unless it is told what to publish instead.
    let identity = |kind: &str| {
        let alter = names
            .iter()
            .map(|name| format!("ALTER TABLE {} REPLICA IDENTITY {kind}", quote::qualified("public", name)));
        if known.is_finished { String::new() } else { alter.collect::<Vec<_>>().join("; ") }
    };
    let (full, default) = (identity("FULL"), identity("DEFAULT"));
    let (off, on) = match triggers {
        Triggers::Session => (String::new(), String::new()),
        Triggers::Catalog => {
            let told = run.session.query(include_str!("sql/triggers.sql"), &[]).await;
            let told = told.map_err(|f| failed("failed to read the triggers", &f))?;
            let text = |place: usize| told.first().map_or_else(String::new, |row| row.get(place));
            (text(0), format!("SET CONSTRAINTS ALL IMMEDIATE; {}", text(1)))
        }
    };
    execute(run, "failed to prepare the tables", &format!("{full}; {off}")).await?;
    execute(run, "failed to take the rows away", &model.reset()).await?;
    execute(run, "failed to leave the tables as they were", &format!("{on}; {default}")).await?;
    names.extend(model.base_tables());
    if triggers == Triggers::Session {
        let checks = strip::verify(&mut run.session, &names, Keys::To, &[]).await;
        for (relation, check) in checks.map_err(|f| failed("failed to read the foreign keys", &f))? {
            let what = format!("rows of {relation} refer to the volume and are not part of it: delete them first");
            execute(run, &what, &check).await?;
        }
    }
    let vertical = quote::literal(&known.vertical);
    let forget = if known.is_finished {
        format!("DELETE FROM migrate.volume WHERE vertical = {vertical}")
    } else {
        // Whatever stops us now: nobody may load on as if the rows were there.
        format!("UPDATE migrate.volume SET scale = 0 WHERE vertical = {vertical}; DELETE FROM migrate.volume_progress")
    };
    execute(run, "failed to note it", &forget).await?;
    let detail = serde_json::json!({ "volume": true }).to_string();
    let note = Note { event: "unseeded", name: Some(known.vertical.clone()), detail: Some(detail), ..Note::default() };
    let recorder = run.recorder.clone();
    let ended = run.session.run(&[recorder.note(&note), Part::Sql("COMMIT")], |_, _| {}).await;
    ended.map(drop).map_err(|(_, f)| failed("failed to note it", &f))
}

async fn execute(run: &mut Run<'_>, what: &str, sql: &str) -> Result<(), Error> {
    run.session.run(&[Part::Sql(sql)], |_, _| {}).await.map(drop).map_err(|(_, f)| failed(what, &f))
}
