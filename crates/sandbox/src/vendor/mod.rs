//! The vendors whose wire formats the sandbox speaks, one file or folder each, and where they are mounted.
//!
//! A vendor knows its wire format: its routes, the place of the key, how a request names its work, and how
//! answers and errors are written. It must not bill, count, wait or choose faults, because `call` does that
//! for all vendors alike.

mod datagen;
mod fullenrich;
mod pdl;
mod tokens;

use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use crate::FaultKind;
use crate::hash::Dice;
use crate::reply::Payload;
use crate::work::{Answered, Request, Work};

/// The wire format of one vendor.
pub(crate) trait Vendor: Send + Sync {
    /// The name of the vendor's provider, which is also its mount point.
    fn name(&self) -> &'static str;

    /// The routes below the base address.
    fn routes(&self) -> &'static [Route];

    /// The key in a request; empty without a key.
    fn key(&self, request: &Request<'_>) -> Vec<u8>;

    /// Reads the work that a request asks for.
    ///
    /// # Errors
    /// The response that refuses the request.
    fn read(&self, request: &Request<'_>) -> Result<Work, Box<Response<Payload>>>;

    /// The notation of jobs, if the vendor answers later. All its work is then done in jobs.
    fn later(&self) -> Option<&dyn Later> {
        None
    }

    /// The response for an error outside a call's answer.
    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload>;

    /// The response for a fault that only some vendors have; `None` when this vendor does not have it.
    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>>;

    /// The start and the end of a long JSON answer. Any number of `x` may be put between them.
    fn long_answer_frame(&self) -> [&'static [u8]; 2];

    /// Example calls for testing the vendor's provider.
    fn examples(&self) -> Examples;
}

/// How a vendor that answers later writes about its jobs.
pub(crate) trait Later: Send + Sync {
    /// The answer to the request that began a job.
    fn accepted(&self, id: &str) -> Answered;

    /// The answer to a poll while the job runs.
    fn pending(&self, id: &str, dice: Dice) -> Answered;

    /// The answer to a poll of a job of an earlier sandbox, which forgot its jobs when it stopped. `None` if no
    /// job can have this identifier.
    fn forgotten(&self, id: &str) -> Option<Answered>;
}

/// A route of a vendor.
pub(crate) struct Route {
    method: Method,
    /// The path below the base address. A path that ends in `{id}` looks at a job.
    path: &'static str,
}

impl Route {
    /// Whether the route serves this method and path, and the identifier in the path.
    fn fit<'a>(&self, method: &Method, path: &'a str) -> Option<Option<&'a str>> {
        if *method != self.method {
            return None;
        }
        match self.path.strip_suffix("{id}") {
            None => (path == self.path).then_some(None),
            Some(start) => {
                let id = path.strip_prefix(start)?;
                (!id.is_empty() && !id.contains('/')).then_some(Some(id))
            }
        }
    }
}

/// Where a request belongs.
pub(crate) struct Found<'a> {
    /// The vendor's place in [`ALL`].
    pub(crate) vendor: usize,
    /// The path of the route.
    pub(crate) route: &'static str,
    /// The identifier in the path.
    pub(crate) id: Option<&'a str>,
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
pub(crate) static ALL: [&dyn Vendor; 4] =
    [&datagen::DataGen, &pdl::PeopleDataLabs, &fullenrich::FullEnrich, &tokens::Tokens];

/// The examples of every vendor.
pub fn examples() -> Vec<Examples> {
    ALL.iter().map(|vendor| vendor.examples()).collect()
}

/// The names of all vendors, which are the names of their providers.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|vendor| vendor.name()).collect()
}

/// The vendor and the route for a request.
pub(crate) fn find<'a>(method: &Method, path: &'a str) -> Option<Found<'a>> {
    let (vendor, below) = for_path(path);
    ALL[vendor].routes().iter().find_map(|route| {
        let id = route.fit(method, below)?;
        Some(Found { vendor, route: route.path, id })
    })
}

/// The vendor that a path belongs to, by its place in [`ALL`], and the path below the vendor's base address.
fn for_path(path: &str) -> (usize, &str) {
    let below = |vendor: &dyn Vendor| {
        let below = path.strip_prefix('/')?.strip_prefix(vendor.name())?;
        below.starts_with('/').then_some(below)
    };
    ALL.iter().enumerate().find_map(|(at, vendor)| Some((at, below(*vendor)?))).unwrap_or((0, path))
}

/// The routes of all vendors, for messages.
pub(crate) fn routes() -> String {
    let of_vendor = |vendor: &&'static dyn Vendor| {
        let name = vendor.name();
        vendor.routes().iter().map(move |route| format!("{} /{name}{}", route.method, route.path))
    };
    ALL.iter().flat_map(of_vendor).collect::<Vec<_>>().join(", ")
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
            assert_eq!((ALL[vendor].name(), below), expect, "{path}");
        }
        assert!(routes().starts_with("POST /datagen/api/tools/execute"), "{}", routes());
    }

    #[test]
    fn a_route_may_end_in_an_identifier() {
        let check = |route: &'static str, path: &str, expect| {
            assert_eq!(Route { method: Method::GET, path: route }.fit(&Method::GET, path), expect, "{path}");
        };
        check("/jobs/{id}", "/jobs/7", Some(Some("7")));
        check("/jobs/{id}", "/jobs/", None);
        check("/jobs/{id}", "/jobs/7/x", None);
        check("/jobs", "/jobs", Some(None));
        check("/jobs", "/jobs/7", None);
        assert_eq!(Route { method: Method::GET, path: "/jobs" }.fit(&Method::POST, "/jobs"), None);
    }

    #[test]
    fn mount_points_are_distinct() {
        let mut names = names();
        assert!(names.iter().all(|name| *name != "stats" && !name.contains('/')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
