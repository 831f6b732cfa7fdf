//! Tests that settings that affect spending are listed in plan and run, one line each, and are bounded.

use crate::world::{QUICK, World, people};

const RUN: &str = "--input people.csv --integrations linkedin_profile";

fn world(settings: &str) -> World {
    let world = World::new();
    world.write("people.csv", people(2, 2));
    world.write("marl.toml", format!("{QUICK}{settings}"));
    world
}

#[test]
fn plan_and_run_list_the_settings_that_affect_spending() {
    for (settings, word) in [
        ("[provider.datagen]\naccount = \"other\"\n", "the account `other`, set in marl.toml"),
        (
            "[price.datagen]\nget_linkedin_person_data = 0.5\n",
            "get_linkedin_person_data costs 0.5, set in marl.toml",
        ),
        ("[timeout]\ncall_seconds = 9\n", "given up after 9 s, set in marl.toml"),
        ("", "the address of datagen is [SANDBOX], from DATAGEN_API_BASE_URL in the environment"),
    ] {
        let world = world(settings);
        let plan = world.run(&format!("plan {RUN}")).exits(0).stdout;
        assert!(plan.contains(word), "{plan}");
        let printed = world.run(&format!("plan {RUN} --json")).exits(0).json()["settings"].to_string();
        assert!(printed.contains(word), "{printed}");
        let ran = world.run(&format!("enrich {RUN}")).exits(0).stderr;
        assert!(ran.contains(word), "{ran}");
        let printed = world.run(&format!("enrich {RUN} --json")).exits(0).json()["settings"].to_string();
        assert!(printed.contains(word), "{printed}");
    }
}

#[test]
fn an_address_of_a_file_is_named_with_the_file() {
    let world = world("");
    world.write(".env", format!("DATAGEN_API_KEY=k\nDATAGEN_API_BASE_URL={}\n", world.address()));
    let plan = world.run_bare(&format!("plan {RUN}")).exits(0).stdout;
    assert!(plan.contains("the address of datagen is [SANDBOX], from .env"), "{plan}");
    let ran = world.run_bare(&format!("enrich {RUN}")).exits(0).stderr;
    assert!(ran.contains("the address of datagen is [SANDBOX], from .env"), "{ran}");
    let sandbox = world.run_bare(&format!("plan {RUN} --sandbox --output samples.csv")).exits(0).stdout;
    assert!(!sandbox.contains("the address of"), "{sandbox}");
}

#[test]
fn resending_doubts_by_a_file_is_always_reported() {
    let world = world("[provider.datagen]\nin_doubt = \"retry\"\n");
    for command in ["plan", "enrich"] {
        for json in ["", "--json"] {
            let reported = world.run(&format!("{command} {RUN} {json}")).exits(0).stderr;
            assert!(
                reported.contains(
                    "marl.toml makes marl send calls of datagen that are in doubt again, up to 4 times"
                ),
                "{reported}"
            );
        }
        let typed = world.run(&format!("{command} {RUN} --in-doubt keep")).exits(0).stderr;
        assert!(!typed.contains("in doubt again"), "{typed}");
    }
}

#[test]
fn a_price_of_zero_does_not_allow_a_cap_on_cost() {
    let world = world("[price.datagen]\nget_linkedin_person_data = 0\n");
    for command in ["plan", "enrich"] {
        let reported = world.run(&format!("{command} {RUN} --max-cost 1")).exits(2).stderr;
        assert!(
            reported.contains("`--max-cost` needs a price") && reported.contains("marl.toml sets it to 0"),
            "{reported}"
        );
    }
    assert_eq!(world.stats().calls, 0);
}
