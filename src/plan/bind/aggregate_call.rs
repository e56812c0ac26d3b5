//! Aggregate calls: which function a name means, its arguments, and the clauses that stand inside a call and behind it.

use std::borrow::Cow;
use std::sync::Arc;

use sqlparser::ast;

use super::coercion::{cast, is_constant};
use super::expr::{ExprBinder, bare};
use super::function::{given_arguments, library_call};
use super::library;
use super::operator::{binary, by_order, by_value};
use super::over::OrderItem;
use super::scope::{span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::logical::columns_of;
use crate::plan::parse::check_part;
use crate::plan::physical::{AggregateFunction, BitmapResult, BitmapSet, Distinct, Moment, Nulls};
use crate::types::decimal::PRECISION_MAX;
use crate::types::{DataType, GivenAggregate, GivenCall, Value};

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
        match &self.function {
            AggregateFunction::Given(call) => call.function.over_nothing.clone(),
            AggregateFunction::Count => Value::Int(0),
            AggregateFunction::Collect => Value::text("{}"),
            _ => Value::Null,
        }
    }

    /// How many rows it is over.
    pub fn count_of_rows(&self) -> BoundCall {
        BoundCall {
            function: AggregateFunction::Count,
            arguments: Vec::new(),
            order: Vec::new(),
            data_type: DataType::BigInt,
            ..self.clone()
        }
    }
}

/// A call as it was written, its parts told apart.
struct Written<'a> {
    name: &'a str,
    span: Span,
    args: Vec<Cow<'a, ast::Expr>>,
    /// `COUNT(*)`, or nothing at all between the brackets.
    counts_rows: bool,
    /// ORDER BY inside the brackets or behind WITHIN GROUP.
    order: Vec<OrderItem>,
    is_within_group: bool,
    separator: Option<Value>,
    nulls: Option<Nulls>,
    distinct: Distinct,
    filter: Option<Expr>,
}

impl Written<'_> {
    /// The one argument, or the two of them, or whatever number.
    fn expect(&self, counts: std::ops::RangeInclusive<usize>) -> Result<()> {
        if counts.contains(&self.args.len()) && (!self.counts_rows || *counts.start() == 0) {
            return Ok(());
        }
        let wanted = match (*counts.start(), *counts.end()) {
            (1, 1) => "one argument".to_owned(),
            (from, to) if from == to => format!("{to} arguments"),
            (from, to) => format!("{from} to {to} arguments"),
        };
        Err(Error::sql(format!("{} takes {wanted}", self.name)).at(self.span))
    }

    fn undefined(&self, argument: &DataType) -> Error {
        let error = Error::sql(format!("{} of {argument} is not defined", self.name)).at(self.span);
        match argument {
            DataType::Bitmap => error.hint("BITMAP_CARDINALITY(x) says how many integers are in it"),
            _ => error.hint(format!("CAST it, such as {}(CAST(x AS DOUBLE))", self.name)),
        }
    }

    /// A number as a DOUBLE.
    fn double(&self, argument: Expr) -> Result<Expr> {
        match argument.data_type() {
            t if t.is_numeric() || t == DataType::Null => Ok(cast(argument, &DataType::Double)),
            t => Err(self.undefined(&t)),
        }
    }
}

/// The aggregate that is an item of an array of the values, its place being the last of the constants.
pub const NTH_VALUE: &str = "NTH_VALUE";

/// The percentile whose frequency stands before the fraction.
const WEIGHTED: &str = "APPROX_PERCENTILE_CONT_WITH_WEIGHT";

impl ExprBinder<'_> {
    /// A call of the aggregate of this upper-case name, its arguments bound over the grouping's input.
    pub(super) fn bound_call(&mut self, name: &str, call: &ast::Function) -> Result<BoundCall> {
        let written = self.written(name, call)?;
        let bound = match name {
            "COUNT" => self.count(written),
            "COUNT_IF" | "COUNTIF" => self.count_if(written),
            "REGR_COUNT" => {
                written.expect(2..=2)?;
                self.count(written)
            }
            "FIRST_VALUE" | "LAST_VALUE" | "ANY_VALUE" | "SINGLE_VALUE" => self.end_value(written),
            NTH_VALUE => self.nth_value(written),
            "MIN_BY" | "ARG_MIN" | "MAX_BY" | "ARG_MAX" => self.value_by(written),
            "STRING_AGG" | "LISTAGG" | "GROUP_CONCAT" => self.texts(written),
            "ARRAY_AGG" | "JSON_AGG" | "JSONB_AGG" | "JSON_ARRAYAGG" => self.array(written),
            "JSON_OBJECT_AGG" | "JSONB_OBJECT_AGG" | "JSON_OBJECTAGG" | "MAP_AGG" => self.object(written),
            "COLLECT" => self.counts(written),
            "MODE" | "MEDIAN" | "PERCENTILE" | "PERCENTILE_CONT" | "QUANTILE_CONT" | "PERCENTILE_DISC" => {
                self.percentile(written)
            }
            "APPROX_MEDIAN" | "APPROX_PERCENTILE" | "APPROX_PERCENTILE_CONT" | WEIGHTED => self.percentile(written),
            "APPROX_COUNT_DISTINCT" | "APPROX_DISTINCT" => {
                written.expect(1..=1)?;
                let argument = self.bind(&written.args[0])?;
                Ok(plain(AggregateFunction::ApproxCountDistinct, vec![argument], written, DataType::BigInt))
            }
            name if name.starts_with("BITMAP_") && name.ends_with("_AGG") => self.bitmap(written),
            name => match library::aggregate(name) {
                Some(function) => self.of_program(function, written),
                None => self.of_values(written),
            },
        }?;
        if let AggregateFunction::ArrayAgg | AggregateFunction::ObjectAgg | AggregateFunction::Collect = bound.function {
            bound.arguments.iter().try_for_each(|part| check_part(&part.data_type(), span_of(&call.name)))?;
        }
        let is_argument = |item: &OrderItem| bound.arguments.contains(&item.expr);
        if bound.distinct == Distinct::Distinct && !bound.order.iter().all(is_argument) {
            return Err(Error::sql(format!("{name} with DISTINCT is ordered by what is no argument of it"))
                .at(span_of(&call.name))
                .hint("which of equal arguments would be the one that counts is not said"));
        }
        Ok(bound)
    }

    fn written<'a>(&mut self, name: &'a str, call: &'a ast::Function) -> Result<Written<'a>> {
        let span = span_of(&call.name);
        let ast::FunctionArguments::List(list) = &call.args else {
            return Err(Error::sql(format!("{name} takes an argument")).at(span));
        };
        let nulls = |treatment: &ast::NullTreatment| match treatment {
            ast::NullTreatment::IgnoreNulls => Nulls::Skip,
            ast::NullTreatment::RespectNulls => Nulls::Keep,
        };
        let mut written = Written {
            name,
            span,
            args: Vec::new(),
            counts_rows: list.args.is_empty(),
            order: call.within_group.iter().map(|item| self.order_item(item)).collect::<Result<_>>()?,
            is_within_group: !call.within_group.is_empty(),
            separator: None,
            nulls: call.null_treatment.as_ref().map(nulls),
            distinct: Distinct::All,
            filter: call.filter.as_ref().map(|f| self.condition(f)).transpose()?,
        };
        for clause in &list.clauses {
            use ast::FunctionArgumentClause as C;
            match clause {
                C::OrderBy(items) if written.order.is_empty() => {
                    written.order = items.iter().map(|item| self.order_item(item)).collect::<Result<_>>()?;
                }
                C::Where(condition) => written.filter = both(written.filter.take(), self.condition(condition)?),
                C::IgnoreOrRespectNulls(treatment) => written.nulls = Some(nulls(treatment)),
                C::JsonNullClause(ast::JsonNullClause::NullOnNull) => written.nulls = Some(Nulls::Keep),
                C::JsonNullClause(ast::JsonNullClause::AbsentOnNull) => written.nulls = Some(Nulls::Skip),
                C::Separator(value) => written.separator = value.value.clone().into_string().map(Value::text),
                _ => return Err(unsupported(&format!("this clause inside {name}"), "ORDER BY can stand there", &call.name)),
            }
        }
        if let Some(ast::DuplicateTreatment::Distinct) = list.duplicate_treatment {
            written.distinct = Distinct::Distinct;
        }
        for arg in &list.args {
            match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => written.args.push(Cow::Borrowed(e)),
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) if list.args.len() == 1 => written.counts_rows = true,
                ast::FunctionArg::Named { name: key, arg: ast::FunctionArgExpr::Expr(value), .. } if list.args.len() == 1 => {
                    written.args.extend([Cow::Owned(ast::Expr::Identifier(key.clone())), Cow::Borrowed(value)]);
                }
                ast::FunctionArg::ExprNamed { name: key, arg: ast::FunctionArgExpr::Expr(value), .. } if list.args.len() == 1 => {
                    written.args.extend([Cow::Borrowed(key), Cow::Borrowed(value)]);
                }
                _ => return Err(Error::sql(format!("{name} does not take such an argument")).at(span)),
            }
        }
        Ok(written)
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
        written.expect(1..=1)?;
        if written.distinct == Distinct::Distinct {
            return Err(Error::sql("COUNT_IF(DISTINCT ...) is not defined").at(written.span));
        }
        written.filter = both(written.filter, self.condition(&written.args[0])?);
        Ok(plain(AggregateFunction::Count, Vec::new(), written, DataType::BigInt))
    }

    /// Functions of one argument, or of two numbers, whose result follows from their types. The order means nothing to them.
    fn of_values(&mut self, written: Written<'_>) -> Result<BoundCall> {
        use AggregateFunction as A;
        let function = match written.name {
            "SUM" | "SUM0" => A::Sum,
            "AVG" | "MEAN" => A::Avg,
            "MIN" => A::Min,
            "MAX" => A::Max,
            "BOOL_AND" | "EVERY" => A::BoolAnd,
            "BOOL_OR" | "SOME" => A::BoolOr,
            "BIT_AND" => A::BitAnd,
            "BIT_OR" => A::BitOr,
            "BIT_XOR" => A::BitXor,
            name => A::Moment(moment_named(name).ok_or_else(|| Error::internal(format!("an aggregate {name}")))?),
        };
        let A::Moment(moment) = function else {
            written.expect(1..=1)?;
            let argument = self.bind(&written.args[0])?;
            let argument = match (argument.data_type(), &function) {
                (DataType::Null, A::BoolAnd | A::BoolOr) => cast(argument, &DataType::Boolean),
                (DataType::Null, _) => cast(argument, &DataType::Int),
                _ => argument,
            };
            let data_type = argument.data_type();
            if let (A::Min | A::Max, DataType::Array(_) | DataType::Row(_) | DataType::Map(..)) = (&function, &data_type) {
                return Ok(least_or_greatest(function, argument, written));
            }
            let result = result_type(&function, &data_type).ok_or_else(|| written.undefined(&data_type))?;
            return Ok(plain(function, vec![argument], written, result));
        };
        let count = if moment.is_of_pairs() { 2 } else { 1 };
        written.expect(count..=count)?;
        let arguments = written.args.iter().map(|e| written.double(self.bind(e)?)).collect::<Result<_>>()?;
        Ok(plain(function, arguments, written, DataType::Double))
    }

    /// An aggregate of the program, whose state says what NULLs mean.
    fn of_program(&mut self, function: Arc<GivenAggregate>, written: Written<'_>) -> Result<BoundCall> {
        if !written.order.is_empty() || written.separator.is_some() || written.nulls.is_some() {
            let error = Error::sql(format!("{} takes rows as they come, and says itself what NULLs mean", written.name));
            return Err(error.at(written.span).hint("DISTINCT and FILTER may stand with it"));
        }
        let arguments = written.args.iter().map(|e| self.bind(e)).collect::<Result<_>>()?;
        let arguments = given_arguments(&function.name, &function.args, arguments, written.span)?;
        let data_type = function.returns.clone();
        let call = GivenCall { function, span: written.span };
        let bound = plain(AggregateFunction::Given(call), arguments, written, data_type);
        Ok(BoundCall { nulls: Nulls::Keep, ..bound })
    }

    /// FIRST_VALUE and LAST_VALUE: NULLs are left out, as in Flink, unless the rows are in an order. ANY_VALUE is the least value, SINGLE_VALUE
    /// that of the only row.
    fn end_value(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        written.expect(1..=1)?;
        let argument = self.bind(&written.args[0])?;
        if written.name == "SINGLE_VALUE" && written.distinct == Distinct::Distinct {
            return Err(Error::sql("SINGLE_VALUE(DISTINCT ...) is not defined").at(written.span));
        }
        if matches!(written.name, "ANY_VALUE" | "SINGLE_VALUE") {
            written.order = vec![ascending(argument.clone())];
            written.nulls = Some(if written.name == "ANY_VALUE" { Nulls::Skip } else { Nulls::Keep });
        }
        let last = written.name == "LAST_VALUE";
        let function = if last { AggregateFunction::LastValue } else { AggregateFunction::FirstValue };
        let nulls = written.nulls.unwrap_or(if written.order.is_empty() { Nulls::Skip } else { Nulls::Keep });
        let data_type = argument.data_type();
        Ok(ordered(function, vec![argument], written, nulls, data_type))
    }

    /// NTH_VALUE(value, n): the array of the values, and n as a constant.
    fn nth_value(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        written.expect(2..=2)?;
        let place = written.args.remove(1);
        let n = match cast_number(self.bind(&place)?) {
            Some(n) if is_constant(&n) => library::evaluate_constant(&n)?,
            _ => None,
        };
        let Some(n @ (Value::Int(1..) | Value::Int(..=-1))) = n else {
            let error = Error::sql("NTH_VALUE takes a constant number of a row").at(span_of(&*place));
            return Err(error.hint("it counts from 1, or from -1 at the end; with OVER it may differ from row to row"));
        };
        let nulls = written.nulls.unwrap_or(if written.order.is_empty() { Nulls::Skip } else { Nulls::Keep });
        let argument = self.bind(&written.args[0])?;
        let array = DataType::Array(Box::new(argument.data_type()));
        let bound = ordered(AggregateFunction::ArrayAgg, vec![argument], written, nulls, array);
        Ok(BoundCall { constants: vec![n], ..bound })
    }

    /// MIN_BY(value, by) and MAX_BY: the value of the first or last row in the order of `by`, where that is not NULL; of ARG_MIN and ARG_MAX,
    /// as in RisingWave and DuckDB, where neither is. ORDER BY says which of the rows counts that have the same `by`: the first one.
    fn value_by(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        written.expect(2..=2)?;
        let (value, by) = (self.bind(&written.args[0])?, self.bind(&written.args[1])?);
        let there = Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(by.clone()) };
        written.filter = both(written.filter, there);
        if written.distinct == Distinct::Distinct {
            written.distinct = Distinct::All;
        }
        let is_least = matches!(written.name, "MIN_BY" | "ARG_MIN");
        let among_equal = written.order.into_iter().map(|item| if is_least { item } else { item.reversed() });
        written.order = std::iter::once(ascending(by_order(by, written.span)?)).chain(among_equal).collect();
        let function = if is_least { AggregateFunction::FirstValue } else { AggregateFunction::LastValue };
        let nulls = if matches!(written.name, "ARG_MIN" | "ARG_MAX") { Nulls::Skip } else { Nulls::Keep };
        let data_type = value.data_type();
        Ok(ordered(function, vec![value], written, nulls, data_type))
    }

    fn texts(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        written.expect(1..=2)?;
        let mut arguments = vec![cast(self.bind(&written.args[0])?, &DataType::STRING)];
        let mut separator = written.separator.take().unwrap_or_else(|| Value::text(","));
        if let Some(e) = written.args.get(1) {
            match cast(self.bind(e)?, &DataType::STRING) {
                Expr::Literal { value: Value::Null, .. } => separator = Value::text(""),
                Expr::Literal { value, .. } => separator = value,
                own => arguments.push(own),
            }
        }
        // The order of a text that is no text yet is that of what it is made of.
        let mut bound = ordered(AggregateFunction::StringAgg, arguments, written, Nulls::Skip, DataType::STRING);
        bound.constants.push(separator);
        Ok(bound)
    }

    fn array(&mut self, written: Written<'_>) -> Result<BoundCall> {
        written.expect(1..=1)?;
        let argument = self.bind(&written.args[0])?;
        let argument = if written.name == "ARRAY_AGG" { argument } else { as_json(argument, written.span)? };
        let nulls = written.nulls.unwrap_or(if written.name == "JSON_ARRAYAGG" { Nulls::Skip } else { Nulls::Keep });
        let data_type = match written.name {
            "ARRAY_AGG" => DataType::Array(Box::new(argument.data_type())),
            "JSON_ARRAYAGG" => DataType::STRING,
            _ => DataType::Json,
        };
        Ok(ordered(AggregateFunction::ArrayAgg, vec![argument], written, nulls, data_type))
    }

    fn object(&mut self, written: Written<'_>) -> Result<BoundCall> {
        written.expect(2..=2)?;
        let (key, value) = (self.bind(&written.args[0])?, self.bind(&written.args[1])?);
        let value = if written.name == "MAP_AGG" { value } else { as_json(value, written.span)? };
        let nulls = written.nulls.unwrap_or(Nulls::Keep);
        let data_type = match written.name {
            "MAP_AGG" => DataType::Map(Box::new(key.data_type()), Box::new(value.data_type())),
            "JSON_OBJECTAGG" => DataType::STRING,
            _ => DataType::Json,
        };
        Ok(ordered(AggregateFunction::ObjectAgg, vec![key, value], written, nulls, data_type))
    }

    /// A bitmap of integers or bitmaps, or how many integers are in it. NULLs are left out; over none but those it is NULL.
    fn bitmap(&mut self, written: Written<'_>) -> Result<BoundCall> {
        use DataType as T;
        written.expect(1..=1)?;
        let set = match written.name {
            "BITMAP_BUILD_AGG" | "BITMAP_BUILD_CARDINALITY_AGG" => BitmapSet::Build,
            "BITMAP_AND_AGG" | "BITMAP_AND_CARDINALITY_AGG" => BitmapSet::And,
            "BITMAP_OR_AGG" | "BITMAP_OR_CARDINALITY_AGG" => BitmapSet::Or,
            _ => BitmapSet::Xor,
        };
        let argument = self.bind(&written.args[0])?;
        let (wanted, hint) = match set {
            BitmapSet::Build => {
                (T::Int, "it takes what is no greater than an INT, such as CAST(x AS INT); BITMAP_OR_AGG takes bitmaps")
            }
            _ => (T::Bitmap, "it takes bitmaps; BITMAP_BUILD_AGG makes one of integers"),
        };
        let argument = match (argument.data_type(), set) {
            (T::Null, _) | (T::TinyInt | T::SmallInt | T::Int, BitmapSet::Build) => cast(argument, &wanted),
            (given, _) if given == wanted => argument,
            (other, _) => {
                return Err(Error::sql(format!("{} of {other} is not defined", written.name)).at(written.span).hint(hint));
            }
        };
        let (result, data_type) = match written.name.ends_with("_CARDINALITY_AGG") {
            true => (BitmapResult::Cardinality, T::BigInt),
            false => (BitmapResult::Bitmap, T::Bitmap),
        };
        Ok(plain(AggregateFunction::Bitmap(set, result), vec![argument], written, data_type))
    }

    /// A multiset: the different values, with how often each is there.
    fn counts(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        written.expect(1..=1)?;
        written.order.clear();
        let argument = self.bind(&written.args[0])?;
        let data_type = DataType::Multiset(Box::new(argument.data_type()));
        Ok(ordered(AggregateFunction::Collect, vec![argument], written, Nulls::Skip, data_type))
    }

    /// Functions of the place of a value among all: `f(fraction) WITHIN GROUP (ORDER BY x)`, or `f(x, fraction)`; with an array of fractions, an
    /// array of values. `PERCENTILE(x, fraction, frequency)` counts x so many times.
    fn percentile(&mut self, mut written: Written<'_>) -> Result<BoundCall> {
        use AggregateFunction as A;
        let (function, fractions) = match written.name {
            "MODE" => (A::Mode, 0),
            "MEDIAN" => (A::PercentileCont, 0),
            "APPROX_MEDIAN" => (A::ApproxPercentile, 0),
            "PERCENTILE_DISC" => (A::PercentileDisc, 1),
            "PERCENTILE" | "PERCENTILE_CONT" | "QUANTILE_CONT" | WEIGHTED => (A::PercentileCont, 1),
            _ => (A::ApproxPercentile, 1),
        };
        let most = fractions + usize::from(written.name == "APPROX_PERCENTILE");
        let mut frequency = None;
        if written.name == WEIGHTED {
            let before = usize::from(!written.is_within_group);
            written.expect(before + 2..=before + 2)?;
            frequency = Some(written.args.remove(before));
        }
        let value = match written.is_within_group {
            true => {
                written.expect(fractions..=most)?;
                let [item] = written.order.as_slice() else {
                    return Err(Error::sql(format!("{} is over one value", written.name)).at(written.span));
                };
                item.expr.clone()
            }
            false => {
                let takes_frequency = usize::from(written.name == "PERCENTILE");
                written.expect(fractions + 1..=most + 1 + takes_frequency)?;
                if takes_frequency == 1 {
                    frequency = written.args.drain(2..).next();
                }
                written.order.clear();
                let value = self.bind(&written.args.remove(0))?;
                written.order.push(ascending(value.clone()));
                value
            }
        };
        let value = match function {
            A::Mode | A::PercentileDisc => value,
            _ => written.double(value)?,
        };
        let several = written.args.first().and_then(|e| fractions_of(e)).filter(|_| function != A::ApproxPercentile);
        let mut constants = match &several {
            Some(several) => several.iter().map(|e| self.fraction(e)).collect::<Result<Vec<_>>>()?,
            None => written.args.iter().map(|e| self.fraction(e)).collect::<Result<_>>()?,
        };
        let mut descending = written.order[0].descending;
        if let (A::ApproxPercentile, true, Some(Value::Double(fraction))) = (&function, descending, constants.first_mut()) {
            (*fraction, descending) = (1.0 - *fraction, false);
        }
        let data_type = if several.is_some() { DataType::Array(Box::new(value.data_type())) } else { value.data_type() };
        written.order = vec![OrderItem { descending, ..ascending(value.clone()) }];
        let mut arguments = vec![value];
        if let Some(e) = frequency {
            let frequency = self.frequency(&e)?;
            let zero = Expr::Literal { value: Value::Int(0), data_type: DataType::BigInt };
            written.filter = both(written.filter, binary(BinaryOp::Gt, frequency.clone(), zero, written.span)?);
            arguments.push(frequency);
        }
        let mut bound = ordered(function, arguments, written, Nulls::Skip, data_type);
        bound.constants = constants;
        Ok(bound)
    }

    /// How often a row counts.
    fn frequency(&mut self, e: &ast::Expr) -> Result<Expr> {
        let bound = self.bind(e)?;
        match bound.data_type() {
            t if t.is_integer() || t == DataType::Null => Ok(cast(bound, &DataType::BigInt)),
            t => Err(Error::sql(format!("a frequency that is {t}")).at(span_of(e)).hint("it is a whole number")),
        }
    }

    /// A constant from 0 to 1, or NULL.
    fn fraction(&mut self, e: &ast::Expr) -> Result<Value> {
        let bound = cast(self.bind(e)?, &DataType::Double);
        let hint = "it is a constant from 0 to 1";
        if !columns_of(&bound).is_empty() {
            return Err(Error::sql("a fraction that depends on the row").at(span_of(e)).hint(hint));
        }
        match library::evaluate_constant(&bound)? {
            Some(Value::Double(fraction)) if !(0.0..=1.0).contains(&fraction) => {
                Err(Error::sql(format!("the fraction {fraction} is not between 0 and 1")).at(span_of(e)).hint(hint))
            }
            Some(value) => Ok(value),
            None => Err(Error::sql("a fraction that is no number").at(span_of(e)).hint(hint)),
        }
    }
}

/// The fractions of an array of them.
fn fractions_of(e: &ast::Expr) -> Option<Vec<ast::Expr>> {
    match bare(e) {
        ast::Expr::Array(array) if !array.elem.is_empty() => Some(array.elem.clone()),
        _ => None,
    }
}

/// A value of JSON that aggregates make, which has times as all functions of JSON write them.
fn as_json(value: Expr, span: Span) -> Result<Expr> {
    if value.data_type().is_timestamp() { library_call("TO_JSON", vec![value], span) } else { Ok(value) }
}

/// MIN and MAX of nested values: the first or the last of all in their order.
fn least_or_greatest(function: AggregateFunction, argument: Expr, written: Written<'_>) -> BoundCall {
    let end = if function == AggregateFunction::Min { AggregateFunction::FirstValue } else { AggregateFunction::LastValue };
    let (order, data_type) = (vec![ascending(by_value(argument.clone()))], argument.data_type());
    ordered(end, vec![argument], Written { order, distinct: Distinct::All, ..written }, Nulls::Skip, data_type)
}

/// A whole number as BIGINT.
fn cast_number(expr: Expr) -> Option<Expr> {
    expr.data_type().is_integer().then(|| cast(expr, &DataType::BigInt))
}

fn ascending(expr: Expr) -> OrderItem {
    OrderItem { expr, descending: false, nulls_first: true }
}

fn ordered(
    function: AggregateFunction,
    arguments: Vec<Expr>,
    mut written: Written<'_>,
    nulls: Nulls,
    data_type: DataType,
) -> BoundCall {
    let order = std::mem::take(&mut written.order);
    BoundCall { order, nulls, ..plain(function, arguments, written, data_type) }
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
        "VAR_POP" | "VAR_POPULATION" => M::VarPop,
        "VAR" | "VARIANCE" | "VAR_SAMP" | "VAR_SAMPLE" => M::VarSamp,
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

fn result_type(function: &AggregateFunction, argument: &DataType) -> Option<DataType> {
    use AggregateFunction as A;
    use DataType as T;
    Some(match (function, argument) {
        (A::Min | A::Max, T::Array(_) | T::Row(_) | T::Map(..) | T::Json | T::Bitmap | T::Null) => return None,
        (A::Min | A::Max, t) => t.clone(),
        (A::Sum, t) if t.is_integer() => T::BigInt,
        (A::Sum, T::Float | T::Double) => T::Double,
        (A::Sum, T::IntervalDay) => T::IntervalDay,
        (A::Sum, T::Decimal { scale, .. }) => T::Decimal { precision: PRECISION_MAX, scale: *scale },
        (A::Avg, T::Decimal { scale, .. }) => T::Decimal { precision: PRECISION_MAX, scale: (*scale).max(6) },
        (A::Avg, t) if t.is_numeric() => T::Double,
        (A::BoolAnd | A::BoolOr, T::Boolean) => T::Boolean,
        (A::BitAnd | A::BitOr | A::BitXor, t) if t.is_integer() => t.clone(),
        _ => return None,
    })
}
