//! A row of one of the queries: first what the object is, then its attributes, by the names of their columns.

use std::error::Error as StdError;

use anyhow::{Context as _, bail};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::Kind;

/// What `pg_depend` calls an object: its catalog, its oid there, and the number of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) class: u32,
    pub(super) oid: u32,
    pub(super) sub: u32,
}

impl Address {
    /// An object as a whole, no column of it.
    pub(super) fn whole(class: u32, oid: u32) -> Self {
        Self { class, oid, sub: 0 }
    }
}

/// Columns that say what an object is; those after them are its attributes.
const IDENTITY_COLUMNS: usize = 7;

/// What the columns of a query are.
pub(super) struct Shape {
    /// The query names what an object is a part of by its oid, instead of by schema and name.
    is_of_oid: bool,
    /// The query reads comments by itself.
    pub(super) has_comment: bool,
    attributes: Vec<(usize, Box<str>)>,
}

impl Shape {
    /// Reads it from any row.
    pub(super) fn of(row: &Row) -> anyhow::Result<Self> {
        let mut attributes = Vec::new();
        for (at, column) in row.columns().iter().enumerate().skip(IDENTITY_COLUMNS) {
            if !is_text(column.type_()) {
                bail!("attribute {} is read as {}", column.name(), column.type_());
            }
            attributes.push((at, Box::from(column.name())));
        }
        let is_of_oid = row.columns().get(5).is_some_and(|column| *column.type_() == Type::OID);
        let has_comment = attributes.iter().any(|(_, name)| &**name == "comment");
        Ok(Self { is_of_oid, has_comment, attributes })
    }

    /// The attributes that are set.
    pub(super) fn attributes<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = anyhow::Result<(&'a str, &'a str)>> {
        let set = self.attributes.iter().map(|(at, name)| Ok(text(row, *at)?.map(|value| (&**name, value))));
        set.filter_map(Result::transpose)
    }
}

/// What an object is a part of.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    /// Named by the query, together with the schema.
    Name(&'a str),
    /// Another object that was read before.
    Oid(u32),
}

/// The columns that every query begins with.
pub(super) struct Identity<'a> {
    pub(super) kind: Kind,
    pub(super) address: Address,
    pub(super) schema: &'a str,
    pub(super) of: Of<'a>,
    pub(super) name: &'a str,
}

impl<'a> Identity<'a> {
    /// Reads them.
    pub(super) fn of(row: &'a Row, shape: &Shape) -> anyhow::Result<Self> {
        let word = text(row, 0)?.unwrap_or_default();
        let kind = Kind::parse(word).with_context(|| format!("unknown kind {word}"))?;
        let of = if shape.is_of_oid { Of::Oid(number(row, 5)?) } else { Of::Name(text(row, 5)?.unwrap_or_default()) };
        let (schema, name) = (text(row, 4)?.unwrap_or_default(), text(row, 6)?.unwrap_or_default());
        Ok(Self { kind, address: address(row, 1)?, schema, of, name })
    }
}

/// Three columns of a row as an address.
pub(super) fn address(row: &Row, first: usize) -> anyhow::Result<Address> {
    Ok(Address { class: number(row, first)?, oid: number(row, first + 1)?, sub: number(row, first + 2)? })
}

/// A column that holds an oid, or a number that is not negative.
pub(super) fn number(row: &Row, at: usize) -> anyhow::Result<u32> {
    let Raw(bytes) = row.try_get(at)?;
    Ok(u32::from_be_bytes(bytes.try_into().context("a number is not as long as an oid")?))
}

/// A column that PostgreSQL sends as plain text.
pub(super) fn text(row: &Row, at: usize) -> anyhow::Result<Option<&str>> {
    let raw: Option<Raw<'_>> = row.try_get(at)?;
    raw.map(|Raw(bytes)| std::str::from_utf8(bytes).context("the server sent text that is not UTF-8")).transpose()
}

fn is_text(kind: &Type) -> bool {
    [Type::TEXT, Type::NAME, Type::VARCHAR, Type::BPCHAR, Type::JSON, Type::UNKNOWN].contains(kind)
}

/// A value as it was sent. What type it has was looked at once for all rows.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
