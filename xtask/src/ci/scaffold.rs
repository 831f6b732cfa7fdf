//! Checks that `new-integration` produces a working crate, in a copy of the checkout.
//!
//! The copy shares the folder of build products and is kept between checks, so that only changed crates are
//! compiled again.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{cargo, failure::Failure, new_integration, workspace};

pub(super) const REPEAT: &str = "cargo xtask ci --skip-tests";

/// The folder of the copy, below the folder of build products.
const COPY: &str = "scaffold-check";

const NAME: &str = "scaffold_check";

/// marl's exit code for a finished run with failed rows. The sample table has such rows on purpose.
const ROWS_FAILED: i32 = 7;

pub(super) fn check(root: &Path) -> Result<(), Failure> {
    let target = cargo::target_folder(root)?;
    let copy = target.join(COPY);
    bring_up_to_date(root, &copy)?;
    let package = make(&copy)?;
    let cargo = |arguments: &[&str]| {
        let mut command = cargo::command(&copy, arguments);
        // The lock file of the copy must be updated for the new crate, which needs no network.
        command.env("CARGO_TARGET_DIR", &target).env("CARGO_NET_OFFLINE", "true");
        command
    };
    cargo::run(&mut cargo(&["fmt", "-p", &package, "--check"]))?;
    cargo::run(&mut cargo(&["clippy", "-p", &package, "--all-targets", "--", "-D", "warnings"]))?;
    cargo::run(&mut cargo(&["test", "-p", &package]))?;
    // Run outside the copy, so that the ledger of the checkout above it is not used.
    let elsewhere = tempfile::tempdir()
        .map_err(|error| Failure::new("no temporary folder can be made").caused_by(error))?;
    let manifest = copy.join("Cargo.toml");
    let input = copy.join("examples/companies.csv");
    let output = elsewhere.path().join("enriched.csv");
    let mut run = cargo(&["run", "--quiet", "-p", "cli", "--manifest-path"]);
    run.arg(manifest).args(["--", "enrich", "--sandbox", "--json", "--integrations", NAME]);
    run.arg("--input").arg(input).arg("--output").arg(&output).current_dir(elsewhere.path());
    let text = cargo::output_unless(&mut run, |code| ![0, ROWS_FAILED].contains(&code));
    // The copy's build replaced the checkout's own program, so restore that even after a failure.
    cargo::run(&mut cargo::command(root, &["build", "--quiet", "-p", "cli", "--locked"]))?;
    check_values(&text?)?;
    if !output.is_file() {
        return Err(Failure::new("the new integration's run wrote no table"));
    }
    Ok(())
}

fn make(copy: &Path) -> Result<String, Failure> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let args = new_integration::NewIntegrationArgs {
        name: NAME.to_owned(),
        // One input is a text, which the question quotes, and one is a domain, which it does not.
        inputs: words(&["company_domain", "country"]),
        outputs: words(&["industry", "founded", "website"]),
        description: None,
    };
    Ok(new_integration::create(copy, &args)?.package)
}

fn check_values(text: &str) -> Result<(), Failure> {
    let document = cargo::json("marl enrich", text)?;
    let step = &document["integrations"][0];
    if step["name"] == NAME && step["value"].as_u64().is_some_and(|count| count > 0) {
        return Ok(());
    }
    Err(Failure::new(format!("the new integration found no value: {step}")))
}

/// Makes the copy equal to the checkout. Equal files are not touched, because builds depend on their times.
fn bring_up_to_date(root: &Path, copy: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("the checkout cannot be copied to {}", copy.display())).caused_by(error)
    };
    fs::create_dir_all(copy).map_err(failed)?;
    let files: BTreeSet<_> = workspace::files(root)?.into_iter().collect();
    for file in workspace::walk(copy, Path::new(""))? {
        if !files.contains(&file) {
            fs::remove_file(copy.join(file)).map_err(failed)?;
        }
    }
    for file in files {
        let (from, to) = (root.join(&file), copy.join(&file));
        let text = fs::read(&from).map_err(failed)?;
        if fs::read(&to).is_ok_and(|old| old == text) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(copy)).map_err(failed)?;
        fs::write(&to, text).map_err(failed)?;
    }
    remove_new(copy).map_err(failed)
}

/// Removes the folder of the previous check, of which only empty folders remain.
fn remove_new(copy: &Path) -> std::io::Result<()> {
    let folder = copy.join("crates/integration-scaffold-check");
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}
