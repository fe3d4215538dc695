//! `migrate db create|drop|reset|list|wait|clone|run`: databases on demand.

use std::time::{Duration, Instant};

use super::{CloneArgs, Content, Create, Drop, Format, Output, Reset, Run};
use crate::cli::Context;
use crate::config::{Settings, Target};
use crate::migration;
use crate::provision::list::{Entry, Kind as DatabaseKind};
use crate::provision::{Database, Provisioner, Recipe, Template, command, list as listing, named, wait as waiting};
use crate::report::views::{Databases, Dropped, Listed, Waited};
use crate::seed;

pub(super) async fn create(args: &Create, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let begin = Instant::now();
    let settings = context.settings()?;
    let (database, template) = if args.empty {
        (named::create_empty(&mut provisioner(context, &settings)?, &args.name).await?, None)
    } else {
        let recipe = recipe(&settings, &args.content)?;
        let made = named::create(&mut provisioner(context, &settings)?, &recipe, &args.name).await?;
        (made.0, Some(made.1))
    };
    tell(context, &args.output, &[database], template.as_ref(), begin)
}

pub(super) async fn reset(args: &Reset, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let begin = Instant::now();
    let settings = context.settings()?;
    let own = || match &settings.target {
        Target::Given(options) => options.config.get_dbname().unwrap_or("postgres").to_owned(),
        Target::Embedded(embedded) => embedded.database.clone(),
    };
    let name = args.name.clone().unwrap_or_else(own);
    let recipe = recipe(&settings, &args.content)?;
    let question = format!("Drop the database {name} with all its data, if it is there, and make it anew?");
    context.consent(&question, &name, args.confirm.as_deref())?;
    let (database, template) = named::reset(&mut provisioner(context, &settings)?, &recipe, &name).await?;
    tell(context, &args.output, &[database], Some(&template), begin)
}

pub(super) async fn drop(args: &Drop, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let names = if args.all {
        let all = listing::list(&mut provisioner(context, &settings)?).await?;
        let is_free = |entry: &Entry| match entry.kind {
            DatabaseKind::Template => true,
            DatabaseKind::Clone => entry.sessions == 0,
            DatabaseKind::Leased | DatabaseKind::Named => false,
        };
        all.into_iter().filter(is_free).map(|entry| entry.name).collect()
    } else {
        args.names.clone()
    };
    // What was made for a while may go without a question; what somebody named may not.
    for name in names.iter().filter(|name| listing::kind_of(name) == DatabaseKind::Named) {
        context.consent(&format!("Drop the database {name} with all its data?"), name, args.confirm.as_deref())?;
    }
    let dropped = named::drop(&mut provisioner(context, &settings)?, &names).await?;
    context.ui.result(&Dropped { dropped: &dropped })?;
    Ok(0)
}

pub(super) async fn list(context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let entries = listing::list(&mut provisioner(context, &settings)?).await?;
    context.ui.result(&Listed { databases: &entries })?;
    Ok(0)
}

pub(super) async fn wait(timeout: Duration, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let options = provisioner(context, &settings)?.options().clone();
    let waited = waiting::ready(&options, &context.interrupt, timeout).await?;
    context.ui.result(&Waited { state: "ready", elapsed_ms: waited.as_secs_f64() * 1000.0 })?;
    Ok(0)
}

pub(super) async fn clone(args: &CloneArgs, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let begin = Instant::now();
    let settings = context.settings()?;
    let recipe = recipe(&settings, &args.content)?;
    let mut provisioner = provisioner(context, &settings)?;
    let made = provisioner.clones(&recipe, args.count.into(), args.lifetime).await?;
    made.host.close().await;
    tell(context, &args.output, &made.databases, Some(&made.template), begin)
}

pub(super) async fn run(args: &Run, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let recipe = recipe(&settings, &args.content)?;
    let mut provisioner = provisioner(context, &settings)?;
    command::run(&mut provisioner, &recipe, args.count.into(), &args.command).await
}

fn provisioner<'a>(context: &'a mut Context<'_>, settings: &'a Settings) -> anyhow::Result<Provisioner<'a>> {
    let ask = context.ui.ask();
    let mut confirm = |question: &str| ask.confirm(question);
    Provisioner::new(settings, context.interrupt.clone(), &mut *context.ui, &mut confirm)
}

/// What the databases are to hold.
fn recipe(settings: &Settings, content: &Content) -> anyhow::Result<Recipe> {
    let mut recipe = Recipe::new(settings, migration::discover(&settings.source)?);
    if !content.seed.is_empty() {
        recipe = recipe.with_verticals(seed::read(settings, &content.seed)?, content.today);
    }
    if content.include_seed { recipe.with_seeds(settings) } else { Ok(recipe) }
}

fn tell(
    context: &mut Context<'_>,
    output: &Output,
    databases: &[Database],
    template: Option<&Template>,
    begin: Instant,
) -> anyhow::Result<u8> {
    let hidden = databases.iter().any(|database| database.options.config.get_password().is_some());
    if hidden && !output.with_password {
        context.ui.say("the password is left out: `--with-password` prints it, `migrate db run` passes it on unseen");
    }
    let view = Databases::new(databases, template, begin.elapsed(), output.with_password, output.format == Format::Env);
    context.ui.result(&view)?;
    Ok(0)
}
