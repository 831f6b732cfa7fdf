//! Tests of tables with column names of their own: usual names, names that look alike, inputs bound for all
//! steps, outputs written into the table's columns.

use super::*;

static SCOUT: Contract = contract(
    "scout",
    const {
        &[Column::required("company_domain", SemanticType::Domain, "").aliases(&["website", "url", "domain"])]
    },
    const {
        &[
            Column::optional("boss", SemanticType::Text, ""),
            Column::optional("boss_linkedin_url", SemanticType::LinkedinUrl, ""),
        ]
    },
);
static READER: Contract = contract(
    "reader",
    const {
        &[
            Column::required("linkedin_url", SemanticType::LinkedinUrl, "").aliases(&["linkedin", "url"]),
            Column::optional("nickname", SemanticType::Text, "").aliases(&["alias"]),
        ]
    },
    const { &[Column::optional("headline", SemanticType::Text, "")] },
);
static COUNTER: Contract = contract(
    "counter",
    const { &[Column::required("company_domain", SemanticType::Domain, "").aliases(&["website"])] },
    const { &[Column::optional("staff", SemanticType::Integer, "")] },
);

fn planned(steps: &str, flags: &[&str], table: Table<'_>) -> Result<Plan, PlanError> {
    let columns: Vec<String> = table.iter().map(|(name, _)| (*name).to_owned()).collect();
    let filled = |cell: &str| if cell.is_empty() { Vec::new() } else { vec![cell.to_owned()] };
    let samples: Vec<Vec<String>> = table.iter().map(|(_, cell)| filled(cell)).collect();
    let header = Header { table: "crm.csv", columns: &columns, samples: &samples };
    let all = [
        Registration::integration(|| Box::new(Plain(&SCOUT))),
        Registration::integration(|| Box::new(Plain(&READER))),
        Registration::integration(|| Box::new(Plain(&COUNTER))),
    ];
    Plan::new(&request(steps, flags, Existing::Keep), &header, &Registry::from_registrations(&all).unwrap())
}

/// `step(input<-column -> output columns)`, in plan order.
fn rendered(plan: &Plan) -> String {
    let step = |step: &Step| {
        let inputs = step.alternatives().iter().flat_map(|alternative| &alternative.inputs);
        let inputs: Vec<String> =
            inputs.map(|input| format!("{}<-{}", input.column.name, input.from)).collect();
        let outputs: Vec<&str> = step.columns().map(|output| output.name.as_str()).collect();
        format!("{}({} -> {})", step.name, inputs.join(" "), outputs.join(" "))
    };
    plan.steps.iter().map(step).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn fits(steps: &str, flags: &[&str], table: Table<'_>, expect: &str) {
    let plan = planned(steps, flags, table).unwrap_or_else(|error| panic!("{error} {:?}", error.advice));
    assert_eq!(rendered(&plan), expect);
}

#[track_caller]
fn fails(steps: &str, tweaks: &[&str], table: Table<'_>, message: &str, advice: Advice) {
    let error = planned(steps, tweaks, table).err().expect("a plan was made");
    assert_eq!((error.message.as_str(), error.advice), (message, vec![advice]));
}

const CRM: Table<'_> =
    &[("Account Name", "Acme"), ("Website", "https://acme.com"), ("CEO", ""), ("Staff", "")];

#[test]
fn a_usual_name_binds_when_its_values_fit_and_nothing_else_does() {
    fits("scout", &[], CRM, "scout(company_domain<-Website -> boss boss_linkedin_url)");
    fits(
        "counter,scout",
        &[],
        &[("WEBSITE", "")],
        "counter(company_domain<-WEBSITE -> staff) scout(company_domain<-WEBSITE -> boss boss_linkedin_url)",
    );
    // The input's own name has priority; another spelling of it counts as a usual name.
    fits(
        "counter",
        &[],
        &[("Website", "acme.com"), ("company_domain", "b.com")],
        "counter(company_domain<-company_domain -> staff)",
    );
    fits(
        "counter",
        &[],
        &[("Company Domain", "acme.com")],
        "counter(company_domain<-Company Domain -> staff)",
    );
    // One name may mean two things: the values decide.
    let url = [("URL", "https://www.linkedin.com/in/jane"), ("Alias", "Jay")];
    fits("reader", &[], &url, "reader(linkedin_url<-URL nickname<-Alias -> headline)");
    fits("scout", &[], &[("URL", "acme.com")], "scout(company_domain<-URL -> boss boss_linkedin_url)");
    // A placeholder is no evidence of a column's type.
    fits("counter", &[], &[("Website", "N/A")], "counter(company_domain<-Website -> staff)");
}

#[test]
fn several_usual_names_are_the_users_to_choose_from() {
    let table = [("Website", "acme.com"), ("Domain", "acme.org")];
    fails(
        "scout",
        &[],
        &table,
        "`scout` needs column `company_domain`, and several columns fit: `Website`, `Domain`",
        choose("scout", "company_domain", ["Website", "Domain"]),
    );
    // One candidate is a column of the table, and another step writes the other.
    fails(
        "scout,reader",
        &[],
        &[("company_domain", "acme.com"), ("LinkedIn", "linkedin.com/in/jane")],
        "`reader` needs column `linkedin_url`, and several columns fit: `LinkedIn`, `boss_linkedin_url`",
        choose("reader", "linkedin_url", ["LinkedIn", "boss_linkedin_url"]),
    );
}

#[test]
fn values_that_do_not_fit_do_not_bind() {
    fails(
        "scout",
        &[],
        &[("Website", "see notes"), ("Homepage of the firm", "acme.com")],
        "`scout` needs column `company_domain`, which crm.csv does not have",
        bind("scout", "company_domain", ["Homepage of the firm"]),
    );
}

#[test]
fn a_usual_name_binds_where_some_values_fit_and_others_are_never_proposed() {
    let columns = ["Company", "Website"].map(str::to_owned);
    let samples = |sites: &[&str]| {
        [vec!["Acme Co".to_owned(); sites.len()], sites.iter().map(|site| (*site).to_owned()).collect()]
    };
    let all = [Registration::integration(|| Box::new(Plain(&COUNTER)))];
    let registry = Registry::from_registrations(&all).unwrap();
    let plan = |sites: &[&str]| {
        let header = Header { table: "crm.csv", columns: &columns, samples: &samples(sites) };
        Plan::new(&request("counter", &[], Existing::Keep), &header, &registry)
    };
    assert!(plan(&["acme.com", "see notes", "https://www.facebook.com/acme", "none yet"]).is_ok());
    let error = plan(&["see notes", "ask Jo", "https://www.facebook.com/acme"]).err().unwrap();
    let none = bind_any("counter", "company_domain", ["Company", "Website"]);
    assert_eq!(error.advice, [none], "no column holds a domain");
    let few = plan(&["acme.com", "a b", "c d", "e f", "g h", "i j"]).err().unwrap();
    assert_eq!(few.advice, [bind("counter", "company_domain", ["Website"])]);
}

#[test]
fn a_name_that_only_looks_the_same_binds() {
    for name in
        ["\u{200b}company_domain", "company_domain ", "\u{feff}company_domain", "company\u{2060}_domain"]
    {
        fits("counter", &[], &[(name, "see notes")], &format!("counter(company_domain<-{name} -> staff)"));
        fits(
            "counter",
            &["company_domain=company_domain"],
            &[(name, "")],
            &format!("counter(company_domain<-{name} -> staff)"),
        );
    }
    // An output fills the column that looks like its own, and adds none beside it.
    let plan = planned("counter", &[], &[("company_domain", "a.com"), ("staff\u{a0}", "")]).unwrap();
    assert_eq!(
        plan.outputs().map(|output| (output.name.as_str(), output.existing)).collect::<Vec<_>>(),
        [("staff\u{a0}", true)]
    );
}

#[test]
fn one_map_binds_an_input_of_all_steps() {
    let table = [("Website", "acme.com"), ("Domain", "acme.org")];
    fits(
        "scout,counter",
        &["company_domain=Domain"],
        &table,
        "scout(company_domain<-Domain -> boss boss_linkedin_url) counter(company_domain<-Domain -> staff)",
    );
    fits(
        "scout,counter",
        &["company_domain=Domain", "scout.company_domain=Website"],
        &table,
        "scout(company_domain<-Website -> boss boss_linkedin_url) counter(company_domain<-Domain -> staff)",
    );
    fits("want:staff", &["company_domain=Domain"], &table, "counter(company_domain<-Domain -> staff)");
    fails(
        "counter",
        &["company_domian=Domain"],
        &table,
        "no step of this run has an input `company_domian`",
        word(input("company_domian"), "company_domian", "company_domain"),
    );
    fails(
        "counter",
        &["company_domain=Domian"],
        &table,
        "`company_domain` is to be fed from column `Domian`, which crm.csv does not have",
        word(input("company_domain"), "Domian", "Domain"),
    );
    fails(
        "counter",
        &["company_domain=Domain", "company_domain=Website"],
        &table,
        "input `company_domain` is bound twice",
        Advice::GiveOnce,
    );
}

#[test]
fn an_output_goes_into_a_column_of_the_table() {
    let into = ["into scout.boss=CEO", "into staff=Staff"];
    let plan = planned("scout,counter", &into, CRM).unwrap();
    assert_eq!(
        rendered(&plan),
        "scout(company_domain<-Website -> CEO boss_linkedin_url) counter(company_domain<-Website -> Staff)"
    );
    assert_eq!(plan.outputs().map(|output| output.existing).collect::<Vec<_>>(), [true, false, true]);
    // Later steps find the output by its contract name, whatever its column is called.
    let chain = ["into scout.boss_linkedin_url=His page"];
    fits(
        "reader,scout",
        &chain,
        CRM,
        "scout(company_domain<-Website -> boss His page) reader(linkedin_url<-His page -> headline)",
    );
    // An explicit name has priority over the prefix.
    fits(
        "scout",
        &["prefix scout=x_", "into boss=CEO"],
        CRM,
        "scout(company_domain<-Website -> CEO x_boss_linkedin_url)",
    );
    for wanted in ["want:CEO", "want:boss"] {
        fits(
            wanted,
            &["into scout.boss=CEO"],
            CRM,
            "scout(company_domain<-Website -> CEO boss_linkedin_url)",
        );
    }
    fits("want:CEO", &["into boss=CEO"], CRM, "scout(company_domain<-Website -> CEO boss_linkedin_url)");
    fits("size:=\"x\"", &["into size.value=Company size"], CRM, "size( -> Company size)");
}

#[test]
fn an_output_for_an_impossible_column_is_refused() {
    let refused = |tweaks: &[&str], message: &str, advice: Advice| {
        fails("scout,counter", tweaks, CRM, message, advice);
    };
    let boss = || word(output("bos"), "bos", "boss");
    refused(&["into scout.bos=CEO"], "`scout` has no output `bos`", boss());
    refused(&["into bos=CEO"], "no step of this run has an output `bos`", boss());
    refused(
        &["into boss=CEO", "into staff=CEO"],
        "`scout` and `counter` both write column `CEO`",
        Advice::ChooseColumn { step: "counter".to_owned(), output: "staff".to_owned() },
    );
    refused(
        &["into boss=CEO", "into boss_linkedin_url=CEO"],
        "`scout` writes column `CEO` twice",
        Advice::NameColumnsApart,
    );
    fails(
        "a=counter,b=counter",
        &["into staff=Staff"],
        CRM,
        "several steps of this run have an output `staff`",
        Advice::NameStep { part: output("staff"), step: "a".to_owned() },
    );
    fails(
        "counter",
        &["into staff=Staff", "prefix counter=x_"],
        CRM,
        "prefix `x_` of step `counter` changes nothing: each of its columns is given a name of its own",
        Advice::OmitPrefixOrNames,
    );
}

static CHIEF: Contract = contract(
    "chief",
    const { &[Column::required("company_domain", SemanticType::Domain, "")] },
    const { &[Column::optional("chief_name", SemanticType::Text, "").aliases(&["ceo"])] },
);

#[test]
fn a_wanted_column_of_the_table_may_be_an_output_under_a_usual_name() {
    let columns = ["company_domain", "CEO"].map(str::to_owned);
    let header = Header { table: "crm.csv", columns: &columns, samples: &[] };
    let registry = [Registration::integration(|| Box::new(Plain(&CHIEF)))];
    let registry = Registry::from_registrations(&registry).unwrap();
    let error = Plan::new(&request("want:CEO", &[], Existing::Keep), &header, &registry).err().unwrap();
    assert_eq!(
        error.message,
        "column `CEO` is wanted, crm.csv has it, and no integration has an output of that name"
    );
    let outputs = texts(["chief_name"]);
    assert_eq!(error.advice, [Advice::Into { outputs, column: "CEO".to_owned() }]);
}
