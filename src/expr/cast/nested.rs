//! Casts between nested values of one shape: ARRAY to ARRAY, MAP to MAP, ROW to ROW of as many fields, which go by their places and take the
//! names of the target.
//!
//! ```text
//!   [[1, 2], [3]]  as ARRAY<ARRAY<STRING>>:   1, 2, 3  ->  a column of INT  ->  a column of STRING  ->  [["1", "2"], ["3"]]
//! ```
//! The values inside are taken out of the JSON texts into a column for each place of the type, converted there as any column is, and put back.
//! A value that cannot be converted fails the row of the whole, or makes the whole NULL.

use std::collections::HashSet;
use std::slice::Iter;

use super::super::operand::{Rows, UnaryKernel, map_strings, strings_of};
use super::{CastFailure, is_free, is_valid, length};
use crate::batch::text::{write_json_key, write_json_string, write_json_value};
use crate::batch::{Column, Selection, Values};
use crate::expr::RowErrors;
use crate::expr::function::Json;
use crate::types::{DataType, Length, Lengths};

/// Whether a value of `from` is one of `to` as it is written.
pub(super) fn is_same(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        (_, T::Json) => true,
        (T::Json, to) => unlimited(to) == *to,
        (T::Array(from), T::Array(to)) | (T::Multiset(from), T::Multiset(to)) => is_same_inside(from, to),
        (T::Map(key, from), T::Map(to_key, to)) => is_same_inside(key, to_key) && is_same_inside(from, to),
        (T::Multiset(from), T::Map(to, count)) => is_same_inside(from, to) && count.is_integer(),
        (T::Row(from), T::Row(to)) => {
            let is_field = |((name, from), (by, to)): (&(String, T), &(String, T))| name == by && is_same_inside(from, to);
            from.len() == to.len() && from.iter().zip(to).all(is_field)
        }
        _ => false,
    }
}

/// As `is_same`, for what stands inside: there, unlike in a column, a wider integer is written as the narrow one is.
fn is_same_inside(from: &DataType, to: &DataType) -> bool {
    let width = |data_type: &DataType| {
        [DataType::TinyInt, DataType::SmallInt, DataType::Int, DataType::BigInt].iter().position(|t| t == data_type)
    };
    match (from, to) {
        _ if from == to || *from == DataType::Null => true,
        (DataType::Json, to) if to.is_nested() => is_same(from, to),
        (from, DataType::Json) if from.is_nested() => true,
        _ if from.is_nested() && to.is_nested() => is_same(from, to),
        (DataType::Varchar(_), DataType::Varchar(_)) => is_free(from, to),
        _ => width(from).zip(width(to)).is_some_and(|(from, to)| from <= to),
    }
}

/// The type whose texts have any length.
pub(super) fn unlimited(of: &DataType) -> DataType {
    use DataType as T;
    match of {
        T::Varchar(_) => T::STRING,
        T::Array(item) => T::Array(Box::new(unlimited(item))),
        T::Multiset(item) => T::Multiset(Box::new(unlimited(item))),
        T::Map(key, value) => T::Map(Box::new(unlimited(key)), Box::new(unlimited(value))),
        T::Row(fields) => T::Row(fields.iter().map(|(name, field)| (name.clone(), unlimited(field))).collect()),
        _ => of.clone(),
    }
}

/// The kernel from one nested type to another of its shape, if the values inside can be converted.
pub(super) fn kernel(from: &DataType, to: &DataType, on_failure: CastFailure) -> Option<UnaryKernel> {
    let mut leaves = Vec::new();
    let part = Part::of(from, to, &mut leaves)?;
    Some(run(part, leaves, on_failure))
}

/// The kernel that brings what stands in values of a nested type to these lengths.
pub(super) fn sized(of: &DataType, lengths: &Lengths) -> UnaryKernel {
    let mut leaves = Vec::new();
    let part = Part::sized(of, &mut lengths.iter(), &mut leaves);
    run(part, leaves, CastFailure::RowError)
}

fn run(part: Part, leaves: Vec<Leaf>, on_failure: CastFailure) -> UnaryKernel {
    Box::new(move |column, rows, errors| {
        let strings = strings_of(&column.values);
        let validity = column.validity.as_ref();
        let json = |row: usize| if is_valid(validity, row) { Json::new(strings.text(row)) } else { None };
        let mut taken: Vec<Taken> = leaves.iter().map(|_| Taken::default()).collect();
        for row in rows.selection.iter() {
            if let Some(value) = json(row) {
                part.take(value, row, &mut taken);
            }
        }
        let mut failed = RowErrors::default();
        let mut converted: Vec<Converted<'_>> =
            leaves.iter().zip(taken).map(|(leaf, taken)| leaf.converted(taken, &mut failed)).collect();
        let values = map_strings(rows, |row, out| match json(row) {
            Some(value) => {
                part.put(value, &mut converted, out);
                if converted.iter_mut().any(|leaf| std::mem::take(&mut leaf.have_met)) {
                    failed.push(row, KEYS_MET);
                }
            }
            None => out.extend_from_slice(strings.bytes(row)),
        });
        let mut output = Column { values: Values::Str(values), validity: column.validity.clone() };
        for error in failed.take() {
            match on_failure {
                CastFailure::RowError => errors.push(error.row as usize, error.reason),
                CastFailure::Null => output.set_null(error.row as usize),
            }
        }
        output
    })
}

/// What is done with a part of a nested value.
enum Part {
    /// It stays as it is.
    Same,
    /// The values of this place are converted, taken out in this form.
    Leaf {
        leaf: usize,
        form: Form,
    },
    Array(Box<Part>),
    /// The place of its keys, if they are converted. Those that are nested are the texts of their values, and are converted as a whole.
    Map(Option<usize>, Box<Part>),
    /// Each field with its name and the one that it gets.
    Row(Vec<(String, String, Part)>),
}

/// In which form a value is taken out.
#[derive(Clone, Copy)]
enum Form {
    /// As the text that a cast reads.
    Value,
    /// As JSON.
    Json,
}

impl Part {
    fn of(from: &DataType, to: &DataType, leaves: &mut Vec<Leaf>) -> Option<Part> {
        use DataType as T;
        if is_same_inside(from, to) {
            return Some(Part::Same);
        }
        match (from, to) {
            (T::Array(from), T::Array(to)) => Some(Part::Array(Box::new(Part::of(from, to, leaves)?))),
            (T::Map(key, from), T::Map(to_key, to)) => {
                let key = Leaf::of_key(key, to_key)?.map(|key| pushed(key, leaves));
                Some(Part::Map(key, Box::new(Part::of(from, to, leaves)?)))
            }
            (T::Multiset(from), T::Multiset(to)) => {
                let item = Leaf::of_key(from, to)?.map(|item| pushed(item, leaves));
                Some(Part::Map(item, Box::new(Part::Same)))
            }
            (T::Row(from), T::Row(to)) if from.len() == to.len() => {
                let field = |((name, from), (by, to)): (&(String, T), &(String, T))| {
                    Some((name.clone(), by.clone(), Part::of(from, to, leaves)?))
                };
                from.iter().zip(to).map(field).collect::<Option<_>>().map(Part::Row)
            }
            _ => {
                let form = if *from == DataType::Json || from.is_nested() { Form::Json } else { Form::Value };
                Some(Part::Leaf { leaf: pushed(Leaf::of(from, to)?, leaves), form })
            }
        }
    }

    /// The next of the lengths are those of this type.
    fn sized(of: &DataType, lengths: &mut Iter<'_, Option<Length>>, leaves: &mut Vec<Leaf>) -> Part {
        use DataType as T;
        match of {
            T::Array(item) => Part::Array(Box::new(Part::sized(item, lengths, leaves))),
            T::Multiset(item) => {
                let item = Leaf::sized_key(item, lengths).map(|item| pushed(item, leaves));
                Part::Map(item, Box::new(Part::Same))
            }
            T::Map(key, of) => {
                let key = Leaf::sized_key(key, lengths).map(|key| pushed(key, leaves));
                Part::Map(key, Box::new(Part::sized(of, lengths, leaves)))
            }
            T::Row(fields) => {
                let field = |(name, of): &(String, T)| (name.clone(), name.clone(), Part::sized(of, lengths, leaves));
                Part::Row(fields.iter().map(field).collect())
            }
            _ => match lengths.next() {
                Some(Some(length)) => Part::Leaf { leaf: pushed(Leaf::sized(of, *length), leaves), form: Form::Value },
                _ => Part::Same,
            },
        }
    }

    /// Takes the values that are to be converted out of `value`, in the order in which `put` asks for them.
    fn take(&self, value: Json<'_>, row: usize, taken: &mut [Taken]) {
        match self {
            Part::Same => {}
            Part::Leaf { leaf, form } => taken[*leaf].push(value, *form, row),
            Part::Array(item) => value.items().for_each(|value| item.take(value, row, taken)),
            Part::Map(key, of) => value.fields().for_each(|(name, value)| {
                if let Some(leaf) = key {
                    taken[*leaf].push_key(name, row);
                }
                of.take(value, row, taken);
            }),
            Part::Row(fields) => fields.iter().for_each(|(name, _, field)| {
                if let Some(value) = value.field(name) {
                    field.take(value, row, taken);
                }
            }),
        }
    }

    /// Writes `value` with the converted values.
    fn put(&self, value: Json<'_>, converted: &mut [Converted<'_>], out: &mut Vec<u8>) {
        let separate = |at: usize, out: &mut Vec<u8>| out.extend_from_slice(if at > 0 { b"," } else { b"" });
        match self {
            Part::Leaf { leaf, .. } => converted[*leaf].write(out),
            Part::Array(item) if value.is_array() => {
                out.push(b'[');
                for (at, value) in value.items().enumerate() {
                    separate(at, out);
                    item.put(value, converted, out);
                }
                out.push(b']');
            }
            Part::Map(key, of) if value.is_object() => {
                out.push(b'{');
                for (at, (name, value)) in value.fields().enumerate() {
                    separate(at, out);
                    match key {
                        Some(leaf) => converted[*leaf].write_key(out),
                        None => {
                            out.push(b'"');
                            out.extend_from_slice(name.as_bytes());
                            out.extend_from_slice(b"\":");
                        }
                    }
                    of.put(value, converted, out);
                }
                if let Some(leaf) = key {
                    converted[*leaf].note_met(value.fields().count());
                }
                out.push(b'}');
            }
            Part::Row(fields) if value.is_object() => {
                out.push(b'{');
                for (at, (name, by, field)) in fields.iter().enumerate() {
                    separate(at, out);
                    write_json_string(by.as_bytes(), out);
                    out.push(b':');
                    field.put_or_null(value.field(name), converted, out);
                }
                out.push(b'}');
            }
            // NULL, and what is no value of the type.
            _ => out.extend_from_slice(value.text().as_bytes()),
        }
    }

    fn put_or_null(&self, value: Option<Json<'_>>, converted: &mut [Converted<'_>], out: &mut Vec<u8>) {
        match value {
            Some(value) => self.put(value, converted, out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

/// The place of a leaf behind the others.
fn pushed(leaf: Leaf, leaves: &mut Vec<Leaf>) -> usize {
    leaves.push(leaf);
    leaves.len() - 1
}

/// Whether different keys stay different.
fn keeps_apart(from: &DataType, to: &DataType) -> bool {
    *to == DataType::STRING || (from.is_integer() && to.is_integer()) || is_same_inside(from, to)
}

/// Values of one place of a type, as texts, each with its row.
#[derive(Default)]
struct Taken {
    texts: Option<Column>,
    rows: Vec<usize>,
    buffer: Vec<u8>,
}

impl Taken {
    fn push(&mut self, value: Json<'_>, form: Form, row: usize) {
        self.buffer.clear();
        let column = self.texts.get_or_insert_with(|| Column::with_capacity(&DataType::STRING, 0));
        match (value.write(&mut self.buffer), form) {
            (None, _) => column.push_null(),
            (Some(()), Form::Value) => column.push_bytes(&self.buffer),
            (Some(()), Form::Json) => column.push_bytes(value.text().as_bytes()),
        }
        self.rows.push(row);
    }

    fn push_key(&mut self, escaped: &str, row: usize) {
        self.buffer.clear();
        Json::write_key(escaped, &mut self.buffer);
        self.texts.get_or_insert_with(|| Column::with_capacity(&DataType::STRING, 0)).push_bytes(&self.buffer);
        self.rows.push(row);
    }
}

/// How the values of one place are converted.
struct Leaf {
    /// Reads the texts, where they are not what is converted.
    read: Option<UnaryKernel>,
    convert: Option<UnaryKernel>,
    to: DataType,
    /// Whether different keys stay different.
    keeps_apart: bool,
}

impl Leaf {
    fn of(from: &DataType, to: &DataType) -> Option<Leaf> {
        let kernel = |from: &DataType, to: &DataType| match is_free(from, to) {
            true => Some(None),
            false => super::kernel(from, to, CastFailure::RowError).map(Some),
        };
        let have_other_shapes = from.is_nested() && to.is_nested();
        if have_other_shapes {
            return None;
        }
        // The text of what is nested, or JSON, is read as it is.
        let is_written = from.is_nested() || *from == DataType::Json;
        let read = if is_written { None } else { super::part_kernel(from)? };
        Some(Leaf { read, convert: kernel(from, to)?, to: to.clone(), keeps_apart: keeps_apart(from, to) })
    }

    /// Of the keys of a MAP; none where they stay as they are.
    fn of_key(from: &DataType, to: &DataType) -> Option<Option<Leaf>> {
        if is_same_inside(from, to) {
            return Some(None);
        }
        let leaf = match from.is_nested() && to.is_nested() {
            true => Leaf::whole(to, kernel(from, to, CastFailure::RowError)?),
            false => Leaf::of(from, to)?,
        };
        Some(Some(leaf))
    }

    /// The keys of a MAP, brought to the next of the lengths.
    fn sized_key(of: &DataType, lengths: &mut Iter<'_, Option<Length>>) -> Option<Leaf> {
        if !of.is_nested() {
            return lengths.next().copied().flatten().map(|length| Leaf::sized(of, length));
        }
        let mut leaves = Vec::new();
        let part = Part::sized(of, lengths, &mut leaves);
        (!leaves.is_empty()).then(|| Leaf::whole(of, run(part, leaves, CastFailure::RowError)))
    }

    /// Of nested values, whose texts are converted as they are.
    fn whole(to: &DataType, convert: UnaryKernel) -> Leaf {
        Leaf { read: None, convert: Some(convert), to: to.clone(), keeps_apart: false }
    }

    fn sized(of: &DataType, length: Length) -> Leaf {
        let read = super::part_kernel(of).flatten();
        Leaf { read, convert: Some(length::kernel(length)), to: of.clone(), keeps_apart: false }
    }

    /// The values converted; those that cannot be are failures of their rows.
    fn converted(&self, taken: Taken, failed: &mut RowErrors) -> Converted<'_> {
        let mut column = taken.texts.unwrap_or_else(|| Column::with_capacity(&DataType::STRING, 0));
        let mut errors = RowErrors::default();
        let selection = Selection::All(column.len());
        for kernel in self.read.iter().chain(&self.convert) {
            column = kernel(&column, Rows { len: column.len(), selection: &selection }, &mut errors);
        }
        errors.take().into_iter().for_each(|error| failed.push(taken.rows[error.row as usize], error.reason));
        Converted { column, leaf: self, next: 0, have_met: false }
    }
}

/// Converted values of one place, to be put back one by one.
struct Converted<'a> {
    column: Column,
    leaf: &'a Leaf,
    next: usize,
    /// Whether different keys of the MAP that was written last have become the same.
    have_met: bool,
}

impl Converted<'_> {
    fn write(&mut self, out: &mut Vec<u8>) {
        write_json_value(&self.column, self.next, &self.leaf.to, out);
        self.next += 1;
    }

    /// As the key of a MAP, which is a string whatever it stands for.
    fn write_key(&mut self, out: &mut Vec<u8>) {
        write_json_key(&self.column, self.next, &self.leaf.to, out);
        self.next += 1;
    }

    /// Looks at the last `count` keys.
    fn note_met(&mut self, count: usize) {
        if self.leaf.keeps_apart || count < 2 {
            return;
        }
        let mut text = Vec::new();
        let mut seen = HashSet::new();
        for at in self.next - count..self.next {
            text.clear();
            write_json_key(&self.column, at, &self.leaf.to, &mut text);
            self.have_met |= !seen.insert(text.clone());
        }
    }
}

/// Said of a row in which different keys become one.
const KEYS_MET: &str = "two keys of a MAP become the same";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Value;

    fn array(item: DataType) -> DataType {
        DataType::Array(Box::new(item))
    }

    fn map(key: DataType, value: DataType) -> DataType {
        DataType::Map(Box::new(key), Box::new(value))
    }

    fn row(fields: &[(&str, DataType)]) -> DataType {
        DataType::Row(fields.iter().map(|(name, data_type)| ((*name).to_owned(), data_type.clone())).collect())
    }

    /// The text of the second of three rows after a cast; the reason where it fails, which TRY_CAST makes NULL.
    fn cast(text: &str, from: &DataType, to: &DataType) -> std::result::Result<String, String> {
        let mut input = Column::with_capacity(from, 3);
        [Value::Null, Value::text(text), Value::text(text)].iter().for_each(|value| input.push(value));
        let selection = Selection::Rows(vec![0, 1]);
        let rows = || Rows { len: 3, selection: &selection };
        let (mut errors, mut none) = (RowErrors::default(), RowErrors::default());
        let output = kernel(from, to, CastFailure::RowError).expect("castable")(&input, rows(), &mut errors);
        let tried = kernel(from, to, CastFailure::Null).expect("castable")(&input, rows(), &mut none);
        assert!(none.is_empty() && output.is_null(0) && output.len() == 3);
        let errors = errors.take();
        assert_eq!(tried.is_null(1), !errors.is_empty());
        match errors.first() {
            Some(error) => {
                assert_eq!(error.row, 1);
                Err(error.reason.to_string())
            }
            None => Ok(String::from_utf8_lossy(strings_of(&output.values).bytes(1)).into_owned()),
        }
    }

    #[test]
    fn items_fields_and_keys_are_converted_where_they_stand() {
        let check = |text: &str, from: DataType, to: DataType, expected: &str| {
            assert_eq!(cast(text, &from, &to).as_deref(), Ok(expected), "{text} of {from} to {to}");
        };
        check("[1.6,null,-2.5]", array(DataType::Double), array(DataType::Int), "[1,null,-2]");
        check("[[1],[],null,[2,3]]", array(array(DataType::Int)), array(array(DataType::STRING)), r#"[["1"],[],null,["2","3"]]"#);
        check(
            r#"["2024-02-29 10:00:00"]"#,
            array(DataType::STRING),
            array(DataType::Timestamp(3)),
            r#"["2024-02-29 10:00:00.000"]"#,
        );
        check(
            r#"{"1":2,"3":null}"#,
            map(DataType::Int, DataType::Int),
            map(DataType::STRING, DataType::Double),
            r#"{"1":2.0,"3":null}"#,
        );
        check(
            r#"{"a\"b":1}"#,
            map(DataType::STRING, DataType::Int),
            map(DataType::STRING, DataType::Boolean),
            r#"{"a\"b":true}"#,
        );
        let (from, to) = (
            row(&[("a", DataType::Int), ("b", array(DataType::Int))]),
            row(&[("x", DataType::Double), ("y", array(DataType::Int))]),
        );
        check(r#"{"a":1,"b":[2]}"#, from.clone(), to.clone(), r#"{"x":1.0,"y":[2]}"#);
        check(r#"{"b":null}"#, from, to, r#"{"x":null,"y":null}"#);
    }

    #[test]
    fn a_value_that_fails_fails_the_whole() {
        let reason = cast("[1,300,400]", &array(DataType::Int), &array(DataType::TinyInt)).expect_err("too large");
        assert!(reason.contains("'300' of type INT"), "{reason}");
        cast(r#"["1","x"]"#, &array(DataType::STRING), &array(DataType::Int)).expect_err("no number");
    }

    #[test]
    fn what_is_written_the_same_needs_no_kernel() {
        assert!(
            is_same(&array(DataType::Int), &array(DataType::BigInt)) && !is_same(&array(DataType::BigInt), &array(DataType::Int))
        );
        assert!(!is_same(&row(&[("a", DataType::Int)]), &row(&[("b", DataType::Int)])));
        assert!(!is_same(&array(DataType::Timestamp(0)), &array(DataType::Timestamp(3))));
    }

    #[test]
    fn keys_that_meet_fail_the_whole() {
        let (from, to) = (map(DataType::Double, DataType::Int), map(DataType::Int, DataType::Int));
        assert_eq!(cast(r#"{"1.5":1,"2.5":2}"#, &from, &to).as_deref(), Ok(r#"{"1":1,"2":2}"#));
        assert_eq!(cast(r#"{"1.5":1,"1.25":2}"#, &from, &to), Err(KEYS_MET.to_owned()));
        let (from, to) = (DataType::Json, map(DataType::Varchar(Some(2)), DataType::Int));
        assert_eq!(cast(r#"{"abc":1,"bcd":2}"#, &from, &to).as_deref(), Ok(r#"{"ab":1,"bc":2}"#));
        assert_eq!(cast(r#"{"abc":1,"abd":2}"#, &from, &to), Err(KEYS_MET.to_owned()));
    }

    #[test]
    fn keys_that_are_nested_are_converted_as_a_whole() {
        let (from, to) = (map(array(DataType::Double), DataType::Int), map(array(DataType::Int), DataType::Int));
        assert_eq!(cast(r#"{"[1.5]":1,"[2.5,3]":2}"#, &from, &to).as_deref(), Ok(r#"{"[1]":1,"[2,3]":2}"#));
        assert_eq!(cast(r#"{"[1.5]":1,"[1.25]":2}"#, &from, &to), Err(KEYS_MET.to_owned()));
        let keyed = |length: Option<u32>| map(row(&[("a", DataType::Varchar(length))]), DataType::Int);
        let cut = cast(r#"{"{\"a\":\"x\\\"yz\"}":1}"#, &keyed(None), &keyed(Some(2)));
        assert_eq!(cut.as_deref(), Ok(r#"{"{\"a\":\"x\\\"\"}":1}"#));
    }

    #[test]
    fn other_shapes_are_refused() {
        let none = |from: DataType, to: DataType| assert!(kernel(&from, &to, CastFailure::RowError).is_none(), "{from} to {to}");
        none(array(DataType::Int), row(&[("a", DataType::Int)]));
        none(row(&[("a", DataType::Int)]), row(&[("a", DataType::Int), ("b", DataType::Int)]));
        none(array(DataType::Int), array(DataType::Date));
    }
}
