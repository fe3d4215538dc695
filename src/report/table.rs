//! Plain tables: columns aligned, no borders, so that they can be read and cut.

use std::io::Write;

/// Writes rows under a header. Cells are cleaned; the last column is not padded.
pub fn write(out: &mut dyn Write, header: &[&str], rows: &[Vec<String>]) -> std::io::Result<()> {
    let clean: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| super::clean(c)).collect()).collect();
    let mut widths: Vec<usize> = header.iter().map(|h| h.chars().count()).collect();
    for row in &clean {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    line(out, &widths, header.iter().copied())?;
    for row in &clean {
        line(out, &widths, row.iter().map(String::as_str))?;
    }
    Ok(())
}

fn line<'a>(out: &mut dyn Write, widths: &[usize], cells: impl Iterator<Item = &'a str>) -> std::io::Result<()> {
    let mut text = String::new();
    for (cell, width) in cells.zip(widths) {
        let padding = width.saturating_sub(cell.chars().count());
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', padding + 2));
    }
    writeln!(out, "{}", text.trim_end())
}
