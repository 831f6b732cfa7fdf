//! The hash of a plan: short digests side by side, so that what moved since is seen by comparing,
//! and the plan's maximum, so that a run can be held to it. Nothing is stored.

use std::{fmt, fs::File, io, path::Path, str::FromStr};

use engine::{
    gateway::Settings,
    plan::{Plan, Task},
};
use sha2::{Digest, Sha256};

use crate::{
    args::{EnrichArgs, TableArgs},
    failure::Failure,
    job::Job,
};

/// What the digests are of, in their order.
const PARTS: [&str; 5] = ["the table", "the steps", "an integration's version", "the prices", "the settings"];

const STEPS: usize = 1;
const VERSIONS: usize = 2;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hash {
    digests: [u32; 5],
    /// The most calls.
    pub(crate) calls: u64,
    /// The most they cost, if that is known.
    pub(crate) cost: Option<f64>,
}

impl Hash {
    /// The hash of a job whose calls and cost are at most these.
    pub(crate) fn of(
        job: &Job<'_>,
        settings: &Settings,
        calls: u64,
        cost: Option<f64>,
    ) -> Result<Self, Failure> {
        let table = of_table(&job.sketch.path, &job.args.table).map_err(|error| {
            Failure::usage(format!("{} cannot be read", job.sketch.path.display())).caused_by(&error)
        })?;
        let versions = job.plan.contracts().map(|contract| format!("{} {}", contract.name, contract.version));
        let digests = [
            table,
            of_text(&steps(&job.plan)),
            of_text(&versions.collect::<Vec<_>>().join("\n")),
            of_text(&prices(job, settings)),
            of_text(&told_settings(job.args, job, settings)),
        ];
        Ok(Self { digests, calls, cost })
    }

    /// What moved between the plan with this hash and `now`.
    pub(crate) fn moved(&self, now: &Self) -> Vec<&'static str> {
        let differs = |part: &usize| self.digests[*part] != now.digests[*part];
        // Other steps have other versions: that says nothing more.
        let is_news = |part: &usize| *part != VERSIONS || !differs(&STEPS);
        (0..PARTS.len()).filter(differs).filter(is_news).map(|part| PARTS[part]).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for digest in self.digests {
            write!(f, "{digest:08x}-")?;
        }
        write!(f, "{}", self.calls)?;
        self.cost.map_or(Ok(()), |cost| write!(f, "-{cost}"))
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let mut parts = text.trim().splitn(7, '-');
            let mut digests = [0; 5];
            for digest in &mut digests {
                let part = parts.next().filter(|part| part.len() == 8)?;
                *digest = u32::from_str_radix(part, 16).ok()?;
            }
            let calls = parts.next()?.parse().ok()?;
            let cost = parts.next().map(str::parse::<f64>).transpose().ok()?;
            let is_amount = |cost: &f64| cost.is_finite() && *cost >= 0.0;
            cost.as_ref().is_none_or(is_amount).then_some(Self { digests, calls, cost })
        };
        read().ok_or_else(|| "it must stand as `marl plan` prints it".to_owned())
    }
}

/// Of the file, and of the flags that say how it is read.
fn of_table(path: &Path, reading: &TableArgs) -> io::Result<u32> {
    let mut hash = Sha256::new();
    for (flag, value) in reading.flags() {
        hash.update(format!("{flag} {}\n", value.unwrap_or_default()));
    }
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(short(hash)),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn of_text(text: &str) -> u32 {
    short(Sha256::new().chain_update(text))
}

fn short(hash: Sha256) -> u32 {
    let [a, b, c, d, ..] = hash.finalize().0;
    u32::from_be_bytes([a, b, c, d])
}

/// The steps as they are bound: the same whether flags or a recipe asked for them.
fn steps(plan: &Plan) -> String {
    let mut text = String::new();
    let mut add = |words: &[&str]| {
        for word in words {
            // Lengths keep neighbours apart.
            text.push_str(&format!("{}:{word} ", word.len()));
        }
        text.push('\n');
    };
    for step in &plan.steps {
        let existing = format!("{:?} {}", step.existing, step.refresh);
        add(&["step", &step.name, &existing]);
        for alternative in step.alternatives() {
            add(&["use", alternative.integration.contract().name]);
            for input in &alternative.inputs {
                add(&["input", input.column.name, &input.from]);
            }
        }
        if let Task::Compute(formula) = &step.task {
            add(&["formula", formula.expression.text()]);
        }
        if let Some(condition) = &step.condition {
            add(&["where", condition.expression.text()]);
        }
        for output in step.columns() {
            add(&["output", output.of, &output.name, output.kind.name()]);
        }
    }
    text
}

fn prices(job: &Job<'_>, settings: &Settings) -> String {
    let prices = settings.lanes.iter().map(|(name, lane)| format!("{name} {:?}", lane.prices));
    format!("{:?} {}", job.place.settings.currency(), prices.collect::<Vec<_>>().join("\n"))
}

/// What else decides which calls are sent.
fn told_settings(args: &EnrichArgs, job: &Job<'_>, settings: &Settings) -> String {
    let lanes: Vec<String> = settings
        .lanes
        .iter()
        .map(|(name, lane)| format!("{name} {:?} {:?}", lane.scope, lane.in_doubt))
        .collect();
    let pick = &args.pick;
    let rows = pick.rows.as_ref().map(ToString::to_string);
    let types = &job.request.types;
    format!(
        "{lanes:?} {:?} {:?} {rows:?} {:?} {:?} {types:?}",
        args.max_age, pick.limit, pick.filter, pick.only
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_told() {
        for (calls, cost) in [(0, None), (8_456, Some(169.12)), (1, Some(0.0)), (u64::MAX, Some(1e-7))] {
            let hash = Hash { digests: [0, 1, u32::MAX, 0x0a0b_0c0d, 7], calls, cost };
            assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        }
        for wrong in [
            "",
            "1-2-3",
            "00000000-00000001-00000002-00000003-00000004",
            "x",
            "00000000-00000001-00000002-00000003-00000004-5-nan",
        ] {
            assert!(wrong.parse::<Hash>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_moved_is_named() {
        let then = Hash { digests: [1, 2, 3, 4, 5], calls: 1, cost: None };
        let now = Hash { digests: [1, 9, 3, 9, 5], ..then.clone() };
        assert_eq!(then.moved(&now), ["the steps", "the prices"]);
        let now = Hash { digests: [1, 9, 9, 4, 5], ..then.clone() };
        assert_eq!(then.moved(&now), ["the steps"], "other steps have other versions");
        let now = Hash { digests: [1, 2, 9, 4, 5], ..then.clone() };
        assert_eq!(then.moved(&now), ["an integration's version"]);
    }
}
