//! Tests of the link checker.
