//! Where the private cluster lives, and what marks it as ours.
//!
//! Usually that is `.migrate/postgres/`. Root may run migrate in a folder that the server's user cannot enter (`/root`, a
//! private temporary folder); then the cluster lives in `/var/lib/counterpose/<hash>/`, and `.migrate/postgres.path`
//! points to it. A marker file says that a folder is a cluster of ours, and whose: nothing without it is used or deleted.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::account::{self, Account};
use crate::config::EmbeddedOptions;
use crate::error::{Error, Kind};

const MARKER: &str = "counterpose";
const POINTER: &str = "postgres.path";
/// Where clusters of projects go that the server's user cannot enter. The second is for systems with a read-only first.
const ELSEWHERE: [&str; 2] = ["/var/lib/counterpose", "/var/tmp/counterpose"];

/// The folders and files of one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// `.migrate`.
    pub(super) home: PathBuf,
    /// The folder of the cluster.
    pub(super) root: PathBuf,
}

impl Place {
    /// Where the cluster is, or would be if the server's user can enter the project.
    pub(super) fn locate(options: &EmbeddedOptions) -> Result<Self> {
        let home = options.home.clone();
        let pointer = home.join(POINTER);
        let root = match fs::read_to_string(&pointer) {
            Ok(text) => PathBuf::from(text.trim_end_matches('\n')),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                home.join("postgres")
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", pointer.display())),
        };
        let place = Self { home, root };
        if place.is_elsewhere() && (place.is_of_a_copy() || place.is_forgotten()) {
            return Ok(Self { root: place.home.join("postgres"), home: place.home });
        }
        Ok(place)
    }

    /// Whether the cluster lives outside `.migrate`.
    pub(super) fn is_elsewhere(&self) -> bool {
        !self.root.starts_with(&self.home)
    }

    /// Whether the pointer came here with a copy of a project folder: the original still points to the same cluster.
    fn is_of_a_copy(&self) -> bool {
        let Ok(marker) = fs::read_to_string(self.marker()) else { return false };
        let owner = Path::new(marker.lines().next().unwrap_or_default());
        owner != self.home
            && fs::read_to_string(owner.join(POINTER)).is_ok_and(|text| Path::new(text.trim()) == self.root)
    }

    /// Whether the pointer leads into memory, and the machine was started anew since.
    fn is_forgotten(&self) -> bool {
        self.root.file_name().is_some_and(|name| name == memory_name(&self.home).as_str()) && !self.root.exists()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("server.log")
    }

    fn marker(&self) -> PathBuf {
        self.root.join(MARKER)
    }

    /// The file whose lock serialises whoever makes, starts, stops or destroys the cluster. It outlives the cluster.
    pub(super) fn lock(&self) -> PathBuf {
        self.home.join("postgres.lock")
    }

    /// The pointer file, there or not.
    pub(super) fn pointer(&self) -> PathBuf {
        self.home.join(POINTER)
    }

    /// The name that the server's processes carry, to be told from those of other clusters.
    pub(super) fn cluster_name(&self) -> String {
        format!("migrate-{}", &hash(&self.home)[..12])
    }

    /// Whether the folder of the cluster carries our marker.
    pub(super) fn is_ours(&self) -> bool {
        self.marker().is_file()
    }

    /// Makes the cluster's folder, for the owner alone and marked as ours. Moves it elsewhere where the server's user
    /// cannot enter the project; the place that is then right is returned.
    pub(super) fn prepare(self, account: Option<&Account>) -> Result<Self> {
        if self.is_ours() {
            return Ok(self);
        }
        let place = match account {
            Some(account) if !self.is_elsewhere() && !can_enter(&self.home, account) => self.moved_elsewhere()?,
            _ => self,
        };
        make_private(&place.root, account)?;
        if fs::read_dir(&place.root).with_context(|| format!("cannot read {}", place.root.display()))?.next().is_some()
        {
            return Err(not_ours(&place.root).into());
        }
        let marker = place.marker();
        let text = format!("{}\nthe cluster of this project, made by migrate\n", place.home.display());
        fs::write(&marker, text).with_context(|| format!("cannot write {}", marker.display()))?;
        Ok(place)
    }

    fn moved_elsewhere(self) -> Result<Self> {
        let name = &hash(&self.home)[..16];
        let base = ELSEWHERE.iter().map(Path::new).find(|base| {
            DirBuilder::new().mode(0o755).recursive(true).create(base).is_ok()
                && fs::symlink_metadata(base)
                    .is_ok_and(|meta| meta.is_dir() && meta.uid() == 0 && meta.mode() & 0o022 == 0)
        });
        let base = base
            .with_context(|| format!("cannot make {}, and the server's user cannot enter the project", ELSEWHERE[0]))?;
        let place = Self { root: base.join(name), home: self.home };
        let pointer = place.pointer();
        fs::write(&pointer, format!("{}\n", place.root.display()))
            .with_context(|| format!("cannot write {}", pointer.display()))?;
        Ok(place)
    }
}

/// Makes `.migrate`, kept out of version control, owned by whoever owns the project.
pub(super) fn make_home(home: &Path) -> Result<()> {
    if home.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
    let ignore = home.join(".gitignore");
    fs::write(&ignore, "*\n").with_context(|| format!("cannot write {}", ignore.display()))?;
    if rustix::process::geteuid().is_root()
        && let Some(owner) = home.parent().and_then(|parent| fs::metadata(parent).ok())
    {
        for path in [home, &ignore] {
            std::os::unix::fs::lchown(path, Some(owner.uid()), Some(owner.gid()))
                .with_context(|| format!("cannot give {} to the owner of the project", path.display()))?;
        }
    }
    Ok(())
}

/// Makes a folder that only the server's user can enter, or checks that it is one.
pub(super) fn make_private(path: &Path, account: Option<&Account>) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => account::give(path, account).with_context(|| format!("cannot give {} away", path.display()))?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
    }
    let meta = fs::symlink_metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
    let uid = account::server_uid(account);
    if !meta.is_dir() || meta.uid() != uid {
        return Err(Error::new(
            Kind::Refused,
            format!("{} is not a folder of the server's user (uid {uid})", path.display()),
        )
        .hint("remove it, or run this command as the user who made it")
        .into());
    }
    if meta.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("cannot close {} to others", path.display()))?;
    }
    Ok(())
}

/// The refusal to touch a folder without our marker.
pub(super) fn not_ours(root: &Path) -> Error {
    Error::new(Kind::Refused, format!("{} holds something that migrate did not make", root.display()))
        .hint("move it away, then try again")
}

/// Whether `account` may pass through `folder` and every folder above it, by owner, group and mode.
fn can_enter(folder: &Path, account: &Account) -> bool {
    folder.ancestors().all(|path| {
        fs::metadata(path).is_ok_and(|meta| {
            let shift = if meta.uid() == account.uid {
                6
            } else if meta.gid() == account.gid {
                3
            } else {
                0
            };
            meta.is_dir() && (meta.mode() >> shift) & 1 == 1
        })
    })
}

/// Whether any user may pass through `folder` and every folder above it that is there.
pub(super) fn can_everybody_enter(folder: &Path) -> bool {
    folder.ancestors().filter_map(|path| fs::metadata(path).ok()).all(|meta| meta.is_dir() && meta.mode() & 1 == 1)
}

/// The name of a project's cluster in a folder in memory.
pub(super) fn memory_name(home: &Path) -> String {
    format!("counterpose-{}", &hash(home)[..16])
}

/// SHA-256 of a path, in lower-case hex: a name of fixed length for it.
pub(super) fn hash(path: &Path) -> String {
    use std::fmt::Write;
    use std::os::unix::ffi::OsStrExt;
    Sha256::digest(path.as_os_str().as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
