//! MIN and MAX of every type. Where rows are only added the best value stands alone, numbers in the row store; where they may be taken
//! back, an ordered multiset does. NaN is the greatest number, as in PostgreSQL.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::packed::{read_bytes, read_count, write_bytes, write_count};
use super::row_op::{OF_RANKS, rank_of_integer};
use super::{Accumulator, Offer, RowOp, Rows, Verdict, bytes_of, grow, nulls_where_unfed};
use crate::batch::{Column, StrColumn, Values};
use crate::state::cell::{double_bits, float_bits};
use crate::state::{GroupWords, RowStore, put_wide, wide};
use crate::types::relation::{AggregateCall, AggregateFunction, Retracts};
use crate::types::{DataType, Representation, Value};

/// A value in its order; one type of column holds one variant only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i128),
    Text(Box<[u8]>),
}

fn key(values: &Values, row: usize) -> Key {
    Key::Number(match values {
        Values::Bool(v) => v[row].into(),
        Values::I8(v) => v[row].into(),
        Values::I16(v) => v[row].into(),
        Values::I32(v) => v[row].into(),
        Values::I64(v) => v[row].into(),
        Values::F32(v) => order_of_double(f64::from(f32::from_bits(float_bits(v[row])))).into(),
        Values::F64(v) => order_of_double(v[row]).into(),
        Values::I128(v) => v[row],
        Values::Str(v) => return Key::Text(v.bytes(row).into()),
    })
}

fn push(out: &mut Column, key: Option<&Key>) {
    let value = match (key, &mut out.values) {
        (None, _) => Value::Null,
        (Some(Key::Number(n)), Values::Bool(_)) => Value::Bool(*n != 0),
        (Some(Key::Number(n)), Values::F32(_) | Values::F64(_)) => Value::Double(double_of_order(*n as i64)),
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

/// The accumulator of MIN or MAX.
pub fn extreme(call: &AggregateCall, retracts: Retracts, next_word: &mut usize) -> Box<dyn Accumulator> {
    let (max, at) = (call.function == AggregateFunction::Max, *next_word);
    match (retracts, call.argument_types[0].representation()) {
        (Retracts::Maybe, _) => Box::new(Multiset { values: Vec::new(), data_type: call.data_type.clone(), max }),
        (Retracts::Never, Representation::Str) => Box::new(BestText { best: Vec::new(), max }),
        (Retracts::Never, Representation::I128) => {
            *next_word += 2;
            Box::new(BestDecimal { at, max })
        }
        (Retracts::Never, representation) => {
            *next_word += 1;
            Box::new(BestNumber { at, representation, max })
        }
    }
}

/// The greatest of ranks: numbers as words in their order, or against it for MIN. 0 is the least rank, so that an empty group needs
/// no other mark than that it was fed nothing.
struct BestNumber {
    at: usize,
    representation: Representation,
    max: bool,
}

/// As `BestNumber`, in two words, the low one first.
struct BestDecimal {
    at: usize,
    max: bool,
}

/// The best text of each group.
struct BestText {
    best: Vec<Option<Box<[u8]>>>,
    max: bool,
}

struct Multiset {
    values: Vec<BTreeMap<Key, i64>>,
    data_type: DataType,
    max: bool,
}

fn integer_of_rank(rank: u64) -> i64 {
    (rank ^ (1 << 63)) as i64
}

/// Doubles as integers in their order.
#[inline]
pub fn order_of_double(value: f64) -> i64 {
    let bits = double_bits(value) as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn double_of_order(order: i64) -> f64 {
    f64::from_bits((order ^ (((order >> 63) as u64) >> 1) as i64) as u64)
}

impl BestNumber {
    /// Hot: once per row.
    fn raise<T: Copy>(&self, store: &mut RowStore, values: &[T], rows: Rows<'_>, order: impl Fn(T) -> i64) {
        let (stride, at, flip) = (store.stride(), self.at, if self.max { 0 } else { u64::MAX });
        let words = store.words_mut();
        rows.for_each_value(values, |group, value, _| {
            let word = &mut words[group * stride + at];
            *word = (*word).max(rank_of_integer(order(value)) ^ flip);
        });
    }
}

impl Accumulator for BestNumber {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        match arguments.first().map(|column| &column.values) {
            Some(Values::Bool(v)) => self.raise(store, v, rows, i64::from),
            Some(Values::I8(v)) => self.raise(store, v, rows, i64::from),
            Some(Values::I16(v)) => self.raise(store, v, rows, i64::from),
            Some(Values::I32(v)) => self.raise(store, v, rows, i64::from),
            Some(Values::I64(v)) => self.raise(store, v, rows, |value| value),
            Some(Values::F32(v)) => self.raise(store, v, rows, |x| order_of_double(f64::from(f32::from_bits(float_bits(x))))),
            Some(Values::F64(v)) => self.raise(store, v, rows, order_of_double),
            _ => {}
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, arguments: &[&'a Column]) -> Offer<'a> {
        let flip = if self.max { 0 } else { u64::MAX };
        match arguments.first().map(|column| &column.values) {
            Some(Values::I32(v)) => Offer::Step(RowOp::RaiseI32(self.at, v, flip)),
            Some(Values::I64(v)) => Offer::Step(RowOp::RaiseI64(self.at, v, flip)),
            Some(Values::F64(v)) => Offer::Step(RowOp::RaiseF64(self.at, v, flip)),
            _ => Offer::Update,
        }
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::I64(groups.map(self.at, |rank| rank as i64)))]
    }
    fn state_op<'a>(&mut self, states: &'a [Column]) -> Offer<'a> {
        let Values::I64(ranks) = &states[0].values else { return Offer::Update };
        Offer::Step(RowOp::RaiseI64(self.at, ranks, OF_RANKS))
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        if let Values::I64(ranks) = &states[0].values {
            let (stride, words) = (store.stride(), store.words_mut());
            rows.for_each_value(ranks, |group, rank, _| {
                let word = &mut words[group * stride + self.at];
                *word = (*word).max(rank as u64);
            });
        }
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let flip = if self.max { 0 } else { u64::MAX };
        let best = groups.map(self.at, |word| integer_of_rank(word ^ flip)).into_iter();
        let values = match self.representation {
            Representation::Bool => Values::Bool(best.map(|n| n > 0).collect()),
            Representation::I8 => Values::I8(best.map(|n| n as i8).collect()),
            Representation::I16 => Values::I16(best.map(|n| n as i16).collect()),
            Representation::I32 => Values::I32(best.map(|n| n as i32).collect()),
            Representation::F32 => Values::F32(best.map(|n| double_of_order(n) as f32).collect()),
            Representation::F64 => Values::F64(best.map(double_of_order).collect()),
            _ => Values::I64(best.collect()),
        };
        nulls_where_unfed(Column::from_values(values), fed)
    }
}

impl BestDecimal {
    fn raise(&self, store: &mut RowStore, column: &Column, rows: Rows<'_>, rank: impl Fn(i128) -> u128) {
        let (stride, words) = (store.stride(), store.words_mut());
        if let Values::I128(values) = &column.values {
            rows.for_each_value(values, |group, value, _| {
                let pair = &mut words[group * stride + self.at..][..2];
                let best = (wide(pair) as u128).max(rank(value));
                put_wide(pair, best as i128);
            });
        }
    }

    fn rank(&self, value: i128) -> u128 {
        let rank = value as u128 ^ (1 << 127);
        if self.max { rank } else { !rank }
    }

    fn value(&self, rank: u128) -> i128 {
        let rank = if self.max { rank } else { !rank };
        (rank ^ (1 << 127)) as i128
    }
}

impl Accumulator for BestDecimal {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        self.raise(store, arguments[0], rows, |value| self.rank(value));
        Verdict::Sound
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::I128(groups.map_wide(self.at, |rank| rank)))]
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        self.raise(store, &states[0], rows, |rank| rank as u128);
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let best = groups.map_wide(self.at, |rank| self.value(rank as u128));
        nulls_where_unfed(Column::from_values(Values::I128(best)), fed)
    }
}

impl Accumulator for BestText {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.best, bound);
    }
    fn reset(&mut self, group: usize) {
        self.best[group] = None;
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let (best, max) = (&mut self.best, self.max);
        if let Some(Values::Str(values)) = arguments.first().map(|column| &column.values) {
            rows.for_each(|row, group, _| {
                let (best, text) = (&mut best[group], values.bytes(row));
                if best.as_deref().is_none_or(|best| if max { text > best } else { text < best }) {
                    *best = Some(text.into());
                }
            });
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let mut column = Column::with_capacity(&DataType::Bytes, groups.len());
        for group in groups.numbers() {
            match (&self.best[*group as usize], &mut column.values) {
                (Some(text), Values::Str(texts)) => {
                    texts.push(text);
                    column.mark_valid();
                }
                _ => column.push_null(),
            }
        }
        vec![column]
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let there = rows.selection.filter(|row| !states[0].is_null(row));
        self.update(store, &[&states[0]], Rows { selection: &there, ..rows })
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let mut texts = StrColumn::with_capacity(groups.len());
        groups.numbers().iter().for_each(|group| texts.push(self.best[*group as usize].as_deref().unwrap_or_default()));
        nulls_where_unfed(Column::from_values(Values::Str(texts)), fed)
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.best) + self.best.iter().flatten().map(|text| text.len()).sum::<usize>()
    }
}

fn add(set: &mut BTreeMap<Key, i64>, key: Key, added: i64) {
    match set.entry(key) {
        Entry::Vacant(place) => {
            place.insert(added);
        }
        Entry::Occupied(mut place) => {
            *place.get_mut() += added;
            if *place.get() == 0 {
                place.remove();
            }
        }
    }
}

impl Accumulator for Multiset {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.values, bound);
    }
    fn reset(&mut self, group: usize) {
        self.values[group].clear();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let (Some(column), sets) = (arguments.first(), &mut self.values) else { return Verdict::Sound };
        rows.for_each(|row, group, sign| add(&mut sets[group], key(&column.values, row), sign));
        Verdict::Sound
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            for (key, count) in &self.values[*group as usize] {
                write_count(&mut bytes, *count);
                match key {
                    Key::Number(n) => write_bytes(&mut bytes, &n.to_le_bytes()),
                    Key::Text(text) => write_bytes(&mut bytes, text),
                }
            }
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let is_text = self.data_type.representation() == Representation::Str;
        let (Values::Str(packed), sets) = (&states[0].values, &mut self.values) else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            let mut bytes = packed.bytes(row);
            while !bytes.is_empty() {
                let (count, key) = (read_count(&mut bytes), read_bytes(&mut bytes));
                let number = || key.try_into().map_or(0, i128::from_le_bytes);
                add(&mut sets[group], if is_text { Key::Text(key.into()) } else { Key::Number(number()) }, count);
            }
        });
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        let mut column = Column::with_capacity(&self.data_type, groups.len());
        groups.numbers().iter().for_each(|group| {
            let mut present = self.values[*group as usize].iter().filter(|(_, count)| **count > 0).map(|(key, _)| key);
            push(&mut column, if self.max { present.next_back() } else { present.next() });
        });
        column
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.values) + self.values.iter().map(|set| set.len() * size_of::<(Key, i64)>()).sum::<usize>()
    }
}
