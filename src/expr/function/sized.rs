//! Values brought to the lengths in the name of their type, behind a cast.

use super::kernel::strings;
use super::signature::internal;
use crate::batch::{Column, Selection};
use crate::expr::cast::sized;
use crate::expr::operand::{Rows, UnaryKernel};
use crate::expr::{Kernel, RowErrors, ScalarFunction};
use crate::types::{DataType, Lengths, Representation};

/// The one function. Its second argument is a constant, the lengths as `Lengths` writes them.
pub(super) static FUNCTIONS: &[ScalarFunction] =
    &[internal(SIZED, types, |types, _| Ok(Box::new(Sized { data_type: types[0].clone(), kernel: None })))];

/// Its name, which nobody can write.
pub const SIZED: &str = "$SIZED";

fn types(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [value, DataType::Varchar(_)] = given else { return None };
    (value.representation() == Representation::Str).then(|| (given.to_vec(), value.clone()))
}

struct Sized {
    data_type: DataType,
    /// Made for the first row.
    kernel: Option<UnaryKernel>,
}

impl Kernel for Sized {
    fn evaluate(&mut self, args: &[&Column], len: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        let Some(row) = selection.iter().next() else { return args[0].clone() };
        let lengths = || Lengths::read(strings(args[1]).text(row));
        let kernel = self.kernel.get_or_insert_with(|| sized(&self.data_type, &lengths()));
        kernel(args[0], Rows { len, selection }, errors)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, text};
    use super::*;
    use crate::types::Value;

    fn check(value: &str, data_type: DataType, lengths: &str, expected: &str) {
        assert_eq!(evaluate(SIZED, &[(Value::text(value), data_type), text(lengths)]), expected, "{value} {lengths}");
    }

    #[test]
    fn lengths_hold_where_they_stand() {
        let array = |item: DataType| DataType::Array(Box::new(item));
        let code = DataType::Varchar(Some(3));
        check("ab", DataType::Bytes, "BINARY(3)", "616200");
        check(r#"["a",null,"abcd","\u00e9\""]"#, array(code.clone()), "CHAR(3)", r#"["a  ",null,"abc","é\" "]"#);
        check(r#"["YWI=","YWJjZA=="]"#, array(DataType::Bytes), "BINARY(3)", r#"["YWIA","YWJj"]"#);
        let row = DataType::Row(vec![("n".to_owned(), DataType::Int), ("c".to_owned(), array(code.clone()))]);
        check(r#"{"n":1,"c":["a"]}"#, row, "- CHAR(3)", r#"{"n":1,"c":["a  "]}"#);
        let map = DataType::Map(Box::new(code.clone()), Box::new(DataType::Int));
        check(r#"{"a":1,"b":2}"#, map.clone(), "CHAR(3) -", r#"{"a  ":1,"b  ":2}"#);
        let keyed = DataType::Map(Box::new(array(code.clone())), Box::new(DataType::Int));
        check(r#"{"[\"abcd\",null]":1}"#, keyed, "CHAR(3) -", r#"{"[\"abc\",null]":1}"#);
        check(r#"{"a":1,"a ":2}"#, map, "CHAR(3) -", "error: two keys of a MAP become the same");
    }
}
