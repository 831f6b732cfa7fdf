//! One suite over every registered provider: each way in which an attempt can end.
//!
//! The sandbox knows each vendor's wire format and its faults; the expected results are the same for all
//! providers, and are defined here. A new provider is tested without further code.

mod hostile;
mod replay;

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use marl_core::{
    Call, Connection, Error, ErrorKind, Provider, Reply, Secret,
    provider::{Attempt, AttemptEnd, Bought, Failure, Outgoing, ProviderInfo, Reach},
};
use sandbox::{Example, Examples, Fault, FaultKind, Options, Sandbox};
use serde_json::Value as Json;
use tokio::runtime::Runtime;
use wire::testing::{answer, answered, answering, failed, head, serve, take_request};

use self::replay::recording;
use crate::world::registry;

const KEY: &str = "test-key-1234/567890";

/// A registered provider, with the calls that its vendor in the sandbox answers.
struct Subject {
    info: ProviderInfo,
    examples: Examples,
    runtime: Runtime,
}

impl Subject {
    fn connected(&self, base_url: String, key: Option<&str>) -> Arc<dyn Provider> {
        let registry = registry();
        let entry = registry.providers().find(|entry| entry.info.name == self.info.name).unwrap();
        entry.connect(Connection { base_url, key: key.map(Secret::new), contact: None })
    }

    fn call(&self, example: &Example) -> Call {
        Call {
            provider: self.info.name.clone(),
            operation: example.operation.into(),
            parameters: Json::Object(example.parameters.clone()),
        }
    }

    /// A call that finds something.
    fn found(&self) -> Call {
        self.call(&self.examples.found)
    }

    /// The end of a call: of its attempt, or of the polls that follow.
    fn send(&self, provider: &dyn Provider, call: &Call) -> Attempt {
        let outgoing = Outgoing::unrecorded(call);
        self.runtime.block_on(async {
            let mut attempt = provider.send(&outgoing).await;
            while let AttemptEnd::Pending { handle } = &attempt.end {
                tokio::time::sleep(Duration::from_millis(5)).await;
                let handle = handle.clone();
                attempt = provider.poll(&[outgoing], &handle).await.remove(0);
            }
            attempt
        })
    }

    /// The attempt of this call at a server with this address.
    fn ask(&self, base_url: String) -> Attempt {
        self.send(&*self.connected(base_url, Some(KEY)), &self.found())
    }

    /// The attempt at the sandbox, and the sandbox itself.
    fn ask_sandbox(&self, options: Options) -> (Attempt, Sandbox) {
        let sandbox = self.runtime.block_on(Sandbox::start(options)).unwrap();
        (self.ask(sandbox.base(&self.info.name)), sandbox)
    }

    /// The vendor's complete answers to this call, as they came over the wire: to its request, and to the last
    /// poll if the vendor answers later.
    fn whole_answers(&self) -> Vec<String> {
        let sandbox = self.runtime.block_on(Sandbox::start(Options::default())).unwrap();
        let (base, answers) = recording(&sandbox.base(&self.info.name));
        answered(self.ask(base));
        let mut answers = answers.lock().unwrap();
        if answers.len() > 2 {
            let last = answers.len() - 1;
            answers.drain(1..last);
        }
        answers.iter().map(|answer| answer.split_once("\r\n\r\n").unwrap().1.to_owned()).collect()
    }
}

/// Every registered provider for whose vendor the sandbox speaks.
fn all() -> Vec<Subject> {
    let mut examples = sandbox::examples();
    let subject = |info: ProviderInfo| {
        let at = examples.iter().position(|examples| examples.vendor == info.name)?;
        Some(Subject { info, examples: examples.swap_remove(at), runtime: Runtime::new().unwrap() })
    };
    let registry = registry();
    let all: Vec<_> = registry.providers().map(|entry| entry.info.clone()).filter_map(subject).collect();
    // No sample answers of these vendors exist, so that nothing here tests them.
    let names = registry.providers().map(|entry| entry.info.name.clone());
    let untested: Vec<_> = names.filter(|name| all.iter().all(|one| one.info.name != *name)).collect();
    assert_eq!(
        untested,
        ["gleif", "hunter"],
        "the sandbox has no vendor of this name: crates/sandbox/src/vendor"
    );
    let unused: Vec<_> = examples.iter().map(|examples| examples.vendor).collect();
    assert_eq!(unused, ["tokens"], "no registered provider speaks to this vendor of the sandbox");
    all
}

/// A complete answer with this status, body and further headers.
fn with_headers(status: u16, headers: &str, body: &str) -> String {
    format!("{}{headers}\r\n{body}", head(status, body.len()))
}

fn error_text(error: &Error) -> String {
    format!("{error} {error:?}")
}

#[test]
fn every_provider_declares_itself_completely() {
    let registry = registry();
    for subject in all() {
        let info = &subject.info;
        let name = &info.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert!(!info.description.is_empty(), "{name}");
        for variable in info.key_variable.iter().chain([&info.base_variable]) {
            let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            assert!(!variable.is_empty() && variable.chars().all(is_plain), "{name}: {variable}");
        }
        assert_ne!(info.key_variable.as_ref(), Some(&info.base_variable), "{name}");
        assert!(info.default_base.starts_with("https://") && !info.default_base.ends_with('/'), "{name}");
        let contracts = registry.integrations().map(|integration| integration.contract());
        let called =
            contracts.flat_map(|contract| contract.calls.iter()).filter(|call| call.provider == *name);
        let listed = info.operations.listed().map(|(operation, _)| operation);
        for operation in called.map(|call| call.operation.as_str()).chain(listed) {
            let known = info.operations.get(operation);
            assert!(known.timeout >= Duration::from_secs(1), "{name}: {operation}");
            let is_ordered = known.price.as_ref().is_none_or(|price| price.list <= price.worst);
            assert!(is_ordered, "{name}: {operation} usually costs more than at its worst");
        }
        if let Some(check) = &info.check {
            assert!(info.operations.get(check).is_repeatable(), "{name}: `{check}` is not free");
        }
    }
}

#[test]
fn answers_are_read_and_empty_answers_count_as_no_data() {
    for subject in all() {
        let (name, call) = (subject.info.name.as_str(), subject.found());
        let sandbox = subject.runtime.block_on(Sandbox::start(Options::default())).unwrap();
        let provider = subject.connected(sandbox.base(name), Some(KEY));
        provider.ready().unwrap();
        let body = answered(subject.send(&*provider, &call));
        let Ok(Reply::Found(found)) = provider.read(&call, &body) else { panic!("{name}: {body}") };
        assert_eq!(provider.read(&call, &body).unwrap(), Reply::Found(found), "{name}: it is read alike");
        assert_eq!(sandbox.stats().billed, 1, "{name}");
        let call = subject.call(&subject.examples.nothing);
        let body = answered(subject.send(&*provider, &call));
        assert_eq!(provider.read(&call, &body).unwrap(), Reply::NoData, "{name}: {body}");
    }
}

/// The expected result of a fault.
struct Expected {
    kinds: &'static [ErrorKind],
    bought: &'static [Bought],
    retryable: Option<bool>,
    reach: &'static [Reach],
}

/// `None` if the answer arrives complete.
fn expected(kind: FaultKind) -> Option<Expected> {
    use ErrorKind::{Auth, BadReply, Network, QuotaExhausted, RateLimited, Timeout, Upstream};
    const UNPAID: &[Bought] = &[Bought::No];
    const DOUBT: &[Bought] = &[Bought::Maybe];
    const THE_CALL: &[Reach] = &[Reach::Call];
    let of = |kinds, bought, retryable, reach| Some(Expected { kinds, bought, retryable, reach });
    match kind {
        FaultKind::TooManyRequests => of(&[RateLimited], UNPAID, Some(true), THE_CALL),
        // The provider decides whether a vendor's own error is billed.
        FaultKind::InternalError | FaultKind::Unavailable => {
            of(&[Upstream, RateLimited], &[Bought::No, Bought::Maybe], Some(true), THE_CALL)
        }
        FaultKind::TlsHandshake => of(&[Network, Upstream], UNPAID, Some(true), THE_CALL),
        FaultKind::Unauthorized => of(&[Auth], UNPAID, Some(false), &[Reach::Provider]),
        FaultKind::Forbidden => of(&[Auth], UNPAID, Some(false), &[Reach::Operation, Reach::Provider]),
        FaultKind::Credit => {
            of(&[QuotaExhausted], UNPAID, None, &[Reach::Provider, Reach::ProviderIfRepeated])
        }
        FaultKind::GatewayTimeout | FaultKind::ToolError => of(&[Timeout], DOUBT, None, THE_CALL),
        FaultKind::CutBefore | FaultKind::CutAfter | FaultKind::Truncate => {
            of(&[Network], DOUBT, None, THE_CALL)
        }
        FaultKind::NotJson | FaultKind::Huge => of(&[BadReply], &[Bought::Yes], Some(false), THE_CALL),
        FaultKind::OuterFalse => of(&[Upstream], UNPAID, Some(true), THE_CALL),
        FaultKind::Redirect => of(&[Upstream], UNPAID, Some(false), THE_CALL),
        FaultKind::Slow => None,
    }
}

#[test]
fn each_fault_of_the_vendor_has_the_expected_end() {
    for subject in all() {
        for kind in subject.examples.faults.iter().copied() {
            let what = format!("{} meets {kind}", subject.info.name);
            let (retry_after, slow_for) = (Duration::from_secs(7), Duration::from_millis(50));
            let faults = vec![Fault { kind, rate: 1.0 }];
            let (attempt, sandbox) =
                subject.ask_sandbox(Options { faults, retry_after, slow_for, ..Options::default() });
            assert_eq!(sandbox.stats().calls, 1, "{what}: a provider sends one attempt");
            let Some(expected) = expected(kind) else {
                answered(attempt);
                continue;
            };
            let Failure { error, sent, bought, retryable, retry_after: wait, reach, .. } = failed(attempt);
            assert!(sent, "{what}");
            assert!(expected.kinds.contains(&error.kind()), "{what}: {error:?}");
            assert!(expected.bought.contains(&bought), "{what}: {bought:?}");
            assert!(expected.retryable.is_none_or(|expect| expect == retryable), "{what}: {retryable}");
            assert!(expected.reach.contains(&reach), "{what}: {reach:?}");
            assert_eq!(error.may_be_billed(), bought != Bought::No, "{what}");
            let is_told_to_wait = kind == FaultKind::TooManyRequests;
            assert_eq!(wait, is_told_to_wait.then_some(retry_after), "{what}");
        }
    }
}

#[test]
fn a_refusal_by_status_is_neither_paid_for_nor_an_answer() {
    for subject in all() {
        for status in (300..=308).chain(400..=431).chain([451, 499]).chain(500..=529).chain([598, 599]) {
            let what = format!("{} meets HTTP {status}", subject.info.name);
            let base = answering(answer(status, "no"));
            let provider = subject.connected(base, Some(KEY));
            let failure = match subject.send(&*provider, &subject.found()).end {
                // Some vendors use a status to say that there is no data.
                AttemptEnd::Answered(body) => {
                    assert!((400..500).contains(&status), "{what}");
                    assert_eq!(provider.read(&subject.found(), &body).unwrap(), Reply::NoData, "{what}");
                    continue;
                }
                AttemptEnd::Failed(failure) => failure,
                AttemptEnd::Pending { .. } | AttemptEnd::GivenUp(_) => {
                    panic!("{what}: a status alone announces no answer")
                }
            };
            let Failure { error, sent, bought, retryable, .. } = &failure;
            assert!(*sent && *bought != Bought::Yes, "{what}: {failure:?}");
            let kind = error.kind();
            assert!(kind != ErrorKind::Internal && kind != ErrorKind::BadReply, "{what}: {error:?}");
            match status {
                400 | 422 => assert_eq!((kind, *retryable), (ErrorKind::InvalidInput, false), "{what}"),
                401 => assert_eq!((kind, *retryable), (ErrorKind::Auth, false), "{what}"),
                402 => assert_eq!(kind, ErrorKind::QuotaExhausted, "{what}"),
                408 => assert!(*retryable, "{what}"),
                429 => assert_eq!((kind, *retryable), (ErrorKind::RateLimited, true), "{what}"),
                300..=308 => assert!(!*retryable && *bought == Bought::No, "{what}"),
                504 | 524 => assert_eq!((kind, *bought), (ErrorKind::Timeout, Bought::Maybe), "{what}"),
                500 | 503 | 529 => assert!(*retryable, "{what}"),
                _ => {}
            }
        }
    }
}

#[test]
fn advice_in_headers_is_followed() {
    for subject in all() {
        for (status, headers, wait, retryable) in [
            (429, "Retry-After: 3\r\n", Some(Duration::from_secs(3)), true),
            (429, "retry-after-ms: 250\r\n", Some(Duration::from_millis(250)), true),
            (503, "Retry-After: 2\r\n", Some(Duration::from_secs(2)), true),
            (429, "x-should-retry: false\r\n", None, false),
            (400, "x-should-retry: true\r\n", None, true),
        ] {
            let failure = failed(subject.ask(answering(with_headers(status, headers, "no"))));
            let what = format!("{}: {status} {headers:?}", subject.info.name);
            assert_eq!(failure.retryable, retryable, "{what}");
            // A provider may know how long a vendor wants to rest that throttles and does not say so.
            let is_own = wait.is_none() && failure.error.kind() == ErrorKind::RateLimited;
            assert!(is_own || failure.retry_after == wait, "{what}: {:?}", failure.retry_after);
        }
    }
}

#[test]
fn an_unreachable_provider_was_not_asked() {
    for subject in all() {
        let name = &subject.info.name;
        let failure = failed(subject.ask("http://127.0.0.1:1".to_owned()));
        assert_eq!((failure.sent, failure.bought, failure.retryable), (false, Bought::No, true), "{name}");
        assert_eq!(failure.error.kind(), ErrorKind::Network, "{name}");
    }
}

#[test]
fn without_a_key_nothing_is_sent() {
    for subject in all() {
        let Some(variable) = subject.info.key_variable.clone() else { continue };
        let (name, asked) = (subject.info.name.as_str(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&asked);
        let base = serve(move |_| {
            counted.fetch_add(1, SeqCst);
        });
        for key in [None, Some(""), Some("test-key\n1234567890")] {
            let provider = subject.connected(base.clone(), key);
            let error = provider.ready().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Auth, "{name}");
            assert!(error_text(&error).contains(variable.as_str()), "{name}: {error}");
            let failure = failed(subject.send(&*provider, &subject.found()));
            assert!(!failure.sent && !failure.retryable && failure.bought == Bought::No, "{name}");
        }
        assert_eq!(asked.load(SeqCst), 0, "{name}");
    }
}

#[test]
fn a_late_answer_is_awaited_and_a_provider_recovers_from_an_abandoned_one() {
    for subject in all() {
        let (mut answers, (release, released)) = (subject.whole_answers(), mpsc::channel::<()>());
        // The first answer comes too late, and is given to the repeated call once more.
        answers.insert(0, answers[0].clone());
        let (requests, released) = (answers.len(), Mutex::new(released));
        let answers = Mutex::new(answers.into_iter());
        let base = serve(move |mut stream| {
            while take_request(&stream).is_some() {
                let _ = released.lock().unwrap().recv();
                let body = answers.lock().unwrap().next().unwrap_or_default();
                let _ = stream.write_all(answer(200, &body).as_bytes());
            }
        });
        let provider = subject.connected(base, Some(KEY));
        let call = subject.found();
        subject.runtime.block_on(async {
            // Giving up is the gateway's decision.
            let given_up =
                tokio::time::timeout(Duration::from_millis(50), provider.send(&Outgoing::unrecorded(&call)))
                    .await;
            assert!(given_up.is_err(), "{}", subject.info.name);
        });
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            (0..requests).for_each(|_| release.send(()).unwrap());
        });
        answered(subject.send(&*provider, &call));
    }
}
