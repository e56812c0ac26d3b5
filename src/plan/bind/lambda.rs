//! Calls with a lambda: `ARRAY_TRANSFORM(array, x -> x + 1)`. The body is bound with its parameters as stand-in columns beyond `PARAMETER_BASE`.
//! When it is whole, it is moved to columns of its own: the parameters, and behind them what it captures of the row around it. What it
//! captures of a lambda around it is a parameter of that one, and finds its column when that one is whole.

use sqlparser::ast;

use super::coercion::{cast, common_type};
use super::expr::ExprBinder;
use super::function::argument_exprs;
use super::operator::condition;
use super::scope::{name_span, span_of};
use crate::error::{Error, Result, Span};
use crate::expr::{Expr, Lambda, LambdaFunction};
use crate::plan::logical::columns_of;
use crate::plan::parse::{LAMBDA, check_part};
use crate::types::relation::Nested;
use crate::types::{DataType, Value};

/// Stand-in columns of parameters begin here.
const PARAMETER_BASE: usize = 1 << 46;

/// A parameter of a lambda around what is being bound.
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What stands for it.
    pub meant: Expr,
}

/// A lambda as it is written.
struct Written<'a> {
    names: Vec<&'a ast::Ident>,
    body: &'a ast::Expr,
}

/// What is written where a lambda is wanted.
fn written(arg: &ast::Expr) -> Option<Written<'_>> {
    let ast::Expr::Function(call) = arg else { return None };
    if call.name.to_string() != format!("`{LAMBDA}`") {
        return None;
    }
    let args = argument_exprs(call).ok()?;
    let (body, names) = args.split_last()?;
    let names = names.iter().map(|name| if let ast::Expr::Identifier(name) = *name { Some(name) } else { None });
    Some(Written { names: names.collect::<Option<_>>()?, body })
}

fn null_of(data_type: DataType) -> Expr {
    Expr::Literal { value: Value::Null, data_type }
}

impl ExprBinder<'_> {
    /// What a name means as a parameter of the lambdas around, of which the innermost counts.
    pub(super) fn parameter(&self, name: &str) -> Option<Expr> {
        self.parameters.iter().rev().find(|parameter| parameter.name.eq_ignore_ascii_case(name)).map(|found| found.meant.clone())
    }

    /// A call of a function of a lambda.
    pub(super) fn lambda_call(&mut self, function: LambdaFunction, call: &ast::Function) -> Result<Expr> {
        let (args, name, span) = (argument_exprs(call)?, call.name.to_string(), span_of(&call.name));
        let usage = || function.help().signature();
        let wrong = || Error::sql(format!("{name} takes a lambda")).at(span).hint(usage());
        let (nested, start, lambda) = match (function, args.as_slice()) {
            (LambdaFunction::Reduce, [nested, start, lambda]) => (*nested, Some(*start), written(lambda).ok_or_else(wrong)?),
            (LambdaFunction::Reduce, _) => return Err(wrong()),
            (_, [nested, lambda]) => (*nested, None, written(lambda).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        let nested = self.bind(nested)?;
        let parts = match (function.nested(), nested.data_type()) {
            (Nested::Map, DataType::Map(key, value)) => vec![*key, *value],
            (Nested::Map, DataType::Null) => vec![DataType::Null; 2],
            (Nested::Array, DataType::Array(item)) => vec![*item],
            (Nested::Array, DataType::Null) => vec![DataType::Null],
            (kind, other) => {
                let article = if kind == Nested::Map { "a" } else { "an" };
                let error = format!("{name} takes {article} {}, this is {other}", kind.name());
                return Err(Error::sql(error).at(span).hint(usage()));
            }
        };
        let start = start.map(|start| self.bind(start)).transpose()?;
        let (lambda, mut captured) = self.lambda(function, &lambda, parts, start.as_ref(), span)?;
        let body_type = lambda.body.data_type();
        if function != LambdaFunction::Reduce {
            check_part(&body_type, span)?;
        }
        if let Some(start) = start {
            captured.insert(0, cast(start, &body_type));
        }
        let data_type = match (function, nested.data_type()) {
            (LambdaFunction::Transform, _) => DataType::Array(Box::new(body_type)),
            (LambdaFunction::TransformKeys, DataType::Map(_, value)) => DataType::Map(Box::new(body_type), value),
            (LambdaFunction::TransformValues, DataType::Map(key, _)) => DataType::Map(key, Box::new(body_type)),
            (LambdaFunction::Filter | LambdaFunction::MapFilter, nested) => nested,
            (LambdaFunction::AnyMatch | LambdaFunction::AllMatch | LambdaFunction::NoneMatch, _) => DataType::Boolean,
            (LambdaFunction::Reduce, _) => body_type,
            (LambdaFunction::TransformKeys | LambdaFunction::TransformValues, _) => DataType::Null,
        };
        if nested.data_type() == DataType::Null {
            return Ok(null_of(data_type));
        }
        Ok(Expr::Lambda { lambda: Box::new(lambda), nested: Box::new(nested), captured, data_type })
    }

    /// A lambda over parts of these types, and what it captures.
    fn lambda(
        &mut self,
        function: LambdaFunction,
        written: &Written<'_>,
        parts: Vec<DataType>,
        start: Option<&Expr>,
        span: Span,
    ) -> Result<(Lambda, Vec<Expr>)> {
        let types: Vec<DataType> = start.map(Expr::data_type).into_iter().chain(parts).collect();
        if written.names.len() != types.len() {
            let at = written.names.first().map_or(span, |name| name_span(name));
            let (found, wanted) = (written.names.len(), types.len());
            return Err(Error::sql(format!("the lambda has {found} parameters, it is called with {wanted}"))
                .at(at)
                .hint(function.help().signature()));
        }
        let (mut types, mut body) = (types.clone(), self.body(written, &types)?);
        match function {
            LambdaFunction::Reduce => {
                let common = common_type(&types[0], &body.data_type()).ok_or_else(|| {
                    let error = format!("REDUCE begins with {}, and its lambda gives {}", types[0], body.data_type());
                    Error::sql(error).at(span).hint("CAST one of them")
                })?;
                if common != types[0] {
                    types[0] = common.clone();
                    body = self.body(written, &types)?;
                }
                body = cast(body, &common);
            }
            LambdaFunction::Transform | LambdaFunction::TransformKeys | LambdaFunction::TransformValues => {}
            _ => body = condition(body, span_of(written.body))?,
        }
        let first = PARAMETER_BASE + self.parameters.len();
        let mut captured = Vec::new();
        close(&mut body, first, types.len(), &mut captured);
        let names = written.names.iter().map(|name| name.value.clone());
        Ok((Lambda { function, parameters: names.zip(types).collect(), body }, captured))
    }

    /// The body over stand-ins. Of what is collected for the query around it may hold aggregates, which read no parameter.
    fn body(&mut self, written: &Written<'_>, types: &[DataType]) -> Result<Expr> {
        let (outer, first) = (self.parameters.len(), PARAMETER_BASE + self.parameters.len());
        for (at, (name, data_type)) in written.names.iter().zip(types).enumerate() {
            let meant = match data_type {
                DataType::Null => null_of(DataType::Null),
                data_type => Expr::column(first + at, data_type.clone()),
            };
            self.parameters.push(Parameter { name: name.value.clone(), meant });
        }
        let kept = (self.overs.take(), self.subqueries.take(), self.unnested.take());
        let body = self.bind(written.body);
        (self.overs, self.subqueries, self.unnested) = kept;
        self.parameters.truncate(outer);
        let mut collected = self.grouping.iter_mut().flat_map(|grouping| grouping.exprs_mut());
        if collected.any(|expr| columns_of(expr).iter().any(|column| *column >= PARAMETER_BASE)) {
            let error = Error::sql("an aggregate reads a parameter of a lambda").at(span_of(written.body));
            return Err(error.hint("REDUCE adds the items of an array up"));
        }
        body
    }
}

/// Moves a body to columns of its own: `count` parameters that stood from `first` on, then what it captures.
fn close(body: &mut Expr, first: usize, count: usize, captured: &mut Vec<Expr>) {
    match body {
        Expr::Column { index, .. } if (first..first + count).contains(index) => *index -= first,
        Expr::Column { .. } | Expr::Arrival | Expr::SplitWatermark { .. } => {
            let place = captured.iter().position(|known| known == body).unwrap_or(captured.len());
            let column = Expr::column(count + place, body.data_type());
            let outer = std::mem::replace(body, column);
            if place == captured.len() {
                captured.push(outer);
            }
        }
        other => other.children_mut().into_iter().for_each(|part| close(part, first, count, captured)),
    }
}
