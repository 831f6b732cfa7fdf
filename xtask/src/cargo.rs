//! Running `cargo` and what it builds. Knows no step and no case.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value as Json;

use crate::failure::Failure;

/// `cargo` with arguments, at the root of a workspace.
pub(crate) fn command(root: &Path, arguments: &[&str]) -> Command {
    // The cargo that runs this program, so that a chosen toolchain stays chosen.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(arguments);
    command
}

/// Runs a command to its end, its output shown.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed: {status}", shown(command))))
}

/// Runs a command to its end and returns what it wrote to stdout.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    output_unless(command, |code| code != 0)
}

/// The same for a command with other good exit codes than 0.
pub(crate) fn output_unless(command: &mut Command, is_bad: fn(i32) -> bool) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    if output.status.code().is_none_or(is_bad) {
        return Err(Failure::new(format!("`{}` failed: {}", shown(command), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folder that builds go to.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf, Failure> {
    let text = output(&mut command(root, &["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata = json("cargo metadata", &text)?;
    let folder = metadata["target_directory"].as_str();
    folder.map(PathBuf::from).ok_or_else(|| Failure::new("`cargo metadata` names no target folder"))
}

/// Reads what a program printed as JSON.
pub(crate) fn json(program: &str, text: &str) -> Result<Json, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::new(format!("`{program}` printed no JSON")).caused_by(error))
}

/// The path of a program in a folder of builds.
pub(crate) fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The command as it would be typed.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be started", shown(command))).caused_by(error)
}
