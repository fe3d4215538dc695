//! What the splitter must get right, as text and expected pieces.

use proptest::prelude::*;

use super::*;
use crate::sql::TransactionRule;

/// The pieces of a script.
fn pieces(text: &str) -> Vec<&str> {
    split(text).unwrap().into_iter().map(|statement| &text[statement.range]).collect()
}

/// The error of a script as `line:column: message`.
fn error(text: &str) -> String {
    split(text).unwrap_err().to_string()
}

#[test]
fn empty_files_and_comments_hold_nothing() {
    for text in ["", "\n", "-- a; b", "/* a; /* b; */ c; */\n", ";;\n;", "-- x\n\n/* y */;"] {
        assert_eq!(pieces(text), Vec::<&str>::new(), "{text:?}");
    }
}

#[test]
fn statements_keep_their_lines_and_lose_what_surrounds_them() {
    let text = "-- first\nSELECT 1 -- why\n;\n\n/* a\nb */ SELECT\n 2;SELECT 3";
    let found: Vec<_> = split(text).unwrap().into_iter().map(|s| (s.line, &text[s.range])).collect();
    assert_eq!(found, [(2, "SELECT 1"), (6, "SELECT\n 2"), (7, "SELECT 3")]);
}

#[test]
fn semicolons_inside_quotes_do_not_count() {
    for text in [
        "SELECT $$a;b$$",
        "SELECT $a$ $$;$$ $b$;$b$ $a$",
        "DO $do$ BEGIN EXECUTE $x$ SELECT ';' $x$; END $do$",
        r"SELECT E'\';', 'x'",
        r"SELECT E'a\\', ';'",
        "SELECT 'a'';b'",
        "SELECT \"a\"\";b\" FROM t",
        r"SELECT U&'\0027;' UESCAPE '!'",
        "SELECT U&\"a;b\" FROM t",
        "SELECT /* ; /* ; */ ; */ 1",
        "SELECT B'1', X'F', N';'",
        "SELECT a$b$ FROM c$b$",
        "SELECT 'ü;', $ü$;$ü$",
        "SELECT 1 -- ;\n + 2",
        "SELECT @-- ;\n 1",
    ] {
        assert_eq!(pieces(&format!("{text};\nSELECT 2;")), [text, "SELECT 2"], "{text}");
    }
}

#[test]
fn a_continued_escape_string_is_read_as_one() {
    let first = "SELECT E'a' -- why\n  'b\\';c'";
    assert_eq!(pieces(&format!("{first}; SELECT 2")), [first, "SELECT 2"]);
    // On one line, or behind a block comment, it is no continuation: the quote behind the backslash ends the string.
    assert_eq!(pieces("SELECT E'a' 'b\\'; SELECT 2"), ["SELECT E'a' 'b\\'", "SELECT 2"]);
    assert_eq!(pieces("SELECT E'a' /*\n*/ 'b\\'; SELECT 2"), ["SELECT E'a' /*\n*/ 'b\\'", "SELECT 2"]);
}

#[test]
fn atomic_bodies_end_at_their_own_end() {
    let body = "CREATE OR REPLACE FUNCTION f(begin int) RETURNS int LANGUAGE sql\nBEGIN ATOMIC\n  SELECT CASE WHEN 1 = 1 \
                THEN CASE WHEN true THEN 1 END END;\n  INSERT INTO t SELECT 1 AS end;\n  SELECT f.end FROM f;\nEND";
    assert_eq!(pieces(&format!("{body};\nSELECT 2;")), [body, "SELECT 2"]);
    let empty = "create procedure p() begin atomic end";
    assert_eq!(pieces(&format!("{empty}; SELECT 2")), [empty, "SELECT 2"]);
    let schema = "CREATE FUNCTION s.f() RETURNS int BEGIN ATOMIC SELECT (SELECT 1); END";
    assert_eq!(pieces(&format!("{schema}; BEGIN; END;")), [schema, "BEGIN", "END"]);
}

#[test]
fn begin_is_not_atomic_elsewhere() {
    assert_eq!(pieces("BEGIN; SELECT atomic; COMMIT;"), ["BEGIN", "SELECT atomic", "COMMIT"]);
    assert_eq!(pieces("CREATE TABLE begin (atomic int); SELECT 1"), ["CREATE TABLE begin (atomic int)", "SELECT 1"]);
}

#[test]
fn rules_hold_statements_in_parentheses() {
    let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b;)";
    assert_eq!(pieces(&format!("{rule}; SELECT 2;")), [rule, "SELECT 2"]);
}

#[test]
fn copy_data_is_passed_over() {
    let text = "COPY t (a) FROM STDIN;\nit's; $$ \" /* \\N\n\\\\.\n\\.\nSELECT 1;\ncopy s.t from stdin with (format csv); -- x\n\\.\nSELECT 2";
    let found = split(text).unwrap();
    let data: Vec<_> = found.iter().map(|s| s.copy_data.clone().map(|range| &text[range])).collect();
    assert_eq!(data, [Some("it's; $$ \" /* \\N\n\\\\.\n"), None, Some(""), None]);
    assert_eq!(found.iter().map(|s| s.line).collect::<Vec<_>>(), [1, 5, 6, 8]);
}

#[test]
fn copies_without_data_have_none() {
    let text = "COPY t TO STDOUT; COPY t FROM 'stdin'; COPY (SELECT a FROM stdin) TO STDOUT; SELECT 1 FROM stdin;";
    assert!(split(text).unwrap().iter().all(|statement| statement.copy_data.is_none()));
}

#[test]
fn broken_copies_are_told() {
    assert_eq!(
        error("\nCOPY t FROM STDIN;\n1\n"),
        "2:1: the data of this COPY … FROM STDIN is not ended by a line `\\.`"
    );
    assert_eq!(
        error("COPY t FROM STDIN; SELECT 1;\n\\.\n"),
        "1:20: COPY … FROM STDIN must be the last on its line, its data begins on the next"
    );
    assert_eq!(error("SELECT 1;\n\\.\n"), "2:1: `\\.` on line 2 ends COPY data, but no COPY … FROM STDIN is before it");
}

#[test]
fn psql_commands_are_refused_by_name_and_line() {
    assert_eq!(error("\n\n\\connect x"), "3:1: `\\connect` on line 3 is a psql command, which only psql understands");
    assert!(error("\\restrict abc\nSELECT 1;").contains("`\\restrict` on line 1"));
    assert!(error("SELECT 1 \\gset").contains("`\\gset` on line 1"));
    assert!(error("SELECT 1;\n\\! rm").contains("`\\!` on line 2"));
    assert_eq!(pieces("SELECT '\\connect'; -- \\connect"), ["SELECT '\\connect'"]);
}

#[test]
fn what_is_never_closed_is_told_with_its_place() {
    for (text, expected) in [
        ("SELECT 1;\n  SELECT 'abc;", "2:10: this string is never closed"),
        ("SELECT 'ä', E'abc\\'", "1:13: this string is never closed"),
        ("SELECT E'a'\n'b\\';", "2:1: this string is never closed"),
        ("SELECT E'a' 'b", "1:13: this string is never closed"),
        ("/* a /* b */", "1:1: this comment is never closed"),
        ("DO $a$ x $b$;", "1:4: this dollar-quoted string is never closed"),
        ("SELECT \"a", "1:8: this quoted identifier is never closed"),
        ("SELECT (1;\nSELECT 2;", "1:8: this parenthesis is never closed"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", "1:39: this BEGIN ATOMIC has no END"),
        ("SELECT 1;\0", "1:10: a NUL byte, which PostgreSQL does not take in a script"),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn statements_are_classified() {
    let rules: Vec<_> = split("BEGIN; CREATE INDEX CONCURRENTLY ON t (a); SELECT 1; ROLLBACK TO s; END")
        .unwrap()
        .into_iter()
        .map(|statement| statement.transaction)
        .collect();
    use TransactionRule::{Allowed, Controls, Forbidden};
    assert_eq!(rules, [Controls("BEGIN"), Forbidden("CREATE INDEX CONCURRENTLY"), Allowed, Allowed, Controls("END")]);
}

/// squawk's parser, which builds the whole tree, must find the same statements.
#[test]
fn squawks_parser_finds_the_same_statements() {
    use squawk_syntax::ast::AstNode;
    let text = "SELECT 1; /* ; */ DO $$ ; $$;\nCREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true \
                THEN 1 END; END;\nCREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b);\n\
                SELECT E'\\';' , $a$;$a$;INSERT INTO t VALUES ('a;b');ALTER TABLE a DROP b;";
    let theirs: Vec<_> = squawk_syntax::SourceFile::parse(text)
        .tree()
        .stmts()
        .map(|s| s.syntax().to_string().trim_end_matches(';').trim().to_owned())
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(pieces(text), theirs);
}

/// Texts that are likely to be cut wrongly: quotes, tags, comments and keywords in any order.
fn tricky() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "'", "''", "E'", "\\", "\\'", "\"", "U&'", "$$", "$a$", "$b$", "$1", "--", "/*", "*/", "\n", "\r", ";", "(",
        ")", " ", "BEGIN", "ATOMIC", "END", "CASE", "CREATE", "FUNCTION", "COPY", "FROM", "STDIN", "\\.\n", "x", "é",
        "\u{feff}", "1.5e", "SELECT", "\0",
    ]);
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// The pieces come in order, do not overlap, and between them stands nothing but blanks, comments, semicolons and data.
fn join_to_the_whole(text: &str) {
    let Ok(statements) = split(text) else { return };
    let mut at = 0;
    for statement in &statements {
        assert!(at <= statement.range.start && statement.range.start < statement.range.end);
        nothing_in(&text[at..statement.range.start]);
        assert_eq!(statement.line, text[..statement.range.start].matches('\n').count() + 1);
        at = statement.range.end;
        if let Some(data) = &statement.copy_data {
            nothing_in(&text[at..data.start]);
            let rest = &text[data.end..];
            at = data.end + rest.find('\n').map_or(rest.len(), |newline| newline + 1);
            assert!(rest.starts_with("\\."));
        }
    }
    nothing_in(&text[at..]);
}

fn nothing_in(gap: &str) {
    let found: Vec<_> = crate::sql::words::words(gap).filter(|word| word.kind != TokenKind::Semi).collect();
    assert!(found.is_empty(), "{gap:?} holds {found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn tricky_texts_join_to_the_whole(text in tricky()) {
        join_to_the_whole(&text);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        join_to_the_whole(&text);
    }
}
