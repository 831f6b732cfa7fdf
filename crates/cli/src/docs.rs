//! Checks the documents against the program: every command in them parses, every setting exists, and the exit
//! codes are the program's.

use std::{fs, path::Path};

use clap::{CommandFactory, Parser};

use crate::args::Args;
use runner::{
    failure::{exit::Exit, invocation::Invocation},
    project::{recipe::Recipe, settings::Settings},
};

const DOCUMENTS: [&str; 9] = [
    "README.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "AGENTS.md",
    "plugin/skills/marl/SKILL.md",
    "plugin/skills/marl/references/answers.md",
    "plugin/skills/marl/references/compose.md",
    "plugin/skills/marl/references/integration.md",
];

fn read(name: &str) -> String {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    fs::read_to_string(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The fenced code blocks in a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

/// Every `marl ...` and `cargo run -p cli -- ...` of a document, in code blocks and in backticks.
fn commands(text: &str) -> Vec<String> {
    let blocks = blocks(text, "sh").join("\n").replace("\\\n", " ");
    let inline = text.split('`').skip(1).step_by(2).map(str::to_owned);
    let lines = blocks.lines().map(str::to_owned).chain(inline);
    let cleaned = lines.map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned());
    let ours = cleaned.filter_map(|line| {
        let rest = line.strip_prefix("cargo run -p cli -- ").or_else(|| line.strip_prefix("marl "))?;
        Some(rest.to_owned())
    });
    ours.collect()
}

#[test]
fn every_command_in_the_documents_parses() {
    let mut seen = 0;
    for document in DOCUMENTS {
        for command in commands(&read(document)) {
            let words = shlex::split(&command).unwrap_or_else(|| panic!("{document}: `marl {command}`"));
            let parsed = Args::try_parse_from(std::iter::once("marl".to_owned()).chain(words));
            // Naming a subcommand alone is fine; a wrong name or flag is not.
            let wrong = parsed.err().filter(|error| {
                use clap::error::ErrorKind;
                let harmless = [
                    ErrorKind::MissingRequiredArgument,
                    ErrorKind::DisplayHelp,
                    ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
                ];
                !harmless.contains(&error.kind())
            });
            assert!(wrong.is_none(), "{document}: `marl {command}`: {}", wrong.unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen} commands found");
}

/// Every flag in a document exists in some command.
#[test]
fn every_flag_in_the_documents_exists() {
    fn flags(command: &clap::Command, known: &mut Vec<String>) {
        known.extend(command.get_arguments().filter_map(|arg| arg.get_long()).map(str::to_owned));
        command.get_subcommands().for_each(|command| flags(command, known));
    }
    let mut known = ["help", "version"].map(str::to_owned).to_vec();
    flags(&Args::command(), &mut known);
    let mut seen = 0;
    for document in DOCUMENTS.iter().filter(|name| name.starts_with("plugin") || **name == "README.md") {
        let text = read(document);
        let inline = text.split('`').skip(1).step_by(2).filter(|code| !code.contains("cargo"));
        for flag in inline.flat_map(str::split_whitespace).filter_map(|word| word.strip_prefix("--")) {
            let name: String = flag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            assert!(known.contains(&name), "{document} names `--{name}`");
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} flags found");
}

#[test]
fn the_plugins_files_are_json() {
    for file in [
        ".claude-plugin/marketplace.json",
        "plugin/.claude-plugin/plugin.json",
        "plugin/.mcp.json",
        "plugin/hooks/hooks.json",
    ] {
        let json: serde_json::Value =
            serde_json::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(json.is_object(), "{file}");
    }
    let plugin: serde_json::Value = serde_json::from_str(&read("plugin/.claude-plugin/plugin.json")).unwrap();
    assert_eq!(plugin["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_files_in_the_documents_are_valid() {
    let shown = blocks(&read("README.md"), "toml");
    let (recipes, settings): (Vec<_>, Vec<_>) = shown.iter().partition(|text| text.contains("[[step]]"));
    assert_eq!((recipes.len(), settings.len()), (1, 2));
    for text in settings {
        Settings::parse(text, &["datagen", "pdl"])
            .map_err(|failure| failure.json(&Invocation::default()))
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recipe.toml");
    fs::write(&path, recipes[0]).unwrap();
    let recipe = Recipe::read(&path).map_err(|failure| failure.json(&Invocation::default())).unwrap();
    assert_eq!(recipe.request.steps.len(), 3);
}

#[test]
fn the_exit_codes_in_the_documents_are_the_programs() {
    let readme = read("README.md");
    for exit in Exit::ALL {
        let row = format!("| {} | {} |", exit.code(), exit.meaning());
        assert!(readme.contains(&row), "README lacks {row}");
    }
}

/// The help texts of a command and of all commands below it.
fn help_texts(command: &clap::Command, texts: &mut Vec<String>) {
    let abouts = [command.get_about(), command.get_long_about()];
    let arguments = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
    texts.extend(abouts.into_iter().chain(arguments).flatten().map(ToString::to_string));
    command.get_subcommands().for_each(|command| help_texts(command, texts));
}

#[test]
fn every_list_of_formats_names_all_of_them() {
    let names: Vec<String> = table::formats().map(|format| format.name.to_owned()).collect();
    let dotted: Vec<String> = table::formats().map(|format| format!(".{}", format.extensions[0])).collect();
    let mut texts: Vec<String> = DOCUMENTS.map(read).to_vec();
    help_texts(&Args::command(), &mut texts);
    let mut seen = 0;
    for text in texts {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [&names, &dotted] {
            let (last, first) = words.split_last().unwrap();
            let whole = [" and ", " or ", ", "].map(|join| format!("{}{join}{last}", first.join(", ")));
            for (at, _) in text.match_indices(&words[..2].join(", ")) {
                let list: String = text[at..].chars().take(60).collect();
                assert!(whole.iter().any(|whole| list.starts_with(whole)), "{list}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "{seen} lists found");
    // The plugin's hook recognises a table by its extension.
    let extensions = table::formats().flat_map(|format| format.extensions);
    let all: Vec<String> = extensions.map(|extension| format!("\".{extension}\"")).collect();
    assert!(read("plugin/hooks/approve.py").contains(&format!("TABLES = ({})\n", all.join(", "))));
}
