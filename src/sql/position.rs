//! Where an error stands: the server's character position turned into line, column and an excerpt with a caret.

/// Columns of a terminal that an excerpt may take.
const EXCERPT_COLUMNS: usize = 100;
/// Columns that stay before the caret when a long line is cut on its left.
const LEFT_COLUMNS: usize = 60;
/// A tab is shown as this many blanks, so that the caret stands under its character in every terminal.
const TAB: &str = "    ";

/// A place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The whole line, without its line break.
    pub excerpt: String,
}

/// The place of the character at `position`, counted from 1 as PostgreSQL does. A position behind the end is the end.
#[must_use]
pub fn locate(text: &str, position: usize) -> Location {
    let at = text.char_indices().nth(position.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    let (line, column) = of_byte(text, at);
    Location { line, column, excerpt: text[start..end].to_owned() }
}

/// Line and column, from 1, of the character at a byte.
#[must_use]
pub fn of_byte(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[start..].chars().count() + 1)
}

/// The excerpt with its line number, and a caret under the column. Tabs and wide characters keep it aligned; a long line is
/// cut around it; control characters do not reach a terminal.
#[must_use]
pub fn render(location: &Location) -> String {
    let (before, after) = around(&location.excerpt, location.column);
    let gutter = format!("{} | ", location.line);
    let caret = " ".repeat(gutter.len() + width(&before));
    format!("{gutter}{before}{after}\n{caret}^")
}

/// What is shown before and from the caret on.
fn around(line: &str, column: usize) -> (String, String) {
    let shown = |c: char| match c {
        '\t' => TAB.to_owned(),
        c if c.is_control() => '\u{fffd}'.to_string(),
        c => c.to_string(),
    };
    let split = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    // From the caret to the left and to the right, so that a line of megabytes costs only what is shown.
    let (mut before, mut columns) = (Vec::new(), 0);
    for c in line[..split].chars().rev() {
        let piece = shown(c);
        columns += width(&piece);
        if columns > LEFT_COLUMNS {
            before.push("…".to_owned());
            break;
        }
        before.push(piece);
    }
    before.reverse();
    let before = before.concat();
    let (mut after, mut columns) = (String::new(), width(&before));
    for c in line[split..].chars() {
        let piece = shown(c);
        columns += width(&piece);
        if columns > EXCERPT_COLUMNS {
            after.push('…');
            break;
        }
        after.push_str(&piece);
    }
    (before, after)
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_characters_from_one() {
        let text = "select 'ä';\n\tselect x;\n";
        assert_eq!(locate(text, 1), Location { line: 1, column: 1, excerpt: "select 'ä';".into() });
        assert_eq!(locate(text, 21), Location { line: 2, column: 9, excerpt: "\tselect x;".into() });
        assert_eq!(locate(text, 999).line, 3);
        assert_eq!(locate("", 5), Location { line: 1, column: 1, excerpt: String::new() });
    }

    #[test]
    fn the_caret_stands_under_its_character() {
        let at = |excerpt: &str, column| render(&Location { line: 7, column, excerpt: excerpt.into() });
        assert_eq!(at("\tselect x", 9), "7 |     select x\n               ^");
        assert_eq!(at("'日本' x", 6), "7 | '日本' x\n           ^");
        assert_eq!(at("a\u{1b}[31mb", 7), "7 | a\u{fffd}[31mb\n          ^");
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        let line = format!("{}!{}", "a".repeat(5000), "b".repeat(5000));
        let shown = render(&Location { line: 1, column: 5001, excerpt: line });
        let (excerpt, caret) = shown.split_once('\n').unwrap();
        assert!(excerpt.starts_with("1 | …a") && excerpt.ends_with("b…"), "{excerpt}");
        assert_eq!(excerpt.chars().nth(caret.chars().count() - 1), Some('!'));
        assert!(excerpt.chars().count() <= EXCERPT_COLUMNS + 6);
    }
}
