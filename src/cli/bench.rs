//! `corelane bench`: measures, shows progress, writes a table or JSON lines. The files under `benches/` come here too.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{BenchArgs, BenchName, exit_code};
use super::explain::print;
use crate::bench::{
    Figure, Options, Show, by_hand, cliffs, decode, gate, latency, machine, nexmark, onebrc, overhead, scaling, workloads,
};
use crate::config::{CoreWish, JobConfig, format_cpulist};
use crate::error::{Error, Result};
use crate::metrics::{align, svg};

/// Records of a measurement inside `cargo test`.
const RECORDS_OF_TESTS: usize = 2_000;

/// Measures and writes. An error, after everything is written, if a limit was not kept.
pub fn run(args: &BenchArgs, out: &mut dyn Write) -> Result<()> {
    if args.what != BenchName::Latency && (args.plot.is_some() || !args.rates.is_empty()) {
        return Err(Error::config(format!("'{}' has no rates and no plot", name_of(args.what)))
            .hint("--rates and --plot go with 'latency'"));
    }
    let config = JobConfig { shards: CoreWish::parse_argument(&args.cores)?, ..JobConfig::default() };
    let options = Options {
        cores: config.placement()?.shards,
        records: args.records.map_or(records_of(args.what), |records| records as usize),
        repeat: usize::from(args.repeat),
    };
    match measure(args, &options, out)? {
        0 => Ok(()),
        short => Err(Error::limit(format!("{short} limits are not kept"))),
    }
}

/// Writes what was measured; gives how many limits were not kept.
fn measure(args: &BenchArgs, options: &Options, out: &mut dyn Write) -> Result<usize> {
    let mut table = Table { judges: !cfg!(debug_assertions), ..Table::new(args.json, out) };
    table.begin(&format!(
        "{} on {}; shards on cores {}, {} records, best of {}{}",
        name_of(args.what),
        machine::describe(),
        format_cpulist(&options.cores),
        options.records,
        options.repeat,
        if table.judges { "" } else { "; limits are not judged in an unoptimised build" }
    ))?;
    let mut failed = Ok(());
    let measured = figures(args, options, &mut |figure| {
        let shown = table.add(figure);
        if failed.is_ok() {
            failed = shown;
        }
    });
    let written = table.end();
    measured.and(failed).and(written)
}

fn figures(args: &BenchArgs, options: &Options, show: Show<'_>) -> Result<()> {
    match args.what {
        BenchName::Overhead => overhead::figures(options, show),
        BenchName::Scaling => scaling::figures(options, show),
        BenchName::Latency => latencies(args, options, show),
        BenchName::Decode => decode::figures(options, show),
        BenchName::Nexmark => nexmark::figures(options, show),
        BenchName::Workloads => workloads::figures(options, show),
        BenchName::Onebrc => onebrc(options, show),
        BenchName::Cliffs => cliffs::figures(options, show),
        BenchName::ByHand => by_hand::figures(options, show),
        BenchName::Gate => {
            gate::figures(options, show)?;
            decode::figures(options, show)?;
            cliffs::figures(&Options { records: options.records.min(cliffs::RECORDS), ..options.clone() }, show)?;
            onebrc(&Options { records: options.records.min(records_of(BenchName::Onebrc)), ..options.clone() }, show)
        }
    }
}

/// At the rates and with the picture that were asked for.
fn latencies(args: &BenchArgs, options: &Options, show: Show<'_>) -> Result<()> {
    let rates = if args.rates.is_empty() { &latency::RATES[..] } else { &args.rates };
    let panels = latency::figures(options, rates, show)?;
    match &args.plot {
        Some(path) => std::fs::write(path, svg(&panels)).map_err(|e| Error::io(format!("cannot write '{}'", path.display()), e)),
        None => Ok(()),
    }
}

/// Over a file in the folder for temporary files.
fn onebrc(options: &Options, show: Show<'_>) -> Result<()> {
    let folder = std::env::temp_dir().join("corelane-bench");
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(format!("cannot make '{}'", folder.display()), e))?;
    onebrc::figures(options, options.records, &folder, show)
}

/// Records a measurement is meant for.
fn records_of(what: BenchName) -> usize {
    match what {
        BenchName::Overhead | BenchName::Onebrc => overhead::RECORDS,
        BenchName::Scaling => scaling::RECORDS,
        BenchName::Latency => latency::RECORDS,
        BenchName::Decode => 1 << 20,
        BenchName::Nexmark => nexmark::EVENTS,
        BenchName::Workloads => workloads::RECORDS,
        BenchName::Cliffs => cliffs::RECORDS,
        BenchName::ByHand | BenchName::Gate => gate::RECORDS,
    }
}

fn name_of(what: BenchName) -> String {
    what.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Takes figures; shows the last one on a terminal while the next is measured.
struct Table<'o> {
    out: &'o mut dyn Write,
    json: bool,
    /// Whether figures are held to their limits.
    judges: bool,
    bar: Option<ProgressBar>,
    cells: Vec<Vec<String>>,
    short: usize,
}

impl<'o> Table<'o> {
    fn new(json: bool, out: &'o mut dyn Write) -> Self {
        let style =
            ProgressStyle::with_template("{spinner} {elapsed} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new_spinner().with_style(style));
        let heading = ["figure", "value", "median", "unit", "limit", ""];
        Self { out, json, judges: true, bar, cells: vec![heading.map(str::to_owned).into()], short: 0 }
    }

    /// Machine and parameters: a line above the table, or a figure of its own.
    fn begin(&mut self, text: &str) -> Result<()> {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
            bar.tick();
        }
        if self.json { self.line(&Figure::new(text, 1.0, "run")) } else { print(self.out, &format!("{text}\n\n")) }
    }

    fn add(&mut self, mut figure: Figure) -> Result<()> {
        figure.ok = figure.ok.filter(|_| self.judges);
        let number = |value: Option<f64>| value.map_or_else(String::new, number);
        let verdict = figure.ok.map_or("", |ok| if ok { "ok" } else { "FALLS SHORT" });
        self.short += usize::from(figure.ok == Some(false));
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}: {} {} {verdict}", figure.name, number(Some(figure.value)), figure.unit));
            bar.tick();
        }
        if self.json {
            self.line(&figure)?;
            return match figure.median {
                Some(median) => self.line(&Figure::new(format!("{} (median)", figure.name), median, figure.unit)),
                None => Ok(()),
            };
        }
        let (value, median, limit) = (number(Some(figure.value)), number(figure.median), number(figure.limit));
        self.cells.push(vec![figure.name, value, median, figure.unit.to_owned(), limit, verdict.to_owned()]);
        Ok(())
    }

    fn line(&mut self, figure: &Figure) -> Result<()> {
        let text = sonic_rs::to_string(figure).map_err(|e| Error::internal(format!("a figure as JSON: {e}")))?;
        print(self.out, &format!("{text}\n"))
    }

    /// Writes the table; gives how many limits were not kept.
    fn end(self) -> Result<usize> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if !self.json {
            print(self.out, &align(&self.cells))?;
        }
        Ok(self.short)
    }
}

/// Four digits that count, without an exponent.
fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 1000.0 || v == 0.0 => format!("{value:.0}"),
        v if v >= 100.0 => format!("{value:.1}"),
        v if v >= 10.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Arguments of a bench of cargo, the name of the bench aside.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct HarnessArgs {
    #[command(flatten)]
    args: BenchArgs,
}

/// The main function of a file under `benches/`: large under `cargo bench`, which takes the verb's options after `--`; inside
/// `cargo test` small, and only checksums and errors count.
pub fn harness(what: BenchName) -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let large = given.iter().any(|arg| arg == "--bench");
    let line = std::iter::once(name_of(what)).chain(given.into_iter().filter(|arg| large && arg != "--bench"));
    let parsed = HarnessArgs::command().try_get_matches_from(line).and_then(|found| HarnessArgs::from_arg_matches(&found));
    let args = match parsed {
        Ok(parsed) => parsed.args,
        Err(error) => error.exit(),
    };
    let out = &mut std::io::stdout();
    let result = if large { run(&args, out) } else { try_out(&args, out) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_listens = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(exit_code(&error))
        }
    }
}

/// The small run of a test: at most two shards; limits do not count.
fn try_out(args: &BenchArgs, out: &mut dyn Write) -> Result<()> {
    let mut cores = JobConfig::default().placement()?.shards;
    cores.truncate(2);
    measure(args, &Options { cores, records: RECORDS_OF_TESTS, repeat: 1 }, out).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: bool, figures: &[Figure]) -> (String, usize) {
        let mut out = Vec::new();
        let mut table = Table::new(json, &mut out);
        table.begin("a host").expect("written");
        figures.iter().for_each(|f| table.add(f.clone()).expect("written"));
        let short = table.end().expect("written");
        (String::from_utf8(out).expect("text"), short)
    }

    #[test]
    fn figures_stand_in_a_table_with_their_verdicts() {
        let figures = [Figure::new("a", 1234.5, "ns").with_median(2.0), Figure::new("b", 1.25, "x").at_most(1.0)];
        let (text, short) = written(false, &figures);
        assert_eq!(short, 1);
        let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(lines[3], ["a", "1234", "2.000", "ns"]);
        assert_eq!(lines[4], ["b", "1.250", "x", "1.000", "FALLS", "SHORT"]);
    }

    #[test]
    fn limits_are_shown_but_not_judged_where_the_build_is_not_optimised() {
        let mut out = Vec::new();
        let mut table = Table { judges: false, ..Table::new(false, &mut out) };
        table.add(Figure::new("b", 1.25, "x").at_most(1.0)).expect("written");
        assert_eq!(table.end().expect("written"), 0);
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("1.250") && text.contains("1.000") && !text.contains("FALLS SHORT"), "{text}");
    }

    #[test]
    fn rates_and_plots_are_refused_where_they_mean_nothing() {
        let line = ["decode", "--rates", "10,20", "--plot", "x.svg"];
        let found = HarnessArgs::command().try_get_matches_from(line).expect("a line");
        let args = HarnessArgs::from_arg_matches(&found).expect("arguments").args;
        assert_eq!(args.rates, [10, 20]);
        assert_eq!(run(&args, &mut Vec::new()).expect_err("refused").kind(), crate::error::ErrorKind::Config);
        assert!(HarnessArgs::command().try_get_matches_from(["latency", "--rates", "0"]).is_err());
    }

    #[test]
    fn json_is_one_object_a_line_of_always_the_same_shape() {
        let (text, _) = written(true, &[Figure::new("b", 1.25, "x").at_least(1.0).with_median(1.5)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], r#"{"name":"b","value":1.25,"unit":"x","limit":1.0,"ok":true}"#);
        assert_eq!(lines[2], r#"{"name":"b (median)","value":1.5,"unit":"x","limit":null,"ok":null}"#);
        assert!(lines[0].starts_with(r#"{"name":"a host","value":"#));
    }
}
