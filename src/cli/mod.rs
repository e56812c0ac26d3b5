//! The command line: one file per verb.

pub mod args;
pub mod bench;
pub mod doctor;
pub mod explain;
pub mod fmt;
pub mod functions;
pub mod golden;
pub mod job;
pub mod latency;
pub mod profile;
pub mod run;
pub mod shell;

use std::io::{stderr, stdout};

use self::args::{Cli, Verb};
use crate::error::Result;

/// Does what the verb says. Results go to stdout, everything else to stderr.
pub fn dispatch(cli: &Cli) -> Result<()> {
    match &cli.verb {
        Verb::Run(args) => run::run(args, &mut stdout(), &mut stderr()),
        Verb::Profile(args) => profile::profile(args, &mut stdout(), &mut stderr()),
        Verb::Explain(args) => explain::explain(args, &mut stdout()),
        Verb::Check(args) => explain::check(args, &mut stdout()),
        Verb::Functions(args) => functions::run(args, &mut stdout()),
        Verb::Fmt(args) => fmt::run(args, &mut stdout()),
        Verb::Doctor(args) => doctor::run(args, &mut stdout()),
        Verb::Test(args) => golden::run(args, &mut stdout()),
        Verb::Shell(args) => shell::run(args, &mut stdout(), &mut stderr()),
        Verb::Latency(args) => latency::run(args, &mut stdout()),
        Verb::Bench(args) => bench::run(args, &mut stdout()),
    }
}
