//! CSV as RFC 4180 has it, with what seeds need beyond it: lines of records, and the difference between an empty cell, which is
//! NULL, and `""`, which is an empty string.

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// Its cells; None for one that is empty and without quotes.
    pub(super) cells: Vec<Option<String>>,
}

/// Reads all records. `line` is the number of the text's first line. Blank lines are skipped.
///
/// # Errors
/// The line where the text is no CSV, and why.
pub(super) fn records(text: &str, line: usize) -> Result<Vec<Record>, (usize, String)> {
    let mut reader = Reader { rest: text, line };
    let mut records = Vec::new();
    while !reader.rest.is_empty() {
        if let Some(rest) = reader.rest.strip_prefix('\n') {
            reader.rest = rest;
            reader.line += 1;
            continue;
        }
        records.push(reader.record()?);
    }
    Ok(records)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Record, (usize, String)> {
        let (line, mut cells) = (self.line, Vec::new());
        loop {
            cells.push(if self.rest.starts_with('"') { Some(self.quoted()?) } else { self.bare()? });
            let mut chars = self.rest.chars();
            match chars.next() {
                Some(',') => self.rest = chars.as_str(),
                Some('\n') => {
                    self.rest = chars.as_str();
                    self.line += 1;
                    return Ok(Record { line, cells });
                }
                None => return Ok(Record { line, cells }),
                Some(c) => {
                    return Err((
                        self.line,
                        format!("`{c}` follows a closing quote; a quote within a cell is doubled"),
                    ));
                }
            }
        }
    }

    fn bare(&mut self) -> Result<Option<String>, (usize, String)> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        if cell.contains('"') {
            let why =
                "a quote in a cell that does not begin with one; put the cell into quotes and double those within";
            return Err((self.line, why.to_owned()));
        }
        self.rest = rest;
        Ok((!cell.is_empty()).then(|| cell.to_owned()))
    }

    fn quoted(&mut self) -> Result<String, (usize, String)> {
        let (begin, mut cell) = (self.line, String::new());
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else {
                return Err((begin, "the quote that opens on this line is not closed".to_owned()));
            };
            cell.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('"') {
                Some(rest) => {
                    cell.push('"');
                    self.rest = rest;
                }
                None => break,
            }
        }
        self.line += cell.matches('\n').count();
        Ok(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Vec<Option<String>>)> {
        records(text, 1).unwrap().into_iter().map(|record| (record.line, record.cells)).collect()
    }

    fn cells(cells: &[Option<&str>]) -> Vec<Option<String>> {
        cells.iter().map(|cell| cell.map(str::to_owned)).collect()
    }

    #[test]
    fn empty_cells_are_null_and_quoted_ones_are_not() {
        let expected = [(1, cells(&[Some("a"), None, Some(""), None])), (2, cells(&[None, None, None, Some(" ")]))];
        assert_eq!(read("a,,\"\",\n,,, "), expected);
    }

    #[test]
    fn quotes_hold_commas_quotes_and_lines() {
        let expected = [(1, cells(&[Some("a,\"b\"\nc"), Some("1")])), (3, cells(&[Some("{\"k\": 1}"), Some("2")]))];
        assert_eq!(read("\"a,\"\"b\"\"\nc\",1\n\"{\"\"k\"\": 1}\",2\n"), expected);
    }

    #[test]
    fn blank_lines_count_and_are_no_records() {
        assert_eq!(read("\na\n\n\nb"), [(2, cells(&[Some("a")])), (5, cells(&[Some("b")]))]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn what_is_no_csv_is_told_by_line() {
        let wrong = |text: &str| records(text, 3).unwrap_err();
        assert_eq!(wrong("a\n\"b\nc").0, 4);
        assert!(wrong("a\n\"b\"c").1.starts_with("`c` follows a closing quote"));
        assert!(wrong("a\n\nb,{\"k\": 1}").1.starts_with("a quote in a cell"));
        assert_eq!(wrong("a\n\nb,{\"k\": 1}").0, 5);
    }
}
