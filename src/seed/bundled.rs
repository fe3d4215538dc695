//! The seeds that the binary carries, for the bundled project.

use include_dir::{Dir, include_dir};

use super::files::is_seed;

static SEEDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seeds");

/// The verticals.
pub(super) fn names() -> Vec<String> {
    SEEDS.dirs().filter_map(|dir| Some(dir.path().file_name()?.to_string_lossy().into_owned())).collect()
}

/// The files of one: as people name them, their names, their bytes.
pub(super) fn files(vertical: &str) -> Vec<(String, String, Vec<u8>)> {
    let files = SEEDS.get_dir(vertical).into_iter().flat_map(Dir::files);
    files
        .filter_map(|file| {
            let name = file.path().file_name()?.to_string_lossy().into_owned();
            let path = format!("bundled:seeds/{vertical}/{name}");
            is_seed(&name).then(|| (path, name, file.contents().to_vec()))
        })
        .collect()
}
