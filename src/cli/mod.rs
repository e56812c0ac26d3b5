//! The command line: one file per verb.

pub mod args;
pub mod doctor;
pub mod latency;
