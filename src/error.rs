//! The one error type. Both roads use it; on the row road only for faults that end the job, because a bad row is data there.
//!
//! Built by named constructors so that messages live together. `kind` is what callers branch on.

use std::fmt;

/// What sort of fault it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// SQL text that does not parse, bind or plan.
    Sql,
    /// A config file, `--set` or table option that is wrong.
    Config,
    /// The host lacks or forbids something the job needs.
    Host,
    /// Reading or writing failed.
    Io,
    /// Input data broke a limit of the job (`'on.error' = 'fail'`, `'max.errors'`).
    Data,
    /// A capacity of the engine was reached.
    Limit,
    /// A fault of Corelane itself.
    Internal,
    /// The job was stopped from outside before it was done.
    Stopped,
}

/// Where in a SQL text a fault was seen; line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// How many characters to underline on that line (at least 1 when rendered).
    pub width: u32,
}

/// A fault with its message, position and hint.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    span: Option<Span>,
    /// The line of text the span points into, and the name of the file it came from.
    source_line: Option<(String, String)>,
}

/// Result with Corelane's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A fault of `kind` with a message that says what is wrong.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, span: None, source_line: None }
    }

    /// SQL that does not parse, bind or plan.
    pub fn sql(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Sql, message)
    }

    /// A wrong setting.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// The host lacks or forbids something.
    pub fn host(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Host, message)
    }

    /// Reading or writing `what` failed.
    pub fn io(what: impl fmt::Display, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("{what}: {source}"))
    }

    /// Input data broke a limit of the job.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// A capacity was reached.
    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    /// A fault of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The job was stopped before it was done.
    pub fn stopped() -> Self {
        Self::new(ErrorKind::Stopped, "the job was stopped before it was done")
    }

    /// Whether it only says that the job was stopped.
    pub fn is_stopped(&self) -> bool {
        self.kind == ErrorKind::Stopped
    }

    /// Names the shard it happened on.
    #[must_use]
    pub fn in_shard(mut self, shard: usize) -> Self {
        self.message = format!("shard {shard}: {}", self.message);
        self
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what may be meant by `name`: the one of `known` that is near it in spelling, or all of them behind `all`.
    #[must_use]
    pub(crate) fn suggesting<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>, all: &str) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(name, known.iter().copied()) {
            Some(near) => self.hint(format!("did you mean '{near}'?")),
            None if known.is_empty() => self,
            None => self.hint(format!("{all} {}", known.join(", "))),
        }
    }

    /// Adds the place in the SQL text, unless one is known already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        if span.line > 0 {
            self.span.get_or_insert(span);
        }
        self
    }

    /// Adds the text the span points into, so that `Display` can show the line with a caret.
    #[must_use]
    pub fn in_text(mut self, file: &str, text: &str) -> Self {
        if let (Some(span), None) = (self.span, &self.source_line) {
            let line = text.lines().nth(span.line as usize - 1).unwrap_or("");
            self.source_line = Some((file.to_owned(), line.to_owned()));
        }
        self
    }

    /// The same place, in a text that begins behind so many lines.
    #[must_use]
    pub(crate) fn behind_lines(mut self, lines: u32) -> Self {
        if let Some(span) = &mut self.span {
            span.line = span.line.saturating_sub(lines);
        }
        self
    }

    /// What sort of fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What is wrong, without position and hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The hint, if there is one.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The place in the SQL text, if known.
    pub fn span(&self) -> Option<Span> {
        self.span
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.message))?;
        if let Some(span) = self.span {
            match &self.source_line {
                Some((file, line)) => {
                    let number = span.line.to_string();
                    let pad = " ".repeat(number.len());
                    let before: String =
                        line.chars().take(span.column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
                    let carets = "^".repeat(span.width.max(1) as usize);
                    write!(
                        f,
                        "\n{pad}--> {file}:{}:{}\n{pad} |\n{number} | {}\n{pad} | {before}{carets}",
                        span.line,
                        span.column,
                        printable(line)
                    )?;
                }
                None => write!(f, " (line {}, column {})", span.line, span.column)?,
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Control characters as escapes, but for tabs and line ends: what a stranger has sent must not steer the terminal.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() && c != '\n' && c != '\t' {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}

/// The candidate nearest to `name` in spelling, if one is near enough to be worth suggesting.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&wanted, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= 1 + c.len().max(name.len()) / 4 && *distance < c.len().max(name.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caret_stands_under_the_column() {
        let text = "SELECT a\nFROM  trads";
        let error = Error::sql("no table 'trads'")
            .at(Span { line: 2, column: 7, width: 5 })
            .hint("did you mean 'trades'?")
            .in_text("q.sql", text);
        assert_eq!(
            error.to_string(),
            "no table 'trads'\n --> q.sql:2:7\n  |\n2 | FROM  trads\n  |       ^^^^^\nhint: did you mean 'trades'?"
        );
    }

    #[test]
    fn an_error_does_not_steer_the_terminal() {
        assert_eq!(Error::data("row \u{1b}[2J\t1").to_string(), "row \\u{1b}[2J\t1");
    }

    #[test]
    fn nearest_name_is_found_only_when_near() {
        assert_eq!(nearest("pirce", ["price", "qty"]), Some("price"));
        assert_eq!(nearest("zzz", ["price", "qty"]), None);
        assert_eq!(nearest("b", ["a", "c"]), None);
    }
}
