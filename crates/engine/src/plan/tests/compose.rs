//! Steps that compose: names, prefixes, wanted columns, alternatives, conditions and formulas.

use super::*;

/// All columns that a plan writes.
fn writes(steps: &str, flags: &[&str], table: Table<'_>) -> String {
    let plan =
        plan(steps, flags, Existing::Keep, table).unwrap_or_else(|error| panic!("{error} {:?}", error.hints));
    let names: Vec<&str> = plan.outputs().map(|output| output.name.as_str()).collect();
    names.join(" ")
}

const PEOPLE: Table<'_> =
    &[("linkedin_url", "https://www.linkedin.com/in/x"), ("company_domain", "acme.com"), ("size", "12")];

#[test]
fn an_integration_may_be_used_twice_under_names_of_its_own() {
    let flags = ["ceo.linkedin_url=ceo_linkedin_url", "--prefix ceo=ceo_", "--prefix founder=founder_"];
    let steps = "ceo=profile,founder=profile,find_ceo";
    binds(
        steps,
        &flags,
        PEOPLE,
        "founder(linkedin_url<-linkedin_url) find_ceo(company_domain<-company_domain) ceo(linkedin_url<-ceo_linkedin_url)",
    );
    assert_eq!(writes(steps, &flags, PEOPLE), "founder_headline ceo_name ceo_linkedin_url ceo_headline");
    refuses(
        "ceo=profile,founder=profile",
        &[],
        PEOPLE,
        "`ceo` and `founder` both write column `headline`\n\
         `--prefix founder=founder_` calls the columns of `founder` `founder_headline` and so on",
    );
    refuses(
        "a b=profile",
        &[],
        PEOPLE,
        "`a b` cannot name a step\nnames are made of the letters `a` to `z`, digits and `_`: `ceo=linkedin_profile`",
    );
    refuses(
        "profile",
        &["--prefix profil=x_"],
        PEOPLE,
        "`--prefix` names step `profil`, which is not in this run\ndid you mean `profile`?",
    );
    refuses(
        "profile",
        &["--prefix profile=x_", "--prefix profile=y_"],
        PEOPLE,
        "`--prefix profile` is given twice\nleave one of them out",
    );
}

#[test]
fn wanted_columns_bring_their_steps() {
    let domains: Table<'_> = &[("company_domain", "acme.com")];
    binds("want:headline", &[], PEOPLE, "profile(linkedin_url<-linkedin_url)");
    binds("want:ceo_linkedin_url", &[], domains, "find_ceo(company_domain<-company_domain)");
    binds(
        "want:chicken_name",
        &["chicken.egg_name=company_domain"],
        domains,
        "chicken(egg_name<-company_domain)",
    );
    binds("find_ceo,want:ceo_name", &[], domains, "find_ceo(company_domain<-company_domain)");
    refuses(
        "want:ceo_name",
        &[],
        domains,
        "`ceo_name` is wanted, and several integrations give it\n\
         `--integrations find_ceo` gives `ceo_name` from `company_domain`\n\
         `--integrations other_ceo` gives `ceo_name` from `company_domain`",
    );
    refuses(
        "want:headline",
        &[],
        domains,
        "`profile` needs column `linkedin_url`, which leads.csv does not have, and several integrations give it\n\
         `--integrations find_ceo` gives `ceo_linkedin_url` from `company_domain`\n\
         `--integrations find_cto` gives `cto_linkedin_url` from `company_domain`",
    );
    refuses(
        "want:headlin",
        &[],
        domains,
        "`--want` names column `headlin`, which neither leads.csv nor any integration has\ndid you mean `headline`?",
    );
    refuses(
        "want:cto_linkedin_url",
        &[],
        &[("name", "Acme")],
        "`find_cto` needs column `company_domain`, which leads.csv does not have, and no integration gives it\n\
         if a column holds it under another name: `--map find_cto.company_domain=COLUMN`",
    );
    refuses(
        "want:name",
        &[],
        &[("name", "Acme")],
        "no integration is named\n`marl integrations` lists what exists; name one with `--integrations`, or a column with `--want`",
    );
}

#[test]
fn alternatives_give_the_first_ones_columns() {
    let domains: Table<'_> = &[("company_domain", "acme.com")];
    assert_eq!(
        writes("find_ceo|other_ceo", &["--provider-column =ceo_by"], domains),
        "ceo_name ceo_linkedin_url ceo_by"
    );
    assert_eq!(writes("other_ceo|find_ceo", &[], domains), "ceo_name");
    refuses(
        "find_ceo|profile",
        &[],
        PEOPLE,
        "`profile` gives none of the columns of `find_ceo`\n`find_ceo` gives `ceo_name`, `ceo_linkedin_url`",
    );
    refuses(
        "find_ceo|find_ceo",
        &[],
        PEOPLE,
        "`find_ceo` is named twice in one step\nname each alternative once",
    );
    refuses(
        "find_ceo",
        &["--provider-column =by"],
        PEOPLE,
        "`--provider-column` needs a step of several integrations\n`--integrations 'a|b'` asks `b` for what `a` leaves empty",
    );
    refuses(
        "find_ceo",
        &["--provider-column find_ceo=by"],
        PEOPLE,
        "`find_ceo` has one integration: there is nothing to tell apart\nleave out the provider column",
    );
    refuses(
        "find_ceo|other_ceo,x=other_ceo|find_ceo",
        &["--provider-column =by", "--prefix x=x_"],
        PEOPLE,
        "`--provider-column` could be meant for several steps\nname the step: `--provider-column find_ceo=COLUMN`",
    );
    refuses(
        "find_ceo|other_ceo",
        &["--provider-column =ceo_name"],
        PEOPLE,
        "`find_ceo` writes column `ceo_name` twice\neach of its columns needs a name of its own",
    );
}

#[test]
fn who_writes_the_same_columns_may_be_asked_for_what_is_left() {
    refuses(
        "other_ceo,find_ceo",
        &[],
        PEOPLE,
        "`other_ceo` and `find_ceo` both write column `ceo_name`\n\
         `--prefix find_ceo=find_ceo_` calls the columns of `find_ceo` `find_ceo_ceo_name` and so on\n\
         or ask `find_ceo` only for what `other_ceo` leaves empty: `--integrations 'other_ceo|find_ceo'`",
    );
}

/// Each formula is looked at once for itself and once for each column that it reads, in whatever
/// order they stand: in a chain from back to front, else the work grows with the square.
#[test]
fn a_long_chain_of_formulas_is_put_in_order() {
    let first = "f0:=int(size)".to_owned();
    let chain: Vec<String> =
        std::iter::once(first).chain((1..300).map(|at| format!("f{at}:=f{} + 1", at - 1))).collect();
    let order: Vec<String> = (0..300).map(|at| format!("f{at}()")).collect();
    binds(&chain.join(","), &[], PEOPLE, &order.join(" "));
    let reversed: Vec<String> = chain.into_iter().rev().collect();
    binds(&reversed.join(","), &[], PEOPLE, &order.join(" "));
}

#[test]
fn conditions_and_formulas_are_part_of_the_order() {
    binds(
        "profile,find_ceo",
        &["--where profile=ceo_name != null"],
        PEOPLE,
        "find_ceo(company_domain<-company_domain) profile(linkedin_url<-linkedin_url)",
    );
    binds(
        "profile,big:=int(size) > 10",
        &["--where profile=big == \"true\""],
        PEOPLE,
        "big() profile(linkedin_url<-linkedin_url)",
    );
    // A formula's column has the type of what it gives.
    binds("twice:=once + 1,once:=int(size)", &[], PEOPLE, "once() twice()");
    refuses(
        "find_ceo",
        &["--where find_ceo=size > 10"],
        PEOPLE,
        "the condition of `find_ceo`: `>` cannot compare `size` (text) with `10` (integer)\n\
         write `int(size) > 10`\n\
         or give the column its type: `--column-type size=integer`, in a recipe `size = \"integer\"` under `[columns]`",
    );
    refuses(
        "find_ceo",
        &["--where find_ceo=siz == \"1\""],
        PEOPLE,
        "the condition of `find_ceo`: there is no column `siz`\ndid you mean `size`?",
    );
    refuses(
        "a:=b,b:=a",
        &[],
        PEOPLE,
        "`a` and `b` need each other's columns\na formula needs columns that are there before it",
    );
    refuses(
        "z:=z",
        &[],
        PEOPLE,
        "the formula of `z`: there is no column `z`\nthe columns are `linkedin_url`, `company_domain`, `size`\na text is written in quotes: `\"...\"`",
    );
    binds("size:=size + \"!\"", &[], PEOPLE, "size()");
    // The names of some are parts of the names of others.
    binds("aa:=aaa + a,a:=1,ab:=aa,aaa:=a + 1", &[], PEOPLE, "a() aaa() aa() ab()");
    refuses("z:=1,z:=2", &[], PEOPLE, "two steps are called `z`\ngive one of them another name");
    refuses(
        "A b:=1",
        &[],
        PEOPLE,
        "`A b` cannot name a formula's column\nnames are made of the letters `a` to `z`, digits and `_`",
    );
    refuses(
        "profile,headline:=\"x\"",
        &[],
        PEOPLE,
        "`profile` and `headline` both write column `headline`\n\
         `--prefix headline=headline_` calls the columns of `headline` `headline_headline` and so on",
    );
}

#[test]
fn a_problem_says_what_part_of_the_request_it_is_about() {
    let about = |steps: &str, flags: &[&str]| {
        plan(steps, flags, Existing::Keep, PEOPLE)
            .err()
            .expect("a plan was made")
            .about
            .expect("it is about something")
    };
    let at = |step, part| About { step, part };
    assert_eq!(about("find_ceo,nobody", &[]), at(1, Part::Use));
    assert_eq!(
        about("find_ceo,profile", &["profile.nothing=size"]),
        at(1, Part::Input("nothing".to_owned()))
    );
    assert_eq!(
        about("find_ceo,profile", &["profile.linkedin_url=nothing"]),
        at(1, Part::Input("linkedin_url".to_owned()))
    );
    assert_eq!(about("find_ceo,profile", &["--where profile=1"]), at(1, Part::Condition));
    assert_eq!(about("find_ceo,x:=1 +", &[]), at(1, Part::Formula));
    assert_eq!(about("find_ceo,other_ceo", &[]), at(1, Part::Prefix));
}
