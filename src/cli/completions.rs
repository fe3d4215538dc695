//! `migrate completions`

use std::io::Write as _;

use clap::CommandFactory;

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate completions bash > ~/.local/share/bash-completion/completions/migrate
  migrate completions zsh > ~/.zfunc/_migrate
  migrate completions fish > ~/.config/fish/completions/migrate.fish")]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let mut command = super::Cli::command();
    // Into memory first: the generator panics when its writer fails, and standard output may be a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "migrate", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(0)
}
