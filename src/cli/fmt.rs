//! `corelane fmt`: SQL files in one layout, that of the crate sqlformat. It knows our dialect but roughly, so a text is taken over only if it has
//! the tokens and comments that it had; any other file is refused and stays as it is.

use std::fs;
use std::io::Write;
use std::path::Path;

use sqlformat::{FormatOptions, Indent, QueryParams, format};

use super::args::FmtArgs;
use super::explain::print;
use super::job::read;
use crate::error::{Error, Result};
use crate::plan::Script;
use crate::plan::parse::check_same;

/// How wide a line may be that holds a whole list.
const WIDTH: usize = 80;

/// How often a layout may be laid out once more until it stays.
const ROUNDS_MAX: usize = 4;

/// Formats files, or says which are not; `out` takes their names, or the text of standard input.
pub fn run(args: &FmtArgs, out: &mut dyn Write) -> Result<()> {
    let is_piped = |path: &Path| path.as_os_str() == "-";
    if !args.check && args.files.len() > 1 && args.files.iter().any(|path| is_piped(path)) {
        return Err(Error::config("standard input is formatted alone").hint("the names of files would stand among its SQL"));
    }
    let mut unformatted = 0;
    for path in &args.files {
        let Script { text, file } = read(path)?;
        let laid_out = formatted(&text).map_err(|error| error.in_text(&file, &text))?;
        if is_piped(path) && !args.check {
            return print(out, &laid_out);
        }
        if laid_out == text {
            continue;
        }
        unformatted += 1;
        if !args.check {
            replace(path, &laid_out)?;
        }
        print(out, &format!("{file}\n"))?;
    }
    match args.check && unformatted > 0 {
        true => Err(Error::config(format!("{unformatted} of {} files are not formatted", args.files.len()))
            .hint("corelane fmt without --check writes them")),
        false => Ok(()),
    }
}

/// Writes a file in one step, so that it is whole whatever happens.
fn replace(path: &Path, text: &str) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".fmt");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|e| Error::io(format!("cannot write '{}'", path.display()), e))
}

/// A text in the layout of `fmt`.
pub fn formatted(text: &str) -> Result<String> {
    let mut laid_out = text.to_owned();
    for _ in 0..ROUNDS_MAX {
        let next = format!("{}\n", format(&laid_out, &QueryParams::None, &layout()).trim_end());
        check_same(text, &next)?;
        if next == laid_out {
            return Ok(laid_out);
        }
        laid_out = next;
    }
    Err(Error::sql("there is no layout of this file that stays as it is"))
}

fn layout() -> FormatOptions<'static> {
    FormatOptions {
        indent: Indent::Spaces(2),
        lines_between_queries: 2,
        max_inline_block: WIDTH,
        max_inline_arguments: Some(WIDTH),
        max_inline_top_level: Some(WIDTH),
        ..FormatOptions::default()
    }
}
