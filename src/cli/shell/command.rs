//! What stands behind a `\`: what the shell does itself.

use std::path::PathBuf;

use clap::ValueEnum;

use super::results::Form;
use crate::error::{Error, Result, nearest};

/// What `\?` shows.
pub(super) const HELP: &str = "\
Statements end with ';' and may have several lines. Ctrl-C ends a query: once, and what was read is still shown; twice, at once.
Declarations and settings stay; each SELECT or INSERT runs as a job of its own behind them.

  \\d                   tables and views
  \\d NAME              columns of a table or view
  \\df [PATTERN]        functions whose names are LIKE the pattern
  \\dc                  connectors
  \\format table|csv|json
  \\changes on|off      show every change of a result that ends, too; without it, what is left at the end
  \\timing on|off       say how many rows were read, in which time
  \\i FILE              run the statements of a file
  \\reset               forget all declarations
  \\q                   quit, as does Ctrl-D
";

/// All of them, for hints and completion.
pub(super) const NAMES: [&str; 10] = ["\\?", "\\d", "\\df", "\\dc", "\\format", "\\changes", "\\timing", "\\i", "\\reset", "\\q"];

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Off,
}

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Quit,
    /// Short for this.
    Statement(String),
    Form(Form),
    Changes(Switch),
    Timing(Switch),
    Include(PathBuf),
    Forget,
}

impl Command {
    /// Reads a line that begins with a `\`.
    pub(super) fn read(line: &str) -> Result<Command> {
        let line = line.trim().trim_end_matches(';').trim_end();
        let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let argument = argument.trim();
        match (name, argument) {
            ("\\?" | "\\h" | "\\help", "") => Ok(Command::Help),
            ("\\q" | "\\quit" | "\\exit", "") => Ok(Command::Quit),
            ("\\d" | "\\dt" | "\\dv", "") => Ok(Command::Statement("SHOW TABLES".to_owned())),
            ("\\d", name) => Ok(Command::Statement(format!("DESCRIBE {name}"))),
            ("\\df", "") => Ok(Command::Statement("SHOW FUNCTIONS".to_owned())),
            ("\\df", pattern) => Ok(Command::Statement(format!("SHOW FUNCTIONS ILIKE '{}'", pattern.replace('\'', "''")))),
            ("\\dc", "") => Ok(Command::Statement("SHOW CONNECTORS".to_owned())),
            ("\\format", form) => Form::from_str(form, true).map(Command::Form).map_err(|_| wrong(name, "table, csv or json")),
            ("\\changes", argument) => Ok(Command::Changes(switch(name, argument)?)),
            ("\\timing", argument) => Ok(Command::Timing(switch(name, argument)?)),
            ("\\i", "") => Err(wrong(name, "the name of a file")),
            ("\\i", file) => Ok(Command::Include(PathBuf::from(file))),
            ("\\reset", "") => Ok(Command::Forget),
            _ => Err(unknown(name, argument)),
        }
    }
}

fn switch(name: &str, argument: &str) -> Result<Switch> {
    match argument {
        "" | "on" => Ok(Switch::On),
        "off" => Ok(Switch::Off),
        _ => Err(wrong(name, "on or off")),
    }
}

fn wrong(name: &str, what: &str) -> Error {
    Error::config(format!("behind {name} stands {what}")).hint("\\? shows all commands")
}

fn unknown(name: &str, argument: &str) -> Error {
    if NAMES.contains(&name) {
        return Error::config(format!("nothing stands behind {name}, not '{argument}'")).hint("\\? shows all commands");
    }
    let error = Error::config(format!("there is no command {name}"));
    match nearest(name, NAMES.iter().copied()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("\\? shows all commands"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands() {
        let read = |line| Command::read(line).map_err(|e| e.to_string());
        assert_eq!(read("\\q"), Ok(Command::Quit));
        assert_eq!(read(" \\d orders ; "), Ok(Command::Statement("DESCRIBE orders".to_owned())));
        assert_eq!(read("\\df it's%"), Ok(Command::Statement("SHOW FUNCTIONS ILIKE 'it''s%'".to_owned())));
        assert_eq!(read("\\format JSON"), Ok(Command::Form(Form::Json)));
        assert_eq!(read("\\changes"), Ok(Command::Changes(Switch::On)));
        assert_eq!(read("\\timing off"), Ok(Command::Timing(Switch::Off)));
        assert_eq!(read("\\i a b.sql"), Ok(Command::Include(PathBuf::from("a b.sql"))));
    }

    #[test]
    fn wrong_commands_say_what_would_work() {
        for (line, part) in [
            ("\\fromat csv", "did you mean \\format?"),
            ("\\format xml", "table, csv or json"),
            ("\\timing maybe", "on or off"),
            ("\\q now", "nothing stands behind \\q"),
            ("\\i", "the name of a file"),
        ] {
            let error = Command::read(line).expect_err(line);
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
