//! The provider over tiny servers that misbehave on the wire.

use marl_core::{Call, Connection, ErrorKind, Provider, Reply, Secret};
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

/// The ways in which JSON can write the key, at the depth of the document and of a text in it.
const HIDDEN: [&str; 6] = [
    r"test-key-1234/567890",
    r"test\u002dkey-1234\u002F567890",
    r"test-key-1234\/567890",
    r"\u0074\u0065\u0073\u0074-key-1234/567890",
    r"test\\u002dkey-1234\\/567890",
    r"\\u0074est-key-1234\\\/567890",
];

#[tokio::test]
async fn an_echoed_key_is_neither_stored_nor_read_however_it_is_escaped() {
    for hidden in HIDDEN {
        let body = format!(
            r#"{{"success":true,"data":{{"success":true,"result":{{"content":[{{"type":"text","text":"{{\"said\":\"é\\n{hidden}.\"}}"}}]}}}}}}"#
        );
        let provider = provider(answering(answer(200, &body)), KEY);
        let stored = answered(provider.send(&call()).await);
        assert!(stored.contains("[key]") && !stored.contains("567890"), "{hidden}: {stored}");
        let reply = Reply::found(json!({"said": "é\n[key]."}));
        assert_eq!(provider.read(&call(), &stored).unwrap(), reply, "{hidden}");
        // What an earlier version stored is read with the same care.
        assert_eq!(provider.read(&call(), &body).unwrap(), reply, "{hidden}");
    }
}

#[tokio::test]
async fn an_echoed_key_is_in_no_error() {
    for hidden in HIDDEN {
        let inner = format!(r#"{{"success":true,"data":{{"success":false,"error":"bad {hidden}"}}}}"#);
        let outer = format!(r#"{{"success":false,"error":{{"key":"{hidden}"}}}}"#);
        for (status, body) in
            [(200, inner), (200, outer), (401, format!("bad {hidden}")), (200, hidden.to_owned())]
        {
            let failure = failed(provider(answering(answer(status, &body)), KEY).send(&call()).await);
            let told = format!("{} {:?}", failure.error, failure.error);
            assert!(told.contains("[key]") && !told.contains("567890"), "{hidden}: {told}");
        }
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    for key in ["", "test-key\n1234567890"] {
        let provider = provider("http://127.0.0.1:1".to_owned(), key);
        assert_eq!(provider.ready().unwrap_err().kind(), ErrorKind::Auth, "{key:?}");
        let failure = failed(provider.send(&call()).await);
        assert!(!failure.sent && !failure.retryable, "{key:?}");
    }
}
