//! The project that the binary carries: coffee-shop and yoga-studio, exactly as a user's own would look.

use include_dir::{Dir, include_dir};

use super::Files;

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");
static ROLLBACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rollbacks");

/// The files of both folders.
pub(super) fn files() -> (Files, Files) {
    (contents(&MIGRATIONS), contents(&ROLLBACKS))
}

fn contents(dir: &Dir<'_>) -> Files {
    let name = |path: &std::path::Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    dir.files().filter_map(|file| Some((name(file.path())?, file.contents().to_vec()))).collect()
}
