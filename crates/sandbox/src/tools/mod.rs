//! The tools: their names, their parameters, and how results are wrapped.
//!
//! A tool is a pure function of its parameters and the seed. This module and the modules below it must not
//! count, wait or know about HTTP.

mod discovery;
mod profile;
pub(crate) mod research;

use serde_json::{Map, Value, json};

use crate::FaultKind;
use crate::hash::Dice;

/// The result of a tool.
pub(crate) enum Answer {
    /// A result that is billed.
    Found(Value),
    /// A result that costs nothing.
    Free(Value),
    /// The tool failed or found nothing, which costs nothing.
    Failed(String),
}

impl Answer {
    pub(crate) fn is_billed(&self) -> bool {
        matches!(self, Self::Found(_))
    }
}

/// The available tools.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Profile,
    Research,
    List,
    Search,
    Details,
}

/// A tool in a request, named directly or by the alias of a connected server.
#[derive(Clone, Copy)]
pub(crate) struct ToolCall {
    tool: Tool,
    connected: bool,
}

impl ToolCall {
    /// The tool with this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let connected = name.strip_prefix(CONNECTED);
        let tool = match connected.unwrap_or(name) {
            "get_linkedin_person_data" => Tool::Profile,
            "chatgpt_webresearch" => Tool::Research,
            "listTools" => Tool::List,
            "searchTools" => Tool::Search,
            "getToolDetails" => Tool::Details,
            _ => return None,
        };
        let first_party_only = !matches!(tool, Tool::Profile | Tool::Research);
        (connected.is_none() || !first_party_only).then_some(Self { tool, connected: connected.is_some() })
    }

    /// The error for invalid parameters, if any.
    pub(crate) fn complaint(self, parameters: &Map<String, Value>) -> Option<String> {
        let needed = self.parameter()?;
        match parameters.get(needed) {
            None => Some(format!("Missing required parameter: {needed}")),
            Some(Value::String(text)) if text.trim().is_empty() => {
                Some(format!("Parameter must not be empty: {needed}"))
            }
            Some(Value::String(_)) => None,
            Some(_) => Some(format!("Parameter must be a string: {needed}")),
        }
    }

    /// The fault that a special profile stands for.
    pub(crate) fn special_fault(self, parameters: &Map<String, Value>, attempt: u64) -> Option<FaultKind> {
        match self.tool {
            Tool::Profile => profile::special_fault(self.text(parameters), attempt),
            _ => None,
        }
    }

    /// Runs the tool.
    pub(crate) fn run(self, parameters: &Map<String, Value>, seed: u64, dice: Dice) -> Answer {
        let text = self.text(parameters);
        let answer = match self.tool {
            Tool::Profile => profile::answer(text, seed),
            Tool::Research => Answer::Found(research::answer(text, seed)),
            Tool::List => Answer::Free(discovery::list()),
            Tool::Search => Answer::Free(discovery::search(text)),
            Tool::Details => discovery::details(text),
        };
        match answer {
            Answer::Found(result) if self.connected => Answer::Found(wrap(result, dice)),
            answer => answer,
        }
    }

    fn parameter(self) -> Option<&'static str> {
        match self.tool {
            Tool::Profile => Some("linkedin_url"),
            Tool::Research | Tool::Search => Some("query"),
            Tool::Details => Some("tool_name"),
            Tool::List => None,
        }
    }

    fn text(self, parameters: &Map<String, Value>) -> &str {
        self.parameter().and_then(|name| parameters.get(name)).and_then(Value::as_str).unwrap_or_default()
    }
}

/// DataGen's message for an unknown tool.
pub(crate) fn not_found(name: &str) -> String {
    format!("Tool '{name}' not found")
}

/// The prefix of the tools of a connected server.
const CONNECTED: &str = "mcp_Sandbox_";

/// Wraps a result in one of the two ways that connected servers use.
fn wrap(result: Value, dice: Dice) -> Value {
    if dice.one_in("wrapping", 2) {
        json!([result])
    } else {
        json!({ "content": [{ "type": "text", "text": result.to_string() }] })
    }
}
