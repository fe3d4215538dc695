//! Random scripts: the server counts the statements, and so do we. squawk's parser counts those of the bundled project.

use counterpose::config::Source;
use counterpose::migration;
use counterpose::sql::split;
use postgres::{Client, NoTls, SimpleQueryMessage};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use squawk_syntax::ast::AstNode;

use crate::support::Cluster;

/// Values with everything in them that may be taken for an end.
fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "'a;'",
        "''''",
        r"E'\';'",
        r"e'\\'",
        r"'\'",
        // Whole only as the second part of an E'' string.
        r"'\';'",
        "$$;'$$",
        "$a$;$$;$b$ $a$",
        r"U&'\003b'",
        r"u&';!003b' uescape '!'",
        "N';'",
        "B'1'",
        "x'F'",
        "1",
        "(select ';')",
        "(((2)))",
        "case when true then ';' end",
        r#"(select 1 as ";")"#,
        "$é$;$é$",
    ])
}

/// What may stand between two values: a line break between two strings joins them into one.
fn between() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        ", ",
        "\n",
        " -- ;'\n",
        "\r",
        ",/* ; /* ' */ */",
        "\n/* ; */\n",
        "; select ",
        ";;select/*;*/",
        ";\n--;\nselect\t",
        " as x, ",
        ",@-- ;\n-",
        " ",
    ])
}

#[test]
fn the_server_counts_the_same_statements() {
    let mut client = Client::connect(&Cluster::shared().database(), NoTls).unwrap();
    let mut runner = TestRunner::new(Config::with_cases(4_000));
    let script = (value(), prop::collection::vec((between(), value()), 0..8))
        .prop_map(|(first, rest)| rest.iter().fold(format!("select {first}"), |text, (gap, value)| text + gap + value));
    let accepted = std::cell::Cell::new(0);
    let client = std::cell::RefCell::new(&mut client);
    let counted = runner.run(&script, |text| {
        let Ok(answer) = client.borrow_mut().simple_query(&text) else { return Ok(()) };
        let theirs = answer.iter().filter(|m| matches!(m, SimpleQueryMessage::CommandComplete(_))).count();
        accepted.set(accepted.get() + 1);
        prop_assert_eq!(split(&text).unwrap().len(), theirs, "{}", text);
        Ok(())
    });
    counted.unwrap_or_else(|error| panic!("{error}"));
    assert!(accepted.get() > 500, "only {} scripts were accepted, too few to tell anything", accepted.get());
}

#[test]
fn squawks_parser_finds_the_statements_of_the_bundled_project() {
    let pairs = migration::discover(&Source::Bundled).unwrap();
    let scripts: Vec<_> = pairs.iter().flat_map(|pair| std::iter::once(&pair.up).chain(&pair.down)).collect();
    assert!(scripts.len() >= 12);
    for script in scripts {
        let ours: Vec<_> = split(&script.text).unwrap().into_iter().map(|s| script.text[s.range].to_owned()).collect();
        let theirs: Vec<_> = squawk_syntax::SourceFile::parse(&script.text)
            .tree()
            .stmts()
            .map(|statement| statement.syntax().to_string().trim_end_matches(';').trim().to_owned())
            .filter(|statement| !statement.is_empty())
            .collect();
        assert_eq!(ours, theirs, "{}", script.path);
    }
}
