//! Tests of rules and parts.
