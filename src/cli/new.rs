//! `migrate new`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::Context;
use super::save::Save;
use crate::config::Source;
use crate::diff::script::Options;
use crate::error::{Error, Kind};
use crate::migration::{self, Pair};
use crate::report::views::Created;

/// Write a new pair of files
///
/// The number goes on from the newest file: the next one where numbers are short, the time (UTC) where they are time stamps.
/// With --from-diff both files are filled with what somebody changed in the target by hand: the migration makes it of what the
/// other migrations make, the rollback takes it back. Both are run in a scratch database first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate new add_gift_cards
  migrate new 'Add gift cards' --timestamp
  migrate new gift_cards --from-diff      what is in the target and in no migration; then
  migrate repair --applied VERSION        since the target has it")]
pub(super) struct Args {
    /// What it does, in a few words
    name: String,
    /// Number it with the time (UTC), as the Supabase CLI does
    #[arg(long)]
    timestamp: bool,
    /// Fill it with how the target differs from what the migrations make
    #[arg(long)]
    from_diff: bool,
    /// What the migration may do without being refused: `data-loss`
    #[arg(long, value_name = "HAZARD", requires = "from_diff")]
    allow: Vec<super::diff::Allowed>,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    if args.from_diff {
        return from_diff(args, context).await;
    }
    let settings = context.settings_quietly()?;
    let (migrations, rollbacks) = context.folders()?;
    let pairs = match &settings.source {
        source @ (Source::Folder { .. } | Source::Supabase { .. }) => migration::discover(source)?,
        Source::Bundled => Vec::new(),
    };
    let name = slug(&args.name)?;
    let by_cli = matches!(settings.source, Source::Supabase { .. });
    let (_, file) = numbered(args.timestamp || by_cli, &pairs, &name);
    let up = write(&migrations, &file, &format!("-- {}\n", args.name))?;
    let down = write(&rollbacks, &file, &format!("-- Undoes {file}: leaves exactly what was there before.\n"))?;
    context.ui.result(&Created { migration: &up, rollback: &down })?;
    Ok(0)
}

/// What somebody changed in the target by hand, as pairs.
async fn from_diff(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let managed = super::diff::managed(&context.settings()?, &[])?;
    let typed = ["expected", "live"];
    let [expected, live] = super::diff::read(typed, context).await?;
    let options = Options { role: live.role.clone(), ..Options::default() };
    let save = Save { name: &args.name, timestamp: args.timestamp, typed, managed: &managed, allow: &args.allow };
    super::save::save(&save, [&expected, &live], &options, context).await?;
    Ok(0)
}

/// The next number, and the file's name with it.
pub(super) fn numbered(stamped: bool, pairs: &[Pair], name: &str) -> (String, String) {
    let newest = pairs.last();
    let stamped = stamped || newest.is_some_and(|p| p.digits.len() >= 12);
    let number = if stamped {
        timestamp(newest.map(|p| p.version))
    } else {
        let width = newest.map_or(3, |p| p.digits.len());
        format!("{:0width$}", newest.map_or(0, |p| p.version) + 1)
    };
    let refinery_style = newest.is_some_and(|p| p.up.path.rsplit('/').next().is_some_and(|f| f.starts_with('V')));
    let file = if refinery_style {
        format!("V{}__{name}.sql", number.trim_start_matches('0'))
    } else {
        format!("{number}_{name}.sql")
    };
    (number, file)
}

/// Lower-case words joined by underscores: what refinery's names can hold.
pub(super) fn slug(name: &str) -> Result<String, Error> {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    if words.is_empty() {
        return Err(Error::new(
            Kind::Usage,
            format!("`{}` has no letter and no digit to make a file name of", name.escape_default()),
        ));
    }
    Ok(words.join("_"))
}

/// `20261122093000`, and later than the newest file if the clock is behind.
fn timestamp(newest: Option<i64>) -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let now = format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    match newest {
        Some(newest) if now.parse::<i64>().is_ok_and(|n| n <= newest) => (newest + 1).to_string(),
        _ => now,
    }
}

/// Year, month and day of a count of days since 1970-01-01, by walking: a few hundred steps at most.
fn civil(mut days: u64) -> (u64, u64, u64) {
    let leap = |y: u64| (y.is_multiple_of(4) && !y.is_multiple_of(100)) || y.is_multiple_of(400);
    let mut year = 1970;
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

/// Writes a file that must not be there yet.
pub(super) fn write(folder: &Path, file: &str, text: &str) -> anyhow::Result<String> {
    std::fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let path = folder.join(file);
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("create {}", path.display()))?;
    out.write_all(text.as_bytes()).with_context(|| format!("write {}", path.display()))?;
    Ok(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::{civil, slug};

    #[test]
    fn days_become_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_779), (2026, 11, 22));
    }

    #[test]
    fn names_become_file_names() {
        assert_eq!(slug("Add gift-cards!").unwrap(), "add_gift_cards");
        assert!(slug("--").is_err());
    }
}
