//! Texts and the names that are read from them.

use super::name;

#[track_caller]
fn check(text: &str, expect: Option<&str>) {
    assert_eq!(name(text).as_deref(), expect, "{text}");
}

#[test]
fn names_are_separated_from_remarks() {
    for (text, expect) in [
        ("Jane Doe", Some("Jane Doe")),
        ("William M. Brown", Some("William M. Brown")),
        ("Marguerite Bérard", Some("Marguerite Bérard")),
        ("Conor O'Brien-Smith Jr.", Some("Conor O'Brien-Smith Jr.")),
        ("Jane Doe (since 2020)", Some("Jane Doe")),
        ("Jane Doe, CEO", Some("Jane Doe")),
        ("李彦宏", Some("李彦宏")),
        ("Ludwig van der Berg", Some("Ludwig van der Berg")),
        ("Kevin \"Marty\" Freeman", Some("Kevin \"Marty\" Freeman")),
        ("\"Jane Doe\"", Some("Jane Doe")),
        ("Sander van ‘t Noordende", Some("Sander van ‘t Noordende")),
        ("Lisa See", Some("Lisa See")),
        ("João Sa", Some("João Sa")),
        ("Michael Head", Some("Michael Head")),
        ("Satya", Some("Satya")),
        ("The CEO is Jane Doe", Some("Jane Doe")),
        ("I could not find it", None),
        ("not found", None),
        ("see https://acme.com", None),
        ("Jane Doe is the CEO of Acme", None),
        ("12", None),
    ] {
        check(text, expect);
    }
}

#[test]
fn a_remark_may_exclude_the_person() {
    for text in [
        "Jane Doe (former)",
        "Jane Doe (until 2023)",
        "Jane Doe (2015-2023)",
        "Jane Doe (ex-CEO)",
        "Jane Doe (unconfirmed)",
        "Jane Doe, who left in 2024",
        "Jane Doe | Former CEO",
        "Jane Doe - former CEO",
        "Jane Doe — stepped down in May",
        "Jane Doe, replaced by John Roe",
        "Jane Doe (CEO-elect)",
        "Former CEO Jane Doe",
        "Former Jane Doe",
        "Jane Doe and John Roe (former co-CEOs)",
    ] {
        check(text, None);
    }
    for text in [
        "Jane Doe (interim)",
        "Jane Doe (CEO)",
        "Jane Doe, Interim CEO",
        "Jane Doe (since 2020)",
        "Jane Doe (2020-present)",
        "Jane Doe | Chief Executive",
        "Jane Doe – CEO & founder",
        "Jane Doe; John Roe",
        "Jane Doe/John Roe",
    ] {
        check(text, Some("Jane Doe"));
    }
}

#[test]
fn a_family_name_may_come_first() {
    check("Musk, Elon", Some("Elon Musk"));
    check("O'Brien, Jean-Luc", Some("Jean-Luc O'Brien"));
    check("Madonna, CEO", Some("Madonna"));
    check("Madonna, co-founder", Some("Madonna"));
    check("Smith, John A.", None);
    check("Musk, unknown", None);
}

#[test]
fn texts_without_a_person_give_no_name() {
    for text in [
        "Vacant",
        "Nobody",
        "Founder",
        "Co-Founder",
        "Full Name",
        "CEO Name",
        "Unknown Person",
        "Acme Corp",
        "Acme Corp.",
        "Acme Inc",
        "Acme AG",
        "Acme S.A.",
        "Acme GmbH",
        "The Acme Company",
        "Acme Group",
        "Access Denied",
        "Chief Executive Officer",
        "Chairman and Founder",
        "See LinkedIn",
        "see above",
        "Not Available",
        "Executive Team",
    ] {
        check(text, None);
    }
}

#[test]
fn a_bracket_within_a_name_is_removed() {
    check("Thomas (Tommy) Reed", Some("Thomas Reed"));
    check("Prof. (Univ. Lima) Jane Doe", Some("Prof. Jane Doe"));
    check("Margaret [Maggie] Reed (CEO)", Some("Margaret Reed"));
    check("M. (Mia) van Dorn Jr.", Some("M. van Dorn Jr."));
}

#[test]
fn note_marks_are_not_part_of_a_name() {
    for text in
        ["Jane Doe ²", "Jane Doe ^[2]", "Jane Doe ③", "Jane Doe *", "Jane Doe (unverified)", "Jane Doe 🎯"]
    {
        check(text, Some("Jane Doe"));
    }
}

#[test]
fn a_post_may_come_first() {
    for text in [
        "CEO: Jane Doe",
        "CEO Jane Doe",
        "Jane Doe CEO",
        "CEO - Jane Doe",
        "Founder & CEO: Jane Doe",
        "CEO of Acme: Jane Doe",
        "Our current CEO is Jane Doe.",
        "Geschäftsführerin: Jane Doe",
        "PDG : Jane Doe",
        "Managing Director Jane Doe",
        "Amministratore delegato: Jane Doe",
        "Interim: Jane Doe",
        "Likely Jane Doe",
        "Aktuell: Jane Doe",
        "Derzeit Jane Doe",
    ] {
        check(text, Some("Jane Doe"));
    }
    check("代表取締役社長 佐藤 花子", Some("佐藤 花子"));
    check("佐藤 花子（代表取締役）", Some("佐藤 花子"));
    check("박지훈 대표이사", Some("박지훈"));
    check("CEO：张三", Some("张三"));
    check("Генеральный директор: Ольга Смирнова", Some("Ольга Смирнова"));
}

#[test]
fn the_present_chief_is_chosen_among_several_people() {
    for text in [
        "John Roe (CFO), Jane Doe (CEO)",
        "John Roe (CTO) and Jane Doe (CEO)",
        "John Roe, COO; Jane Doe, CEO",
        "CTO John Roe; CEO Jane Doe",
        "John Roe – Chairman, Jane Doe – Geschäftsführerin",
        "John Roe (until 2021), Jane Doe (since 2021)",
        "formerly John Roe; now Jane Doe",
        "Jane Doe, previously John Roe",
        "John Roe (former), Jane Doe (current)",
        "Jane Doe (Acme Inc.), not to be confused with John Roe of Acme Ltd.",
    ] {
        check(text, Some("Jane Doe"));
    }
    check("John Roe, Jr.", Some("John Roe Jr."));
}

#[test]
fn the_first_is_chosen_among_several_chiefs() {
    for text in [
        "Jane Doe and John Roe",
        "Jane Doe & John Roe, Co-CEOs",
        "Jane Doe and John Roe (co-CEOs)",
        "Jane Doe (co-CEO) and John Roe (co-CEO)",
        "Jane Doe, John Roe (co-CEOs)",
        "Co-CEOs: Jane Doe and John Roe",
        "Co-CEOs Jane Doe, John Roe",
        "Jane Doe und John Roe (Geschäftsführer)",
        "Jane Doe et John Roe",
        "Jane Doe, Mary Major and John Roe",
        "Jane Doe; John Roe",
    ] {
        check(text, Some("Jane Doe"));
    }
    for text in ["Smith & Roe", "Doe and Sons", "Jane and John Doe", "Jane Doe and team"] {
        check(text, None);
    }
}

#[test]
fn a_former_chief_is_recognised_in_many_languages() {
    for text in [
        "formerly John Roe",
        "ex-CEO John Roe",
        "John Roe (ancien directeur)",
        "John Roe (ehemalige Geschäftsführerin)",
        "John Roe (ehem.)",
        "John Roe (bis 2019)",
        "John Roe（退任）",
        "John Roe (бывший)",
        "John Roe (전 대표)",
        "John Roe (†2019)",
        "John Roe (fictional)",
        "John Roe (CEO of a different Acme)",
    ] {
        check(text, None);
    }
    check("John Roe (2019 bis heute)", Some("John Roe"));
}

#[test]
fn words_for_nobody_give_no_name() {
    for text in
        ["Vakant", "空席", "공석", "Geschäftsführung", "Firstname Lastname", "Search failed", "Keiner", "Yes"]
    {
        check(text, None);
    }
}
