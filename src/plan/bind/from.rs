//! FROM: joins, tables, views, common table expressions, sub-queries and window table functions.

use std::borrow::Cow;

use sqlparser::ast;

use super::QueryBinder;
use super::dependent::Outer;
use super::gap_fill::is_gap_fill;
use super::hint::{Asked, InputHints};
use super::join::{cross, join, kind_of, mirrored};
use super::join_subquery::asking_condition;
use super::join_version::{is_nearest, moment_of};
use super::join_within::joined_within;
use super::partitioning::partitioning;
use super::per_row::{PerRow, Sees};
use super::pivot::{Pivot, Unpivot};
use super::query::{Cte, check_size};
use super::scope::{Relation, name_span, span_of, unsupported};
use super::values::one_row;
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::plan::catalog::{Entry, without_columns};
use crate::plan::functions::refusal;
use crate::plan::logical::{Aggregate, LastRow, Partitioning, Plan, Scan};
use crate::plan::parse::{TableHints, table_hints_of};
use crate::plan::physical::{AggregateCall, AggregateFunction, JoinKind};
use crate::plan::statement::{Conflict, LateRows, Name};
use crate::types::relation::Changelog;
use crate::types::{DataType, Field, Schema};

/// A part of FROM within a query whose columns it may name.
enum Within<'f> {
    /// It names none.
    Rows(Box<Relation>),
    /// It is computed for each row.
    Dependent(Box<DependentFactor<'f>>),
}

/// A sub-query in FROM that names columns of a query around the one that it stands in.
struct DependentFactor<'f> {
    query: Cow<'f, ast::Query>,
    alias: Cow<'f, Option<ast::TableAlias>>,
    sees: Sees,
}

impl DependentFactor<'_> {
    fn per_row(&self) -> PerRow<'_> {
        PerRow::Lateral(&self.query, self.alias.as_ref().as_ref(), self.sees)
    }
}

impl QueryBinder<'_> {
    /// The relation of a FROM clause, of whose inputs hints say something, beside the rows of the query around it, if it may name
    /// its columns.
    pub(super) fn from(&mut self, select: &ast::Select, hints: &InputHints, outer: Option<&Outer<'_>>) -> Result<Relation> {
        let (depth, visible) = (self.depth(), self.ctes.len());
        match (self.inputs_by_themselves(select, hints), outer) {
            (Ok(relation), None) => Ok(relation),
            (Ok(relation), Some(outer)) => {
                let mut both = outer.beside(relation);
                if let ([table], true) = (select.from.as_slice(), outer.are_rows()) {
                    hints.ask_of_join(&mut both.plan, [Asked::default(), hints.of_table(table)]);
                }
                Ok(both)
            }
            (Err(_), Some(outer)) => {
                self.reset(depth, visible);
                self.inputs_within(select, hints, outer)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// FROM, no part of which names columns of a query around it.
    fn inputs_by_themselves(&mut self, select: &ast::Select, hints: &InputHints) -> Result<Relation> {
        let (mut relation, mut left) = (None, Asked::default());
        for table in &select.from {
            let table = &*mirrored(table);
            let own = hints.of_table(table);
            relation = Some(match (relation, PerRow::of(&table.relation)?) {
                (Some(before), Some(per_row)) => {
                    let relation = self.per_row(before, &per_row, JoinKind::Inner)?;
                    left = Asked::default();
                    self.joined(relation, Asked::default(), &table.joins, hints, None)?
                }
                (Some(before), None) => {
                    let mut both = cross(before, self.with_joins(table, hints)?);
                    hints.ask_of_join(&mut both.plan, [std::mem::take(&mut left), own]);
                    both
                }
                (None, _) => {
                    left = own;
                    self.with_joins(table, hints)?
                }
            });
        }
        Ok(relation.unwrap_or_else(one_row))
    }

    /// FROM, parts of which are computed for each row of the query around it: these come first, and all else is joined to them.
    fn inputs_within(&mut self, select: &ast::Select, hints: &InputHints, outer: &Outer<'_>) -> Result<Relation> {
        let mut relation: Option<Relation> = None;
        for table in &select.from {
            let table = &*mirrored(table);
            let before = relation.take();
            let beside = |before: Option<Relation>| before.unwrap_or_else(|| outer.beside(one_row()));
            let found = match PerRow::of(&table.relation)? {
                Some(per_row) => self.per_row(beside(before), &per_row, JoinKind::Inner)?,
                None => match self.factor_within(&table.relation, hints, outer)? {
                    Within::Rows(found) => match before {
                        None => outer.beside(*found),
                        Some(before) => cross(before, *found),
                    },
                    Within::Dependent(dependent) => self.per_row(beside(before), &dependent.per_row(), JoinKind::Inner)?,
                },
            };
            relation = Some(self.joined(found, Asked::default(), &table.joins, hints, Some(outer))?);
        }
        Ok(relation.unwrap_or_else(|| outer.beside(one_row())))
    }

    /// A part of FROM within `outer`.
    fn factor_within<'f>(&mut self, factor: &'f ast::TableFactor, hints: &InputHints, outer: &Outer<'_>) -> Result<Within<'f>> {
        let (depth, visible) = (self.depth(), self.ctes.len());
        let error = match self.factor(factor, hints) {
            Ok(relation) => return Ok(Within::Rows(Box::new(relation))),
            Err(error) => error,
        };
        self.reset(depth, visible);
        let sees = Sees::First(outer.width());
        match factor {
            ast::TableFactor::Derived { subquery, alias, .. } => Ok(Within::Dependent(Box::new(DependentFactor {
                query: Cow::Borrowed(&**subquery),
                alias: Cow::Borrowed(alias),
                sees,
            }))),
            ast::TableFactor::Table { name, alias, args: None, .. } => {
                let known = last_part(name).ok().and_then(|name| self.dependent_cte(name));
                let Some(cte) = known else { return Err(error) };
                let (query, mut named) = (cte.query.clone(), cte.alias.clone());
                if let Some(alias) = alias {
                    named.name = alias.name.clone();
                    named.columns = if alias.columns.is_empty() { named.columns } else { alias.columns.clone() };
                }
                Ok(Within::Dependent(Box::new(DependentFactor {
                    query: Cow::Owned(*query),
                    alias: Cow::Owned(Some(named)),
                    sees,
                })))
            }
            _ => Err(error),
        }
    }

    /// A part of FROM beside the rows of `outer`, whose columns it may name.
    fn side_within(&mut self, factor: &ast::TableFactor, hints: &InputHints, outer: &Outer<'_>) -> Result<Relation> {
        let around = |binder: &mut Self, per_row: &PerRow<'_>| binder.per_row(outer.beside(one_row()), per_row, JoinKind::Inner);
        match PerRow::of(factor)? {
            Some(per_row) => around(self, &per_row),
            None => match self.factor_within(factor, hints, outer)? {
                Within::Rows(rows) => Ok(outer.beside(*rows)),
                Within::Dependent(dependent) => around(self, &dependent.per_row()),
            },
        }
    }

    /// The common table expression of a name, if it may name columns of a query around it.
    fn dependent_cte(&self, name: &ast::Ident) -> Option<&ast::Cte> {
        match self.ctes.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(&name.value)) {
            Some((_, Cte::Dependent(cte))) => Some(cte.read()),
            _ => None,
        }
    }

    /// A table and what is joined to it.
    fn with_joins(&mut self, table: &ast::TableWithJoins, hints: &InputHints) -> Result<Relation> {
        let table = &*mirrored(table);
        let relation = match PerRow::of(&table.relation)? {
            Some(per_row) => self.per_row(one_row(), &per_row, JoinKind::Inner)?,
            None => self.factor(&table.relation, hints)?,
        };
        self.joined(relation, hints.of_input(&table.relation), &table.joins, hints, None)
    }

    /// `relation`, for which hints ask this, and what is joined to it; the columns of `outer`, if it is given, stand first.
    fn joined(
        &mut self,
        mut relation: Relation,
        mut left: Asked,
        steps: &[ast::Join],
        hints: &InputHints,
        outer: Option<&Outer<'_>>,
    ) -> Result<Relation> {
        for step in steps {
            check_size(&relation.plan, &step.relation)?;
            let keeps_right = matches!(kind_of(step), Ok((JoinKind::Right | JoinKind::Full, _)));
            if let (true, Some(outer)) = (keeps_right, outer) {
                if outer.are_rows() {
                    return Err(Error::internal("rows around would stand on both sides of a join"));
                }
                let right = self.side_within(&step.relation, hints, outer)?;
                relation = joined_within(relation, step, right, outer.width())?;
                continue;
            }
            if let Some(per_row) = PerRow::of(&step.relation)? {
                relation = match keeps_right {
                    true => join(relation, step, self.by_itself(&per_row)?)?,
                    false => self.joined_per_row(relation, step, &per_row)?,
                };
                left = Asked::default();
                continue;
            }
            relation = match moment_of(&step.relation) {
                Some(moment) => {
                    let table = self.table_of_moment(&step.relation)?;
                    self.as_of(relation, step, table, moment)?
                }
                None => {
                    let right = match outer {
                        None => self.factor(&step.relation, hints)?,
                        Some(outer) => match self.factor_within(&step.relation, hints, outer)? {
                            Within::Rows(right) => *right,
                            Within::Dependent(dependent) => {
                                relation = self.joined_per_row(relation, step, &dependent.per_row())?;
                                continue;
                            }
                        },
                    };
                    match asking_condition(step, &relation, &right) {
                        _ if is_nearest(step) => self.nearest(relation, step, right)?,
                        Some((kind, condition)) => {
                            relation = self.joined_asking(relation, right, kind, condition)?;
                            left = Asked::default();
                            continue;
                        }
                        None => join(relation, step, right)?,
                    }
                }
            };
            hints.ask_of_join(&mut relation.plan, [std::mem::take(&mut left), hints.of_input(&step.relation)]);
        }
        Ok(relation)
    }

    /// The table of FROM that is read as of a moment, and its name.
    fn table_of_moment<'f>(&mut self, factor: &'f ast::TableFactor) -> Result<(&'f ast::Ident, Relation)> {
        match factor {
            ast::TableFactor::Table { name, alias, args: None, .. } => {
                let (ident, relation) = self.table_named(name)?;
                Ok((ident, aliased(relation, alias.as_ref())?))
            }
            other => Err(unsupported("FOR SYSTEM_TIME AS OF here", "it stands behind the name of a table or view", other)),
        }
    }

    /// A part of FROM by itself.
    pub(super) fn factor(&mut self, factor: &ast::TableFactor, hints: &InputHints) -> Result<Relation> {
        use ast::TableFactor as F;
        match factor {
            F::Table { version: Some(_), .. } => {
                Err(unsupported("FOR SYSTEM_TIME AS OF here", "it stands behind the table on the right of a JOIN", factor))
            }
            F::Table { sample: Some(_), .. } | F::Derived { sample: Some(_), .. } => {
                Err(unsupported("TABLESAMPLE", "a filter such as MOD(id, 10) = 0 takes a part of the rows", factor))
            }
            F::Table { with_hints, .. } if !with_hints.is_empty() => {
                Err(unsupported("WITH behind a table of FROM", "options stand in /*+ OPTIONS('key' = 'value') */", factor))
            }
            F::Table { name, alias, args: None, .. } => {
                let (_, relation) = self.table_named(name)?;
                aliased(relation, alias.as_ref())
            }
            F::Table { name, args: Some(args), alias, .. } if is_gap_fill(name) => {
                let args = plain_args(&args.args, span_of(name))?;
                aliased(self.gap_fill(&args, span_of(name))?, alias.as_ref())
            }
            F::Table { args: Some(_), .. } | F::Function { .. } => Err(no_table_function(factor)),
            F::Derived { subquery, alias, .. } => aliased(self.query(subquery)?, alias.as_ref()),
            F::TableFunction { expr, alias } => aliased(self.window_table(expr)?, alias.as_ref()),
            F::MatchRecognize { alias, .. } => aliased(self.row_pattern(factor, hints)?, alias.as_ref()),
            F::NestedJoin { table_with_joins, alias } => match table_with_joins.joins.first() {
                None => aliased(self.factor(&table_with_joins.relation, hints)?, alias.as_ref()),
                Some(_) => {
                    let joined = self.with_joins(table_with_joins, hints)?;
                    if alias.is_some() { aliased(joined.as_one(), alias.as_ref()) } else { Ok(joined) }
                }
            },
            F::Pivot { table, aggregate_functions, value_column, value_source, default_on_null, alias } => {
                let (aggregates, keys, values) = (aggregate_functions, value_column, value_source);
                let pivot = Pivot { aggregates, keys, values, default: default_on_null.as_ref() };
                let table = self.factor(table, hints)?;
                aliased(self.pivoted(table, &pivot)?, alias.as_ref())
            }
            F::Unpivot { table, value, name, columns, null_inclusion, alias } => {
                let unpivot = Unpivot { value, name, columns, nulls: null_inclusion.as_ref() };
                let table = self.factor(table, hints)?;
                aliased(self.unpivoted(table, &unpivot)?, alias.as_ref())
            }
            other => Err(unsupported(
                "this form of FROM",
                "tables, views, sub-queries, TUMBLE, HOP, CUMULATE and SESSION are there",
                other,
            )),
        }
    }

    /// What the name of a table in FROM stands for, with the last part of it.
    fn table_named<'f>(&mut self, name: &'f ast::ObjectName) -> Result<(&'f ast::Ident, Relation)> {
        let parts = name.0.iter().filter_map(ast::ObjectNamePart::as_ident);
        let (ident, hints) = (last_part(name)?, table_hints_of(parts)?);
        Ok((ident, self.named_relation(ident, &hints)?))
    }

    /// What a name in FROM stands for; hints may give options to a table, and say how its rows get to the shards.
    pub(super) fn named_relation(&mut self, name: &ast::Ident, hints: &TableHints) -> Result<Relation> {
        let cte = self.ctes.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(&name.value));
        let entry = self.catalog.find(&name.value);
        let cte = match cte {
            Some((_, Cte::Dependent(cte))) => return Err(cte.error()),
            Some((_, Cte::Rows(relation))) => Some(&**relation),
            None => None,
        };
        match (cte, entry, &hints.options) {
            (None, Some(Entry::Table(index)), options) => {
                let index = match options {
                    Some(options) => self.catalog.with_options(*index, options)?,
                    None => *index,
                };
                let partitioning = hints.partitioning.as_ref().map(|hint| partitioning(&self.catalog.tables[index], hint));
                Ok(self.scan(index, partitioning.transpose()?))
            }
            (None, None, _) => Err(self.catalog.unknown(&name.value).at(name_span(name))),
            (None, Some(Entry::Unfilled(_)), _) => {
                Err(without_columns(&Name { text: name.value.clone(), span: name_span(name) }))
            }
            (Some(_), ..) | (None, Some(Entry::View(_)), _) if hints.first().is_some() => {
                let hint = hints.first().unwrap_or_default();
                let error = Error::sql(format!("'{}' is no table: the hint {hint} has nothing to go by", name.value));
                Err(error.at(name_span(name)).hint(format!("put the hint {hint} behind the tables that it reads")))
            }
            (Some(relation), ..) => Ok(relation.clone().aliased(&name.value)),
            (None, Some(Entry::View(view)), _) => Ok(view.relation.clone().aliased(&name.value)),
        }
    }

    fn scan(&self, index: usize, partitioning: Option<Partitioning>) -> Relation {
        let table = &self.catalog.tables[index];
        let schema = Schema::new(table.columns.iter().map(|c| Field::new(c.name.clone(), c.data_type.clone())).collect());
        let columns = (0..table.columns.len()).collect();
        let name = table.def.name.clone();
        let plan = Plan::Scan(Scan {
            table: index,
            name,
            changelog: table.changelog,
            columns,
            arrivals: table.arrivals(),
            basis: table.basis(),
            event_time: false,
            split_watermark: false,
            split: false,
            partitioning,
            schema,
        });
        let plan = match &table.watermark {
            Some(watermark) if watermark.late == LateRows::LeftOut => on_time(plan, watermark.column),
            _ => plan,
        };
        let plan = match table.changelog {
            Changelog::Upsert => {
                let (keys, schema) = (table.key(), plan.schema().clone());
                match table.conflict {
                    Conflict::Stays(standing) => {
                        Plan::LastRow(LastRow { input: Box::new(plan), keys, standing, split_watermark_column: None, schema })
                    }
                    Conflict::FillsUp => filled_up(plan, keys),
                }
            }
            _ => plan,
        };
        Relation { event_times: table.event_times(), ..Relation::new(plan, Some(&table.def.name), None) }
    }
}

/// The rows of a table that do not lie behind the watermark of their split; one without a time does not.
fn on_time(scan: Plan, time: usize) -> Plan {
    let time = Expr::column(time, scan.schema().fields[time].data_type.clone());
    let watermark = Expr::SplitWatermark { time: Box::new(time.clone()) };
    let reached =
        Expr::Binary { op: BinaryOp::GtEq, left: Box::new(time), right: Box::new(watermark), data_type: DataType::Boolean };
    scan.filtered(Expr::Coalesce { args: vec![reached, Expr::boolean(true)], data_type: DataType::Boolean })
}

/// One row for each key, each column of which has the value that came last and is not NULL.
fn filled_up(plan: Plan, keys: Vec<usize>) -> Plan {
    let fields = plan.schema().fields.clone();
    let others: Vec<usize> = (0..fields.len()).filter(|column| !keys.contains(column)).collect();
    let last = |column: &usize| {
        let of = fields[*column].data_type.clone();
        AggregateCall::new(AggregateFunction::LastValue, &[(*column, of.clone())], of)
    };
    let calls = others.iter().map(last).collect();
    let made = keys.iter().chain(&others).map(|column| fields[*column].clone()).collect();
    let place = |column: usize| keys.iter().chain(&others).position(|known| *known == column);
    let places: Vec<usize> = (0..fields.len()).filter_map(place).collect();
    let aggregate = Plan::Aggregate(Aggregate::new(plan, keys.clone(), calls, Schema::new(made)));
    let values = aggregate.identity();
    let columns = fields.into_iter().zip(places).map(|(field, at)| (field.name, values[at].clone())).collect();
    aggregate.projected(columns)
}

/// Arguments that are expressions without names.
fn plain_args(args: &[ast::FunctionArg], span: Span) -> Result<Vec<&ast::Expr>> {
    let expr = |arg| match arg {
        &ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ref e)) => Ok(e),
        _ => Err(Error::sql("a plain argument is expected here").at(span)),
    };
    args.iter().map(expr).collect()
}

/// There is no such function in FROM.
fn no_table_function(factor: &ast::TableFactor) -> Error {
    if let ast::TableFactor::Table { name, .. } | ast::TableFactor::Function { name, .. } = factor
        && let Some(error) = refusal(&name.to_string())
    {
        return error.at(span_of(name));
    }
    unsupported(
        "this table function",
        "UNNEST, TUMBLE, HOP, CUMULATE, SESSION and GAP_FILL are there: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))",
        factor,
    )
}

fn last_part(name: &ast::ObjectName) -> Result<&ast::Ident> {
    match name.0.last() {
        Some(ast::ObjectNamePart::Identifier(ident)) => Ok(ident),
        _ => Err(unsupported("this table name", "a plain name is expected", name)),
    }
}

fn aliased(relation: Relation, alias: Option<&ast::TableAlias>) -> Result<Relation> {
    let Some(alias) = alias else { return Ok(relation) };
    let names: Vec<(String, Span)> = alias.columns.iter().map(|c| (c.name.value.clone(), name_span(&c.name))).collect();
    Ok(relation.renamed(&names, &format!("the alias {}", alias.name.value))?.aliased(&alias.name.value))
}
