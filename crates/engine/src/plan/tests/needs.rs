//! Tests of integrations that need one of several sets of inputs.

use marl_core::Names;

use super::*;

static FIND_PERSON: Contract = contract(
    "find_person",
    const {
        &[
            Column::optional("email", SemanticType::Email, ""),
            Column::optional("name", SemanticType::Text, ""),
            Column::optional("company_domain", SemanticType::Domain, ""),
        ]
    },
    const { &[Column::optional("title", SemanticType::Text, "")] },
)
.needs(const { &[Names::constant(&["email"]), Names::constant(&["name", "company_domain"])] });

#[test]
fn a_table_needs_one_set_of_inputs() {
    let all = [Registration::integration(|| Box::new(Plain(&FIND_PERSON)))];
    let registry = Registry::from_registrations(&all).unwrap();
    let planned = |columns: &[&str]| {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let header = Header { table: "leads.csv", columns: &columns, samples: &[] };
        Plan::new(&request("find_person", &[], Existing::Keep), &header, &registry)
    };
    for enough in [&["email"][..], &["name", "company_domain"], &["email", "name"]] {
        assert!(planned(enough).is_ok(), "{enough:?}");
    }
    for too_few in [&["name"][..], &["company_domain"], &["other"]] {
        let error = planned(too_few).err().unwrap();
        let expect =
            "`find_person` needs `email`, or `name` and `company_domain`, which leads.csv does not have";
        assert_eq!(error.to_string(), expect);
    }
}
