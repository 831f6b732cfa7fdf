//! Snapshots of what users see if something is wrong before anything is sent.

use std::fs;

use crate::world::World;

/// Runs several commands and returns their transcripts.
fn transcripts(world: &World, commands: &[&str]) -> String {
    let one = |command: &&str| format!("$ marl {command}\n{}", world.run(command).transcript());
    commands.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn tables_that_cannot_be_read() {
    let world = World::new();
    let row = "company_domain,name\nacme.com,Acme\n";
    world.write("empty.csv", "");
    world.write("ragged.csv", format!("{row}x.com\n"));
    world.write("duplicate.csv", "a,b,a\n1,2,3\n");
    world.write("unnamed.csv", "a,,c\n1,2,3\n");
    world.write("stray.csv", format!("{row}\"Acme\" Inc,x\n"));
    world.write("open.csv", format!("{row}\"acme,x\ny,z\n"));
    world.write("latin.csv", b"company_domain,name\nacme.com,Caf\x8e\n");
    world.write("utf16.csv", b"\xff\xfea\0,\0b\0\n\0");
    world.write("semicolon.csv", "company_domain;name\nacme.com\nnike.com\n");
    world.write("broken.jsonl", "{\"a\": 1}\n{\"a\": }\n");
    world.write("list.jsonl", "[1]\n");
    world.write("sheet.xlsx", b"PK\x03\x04");
    fs::create_dir(world.path("folder.csv")).unwrap();
    let files = [
        "missing.csv",
        "empty.csv",
        "ragged.csv",
        "duplicate.csv",
        "unnamed.csv",
        "stray.csv",
        "open.csv",
        "latin.csv",
        "utf16.csv",
        "semicolon.csv",
        "broken.jsonl",
        "list.jsonl",
        "sheet.xlsx",
        "folder.csv",
    ];
    let commands: Vec<String> =
        files.iter().map(|file| format!("enrich --input {file} --integrations find_ceo")).collect();
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    insta::assert_snapshot!(transcripts(&world, &commands));
    assert_eq!(world.stats().calls, 0);
}

#[test]
fn commands_that_do_not_fit() {
    let world = World::new();
    world.write("leads.csv", "name,The site,The profile\nA,https://acme.com,linkedin.com/in/jane-doe\n");
    insta::assert_snapshot!(transcripts(
        &world,
        &[
            "enrich --input leads.csv --integrations linkedin_profile",
            "enrich --input leads.csv --integrations find_ceo",
            "enrich --input leads.csv --integrations findceo",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo.company_domain=Site",
            "enrich --input leads.csv --integrations find_ceo --map .company_domain=site",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo.company_domain=name --parallel 0",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo.company_domain=name --output leads.csv",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo.company_domain=name --output no/such/o.csv",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo.company_domain=name --output o.tsv",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo=name",
            "enrich --input leads.csv --integrations find_ceo --map find_ceo.company_domain=name --into ceo=CEO",
            "enrich --input leads.csv --integrations find_ceo --existing maybe",
            "enrich --input leads.csv",
            "describe find_ce0",
            "sandbox --fault 42=1",
        ]
    ));
    assert_eq!(world.stats().calls, 0);
}

#[test]
fn keys_and_addresses() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nacme.com\n");
    let enrich = "enrich --input leads.csv --integrations find_ceo";
    let mut transcripts = vec![world.run_bare(enrich).transcript()];
    world.write(".env", "DATAGEN_API_BASE_URL=http://evil.example\n");
    transcripts.push(world.run_bare(enrich).transcript());
    let with = |base: &str| {
        let mut command = world.bare_command(enrich);
        command.env("DATAGEN_API_KEY", "k").env("DATAGEN_API_BASE_URL", base);
        world.ran(command.output().unwrap()).transcript()
    };
    transcripts.push(with("http://api.datagen.example"));
    transcripts.push(with("not an address"));
    world.write(".env", "DATAGEN_API_KEY='secret-key-123456 oops\n");
    transcripts.push(world.run_bare(enrich).transcript());
    let transcripts = transcripts.join("\n");
    assert!(!transcripts.contains("secret-key-123456"));
    insta::assert_snapshot!(transcripts);
    assert!(!world.path("leads_enriched.csv").exists());
}

#[test]
fn an_env_file_cannot_send_the_environments_key_to_its_own_address() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    world.write(".env", "DATAGEN_API_BASE_URL=http://127.0.0.1:1\nDATAGEN_API_KEY=file\n");
    let enrich = "enrich --input leads.csv --integrations find_ceo";
    // The environment's address has priority over the file's, with either key.
    world.run(enrich).exits(0);
    assert_eq!(world.stats().calls, 1);
    // The file's key is used with the file's address, where nothing listens.
    let mut command = world.bare_command(enrich);
    command.arg("--json");
    let ran = world.ran(command.output().unwrap());
    assert_eq!(ran.json()["errors"][0]["kind"], "network");
}

#[test]
fn settings_with_mistakes() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nacme.com\n");
    let mut transcripts = Vec::new();
    for settings in [
        "[limits]\nmax_paralel = 4\n",
        "[limits]\nmax_parallel = \"4\"\n",
        "[limit.datagn]\nper_minute = 4\n",
    ] {
        world.write("marl.toml", settings);
        transcripts.push(world.run("enrich --input leads.csv --integrations find_ceo").transcript());
    }
    insta::assert_snapshot!(transcripts.join("\n"));
}

#[test]
fn an_error_with_json_is_one_line() {
    let world = World::new();
    let ran = world.run("enrich --input missing.csv --integrations find_ceo --json").exits(2);
    assert_eq!(ran.stdout, "");
    let error: serde_json::Value = serde_json::from_str(ran.stderr.trim_end()).unwrap();
    assert!(error["error"]["message"].as_str().unwrap().contains("missing.csv"));
}

#[test]
fn help_and_the_registry() {
    let world = World::new();
    insta::assert_snapshot!(transcripts(
        &world,
        &[
            "--help",
            "enrich --help",
            "sandbox --help",
            "integrations",
            "describe find_ceo",
            "describe pdl_person"
        ]
    ));
}

#[test]
fn a_header_without_rows_is_a_table() {
    let world = World::new();
    world.write("leads.csv", "company_domain\n");
    let ran = world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    assert_eq!(world.read("leads_enriched.csv"), "company_domain,ceo_name,ceo_linkedin_url\n");
    insta::assert_snapshot!(ran.transcript());
}

#[test]
fn a_closed_pipe_is_success() {
    let world = World::new();
    let mut command = world.command("integrations --json");
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_log_holds_no_key_and_no_parameters() {
    let world = World::faulty(&["500=0.5"]);
    world.write("leads.csv", "company_domain\nnike.com\n3m.com\n");
    let mut command = world.command("-vv enrich --input leads.csv --integrations find_ceo");
    command.env("DATAGEN_API_KEY", "secret-key-123456");
    let ran = world.ran(command.output().unwrap());
    let log: String = ran.stderr.lines().filter(|line| line.contains("DEBUG")).collect();
    assert!(log.contains("attempt failed"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret-key-123456"));
    assert!(!log.contains("nike.com"), "{log}");
}

#[test]
fn names_that_are_not_utf8_are_accepted() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let name = std::ffi::OsStr::from_bytes(b"bad\xff.csv");
    std::fs::write(world.folder().join(name), "company_domain\nnike.com\n").unwrap();
    for words in
        ["enrich --integrations find_ceo --json --input", "plan --integrations find_ceo --json --input"]
    {
        let output = world.command(words).arg(name).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let wrong = world.command("enrich --json --no-such").arg(name).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}
