//! Expressions that PostgreSQL words in two ways.
//!
//! `status IN ('a', 'b')` over a `varchar` is kept as one cast of the whole list. Read back from that wording, it is kept as a
//! cast of each entry, and stays so. Both are told in the second way, or a script could never reach what it was made from.

use std::borrow::Cow;

const LIST: &str = "(ARRAY[";
const CAST: &str = "])::text[]";
const ENTRY: &str = "::character varying";

/// The text with every such list in the wording that stays.
pub(super) fn settled(text: &str) -> Cow<'_, str> {
    if !text.contains(CAST) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(LIST) {
        let (before, list) = rest.split_at(at);
        out.push_str(before);
        match entries(&list[LIST.len()..]) {
            Some((entries, after)) => {
                let cast: Vec<String> = entries.iter().map(|entry| format!("({entry}{ENTRY})::text")).collect();
                out.push_str(&format!("ARRAY[{}]", cast.join(", ")));
                rest = after;
            }
            None => {
                out.push_str(LIST);
                rest = &list[LIST.len()..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The literals of a list up to its cast, and what follows; none if the list is of another sort.
fn entries(list: &str) -> Option<(Vec<&str>, &str)> {
    let mut entries = Vec::new();
    let mut rest = list;
    loop {
        let end = literal(rest)?;
        entries.push(&rest[..end]);
        rest = rest[end..].strip_prefix(ENTRY)?;
        if let Some(after) = rest.strip_prefix(CAST) {
            return Some((entries, after));
        }
        rest = rest.strip_prefix(", ")?;
    }
}

/// Where a string literal at the beginning ends.
fn literal(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    chars.next().filter(|(_, c)| *c == '\'')?;
    while let Some((at, c)) = chars.next() {
        if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn a_cast_list_becomes_a_list_of_casts() {
        let kept = "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[])))";
        let settles =
            "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text])))";
        assert_eq!(settled(kept), settles);
        assert_eq!(settled(settles), settles);
    }

    #[test]
    fn other_lists_stay() {
        for text in ["(ARRAY[1, 2])::text[]", "(ARRAY[a])::text[]", "(ARRAY['a'::character varying", "(ARRAY['a"] {
            assert_eq!(settled(text), text);
        }
    }
}
