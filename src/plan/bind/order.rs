//! ORDER BY, LIMIT, OFFSET and FETCH behind a query: keys as columns of the query, some of them hidden behind those that it shows.

use sqlparser::ast;

use super::coercion::{cast, is_text_literal};
use super::dependent::Links;
use super::expr::ExprBinder;
use super::function::library_call;
use super::library;
use super::operator::by_order;
use super::scope::{Relation, span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::plan::logical::{Plan, Rank, Sort};
use crate::plan::physical::{RankFunction, SortKey, SortTime};
use crate::types::{DataType, Value};

/// A query with the columns that it is ordered by.
pub struct Ordered {
    /// Its columns, then hidden ones, of which the last have no names.
    pub relation: Relation,
    /// Number of columns that it shows.
    pub width: usize,
    /// The order.
    pub keys: Vec<SortKey>,
    /// Where ORDER BY stands.
    pub span: Span,
    /// What it takes from a query around it; its last columns, as it has none without a name then.
    pub links: Links,
    /// How many rows it has.
    pub count: Count,
}

/// How many rows a query has, for each value of its links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// One or none.
    OneAtMost,
    /// Nobody knows.
    Any,
}

impl Ordered {
    /// In no order.
    pub fn plain(relation: Relation) -> Ordered {
        let (width, keys, span) = (relation.fields.len(), Vec::new(), Span::default());
        Ordered { width, relation, keys, span, links: Links::default(), count: Count::Any }
    }

    /// The rows that LIMIT and its kin leave, and how many are passed over.
    pub fn limited(mut self, bounds: &Bounds) -> Result<Ordered> {
        if *bounds == Bounds::default() || (self.count == Count::One && bounds.keep_the_first()) {
            return Ok(self);
        }
        if self.links.over_nothing.take().is_some() && !self.links.columns.is_empty() {
            let hint = "leave it out: the sub-query has one row";
            return Err(Error::sql("LIMIT or OFFSET that leaves no row of a sub-query").at(self.span).hint(hint));
        }
        if self.count == Count::One || (bounds.limit.is_some_and(|limit| limit <= 1) && !bounds.with_ties) {
            self.count = Count::OneAtMost;
        }
        let function = if bounds.with_ties { RankFunction::Rank } else { RankFunction::RowNumber };
        let columns = self.relation.plan.schema().fields.len();
        let links = (columns - self.links.columns.len()..columns).collect();
        let mut rank = Rank::new(self.relation.plan, function, links, self.keys.clone());
        rank.limit = bounds.limit.map(|limit| limit.saturating_add(bounds.offset));
        rank.offset = bounds.offset;
        let width = rank.input.schema().fields.len();
        rank.gives_rank = false;
        rank.schema.fields.truncate(width);
        self.relation =
            Relation { plan: Plan::Rank(rank), event_times: Vec::new(), windows: Vec::new(), fields: self.relation.fields };
        Ok(self)
    }

    /// The same rows, to come in order.
    pub fn sorted(mut self) -> Ordered {
        if self.keys.is_empty() {
            return self;
        }
        let first = self.keys[0];
        if !first.descending && self.relation.processing_times().contains(&first.column) {
            self.relation = self.relation.timed_by(first.column);
        }
        let times = &self.relation.event_times;
        let time = Some(first.column).filter(|column| !first.descending && times.contains(column));
        let time = time.map(|column| SortTime { column, split_watermark_column: None });
        let (order, schema) = (self.keys.clone(), self.relation.plan.schema().clone());
        let input = Box::new(self.relation.plan);
        self.relation.plan = Plan::Sort(Sort { input, order, time, late: None, emit: None, span: self.span, schema });
        self
    }

    /// The columns that it shows.
    pub fn shown(self) -> Relation {
        self.relation.keeping(|at, _| at < self.width)
    }

    /// The columns that it shows, and behind them what is known of the time of its rows.
    pub fn timed(self) -> Relation {
        self.relation.keeping(|at, field| at < self.width || field.is_unnamed())
    }
}

/// How many rows of a query there are to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    limit: Option<u64>,
    offset: u64,
    with_ties: bool,
}

impl Bounds {
    /// Whether the first row stays.
    fn keep_the_first(&self) -> bool {
        self.offset == 0 && self.limit != Some(0)
    }

    /// What a query says.
    pub fn of(query: &ast::Query) -> Result<Bounds> {
        let mut bounds = Bounds::default();
        match &query.limit_clause {
            Some(ast::LimitClause::LimitOffset { limit, offset, limit_by }) => {
                if let Some(by) = limit_by.first() {
                    return Err(unsupported("LIMIT ... BY", "rank the rows with ROW_NUMBER() OVER (PARTITION BY ...)", by));
                }
                bounds.limit = limit.as_ref().map(number).transpose()?.flatten();
                bounds.offset = offset.as_ref().map(|offset| number(&offset.value)).transpose()?.flatten().unwrap_or(0);
            }
            Some(ast::LimitClause::OffsetCommaLimit { offset, limit }) => {
                (bounds.limit, bounds.offset) = (number(limit)?, number(offset)?.unwrap_or(0));
            }
            None => {}
        }
        if let Some(fetch) = &query.fetch {
            if fetch.percent {
                return Err(unsupported("FETCH ... PERCENT", "say how many rows", query));
            }
            if bounds.limit.is_some() {
                return Err(Error::sql("LIMIT and FETCH behind one query").at(span_of(query)).hint("leave one of them out"));
            }
            bounds.limit = fetch.quantity.as_ref().map_or(Ok(Some(1)), number)?;
            bounds.with_ties = fetch.with_ties;
            if fetch.with_ties && query.order_by.is_none() {
                return Err(Error::sql("FETCH ... WITH TIES without ORDER BY").at(span_of(query)).hint("say ONLY"));
            }
        }
        Ok(bounds)
    }
}

/// A number of rows; `None` for NULL, which is no limit.
fn number(e: &ast::Expr) -> Result<Option<u64>> {
    let wrong = || Error::sql("a number of rows is a constant, whole and not negative").at(span_of(e)).hint("such as 10");
    if let ast::Expr::Identifier(_) | ast::Expr::CompoundIdentifier(_) = e {
        return Err(wrong());
    }
    let bound = ExprBinder::new(&[]).bind(e)?;
    let data_type = bound.data_type();
    let value = match bound {
        text if is_text_literal(&text) => library::evaluate_constant(&cast(text, &DataType::BigInt))?,
        number if data_type.is_integer() || data_type == DataType::Null => constant(number)?,
        // Rounded, as in PostgreSQL.
        number if data_type.is_numeric() => constant(library_call("ROUND", vec![number], span_of(e))?)?,
        _ => None,
    };
    match value {
        Some(Value::Null) => Ok(None),
        Some(Value::Int(number)) if number >= 0 => Ok(Some(number.unsigned_abs())),
        _ => Err(wrong()),
    }
}

/// A number that is known, as BIGINT.
fn constant(number: Expr) -> Result<Option<Value>> {
    library::evaluate_constant(&cast(number, &DataType::BigInt))
}

/// What stands behind ORDER BY.
pub fn items(query: &ast::Query) -> Result<&[ast::OrderByExpr]> {
    match query.order_by.as_ref().map(|order| (&order.kind, &order.interpolate)) {
        None => Ok(&[]),
        Some((ast::OrderByKind::Expressions(items), None)) => Ok(items),
        Some(_) => Err(unsupported("ORDER BY ALL", "name the columns", query)),
    }
}

/// Whether an item is descending, and whether its NULLs come first.
pub fn direction(item: &ast::OrderByExpr) -> Result<(bool, bool)> {
    let descending = match &item.options.sort {
        None | Some(ast::OrderBySort::Asc) => false,
        Some(ast::OrderBySort::Desc) => true,
        Some(_) => return Err(unsupported("ORDER BY ... USING", "ASC and DESC are there", &item.expr)),
    };
    if item.with_fill.is_some() {
        return Err(unsupported("WITH FILL", "leave it out", &item.expr));
    }
    // NULLs are less than all other values, as in Flink.
    Ok((descending, item.options.nulls_first.unwrap_or(!descending)))
}

/// What an item of ORDER BY means among these columns: the place of one, or an expression.
pub enum Meant<'a> {
    /// The column of this number, or of this name.
    Column(usize),
    /// Something computed.
    Expr(&'a ast::Expr),
}

/// What an item of ORDER BY means where the query shows columns of these names.
pub fn meant<'a>(e: &'a ast::Expr, names: &[&str]) -> Result<Meant<'a>> {
    match e {
        ast::Expr::Value(value) if matches!(value.value, ast::Value::Number(..)) => {
            let place = number(e)?.and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=names.len()).contains(n));
            let error = || {
                Error::sql(format!("ORDER BY {value}: the query has {} columns", names.len()))
                    .at(span_of(e))
                    .hint("a number is the place of a column, counted from 1")
            };
            place.map(|n| Meant::Column(n - 1)).ok_or_else(error)
        }
        ast::Expr::Identifier(name) => {
            let place = names.iter().position(|own| own.eq_ignore_ascii_case(&name.value));
            Ok(place.map_or(Meant::Expr(e), Meant::Column))
        }
        _ => Ok(Meant::Expr(e)),
    }
}

/// A query whose rows are not those of a SELECT, such as a UNION, ordered by expressions over the `width` columns that it shows; its links
/// stand behind those.
pub fn ordered(relation: Relation, width: usize, items: &[ast::OrderByExpr]) -> Result<Ordered> {
    let Some(first) = items.first() else { return Ok(Ordered { width, ..Ordered::plain(relation) }) };
    let shown = &relation.fields[..width];
    let names: Vec<&str> = shown.iter().map(|field| field.name.as_str()).collect();
    let mut columns: Vec<(String, Expr)> =
        relation.fields.iter().zip(relation.plan.identity()).map(|(f, e)| (f.name.clone(), e)).collect();
    let links: Vec<_> =
        columns.split_off(width).into_iter().zip(&relation.fields[width..]).filter(|(_, f)| !f.is_unnamed()).collect();
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        let key = match meant(&item.expr, &names)? {
            Meant::Column(column) => match by_order(columns[column].1.clone(), span_of(&item.expr))? {
                same if same == columns[column].1 => Err(column),
                key => Ok(key),
            },
            Meant::Expr(e) => Ok(by_order(fixed(ExprBinder::new(shown).bind(e)?, e)?, span_of(e))?),
        };
        let column = key.map_or_else(
            |column| column,
            |hidden| {
                columns.push((format!("$order{}", columns.len()), hidden));
                columns.len() - 1
            },
        );
        let (descending, nulls_first) = direction(item)?;
        keys.push(SortKey { column, descending, nulls_first });
    }
    let span = span_of(&first.expr);
    let relation = if columns.len() == width {
        relation
    } else {
        columns.extend(links.into_iter().map(|(link, _)| link));
        relation.selected(columns)
    };
    Ok(Ordered { keys, span, width, ..Ordered::plain(relation) })
}

/// A key of an order, which must say the same of the same row.
pub fn fixed(bound: Expr, e: &ast::Expr) -> Result<Expr> {
    if bound.is_fixed() {
        return Ok(bound);
    }
    Err(Error::sql("an order depends on more than the row")
        .at(span_of(e))
        .hint("functions such as CURRENT_TIMESTAMP can stand in the select list"))
}
