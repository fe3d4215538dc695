//! File names: `001_x.sql`, `20261122093000_x.sql`, `V1__x.sql`.

/// More digits than this do not fit the ledger's version column in every case.
const MOST_DIGITS: usize = 18;

/// What a file name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName {
    pub(super) version: i64,
    pub(super) digits: String,
    pub(super) name: String,
}

/// How a file in `migrations/` or `rollbacks/` is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A migration or a rollback.
    Script(FileName),
    /// Not ours: a README, `.keep`, notes.
    Other,
    /// Meant as a script, but not named like one: why, and what to do.
    Wrong(String),
}

/// Reads a file's name.
pub(super) fn read(file: &str) -> Reading {
    if file.starts_with('.') || file.ends_with('~') {
        return Reading::Other;
    }
    let Some(stem) = file.strip_suffix(".sql") else { return other(file) };
    if stem.ends_with(".down") || stem.ends_with(".up") {
        return Reading::Wrong(
            "a rollback is a file of the same number in rollbacks/, not a `.down.sql` beside a `.up.sql`; \
             rename the one to `NNN_name.sql` and move the other there"
                .to_owned(),
        );
    }
    match script(stem) {
        Ok(name) => Reading::Script(name),
        Err(why) => Reading::Wrong(why),
    }
}

fn other(file: &str) -> Reading {
    let lower = file.to_ascii_lowercase();
    if lower.ends_with(".sql") {
        return Reading::Wrong("its ending must be `.sql` in lower case".to_owned());
    }
    if lower.ends_with(".rs") && script(&file[..file.len() - 3]).is_ok() {
        return Reading::Wrong("a migration in Rust can only be run by refinery itself; write it in SQL".to_owned());
    }
    Reading::Other
}

fn script(stem: &str) -> Result<FileName, String> {
    const SHAPES: &str = "name it `001_name.sql`, `20261122093000_name.sql` or `V1__name.sql`; `migrate new` does";
    let refinery = stem.strip_prefix('V').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if stem.starts_with('U') && stem[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return Err(
            "refinery would apply a file with `U` (unversioned), it does not undo; name a migration `V…` and put \
             its rollback into rollbacks/"
                .to_owned(),
        );
    }
    let body = refinery.unwrap_or(stem);
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (digits, rest) = body.split_at(end);
    if digits.is_empty() {
        return Err(format!("its name does not begin with a number; {SHAPES}"));
    }
    if digits.len() > MOST_DIGITS {
        return Err(format!("its number has {} digits, more than {MOST_DIGITS}", digits.len()));
    }
    if refinery.is_some() && rest.starts_with('.') {
        return Err("its number has a part behind a dot, which refinery does not take; use a whole number".to_owned());
    }
    let separator = if refinery.is_some() { "__" } else { "_" };
    let name = rest.strip_prefix(separator).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| format!("its number is not followed by `{separator}name`; {SHAPES}"))?;
    if name.chars().any(char::is_control) {
        return Err("its name has a control character in it".to_owned());
    }
    let version = digits.parse().map_err(|_| format!("its number {digits} is too large"))?;
    Ok(FileName { version, digits: digits.to_owned(), name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(file: &str) -> String {
        match read(file) {
            Reading::Script(name) => format!("{} {} {}", name.version, name.digits, name.name),
            Reading::Other => "other".to_owned(),
            Reading::Wrong(why) => format!("wrong: {why}"),
        }
    }

    #[test]
    fn the_three_shapes_are_read() {
        assert_eq!(told("001_create_base_tables.sql"), "1 001 create_base_tables");
        assert_eq!(told("20261122093000_x.sql"), "20261122093000 20261122093000 x");
        assert_eq!(told("V1__x.sql"), "1 1 x");
        assert_eq!(told("0_x.sql"), "0 0 x");
        assert_eq!(told("7_add-users.v2.sql"), "7 7 add-users.v2");
        assert_eq!(told("999999999999999999_x.sql"), "999999999999999999 999999999999999999 x");
    }

    #[test]
    fn what_is_meant_as_a_script_is_told() {
        for (file, part) in [
            ("1000000000000000000_x.sql", "19 digits"),
            ("V1.2__x.sql", "behind a dot"),
            ("V1_x.sql", "`__name`"),
            ("U3__undo.sql", "refinery would apply"),
            ("001.sql", "not followed by `_name`"),
            ("001_.sql", "not followed by `_name`"),
            ("init.sql", "does not begin with a number"),
            ("V__x.sql", "does not begin with a number"),
            ("001_x.down.sql", "rollbacks/"),
            ("001_x.up.sql", "rollbacks/"),
            ("001_x.SQL", "lower case"),
            ("V1__x.rs", "in Rust"),
            ("001_a\nb.sql", "control character"),
        ] {
            assert!(told(file).starts_with("wrong") && told(file).contains(part), "{file}: {}", told(file));
        }
    }

    #[test]
    fn other_files_are_left_alone() {
        for file in ["README.md", ".keep", ".gitkeep", "notes.txt", "001_x.sql~", ".001_x.sql.swp", "mod.rs", "LICENSE"]
        {
            assert_eq!(told(file), "other", "{file}");
        }
    }
}
