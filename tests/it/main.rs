//! The one integration test binary.

mod bad_input;
mod binary;
mod changelog;
mod conformance;
mod embed;
mod errors;
mod every;
mod fmt;
mod functions;
mod golden;
mod growth;
mod idle;
mod law;
mod nexmark;
mod oracle;
mod plans;
mod property;
mod reload;
mod sessions;
mod show_create;
mod shell;
mod shutdown;
mod simulator;
mod slt;
mod tcp;
mod tidy;
