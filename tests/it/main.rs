//! The one integration test binary.

mod oracle;
mod oracle_query;
mod property;
mod support;
mod tidy;
