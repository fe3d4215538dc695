//! A script cut at its semicolons, comments kept: as Supabase's CLI cuts the `statements` that it records.

use squawk_lexer::{TokenKind, tokenize};

use super::Statement;
use super::words::significant;

/// The pieces of a script between semicolons, each with the comments before it and without blanks around it; behind the last
/// semicolon the rest, if it is not blank. `statements` are the script's own, from [`super::split()`].
#[must_use]
pub fn pieces(text: &str, statements: &[Statement]) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut push = |from: &mut usize, to: usize, next: usize| {
        let piece = text.get(*from..to).unwrap_or_default().trim();
        if !piece.is_empty() {
            pieces.push(piece.to_owned());
        }
        *from = next;
    };
    for statement in statements {
        // Semicolons with nothing or only comments before them.
        while let Some(semicolon) = semicolon(text, from).filter(|at| *at < statement.range.start) {
            push(&mut from, semicolon, semicolon + 1);
        }
        let end = statement.copy_data.as_ref().map_or(statement.range.end, |data| data.end);
        let semicolon = semicolon(text, end).unwrap_or(text.len());
        push(&mut from, semicolon, (semicolon + 1).min(text.len()));
    }
    while let Some(semicolon) = semicolon(text, from) {
        push(&mut from, semicolon, semicolon + 1);
    }
    push(&mut from, text.len(), text.len());
    pieces
}

/// The semicolon that comes next, with only blanks and comments before it.
fn semicolon(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    for token in tokenize(text.get(from..)?) {
        if token.kind == TokenKind::Semi {
            return Some(at);
        }
        if significant(&token) {
            return None;
        }
        at += token.len as usize;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        pieces(text, &super::super::split(text).unwrap())
    }

    #[test]
    fn comments_stay_with_what_follows_and_the_last_with_what_is_before() {
        assert_eq!(
            cut("-- a;\nselect 1 -- b\n; -- c\nselect 2;\n;;\n/* d; */;select 3\n-- e\n"),
            ["-- a;\nselect 1 -- b", "-- c\nselect 2", "/* d; */", "select 3\n-- e"]
        );
    }

    #[test]
    fn semicolons_inside_a_statement_do_not_count() {
        let text = "create function f() returns int begin atomic select 1; select 2; end; select $$;$$, E'\\';'";
        assert_eq!(cut(text).len(), 2);
        assert_eq!(cut("-- nothing else\n"), ["-- nothing else"]);
        assert_eq!(cut(" ;\n; "), Vec::<String>::new());
    }
}
