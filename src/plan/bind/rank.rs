//! ROW_NUMBER, RANK and DENSE_RANK with OVER.
//!
//! Each is bound as a stand-in column beyond `RANK_BASE`; once all of a SELECT are known, rankings are put over its input, and the
//! stand-ins become their columns.

use sqlparser::ast;

use super::expr::ExprBinder;
use super::order::{direction, fixed};
use super::scope::{Relation, name_span, span_of, unsupported};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::logical::{Plan, Rank, moved_columns};
use crate::plan::physical::{RankFunction, SortKey};
use crate::types::DataType;

/// Stand-in columns of ranks begin here.
const RANK_BASE: usize = 1 << 42;

/// The rankings of a SELECT.
#[derive(Debug, Default)]
pub struct Rankings {
    found: Vec<Ranking>,
}

#[derive(Debug, PartialEq)]
struct Ranking {
    function: RankFunction,
    keys: Vec<Expr>,
    order: Vec<OrderItem>,
}

/// An item of ORDER BY.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    /// By this.
    pub expr: Expr,
    /// DESC.
    pub descending: bool,
    /// Whether NULLs stand before all other values.
    pub nulls_first: bool,
}

impl Rankings {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// `relation` with a column for each ranking, and these expressions over it.
    pub fn over(self, relation: Relation, exprs: Vec<Expr>) -> (Relation, Vec<Expr>) {
        if self.is_empty() {
            return (relation, exprs);
        }
        let Relation { plan, fields, .. } = relation;
        let mut columns: Vec<(String, Expr)> =
            plan.identity().into_iter().zip(&fields).map(|(e, f)| (f.name.clone(), e)).collect();
        let mut column_of = |expr: &Expr| match columns.iter().position(|(_, known)| known == expr) {
            Some(position) => position,
            None => {
                columns.push((format!("$over{}", columns.len()), expr.clone()));
                columns.len() - 1
            }
        };
        let mut placed = Vec::with_capacity(self.found.len());
        for Ranking { function, keys, order } in &self.found {
            let keys: Vec<usize> = keys.iter().map(&mut column_of).collect();
            let sort = |item: &OrderItem| SortKey {
                column: column_of(&item.expr),
                descending: item.descending,
                nulls_first: item.nulls_first,
            };
            placed.push((*function, keys, order.iter().map(sort).collect()));
        }
        let mut plan = plan.projected(columns);
        let first = plan.schema().fields.len();
        for (function, keys, order) in placed {
            plan = Plan::Rank(Rank::new(plan, function, keys, order));
        }
        let place = |column: usize| if column >= RANK_BASE { first + (column - RANK_BASE) } else { column };
        let exprs = exprs.iter().map(|expr| moved_columns(expr, &place)).collect();
        (Relation { plan, fields, event_times: Vec::new(), window: None }, exprs)
    }
}

/// The ranking of this upper-case name.
fn function_named(name: &str) -> Option<RankFunction> {
    use RankFunction as R;
    [R::RowNumber, R::Rank, R::DenseRank].into_iter().find(|function| function.name() == name)
}

impl ExprBinder<'_> {
    /// A call with OVER: collected, and replaced by a stand-in column.
    pub(super) fn over_call(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let Some(function) = function_named(name) else {
            let hint = "ROW_NUMBER, RANK and DENSE_RANK are there; aggregate with GROUP BY, or over a TUMBLE or HOP window";
            return Err(unsupported(&format!("{name} with OVER"), hint, &call.name));
        };
        let plain = match &call.args {
            ast::FunctionArguments::List(list) => list.args.is_empty() && list.clauses.is_empty(),
            ast::FunctionArguments::None => true,
            ast::FunctionArguments::Subquery(_) => false,
        };
        if !plain || call.filter.is_some() || call.null_treatment.is_some() {
            return Err(Error::sql(format!("{name} takes nothing")).at(span_of(&call.name)).hint(format!("{name}() OVER (...)")));
        }
        let Some(ast::WindowType::WindowSpec(spec)) = &call.over else {
            return Err(unsupported("a named window", "write it out behind OVER", &call.name));
        };
        if let Some(window) = &spec.window_name {
            return Err(unsupported("a named window", "write it out behind OVER", &call.name).at(name_span(window)));
        }
        if spec.window_frame.is_some() {
            return Err(Error::sql(format!("{name} has no frame")).at(span_of(&call.name)).hint("leave ROWS or RANGE out"));
        }
        if spec.order_by.is_empty() {
            return Err(Error::sql(format!("{name} without ORDER BY"))
                .at(span_of(&call.name))
                .hint(format!("{name}() OVER (PARTITION BY key ORDER BY price DESC)")));
        }
        let keys = spec.partition_by.iter().map(|key| self.sort_expr(key)).collect::<Result<_>>()?;
        let order = spec.order_by.iter().map(|item| self.order_item(item)).collect::<Result<_>>()?;
        let ranking = Ranking { function, keys, order };
        let Some(rankings) = &mut self.rankings else {
            let hint = "select it in a sub-query or a view, and use its name; conditions on it also stand in QUALIFY";
            return Err(Error::sql(format!("{name} with OVER is not allowed here")).at(span_of(&call.name)).hint(hint));
        };
        let index = rankings.found.iter().position(|known| *known == ranking).unwrap_or_else(|| {
            rankings.found.push(ranking);
            rankings.found.len() - 1
        });
        Ok(Expr::column(RANK_BASE + index, DataType::BigInt))
    }

    fn order_item(&mut self, item: &ast::OrderByExpr) -> Result<OrderItem> {
        let (descending, nulls_first) = direction(item)?;
        Ok(OrderItem { expr: self.sort_expr(&item.expr)?, descending, nulls_first })
    }

    /// A key of a partition or of its order.
    fn sort_expr(&mut self, e: &ast::Expr) -> Result<Expr> {
        fixed(ExprBinder::new(self.fields).bind(e)?, e)
    }
}
