//! DataFusion's side: a table as arrays of Arrow, a query's rows as texts.

use std::sync::Arc;

use corelane::types::Value;
use datafusion::arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int16Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray, TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::{DataFusionError, Result};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::table::{Column, Table, Type};

/// The rows of a query over the table `t`, every value as the engine writes it but for floats.
pub fn rows_of(sql: &str, table: &Table) -> Result<Vec<Vec<String>>> {
    let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    let columns = table.columns.iter().enumerate().map(|(at, column)| (&column.name, array(table, at, column), true));
    context.register_batch("t", RecordBatch::try_from_iter_with_nullable(columns)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let batches = runtime.block_on(async { context.sql(sql).await?.collect().await })?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|column| text(column, row)).collect::<Result<_>>()?);
        }
    }
    Ok(rows)
}

/// Whether DataFusion says that it cannot do this.
pub fn is_beyond_datafusion(error: &DataFusionError) -> bool {
    matches!(error.find_root(), DataFusionError::NotImplemented(_))
}

fn array(table: &Table, at: usize, column: &Column) -> ArrayRef {
    let values = || table.rows.iter().map(|row| &row[at]);
    let whole = || values().map(|value| if let Value::Int(n) = value { Some(*n) } else { None });
    let small = || whole().map(|n| n.map(|n| i32::try_from(n).expect("a small number")));
    match column.data_type {
        Type::Bool => {
            Arc::new(values().map(|value| if let Value::Bool(b) = value { Some(*b) } else { None }).collect::<BooleanArray>())
        }
        Type::SmallInt => Arc::new(small().map(|n| n.map(|n| i16::try_from(n).expect("a small number"))).collect::<Int16Array>()),
        Type::Int => Arc::new(small().collect::<Int32Array>()),
        Type::BigInt => Arc::new(whole().collect::<Int64Array>()),
        Type::Decimal => {
            let units = values().map(|value| if let Value::Decimal(units) = value { Some(*units) } else { None });
            Arc::new(units.collect::<Decimal128Array>().with_precision_and_scale(10, 2).expect("a decimal"))
        }
        Type::Double | Type::WildDouble => {
            // DataFusion tells -0.0 from 0.0, which the sum of both is not.
            Arc::new(
                values().map(|value| if let Value::Double(d) = value { Some(*d + 0.0) } else { None }).collect::<Float64Array>(),
            )
        }
        Type::Text => {
            let texts = values().map(|value| if let Value::Str(s) = value { Some(s.to_string()) } else { None });
            Arc::new(texts.collect::<StringArray>())
        }
        Type::Date => Arc::new(small().collect::<Date32Array>()),
        Type::Time => Arc::new(whole().map(|n| n.map(|n| n / 1_000_000)).collect::<TimestampMillisecondArray>()),
    }
}

/// A value; a list as JSON.
fn text(array: &ArrayRef, row: usize) -> Result<String> {
    if array.is_null(row) {
        return Ok("NULL".to_owned());
    }
    if let Some(list) = array.as_any().downcast_ref::<ListArray>() {
        let items = list.value(row);
        let items: Vec<String> = (0..items.len()).map(|at| json(&items, at)).collect::<Result<_>>()?;
        return Ok(format!("[{}]", items.join(",")));
    }
    let options = FormatOptions::new().with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.3f"));
    Ok(ArrayFormatter::try_new(array, &options)?.value(row).to_string())
}

fn json(array: &ArrayRef, row: usize) -> Result<String> {
    let text = text(array, row)?;
    let is_bare = matches!(array.data_type(), DataType::Boolean | DataType::Decimal128(..)) || array.data_type().is_numeric();
    Ok(if array.is_null(row) {
        "null".to_owned()
    } else if is_bare {
        text
    } else {
        format!("\"{text}\"")
    })
}
