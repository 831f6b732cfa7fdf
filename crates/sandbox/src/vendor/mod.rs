//! The vendors that the sandbox stands in for, one file each, and where each is mounted.
//!
//! A vendor knows its wire format: where it listens, where the key is, how a request names its work, and
//! how answers and errors are written. It must not bill, count, wait or decide who meets a fault: that is
//! the same for all of them and lies in `call`.

mod datagen;

use hyper::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Map, Value};

use crate::FaultKind;
use crate::hash::Dice;
use crate::reply::Payload;
use crate::tools::Answer;

/// One vendor's wire format.
pub(crate) trait Vendor: Send + Sync {
    /// The name of the provider that speaks to it, and of the folder that it is mounted at.
    fn name(&self) -> &'static str;

    /// Its route below its base address, as errors name it: `POST /api/tools/execute`.
    fn route(&self) -> &'static str;

    /// Whether it serves requests with this method to this path below its base address.
    fn serves(&self, method: &Method, path: &str) -> bool;

    /// The key that a request carries; empty when it carries none.
    fn key<'a>(&self, headers: &'a HeaderMap) -> &'a [u8];

    /// What a request with this body asks for.
    ///
    /// # Errors
    /// The answer to a request that is refused.
    fn read(&self, body: &[u8]) -> Result<Work, Box<Response<Payload>>>;

    /// The body of an answer.
    fn answer(&self, answer: Answer) -> Value;

    /// An error that is not an answer to a call.
    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload>;

    /// How it shows a fault that only some vendors have; `None` when it has no such fault.
    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>>;

    /// The start and the end of a long JSON answer; a text of `x` fits between them.
    fn around_a_text(&self) -> [&'static [u8]; 2];

    /// Calls with which its provider can be tested.
    fn examples(&self) -> Examples;
}

/// A call that can be worked on.
pub(crate) struct Work {
    /// What makes two requests the same call.
    pub(crate) hash: u64,
    pub(crate) job: Box<dyn Job>,
}

/// What is to be done for a call.
pub(crate) trait Job: Send + Sync {
    /// The fault that these parameters stand for.
    fn magic_fault(&self, attempt: u64) -> Option<FaultKind>;

    /// Does it.
    fn run(&self, seed: u64, dice: Dice) -> Answer;
}

/// Calls with which the provider of a vendor can be tested, and the faults that it can meet.
#[derive(Debug, Clone)]
pub struct Examples {
    /// The name of the provider.
    pub vendor: &'static str,
    /// A call that finds something, and is billed.
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

/// All vendors. The first one also answers at the root, where it was alone once.
static ALL: [&dyn Vendor; 1] = [&datagen::DataGen];

/// The examples of every vendor.
pub fn examples() -> Vec<Examples> {
    ALL.iter().map(|vendor| vendor.examples()).collect()
}

/// The vendor that a path belongs to, and the path below the vendor's base address.
pub(crate) fn at(path: &str) -> (&'static dyn Vendor, &str) {
    let below = |vendor: &'static dyn Vendor| {
        let below = path.strip_prefix('/')?.strip_prefix(vendor.name())?;
        below.starts_with('/').then_some((vendor, below))
    };
    ALL.iter().find_map(|vendor| below(*vendor)).unwrap_or((ALL[0], path))
}

/// Where requests can go, for people.
pub(crate) fn routes() -> String {
    let route = |vendor: &&dyn Vendor| vendor.route().replacen('/', &format!("/{}/", vendor.name()), 1);
    ALL.iter().map(route).collect::<Vec<_>>().join(", ")
}

/// Whether a vendor has a fault: those of the connection and of a status are every vendor's.
pub(crate) fn has_fault(vendor: &dyn Vendor, kind: FaultKind) -> bool {
    !kind.is_of_some_vendors() || vendor.own_fault(kind).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_mounted_at_its_name_and_the_first_one_at_the_root_too() {
        for (path, expect) in [
            ("/datagen/api/tools/execute", ("datagen", "/api/tools/execute")),
            ("/api/tools/execute", ("datagen", "/api/tools/execute")),
            ("/datagenius/x", ("datagen", "/datagenius/x")),
            ("/datagen", ("datagen", "/datagen")),
            ("/", ("datagen", "/")),
        ] {
            let (vendor, below) = at(path);
            assert_eq!((vendor.name(), below), expect, "{path}");
        }
        assert_eq!(routes(), "POST /datagen/api/tools/execute");
    }

    #[test]
    fn names_are_folders_of_their_own() {
        let mut names: Vec<_> = ALL.iter().map(|vendor| vendor.name()).collect();
        assert!(names.iter().all(|name| *name != "stats" && !name.contains('/')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
