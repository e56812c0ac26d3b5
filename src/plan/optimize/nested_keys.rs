//! Nested values that rows are grouped or joined by come in one text each (see `expr::function::CANONICAL`): operators tell keys apart by
//! their text, and one value may be written in several ways.

use crate::expr::function::{self, CANONICAL};
use crate::expr::{BinaryOp, Expr, ScalarFunction};
use crate::plan::logical::{Join, Plan};
use crate::plan::physical::{AggregateCall, Distinct};

/// Puts the one text of nested keys below all that groups by them, and into what joins compare.
pub fn settle(plan: Plan) -> Plan {
    let Some(function) = function::lookup(CANONICAL) else { return plan };
    plan.rewrite(&mut |mut plan| {
        if let Plan::Join(Join { condition: Some(condition), .. }) = &mut plan {
            compare_texts(condition, function);
        }
        let keys = keys_of(&plan);
        let Some(input) = plan.inputs_mut().into_iter().next() else { return plan };
        let is_nested = |column: &usize| input.schema().fields.get(*column).is_some_and(|field| field.data_type.is_nested());
        let nested: Vec<usize> = keys.into_iter().filter(is_nested).collect();
        if !nested.is_empty() {
            let names = input.schema().fields.iter().map(|field| field.name.clone());
            let columns = names.zip(input.identity()).enumerate().map(|(at, (name, column))| match nested.contains(&at) {
                true => (name, text_of(column, function)),
                false => (name, column),
            });
            *input = input.clone().projected(columns.collect());
        }
        plan
    })
}

fn text_of(value: Expr, function: &'static ScalarFunction) -> Expr {
    let data_type = value.data_type();
    Expr::Call { function: function.into(), args: vec![value], data_type }
}

/// What a query compares it compares by value; what is left are the keys by which a sub-query is joined to the query around it.
fn compare_texts(condition: &mut Expr, function: &'static ScalarFunction) {
    for part in condition.children_mut() {
        compare_texts(part, function);
    }
    if let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = condition
        && left.data_type().is_nested()
    {
        for side in [left, right] {
            **side = text_of((**side).clone(), function);
        }
    }
}

/// Columns whose values tell groups, partitions or arguments apart.
fn keys_of(plan: &Plan) -> Vec<usize> {
    let distinct = |calls: &[AggregateCall]| {
        let of_distinct = calls.iter().filter(|call| call.distinct == Distinct::Distinct);
        of_distinct.flat_map(|call| call.arguments.clone()).collect::<Vec<_>>()
    };
    match plan {
        Plan::Aggregate(aggregate) => [aggregate.keys.clone(), distinct(&aggregate.calls)].concat(),
        Plan::WindowAggregate(aggregate) => [aggregate.keys.clone(), distinct(&aggregate.calls)].concat(),
        Plan::Rank(rank) => rank.keys.clone(),
        Plan::Over(over) => over.keys.clone(),
        Plan::RowPattern(pattern) => pattern.keys.clone(),
        Plan::NewestRow(newest) => newest.keys.clone(),
        Plan::LastRow(last) => last.keys.clone(),
        _ => Vec::new(),
    }
}
