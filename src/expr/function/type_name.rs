//! The name of the type of an argument: that of this system, which is Flink's, and that of PostgreSQL.

use super::kernel::kernel;
use super::signature::function;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("TYPEOF", "(value [, TRUE])", "The type of the value; it is in full, with TRUE and without")
        .example("TYPEOF(CAST(1.5 AS DECIMAL(10, 2)))", "DECIMAL(10, 2)")
        .of(type_and_flag, |t, _| always(t[0].to_string())),
    function("PG_TYPEOF", "(value)", "The type of the value as PostgreSQL calls it")
        .example("PG_TYPEOF(1)", "integer")
        .of(any_type, |t, _| always(postgres_name(&t[0]))),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn any_type(given: &[DataType]) -> Resolved {
    let [_] = given else { return None };
    Some((given.to_vec(), DataType::STRING))
}

fn type_and_flag(given: &[DataType]) -> Resolved {
    let ([_] | [_, DataType::Boolean]) = given else { return None };
    Some((given.to_vec(), DataType::STRING))
}

/// The same for every row, and for NULL, which has a type, too.
fn always(name: String) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        call.null_by_first(0).write(|_, out| {
            out.extend_from_slice(name.as_bytes());
            Ok(Some(()))
        })
    })
}

fn postgres_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Null => "unknown",
        DataType::Boolean => "boolean",
        DataType::TinyInt | DataType::SmallInt => "smallint",
        DataType::Int => "integer",
        DataType::BigInt => "bigint",
        DataType::Float => "real",
        DataType::Double => "double precision",
        DataType::Decimal { .. } => "numeric",
        DataType::Varchar(_) => "character varying",
        DataType::Bytes => "bytea",
        DataType::Date => "date",
        DataType::Time(_) => "time without time zone",
        DataType::Timestamp(_) => "timestamp without time zone",
        DataType::TimestampLtz(_) => "timestamp with time zone",
        DataType::IntervalDay | DataType::IntervalMonth => "interval",
        DataType::Array(item) => return format!("{}[]", postgres_name(item)),
        DataType::Uuid => "uuid",
        DataType::Bitmap => "bitmap",
        DataType::Row(_) => "record",
        DataType::Json | DataType::Map(..) | DataType::Multiset(_) => "jsonb",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{double, evaluate, int, null, text};
    use super::*;
    use crate::types::Value;

    #[test]
    fn types_have_names() {
        let array = (Value::text("[]"), DataType::Array(Box::new(DataType::Int)));
        let decimal = (Value::Decimal(1), DataType::Decimal { precision: 5, scale: 2 });
        for (value, own, postgres) in [
            (int(1), "BIGINT", "bigint"),
            (double(1.0), "DOUBLE", "double precision"),
            (text("a"), "STRING", "character varying"),
            (array, "ARRAY<INT>", "integer[]"),
            (decimal, "DECIMAL(5, 2)", "numeric"),
            (null(), "NULL", "unknown"),
        ] {
            assert_eq!(evaluate("TYPEOF", std::slice::from_ref(&value)), own);
            assert_eq!(evaluate("PG_TYPEOF", &[value]), postgres);
        }
    }
}
