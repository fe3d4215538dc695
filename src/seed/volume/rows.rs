//! Finished rows, as `COPY … FROM STDIN WITH (FORMAT BINARY)` takes them: one buffer a table, whose memory is used again.

use std::fmt::{self, Write as _};

use super::calendar::Day;
pub use super::id::Id;
use super::numeric::numeric;

/// What a binary COPY begins with: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// The length of a NULL.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// The types that columns have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `uuid`
    Uuid,
    /// `text`
    Text,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `bigint`
    Int8,
    /// `numeric`, of any scale
    Numeric,
    /// `boolean`
    Bool,
    /// `date`
    Date,
    /// `timestamp with time zone`
    Timestamp,
    /// `time without time zone`
    Time,
    /// `jsonb`
    Json,
    /// `text[]`
    Texts,
    /// `uuid[]`
    Uuids,
}

impl Kind {
    /// The type's name, as `format_type` gives it without a modifier.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Uuid => "uuid",
            Kind::Text => "text",
            Kind::Int2 => "smallint",
            Kind::Int4 => "integer",
            Kind::Int8 => "bigint",
            Kind::Numeric => "numeric",
            Kind::Bool => "boolean",
            Kind::Date => "date",
            Kind::Timestamp => "timestamp with time zone",
            Kind::Time => "time without time zone",
            Kind::Json => "jsonb",
            Kind::Texts => "text[]",
            Kind::Uuids => "uuid[]",
        }
    }
}

/// A table that volume goes into: its name in schema `public`, and its columns in the order in which they are written.
/// Columns that are not named get their defaults.
#[derive(Debug)]
pub struct Table {
    /// Without a schema.
    pub name: &'static str,
    /// Names and types.
    pub columns: &'static [(&'static str, Kind)],
}

/// The rows of one table.
#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    rows: u64,
}

/// The rows of a stretch.
#[derive(Debug)]
pub struct Rows {
    tables: &'static [Table],
    buffers: Vec<Buffer>,
}

impl Rows {
    /// No rows yet of any of these tables.
    #[must_use]
    pub fn new(tables: &'static [Table]) -> Self {
        let buffers = tables.iter().map(|_| Buffer { bytes: Vec::new(), rows: 0 }).collect();
        Self { tables, buffers }
    }

    /// Begins a row of the table with this number in [`super::Model::tables`]. Every column of it must follow, in order.
    pub fn row(&mut self, table: usize) -> Row<'_> {
        let columns = self.tables[table].columns;
        let buffer = &mut self.buffers[table];
        if buffer.bytes.is_empty() {
            buffer.bytes.extend_from_slice(HEADER);
        }
        buffer.rows += 1;
        buffer.bytes.extend_from_slice(&count(columns.len()).to_be_bytes());
        Row { bytes: &mut buffer.bytes, columns, at: 0 }
    }

    /// How many bytes are written: the measure of a stretch.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.buffers.iter().map(|buffer| buffer.bytes.len()).sum()
    }

    /// How many rows of a table are written.
    #[must_use]
    pub fn count(&self, table: usize) -> u64 {
        self.buffers[table].rows
    }

    /// What COPY is to be sent for a table; nothing where it has no rows.
    pub fn finish(&mut self, table: usize) -> &[u8] {
        let buffer = &mut self.buffers[table];
        if !buffer.bytes.is_empty() && buffer.rows > 0 {
            buffer.bytes.extend_from_slice(&TRAILER);
        }
        &buffer.bytes
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        for buffer in &mut self.buffers {
            buffer.bytes.clear();
            buffer.rows = 0;
        }
    }
}

fn count(len: usize) -> i16 {
    i16::try_from(len).unwrap_or(i16::MAX)
}

fn length(len: usize) -> [u8; 4] {
    i32::try_from(len).unwrap_or(i32::MAX).to_be_bytes()
}

/// A row that is being written. Each method writes the next column.
#[derive(Debug)]
pub struct Row<'a> {
    bytes: &'a mut Vec<u8>,
    columns: &'static [(&'static str, Kind)],
    at: usize,
}

impl Row<'_> {
    /// One value. In builds for development a value of another type than the column's is a bug that shows itself here.
    fn put(mut self, kind: Kind, value: &[u8]) -> Self {
        self.step(kind);
        self.bytes.extend_from_slice(&length(value.len()));
        self.bytes.extend_from_slice(value);
        self
    }

    fn step(&mut self, kind: Kind) {
        let column = self.columns.get(self.at);
        debug_assert!(column.is_some_and(|column| column.1 == kind), "column {}: {column:?} is no {kind:?}", self.at);
        self.at += 1;
    }

    /// NULL.
    pub fn null(mut self) -> Self {
        self.at += 1;
        self.bytes.extend_from_slice(&NULL);
        self
    }

    /// `uuid`
    pub fn uuid(self, id: Id) -> Self {
        self.put(Kind::Uuid, &id.0.to_be_bytes())
    }

    /// `uuid`, or NULL
    pub fn uuid_or_null(self, id: Option<Id>) -> Self {
        match id {
            Some(id) => self.uuid(id),
            None => self.null(),
        }
    }

    /// `text`
    pub fn text(self, text: &str) -> Self {
        self.put(Kind::Text, text.as_bytes())
    }

    /// `text`, or NULL
    pub fn text_or_null(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// `text` that is put together: `row.written(format_args!("{name} {number}"))`.
    pub fn written(mut self, text: fmt::Arguments<'_>) -> Self {
        self.step(Kind::Text);
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&NULL);
        // Writing into memory cannot fail; a Display that did would leave a shorter text.
        let _ = Into(self.bytes).write_fmt(text);
        let len = length(self.bytes.len() - at - NULL.len());
        self.bytes[at..at + NULL.len()].copy_from_slice(&len);
        self
    }

    /// `smallint`
    pub fn small(self, number: i16) -> Self {
        self.put(Kind::Int2, &number.to_be_bytes())
    }

    /// `integer`
    pub fn int(self, number: i32) -> Self {
        self.put(Kind::Int4, &number.to_be_bytes())
    }

    /// `integer`, or NULL
    pub fn int_or_null(self, number: Option<i32>) -> Self {
        match number {
            Some(number) => self.int(number),
            None => self.null(),
        }
    }

    /// `bigint`
    pub fn long(self, number: i64) -> Self {
        self.put(Kind::Int8, &number.to_be_bytes())
    }

    /// `numeric(…, 2)`: money, in cents
    pub fn cents(self, cents: i64) -> Self {
        self.decimal(cents, 2)
    }

    /// `numeric`: `number / 10^scale`
    pub fn decimal(self, number: i64, scale: u16) -> Self {
        let (value, len) = numeric(number, scale);
        self.put(Kind::Numeric, &value[..len])
    }

    /// `boolean`
    pub fn flag(self, flag: bool) -> Self {
        self.put(Kind::Bool, &[u8::from(flag)])
    }

    /// `date`
    pub fn date(self, day: Day) -> Self {
        self.put(Kind::Date, &day.0.to_be_bytes())
    }

    /// `timestamp with time zone`: microseconds since 2000-01-01 UTC, as [`super::Zone::at`] gives them
    pub fn time(self, micros: i64) -> Self {
        self.put(Kind::Timestamp, &micros.to_be_bytes())
    }

    /// `timestamp with time zone`, or NULL
    pub fn time_or_null(self, micros: Option<i64>) -> Self {
        match micros {
            Some(micros) => self.time(micros),
            None => self.null(),
        }
    }

    /// `time`: microseconds since midnight
    pub fn clock(self, micros: i64) -> Self {
        self.put(Kind::Time, &micros.to_be_bytes())
    }

    /// `jsonb`, as text
    pub fn json(mut self, text: &str) -> Self {
        self.step(Kind::Json);
        self.bytes.extend_from_slice(&length(text.len() + 1));
        // The version of the format.
        self.bytes.push(1);
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// `text[]`
    pub fn texts(mut self, texts: &[&str]) -> Self {
        self.step(Kind::Texts);
        self.array(25, texts.len(), texts.iter().map(|text| text.as_bytes()));
        self
    }

    /// `uuid[]`
    pub fn uuids(mut self, ids: &[Id]) -> Self {
        self.step(Kind::Uuids);
        self.array(2950, ids.len(), ids.iter().map(|id| id.0.to_be_bytes()));
        self
    }

    /// One dimension from 1 on, or none; no NULL in it.
    fn array<T: AsRef<[u8]>>(&mut self, element: u32, len: usize, values: impl Iterator<Item = T>) {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&NULL);
        self.bytes.extend_from_slice(&i32::from(len > 0).to_be_bytes());
        self.bytes.extend_from_slice(&0_i32.to_be_bytes());
        self.bytes.extend_from_slice(&element.to_be_bytes());
        if len > 0 {
            self.bytes.extend_from_slice(&length(len));
            self.bytes.extend_from_slice(&1_i32.to_be_bytes());
        }
        for value in values {
            self.bytes.extend_from_slice(&length(value.as_ref().len()));
            self.bytes.extend_from_slice(value.as_ref());
        }
        let len = length(self.bytes.len() - at - NULL.len());
        self.bytes[at..at + NULL.len()].copy_from_slice(&len);
    }
}

/// A row that ends early would be read as the beginning of the next.
impl Drop for Row<'_> {
    fn drop(&mut self) {
        debug_assert!(
            self.at == self.columns.len() || std::thread::panicking(),
            "{} of {} columns were written",
            self.at,
            self.columns.len()
        );
    }
}

/// Formats into bytes.
struct Into<'a>(&'a mut Vec<u8>);

impl fmt::Write for Into<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &[Table] = &[Table { name: "pairs", columns: &[("a", Kind::Int4), ("b", Kind::Text)] }];

    #[test]
    fn rows_are_what_copy_wants() {
        let mut rows = Rows::new(TABLES);
        assert_eq!(rows.finish(0), b"");
        rows.row(0).int(5).null();
        rows.row(0).int(-1).written(format_args!("{}{}", "a", 12));
        assert_eq!((rows.count(0), rows.bytes()), (2, 19 + 14 + 17));
        let mut expected = HEADER.to_vec();
        expected.extend_from_slice(b"\0\x02\0\0\0\x04\0\0\0\x05\xff\xff\xff\xff");
        expected.extend_from_slice(b"\0\x02\0\0\0\x04\xff\xff\xff\xff\0\0\0\x03a12\xff\xff");
        assert_eq!(rows.finish(0), expected);
        rows.clear();
        assert_eq!((rows.count(0), rows.bytes()), (0, 0));
    }
}
