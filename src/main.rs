//! The program: parse, call, turn the error into an exit code.

use std::process::ExitCode;

use clap::Parser;
use counterpose::cli::Cli;
use counterpose::config::Environment;
use counterpose::error;
use counterpose::report::Ui;

/// Help, or a mistake in the arguments. A script that asked for JSON gets its document also then.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        counterpose::report::usage_json(&error.to_string());
    }
    // Where the message cannot be written there is nobody to tell.
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
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
