//! Where a project's migrations are, and whose ledger they are written into.

use std::path::Path;

use super::file::File;
use super::{Platform, SharedLedger, Source, supabase};
use crate::error::{Error, Kind};

/// When Supabase's ledger is kept beside ours. `said` in `migrate.toml`, it is that; else it depends on the project.
pub(super) fn shared_ledger(said: Option<bool>, source: &Source, platform: Platform) -> SharedLedger {
    match (said, source, platform) {
        (Some(false), ..) => SharedLedger::Never,
        (Some(true), ..) | (None, Source::Supabase { .. }, _) => SharedLedger::Always,
        (None, _, Platform::Supabase) => SharedLedger::Found,
        (None, _, Platform::Postgres) => SharedLedger::Never,
    }
}

/// The folders of the scripts, or the bundled project where there are none.
pub(super) fn find(root: &Path, file: &File, notes: &mut Vec<String>) -> anyhow::Result<Source> {
    let folder = |migrations: &Path, rollbacks: &Path| Source::Folder {
        migrations: root.join(migrations),
        rollbacks: root.join(rollbacks),
    };
    let rollbacks = file.rollbacks.as_deref();
    if let Some(migrations) = &file.migrations {
        if !root.join(migrations).is_dir() {
            let message = format!(
                "migrate.toml says migrations = \"{}\", and {} has no such folder",
                migrations.display(),
                root.display()
            );
            return Err(Error::new(Kind::Usage, message).hint("make the folder, or correct the key").into());
        }
        let is_theirs = migrations == Path::new("supabase/migrations") && root.join(supabase::FILE).is_file();
        if !is_theirs {
            return Ok(folder(migrations, rollbacks.unwrap_or(Path::new("rollbacks"))));
        }
    } else if root.join("migrations").is_dir() {
        return Ok(folder(Path::new("migrations"), rollbacks.unwrap_or(Path::new("rollbacks"))));
    }
    if root.join(supabase::FILE).is_file() || root.join("supabase/migrations").is_dir() {
        notes.push("migrations are read from supabase/migrations".to_owned());
        return Ok(Source::Supabase {
            migrations: root.join("supabase/migrations"),
            rollbacks: root.join(rollbacks.unwrap_or(Path::new("supabase/rollbacks"))),
        });
    }
    notes
        .push(format!("no migrations/ in {}: the bundled coffee-shop and yoga-studio project is used", root.display()));
    Ok(Source::Bundled)
}
