//! What the tables of a case are given.

use std::collections::BTreeMap;

use super::Case;
use crate::batch::RowKind;
use crate::error::{Error, Result};
use crate::plan::parse::{NamedTypes, on_large_stack, parse};
use crate::plan::statement::{ColumnDefKind, Statement};
use crate::source::memory::MemoryEvent;
use crate::types::{DataType, Value, decimal, time, uuid};

/// Events of tables, by split.
pub type Inputs = BTreeMap<String, Vec<Vec<MemoryEvent>>>;

/// Names and types of the columns of a table that come from outside.
pub type Columns = Vec<(String, DataType)>;

/// Those of every table that a case makes; of one that cannot be read, nothing: it fails when it is run.
pub fn tables(case: &Case) -> BTreeMap<String, Columns> {
    let mut tables = BTreeMap::new();
    let parsed = on_large_stack(|| parse(&case.sql, &mut NamedTypes::default(), &mut case.params.clone()));
    for statement in parsed.unwrap_or_default() {
        if let Statement::CreateTable(table) = statement {
            let columns = table.columns.iter().filter_map(|c| match &c.kind {
                ColumnDefKind::Physical { data_type, .. } => Some((c.name.text.clone(), data_type.clone())),
                _ => None,
            });
            tables.insert(table.name.text.clone(), columns.collect());
        }
    }
    tables
}

/// The events of a case.
pub fn inputs(case: &Case) -> Result<Inputs> {
    let tables = tables(case);
    let mut inputs = Inputs::new();
    for (head, lines) in &case.events {
        let wrong = |why: String| Error::config(format!("case {}: '{head}': {why}", case.name));
        let words: Vec<&str> = head.split_whitespace().collect();
        let numbered = words.get(2).and_then(|word| word.parse::<usize>().ok());
        let splits = inputs.entry(words[1].to_owned()).or_default();
        let split = numbered.unwrap_or(0);
        splits.resize_with(splits.len().max(split + 1), Vec::new);
        if words[0] == "watermark" {
            let text = words[if numbered.is_some() { 3 } else { 2 }..].join(" ");
            let at = time::parse_timestamp(text.as_bytes()).ok_or_else(|| wrong(format!("'{text}' is no time")))?;
            splits[split].push(MemoryEvent::Watermark(at));
            continue;
        }
        let columns = tables.get(words[1]).ok_or_else(|| wrong(format!("the SQL makes no table {}", words[1])))?;
        let row = |line: &str| row(line, columns).map_err(&wrong);
        let change = |line: &String| {
            let (symbol, rest) = line.split_at_checked(2).unwrap_or((line, ""));
            let kind = kind(symbol).ok_or_else(|| wrong(format!("'{symbol}' is none of +I, -U, +U, -D")))?;
            Ok((kind, row(rest)?))
        };
        splits[split].push(match words[0] {
            "changes" => MemoryEvent::Changes(lines.iter().map(change).collect::<Result<_>>()?),
            _ => MemoryEvent::Rows(lines.iter().map(|line| row(line)).collect::<Result<_>>()?),
        });
    }
    Ok(inputs)
}

fn row(line: &str, columns: &Columns) -> std::result::Result<Vec<Value>, String> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    if cells.len() != columns.len() {
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        return Err(format!("'{line}' has {} cells for {} columns: {}", cells.len(), columns.len(), names.join(", ")));
    }
    let cell = |(cell, (name, data_type)): (&&str, &(String, DataType))| {
        value(cell, data_type).ok_or_else(|| format!("'{cell}' is no {data_type} for column {name}"))
    };
    cells.iter().zip(columns).map(cell).collect()
}

fn value(text: &str, data_type: &DataType) -> Option<Value> {
    let bytes = text.as_bytes();
    Some(match data_type {
        _ if text == "NULL" => Value::Null,
        DataType::Boolean => Value::Bool(text.parse().ok()?),
        DataType::Float | DataType::Double => Value::Double(text.parse().ok()?),
        DataType::Decimal { precision, scale } => Value::Decimal(decimal::parse(bytes, *precision, *scale)?),
        DataType::Date => Value::Int(time::parse_date(bytes)?.into()),
        DataType::Uuid => Value::Decimal(uuid::parse(bytes)?),
        DataType::Time(_) => Value::Int(time::parse_time(bytes)?),
        DataType::Timestamp(_) | DataType::TimestampLtz(_) => Value::Int(time::parse_timestamp(bytes)?),
        // What is fed is text.
        DataType::Bitmap => return None,
        integer if integer.is_integer() => Value::Int(text.parse().ok()?),
        _ => Value::text(text),
    })
}

fn kind(symbol: &str) -> Option<RowKind> {
    let kinds = [RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete];
    kinds.into_iter().find(|kind| kind.symbol() == symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_rows_is_named() {
        let check = |head: &str, line: &str, part: &str| {
            let sql = "CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'memory');".to_owned();
            let events = vec![(head.to_owned(), vec![line.to_owned()])];
            let error = inputs(&Case { name: "x".to_owned(), sql, events, ..Case::default() }).expect_err(line).to_string();
            assert!(error.contains(part), "{error}");
        };
        check("rows t", "1", "case x: 'rows t': '1' has 1 cells for 2 columns: a, b");
        check("rows t", "one | a", "'one' is no INT for column a");
        check("rows u", "1 | a", "the SQL makes no table u");
        check("changes t", "1 | a", "'1 ' is none of +I, -U, +U, -D");
        check("watermark t soon", "", "'soon' is no time");
    }
}
