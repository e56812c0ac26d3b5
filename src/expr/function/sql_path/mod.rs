//! SQL/JSON paths with filters: JSONB_PATH_QUERY and its kin of PostgreSQL and RisingWave.
//!
//! There are steps to members and items, `.**`, filters, variables, `.type()` and `.size()`; no arithmetic and no other methods. Numbers are
//! compared as integers or else as DOUBLE. A path that fails fails its row unless the call is silent; one that is
//! malformed is an error of the statement where it is a constant, and else of its row.

mod parse;
mod walk;

use self::parse::SqlPath;
use self::walk::{Item, Walk};
use super::json_text::Json;
use super::jsonb::parsed;
use super::kernel::{Cached, Call, Outcome, append, kernel};
use super::signature::Param::{Nested, Text};
use super::signature::{function, internal, takes_some};
use crate::batch::text::{write_json_parts, write_json_string};
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("JSONB_PATH_EXISTS", "(json, path [, variables [, silent]])", "Whether a SQL/JSON path leads to something")
        .example(r#"JSONB_PATH_EXISTS('{"a":[1,5]}', '$.a[*] ? (@ > 3)')"#, "true")
        .of(|t| path_types(t, DataType::Boolean), |_, _| truth(|items| Ok(Some(!items.is_empty()))))
        .prepared(PATH),
    function("JSONB_PATH_MATCH", "(json, path [, variables [, silent]])", "What a condition that is a SQL/JSON path gives")
        .example(r#"JSONB_PATH_MATCH('{"a":[1,5]}', 'exists($.a[*] ? (@ >= $min))', '{"min":6}')"#, "false")
        .of(|t| path_types(t, DataType::Boolean), |_, _| truth(single))
        .prepared(PATH),
    function("JSONB_PATH_QUERY_FIRST", "(json, path [, variables [, silent]])", "The first that a SQL/JSON path leads to")
        .example(r#"JSONB_PATH_QUERY_FIRST('{"a":[1,5,7]}', '$.a[*] ? (@ > 3)')"#, "5")
        .of(|t| path_types(t, DataType::Json), |_, _| json(first))
        .prepared(PATH),
    function("JSONB_PATH_QUERY_ARRAY", "(json, path [, variables [, silent]])", "An array of all that a SQL/JSON path leads to")
        .example(r#"JSONB_PATH_QUERY_ARRAY('{"a":[1,5,7]}', '$.a[*] ? (@ > 3)')"#, "[5,7]")
        .of(|t| path_types(t, DataType::Json), |_, _| json(all))
        .prepared(PATH),
    internal("JSONB_PATH_QUERY", |t| path_types(t, DataType::Array(Box::new(DataType::STRING))), |_, _| json(texts))
        .prepared(PATH),
];

/// What a constant path must be.
const PATH: &[Prepared] =
    &[Prepared::of(1, |path, _| SqlPath::new(path).err(), "a path begins with $, such as '$.items[*] ? (@.price > 10)'")];

type Compiled = Result<Box<dyn Kernel>>;

fn path_types(given: &[DataType], returns: DataType) -> Option<(Vec<DataType>, DataType)> {
    let (texts, silent) = given.split_at(given.len().min(3));
    let mut args = takes_some(texts, &[Nested, Text, Nested], 2)?;
    match silent {
        [] => {}
        [DataType::Boolean | DataType::Null] => args.push(DataType::Boolean),
        _ => return None,
    }
    Some((args, returns))
}

/// The arguments of all rows.
struct Asked<'a> {
    texts: &'a StrColumn,
    paths: &'a StrColumn,
    variables: Option<&'a StrColumn>,
    silent: Option<&'a [bool]>,
}

impl<'a> Asked<'a> {
    fn new(call: &Call<'a>) -> Self {
        let silent = (call.args().len() > 3).then(|| call.values(3));
        Self { texts: call.strings(0), paths: call.strings(1), variables: call.strings_if_given(2), silent }
    }

    /// What `give` makes of what the path of a row leads to; `None` where the path fails and the call is silent. Hot: once per row.
    fn of_row<T>(&self, row: usize, paths: &mut Cached<SqlPath>, give: impl FnOnce(Vec<Item<'_>>) -> Outcome<T>) -> Outcome<T> {
        let (root, path) = (parsed(self.texts.text(row))?, paths.of(self.paths.text(row), SqlPath::new)?);
        let variables = self.variables.map_or(Ok(Json::NULL), |variables| parsed(variables.text(row)))?;
        if path.variables.iter().any(|name| variables.field(name).is_none()) {
            return Err("the SQL/JSON path has a variable that is not given");
        }
        match (Walk { path, root, variables }).items().and_then(give) {
            Err(_) if self.silent.is_some_and(|silent| silent[row]) => Ok(None),
            given => given,
        }
    }
}

fn truth(give: fn(Vec<Item<'_>>) -> Outcome<bool>) -> Compiled {
    let mut paths = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let asked = Asked::new(&call);
        call.map(|row| asked.of_row(row, &mut paths, give))
    })
}

/// Writes what is given of all items; `None` for NULL.
type Write = fn(Vec<Item<'_>>, &mut Vec<u8>) -> Option<()>;

fn json(write: Write) -> Compiled {
    let mut paths = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let asked = Asked::new(&call);
        call.write(|row, out| {
            let there = asked.of_row(row, &mut paths, |items| Ok(write(items, out)))?;
            append(out, b"").map(|()| there)
        })
    })
}

fn first(items: Vec<Item<'_>>, out: &mut Vec<u8>) -> Option<()> {
    items.first().map(|item| item.write(out))
}

fn all(items: Vec<Item<'_>>, out: &mut Vec<u8>) -> Option<()> {
    write_json_parts(*b"[]", items.into_iter(), out, Item::write);
    Some(())
}

/// The texts of all, of which null is no NULL.
fn texts(items: Vec<Item<'_>>, out: &mut Vec<u8>) -> Option<()> {
    let mut text = Vec::new();
    write_json_parts(*b"[]", items.into_iter(), out, |item, out| {
        text.clear();
        item.write(&mut text);
        write_json_string(&text, out);
    });
    Some(())
}

/// The one truth value; null is unknown.
fn single(items: Vec<Item<'_>>) -> Outcome<bool> {
    let [Item::There(json)] = items.as_slice() else { return Err(NO_TRUTH) };
    match json.text() {
        "null" => Ok(None),
        text => text.parse().map(Some).map_err(|_| NO_TRUTH),
    }
}

const NO_TRUTH: &str = "the SQL/JSON path gives something other than one truth value";

#[cfg(test)]
mod tests {
    use super::super::testing::{check_of_texts, evaluate, text};
    use super::*;
    use crate::types::Value;

    fn check(json: &str, path: &str, expected: &str) {
        check_of_texts("JSONB_PATH_QUERY_ARRAY", &[json, path], expected);
    }

    /// As PostgreSQL gives them.
    #[test]
    fn lax_paths_pass_over_what_does_not_fit() {
        let json = r#"{"a": [1, "2", null, {"b": [3, 4]}], "c": true}"#;
        for (path, expected) in [
            ("$.a.b", "[[3,4]]"),
            ("$.a[3].b[*]", "[3,4]"),
            ("$.a[0 to 1, last].type()", r#"["number","string","object"]"#),
            ("$.a[last - 1]", "[null]"),
            ("$.a[7]", "[]"),
            ("$.c[0]", "[true]"),
            ("$.c.x", "[]"),
            ("$.a.size()", "[4]"),
            ("$.c.size()", "[1]"),
            ("$.a ? (@ == null)", "[null]"),
            ("$.a[*] ? (@ starts with \"2\" || @ < 2)", r#"[1,"2"]"#),
            ("$.a[*] ? ((@ > 1) is unknown)", r#"["2",{"b":[3,4]}]"#),
            ("$.a[*] ? (@ like_regex \"^[A-Z0-9]$\" flag \"i\")", r#"["2"]"#),
            ("$.** ? (@ == 4)", "[4,4]"),
            ("$.c == true && exists($.a)", "[true]"),
            ("$.* ? (@.type() == \"boolean\")", "[true]"),
            ("$ ? (!(@.c == false)).c", "[true]"),
            ("$.\"a\"[0]", "[1]"),
        ] {
            check(json, path, expected);
        }
    }

    #[test]
    fn strict_paths_fail_and_silent_calls_do_not() {
        check(r#"{"a": 1}"#, "strict $.b", "error: a strict path asks for a member that is not there");
        check(r#"{"a": 1}"#, "strict $.a[*]", "error: a strict path asks for items of what is no array, or beyond its end");
        check("[1]", "strict $[1]", "error: a strict path asks for items of what is no array, or beyond its end");
        check("[1, 2]", "strict $ ? (@[*] > 1)", "[[1,2]]");
        check("[1, \"x\"]", "strict $[*] ? (@ > 0)", "[1]");
        let silent = |name| evaluate(name, &[text("{}"), text("strict $.a"), text("{}"), (Value::Bool(true), DataType::Boolean)]);
        assert_eq!(silent("JSONB_PATH_QUERY_FIRST"), "NULL");
        assert_eq!(silent("JSONB_PATH_MATCH"), "NULL");
        check_of_texts(
            "JSONB_PATH_MATCH",
            &["{\"a\":1}", "$.a"],
            "error: the SQL/JSON path gives something other than one truth value",
        );
        check_of_texts("JSONB_PATH_MATCH", &["{\"a\":1}", "$.a > \"x\""], "NULL");
    }

    #[test]
    fn paths_that_are_none_are_told() {
        for path in ["", "a", "$.", "$[", "$ ? @ > 1", "$.a ? (@ > )", "$.1a", "$ &&", "$.a b", "strict"] {
            check("{}", path, "error: the SQL/JSON path is malformed");
        }
        let not_there = "error: the SQL/JSON path asks for arithmetic or a method that is not there; .type() and .size() are";
        check("{}", "$.a + 1", not_there);
        check("{}", "$.a.double()", not_there);
        check("{}", "@", "error: @ stands in a filter of a SQL/JSON path only");
        check("{}", "$x", "error: the SQL/JSON path has a variable that is not given");
        check("{}", &"(".repeat(100), "error: the SQL/JSON path is nested too deep");
    }
}
