//! ANY (SOME) and ALL: over a sub-query, an array or a list of patterns.
//!
//! `x op ALL (...)` is `NOT (x negated-op ANY (...))`, so that of an array only ANY has to be said:
//!
//! ```text
//!   no items -> FALSE      an item is met -> TRUE      x or an item is NULL -> NULL      else FALSE
//! ```

use sqlparser::ast;

use super::access;
use super::coercion::{cast, comparable};
use super::dependent::null;
use super::expr::{ExprBinder, balanced, bare, negate_if};
use super::function::{argument_exprs, library_call};
use super::operator::binary;
use super::scope::{span_of, unsupported};
use super::subquery::{Asked, Quantifier, case};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::types::{DataType, Value};

impl ExprBinder<'_> {
    /// `x > ALL (SELECT ...)`, `x = ANY (ARRAY[...])` and their kin.
    pub(super) fn compared(
        &mut self,
        left: &ast::Expr,
        op: &ast::BinaryOperator,
        quantifier: Quantifier,
        right: &ast::Expr,
    ) -> Result<Expr> {
        let op = comparison(op)
            .ok_or_else(|| unsupported("this operator with ANY or ALL", "=, <>, <, <=, > and >= are there", left))?;
        let span = span_of(left);
        let query = match bare(right) {
            ast::Expr::Subquery(query) => query,
            ast::Expr::Array(array) => return self.compared_with_each(left, op, quantifier, &array.elem),
            other => {
                let (value, array) = (self.bind(left)?, self.bind(other)?);
                let DataType::Array(_) = array.data_type() else {
                    let error = format!("ANY and ALL stand before a sub-query or an ARRAY, this is {}", array.data_type());
                    return Err(Error::sql(error).at(span_of(right)).hint("x IN (a, b) compares with a list"));
                };
                return match quantifier {
                    Quantifier::Any => compared_with_any(value, op, array, span),
                    Quantifier::All => compared_with_any(value, negated(op), array, span).map(|any| negate_if(true, any)),
                };
            }
        };
        let mut values = self.values_of(left)?;
        let is_in = match (op, quantifier) {
            (BinaryOp::Eq, Quantifier::Any) => Some(false),
            (BinaryOp::NotEq, Quantifier::All) => Some(true),
            _ => None,
        };
        match (is_in, values.len()) {
            (Some(negated), _) => Ok(negate_if(negated, self.ask(Asked::In(values, query, span), right)?)),
            (None, 1) => self.ask(Asked::Compared(values.remove(0), op, quantifier, query, span), right),
            _ => Err(unsupported("this operator with a row of values before ANY or ALL", "= ANY and <> ALL are there", left)),
        }
    }

    fn compared_with_each(
        &mut self,
        left: &ast::Expr,
        op: BinaryOp,
        quantifier: Quantifier,
        items: &[ast::Expr],
    ) -> Result<Expr> {
        let value = self.bind(left)?;
        let part = |item: &ast::Expr| binary(op, value.clone(), self.bind(item)?, span_of(item));
        let parts = items.iter().map(part).collect::<Result<_>>()?;
        Ok(joined(quantifier, parts))
    }

    /// `x [NOT] LIKE ANY (p, q)`, with one of these names for LIKE. `None` where it is one pattern.
    pub(super) fn like_listed(&mut self, name: &str, e: &ast::Expr) -> Option<Result<Expr>> {
        use ast::Expr as E;
        let (E::Like { negated, any, expr, pattern, escape_char } | E::ILike { negated, any, expr, pattern, escape_char }) = e
        else {
            return None;
        };
        let (quantifier, patterns) = patterns(*any, pattern)?;
        let like_each = || {
            let mut parts = Vec::with_capacity(patterns.len());
            for pattern in patterns {
                let part = self.words(name, &[expr, pattern], escape_char.as_deref(), pattern)?;
                // NOT LIKE ANY: there is one that it is not like.
                parts.push(negate_if(*negated, part));
            }
            Ok(joined(quantifier, parts))
        };
        Some(like_each())
    }
}

/// The patterns behind ANY, SOME or ALL; the parser hands the last two on as calls.
fn patterns(any: bool, pattern: &ast::Expr) -> Option<(Quantifier, Vec<&ast::Expr>)> {
    let (quantifier, items) = match pattern {
        ast::Expr::Function(call) if !any => {
            let name = call.name.to_string().to_ascii_uppercase();
            let quantifier = match name.as_str() {
                "ALL" => Quantifier::All,
                "SOME" => Quantifier::Any,
                _ => return None,
            };
            (quantifier, argument_exprs(call).ok()?)
        }
        ast::Expr::Tuple(items) if any => (Quantifier::Any, items.iter().collect()),
        one if any => (Quantifier::Any, vec![bare(one)]),
        _ => return None,
    };
    match items.as_slice() {
        [ast::Expr::Array(array)] => Some((quantifier, array.elem.iter().collect())),
        _ => Some((quantifier, items)),
    }
}

fn joined(quantifier: Quantifier, parts: Vec<Expr>) -> Expr {
    match (quantifier, parts.is_empty()) {
        (_, true) => Expr::boolean(quantifier == Quantifier::All),
        (Quantifier::Any, false) => balanced(BinaryOp::Or, parts),
        (Quantifier::All, false) => balanced(BinaryOp::And, parts),
    }
}

/// `value op ANY (array)`
fn compared_with_any(value: Expr, op: BinaryOp, array: Expr, span: Span) -> Result<Expr> {
    let DataType::Array(item) = array.data_type() else { return Err(Error::internal("ANY over no array")) };
    // As the items are compared.
    let (value, common) = {
        let (value, item) = comparable(value, Expr::column(0, *item), span)?;
        (value, item.data_type())
    };
    let array = cast(array, &DataType::Array(Box::new(common.clone())));
    let least = || access::item_of("ARRAY_MIN", vec![array.clone()], span);
    let greatest = || access::item_of("ARRAY_MAX", vec![array.clone()], span);
    let with = |end: Expr| binary(op, value.clone(), end, span);
    let met = match op {
        BinaryOp::Eq => library_call("ARRAY_CONTAINS", vec![array.clone(), value.clone()], span)?,
        BinaryOp::Lt | BinaryOp::LtEq => with(greatest()?)?,
        BinaryOp::Gt | BinaryOp::GtEq => with(least()?)?,
        _ => binary(BinaryOp::Or, with(least()?)?, with(greatest()?)?, span)?,
    };
    let is_null = |input: &Expr| Expr::Unary { op: UnaryOp::IsNull, input: Box::new(input.clone()) };
    let count = library_call("CARDINALITY", vec![array.clone()], span)?;
    let zero = Expr::Literal { value: Value::Int(0), data_type: DataType::Int };
    let has_null = library_call("ARRAY_CONTAINS", vec![array.clone(), null(&common)], span)?;
    let unknown = null(&DataType::Boolean);
    let branches = vec![
        (is_null(&array), unknown.clone()),
        (binary(BinaryOp::Eq, count, zero, span)?, Expr::boolean(false)),
        (is_null(&value), unknown.clone()),
        (met, Expr::boolean(true)),
        (has_null, unknown),
    ];
    Ok(case(branches, Expr::boolean(false)))
}

/// The comparison that an operator is.
pub fn comparison(op: &ast::BinaryOperator) -> Option<BinaryOp> {
    use ast::BinaryOperator as A;
    Some(match op {
        A::Eq => BinaryOp::Eq,
        A::NotEq => BinaryOp::NotEq,
        A::Lt => BinaryOp::Lt,
        A::LtEq => BinaryOp::LtEq,
        A::Gt => BinaryOp::Gt,
        A::GtEq => BinaryOp::GtEq,
        _ => return None,
    })
}

/// The comparison that holds where this one does not.
fn negated(op: BinaryOp) -> BinaryOp {
    use BinaryOp as B;
    match op {
        B::Eq => B::NotEq,
        B::Lt => B::GtEq,
        B::LtEq => B::Gt,
        B::Gt => B::LtEq,
        B::GtEq => B::Lt,
        _ => B::Eq,
    }
}
