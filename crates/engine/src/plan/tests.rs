//! Plans over headers: bindings, orders, and every message of what cannot be.

mod compose;
mod names;

use async_trait::async_trait;
use marl_core::{Context, Contract, Error, Fields, Registration, Row, SemanticType};

use super::*;

struct Plain(&'static Contract);

#[async_trait]
impl Integration for Plain {
    fn contract(&self) -> &Contract {
        self.0
    }

    async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
        Ok(Fields::none())
    }
}

const fn contract(name: &'static str, inputs: &'static [Column], outputs: &'static [Column]) -> Contract {
    Contract::new(name, "1", "").inputs(inputs).outputs(outputs)
}

static FIND_CEO: Contract = contract(
    "find_ceo",
    const { &[Column::required("company_domain", SemanticType::Domain, "")] },
    const {
        &[
            Column::optional("ceo_name", SemanticType::Text, ""),
            Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, ""),
        ]
    },
);
static FIND_CTO: Contract = contract(
    "find_cto",
    const { &[Column::required("company_domain", SemanticType::Domain, "")] },
    const { &[Column::optional("cto_linkedin_url", SemanticType::LinkedinUrl, "")] },
);
static PROFILE: Contract = contract(
    "profile",
    const {
        &[
            Column::required("linkedin_url", SemanticType::LinkedinUrl, ""),
            Column::optional("language", SemanticType::Text, ""),
        ]
    },
    const { &[Column::optional("headline", SemanticType::Text, "")] },
);
static CHICKEN: Contract = contract(
    "chicken",
    const { &[Column::required("egg_name", SemanticType::Text, "")] },
    const { &[Column::optional("chicken_name", SemanticType::Text, "")] },
);
static EGG: Contract = contract(
    "egg",
    const { &[Column::required("chicken_name", SemanticType::Text, "")] },
    const { &[Column::optional("egg_name", SemanticType::Text, "")] },
);
static OTHER_CEO: Contract = contract(
    "other_ceo",
    const { &[Column::required("company_domain", SemanticType::Domain, "")] },
    const { &[Column::optional("ceo_name", SemanticType::Text, "")] },
);

fn registry() -> Registry {
    let all = [
        Registration::integration(|| Box::new(Plain(&FIND_CEO))),
        Registration::integration(|| Box::new(Plain(&FIND_CTO))),
        Registration::integration(|| Box::new(Plain(&PROFILE))),
        Registration::integration(|| Box::new(Plain(&CHICKEN))),
        Registration::integration(|| Box::new(Plain(&EGG))),
        Registration::integration(|| Box::new(Plain(&OTHER_CEO))),
    ];
    Registry::from_registrations(&all).unwrap()
}

/// A table of one sample row.
type Table<'a> = &'a [(&'a str, &'a str)];

/// What a flag says: `--map step.input=column`, `--prefix step=prefix`, `--where step=CEL`.
fn tweak(text: &str) -> Tweak {
    let (flag, text) = text.split_once(' ').unwrap_or(("--map", text));
    let (left, right) = text.split_once('=').unwrap();
    let (step, set) = match (flag, left.split_once('.')) {
        ("--map", Some((step, input))) => (step, Set::Input(input.to_owned(), right.to_owned())),
        ("--map", None) => ("", Set::Input(left.to_owned(), right.to_owned())),
        ("--into", Some((step, output))) => (step, Set::Output(output.to_owned(), right.to_owned())),
        ("--into", None) => ("", Set::Output(left.to_owned(), right.to_owned())),
        ("--prefix", _) => (left, Set::Prefix(right.to_owned())),
        ("--where", _) => (left, Set::Condition(right.to_owned())),
        _ => (left, Set::ProviderColumn(right.to_owned())),
    };
    Tweak { step: (!step.is_empty()).then(|| step.to_owned()), set }
}

fn request(steps: &str, flags: &[&str], existing: Existing) -> Request {
    let is_formula = |word: &&str| word.contains(":=");
    let words = || steps.split(',').filter(|word| !word.is_empty());
    let formulas = words().filter(is_formula).map(|word| {
        let (column, text) = word.split_once(":=").unwrap();
        StepRequest::formula(column, text)
    });
    let want = words().filter_map(|word| word.strip_prefix("want:"));
    let uses = words().filter(|word| !is_formula(word) && !word.starts_with("want:"));
    Request {
        steps: uses.map(StepRequest::parse).chain(formulas).collect(),
        want: want.map(str::to_owned).collect(),
        tweaks: flags.iter().map(|flag| tweak(flag)).collect(),
        existing,
        ..Request::default()
    }
}

fn plan(steps: &str, flags: &[&str], existing: Existing, table: Table<'_>) -> Result<Plan, PlanError> {
    let columns: Vec<String> = table.iter().map(|(name, _)| (*name).to_owned()).collect();
    let samples: Vec<Vec<String>> = table
        .iter()
        .map(|(_, cell)| [*cell].iter().filter(|c| !c.is_empty()).map(|c| (*c).to_owned()).collect())
        .collect();
    let header = Header { table: "leads.csv", columns: &columns, samples: &samples };
    Plan::new(&request(steps, flags, existing), &header, &registry())
}

/// `step(input<-column) ...` in plan order.
#[track_caller]
fn binds(steps: &str, maps: &[&str], table: Table<'_>, expect: &str) {
    let plan =
        plan(steps, maps, Existing::Keep, table).unwrap_or_else(|error| panic!("{error} {:?}", error.hints));
    let told = plan.steps.iter().map(|step| {
        let inputs = step.alternatives().iter().flat_map(|alternative| &alternative.inputs);
        let inputs: Vec<String> =
            inputs.map(|input| format!("{}<-{}", input.column.name, input.from)).collect();
        format!("{}({})", step.name, inputs.join(" "))
    });
    assert_eq!(told.collect::<Vec<_>>().join(" "), expect);
}

#[track_caller]
fn refuses(steps: &str, maps: &[&str], table: Table<'_>, expect: &str) {
    let error = plan(steps, maps, Existing::Keep, table).err().expect("a plan was made");
    let told = std::iter::once(error.message).chain(error.hints).collect::<Vec<_>>().join("\n");
    assert_eq!(told, expect);
}

const LEADS: Table<'_> = &[("name", "Acme"), ("company_domain", "acme.com")];

#[test]
fn columns_decide_the_order_and_not_the_list() {
    let expect = "find_ceo(company_domain<-company_domain) profile(linkedin_url<-ceo_linkedin_url)";
    binds("find_ceo,profile", &[], LEADS, expect);
    binds("profile,find_ceo", &[], LEADS, expect);
    binds("profile,find_ceo", &["profile.linkedin_url=ceo_linkedin_url"], LEADS, expect);
    binds(
        "other_ceo,find_cto",
        &[],
        LEADS,
        "other_ceo(company_domain<-company_domain) find_cto(company_domain<-company_domain)",
    );
}

#[test]
fn an_input_takes_its_name_then_the_column_that_ends_in_it() {
    let own = [("linkedin_url", "x"), ("ceo_linkedin_url", "linkedin.com/in/jane")];
    binds("profile", &[], &own, "profile(linkedin_url<-linkedin_url)");
    let suffix = [("ceo_linkedin_url", "linkedin.com/in/jane"), ("language", "en")];
    binds("profile", &[], &suffix, "profile(linkedin_url<-ceo_linkedin_url language<-language)");
    let empty = [("ceo_linkedin_url", "")];
    binds("profile", &[], &empty, "profile(linkedin_url<-ceo_linkedin_url)");
    let mapped = [("LinkedIn", "linkedin.com/in/jane")];
    binds("profile", &["profile.linkedin_url=LinkedIn"], &mapped, "profile(linkedin_url<-LinkedIn)");
}

#[test]
fn a_missing_column_is_named_with_what_helps() {
    refuses(
        "profile",
        &[],
        &[("name", "Jane"), ("LinkedIn", "linkedin.com/in/jane"), ("company_domain", "acme.com")],
        "`profile` needs column `linkedin_url`, which leads.csv does not have\n\
         columns that could be it: `LinkedIn`; bind one with `--map profile.linkedin_url=LinkedIn`\n\
         `find_ceo` produces `ceo_linkedin_url` from `company_domain`; add it with `--integrations find_ceo,profile` (in a recipe, a step of its own)",
    );
    refuses(
        "find_ceo",
        &[],
        &[("Company Website", "https://acme.com"), ("x", "1")],
        "`find_ceo` needs column `company_domain`, which leads.csv does not have\n\
         columns that could be it: `Company Website`; bind one with `--map find_ceo.company_domain='Company Website'`",
    );
    refuses(
        "find_ceo",
        &[],
        &[("a", "1"), ("b", "2")],
        "`find_ceo` needs column `company_domain`, which leads.csv does not have\n\
         its columns are `a`, `b`; bind one with `--map find_ceo.company_domain=COLUMN`",
    );
    refuses(
        "profile",
        &[],
        &[("old_linkedin_url", "see below")],
        "`profile` needs column `linkedin_url`, which leads.csv does not have\n\
         `find_ceo` produces `ceo_linkedin_url` from `company_domain`; add it with `--integrations find_ceo,profile` (in a recipe, a step of its own)",
    );
}

#[test]
fn several_columns_that_fit_are_an_error() {
    refuses(
        "find_ceo,find_cto,profile",
        &[],
        LEADS,
        "`profile` needs column `linkedin_url`, and several could be it: `ceo_linkedin_url`, `cto_linkedin_url`\n\
         choose one with `--map profile.linkedin_url=ceo_linkedin_url`",
    );
}

#[test]
fn names_that_do_not_exist() {
    let listed = "there are `chicken`, `egg`, `find_ceo`, `find_cto`, `other_ceo`, `profile`; `marl integrations` says what each needs and gives";
    let unknown = plan("find-ceo", &[], Existing::Keep, LEADS).err().unwrap();
    assert_eq!(unknown.problem, Problem::UnknownIntegration);
    refuses(
        "find-ceo",
        &[],
        LEADS,
        &format!("no integration is called `find-ceo`\ndid you mean `find_ceo`?\n{listed}"),
    );
    refuses("zzz", &[], LEADS, &format!("no integration is called `zzz`\n{listed}"));
    refuses(
        "find_ceo,find_ceo",
        &[],
        LEADS,
        "two steps are called `find_ceo`\n\
         to use an integration twice give it a name of its own: `--integrations find_ceo,other=find_ceo`, and `--prefix other=other_` for its columns",
    );
    refuses(
        "",
        &[],
        LEADS,
        "no integration is named\n`marl integrations` lists what exists; name one with `--integrations`, or a column with `--want`",
    );
    let map = |map: &str, expect: &str| refuses("find_ceo", &[map], LEADS, expect);
    map("profil.x=y", "`--map` names step `profil`, which is not in this run\nthere are `find_ceo`");
    map("find_ceo.domain=name", "`find_ceo` has no input `domain`\ndid you mean `company_domain`?");
    map(
        "find_ceo.company_domain=nam",
        "`find_ceo.company_domain` is to be fed from column `nam`, which leads.csv does not have\ndid you mean `name`?",
    );
}

#[test]
fn a_column_has_one_writer() {
    refuses(
        "find_ceo,other_ceo",
        &[],
        LEADS,
        "`find_ceo` and `other_ceo` both write column `ceo_name`\n\
         `--prefix other_ceo=other_ceo_` calls the columns of `other_ceo` `other_ceo_ceo_name` and so on",
    );
}

#[test]
fn a_circle_is_an_error() {
    refuses(
        "chicken,egg",
        &[],
        LEADS,
        "`chicken` and `egg` need each other's columns\nbind one of their inputs to a column of the table with `--map step.input=column`\n\
         or give the columns of one of them other names: `--prefix egg=egg_`",
    );
    binds(
        "chicken,egg",
        &["chicken.egg_name=name"],
        LEADS,
        "chicken(egg_name<-name) egg(chicken_name<-chicken_name)",
    );
}

#[test]
fn existing_columns_fail_only_when_asked_to() {
    let table = [("company_domain", "acme.com"), ("ceo_name", "")];
    let kept = plan("find_ceo", &[], Existing::Keep, &table).unwrap();
    assert_eq!(kept.outputs().map(|output| output.existing).collect::<Vec<_>>(), [true, false]);
    let error = plan("find_ceo", &[], Existing::Fail, &table).err().unwrap();
    assert_eq!(error.message, "leads.csv already has column `ceo_name`");
    let anew = Request { refresh: Refresh::All, ..request("find_ceo", &[], Existing::Fail) };
    let columns = ["company_domain", "ceo_name"].map(str::to_owned);
    let header = Header { table: "leads.csv", columns: &columns, samples: &[] };
    assert!(
        Plan::new(&anew, &header, &registry()).is_err(),
        "asking anew does not overwrite what must not be"
    );
}
