//! The responses to requests that meet a fault. This module must not choose a fault or bill anything.

use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::FaultKind;
use crate::reply::{self, Cut, Payload, Reply};
use crate::vendor::Vendor;
use crate::work::Answered;

/// The response for a fault that occurs before any work.
pub(super) fn before(vendor: &dyn Vendor, kind: FaultKind, retry_after: Duration) -> Reply {
    Ok(match kind {
        FaultKind::TooManyRequests => slow_down(vendor, retry_after.as_secs()),
        FaultKind::InternalError => vendor.error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        FaultKind::Unavailable => vendor.error(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"),
        // 525 belongs to Cloudflare and to no standard, but it is a valid status.
        FaultKind::TlsHandshake => vendor.error(
            StatusCode::from_u16(525).unwrap_or(StatusCode::BAD_GATEWAY),
            "error code: 525: SSL handshake failed",
        ),
        FaultKind::Unauthorized => unauthorized(vendor),
        FaultKind::Forbidden => vendor.error(StatusCode::FORBIDDEN, "Forbidden"),
        FaultKind::Redirect => {
            let mut response = reply::text(StatusCode::TEMPORARY_REDIRECT, "Moved");
            let elsewhere =
                HeaderValue::from_str(&format!("/{}/elsewhere", vendor.name())).map_err(|_| Cut)?;
            response.headers_mut().insert(LOCATION, elsewhere);
            response
        }
        FaultKind::Credit | FaultKind::ToolError | FaultKind::OuterFalse => {
            return vendor.own_fault(kind).ok_or(Cut);
        }
        FaultKind::CutBefore
        | FaultKind::CutAfter
        | FaultKind::GatewayTimeout
        | FaultKind::Truncate
        | FaultKind::Slow
        | FaultKind::NotJson
        | FaultKind::Huge => return Err(Cut),
    })
}

/// The response after the work was done, with the fault applied.
pub(super) fn after(vendor: &dyn Vendor, fault: Option<FaultKind>, answered: &Answered) -> Reply {
    Ok(match fault {
        Some(FaultKind::GatewayTimeout) => vendor.error(StatusCode::GATEWAY_TIMEOUT, "Gateway timeout"),
        Some(FaultKind::CutAfter) => return Err(Cut),
        Some(FaultKind::Truncate) => reply::truncated(answered.status, &answered.body),
        Some(FaultKind::NotJson) => reply::html(),
        Some(FaultKind::Huge) => reply::huge(vendor.long_answer_frame()),
        _ => answered.response(),
    })
}

/// The refusal of a key.
pub(super) fn unauthorized(vendor: &dyn Vendor) -> Response<Payload> {
    vendor.error(StatusCode::UNAUTHORIZED, "Unauthorized")
}

/// The refusal of a request that came too early.
pub(super) fn slow_down(vendor: &dyn Vendor, seconds: u64) -> Response<Payload> {
    let mut response = vendor.error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
