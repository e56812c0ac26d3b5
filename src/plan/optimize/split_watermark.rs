//! Joins over time, window aggregates and sorts by time over rows of a source decide lateness by the watermark of the row's own split:
//! the hidden column `$watermark` is carried to them, as the last column of everything between.
//!
//! A window over the results of another has no split: there the operator's own watermark decides.

use crate::expr::Expr;
use crate::plan::logical::{Calc, Expand, Join, Plan, Scan, Sort, Union, WindowAggregate, WindowAssign, moved_columns};
use crate::plan::physical::SortTime;
use crate::types::{DataType, Field, Schema, Value};

/// Name of the hidden column.
pub const SPLIT_WATERMARK: &str = "$watermark";

/// Carries the column to every window aggregate and sort by time that can have it.
pub fn carry(plan: Plan) -> Plan {
    plan.rewrite(&mut |plan| match plan {
        Plan::WindowAggregate(aggregate) if reaches_scan(&aggregate.input) => {
            let input = with_watermark(*aggregate.input);
            let last = input.schema().fields.len() - 1;
            Plan::WindowAggregate(WindowAggregate { input: Box::new(input), split_watermark_column: Some(last), ..aggregate })
        }
        Plan::Sort(sort) if sort.time.is_some() && reaches_scan(&sort.input) => sorted(sort),
        Plan::Join(join) if join.time.is_some() => Plan::Join(timed(join)),
        other => other,
    })
}

/// A sort by time with the hidden column below it, without it above.
fn sorted(sort: Sort) -> Plan {
    let columns = sort.schema.fields.iter().enumerate().map(|(at, f)| (f.name.clone(), Expr::column(at, f.data_type.clone())));
    let columns = columns.collect();
    let input = with_watermark(*sort.input);
    let schema = input.schema().clone();
    let time = sort.time.map(|time| SortTime { split_watermark_column: Some(schema.fields.len() - 1), ..time });
    Plan::Sort(Sort { input: Box::new(input), time, schema, ..sort }).projected(columns)
}

/// The join with the column as the last of each input that can have it; it does not give it out.
fn timed(mut join: Join) -> Join {
    let Some(mut time) = join.time.take() else { return join };
    let width = join.width();
    for (input, column) in [&mut join.left, &mut join.right].into_iter().zip(&mut time.split_watermarks) {
        if reaches_scan(input) {
            *column = Some(input.schema().fields.len());
            **input = with_watermark(std::mem::replace(input, Plan::empty()));
        }
    }
    let gap = join.width() - width;
    join.condition = join.condition.map(|condition| moved_columns(&condition, &|c| if c < width { c } else { c + gap }));
    Join { time: Some(time), ..join }
}

fn reaches_scan(plan: &Plan) -> bool {
    match plan {
        Plan::Scan(_) => true,
        Plan::Aggregate(_) | Plan::WindowAggregate(_) | Plan::Join(_) | Plan::Rank(_) | Plan::Sort(_) => false,
        _ => plan.inputs().into_iter().any(reaches_scan),
    }
}

fn appended(schema: &Schema) -> Schema {
    let mut fields = schema.fields.clone();
    fields.push(Field::new(SPLIT_WATERMARK, DataType::BigInt));
    Schema::new(fields)
}

/// `plan` with the hidden column as its last; the lowest value where there is no split.
fn with_watermark(plan: Plan) -> Plan {
    match plan {
        Plan::Scan(scan) => Plan::Scan(Scan { schema: appended(&scan.schema), split_watermark: true, ..scan }),
        Plan::Calc(calc) if reaches_scan(&calc.input) => {
            let input = with_watermark(*calc.input);
            let mut columns = calc.columns;
            columns.push(Expr::column(input.schema().fields.len() - 1, DataType::BigInt));
            Plan::Calc(Calc { input: Box::new(input), columns, filter: calc.filter, schema: appended(&calc.schema) })
        }
        Plan::WindowAssign(assign) => {
            let width = assign.input.schema().fields.len();
            let wanted = appended(&assign.schema);
            let input = with_watermark(*assign.input);
            let mut fields = input.schema().fields.clone();
            fields.extend_from_slice(&assign.schema.fields[width..]);
            let moved = WindowAssign { input: Box::new(input), schema: Schema::new(fields), ..assign };
            brought_behind(Plan::WindowAssign(moved), width, &wanted)
        }
        Plan::Expand(expand) => {
            let (width, wanted) = (expand.width(), appended(&expand.schema));
            let moved = Expand::new(with_watermark(*expand.input), expand.keys, expand.sets);
            brought_behind(Plan::Expand(moved), width, &wanted)
        }
        Plan::Union(union) => {
            let schema = appended(&union.schema);
            Plan::Union(Union { inputs: union.inputs.into_iter().map(with_watermark).collect(), schema })
        }
        other => {
            let mut columns: Vec<(String, Expr)> = Vec::new();
            for (field, expr) in other.schema().fields.iter().zip(other.identity()) {
                columns.push((field.name.clone(), expr));
            }
            let lowest = Expr::Literal { value: Value::Int(i64::MIN), data_type: DataType::BigInt };
            columns.push((SPLIT_WATERMARK.to_owned(), lowest));
            other.projected(columns)
        }
    }
}

/// The hidden column of `plan` stands at `place`, before what was appended to its input; a projection brings it to the end.
fn brought_behind(plan: Plan, place: usize, wanted: &Schema) -> Plan {
    let positions = (0..place).chain(place + 1..wanted.fields.len()).chain([place]);
    let columns = positions.zip(&wanted.fields).map(|(c, f)| (f.name.clone(), Expr::column(c, f.data_type.clone())));
    let columns = columns.collect();
    plan.projected(columns)
}
