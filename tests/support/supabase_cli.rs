//! Supabase's own CLI, as `scripts/packages test` installed it, against a server of the tests. No Docker, no account.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The CLI on a project's folder, which holds `supabase/`, in an environment that holds nothing of ours. Its own files go
/// into the folder as well.
///
/// Commands that take a target want `--remote=URL`, with a host and a port: see [`remote`]. Those that write want `--yes`.
pub(crate) fn supabase(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder).current_dir(folder);
    command.env("SUPABASE_TELEMETRY_DISABLED", "1").env("SUPABASE_NO_UPDATE_NOTIFIER", "1").env("PGSSLMODE", "disable");
    command.args(["--agent", "no", "--workdir"]).arg(folder).args(arguments).stdin(Stdio::null());
    command
}

/// `--remote=` with a database on 127.0.0.1.
pub(crate) fn remote(port: u16, role: &str, database: &str) -> String {
    format!("--remote=postgresql://{role}@127.0.0.1:{port}/{database}")
}

fn program() -> PathBuf {
    let pinned: serde_json::Value = serde_json::from_str(include_str!("../supabase_cli/npm/package.json")).unwrap();
    let (package, version) = pinned["dependencies"].as_object().unwrap().iter().next().unwrap();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let folder = cache.join(format!("counterpose/supabase-cli-{}", version.as_str().unwrap()));
    let program = folder.join("node_modules").join(package).join("bin/supabase");
    assert!(program.exists(), "{} is not there: run `bash scripts/packages test`", program.display());
    program
}
