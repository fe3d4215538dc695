//! Server programs fetched from the network, where a machine has none.

use std::path::PathBuf;

use crate::config::EmbeddedOptions;

/// The folders of programs that were fetched before.
pub(super) fn fetched(_options: &EmbeddedOptions) -> Vec<PathBuf> {
    Vec::new()
}
