//! Lays out the first rows of the result in a table that fits the terminal. This module prints nothing.

use std::borrow::Cow;

use console::measure_text_width;
use marl_core::terminal;
use runner::run::FirstRows;

/// The maximum width of a column.
const WIDEST: usize = 28;

/// How many columns are considered besides the first: more than any terminal can display, and few enough for
/// a table with 100,000 columns.
const LAST: usize = 30;

/// The characters of a line besides its columns: the space before it and the mark of a gap.
const MARGIN: usize = 5;

/// The space between two columns.
const GAP: usize = 2;

/// The narrowest terminal for which a table is laid out.
const NARROWEST: usize = 12;

/// The first rows, reduced to what a terminal can display.
pub(crate) struct Preview {
    /// Whether columns after the first one were left out.
    has_gap: bool,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Preview {
    /// A preview of the first rows of an output.
    pub(crate) fn of(first: &FirstRows) -> Self {
        let mut preview = Self::new(first.columns.clone());
        first.rows.iter().for_each(|row| preview.add(row.clone()));
        preview
    }

    fn new(header: Vec<String>) -> Self {
        Self { has_gap: header.len() > 1 + LAST, header: outer_cells(&header), rows: Vec::new() }
    }

    /// Adds a row, with a cell for each column of the header. Cells may come from outside, so each becomes a
    /// single clean line.
    fn add(&mut self, cells: Vec<String>) {
        let mut row = outer_cells(&cells);
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }

    /// The table, at most `width` characters wide. Columns that do not fit are left out after the first one,
    /// since the last columns are the new ones.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        if self.rows.is_empty() || self.header.is_empty() || width < NARROWEST {
            return Vec::new();
        }
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let widest = |at: usize| all().map(|row| measure_text_width(&row[at])).max().unwrap_or_default();
        let mut widths: Vec<usize> = (0..self.header.len()).map(|at| widest(at).min(WIDEST)).collect();
        // The first column is always displayed.
        widths[0] = widths[0].min(width - MARGIN - GAP);
        let shown = fit(&widths, width);
        all().map(|row| self.line(row, &widths, &shown)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize], shown: &[usize]) -> String {
        let mut line = String::from(" ");
        let mut next = 0;
        for &at in shown {
            if at > next || (at == 1 && self.has_gap) {
                line.push_str(" ..");
            }
            next = at + 1;
            let cell = cut(&row[at], widths[at]);
            let padding = widths[at].saturating_sub(measure_text_width(&cell));
            line.push_str(&format!(" {cell}{}", " ".repeat(padding + 1)));
        }
        line.trim_end().to_owned()
    }
}

/// The first cell and the last ones, each as a single clean line.
fn outer_cells(cells: &[String]) -> Vec<String> {
    let last = cells.len().saturating_sub(LAST).max(1);
    cells.iter().take(1).chain(cells.iter().skip(last)).map(|cell| terminal::line(cell, WIDEST * 2)).collect()
}

/// The text, cut to at most `width` columns. Each cut is measured again: characters that combine into one, or
/// a sign that becomes an emoji, are not as wide as the sum of their widths.
pub(super) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    const TAIL: &str = "...";
    if measure_text_width(text) <= width {
        return text.into();
    }
    let mut cuts = text.char_indices().rev().map(|(end, _)| format!("{}{TAIL}", &text[..end]));
    cuts.find(|cut| measure_text_width(cut) <= width).unwrap_or_default().into()
}

/// Chooses the columns that fit: the first, which identifies the row, then as many of the last ones as
/// possible.
fn fit(widths: &[usize], width: usize) -> Vec<usize> {
    let mut room = width.saturating_sub(MARGIN);
    let mut shown = Vec::new();
    let order = std::iter::once(0).chain((1..widths.len()).rev());
    for at in order {
        let needs = widths[at] + GAP;
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
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn preview() -> Preview {
        let mut preview =
            Preview::new(["name", "domain", "country", "ceo", "text"].map(str::to_owned).to_vec());
        preview.add(["Acme", "acme.com", "Germany", "Jane Doe", &"x".repeat(90)].map(str::to_owned).to_vec());
        preview.add(["Bücher", "b.de", "", "李彦宏", "\u{1b}[31mred\n"].map(str::to_owned).to_vec());
        preview
    }

    /// A preview with one row, as lines of at most 80 columns.
    fn lines(header: &[&str], row: &[&str]) -> Vec<String> {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let mut preview = Preview::new(owned(header));
        preview.add(owned(row));
        preview.lines(80)
    }

    #[test]
    fn it_fits_any_width() {
        for width in [0, 20, 40, 60, 80, 200] {
            for line in preview().lines(width) {
                assert!(measure_text_width(&line) <= width, "{width}: {line}");
                assert!(!line.contains('\u{1b}'));
            }
        }
        insta::assert_snapshot!(preview().lines(60).join("\n"));
    }

    #[test]
    fn emoji_in_two_characters_are_cut() {
        let text = "we ❤️ Nike and all of its running shoes ⚙️";
        assert_eq!(lines(&["a", "text"], &["1", text])[1], "  1  we ❤️ Nike and all of its...");
        let hearts = "❤️".repeat(40);
        assert_eq!(lines(&["a", "text"], &["1", &hearts])[1], format!("  1  {}❤...", "❤️".repeat(12)));
    }

    #[test]
    fn names_of_columns_do_not_control_the_terminal() {
        let title = "\u{1b}]0;owned\u{7}\u{1b}[31mname that is too long to be shown as a whole";
        for line in lines(&[title, "b\nc\u{202e}"], &["1", "2"]) {
            assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{line:?}");
        }
    }

    #[test]
    fn only_the_first_and_last_of_very_many_columns_are_kept() {
        let names: Vec<String> = (0..100_000).map(|at| format!("c{at}")).collect();
        let mut preview = Preview::new(names.clone());
        preview.add(names);
        assert_eq!(preview.header.len(), 31);
        let lines = preview.lines(40);
        assert_eq!(lines[0], "  c0  .. c99997  c99998  c99999");
        assert_eq!(lines[0], lines[1]);
        // The gap is marked on a terminal of any width.
        assert!(preview.lines(usize::MAX)[0].starts_with("  c0  .. c99970  c99971"));
    }

    #[test]
    fn a_row_may_be_short() {
        assert_eq!(lines(&["a", "b"], &["1"]), ["  a  b", "  1"]);
        assert_eq!(lines(&[], &["1"]), Vec::<String>::new());
    }

    /// Text with characters that are hard to measure, more often than by chance.
    fn cell() -> impl Strategy<Value = String> {
        let hard = prop::sample::select(vec![
            "❤️",
            "⚙",
            "\u{fe0f}",
            "\u{fe0e}",
            "\u{200d}",
            "👩‍👩‍👧",
            "🇩🇪",
            "🇩",
            "e\u{301}",
            "\u{301}",
            "李",
            "ｱ",
            "한",
            "لا",
            "#️⃣",
            "\u{1b}[31m",
            "\u{1b}]0;t\u{7}",
            "\u{9b}2J",
            "\n",
            "\t",
            "\u{202e}",
            "\u{ad}",
            " ",
            "x",
        ]);
        prop_oneof![vec(hard, 0..70).prop_map(|pieces| pieces.concat()), any::<String>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn any_text_fits(
            (header, rows) in (0..40usize).prop_flat_map(|columns| {
                (vec(cell(), columns), vec(vec(cell(), columns), 0..4))
            }),
            width in prop_oneof![0..120usize, any::<usize>()],
        ) {
            let mut preview = Preview::new(header);
            rows.into_iter().for_each(|row| preview.add(row));
            for line in preview.lines(width) {
                prop_assert!(measure_text_width(&line) <= width, "{}: {:?}", width, line);
                prop_assert!(!line.contains(char::is_control), "{:?}", line);
            }
        }
    }
}
