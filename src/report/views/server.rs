//! `db`.

use std::io::{Result, Write};

use serde::Serialize;

use crate::report::View;

/// `db`.
#[derive(Debug, Serialize)]
pub struct Server<'a> {
    /// `running`, `stopped`, `not running`, `destroyed`, `nothing there`, or `url`.
    pub state: &'a str,
    /// Its URL.
    pub url: Option<&'a str>,
}

impl View for Server<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", self.url.unwrap_or(self.state))
    }
}
