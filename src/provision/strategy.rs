//! How a database is copied: what was measured to be faster for its size, on a server that waits for the disk or does not.
//!
//! `FILE_COPY` copies files and has to wait for two checkpoints, in which everything is flushed; `WAL_LOG` writes every page
//! into the log, and has to flush only that. `bench/run --parts clone` measures both.

/// From about here on `FILE_COPY` is faster also on a server that waits for the disk, if it has nothing else to write.
const LARGE_BYTES: i64 = 64 * 1024 * 1024;

/// The end of a `CREATE DATABASE … TEMPLATE …` statement.
#[must_use]
pub(super) fn clause(size_bytes: i64, fsync: bool, server_version: i32) -> &'static str {
    if server_version < 150_000 {
        // Older servers know one way only, and have no word for it.
        ""
    } else if fsync && size_bytes < LARGE_BYTES {
        " STRATEGY WAL_LOG"
    } else {
        " STRATEGY FILE_COPY"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_copied_where_checkpoints_cost_little_or_pages_are_many() {
        assert_eq!(clause(8 << 20, true, 150_018), " STRATEGY WAL_LOG");
        assert_eq!(clause(8 << 20, false, 150_018), " STRATEGY FILE_COPY");
        assert_eq!(clause(4 << 30, true, 170_000), " STRATEGY FILE_COPY");
        assert_eq!(clause(8 << 20, true, 140_000), "");
    }
}
