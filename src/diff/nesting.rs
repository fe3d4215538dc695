//! `((a OR b) OR c)` is `(a OR b OR c)`: what PostgreSQL writes of `(a, b, c) IS DISTINCT FROM (x, y, z)` is nested, and what it
//! reads from that is not any more. So a schema that was dumped and loaded would differ from itself.

/// A piece of an expression: a word, or what stands between parentheses.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Word(&'t str),
    Group(Vec<Piece<'t>>),
}

/// How deep parentheses are followed; what is deeper is compared as it is.
const DEPTH_MOST: usize = 512;

/// Whether two expressions are the same but for chains of one connective that are nested in themselves.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    let may = |text: &str| text.contains(" OR ") || text.contains(" AND ");
    may(a) && may(b) && read(a).is_some_and(|pieces| read(b) == Some(pieces))
}

fn read(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut open: Vec<Vec<Piece<'_>>> = vec![Vec::new()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => rest.get(1..)?.find(first)? + 2,
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            '(' | ')' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || "()'\"".contains(c)).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        match first {
            '(' if open.len() > DEPTH_MOST => return None,
            '(' => open.push(Vec::new()),
            ')' => {
                let group = flat(open.pop()?);
                open.last_mut()?.push(Piece::Group(group));
            }
            c if c.is_whitespace() => {}
            _ => open.last_mut()?.push(Piece::Word(word)),
        }
    }
    let whole = open.pop().filter(|_| open.is_empty())?;
    Some(flat(whole))
}

/// Takes the parentheses off operands that are chains of the same connective.
fn flat(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let Some(connective) = connective(&pieces) else { return pieces };
    let count = pieces.len();
    let borders: Vec<bool> = pieces.iter().map(|piece| *piece == Piece::Word(connective)).collect();
    let is_alone = |at: usize| (at == 0 || borders[at - 1]) && (at + 1 == count || borders[at + 1]);
    let mut out = Vec::with_capacity(count);
    for (at, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Group(inner) if is_alone(at) && self::connective(&inner) == Some(connective) => out.extend(inner),
            piece => out.push(piece),
        }
    }
    out
}

/// The word that joins all of a chain; none if there is none, or more than one.
fn connective(pieces: &[Piece<'_>]) -> Option<&'static str> {
    let has = |word: &'static str| pieces.contains(&Piece::Word(word));
    match (has("OR"), has("AND"), has("BETWEEN")) {
        (true, false, false) => Some("OR"),
        (false, true, false) => Some("AND"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn chains_of_one_connective_are_the_same_however_nested() {
        assert!(is_same("WHEN ((((a = 1) OR (b = 2)) OR (c = 3)))", "WHEN (((a = 1) OR (b = 2) OR (c = 3)))"));
        assert!(is_same("((a AND b) AND (c AND d))", "(a AND b AND c AND d)"));
    }

    #[test]
    fn what_means_something_else_is_not() {
        assert!(!is_same("((a OR b) AND c)", "(a OR (b AND c))"));
        assert!(!is_same("(a OR b)", "(b OR a)"));
        assert!(!is_same("((NOT (a OR b)) OR c)", "((NOT a) OR b OR c)"));
        assert!(!is_same("(a OR f(b OR c))", "(a OR f b OR c)"));
        assert!(!is_same("('x OR (y' OR b OR c)", "('x OR y' OR b OR c)"));
    }
}
