//! Runs `cargo` and the programs that it builds. This module must not know the commands of xtask.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value as Json;

use crate::failure::Failure;

/// A `cargo` command with arguments, run at the root of a workspace.
pub(crate) fn command(root: &Path, arguments: &[&str]) -> Command {
    // Use the cargo that runs this program, so that the chosen toolchain is kept.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(arguments);
    command
}

/// Runs a command to its end and shows its output.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed: {status}", shown(command))))
}

/// Runs a command to its end and returns its stdout.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    output_unless(command, |code| code != 0)
}

/// Like [`output`], for a command with exit codes other than 0 that are not failures.
pub(crate) fn output_unless(command: &mut Command, is_bad: fn(i32) -> bool) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    if output.status.code().is_none_or(is_bad) {
        return Err(Failure::new(format!("`{}` failed: {}", shown(command), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folder of build products.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf, Failure> {
    let text = output(&mut command(root, &["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata = json("cargo metadata", &text)?;
    let folder = metadata["target_directory"].as_str();
    folder.map(PathBuf::from).ok_or_else(|| Failure::new("`cargo metadata` names no target folder"))
}

/// Parses the JSON output of a program.
pub(crate) fn json(program: &str, text: &str) -> Result<Json, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::new(format!("`{program}` did not print JSON")).caused_by(error))
}

/// The path of a program in a folder of build products.
pub(crate) fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The command as a user would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be started", shown(command))).caused_by(error)
}
