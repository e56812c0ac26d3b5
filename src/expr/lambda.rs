//! Functions of a lambda: what is done with the items of an array, or the entries of a map, is said by an expression over one of them.
//!
//! ```text
//!   rows of the batch        items as rows of a batch of their own            rows of the batch
//!   [1,2]  | 10              1 | 10                                           [11,12]
//!   [3]    | 20     ---->    2 | 10    ---->   x + captured column   ---->    [23]
//!                            3 | 20
//! ```
//!
//! The body is a program like any other. Its columns are the parameters, and behind them what it captures of the row around it. It runs over
//! many items at once, so that nothing is allocated for a value of fixed width. Only REDUCE, where each step needs the one before it, runs
//! over the first items of all rows, then over the second ones, and so on. An item for which the body fails fails its row.

use std::ops::Range;

use super::case::lay;
use super::cast;
use super::function::{Entries, Json, TEXT_BYTES_MAX, TOO_LONG};
use super::help::{Help, function};
use super::node::Node;
use super::operand::{Operand, Rows, UnaryKernel, broadcast, strings_of};
use super::{Expr, RowErrors};
use crate::batch::text::{write_json_value, write_part};
use crate::batch::{Batch, Bitmap, Column, Selection, StrColumn, Values};
use crate::error::{Error, Result};
use crate::limits::LAMBDA_ITEMS_MAX;
use crate::types::relation::Nested;
use crate::types::{DataType, Value};

/// What is done with what a lambda gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LambdaFunction {
    /// An array of it.
    Transform,
    /// The items for which it is TRUE.
    Filter,
    /// Whether it is TRUE for an item; three-valued, as OR.
    AnyMatch,
    /// Whether it is TRUE for all items; three-valued, as AND.
    AllMatch,
    /// Whether it is TRUE for no item; three-valued.
    NoneMatch,
    /// The entries for which it is TRUE.
    MapFilter,
    /// A map with it for keys.
    TransformKeys,
    /// A map with it for values.
    TransformValues,
    /// The last of what it gives, each from the one before it and an item.
    Reduce,
}

use LambdaFunction as F;

/// In the order of the variants.
static FUNCTIONS: [(Help, LambdaFunction); 9] = [
    (
        function("ARRAY_TRANSFORM", "(array, x -> value)", "An array of what the lambda gives for each item")
            .example("ARRAY_TRANSFORM(ARRAY[1, 2], x -> x + 1)", "[2,3]")
            .also(&["TRANSFORM", "LIST_TRANSFORM"]),
        F::Transform,
    ),
    (
        function("ARRAY_FILTER", "(array, x -> condition)", "The items for which the condition is TRUE")
            .example("ARRAY_FILTER(ARRAY[1, 2, 3], x -> x > 1)", "[2,3]")
            .also(&["LIST_FILTER"]),
        F::Filter,
    ),
    (
        function("ANY_MATCH", "(array, x -> condition)", "Whether the condition is TRUE for an item")
            .example("ANY_MATCH(ARRAY[1, 2], x -> x > 1)", "true")
            .also(&["ARRAY_EXISTS", "ARRAY_ANY_MATCH", "LIST_ANY_MATCH"]),
        F::AnyMatch,
    ),
    (
        function("ALL_MATCH", "(array, x -> condition)", "Whether the condition is TRUE for all items")
            .example("ALL_MATCH(ARRAY[1, 2], x -> x > 1)", "false")
            .also(&["ARRAY_ALL_MATCH"]),
        F::AllMatch,
    ),
    (
        function("NONE_MATCH", "(array, x -> condition)", "Whether the condition is TRUE for no item")
            .example("NONE_MATCH(ARRAY[1, 2], x -> x > 2)", "true"),
        F::NoneMatch,
    ),
    (
        function("MAP_FILTER", "(map, (key, value) -> condition)", "The entries for which the condition is TRUE")
            .example("MAP_FILTER(MAP['a', 1, 'b', 2], (k, v) -> v > 1)", r#"{"b":2}"#),
        F::MapFilter,
    ),
    (
        function("TRANSFORM_KEYS", "(map, (key, value) -> key)", "The map with what the lambda gives for keys")
            .example("TRANSFORM_KEYS(MAP['a', 1], (k, v) -> UPPER(k))", r#"{"A":1}"#),
        F::TransformKeys,
    ),
    (
        function("TRANSFORM_VALUES", "(map, (key, value) -> value)", "The map with what the lambda gives for values")
            .example("TRANSFORM_VALUES(MAP['a', 1], (k, v) -> v + 1)", r#"{"a":2}"#),
        F::TransformValues,
    ),
    (
        function(
            "REDUCE",
            "(array, start, (so_far, x) -> value)",
            "The last of what the lambda gives, from the start on, each from the one before and an item",
        )
        .example("REDUCE(ARRAY[1, 2, 3], 0, (so_far, x) -> so_far + x)", "6"),
        F::Reduce,
    ),
];

impl LambdaFunction {
    /// The function of this name, ignoring case.
    pub fn named(name: &str) -> Option<LambdaFunction> {
        FUNCTIONS.iter().find(|(help, _)| help.is_called(name)).map(|(_, function)| *function)
    }

    /// What users read of all of them.
    pub fn helps() -> impl Iterator<Item = &'static Help> {
        FUNCTIONS.iter().map(|(help, _)| help)
    }

    /// The name in EXPLAIN.
    pub fn name(self) -> &'static str {
        self.help().name
    }

    /// What users read of it.
    pub fn help(self) -> &'static Help {
        &FUNCTIONS[self as usize].0
    }

    /// What it takes apart.
    pub fn nested(self) -> Nested {
        match self {
            F::MapFilter | F::TransformKeys | F::TransformValues => Nested::Map,
            _ => Nested::Array,
        }
    }
}

/// A lambda and what is done with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lambda {
    /// What is done.
    pub function: LambdaFunction,
    /// Names and types of the parameters, which are the first columns of the body: an item; key and value of an entry; what REDUCE has so
    /// far and an item.
    pub parameters: Vec<(String, DataType)>,
    /// What it gives.
    pub body: Expr,
}

/// A compiled call.
pub(super) struct LambdaCall {
    function: LambdaFunction,
    nested: Box<Node>,
    /// What the body has behind its parameters; of REDUCE first of all its start.
    captured: Vec<Node>,
    /// Type of the items.
    item_type: DataType,
    /// Make keys and items of their texts; `None` where they are texts.
    reads: Vec<Option<UnaryKernel>>,
    body: Box<Node>,
    body_type: DataType,
    result: DataType,
}

impl LambdaCall {
    /// From compiled parts.
    pub fn new(lambda: &Lambda, nested: Node, captured: Vec<Node>, body: Node, result: &DataType) -> Result<LambdaCall> {
        let of_text = lambda.parameters.iter().skip(usize::from(lambda.function == F::Reduce));
        let read = |(_, to): &(String, DataType)| {
            cast::part_kernel(to).ok_or_else(|| Error::internal(format!("items of {to} have no text")))
        };
        Ok(LambdaCall {
            function: lambda.function,
            item_type: lambda.parameters.last().map_or(DataType::Null, |(_, item)| item.clone()),
            nested: Box::new(nested),
            captured,
            reads: of_text.map(read).collect::<Result<_>>()?,
            body: Box::new(body),
            body_type: lambda.body.data_type(),
            result: result.clone(),
        })
    }

    /// Evaluates on the selected rows. Hot: once per batch.
    pub fn evaluate(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Column {
        let kind = self.function.nested();
        let nested = self.nested.evaluate(batch, selection, errors);
        let captured: Vec<Operand<'_>> = self.captured.iter_mut().map(|node| node.evaluate(batch, selection, errors)).collect();
        let texts = strings_of(&nested.column().values);
        let body = Body { function: self.function, node: &mut self.body, data_type: &self.body_type, reads: &self.reads };
        let mut run = Run { body, captured, made: Column::with_capacity(&self.result, batch.rows()), scratch: Vec::new() };
        let mut laid = Laid::default();
        for row in selection.iter() {
            let at = if nested.is_constant() { 0 } else { row };
            let json = if nested.column().is_null(at) { None } else { Json::new(texts.text(at)) };
            if let Some(json) = json {
                laid.lay(row, json, kind, &self.item_type);
            }
            if laid.rows.len() >= LAMBDA_ITEMS_MAX {
                run.finish(std::mem::take(&mut laid), errors);
            }
        }
        run.finish(laid, errors);
        run.nulls_before(batch.rows());
        run.made
    }
}

/// Items of some rows, laid out as rows.
#[derive(Default)]
struct Laid<'a> {
    /// The rows, with the place of their first item and how they are written.
    of: Vec<(usize, usize, Json<'a>)>,
    /// By item: its row.
    rows: Vec<u32>,
    keys: StrColumn,
    values: StrColumn,
    /// Items that are NULL.
    nulls: Vec<usize>,
    text: Vec<u8>,
}

impl<'a> Laid<'a> {
    /// Adds what `json` has, if it is of this kind. Hot: once per row.
    fn lay(&mut self, row: usize, json: Json<'a>, kind: Nested, item: &DataType) {
        let Some(members) = json.members(kind) else { return };
        self.of.push((row, self.rows.len(), json));
        for (key, value) in members {
            if kind == Nested::Map {
                self.text.clear();
                Json::write_key(key, &mut self.text);
                self.keys.push(&self.text);
            }
            self.text.clear();
            if value.write_as(item, &mut self.text).is_none() {
                self.nulls.push(self.rows.len());
            }
            self.values.push(&self.text);
            self.rows.push(row as u32);
        }
    }

    /// The columns of keys, if there are any, and of items, as texts.
    fn columns(&mut self, kind: Nested) -> Vec<Column> {
        let mut values = Column::from_values(Values::Str(std::mem::take(&mut self.values)));
        self.nulls.iter().for_each(|item| values.set_null(*item));
        let keys = (kind == Nested::Map).then(|| Column::from_values(Values::Str(std::mem::take(&mut self.keys))));
        keys.into_iter().chain([values]).collect()
    }
}

/// The body of a lambda at work.
struct Body<'n> {
    function: LambdaFunction,
    node: &'n mut Node,
    data_type: &'n DataType,
    reads: &'n [Option<UnaryKernel>],
}

/// One evaluation over a batch.
struct Run<'n, 'c> {
    body: Body<'n>,
    captured: Vec<Operand<'c>>,
    made: Column,
    scratch: Vec<u8>,
}

/// Rows `rows` of a captured value.
fn captured_at(operand: &Operand<'_>, rows: &[u32]) -> Column {
    match operand {
        Operand::Constant(column) => broadcast(column, rows.len()),
        operand => operand.column().gather_rows(rows),
    }
}

/// Errors of items as errors of their rows.
fn hand_on(mut of_items: RowErrors, row_of: impl Fn(usize) -> usize, errors: &mut RowErrors) {
    if !of_items.is_empty() {
        of_items.take().into_iter().for_each(|error| errors.push(row_of(error.row as usize), error.reason));
    }
}

impl Run<'_, '_> {
    /// Rows that have nothing.
    fn nulls_before(&mut self, row: usize) {
        while self.made.len() < row {
            self.made.push_null();
        }
    }

    /// Takes the results of the rows that are laid out. Hot: once per batch.
    fn finish(&mut self, mut laid: Laid<'_>, errors: &mut RowErrors) {
        let count = laid.rows.len();
        let (all, mut of_items) = (Selection::All(count), RowErrors::default());
        let texts = laid.columns(self.body.function.nested());
        let read = |(text, read): (Column, &Option<UnaryKernel>)| match read {
            Some(read) if count > 0 => read(&text, Rows { len: count, selection: &all }, &mut of_items),
            _ => text,
        };
        let mut columns: Vec<Column> = texts.into_iter().zip(self.body.reads).map(read).collect();
        if self.body.function == F::Reduce {
            hand_on(of_items, |item| laid.rows[item] as usize, errors);
            return self.reduce(&laid, &columns[0], errors);
        }
        columns.extend(self.captured.iter().map(|operand| captured_at(operand, &laid.rows)));
        let batch = Batch::new(columns, count, 0);
        let given = match count {
            0 => Column::nulls(self.body.data_type, 0),
            _ => self.body.node.evaluate(&batch, &all, &mut of_items).into_column(count),
        };
        hand_on(of_items, |item| laid.rows[item] as usize, errors);
        let ends = laid.of.iter().skip(1).map(|(_, first, _)| *first).chain([count]);
        for ((row, first, json), end) in laid.of.iter().zip(ends) {
            self.nulls_before(*row);
            match self.body.function {
                F::AnyMatch => self.push_truth(any(&given, *first..end, true)),
                F::NoneMatch => self.push_truth(any(&given, *first..end, true).map(|found| !found)),
                F::AllMatch => self.push_truth(any(&given, *first..end, false).map(|found| !found)),
                _ => self.push_text(*row, *json, &given, *first..end, errors),
            }
        }
    }

    fn push_truth(&mut self, truth: Option<bool>) {
        self.made.push(&truth.map_or(Value::Null, Value::Bool));
    }

    /// What is given for the items of `json` as an array or a map. Hot: once per row.
    fn push_text(&mut self, row: usize, json: Json<'_>, given: &Column, items: Range<usize>, errors: &mut RowErrors) {
        let (first, out) = (items.start, &mut self.scratch);
        out.clear();
        let written = match self.body.function {
            F::Transform => write_items(given, items, self.body.data_type, out),
            F::Filter => filter_items(json, given, first, out),
            F::MapFilter => filter_entries(json, given, first, out),
            F::TransformValues => write_values(json, given, first, self.body.data_type, out),
            _ => write_keys(json, given, first, self.body.data_type, out),
        };
        match written {
            Ok(()) if out.len() <= TEXT_BYTES_MAX => return self.made.push_bytes(out),
            Ok(()) => errors.push(row, TOO_LONG),
            Err(reason) => errors.push(row, reason),
        }
        self.made.push_null();
    }

    /// Step by step, for all rows that have an item there.
    fn reduce(&mut self, laid: &Laid<'_>, items: &Column, errors: &mut RowErrors) {
        let rows: Vec<u32> = laid.of.iter().map(|(row, ..)| *row as u32).collect();
        let ends = laid.of.iter().skip(1).map(|(_, first, _)| *first).chain([laid.rows.len()]);
        let counts: Vec<usize> = laid.of.iter().zip(ends).map(|((_, first, _), end)| end - first).collect();
        let mut captured = self.captured.iter().map(|operand| captured_at(operand, &rows));
        let Some(mut so_far) = captured.next() else { return };
        so_far.validity.get_or_insert_with(|| Bitmap::filled(rows.len(), true));
        let captured: Vec<Column> = captured.collect();
        let mut of_rows = RowErrors::default();
        for step in 0..counts.iter().copied().max().unwrap_or(0) {
            let all = Selection::All(rows.len());
            let there = all.filter(|at| counts[at] > step);
            let item = |(count, (_, first, _)): (&usize, &(usize, usize, Json<'_>))| if *count > step { first + step } else { 0 };
            let places: Vec<u32> = counts.iter().zip(&laid.of).map(|pair| item(pair) as u32).collect();
            let columns = [so_far, items.gather_rows(&places)].into_iter().chain(captured.iter().cloned());
            let mut batch = Batch::new(columns.collect(), rows.len(), 0);
            let given = self.body.node.evaluate(&batch, &there, &mut of_rows).into_column(rows.len());
            so_far = batch.columns.swap_remove(0);
            lay(&mut so_far, &Operand::Owned(given), &there);
        }
        hand_on(of_rows, |at| rows[at] as usize, errors);
        for (at, row) in rows.iter().enumerate() {
            self.nulls_before(*row as usize);
            self.made.push(&so_far.value(at, self.body.data_type));
        }
    }
}

type Written = std::result::Result<(), &'static str>;

/// The truth of an item; `None` for NULL.
fn truth(given: &Column, item: usize) -> Option<bool> {
    match &given.values {
        Values::Bool(values) if !given.is_null(item) => Some(values[item]),
        _ => None,
    }
}

/// Whether one of them is `wanted`; NULL where none is and one is NULL.
fn any(given: &Column, mut items: Range<usize>, wanted: bool) -> Option<bool> {
    let mut is_open = false;
    let found = items.any(|item| {
        let truth = truth(given, item);
        is_open |= truth.is_none();
        truth == Some(wanted)
    });
    if is_open && !found { None } else { Some(found) }
}

fn comma(at: usize, out: &mut Vec<u8>) {
    if at > 0 {
        out.push(b',');
    }
}

fn write_items(given: &Column, items: Range<usize>, data_type: &DataType, out: &mut Vec<u8>) -> Written {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        comma(at, out);
        write_json_value(given, item, data_type, out);
    }
    out.push(b']');
    Ok(())
}

fn filter_items(json: Json<'_>, given: &Column, first: usize, out: &mut Vec<u8>) -> Written {
    out.push(b'[');
    let kept = json.items().enumerate().filter(|(at, _)| truth(given, first + at) == Some(true));
    for (at, (_, item)) in kept.enumerate() {
        comma(at, out);
        out.extend_from_slice(item.text().as_bytes());
    }
    out.push(b']');
    Ok(())
}

/// A key that is still escaped.
fn write_key(at: usize, key: &str, out: &mut Vec<u8>) {
    comma(at, out);
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

fn filter_entries(json: Json<'_>, given: &Column, first: usize, out: &mut Vec<u8>) -> Written {
    out.push(b'{');
    let kept = json.fields().enumerate().filter(|(at, _)| truth(given, first + at) == Some(true));
    for (at, (_, (key, value))) in kept.enumerate() {
        write_key(at, key, out);
        out.extend_from_slice(value.text().as_bytes());
    }
    out.push(b'}');
    Ok(())
}

fn write_values(json: Json<'_>, given: &Column, first: usize, data_type: &DataType, out: &mut Vec<u8>) -> Written {
    out.push(b'{');
    for (at, (key, _)) in json.fields().enumerate() {
        write_key(at, key, out);
        write_json_value(given, first + at, data_type, out);
    }
    out.push(b'}');
    Ok(())
}

fn write_keys(json: Json<'_>, given: &Column, first: usize, data_type: &DataType, out: &mut Vec<u8>) -> Written {
    let mut entries = Entries::default();
    for (at, (_, value)) in json.fields().enumerate() {
        if given.is_null(first + at) {
            return Err("a key of a MAP is NULL");
        }
        let mut key = Vec::new();
        write_part(given, first + at, data_type, &mut key);
        entries.put(key, value.text());
    }
    entries.write(out).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{BinaryOp, Program};

    const BIG: DataType = DataType::BigInt;

    #[test]
    fn functions_have_their_own_help() {
        for (help, function) in &FUNCTIONS {
            assert_eq!(function.help(), help);
            assert!(help.names().all(|name| LambdaFunction::named(name) == Some(*function)));
        }
    }

    fn array_of(item: &DataType) -> DataType {
        DataType::Array(Box::new(item.clone()))
    }

    /// `function(column 0, x -> x op column 1)` over arrays of BIGINT.
    fn call(function: LambdaFunction, op: BinaryOp, data_type: DataType) -> Expr {
        let body_type = if op == BinaryOp::Add { BIG } else { DataType::Boolean };
        let (left, right) = (Box::new(Expr::column(0, BIG)), Box::new(Expr::column(1, BIG)));
        let body = Expr::Binary { op, left, right, data_type: body_type };
        let lambda = Lambda { function, parameters: vec![("x".to_owned(), BIG)], body };
        let (nested, captured) = (Box::new(Expr::column(0, array_of(&BIG))), vec![Expr::column(1, BIG)]);
        Expr::Lambda { lambda: Box::new(lambda), nested, captured, data_type }
    }

    fn text(items: &[Option<i64>]) -> String {
        let item = |item: &Option<i64>| item.map_or("null".to_owned(), |item| item.to_string());
        format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(","))
    }

    /// By row: the items of an array, if there is one.
    type Arrays = Vec<Option<Vec<Option<i64>>>>;

    /// Arrays of up to `items_max` items and the numbers beside them.
    fn drawn(random: &mut fastrand::Rng, items_max: usize) -> (Arrays, Vec<Option<i64>>, Batch) {
        let rows = random.usize(1..40);
        let number = |random: &mut fastrand::Rng| (random.u8(..5) > 0).then(|| random.i64(-3..4));
        let array = |random: &mut fastrand::Rng| -> Option<Vec<Option<i64>>> {
            (random.u8(..6) > 0).then(|| (0..random.usize(..=items_max)).map(|_| number(random)).collect())
        };
        let arrays: Vec<_> = (0..rows).map(|_| array(random)).collect();
        let numbers: Vec<_> = (0..rows).map(|_| number(random)).collect();
        let (mut texts, mut beside) = (Column::with_capacity(&array_of(&BIG), rows), Column::with_capacity(&BIG, rows));
        for (array, number) in arrays.iter().zip(&numbers) {
            texts.push(&array.as_ref().map_or(Value::Null, |items| Value::text(text(items))));
            beside.push(&number.map_or(Value::Null, Value::Int));
        }
        (arrays, numbers, Batch::new(vec![texts, beside], rows, 0))
    }

    /// The first of two answers if an item is greater than the number, or is not, as `wanted` says; NULL if that is open.
    fn truth_of(items: &[Option<i64>], number: Option<i64>, wanted: bool, [found, else_found]: [bool; 2]) -> Value {
        let truths: Vec<Option<bool>> = items.iter().map(|item| Some(item.as_ref()? > number.as_ref()?)).collect();
        match () {
            () if truths.contains(&Some(wanted)) => Value::Bool(found),
            () if truths.contains(&None) => Value::Null,
            () => Value::Bool(else_found),
        }
    }

    /// Compares every function with a loop over the items of each row.
    fn check(seed: u64, items_max: usize) {
        type Naive = fn(&[Option<i64>], Option<i64>) -> Value;
        let naive: [(LambdaFunction, BinaryOp, DataType, Naive); 5] = [
            (F::Transform, BinaryOp::Add, array_of(&BIG), |items, number| {
                Value::text(text(&items.iter().map(|item| Some(item.as_ref()? + number?)).collect::<Vec<_>>()))
            }),
            (F::Filter, BinaryOp::Gt, array_of(&BIG), |items, number| {
                Value::text(text(&items.iter().copied().filter(|item| number.is_some() && *item > number).collect::<Vec<_>>()))
            }),
            (F::AnyMatch, BinaryOp::Gt, DataType::Boolean, |items, number| truth_of(items, number, true, [true, false])),
            (F::AllMatch, BinaryOp::Gt, DataType::Boolean, |items, number| truth_of(items, number, false, [false, true])),
            (F::NoneMatch, BinaryOp::Gt, DataType::Boolean, |items, number| truth_of(items, number, true, [false, true])),
        ];
        let mut random = fastrand::Rng::with_seed(seed);
        for (function, op, data_type, naive) in naive {
            let mut program = Program::compile(&call(function, op, data_type.clone())).expect("compiles");
            for _ in 0..20 {
                let (arrays, numbers, batch) = drawn(&mut random, items_max);
                let selection = Selection::All(batch.rows()).filter(|_| random.bool());
                let mut errors = RowErrors::default();
                let column = program.evaluate(&batch, &selection, &mut errors);
                assert!(errors.is_empty() && column.len() == batch.rows());
                for row in selection.iter() {
                    let expected = arrays[row].as_ref().map_or(Value::Null, |items| naive(items, numbers[row]));
                    assert_eq!(column.value(row, &data_type), expected, "{function:?} of {:?}, {:?}", arrays[row], numbers[row]);
                }
            }
        }
    }

    #[test]
    fn functions_of_a_lambda_agree_with_a_loop_over_the_items() {
        check(3, 5);
        check(4, 0);
        check(5, LAMBDA_ITEMS_MAX / 4);
    }

    #[test]
    fn reduce_agrees_with_a_loop_over_the_items() {
        // reduce(column 0, column 1, (a, x) -> coalesce(x, a) - a): the order of the steps matters.
        let coalesced = Expr::Coalesce { args: vec![Expr::column(1, BIG), Expr::column(0, BIG)], data_type: BIG };
        let (left, right) = (Box::new(coalesced), Box::new(Expr::column(0, BIG)));
        let body = Expr::Binary { op: BinaryOp::Subtract, left, right, data_type: BIG };
        let parameters = vec![("a".to_owned(), BIG), ("x".to_owned(), BIG)];
        let lambda = Box::new(Lambda { function: F::Reduce, parameters, body });
        let (nested, captured) = (Box::new(Expr::column(0, array_of(&BIG))), vec![Expr::column(1, BIG)]);
        let mut program = Program::compile(&Expr::Lambda { lambda, nested, captured, data_type: BIG }).expect("compiles");
        let mut random = fastrand::Rng::with_seed(6);
        for _ in 0..60 {
            let (arrays, numbers, batch) = drawn(&mut random, 6);
            let selection = Selection::All(batch.rows()).filter(|_| random.bool());
            let column = program.evaluate(&batch, &selection, &mut RowErrors::default());
            for row in selection.iter() {
                let step = |so_far: Option<i64>, item: &Option<i64>| Some(item.or(so_far)? - so_far?);
                let reduced = |items: &Vec<Option<i64>>| items.iter().fold(numbers[row], step).map_or(Value::Null, Value::Int);
                let expected = arrays[row].as_ref().map_or(Value::Null, reduced);
                assert_eq!(column.value(row, &BIG), expected, "{:?}, {:?}", arrays[row], numbers[row]);
            }
        }
    }

    #[test]
    fn an_item_that_fails_fails_its_row() {
        let mut program = Program::compile(&call(F::Transform, BinaryOp::Add, array_of(&BIG))).expect("compiles");
        let mut texts = Column::with_capacity(&array_of(&BIG), 4);
        ["[1]", "[9223372036854775807,1]", "[\"x\"]", "no array"].iter().for_each(|text| texts.push(&Value::text(*text)));
        let batch = Batch::new(vec![texts, Column::constant(&BIG, &Value::Int(1), 4)], 4, 0);
        let mut errors = RowErrors::default();
        let column = program.evaluate(&batch, &Selection::All(4), &mut errors);
        assert_eq!(column.value(0, &array_of(&BIG)), Value::text("[2]"));
        assert_eq!(column.value(3, &array_of(&BIG)), Value::Null);
        let failed: Vec<u32> = errors.take().iter().map(|error| error.row).collect();
        assert_eq!(failed, [1, 2]);
    }
}
