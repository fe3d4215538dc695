//! Copies of data folders: the pre-initialised one that is kept per user, and the durable copy made from it.
//!
//! An initdb costs a second or so, a copy a tenth of it. The standard library's copy asks the kernel to share the blocks
//! (copy_file_range on Linux, clonefile on macOS), so on disks that can, it is a reflink without more code.
//!
//! Every copy has the system identifier of the kept folder. Giving it its own would mean rewriting `pg_control` and the
//! first WAL page by hand, in a layout that differs between versions (pg_resetwal cannot do it). The identifier guards
//! against replaying one cluster's WAL on another, and clusters of migrate are never replicas of each other.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::account::{self, Account};
use super::place;
use super::programs::Programs;
use crate::config::EmbeddedOptions;

/// Changes whenever initdb's arguments or `embedded.conf` do.
const FORMAT: u32 = 1;

/// A file of the kept folder that is not copied: how much the rest holds.
const SIZE_FILE: &str = "counterpose.size";

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
    // Threads of one process may do this at once, for different projects.
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let unique = format!("keep-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let temporary = kept.with_file_name(unique);
    let result = copy(data, &temporary, None)
        .and_then(|size| {
            let file = temporary.join(SIZE_FILE);
            fs::write(&file, size.to_string()).with_context(|| format!("cannot write {}", file.display()))
        })
        .and_then(|()| sync(&temporary))
        .and_then(|()| {
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

/// Makes a data folder from the kept one. Returns false, with nothing made and nothing kept any more, where that one is
/// not whole: whatever cleans caches may take single files.
pub(super) fn copy_kept(kept: &Path, to: &Path, account: Option<&Account>) -> Result<bool> {
    let whole = fs::read_to_string(kept.join(SIZE_FILE));
    let Ok(size) = whole else { return discard(kept, to) };
    match copy(kept, to, account) {
        Ok(copied) if copied.to_string() == size => Ok(true),
        Err(error) if !is_not_found(&error) => Err(error),
        _ => discard(kept, to),
    }
}

fn discard(kept: &Path, copied: &Path) -> Result<bool> {
    for folder in [kept, copied] {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", folder.display()));
            }
            _ => {}
        }
    }
    Ok(false)
}

fn is_not_found(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::NotFound)
}

/// How much a data folder holds; enough to see that a file is missing or was cut off.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    files: u64,
    bytes: u64,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} files, {} bytes", self.files, self.bytes)
    }
}

/// Copies a data folder with its modes, for `account`. Not yet safe on disk: see [`sync`].
fn copy(from: &Path, to: &Path, account: Option<&Account>) -> Result<Size> {
    let mut size = Size::default();
    for entry in WalkDir::new(from) {
        let entry = entry.map_err(io::Error::from).with_context(|| format!("cannot read {}", from.display()))?;
        if entry.depth() == 1 && entry.file_name() == SIZE_FILE {
            continue;
        }
        let target = entry.path().strip_prefix(from).map(|path| to.join(path))?;
        let copied = if entry.file_type().is_dir() {
            fs::DirBuilder::new().mode(0o700).create(&target).map(|()| 0)
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), &target)
        } else {
            Err(io::Error::new(ErrorKind::InvalidData, "neither a file nor a folder"))
        };
        size.bytes += copied
            .and_then(|bytes| account::give(&target, account).map(|()| bytes))
            .with_context(|| format!("cannot copy {} to {}", entry.path().display(), target.display()))?;
        size.files += 1;
    }
    Ok(size)
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
