//! ASOF joins by any columns: rows of the left side beside the nearest row of the right one, as a changelog.
//!
//! ```text
//!   the different values that the condition reads of the left side, joined to the right one by the condition
//!     -> of the rows that meet a value, the nearest (a ranking)
//!     -> joined to the left side by those values
//! ```

use super::dependent::equal;
use super::scope::Relation;
use super::select::distinct;
use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{Join, Plan, Rank, all_of, columns_of, moved_columns};
use crate::plan::physical::{JoinKind, RankFunction, SortKey};

/// The value of the right side that is to be nearest, over the columns of both, and whether the greatest is.
struct Nearest<'a> {
    value: &'a Expr,
    greatest: bool,
}

/// The join by these conditions over the columns of both sides: equalities, and one comparison; `None` if they are anything else.
pub fn by_comparison(left: &Relation, right: &Relation, kind: JoinKind, parts: &[Expr]) -> Option<Relation> {
    let width = left.fields.len();
    let is_equality = |part: &&Expr| matches!(part, Expr::Binary { op: BinaryOp::Eq, .. });
    let mut others = parts.iter().filter(|part| !is_equality(part));
    let (Some(comparison), None) = (others.next(), others.next()) else { return None };
    let nearest = compared(comparison, width)?;
    if !parts.iter().all(Expr::is_fixed) {
        return None;
    }
    let mut links: Vec<usize> = parts.iter().flat_map(columns_of).filter(|column| *column < width).collect();
    links.sort_unstable();
    links.dedup();
    let best = best_of_each(left, right, &links, parts, &nearest);
    let types = left.plan.schema().types();
    let condition = links.iter().enumerate().flat_map(|(at, link)| {
        let value = |column: usize| Expr::column(column, types[*link].clone());
        equal(value(*link), value(width + at), false)
    });
    let condition = all_of(condition.collect());
    let joined = Plan::Join(Join::new(left.plan.clone(), best, kind, condition));
    let behind = width + links.len();
    let given = (0..width).chain(behind..behind + right.fields.len());
    let (identity, fields) = (joined.identity(), left.fields.iter().chain(&right.fields));
    let columns = given.zip(fields.clone()).map(|(column, field)| (field.name.clone(), identity[column].clone())).collect();
    let plan = joined.projected(columns);
    Some(Relation { plan, fields: fields.cloned().collect(), event_times: Vec::new(), windows: Vec::new() })
}

/// Which value of the right side `part` compares with one of the left.
fn compared(part: &Expr, width: usize) -> Option<Nearest<'_>> {
    let Expr::Binary { op, left, right, .. } = part else { return None };
    let reads = |e: &Expr, of_left: bool| {
        let columns = columns_of(e);
        !columns.is_empty() && columns.into_iter().all(|column| (column < width) == of_left)
    };
    let is_above = match op {
        BinaryOp::Gt | BinaryOp::GtEq => true,
        BinaryOp::Lt | BinaryOp::LtEq => false,
        _ => return None,
    };
    match () {
        () if reads(left, true) && reads(right, false) => Some(Nearest { value: right, greatest: is_above }),
        () if reads(left, false) && reads(right, true) => Some(Nearest { value: left, greatest: !is_above }),
        () => None,
    }
}

/// For each combination of values that `links` have on the left, these and the nearest row of the right side that meets it.
fn best_of_each(left: &Relation, right: &Relation, links: &[usize], parts: &[Expr], nearest: &Nearest<'_>) -> Plan {
    let width = left.fields.len();
    let identity = left.plan.identity();
    let values = links.iter().map(|link| (left.fields[*link].name.clone(), identity[*link].clone())).collect();
    let values = distinct(Relation::new(left.plan.clone().projected(values), None, None)).plan;
    let place = |column: usize| match links.binary_search(&column) {
        Ok(at) => at,
        Err(_) => links.len() + column - width,
    };
    let condition = all_of(parts.iter().map(|part| moved_columns(part, &place)).collect());
    let pairs = Plan::Join(Join::new(values, right.plan.clone(), JoinKind::Inner, condition));
    let names = pairs.schema().fields.iter().map(|field| field.name.clone());
    let value = ("$nearest".to_owned(), moved_columns(nearest.value, &place));
    let columns: Vec<(String, Expr)> = names.zip(pairs.identity()).chain([value]).collect();
    let order = SortKey { column: columns.len() - 1, descending: nearest.greatest, nulls_first: false };
    let mut rank = Rank::new(pairs.projected(columns), RankFunction::RowNumber, (0..links.len()).collect(), vec![order]);
    (rank.limit, rank.gives_rank) = (Some(1), false);
    rank.schema.fields.pop();
    Plan::Rank(rank)
}
