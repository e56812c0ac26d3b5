//! What stands at a path in a JSON text: JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_LENGTH.
//!
//! A path without `lax` in front is strict, as in Flink: what is not there is an error there and empty in a lax path; so is what is of
//! another kind than the function gives. A call says in one text, compiled like a path, what it answers when the value is empty and on
//! an error; without that it answers NULL (JSON_EXISTS: FALSE). Text that is not JSON, or is nested too deep, is an error.

use super::json::count;
use super::json_text::Json;
use super::kernel::{Cached, Call, Fallible, Outcome, Reason, append, kernel, strings};
use super::signature::Param::{Nested, Text};
use super::signature::{function, takes_some};
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function(
        "JSON_VALUE",
        "(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY | ERROR])",
        "The scalar of JSON that a path leads to",
    )
    .example(r#"JSON_VALUE('{"a": true}', '$.a')"#, "true")
    .of(|t| Some((takes_some(t, &[Nested, Text, Text, Text, Text], 2)?, DataType::STRING)), |_, _| value())
    .prepared(&[path_at(1)]),
    function(
        "JSON_QUERY",
        "(json, path [RETURNING type] [WITH | WITHOUT ARRAY WRAPPER] \
         [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY | ERROR])",
        "The object or array of JSON that a path leads to",
    )
    .example(r#"JSON_QUERY('{"a":{"b":1}}', '$.a')"#, r#"{"b":1}"#)
    .of(|t| Some((takes_some(t, &[Nested, Text, Text], 2)?, DataType::STRING)), |_, _| query())
    .prepared(&[path_at(1)]),
    function("JSON_EXISTS", "(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])", "Whether a path leads to something")
        .example(r#"JSON_EXISTS('{"a": true}', '$.b')"#, "false")
        .of(|t| Some((takes_some(t, &[Nested, Text, Text], 2)?, DataType::Boolean)), |_, _| exists())
        .prepared(&[path_at(1)]),
    function(
        "JSON_LENGTH",
        "(json [, path]) or (json, name or place, ...)",
        "How many fields or items there are; 1 for a scalar",
    )
    .example(r#"JSON_LENGTH('{"a": 1, "b": [1]}')"#, "2")
    .of(|t| Some((takes_some(t, &[Nested, Text], 1)?, DataType::Int)), |_, _| length())
    .prepared(&[path_at(1)]),
];

/// A path through a JSON value.
pub(super) struct Path {
    mode: Mode,
    steps: Vec<Step>,
}

/// What a path makes of what is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Lax,
    Strict,
}

enum Step {
    Field(String),
    Item(usize),
    /// Each item of an array, each value of an object.
    Every,
}

/// What stands at a path.
enum Found<'a> {
    One(Json<'a>),
    /// What a path with `*` leads to.
    Many(Vec<Json<'a>>),
    /// A lax path leads nowhere.
    Empty,
    /// A strict path leads nowhere, or the text is not JSON.
    Broken,
}

impl Path {
    /// Reads `$.name['name'][0].*`, with `lax` or `strict` in front or not.
    pub fn new(text: &str) -> Fallible<Path> {
        const MALFORMED: &str = "the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'], $[0], \
         $[*] and $.*";
        let text = text.trim();
        let (mode, text) = match (text.strip_prefix("lax "), text.strip_prefix("strict ")) {
            (Some(rest), _) => (Mode::Lax, rest.trim_start()),
            (_, Some(rest)) => (Mode::Strict, rest.trim_start()),
            _ => (Mode::Strict, text),
        };
        let mut rest = text.strip_prefix('$').ok_or(MALFORMED)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, behind) = step(rest).ok_or(MALFORMED)?;
            steps.push(step);
            rest = behind;
        }
        Ok(Path { mode, steps })
    }

    /// What stands at the path. Hot: once per row.
    fn find<'a>(&self, text: &'a str) -> Found<'a> {
        let Some(root) = Json::new(text) else { return Found::Broken };
        if self.steps.iter().any(|step| matches!(step, Step::Every)) {
            return Found::Many(self.every(root));
        }
        match self.steps.iter().try_fold(root, |value, step| step.of(value)) {
            Some(value) => Found::One(value),
            None if self.mode == Mode::Lax => Found::Empty,
            None => Found::Broken,
        }
    }

    /// All that stands at the path; `None` of text that is not JSON.
    pub fn all<'a>(&self, text: &'a str) -> Option<Vec<Json<'a>>> {
        Some(match self.find(text) {
            Found::One(value) => vec![value],
            Found::Many(values) => values,
            Found::Empty => Vec::new(),
            Found::Broken => Json::new(text).map(|_| Vec::new())?,
        })
    }

    /// All that stands at a path with `*`. A field that an object at its end does not have is null in a lax path.
    fn every<'a>(&self, root: Json<'a>) -> Vec<Json<'a>> {
        let mut found = vec![root];
        for (at, step) in self.steps.iter().enumerate() {
            let fills = self.mode == Mode::Lax && at + 1 == self.steps.len();
            let next = |value: Json<'a>| match step {
                Step::Every => value.items().chain(value.fields().map(|(_, value)| value)).collect(),
                Step::Field(_) if fills && value.is_object() => vec![step.of(value).unwrap_or(Json::NULL)],
                _ => Vec::from_iter(step.of(value)),
            };
            found = found.into_iter().flat_map(next).collect();
        }
        found
    }
}

impl Step {
    /// What this one step leads to.
    fn of<'a>(&self, value: Json<'a>) -> Option<Json<'a>> {
        match self {
            Step::Field(name) => value.field(name),
            Step::Item(index) => value.item(*index),
            Step::Every => None,
        }
    }
}

/// The first step of what stands behind `$`, and the rest.
fn step(text: &str) -> Option<(Step, &str)> {
    let text = if text.starts_with(".[") { &text[1..] } else { text };
    if let Some(name) = text.strip_prefix(".\"") {
        let (name, rest) = name.split_once('"')?;
        return Some((Step::Field(name.to_owned()), rest));
    }
    if let Some(rest) = text.strip_prefix(".*").or_else(|| text.strip_prefix("[*]")) {
        return Some((Step::Every, rest));
    }
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = &rest[..end];
        let is_plain = !name.is_empty() && !name.contains(['*', '"', '\'', '(', ')', '?', ' ']);
        return is_plain.then(|| (Step::Field(name.to_owned()), &rest[end..]));
    }
    let rest = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(name) = rest.strip_prefix(quote) {
            let (name, rest) = name.split_once(quote)?;
            return Some((Step::Field(name.to_owned()), rest.strip_prefix(']')?));
        }
    }
    let (index, rest) = rest.split_once(']')?;
    Some((Step::Item(index.trim().parse().ok()?), rest))
}

/// What is answered where there is no value to give.
#[derive(Clone, Copy)]
enum Answer {
    Null,
    Error,
    /// The argument at this place.
    Default(usize),
    Text(&'static str),
    Boolean(bool),
}

/// Whether the value that a query gives stands in an array of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrapper {
    Without,
    /// Unless it is an array.
    Conditional,
    Unconditional,
}

/// How a call answers.
#[derive(Clone, Copy)]
struct Manner {
    wrapper: Wrapper,
    empty: Answer,
    error: Answer,
}

impl Manner {
    /// Reads `wrapper empty error`, as the binder writes it.
    fn new(text: &str) -> Fallible<Manner> {
        const UNKNOWN: &str = "a JSON function is called in a manner that there is not";
        let mut words = text.split(' ');
        let wrapper = match words.next() {
            Some("WITHOUT") => Wrapper::Without,
            Some("CONDITIONAL") => Wrapper::Conditional,
            Some("UNCONDITIONAL") => Wrapper::Unconditional,
            _ => return Err(UNKNOWN),
        };
        let mut answer = |default| match words.next() {
            Some("NULL" | "UNKNOWN") => Ok(Answer::Null),
            Some("ERROR") => Ok(Answer::Error),
            Some("DEFAULT") => Ok(Answer::Default(default)),
            Some("ARRAY") => Ok(Answer::Text("[]")),
            Some("OBJECT") => Ok(Answer::Text("{}")),
            Some("TRUE") => Ok(Answer::Boolean(true)),
            Some("FALSE") => Ok(Answer::Boolean(false)),
            _ => Err(UNKNOWN),
        };
        Ok(Manner { wrapper, empty: answer(3)?, error: answer(4)? })
    }

    /// The answer of a path in this mode that leads to nothing that can be given.
    fn without_value(&self, found: &Found<'_>, mode: Mode) -> (Answer, Reason) {
        match found {
            Found::Empty => (self.empty, "the JSON path leads nowhere"),
            Found::Broken => (self.error, "the text is not JSON, or the JSON path leads nowhere"),
            Found::One(Json::NULL) => (self.empty, "the JSON value is null"),
            _ if mode == Mode::Lax => (self.empty, "the JSON value is of another kind"),
            _ => (self.error, "the JSON value is of another kind"),
        }
    }
}

/// The argument in this place is a path.
pub(super) const fn path_at(place: usize) -> Prepared {
    Prepared::of(
        place,
        |path, _| Path::new(path).err(),
        "a path begins with $, such as '$.name', '$[0]' or 'lax $.items[*].price'",
    )
}

/// Paths and manners compiled last.
struct Compiler {
    paths: Cached<Path>,
    manners: Cached<Manner>,
}

impl Compiler {
    fn new() -> Self {
        Self { paths: Cached::new(), manners: Cached::new() }
    }

    /// Path and manner of a row. Hot: once per row.
    fn of(&mut self, path: &str, manner: Option<&StrColumn>, otherwise: &str, row: usize) -> Fallible<(&Path, Manner)> {
        let manner = manner.map_or(otherwise, |manner| manner.text(row));
        Ok((self.paths.of(path, Path::new)?, *self.manners.of(manner, Manner::new)?))
    }
}

/// A scalar as text.
fn value() -> Result<Box<dyn Kernel>> {
    let mut compiler = Compiler::new();
    kernel(move |call: Call<'_>| -> Column {
        let (json, path, manner, args) = (call.strings(0), call.strings(1), call.strings_if_given(2), call.args());
        call.null_by_first(2).write(|row, out| {
            let (path, manner) = compiler.of(path.text(row), manner, "WITHOUT NULL NULL", row)?;
            let found = path.find(json.text(row));
            if let Found::One(value) = &found
                && !value.is_nested()
                && *value != Json::NULL
            {
                return Ok(value.write(out));
            }
            match manner.without_value(&found, path.mode) {
                (Answer::Error, why) => Err(why),
                (Answer::Default(at), _) if !args[at].is_null(row) => append(out, strings(args[at]).bytes(row)).map(Some),
                _ => Ok(None),
            }
        })
    })
}

/// An object or array as text.
fn query() -> Result<Box<dyn Kernel>> {
    let mut compiler = Compiler::new();
    kernel(move |call: Call<'_>| -> Column {
        let (json, path, manner) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.null_by_first(2).write(|row, out| {
            let (path, manner) = compiler.of(path.text(row), manner, "WITHOUT NULL NULL", row)?;
            let found = path.find(json.text(row));
            if write_nested(&found, manner.wrapper, out)?.is_some() {
                return Ok(Some(()));
            }
            match manner.without_value(&found, path.mode) {
                (Answer::Error, why) => Err(why),
                (Answer::Text(text), _) => append(out, text.as_bytes()).map(Some),
                _ => Ok(None),
            }
        })
    })
}

/// Writes an object or array, in an array of its own where the wrapper says so; `None` if there is none.
fn write_nested(found: &Found<'_>, wrapper: Wrapper, out: &mut Vec<u8>) -> Outcome<()> {
    match found {
        Found::One(value) if *value != Json::NULL => {
            let wraps = wrapper == Wrapper::Unconditional || (wrapper == Wrapper::Conditional && !value.is_array());
            match wraps {
                true => write_array(&[*value], out)?,
                false if value.is_nested() => value.write_compact(out),
                false => return Ok(None),
            }
        }
        Found::Many(values) if wrapper == Wrapper::Unconditional => {
            out.push(b'[');
            write_array(values, out)?;
            out.push(b']');
        }
        Found::Many(values) => write_array(values, out)?,
        _ => return Ok(None),
    }
    Ok(Some(()))
}

fn write_array(values: &[Json<'_>], out: &mut Vec<u8>) -> Fallible<()> {
    out.push(b'[');
    for (at, value) in values.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        value.write_compact(out);
    }
    append(out, b"]")
}

fn exists() -> Result<Box<dyn Kernel>> {
    let mut compiler = Compiler::new();
    kernel(move |call: Call<'_>| -> Column {
        let (json, path, manner) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.map(|row| {
            let (path, manner) = compiler.of(path.text(row), manner, "WITHOUT FALSE FALSE", row)?;
            match (path.find(json.text(row)), manner.error) {
                (Found::One(_) | Found::Many(_), _) => Ok(Some(true)),
                (Found::Empty, _) => Ok(Some(false)),
                (Found::Broken, Answer::Boolean(answer)) => Ok(Some(answer)),
                (Found::Broken, Answer::Error) => Err("the text is not JSON, or the JSON path leads nowhere"),
                (Found::Broken, _) => Ok(None),
            }
        })
    })
}

/// Items of an array or fields of an object; a scalar counts 1.
fn length() -> Result<Box<dyn Kernel>> {
    let mut paths = Cached::new();
    kernel(move |call| {
        let (json, path) = (call.strings(0), call.strings_if_given(1));
        call.map(|row| {
            let path: &Path = paths.of(path.map_or("$", |path| path.text(row)), Path::new)?;
            Ok(match path.find(json.text(row)) {
                Found::One(value) => Some(count(value)),
                Found::Many(values) => Some(values.len() as i32),
                Found::Empty | Found::Broken => None,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_of_texts as check, evaluate, text};

    const DOCUMENT: &str = r#"{"a": {"b": [1, "zwei\n", null, {"c": 1.50}]}, "tr.ue": true, "é": "ü"}"#;

    #[test]
    fn paths_lead_to_scalars_objects_and_nowhere() {
        for (path, value, query, exists, length) in [
            ("$.a.b[0]", "1", "NULL", "true", "1"),
            ("lax $.a.b[1]", "zwei\n", "NULL", "true", "1"),
            ("$.a.b[2]", "NULL", "NULL", "true", "1"),
            ("$['a'].b[3].c", "1.50", "NULL", "true", "1"),
            ("$.a.b[3]", "NULL", r#"{"c":1.50}"#, "true", "1"),
            ("$.a.b[9]", "NULL", "NULL", "false", "NULL"),
            ("$.\"tr.ue\"", "true", "NULL", "true", "1"),
            ("$.[\"tr.ue\"]", "true", "NULL", "true", "1"),
            ("$.é", "ü", "NULL", "true", "1"),
            ("$.nope.b", "NULL", "NULL", "false", "NULL"),
            ("lax $.a.b[*].c", "NULL", "[1.50]", "true", "1"),
            ("strict $.a.*", "NULL", r#"[[1,"zwei\n",null,{"c":1.50}]]"#, "true", "1"),
            ("strict $.a", "NULL", r#"{"b":[1,"zwei\n",null,{"c":1.50}]}"#, "true", "1"),
        ] {
            check("JSON_VALUE", &[DOCUMENT, path], value);
            check("JSON_QUERY", &[DOCUMENT, path], query);
            check("JSON_EXISTS", &[DOCUMENT, path], exists);
            check("JSON_LENGTH", &[DOCUMENT, path], length);
        }
        check("JSON_LENGTH", &[DOCUMENT], "3");
        check("JSON_QUERY", &[r#"[{"b": 1}, {"c": 2}]"#, "lax $[*].c"], "[null,2]");
        check("JSON_QUERY", &[r#"[{"b": 1}, {"c": 2}]"#, "$[*].c"], "[2]");
        for path in ["", "a", "$a", "$.", "$[", "$[-1]", "$['a", "$..a", "$[?(@.a)]"] {
            assert!(evaluate("JSON_VALUE", &[text(DOCUMENT), text(path)]).starts_with("error"), "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_answered_as_the_call_says() {
        let both = "WITHOUT DEFAULT DEFAULT";
        for (path, expected) in [("lax $.x", "empty"), ("$.x", "broken"), ("lax $.a", "empty"), ("$.a", "broken"), ("$.é", "ü")]
        {
            check("JSON_VALUE", &[DOCUMENT, path, both, "empty", "broken"], expected);
        }
        check("JSON_VALUE", &["{", "lax $.a", both, "empty", "broken"], "broken");
        check("JSON_VALUE", &[DOCUMENT, "lax $.x", "WITHOUT ERROR NULL"], "error: the JSON path leads nowhere");
        check("JSON_QUERY", &[DOCUMENT, "lax $.x", "WITHOUT ARRAY OBJECT"], "[]");
        check("JSON_QUERY", &[DOCUMENT, "$.x", "WITHOUT ARRAY OBJECT"], "{}");
        check("JSON_QUERY", &[DOCUMENT, "$.é", "CONDITIONAL NULL NULL"], "[\"ü\"]");
        check("JSON_QUERY", &[DOCUMENT, "$.a.b", "CONDITIONAL NULL NULL"], r#"[1,"zwei\n",null,{"c":1.50}]"#);
        check("JSON_QUERY", &[DOCUMENT, "$.a.b[3]", "UNCONDITIONAL NULL NULL"], r#"[{"c":1.50}]"#);
        check("JSON_EXISTS", &["{", "$.a", "WITHOUT FALSE UNKNOWN"], "NULL");
        check("JSON_EXISTS", &[DOCUMENT, "$.x", "WITHOUT FALSE TRUE"], "true");
        check("JSON_EXISTS", &[DOCUMENT, "lax $.x", "WITHOUT FALSE TRUE"], "false");
    }

    #[test]
    fn what_is_not_json_gives_null() {
        for broken in ["", "{", "nul", "{\"a\" 1}", &"[".repeat(1 << 20)] {
            check("JSON_VALUE", &[broken, "$.a"], "NULL");
            check("JSON_EXISTS", &[broken, "$.a"], "false");
            check("JSON_LENGTH", &[broken], "NULL");
        }
    }
}
