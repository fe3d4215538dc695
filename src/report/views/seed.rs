//! What `migrate seed` did.

use std::io::{Result, Write};

use serde::Serialize;

use crate::report::{View, clean, duration, plural};
use crate::seed::volume::{ledger::Known, load};
use crate::seed::{Loaded, Removed, Unloaded};

/// What was loaded.
#[derive(Debug, Serialize)]
pub struct Seeded<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// By vertical.
    pub verticals: &'a [Loaded],
    /// Paths of the seeds of `supabase/config.toml` that were run.
    pub supabase: &'a [String],
    /// Volumes that were loaded.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub volume: &'a [load::Loaded],
    /// Whether everything was rolled back.
    pub dry_run: bool,
    /// Milliseconds, the connection included.
    pub elapsed_ms: f64,
}

impl View for Seeded<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        for vertical in self.verticals {
            writeln!(out, "{}: {}", clean(&vertical.vertical), changes(vertical))?;
        }
        if self.verticals.is_empty() {
            match self.supabase.len() {
                0 => writeln!(out, "nothing changed")?,
                files => writeln!(out, "{} run", plural(files, "seed file"))?,
            }
        }
        for volume in self.volume {
            writeln!(out, "{}", grown(volume))?;
        }
        let took = duration(std::time::Duration::from_secs_f64(self.elapsed_ms / 1000.0));
        if self.dry_run { writeln!(out, "rolled back after {took}") } else { writeln!(out, "done in {took}") }
    }
}

/// What became of a volume, in a line.
fn grown(volume: &load::Loaded) -> String {
    let what = format!(
        "{}: {} at {}",
        volume.vertical,
        plural(volume.scale as usize, "branch-month"),
        plural(volume.locations as usize, "location")
    );
    if volume.tables.is_empty() {
        return format!("{what}: {}", volume.outcome);
    }
    let took = duration(std::time::Duration::from_secs_f64(volume.seconds));
    let memory = volume.peak_memory_bytes.map(|bytes| format!(", {} MiB of memory at most", bytes >> 20));
    format!(
        "{what}: {} rows in {took}, {:.0} rows/s{}",
        load::grouped(volume.rows),
        volume.rows_per_second,
        memory.unwrap_or_default()
    )
}

/// What became of a vertical, in a line.
fn changes(loaded: &Loaded) -> String {
    if loaded.is_unchanged() {
        return "nothing changed".to_owned();
    }
    let inserted: u64 = loaded.files.iter().map(|file| file.inserted).sum();
    let updated: u64 = loaded.files.iter().filter_map(|file| file.updated).sum();
    let pruned: u64 = loaded.pruned.iter().map(|removed| removed.rows).sum();
    let scripts = loaded.files.iter().filter(|file| file.ran && file.updated.is_none()).count();
    let counts = [(inserted, "inserted"), (updated, "updated"), (pruned, "deleted")];
    let mut words: Vec<String> =
        counts.iter().filter(|(rows, _)| *rows > 0).map(|(rows, verb)| format!("{} {verb}", counted(*rows))).collect();
    if scripts > 0 {
        words.push(format!("{} run", plural(scripts, "script")));
    }
    format!("{}, around {}", words.join(", "), loaded.today)
}

fn counted(rows: u64) -> String {
    plural(usize::try_from(rows).unwrap_or(usize::MAX), "row")
}

/// What was deleted, or would be.
#[derive(Debug, Serialize)]
pub struct Unseeded<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// The rows.
    #[serde(flatten)]
    pub unloaded: &'a Unloaded,
    /// Volumes, whose rows are not counted: that takes as long as many a load.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub volume: &'a [Volume],
    /// Whether it was only counted.
    pub dry_run: bool,
}

impl View for Unseeded<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.unloaded.verticals.is_empty() && self.volume.is_empty() {
            return writeln!(out, "nothing was seeded here");
        }
        let verb = if self.dry_run { "would be deleted" } else { "deleted" };
        if self.dry_run {
            for Removed { table, rows } in &self.unloaded.removed {
                writeln!(out, "{}: {}", clean(table), counted(*rows))?;
            }
        }
        if !self.unloaded.verticals.is_empty() {
            let rows: u64 = self.unloaded.removed.iter().map(|removed| removed.rows).sum();
            writeln!(out, "{}: {} {verb}", clean(&self.unloaded.verticals.join(", ")), counted(rows))?;
        }
        for volume in self.volume {
            writeln!(out, "{volume} {verb}")?;
        }
        Ok(())
    }
}

/// A volume that is taken away.
#[derive(Debug, Serialize)]
pub struct Volume {
    /// Its vertical.
    pub vertical: String,
    /// Branch-months.
    pub scale: u32,
    /// Over how many locations they are.
    pub locations: u32,
    /// Whether its load was finished.
    pub is_finished: bool,
    /// The rows that it brought, once it is finished.
    pub rows: Option<u64>,
}

impl From<&Known> for Volume {
    fn from(known: &Known) -> Self {
        Self {
            vertical: known.vertical.clone(),
            scale: known.shape.months,
            locations: known.shape.locations,
            is_finished: known.is_finished,
            rows: known.rows,
        }
    }
}

impl std::fmt::Display for Volume {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (months, locations) =
            (plural(self.scale as usize, "branch-month"), plural(self.locations as usize, "location"));
        let state = match self.rows {
            Some(rows) => format!(", {}", counted(rows)),
            None if self.is_finished => String::new(),
            None => " (unfinished)".to_owned(),
        };
        write!(out, "the volume of {}: {months} at {locations}{state}", clean(&self.vertical))
    }
}
