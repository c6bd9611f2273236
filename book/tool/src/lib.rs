//! The program behind `cargo book`: builds, serves and checks the book.
//!
//! mdBook is linked in as a library ([`site`]), so a reader needs nothing but cargo. What mdBook does
//! not have is here: the book's own blocks ([`preprocess`]), its pictures ([`pictures`]), a server
//! that follows the author's changes ([`serve`], [`watch`]), a search that finds Hangul ([`search`])
//! and the checks that a finished book passes ([`check`], [`record`]).

pub mod check;
pub mod cpython;
pub mod diagrams;
pub mod html;
pub mod http;
pub mod pictures;
pub mod preprocess;
pub mod programs;
pub mod record;
pub mod repo;
pub mod search;
pub mod serve;
pub mod site;
pub mod watch;

#[cfg(test)]
mod look;
#[cfg(test)]
mod testing;
