//! A side of a comparison as it is typed: `live`, `expected`, `applied`, `empty`, `@17`, `git:REV`, `env:NAME`, a URL, a file.

use super::Context;
use crate::config::{Overrides, Target, resolve};
use crate::engine::sides::Side;
use crate::error::{Error, Kind};

/// What is meant. A word comes before a file of that name, which `./live` names.
///
/// # Errors
/// [`Kind::Usage`] for what is none of these.
pub(super) fn parse(text: &str, context: &Context<'_>) -> anyhow::Result<Side> {
    match text {
        "live" => return Ok(Side::Live),
        "expected" => return Ok(Side::Expected),
        "applied" => return Ok(Side::Applied),
        "empty" => return Ok(Side::Empty),
        _ => {}
    }
    let number = text.strip_prefix('@').unwrap_or(text);
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        let version = number.parse().map_err(|_| wrong(text, "is too large for a version"))?;
        return Ok(if version == 0 { Side::Empty } else { Side::Version(version) });
    }
    if let Some(revision) = text.strip_prefix("git:") {
        if revision.is_empty() || revision.contains('\0') {
            return Err(wrong(text, "names no revision").into());
        }
        return Ok(Side::Revision(revision.to_owned()));
    }
    if let Some(name) = text.strip_prefix("env:") {
        return Ok(Side::Database(Box::new(context.environment_options(name)?)));
    }
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    let file = context.environment().absolute(text.as_ref());
    if !is_url && (file.is_file() || !text.contains('=')) {
        return if file.is_file() { Ok(Side::Snapshot(file)) } else { Err(wrong(text, "is no file either").into()) };
    }
    let overrides = Overrides { url: Some(text.to_owned()), ..Overrides::default() };
    match resolve(&overrides, context.environment())?.0.target {
        Target::Given(options) => Ok(Side::Database(Box::new(options))),
        Target::Embedded(_) => Err(Error::new(Kind::Usage, "the URL names no database").into()),
    }
}

fn wrong(text: &str, why: &str) -> Error {
    let text: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    Error::new(Kind::Usage, format!("`{text}` {why}")).hint(
        "a side is `live`, `expected`, `applied`, `empty`, a version, `git:REV`, `env:NAME`, a URL, or a file from `--snapshot`",
    )
}
