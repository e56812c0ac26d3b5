//! `corelane explain` and `corelane check`: everything up to running.

use std::io::Write;

use super::args::JobArgs;
use super::doctor;
use super::job::{Job, prepare};
use crate::engine;
use crate::error::{Error, Result};
use crate::plan;
use crate::sys::preflight::{Severity, check_host};

/// Shows the plans.
pub fn explain(args: &JobArgs, out: &mut dyn Write) -> Result<()> {
    let job = prepare(args, |sets| args.job_config(sets))?;
    print(out, &plan::explain(&job.planned, job.cores.len()))
}

/// Says whether the job would run here.
pub fn check(args: &JobArgs, out: &mut dyn Write) -> Result<()> {
    let Job { planned, config, cores, .. } = prepare(args, |sets| args.job_config(sets))?;
    engine::choose_shell(&config, cores.len())?;
    let findings: Vec<_> = check_host(&cores, cores.len()).into_iter().filter(|f| f.severity != Severity::Ok).collect();
    if !findings.is_empty() {
        print(out, &doctor::render(&findings))?;
    }
    let (nodes, shards) = (planned.plan.nodes.len(), cores.len());
    print(out, &format!("ok: {nodes} plan nodes on {shards} shard{}\n", if shards == 1 { "" } else { "s" }))
}

/// Writes text; a reader that has gone away is no fault of the job.
pub(super) fn print(out: &mut dyn Write, text: &str) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::io("standard output", e)),
        _ => Ok(()),
    }
}
