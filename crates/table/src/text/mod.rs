//! The text of formats that are text: decoded, and cut into rows. Must not know what a row means.

pub(crate) mod cut;
pub(crate) mod decode;
pub(crate) mod encoding;
pub(crate) mod problem;
pub(crate) mod row_scan;
