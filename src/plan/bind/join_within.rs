//! RIGHT and FULL JOIN in the FROM of a query, parts of which name columns of a query around it.
//!
//! For each row around there are rows on both sides; those meet that belong to the same one. So both sides stand beside the rows around, and
//! are joined by them besides what the join says:
//!
//! ```text
//!   around  left                                  around  right
//!        \  /          equal around and ON             \  /
//!      around.left  ---------- RIGHT, FULL ---------- around.right
//! ```

use sqlparser::ast;

use super::dependent::equal;
use super::expr::ExprBinder;
use super::join::{kind_of, merged, names_of, paired};
use super::scope::{Relation, ScopeField, span_of, unsupported};
use crate::error::Result;
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::logical::{Join, Plan, all_of, substitute};
use crate::plan::physical::JoinKind;
use crate::types::DataType;

/// `left` joined to `right`, the first `around` columns of each being those of the row around.
pub fn joined_within(left: Relation, step: &ast::Join, right: Relation, around: usize) -> Result<Relation> {
    let (kind, constraint) = kind_of(step)?;
    let width = left.fields.len();
    let fields: Vec<ScopeField> = left.fields.iter().chain(&right.fields[around..]).cloned().collect();
    let names = names_of(constraint, &left.fields, &right.fields[around..])?;
    let pairs = paired(&fields, width, &names).map_err(|error| error.at(span_of(&step.relation)))?;
    let mut condition: Vec<Expr> = pairs.iter().map(|pair| pair.equal.clone()).collect();
    match constraint {
        ast::JoinConstraint::On(written) => condition.push(ExprBinder::new(&fields).condition(written)?),
        ast::JoinConstraint::Using(_) | ast::JoinConstraint::Natural => {}
        ast::JoinConstraint::None => return Err(unsupported("a join without ON", "say when two rows meet", &step.relation)),
    }
    // The columns of the right side stand behind its own rows around.
    let behind_around = |column: usize| {
        let data_type = &fields[column].data_type;
        (column >= width).then(|| Expr::column(column + around, data_type.clone()))
    };
    let column = |at: usize| Expr::column(at, left.fields[at].data_type.clone());
    let condition = condition.iter().map(|part| substitute(part, &behind_around));
    let same = (0..around).flat_map(|at| same(column(at), Expr::column(width + at, left.fields[at].data_type.clone())));
    let condition = all_of(condition.chain(same).collect());
    let row_around = |at: usize| {
        let data_type = left.fields[at].data_type.clone();
        let right = Expr::column(width + at, data_type.clone());
        match kind {
            JoinKind::Full => Expr::Coalesce { args: vec![column(at), right], data_type },
            _ => right,
        }
    };
    let own = (around..fields.len()).map(|at| behind_around(at).unwrap_or_else(|| column(at)));
    let columns: Vec<Expr> = (0..around).map(row_around).chain(own).collect();
    let plan = Plan::Join(Join::new(left.plan.clone(), right.plan, kind, condition));
    let plan = plan.projected(fields.iter().map(|field| field.name.clone()).zip(columns).collect());
    Ok(merged(Relation { plan, fields, event_times: Vec::new(), windows: Vec::new() }, &pairs, kind))
}

/// Two values are equal, or both NULL.
fn same(left: Expr, right: Expr) -> Vec<Expr> {
    let both = equal(left.clone(), right.clone(), true);
    if both.len() > 1 {
        return both;
    }
    let is_null = |input: Expr| Box::new(Expr::Unary { op: UnaryOp::IsNull, input: Box::new(input) });
    let made = |op, left, right| Expr::Binary { op, left, right, data_type: DataType::Boolean };
    let neither = made(BinaryOp::And, is_null(left), is_null(right));
    let equal = both.into_iter().map(Box::new);
    equal.map(|equal| made(BinaryOp::Or, equal, Box::new(neither.clone()))).collect()
}
