//! What the first lines of a seed file say: `# migrate: …` in a CSV file, `-- migrate: …` in a script.

use super::files::Name;
use crate::sql::quote;

/// What a CSV file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OfRows {
    /// The columns by which a row is recognised; the primary key if there are none.
    pub(super) key: Vec<String>,
    /// Whether cells may be markers.
    pub(super) has_markers: bool,
    /// Whether the table's own triggers stay off.
    pub(super) is_without_triggers: bool,
}

/// Something wrong, and the line where it is.
pub(super) type Wrong = (usize, String);

const OF_ROWS: [&str; 3] = ["key", "markers", "without-triggers"];
const OF_SCRIPTS: [&str; 1] = ["without-triggers"];

/// Reads the lines before the header of a CSV file: directives, other comments, blanks. Gives the byte and the number, from 1,
/// of the line after them.
pub(super) fn of_rows(text: &str) -> Result<(OfRows, usize, usize), Wrong> {
    let (mut said, mut byte) = (OfRows::default(), 0);
    let mut number = 1;
    for line in text.split_inclusive('\n') {
        let (trimmed, at) = (line.trim(), number);
        let Some(comment) = trimmed.strip_prefix('#') else {
            if trimmed.is_empty() {
                (byte, number) = (byte + line.len(), number + 1);
                continue;
            }
            break;
        };
        (byte, number) = (byte + line.len(), number + 1);
        let Some((name, value)) = directive(comment) else { continue };
        match name {
            "key" => {
                said.key = list(value).into_iter().map(|column| plain(&column)).collect();
                if said.key.is_empty() {
                    return Err((at, "`key` needs its columns: `# migrate: key organization_id, name`".to_owned()));
                }
            }
            "markers" if value.is_empty() => said.has_markers = true,
            "without-triggers" if value.is_empty() => said.is_without_triggers = true,
            "markers" | "without-triggers" => {
                return Err((at, format!("`{name}` takes no value, but `{value}` follows")));
            }
            _ => return Err((at, unknown(name, &OF_ROWS))),
        }
    }
    Ok((said, byte, number))
}

/// Reads the header of a script: the tables whose own triggers stay off while it runs.
pub(super) fn of_script(text: &str) -> Result<Vec<Name>, Wrong> {
    let mut without_triggers = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(comment) = line.strip_prefix("--") else {
            if line.is_empty() {
                continue;
            }
            break;
        };
        match directive(comment) {
            Some(("without-triggers", tables)) => {
                let tables = list(tables);
                if tables.is_empty() {
                    let why = "`without-triggers` needs its tables: `-- migrate: without-triggers public.orders`";
                    return Err((index + 1, why.to_owned()));
                }
                without_triggers.extend(tables.iter().map(|table| Name::read(table)));
            }
            Some((name, _)) => return Err((index + 1, unknown(name, &OF_SCRIPTS))),
            None => {}
        }
    }
    Ok(without_triggers)
}

/// Name and value of a directive in a comment.
fn directive(comment: &str) -> Option<(&str, &str)> {
    let said = comment.trim_start().strip_prefix("migrate:")?.trim();
    let end = said.find([':', ' ', '=']).unwrap_or(said.len());
    Some((&said[..end], said[end..].trim_start_matches([':', ' ', '=']).trim()))
}

/// The entries between commas that are not within quotes.
fn list(text: &str) -> Vec<String> {
    let (mut entries, mut quoted) = (vec![String::new()], false);
    for c in text.chars() {
        quoted ^= c == '"';
        match entries.last_mut() {
            Some(last) if c != ',' || quoted => last.push(c),
            _ => entries.push(String::new()),
        }
    }
    entries.iter().map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
}

/// A column's name without its quotes.
fn plain(name: &str) -> String {
    quote::split_shown(name).join(".")
}

fn unknown(name: &str, known: &[&str]) -> String {
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
    match known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|close| likeness(close) > 0.6) {
        Some(close) => format!("unknown directive `{name}`; did you mean `{close}`?"),
        None => format!("unknown directive `{name}`; in this kind of file there is {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_file_says_how_it_is_read() {
        let text = "# Prices of 2026.\n# migrate: key organization_id, \"Odd, name\"\n\n#migrate: markers\nid,name\n";
        let key = vec!["organization_id".to_owned(), "Odd, name".to_owned()];
        let said = OfRows { key, has_markers: true, is_without_triggers: false };
        assert_eq!(of_rows(text), Ok((said, 81, 5)));
        assert_eq!(of_rows("id\n"), Ok((OfRows::default(), 0, 1)));
    }

    #[test]
    fn a_script_names_tables() {
        let tables = of_script("-- Orders.\n-- migrate: without-triggers public.orders, \"A.b\"\nselect 1;").unwrap();
        assert_eq!(tables, [Name::read("public.orders"), Name { schema: "public".into(), name: "A.b".into() }]);
        assert_eq!(of_script("select 1;\n-- migrate: nonsense"), Ok(vec![]));
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let wrong = |line, text: &str| Err((line, text.to_owned()));
        assert_eq!(of_rows("\n# migrate: marker"), wrong(2, "unknown directive `marker`; did you mean `markers`?"));
        assert_eq!(of_rows("# migrate: markers on").unwrap_err().1, "`markers` takes no value, but `on` follows");
        assert_eq!(of_rows("# migrate: key").unwrap_err().0, 1);
        assert_eq!(
            of_script("--\n-- migrate: no-transaction").unwrap_err(),
            (2, "unknown directive `no-transaction`; in this kind of file there is without-triggers".to_owned())
        );
    }
}
