//! MIN and MAX of every type. Where rows are only added the best value stands alone; where they may be taken back, an ordered
//! multiset does. NaN is the greatest number, as in PostgreSQL.

use std::collections::BTreeMap;

use super::{Accumulator, Rows, bytes_of, grow};
use crate::batch::{Column, Values};
use crate::state::cell::{double_bits, float_bits};
use crate::types::relation::{AggregateFunction, Retracts};
use crate::types::{DataType, Value};

/// A value in its order; one type of column holds one variant only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i128),
    Text(Box<[u8]>),
}

fn ordered_double(value: f64) -> i128 {
    let bits = double_bits(value) as i64;
    i128::from(bits ^ (((bits >> 63) as u64) >> 1) as i64)
}

fn double_of(key: i128) -> f64 {
    let bits = key as i64;
    f64::from_bits((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64)
}

fn key(values: &Values, row: usize) -> Key {
    Key::Number(match values {
        Values::Bool(v) => v[row].into(),
        Values::I8(v) => v[row].into(),
        Values::I16(v) => v[row].into(),
        Values::I32(v) => v[row].into(),
        Values::I64(v) => v[row].into(),
        Values::F32(v) => ordered_double(f64::from(f32::from_bits(float_bits(v[row])))),
        Values::F64(v) => ordered_double(v[row]),
        Values::I128(v) => v[row],
        Values::Str(v) => return Key::Text(v.bytes(row).into()),
    })
}

/// Whether value `row` is beyond `best`, without making a key of text.
#[inline]
fn beats(values: &Values, row: usize, best: &Key, max: bool) -> bool {
    let order = match (values, best) {
        (Values::Str(v), Key::Text(best)) => v.bytes(row).cmp(best),
        (values, best) => key(values, row).cmp(best),
    };
    if max { order.is_gt() } else { order.is_lt() }
}

fn push(out: &mut Column, key: Option<&Key>) {
    let value = match (key, &mut out.values) {
        (None, _) => Value::Null,
        (Some(Key::Number(n)), Values::Bool(_)) => Value::Bool(*n != 0),
        (Some(Key::Number(n)), Values::F32(_) | Values::F64(_)) => Value::Double(double_of(*n)),
        (Some(Key::Number(n)), Values::I128(_)) => Value::Decimal(*n),
        (Some(Key::Number(n)), _) => Value::Int(*n as i64),
        (Some(Key::Text(text)), Values::Str(v)) => {
            v.push(text);
            return out.mark_valid();
        }
        (Some(Key::Text(_)), _) => Value::Null,
    };
    out.push(&value);
}

struct Single {
    best: Vec<Option<Key>>,
    max: bool,
}

struct Multiset {
    values: Vec<BTreeMap<Key, i64>>,
    max: bool,
}

/// The accumulator of MIN or MAX.
pub fn extreme(function: AggregateFunction, _argument: &DataType, retracts: Retracts) -> Box<dyn Accumulator> {
    let max = function == AggregateFunction::Max;
    match retracts {
        Retracts::Never => Box::new(Single { best: Vec::new(), max }),
        Retracts::Maybe => Box::new(Multiset { values: Vec::new(), max }),
    }
}

impl Accumulator for Single {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.best, bound);
    }
    fn reset(&mut self, group: usize) {
        self.best[group] = None;
    }
    fn update(&mut self, argument: Option<&Column>, rows: &Rows<'_>, _failed: &mut Vec<u32>) {
        let (Some(column), best, max) = (argument, &mut self.best, self.max) else { return };
        rows.for_each(|row, group, _| {
            let best = &mut best[group];
            if best.as_ref().is_none_or(|best| beats(&column.values, row, best, max)) {
                *best = Some(key(&column.values, row));
            }
        });
    }
    fn write(&self, groups: &[u32], out: &mut Column) {
        groups.iter().for_each(|g| push(out, self.best[*g as usize].as_ref()));
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.best)
    }
}

impl Accumulator for Multiset {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.values, bound);
    }
    fn reset(&mut self, group: usize) {
        self.values[group].clear();
    }
    fn update(&mut self, argument: Option<&Column>, rows: &Rows<'_>, _failed: &mut Vec<u32>) {
        let (Some(column), sets) = (argument, &mut self.values) else { return };
        rows.for_each(|row, group, sign| {
            let key = key(&column.values, row);
            let count = sets[group].entry(key.clone()).or_insert(0);
            *count += sign;
            if *count == 0 {
                sets[group].remove(&key);
            }
        });
    }
    fn write(&self, groups: &[u32], out: &mut Column) {
        for group in groups {
            let mut present = self.values[*group as usize].iter().filter(|(_, count)| **count > 0).map(|(key, _)| key);
            push(out, if self.max { present.next_back() } else { present.next() });
        }
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.values) + self.values.iter().map(|set| set.len() * size_of::<(Key, i64)>()).sum::<usize>()
    }
}
