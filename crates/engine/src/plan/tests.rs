//! Tests of plans over headers: bindings, orders, and every error message.

mod compose;
mod cycles;
mod expected;
mod names;
mod needs;

use async_trait::async_trait;
use marl_core::{Context, Contract, Error, Fields, Registration, Row, SemanticType};

use self::expected::{
    bind, bind_any, choose, choose_integration, input, language, output, prefix, texts, word,
};
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
        Registration::integration(|| Box::new(Plain(&cycles::CHICKEN))),
        Registration::integration(|| Box::new(Plain(&cycles::EGG))),
        Registration::integration(|| Box::new(Plain(&OTHER_CEO))),
        Registration::integration(|| Box::new(Plain(&cycles::COOK))),
        Registration::integration(|| Box::new(Plain(&cycles::MENU))),
    ];
    Registry::from_registrations(&all).unwrap()
}

/// A table with one sample row.
type Table<'a> = &'a [(&'a str, &'a str)];

/// A tweak from text: `step.input=column`, `into step.output=column`, `prefix step=prefix`, `where step=CEL`,
/// `provider step=column`.
fn tweak(text: &str) -> Tweak {
    let word =
        text.split_once(' ').filter(|(word, _)| ["into", "prefix", "where", "provider"].contains(word));
    let (word, text) = word.unwrap_or(("map", text));
    let (left, right) = text.split_once('=').unwrap();
    let (step, set) = match (word, left.split_once('.')) {
        ("map", Some((step, input))) => (step, Set::Input(input.to_owned(), right.to_owned())),
        ("map", None) => ("", Set::Input(left.to_owned(), right.to_owned())),
        ("into", Some((step, output))) => (step, Set::Output(output.to_owned(), right.to_owned())),
        ("into", None) => ("", Set::Output(left.to_owned(), right.to_owned())),
        ("prefix", _) => (left, Set::Prefix(right.to_owned())),
        ("where", _) => (left, Set::Condition(right.to_owned())),
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
        plan(steps, maps, Existing::Keep, table).unwrap_or_else(|error| panic!("{error} {:?}", error.advice));
    let bindings = plan.steps.iter().map(|step| {
        let inputs = step.alternatives().iter().flat_map(|alternative| &alternative.inputs);
        let inputs: Vec<String> =
            inputs.map(|input| format!("{}<-{}", input.column.name, input.from)).collect();
        format!("{}({})", step.name, inputs.join(" "))
    });
    assert_eq!(bindings.collect::<Vec<_>>().join(" "), expect);
}

#[track_caller]
fn refuses<const N: usize>(
    steps: &str,
    tweaks: &[&str],
    table: Table<'_>,
    message: &str,
    advice: [Advice; N],
) {
    let error = plan(steps, tweaks, Existing::Keep, table).err().expect("a plan was made");
    assert_eq!((error.message.as_str(), error.advice), (message, advice.to_vec()));
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
fn a_missing_column_is_named_with_advice() {
    let find_ceo_first = Advice::AddIntegration {
        integration: "find_ceo".to_owned(),
        output: "ceo_linkedin_url".to_owned(),
        inputs: texts(["company_domain"]),
        steps: ["find_ceo", "profile"]
            .map(|name| StepUse { name: None, integrations: texts([name]) })
            .to_vec(),
    };
    refuses(
        "profile",
        &[],
        &[("name", "Jane"), ("LinkedIn", "linkedin.com/in/jane"), ("company_domain", "acme.com")],
        "`profile` needs column `linkedin_url`, which leads.csv does not have",
        [bind("profile", "linkedin_url", ["LinkedIn"]), find_ceo_first.clone()],
    );
    refuses(
        "find_ceo",
        &[],
        &[("Company Website", "https://acme.com"), ("x", "1")],
        "`find_ceo` needs column `company_domain`, which leads.csv does not have",
        [bind("find_ceo", "company_domain", ["Company Website"])],
    );
    refuses(
        "find_ceo",
        &[],
        &[("a", "1"), ("b", "2")],
        "`find_ceo` needs column `company_domain`, which leads.csv does not have",
        [bind_any("find_ceo", "company_domain", ["a", "b"])],
    );
    refuses(
        "profile",
        &[],
        &[("old_linkedin_url", "see below")],
        "`profile` needs column `linkedin_url`, which leads.csv does not have",
        [find_ceo_first],
    );
}

#[test]
fn steps_keep_their_names_where_an_integration_is_to_be_added() {
    let error = plan("ceo=profile,x:=1", &[], Existing::Keep, &[("x y", "1")]).err().unwrap();
    assert!(
        matches!(
            error.advice.as_slice(),
            [Advice::AddIntegration { steps, .. }] if *steps == [
                StepUse { name: None, integrations: texts(["find_ceo"]) },
                StepUse { name: Some("ceo".to_owned()), integrations: texts(["profile"]) },
            ]
        ),
        "{error:?}"
    );
}

#[test]
fn several_columns_that_fit_are_an_error() {
    refuses(
        "find_ceo,find_cto,profile",
        &[],
        LEADS,
        "`profile` needs column `linkedin_url`, and several columns fit: `ceo_linkedin_url`, `cto_linkedin_url`",
        [choose("profile", "linkedin_url", ["ceo_linkedin_url", "cto_linkedin_url"])],
    );
}

#[test]
fn names_that_do_not_exist() {
    let listed = || {
        let names = ["chicken", "cook", "egg", "find_ceo", "find_cto", "menu", "other_ceo", "profile"];
        Advice::KnownIntegrations(texts(names))
    };
    let unknown = plan("find-ceo", &[], Existing::Keep, LEADS).err().unwrap();
    assert_eq!(unknown.problem, Problem::UnknownIntegration);
    refuses(
        "find-ceo",
        &[],
        LEADS,
        "no integration is called `find-ceo`",
        [word(Part::Use, "find-ceo", "find_ceo"), listed()],
    );
    refuses("zzz", &[], LEADS, "no integration is called `zzz`", [listed()]);
    let integrations = texts(["find_ceo"]);
    refuses(
        "find_ceo,find_ceo",
        &[],
        LEADS,
        "two steps are called `find_ceo`",
        [Advice::NameSecondUse { name: "find_ceo".to_owned(), integrations }],
    );
    refuses("", &[], LEADS, "no integration is named", [Advice::NameIntegration]);
    refuses("a|,find_ceo", &[], LEADS, "an integration's name is empty", [Advice::IntegrationForms]);
    let map =
        |map: &str, message: &str, advice: Advice| refuses("find_ceo", &[map], LEADS, message, [advice]);
    map("profil.x=y", "no step of this run is called `profil`", Advice::Known(texts(["find_ceo"])));
    map(
        "find_ceo.domain=name",
        "`find_ceo` has no input `domain`",
        word(input("domain"), "domain", "company_domain"),
    );
    map(
        "find_ceo.company_domain=nam",
        "`find_ceo.company_domain` is to be fed from column `nam`, which leads.csv does not have",
        word(input("company_domain"), "nam", "name"),
    );
}

#[test]
fn swapped_sides_are_corrected() {
    let unknown = "no step of this run is called";
    let map =
        |map: &str, message: &str, advice: Advice| refuses("find_ceo", &[map], LEADS, message, [advice]);
    let swap = |part: Part, left: &str, right: &str| Advice::SwapSides {
        part,
        left: left.to_owned(),
        right: right.to_owned(),
        name: right.to_owned(),
    };
    map(
        "name=company_domain",
        "no step of this run has an input `name`",
        swap(input("name"), "name", "company_domain"),
    );
    map("prefix hq_=find_ceo", &format!("{unknown} `hq_`"), swap(Part::Prefix, "hq_", "find_ceo"));
    map("provider by=find_ceo", &format!("{unknown} `by`"), swap(Part::ProviderColumn, "by", "find_ceo"));
    map(
        "company_domain.find_ceo=name",
        &format!("{unknown} `company_domain`"),
        Advice::SwapNames {
            part: input("find_ceo"),
            step: "find_ceo".to_owned(),
            name: "company_domain".to_owned(),
        },
    );
    let names = texts(["company_domain"]);
    map(
        "name=x",
        "no step of this run has an input `name`",
        Advice::PutColumnRight { part: input("name"), column: "name".to_owned(), names: names.clone() },
    );
    refuses(
        "find_ceo",
        &["find_ceo=name"],
        LEADS,
        "no step of this run has an input `find_ceo`",
        [Advice::NameInput { step: "find_ceo".to_owned(), column: "name".to_owned() }, Advice::Known(names)],
    );
}

#[test]
fn a_column_has_one_writer() {
    refuses(
        "find_ceo,other_ceo",
        &[],
        LEADS,
        "`find_ceo` and `other_ceo` both write column `ceo_name`",
        [prefix("other_ceo", "ceo_name")],
    );
}

#[test]
fn existing_columns_fail_only_when_asked_to() {
    let table = [("company_domain", "acme.com"), ("ceo_name", "")];
    let kept = plan("find_ceo", &[], Existing::Keep, &table).unwrap();
    assert_eq!(kept.outputs().map(|output| output.existing).collect::<Vec<_>>(), [true, false]);
    let error = plan("find_ceo", &[], Existing::Fail, &table).err().unwrap();
    assert_eq!(error.message, "leads.csv already has column `ceo_name`");
    assert_eq!(error.advice, [Advice::KeepOrOverwrite]);
    let anew = Request { refresh: Refresh::All, ..request("find_ceo", &[], Existing::Fail) };
    let columns = ["company_domain", "ceo_name"].map(str::to_owned);
    let header = Header { table: "leads.csv", columns: &columns, samples: &[] };
    assert!(
        Plan::new(&anew, &header, &registry()).is_err(),
        "asking anew does not overwrite what must not be"
    );
}
