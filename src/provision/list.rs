//! What was made on a server: templates, clones, databases of running commands, and those with names of their own.

use super::Provisioner;

/// What a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Copied from; nobody may connect to it.
    Template,
    /// Handed out until a time.
    Clone,
    /// Belongs to a running program.
    Leased,
    /// Anything else.
    Named,
}

/// One database.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its size.
    pub size_bytes: i64,
    /// How many sessions are in there.
    pub sessions: i64,
    /// Whether the next provisioning command drops it.
    pub abandoned: bool,
    /// For a clone: seconds until its time is over; negative when it is.
    pub expires_in_s: Option<i64>,
    /// For a template: seconds since its last use, known to the hour.
    pub unused_s: Option<i64>,
}

/// Lists the databases that the role may drop. Drops nothing.
///
/// # Errors
/// When the server cannot be asked.
pub async fn list(provisioner: &mut Provisioner<'_>) -> anyhow::Result<Vec<Entry>> {
    let mut host = provisioner.session().await?;
    let rows = host.session.query(include_str!("list.sql"), &[]).await;
    let now_s = host.facts.now_s;
    host.close().await;
    let rows = rows.map_err(|failure| anyhow::anyhow!("failed to list the databases: {failure}"))?;
    Ok(rows
        .iter()
        .map(|row| {
            let (name, sessions, held): (String, i64, bool) = (row.get("name"), row.get("sessions"), row.get("held"));
            let used_s: Option<i64> = row.get("used_s");
            let kind = kind_of(&name);
            let expires_in_s = deadline(&name).filter(|_| kind == Kind::Clone).map(|deadline| deadline - now_s);
            let is_over = expires_in_s.is_some_and(|left| left < 0) && sessions == 0;
            Entry {
                kind,
                size_bytes: row.get("size_bytes"),
                sessions,
                abandoned: is_over || (kind == Kind::Leased && !held),
                expires_in_s,
                unused_s: used_s.filter(|_| kind == Kind::Template).map(|used| (now_s - used).max(0)),
                name,
            }
        })
        .collect())
}

/// What a name says that a database is.
#[must_use]
pub fn kind_of(name: &str) -> Kind {
    let parts: Vec<&str> = name.split('_').collect();
    let hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
    match parts.as_slice() {
        ["migrate", "template", sum] if hex(sum, 24) => Kind::Template,
        ["migrate", "clone", deadline, key, _] if deadline.parse::<u64>().is_ok() && hex(key, 16) => Kind::Clone,
        ["migrate", _, key, number] if hex(key, 16) && number.parse::<u32>().is_ok() => Kind::Leased,
        _ => Kind::Named,
    }
}

fn deadline(name: &str) -> Option<i64> {
    name.split('_').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_database_is() {
        assert_eq!(kind_of("migrate_template_0123456789abcdef01234567"), Kind::Template);
        assert_eq!(kind_of("migrate_clone_1764111111_0123456789abcdef_1"), Kind::Clone);
        assert_eq!(kind_of("migrate_run_0123456789abcdef_1"), Kind::Leased);
        assert_eq!(kind_of("migrate_run_0123456789abcdef"), Kind::Named);
        assert_eq!(kind_of("shop"), Kind::Named);
        assert_eq!(deadline("migrate_clone_1764111111_0123456789abcdef_1"), Some(1_764_111_111));
    }
}
