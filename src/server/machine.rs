//! What the machine has on which the embedded server runs, which is this one.

use crate::config::EmbeddedOptions;

/// Memory and disk, in bytes; nothing where the system does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine {
    /// All of the memory.
    pub memory: Option<u64>,
    /// What is free on the disk of the data.
    pub disk: Option<u64>,
}

/// Asks the system.
#[must_use]
pub fn machine(options: &EmbeddedOptions) -> Machine {
    let disk = rustix::fs::statvfs(&options.home).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    Machine { memory: memory(), disk }
}

fn memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
