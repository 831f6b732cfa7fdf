//! A folder, a sandbox and the binary, with which every test begins.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output},
};

use marl_core::{Registry, provider::ProviderInfo};
use sandbox::{Options, Sandbox, Stats};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::form;

/// Settings under which nothing waits.
pub(crate) const QUICK: &str =
    "[retry]\nbase_seconds = 0\n[breaker]\nfirst_wait_seconds = 0\ntotal_seconds = 0\n";

/// The header that [`World::older_output`] writes.
pub(crate) const OLDER: &str = "name,linkedin_url,headline,current_company,location,follower_count\n";

/// A run over a table of [`people`], with an answer for programs.
pub(crate) const ENRICH: &str =
    "enrich --input people.csv --integrations linkedin_profile --parallel 16 --json";

pub(crate) struct World {
    folder: TempDir,
    sandbox: Sandbox,
    /// The runtime of the sandbox.
    _runtime: Runtime,
}

impl Drop for World {
    /// A killed run leaves marks in memory, and no later run of the test would remove them.
    fn drop(&mut self) {
        for file in std::fs::read_dir(self.path(".marl")).into_iter().flatten().flatten() {
            let lock = std::fs::read_to_string(file.path()).unwrap_or_default();
            if let Some((marks, _)) = lock.split_once(' ').filter(|(marks, _)| marks.len() == 32) {
                let _ = std::fs::remove_file(format!("/dev/shm/marl-sent-{marks}"));
            }
        }
    }
}

/// The result of a command.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The infos of all registered providers for which the sandbox speaks.
fn infos() -> Vec<ProviderInfo> {
    let all = registry().providers().map(|entry| entry.info.clone()).collect::<Vec<_>>().into_iter();
    all.filter(|info| sandbox::names().iter().any(|name| *name == info.name)).collect()
}

/// All plugins, linked and declared.
pub(crate) fn registry() -> Registry {
    runner::project::workspace::registry(Path::new(".")).unwrap()
}

impl World {
    /// A world whose sandbox has no faults.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    /// Enriches `leads.csv` with `find_ceo` on rows for which a condition holds.
    pub(crate) fn find_ceo_where(&self, condition: &str) -> Ran {
        let step = format!("find_ceo={condition}");
        self.run_words(&["enrich", "--input", "leads.csv", "--integrations", "find_ceo", "--where", &step])
    }

    /// A world with a table of [`people`] in `people.csv`.
    pub(crate) fn of_people(rows: usize, distinct: usize) -> Self {
        let world = Self::new();
        world.write("people.csv", people(rows, distinct));
        world
    }

    /// A world whose sandbox has these faults: `429=0.05`.
    pub(crate) fn faulty(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        Self::with(Options { faults, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let world = Self { folder, sandbox, _runtime: runtime };
        world.write("marl.toml", QUICK);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The cells of a column of a CSV table.
    pub(crate) fn column(&self, table: &str, name: &str) -> Vec<String> {
        let mut reader = csv::Reader::from_path(self.path(table)).unwrap();
        let at = reader.headers().unwrap().iter().position(|column| column == name);
        let at = at.unwrap_or_else(|| panic!("no column {name}"));
        reader.records().map(|record| record.unwrap()[at].to_owned()).collect()
    }

    /// Makes `people_enriched.csv` an output of marl without rows.
    pub(crate) fn older_output(&self) {
        let table = self.read("people.csv");
        self.write("people.csv", people(0, 1));
        self.run("enrich --input people.csv --integrations linkedin_profile").exits(0);
        assert_eq!(self.read("people_enriched.csv"), OLDER);
        self.write("people.csv", table);
    }

    /// The header line of a table.
    pub(crate) fn header(&self, table: &str) -> String {
        self.read(table).lines().next().unwrap_or_default().to_owned()
    }

    /// The base address of DataGen in the sandbox.
    pub(crate) fn address(&self) -> String {
        self.sandbox.base("datagen")
    }

    pub(crate) fn stats(&self) -> Stats {
        self.sandbox.stats()
    }

    /// `marl` with these arguments, and with the sandbox's key and address.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = self.bare_command(args);
        for info in infos() {
            command
                .envs(info.key_variable.iter().map(|variable| (variable.as_str(), "sandbox")))
                .env(&*info.base_variable, self.sandbox.base(&info.name));
        }
        command
    }

    /// `marl` with these arguments and no key.
    pub(crate) fn bare_command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_marl"));
        command
            .args(args.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("MARL_LEDGER")
            .env_remove("MARL_LOG")
            .env_remove("MARL_CONSENT")
            .env_remove("MARL_TRUST")
            .env_remove("MARL_MCP_ROOTS")
            // The settings of the user who runs the tests must not matter.
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"))
            // Whatever would leave this machine fails.
            .env("HTTPS_PROXY", "http://127.0.0.1:1")
            .env("NO_COLOR", "1");
        for info in infos() {
            if let Some(variable) = &info.key_variable {
                command.env_remove(variable.as_str());
            }
            command.env_remove(&*info.base_variable);
        }
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, args: &str) -> Ran {
        self.ended(self.command(args))
    }

    /// The same with arguments that contain spaces.
    #[track_caller]
    pub(crate) fn run_words(&self, words: &[&str]) -> Ran {
        let mut command = self.command("");
        command.args(words);
        self.ended(command)
    }

    #[track_caller]
    pub(crate) fn run_bare(&self, args: &str) -> Ran {
        self.ended(self.bare_command(args))
    }

    /// Runs a command to its end, and checks its answer against its schema.
    #[track_caller]
    fn ended(&self, mut command: Command) -> Ran {
        let ran = self.ran(command.output().unwrap());
        let words: Vec<&str> = command.get_args().map(|word| word.to_str().unwrap()).collect();
        form::check_all(&words, &ran.stdout, &ran.stderr);
        ran
    }

    pub(crate) fn ran(&self, output: Output) -> Ran {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let text = text.replace(&self.folder.path().display().to_string(), "[DIR]");
            let bases = infos().into_iter().map(|info| self.sandbox.base(&info.name));
            { bases }.chain([self.sandbox.url()]).fold(text, |text, base| text.replace(&base, "[SANDBOX]"))
        };
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Ran {
    /// Exit code, stdout and stderr as one text, without what differs from run to run.
    pub(crate) fn transcript(&self) -> String {
        format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            self.code,
            timeless(&self.stdout),
            timeless(&self.stderr)
        )
    }

    /// The document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// The error in the last line of stderr.
    #[track_caller]
    pub(crate) fn error(&self) -> Json {
        let line = self.stderr.lines().last().unwrap_or_default();
        let line: Json =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.stderr));
        line["error"].clone()
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }
}

/// A table of `rows` persons, of which `distinct` are different.
pub(crate) fn people(rows: usize, distinct: usize) -> String {
    let mut table = String::from("name,linkedin_url\n");
    for row in 0..rows {
        let person = row % distinct;
        table.push_str(&format!("Person {person},https://www.linkedin.com/in/sandbox-person-{person}\n"));
    }
    table
}

fn timeless(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for start in ["done in ", "interrupted after ", "stopped after "] {
            if let Some(rest) = line.strip_prefix(start)
                && let Some((_, rest)) = rest.split_once(':')
            {
                line = format!("{start}[TIME]:{rest}");
            }
        }
        if line.trim_start().starts_with("\"elapsed_ms\"") {
            line = "  \"elapsed_ms\": [TIME],".to_owned();
        }
        lines.push(line + "\n");
    }
    lines.concat()
}

/// Sends a signal, such as `INT`, to a process.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}
