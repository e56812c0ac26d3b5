//! EMIT CHANGES EVERY: where changes are held back, and which of them do not wait for the next multiple of the interval.
//!
//! Once the window is over in which a row lies, what is held of it goes out: it will not change any more. Which window that is need not be
//! shown: its end is carried along, in a hidden column behind the others, to where changes are held.

use super::logical::{
    Calc, Hold, InTime, Join, Over, Plan, Rank, Sort, Union, WindowAssign, WindowsOf, conjuncts, moved_columns,
};
use super::physical::{JoinKind, Window};
use crate::expr::{BinaryOp, Expr};
use crate::types::Schema;
use crate::types::relation::WindowColumn;

/// The name of the end of a window that is not shown.
const WINDOW_END: &str = "$window_end";

impl Plan {
    /// Holds its changes back until event time has passed a multiple of `interval`, or the end of their windows where that is known.
    pub fn hold(&mut self, interval: i64) {
        match self {
            // The order is that of what is held.
            Plan::Sort(Sort { input, .. }) => input.hold(interval),
            Plan::Calc(Calc { input, .. }) if matches!(&**input, Plan::Sort(_)) => input.hold(interval),
            _ if self.retracts() => *self = held(std::mem::replace(self, Plan::empty()), interval),
            _ => {}
        }
    }

    /// Whether its changes go out when the windows are over in which its rows lie, however long they are held.
    pub fn knows_windows(&self) -> bool {
        with_window_end(self).is_some()
    }
}

fn held(plan: Plan, interval: i64) -> Plan {
    let shown = plan.schema().clone();
    let (input, until) = match with_window_end(&plan) {
        Some((input, end)) => (input, Some(end)),
        None => (plan, None),
    };
    let (schema, input) = (input.schema().clone(), Box::new(input));
    let hold = Plan::Hold(Hold { input, interval, until, schema });
    if hold.schema().fields.len() == shown.fields.len() { hold } else { only(hold, &shown) }
}

/// The first columns of a plan.
fn only(plan: Plan, shown: &Schema) -> Plan {
    let columns = shown.fields.iter().map(|field| field.name.clone()).zip(plan.identity()).collect();
    plan.projected(columns)
}

/// `plan`, with the end of the window in which a row lies as one of its columns, and which one that is. A hidden one stands last.
fn with_window_end(plan: &Plan) -> Option<(Plan, usize)> {
    if let Some(end) = window_ends(plan).first() {
        return Some((plan.clone(), *end));
    }
    match plan {
        Plan::Calc(calc) => with_window_end(&calc.input).map(|(input, end)| calc.showing(input, end)),
        Plan::Union(union) => union_with_window_end(union),
        Plan::Join(join) => join_with_window_end(join).or_else(|| join_with_hidden_end(join)),
        Plan::Rank(rank) if is_by_window(&rank.input, &rank.keys) => {
            let (input, width) = with_hidden_end(&rank.input)?;
            let schema = with_field_of(&rank.schema, &input, width);
            Some(brought_behind(Plan::Rank(Rank { input: Box::new(input), schema, ..rank.clone() }), width))
        }
        Plan::Over(over) if is_by_window(&over.input, &over.keys) => {
            let (input, width) = with_hidden_end(&over.input)?;
            let schema = with_field_of(&over.schema, &input, width);
            Some(brought_behind(Plan::Over(Over { input: Box::new(input), schema, ..over.clone() }), width))
        }
        Plan::InTime(gate) => {
            let (input, end) = with_window_end(&gate.input)?;
            Some((Plan::InTime(InTime { schema: input.schema().clone(), input: Box::new(input), ..gate.clone() }), end))
        }
        _ => None,
    }
}

/// `plan` with the end of the window, which it does not show, as its last column, and which one that is.
fn with_hidden_end(plan: &Plan) -> Option<(Plan, usize)> {
    let width = plan.schema().fields.len();
    with_window_end(plan).filter(|(_, end)| *end == width)
}

/// The columns of a plan that gives out those of its input first, after the input got one more at `width`.
fn with_field_of(schema: &Schema, input: &Plan, width: usize) -> Schema {
    let mut fields = schema.fields.clone();
    fields.insert(width, input.schema().fields[width].clone());
    Schema::new(fields)
}

/// The end of the window stands at `place` in `plan`; a projection brings it behind the other columns.
fn brought_behind(plan: Plan, place: usize) -> (Plan, usize) {
    let last = plan.schema().fields.len() - 1;
    let fields = &plan.schema().fields;
    let column = |at: usize| (fields[at].name.clone(), Expr::column(at, fields[at].data_type.clone()));
    let others = (0..place).chain(place + 1..=last).map(column);
    let columns = others.chain([(WINDOW_END.to_owned(), column(place).1)]).collect();
    (plan.projected(columns), last)
}

fn union_with_window_end(union: &Union) -> Option<(Plan, usize)> {
    let width = union.schema.fields.len();
    let with_end = |input: &Plan| {
        let (input, end) = with_window_end(input)?;
        let end = Expr::column(end, input.schema().fields[end].data_type.clone());
        Some(with_last(input, width, end))
    };
    let inputs = union.inputs.iter().map(with_end).collect::<Option<Vec<_>>>()?;
    let schema = inputs.first()?.schema().clone();
    let agree = inputs.iter().all(|input| input.schema().types() == schema.types());
    agree.then_some((Plan::Union(Union { inputs, schema }), width))
}

/// Of a row that meets none, the end is that of the side which it comes from.
fn join_with_window_end(join: &Join) -> Option<(Plan, usize)> {
    let [left, right] = same_end(join)?;
    let data_type = join.schema.fields[left].data_type.clone();
    let args = [left, right].map(|end| Expr::column(end, join.schema.fields[end].data_type.clone())).to_vec();
    let agree = args.iter().all(|end| end.data_type() == data_type);
    let (plan, width) = (Plan::Join(join.clone()), join.schema.fields.len());
    agree.then(|| (with_last(plan, width, Expr::Coalesce { args, data_type }), width))
}

/// Of a join of rows in windows with others, that of the side which has windows.
fn join_with_hidden_end(join: &Join) -> Option<(Plan, usize)> {
    if join.time.is_some() || join.lookup.is_some() {
        return None;
    }
    let (clocks, width) = (join.clocks.clone(), join.width());
    match (with_hidden_end(&join.left), with_window_end(&join.right)) {
        (Some((left, end)), None) => {
            let moved = |column: usize| if column < width { column } else { column + 1 };
            let condition = join.condition.as_ref().map(|condition| moved_columns(condition, &moved));
            let made = Join::new(left, (*join.right).clone(), join.kind, condition);
            Some(brought_behind(Plan::Join(Join { ttl: join.ttl, spread: join.spread, clocks, ..made }), end))
        }
        (None, Some((right, end))) if join.kind.gives_pairs() && with_window_end(&join.left).is_none() => {
            let made = Join::new((*join.left).clone(), right, join.kind, join.condition.clone());
            Some(brought_behind(Plan::Join(Join { ttl: join.ttl, spread: join.spread, clocks, ..made }), width + end))
        }
        _ => None,
    }
}

/// The first columns of a plan, and the end of the window.
fn with_last(plan: Plan, width: usize, end: Expr) -> Plan {
    let names = plan.schema().fields.iter().take(width).map(|field| field.name.clone());
    let columns = names.zip(plan.identity()).chain([(WINDOW_END.to_owned(), end)]).collect();
    plan.projected(columns)
}

/// The columns that are the end of the window in which a row lies.
fn window_ends(plan: &Plan) -> Vec<usize> {
    match plan {
        Plan::WindowAggregate(aggregate) => vec![aggregate.end()],
        Plan::WindowAssign(WindowAssign { of: WindowsOf::Values, input, .. }) => window_ends(input),
        Plan::WindowAssign(assign) => assign.place(WindowColumn::End).into_iter().collect(),
        Plan::Calc(calc) => {
            let below = window_ends(&calc.input);
            let is_end = |e: &Expr| matches!(e, Expr::Column { index, .. } if below.contains(index));
            (0..calc.columns.len()).filter(|column| is_end(&calc.columns[*column])).collect()
        }
        Plan::Aggregate(aggregate) => {
            let below = window_ends(&aggregate.input);
            (0..aggregate.keys.len()).filter(|key| below.contains(&aggregate.keys[*key])).collect()
        }
        // Rows of other windows do not change those of one.
        Plan::Rank(Rank { input, keys, .. }) | Plan::Over(Over { input, keys, .. }) if is_by_window(input, keys) => {
            window_ends(input)
        }
        Plan::Rank(_) | Plan::Over(_) | Plan::RowPattern(_) => Vec::new(),
        Plan::Expand(_) | Plan::Unnest(_) | Plan::Hold(_) | Plan::InTime(_) => {
            plan.inputs().into_iter().flat_map(window_ends).collect()
        }
        Plan::Join(join) => ends_behind(join),
        Plan::Union(_) | Plan::Scan(_) | Plan::Values(_) | Plan::NewestRow(_) | Plan::LastRow(_) | Plan::Sort(_) => Vec::new(),
    }
}

/// Whether rows with the same values in these columns are in one window.
fn is_by_window(plan: &Plan, keys: &[usize]) -> bool {
    let (ends, starts) = (window_ends(plan), telling_starts(plan));
    keys.iter().any(|key| ends.contains(key) || starts.contains(key))
}

/// The columns that are the start of the window in which a row lies, where that says which window it is.
fn telling_starts(plan: &Plan) -> Vec<usize> {
    let told = |window: &Window, start: usize| if window.is_told_by()[0] { vec![start] } else { Vec::new() };
    match plan {
        Plan::WindowAggregate(aggregate) => told(&aggregate.window, aggregate.end() - 1),
        Plan::WindowAssign(WindowAssign { of: WindowsOf::Values, input, .. }) => telling_starts(input),
        Plan::WindowAssign(assign) => assign.place(WindowColumn::Start).map_or(Vec::new(), |start| told(&assign.window, start)),
        Plan::Calc(calc) => {
            let below = telling_starts(&calc.input);
            let is_start = |e: &Expr| matches!(e, Expr::Column { index, .. } if below.contains(index));
            (0..calc.columns.len()).filter(|column| is_start(&calc.columns[*column])).collect()
        }
        Plan::Rank(Rank { input, .. }) | Plan::Over(Over { input, .. }) | Plan::InTime(InTime { input, .. }) => {
            telling_starts(input)
        }
        _ => Vec::new(),
    }
}

/// Where both inputs have windows, a row is in one of them only if its condition says that they end together.
fn ends_behind(join: &Join) -> Vec<usize> {
    let [left, right] = ends_below(join);
    match (same_end(join), left.is_empty() || right.is_empty()) {
        (None, false) => Vec::new(),
        (None, true) if join.kind.gives_pairs() => [left, right].concat(),
        (None, true) => left,
        (Some(ends), _) => match join.kind {
            JoinKind::Inner | JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti => vec![ends[0]],
            JoinKind::Right => vec![ends[1]],
            JoinKind::Full => Vec::new(),
        },
    }
}

/// The ends of the windows of both inputs, as the condition of the join names them.
fn ends_below(join: &Join) -> [Vec<usize>; 2] {
    let right = window_ends(&join.right).into_iter().map(|end| join.width() + end);
    [window_ends(&join.left), right.collect()]
}

/// A column of each input that is the end of its windows, if the condition makes them equal.
fn same_end(join: &Join) -> Option<[usize; 2]> {
    let [left, right] = ends_below(join);
    conjuncts(join.condition.as_ref()?).iter().find_map(|part| {
        let Expr::Binary { op: BinaryOp::Eq, left: a, right: b, .. } = part else { return None };
        let (Expr::Column { index: a, .. }, Expr::Column { index: b, .. }) = (&**a, &**b) else { return None };
        let ends = [*a.min(b), *a.max(b)];
        (left.contains(&ends[0]) && right.contains(&ends[1])).then_some(ends)
    })
}
