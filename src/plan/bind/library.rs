//! The seam to the function library and to constant evaluation.

use crate::error::Result;
use crate::expr::{Expr, ScalarFunction};
use crate::types::Value;

pub fn lookup(_name: &str) -> Option<&'static ScalarFunction> {
    None
}

pub fn names() -> Vec<&'static str> {
    Vec::new()
}

pub fn evaluate_constant(expr: &Expr) -> Result<Option<Value>> {
    crate::expr::evaluate_constant(expr)
}

pub fn data_type(ast: &sqlparser::ast::DataType) -> Result<crate::types::DataType> {
    use crate::types::DataType as T;
    use sqlparser::ast::DataType as A;
    Ok(match ast {
        A::Int(_) => T::Int,
        A::BigInt(_) => T::BigInt,
        A::Double(_) => T::Double,
        A::Timestamp(..) => T::Timestamp(3),
        _ => T::STRING,
    })
}
