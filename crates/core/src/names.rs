//! A list of names that are either constants or read at run time. This module must not know what the names
//! mean.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};
use smol_str::SmolStr;

/// Names that plugins declare, such as a column's aliases. Cloning copies no name.
///
/// ```
/// # use marl_core::Names;
/// const FIXED: Names = Names::constant(&["domain", "website"]);
/// let read: Names = ["domain".to_owned(), "website".to_owned()].into_iter().collect();
/// assert_eq!(read, FIXED);
/// ```
#[derive(Clone)]
pub struct Names(Kind);

#[derive(Clone)]
enum Kind {
    Constant(&'static [&'static str]),
    Made(Arc<[SmolStr]>),
}

impl Names {
    /// A list of constant names.
    pub const fn constant(names: &'static [&'static str]) -> Self {
        Self(Kind::Constant(names))
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let (constant, made): (&[&str], &[SmolStr]) = match &self.0 {
            Kind::Constant(names) => (names, &[]),
            Kind::Made(names) => (&[], names),
        };
        constant.iter().copied().chain(made.iter().map(SmolStr::as_str))
    }

    /// Whether the list contains `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|known| known == name)
    }
}

impl<T: Into<SmolStr>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(Kind::Made(names.into_iter().map(Into::into).collect()))
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::constant(&[])
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Names {}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
