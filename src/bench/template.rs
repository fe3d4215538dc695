//! A text with places for values: `:name` outside of strings, comments and quoted identifiers, as the lexer sees them.
//!
//! `::type`, `:=` and the bounds of an array slice are none.

use std::ops::Range;

use squawk_lexer::{TokenKind, tokenize};

use crate::sql::quote;

/// A text and its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    text: String,
    places: Vec<(Range<usize>, String)>,
}

/// A text whose places are filled.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    /// What is sent.
    pub(super) text: String,
    /// Where pieces begin: in the filled text, in the template, and whether it is a value.
    pieces: Vec<(usize, usize, bool)>,
}

impl Template {
    /// Finds the places.
    pub(super) fn read(text: &str) -> Self {
        let mut places = Vec::new();
        let (mut at, mut brackets) = (0_usize, 0_usize);
        let mut before = (TokenKind::Whitespace, TokenKind::Whitespace);
        for token in tokenize(text) {
            let range = at..at + token.len as usize;
            at = range.end;
            match token.kind {
                TokenKind::OpenBracket => brackets += 1,
                TokenKind::CloseBracket => brackets = brackets.saturating_sub(1),
                TokenKind::Ident if before.1 == TokenKind::Colon && before.0 != TokenKind::Colon && brackets == 0 => {
                    places.push((range.start - 1..range.end, text[range.clone()].to_ascii_lowercase()));
                }
                _ => {}
            }
            before = (before.1, token.kind);
        }
        Self { text: text.to_owned(), places }
    }

    /// The names that are asked for, with their place in the text.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.places.iter().map(|(range, name)| (name.as_str(), range.start))
    }

    /// Puts values in, each as a literal; none stands for NULL.
    pub(super) fn fill<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Filled {
        let mut filled = Filled { text: String::with_capacity(self.text.len()), pieces: Vec::new() };
        let mut from = 0;
        for (range, name) in &self.places {
            filled.push(&self.text[from..range.start], from, false);
            let literal = value(name).map_or_else(|| "NULL".to_owned(), quote::literal);
            filled.push(&literal, range.start, true);
            from = range.end;
        }
        filled.push(&self.text[from..], from, false);
        filled
    }
}

impl Filled {
    fn push(&mut self, text: &str, origin: usize, is_value: bool) {
        self.pieces.push((self.text.len(), origin, is_value));
        self.text.push_str(text);
    }

    /// The byte of the template that a character of the filled text (from 1, as the server counts) comes from.
    pub(super) fn origin(&self, position: usize) -> usize {
        let at = self.text.char_indices().nth(position.saturating_sub(1)).map_or(self.text.len(), |(at, _)| at);
        let piece = self.pieces.iter().rev().find(|(start, ..)| *start <= at);
        piece.map_or(0, |(start, origin, is_value)| if *is_value { *origin } else { origin + (at - start) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        Template::read(text).fill(|name| (name != "none").then_some("it's")).text
    }

    #[test]
    fn names_are_replaced_where_they_are_names() {
        assert_eq!(filled("select :a, :A_1::text, x=:a"), "select 'it''s', 'it''s'::text, x='it''s'");
        assert_eq!(filled("select :none"), "select NULL");
        for same in [
            "select ':a', E'\\':a', $$:a$$, $x$ :a $x$, \":a\"",
            "select 1 -- :a\n/* :a /* :a */ */",
            "select 'x'::text, x::public.a, f(b := 1), y[1:a], : a",
        ] {
            assert_eq!(filled(same), same);
        }
    }

    #[test]
    fn a_position_leads_back_to_the_text() {
        let filled = Template::read("select 'ä', :a, wrong, :b").fill(|_| Some("a long value"));
        let position = filled.text.find("wrong").unwrap(); // one byte more than characters, and counted from 0
        assert_eq!(filled.origin(position), "select 'ä', :a, ".len());
        assert_eq!(filled.origin("select 'ä', 'a lo".chars().count()), "select 'ä', ".len());
        assert_eq!(filled.origin(999), "select 'ä', :a, wrong, :b".len());
    }
}
