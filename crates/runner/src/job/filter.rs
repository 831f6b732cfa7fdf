//! A condition over a table's own columns, evaluated for each row.
//!
//! If the condition cannot be evaluated for a row, the row does not match. Such rows are counted; they are
//! not errors.

use engine::{
    expression::Expression,
    plan::{self, Request},
};
use marl_core::Value;
use marl_core::words::{counted, either};
use table::{InputRow, TableSummary};

use crate::{
    failure::{
        Failure,
        advice::{self, Voice},
    },
    job::header::{header, table_name},
};

/// The condition of `--filter`, with the indices of the columns that it reads.
pub(crate) struct Filter {
    expression: Expression,
    places: Vec<usize>,
}

impl Filter {
    /// Parses the condition; `request` declares the types of columns.
    ///
    /// # Errors
    /// The condition cannot be parsed, or it names a column that the table does not have.
    pub(crate) fn new(
        text: &str,
        request: &Request,
        summary: &TableSummary,
        voice: Voice,
    ) -> Result<Self, Failure> {
        let name = table_name(summary);
        let expression = plan::filter(text, request, &header(summary, &name))
            .map_err(|error| advice::failure(error, voice, None).at("`--filter`"))?;
        let columns = expression.columns().iter();
        let places = columns.filter_map(|column| summary.columns.iter().position(|known| known == column));
        let places = places.collect();
        Ok(Self { expression, places })
    }

    /// Whether the row matches.
    pub(crate) fn matches(&self, row: &InputRow, undetermined: &mut Undetermined) -> bool {
        let cells: Vec<Option<Value>> = self.places.iter().map(|column| row.cell(*column)).collect();
        match self.expression.holds(&cells) {
            Ok(fits) => fits,
            Err(why) => {
                undetermined.count += 1;
                undetermined.first.get_or_insert_with(|| (row.number(), advice::reason(&why)));
                false
            }
        }
    }
}

/// The rows for which the condition cannot be evaluated.
#[derive(Debug, Default)]
pub(crate) struct Undetermined {
    pub count: u64,
    /// The first such row, and the reason.
    first: Option<(u64, String)>,
}

impl Undetermined {
    /// The warning about these rows, if there are any.
    pub(crate) fn warning(&self) -> Option<String> {
        let (row, why) = self.first.as_ref()?;
        let are = either(self.count, "is", "are");
        let rows = format!("{}, which {are} not picked", counted(self.count, "row"));
        Some(format!("`--filter` cannot be decided for {rows}: row {row}: {why}"))
    }
}
