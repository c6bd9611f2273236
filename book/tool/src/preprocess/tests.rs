//! Tests of the expansion of chapters.
