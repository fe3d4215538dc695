//! The statements of a script, as psql would send them.
//!
//! squawk's lexer gives the tokens; this finds the boundaries: a semicolon outside parentheses (`CREATE RULE … DO (a; b)`)
//! and outside a `BEGIN ATOMIC` body. The tree of squawk's parser is not needed for that, so a script of any size is split in
//! one pass that keeps nothing but the answer; a test holds both against each other.
//!
//! Plain strings are read as `standard_conforming_strings = on` reads them, the default since PostgreSQL 9.1.

use std::ops::Range;

use squawk_lexer::{LiteralKind, Token, TokenKind, tokenize};

use super::words::significant;
use super::{SplitError, Statement, classify::classify};

/// How many leading words of a statement can matter to its boundary: `CREATE OR REPLACE FUNCTION`.
const LEADING: usize = 4;

/// Splits a script.
///
/// # Errors
/// An unterminated string, comment, dollar quote or parenthesis, a `BEGIN ATOMIC` body without its end, COPY data without
/// `\.`, a psql meta-command, a NUL byte: each with line and column.
pub fn split(text: &str) -> Result<Vec<Statement>, SplitError> {
    let mut splitter = Splitter { text, at: 0, lines: Lines::default(), found: Vec::new(), open: None };
    // Each turn lexes up to a place where the lexer must be set on anew: behind COPY data or a continued E'' string.
    while splitter.at < text.len() {
        splitter.run()?;
    }
    splitter.finish()?;
    Ok(splitter.found)
}

/// Counts lines as the scan goes on, so that the whole stays linear.
#[derive(Default)]
struct Lines {
    at: usize,
    line: usize,
}

impl Lines {
    fn line(&mut self, text: &str, at: usize) -> usize {
        self.line += newlines(&text.as_bytes()[self.at..at]);
        self.at = at;
        self.line + 1
    }
}

fn newlines(bytes: &[u8]) -> usize {
    // In pieces that a byte can count, which the compiler turns into vector code.
    bytes.chunks(255).map(|piece| usize::from(piece.iter().map(|b| u8::from(*b == b'\n')).sum::<u8>())).sum()
}

/// The statement being read.
struct Open<'a> {
    start: usize,
    end: usize,
    line: usize,
    words: usize,
    leading: [&'a str; LEADING],
    parens: Vec<usize>,
    routine: bool,
    /// Where `BEGIN ATOMIC` stands whose END has not come.
    atomic: Option<usize>,
    /// The word before, to know `BEGIN ATOMIC`, `; END` and `FROM STDIN`.
    before: Before,
    copy: bool,
    /// An E'' string may go on behind a line break.
    escaped: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Begin,
    /// A place in an atomic body where its END may stand.
    Boundary,
    From,
    Other,
}

struct Splitter<'a> {
    text: &'a str,
    at: usize,
    lines: Lines,
    found: Vec<Statement>,
    open: Option<Open<'a>>,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) -> Result<(), SplitError> {
        let mut newline = false;
        for token in tokenize(&self.text[self.at..]) {
            let range = self.at..self.at + token.len as usize;
            if self.continues_escape(&token, newline) {
                self.at = escape_end(self.text, range.start).ok_or_else(|| self.unterminated("string", range.start))?;
                if let Some(open) = &mut self.open {
                    open.end = self.at;
                }
                return Ok(());
            }
            self.refuse(&token, &range)?;
            self.at = range.end;
            if !significant(&token) {
                newline |= self.text[range].contains(['\n', '\r']);
                if matches!(token.kind, TokenKind::BlockComment { .. })
                    && let Some(open) = &mut self.open
                {
                    // Only blanks and line comments may stand between the parts of a continued string.
                    open.escaped = false;
                }
                continue;
            }
            newline = false;
            if token.kind == TokenKind::Semi && self.ends_statement() {
                if self.close() {
                    return self.copy_data();
                }
                continue;
            }
            self.word(&token, range);
        }
        Ok(())
    }

    /// PostgreSQL joins string parts that only blanks with a line break keep apart, and reads all as the first: a quote
    /// behind a backslash does not end the second part of an E'' string.
    fn continues_escape(&self, token: &Token, newline: bool) -> bool {
        newline
            && matches!(token.kind, TokenKind::Literal { kind: LiteralKind::Str { .. } })
            && self.open.as_ref().is_some_and(|open| open.escaped)
    }

    fn ends_statement(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.parens.is_empty() && open.atomic.is_none())
    }

    fn word(&mut self, token: &Token, range: Range<usize>) {
        let text = &self.text[range.clone()];
        if self.open.is_none() {
            let line = self.lines.line(self.text, range.start);
            self.open = Some(Open::new(range.start, line));
        }
        if let Some(open) = &mut self.open {
            open.end = range.end;
            open.take(token, text, range.start);
        }
    }

    /// Ends the open statement. True when COPY data follows.
    fn close(&mut self) -> bool {
        let Some(open) = self.open.take() else { return false };
        let range = open.start..open.end;
        let transaction = classify(&self.text[range.clone()]);
        self.found.push(Statement { range, line: open.line, copy_data: None, transaction });
        open.copy
    }

    /// The data of the COPY that was just closed: from the next line to before a line `\.`.
    fn copy_data(&mut self) -> Result<(), SplitError> {
        let rest = &self.text[self.at..];
        let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let tail = rest[..line_end].trim();
        if !tail.is_empty() && !tail.starts_with("--") {
            let at = self.at + (rest.len() - rest.trim_start().len());
            return Err(self.error(at, "COPY … FROM STDIN must be the last on its line, its data begins on the next"));
        }
        let start = self.at + line_end;
        let (data, after) = data_end(self.text, start).ok_or_else(|| {
            let at = self.found.last().map_or(self.at, |statement| statement.range.start);
            self.error(at, "the data of this COPY … FROM STDIN is not ended by a line `\\.`")
        })?;
        if let Some(statement) = self.found.last_mut() {
            statement.copy_data = Some(start..data);
        }
        self.at = after;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SplitError> {
        if let Some(open) = &self.open {
            if let Some(at) = open.parens.first() {
                return Err(self.error(*at, "this parenthesis is never closed"));
            }
            if let Some(at) = open.atomic {
                return Err(self.error(at, "this BEGIN ATOMIC has no END"));
            }
        }
        if self.close() {
            return self.copy_data();
        }
        Ok(())
    }

    /// Refuses what the server would never see whole.
    fn refuse(&self, token: &Token, range: &Range<usize>) -> Result<(), SplitError> {
        use LiteralKind::{BitStr, ByteStr, DollarQuotedString, EscStr, NationalStr, Str, UnicodeEscStr};
        let what = match token.kind {
            TokenKind::BlockComment { terminated: false } => "comment",
            TokenKind::QuotedIdent { terminated: false, .. } => "quoted identifier",
            TokenKind::Literal { kind: DollarQuotedString { terminated: false } } => "dollar-quoted string",
            TokenKind::Literal {
                kind:
                    Str { terminated: false }
                    | EscStr { terminated: false }
                    | UnicodeEscStr { terminated: false }
                    | NationalStr { terminated: false }
                    | BitStr { terminated: false }
                    | ByteStr { terminated: false },
            } => "string",
            TokenKind::Unknown if self.text[range.clone()].starts_with('\\') => {
                return Err(self.meta_command(range.start));
            }
            TokenKind::Unknown if self.text[range.clone()].starts_with('\0') => {
                return Err(self.error(range.start, "a NUL byte, which PostgreSQL does not take in a script"));
            }
            _ => return Ok(()),
        };
        Err(self.unterminated(what, range.start))
    }

    fn unterminated(&self, what: &str, at: usize) -> SplitError {
        self.error(at, &format!("this {what} is never closed"))
    }

    fn meta_command(&self, at: usize) -> SplitError {
        let rest = &self.text[at + 1..];
        let name: String = match rest.chars().next() {
            Some(c) if c.is_ascii_alphabetic() => {
                rest.chars().take_while(char::is_ascii_alphanumeric).take(32).collect()
            }
            Some(c) if !c.is_whitespace() && !c.is_control() => c.to_string(),
            _ => String::new(),
        };
        let line = newlines(&self.text.as_bytes()[..at]) + 1;
        if name == "." {
            return self
                .error(at, &format!("`\\.` on line {line} ends COPY data, but no COPY … FROM STDIN is before it"));
        }
        self.error(at, &format!("`\\{name}` on line {line} is a psql command, which only psql understands"))
    }

    fn error(&self, at: usize, message: &str) -> SplitError {
        let (line, column) = super::position::of_byte(self.text, at);
        SplitError { line, column, message: message.to_owned() }
    }
}

impl<'a> Open<'a> {
    fn new(start: usize, line: usize) -> Self {
        Self {
            start,
            end: start,
            line,
            words: 0,
            leading: [""; LEADING],
            parens: Vec::new(),
            routine: false,
            atomic: None,
            before: Before::Other,
            copy: false,
            escaped: false,
        }
    }

    fn take(&mut self, token: &Token, text: &'a str, at: usize) {
        let before = std::mem::replace(&mut self.before, Before::Other);
        self.escaped = matches!(token.kind, TokenKind::Literal { kind: LiteralKind::EscStr { .. } });
        match token.kind {
            TokenKind::OpenParen => self.parens.push(at),
            TokenKind::CloseParen => {
                self.parens.pop();
            }
            TokenKind::Semi => self.before = Before::Boundary,
            TokenKind::Ident => self.ident(text, at, before),
            _ => {}
        }
        if self.words < LEADING {
            self.leading[self.words] = if token.kind == TokenKind::Ident { text } else { "" };
            self.routine |= self.is_routine();
        }
        self.words += 1;
    }

    fn ident(&mut self, text: &str, at: usize, before: Before) {
        if !self.parens.is_empty() {
            return;
        }
        let is = |keyword: &str| text.eq_ignore_ascii_case(keyword);
        match text.len() {
            3 if before == Before::Boundary && is("END") => self.atomic = None,
            4 if is("FROM") => self.before = Before::From,
            5 if is("BEGIN") => self.before = Before::Begin,
            // COPY … FROM STDOUT is taken by the server as FROM STDIN.
            5 | 6 if before == Before::From && (is("STDIN") || is("STDOUT")) => {
                self.copy = self.leading[0].eq_ignore_ascii_case("COPY");
            }
            6 if before == Before::Begin && self.routine && self.atomic.is_none() && is("ATOMIC") => {
                self.atomic = Some(at);
                self.before = Before::Boundary;
            }
            _ => {}
        }
    }

    /// `CREATE [OR REPLACE] FUNCTION | PROCEDURE`.
    fn is_routine(&self) -> bool {
        let is = |index: usize, keyword: &str| self.leading[index].eq_ignore_ascii_case(keyword);
        let kind = if is(1, "OR") && is(2, "REPLACE") { 3 } else { 1 };
        is(0, "CREATE") && (is(kind, "FUNCTION") || is(kind, "PROCEDURE"))
    }
}

/// Where an escape string whose opening quote is at `start` ends; `None` if it does not.
fn escape_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The end of COPY data that begins at `start`, and where the script goes on behind its `\.` line.
fn data_end(text: &str, start: usize) -> Option<(usize, usize)> {
    let mut at = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        let next = at + line.len();
        if line.trim_end_matches(['\n', '\r']) == "\\." {
            return Some((at, next));
        }
        at = next;
    }
    None
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
