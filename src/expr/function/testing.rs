//! Calls of library functions as SQL would make them, for the tests of the families: arguments are cast as `resolve` says.

use super::lookup;
use crate::batch::text::write_value;
use crate::batch::{Batch, Column, Selection};
use crate::expr::{CastFailure, Expr, Program, RowErrors, evaluate_constant};
use crate::types::{DataType, Value};

/// A constant with its type.
pub(super) fn text(text: &str) -> (Value, DataType) {
    (Value::text(text), DataType::STRING)
}

/// A BIGINT.
pub(super) fn int(number: i64) -> (Value, DataType) {
    (Value::Int(number), DataType::BigInt)
}

/// A DOUBLE.
pub(super) fn double(number: f64) -> (Value, DataType) {
    (Value::Double(number), DataType::Double)
}

/// A constant of another type, read from text as CAST does.
pub(super) fn typed(text: &str, data_type: DataType) -> (Value, DataType) {
    let value = evaluate_constant(&Expr::Cast {
        input: Box::new(Expr::Literal { value: Value::text(text), data_type: DataType::STRING }),
        data_type: data_type.clone(),
        on_failure: CastFailure::RowError,
    });
    (value.ok().flatten().unwrap_or_else(|| panic!("{text} as {data_type}")), data_type)
}

/// A bare NULL.
pub(super) fn null() -> (Value, DataType) {
    (Value::Null, DataType::Null)
}

/// An ARRAY<BIGINT>, as JSON.
pub(super) fn array(json: &str) -> (Value, DataType) {
    (Value::text(json), DataType::Array(Box::new(DataType::BigInt)))
}

/// Compares what the call gives.
#[track_caller]
pub(super) fn check(name: &str, args: &[(Value, DataType)], expected: &str) {
    assert_eq!(evaluate(name, args), expected, "{name} of {args:?}");
}

/// What the call gives, as text: `NULL`, the value as `print` shows it, or `error: reason`. The arguments stand in the first
/// and last row of three, with NULLs between them, and must give the same twice.
pub(super) fn evaluate(name: &str, args: &[(Value, DataType)]) -> String {
    let function = lookup(name).unwrap_or_else(|| panic!("no {name}"));
    let types: Vec<DataType> = args.iter().map(|(_, t)| t.clone()).collect();
    let (wanted, data_type) = (function.resolve)(&types).unwrap_or_else(|| panic!("{name} does not take {types:?}"));
    let columns = args.iter().zip(&wanted).map(|((value, given), wanted)| {
        let given = if *given == DataType::Null { wanted } else { given };
        let mut column = Column::constant(given, value, 1);
        column.push_null();
        column.push(value);
        column
    });
    let batch = Batch::new(columns.collect(), 3, 1);
    let args = types.iter().zip(wanted).enumerate().map(|(index, (given, wanted))| match given {
        DataType::Null => Expr::column(index, wanted),
        given if *given == wanted => Expr::column(index, wanted),
        given => {
            let input = Box::new(Expr::column(index, given.clone()));
            Expr::Cast { input, data_type: wanted, on_failure: CastFailure::RowError }
        }
    });
    let call = Expr::Call { function: function.into(), args: args.collect(), data_type: data_type.clone() };
    let mut errors = RowErrors::default();
    let column = Program::compile(&call).expect("compiles").evaluate(&batch, &Selection::All(3), &mut errors);
    assert_eq!(column.len(), 3);
    let errors = errors.take();
    let show = |row: usize| match errors.iter().find(|e| e.row as usize == row) {
        Some(error) => format!("error: {}", error.reason),
        None if column.is_null(row) => "NULL".to_owned(),
        None => {
            let mut out = Vec::new();
            write_value(&column, row, &data_type, &mut out);
            String::from_utf8(out).expect("text")
        }
    };
    if function.deterministic {
        assert_eq!(show(0), show(2), "{name} gives the same for the same");
    }
    if !args_may_be_null(name) && !types.is_empty() {
        assert_eq!(show(1), "NULL", "{name} of NULL");
    }
    show(0)
}

/// Checks what the call gives for arguments of text.
pub(super) fn check_of_texts(name: &str, args: &[&str], expected: &str) {
    let args: Vec<_> = args.iter().map(|arg| text(arg)).collect();
    assert_eq!(evaluate(name, &args), expected, "{name} of {args:?}");
}

fn args_may_be_null(name: &str) -> bool {
    name.starts_with("IS_JSON")
        || name.starts_with("NUM_")
        || ["ARRAY", "MAP", "ROW", "UNNEST", "QUOTE_NULLABLE", "ARRAY_CAT", "TYPEOF", "PG_TYPEOF"].contains(&name)
        || name.contains("JSON_ARRAY")
        || name.contains("JSON_OBJECT")
        || name.contains("_BUILD_")
        || name.ends_with("_IGNORE_NULLS")
        || name.starts_with("$POPULATED")
}
