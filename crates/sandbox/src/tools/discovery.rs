//! `listTools`, `searchTools` and `getToolDetails`: the tools that describe tools.
//!
//! They cost nothing. This module must not run a tool.

use serde_json::{Value, json};

use super::{Answer, CONNECTED, Tool, ToolCall, not_found};

/// The names of all tools.
pub(super) fn list() -> Value {
    json!(names())
}

/// The names of the tools that match words of `query`, best match first. `*` matches every tool.
pub(super) fn search(query: &str) -> Value {
    let query = query.to_lowercase();
    let words: Vec<&str> =
        query.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).collect();
    let fit = |name: &String| {
        let about = format!("{} {}", name, ToolCall::find(name).map_or("", |call| description(call.tool)));
        words.iter().filter(|word| about.to_lowercase().contains(**word)).count()
    };
    let mut found: Vec<(usize, String)> = names().into_iter().map(|name| (fit(&name), name)).collect();
    found.retain(|(fit, _)| *fit > 0 || query.trim() == "*");
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    json!(found.into_iter().map(|(_, name)| name).collect::<Vec<_>>())
}

/// The description and the parameters of a tool.
pub(super) fn details(name: &str) -> Answer {
    let Some(call) = ToolCall::find(name) else { return Answer::Failed(not_found(name)) };
    let parameters: Vec<&str> = call.parameter().into_iter().collect();
    let properties: serde_json::Map<String, Value> =
        parameters.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    Answer::Free(json!({
        "name": name,
        "description": description(call.tool),
        "inputSchema": { "type": "object", "properties": properties, "required": parameters },
    }))
}

fn names() -> Vec<String> {
    let first_party =
        ["get_linkedin_person_data", "chatgpt_webresearch", "listTools", "searchTools", "getToolDetails"];
    let connected = first_party[..2].iter().map(|name| format!("{CONNECTED}{name}"));
    first_party.iter().map(|name| (*name).to_owned()).chain(connected).collect()
}

fn description(tool: Tool) -> &'static str {
    match tool {
        Tool::Profile => "Get the LinkedIn profile of a person (sandbox: the profile is invented)",
        Tool::Research => "Research a company or any question on the web (sandbox: from sample data)",
        Tool::List => "List the names of all tools",
        Tool::Search => "Search tools by what they do",
        Tool::Details => "Get the description and input schema of a tool",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_a_tool() {
        for name in names() {
            assert!(ToolCall::find(&name).is_some(), "{name}");
            assert!(matches!(details(&name), Answer::Free(_)), "{name}");
        }
        assert!(matches!(details("nope"), Answer::Failed(error) if error == "Tool 'nope' not found"));
    }

    #[test]
    fn search_finds_by_words() {
        let found = search("linkedin profile");
        assert_eq!(found, json!(["get_linkedin_person_data", "mcp_Sandbox_get_linkedin_person_data"]));
        assert_eq!(search("send a fax to mars"), json!([]));
    }
}
