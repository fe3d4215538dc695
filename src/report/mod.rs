//! Every table, prompt, progress line and JSON document that a person or a script sees.
//!
//! Results go to standard output, everything else to standard error. Meaning never rests on colour alone.

mod ask;
mod clean;
pub mod error;
mod redact;
pub mod table;
pub mod views;

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use colored::Colorize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

pub use ask::Ask;
pub use clean::clean;
pub use redact::redact;

use crate::event::{Event, Observer};

/// How often progress is told where lines stay.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// A result that can be shown to people and to scripts. The JSON form is the contract of `docs/json.md`.
pub trait View: Serialize {
    /// Writes it for a person.
    fn human(&self, out: &mut dyn Write) -> std::io::Result<()>;
}

/// How the user wants to be talked to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manners {
    /// One JSON document on standard output.
    pub json: bool,
    /// Only results and errors.
    pub quiet: bool,
    /// Never colours.
    pub no_color: bool,
    /// Yes to every question.
    pub yes: bool,
}

/// Shows help, or what is wrong with the arguments: the exit code. A script that asked for JSON gets its document also then.
#[must_use]
pub fn usage(error: &clap::Error, no_color_variable: bool) -> u8 {
    // Where the message cannot be written there is nobody to tell.
    if !error.use_stderr() {
        drop(error.print());
        return 0;
    }
    if std::env::args_os().any(|argument| argument == "--json") {
        usage_json(&error.to_string());
    }
    let err = std::io::stderr();
    let colours = !no_color_variable && err.is_terminal();
    drop(error::write_usage(&mut err.lock(), error, colours));
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// The terminal, or what stands in its place.
pub struct Ui {
    manners: Manners,
    stderr_is_terminal: bool,
    bar: Option<ProgressBar>,
    total: usize,
    progress: Option<Instant>,
}

impl Ui {
    /// Looks at the terminal once.
    #[must_use]
    pub fn new(manners: Manners, no_color_variable: bool) -> Self {
        let colours = !manners.no_color && !no_color_variable && std::io::stdout().is_terminal();
        colored::control::set_override(colours);
        Self { manners, stderr_is_terminal: std::io::stderr().is_terminal(), bar: None, total: 0, progress: None }
    }

    /// How the user wants to be talked to.
    #[must_use]
    pub fn manners(&self) -> Manners {
        self.manners
    }

    /// What asks questions; independent of this value, so that it can be used while this one observes.
    #[must_use]
    pub fn ask(&self) -> Ask {
        Ask { yes: self.manners.yes, terminal: self.stderr_is_terminal && std::io::stdin().is_terminal() }
    }

    /// Writes a result to standard output.
    pub fn result(&mut self, view: &impl View) -> anyhow::Result<()> {
        self.end_bar();
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        if self.manners.json {
            serde_json::to_writer_pretty(&mut out, view)?;
            writeln!(out)?;
        } else {
            view.human(&mut out)?;
        }
        out.flush()?;
        Ok(())
    }

    /// Writes an error to standard error, and to standard output as JSON if that was asked for.
    pub fn failure(&mut self, error: &anyhow::Error, partial: Option<&serde_json::Value>) {
        self.end_bar();
        let mut err = std::io::stderr().lock();
        // Nothing sensible can be done when standard error is gone; the exit code still tells.
        drop(error::write_human(&mut err, error));
        if self.manners.json {
            let mut out = std::io::stdout().lock();
            drop(error::write_json(&mut out, error, partial));
        }
    }

    /// A line on standard error, unless the user wants quiet.
    pub fn say(&mut self, text: &str) {
        if !self.manners.quiet {
            self.line(text);
        }
    }

    fn line(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => drop(writeln!(std::io::stderr().lock(), "{text}")),
        }
    }

    fn busy(&mut self, text: &str) {
        if !self.stderr_is_terminal || self.manners.quiet {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_message(text.to_owned());
    }

    /// A line, unless the last one of them was a moment ago. The first comes when something has taken as long.
    fn now_and_then(&mut self, text: &str) {
        let last = *self.progress.get_or_insert_with(Instant::now);
        if last.elapsed() >= PROGRESS_EVERY {
            self.progress = Some(Instant::now());
            self.say(text);
        }
    }

    fn end_bar(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Ui {
    fn drop(&mut self) {
        self.end_bar();
    }
}

impl Observer for Ui {
    fn event(&mut self, event: Event) {
        match event {
            Event::Info(text) => self.say(&clean(&text)),
            Event::Warning(text) => self.line(&format!("{} {}", "warning:".yellow().bold(), clean(&text))),
            Event::Busy(text) => self.busy(&clean(&text)),
            Event::Progress(text) if self.stderr_is_terminal => self.busy(&clean(&text)),
            Event::Progress(text) => self.now_and_then(&clean(&text)),
            Event::Started { label, position, total } => {
                self.total = total;
                self.busy(&format!("[{position}/{total}] {label}"));
            }
            Event::Finished { label, verb, elapsed } => {
                self.say(&format!(
                    "{} {} {}",
                    verb.green(),
                    clean(&label),
                    format!("({})", duration(elapsed)).dimmed()
                ));
            }
            Event::Notice { severity, message, place, detail, hint } => {
                let place = place.map(|p| format!("{p}: ")).unwrap_or_default();
                let mut text = format!("{place}{severity}: {}", clean(&message));
                for (word, more) in [("detail", detail), ("hint", hint)] {
                    if let Some(more) = more {
                        text.push_str(&format!("\n  {word}: {}", clean(&more)));
                    }
                }
                self.say(&text);
            }
        }
    }
}

/// The error document of arguments that could not be read, on standard output.
fn usage_json(message: &str) {
    let error =
        crate::error::Error::new(crate::error::Kind::Usage, message.trim_start_matches("error: ").trim_end()).into();
    drop(error::write_json(&mut std::io::stdout().lock(), &error, None));
}

/// A duration as people say it: `12 ms`, `3.4 s`, `2 min 5 s`.
#[must_use]
pub fn duration(elapsed: Duration) -> String {
    let ms = elapsed.as_secs_f64() * 1000.0;
    if ms < 1000.0 {
        format!("{ms:.0} ms")
    } else if ms < 60_000.0 {
        format!("{:.1} s", ms / 1000.0)
    } else {
        format!("{} min {} s", elapsed.as_secs() / 60, elapsed.as_secs() % 60)
    }
}

/// `1 migration`, `2 migrations`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
