//! marl
fn main() {}
