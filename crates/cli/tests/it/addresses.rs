//! Tests that an address is refused where a path is expected, and that no folder is created.

use std::fs;

use crate::world::{World, people};

#[test]
fn an_address_is_refused_as_a_path() {
    let world = World::new();
    world.write("people.csv", people(1, 1));
    let enrich = "--input people.csv --integrations linkedin_profile";
    let before = fs::read_dir(world.folder()).unwrap().count();
    for address in ["postgres://host/db", "mysql://u:p@host/db", "s3://bucket/t.csv", "file://host/t.csv"] {
        for command in [
            format!("enrich {enrich} --ledger {address}"),
            format!("enrich {enrich} --output {address}"),
            format!("enrich --input {address} --integrations linkedin_profile"),
            format!("plan {enrich} --ledger={address}"),
            format!("plan --input people.csv --recipe {address}"),
            format!("recipe new {enrich} --output {address}"),
            format!("columns {address}"),
            format!("rows {address}"),
            format!("why {address} --row 1 --column x"),
            format!("runs --ledger {address}"),
            format!("runs show 1 --ledger {address}"),
            format!("ledger stats --ledger {address}"),
            format!("tools search x --ledger {address}"),
            format!("man --dir {address}"),
            format!("mcp --root {address}"),
            format!("doctor --offline --ledger {address}"),
        ] {
            let reported = world.run(&format!("{command} --json")).exits(2).error();
            assert_eq!(reported["code"], "usage", "{command}: {reported}");
            assert!(
                reported["message"].as_str().unwrap().contains("this is an address"),
                "{command}: {reported}"
            );
            assert_ne!(reported["hint"], "", "{command}");
        }
    }
    let reported = world.run("columns file:///data/my%20leads.csv").exits(2).stderr;
    assert!(reported.contains("write `/data/my leads.csv`"), "{reported}");
    assert_eq!(fs::read_dir(world.folder()).unwrap().count(), before, "nothing is made");
    assert_eq!(world.stats().calls, 0);
}

#[test]
fn an_address_in_the_environment_is_refused() {
    let world = World::new();
    world.write("people.csv", people(1, 1));
    let before = fs::read_dir(world.folder()).unwrap().count();
    let enrich = "--input people.csv --integrations linkedin_profile";
    for command in
        [format!("enrich {enrich}"), format!("plan {enrich}"), "runs".to_owned(), "ledger stats".to_owned()]
    {
        let mut command = world.command(&format!("{command} --json"));
        let output = command.env("MARL_LEDGER", "postgres://host/db").output().unwrap();
        let reported = world.ran(output).exits(2).error();
        assert!(reported["message"].as_str().unwrap().contains("`MARL_LEDGER` is"), "{reported}");
        assert!(reported["hint"].as_str().unwrap().contains("path"), "{reported}");
    }
    let mut doctor = world.command("doctor --offline");
    let printed = world.ran(doctor.env("MARL_LEDGER", "postgres://host/db").output().unwrap()).exits(2);
    assert!(printed.stdout.contains("this is an address"), "{}", printed.stdout);
    assert_eq!(fs::read_dir(world.folder()).unwrap().count(), before, "nothing is made");
    assert_eq!(world.stats().calls, 0);
}
