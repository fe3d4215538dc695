//! Copies of data folders: the pre-initialised one that is kept per user, and the durable copy made from it.
//!
//! An initdb costs a second or so, a copy a tenth of it. The standard library's copy asks the kernel to share the blocks
//! (copy_file_range on Linux, clonefile on macOS), so on disks that can, it is a reflink without more code.
//!
//! Every copy has the system identifier of the kept folder. Giving it its own would mean rewriting `pg_control` and the
//! first WAL page by hand, in a layout that differs between versions (pg_resetwal cannot do it). The identifier guards
//! against replaying one cluster's WAL on another, and clusters of migrate are never replicas of each other.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::account::{self, Account};
use super::place;
use super::programs::Programs;
use crate::config::EmbeddedOptions;

/// Changes whenever initdb's arguments or `embedded.conf` do.
const FORMAT: u32 = 1;

/// Where the pre-initialised data folder for these programs is kept. None where there is no cache, or one that others
/// could write to.
pub(super) fn kept(options: &EmbeddedOptions, programs: &Programs) -> Option<PathBuf> {
    let cache = options.cache.as_deref()?;
    fs::create_dir_all(cache).ok()?;
    let meta = fs::metadata(cache).ok()?;
    if meta.uid() != rustix::process::geteuid().as_raw() || meta.mode() & 0o022 != 0 {
        return None;
    }
    // Builds of one version differ (block size, libraries), so the whole version text and the folder count.
    let build = place::hash(Path::new(&format!("{}\n{}", programs.version, programs.bin.display())));
    let arch = std::env::consts::ARCH;
    Some(cache.join(format!("initdb-{}-{arch}-{}-{FORMAT}", programs.short_version(), &build[..12])))
}

/// Keeps a fresh data folder for later first starts: a copy under a temporary name, safe on disk, then renamed.
pub(super) fn keep(data: &Path, kept: &Path) -> Result<()> {
    let temporary = kept.with_extension(format!("tmp-{}", std::process::id()));
    let result = copy(data, &temporary, None).and_then(|()| sync(&temporary)).and_then(|()| {
        match fs::rename(&temporary, kept) {
            // Another migrate was faster.
            Err(_) if kept.is_dir() => fs::remove_dir_all(&temporary),
            other => other,
        }
        .with_context(|| format!("cannot rename {}", temporary.display()))
    });
    if result.is_err() {
        let _ = fs::remove_dir_all(&temporary);
    }
    result
}

/// Copies a data folder with its modes, for `account`. Not yet safe on disk: see [`sync`].
pub(super) fn copy(from: &Path, to: &Path, account: Option<&Account>) -> Result<()> {
    for entry in WalkDir::new(from).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot read {}", from.display()))?;
        let target = entry.path().strip_prefix(from).map(|path| to.join(path))?;
        let copied = if entry.file_type().is_dir() {
            fs::DirBuilder::new()
                .create(&target)
                .and_then(|()| fs::set_permissions(&target, entry.metadata()?.permissions()))
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), &target).map(drop)
        } else {
            Err(io::Error::new(ErrorKind::InvalidData, "neither a file nor a folder"))
        };
        copied
            .and_then(|()| account::give(&target, account))
            .with_context(|| format!("cannot copy {} to {}", entry.path().display(), target.display()))?;
    }
    Ok(())
}

/// Makes a folder safe on disk. The server itself only flushes what it has written since.
pub(super) fn sync(folder: &Path) -> Result<()> {
    flush(folder).with_context(|| format!("cannot flush {} to the disk", folder.display()))
}

#[cfg(target_os = "linux")]
fn flush(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn flush(folder: &Path) -> io::Result<()> {
    WalkDir::new(folder).into_iter().try_for_each(|entry| fs::File::open(entry?.path())?.sync_all())
}

/// Makes a rename in `folder` safe on disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let result = fs::File::open(folder).and_then(|file| file.sync_all());
    result.with_context(|| format!("cannot flush {} to the disk", folder.display()))
}
