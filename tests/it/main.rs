//! The one integration test binary.

mod bad_input;
mod oracle;
mod oracle_query;
mod property;
mod support;
mod tidy;
