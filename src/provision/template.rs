//! Templates: databases that clones are copied from. Each is built once, however many ask for it at the same time.
//!
//! It is built under a lease's name and gets its own only when it is whole: one whose build failed, or was killed, is never
//! found. From then on nobody may connect to it, since PostgreSQL copies no database that somebody is in.

use std::time::{Duration, Instant};

use time::Date;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::Provisioner;
use super::host::Host;
use super::recipe::Recipe;
use super::strategy;
use crate::config::Target;
use crate::database::lease::{self, Lease};
use crate::database::lock;
use crate::database::pipeline::Part;
use crate::database::session::{Failure, Session};
use crate::engine::plan::Until;
use crate::engine::run::Run;
use crate::engine::supabase_seed;
use crate::engine::up::{self, Outcome};
use crate::error::{Error, Kind};
use crate::event::{Event, Silent};
use crate::seed;
use crate::sql::quote;

/// How old the note of a template's last use may be before it is written anew.
const NOTE_S: i64 = 3600;
/// The longest pause between two looks.
const PAUSE_MOST: Duration = Duration::from_millis(500);

/// A template that is there.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its size when it was made.
    pub size_bytes: i64,
    /// Whether this call built it.
    pub built: bool,
    /// What CREATE DATABASE does not copy: role or none, name, value.
    pub(super) settings: Vec<(Option<String>, String, String)>,
    /// Grantee or everybody, privilege, whether it may be passed on. None where the defaults hold.
    pub(super) grants: Option<Vec<(Option<String>, String, bool)>>,
}

/// The template of a recipe, built if it is not there, and a session on its server.
///
/// Whoever waits for another's build gives its connection back meanwhile: the builder needs two.
pub(super) async fn ensure(provisioner: &mut Provisioner<'_>, recipe: &Recipe) -> anyhow::Result<(Host, Template)> {
    let (begin, wait) = (Instant::now(), provisioner.settings.lock_wait);
    let mut pause = Duration::from_millis(20);
    loop {
        let mut host = provisioner.host().await?;
        host.must_create()?;
        let name = recipe.template(&host.facts);
        if let Some(template) = find_and_note(&mut host, &name).await? {
            return Ok((host, template));
        }
        if lock::attempt(&mut host.session, key(&name)).await.map_err(|failure| ask_error(&failure))? {
            let template = build_once(provisioner, &mut host, recipe, &name).await;
            lock::release(&mut host.session, key(&name)).await;
            return Ok((host, template?));
        }
        host.close().await;
        if begin.elapsed() >= wait {
            let message = format!("another program has been building {name} for {} s", wait.as_secs());
            return Err(Error::new(Kind::Locked, message).hint("give it more time with `--lock-wait`").into());
        }
        provisioner.observer.event(Event::Busy(format!("waiting for {name}, which another program builds")));
        if !provisioner.interrupt.sleep(pause.mul_f64(rand::random_range(0.5..1.5))).await {
            return Err(Error::new(Kind::Interrupted, "interrupted while waiting for the template").into());
        }
        pause = (pause * 2).min(PAUSE_MOST);
    }
}

/// Drops templates that nobody has used for longer than the project wants to keep them.
pub(super) async fn drop_unused(host: &mut Host, lifetime: Duration) {
    let since_s = host.facts.now_s.saturating_sub_unsigned(lifetime.as_secs());
    let unused = host.session.query(include_str!("unused.sql"), &[(&since_s, Type::INT8)]).await;
    for row in unused.unwrap_or_default() {
        // What cannot be dropped is the next one's to try.
        drop(lease::drop(&mut host.session, row.get(0)).await);
    }
}

/// The key of the lock under which a template is built: the digits of its name.
fn key(name: &str) -> i64 {
    let digits = name.rsplit('_').next().and_then(|digits| digits.get(..16)).unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or_default().cast_signed()
}

fn ask_error(failure: &Failure) -> anyhow::Error {
    anyhow::anyhow!("failed to look for the template: {failure}")
}

/// The template, its use noted.
async fn find_and_note(host: &mut Host, name: &str) -> anyhow::Result<Option<Template>> {
    let Some((template, used_s)) = find(&mut host.session, name).await? else { return Ok(None) };
    if host.facts.now_s - used_s > NOTE_S {
        // Another one may be noting the same at this moment, and one note is enough.
        drop(note(&mut host.session, name, template.size_bytes, host.facts.now_s).await);
    }
    Ok(Some(template))
}

async fn find(session: &mut Session, name: &str) -> anyhow::Result<Option<(Template, i64)>> {
    let rows = session.query(include_str!("template.sql"), &[(&name, Type::NAME)]).await;
    let rows = rows.map_err(|failure| ask_error(&failure))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (settings, grants): (Option<String>, Option<String>) = (row.get("settings"), row.get("grants"));
    let template = Template {
        name: name.to_owned(),
        size_bytes: row.get("size_bytes"),
        built: false,
        settings: settings.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default(),
        grants: grants.map(|text| serde_json::from_str(&text)).transpose()?,
    };
    Ok(Some((template, row.get("used_s"))))
}

/// Under the lock: whoever had it before may have built the template.
async fn build_once(
    provisioner: &mut Provisioner<'_>,
    host: &mut Host,
    recipe: &Recipe,
    name: &str,
) -> anyhow::Result<Template> {
    if let Some((template, _)) = find(&mut host.session, name).await? {
        return Ok(template);
    }
    provisioner.observer.event(Event::Busy(format!("building the template {name}")));
    let begin = Instant::now();
    build(provisioner, host, recipe, name).await?;
    let found = find(&mut host.session, name).await?;
    let (template, _) =
        found.ok_or_else(|| anyhow::anyhow!("the template {name} was dropped right after it was built"))?;
    provisioner.observer.event(Event::Finished { label: name.to_owned(), verb: "built", elapsed: begin.elapsed() });
    Ok(Template { built: true, ..template })
}

async fn build(provisioner: &mut Provisioner<'_>, host: &mut Host, recipe: &Recipe, name: &str) -> anyhow::Result<()> {
    let lease = Lease::take(&mut host.session).await?;
    let scratch = lease.name("build", 0);
    let empty = strategy::clause(0, host.facts.fsync, host.facts.version);
    let create = format!("CREATE DATABASE {} TEMPLATE template0{empty}", quote::ident(&scratch));
    host.session.settle(&create).await.map_err(|failure| super::clone::create_error(host, &scratch, failure))?;
    let today = recipe.day(&host.facts);
    let built = match fill(provisioner, recipe, &scratch, today).await {
        Ok(()) => publish(host, &scratch, name).await,
        Err(error) => Err(error.context(format!("the template {name} could not be built"))),
    };
    if built.is_err() {
        // If this fails too, the next one drops it: its lease ends with this program.
        drop(lease::drop(&mut host.session, &scratch).await);
    }
    built
}

/// Runs the migrations in the database that becomes the template.
async fn fill(
    provisioner: &mut Provisioner<'_>,
    recipe: &Recipe,
    scratch: &str,
    today: Option<Date>,
) -> anyhow::Result<()> {
    let mut settings = provisioner.settings.clone();
    settings.target = Target::Given(provisioner.options.with_database(scratch));
    // The database is ours alone: a project that expects Supabase finds its stand-in there.
    settings.stand_in = true;
    let mut silent = Silent;
    let mut run = Run::open(&settings, provisioner.interrupt.clone(), &mut silent, &mut |_| Ok(true)).await?;
    let options = up::Options { until: Until::End, out_of_order: false, single_transaction: false, release: None };
    let mut done = match recipe.pairs.is_empty() {
        false => up::up(&mut run, &recipe.pairs, &options, &mut Outcome::default()).await,
        true => run.begin_writing(0).await,
    };
    if let (Ok(()), true, Some(project)) = (&done, recipe.has_seeds, &settings.supabase) {
        done = supabase_seed::run(&mut run, &settings.root, project, supabase_seed::Changed::Note).await.map(drop);
    }
    if done.is_ok() && !recipe.verticals.is_empty() {
        let options = seed::Options { today, ..seed::Options::default() };
        done = seed::load(&mut run, &recipe.verticals, options).await.map(drop);
        if done.is_ok() {
            let analyzed = run.session.settle("ANALYZE").await;
            done = analyzed.map_err(|failure| anyhow::anyhow!("failed to count what was seeded: {failure}"));
        }
    }
    if let (Ok(()), Some(rows)) = (&done, &recipe.rows) {
        let parts = [Part::Sql("BEGIN"), Part::Sql(rows), Part::Sql("COMMIT"), Part::Sql("ANALYZE")];
        let loaded = run.session.run(&parts, |_, _| {}).await;
        done = loaded.map(drop).map_err(|(_, failure)| anyhow::Error::new(failure).context("failed to load the rows"));
    }
    // Until the server is done with the session, the database could not be renamed.
    run.close().await;
    done
}

/// Closes the database to everybody and gives it the template's name.
async fn publish(host: &mut Host, scratch: &str, name: &str) -> anyhow::Result<()> {
    let failed = |failure: Failure| anyhow::anyhow!("failed to make a template of {scratch}: {failure}");
    let rows = host.session.query("SELECT pg_catalog.pg_database_size($1)", &[(&scratch, Type::NAME)]).await;
    let size_bytes = rows.map_err(failed)?.first().map_or(0, |row| row.get(0));
    note(&mut host.session, scratch, size_bytes, host.facts.now_s).await.map_err(failed)?;
    let database = quote::ident(scratch);
    host.session.settle(&format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false")).await.map_err(failed)?;
    match host.session.settle(&format!("ALTER DATABASE {database} RENAME TO {}", quote::ident(name))).await {
        // Somebody whose locks are in another database was faster, with the same content.
        Err(failure) if failure.code() == Some(&SqlState::DUPLICATE_DATABASE) => {
            lease::drop(&mut host.session, scratch).await.map_err(failed)
        }
        other => other.map_err(failed),
    }
}

async fn note(session: &mut Session, name: &str, size_bytes: i64, now_s: i64) -> Result<(), Failure> {
    let text = format!("template of migrate: {size_bytes} bytes, last used {now_s}");
    session.settle(&format!("COMMENT ON DATABASE {} IS {}", quote::ident(name), quote::literal(&text))).await
}
