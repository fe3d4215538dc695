//! The people of the bundled project, and what they may do in it.

use serde::Deserialize;

use super::Fixture;
use crate::config::Access;

/// What the bundled project says about access, the script that makes its rows, and its `access.lock`.
pub struct Bundled {
    /// `[access]`
    pub access: Access,
    /// `access/fixture.sql`
    pub fixture: Fixture,
    /// `access.lock`
    pub lock: &'static str,
}

/// The part of `migrate.toml` that is read here.
#[derive(Deserialize)]
struct File {
    access: Access,
}

/// What the binary carries.
///
/// # Errors
/// Never, as the tests show.
pub fn bundled() -> anyhow::Result<Bundled> {
    let file: File = toml::from_str(include_str!("../../migrate.toml"))?;
    let fixture =
        Fixture { path: "access/fixture.sql".to_owned(), text: include_str!("../../access/fixture.sql").to_owned() };
    Ok(Bundled { access: file.access, fixture, lock: include_str!("../../access.lock") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_can_be_read() {
        let bundled = bundled().unwrap();
        assert_eq!(bundled.access.identities.len(), 9);
        assert_eq!(bundled.access.fixture.unwrap().to_str(), Some(bundled.fixture.path.as_str()));
        assert!(!super::super::lock::read(bundled.lock).unwrap().is_empty());
    }
}
