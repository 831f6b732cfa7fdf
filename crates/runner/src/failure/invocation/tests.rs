//! Tests of how the next command is derived from the typed one.

use super::*;

fn of(words: &str) -> Invocation {
    Invocation::new(words.split(' ').map(str::to_owned))
}

#[test]
fn flags_are_added_before_the_double_dash() {
    for (given, expect) in [
        ("columns a.csv --json", "marl columns a.csv --json --name-columns"),
        ("columns --json -- -x.csv", "marl columns --json --name-columns -- -x.csv"),
    ] {
        let changed = of(given).changed(&Change::Flags("--name-columns".to_owned()));
        assert_eq!(changed.as_deref(), Some(expect), "{given}");
    }
}

#[test]
fn a_flag_is_added_unless_another_flag_is_given() {
    let change = Change::Flag { flag: "--column-type", value: "a=integer".into(), unless: Some("--recipe") };
    assert_eq!(of("plan -i t.csv").changed(&change).unwrap(), "marl plan -i t.csv --column-type a=integer");
    assert_eq!(of("plan --recipe=r.toml").changed(&change), None);
}

#[test]
fn a_flag_is_removed_with_its_value() {
    for (given, expect) in [
        ("plan --integrations a,b --input x", "marl plan --input x"),
        ("plan --integrations=a --integrations b --input x", "marl plan --input x"),
        ("plan --input x --integrations", "marl plan --input x"),
    ] {
        let change = Change::Without { flag: "--integrations", has_value: true };
        assert_eq!(of(given).changed(&change).as_deref(), Some(expect), "{given}");
    }
}

#[test]
fn a_word_of_a_value_is_replaced() {
    for (given, flags, wrong, right, expect) in [
        (
            "plan --want ceo_nam,headline",
            vec!["--want"],
            "ceo_nam",
            "ceo_name",
            Some("marl plan --want ceo_name,headline"),
        ),
        ("plan --want=a,b --map b=c", vec!["--want"], "b", "x", Some("marl plan --want=a,x --map b=c")),
        (
            "plan --map one.in=Web --map two.in=Web",
            vec!["--map"],
            "Web",
            "Site",
            Some("marl plan --map one.in=Site --map two.in=Site"),
        ),
        ("plan -i lead.csv", vec!["--input", "-i"], "lead.csv", "leads.csv", Some("marl plan -i leads.csv")),
        ("plan --integrations find_coe2", vec!["--integrations"], "find_coe", "find_ceo", None),
        ("plan --integrations a|a", vec!["--integrations"], "a", "b", None),
        ("plan --other a", vec!["--want"], "a", "b", None),
        ("plan --want", vec!["--want"], "a", "b", None),
    ] {
        let change = Change::WordIn {
            flags: flags.into_iter().map(str::to_owned).collect(),
            wrong: wrong.into(),
            right: right.into(),
        };
        assert_eq!(of(given).changed(&change).as_deref(), expect, "{given}");
    }
}

#[test]
fn another_subcommand_keeps_the_arguments() {
    for (given, expect) in [
        ("plan --input a.csv --json", "marl enrich --input a.csv --json"),
        ("--json -v plan --input a.csv", "marl enrich --json -v --input a.csv"),
        ("plan --plan x --plan=y --input plan", "marl enrich --input plan"),
        ("plan", "marl enrich"),
        ("plan --input =a.csv --json --", "marl enrich --input '=a.csv' --json"),
        ("plan --detached --input a.csv", "marl enrich --input a.csv"),
    ] {
        assert_eq!(of(given).as_subcommand("enrich", &["--plan"]), expect, "{given}");
    }
}

#[test]
fn the_first_command_that_can_be_derived_is_chosen() {
    let next = NextCommand::FirstOf(vec![
        Change::WordIn { flags: vec!["--want".to_owned()], wrong: "a".into(), right: "b".into() }.into(),
        "marl columns t.csv".into(),
    ]);
    assert_eq!(of("plan --want a").next(&next).as_deref(), Some("marl plan --want b"));
    assert_eq!(of("plan --map x=a").next(&next).as_deref(), Some("marl columns t.csv"));
}
