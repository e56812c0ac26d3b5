//! `x IN (list)`: a hash set for a long list of constants, else one comparison after the other over the rows still open.
//!
//! TRUE if some item equals; else NULL if `x` or some item is NULL; else FALSE.

use hashbrown::HashSet;

use super::compare::{self, keep};
use super::node::Node;
use super::operand::{Operand, Rows};
use super::{BinaryOp, RowErrors};
use crate::batch::{Batch, Bitmap, Column, Selection, Values};

/// Constant items from which a hash set pays.
const SET_ITEMS_MIN: usize = 5;

/// A compiled IN.
pub(super) struct InList {
    input: Box<Node>,
    items: Items,
}

enum Items {
    Each(Vec<Node>),
    Set { set: Set, has_null: HasNull },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HasNull {
    Yes,
    No,
}

/// The constants that are not NULL.
enum Set {
    Numbers(HashSet<i128>),
    Strings(HashSet<Box<[u8]>>),
}

impl InList {
    /// Of an input and items of its type.
    pub fn new(input: Node, items: Vec<Node>) -> Self {
        let constants: Option<Vec<&Column>> =
            items.iter().map(|item| if let Node::Constant(c) = item { Some(c) } else { None }).collect();
        let items = match constants {
            Some(constants) if constants.len() >= SET_ITEMS_MIN => {
                let has_null = if constants.iter().any(|c| c.is_null(0)) { HasNull::Yes } else { HasNull::No };
                Items::Set { set: Set::of(constants.into_iter().filter(|c| !c.is_null(0))), has_null }
            }
            _ => Items::Each(items),
        };
        Self { input: Box::new(input), items }
    }

    /// Evaluates on the selected rows. Hot: once per batch.
    pub fn evaluate(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Column {
        let input = self.input.evaluate(batch, selection, errors);
        let rows = batch.rows();
        if input.is_constant_null() {
            return Column::nulls(&crate::types::DataType::Boolean, rows);
        }
        match &mut self.items {
            Items::Set { set, has_null } => {
                let found = set.search(&input, Rows { len: rows, selection });
                let validity = validity(&input, *has_null, &found);
                Column { values: Values::Bool(found), validity }
            }
            Items::Each(items) => each(&input, items, batch, selection, errors),
        }
    }
}

/// Which outcomes are known: where an item is NULL, only the rows that were found.
fn validity(input: &Operand<'_>, has_null: HasNull, found: &[bool]) -> Option<Bitmap> {
    match (input.validity(), has_null) {
        (validity, HasNull::No) => validity.cloned(),
        (None, HasNull::Yes) => Some(found.iter().copied().collect()),
        (Some(valid), HasNull::Yes) => Some(valid.and(&found.iter().copied().collect())),
    }
}

fn each(input: &Operand<'_>, items: &mut [Node], batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Column {
    let rows = batch.rows();
    let mut found = vec![false; rows];
    let mut unknown = vec![false; rows];
    let valid = input.validity();
    let mut open = keep(selection, |row| valid.is_none_or(|v| v.get(row)));
    for item in items {
        if open.is_empty() {
            break;
        }
        let item = item.evaluate(batch, &open, errors);
        if item.is_constant_null() {
            open.iter().for_each(|row| unknown[row] = true);
            continue;
        }
        if let Some(valid) = item.validity() {
            open.iter().filter(|row| !valid.get(*row)).for_each(|row| unknown[row] = true);
        }
        let equal = compare::select(BinaryOp::Eq, input, &item, Rows { len: rows, selection: &open });
        equal.iter().for_each(|row| found[row] = true);
        open = keep(&open, |row| !found[row]);
    }
    let known = (0..rows).map(|row| valid.is_none_or(|v| v.get(row)) & (found[row] | !unknown[row])).collect();
    Column { values: Values::Bool(found), validity: Some(known) }
}

/// A float as a number that is the same for equal floats: all NaNs are one, and so are both zeros.
fn float_key(value: f64) -> i128 {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    i128::from(value.to_bits())
}

impl Set {
    fn of<'a>(constants: impl Iterator<Item = &'a Column>) -> Self {
        let mut numbers = HashSet::new();
        let mut strings: HashSet<Box<[u8]>> = HashSet::new();
        for constant in constants {
            match &constant.values {
                Values::Bool(v) => numbers.insert(i128::from(v[0])),
                Values::I8(v) => numbers.insert(i128::from(v[0])),
                Values::I16(v) => numbers.insert(i128::from(v[0])),
                Values::I32(v) => numbers.insert(i128::from(v[0])),
                Values::I64(v) => numbers.insert(i128::from(v[0])),
                Values::F32(v) => numbers.insert(float_key(f64::from(v[0]))),
                Values::F64(v) => numbers.insert(float_key(v[0])),
                Values::I128(v) => numbers.insert(v[0]),
                Values::Str(v) => strings.insert(v.bytes(0).into()),
            };
        }
        if strings.is_empty() { Set::Numbers(numbers) } else { Set::Strings(strings) }
    }

    fn search(&self, input: &Operand<'_>, rows: Rows<'_>) -> Vec<bool> {
        let at = |row: usize| if input.is_constant() { 0 } else { row };
        let mut found = vec![false; rows.len];
        let mut mark = |holds: &dyn Fn(usize) -> bool| rows.selection.iter().for_each(|row| found[row] = holds(at(row)));
        match (self, &input.column().values) {
            (Set::Numbers(set), Values::Bool(v)) => mark(&|i| set.contains(&i128::from(v[i]))),
            (Set::Numbers(set), Values::I8(v)) => mark(&|i| set.contains(&i128::from(v[i]))),
            (Set::Numbers(set), Values::I16(v)) => mark(&|i| set.contains(&i128::from(v[i]))),
            (Set::Numbers(set), Values::I32(v)) => mark(&|i| set.contains(&i128::from(v[i]))),
            (Set::Numbers(set), Values::I64(v)) => mark(&|i| set.contains(&i128::from(v[i]))),
            (Set::Numbers(set), Values::F32(v)) => mark(&|i| set.contains(&float_key(f64::from(v[i])))),
            (Set::Numbers(set), Values::F64(v)) => mark(&|i| set.contains(&float_key(v[i]))),
            (Set::Numbers(set), Values::I128(v)) => mark(&|i| set.contains(&v[i])),
            (Set::Strings(set), Values::Str(v)) => mark(&|i| set.contains(v.bytes(i))),
            _ => {}
        }
        found
    }
}
