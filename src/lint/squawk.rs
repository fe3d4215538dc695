//! squawk's rules, chosen for how `migrate` runs scripts.

use squawk_linter::{Linter, Rule};
use squawk_syntax::SourceFile;

use super::{Direction, Finding, Level, OURS};
use crate::migration::Script;
use crate::sql::{Statement, position};

/// Beyond this many bytes a script is data, and the tree of it would take a gigabyte.
const MOST_BYTES: usize = 4 << 20;

/// Rules that do not fit: what `migrate` does itself (timeouts, running again after a crash, transactions, all told by
/// `migration::check`), and tastes about types that say nothing about safety.
const NOT_OURS: [Rule; 9] = [
    Rule::RequireTimeoutSettings,
    Rule::RequireLockTimeout,
    Rule::RequireStatementTimeout,
    Rule::PreferRobustStmts,
    Rule::TransactionNesting,
    Rule::BanConcurrentIndexCreationInTransaction,
    Rule::PreferBigintOverInt,
    Rule::PreferBigintOverSmallint,
    Rule::PreferTextField,
];

/// What is worth a word in a rollback, which by its nature drops, renames and changes types.
const OF_ROLLBACKS: [Rule; 9] = [
    Rule::RequireConcurrentIndexCreation,
    Rule::RequireConcurrentIndexDeletion,
    Rule::RequireConcurrentPartitionDetach,
    Rule::RequireConcurrentReindex,
    Rule::ConstraintMissingNotValid,
    Rule::AddingForeignKeyConstraint,
    Rule::BanTruncateCascade,
    Rule::BanDropDatabase,
    Rule::IdentifierTooLong,
];

/// squawk's findings in a script. Its default version is PostgreSQL 15, as is our oldest.
pub(super) fn look(script: &Script, statements: &[Statement], direction: Direction) -> Vec<Finding> {
    if script.text.len() > MOST_BYTES {
        return Vec::new();
    }
    let text = without_data(&script.text, statements);
    let parse = SourceFile::parse(&text);
    let mut linter = match direction {
        Direction::Up => Linter::with_rules(&[], &NOT_OURS),
        Direction::Down => Linter::from(OF_ROLLBACKS),
    };
    linter.settings.assume_in_transaction = !script.directives.no_transaction;
    let finding = |at: usize, rule: String, message: String, help: Option<String>| {
        let (line, column) = position::of_byte(&text, at);
        Finding { path: script.path.clone(), line, column, rule, level: Level::Warning, message, help }
    };
    let errors = parse.errors();
    let syntax = errors.iter().map(|error| {
        let message = format!("squawk cannot read this, its rules may miss something: {}", error.message());
        finding(usize::from(error.range().start()), "syntax".to_owned(), message, None)
    });
    let mut findings: Vec<Finding> = syntax.collect();
    for violation in linter.lint(&parse, &text) {
        let of_ours = violation.code == Rule::UnusedIgnore
            && OURS.iter().any(|rule| violation.message.strip_prefix("unknown name ") == Some(*rule));
        if !of_ours {
            let at = usize::from(violation.text_range.start());
            findings.push(finding(at, violation.code.to_string(), violation.message, violation.help));
        }
    }
    findings
}

/// The text with COPY data made blank, which the parser would take for SQL; every place stays where it was.
fn without_data(text: &str, statements: &[Statement]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for data in statements.iter().filter_map(|statement| statement.copy_data.clone()) {
        result.push_str(&text[at..data.start]);
        let end = data.end + text[data.end..].find('\n').unwrap_or(text.len() - data.end);
        result.extend(text[data.start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        at = end;
    }
    result.push_str(&text[at..]);
    result
}
