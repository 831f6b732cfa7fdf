//! Steps that need each other's columns.

use super::*;

pub(super) static CHICKEN: Contract = contract(
    "chicken",
    const { &[Column::required("egg_name", SemanticType::Text, "")] },
    const { &[Column::optional("chicken_name", SemanticType::Text, "")] },
);
pub(super) static EGG: Contract = contract(
    "egg",
    const { &[Column::required("chicken_name", SemanticType::Text, "")] },
    const { &[Column::optional("egg_name", SemanticType::Text, "")] },
);
pub(super) static COOK: Contract = contract(
    "cook",
    const {
        &[
            Column::required("company_domain", SemanticType::Domain, ""),
            Column::optional("dish", SemanticType::Text, ""),
        ]
    },
    const { &[Column::optional("cook_name", SemanticType::Text, "")] },
);
pub(super) static MENU: Contract = contract(
    "menu",
    const {
        &[
            Column::required("company_domain", SemanticType::Domain, ""),
            Column::optional("cook_name", SemanticType::Text, ""),
        ]
    },
    const { &[Column::optional("dish", SemanticType::Text, "")] },
);
#[test]
fn a_cycle_is_an_error() {
    refuses(
        "chicken,egg",
        &[],
        LEADS,
        "`chicken` and `egg` need each other's columns",
        [Advice::BindOneInput, Advice::PrefixOneStep { step: "egg".to_owned(), prefix: "egg_".to_owned() }],
    );
    binds(
        "chicken,egg",
        &["chicken.egg_name=name"],
        LEADS,
        "chicken(egg_name<-name) egg(chicken_name<-chicken_name)",
    );
}

#[test]
fn optional_inputs_form_no_cycle() {
    binds(
        "cook,menu",
        &[],
        LEADS,
        "cook(company_domain<-company_domain) menu(company_domain<-company_domain cook_name<-cook_name)",
    );
    binds(
        "menu,cook",
        &[],
        LEADS,
        "menu(company_domain<-company_domain) cook(company_domain<-company_domain dish<-dish)",
    );
    let steps = ["cook.dish=dish", "menu.cook_name=cook_name"];
    assert!(plan("cook,menu", &steps, Existing::Keep, LEADS).is_err(), "the user said so");
}
