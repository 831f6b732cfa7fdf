//! What the answers in an output were given for: by step, the columns of the table that it reads, also
//! through other steps. A later run uses these columns to find the rows of an older output. This module
//! must not read tables.

use engine::plan::{Existing, Plan, Task};
use marl_core::SemanticType;
use serde::{Deserialize, Serialize};
use table::{KeyCell, Question, TableSummary};

/// The answers of a step, and what they were given for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provenance {
    /// The columns of the answers.
    pub answers: Vec<String>,
    pub inputs: Vec<Input>,
    /// The columns that are read and that another step may have filled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<Input>,
    /// Whether the answers replace filled cells of the table.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces: bool,
}

/// A column of the table that a step reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    /// The input's name in the contract; of a formula, the column's.
    name: String,
    pub column: String,
    /// The type by which the step reads the column; `None` if the exact text counts.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

impl Input {
    pub(crate) fn of(name: &str, column: &str, kind: Option<SemanticType>) -> Self {
        let kind = kind.map(|kind| kind.name().to_owned());
        Self { name: name.to_owned(), column: column.to_owned(), kind }
    }

    pub(crate) fn kind(&self) -> Option<SemanticType> {
        self.kind.as_deref().and_then(SemanticType::from_name)
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.kind) == (&other.name, &other.kind)
    }
}

/// The most inputs that are recorded, so that hundreds of formulas over hundreds of columns do not fill the
/// record. Beyond this bound, a later run finds rows by the record's list of columns, as for older records.
const MOST_INPUTS: usize = 2_000;

/// What is recorded about an output: nothing if there are more than [`MOST_INPUTS`].
pub(crate) fn bounded(provenance: Vec<Provenance>) -> Vec<Provenance> {
    let inputs: usize =
        provenance.iter().map(|provenance| provenance.inputs.len() + provenance.through.len()).sum();
    if inputs > MOST_INPUTS { Vec::new() } else { provenance }
}

/// What each of the plan's steps asks for.
pub(crate) fn of_plan(plan: &Plan) -> Vec<Provenance> {
    let mut all: Vec<Provenance> = Vec::with_capacity(plan.steps.len());
    for (at, step) in plan.steps.iter().enumerate() {
        let answers = step.columns().map(|output| output.name.clone()).collect();
        let replaces = step.existing == Existing::Overwrite;
        let mut provenance = Provenance { answers, inputs: Vec::new(), through: Vec::new(), replaces };
        for binding in step.alternatives().iter().flat_map(|alternative| &alternative.inputs) {
            let input = Input::of(&binding.column.name, &binding.from, Some(binding.column.kind));
            provenance.read(input, binding.producer.map(|producer| &all[producer]));
        }
        if let Task::Compute(formula) = &step.task {
            for column in formula.expression.columns() {
                let producer = all[..at].iter().find(|provenance| provenance.answers.contains(column));
                provenance.read(Input::of(column, column, None), producer);
            }
        }
        all.push(provenance);
    }
    all
}

impl Provenance {
    /// Adds an input. If another step produces the input, the inputs of that step are added too.
    fn read(&mut self, input: Input, producer: Option<&Self>) {
        let add = |inputs: &mut Vec<Input>, input: &Input| {
            if !inputs.contains(input) {
                inputs.push(input.clone());
            }
        };
        match producer {
            None => add(&mut self.inputs, &input),
            Some(producer) => {
                producer.inputs.iter().for_each(|input| add(&mut self.inputs, input));
                add(&mut self.through, &input);
            }
        }
    }

    /// The same of those answers that are carried over into a table with other columns.
    pub(crate) fn carried(&self, carried: &[String], found: &[Option<String>]) -> Option<Self> {
        let answers: Vec<String> =
            self.answers.iter().filter(|answer| carried.contains(answer)).cloned().collect();
        let inputs = self.inputs.iter().zip(found).map(|(input, found)| {
            let column = found.as_ref().unwrap_or(&input.column).clone();
            Input { column, ..input.clone() }
        });
        let inputs = inputs.collect();
        (!answers.is_empty()).then(|| Self {
            answers,
            inputs,
            through: self.through.clone(),
            replaces: self.replaces,
        })
    }

    /// Where each input is in the new table.
    pub(crate) fn find(
        &self,
        older: &TableSummary,
        now: &TableSummary,
        plan: &[Self],
    ) -> Vec<Option<String>> {
        self.inputs.iter().map(|input| self.column(input, older, now, plan)).collect()
    }

    /// The column of the new table that gives an input of an older answer.
    fn column(
        &self,
        input: &Input,
        older: &TableSummary,
        now: &TableSummary,
        plan: &[Self],
    ) -> Option<String> {
        let has = |column: &String| now.columns.contains(column);
        let same = |provenance: &Self| {
            provenance.inputs.iter().find(|other| other.is_same(input)).map(|other| other.column.clone())
        };
        let writers =
            plan.iter().filter(|provenance| provenance.answers.iter().any(|one| self.answers.contains(one)));
        let of_writer = || writers.filter_map(same).find(has);
        let by_name = || Some(input.column.clone()).filter(has);
        let of_other = || plan.iter().filter_map(same).find(has);
        of_writer().or_else(by_name).or_else(of_other).or_else(|| self.renamed(input, older, now))
    }

    /// The column that has another name now: of the new ones whose cells are of the input's type, the
    /// one at the same place, or the only one.
    fn renamed(&self, input: &Input, older: &TableSummary, now: &TableSummary) -> Option<String> {
        let fits = |at: &usize| {
            let Some(kind) = input.kind().filter(|kind| kind.is_recognisable()) else { return true };
            let cells: Vec<&String> =
                now.samples[*at].iter().filter(|cell| !kind.says_nothing(cell)).collect();
            let fitting = cells.iter().filter(|cell| kind.recognises(cell)).count();
            fitting > 0 && 2 * fitting >= cells.len()
        };
        let is_new = |at: &usize| !older.columns.contains(&now.columns[*at]);
        let new: Vec<usize> = (0..now.columns.len()).filter(is_new).filter(fits).collect();
        let place = older.columns.iter().position(|column| *column == input.column);
        let same_place = new.iter().find(|at| Some(**at) == place);
        let found = same_place.or(if let [only] = new.as_slice() { Some(only) } else { None })?;
        Some(now.columns[*found].clone())
    }
}

/// The questions of an older output's answers, `names`, as far as their columns are known.
pub(crate) fn questions(
    provenance: &[Provenance],
    names: &[String],
    older: &TableSummary,
    now: &TableSummary,
    plan: &[Provenance],
) -> Vec<Question> {
    let place = |columns: &[String], name: &String| columns.iter().position(|column| column == name);
    let question = |provenance: &Provenance| {
        let answers: Vec<usize> =
            provenance.answers.iter().filter_map(|answer| place(names, answer)).collect();
        let found = provenance.find(older, now, plan);
        let cells = provenance.inputs.iter().zip(&found).map(|(input, found)| {
            let now = place(&now.columns, found.as_ref()?)?;
            Some(KeyCell { older: place(&older.columns, &input.column)?, now, kind: input.kind() })
        });
        // If a column is gone, the other columns do not identify the question.
        let key = cells.collect::<Option<Vec<KeyCell>>>().unwrap_or_default();
        (!answers.is_empty()).then_some(Question { answers, key })
    };
    provenance.iter().filter_map(question).collect()
}

#[cfg(test)]
mod tests {
    use engine::plan::{Header, Request, StepRequest};
    use marl_core::Registry;

    use super::*;

    fn provenance(columns: &[&str], steps: &[&str], formulas: &[(&str, &str)]) -> Vec<Provenance> {
        let mut request = Request {
            steps: steps.iter().map(|step| StepRequest::parse(step)).collect(),
            ..Request::default()
        };
        for (name, text) in formulas {
            request.steps.push(StepRequest::formula(name, text));
        }
        let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        let samples = vec![Vec::new(); columns.len()];
        let header = Header { table: "t.csv", columns: &columns, samples: &samples };
        of_plan(&Plan::new(&request, &header, &Registry::gather().unwrap()).unwrap())
    }

    #[test]
    fn a_step_inherits_the_inputs_of_the_steps_that_it_reads() {
        let all = provenance(
            &["company_domain", "note"],
            &["find_ceo", "linkedin_profile"],
            &[("size", "note + ceo_name")],
        );
        let of = |answer: &str| {
            all.iter().find(|provenance| provenance.answers.iter().any(|one| one == answer)).unwrap()
        };
        let domain = Input::of("company_domain", "company_domain", Some(SemanticType::Domain));
        let only = std::slice::from_ref(&domain);
        assert_eq!(of("ceo_name").inputs, only);
        assert_eq!(of("ceo_name").through, []);
        assert_eq!(of("headline").inputs, only);
        let profile = Input::of("linkedin_url", "ceo_linkedin_url", Some(SemanticType::LinkedinUrl));
        assert_eq!(of("headline").through, [profile]);
        let note = Input::of("note", "note", None);
        assert_eq!(of("size").inputs, [note, domain]);
        assert_eq!(of("size").through, [Input::of("ceo_name", "ceo_name", None)]);
    }

    #[test]
    fn the_record_is_bounded() {
        let input = Input::of("a", "a", None);
        let one = Provenance {
            answers: vec!["x".into()],
            inputs: vec![input; 1_000],
            through: vec![],
            replaces: false,
        };
        assert_eq!(bounded(vec![one.clone(); 2]).len(), 2);
        assert_eq!(bounded(vec![one; 3]), []);
    }
}
