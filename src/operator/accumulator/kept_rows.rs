//! Functions that look at the rows of a group in an order: in that in which they came, in that of ORDER BY inside the call, or in that of their
//! values. All rows are kept, equal ones as a count; the first or last alone where rows only come and no other is asked for.
//!
//! A row is its place in the order, then its arguments, as bytes that are ordered as they are. Rows that ORDER BY leaves equal are ordered by
//! their arguments, so that the result is the same at any number of shards.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use super::ordered_bytes::{self, Direction, Zeros};
use super::packed::{read_bytes, read_count, write_bytes, write_count};
use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::text::{write_json_key, write_json_value, write_value};
use crate::batch::{Column, StrColumn, Values};
use crate::state::{GroupWords, RowStore};
use crate::types::relation::{AggregateCall, AggregateFunction, Distinct, Retracts};
use crate::types::{DataType, Value};

/// The accumulator of a function over rows in an order.
pub fn kept_rows(call: &AggregateCall, retracts: Retracts) -> Box<dyn Accumulator> {
    let shape = RowShape::new(call);
    match (&call.function, retracts) {
        (AggregateFunction::FirstValue | AggregateFunction::LastValue, Retracts::Never) => {
            Box::new(BestRow { last: call.function == AggregateFunction::LastValue, shape, best: Vec::new() })
        }
        _ => {
            let is_numbered = matches!(shape.place, Place::Arrival) && retracts == Retracts::Maybe;
            Box::new(KeptRows { shape, call: call.clone(), is_numbered, groups: Vec::new() })
        }
    }
}

/// Where a row stands among the others of its group.
enum Place {
    /// Behind those that came before it.
    Arrival,
    /// As ORDER BY says.
    Order(Vec<Direction>),
    /// By its arguments.
    Value,
}

/// How rows become bytes.
struct RowShape {
    place: Place,
    /// Types of the arguments.
    types: Vec<DataType>,
    /// Where rows are told apart by their values, equal ones are one.
    zeros: Zeros,
    scratch: Vec<u8>,
}

/// Bytes of the number of a row in the order of arrival.
const ARRIVAL_BYTES: usize = size_of::<u64>();

/// Bytes at the end of a row that say where its arguments begin.
const TAIL_BYTES: usize = size_of::<u32>();

impl RowShape {
    fn new(call: &AggregateCall) -> Self {
        use AggregateFunction as F;
        let by_value = matches!(call.function, F::Collect | F::Mode | F::PercentileCont | F::PercentileDisc);
        let place = match call.order.as_slice() {
            _ if by_value => Place::Value,
            // As PostgreSQL, which sorts values to tell them apart.
            [] if call.distinct == Distinct::Distinct => Place::Value,
            [] => Place::Arrival,
            order => Place::Order(
                order.iter().map(|key| Direction { descending: key.descending, nulls_first: key.nulls_first }).collect(),
            ),
        };
        let by_value = by_value || call.distinct == Distinct::Distinct;
        let zeros = if by_value { Zeros::Alike } else { Zeros::Signed };
        Self { place, types: call.argument_types.clone(), zeros, scratch: Vec::new() }
    }

    /// The bytes of row `row`, number `arrival` of all, whose columns are those of arguments and order.
    fn write(&mut self, columns: &[&Column], row: usize, arrival: u64) -> &[u8] {
        let (arguments, order) = columns.split_at(self.types.len());
        self.scratch.clear();
        match &self.place {
            Place::Arrival => self.scratch.extend_from_slice(&arrival.to_be_bytes()),
            Place::Order(directions) => {
                order
                    .iter()
                    .zip(directions)
                    .for_each(|(c, direction)| ordered_bytes::write(&mut self.scratch, c, row, *direction, Zeros::Alike));
            }
            Place::Value => {}
        }
        let at = self.scratch.len() as u32;
        arguments.iter().for_each(|c| ordered_bytes::write(&mut self.scratch, c, row, Direction::ASCENDING, self.zeros));
        self.scratch.extend_from_slice(&at.to_be_bytes());
        &self.scratch
    }

    fn columns(&self) -> Vec<Column> {
        self.types.iter().map(|t| Column::with_capacity(t, 0)).collect()
    }
}

/// The arguments of a row, still as bytes.
fn arguments_of(row: &[u8]) -> &[u8] {
    let (rest, tail) = row.split_at(row.len().saturating_sub(TAIL_BYTES));
    let at = tail.try_into().map_or(0, u32::from_be_bytes) as usize;
    rest.get(at..).unwrap_or_default()
}

/// Reads the arguments of a row onto columns.
fn read_arguments(row: &[u8], columns: &mut [Column]) {
    let mut bytes = arguments_of(row);
    columns.iter_mut().for_each(|column| ordered_bytes::read(&mut bytes, column));
}

/// The first or last row of each group.
struct BestRow {
    last: bool,
    shape: RowShape,
    best: Vec<Option<Box<[u8]>>>,
}

fn raise(best: &mut Option<Box<[u8]>>, row: &[u8], last: bool) {
    let is_better = |best: &[u8]| if last { row >= best } else { row < best };
    if best.as_deref().is_none_or(is_better) {
        *best = Some(row.into());
    }
}

impl Accumulator for BestRow {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.best, bound);
    }
    fn reset(&mut self, group: usize) {
        self.best[group] = None;
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let Self { shape, best, last } = self;
        rows.for_each(|row, group, _| raise(&mut best[group], shape.write(arguments, row, rows.arrived + row as u64), *last));
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let mut column = StrColumn::with_capacity(groups.len());
        groups.numbers().iter().for_each(|group| column.push(self.best[*group as usize].as_deref().unwrap_or_default()));
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            if !packed.bytes(row).is_empty() {
                raise(&mut self.best[group], packed.bytes(row), self.last);
            }
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        let mut columns = self.shape.columns();
        for group in groups.numbers() {
            match &self.best[*group as usize] {
                Some(row) => read_arguments(row, &mut columns[..1]),
                None => columns[0].push_null(),
            }
        }
        columns.swap_remove(0)
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.best) + self.best.iter().flatten().map(|row| row.len()).sum::<usize>()
    }
}

/// All rows of each group.
struct KeptRows {
    shape: RowShape,
    call: AggregateCall,
    /// Whether rows that are numbered as they came may be taken back.
    is_numbered: bool,
    groups: Vec<Group>,
}

/// Rows in order, with counts.
#[derive(Clone, Default)]
struct Group {
    rows: BTreeMap<Box<[u8]>, i64>,
    /// Where rows are numbered as they came and may be taken back: their numbers by their arguments.
    numbers: BTreeMap<Box<[u8]>, Numbers>,
    bytes: usize,
}

/// The numbers of equal rows.
#[derive(Clone, Default)]
struct Numbers {
    there: VecDeque<u64>,
    /// Rows that were taken back before they came.
    owed: u64,
}

/// Bytes of a row besides its own.
const ROW_BYTES: usize = size_of::<(Box<[u8]>, i64)>();

impl Group {
    fn add(&mut self, row: &[u8], count: i64) {
        match self.rows.entry(row.into()) {
            Entry::Vacant(place) => {
                place.insert(count);
                self.bytes += row.len() + ROW_BYTES;
            }
            Entry::Occupied(mut place) => {
                // What wraps, which frequencies can make, comes back when it is taken back.
                *place.get_mut() = place.get().wrapping_add(count);
                if *place.get() == 0 {
                    place.remove();
                    self.bytes -= row.len() + ROW_BYTES;
                }
            }
        }
    }

    /// Adds a row by its number, or takes the first one with its arguments back.
    fn add_numbered(&mut self, row: &mut [u8], sign: i64) {
        let arguments = arguments_of(row);
        if !self.numbers.contains_key(arguments) {
            self.numbers.insert(arguments.into(), Numbers::default());
        }
        let Some(numbers) = self.numbers.get_mut(arguments) else { return };
        let number = row.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let known = match sign > 0 {
            true if numbers.owed > 0 => {
                numbers.owed -= 1;
                None
            }
            true => {
                numbers.there.push_back(number);
                Some(number)
            }
            false => numbers.there.pop_front().or_else(|| {
                numbers.owed += 1;
                None
            }),
        };
        if numbers.there.is_empty() && numbers.owed == 0 {
            let arguments: Box<[u8]> = arguments.into();
            self.numbers.remove(&arguments);
        }
        if let Some(number) = known {
            row[..ARRIVAL_BYTES].copy_from_slice(&number.to_be_bytes());
            self.add(row, sign);
        }
    }

    /// The arguments of the rows in order, each as often as it is there.
    fn columns(&self, shape: &RowShape) -> Vec<Column> {
        let mut columns = shape.columns();
        for (row, count) in &self.rows {
            (0..*count).for_each(|_| read_arguments(row, &mut columns));
        }
        columns
    }

    fn there(&self) -> impl DoubleEndedIterator<Item = (&[u8], i64)> {
        self.rows.iter().filter(|(_, count)| **count > 0).map(|(row, count)| (&**row, *count))
    }

    /// The row at place `at` of all, from 0.
    fn nth(&self, mut at: i64, descending: bool) -> Option<&[u8]> {
        let find = |(_, count): &(&[u8], i64)| {
            let is_here = at < *count;
            at -= if is_here { 0 } else { *count };
            is_here
        };
        let found = if descending { self.there().rev().find(find) } else { self.there().find(find) };
        found.map(|(row, _)| row)
    }
}

impl KeptRows {
    fn push_result(&self, group: &Group, fed: i64, out: &mut Column) {
        use AggregateFunction as F;
        let descending = self.call.order.first().is_some_and(|key| key.descending);
        let one = |row: Option<&[u8]>, out: &mut Column| match row {
            Some(row) => read_arguments(row, std::slice::from_mut(out)),
            None => out.push_null(),
        };
        match self.call.function {
            F::Collect => self.push_counts(group, out),
            _ if fed <= 0 || self.call.constants.as_slice() == [Value::Null] => out.push_null(),
            F::FirstValue => one(group.there().next().map(|(row, _)| row), out),
            F::LastValue => one(group.there().next_back().map(|(row, _)| row), out),
            F::Mode => {
                let best = group.there().fold(None, |best: Option<(&[u8], i64)>, (row, count)| match best {
                    Some((_, most)) if most >= count => best,
                    _ => Some((row, count)),
                });
                one(best.map(|(row, _)| row), out);
            }
            F::PercentileDisc | F::PercentileCont => {
                let counted = || group.there().fold(0i64, |sum, (_, count)| sum.saturating_add(count));
                match if self.is_weighted() { counted() } else { fed } {
                    count @ 1.. => self.push_percentiles(group, count, descending, out),
                    _ => out.push_null(),
                }
            }
            F::StringAgg => self.push_text(group, out),
            _ => self.push_json(group, out),
        }
    }

    /// Whether the last argument says how often a row counts.
    fn is_weighted(&self) -> bool {
        self.call.function == AggregateFunction::PercentileCont && self.call.arguments.len() == 2
    }

    /// The value at the fraction, half where there is none, among `count`; an array of values where the result is one of what is counted.
    fn push_percentiles(&self, group: &Group, count: i64, descending: bool, out: &mut Column) {
        let fraction = |constant: Option<&Value>| match constant {
            Some(Value::Double(fraction)) => *fraction,
            _ => 0.5,
        };
        let value_type = &self.call.argument_types[0];
        if self.call.data_type == *value_type {
            return self.push_percentile(group, count, fraction(self.call.constants.first()), descending, out);
        }
        let mut values = Column::with_capacity(value_type, self.call.constants.len());
        let mut text = vec![b'['];
        for (at, constant) in self.call.constants.iter().enumerate() {
            text.extend_from_slice(if at > 0 { b"," } else { b"" });
            match constant {
                Value::Null => values.push_null(),
                constant => self.push_percentile(group, count, fraction(Some(constant)), descending, &mut values),
            }
            write_json_value(&values, at, value_type, &mut text);
        }
        text.push(b']');
        out.push_bytes(&text);
    }

    fn push_percentile(&self, group: &Group, count: i64, fraction: f64, descending: bool, out: &mut Column) {
        if self.call.function == AggregateFunction::PercentileCont {
            return self.push_between(group, count, fraction, descending, out);
        }
        let at = (fraction * count as f64).ceil() as i64;
        match group.nth((at - 1).clamp(0, count - 1), descending) {
            Some(row) => read_arguments(row, std::slice::from_mut(out)),
            None => out.push_null(),
        }
    }

    /// What stands at a fraction of the way from the first to the last, between two rows.
    fn push_between(&self, group: &Group, count: i64, fraction: f64, descending: bool, out: &mut Column) {
        let way = fraction * (count - 1) as f64;
        let mut pair = Column::with_capacity(&DataType::Double, 2);
        for at in [way.floor(), way.ceil()] {
            match group.nth(at as i64, descending) {
                Some(row) => read_arguments(row, std::slice::from_mut(&mut pair)),
                None => return out.push_null(),
            }
        }
        if let (Values::F64(pair), Values::F64(out)) = (&pair.values, &mut out.values) {
            let part = way - way.floor();
            out.push(if part == 0.0 { pair[0] } else { pair[0] + (pair[1] - pair[0]) * part });
        }
        out.mark_valid();
    }

    fn push_text(&self, group: &Group, out: &mut Column) {
        let columns = group.columns(&self.shape);
        let mut text = Vec::new();
        let separator = match self.call.constants.first() {
            Some(Value::Str(separator)) => separator.as_bytes(),
            _ => &[],
        };
        for row in 0..columns[0].len() {
            match columns.get(1).map(|column| (&column.values, column.is_null(row))) {
                _ if row == 0 => {}
                Some((Values::Str(own), false)) => text.extend_from_slice(own.bytes(row)),
                Some(_) => {}
                None => text.extend_from_slice(separator),
            }
            write_value(&columns[0], row, &self.call.argument_types[0], &mut text);
        }
        out.push_bytes(&text);
    }

    /// An array of the arguments, or an object of keys and values.
    fn push_json(&self, group: &Group, out: &mut Column) {
        let columns = group.columns(&self.shape);
        let is_object = self.call.function == AggregateFunction::ObjectAgg;
        let mut text = vec![if is_object { b'{' } else { b'[' }];
        let value_at = usize::from(is_object);
        for row in 0..columns[0].len() {
            if row > 0 {
                text.push(b',');
            }
            if is_object {
                write_json_key(&columns[0], row, &self.call.argument_types[0], &mut text);
            }
            write_json_value(&columns[value_at], row, &self.call.argument_types[value_at], &mut text);
        }
        text.push(if is_object { b'}' } else { b']' });
        out.push_bytes(&text);
    }

    /// An object of the arguments, with how often each is there.
    fn push_counts(&self, group: &Group, out: &mut Column) {
        let mut columns = self.shape.columns();
        group.there().for_each(|(row, _)| read_arguments(row, &mut columns));
        let mut text = vec![b'{'];
        for (row, (_, count)) in group.there().enumerate() {
            if row > 0 {
                text.push(b',');
            }
            write_json_key(&columns[0], row, &self.call.argument_types[0], &mut text);
            text.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
        }
        text.push(b'}');
        out.push_bytes(&text);
    }
}

impl Accumulator for KeptRows {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.groups, bound);
    }
    fn reset(&mut self, group: usize) {
        self.groups[group] = Group::default();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let times = match arguments.get(1).map(|column| &column.values) {
            Some(Values::I64(frequencies)) if self.is_weighted() => Some(frequencies),
            _ => None,
        };
        let Self { shape, groups, is_numbered, .. } = self;
        rows.for_each(|row, group, sign| {
            let bytes = shape.write(arguments, row, rows.arrived + row as u64);
            match *is_numbered {
                true => groups[group].add_numbered(&mut bytes.to_vec(), sign),
                false => groups[group].add(bytes, times.map_or(sign, |times| sign.wrapping_mul(times[row]))),
            }
        });
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            for (row, count) in &self.groups[*group as usize].rows {
                write_count(&mut bytes, *count);
                write_bytes(&mut bytes, row);
            }
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            let mut bytes = packed.bytes(row);
            while !bytes.is_empty() {
                let (count, row) = (read_count(&mut bytes), read_bytes(&mut bytes));
                match self.is_numbered {
                    true => (0..count.abs()).for_each(|_| self.groups[group].add_numbered(&mut row.to_vec(), count.signum())),
                    false => self.groups[group].add(row, count),
                }
            }
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let mut column = Column::with_capacity(&self.call.data_type, groups.len());
        for (group, fed) in groups.numbers().iter().zip(fed) {
            self.push_result(&self.groups[*group as usize], *fed, &mut column);
        }
        column
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.groups) + self.groups.iter().map(|group| group.bytes + group.numbers.len() * ROW_BYTES).sum::<usize>()
    }
}
