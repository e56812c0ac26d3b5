//! Queries: WITH, UNION, and what stands behind a query.

use sqlparser::ast;

use super::coercion::{cast, common_type};
use super::order::{Bounds, Ordered, items, ordered};
use super::scope::{Relation, name_span, span_of, unsupported};
use super::select::distinct;
use crate::error::{Error, Result};
use crate::limits::NESTING_MAX;
use crate::plan::catalog::Catalog;
use crate::plan::logical::{Plan, Union};
use crate::plan::statement::StreamQuery;
use crate::types::{DataType, Field, Schema};

/// Binds one query.
pub struct QueryBinder<'a> {
    /// Tables and views.
    pub catalog: &'a Catalog,
    /// Common table expressions that can be seen here, innermost last.
    pub ctes: Vec<(String, Relation)>,
    depth: usize,
}

impl<'a> QueryBinder<'a> {
    /// Over these tables and views.
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, ctes: Vec::new(), depth: 0 }
    }

    /// A query with its EMIT, whose rows are written: in order, if it says so.
    pub fn written_query(&mut self, query: &StreamQuery) -> Result<Relation> {
        let rows = self.ordered_query(&query.query).map_err(|e| e.at(query.span))?;
        Ok(emitted(rows.sorted().shown(), query))
    }

    /// A query with its EMIT, whose rows others read, so that their order says nothing.
    pub fn stream_query(&mut self, query: &StreamQuery) -> Result<Relation> {
        let relation = self.query(&query.query).map_err(|e| e.at(query.span))?;
        Ok(emitted(relation, query))
    }

    /// A sub-query. Its order says nothing but which rows LIMIT leaves.
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<Relation> {
        Ok(self.ordered_query(query)?.shown())
    }

    /// The rows of a query with what they are ordered by.
    fn ordered_query(&mut self, query: &ast::Query) -> Result<Ordered> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(Error::limit(format!("sub-queries are nested deeper than {NESTING_MAX}")).hint("make views of them"));
        }
        refuse(query)?;
        let visible = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with)?;
        }
        let (bounds, order) = (Bounds::of(query)?, items(query)?);
        let rows = match &*query.body {
            ast::SetExpr::Select(select) => self.select(select, order)?,
            body => ordered(self.set(body)?, order)?,
        };
        self.ctes.truncate(visible);
        self.depth -= 1;
        rows.limited(&bounds)
    }

    fn with(&mut self, with: &ast::With) -> Result<()> {
        for cte in &with.cte_tables {
            if with.recursive {
                return Err(Error::sql("WITH RECURSIVE is not supported")
                    .at(name_span(&cte.alias.name))
                    .hint("leave RECURSIVE out where no table names itself"));
            }
            let relation = self.query(&cte.query)?;
            let names: Vec<_> = cte.alias.columns.iter().map(|c| (c.name.value.clone(), name_span(&c.name))).collect();
            let relation = relation.renamed(&names, &format!("WITH {}", cte.alias.name.value))?;
            self.ctes.push((cte.alias.name.value.clone(), relation));
        }
        Ok(())
    }

    fn set(&mut self, body: &ast::SetExpr) -> Result<Relation> {
        match body {
            ast::SetExpr::Select(select) => Ok(self.select(select, &[])?.shown()),
            ast::SetExpr::Query(query) => self.query(query),
            ast::SetExpr::SetOperation { op: ast::SetOperator::Union, .. } => self.union(body),
            ast::SetExpr::SetOperation { op, .. } => {
                Err(unsupported(&op.to_string(), "UNION ALL and UNION are there; filter with WHERE", body))
            }
            ast::SetExpr::Values(values) => self.values(values),
            ast::SetExpr::Table(_) => Err(unsupported("TABLE t as a query", "write SELECT * FROM t", body)),
            other => Err(unsupported("this query", "a SELECT is expected", other)),
        }
    }

    /// A chain of UNION, taken apart without recursion.
    fn union(&mut self, body: &ast::SetExpr) -> Result<Relation> {
        let mut branches = Vec::new();
        let mut rest = body;
        while let ast::SetExpr::SetOperation { left, op: ast::SetOperator::Union, set_quantifier, right } = rest {
            let all = match set_quantifier {
                ast::SetQuantifier::All => All::Yes,
                ast::SetQuantifier::None | ast::SetQuantifier::Distinct => All::No,
                _ => return Err(unsupported("UNION BY NAME", "select the columns in the same order", body)),
            };
            branches.push((all, &**right));
            rest = left;
        }
        let mut relation = self.set(rest)?;
        while let Some((all, branch)) = branches.pop() {
            let mut together = vec![(relation, span_of(rest))];
            together.push((self.set(branch)?, span_of(branch)));
            // What follows with ALL joins the same union.
            while let (All::Yes, Some((All::Yes, next))) = (all, branches.last()) {
                together.push((self.set(next)?, span_of(*next)));
                branches.pop();
            }
            relation = union_all(together)?;
            if all == All::No {
                relation = distinct(relation);
            }
        }
        Ok(relation)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum All {
    Yes,
    No,
}

fn emitted(mut relation: Relation, query: &StreamQuery) -> Relation {
    if let Some(emit) = query.emit {
        relation.plan.set_emit(emit);
    }
    relation
}

fn refuse(query: &ast::Query) -> Result<()> {
    if !query.pipe_operators.is_empty()
        || query.for_clause.is_some()
        || !query.locks.is_empty()
        || query.settings.is_some()
        || query.format_clause.is_some()
    {
        return Err(unsupported(
            "this clause behind a query",
            "SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... are there",
            query,
        ));
    }
    Ok(())
}

fn union_all(relations: Vec<(Relation, crate::error::Span)>) -> Result<Relation> {
    let mut fields: Vec<Field> = relations[0].0.fields.iter().map(|f| Field::new(f.name.clone(), f.data_type.clone())).collect();
    for (relation, span) in &relations[1..] {
        if relation.fields.len() != fields.len() {
            let error = format!("UNION of {} and {} columns", fields.len(), relation.fields.len());
            return Err(Error::sql(error).at(*span).hint("every SELECT of a UNION has the same number of columns"));
        }
        for (field, other) in fields.iter_mut().zip(&relation.fields) {
            field.data_type = common_type(&field.data_type, &other.data_type).ok_or_else(|| {
                Error::sql(format!("column '{}' of UNION is {} here and {} there", field.name, field.data_type, other.data_type))
                    .at(*span)
                    .hint("CAST one of them")
            })?;
        }
    }
    for field in &mut fields {
        if field.data_type == DataType::Null {
            field.data_type = DataType::STRING;
        }
    }
    let carries = |r: &Relation, time: usize| r.event_times.contains(&time) && r.fields[time].data_type == fields[time].data_type;
    let event_times = (0..fields.len()).filter(|time| relations.iter().all(|(r, _)| carries(r, *time))).collect();
    let inputs = relations.into_iter().map(|(relation, _)| conformed(relation.plan, &fields)).collect();
    let plan = Plan::Union(Union { inputs, schema: Schema::new(fields) });
    Ok(Relation { event_times, ..Relation::new(plan, None, None) })
}

/// `plan` with the names and types of `fields`.
fn conformed(plan: Plan, fields: &[Field]) -> Plan {
    if plan.schema().fields == fields {
        return plan;
    }
    let columns = plan.identity().into_iter().zip(fields).map(|(e, f)| (f.name.clone(), cast(e, &f.data_type))).collect();
    plan.projected(columns)
}
