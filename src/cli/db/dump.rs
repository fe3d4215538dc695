//! `migrate db dump`: a schema as a file of SQL.

use crate::catalog::Catalog;
use crate::cli::{Context, diff};
use crate::config::Platform;
use crate::diff::script::{Options, script};
use crate::report::views::Dumped;

/// What to dump.
#[derive(Debug, clap::Args)]
pub(super) struct Dump {
    /// The schema: any side that `migrate diff` knows, such as `expected`
    #[arg(long, value_name = "SIDE", default_value = "live")]
    from: String,
    /// A schema to leave out; may be given several times
    #[arg(long, value_name = "SCHEMA")]
    exclude: Vec<String>,
    /// Leave out who owns what: whoever loads it then does
    #[arg(long)]
    no_owner: bool,
}

/// The script that makes the schema of a new database.
pub(super) async fn dump(args: &Dump, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let managed = diff::managed(&settings, &args.exclude)?;
    // What is made in a new database of Supabase's is granted to the API's roles, which the dump has to take back.
    let (new, mut read) = if settings.platform == Platform::Supabase {
        let [new, read] = diff::read(["empty", &args.from], context).await?;
        (new.catalog, read)
    } else {
        let read = diff::read_one(&args.from, context).await?;
        (Catalog::of_new_database(read.catalog.server_version), read)
    };
    if args.no_owner {
        for object in &mut read.catalog.objects {
            if new.get(&object.id).is_none() {
                object.attributes.remove("owner");
            }
        }
    }
    let script = script(&new, &read.catalog, &managed, &Options::default());
    context.ui.result(&Dumped { of: &read.name, script: &script })?;
    Ok(0)
}
