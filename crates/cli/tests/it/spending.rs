//! Settings that spend are told in plan and run, each in one line, and bounded.

use crate::world::{QUICK, World, people};

const RUN: &str = "--input people.csv --integrations linkedin_profile";

fn world(settings: &str) -> World {
    let world = World::new();
    world.write("people.csv", people(2, 2));
    world.write("marl.toml", format!("{QUICK}{settings}"));
    world
}

#[test]
fn plan_and_run_say_which_settings_spend() {
    for (settings, word) in [
        ("[provider.datagen]\naccount = \"other\"\n", "the account `other`, by marl.toml"),
        (
            "[price.datagen]\nget_linkedin_person_data = 0.5\n",
            "get_linkedin_person_data costs 0.5, by marl.toml",
        ),
        ("[timeout]\ncall_seconds = 9\n", "given up after 9 s, by marl.toml"),
        ("", "datagen's address is [SANDBOX], by DATAGEN_API_BASE_URL in the environment"),
    ] {
        let world = world(settings);
        let plan = world.run(&format!("plan {RUN}")).exits(0).stdout;
        assert!(plan.contains(word), "{plan}");
        let told = world.run(&format!("plan {RUN} --json")).exits(0).json()["settings"].to_string();
        assert!(told.contains(word), "{told}");
        let ran = world.run(&format!("enrich {RUN}")).exits(0).stderr;
        assert!(ran.contains(word), "{ran}");
        let told = world.run(&format!("enrich {RUN} --json")).exits(0).json()["settings"].to_string();
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn an_address_of_a_file_is_named_with_the_file() {
    let world = world("");
    world.write(".env", format!("DATAGEN_API_KEY=k\nDATAGEN_API_BASE_URL={}\n", world.address()));
    let plan = world.run_bare(&format!("plan {RUN}")).exits(0).stdout;
    assert!(plan.contains("datagen's address is [SANDBOX], by .env"), "{plan}");
    let ran = world.run_bare(&format!("enrich {RUN}")).exits(0).stderr;
    assert!(ran.contains("datagen's address is [SANDBOX], by .env"), "{ran}");
    let sandbox = world.run_bare(&format!("plan {RUN} --sandbox --output samples.csv")).exits(0).stdout;
    assert!(!sandbox.contains("address is"), "{sandbox}");
}

#[test]
fn doubts_are_never_sent_again_by_a_file_without_a_word() {
    let world = world("[provider.datagen]\nin_doubt = \"retry\"\n");
    for command in ["plan", "enrich"] {
        for json in ["", "--json"] {
            let said = world.run(&format!("{command} {RUN} {json}")).exits(0).stderr;
            assert!(
                said.contains("marl.toml has calls of datagen that are in doubt sent again, up to 4 times"),
                "{said}"
            );
        }
        let typed = world.run(&format!("{command} {RUN} --in-doubt keep")).exits(0).stderr;
        assert!(!typed.contains("sent again"), "{typed}");
    }
}

#[test]
fn a_price_of_nothing_is_no_cap_on_cost() {
    let world = world("[price.datagen]\nget_linkedin_person_data = 0\n");
    for command in ["plan", "enrich"] {
        let said = world.run(&format!("{command} {RUN} --max-cost 1")).exits(2).stderr;
        assert!(said.contains("`--max-cost` needs a price") && said.contains("marl.toml says 0"), "{said}");
    }
    assert_eq!(world.stats().calls, 0);
}
