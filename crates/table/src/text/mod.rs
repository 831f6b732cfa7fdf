//! What text formats share: decoding, lines, cutting into rows, and the bytes of an output. This module must
//! not know what a row means.

pub(crate) mod cut;
pub(crate) mod decode;
pub(crate) mod encoding;
pub(crate) mod lines;
pub(crate) mod row_scan;
pub(crate) mod shape;
pub(crate) mod sink;
