//! Columns that nobody reads are dropped, down to the scan, so that decoders make only what the query uses.
//!
//! `pruned` may give more columns than were asked for (an aggregate keeps its keys); the positions it returns say where each
//! old column went.

use crate::expr::Expr;
use crate::plan::logical::{
    Aggregate, Calc, Expand, Hold, InTime, Join, LastRow, Late, NewestRow, Over, Plan, Rank, RowPattern, Scan, Sort, Union,
    Unnest, WindowAggregate, WindowAssign, columns_of, moved_columns,
};
use crate::plan::physical::{AggregateCall, JoinTime, SortKey, SortTime};
use crate::types::Schema;
use crate::types::over::{OverCall, OverEmit};

/// Old position to new one.
type Moved = Vec<Option<usize>>;

/// Drops what is not used below the output of `plan`, which keeps its columns.
pub fn prune(plan: Plan) -> Plan {
    let width = plan.schema().fields.len();
    let schema = plan.schema().clone();
    let (plan, moved) = pruned(plan, &vec![true; width]);
    exactly(plan, &moved, &vec![true; width], schema)
}

/// `plan` projected to the wanted columns in their old order.
fn exactly(plan: Plan, moved: &Moved, wanted: &[bool], old: Schema) -> Plan {
    let columns = wanted.iter().enumerate().filter(|(_, wanted)| **wanted).filter_map(|(i, _)| {
        let field = &old.fields[i];
        moved[i].map(|new| (field.name.clone(), Expr::column(new, field.data_type.clone())))
    });
    let columns = columns.collect();
    plan.projected(columns)
}

fn keep(schema: &Schema, wanted: &[bool]) -> (Schema, Moved) {
    let mut next = 0;
    let mut moved = Vec::with_capacity(wanted.len());
    for &wanted in wanted {
        moved.push(wanted.then_some(next));
        next += usize::from(wanted);
    }
    let fields = schema.fields.iter().zip(wanted).filter(|(_, wanted)| **wanted).map(|(f, _)| f.clone());
    (Schema::new(fields.collect()), moved)
}

fn marked(width: usize, columns: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut wanted = vec![false; width];
    for column in columns {
        wanted[column] = true;
    }
    wanted
}

fn at(moved: &Moved, old: usize) -> usize {
    moved[old].expect("a column that was asked for is there")
}

fn moved_expr(expr: &Expr, moved: &Moved) -> Expr {
    moved_columns(expr, &|column| at(moved, column))
}

fn late_columns(late: &Option<Late>) -> impl Iterator<Item = usize> + '_ {
    late.iter().flat_map(|late| late.columns.iter().copied())
}

fn moved_late(late: Option<Late>, place: &impl Fn(usize) -> usize) -> Option<Late> {
    late.map(|late| Late { columns: late.columns.iter().map(|column| place(*column)).collect(), ..late })
}

fn pruned(plan: Plan, wanted: &[bool]) -> (Plan, Moved) {
    match plan {
        Plan::Scan(scan) => prune_scan(scan, wanted),
        Plan::Calc(calc) => prune_calc(calc, wanted),
        Plan::WindowAssign(assign) => prune_assign(assign, wanted),
        Plan::Expand(expand) => prune_expand(expand, wanted),
        Plan::Unnest(unnest) => prune_unnest(unnest, wanted),
        Plan::Aggregate(aggregate) => prune_aggregate(aggregate, wanted),
        Plan::WindowAggregate(aggregate) => prune_window(aggregate, wanted),
        Plan::Join(join) => prune_join(join, wanted),
        Plan::Rank(rank) => prune_rank(rank, wanted),
        Plan::NewestRow(newest) => prune_newest_row(newest, wanted),
        Plan::LastRow(last) => prune_last_row(last, wanted),
        Plan::Hold(hold) => prune_hold(hold, wanted),
        Plan::InTime(gate) => prune_in_time(gate, wanted),
        Plan::Sort(sort) => prune_sort(sort, wanted),
        Plan::Over(over) => prune_over(over, wanted),
        Plan::RowPattern(pattern) => prune_row_pattern(pattern, wanted),
        Plan::Union(union) => prune_union(union, wanted),
        Plan::Values(values) => {
            let all = (0..values.schema.fields.len()).map(Some).collect();
            (Plan::Values(values), all)
        }
    }
}

fn at_least_one(wanted: &[bool]) -> Vec<bool> {
    let mut wanted = wanted.to_vec();
    if let (false, Some(first)) = (wanted.contains(&true), wanted.first_mut()) {
        *first = true;
    }
    wanted
}

fn prune_scan(scan: Scan, wanted: &[bool]) -> (Plan, Moved) {
    let wanted = at_least_one(wanted);
    let (schema, moved) = keep(&scan.schema, &wanted);
    let columns = scan.columns.iter().zip(&wanted).filter(|(_, w)| **w).map(|(c, _)| *c).collect();
    (Plan::Scan(Scan { columns, schema, ..scan }), moved)
}

fn prune_calc(calc: Calc, wanted: &[bool]) -> (Plan, Moved) {
    let wanted = at_least_one(wanted);
    let (schema, moved) = keep(&calc.schema, &wanted);
    let kept: Vec<Expr> = calc.columns.into_iter().zip(&wanted).filter(|(_, w)| **w).map(|(e, _)| e).collect();
    let used = kept.iter().chain(&calc.filter).flat_map(columns_of);
    let needed = marked(calc.input.schema().fields.len(), used);
    let (input, below) = pruned(*calc.input, &needed);
    let columns = kept.iter().map(|e| moved_expr(e, &below)).collect();
    let filter = calc.filter.map(|f| moved_expr(&f, &below));
    (Plan::Calc(Calc { input: Box::new(input), filter, columns, schema }), moved)
}

fn prune_assign(assign: WindowAssign, wanted: &[bool]) -> (Plan, Moved) {
    let width = assign.input.schema().fields.len();
    let mut needed = wanted[..width].to_vec();
    needed[assign.time_column] = true;
    assign.keys.iter().for_each(|key| needed[*key] = true);
    let (input, mut moved) = pruned(*assign.input, &needed);
    let mut fields = input.schema().fields.clone();
    let time_column = at(&moved, assign.time_column);
    let keys = assign.keys.iter().map(|&key| at(&moved, key)).collect();
    for (field, wanted) in assign.schema.fields.iter().zip(wanted).skip(width) {
        moved.push(wanted.then_some(fields.len()));
        fields.extend(wanted.then(|| field.clone()));
    }
    let columns = assign.columns.iter().zip(&wanted[width..]).filter(|(_, w)| **w).map(|(c, _)| *c).collect();
    let (input, schema) = (Box::new(input), Schema::new(fields));
    (Plan::WindowAssign(WindowAssign { input, time_column, keys, columns, schema, ..assign }), moved)
}

fn prune_expand(expand: Expand, wanted: &[bool]) -> (Plan, Moved) {
    let width = expand.width();
    let mut needed = wanted[..width].to_vec();
    expand.keys.iter().for_each(|key| needed[*key] = true);
    let (input, mut moved) = pruned(*expand.input, &needed);
    let keys: Vec<usize> = expand.keys.iter().map(|key| at(&moved, *key)).collect();
    let pruned = Expand::new(input, keys, expand.sets);
    moved.extend((0..wanted.len() - width).map(|i| Some(pruned.width() + i)));
    (Plan::Expand(pruned), moved)
}

fn prune_unnest(unnest: Unnest, wanted: &[bool]) -> (Plan, Moved) {
    let (width, schema) = (unnest.width(), unnest.input.schema().clone());
    let mut needed = wanted[..width].to_vec();
    needed.push(true);
    let (input, moved) = pruned(*unnest.input, &needed);
    // What is taken apart stays the last.
    let (kept, mut places) = keep(&schema, &needed);
    let input = if moved == places { input } else { exactly(input, &moved, &needed, schema) };
    let pruned = Unnest::new(input, unnest.nested, unnest.kind);
    places.truncate(width);
    places.extend((0..wanted.len() - width).map(|i| Some(kept.fields.len() - 1 + i)));
    (Plan::Unnest(pruned), places)
}

fn call_columns(calls: &[AggregateCall]) -> impl Iterator<Item = usize> + '_ {
    calls.iter().flat_map(|c| c.columns().chain(c.filter))
}

fn moved_calls(calls: Vec<AggregateCall>, moved: &Moved) -> Vec<AggregateCall> {
    let place = |call: AggregateCall| AggregateCall {
        arguments: call.arguments.iter().map(|c| at(moved, *c)).collect(),
        order: call.order.iter().map(|key| SortKey { column: at(moved, key.column), ..*key }).collect(),
        filter: call.filter.map(|c| at(moved, c)),
        ..call
    };
    calls.into_iter().map(place).collect()
}

/// The calls that are wanted; `first` columns stand before their results.
fn kept_calls<C>(calls: Vec<C>, wanted: &[bool], first: usize) -> Vec<C> {
    calls.into_iter().zip(&wanted[first..]).filter(|(_, w)| **w).map(|(c, _)| c).collect()
}

fn prune_aggregate(aggregate: Aggregate, wanted: &[bool]) -> (Plan, Moved) {
    let first = aggregate.keys.len();
    let mut wanted = wanted.to_vec();
    wanted[..first].fill(true);
    if !aggregate.calls.is_empty() && !wanted[first..].contains(&true) {
        // Without calls it would be another operator, one that never takes a row back.
        wanted[first] = true;
    }
    let (schema, moved) = keep(&aggregate.schema, &wanted);
    let calls = kept_calls(aggregate.calls, &wanted, first);
    let needed = marked(aggregate.input.schema().fields.len(), aggregate.keys.iter().copied().chain(call_columns(&calls)));
    let (input, below) = pruned(*aggregate.input, &needed);
    let keys = aggregate.keys.iter().map(|&k| at(&below, k)).collect();
    let calls = moved_calls(calls, &below);
    (Plan::Aggregate(Aggregate { input: Box::new(input), keys, calls, schema, ..aggregate }), moved)
}

fn prune_window(aggregate: WindowAggregate, wanted: &[bool]) -> (Plan, Moved) {
    let first = aggregate.end() + 2;
    let mut wanted = wanted.to_vec();
    wanted[..first].fill(true);
    let (schema, moved) = keep(&aggregate.schema, &wanted);
    let calls = kept_calls(aggregate.calls, &wanted, first);
    let used = aggregate
        .keys
        .iter()
        .copied()
        .chain(call_columns(&calls))
        .chain([aggregate.time_column])
        .chain(late_columns(&aggregate.late));
    let needed = marked(aggregate.input.schema().fields.len(), used);
    let (input, below) = pruned(*aggregate.input, &needed);
    let made = WindowAggregate {
        input: Box::new(input),
        time_column: at(&below, aggregate.time_column),
        keys: aggregate.keys.iter().map(|&k| at(&below, k)).collect(),
        calls: moved_calls(calls, &below),
        late: moved_late(aggregate.late, &|column| at(&below, column)),
        schema,
        ..aggregate
    };
    (Plan::WindowAggregate(made), moved)
}

fn prune_join(join: Join, wanted: &[bool]) -> (Plan, Moved) {
    let (width, both) = (join.width(), join.both().fields.len());
    let mut needed = marked(both, join.condition.iter().flat_map(columns_of));
    needed.iter_mut().zip(wanted).for_each(|(needed, wanted)| *needed |= wanted);
    for [left, right] in join.time.iter().map(|time| time.columns) {
        (needed[left], needed[width + right]) = (true, true);
    }
    let [late_left, late_right] = join.late;
    late_columns(&late_left).for_each(|column| needed[column] = true);
    late_columns(&late_right).for_each(|column| needed[width + column] = true);
    let (left, mut moved) = pruned(*join.left, &needed[..width]);
    let (right, right_moved) = pruned(*join.right, &needed[width..]);
    let new_width = left.schema().fields.len();
    moved.extend(right_moved.into_iter().map(|column| column.map(|column| new_width + column)));
    let condition = join.condition.map(|condition| moved_expr(&condition, &moved));
    let place = |[left, right]: [usize; 2]| [at(&moved, left), at(&moved, width + right) - new_width];
    let others = |others: Vec<(usize, i64)>| {
        let read = others.into_iter().filter(|(column, _)| wanted.get(*column) == Some(&true));
        read.map(|(column, older)| (at(&moved, column), older)).collect()
    };
    let time = join.time.map(|time| JoinTime { columns: place(time.columns), others: others(time.others), ..time });
    let late_right = moved_late(late_right, &|column| at(&moved, width + column) - new_width);
    let late = [moved_late(late_left, &|column| at(&moved, column)), late_right];
    moved.truncate(wanted.len());
    let (lookup, ttl, spread) = (join.lookup, join.ttl, join.spread);
    (Plan::Join(Join { time, lookup, ttl, spread, late, ..Join::new(left, right, join.kind, condition) }), moved)
}

fn prune_rank(rank: Rank, wanted: &[bool]) -> (Plan, Moved) {
    let width = rank.input.schema().fields.len();
    let used = rank.keys.iter().copied().chain(rank.order.iter().map(|key| key.column));
    let mut needed = marked(width, used.chain(rank.window_end.map(|end| end.column)).chain(late_columns(&rank.late)));
    needed.iter_mut().zip(wanted).for_each(|(needed, wanted)| *needed |= wanted);
    let (input, mut moved) = pruned(*rank.input, &needed);
    let keys = rank.keys.iter().map(|&key| at(&moved, key)).collect();
    let order = rank.order.iter().map(|key| SortKey { column: at(&moved, key.column), ..*key }).collect();
    let window_end = rank.window_end.map(|end| SortTime { column: at(&moved, end.column), ..end });
    let late = moved_late(rank.late, &|column| at(&moved, column));
    let mut fields = input.schema().fields.clone();
    let gives_rank = rank.gives_rank && wanted[width];
    if rank.gives_rank {
        moved.push(gives_rank.then_some(fields.len()));
    }
    fields.extend(rank.schema.fields.get(width).filter(|_| gives_rank).cloned());
    let made = Rank { input: Box::new(input), keys, order, gives_rank, window_end, late, schema: Schema::new(fields), ..rank };
    (Plan::Rank(made), moved)
}

fn prune_newest_row(newest: NewestRow, wanted: &[bool]) -> (Plan, Moved) {
    let mut needed = wanted.to_vec();
    let order = newest.order.iter().map(|key| key.column);
    newest.keys.iter().copied().chain(order).chain([newest.split_watermark_column]).for_each(|column| needed[column] = true);
    let (input, moved) = pruned(*newest.input, &needed);
    let keys = newest.keys.iter().map(|&key| at(&moved, key)).collect();
    let order = newest.order.iter().map(|key| SortKey { column: at(&moved, key.column), ..*key }).collect();
    let split_watermark_column = at(&moved, newest.split_watermark_column);
    let schema = input.schema().clone();
    (Plan::NewestRow(NewestRow { input: Box::new(input), keys, order, split_watermark_column, schema }), moved)
}

fn prune_last_row(last: LastRow, wanted: &[bool]) -> (Plan, Moved) {
    let mut needed = wanted.to_vec();
    last.keys.iter().for_each(|key| needed[*key] = true);
    let (input, moved) = pruned(*last.input, &needed);
    let keys = last.keys.iter().map(|&key| at(&moved, key)).collect();
    let schema = input.schema().clone();
    (Plan::LastRow(LastRow { input: Box::new(input), keys, schema, ..last }), moved)
}

fn prune_hold(hold: Hold, wanted: &[bool]) -> (Plan, Moved) {
    let mut needed = wanted.to_vec();
    // What tells rows apart says which of them takes the place of another.
    hold.until.into_iter().chain(hold.input.unique_key().into_iter().flatten()).for_each(|column| needed[column] = true);
    let (input, moved) = pruned(*hold.input, &needed);
    let until = hold.until.map(|column| at(&moved, column));
    let schema = input.schema().clone();
    (Plan::Hold(Hold { input: Box::new(input), until, schema, ..hold }), moved)
}

fn prune_in_time(gate: InTime, wanted: &[bool]) -> (Plan, Moved) {
    let mut needed = wanted.to_vec();
    late_columns(&gate.late).chain([gate.window_end]).for_each(|column| needed[column] = true);
    let (input, moved) = pruned(*gate.input, &needed);
    let late = moved_late(gate.late, &|column| at(&moved, column));
    (Plan::InTime(InTime { late, ..InTime::new(input, at(&moved, gate.window_end)) }), moved)
}

fn prune_sort(sort: Sort, wanted: &[bool]) -> (Plan, Moved) {
    let mut needed = wanted.to_vec();
    let used = sort.order.iter().map(|key| key.column).chain(sort.time.map(|time| time.column)).chain(late_columns(&sort.late));
    used.for_each(|column| needed[column] = true);
    let (input, moved) = pruned(*sort.input, &needed);
    let order = sort.order.iter().map(|key| SortKey { column: at(&moved, key.column), ..*key }).collect();
    let time = sort.time.map(|time| SortTime { column: at(&moved, time.column), ..time });
    let (late, schema) = (moved_late(sort.late, &|column| at(&moved, column)), input.schema().clone());
    (Plan::Sort(Sort { input: Box::new(input), order, time, late, schema, ..sort }), moved)
}

/// What nobody reads still says which rows are late.
fn prune_over(over: Over, wanted: &[bool]) -> (Plan, Moved) {
    let width = over.input.schema().fields.len();
    let is_read = wanted[width..].contains(&true);
    let (input, mut moved) = match (over.emit, over.window_end) {
        _ if is_read => return with_functions(over, wanted),
        // Rows of a time wait for the watermark, whatever their partition.
        (OverEmit::OnWatermark, _) => return with_functions(Over { keys: Vec::new(), ..over }, wanted),
        (_, Some(window_end)) => {
            let gate = InTime { late: over.late, ..InTime::new(*over.input, window_end) };
            prune_in_time(gate, &wanted[..width])
        }
        (_, None) => pruned(*over.input, &wanted[..width]),
    };
    moved.extend(wanted[width..].iter().map(|_| None));
    (input, moved)
}

/// An OVER with those of its functions that are read, if there are any.
fn with_functions(over: Over, wanted: &[bool]) -> (Plan, Moved) {
    let width = over.input.schema().fields.len();
    let mut calls = kept_calls(over.calls, wanted, width);
    let ordering = over.keys.iter().copied().chain(over.order.iter().map(|key| key.column));
    let ordering = ordering.chain(over.window_end).chain(late_columns(&over.late));
    let used = ordering.chain(calls.iter().flat_map(OverCall::columns));
    let mut needed = marked(width, used);
    needed.iter_mut().zip(wanted).for_each(|(needed, wanted)| *needed |= wanted);
    let (input, mut moved) = pruned(*over.input, &needed);
    calls.iter_mut().flat_map(OverCall::columns_mut).for_each(|column| *column = at(&moved, *column));
    let keys = over.keys.iter().map(|&key| at(&moved, key)).collect();
    let order = over.order.iter().map(|key| SortKey { column: at(&moved, key.column), ..*key }).collect();
    let late = moved_late(over.late, &|column| at(&moved, column));
    let mut next = input.schema().fields.len();
    moved.extend(wanted[width..].iter().map(|wanted| {
        next += usize::from(*wanted);
        wanted.then(|| next - 1)
    }));
    let window_end = over.window_end.map(|end| at(&moved, end));
    (Plan::Over(Over { window_end, ..Over::new(input, keys, order, calls, over.emit, late) }), moved)
}

fn prune_row_pattern(mut pattern: RowPattern, wanted: &[bool]) -> (Plan, Moved) {
    let given = pattern.given();
    pattern.shape.measures = kept_calls(pattern.shape.measures, wanted, given.len());
    let read: Vec<usize> = pattern.columns_mut().map(|column| *column).collect();
    let mut needed = marked(pattern.input.schema().fields.len(), read);
    given.iter().zip(wanted).for_each(|(column, wanted)| needed[*column] |= wanted);
    let (input, below) = pruned(*pattern.input, &needed);
    pattern.input = Box::new(Plan::empty());
    pattern.columns_mut().for_each(|column| *column = at(&below, *column));
    let RowPattern { keys, order, emit, shape, conditions, late, .. } = pattern;
    let made = RowPattern::new(input, keys, (order, emit), shape, conditions, late);
    let first = made.given();
    let place = |column: &usize| below[*column].and_then(|below| first.iter().position(|known| *known == below));
    let mut moved: Moved = given.iter().map(place).collect();
    let mut next = first.len();
    moved.extend(wanted[given.len()..].iter().map(|wanted| {
        next += usize::from(*wanted);
        wanted.then(|| next - 1)
    }));
    (Plan::RowPattern(made), moved)
}

fn prune_union(union: Union, wanted: &[bool]) -> (Plan, Moved) {
    let wanted = at_least_one(wanted);
    let (schema, moved) = keep(&union.schema, &wanted);
    let inputs = union.inputs.into_iter().map(|input| {
        let old = input.schema().clone();
        let (input, below) = pruned(input, &wanted);
        exactly(input, &below, &wanted, old)
    });
    let inputs = inputs.collect();
    (Plan::Union(Union { inputs, schema }), moved)
}
