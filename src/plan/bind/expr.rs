//! Expressions of the syntax tree to typed expressions over a relation's columns.
//!
//! Aggregates are not computed here: each becomes a stand-in column beyond `AGGREGATE_BASE`, to be put in its place once the
//! aggregate's output is known (see `aggregate`). Depth is bounded by `limits::NESTING_MAX`.

use sqlparser::ast;
use sqlparser::ast::Spanned;

use super::aggregate::Grouping;
use super::coercion::{cast, comparable, unified, with_conversion};
use super::function::{argument_exprs, library_call};
use super::grouping_sets::misplaced;
use super::lambda::Parameter;
use super::literal::{Sign, bind_interval, bind_intervals, bind_typed, bind_value, is_computed, one_unit};
use super::operator::{binary, condition};
use super::operator_call::function_of_sign;
use super::over::Overs;
use super::quantified::comparison;
use super::row_pattern_reads::Matching;
use super::scope::{ScopeField, name_span, resolve, span_of, unsupported};
use super::subquery::{Asked, BindsSubqueries, Quantifier, Stage};
use super::table_function::is_unnested;
use super::{access, library};
use crate::error::{Error, Result, Span};
use crate::expr::function::SIZED;
use crate::expr::{BinaryOp, CastFailure, Expr, UnaryOp, castable};
use crate::limits::NESTING_MAX;
use crate::plan::parse::{WHEN_LIST, interval_fields, is_bytea, is_carrier};
use crate::types::pattern::Variables;
use crate::types::{DataType, Length, Lengths, Value};

/// Binds expressions over the columns of one relation.
pub struct ExprBinder<'a> {
    /// The columns.
    pub fields: &'a [ScopeField],
    /// Where aggregates are allowed: those found so far.
    pub grouping: Option<&'a mut Grouping>,
    /// Where functions with OVER are allowed: those found so far.
    pub overs: Option<&'a mut Overs>,
    /// Where sub-queries are allowed: what binds them.
    pub(super) subqueries: Option<&'a mut (dyn BindsSubqueries + 'a)>,
    /// Where functions that give any number of values are allowed: the arrays of those found so far.
    pub(super) unnested: Option<&'a mut Vec<Expr>>,
    /// Where a match of rows is read: what of it.
    pub(super) matching: Option<&'a mut Matching>,
    /// Names of the select list with what they stand for, where no column has the name.
    aliases: &'a [(String, Expr)],
    /// Parameters of the lambdas around.
    pub(super) parameters: Vec<Parameter>,
    depth: usize,
}

impl<'a> ExprBinder<'a> {
    /// Over these columns, without aggregates.
    pub fn new(fields: &'a [ScopeField]) -> Self {
        Self {
            fields,
            grouping: None,
            overs: None,
            subqueries: None,
            unnested: None,
            matching: None,
            aliases: &[],
            parameters: Vec::new(),
            depth: 0,
        }
    }

    /// Over rows of a match with these columns; what is read of them is collected.
    pub fn of_matches(fields: &'a [ScopeField], matching: &'a mut Matching) -> Self {
        Self { matching: Some(matching), ..Self::new(fields) }
    }

    /// Over these columns; aggregates are collected.
    pub fn grouped(fields: &'a [ScopeField], grouping: &'a mut Grouping) -> Self {
        Self { grouping: Some(grouping), ..Self::new(fields) }
    }

    /// The same; functions with OVER are collected.
    #[must_use]
    pub fn with_overs(self, overs: &'a mut Overs) -> Self {
        Self { overs: Some(overs), ..self }
    }

    /// The same; sub-queries are bound by `subqueries`.
    #[must_use]
    pub fn asking(self, subqueries: &'a mut (dyn BindsSubqueries + 'a)) -> Self {
        Self { subqueries: Some(subqueries), ..self }
    }

    /// The same; functions that give any number of values are collected.
    #[must_use]
    pub fn unnesting(self, unnested: &'a mut Vec<Expr>) -> Self {
        Self { unnested: Some(unnested), ..self }
    }

    /// The same; names of the select list can be used.
    #[must_use]
    pub fn knowing(self, aliases: &'a [(String, Expr)]) -> Self {
        Self { aliases, ..self }
    }

    /// A condition.
    pub fn condition(&mut self, e: &ast::Expr) -> Result<Expr> {
        condition(self.bind(e)?, span_of(e))
    }

    /// Any expression.
    pub fn bind(&mut self, e: &ast::Expr) -> Result<Expr> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(Error::limit(format!("expression is nested deeper than {NESTING_MAX}")).hint("split it over a sub-query"));
        }
        let bound = match self.grouping.as_ref().and_then(|grouping| grouping.key_written(e)) {
            Some(key) => Ok(key.clone()),
            None => self.bind_any(e),
        };
        self.depth -= 1;
        bound
    }

    fn bind_any(&mut self, e: &ast::Expr) -> Result<Expr> {
        use ast::Expr as E;
        match e {
            E::Identifier(name) => self.column(None, name),
            E::CompoundIdentifier(parts) => self.compound(parts),
            E::CompoundFieldAccess { root, access_chain } => self.field_access(root, access_chain),
            E::Nested(inner) => self.bind(inner),
            E::Value(value) => bind_value(value, Sign::Plus),
            E::TypedString(typed) => bind_typed(typed, &library::data_type(&typed.data_type)?),
            E::Interval(interval) if is_computed(interval) => {
                let (number, span) = (self.bind(&interval.value)?, span_of(&*interval.value));
                binary(BinaryOp::Multiply, number, one_unit(interval)?, span)
            }
            E::Interval(interval) => bind_interval(interval),
            E::UnaryOp { op, expr } => self.unary(op, expr),
            E::BinaryOp { op, .. } if matches!(op, ast::BinaryOperator::And | ast::BinaryOperator::Or) => self.logic(e, op),
            E::BinaryOp { left, op: ast::BinaryOperator::Overlaps, right } => self.overlaps(left, right),
            E::BinaryOp { left, op, right } => self.binary(left, op, right),
            E::IsNull(x) => self.test(UnaryOp::IsNull, x),
            E::IsNotNull(x) => self.test(UnaryOp::IsNotNull, x),
            E::IsTrue(x) => self.truth(UnaryOp::IsTrue, x),
            E::IsNotTrue(x) => self.truth(UnaryOp::IsNotTrue, x),
            E::IsFalse(x) => self.truth(UnaryOp::IsFalse, x),
            E::IsNotFalse(x) => self.truth(UnaryOp::IsNotFalse, x),
            E::IsUnknown(x) => self.truth(UnaryOp::IsNull, x),
            E::IsNotUnknown(x) => self.truth(UnaryOp::IsNotNull, x),
            E::IsDistinctFrom(a, b) => self.pair(BinaryOp::IsDistinctFrom, a, b),
            E::IsNotDistinctFrom(a, b) => self.pair(BinaryOp::IsNotDistinctFrom, a, b),
            E::IsJson { expr, kind, unique_keys: None, negated } => self.is_json(expr, *kind, *negated),
            E::Between { expr, negated, low, high } => self.between(expr, *negated, low, high),
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            E::Case { operand, conditions, else_result, .. } => {
                self.once(|binder| binder.case(e, operand.as_deref(), conditions, else_result.as_deref()))
            }
            E::Cast { kind, expr, data_type, .. } => self.cast(kind, expr, data_type),
            E::Function(call) => self.function(call),
            E::Array(array) => self.array_of(&array.elem, span_of(e)),
            E::Tuple(parts) => self.row_of(parts, span_of(e)),
            E::AtTimeZone { timestamp, time_zone } => self.words("TIMEZONE", &[time_zone, timestamp], None, e),
            E::Collate { expr, collation } => self.collated(expr, collation),
            E::Like { .. }
            | E::ILike { .. }
            | E::SimilarTo { .. }
            | E::RLike { .. }
            | E::Extract { .. }
            | E::Ceil { .. }
            | E::Floor { .. }
            | E::Position { .. }
            | E::Substring { .. }
            | E::Trim { .. }
            | E::Overlay { .. } => self.special_call(e),
            E::Subquery(query) => self.ask(Asked::Value(query), e),
            E::Exists { subquery, negated } => Ok(negate_if(*negated, self.ask(Asked::Exists(subquery), e)?)),
            E::InSubquery { expr, subquery, negated } => {
                let values = self.values_of(expr)?;
                Ok(negate_if(*negated, self.ask(Asked::In(values, subquery, span_of(&**expr)), e)?))
            }
            E::AnyOp { left, compare_op, right, .. } => self.compared(left, compare_op, Quantifier::Any, right),
            E::AllOp { left, compare_op, right } => self.compared(left, compare_op, Quantifier::All, right),
            E::GroupingSets(_) | E::Cube(_) | E::Rollup(_) => Err(misplaced(e)),
            other => Err(unsupported(&format!("the expression {other}"), "see the README for the expressions there are", e)),
        }
    }

    /// What stands in the place of a sub-query, which `node` is.
    pub(super) fn ask(&mut self, asked: Asked<'_>, node: &impl Spanned) -> Result<Expr> {
        let inside = self.grouping.as_ref().is_some_and(|grouping| grouping.is_inside());
        let stage = if inside { Stage::Input } else { Stage::Output };
        let of_unnested = match &asked {
            Asked::In(values, ..) => values.iter().any(is_unnested),
            Asked::Compared(value, ..) => is_unnested(value),
            Asked::Value(_) | Asked::Array(_) | Asked::Row(..) | Asked::Exists(_) => false,
        };
        if of_unnested {
            let hint = "unnest in a sub-query in FROM";
            return Err(unsupported("a sub-query beside a value that comes any number of times", hint, node));
        }
        match &mut self.subqueries {
            Some(subqueries) => subqueries.bind(asked, stage),
            None => {
                let hint = "join with a sub-query in FROM, and use its columns here";
                Err(unsupported("a sub-query in this place", hint, node))
            }
        }
    }

    fn column(&mut self, qualifier: Option<&ast::Ident>, name: &ast::Ident) -> Result<Expr> {
        if let (None, Some(parameter)) = (qualifier, self.parameter(&name.value)) {
            return Ok(parameter);
        }
        let known = self.fields.iter().any(|f| f.name.eq_ignore_ascii_case(&name.value));
        if qualifier.is_none() && !known {
            if name.quote_style.is_none() && is_nullary(&name.value) {
                return library_call(&name.value.to_ascii_uppercase(), Vec::new(), name_span(name));
            }
            if let Some(column) = self.window_column(&name.value) {
                return Ok(column);
            }
            if let Some((_, meant)) = self.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&name.value)) {
                return Ok(meant.clone());
            }
            if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("UNKNOWN") {
                return Ok(Expr::Literal { value: Value::Null, data_type: DataType::Boolean });
            }
            if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("PI") {
                return library_call("PI", Vec::new(), name_span(name));
            }
        }
        let index = resolve(self.fields, qualifier.filter(|_| self.matching.is_none()), name)?;
        let column = Expr::column(index, self.fields[index].data_type.clone());
        match &mut self.matching {
            Some(matching) => {
                let of = qualifier.map_or(Ok(Variables::ALL), |variable| matching.variables(variable))?;
                matching.column(column, of, name_span(name))
            }
            None => Ok(column),
        }
    }

    /// Whether a name can stand before a column: that of a table, or of a variable of a pattern.
    fn is_qualifier(&self, name: &ast::Ident) -> bool {
        match &self.matching {
            Some(matching) => matching.is_variable(&name.value),
            None => self.fields.iter().any(|field| field.is_of(&name.value)),
        }
    }

    /// `table.column`, `column.field` or `table.column.field`, the table with its catalog and database or without.
    pub(super) fn compound(&mut self, parts: &[ast::Ident]) -> Result<Expr> {
        if parts.iter().any(is_carrier) {
            let error = Error::sql("the hint OPTIONS is not supported here").at(name_span(&parts[0]));
            return Err(error.hint("it stands right behind the name of a table"));
        }
        if let Some(parameter) = parts.first().and_then(|first| self.parameter(&first.value)) {
            return parts[1..].iter().try_fold(parameter, access::row_field);
        }
        let is_table = |name: &ast::Ident| self.is_qualifier(name);
        let is_column = |name: &ast::Ident| self.fields.iter().any(|f| f.name.eq_ignore_ascii_case(&name.value));
        // A job has one catalog and one database.
        let before = parts.len().saturating_sub(2).min(2);
        let known = (0..=before).find(|at| is_table(&parts[*at]) || (*at == 0 && is_column(&parts[0])));
        // Of a table that is not there the columns may be known.
        let known = known.or_else(|| (0..=before).find(|at| parts.get(at + 1).is_some_and(is_column))).unwrap_or(0);
        let [first, second, rest @ ..] = &parts[known..] else { return self.column(None, &parts[0]) };
        let row = is_column(first) && !is_table(first);
        if let (Some(matching), false) = (&self.matching, row) {
            matching.variables(first)?;
        }
        let (base, fields) =
            if row { (self.column(None, first)?, &parts[known + 1..]) } else { (self.column(Some(first), second)?, rest) };
        fields.iter().try_fold(base, access::row_field)
    }

    fn field_access(&mut self, root: &ast::Expr, chain: &[ast::AccessExpr]) -> Result<Expr> {
        let (mut value, mut chain) = (None, chain);
        if let (ast::Expr::Identifier(table), [ast::AccessExpr::Dot(ast::Expr::Identifier(column)), rest @ ..]) = (root, chain)
            && self.is_qualifier(table)
        {
            (value, chain) = (Some(self.column(Some(table), column)?), rest);
        }
        if let [ast::AccessExpr::Dot(ast::Expr::Identifier(field)), rest @ ..] = chain
            && let Some(json) = self.json_of_field(root, field)?
        {
            (value, chain) = (Some(json), rest);
        }
        let mut value = match value {
            Some(value) => value,
            None => self.bind(root)?,
        };
        for step in chain {
            value = match step {
                ast::AccessExpr::Dot(ast::Expr::Identifier(field)) => access::row_field(value, field)?,
                ast::AccessExpr::Subscript(ast::Subscript::Index { index }) => {
                    let key = self.bind(index)?;
                    access::item(value, key, span_of(index))?
                }
                ast::AccessExpr::Subscript(ast::Subscript::Slice { lower_bound, upper_bound, stride: None }) => {
                    self.slice(value, lower_bound.as_ref(), upper_bound.as_ref(), span_of(root))?
                }
                _ => return Err(unsupported("this access", "a.field, a[index], a[first:last] and m['key'] are there", root)),
            };
        }
        Ok(value)
    }

    fn unary(&mut self, op: &ast::UnaryOperator, x: &ast::Expr) -> Result<Expr> {
        use ast::UnaryOperator as U;
        if let (U::Minus, ast::Expr::Value(value)) = (op, x)
            && matches!(value.value, ast::Value::Number(..))
        {
            return bind_value(value, Sign::Minus);
        }
        let span = span_of(x);
        match op {
            U::Not => Ok(Expr::Unary { op: UnaryOp::Not, input: Box::new(self.condition(x)?) }),
            U::Plus | U::Minus => {
                let input = self.bind(x)?;
                let data_type = input.data_type();
                let signed = data_type.is_numeric() || matches!(data_type, DataType::IntervalDay | DataType::IntervalMonth);
                match (signed, op) {
                    (true, U::Plus) => Ok(input),
                    (true, _) => Ok(Expr::Unary { op: UnaryOp::Negate, input: Box::new(input) }),
                    (false, _) => {
                        let error = Error::sql(format!("a sign before {data_type} is not defined")).at(span);
                        Err(with_conversion(error, &data_type, &DataType::Double, &x.to_string()))
                    }
                }
            }
            _ => match function_of_sign(*op) {
                Some(name) => self.words(name, &[x], None, x),
                None => Err(unsupported(&format!("the operator {op}"), "-, +, ~, @, |/, ||/ and NOT are there", x)),
            },
        }
    }

    /// A chain of AND or of OR, taken apart without recursion and put together as a balanced tree.
    fn logic(&mut self, e: &ast::Expr, op: &ast::BinaryOperator) -> Result<Expr> {
        let mut parts = Vec::new();
        let mut rest = e;
        while let ast::Expr::BinaryOp { left, op: own, right } = rest {
            if own != op {
                break;
            }
            parts.push(self.condition(right)?);
            rest = left;
        }
        parts.push(self.condition(rest)?);
        parts.reverse();
        Ok(balanced(if *op == ast::BinaryOperator::And { BinaryOp::And } else { BinaryOp::Or }, parts))
    }

    fn binary(&mut self, left: &ast::Expr, op: &ast::BinaryOperator, right: &ast::Expr) -> Result<Expr> {
        use ast::BinaryOperator as A;
        let op = match op {
            A::Plus => BinaryOp::Add,
            A::Minus => BinaryOp::Subtract,
            A::Multiply => BinaryOp::Multiply,
            A::Divide => BinaryOp::Divide,
            A::Modulo => BinaryOp::Modulo,
            A::StringConcat => BinaryOp::Concat,
            A::PGRegexMatch | A::PGRegexNotMatch | A::PGRegexIMatch | A::PGRegexNotIMatch => {
                return self.matched(left, op, right);
            }
            A::PGLikeMatch | A::PGNotLikeMatch | A::PGILikeMatch | A::PGNotILikeMatch => return self.matched(left, op, right),
            other => match (comparison(other), self.operator_call(left, other, right)) {
                (Some(op), _) => op,
                (None, Some(call)) => return call,
                (None, None) => {
                    let hint = "see the README for the operators there are";
                    return Err(unsupported(&format!("the operator {other}"), hint, left));
                }
            },
        };
        self.pair(op, left, right)
    }

    fn pair(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr) -> Result<Expr> {
        let span = joined(left, right);
        // An interval of months and days moves a time by its months first.
        if let (BinaryOp::Add | BinaryOp::Subtract, Some([months, days])) = (op, mixed_interval(right)?) {
            let moved = binary(op, self.bind(left)?, months, span)?;
            return binary(op, moved, days, span);
        }
        if let (BinaryOp::Add, Some([months, days])) = (op, mixed_interval(left)?) {
            let moved = binary(op, self.bind(right)?, months, span)?;
            return binary(op, moved, days, span);
        }
        let (a, b) = (self.operand(left, right)?, self.operand(right, left)?);
        binary(op, a, b, span)
    }

    /// One side of an operator; beside a row of values a sub-query is one too.
    fn operand(&mut self, e: &ast::Expr, other: &ast::Expr) -> Result<Expr> {
        match (bare(e), bare(other)) {
            (ast::Expr::Subquery(query), ast::Expr::Tuple(values)) => self.ask(Asked::Row(query, values.len()), e),
            _ => self.bind(e),
        }
    }

    /// The values of a row of values, or the one value.
    pub(super) fn values_of(&mut self, e: &ast::Expr) -> Result<Vec<Expr>> {
        match bare(e) {
            ast::Expr::Tuple(parts) => parts.iter().map(|part| self.bind(part)).collect(),
            one => Ok(vec![self.bind(one)?]),
        }
    }

    fn test(&mut self, op: UnaryOp, x: &ast::Expr) -> Result<Expr> {
        Ok(Expr::Unary { op, input: Box::new(self.bind(x)?) })
    }

    fn truth(&mut self, op: UnaryOp, x: &ast::Expr) -> Result<Expr> {
        Ok(Expr::Unary { op, input: Box::new(self.condition(x)?) })
    }

    fn between(&mut self, x: &ast::Expr, negated: bool, low: &ast::Expr, high: &ast::Expr) -> Result<Expr> {
        let (value, span) = (self.bind(x)?, span_of(x));
        let from = binary(BinaryOp::GtEq, value.clone(), self.bind(low)?, span)?;
        let to = binary(BinaryOp::LtEq, value, self.bind(high)?, span)?;
        Ok(negate_if(negated, balanced(BinaryOp::And, vec![from, to])))
    }

    fn in_list(&mut self, x: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Expr> {
        let (mut input, span) = (self.bind(x)?, span_of(x));
        if input.data_type().is_nested() {
            let equal = |item: &ast::Expr| binary(BinaryOp::Eq, input.clone(), self.bind(item)?, span_of(item));
            let parts = list.iter().map(equal).collect::<Result<_>>()?;
            return Ok(negate_if(negated, balanced(BinaryOp::Or, parts)));
        }
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let bound = self.bind(item)?;
            let (left, right) = comparable(input, bound, span_of(item))?;
            input = left;
            items.push(right);
        }
        let target = input.data_type();
        let items = items.into_iter().map(|item| super::coercion::constant_cast(item, &target, span)).collect::<Result<_>>()?;
        Ok(negate_if(negated, Expr::InList { input: Box::new(input), list: items }))
    }

    fn case(
        &mut self,
        e: &ast::Expr,
        operand: Option<&ast::Expr>,
        whens: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Expr> {
        let operand = operand.map(|o| self.bind(o)).transpose()?;
        let mut conditions = Vec::with_capacity(whens.len());
        let mut results = Vec::with_capacity(whens.len() + 1);
        for when in whens {
            conditions.push(match (&operand, listed(&when.condition)) {
                (Some(value), Some(items)) => {
                    let equal = |item: &ast::Expr| binary(BinaryOp::Eq, value.clone(), self.bind(item)?, span_of(item));
                    balanced(BinaryOp::Or, items?.into_iter().map(equal).collect::<Result<_>>()?)
                }
                (Some(value), None) => {
                    binary(BinaryOp::Eq, value.clone(), self.bind(&when.condition)?, span_of(&when.condition))?
                }
                (None, Some(items)) => {
                    let span = items?.first().map_or(span_of(e), |item| span_of(*item));
                    let error = Error::sql("a list behind WHEN, and no value behind CASE to compare it with").at(span);
                    return Err(error.hint("CASE x WHEN 1, 2 THEN ..., or CASE WHEN x IN (1, 2) THEN ..."));
                }
                (None, None) => self.condition(&when.condition)?,
            });
            results.push(self.bind(&when.result)?);
        }
        results.extend(otherwise.map(|o| self.bind(o)).transpose()?);
        let (mut results, data_type) = unified(results, "CASE", span_of(e))?;
        let otherwise = otherwise.and_then(|_| results.pop()).map(Box::new);
        Ok(Expr::Case { branches: conditions.into_iter().zip(results).collect(), otherwise, data_type })
    }

    fn cast(&mut self, kind: &ast::CastKind, x: &ast::Expr, written: &ast::DataType) -> Result<Expr> {
        let (target, lengths) = library::declared(written).map_err(|e| e.at(span_of(x)))?;
        let mut input = self.bind(x)?;
        let is_exact = matches!(input.data_type(), DataType::Decimal { .. }) || input.data_type().is_integer();
        if is_exact && interval_fields(written).is_some_and(|fields| !fields.contains(' ')) {
            // A number is so many units, as its text is.
            input = cast(input, &DataType::STRING);
        }
        let tries = matches!(kind, ast::CastKind::TryCast | ast::CastKind::SafeCast);
        let on_failure = if tries { CastFailure::Null } else { CastFailure::RowError };
        if input.data_type().is_text()
            && let Some(form) = text_form(written)
        {
            return text_read_as(input, form, &target, on_failure, span_of(x));
        }
        let value = converted(input, target, on_failure, &x.to_string(), span_of(x))?;
        sized(value, &lengths, span_of(x))
    }
}

/// A value, written as `x`, as one of another type.
pub fn converted(input: Expr, target: DataType, on_failure: CastFailure, x: &str, span: Span) -> Result<Expr> {
    let is_number = target.is_numeric() || target == DataType::Boolean;
    let input = match input.data_type() == DataType::Json || access::is_part_of_json(&input) {
        true if is_number => library_call("$JSON_NUMBER", vec![input], span)?,
        _ => input,
    };
    let from = input.data_type();
    if from != DataType::Null && from != target && !castable(&from, &target) {
        let error = Error::sql(format!("{from} cannot be converted to {target}")).at(span);
        return Err(with_conversion(error, &from, &target, x));
    }
    // A number that is too large for a DECIMAL is NULL there, in Flink.
    let is_null_outside = from.is_numeric() && matches!(target, DataType::Decimal { .. });
    Ok(match from != target && from != DataType::Null && (on_failure == CastFailure::Null || is_null_outside) {
        true => Expr::Cast { input: Box::new(input), data_type: target, on_failure: CastFailure::Null },
        false => cast(input, &target),
    })
}

/// The values of a list behind WHEN.
fn listed(e: &ast::Expr) -> Option<Result<Vec<&ast::Expr>>> {
    match e {
        ast::Expr::Function(call) if call.name.to_string() == format!("`{WHEN_LIST}`") => Some(argument_exprs(call)),
        _ => None,
    }
}

/// The months and the days of an interval that has both.
fn mixed_interval(e: &ast::Expr) -> Result<Option<[Expr; 2]>> {
    match bare(e) {
        ast::Expr::Interval(interval) if interval.leading_field.is_none() => Ok(bind_intervals(interval)?.try_into().ok()),
        _ => Ok(None),
    }
}

/// What stands in parentheses.
pub fn bare(mut e: &ast::Expr) -> &ast::Expr {
    while let ast::Expr::Nested(inner) = e {
        e = inner;
    }
    e
}

/// How text is written that is cast to a type, where the type alone does not say it.
enum TextForm {
    /// An interval in these fields.
    Fields(String),
    /// Bytes as PostgreSQL writes them.
    Bytea,
}

fn text_form(written: &ast::DataType) -> Option<TextForm> {
    match is_bytea(written) {
        true => Some(TextForm::Bytea),
        false => interval_fields(written).map(TextForm::Fields),
    }
}

fn text_read_as(input: Expr, form: TextForm, target: &DataType, on_failure: CastFailure, span: Span) -> Result<Expr> {
    let name = match (&form, target, on_failure) {
        (TextForm::Bytea, _, CastFailure::RowError) => "$BYTEA",
        (TextForm::Bytea, _, CastFailure::Null) => "$TRY_BYTEA",
        (_, DataType::IntervalMonth, CastFailure::RowError) => "$MONTHS",
        (_, DataType::IntervalMonth, CastFailure::Null) => "$TRY_MONTHS",
        (_, _, CastFailure::RowError) => "$DAYS",
        (_, _, CastFailure::Null) => "$TRY_DAYS",
    };
    match form {
        TextForm::Bytea => library_call(name, vec![input], span),
        TextForm::Fields(fields) => library_call(name, vec![input, text(&fields)], span),
    }
}

/// A value whose texts and bytes are cut to the lengths of its type or filled up, as Flink does.
pub fn sized(value: Expr, lengths: &Lengths, span: Span) -> Result<Expr> {
    let data_type = value.data_type();
    match lengths.iter().as_slice() {
        _ if lengths.is_empty() => Ok(value),
        // A text of its own may be part of a key, of which RPAD tells more.
        [Some(Length::Char(size))] if !data_type.is_nested() => {
            let size = Expr::Literal { value: Value::Int(i64::try_from(*size).unwrap_or(i64::MAX)), data_type: DataType::BigInt };
            Ok(cast(library_call("RPAD", vec![value, size, text(" ")], span)?, &data_type))
        }
        _ => library_call(SIZED, vec![value, text(&lengths.to_string())], span),
    }
}

/// Functions that are called without brackets.
fn is_nullary(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME", "CURRENT_ROW_TIMESTAMP"];
    NAMES.iter().any(|n| n.eq_ignore_ascii_case(name))
}

/// NOT, where `negated`.
pub fn negate_if(negated: bool, input: Expr) -> Expr {
    if negated { Expr::Unary { op: UnaryOp::Not, input: Box::new(input) } } else { input }
}

/// A text constant.
pub fn text(text: &str) -> Expr {
    Expr::Literal { value: Value::text(text), data_type: DataType::STRING }
}

/// `parts` joined by an associative `op`, as flat as can be.
pub fn balanced(op: BinaryOp, mut parts: Vec<Expr>) -> Expr {
    if parts.len() <= 1 {
        return parts.pop().unwrap_or_else(|| Expr::boolean(op == BinaryOp::And));
    }
    let behind = parts.split_off(parts.len().div_ceil(2));
    let (left, right) = (Box::new(balanced(op, parts)), Box::new(balanced(op, behind)));
    Expr::Binary { op, left, right, data_type: DataType::Boolean }
}

fn joined(left: &impl Spanned, right: &impl Spanned) -> Span {
    let (a, b) = (span_of(left), span_of(right));
    let width = if a.line == b.line && b.column > a.column { b.column + b.width - a.column } else { a.width };
    Span { width, ..a }
}
