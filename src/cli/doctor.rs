//! `corelane doctor`: what of this host costs latency, each finding with what to do.

use std::io::Write;

use super::args::DoctorArgs;
use crate::config::{CoreWish, JobConfig, format_cpulist};
use crate::error::{Error, Result};
use crate::metrics::align;
use crate::sys::preflight::{Finding, Severity, check_host};

/// Looks at the host and writes the findings. An error only if something keeps a job from running at all.
pub fn run(args: &DoctorArgs, out: &mut dyn Write) -> Result<()> {
    let config = JobConfig { shards: CoreWish::parse_argument(&args.cores)?, ..JobConfig::default() };
    let placement = config.placement()?;
    let findings = check_host(&placement.shards, placement.shards.len());
    let text = format!("chosen cores: {}\n\n{}", format_cpulist(&placement.shards), render(&findings));
    out.write_all(text.as_bytes()).map_err(|e| Error::io("cannot write the findings", e))
}

/// The findings as a table, each with its advice below.
pub fn render(findings: &[Finding]) -> String {
    let cells: Vec<Vec<String>> = findings.iter().map(|f| vec![format!("{:<5} {}", mark(f.severity), f.name)]).collect();
    let names = align(&cells);
    let width = names.lines().map(str::len).max().unwrap_or(0);
    let mut text = String::new();
    for (name, finding) in names.lines().zip(findings) {
        text.push_str(&format!("{name:<width$}  {}\n", finding.found));
        if !finding.advice.is_empty() {
            text.push_str(&format!("{:<width$}  -> {}\n", "", finding.advice));
        }
    }
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    text.push_str(&format!(
        "\n{} ok, {} cost latency, {} keep a part of the engine from running\n",
        count(Severity::Ok),
        count(Severity::Warn),
        count(Severity::Fail)
    ));
    text
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "ok",
        Severity::Warn => "warn",
        Severity::Fail => "FAIL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_shown_with_their_advice_below() {
        let finding = |severity, name, advice: &str| Finding { name, severity, found: "found".into(), advice: advice.into() };
        let text = render(&[finding(Severity::Ok, "memlock", ""), finding(Severity::Warn, "NUMA", "do it")]);
        assert_eq!(
            text,
            "ok    memlock  found\nwarn  NUMA     found\n               -> do it\n\n\
             1 ok, 1 cost latency, 0 keep a part of the engine from running\n"
        );
    }

    #[test]
    fn core_that_is_not_there_is_an_error() {
        let error = run(&DoctorArgs { cores: "4095-4095".to_owned() }, &mut Vec::new()).expect_err("no such core");
        assert!(error.message().contains("core 4095"));
    }

    #[test]
    fn this_host_is_looked_at() {
        let mut out = Vec::new();
        run(&DoctorArgs { cores: "auto".to_owned() }, &mut out).expect("findings");
        assert!(String::from_utf8(out).expect("text").contains("io_uring"));
    }
}
