//! Joins over time, windows, rankings of windows, sorts by time, OVER and MATCH_RECOGNIZE in event time over rows of a source decide lateness by the watermark of the row's own
//! split: the hidden column `$watermark` is carried to them, as the last column of everything between. Sessions also ask which split it is:
//! `$split` follows it.
//!
//! A window over the results of another has no split: there the operator's own watermark decides.

use crate::expr::Expr;
use crate::plan::logical::{
    Calc, Expand, InTime, Join, LastRow, NewestRow, Over, Plan, Rank, RankTime, RowPattern, Scan, Sort, Union, Unnest,
    WindowAggregate, WindowAssign, moved_columns,
};
use crate::plan::physical::{SortTime, Window};
use crate::types::over::OverEmit;
use crate::types::{DataType, Field, Schema, Value};

/// Name of the hidden column with the watermark.
pub const SPLIT_WATERMARK: &str = "$watermark";

/// Name of the hidden column with the number of the split.
pub const SPLIT: &str = "$split";

/// A hidden column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Watermark,
    Split,
}

impl Hidden {
    fn field(self) -> Field {
        let name = if self == Hidden::Watermark { SPLIT_WATERMARK } else { SPLIT };
        Field::new(name, DataType::BigInt)
    }
}

/// Carries the columns to every window and sort by time that can have them.
pub fn carry(plan: Plan) -> Plan {
    plan.rewrite(&mut |plan| match plan {
        Plan::WindowAggregate(aggregate) if aggregate.input.gives_table_rows() => {
            let is_session = matches!(aggregate.window, Window::Session { .. });
            let width = aggregate.input.schema().fields.len();
            let mut input = with_hidden(*aggregate.input, Hidden::Watermark);
            if is_session {
                input = with_hidden(input, Hidden::Split);
            }
            Plan::WindowAggregate(WindowAggregate {
                input: Box::new(input),
                split_watermark_column: Some(width),
                split_column: is_session.then_some(width + 1),
                ..aggregate
            })
        }
        Plan::WindowAssign(assign) if matches!(assign.window, Window::Session { .. }) && assign.input.gives_table_rows() => {
            session_assign(assign)
        }
        Plan::Sort(sort) if sort.time.is_some() && sort.input.gives_table_rows() => sorted(sort),
        Plan::Rank(rank) if rank.window_end.is_some() && rank.input.gives_table_rows() => {
            let input = with_hidden(*rank.input, Hidden::Watermark);
            let last = input.schema().fields.len() - 1;
            let window_end = rank.window_end.map(|end| SortTime { split_watermark_column: Some(last), ..end });
            Plan::Rank(Rank { input: Box::new(input), window_end, ..rank })
        }
        Plan::Join(join) if join.time.is_some() => Plan::Join(timed(join)),
        Plan::Over(over) if over.asks_for_time() && over.input.gives_table_rows() => {
            let input = with_hidden(*over.input, Hidden::Watermark);
            let last = input.schema().fields.len() - 1;
            Plan::Over(Over { input: Box::new(input), split_watermark_column: Some(last), ..over })
        }
        Plan::RowPattern(pattern) if pattern.emit == OverEmit::OnWatermark && pattern.input.gives_table_rows() => {
            let input = with_hidden(*pattern.input, Hidden::Watermark);
            let last = input.schema().fields.len() - 1;
            Plan::RowPattern(RowPattern { input: Box::new(input), split_watermark_column: Some(last), ..pattern })
        }
        Plan::InTime(gate) if gate.input.gives_table_rows() => {
            let input = with_hidden(*gate.input, Hidden::Watermark);
            let last = input.schema().fields.len() - 1;
            Plan::InTime(InTime { input: Box::new(input), split_watermark_column: Some(last), ..gate })
        }
        other => other,
    })
}

/// A sort by time with the hidden column below it, without it above.
fn sorted(sort: Sort) -> Plan {
    let columns = sort.schema.fields.iter().enumerate().map(|(at, f)| (f.name.clone(), Expr::column(at, f.data_type.clone())));
    let columns = columns.collect();
    let input = with_hidden(*sort.input, Hidden::Watermark);
    let schema = input.schema().clone();
    let time = sort.time.map(|time| SortTime { split_watermark_column: Some(schema.fields.len() - 1), ..time });
    Plan::Sort(Sort { input: Box::new(input), time, schema, ..sort }).projected(columns)
}

/// The join with the column as the last of each input that can have it; it does not give it out.
fn timed(mut join: Join) -> Join {
    let Some(mut time) = join.time.take() else { return join };
    let width = join.width();
    for (input, column) in [&mut join.left, &mut join.right].into_iter().zip(&mut time.split_watermarks) {
        if input.gives_table_rows() {
            *column = Some(input.schema().fields.len());
            **input = with_hidden(std::mem::replace(input, Plan::empty()), Hidden::Watermark);
        }
    }
    Join { time: Some(time), ..spread(join, width) }
}

/// The join after its left input, which had `width` columns, got some more at its end.
fn spread(join: Join, width: usize) -> Join {
    let gap = join.width() - width;
    let condition = join.condition.map(|condition| moved_columns(&condition, &|c| if c < width { c } else { c + gap }));
    Join { condition, ..join }
}

/// A join that looks rows up, with the hidden column of its left input behind the columns that it gives out.
fn looking_up(join: Join, hidden: Hidden) -> Plan {
    let (width, wanted) = (join.width(), appended(&join.schema, hidden));
    let left = Box::new(with_hidden(*join.left, hidden));
    let join = spread(Join { left, ..join }, width);
    let (lookup, spread) = (join.lookup, join.spread);
    let moved = Join::new(*join.left, *join.right, join.kind, join.condition);
    brought_behind(Plan::Join(Join { lookup, spread, ..moved }), width, &wanted)
}

/// A session assignment with both columns, which it does not give out.
fn session_assign(assign: WindowAssign) -> Plan {
    let width = assign.input.schema().fields.len();
    let wanted = assign.schema;
    let input = with_hidden(with_hidden(*assign.input, Hidden::Watermark), Hidden::Split);
    let mut fields = input.schema().fields.clone();
    fields.extend_from_slice(&wanted.fields[width..]);
    let (input, split_columns) = (Box::new(input), Some([width, width + 1]));
    let assign = Plan::WindowAssign(WindowAssign { input, split_columns, schema: Schema::new(fields), ..assign });
    let positions = (0..width).chain(width + 2..wanted.fields.len() + 2);
    let columns = positions.zip(&wanted.fields).map(|(c, f)| (f.name.clone(), Expr::column(c, f.data_type.clone())));
    let columns = columns.collect();
    assign.projected(columns)
}

/// `plan`, whose rows are those of tables, with the hidden watermark as its last column.
pub fn with_watermark(plan: Plan) -> Plan {
    with_hidden(plan, Hidden::Watermark)
}

fn appended(schema: &Schema, hidden: Hidden) -> Schema {
    let mut fields = schema.fields.clone();
    fields.push(hidden.field());
    Schema::new(fields)
}

/// `plan` with the hidden column as its last; the lowest value where there is no split.
fn with_hidden(plan: Plan, hidden: Hidden) -> Plan {
    match plan {
        // It is there already: once more behind the rest.
        Plan::Scan(scan) if scan.split_watermark && hidden == Hidden::Watermark => {
            let (last, wanted) = (scan.schema.fields.len() - 1, appended(&scan.schema, hidden));
            let columns = (0..=last).chain([last]).zip(&wanted.fields);
            let columns = columns.map(|(c, f)| (f.name.clone(), Expr::column(c, f.data_type.clone()))).collect();
            Plan::Scan(scan).projected(columns)
        }
        Plan::Scan(scan) => Plan::Scan(Scan {
            schema: appended(&scan.schema, hidden),
            split_watermark: true,
            split: hidden == Hidden::Split,
            ..scan
        }),
        Plan::Calc(calc) if calc.input.gives_table_rows() => {
            let input = with_hidden(*calc.input, hidden);
            let mut columns = calc.columns;
            columns.push(Expr::column(input.schema().fields.len() - 1, DataType::BigInt));
            Plan::Calc(Calc { input: Box::new(input), columns, filter: calc.filter, schema: appended(&calc.schema, hidden) })
        }
        Plan::WindowAssign(assign) if assign.input.gives_table_rows() => {
            let width = assign.input.schema().fields.len();
            let wanted = appended(&assign.schema, hidden);
            let input = with_hidden(*assign.input, hidden);
            let mut fields = input.schema().fields.clone();
            fields.extend_from_slice(&assign.schema.fields[width..]);
            let moved = WindowAssign { input: Box::new(input), schema: Schema::new(fields), ..assign };
            brought_behind(Plan::WindowAssign(moved), width, &wanted)
        }
        // It gives rows out as they come.
        Plan::Over(over) if over.input.gives_table_rows() && over.emit == OverEmit::AtOnce => {
            let (width, wanted) = (over.input.schema().fields.len(), appended(&over.schema, hidden));
            let input = with_hidden(*over.input, hidden);
            let moved = Over::new(input, over.keys, over.order, over.calls, over.emit, over.late);
            brought_behind(Plan::Over(moved), width, &wanted)
        }
        Plan::Expand(expand) => {
            let (width, wanted) = (expand.width(), appended(&expand.schema, hidden));
            let moved = Expand::new(with_hidden(*expand.input, hidden), expand.keys, expand.sets);
            brought_behind(Plan::Expand(moved), width, &wanted)
        }
        Plan::Join(join) if join.lookup.is_some() && join.left.gives_table_rows() => looking_up(join, hidden),
        Plan::Unnest(unnest) => {
            let (width, wanted) = (unnest.width(), appended(&unnest.schema, hidden));
            let input = with_hidden(*unnest.input, hidden);
            // What is taken apart stays the last.
            let last = appended(&Schema::new(input.schema().fields[..width].to_vec()), hidden);
            let nested = input.schema().fields[width].clone();
            let last = Schema::new(last.fields.into_iter().chain([nested]).collect());
            let moved = Unnest::new(brought_behind(input, width, &last), unnest.nested, unnest.kind);
            brought_behind(Plan::Unnest(moved), width, &wanted)
        }
        Plan::Rank(rank) if rank.time == RankTime::Newest && hidden == Hidden::Watermark => newest(rank),
        Plan::NewestRow(newest) => {
            let input = with_hidden(*newest.input, hidden);
            Plan::NewestRow(NewestRow { schema: input.schema().clone(), input: Box::new(input), ..newest })
        }
        Plan::LastRow(last) => {
            let input = with_hidden(*last.input, hidden);
            let (schema, column) = (input.schema().clone(), input.schema().fields.len() - 1);
            let is_watermark = hidden == Hidden::Watermark;
            let split_watermark_column = if is_watermark { Some(column) } else { last.split_watermark_column };
            Plan::LastRow(LastRow { input: Box::new(input), split_watermark_column, schema, ..last })
        }
        Plan::Union(union) => {
            let schema = appended(&union.schema, hidden);
            let inputs = union.inputs.into_iter().map(|input| with_hidden(input, hidden)).collect();
            Plan::Union(Union { inputs, schema })
        }
        other => {
            let mut columns: Vec<(String, Expr)> = Vec::new();
            for (field, expr) in other.schema().fields.iter().zip(other.identity()) {
                columns.push((field.name.clone(), expr));
            }
            let lowest = Expr::Literal { value: Value::Int(i64::MIN), data_type: DataType::BigInt };
            columns.push((hidden.field().name, lowest));
            other.projected(columns)
        }
    }
}

/// The newest row of each key, with its hidden watermark behind the columns that its ranking gives out.
fn newest(rank: Rank) -> Plan {
    let (width, wanted) = (rank.input.schema().fields.len(), appended(&rank.schema, Hidden::Watermark));
    let input = Box::new(with_hidden(*rank.input, Hidden::Watermark));
    let (schema, split_watermark_column) = (input.schema().clone(), width);
    let newest = Plan::NewestRow(NewestRow { input, keys: rank.keys, order: rank.order, split_watermark_column, schema });
    let first = Expr::Literal { value: Value::Int(1), data_type: DataType::BigInt };
    let mut columns = newest.identity();
    columns.splice(width..width, rank.gives_rank.then_some(first));
    newest.projected(wanted.fields.into_iter().map(|field| field.name).zip(columns).collect())
}

/// The hidden column of `plan` stands at `place`, before what was appended to its input; a projection brings it to the end.
fn brought_behind(plan: Plan, place: usize, wanted: &Schema) -> Plan {
    let positions = (0..place).chain(place + 1..wanted.fields.len()).chain([place]);
    let columns = positions.zip(&wanted.fields).map(|(c, f)| (f.name.clone(), Expr::column(c, f.data_type.clone())));
    let columns = columns.collect();
    plan.projected(columns)
}
