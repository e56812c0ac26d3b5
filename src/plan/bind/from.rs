//! FROM: joins, tables, views, common table expressions, sub-queries and window table functions.

use sqlparser::ast;

use super::QueryBinder;
use super::expr::ExprBinder;
use super::scope::{Relation, name_span, span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::plan::catalog::Entry;
use crate::plan::logical::{Join, Late, Plan, Scan};
use crate::plan::physical::JoinKind;
use crate::types::{Field, Schema};

impl QueryBinder<'_> {
    /// The relation of a FROM clause.
    pub(super) fn from(&mut self, select: &ast::Select) -> Result<Relation> {
        let mut relations = select.from.iter().map(|table| self.with_joins(table));
        let Some(first) = relations.next() else { return Ok(super::values::one_row()) };
        let mut relation = first?;
        for next in relations {
            relation = join(relation, next?, JoinKind::Inner, None)?;
        }
        Ok(relation)
    }

    /// A table and what is joined to it.
    fn with_joins(&mut self, table: &ast::TableWithJoins) -> Result<Relation> {
        let mut relation = self.factor(&table.relation)?;
        for step in &table.joins {
            let (kind, constraint) = join_kind(step)?;
            let right = self.factor(&step.relation)?;
            relation = join(relation, right, kind, constraint)?;
        }
        Ok(relation)
    }

    fn factor(&mut self, factor: &ast::TableFactor) -> Result<Relation> {
        use ast::TableFactor as F;
        match factor {
            F::Table { version: Some(_), .. } => {
                Err(unsupported("FOR SYSTEM_TIME AS OF", "temporal joins are not there yet", factor))
            }
            F::Table { name, alias, args: None, .. } => {
                let ident = last_part(name)?;
                let relation = self.named_relation(ident)?;
                aliased(relation, alias.as_ref())
            }
            F::Table { args: Some(_), .. } | F::Function { .. } => Err(unsupported(
                "this table function",
                "TUMBLE and HOP are there: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))",
                factor,
            )),
            F::Derived { subquery, alias, .. } => aliased(self.query(subquery)?, alias.as_ref()),
            F::TableFunction { expr, alias } => aliased(self.window_table(expr)?, alias.as_ref()),
            F::NestedJoin { table_with_joins, alias } => match table_with_joins.joins.first() {
                None => aliased(self.factor(&table_with_joins.relation)?, alias.as_ref()),
                Some(_) if alias.is_some() => {
                    Err(unsupported("a name for a join in parentheses", "name its tables, or make a sub-query of it", factor))
                }
                Some(_) => self.with_joins(table_with_joins),
            },
            other => Err(unsupported("this form of FROM", "tables, views, sub-queries, TUMBLE and HOP are there", other)),
        }
    }

    /// What a name in FROM stands for.
    pub(super) fn named_relation(&mut self, name: &ast::Ident) -> Result<Relation> {
        if let Some((_, relation)) = self.ctes.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(&name.value)) {
            return Ok(relation.clone().aliased(&name.value));
        }
        match self.catalog.find(&name.value) {
            Some(Entry::Table(index)) => Ok(self.scan(*index)),
            Some(Entry::View(relation)) => Ok((**relation).clone().aliased(&name.value)),
            None => Err(self.catalog.unknown(&name.value).at(name_span(name))),
        }
    }

    fn scan(&self, index: usize) -> Relation {
        let table = &self.catalog.tables[index];
        let schema = Schema::new(table.columns.iter().map(|c| Field::new(c.name.clone(), c.data_type.clone())).collect());
        let columns = (0..table.columns.len()).collect();
        let name = table.def.name.clone();
        let plan = Plan::Scan(Scan { table: index, name, columns, event_time: false, split_watermark: false, schema });
        Relation::new(plan, Some(&table.def.name), table.watermark.as_ref().map(|w| w.column))
    }

    /// The late table of the scans below a window's input, with its columns as columns of `plan`.
    pub(super) fn late_table(&self, plan: &Plan) -> Result<Option<Late>> {
        let mut name = None;
        for table in rows_from(plan) {
            match (&name, &self.catalog.tables[table].options.late_table) {
                (None, found) => name.clone_from(found),
                (Some(a), Some(b)) if !a.text.eq_ignore_ascii_case(&b.text) => {
                    let error = format!("the window reads tables with different late tables, '{}' and '{}'", a.text, b.text);
                    return Err(Error::sql(error).at(b.span).hint("give them the same 'late.table'"));
                }
                _ => {}
            }
        }
        let Some(name) = name else { return Ok(None) };
        let table = self.catalog.table(&name)?;
        let columns = self.catalog.tables[table].def.columns.iter().map(|column| {
            plan.schema().index_of(&column.name).ok_or_else(|| {
                Error::sql(format!("late rows go to '{}', but its column '{}' does not reach the window", name.text, column.name))
                    .at(name.span)
                    .hint(format!("select {} in the query below the window, or drop it from '{}'", column.name, name.text))
            })
        });
        Ok(Some(Late { table, columns: columns.collect::<Result<_>>()? }))
    }
}

/// Which join it is, and the condition as it is written.
fn join_kind(step: &ast::Join) -> Result<(JoinKind, Option<&ast::Expr>)> {
    use ast::JoinOperator as J;
    let (kind, constraint) = match &step.join_operator {
        J::Join(c) | J::Inner(c) | J::CrossJoin(c) => (JoinKind::Inner, c),
        J::Left(c) | J::LeftOuter(c) => (JoinKind::Left, c),
        J::Right(c) | J::RightOuter(c) => (JoinKind::Right, c),
        J::FullOuter(c) => (JoinKind::Full, c),
        J::Semi(c) | J::LeftSemi(c) => (JoinKind::LeftSemi, c),
        J::Anti(c) | J::LeftAnti(c) => (JoinKind::LeftAnti, c),
        _ => {
            let hint = "INNER, LEFT, RIGHT, FULL, CROSS, LEFT SEMI and LEFT ANTI JOIN are there";
            return Err(unsupported("this kind of join", hint, &step.relation));
        }
    };
    match constraint {
        ast::JoinConstraint::On(condition) => Ok((kind, Some(condition))),
        ast::JoinConstraint::None if matches!(step.join_operator, J::CrossJoin(_)) => Ok((kind, None)),
        ast::JoinConstraint::None => Err(Error::sql("a join without ON")
            .at(span_of(&step.relation))
            .hint("say with ON when two rows meet; CROSS JOIN pairs all of them")),
        ast::JoinConstraint::Using(_) | ast::JoinConstraint::Natural => {
            Err(unsupported("a join with USING or NATURAL", "write ON a.key = b.key", &step.relation))
        }
    }
}

/// Two relations joined. Neither event time nor windows outlive it: rows come out in the order in which they meet.
fn join(left: Relation, right: Relation, kind: JoinKind, condition: Option<&ast::Expr>) -> Result<Relation> {
    let mut fields = left.fields;
    let width = fields.len();
    fields.extend(right.fields);
    let bound = condition.map(|condition| {
        let bound = ExprBinder::new(&fields).condition(condition)?;
        if bound.is_fixed() {
            return Ok(bound);
        }
        Err(Error::sql("the condition of a join depends on more than the two rows")
            .at(span_of(condition))
            .hint("functions such as RAND() and CURRENT_TIMESTAMP can stand in WHERE or in the select list"))
    });
    let plan = Plan::Join(Join::new(left.plan, right.plan, kind, bound.transpose()?));
    if !kind.gives_pairs() {
        fields.truncate(width);
    }
    Ok(Relation { plan, fields, event_time: None, window: None })
}

/// Tables whose rows reach the output as rows, not as aggregates.
fn rows_from(plan: &Plan) -> Vec<usize> {
    match plan {
        Plan::Scan(scan) => vec![scan.table],
        Plan::Aggregate(_) | Plan::WindowAggregate(_) | Plan::Join(_) | Plan::Rank(_) => Vec::new(),
        _ => plan.inputs().into_iter().flat_map(rows_from).collect(),
    }
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
