//! The significant tokens of a statement: what squawk's lexer says, without blanks and comments.
//!
//! Lazy: whoever looks at the first words of a statement of many megabytes lexes only those.

use squawk_lexer::{Token, TokenKind, tokenize};

use super::Name;

/// PostgreSQL cuts identifiers to this many bytes (`NAMEDATALEN` less one).
const NAME_BYTES: usize = 63;

/// One significant token with its text.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// What the lexer says it is.
    pub kind: TokenKind,
    /// Its text, as written.
    pub text: &'a str,
}

impl Word<'_> {
    /// Whether it is this keyword (given in any case), unquoted.
    #[must_use]
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Ident && self.text.eq_ignore_ascii_case(keyword)
    }

    /// The identifier as the catalog spells it, if this is one.
    #[must_use]
    pub fn ident(&self) -> Option<String> {
        let name = match self.kind {
            TokenKind::Ident => self.text.to_ascii_lowercase(),
            TokenKind::QuotedIdent { terminated: true, uescape: false } => inside(self.text)?.replace("\"\"", "\""),
            TokenKind::QuotedIdent { terminated: true, uescape: true } => {
                unescape(&inside(self.text.get(2..)?)?.replace("\"\"", "\""))?
            }
            _ => return None,
        };
        Some(cut(name))
    }
}

/// The significant tokens of a text, in order.
pub fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    tokenize(text).filter_map(move |token| {
        let start = at;
        at += token.len as usize;
        significant(&token).then(|| Word { kind: token.kind, text: &text[start..at] })
    })
}

/// Whether a token is neither blank nor comment.
pub(super) fn significant(token: &Token) -> bool {
    !matches!(token.kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. })
}

/// A reader over the first words of a statement, with the few moves that PostgreSQL's utility statements need.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    words: Vec<Word<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Over at most `limit` words.
    #[must_use]
    pub fn new(text: &'a str, limit: usize) -> Self {
        Self { words: words(text).take(limit).collect(), at: 0 }
    }

    /// Steps over the keywords if all of them come next.
    pub fn eat(&mut self, keywords: &[&str]) -> bool {
        let next = self.words[self.at.min(self.words.len())..].iter();
        let found = next.zip(keywords).filter(|(word, keyword)| word.is(keyword)).count() == keywords.len();
        if found {
            self.at += keywords.len();
        }
        found
    }

    /// Whether the keyword comes next.
    #[must_use]
    pub fn at(&self, keyword: &str) -> bool {
        self.peek().is_some_and(|word| word.is(keyword))
    }

    /// The next word, without a step.
    #[must_use]
    pub fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.at).copied()
    }

    /// Whether the statement (as far as it was read) ends here.
    #[must_use]
    pub fn done(&self) -> bool {
        self.at >= self.words.len()
    }

    /// Steps over one word, whatever it is.
    pub fn skip(&mut self) {
        self.at += 1;
    }

    /// Steps over one token of a kind.
    pub fn token(&mut self, kind: TokenKind) -> bool {
        let found = self.peek().is_some_and(|word| word.kind == kind);
        self.at += usize::from(found);
        found
    }

    /// An identifier.
    pub fn ident(&mut self) -> Option<String> {
        let name = self.peek()?.ident()?;
        self.at += 1;
        Some(name)
    }

    /// `name`, `schema.name`, or `catalog.schema.name`.
    pub fn name(&mut self) -> Option<Name> {
        let mut name = Name { schema: None, name: self.ident()? };
        while self.token(TokenKind::Dot) {
            name = Name { schema: Some(name.name), name: self.ident()? };
        }
        Some(name)
    }

    /// The words of a parenthesised list that comes next, e.g. `(VERBOSE, CONCURRENTLY true)`, without the parentheses.
    /// Empty if none comes.
    pub fn list(&mut self) -> Vec<Word<'a>> {
        let mut found = Vec::new();
        if !self.token(TokenKind::OpenParen) {
            return found;
        }
        let mut depth = 1_usize;
        while let Some(word) = self.peek() {
            self.at += 1;
            match word.kind {
                TokenKind::OpenParen => depth += 1,
                TokenKind::CloseParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            found.push(word);
        }
        found
    }
}

/// Whether an option of a list is switched on: `name`, `name true`, `name = on`, `name 1`; the last mention counts.
/// `None` when it is not mentioned.
#[must_use]
pub fn option(list: &[Word<'_>], name: &str) -> Option<bool> {
    let mut found = None;
    for option in list.split(|word| word.kind == TokenKind::Comma) {
        if option.first().and_then(Word::ident).as_deref() == Some(name) {
            let value = option[1..].iter().find(|word| word.kind != TokenKind::Eq);
            let value = value.map(|word| word.text.trim_matches(['\'', '"']).to_ascii_lowercase());
            found = Some(!matches!(value.as_deref(), Some("false" | "off" | "0" | "no" | "f" | "n")));
        }
    }
    found
}

fn inside(quoted: &str) -> Option<&str> {
    quoted.strip_prefix('"')?.strip_suffix('"')
}

/// `\0061` and `\+000061` of a `U&""` identifier with the default escape character.
fn unescape(text: &str) -> Option<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('\\') {
            result.push('\\');
            rest = after;
            continue;
        }
        let (digits, skip) = if rest.starts_with('+') { (6, 1) } else { (4, 0) };
        let code = u32::from_str_radix(rest.get(skip..skip + digits)?, 16).ok()?;
        result.push(char::from_u32(code)?);
        rest = &rest[skip + digits..];
    }
    result.push_str(rest);
    Some(result)
}

fn cut(mut name: String) -> String {
    if name.len() > NAME_BYTES {
        let end = (0..=NAME_BYTES).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        name.truncate(end);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<(Option<String>, String)> {
        Reader::new(text, 9).name().map(|n| (n.schema, n.name))
    }

    #[test]
    fn names_are_folded_as_the_server_does() {
        assert_eq!(name("Public . Orders"), Some((Some("public".into()), "orders".into())));
        assert_eq!(name("\"Public\".\"a\"\"b\""), Some((Some("Public".into()), "a\"b".into())));
        assert_eq!(name("U&\"d\\0061t\\+000061\""), Some((None, "data".into())));
        assert_eq!(name("db.s.t"), Some((Some("s".into()), "t".into())));
        assert_eq!(name("ÄÖ"), Some((None, "ÄÖ".into())), "only ASCII is folded in UTF-8");
        assert_eq!(name("'x'"), None);
        assert_eq!(name(&"é".repeat(40)).map(|n| n.1.len()), Some(62), "cut at a character, not inside it");
    }

    #[test]
    fn options_read_as_booleans_and_the_last_counts() {
        let on = |text: &str| option(&Reader::new(text, 99).list(), "concurrently");
        assert_eq!(on("(VERBOSE, CONCURRENTLY)"), Some(true));
        assert_eq!(on("(concurrently false)"), Some(false));
        assert_eq!(on("(concurrently = 'off', concurrently)"), Some(true));
        assert_eq!(on("(verbose)"), None);
        assert_eq!(on("verbose"), None);
    }
}
