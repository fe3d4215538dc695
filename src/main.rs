//! The program: parse, call, turn the error into an exit code.

use std::process::ExitCode;

use clap::Parser;
use counterpose::cli::Cli;
use counterpose::config::Environment;
use counterpose::error;
use counterpose::report::{self, Ui};

fn main() -> ExitCode {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(report::usage(&error, no_color)),
    };
    let mut ui = Ui::new(cli.manners(), no_color);
    let mut partial = None;
    let outcome = (|| {
        let environment = Environment::capture()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(cli.run(&environment, &mut ui, &mut partial))
    })();
    match outcome {
        Ok(code) => ExitCode::from(code),
        // Whoever reads our output has gone: that is not a failure of ours.
        Err(error) if error::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            ui.failure(&error, partial.as_ref());
            ExitCode::from(error::kind_of(&error).exit_code())
        }
    }
}
