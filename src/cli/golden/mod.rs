//! `corelane test`: golden streams, cases of a file run on virtual time at every number of shards and every size of batches, and compared with
//! what the case expects.
//!
//! ```text
//! # How the expectations of this file were checked.
//! case name_of_the_case
//! sql
//!   CREATE TABLE t (...) WITH ('connector' = 'memory'); SELECT ...
//! job ../trades.sql (SQL of a file beside the case, before what stands below `sql`)
//! rows t            (split 0; `rows t 1` is split 1; events of a split keep the order of the file)
//!   a | 1 | 2026-01-01 00:00:01
//!   NULL | 2 | 2026-01-01 00:00:02
//! watermark t 2026-01-01 00:00:10
//! changes t         (of a table that is a changelog, `'changelog' = 'retract'`: the kind, then the row)
//!   +I a | 1 | 2026-01-01 00:00:01
//! expect            (what is left of the changes, sorted; `expect name` for a table other than the printed one)
//!   [a, 1]
//! late 0            (optional, as are `aside N` and `error part of the message`)
//! ```
//! With the line `ordered` the first table must be written just so: in this order, and nothing taken back. A table that gets rows must be listed. The line
//! `sqlite` is for our own tests, which have SQLite recompute such a case.
//!
//! A table with `rows` or `changes` has these in place of what its connector reads, and no sink writes anything outside: what a table is given
//! is kept and compared. What a job reads otherwise, it reads. Rows have the columns of the table that come from outside, in their order.

mod case;
mod check;
mod feed;
mod play;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

pub use self::case::{Case, read};
pub use self::check::{Verdict, check, updated};
pub use self::feed::{Inputs, inputs, tables};
pub use self::play::{Ended, Outside, Shape, Written, phases, play, play_to_end, sink_rows, sink_types};

use super::args::TestArgs;
use super::explain::print;
use crate::error::{Error, Result};
use crate::plan::parse::Params;

/// Runs the cases of files and folders.
pub fn run(args: &TestArgs, out: &mut dyn Write) -> Result<()> {
    let mut files = Vec::new();
    args.paths.iter().try_for_each(|path| find(path, &mut files))?;
    if files.is_empty() {
        return Err(Error::config("no file of golden streams").hint("their names end in .slt"));
    }
    let mut params = Params::read(&args.params)?.shared();
    let (mut cases, mut failed) = (0, 0);
    for file in &files {
        let (ran, wrong) = run_file(file, args, &mut params, out)?;
        (cases, failed) = (cases + ran, failed + wrong);
    }
    print(out, &format!("{} of {cases} cases pass in {} files\n", cases - failed, files.len()))?;
    match (cases, failed) {
        (0, _) => Err(Error::config("no case").hint("name a part of a case that there is: --only PART")),
        (_, 0) => params.check_noted(),
        _ => Err(Error::data(format!("{failed} of {cases} cases fail"))),
    }
}

/// The cases of a file that were run, and how many of them fail.
fn run_file(file: &Path, args: &TestArgs, params: &mut Params, out: &mut dyn Write) -> Result<(usize, usize)> {
    let shown = file.display().to_string();
    let mut text = fs::read_to_string(file).map_err(|e| Error::io(&shown, e))?;
    if args.update {
        let now = updated(&text, file, params)?;
        if now != text {
            fs::write(file, &now).map_err(|e| Error::io(&shown, e))?;
            print(out, &format!("{shown}: updated\n"))?;
            text = now;
        }
    }
    let is_wanted = |case: &Case| args.only.as_ref().is_none_or(|part| case.name.contains(part.as_str()));
    let cases = read(&text, file)?;
    let (mut ran, mut failed) = (0, 0);
    for mut case in cases.into_iter().filter(is_wanted) {
        ran += 1;
        params.note(&case.sql);
        case.params = params.clone();
        let wrong = args.shapes().find_map(|shape| match check(&case, shape) {
            Ok(Verdict::Passed) => None,
            Ok(Verdict::Failed(why)) => Some((shape, why)),
            Err(error) => Some((shape, error.to_string())),
        });
        if let Some((Shape { shards, batch_rows }, why)) = wrong {
            failed += 1;
            let place = format!("{shown}:{}: {} at {shards} shards and batches of {batch_rows} rows", case.line, case.name);
            print(out, &format!("{place}\n{}\n", why.trim_end()))?;
        }
    }
    Ok((ran, failed))
}

/// The files of golden streams at a path, in order of their names.
fn find(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let error = |e| Error::io(path.display(), e);
    if !fs::metadata(path).map_err(error)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(error)?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>().map_err(error)?;
    paths.sort();
    paths
        .iter()
        .filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "slt"))
        .try_for_each(|path| find(path, found))
}
