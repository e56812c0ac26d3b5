//! `corelane shell`: statements one after the other, from a terminal or a pipe, each run as soon as it is whole.
//!
//! On a terminal a wrong statement is shown and the shell goes on; from a pipe or a file it ends the shell, with the exit code of `run`.

mod command;
mod prompt;
mod results;
mod session;
mod table;

use std::io::{BufRead, IsTerminal, Write, stdin};
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};

pub use results::Form;

use self::prompt::{Prompt, is_whole};
use self::session::{Next, Session};
use super::args::ShellArgs;
use crate::error::{Error, Result};
use crate::plan::functions;

/// Lines of history that are kept.
const HISTORY_LINES: usize = 10_000;

/// The file with them, in the home folder.
const HISTORY_FILE: &str = ".corelane_history";

/// Runs a shell to its end. `notes` takes what goes wrong.
pub fn run(args: &ShellArgs, out: &mut dyn Write, notes: &mut dyn Write) -> Result<()> {
    let mut session = Session::new(args.settings(), args.format);
    args.files.iter().try_for_each(|path| session.file(path, out))?;
    if !args.expressions.is_empty() {
        return args.expressions.iter().try_for_each(|text| session.input(text, out).map(|_| ()));
    }
    match stdin().is_terminal() {
        true => interactive(&mut session, out, notes),
        false => piped(&mut session, stdin().lock(), out),
    }
}

/// Takes inputs from lines without a terminal, up to the first that goes wrong.
fn piped(session: &mut Session, lines: impl BufRead, out: &mut dyn Write) -> Result<()> {
    let mut input = String::new();
    for line in lines.lines() {
        let line = line.map_err(|e| Error::io("cannot read standard input", e))?;
        // No other line ends a statement or a comment, and a long statement is not to be looked through at each.
        let may_end = input.is_empty() || line.contains(';') || line.contains("*/");
        input.push_str(&line);
        input.push('\n');
        if may_end && is_whole(&input) && session.input(&std::mem::take(&mut input), out)? == Next::Quit {
            return Ok(());
        }
    }
    session.input(&input, out).map(|_| ())
}

/// Takes inputs from a terminal until it is left.
fn interactive(session: &mut Session, out: &mut dyn Write, notes: &mut dyn Write) -> Result<()> {
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true);
    let config = config.max_history_size(HISTORY_LINES).map_err(unusable)?.build();
    let mut editor: Editor<Prompt, FileHistory> = Editor::with_config(config).map_err(unusable)?;
    let history = std::env::home_dir().map(|home| home.join(HISTORY_FILE));
    if let Some(file) = &history {
        // There is none before the first time.
        let _none_yet = editor.load_history(file);
    }
    say(notes, &format!("Corelane {}. Statements end with ';', \\? helps, \\q quits.\n", env!("CARGO_PKG_VERSION")))?;
    loop {
        editor.set_helper(Some(Prompt::of(session.declared(), functions::names())));
        let next = match editor.readline("corelane> ") {
            Ok(input) => session.input(&input, out),
            // What was typed is given up.
            Err(ReadlineError::Interrupted) => Ok(Next::Go),
            Err(ReadlineError::Eof) => Ok(Next::Quit),
            Err(e) => return Err(unusable(e)),
        };
        keep(&mut editor, history.as_ref(), notes)?;
        match next {
            Ok(Next::Go) => {}
            Ok(Next::Quit) => return Ok(()),
            Err(error) => say(notes, &format!("error: {error}\n"))?,
        }
    }
}

/// Writes the history; where that fails it is said once a line, and no reason to end.
fn keep(editor: &mut Editor<Prompt, FileHistory>, file: Option<&PathBuf>, notes: &mut dyn Write) -> Result<()> {
    match file.map(|file| (file, editor.append_history(file))) {
        Some((file, Err(e))) => say(notes, &format!("cannot write '{}': {e}\n", file.display())),
        _ => Ok(()),
    }
}

fn say(notes: &mut dyn Write, text: &str) -> Result<()> {
    notes.write_all(text.as_bytes()).and_then(|()| notes.flush()).map_err(|e| Error::io("standard error", e))
}

fn unusable(e: ReadlineError) -> Error {
    Error::host(format!("this terminal cannot be used: {e}")).hint("give statements with -e, or by a pipe")
}
