//! Lays out rows in aligned columns, in lines of limited width. The first columns that fit are displayed.
//! This module only makes text; others print it.

use console::measure_text_width;
use marl_core::terminal;

use super::preview::cut;

/// The maximum width of a column, unless there is room left.
const WIDEST: usize = 28;

/// The minimum width to which the last column is cut, rather than left out.
const NARROW: usize = 8;

/// The space between two columns.
const GAP: usize = 2;

/// The narrowest supported terminal.
const NARROWEST: usize = 12;

/// The text of aligned rows.
pub(crate) struct Aligned {
    pub(crate) lines: Vec<String>,
    /// How many columns are displayed.
    pub(crate) columns: usize,
    /// Whether a displayed cell was cut.
    pub(crate) cut: bool,
}

/// The most columns that fit into `width`: more columns need not be read.
pub(crate) fn most_columns(width: usize) -> usize {
    width.max(NARROWEST) / (GAP + 1) + 1
}

/// Lays out a header and rows with the same number of cells. Cells may come from outside, so each becomes a
/// single clean line.
pub(crate) fn aligned(header: &[String], rows: &[Vec<String>], width: usize) -> Aligned {
    let all = || std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
    let clean =
        |row: &[String]| -> Vec<String> { row.iter().map(|cell| terminal::line(cell, 2 * width)).collect() };
    let all: Vec<Vec<String>> = all().map(clean).collect();
    let widest = |at: usize| all.iter().map(|row| measure_text_width(&row[at])).max().unwrap_or_default();
    let wanted: Vec<usize> = (0..header.len()).map(widest).collect();
    let widths = fit(&wanted, width.max(NARROWEST));
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let cell = cut(cell, *width);
            let padding = width.saturating_sub(measure_text_width(&cell));
            line.push_str(&format!("{cell}{}", " ".repeat(padding + GAP)));
        }
        line.trim_end().to_owned()
    };
    Aligned {
        lines: all.iter().map(line).collect(),
        columns: widths.len(),
        cut: wanted.iter().zip(&widths).any(|(wanted, width)| wanted > width),
    }
}

/// The widths of the first columns that fit. Columns that were cut share the remaining room.
fn fit(wanted: &[usize], width: usize) -> Vec<usize> {
    let mut room = width + GAP;
    let mut widths: Vec<usize> = Vec::new();
    for wanted in wanted {
        let needs = (*wanted).min(WIDEST) + GAP;
        if needs <= room {
            widths.push(needs - GAP);
            room -= needs;
            continue;
        }
        if widths.is_empty() || room >= NARROW + GAP {
            widths.push(room - GAP);
            room = 0;
        }
        break;
    }
    // The last column comes first, since long texts tend to be at the end.
    let last = widths.len().saturating_sub(1);
    for at in (last..widths.len()).chain(0..last) {
        let more = room.min(wanted[at] - widths[at]);
        widths[at] += more;
        room -= more;
    }
    widths
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn the_first_columns_that_fit_share_the_remaining_room() {
        let header = texts(&["row", "name", "text", "more"]);
        let rows =
            [texts(&["1", "Bücher 李彦宏", &"x".repeat(60), "y"]), texts(&["2", "", "\u{1b}[31mred\nb", ""])];
        for (width, columns, is_cut) in [(80, 4, true), (120, 4, false), (40, 3, true), (20, 2, false)] {
            let aligned = aligned(&header, &rows, width);
            assert_eq!((aligned.columns, aligned.cut), (columns, is_cut), "{width}");
        }
        insta::assert_snapshot!(aligned(&header, &rows, 40).lines.join("\n"), @r"
        row  name           text
        1    Bücher 李彦宏  xxxxxxxxxxxxxxxxx...
        2                   \u{1b}[31mred b
        ");
        let roomy = aligned(&header[..3], &rows.map(|row| row[..3].to_vec()), 100);
        assert_eq!(measure_text_width(&roomy.lines[1]), 20 + 60);
        assert_eq!(aligned(&[], &[], 80).lines, [""]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn any_text_fits(
            (header, rows) in (0..9usize).prop_flat_map(|columns| {
                (vec(any::<String>(), columns), vec(vec(any::<String>(), columns), 0..4))
            }),
            width in 0..150usize,
        ) {
            let aligned = aligned(&header, &rows, width);
            prop_assert_eq!(aligned.lines.len(), rows.len() + 1);
            prop_assert!(aligned.columns <= most_columns(width).max(header.len()));
            for line in aligned.lines {
                prop_assert!(measure_text_width(&line) <= width.max(NARROWEST), "{}: {:?}", width, line);
                prop_assert!(!line.contains(char::is_control), "{:?}", line);
            }
        }
    }
}
