//! The provider against tiny servers that misbehave on the wire.

use marl_core::{Call, Connection, ErrorKind, Provider, Reply, Secret, provider::Outgoing};
use serde_json::json;
use wire::testing::{answer, answered, answering, failed};

use crate::DataGen;

const KEY: &str = "test-key-1234/567890";

fn provider(base_url: String, key: &str) -> DataGen {
    DataGen::new(Connection { base_url, key: Some(Secret::new(key)), contact: None })
}

fn call() -> Call {
    Call {
        provider: "datagen".into(),
        operation: "chatgpt_webresearch".into(),
        parameters: json!({"query": "q"}),
    }
}

/// Spellings of the key in JSON, in the document itself and in a text within it.
const HIDDEN: [&str; 6] = [
    r"test-key-1234/567890",
    r"test\u002dkey-1234\u002F567890",
    r"test-key-1234\/567890",
    r"\u0074\u0065\u0073\u0074-key-1234/567890",
    r"test\\u002dkey-1234\\/567890",
    r"\\u0074est-key-1234\\\/567890",
];

#[tokio::test]
async fn an_echoed_key_is_redacted_in_every_spelling() {
    for hidden in HIDDEN {
        let body = format!(
            r#"{{"success":true,"data":{{"success":true,"result":{{"content":[{{"type":"text","text":"{{\"said\":\"é\\n{hidden}.\"}}"}}]}}}}}}"#
        );
        let provider = provider(answering(answer(200, &body)), KEY);
        let stored = answered(provider.send(&Outgoing::unrecorded(&call())).await);
        assert!(stored.contains("[key]") && !stored.contains("567890"), "{hidden}: {stored}");
        let reply = Reply::found(json!({"said": "é\n[key]."}));
        assert_eq!(provider.read(&call(), &stored).unwrap(), reply, "{hidden}");
        // A body that an earlier version stored is redacted when it is read.
        assert_eq!(provider.read(&call(), &body).unwrap(), reply, "{hidden}");
    }
}

#[tokio::test]
async fn no_error_contains_an_echoed_key() {
    for hidden in HIDDEN {
        let inner = format!(r#"{{"success":true,"data":{{"success":false,"error":"bad {hidden}"}}}}"#);
        let outer = format!(r#"{{"success":false,"error":{{"key":"{hidden}"}}}}"#);
        for (status, body) in
            [(200, inner), (200, outer), (401, format!("bad {hidden}")), (200, hidden.to_owned())]
        {
            let failure = failed(
                provider(answering(answer(status, &body)), KEY).send(&Outgoing::unrecorded(&call())).await,
            );
            let error = format!("{} {:?}", failure.error, failure.error);
            assert!(error.contains("[key]") && !error.contains("567890"), "{hidden}: {error}");
        }
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    for key in ["", "test-key\n1234567890"] {
        let provider = provider("http://127.0.0.1:1".to_owned(), key);
        assert_eq!(provider.ready().unwrap_err().kind(), ErrorKind::Auth, "{key:?}");
        let failure = failed(provider.send(&Outgoing::unrecorded(&call())).await);
        assert!(!failure.sent && !failure.retryable, "{key:?}");
    }
}
