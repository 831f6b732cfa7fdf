//! Reads how the vendor is asked for an answer that comes later.

use std::time::Duration;

use marl_core::provider::Poll;

use super::{rule, section::Section, template};
use crate::form::{PollForm, PollRoute};

/// The table `poll` of an operation.
pub(super) fn poll(operation: &Section<'_, '_>) -> Option<(Poll, PollForm)> {
    let section = operation.section("poll")?;
    section.need("every", "\"5s\"");
    let every = section.duration("every");
    let at_most = section.duration("at_most").or(every.map(|every| every * 8));
    let give_up_after = section.duration("give_up_after").unwrap_or(Duration::from_secs(15 * 60));
    let rules = rule::rules(&section);
    let route = if section.flag("same") {
        for key in ["path", "handle"] {
            if section.has(key) {
                section
                    .wrong_here(format!("{} has `same` and `{key}`", section.shown()), "keep one of the two");
            }
        }
        Some(PollRoute::Same)
    } else {
        section.need("handle", "\"/id\"");
        let (path, handle) = (template::path(&section, "path"), section.pointer("handle"));
        if let Some(path) = &path
            && path.places().map(|place| place.as_str()).ne(["handle"])
        {
            let hint = "write `{handle}` once, for the value that the first answer has at `handle`";
            section.wrong_here(format!("{} does not ask for its handle", section.key("path")), hint);
        }
        path.zip(handle).map(|(path, handle)| PollRoute::Handle { path, handle })
    };
    section.finish();
    let poll = Poll { every: every?, at_most: at_most?.max(every?), give_up_after };
    Some((poll, PollForm { route: route?, rules }))
}
