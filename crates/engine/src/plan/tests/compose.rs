//! Tests of steps that compose: names, prefixes, wanted columns, alternatives, conditions and formulas.

use super::*;

/// All columns that a plan writes.
fn writes(steps: &str, flags: &[&str], table: Table<'_>) -> String {
    let plan = plan(steps, flags, Existing::Keep, table)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.advice));
    let names: Vec<&str> = plan.outputs().map(|output| output.name.as_str()).collect();
    names.join(" ")
}

const PEOPLE: Table<'_> =
    &[("linkedin_url", "https://www.linkedin.com/in/x"), ("company_domain", "acme.com"), ("size", "12")];

#[test]
fn an_integration_may_be_used_twice_under_names_of_its_own() {
    let flags = ["ceo.linkedin_url=ceo_linkedin_url", "prefix ceo=ceo_", "prefix founder=founder_"];
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
        "`ceo` and `founder` both write column `headline`",
        [prefix("founder", "headline")],
    );
    refuses(
        "a b=profile",
        &[],
        PEOPLE,
        "`a b` cannot name a step",
        [Advice::NameLetters { is_formula: false }],
    );
    refuses(
        "profile",
        &["prefix profil=x_"],
        PEOPLE,
        "no step of this run is called `profil`",
        [word(Part::Prefix, "profil", "profile")],
    );
    refuses(
        "profile",
        &["prefix profile=x_", "prefix profile=y_"],
        PEOPLE,
        "step `profile` is given a prefix twice",
        [Advice::GiveOnce],
    );
}

#[test]
fn wanted_columns_add_their_steps() {
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
        "`ceo_name` is wanted, and several integrations produce it",
        ["find_ceo", "other_ceo"].map(|name| choose_integration(name, "ceo_name")),
    );
    refuses(
        "want:headline",
        &[],
        domains,
        "`profile` needs column `linkedin_url`, which leads.csv does not have, and several integrations produce it",
        [
            choose_integration("find_ceo", "ceo_linkedin_url"),
            choose_integration("find_cto", "cto_linkedin_url"),
        ],
    );
    refuses(
        "want:headlin",
        &[],
        domains,
        "column `headlin` is wanted, and neither leads.csv nor any integration has it",
        [word(Part::Want, "headlin", "headline")],
    );
    refuses(
        "want:cto_linkedin_url",
        &[],
        &[("name", "Acme")],
        "`find_cto` needs column `company_domain`, which leads.csv does not have, and no integration produces it",
        [bind_any("find_cto", "company_domain", ["name"])],
    );
    refuses("want:name", &[], &[("name", "Acme")], "no integration is named", [Advice::NameIntegration]);
}

#[test]
fn alternatives_produce_the_columns_of_the_first() {
    let domains: Table<'_> = &[("company_domain", "acme.com")];
    assert_eq!(
        writes("find_ceo|other_ceo", &["provider =ceo_by"], domains),
        "ceo_name ceo_linkedin_url ceo_by"
    );
    assert_eq!(writes("other_ceo|find_ceo", &[], domains), "ceo_name");
    refuses(
        "find_ceo|profile",
        &[],
        PEOPLE,
        "`profile` produces none of the columns of `find_ceo`",
        [Advice::Gives {
            integration: "find_ceo".to_owned(),
            outputs: texts(["ceo_name", "ceo_linkedin_url"]),
        }],
    );
    refuses(
        "find_ceo|find_ceo",
        &[],
        PEOPLE,
        "`find_ceo` is named twice in one step",
        [Advice::NameAlternativesOnce],
    );
    refuses(
        "find_ceo",
        &["provider =by"],
        PEOPLE,
        "a provider column needs a step of several integrations",
        [Advice::AddAlternatives],
    );
    refuses(
        "find_ceo",
        &["provider find_ceo=by"],
        PEOPLE,
        "`find_ceo` has one integration: there is nothing to tell apart",
        [Advice::OmitProviderColumn],
    );
    refuses(
        "find_ceo|other_ceo,x=other_ceo|find_ceo",
        &["provider =by", "prefix x=x_"],
        PEOPLE,
        "several steps of this run could name their provider in a column",
        [Advice::NameStep { part: Part::ProviderColumn, step: "find_ceo".to_owned() }],
    );
    refuses(
        "find_ceo|other_ceo",
        &["provider =ceo_name"],
        PEOPLE,
        "`find_ceo` writes column `ceo_name` twice",
        [Advice::NameColumnsApart],
    );
}

#[test]
fn steps_that_write_the_same_columns_may_be_joined() {
    refuses(
        "other_ceo,find_ceo",
        &[],
        PEOPLE,
        "`other_ceo` and `find_ceo` both write column `ceo_name`",
        [
            prefix("find_ceo", "ceo_name"),
            Advice::JoinSteps {
                first: "other_ceo".to_owned(),
                second: "find_ceo".to_owned(),
                integrations: texts(["other_ceo", "find_ceo"]),
            },
        ],
    );
}

/// Each formula is scanned once for itself and once for each column that it reads, in whatever order they are
/// given: otherwise a chain that is given backwards would take quadratic time.
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
        &["where profile=ceo_name != null"],
        PEOPLE,
        "find_ceo(company_domain<-company_domain) profile(linkedin_url<-linkedin_url)",
    );
    binds(
        "profile,big:=int(size) > 10",
        &["where profile=big == \"true\""],
        PEOPLE,
        "big() profile(linkedin_url<-linkedin_url)",
    );
    // A formula's column has the type of the formula's result.
    binds("twice:=once + 1,once:=int(size)", &[], PEOPLE, "once() twice()");
    refuses(
        "find_ceo",
        &["where find_ceo=size > 10"],
        PEOPLE,
        "the condition of `find_ceo`: `>` cannot compare `size` (text) with `10` (integer)",
        [
            language("write `int(size) > 10`"),
            Advice::ColumnType { column: "size".to_owned(), kind: SemanticType::Integer },
        ],
    );
    refuses(
        "find_ceo",
        &["where find_ceo=siz == \"1\""],
        PEOPLE,
        "the condition of `find_ceo`: there is no column `siz`",
        [
            Advice::Rewrite {
                part: Part::Condition,
                wrong: "siz == \"1\"".to_owned(),
                right: "size == \"1\"".to_owned(),
            },
            language("did you mean `size`?"),
        ],
    );
    refuses("a:=b,b:=a", &[], PEOPLE, "`a` and `b` need each other's columns", [Advice::FormulaOrder]);
    refuses(
        "z:=z",
        &[],
        PEOPLE,
        "the formula of `z`: there is no column `z`",
        [
            language("the columns are `linkedin_url`, `company_domain`, `size`"),
            language("a text is written in quotes: `\"...\"`"),
        ],
    );
    binds("size:=size + \"!\"", &[], PEOPLE, "size()");
    // Some of these names are parts of other names.
    binds("aa:=aaa + a,a:=1,ab:=aa,aaa:=a + 1", &[], PEOPLE, "a() aaa() aa() ab()");
    refuses("z:=1,z:=2", &[], PEOPLE, "two steps are called `z`", [Advice::RenameStep]);
    refuses(
        "A b:=1",
        &[],
        PEOPLE,
        "`A b` cannot name a formula's column",
        [Advice::NameLetters { is_formula: true }],
    );
    refuses(
        "profile,headline:=\"x\"",
        &[],
        PEOPLE,
        "`profile` and `headline` both write column `headline`",
        [prefix("headline", "headline")],
    );
}

#[test]
fn an_error_names_the_part_of_the_request() {
    let about = |steps: &str, flags: &[&str]| {
        plan(steps, flags, Existing::Keep, PEOPLE)
            .err()
            .expect("a plan was made")
            .about
            .expect("it is about something")
    };
    let at = |step, part| About { step: Some(step), part };
    assert_eq!(about("find_ceo,nobody", &[]), at(1, Part::Use));
    assert_eq!(
        about("find_ceo,profile", &["profile.nothing=size"]),
        at(1, Part::Input("nothing".to_owned()))
    );
    assert_eq!(
        about("find_ceo,profile", &["profile.linkedin_url=nothing"]),
        at(1, Part::Input("linkedin_url".to_owned()))
    );
    assert_eq!(about("find_ceo,profile", &["where profile=1"]), at(1, Part::Condition));
    assert_eq!(about("find_ceo,x:=1 +", &[]), at(1, Part::Formula));
    assert_eq!(about("find_ceo,other_ceo", &[]), at(1, Part::Prefix));
}
