//! Aggregate calls: which function a name means, its arguments, and the clauses that stand inside a call and behind it.

use sqlparser::ast;

use super::coercion::cast;
use super::expr::ExprBinder;
use super::over::OrderItem;
use super::scope::{span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::plan::physical::{AggregateFunction, Distinct, Moment, Nulls};
use crate::types::decimal::PRECISION_MAX;
use crate::types::{DataType, Value};

/// The aggregates there are.
pub const NAMES: [&str; 33] = [
    "COUNT",
    "SUM",
    "SUM0",
    "AVG",
    "MIN",
    "MAX",
    "COUNT_IF",
    "VARIANCE",
    "VAR_SAMP",
    "VAR_POP",
    "STDDEV",
    "STDDEV_SAMP",
    "STDDEV_POP",
    "COVAR_POP",
    "COVAR_SAMP",
    "CORR",
    "REGR_COUNT",
    "REGR_AVGX",
    "REGR_AVGY",
    "REGR_SXX",
    "REGR_SYY",
    "REGR_SXY",
    "REGR_SLOPE",
    "REGR_INTERCEPT",
    "REGR_R2",
    "BOOL_AND",
    "BOOL_OR",
    "EVERY",
    "BIT_AND",
    "BIT_OR",
    "BIT_XOR",
    "VAR",
    "COVAR",
];

/// Whether this upper-case name is that of an aggregate.
pub fn is_aggregate(name: &str) -> bool {
    NAMES.contains(&name)
}

/// An aggregate call over the grouping's input.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundCall {
    /// Which.
    pub function: AggregateFunction,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// ORDER BY inside it.
    pub order: Vec<OrderItem>,
    /// Arguments that are the same for all rows.
    pub constants: Vec<Value>,
    /// Whether rows with a NULL argument count.
    pub nulls: Nulls,
    /// DISTINCT.
    pub distinct: Distinct,
    /// FILTER.
    pub filter: Option<Expr>,
    /// Type of the result.
    pub data_type: DataType,
}

impl BoundCall {
    /// Over what `place` makes of its expressions.
    pub fn placed(&self, place: &mut impl FnMut(&Expr) -> Result<Expr>) -> Result<BoundCall> {
        let mut placed = self.clone();
        let order = placed.order.iter_mut().map(|item| &mut item.expr);
        for expr in placed.arguments.iter_mut().chain(order).chain(&mut placed.filter) {
            *expr = place(expr)?;
        }
        Ok(placed)
    }

    /// The expressions it reads.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.arguments.iter().chain(self.order.iter().map(|item| &item.expr)).chain(&self.filter)
    }

    /// The same, to be changed in place.
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.arguments.iter_mut().chain(self.order.iter_mut().map(|item| &mut item.expr)).chain(&mut self.filter)
    }

    /// What it gives over no rows.
    pub fn over_nothing(&self) -> Value {
        if self.function == AggregateFunction::Count { Value::Int(0) } else { Value::Null }
    }
}

/// A call as it was written, its parts told apart.
struct Written<'a> {
    name: &'a str,
    span: Span,
    args: Vec<&'a ast::Expr>,
    /// `COUNT(*)`, or nothing at all between the brackets.
    counts_rows: bool,
    distinct: Distinct,
    filter: Option<Expr>,
}

impl Written<'_> {
    /// The one argument, or the two of them, or whatever number.
    fn expect(&self, count: usize) -> Result<()> {
        if self.args.len() == count && !self.counts_rows {
            return Ok(());
        }
        let wanted = if count == 1 { "one argument".to_owned() } else { format!("{count} arguments") };
        Err(Error::sql(format!("{} takes {wanted}", self.name)).at(self.span))
    }

    fn undefined(&self, argument: &DataType) -> Error {
        Error::sql(format!("{} of {argument} is not defined", self.name))
            .at(self.span)
            .hint(format!("CAST it, such as {}(CAST(x AS DOUBLE))", self.name))
    }
}

impl ExprBinder<'_> {
    /// A call of the aggregate of this upper-case name, its arguments bound over the grouping's input.
    pub(super) fn bound_call(&mut self, name: &str, call: &ast::Function) -> Result<BoundCall> {
        let written = self.written(name, call)?;
        match name {
            "COUNT" => self.count(written),
            "COUNT_IF" => self.count_if(written),
            "REGR_COUNT" => {
                written.expect(2)?;
                self.count(written)
            }
            _ => self.of_values(written),
        }
    }

    fn written<'a>(&mut self, name: &'a str, call: &'a ast::Function) -> Result<Written<'a>> {
        let span = span_of(&call.name);
        let ast::FunctionArguments::List(list) = &call.args else {
            return Err(Error::sql(format!("{name} takes an argument")).at(span));
        };
        if !call.within_group.is_empty() || call.null_treatment.is_some() {
            return Err(unsupported(&format!("{name} with this clause"), "FILTER (WHERE ...) stands behind it", &call.name));
        }
        let mut filter = call.filter.as_ref().map(|f| self.condition(f)).transpose()?;
        for clause in &list.clauses {
            match clause {
                // What these give does not depend on the order.
                ast::FunctionArgumentClause::OrderBy(items) => items.iter().try_for_each(|i| self.bind(&i.expr).map(|_| ()))?,
                ast::FunctionArgumentClause::Where(condition) => filter = both(filter, self.condition(condition)?),
                _ => return Err(unsupported(&format!("this clause inside {name}"), "ORDER BY can stand there", &call.name)),
            }
        }
        let distinct = match list.duplicate_treatment {
            Some(ast::DuplicateTreatment::Distinct) => Distinct::Distinct,
            _ => Distinct::All,
        };
        let (mut args, mut counts_rows) = (Vec::new(), list.args.is_empty());
        for arg in &list.args {
            match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => args.push(e),
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) if list.args.len() == 1 => counts_rows = true,
                _ => return Err(Error::sql(format!("{name} does not take such an argument")).at(span)),
            }
        }
        Ok(Written { name, span, args, counts_rows, distinct, filter })
    }

    fn count(&mut self, written: Written<'_>) -> Result<BoundCall> {
        if written.counts_rows && written.distinct == Distinct::Distinct {
            return Err(Error::sql("COUNT(DISTINCT *) is not defined")
                .at(written.span)
                .hint("name the columns, such as COUNT(DISTINCT a, b)"));
        }
        let arguments = written.args.iter().map(|e| self.bind(e)).collect::<Result<_>>()?;
        Ok(plain(AggregateFunction::Count, arguments, written, DataType::BigInt))
    }

    fn count_if(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        written.expect(1)?;
        if written.distinct == Distinct::Distinct {
            return Err(Error::sql("COUNT_IF(DISTINCT ...) is not defined").at(written.span));
        }
        written.filter = both(written.filter, self.condition(written.args[0])?);
        Ok(plain(AggregateFunction::Count, Vec::new(), written, DataType::BigInt))
    }

    /// Functions of one argument, or of two numbers, whose result follows from their types.
    fn of_values(&mut self, written: Written<'_>) -> Result<BoundCall> {
        use AggregateFunction as A;
        let function = match written.name {
            "SUM" | "SUM0" => A::Sum,
            "AVG" => A::Avg,
            "MIN" => A::Min,
            "MAX" => A::Max,
            "BOOL_AND" | "EVERY" => A::BoolAnd,
            "BOOL_OR" => A::BoolOr,
            "BIT_AND" => A::BitAnd,
            "BIT_OR" => A::BitOr,
            "BIT_XOR" => A::BitXor,
            name => A::Moment(moment_named(name).ok_or_else(|| Error::internal(format!("an aggregate {name}")))?),
        };
        let A::Moment(moment) = function else {
            written.expect(1)?;
            let argument = self.bind(written.args[0])?;
            let data_type = argument.data_type();
            let result = result_type(function, &data_type).ok_or_else(|| written.undefined(&data_type))?;
            return Ok(plain(function, vec![argument], written, result));
        };
        written.expect(if moment.is_of_pairs() { 2 } else { 1 })?;
        let mut arguments = Vec::with_capacity(2);
        for e in &written.args {
            let argument = self.bind(e)?;
            match argument.data_type() {
                t if t.is_numeric() || t == DataType::Null => arguments.push(cast(argument, &DataType::Double)),
                t => return Err(written.undefined(&t)),
            }
        }
        Ok(plain(function, arguments, written, DataType::Double))
    }
}

fn plain(function: AggregateFunction, arguments: Vec<Expr>, written: Written<'_>, data_type: DataType) -> BoundCall {
    let Written { distinct, filter, .. } = written;
    BoundCall { function, arguments, order: Vec::new(), constants: Vec::new(), nulls: Nulls::Skip, distinct, filter, data_type }
}

/// A condition that holds where both hold.
fn both(one: Option<Expr>, other: Expr) -> Option<Expr> {
    Some(match one {
        None => other,
        Some(one) => {
            Expr::Binary { op: BinaryOp::And, left: Box::new(one), right: Box::new(other), data_type: DataType::Boolean }
        }
    })
}

fn moment_named(name: &str) -> Option<Moment> {
    use Moment as M;
    Some(match name {
        "VAR_POP" => M::VarPop,
        "VAR" | "VARIANCE" | "VAR_SAMP" => M::VarSamp,
        "STDDEV_POP" => M::StddevPop,
        "STDDEV" | "STDDEV_SAMP" => M::StddevSamp,
        "COVAR_POP" => M::CovarPop,
        "COVAR" | "COVAR_SAMP" => M::CovarSamp,
        "CORR" => M::Corr,
        "REGR_AVGX" => M::RegrAvgX,
        "REGR_AVGY" => M::RegrAvgY,
        "REGR_SXX" => M::RegrSxx,
        "REGR_SYY" => M::RegrSyy,
        "REGR_SXY" => M::RegrSxy,
        "REGR_SLOPE" => M::RegrSlope,
        "REGR_INTERCEPT" => M::RegrIntercept,
        "REGR_R2" => M::RegrR2,
        _ => return None,
    })
}

fn result_type(function: AggregateFunction, argument: &DataType) -> Option<DataType> {
    use AggregateFunction as A;
    use DataType as T;
    Some(match (function, argument) {
        (A::Min | A::Max, T::Array(_) | T::Row(_) | T::Map(..) | T::Json | T::Null) => return None,
        (A::Min | A::Max, t) => t.clone(),
        (A::Sum, t) if t.is_integer() => T::BigInt,
        (A::Sum, T::Float | T::Double) => T::Double,
        (A::Sum, T::Decimal { scale, .. }) => T::Decimal { precision: PRECISION_MAX, scale: *scale },
        (A::Avg, T::Decimal { scale, .. }) => T::Decimal { precision: PRECISION_MAX, scale: (*scale).max(6) },
        (A::Avg, t) if t.is_numeric() => T::Double,
        (A::BoolAnd | A::BoolOr, T::Boolean) => T::Boolean,
        (A::BitAnd | A::BitOr | A::BitXor, t) if t.is_integer() => t.clone(),
        _ => return None,
    })
}
