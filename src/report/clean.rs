//! Text from servers and files made safe for a terminal.

/// Replaces control characters other than newline and tab, which could move the cursor or retitle the window.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc\td\u{7}"), "a\u{fffd}[2Jb\nc\td\u{fffd}");
    }
}
