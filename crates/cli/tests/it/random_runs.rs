//! Tests random edits of a small table with random runs over it. After each run every answer of the older
//! output is in its row in the output at the same path, or that output is unchanged; and no cell holds the
//! answer to another question than its row's.

use std::{collections::BTreeMap, process::Stdio};

use fastrand::Rng;

use crate::world::{World, signal};

/// The table's formats.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Csv,
    Tsv,
    Jsonl,
}

impl Format {
    fn of(seed: u64) -> Self {
        [Self::Csv, Self::Jsonl, Self::Tsv][(seed % 3) as usize]
    }

    fn name(self, stem: &str) -> String {
        let extension = match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Jsonl => "jsonl",
        };
        format!("{stem}.{extension}")
    }

    fn output(self) -> String {
        self.name("leads_enriched")
    }
}

/// Domains in several spellings; nothing is known about the last one.
const DOMAINS: [[&str; 4]; 4] = [
    ["nike.com", "https://www.nike.com/", "NIKE.com", "http://nike.com/about"],
    ["3m.com", "www.3m.com", "3M.COM", "https://3m.com"],
    ["sanmina.com", "https://sanmina.com/", "Sanmina.com", "sanmina.com "],
    ["kroger.com", "http://kroger.com", "www.kroger.com", "KROGER.COM"],
];

const PROFILES: [[&str; 2]; 3] = [
    ["https://www.linkedin.com/in/sandbox-jane", "linkedin.com/in/sandbox-jane/"],
    ["https://www.linkedin.com/in/sandbox-john", "http://linkedin.com/in/Sandbox-John"],
    ["https://www.linkedin.com/in/sandbox-ann", "www.linkedin.com/in/sandbox-ann?trk=x"],
];

/// The answers to check, and whether they are about the domain or the profile.
const ANSWERS: [(&str, bool); 4] =
    [("tech_stack", true), ("CEO", true), ("ceo_linkedin_url", true), ("headline", false)];

#[derive(Clone)]
struct Lead {
    id: u32,
    name: u32,
    domain: (usize, usize),
    profile: (usize, usize),
}

/// The user's table. The id of a row is never edited.
struct Table {
    leads: Vec<Lead>,
    next: u32,
    website: &'static str,
    is_reordered: bool,
}

impl Table {
    fn new(rng: &mut Rng) -> Self {
        let mut table = Self { leads: Vec::new(), next: 1, website: "website", is_reordered: false };
        (0..4).for_each(|_| table.add(rng));
        table
    }

    fn add(&mut self, rng: &mut Rng) {
        let domain = (rng.usize(..DOMAINS.len()), rng.usize(..4));
        let profile = (rng.usize(..PROFILES.len()), rng.usize(..2));
        self.leads.push(Lead { id: self.next, name: rng.u32(..3), domain, profile });
        self.next += 1;
    }

    fn edit(&mut self, rng: &mut Rng) {
        let at = rng.usize(..self.leads.len());
        match rng.u32(..11) {
            0 => self.leads.swap(at, 0),
            1 => self.leads.reverse(),
            2 if self.leads.len() > 2 => drop(self.leads.remove(at)),
            3 if self.leads.len() < 7 => self.add(rng),
            4 if self.leads.len() < 7 => {
                let again = Lead { id: self.next, ..self.leads[at].clone() };
                self.next += 1;
                self.leads.insert(rng.usize(..=self.leads.len()), again);
            }
            5 => self.leads[at].domain.1 = rng.usize(..4),
            6 => self.leads[at].profile.1 = rng.usize(..2),
            7 => self.leads[at].domain.0 = rng.usize(..DOMAINS.len()),
            8 => self.leads[at].name = rng.u32(..3),
            9 => self.website = if self.website == "website" { "Homepage" } else { "website" },
            _ => self.is_reordered = !self.is_reordered,
        }
    }

    fn text(&self, format: Format) -> String {
        let names = ["id", "name", self.website, "CEO", "linkedin_url"];
        let delimiter = if format == Format::Tsv { "\t" } else { "," };
        let mut lines = if format == Format::Jsonl { vec![] } else { vec![names.join(delimiter)] };
        for Lead { id, name, domain, profile } in &self.leads {
            let (domain, profile) = (DOMAINS[domain.0][domain.1], PROFILES[profile.0][profile.1]);
            let cells = [&format!("lead-{id}"), &format!("Person {name}"), domain, "", profile];
            lines.push(match format {
                Format::Csv | Format::Tsv => cells.join(delimiter),
                Format::Jsonl => {
                    let cells = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
                    let cells: Vec<String> =
                        cells.map(|(name, cell)| format!("{name:?}: {cell:?}")).collect();
                    format!("{{{}}}", cells.join(", "))
                }
            });
        }
        lines.join("\n") + "\n"
    }

    /// The question of a row, for its answers about the domain or the profile.
    fn question(&self, id: &str, is_domain: bool) -> Option<usize> {
        let lead = self.leads.iter().find(|lead| format!("lead-{}", lead.id) == id)?;
        Some(if is_domain { lead.domain.0 } else { 10 + lead.profile.0 })
    }
}

/// The cells of a table by row and column.
type Cells = BTreeMap<String, BTreeMap<String, String>>;

fn cells(world: &World, format: Format) -> Cells {
    let document = world.run(&format!("rows {} --limit 20 --full --json", format.output())).exits(0).json();
    let text = |cell: &serde_json::Value| match cell {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => {
            items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    let rows = document["rows"].as_array().unwrap().iter().map(|row| {
        let cells: BTreeMap<String, String> =
            row["cells"].as_object().unwrap().iter().map(|(name, cell)| (name.clone(), text(cell))).collect();
        (cells["id"].clone(), cells)
    });
    rows.collect()
}

fn command(rng: &mut Rng, format: Format) -> String {
    const STEPS: [&str; 7] = [
        "web_research,linkedin_profile,find_ceo --into find_ceo.ceo_name=CEO",
        "web_research,linkedin_profile,find_ceo --into find_ceo.ceo_name=CEO",
        "web_research",
        "linkedin_profile",
        "find_ceo --into find_ceo.ceo_name=CEO",
        "web_research,linkedin_profile",
        "linkedin_profile,find_ceo --into find_ceo.ceo_name=CEO",
    ];
    const FLAGS: [&str; 13] = [
        "",
        "",
        "",
        " --max-calls 1",
        " --limit 2",
        " --rows 2-3",
        " --only empty",
        " --refresh --max-calls 1",
        " --existing overwrite",
        " --existing keep --max-age 0s --max-calls 2",
        " --only failed,no-data",
        " --ledger other.db",
        " --ledger other.db --max-calls 1",
    ];
    let (steps, flags) = (rng.choice(STEPS).unwrap(), rng.choice(FLAGS).unwrap());
    let map = if steps.contains("linkedin_profile,find_ceo") {
        " --map linkedin_profile.linkedin_url=linkedin_url"
    } else {
        ""
    };
    format!("enrich --input {} --integrations {steps}{map}{flags}", format.name("leads"))
}

/// The sandbox's answers to all questions.
fn truth() -> BTreeMap<(usize, &'static str), String> {
    let world = World::new();
    let mut rng = Rng::with_seed(1);
    let mut table = Table::new(&mut rng);
    table.leads.clear();
    for at in 0..DOMAINS.len() {
        table.leads.push(Lead { id: at as u32, name: 0, domain: (at, 0), profile: (at % PROFILES.len(), 0) });
    }
    world.write("leads.csv", table.text(Format::Csv));
    let steps = "web_research,linkedin_profile,find_ceo --into find_ceo.ceo_name=CEO --map linkedin_profile.linkedin_url=linkedin_url";
    world.run(&format!("enrich --input leads.csv --integrations {steps}")).exits(0);
    let cells = cells(&world, Format::Csv);
    let mut truth = BTreeMap::new();
    for (id, row) in &cells {
        for (column, is_domain) in ANSWERS {
            truth.insert((table.question(id, is_domain).unwrap(), column), row[column].clone());
        }
    }
    truth
}

fn check(seed: u64, runs: usize) {
    let truth = truth();
    let world = World::new();
    // If the first run used another ledger, it would keep its record of the output beside that ledger.
    std::fs::create_dir(world.path(".marl")).unwrap();
    let mut rng = Rng::with_seed(seed);
    let mut table = Table::new(&mut rng);
    let (format, mut story) = (Format::of(seed), Vec::new());
    let output = format.output();
    let mut replaced = 0;
    for _ in 0..runs {
        (0..rng.u32(..3)).for_each(|_| table.edit(&mut rng));
        world.write(&format.name("leads"), table.text(format));
        if rng.u32(..3) == 0 {
            world.run("ledger prune --older-than 0s");
            story.push("prune".to_owned());
        }
        let before = world.path(&output).exists().then(|| (world.read(&output), cells(&world, format)));
        let words = command(&mut rng, format);
        story.push(format!("{words}\n{}", table.text(format)));
        let stderr = if rng.u32(..8) == 0 {
            let mut child = world.command(&words).stderr(Stdio::null()).spawn().unwrap();
            let sent = world.stats().calls;
            while world.stats().calls == sent && child.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
            // The run may have ended by itself, and would not receive the signal then.
            if child.try_wait().unwrap().is_none() {
                if rng.bool() {
                    let _ = child.kill();
                } else {
                    signal(&child, "INT");
                }
            }
            child.wait().unwrap();
            story.push("killed or interrupted".to_owned());
            // The run may have ended before, and its output was not read.
            String::new()
        } else {
            world.run(&words).stderr
        };
        let Some((older, before)) = before else { continue };
        let story = || format!("seed {seed}\n{}\n{stderr}\n{older}", story.join("\n"));
        if world.read(&output) == older {
            continue;
        }
        replaced += 1;
        let after = cells(&world, format);
        for (id, row) in &after {
            for (column, is_domain) in ANSWERS {
                let cell = row.get(column).map(String::as_str).unwrap_or_default();
                let question = table.question(id, is_domain).unwrap();
                assert!(
                    cell.is_empty() || cell == truth[&(question, column)],
                    "{id} {column} {cell}: {}",
                    story()
                );
                let had = before.get(id).and_then(|row| row.get(column)).is_some_and(|cell| !cell.is_empty());
                // The newer answer, to another question, may be that there is no data.
                let may_be_gone = stderr.is_empty() || stderr.contains("\ngone     ");
                let is_gone = truth[&(question, column)].is_empty() && may_be_gone;
                assert!(!had || is_gone || !cell.is_empty(), "{id} lost {column}: {}", story());
            }
        }
    }
    assert!(replaced > 0, "seed {seed} replaced no output: {}", story.join("\n"));
}

#[test]
fn no_answer_is_lost_in_random_runs_over_a_random_table() {
    std::thread::scope(|scope| {
        for seed in 1..=3 {
            scope.spawn(move || check(seed, 12));
        }
    });
}

/// A long version of the same test: `MARL_SEEDS=200 cargo test ... -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn no_answer_is_lost_in_many_random_runs() {
    let seeds: u64 = std::env::var("MARL_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(30);
    let first: u64 = std::env::var("MARL_FIRST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(100);
    for seed in first..first + seeds {
        check(seed, 30);
    }
}
