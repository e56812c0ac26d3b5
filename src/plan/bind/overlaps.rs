//! `(start, end) OVERLAPS (start, end)`: whether two periods have a moment in common, as the standard says.
//!
//! A period goes from the earlier of its two moments up to the later one, which is in it only if both are the same; instead of the second
//! there may be an interval.

use sqlparser::ast;

use super::coercion::unified;
use super::expr::{ExprBinder, balanced, bare, negate_if};
use super::operator::binary;
use super::scope::span_of;
use super::subquery::case;
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::types::DataType;

impl ExprBinder<'_> {
    /// Whether two periods overlap.
    pub(super) fn overlaps(&mut self, left: &ast::Expr, right: &ast::Expr) -> Result<Expr> {
        use BinaryOp as B;
        let span = span_of(left);
        let mut moments = self.period(left)?;
        moments.extend(self.period(right)?);
        let (moments, data_type) = unified(moments, "OVERLAPS", span)?;
        if !(data_type.is_timestamp() || matches!(data_type, DataType::Date | DataType::Time(_) | DataType::Null)) {
            return Err(Error::sql(format!("OVERLAPS compares dates and times, these are {data_type}")).at(span).hint(USAGE));
        }
        let [from, to, other_from, other_to] = <[Expr; 4]>::try_from(moments).map_err(|_| Error::internal("not two periods"))?;
        let ((from, to), (other_from, other_to)) = (in_order(from, to, span)?, in_order(other_from, other_to, span)?);
        let compared = |op: B, a: &Expr, b: &Expr| binary(op, a.clone(), b.clone(), span);
        // One begins after the other, and neither of its moments lies at or behind the end of that.
        let behind = |from: &Expr, to: &Expr, other_from: &Expr, other_to: &Expr| {
            let over = binary(B::And, compared(B::GtEq, from, other_to)?, compared(B::GtEq, to, other_to)?, span)?;
            binary(B::And, compared(B::Gt, from, other_from)?, negate_if(true, over), span)
        };
        let decided = binary(B::Or, compared(B::NotEq, &to, &other_to)?, compared(B::Eq, &to, &other_to)?, span)?;
        let together = binary(B::And, compared(B::Eq, &from, &other_from)?, decided, span)?;
        let parts = vec![behind(&from, &to, &other_from, &other_to)?, behind(&other_from, &other_to, &from, &to)?, together];
        Ok(balanced(B::Or, parts))
    }

    /// The two moments of a period.
    fn period(&mut self, e: &ast::Expr) -> Result<Vec<Expr>> {
        let span = span_of(e);
        let ast::Expr::Tuple(parts) = bare(e) else {
            return Err(Error::sql("OVERLAPS stands between two periods").at(span).hint(USAGE));
        };
        let [from, to] = parts.as_slice() else {
            return Err(Error::sql(format!("a period of {} values", parts.len())).at(span).hint(USAGE));
        };
        let (from, to) = (self.bind(from)?, self.bind(to)?);
        let is_interval = matches!(to.data_type(), DataType::IntervalDay | DataType::IntervalMonth);
        let to = if is_interval { binary(BinaryOp::Add, from.clone(), to, span)? } else { to };
        Ok(vec![from, to])
    }
}

const USAGE: &str = "(ts, INTERVAL '1' HOUR) OVERLAPS (start_ts, end_ts)";

/// The moments of a period, the earlier one first; one that is NULL comes last.
fn in_order(from: Expr, to: Expr, span: Span) -> Result<(Expr, Expr)> {
    let is_null = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(from.clone()) };
    let turned = binary(BinaryOp::Or, is_null, binary(BinaryOp::Lt, to.clone(), from.clone(), span)?, span)?;
    Ok((case(vec![(turned.clone(), to.clone())], from.clone()), case(vec![(turned, from)], to)))
}
