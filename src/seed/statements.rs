//! What is said to the server about the rows of a CSV file: they are in the stage, see `stage`, and go on to their table.

use super::rows::Load;
use super::stage::{STAGE, Shapes};
use super::work::list;
use crate::sql::quote;

/// Around what may fail for a row of a file: diagnosing goes back there.
pub(super) const BEGIN: &str = "SAVEPOINT migrate_seed_file";
pub(super) const BACK: &str = "ROLLBACK TO SAVEPOINT migrate_seed_file";
pub(super) const END: &str = "RELEASE SAVEPOINT migrate_seed_file";

/// How many clashes an error names.
pub(super) const NAMED: usize = 3;

/// The rows that stand in the table already: whose are they, and are they what the file says? Returns how many rows are to be
/// written, the first that are somebody else's, their number, and how many come from other files of the same vertical.
pub(super) fn standing(load: &Load<'_>, shapes: &Shapes) -> String {
    let differs = shapes.iter().enumerate().map(|(shape, defaults)| {
        let set = load.set(defaults);
        let is = if set.is_empty() { "false".to_owned() } else { load.differs(&set, |name| load.cast(name)) };
        format!("WHEN {shape} THEN {is}")
    });
    // Row by row through the index, whatever the planner knows of a table that was filled a moment ago.
    format!(
        "WITH found AS MATERIALIZED (
             SELECT s.line, t.migrate_key AS key, t.migrate_is AS is_there, r.file_id, t.migrate_is IS NULL OR CASE s.shape {differs} END AS is_written
             FROM {STAGE} s
             LEFT JOIN (SELECT true AS migrate_is, {key} AS migrate_key, t.* FROM {table} t) t ON {meant}
             LEFT JOIN LATERAL (
                 SELECT r.file_id FROM migrate.seed_rows r WHERE r.relation = {oid} AND r.key = t.migrate_key OFFSET 0) r ON true
             WHERE s.file = {index}
         ), others AS (
             SELECT o.line, o.key, f.vertical, f.name FROM found o LEFT JOIN migrate.seed_files f ON f.id = o.file_id
             WHERE o.is_there AND (o.file_id IS NULL OR o.file_id <> ALL (ARRAY[{files}]))
         )
         SELECT (SELECT pg_catalog.count(*) FROM found WHERE is_written),
             (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o)) FROM (SELECT * FROM others ORDER BY line LIMIT {NAMED}) o),
             (SELECT pg_catalog.count(*) FROM others),
             (SELECT pg_catalog.count(*) FROM found WHERE file_id <> {id})",
        differs = differs.collect::<Vec<_>>().join(" "),
        key = load.table.key_of("t"),
        table = load.table.from(),
        meant = load.is_meant(),
        oid = load.table.oid,
        index = load.index,
        files = load.files,
        id = load.id,
    )
}

/// Makes rows that another file of the vertical had this file's.
pub(super) fn take_over(load: &Load<'_>) -> String {
    format!(
        "UPDATE migrate.seed_rows r SET file_id = {id} FROM {STAGE} s JOIN {table} t ON {meant}
         WHERE s.file = {index} AND r.relation = {oid} AND r.key = {key} AND r.file_id <> {id}",
        id = load.id,
        table = load.table.from(),
        meant = load.is_meant(),
        index = load.index,
        oid = load.table.oid,
        key = load.table.key_of("t"),
    )
}

/// Puts the rows of a shape into the table, up to a line if one is given. Returns how many were changed, and how many of them
/// are new.
pub(super) fn upsert(load: &Load<'_>, shape: usize, defaults: &[usize], last: Option<i64>) -> String {
    let columns = written(load, defaults);
    let (key, set) = (load.key(), load.set(defaults));
    let (mut action, mut is_same) = ("NOTHING".to_owned(), String::new());
    if !set.is_empty() {
        let assign = |name: &&String| format!("{0} = excluded.{0}", quote::ident(name));
        action = format!(
            "UPDATE SET {} WHERE {} AND EXISTS (
                 SELECT FROM migrate.seed_rows r WHERE r.relation = {} AND r.key = {})",
            set.iter().map(assign).collect::<Vec<_>>().join(", "),
            load.differs(&set, |name| format!("excluded.{}", quote::ident(name))),
            load.table.oid,
            load.table.key_of("t"),
        );
        is_same = format!(" AND NOT {}", load.differs(&set, |name| load.cast(name)));
    }
    let mut returned: Vec<&String> = key.iter().collect();
    returned.extend(load.table.key().iter().filter(|name| !key.contains(name)));
    let on = key.iter().map(|name| format!("old.{0} = put.{0}", quote::ident(name))).collect::<Vec<_>>().join(" AND ");
    format!(
        "WITH old AS MATERIALIZED (
             SELECT {old} FROM {STAGE} s JOIN {from} t ON {meant} WHERE {rows}
         ), put AS (
             INSERT INTO {table} AS t ({names}) OVERRIDING SYSTEM VALUE
             SELECT {casts} FROM {STAGE} s WHERE {rows}
                 AND NOT EXISTS (SELECT FROM {from} t WHERE {meant}{is_same}) ORDER BY s.line
             ON CONFLICT ({key}) DO {action}
             RETURNING {returned}
         ), new AS (
             SELECT put.* FROM put WHERE NOT EXISTS (SELECT FROM old WHERE {on})
         ), own AS (
             INSERT INTO migrate.seed_rows (relation, key, file_id) SELECT {oid}, {key_of}, {id} FROM new
             ON CONFLICT (relation, key) DO UPDATE SET file_id = excluded.file_id
         ), known AS (
             UPDATE pg_temp.migrate_seed_tables SET is_fresh = false WHERE relation = {oid}
         )
         SELECT (SELECT pg_catalog.count(*) FROM put), (SELECT pg_catalog.count(*) FROM new)",
        old = key.iter().map(|name| format!("t.{}", quote::ident(name))).collect::<Vec<_>>().join(", "),
        from = load.table.from(),
        meant = load.is_meant(),
        rows = of_shape(load, shape, last),
        table = load.table.sql(),
        names = list(columns.iter().copied()),
        casts = columns.iter().map(|name| load.cast(name)).collect::<Vec<_>>().join(", "),
        key = list(key),
        returned = returned.iter().map(|name| format!("t.{}", quote::ident(name))).collect::<Vec<_>>().join(", "),
        oid = load.table.oid,
        key_of = load.table.key_of("new"),
        id = load.id,
    )
}

/// Puts the rows of a shape into a table that had none, of a database in which no row belongs to a seed: what [`upsert`] does, at
/// half its price, but for whose the rows are: the look that follows sees that. Should somebody else have added a row with the same
/// key meanwhile, it is refused.
pub(super) fn insert(load: &Load<'_>, shape: usize, defaults: &[usize]) -> String {
    let columns = written(load, defaults);
    format!(
        "INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {casts} FROM {STAGE} s WHERE {rows} ORDER BY s.line",
        table = load.table.sql(),
        names = list(columns.iter().copied()),
        casts = columns.iter().map(|name| load.cast(name)).collect::<Vec<_>>().join(", "),
        rows = of_shape(load, shape, None),
    )
}

/// The columns that rows of a shape give.
fn written<'l>(load: &'l Load<'_>, defaults: &[usize]) -> Vec<&'l String> {
    let columns = load.sheet.columns.iter().enumerate();
    columns.filter(|(place, _)| !defaults.contains(place)).map(|(_, column)| column).collect()
}

fn of_shape(load: &Load<'_>, shape: usize, last: Option<i64>) -> String {
    let last = last.map(|line| format!(" AND s.line <= {line}")).unwrap_or_default();
    format!("s.file = {} AND s.shape = {shape}{last}", load.index)
}

/// Moves the sequence behind a column past the numbers that a file brought: the next row must not get one of them.
pub(super) fn advance(load: &Load<'_>, name: &str) -> Option<String> {
    let sequence = load.table.column(name)?.sequence.as_deref()?;
    Some(format!(
        "SELECT pg_catalog.setval({literal}::pg_catalog.regclass, most.value) FROM {sequence} q,
             (SELECT pg_catalog.max({column})::bigint AS value FROM {table}) most
         WHERE most.value > q.last_value OR most.value = q.last_value AND NOT q.is_called",
        literal = quote::literal(sequence),
        column = quote::ident(name),
        table = load.table.from(),
    ))
}
