//! The first rows of the result, in a table that fits the terminal.

use console::{measure_text_width, truncate_str};
use marl_core::excerpt;

/// How many rows are shown.
const ROWS: usize = 5;

/// The widest a column may be.
const WIDEST: usize = 28;

/// Collects the first rows while they are written.
pub(crate) struct Preview {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Preview {
    pub(crate) fn new(header: Vec<String>) -> Self {
        Self { header, rows: Vec::new() }
    }

    /// Whether another row would be shown.
    pub(crate) fn wants_more(&self) -> bool {
        self.rows.len() < ROWS
    }

    /// Adds a row. Cells may come from outside: they are made one clean line.
    pub(crate) fn add(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| excerpt(cell, WIDEST * 2)).collect());
    }

    /// The table, in at most `width` columns of text; what does not fit is left out at the
    /// end of the first columns, since the last are the new ones.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let widths: Vec<usize> = (0..self.header.len())
            .map(|at| all().map(|row| measure_text_width(&row[at])).max().unwrap_or_default().min(WIDEST))
            .collect();
        let shown = fit(&widths, width);
        all().map(|row| self.line(row, &widths, &shown)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize], shown: &[usize]) -> String {
        let mut line = String::from(" ");
        let mut before = None;
        for &at in shown {
            if before.map_or(at > 0, |before| at > before + 1) {
                line.push_str(" ..");
            }
            before = Some(at);
            let cell = truncate_str(&row[at], widths[at], "...");
            let padding = widths[at] - measure_text_width(&cell);
            line.push_str(&format!(" {cell}{}", " ".repeat(padding + 1)));
        }
        line.trim_end().to_owned()
    }
}

/// Which columns fit: the first, which names the row, then as many of the last as there is
/// room for.
fn fit(widths: &[usize], width: usize) -> Vec<usize> {
    let mut room = width.saturating_sub(5);
    let mut shown = Vec::new();
    let order = std::iter::once(0).chain((1..widths.len()).rev());
    for at in order {
        let needs = widths[at] + 2;
        if needs > room && !shown.is_empty() {
            break;
        }
        room = room.saturating_sub(needs);
        shown.push(at);
    }
    shown.sort_unstable();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview() -> Preview {
        let mut preview =
            Preview::new(["name", "domain", "country", "ceo", "text"].map(str::to_owned).to_vec());
        preview.add(["Acme", "acme.com", "Germany", "Jane Doe", &"x".repeat(90)].map(str::to_owned).to_vec());
        preview.add(["Bücher", "b.de", "", "李彦宏", "\u{1b}[31mred\n"].map(str::to_owned).to_vec());
        preview
    }

    #[test]
    fn it_fits_whatever_the_width() {
        for width in [0, 20, 40, 60, 80, 200] {
            for line in preview().lines(width) {
                let bound = width.max(45);
                assert!(measure_text_width(&line) <= bound, "{width}: {line}");
                assert!(!line.contains('\u{1b}'));
            }
        }
        insta::assert_snapshot!(preview().lines(60).join("\n"));
    }
}
