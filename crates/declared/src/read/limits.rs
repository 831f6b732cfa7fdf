//! Reads limits on requests.

use std::{borrow::Cow, time::Duration};

use marl_core::provider::{Counted, Limits, Window};

use super::section::Section;

const PERIODS: [(&str, u64); 4] =
    [("per_second", 1), ("per_minute", 60), ("per_hour", 3_600), ("per_day", 86_400)];

/// The limits in a table.
pub(super) fn limits(section: &Section<'_, '_>) -> Limits {
    let mut windows = Vec::new();
    for (key, seconds) in PERIODS {
        if let Some(most) = section.count(key, u32::MAX) {
            windows.push(Window { most, per: Duration::from_secs(seconds), counts: Counted::Requests });
        }
    }
    let parallel = section.count("parallel", 1_000).map(|most| most as usize);
    section.finish();
    Limits { windows: Cow::Owned(windows), parallel }
}
