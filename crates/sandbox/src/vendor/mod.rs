//! The vendors whose wire formats the sandbox speaks, one file each, and where they are mounted.
//!
//! A vendor knows its wire format: its route, the place of the key, how a request names its work, and how
//! answers and errors are written. It must not bill, count, wait or choose faults, because `call` does that
//! for all vendors alike.

mod datagen;

use hyper::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Map, Value};

use crate::FaultKind;
use crate::hash::Dice;
use crate::reply::Payload;
use crate::tools::Answer;

/// The wire format of one vendor.
pub(crate) trait Vendor: Send + Sync {
    /// The name of the vendor's provider, which is also its mount point.
    fn name(&self) -> &'static str;

    /// The route below the base address, as error messages show it: `POST /api/tools/execute`.
    fn route(&self) -> &'static str;

    /// Whether the vendor serves this method and path below its base address.
    fn serves(&self, method: &Method, path: &str) -> bool;

    /// The key in a request; empty without a key.
    fn key<'a>(&self, headers: &'a HeaderMap) -> &'a [u8];

    /// Reads the work that a request asks for.
    ///
    /// # Errors
    /// The response that refuses the request.
    fn read(&self, body: &[u8]) -> Result<Work, Box<Response<Payload>>>;

    /// The body of the response for an answer.
    fn answer(&self, answer: Answer) -> Value;

    /// The response for an error outside a call's answer.
    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload>;

    /// The response for a fault that only some vendors have; `None` when this vendor does not have it.
    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>>;

    /// The start and the end of a long JSON answer. Any number of `x` may be put between them.
    fn long_answer_frame(&self) -> [&'static [u8]; 2];

    /// Example calls for testing the vendor's provider.
    fn examples(&self) -> Examples;
}

/// The work that a valid request asks for.
pub(crate) struct Work {
    /// The identity of the call: equal requests have equal hashes.
    pub(crate) hash: u64,
    pub(crate) job: Box<dyn Job>,
}

/// The execution of a call.
pub(crate) trait Job: Send + Sync {
    /// The fault that the parameters stand for.
    fn special_fault(&self, attempt: u64) -> Option<FaultKind>;

    /// Runs the call.
    fn run(&self, seed: u64, dice: Dice) -> Answer;
}

/// Example calls for testing a vendor's provider, and the faults that the vendor has.
#[derive(Debug, Clone)]
pub struct Examples {
    /// The name of the vendor and its provider.
    pub vendor: &'static str,
    /// A call that finds something and is billed.
    pub found: Example,
    /// A call that finds nothing.
    pub nothing: Example,
    /// The faults that the vendor has.
    pub faults: Vec<FaultKind>,
}

/// A call: an operation and its parameters.
#[derive(Debug, Clone)]
pub struct Example {
    /// The operation.
    pub operation: &'static str,
    /// The parameters.
    pub parameters: Map<String, Value>,
}

/// All vendors. The first one is also mounted at the root, for clients from before there were mount points.
static ALL: [&dyn Vendor; 1] = [&datagen::DataGen];

/// The examples of every vendor.
pub fn examples() -> Vec<Examples> {
    ALL.iter().map(|vendor| vendor.examples()).collect()
}

/// The vendor that a path belongs to, and the path below the vendor's base address.
pub(crate) fn for_path(path: &str) -> (&'static dyn Vendor, &str) {
    let below = |vendor: &'static dyn Vendor| {
        let below = path.strip_prefix('/')?.strip_prefix(vendor.name())?;
        below.starts_with('/').then_some((vendor, below))
    };
    ALL.iter().find_map(|vendor| below(*vendor)).unwrap_or((ALL[0], path))
}

/// The routes of all vendors, for messages.
pub(crate) fn routes() -> String {
    let route = |vendor: &&dyn Vendor| vendor.route().replacen('/', &format!("/{}/", vendor.name()), 1);
    ALL.iter().map(route).collect::<Vec<_>>().join(", ")
}

/// Whether a vendor has a fault. Every vendor has the faults of the connection and of a status.
pub(crate) fn has_fault(vendor: &dyn Vendor, kind: FaultKind) -> bool {
    !kind.is_of_some_vendors() || vendor.own_fault(kind).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_vendor_is_also_mounted_at_the_root() {
        for (path, expect) in [
            ("/datagen/api/tools/execute", ("datagen", "/api/tools/execute")),
            ("/api/tools/execute", ("datagen", "/api/tools/execute")),
            ("/datagenius/x", ("datagen", "/datagenius/x")),
            ("/datagen", ("datagen", "/datagen")),
            ("/", ("datagen", "/")),
        ] {
            let (vendor, below) = for_path(path);
            assert_eq!((vendor.name(), below), expect, "{path}");
        }
        assert_eq!(routes(), "POST /datagen/api/tools/execute");
    }

    #[test]
    fn mount_points_are_distinct() {
        let mut names: Vec<_> = ALL.iter().map(|vendor| vendor.name()).collect();
        assert!(names.iter().all(|name| *name != "stats" && !name.contains('/')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
