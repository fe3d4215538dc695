//! Identifiers and literals, always quoted: one function each, so that nothing else in the house pastes text into SQL.

/// An identifier in double quotes.
#[must_use]
pub fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `schema.name`, both in double quotes.
#[must_use]
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", ident(schema), ident(name))
}

/// An identifier in double quotes only where it must be. For scripts that people read.
#[must_use]
pub fn shown(name: &str) -> String {
    squawk_syntax::quote::quote_quoted_ident(name)
}

/// `schema.name`, each quoted only where it must be.
#[must_use]
pub fn shown_qualified(schema: &str, name: &str) -> String {
    if schema.is_empty() { shown(name) } else { format!("{}.{}", shown(schema), shown(name)) }
}

/// The parts of a dotted name, without their quotes.
#[must_use]
pub fn split_shown(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => parts.last_mut().into_iter().for_each(|p| p.push('"')),
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

/// A name as the catalog spells it, as an identifier with or without its schema.
#[must_use]
pub fn name(name: &super::Name) -> String {
    match &name.schema {
        Some(schema) => qualified(schema, &name.name),
        None => ident(&name.name),
    }
}

/// A string literal. With a backslash inside it is an `E''` string, whose meaning does not depend on
/// `standard_conforming_strings`; the blank before the `E` keeps it apart from a word that it is pasted behind.
#[must_use]
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_keep_case_and_double_their_quotes() {
        assert_eq!(ident("Odd \"name\"; DROP"), "\"Odd \"\"name\"\"; DROP\"");
        assert_eq!(qualified("a.b", "c"), "\"a.b\".\"c\"");
    }

    #[test]
    fn shown_identifiers_are_quoted_where_they_must_be() {
        let names = ["orders", "Orders", "order", "between", "1st", "a b", "a$1", "é", "name", ""];
        let shown: Vec<String> = names.into_iter().map(shown).collect();
        assert_eq!(
            shown,
            ["orders", "\"Orders\"", "\"order\"", "\"between\"", "\"1st\"", "\"a b\"", "a$1", "é", "name", "\"\""]
        );
    }

    #[test]
    fn dotted_names_are_split_outside_quotes() {
        assert_eq!(split_shown(r#"public."a.b"."c ""d""""#), ["public", "a.b", "c \"d\""]);
    }

    #[test]
    fn literals_with_backslashes_are_escape_strings() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r" E'a\\''b'");
        assert_eq!(literal(""), "''");
    }
}
