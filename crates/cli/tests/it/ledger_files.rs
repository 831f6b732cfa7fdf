//! Tests of the ledger's files: of another kind, incomplete, deleted, on a full disk, filled by others.

use std::{
    fs,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use sandbox::Options;

use crate::world::{ENRICH, World, people};

/// Opening a pipe would block forever, and a file with two names is written under both.
#[test]
fn a_ledger_with_files_of_another_kind_is_refused() {
    for (name, is_pipe) in [("ledger.db", true), ("ledger.db-journal", true), ("ledger.db-wal", false)] {
        for chosen in ["", " --ledger .marl/ledger.db"] {
            let world = World::of_people(2, 2);
            world.run(ENRICH).exits(0);
            let calls = world.stats().calls;
            let path = world.path(&format!(".marl/{name}"));
            let _ = fs::remove_file(&path);
            if is_pipe {
                assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            } else {
                world.write("precious.txt", "precious");
                fs::hard_link(world.path("precious.txt"), &path).unwrap();
            }
            for command in ["runs", "why people_enriched.csv --row 1 --column headline", ENRICH] {
                // Not through `World`, which reads every file.
                let refused = world.command(&format!("{command}{chosen}")).output().unwrap();
                let printed = String::from_utf8_lossy(&refused.stderr);
                assert!(refused.status.code() == Some(2) && printed.contains(name), "{command}: {printed}");
            }
            assert_eq!(world.stats().calls, calls);
            // `World` reads every file at its end.
            fs::remove_file(path).unwrap();
            assert!(is_pipe || world.read("precious.txt") == "precious");
        }
    }
}

/// A ledger from elsewhere may contain any text.
#[test]
fn a_run_with_huge_steps_is_listed() {
    let world = World::of_people(2, 2);
    world.run(ENRICH).exits(0);
    let ledger = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    let steps = format!("[{}[]]", "[],".repeat(2_000_000));
    ledger.execute("UPDATE run SET steps = ?1", [&steps]).unwrap();
    assert_eq!(world.run("runs --json").exits(0).json()["runs"][0]["id"], 1);
    ledger.execute("UPDATE run SET summary = ?1", [&steps.repeat(4)]).unwrap();
    assert_eq!(world.run("runs --json").exits(0).json()["runs"][0]["id"], 1);
    let refused = world.run("runs show 1 --json");
    assert_eq!(refused.code, 1, "{}", refused.stderr);
}

/// A process that is creating the ledger has written only the file's first page.
#[test]
fn a_ledger_that_is_being_created_does_not_exist_yet() {
    let world = World::of_people(2, 2);
    fs::create_dir(world.path(".marl")).unwrap();
    let half = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    half.execute_batch("CREATE TABLE t (x); DROP TABLE t").unwrap();
    drop(half);
    world.run_bare("runs").exits(6);
    world.run(&ENRICH.replace("enrich", "plan")).exits(0);
    world.run(ENRICH).exits(0);
    assert_eq!(world.stats().calls, 2);
}

#[test]
fn a_deleted_ledger_is_noticed_and_the_output_is_written() {
    let world = World::with(Options { latency: Duration::from_millis(30), ..Options::default() });
    world.write("people.csv", people(2_000, 2_000));
    let args = "enrich --input people.csv --integrations linkedin_profile --parallel 2";
    let child = world.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while world.stats().billed < 10 {
        sleep(Duration::from_millis(1));
    }
    fs::remove_file(world.path(".marl/ledger.db")).unwrap();
    let ran = world.ran(child.wait_with_output().unwrap()).exits(1);
    assert!(ran.stderr.contains("deleted or replaced"), "{}", ran.stderr);
    assert!(world.stats().billed < 300, "{:?}", world.stats());
    let headlines = world.column("people_enriched.csv", "headline");
    assert_eq!(headlines.len(), 2_000);
    assert_eq!(headlines.iter().filter(|cell| !cell.is_empty()).count() as u64, world.stats().billed);
}

#[test]
fn ledgers_that_cannot_be_used() {
    let world = World::of_people(3, 3);
    let mut transcripts = Vec::new();
    world.write("text.db", "no database, but long enough to be taken for one if nobody looks\n".repeat(30));
    fs::create_dir(world.path("folder.db")).unwrap();
    for ledger in ["text.db", "folder.db", "people.csv/x.db"] {
        transcripts
            .push(world.run(&format!("{} --ledger {ledger}", ENRICH.replace("--json", ""))).transcript());
    }
    transcripts.push(world.run("runs").transcript());
    transcripts.push(world.run("runs show 7 --sandbox").transcript());
    insta::assert_snapshot!(transcripts.join("\n"));
    assert_eq!(world.stats().calls, 0);
    assert!(!world.path("people_enriched.csv").exists());
}

#[test]
fn a_full_disk_loses_nothing_that_was_stored() {
    // The table has equal calls: a follower of a call that cannot be stored must not wait for long.
    let world = World::of_people(3_000, 900);
    // A file may grow to 1 MiB, so the ledger is full in the middle of the run.
    let marl = env!("CARGO_BIN_EXE_marl");
    let mut limited = Command::new("bash");
    limited.args(["-c", &format!("ulimit -f 1024; exec {marl} {ENRICH} --output small.csv")]);
    let command = world.command(ENRICH);
    limited
        .current_dir(world.folder())
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = world.ran(limited.output().unwrap());
    assert!([1, 9].contains(&ran.code), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot be used: the disk is full"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("defect of marl"), "{}", ran.stdout);
    assert_eq!(ran.json()["status"], "stopped");
    assert_eq!(ran.code == 9, ran.json()["calls"]["in_doubt"] != 0, "{}", ran.stdout);
    let billed = world.stats().billed;
    assert!(billed > 20 && billed < 900, "{billed}");
    let after = world.run(ENRICH);
    assert!([0, 9].contains(&after.code), "{}", after.stderr);
    assert_eq!(world.stats().billed_duplicates, 0);
}

/// The ledger has a small disk of its own. This runs only if the system lets a user mount one.
#[test]
fn on_a_full_disk_every_answer_that_was_paid_for_is_stored() {
    let world = World::of_people(1_200, 1_200);
    fs::create_dir(world.path("disk")).unwrap();
    fs::create_dir(world.path("kept")).unwrap();
    let mount = "mount -t tmpfs -o size=5000k none disk";
    let marl = env!("CARGO_BIN_EXE_marl");
    let run = |enrich: &str| {
        let script = format!(
            "{mount} && cp -a kept/. disk/ && {{ {marl} {enrich}; code=$?; rm -rf kept; cp -a disk kept; exit $code; }}"
        );
        let mut command = std::process::Command::new("unshare");
        command.args(["-rm", "bash", "-c", &script]).current_dir(world.folder());
        let envs = world.command("");
        command.envs(envs.get_envs().filter_map(|(name, value)| Some((name, value?))));
        world.ran(command.output().unwrap())
    };
    let mut can = std::process::Command::new("unshare");
    can.args(["-rm", "bash", "-c", mount]).current_dir(world.folder());
    if !can.output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let small = format!("{ENRICH} --ledger disk/l.db --output small.csv");
    let ran = run(&small).exits(1);
    let (billed, shown) = (world.stats().billed, ran.json());
    assert!((20..1_200).contains(&billed), "{billed}");
    assert!(ran.stderr.contains("the disk is full") && ran.stderr.contains("make room"), "{}", ran.stderr);
    assert_eq!((shown["status"].as_str(), shown["calls"]["in_doubt"].as_u64()), (Some("stopped"), Some(0)));
    assert!(shown["hint"].is_null(), "{}", shown["hint"]);
    // Other files take the room away.
    fs::write(world.path("kept/other"), vec![1; 1_000_000]).unwrap();
    let refused = run(&small).exits(1);
    assert!(refused.stderr.contains("the disk is full: 4 MiB are kept free"), "{}", refused.stderr);
    assert_eq!(world.stats().billed, billed, "nothing is sent without room for its answer");
    let elsewhere = world.run(&format!("{ENRICH} --ledger kept/l.db --output large.csv")).exits(0);
    assert_eq!(elsewhere.json()["calls"]["reused"], billed);
    assert_eq!((world.stats().billed, world.stats().billed_duplicates), (1_200, 0));
}

#[test]
fn a_ledger_that_disappears_at_the_end_is_noticed() {
    for file in ["ledger.db", "ledger.db-wal"] {
        let world = World::with(Options { latency: Duration::from_millis(500), ..Options::default() });
        world.write("people.csv", people(8, 8));
        let child = world.command(ENRICH).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while world.stats().in_flight < 8 {
            sleep(Duration::from_millis(1));
        }
        fs::remove_file(world.path(".marl").join(file)).unwrap();
        let ran = world.ran(child.wait_with_output().unwrap()).exits(1);
        assert!(ran.stderr.contains("was deleted or replaced"), "{file}: {}", ran.stderr);
        assert!(ran.stderr.contains("buys it again"), "{file}: {}", ran.stderr);
        let headlines = world.column("people_enriched.csv", "headline");
        assert!(headlines.iter().all(|cell| !cell.is_empty()), "{file}: the output is written");
    }
}
