//! `migrate man`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::CommandFactory;

/// Print the manual page, or write one for every command
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate man | man -l -
  migrate man --out ~/.local/share/man/man1")]
pub(super) struct Args {
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let command = super::Cli::command();
    match &args.out {
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))?;
            clap_mangen::generate_to(command, folder)
                .with_context(|| format!("write manual pages into {}", folder.display()))?;
        }
        None => clap_mangen::Man::new(command).render(&mut std::io::stdout())?,
    }
    Ok(0)
}
