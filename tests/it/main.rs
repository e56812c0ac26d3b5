//! The one integration test binary.

mod oracle;
mod oracle_query;
mod support;
mod tidy;
