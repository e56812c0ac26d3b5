//! Operators of PostgreSQL that are functions of the library: powers and bits, what arrays have in common, the parts of JSON; and `<=>`.

use sqlparser::ast::{self, BinaryOperator as Binary, UnaryOperator as Unary};

use super::coercion::{cast, constant_cast, is_text_literal};
use super::expr::{ExprBinder, text};
use super::function::library_call;
use super::operator::binary;
use super::prepared::checked;
use super::scope::span_of;
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::types::{DataType, Value};

/// The function that an operator before its argument is.
pub fn function_of_sign(op: ast::UnaryOperator) -> Option<&'static str> {
    Some(match op {
        Unary::BitwiseNot => "BITNOT",
        Unary::PGSquareRoot => "SQRT",
        Unary::PGCubeRoot => "CBRT",
        Unary::PGAbs => "ABS",
        _ => return None,
    })
}

/// The function that an operator of two numbers is.
fn function_of_numbers(op: &Binary) -> Option<&'static str> {
    Some(match op {
        Binary::PGExp => "POWER",
        Binary::BitwiseAnd => "BITAND",
        Binary::BitwiseOr => "BITOR",
        Binary::PGBitwiseXor => "BITXOR",
        Binary::PGBitwiseShiftLeft => "SHIFTLEFT",
        Binary::PGBitwiseShiftRight => "SHIFTRIGHT",
        _ => return None,
    })
}

impl ExprBinder<'_> {
    /// `left op right`, if the operator is such a function.
    pub(super) fn operator_call(&mut self, left: &ast::Expr, op: &Binary, right: &ast::Expr) -> Option<Result<Expr>> {
        if let Some(name) = function_of_numbers(op) {
            return Some(self.words(name, &[left, right], None, left));
        }
        let make = match op {
            Binary::PGOverlap => overlap,
            Binary::AtArrow => contains,
            Binary::ArrowAt => |left, right, span| contains(right, left, span),
            Binary::Arrow => |left, right, span| part(left, right, "", span),
            Binary::LongArrow => |left, right, span| part(left, right, "_TEXT", span),
            Binary::HashArrow => |left, right, span| at_path(left, right, "$JSON_PATH", span),
            Binary::HashLongArrow => |left, right, span| at_path(left, right, "$JSON_PATH_TEXT", span),
            Binary::HashMinus => |left, right, span| at_path(left, right, "JSONB_DELETE_PATH", span),
            Binary::PGStartsWith => |left, right, span| library_call("STARTS_WITH", vec![left, right], span),
            Binary::Spaceship => |left, right, span| binary(BinaryOp::IsNotDistinctFrom, left, right, span),
            Binary::Question => |left, right, span| library_call("JSONB_EXISTS", vec![left, right], span),
            Binary::QuestionPipe => |left, right, span| at_path(left, right, "JSONB_EXISTS_ANY", span),
            Binary::QuestionAnd => |left, right, span| at_path(left, right, "JSONB_EXISTS_ALL", span),
            Binary::AtQuestion => |left, right, span| silently("JSONB_PATH_EXISTS", left, right, span),
            Binary::AtAt => |left, right, span| silently("JSONB_PATH_MATCH", left, right, span),
            _ => return None,
        };
        let args = self.bind(left).and_then(|a| Ok((a, self.bind(right)?)));
        let places = [span_of(left), span_of(right)];
        Some(args.and_then(|(a, b)| checked(make(a, b, places[0])?, &places)))
    }
}

/// A text constant beside an array is one.
fn arrays(left: Expr, right: Expr, span: Span) -> Result<(Expr, Expr)> {
    let (a, b) = (left.data_type(), right.data_type());
    Ok(match (&a, &b) {
        (DataType::Array(_), _) if is_text_literal(&right) => (left, constant_cast(right, &a, span)?),
        (_, DataType::Array(_)) if is_text_literal(&left) => (constant_cast(left, &b, span)?, right),
        _ => (left, right),
    })
}

fn overlap(left: Expr, right: Expr, span: Span) -> Result<Expr> {
    let (left, right) = arrays(left, right, span)?;
    library_call("ARRAY_OVERLAPS", vec![left, right], span)
}

/// Whether `whole` has all that `part` has.
fn contains(whole: Expr, part: Expr, span: Span) -> Result<Expr> {
    if whole.data_type() == DataType::Json || part.data_type() == DataType::Json {
        return library_call("JSONB_CONTAINS", vec![whole, part], span);
    }
    let (whole, part) = arrays(whole, part, span)?;
    library_call("ARRAY_HAS_ALL", vec![whole, part], span)
}

/// An item of JSON by its place, or a field by its name.
fn part(json: Expr, key: Expr, form: &str, span: Span) -> Result<Expr> {
    let data_type = json.data_type();
    if !(data_type.is_text() || matches!(data_type, DataType::Json | DataType::Null)) {
        let error = Error::sql(format!("-> takes a part of JSON, this is {data_type}")).at(span);
        return Err(error.hint("row.field, array[position] and map[key] take parts of the others"));
    }
    let name = if key.data_type().is_integer() { "JSONB_ARRAY_ELEMENT" } else { "JSONB_OBJECT_FIELD" };
    library_call(&format!("{name}{form}"), vec![json, key], span)
}

/// A call with a SQL/JSON path that gives NULL where the path fails.
fn silently(function: &str, json: Expr, path: Expr, span: Span) -> Result<Expr> {
    let silent = Expr::Literal { value: Value::Bool(true), data_type: DataType::Boolean };
    library_call(function, vec![json, path, text("{}"), silent], span)
}

/// A call with an array of names, which may be written as a text.
fn at_path(json: Expr, names: Expr, function: &str, span: Span) -> Result<Expr> {
    let texts = DataType::Array(Box::new(DataType::STRING));
    let names = if is_text_literal(&names) { constant_cast(names, &texts, span)? } else { cast(names, &texts) };
    library_call(function, vec![json, names], span)
}
