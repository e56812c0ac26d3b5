//! Parts of JSON by name, place or path, and what JSON has: the functions behind PostgreSQL's operators `->`, `#>`, `?`, `@>` and `||`.
//!
//! What is not there gives NULL, and so does text that is not JSON. Of a field that an object has twice the first counts. Those whose
//! names end in TEXT give a text without quotes, and NULL for null.

use super::collection::{item_type, write_items};
use super::json_edit::steps_of;
use super::json_text::Json;
use super::kernel::{Call, Fallible, Outcome, append, kernel};
use super::map::Entries;
use super::signature::Param::{Integer, Text};
use super::signature::{function, internal, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;
use crate::types::relation::Nested;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("JSON_OBJECT_FIELD", "(json, name)", "The field of this name")
        .example(r#"JSON_OBJECT_FIELD('{"a":"x"}', 'a')"#, r#""x""#)
        .also(&["JSONB_OBJECT_FIELD"])
        .of(|t| field_types(t, DataType::Json), |t, _| field(t, Form::Json)),
    function("JSON_OBJECT_FIELD_TEXT", "(json, name)", "The field of this name, as text")
        .example(r#"JSON_OBJECT_FIELD_TEXT('{"a":"x"}', 'a')"#, "x")
        .also(&["JSONB_OBJECT_FIELD_TEXT"])
        .of(|t| field_types(t, DataType::STRING), |t, _| field(t, Form::Text)),
    function("JSON_ARRAY_ELEMENT", "(json, place)", "The item at a place from 0, or from -1 at the end")
        .example(r#"JSON_ARRAY_ELEMENT('[5, "x"]', -1)"#, r#""x""#)
        .also(&["JSONB_ARRAY_ELEMENT"])
        .of(|t| element_types(t, DataType::Json), |t, _| element(t, Form::Json)),
    function("JSON_ARRAY_ELEMENT_TEXT", "(json, place)", "The item at a place from 0, or from -1 at the end, as text")
        .example(r#"JSON_ARRAY_ELEMENT_TEXT('[5, "x"]', -1)"#, "x")
        .also(&["JSONB_ARRAY_ELEMENT_TEXT"])
        .of(|t| element_types(t, DataType::STRING), |t, _| element(t, Form::Text)),
    internal("$JSON_PATH", |t| path_types(t, DataType::Json), |_, _| at_path(Form::Json)),
    internal("$JSON_PATH_TEXT", |t| path_types(t, DataType::STRING), |_, _| at_path(Form::Text)),
    function("JSONB_EXISTS", "(json, text)", "Whether the text is a field, an item or all of it")
        .example(r#"JSONB_EXISTS('{"a":1, "b":2}', 'b')"#, "true")
        .of(|t| Some((takes(t, &[Text, Text])?, DataType::Boolean)), |_, _| kernel(exists)),
    function("JSONB_EXISTS_ANY", "(json, array of texts)", "Whether one of the texts is a field or an item")
        .example(r#"JSONB_EXISTS_ANY('{"a":1, "b":2}', ARRAY['b', 'd'])"#, "true")
        .of(exists_types, |_, _| exist(|found, _| found > 0)),
    function("JSONB_EXISTS_ALL", "(json, array of texts)", "Whether all of the texts are fields or items")
        .example(r#"JSONB_EXISTS_ALL('["a", "b", "c"]', ARRAY['a', 'b'])"#, "true")
        .of(exists_types, |_, _| exist(|found, asked| found == asked)),
    function("JSONB_CONTAINS", "(json, json)", "Whether it has all fields, items and values of the other")
        .example(r#"JSONB_CONTAINS('{"a":1, "b":2}', '{"b":2}')"#, "true")
        .of(|t| Some((takes(t, &[Text, Text])?, DataType::Boolean)), |_, _| kernel(contains)),
    function("JSONB_DELETE", "(json, name, place or array of names)", "The JSON without this field or item")
        .example(r#"JSONB_DELETE('{"a":"b", "c":"d"}', 'a')"#, r#"{"c":"d"}"#)
        .of(delete_types, |t, _| delete(&t[1])),
    function("JSONB_DELETE_PATH", "(json, array of names and places)", "The JSON without the part that these lead to")
        .example(r#"JSONB_DELETE_PATH('["a", {"b":1}]', ARRAY['1', 'b'])"#, r#"["a",{}]"#)
        .of(delete_path_types, |_, _| kernel(delete_path)),
    function("JSONB_CONCAT", "(json, json)", "The fields of both objects, or the items of both")
        .example(r#"JSONB_CONCAT('["a", "b"]', '["a", "d"]')"#, r#"["a","b","a","d"]"#)
        .of(|t| Some((takes(t, &[Text, Text])?, DataType::Json)), |_, _| kernel(concat)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

/// As what a part is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Text,
}

impl Form {
    fn write(self, value: Option<Json<'_>>, out: &mut Vec<u8>) -> Outcome<()> {
        match (value, self) {
            (None, _) => Ok(None),
            (Some(value), Form::Json) => append(out, value.text().as_bytes()).map(Some),
            (Some(value), Form::Text) => Ok(value.write(out)),
        }
    }
}

fn field_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes(given, &[Text, Text])?, returns))
}

fn element_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes(given, &[Text, Integer])?, returns))
}

/// An array of texts.
fn texts(given: &DataType) -> Resolved {
    item_type(given).filter(|item| item.is_text() || *item == DataType::Null)?;
    let array = DataType::Array(Box::new(DataType::STRING));
    Some((vec![array.clone()], array))
}

fn path_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((exists_types(given)?.0, returns))
}

fn exists_types(given: &[DataType]) -> Resolved {
    let [json, names] = given else { return None };
    let mut args = takes(std::slice::from_ref(json), &[Text])?;
    args.extend(texts(names)?.0);
    Some((args, DataType::Boolean))
}

fn delete_types(given: &[DataType]) -> Resolved {
    match given {
        [_, DataType::Array(_)] => Some((exists_types(given)?.0, DataType::Json)),
        [_, key] if key.is_integer() => element_types(given, DataType::Json),
        _ => field_types(given, DataType::Json),
    }
}

fn delete_path_types(given: &[DataType]) -> Resolved {
    Some((exists_types(given)?.0, DataType::Json))
}

fn field(_: &[DataType], form: Form) -> Compiled {
    kernel(move |call: Call<'_>| -> Column {
        let (values, names) = (call.strings(0), call.strings(1));
        call.write(|row, out| form.write(Json::new(values.text(row)).and_then(|json| json.field(names.text(row))), out))
    })
}

fn item(json: Json<'_>, place: i64) -> Option<Json<'_>> {
    let from_end = || json.items().count().checked_sub(usize::try_from(place.unsigned_abs()).ok()?);
    json.item(if place < 0 { from_end()? } else { usize::try_from(place).ok()? })
}

fn element(_: &[DataType], form: Form) -> Compiled {
    kernel(move |call: Call<'_>| -> Column {
        let (values, places) = (call.strings(0), call.values::<i64>(1));
        call.write(|row, out| form.write(Json::new(values.text(row)).and_then(|json| item(json, places[row])), out))
    })
}

/// A field of an object, or an item of an array whose place the name is.
fn step<'a>(json: Json<'a>, name: &str) -> Option<Json<'a>> {
    if json.is_array() { item(json, name.trim().parse().ok()?) } else { json.field(name) }
}

fn at_path(form: Form) -> Compiled {
    kernel(move |call: Call<'_>| -> Column {
        let (values, paths) = (call.strings(0), call.strings(1));
        call.write(|row, out| {
            let mut value = Json::new(values.text(row));
            let mut name = Vec::new();
            for part in Json::new(paths.text(row)).into_iter().flat_map(Json::items) {
                name.clear();
                let is_given = part.write(&mut name).is_some();
                value = value.filter(|_| is_given).and_then(|json| step(json, &String::from_utf8_lossy(&name)));
            }
            form.write(value, out)
        })
    })
}

/// Whether `text` is what a JSON string says.
fn says(value: Json<'_>, text: &[u8]) -> bool {
    let mut said = Vec::new();
    value.text().starts_with('"') && value.write(&mut said).is_some() && said == text
}

fn has(json: Json<'_>, name: &str) -> bool {
    json.field(name).is_some() || json.items().any(|item| says(item, name.as_bytes())) || says(json, name.as_bytes())
}

fn exists(call: Call<'_>) -> Column {
    let (values, names) = (call.strings(0), call.strings(1));
    call.map(|row| Ok(Json::new(values.text(row)).map(|json| has(json, names.text(row)))))
}

/// What `judged` says of how many names are there, and of how many were asked for. Names that are NULL are not.
fn exist(judged: fn(usize, usize) -> bool) -> Compiled {
    kernel(move |call: Call<'_>| -> Column {
        let (values, names) = (call.strings(0), call.strings(1));
        call.map(|row| {
            let Some((json, names)) = Json::new(values.text(row)).zip(Json::new(names.text(row))) else { return Ok(None) };
            let (mut there, mut asked) = (0, 0);
            for name in names.items() {
                let mut text = Vec::new();
                if name.write(&mut text).is_some() {
                    asked += 1;
                    there += usize::from(has(json, &String::from_utf8_lossy(&text)));
                }
            }
            Ok(Some(judged(there, asked)))
        })
    })
}

/// Texts by what they say, numbers by their value.
fn same(left: Json<'_>, right: Json<'_>) -> bool {
    if left.text() == right.text() {
        return true;
    }
    let mut said = Vec::new();
    if right.text().starts_with('"') && right.write(&mut said).is_some() {
        return says(left, &said);
    }
    // Whole numbers that differ may be the same DOUBLE.
    let whole = |value: Json<'_>| value.text().parse::<i128>().ok();
    let number = |value: Json<'_>| value.text().parse::<f64>().ok();
    match (whole(left), whole(right)) {
        (Some(a), Some(b)) => a == b,
        _ => number(left).zip(number(right)).is_some_and(|(a, b)| a == b),
    }
}

/// JSON nests no deeper than `NESTING_MAX`.
fn has_all(whole: Json<'_>, part: Json<'_>) -> bool {
    if part.is_object() {
        return whole.is_object()
            && part.fields().all(|(key, wanted)| field_by_key(whole, key).is_some_and(|value| has_all(value, wanted)));
    }
    if part.is_array() {
        return whole.is_array() && part.items().all(|wanted| whole.items().any(|item| has_all(item, wanted)));
    }
    !whole.is_nested() && same(whole, part)
}

/// The field with a key that is still escaped.
fn field_by_key<'a>(json: Json<'a>, key: &str) -> Option<Json<'a>> {
    let mut name = Vec::new();
    Json::write_key(key, &mut name);
    json.field(&String::from_utf8_lossy(&name))
}

/// An array has a scalar that is one of its items.
fn contains(call: Call<'_>) -> Column {
    let (wholes, parts) = (call.strings(0), call.strings(1));
    call.map(|row| {
        let both = Json::new(wholes.text(row)).zip(Json::new(parts.text(row)));
        Ok(both.map(|(whole, part)| {
            let is_item = || whole.is_array() && !part.is_nested() && whole.items().any(|item| has_all(item, part));
            has_all(whole, part) || is_item()
        }))
    })
}

/// What is taken out of JSON.
enum Taken<'k> {
    /// The field of this name, or items that are this text.
    Named(&'k [u8]),
    /// The item at this place.
    Placed(usize),
}

/// `json` without what is taken.
fn without(json: Json<'_>, taken: &Taken<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    if json.is_object() {
        out.push(b'{');
        let mut name = Vec::new();
        for (key, value) in json.fields() {
            name.clear();
            Json::write_key(key, &mut name);
            if !matches!(taken, Taken::Named(wanted) if *wanted == name) {
                write_field(key, out);
                out.extend_from_slice(value.text().as_bytes());
            }
        }
        return append(out, b"}").map(Some);
    }
    let items = json.items().enumerate().filter(|(at, item)| match taken {
        Taken::Named(text) => !says(*item, text),
        Taken::Placed(place) => at != place,
    });
    write_items(items.map(|(_, item)| item.text()), out)
}

/// A key that is still escaped.
fn write_field(key: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(if out.last() == Some(&b'{') { b"\"" } else { b",\"" });
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

const SCALAR: &str = "nothing can be taken out of JSON that is no object and no array";

fn delete(key: &DataType) -> Compiled {
    let key = key.clone();
    kernel(move |call: Call<'_>| -> Column {
        let values = call.strings(0);
        match key {
            DataType::BigInt => {
                let places = call.values::<i64>(1);
                call.write(|row, out| {
                    let Some(json) = Json::new(values.text(row)) else { return Ok(None) };
                    if !json.is_array() {
                        return Err("only an array has an item at a place");
                    }
                    let count = json.items().count();
                    let place = usize::try_from(places[row].unsigned_abs()).unwrap_or(usize::MAX);
                    let place = if places[row] < 0 { count.checked_sub(place).unwrap_or(count) } else { place };
                    without(json, &Taken::Placed(place), out)
                })
            }
            DataType::Array(_) => {
                let names = call.strings(1);
                call.write(|row, out| {
                    let Some((json, names)) = Json::new(values.text(row)).zip(Json::new(names.text(row))) else {
                        return Ok(None);
                    };
                    let mut rest = json.text().to_owned();
                    for name in names.items() {
                        let (mut text, mut left) = (Vec::new(), Vec::new());
                        let json = Json::new(&rest).filter(|json| json.is_nested()).ok_or(SCALAR)?;
                        if name.write(&mut text).is_some() {
                            without(json, &Taken::Named(&text), &mut left)?;
                            rest = String::from_utf8_lossy(&left).into_owned();
                        }
                    }
                    append(out, rest.as_bytes()).map(Some)
                })
            }
            _ => {
                let names = call.strings(1);
                call.write(|row, out| {
                    let Some(json) = Json::new(values.text(row)) else { return Ok(None) };
                    if json.is_nested() { without(json, &Taken::Named(names.bytes(row)), out) } else { Err(SCALAR) }
                })
            }
        }
    })
}

/// Whether a path fits what it leads through: scalars have no parts, and arrays have them by place.
pub(super) fn fits(json: Json<'_>, path: &[String]) -> Fallible<()> {
    if !json.is_nested() {
        return Err("no path leads into JSON that is no object and no array");
    }
    let mut value = Some(json);
    for name in path {
        let Some(json) = value.filter(|json| json.is_nested()) else { break };
        if json.is_array() && name.trim().parse::<i64>().is_err() {
            return Err("a path leads to an item of an array by something other than its place");
        }
        value = step(json, name);
    }
    Ok(())
}

fn delete_path(call: Call<'_>) -> Column {
    let (values, paths) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let Some(json) = Json::new(values.text(row)) else { return Ok(None) };
        let path = steps_of(paths.text(row))?;
        if !(json.is_array() && json.items().next().is_none()) {
            fits(json, &path)?;
        }
        without_path(json, &path, out)
    })
}

/// JSON nests no deeper than `NESTING_MAX`; a path that leads nowhere takes nothing.
fn without_path(json: Json<'_>, path: &[String], out: &mut Vec<u8>) -> Outcome<()> {
    let [name, behind @ ..] = path else { return append(out, json.text().as_bytes()).map(Some) };
    let place = name.trim().parse::<i64>().ok().and_then(|place| match place < 0 {
        true => json.items().count().checked_sub(usize::try_from(place.unsigned_abs()).ok()?),
        false => usize::try_from(place).ok(),
    });
    let taken = if json.is_array() { place.map(Taken::Placed) } else { Some(Taken::Named(name.as_bytes())) };
    let Some(taken) = taken.filter(|_| json.is_nested()) else { return append(out, json.text().as_bytes()).map(Some) };
    if behind.is_empty() {
        return without(json, &taken, out);
    }
    let is_object = json.is_object();
    out.push(if is_object { b'{' } else { b'[' });
    let mut text = Vec::new();
    for (at, (key, value)) in json.members(if is_object { Nested::Map } else { Nested::Array }).into_iter().flatten().enumerate()
    {
        text.clear();
        Json::write_key(key, &mut text);
        if is_object {
            write_field(key, out);
        } else if at > 0 {
            out.push(b',');
        }
        let leads_on = match taken {
            Taken::Named(wanted) => text == wanted,
            Taken::Placed(place) => at == place,
        };
        match leads_on {
            true => without_path(value, behind, out)?.unwrap_or_default(),
            false => append(out, value.text().as_bytes())?,
        }
    }
    append(out, if is_object { b"}" } else { b"]" }).map(Some)
}

/// The fields of two objects, of which those of the second count; else items, a value that is no array being one.
fn concat(call: Call<'_>) -> Column {
    let (left, right) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let Some((left, right)) = Json::new(left.text(row)).zip(Json::new(right.text(row))) else { return Ok(None) };
        if left.is_object() && right.is_object() {
            let mut entries = Entries::default();
            [left, right].into_iter().for_each(|object| entries.put_all(object));
            return entries.write(out);
        }
        let parts = [left, right].into_iter().flat_map(|value| {
            let itself = (!value.is_array()).then_some(value);
            itself.into_iter().chain(value.items())
        });
        write_items(parts.map(Json::text), out)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, text};
    use super::*;
    use crate::types::Value;

    fn check_of_texts(name: &str, args: &[&str], expected: &str) {
        check(name, &args.iter().map(|arg| text(arg)).collect::<Vec<_>>(), expected);
    }

    const DOCUMENT: &str = r#"{"a": {"b": [1, "x\"", null]}, "c": "é"}"#;

    #[test]
    fn parts_are_found_by_name_place_and_path() {
        check_of_texts("JSON_OBJECT_FIELD", &[DOCUMENT, "a"], r#"{"b": [1, "x\"", null]}"#);
        check_of_texts("JSONB_OBJECT_FIELD", &[DOCUMENT, "c"], "\"é\"");
        check_of_texts("JSONB_OBJECT_FIELD_TEXT", &[DOCUMENT, "c"], "é");
        check_of_texts("JSONB_OBJECT_FIELD", &[DOCUMENT, "d"], "NULL");
        check_of_texts("JSONB_OBJECT_FIELD", &["[1]", "0"], "NULL");
        check_of_texts("JSONB_OBJECT_FIELD", &["{", "0"], "NULL");
        for (place, json, plain) in [(0, "1", "1"), (1, "\"x\"", "x"), (2, "null", "NULL"), (-1, "null", "NULL"), (-3, "1", "1")]
        {
            check("JSONB_ARRAY_ELEMENT", &[text("[1, \"x\", null]"), int(place)], json);
            check("JSON_ARRAY_ELEMENT_TEXT", &[text("[1, \"x\", null]"), int(place)], plain);
        }
        for place in [3, -4, i64::MIN, i64::MAX] {
            check("JSONB_ARRAY_ELEMENT", &[text("[1, \"x\", null]"), int(place)], "NULL");
        }
        let names = |json: &str| (Value::text(json), DataType::Array(Box::new(DataType::STRING)));
        for (path, json, plain) in [
            (r#"["a","b"]"#, r#"[1, "x\"", null]"#, r#"[1, "x\"", null]"#),
            (r#"["a","b","1"]"#, r#""x\"""#, "x\""),
            (r#"["a","b","-3"]"#, "1", "1"),
            (r#"["a","x","1"]"#, "NULL", "NULL"),
            (r#"["a",null]"#, "NULL", "NULL"),
        ] {
            check("$JSON_PATH", &[text(DOCUMENT), names(path)], json);
            check("$JSON_PATH_TEXT", &[text(DOCUMENT), names(path)], plain);
        }
    }

    #[test]
    fn names_and_items_exist() {
        check_of_texts("JSONB_EXISTS", &[DOCUMENT, "a"], "true");
        check_of_texts("JSONB_EXISTS", &[DOCUMENT, "b"], "false");
        check_of_texts("JSONB_EXISTS", &[r#"["foo", 1]"#, "foo"], "true");
        check_of_texts("JSONB_EXISTS", &[r#"["foo", 1]"#, "1"], "false");
        check_of_texts("JSONB_EXISTS", &["\"foo\"", "foo"], "true");
        let names = || (Value::text(r#"["a","z"]"#), DataType::Array(Box::new(DataType::STRING)));
        check("JSONB_EXISTS_ANY", &[text(DOCUMENT), names()], "true");
        check("JSONB_EXISTS_ALL", &[text(DOCUMENT), names()], "false");
    }

    /// The cases with words are those of PostgreSQL's page on the containment of jsonb.
    #[test]
    fn json_contains_json() {
        for (whole, part, expected) in [
            ("\"foo\"", "\"foo\"", "true"),
            ("[1, 2, 3]", "[1, 3]", "true"),
            ("[1, 2, 3]", "[3, 1, 1.0]", "true"),
            (r#"{"product": "PostgreSQL", "version": 9.4, "jsonb": true}"#, r#"{"version": 9.4}"#, "true"),
            ("[1, 2, [1, 3]]", "[1, 3]", "false"),
            ("[1, 2, [1, 3]]", "[[1, 3]]", "true"),
            (r#"{"foo": {"bar": "baz"}}"#, r#"{"bar": "baz"}"#, "false"),
            (r#"{"foo": {"bar": "baz"}}"#, r#"{"foo": {}}"#, "true"),
            (r#"["foo", "bar"]"#, "\"bar\"", "true"),
            ("\"bar\"", r#"["bar"]"#, "false"),
            ("9007199254740993", "9007199254740992", "false"),
            (r#"{"\u00e9": "\u00e9"}"#, r#"{"é": "é"}"#, "true"),
        ] {
            check_of_texts("JSONB_CONTAINS", &[whole, part], expected);
        }
    }

    #[test]
    fn parts_are_taken_out() {
        check_of_texts("JSONB_DELETE", &[r#"{"a": 1, "b\u00e9": 2}"#, "bé"], r#"{"a":1}"#);
        check_of_texts("JSONB_DELETE", &[r#"["a", "b", "a", 1]"#, "a"], r#"["b",1]"#);
        check_of_texts("JSONB_DELETE", &["1", "a"], "error: nothing can be taken out of JSON that is no object and no array");
        for (place, expected) in [(0, "[2,3]"), (-1, "[1,2]"), (3, "[1,2,3]"), (-4, "[1,2,3]")] {
            check("JSONB_DELETE", &[text("[1, 2, 3]"), int(place)], expected);
        }
        let names = |json: &str| (Value::text(json), DataType::Array(Box::new(DataType::STRING)));
        check("JSONB_DELETE", &[text(r#"{"a": 1, "b": 2, "c": 3}"#), names(r#"["a", "c"]"#)], r#"{"b":2}"#);
        for (path, expected) in [
            (r#"["a", "b", "1"]"#, r#"{"a":{"b":[1,null]},"c":"é"}"#),
            (r#"["a", "b", "-1"]"#, r#"{"a":{"b":[1,"x\""]},"c":"é"}"#),
            (r#"["a"]"#, r#"{"c":"é"}"#),
            (r#"["c", "d"]"#, r#"{"a":{"b": [1, "x\"", null]},"c":"é"}"#),
            ("[]", DOCUMENT),
        ] {
            check("JSONB_DELETE_PATH", &[text(DOCUMENT), names(path)], expected);
        }
    }

    #[test]
    fn json_is_joined() {
        for (left, right, expected) in [
            (r#"{"a": 1, "b": 2}"#, r#"{"c": 3, "a": 4}"#, r#"{"a":4,"b":2,"c":3}"#),
            ("[1]", "[2, 3]", "[1,2,3]"),
            ("[1]", "2", "[1,2]"),
            ("1", "[2]", "[1,2]"),
            ("{\"a\": 1}", "[2]", "[{\"a\": 1},2]"),
        ] {
            check_of_texts("JSONB_CONCAT", &[left, right], expected);
        }
    }
}
