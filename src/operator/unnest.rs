//! A row for each item of an array or a multiset, or each entry of a map: behind the columns of the input but its last, which is what is
//! taken apart, stand the item as text (key and value of an entry) and its number, from 1. Stateless, on the core that holds the rows.

use super::{Operator, Output, set_aside};
use crate::batch::{Batch, Column, RowKind, Selection, Values};
use crate::error::Result;
use crate::expr::function::Json;
use crate::limits::{BATCH_ROWS_DEFAULT, MULTISET_ITEMS_MAX};
use crate::types::DataType;
use crate::types::relation::{JoinKind, Nested, OnError};

/// Takes arrays or maps apart.
pub struct Unnest {
    nested: Nested,
    /// `Left` gives out a row without items too, with NULLs for them; `Inner` does not.
    kind: JoinKind,
    input_types: Vec<DataType>,
    on_error: OnError,
    item_type: DataType,
    items: Items,
}

/// How many items a multiset has; `None` if it is none, or has too many.
fn items_of_multiset(json: Json<'_>) -> Option<i32> {
    let mut counts = json.members(Nested::Multiset)?.map(|(_, count)| times(count));
    counts.try_fold(0, |items: i32, times| items.checked_add(times?)).filter(|items| *items <= MULTISET_ITEMS_MAX)
}

/// How often an item of a multiset is there.
fn times(count: Json<'_>) -> Option<i32> {
    count.text().parse().ok().filter(|times| *times >= 0)
}

/// What an item is in the text.
#[derive(Clone, Copy)]
enum Item<'a> {
    Value(Json<'a>),
    /// Still escaped.
    Key(&'a str),
}

/// Items that are not given out yet.
struct Items {
    /// By item: the row that it is of.
    rows: Vec<u32>,
    /// The keys of entries; of no length where items have none.
    keys: Column,
    values: Column,
    ordinals: Column,
    /// The text at hand.
    text: Vec<u8>,
}

impl Unnest {
    /// Of the last of these columns.
    pub fn new(nested: Nested, kind: JoinKind, input_types: Vec<DataType>, on_error: OnError) -> Self {
        debug_assert!(matches!(kind, JoinKind::Inner | JoinKind::Left));
        let item_type = match input_types.last() {
            Some(DataType::Array(item) | DataType::Map(_, item)) => (**item).clone(),
            _ => DataType::STRING,
        };
        Self { nested, kind, input_types, on_error, item_type, items: Items::new() }
    }

    /// Gives out the items found so far. Hot: once per batch.
    fn give(&mut self, batch: &Batch, out: &mut Output) {
        let Items { rows, keys, values, ordinals, .. } = std::mem::replace(&mut self.items, Items::new());
        let selection = Selection::Rows(rows);
        let own = &batch.columns[..batch.columns.len() - 1];
        let mut columns: Vec<Column> = own.iter().map(|column| column.gather(&selection)).collect();
        columns.extend((self.nested == Nested::Map).then_some(keys));
        columns.extend([values, ordinals]);
        let mut given = batch.gather_around(columns, &selection);
        // The rows of an update need not have as many items as those before it.
        for kind in given.kinds.iter_mut().flatten() {
            *kind = if kind.sign() > 0 { RowKind::Insert } else { RowKind::Delete };
        }
        out.emit(given);
    }

    /// Finds the items of a row; `None` where it holds something else. NULL has none. Hot: once per row.
    fn take(&mut self, column: &Column, row: usize) -> Option<usize> {
        let (Values::Str(texts), false) = (&column.values, column.is_null(row)) else { return Some(0) };
        let json = Json::new(texts.text(row))?;
        if self.nested == Nested::Multiset {
            items_of_multiset(json)?;
        }
        let mut ordinal = 0;
        for (key, value) in json.members(self.nested)? {
            let (key, item, times) = match self.nested {
                Nested::Array => (None, Item::Value(value), 1),
                Nested::Map => (Some(key), Item::Value(value), 1),
                Nested::Multiset => (None, Item::Key(key), times(value)?),
            };
            for _ in 0..times {
                ordinal += 1;
                self.items.push(row, key, item, ordinal, &self.item_type);
            }
        }
        Some(ordinal as usize)
    }
}

impl Items {
    fn new() -> Self {
        let text = || Column::with_capacity(&DataType::STRING, 0);
        let ordinals = Column::with_capacity(&DataType::Int, 0);
        Self { rows: Vec::new(), keys: text(), values: text(), ordinals, text: Vec::new() }
    }

    fn push(&mut self, row: usize, key: Option<&str>, item: Item<'_>, ordinal: i32, item_type: &DataType) {
        self.rows.push(row as u32);
        if let Some(key) = key {
            self.text.clear();
            Json::write_key(key, &mut self.text);
            self.keys.push_bytes(&self.text);
        }
        self.text.clear();
        let is_null = match item {
            Item::Value(value) => value.write_as(item_type, &mut self.text).is_none(),
            Item::Key(key) => {
                Json::write_key(key, &mut self.text);
                false
            }
        };
        match is_null {
            true => self.values.push_null(),
            false => self.values.push_bytes(&self.text),
        }
        if let Values::I32(ordinals) = &mut self.ordinals.values {
            ordinals.push(ordinal);
        }
        self.ordinals.mark_valid();
    }

    /// A row without items.
    fn push_nulls(&mut self, row: usize) {
        self.rows.push(row as u32);
        [&mut self.keys, &mut self.values, &mut self.ordinals].into_iter().for_each(Column::push_null);
    }
}

impl Operator for Unnest {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let Some(column) = batch.columns.last() else { return Ok(()) };
        for row in 0..batch.rows() {
            match (self.take(column, row), self.kind) {
                (None, _) => {
                    let reason = format!("what is to be unnested is no {}", self.nested.name());
                    set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?;
                }
                (Some(0), JoinKind::Left) => self.items.push_nulls(row),
                (Some(0), _) => out.filtered_rows += 1,
                _ => {}
            }
            if self.items.rows.len() >= BATCH_ROWS_DEFAULT {
                self.give(&batch, out);
            }
        }
        self.give(&batch, out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::text::row_text;
    use crate::types::Value;

    fn unnested(nested: Nested, kind: JoinKind, rows: &[(i64, Value)]) -> (Vec<String>, Output) {
        let mut columns = [DataType::BigInt, DataType::Json].map(|data_type| Column::with_capacity(&data_type, 0));
        for (number, text) in rows {
            columns[0].push(&Value::Int(*number));
            columns[1].push(text);
        }
        let batch = Batch::new(columns.into(), rows.len(), 1);
        let types = vec![DataType::BigInt, DataType::Json];
        let mut operator = Unnest::new(nested, kind, types, OnError::SetAside);
        let mut out = Output::default();
        operator.process(batch, &mut out).expect("no failure");
        let mut types = vec![DataType::BigInt, DataType::STRING, DataType::Int];
        types.splice(1..1, (nested == Nested::Map).then_some(DataType::STRING));
        let texts = |batch: &Batch| (0..batch.rows()).map(|row| row_text(batch, row, &types)).collect::<Vec<_>>();
        (out.batches.iter().flat_map(texts).collect(), out)
    }

    fn check(nested: Nested, kind: JoinKind, text: &str, wanted: &[&str]) {
        assert_eq!(unnested(nested, kind, &[(7, Value::text(text))]).0, wanted, "{text}");
    }

    #[test]
    fn items_come_out_in_their_order() {
        check(
            Nested::Array,
            JoinKind::Inner,
            r#"[3, "a\"b", null, {"x": [1]}]"#,
            &["[7, 3, 1]", "[7, a\"b, 2]", "[7, NULL, 3]", "[7, {\"x\": [1]}, 4]"],
        );
        check(Nested::Multiset, JoinKind::Inner, r#"{"k": 1, "\u00e9": 2, "z": 0}"#, &["[7, k, 1]", "[7, é, 2]", "[7, é, 3]"]);
        check(Nested::Map, JoinKind::Inner, r#"{"k": 1, "\u00e9": null}"#, &["[7, k, 1, 1]", "[7, é, NULL, 2]"]);
    }

    #[test]
    fn rows_without_items_fall_or_stay() {
        for (nested, empty) in [(Nested::Array, "[]"), (Nested::Map, "{}")] {
            let rows = [(1, Value::text(empty)), (2, Value::Null)];
            let (given, out) = unnested(nested, JoinKind::Inner, &rows);
            assert_eq!((given.len(), out.filtered_rows, out.aside.len()), (0, 2, 0));
            let (given, out) = unnested(nested, JoinKind::Left, &rows);
            assert_eq!((given.len(), out.filtered_rows, out.aside.len()), (2, 0, 0));
        }
    }

    #[test]
    fn what_is_neither_goes_aside() {
        let rows = [(1, Value::text("[1")), (2, Value::text("{}")), (3, Value::text("[5]"))];
        let (given, out) = unnested(Nested::Array, JoinKind::Left, &rows);
        assert_eq!(given, ["[3, 5, 1]"]);
        assert_eq!(out.aside.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["[1, [1]", "[2, {}]"]);
        let counts = [r#"{"a":1,"b":-1}"#, r#"{"a":1,"b":2000000}"#, r#"{"a":1,"b":"1"}"#, "[1]", r#"{"a":1}"#];
        let rows: Vec<(i64, Value)> = (0..).zip(counts.map(Value::text)).collect();
        let (given, out) = unnested(Nested::Multiset, JoinKind::Left, &rows);
        assert_eq!((given, out.aside.len()), (vec!["[4, a, 1]".to_owned()], 4));
    }

    #[test]
    fn long_arrays_come_in_several_batches_and_leave_nothing_behind() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut operator = Unnest::new(Nested::Array, JoinKind::Inner, vec![DataType::Int, DataType::Json], OnError::SetAside);
        for round in 0..10 {
            let lengths: Vec<usize> = (0..50).map(|_| random.usize(0..200)).collect();
            let mut arrays = Column::with_capacity(&DataType::Json, 0);
            for length in &lengths {
                let items: Vec<String> = (0..*length).map(|n| n.to_string()).collect();
                arrays.push(&Value::text(format!("[{}]", items.join(",")).as_str()));
            }
            let numbers = Column::from_values(Values::I32((0..50).collect()));
            let mut out = Output::default();
            operator.process(Batch::new(vec![numbers, arrays], 50, round), &mut out).expect("no failure");
            let given: usize = out.batches.iter().map(Batch::rows).sum();
            assert_eq!(given, lengths.iter().sum::<usize>());
            assert!(out.batches.iter().all(|batch| batch.rows() < BATCH_ROWS_DEFAULT + 200));
            assert!(operator.items.rows.is_empty() && operator.state_bytes() == 0);
        }
    }

    #[test]
    fn updates_become_rows_that_go_and_rows_that_come() {
        let mut arrays = Column::with_capacity(&DataType::Json, 0);
        ["[1]", "[1, 2]"].iter().for_each(|text| arrays.push(&Value::text(*text)));
        let mut batch = Batch::new(vec![arrays], 2, 1);
        batch.kinds = Some(vec![RowKind::UpdateBefore, RowKind::UpdateAfter]);
        let mut out = Output::default();
        let mut operator = Unnest::new(Nested::Array, JoinKind::Inner, vec![DataType::Json], OnError::SetAside);
        operator.process(batch, &mut out).expect("no failure");
        assert_eq!(out.batches[0].kinds, Some(vec![RowKind::Delete, RowKind::Insert, RowKind::Insert]));
    }
}
