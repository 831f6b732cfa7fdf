//! Refuses flags that would cancel each other out, with an explanation and before anything is read.
//!
//! Conflicts that clap can see by itself (`conflicts_with`) are declared at the flags. This module handles
//! conflicts that depend on a flag's value or span two levels of a command. It reads what was typed, and no
//! file.

use clap::{ArgMatches, parser::ValueSource};

use super::Progress;
use runner::failure::Failure;

/// Refuses the first pair of flags if one of them would be ignored.
pub(crate) fn check(matches: &ArgMatches) -> Result<(), Failure> {
    let levels = levels(matches);
    for clash in CLASHES {
        if (clash.applies)(&levels) {
            return Err(Failure::usage(clash.message).hint(clash.hint));
        }
    }
    Ok(())
}

/// The command line by levels: the program's own flags, then those of each subcommand.
type Levels<'a> = [(&'a str, &'a ArgMatches)];

struct Clash {
    applies: fn(&Levels<'_>) -> bool,
    message: &'static str,
    hint: &'static str,
}

const CLASHES: [Clash; 4] = [
    Clash {
        applies: |levels| refreshes_all(levels) && is_typed(levels, "max_age"),
        message: "`--refresh` asks again regardless of an answer's age, and `--max-age` accepts answers up to an age",
        hint: "leave one of them out, or name the steps to refresh: `--refresh=find_ceo`",
    },
    Clash {
        applies: |levels| {
            is_typed(levels, "detach")
                && !is_typed(levels, "detached")
                && value::<Progress>(levels, "progress") == Some(Progress::Bar)
        },
        message: "`--progress bar` draws on a terminal, and a run in the background (`--detach`) has none",
        hint: "leave one of them out; `marl runs wait` shows the progress of a run in the background",
    },
    Clash {
        applies: |levels| is_above(levels, "runs", "limit"),
        message: "`--limit` bounds a list of runs, and this command lists none",
        hint: "leave it out, or use `marl runs --limit N`",
    },
    Clash {
        applies: |levels| levels.iter().filter(|(_, level)| is_typed_at(level, "ledger")).count() > 1,
        message: "`--ledger` is given twice",
        hint: "leave one of them out",
    },
];

fn levels(matches: &ArgMatches) -> Vec<(&str, &ArgMatches)> {
    let mut levels = vec![("marl", matches)];
    let mut level = matches;
    while let Some((name, below)) = level.subcommand() {
        levels.push((name, below));
        level = below;
    }
    levels
}

/// Whether a flag was typed, rather than having its default value.
fn is_typed_at(level: &ArgMatches, flag: &str) -> bool {
    level.try_contains_id(flag).is_ok() && level.value_source(flag) == Some(ValueSource::CommandLine)
}

fn is_typed(levels: &Levels<'_>, flag: &str) -> bool {
    levels.iter().any(|(_, level)| is_typed_at(level, flag))
}

/// Whether the flag of a command was typed before its subcommand.
fn is_above(levels: &Levels<'_>, command: &str, flag: &str) -> bool {
    let above = levels.split_last().map(|(_, above)| above).unwrap_or_default();
    above.iter().any(|(name, level)| *name == command && is_typed_at(level, flag))
}

/// The value of a flag that was typed.
fn value<T: Clone + Send + Sync + 'static>(levels: &Levels<'_>, flag: &str) -> Option<T> {
    let typed = levels.iter().find(|(_, level)| is_typed_at(level, flag))?;
    typed.1.get_one::<T>(flag).cloned()
}

fn refreshes_all(levels: &Levels<'_>) -> bool {
    let names = |level: &ArgMatches| level.get_many::<String>("refresh").map_or(0, Iterator::count);
    levels.iter().any(|(_, level)| is_typed_at(level, "refresh") && names(level) == 0)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Args;

    /// How two flags combine.
    #[derive(Debug, PartialEq)]
    enum Pair {
        /// Both have an effect.
        Both,
        /// One would be ignored.
        Refused,
    }
    use Pair::{Both, Refused};

    const ENRICH: &str = "enrich --input t.csv --integrations find_ceo";

    /// Every pair of flags that affect the same thing; all other pairs are independent.
    const PAIRS: [(&str, &str, &str, Pair); 51] = [
        // Which answers are used.
        (ENRICH, "--refresh", "--max-age 7d", Refused),
        (ENRICH, "--refresh", "--max-age=0s", Refused),
        (ENRICH, "--refresh=find_ceo", "--max-age 7d", Both),
        (ENRICH, "--refresh", "--existing keep", Both),
        (ENRICH, "--refresh=find_ceo", "--existing keep", Both),
        (ENRICH, "--refresh", "--existing overwrite", Both),
        (ENRICH, "--refresh", "--existing fail", Both),
        (ENRICH, "--refresh", "--only failed", Both),
        (ENRICH, "--refresh", "--in-doubt retry", Both),
        (ENRICH, "--max-age 1d", "--existing keep", Both),
        (ENRICH, "--max-age 1d", "--only no-data", Both),
        (ENRICH, "--sandbox", "--ledger l.db", Both),
        (ENRICH, "--sandbox", "--max-cost 1", Both),
        // Which rows are selected: all conditions must hold, and a limit takes the first of these rows.
        (ENRICH, "--only empty", "--limit 1", Both),
        (ENRICH, "--only empty", "--rows 2-3", Both),
        (ENRICH, "--only empty", "--filter a==null", Both),
        (ENRICH, "--rows 2-3", "--limit 1", Both),
        (ENRICH, "--rows 2-3", "--filter a==null", Both),
        (ENRICH, "--filter a==null", "--limit 1", Both),
        (ENRICH, "--filter a>1", "--column-type a=integer", Both),
        (ENRICH, "--only empty", "--existing overwrite", Both),
        // The bounds of a run: the lower of two caps counts.
        (ENRICH, "--max-calls 1", "--max-cost 1", Both),
        (ENRICH, "--max-calls 1", "--limit 1", Both),
        // How the run is reported.
        (ENRICH, "--detach", "--progress bar", Refused),
        (ENRICH, "--detach", "--progress jsonl", Both),
        (ENRICH, "--detach", "--verbose", Both),
        (ENRICH, "--detach", "--json", Both),
        (ENRICH, "--json", "--progress bar", Both),
        (ENRICH, "--json", "--progress jsonl", Both),
        // What the steps do on a row.
        (ENRICH, "--recipe r.toml", "", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--want a", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--map a=b", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--into a=b", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--prefix a=b", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--where a=b", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--formula a=b", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--provider-column a", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--column-type a=text", Refused),
        ("enrich --input t.csv", "--recipe r.toml", "--existing fail", Both),
        ("enrich --input t.csv", "--recipe r.toml", "--refresh", Both),
        (ENRICH, "--want a", "--map a=b", Both),
        (ENRICH, "--prefix find_ceo=x_", "--into ceo_name=b", Both),
        // How the table is read.
        (ENRICH, "--no-header", "--header-line 2", Refused),
        (ENRICH, "--no-header", "--name-columns", Refused),
        (ENRICH, "--header-line 2", "--name-columns", Both),
        (ENRICH, "--skip-footer 1", "--pad-rows", Both),
        ("rows t.csv", "--full", "--json", Both),
        // Flags on two levels of one command.
        ("runs", "--limit 3", "show 1", Refused),
        ("runs", "--ledger a.db", "show 1 --ledger b.db", Refused),
        ("runs", "--sandbox", "show 1", Both),
        ("runs", "--ledger a.db", "wait 1 --timeout 5s", Both),
    ];

    #[test]
    fn two_flags_both_have_an_effect_or_are_refused() {
        for (command, one, other, expect) in PAIRS {
            for (first, second) in [(one, other), (other, one)] {
                // A subcommand follows the flags of its command.
                if first.starts_with("show") || first.starts_with("wait") {
                    continue;
                }
                let words = format!("marl {command} {first} {second}");
                let pair = match Args::command().try_get_matches_from(words.split_whitespace()) {
                    Ok(matches) if check(&matches).is_ok() => Both,
                    Ok(_) => Refused,
                    Err(error) if error.kind() == clap::error::ErrorKind::ArgumentConflict => Refused,
                    Err(error) => panic!("{words}: {error}"),
                };
                assert_eq!(pair, expect, "{words}");
            }
        }
    }

    #[test]
    fn plan_refuses_what_enrich_refuses() {
        for flags in ["--refresh --max-age 7d", "--max-age 1d --refresh"] {
            let words = format!("marl plan --input t.csv --integrations find_ceo {flags}");
            let matches = Args::command().try_get_matches_from(words.split(' ')).unwrap();
            let failure = check(&matches).unwrap_err();
            assert!(failure.lines().iter().any(|(word, _)| *word == "hint"), "{words}");
        }
    }
}
