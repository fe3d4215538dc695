//! What volume records about itself in schema `migrate`: what was loaded, and, while a load is unfinished, how far each
//! location is and what must be made again.

use tokio_postgres::types::Type;

use super::calendar::Day;
use super::model::Shape;
use crate::database::session::{Failure, Session};

/// Makes the table that stays; re-runnable.
pub(super) const CREATE: &str = include_str!("sql/create.sql");
/// Makes the tables of an unfinished load.
pub(super) const CREATE_PROGRESS: &str = include_str!("sql/create_progress.sql");
/// Takes the tables of an unfinished load away.
pub(super) const DROP_PROGRESS: &str = include_str!("sql/drop_progress.sql");

/// A load that the ledger knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its vertical.
    pub vertical: String,
    /// What was asked for.
    pub shape: Shape,
    /// Whether all of it is there.
    pub is_finished: bool,
    /// The rows that it brought, once it is finished.
    pub rows: Option<u64>,
}

impl Known {
    /// The command that goes on with it.
    #[must_use]
    pub fn command(&self) -> String {
        let Shape { months, locations, seed, today } = self.shape;
        format!(
            "migrate seed {} --scale {months} --locations {locations} --random-seed {seed} --today {today}",
            self.vertical
        )
    }
}

/// How far a location is.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) number: u32,
    pub(super) stretches: i32,
    pub(super) rows: Vec<i64>,
    pub(super) is_done: bool,
}

/// What is to be made again.
#[derive(Clone, Debug)]
pub(super) struct Rebuild {
    pub(super) id: i32,
    pub(super) phase: i32,
    pub(super) relation: String,
    pub(super) name: String,
    pub(super) statement: String,
}

/// Reads what was loaded; nothing where volume was never used.
pub(super) async fn known(session: &mut Session) -> Result<Vec<Known>, Failure> {
    let there = session.query("SELECT to_regclass('migrate.volume') IS NOT NULL", &[]).await?;
    if !there.first().is_some_and(|row| row.get(0)) {
        return Ok(Vec::new());
    }
    let rows = session.query(include_str!("sql/state.sql"), &[]).await?;
    let number = |value: i32| u32::try_from(value).unwrap_or(0);
    Ok(rows
        .iter()
        .map(|row| Known {
            vertical: row.get(0),
            shape: Shape {
                months: number(row.get(1)),
                locations: number(row.get(2)),
                seed: row.get::<_, i64>(3).unsigned_abs(),
                today: Day(row.get(4)),
            },
            is_finished: row.get(5),
            rows: row.get::<_, Option<i64>>(6).map(i64::unsigned_abs),
        })
        .collect())
}

/// The row of a load that begins, or that is there at once.
pub(super) async fn begin(session: &mut Session, vertical: &str, shape: &Shape) -> Result<(), Failure> {
    let signed = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let (months, locations, today) = (signed(shape.months), signed(shape.locations), shape.today.0);
    let seed = i64::try_from(shape.seed).unwrap_or(i64::MAX);
    session
        .query(
            "INSERT INTO migrate.volume (vertical, scale, locations, random_seed, today)
             VALUES ($1, $2, $3, $4, date '2000-01-01' + $5)",
            &[
                (&vertical, Type::TEXT),
                (&months, Type::INT4),
                (&locations, Type::INT4),
                (&seed, Type::INT8),
                (&today, Type::INT4),
            ],
        )
        .await
        .map(drop)
}

/// The load is finished: `rows` is JSON, a number for each table.
pub(super) async fn finish(session: &mut Session, vertical: &str, rows: &str) -> Result<(), Failure> {
    session
        .query(
            "UPDATE migrate.volume SET finished_at = clock_timestamp(), rows = $2::text::jsonb WHERE vertical = $1",
            &[(&vertical, Type::TEXT), (&rows, Type::TEXT)],
        )
        .await
        .map(drop)
}

/// How far each location is.
pub(super) async fn progress(session: &mut Session) -> Result<Vec<Done>, Failure> {
    let sql = "SELECT number, stretches, rows, is_done FROM migrate.volume_progress ORDER BY number";
    Ok(session
        .query(sql, &[])
        .await?
        .iter()
        .map(|row| Done {
            number: u32::try_from(row.get::<_, i32>(0)).unwrap_or(0),
            stretches: row.get(1),
            rows: row.get(2),
            is_done: row.get(3),
        })
        .collect())
}

/// What is not there again yet, in the order in which it is made.
pub(super) async fn rebuilds(session: &mut Session) -> Result<Vec<Rebuild>, Failure> {
    let sql = "SELECT r.id, r.phase, r.relation, r.name, r.statement FROM migrate.volume_rebuild r
               ORDER BY r.phase, pg_relation_size(to_regclass(r.relation)) DESC, r.id";
    Ok(session
        .query(sql, &[])
        .await?
        .iter()
        .map(|row| Rebuild {
            id: row.get(0),
            phase: row.get(1),
            relation: row.get(2),
            name: row.get(3),
            statement: row.get(4),
        })
        .collect())
}

/// Whether a load is unfinished: the one that it is.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn unfinished(session: &mut Session) -> Result<Option<Known>, Failure> {
    Ok(known(session).await?.into_iter().find(|known| !known.is_finished))
}
