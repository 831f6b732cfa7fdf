//! What a file says, as checked data. `read` makes these types from TOML; this module reads nothing and sends
//! nothing.

mod pointer;
mod rule;
mod template;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use marl_core::{CallSpec, Contract, SemanticType, SmolStr, provider::ProviderInfo};
use regex::Regex;
use wire::{HeaderName, HeaderValue, KeyPlace, Method};

pub use self::rule::Word;
pub(crate) use self::{
    pointer::Pointer,
    rule::{Condition, Rule, StatusRange, Test},
    template::{Template, TextTemplate, Values, in_text, is_name},
};

/// The places that marl fills itself, so that no input can have these names.
pub(crate) const RESERVED: [&str; 3] = ["items", "call", "handle"];

/// A provider as a file declares it.
#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) info: ProviderInfo,
    /// Where the key goes; `None` if the vendor needs none.
    pub(crate) key: Option<KeyPlace>,
    /// Headers of every request.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) wait: Wait,
    /// Where answers explain errors.
    pub(crate) say: Vec<Pointer>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) operations: BTreeMap<SmolStr, Exchange>,
}

/// How long a vendor that asks to slow down wants to wait, besides the usual headers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wait {
    /// The header that says so, and the form of its value.
    pub(crate) header: Option<(String, WaitForm)>,
    /// The wait without a header.
    pub(crate) otherwise: Option<Duration>,
}

/// How a header states a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitForm {
    Seconds,
    Milliseconds,
    /// The second of Unix time at which the wait is over.
    UnixSeconds,
}

/// The requests of an operation and the meaning of its answers.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) request: RequestForm,
    /// The rules for answers, those of `no_data` among them.
    pub(crate) rules: Vec<Rule>,
    pub(crate) cost: Option<CostPlace>,
    /// Whether an answer without data costs nothing.
    pub(crate) bills_only_found: bool,
    /// The header for the idempotency key.
    pub(crate) idempotency: Option<HeaderName>,
    pub(crate) bulk: Option<BulkForm>,
    pub(crate) poll: Option<PollForm>,
}

/// The form of a request.
#[derive(Debug)]
pub(crate) struct RequestForm {
    pub(crate) method: Method,
    pub(crate) path: PathTemplate,
    pub(crate) query: Vec<(String, TextTemplate)>,
    pub(crate) headers: Vec<(HeaderName, TextTemplate)>,
    pub(crate) body: Option<BodyForm>,
}

/// The segments of a path.
#[derive(Debug)]
pub(crate) struct PathTemplate(pub(crate) Vec<TextTemplate>);

/// The body of a request.
#[derive(Debug)]
pub(crate) enum BodyForm {
    Json(Template),
    Form(Vec<(String, TextTemplate)>),
    Text(TextTemplate),
}

/// Where an answer states its cost.
#[derive(Debug, Clone)]
pub(crate) enum CostPlace {
    Body(Pointer),
    Header(String),
    /// Counts, such as those of tokens, each with what one of them costs in the price's unit.
    Counts(Vec<(Pointer, f64)>),
}

/// How one request carries several calls.
#[derive(Debug)]
pub(crate) struct BulkForm {
    /// What one call adds to the request.
    pub(crate) item: Template,
    /// The path in the item to the text that identifies the call.
    pub(crate) id_path: Vec<String>,
    /// Where the reply lists the items.
    pub(crate) replies: Pointer,
    /// Where an item of the reply repeats what identifies the call.
    pub(crate) id: Pointer,
    /// Where an item states its own HTTP status.
    pub(crate) status: Option<Pointer>,
    /// The meaning of a reply without the call's item.
    pub(crate) missing: Word,
}

/// How the vendor is asked for an answer that comes later.
#[derive(Debug)]
pub(crate) struct PollForm {
    pub(crate) route: PollRoute,
    /// The rules for answers to polls, before those of the operation.
    pub(crate) rules: Vec<Rule>,
}

/// The request that asks for an answer.
#[derive(Debug)]
pub(crate) enum PollRoute {
    /// The first request again.
    Same,
    /// A `GET` request to this path, with a handle that the first answer states.
    Handle { path: PathTemplate, handle: Pointer },
}

/// An integration as a file declares it.
#[derive(Debug)]
pub(crate) struct Translation {
    pub(crate) contract: Contract,
    pub(crate) call: CallSpec,
    /// What inputs must look like.
    pub(crate) patterns: Vec<(SmolStr, Regex)>,
    pub(crate) outputs: Vec<OutputForm>,
    pub(crate) examples: Vec<Example>,
}

/// Where a reply has an output.
#[derive(Debug)]
pub(crate) struct OutputForm {
    pub(crate) name: SmolStr,
    pub(crate) kind: SemanticType,
    pub(crate) required: bool,
    /// The first place that reads as the type counts.
    pub(crate) at: Vec<Pointer>,
    pub(crate) source: Option<Pointer>,
}

/// An example of an integration: what an answer of the vendor comes to.
#[derive(Debug)]
pub(crate) struct Example {
    /// The line in the file.
    pub(crate) line: usize,
    pub(crate) inputs: Vec<(SmolStr, String)>,
    pub(crate) given: Given,
    pub(crate) is: Word,
    pub(crate) outputs: Vec<(SmolStr, String)>,
}

/// The answer of an example.
#[derive(Debug)]
pub(crate) enum Given {
    /// To the request.
    Reply(u16, String),
    /// To a poll.
    Poll(u16, String),
    /// The item of a reply to a request that carries several calls.
    Item(String),
}

/// What a file declares: one provider and its integrations.
#[derive(Debug, Clone)]
pub struct File {
    /// The name of the file.
    pub(crate) name: String,
    pub(crate) vendor: Arc<Vendor>,
    pub(crate) translations: Vec<Arc<Translation>>,
}

impl File {
    /// The facts about the provider.
    pub fn provider(&self) -> &ProviderInfo {
        &self.vendor.info
    }

    /// The contracts of the integrations.
    pub fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.translations.iter().map(|translation| &translation.contract)
    }
}

impl RequestForm {
    /// The names of all places.
    pub(crate) fn places(&self) -> Vec<&SmolStr> {
        let query = self.query.iter().flat_map(|(_, text)| text.places());
        let headers = self.headers.iter().flat_map(|(_, text)| text.places());
        let body = match &self.body {
            None => Vec::new(),
            Some(BodyForm::Json(template)) => template.places(),
            Some(BodyForm::Form(members)) => members.iter().flat_map(|(_, text)| text.places()).collect(),
            Some(BodyForm::Text(text)) => text.places().collect(),
        };
        self.path.places().chain(query).chain(headers).chain(body).collect()
    }
}

impl PathTemplate {
    /// The names of all places.
    pub(crate) fn places(&self) -> impl Iterator<Item = &SmolStr> {
        self.0.iter().flat_map(TextTemplate::places)
    }
}

impl Exchange {
    /// The names of the places that inputs fill.
    pub(crate) fn inputs(&self) -> Vec<&SmolStr> {
        let item = self.bulk.iter().flat_map(|bulk| bulk.item.places());
        let all = self.request.places().into_iter().chain(item);
        all.filter(|place| !RESERVED.contains(&place.as_str())).collect()
    }
}
