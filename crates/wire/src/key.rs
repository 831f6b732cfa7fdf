//! Where a key goes in a request. This module must not keep a key.

use base64::{Engine, engine::general_purpose::STANDARD};
use marl_core::Error;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::Client;

/// The place where a vendor expects the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// A header whose value is a prefix, such as `Bearer `, and the key.
    Header {
        /// The name of the header.
        name: HeaderName,
        /// The prefix.
        before: String,
    },
    /// A parameter of the query.
    Query(String),
    /// The `Authorization` header for a user and a password: the key with these texts around it, in base64.
    Basic {
        /// The text before the key.
        before: String,
        /// The text behind the key.
        behind: String,
    },
}

/// The key, in the form for its place.
pub(crate) enum PlacedKey {
    Header(HeaderName, HeaderValue),
    /// `name=key`, in the encoding of forms.
    Query(String),
}

impl KeyPlace {
    /// The key of a client, in the form for this place.
    ///
    /// # Errors
    /// `auth` when the key is missing or contains a character that no key has.
    pub(crate) fn placed(&self, client: &Client) -> Result<PlacedKey, Error> {
        match self {
            Self::Header { name, before } => {
                client.key_header(before).map(|value| PlacedKey::Header(name.clone(), value))
            }
            Self::Query(name) => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                Ok(PlacedKey::Query(query.append_pair(name, client.plain_key()?).finish()))
            }
            Self::Basic { before, behind } => {
                let both = STANDARD.encode(format!("{before}{}{behind}", client.plain_key()?));
                let value = HeaderValue::from_str(&format!("Basic {both}"));
                let mut value = value.map_err(|_| Error::internal("base64 is not a header"))?;
                value.set_sensitive(true);
                Ok(PlacedKey::Header(AUTHORIZATION, value))
            }
        }
    }
}
