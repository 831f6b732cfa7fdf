//! Deliberate faults: their kinds, and when they occur.
//!
//! A fault depends only on the seed, the call and the number of its earlier arrivals, so that a run with
//! another parallelism meets the same faults. This module must not answer requests.

use std::{error, fmt, str::FromStr};

use crate::hash::Dice;

/// A kind of fault and its rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The share of arrivals that meet the fault, from 0 to 1.
    pub rate: f64,
}

/// The kind of a fault. Billed kinds occur after the work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// `429`: the client is asked to slow down, with a `Retry-After`.
    TooManyRequests,
    /// `500`: an internal error of the provider.
    InternalError,
    /// `503`: the provider is unavailable.
    Unavailable,
    /// `504`: a gateway gave up after the work had begun; billed.
    GatewayTimeout,
    /// `525`: the proxy did not reach the provider.
    TlsHandshake,
    /// `401`: the key is refused, with a plain-text body.
    Unauthorized,
    /// `403`: the tool is refused, with a plain-text body.
    Forbidden,
    /// `cut-before`: the connection ends without an answer, before any work.
    CutBefore,
    /// `cut-after`: the connection ends without an answer, after the work; billed.
    CutAfter,
    /// `truncate`: half of the answer arrives, then the connection ends; billed.
    Truncate,
    /// `slow`: the complete answer arrives late; billed.
    Slow,
    /// `not-json`: 200 with an HTML page; billed.
    NotJson,
    /// `huge`: 200 with 32 MiB of valid JSON; billed.
    Huge,
    /// `credit`: the tool reports that the account has no credit left.
    Credit,
    /// `tool-error`: the tool reports a timeout of a service behind it. Whether such a call is billed is
    /// unknown to the client; the sandbox does not bill it.
    ToolError,
    /// `outer-false`: 200 whose outer `success` is `false`.
    OuterFalse,
    /// `redirect`: 307 to another path.
    Redirect,
}

impl FaultKind {
    /// All kinds, in the order in which messages list them.
    pub const ALL: [Self; 17] = [
        Self::TooManyRequests,
        Self::InternalError,
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::TlsHandshake,
        Self::Unauthorized,
        Self::Forbidden,
        Self::CutBefore,
        Self::CutAfter,
        Self::Truncate,
        Self::Slow,
        Self::NotJson,
        Self::Huge,
        Self::Credit,
        Self::ToolError,
        Self::OuterFalse,
        Self::Redirect,
    ];

    /// The name on the command line and in the statistics.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooManyRequests => "429",
            Self::InternalError => "500",
            Self::Unavailable => "503",
            Self::GatewayTimeout => "504",
            Self::TlsHandshake => "525",
            Self::Unauthorized => "401",
            Self::Forbidden => "403",
            Self::CutBefore => "cut-before",
            Self::CutAfter => "cut-after",
            Self::Truncate => "truncate",
            Self::Slow => "slow",
            Self::NotJson => "not-json",
            Self::Huge => "huge",
            Self::Credit => "credit",
            Self::ToolError => "tool-error",
            Self::OuterFalse => "outer-false",
            Self::Redirect => "redirect",
        }
    }

    /// Whether the fault occurs after the work was done, so that the call is billed.
    pub fn bills(self) -> bool {
        matches!(
            self,
            Self::GatewayTimeout | Self::CutAfter | Self::Truncate | Self::Slow | Self::NotJson | Self::Huge
        )
    }

    /// Whether only some vendors have the fault, because the others have no notation for it.
    pub(crate) fn is_of_some_vendors(self) -> bool {
        matches!(self, Self::Credit | Self::ToolError | Self::OuterFalse)
    }

    /// Whether the provider refuses the call rather than failing.
    pub(crate) fn refuses(self) -> bool {
        matches!(self, Self::TooManyRequests | Self::Unauthorized | Self::Forbidden | Self::Credit)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FaultKind {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.name()).collect();
            FaultError(format!("unknown fault `{text}`; the kinds are {}", names.join(", ")))
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.kind, self.rate)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (kind, rate) = text.split_once('=').ok_or_else(|| {
            FaultError(format!("`{text}` is not a fault: write its kind and rate, such as `429=0.05`"))
        })?;
        let kind = kind.trim().parse()?;
        let number = rate.trim().parse().map_err(|_| {
            FaultError(format!("`{rate}` is not a rate: write a number from 0 to 1, such as `{kind}=0.05`"))
        })?;
        let fault = Self { kind, rate: number };
        check(&[fault])?;
        Ok(fault)
    }
}

/// Why a fault, or a combination of faults, is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError(String);

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for FaultError {}

/// Checks that each rate is from 0 to 1 and that their sum is at most 1.
pub(crate) fn check(faults: &[Fault]) -> Result<(), FaultError> {
    for Fault { kind, rate } in faults {
        if !(0.0..=1.0).contains(rate) {
            return Err(FaultError(format!("the rate of `{kind}` is {rate}, which is not from 0 to 1")));
        }
    }
    let sum: f64 = faults.iter().map(|fault| fault.rate).sum();
    // In floating point, ten times 0.1 is slightly more than 1.
    if sum > 1.0 + 1e-9 {
        return Err(FaultError(format!("the rates of the faults add up to {sum:.3}, which is more than 1")));
    }
    Ok(())
}

/// The fault that an arrival of a call meets, if any. At most one fault occurs.
pub(crate) fn draw(faults: &[Fault], seed: u64, call: u64, attempt: u64) -> Option<FaultKind> {
    if faults.is_empty() {
        return None;
    }
    let drawn = Dice::of_arrival(seed, call, attempt).uniform("fault");
    let mut sum = 0.0;
    for fault in faults {
        sum += fault.rate;
        if drawn < sum {
            return Some(fault.kind);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<Fault>().unwrap_err().to_string()
    }

    #[test]
    fn a_written_fault_can_be_read() {
        for kind in FaultKind::ALL {
            let fault = Fault { kind, rate: 0.25 };
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        assert_eq!("429 = 1".parse(), Ok(Fault { kind: FaultKind::TooManyRequests, rate: 1.0 }));
    }

    #[test]
    fn an_unknown_kind_lists_the_kinds() {
        let message = refusal("teapot=0.1");
        assert!(message.starts_with("unknown fault `teapot`; the kinds are 429, 500,"), "{message}");
        assert!(FaultKind::ALL.iter().all(|kind| message.contains(kind.name())));
    }

    #[test]
    fn an_invalid_rate_is_named() {
        for rate in ["1.5", "-0.1", "NaN", "inf"] {
            assert!(refusal(&format!("429={rate}")).contains("not from 0 to 1"), "{rate}");
        }
        assert!(refusal("429=often").contains("`often` is not a rate"));
        assert!(refusal("429").contains("such as `429=0.05`"));
    }

    #[test]
    fn the_sum_of_the_rates_is_limited() {
        let tenth = Fault { kind: FaultKind::Slow, rate: 0.1 };
        assert_eq!(check(&[tenth; 10]), Ok(()));
        assert!(check(&[tenth; 11]).unwrap_err().to_string().contains("more than 1"));
    }

    #[test]
    fn faults_occur_at_their_rates() {
        let faults = [
            Fault { kind: FaultKind::TooManyRequests, rate: 0.2 },
            Fault { kind: FaultKind::Slow, rate: 0.1 },
        ];
        let draws: Vec<_> = (0..10_000).map(|call| draw(&faults, 3, call, 0)).collect();
        let count = |kind| draws.iter().filter(|drawn| **drawn == kind).count();
        assert!((1_850..2_150).contains(&count(Some(FaultKind::TooManyRequests))));
        assert!((880..1_120).contains(&count(Some(FaultKind::Slow))));
        assert!((6_800..7_200).contains(&count(None)));
        let later: Vec<_> = (0..10_000).map(|call| draw(&faults, 3, call, 1)).collect();
        assert_ne!(draws, later);
        assert_eq!(draws, (0..10_000).map(|call| draw(&faults, 3, call, 0)).collect::<Vec<_>>());
    }
}
