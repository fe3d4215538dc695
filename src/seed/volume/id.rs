//! Ids of rows.

use std::fmt;

use md5::{Digest as _, Md5};

/// A uuid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u128);

impl Id {
    /// What `md5('…')::uuid` gives: for the few ids that are documented.
    #[must_use]
    pub fn of(label: &str) -> Self {
        Self(u128::from_be_bytes(Md5::digest(label).into()))
    }

    /// These bits, marked as random ones are (version 4).
    #[must_use]
    pub const fn random(bits: u128) -> Self {
        Self(bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        let part = |shift: u32, digits: u32| (bits >> shift) & ((1 << (4 * digits)) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 8),
            part(80, 4),
            part(64, 4),
            part(48, 4),
            part(0, 12)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_servers() {
        assert_eq!(Id::of("coffee organization").to_string(), "3f6acb41-0e0a-0879-925d-3f83bac9129c");
        assert_eq!(Id::random(0).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(Id::random(u128::MAX).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
