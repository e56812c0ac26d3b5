//! When rows of a plan are over: which of its columns say so, as bounds of windows do.
//!
//! Behind what gives windows out, or sets rows aside that come too late for theirs, no row of a window comes or goes once the watermark has passed the end
//! of it. What keeps rows by such a column frees them then (`distribute`). Behind what only adds the bounds of windows to rows, late ones still come: there
//! the columns say in which window a row is, and no more.

use super::logical::{
    Aggregate, Calc, Expand, InTime, Join, Over, Plan, Rank, Union, WindowAggregate, WindowAssign, WindowsOf, conjuncts,
};
use super::physical::{Aligned, Deadline, Emit, TimeMeaning, WINDOW_TIME_GAP, Window, WindowColumn};
use crate::expr::{BinaryOp, Expr};
use crate::types::over::OverEmit;
use crate::types::{DataType, Field, Schema, Value};

/// Columns by which the rows of a plan are over.
pub fn deadlines(plan: &Plan) -> Vec<Deadline> {
    bounds(plan).into_iter().filter(|bounds| bounds.late == Late::Never).flat_map(|bounds| bounds.columns).collect()
}

/// Which of these columns says when rows that agree on all of them are over; its column is one of `keys`.
pub fn deadline_of(plan: &Plan, keys: &[usize]) -> Option<Deadline> {
    deadlines(plan).into_iter().find(|deadline| keys.contains(&deadline.column))
}

/// Which of the values of both inputs that a join makes equal says when the rows that meet are over, by its number: these are over the left input, those
/// over the right one.
pub fn deadline_of_pairs(join: &Join, [these, those]: [&[Expr]; 2]) -> Option<Deadline> {
    let [left, right] = [deadlines(&join.left), deadlines(&join.right)];
    let after = |deadlines: &[Deadline], value: &Expr| shifted(deadlines, value);
    these.iter().zip(those).enumerate().find_map(|(column, (l, r))| {
        let after = after(&left, l)?.max(after(&right, r)?);
        Some(Deadline { column, after })
    })
}

/// By which columns rows of two inputs are over, wherever they come from: by the later of both.
pub fn latest(these: &[Deadline], those: &[Deadline]) -> Vec<Deadline> {
    let both = |mine: &Deadline| {
        let theirs = those.iter().find(|theirs| theirs.column == mine.column)?;
        Some(Deadline { after: mine.after.max(theirs.after), ..*mine })
    };
    these.iter().filter_map(both).collect()
}

/// `plan` with the time at which its rows are over as its last column.
pub fn with_end(plan: &Plan, deadline: Deadline) -> Calc {
    let fields = &plan.schema().fields;
    let data_type = fields[deadline.column].data_type.clone();
    let after = Expr::Literal { value: Value::Int(deadline.after), data_type: DataType::IntervalDay };
    let time = Expr::column(deadline.column, data_type.clone());
    let end = Expr::Binary { op: BinaryOp::Add, left: Box::new(time), right: Box::new(after), data_type: data_type.clone() };
    let columns = plan.identity().into_iter().chain([end]).collect();
    let schema = Schema::new(fields.iter().cloned().chain([Field::new("$end", data_type)]).collect());
    Calc { input: Box::new(plan.clone()), filter: None, columns, schema }
}

/// How long behind a value rows are over, which these columns say.
fn shifted(deadlines: &[Deadline], value: &Expr) -> Option<i64> {
    let (column, shift) = shifted_column(value)?;
    deadlines.iter().find(|deadline| deadline.column == column)?.after.checked_sub(shift)
}

/// How long the windows are whose bounds these are, if all of a plan are equally long, and none of its rows is late for its window.
pub fn length_of_windows(plan: &Plan, (start, end): (usize, usize)) -> Option<i64> {
    let after = |bounds: &Bounds, column: usize| bounds.columns.iter().find(|at| at.column == column).map(|at| at.after);
    let mut in_time = bounds(plan).into_iter().filter(|bounds| bounds.late == Late::Never);
    in_time.find_map(|bounds| after(&bounds, start)?.checked_sub(after(&bounds, end)?))
}

/// Columns that all say of a row when one window is over in which it lies: the same moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bounds {
    columns: Vec<Deadline>,
    late: Late,
}

/// Whether rows of a window may come or go when the watermark has passed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Late {
    Never,
    Maybe,
}

impl Bounds {
    /// Of windows whose start, end and time stand one after the other. Where several windows start together, their start is over with the last.
    fn of(window: &Window, start: usize, late: Late) -> Vec<Bounds> {
        let end = [Deadline { column: start + 1, after: 0 }, Deadline { column: start + 2, after: WINDOW_TIME_GAP }];
        let start = |size: &i64| Deadline { column: start, after: *size };
        match window {
            Window::Aligned(Aligned::Tumble { size, .. } | Aligned::Hop { size, .. }) => {
                vec![Bounds { columns: end.into_iter().chain([start(size)]).collect(), late }]
            }
            Window::Aligned(Aligned::Cumulate { size, .. }) => {
                vec![Bounds { columns: end.to_vec(), late }, Bounds { columns: vec![start(size)], late }]
            }
            Window::Aligned(Aligned::Given) | Window::Session { .. } => vec![Bounds { columns: end.to_vec(), late }],
        }
    }

    /// Where `places` puts each column.
    fn moved(self, places: impl Fn(usize) -> Vec<usize>) -> Option<Bounds> {
        let moved = |deadline: &Deadline| {
            let after = deadline.after;
            places(deadline.column).into_iter().map(move |column| Deadline { column, after })
        };
        let columns: Vec<Deadline> = self.columns.iter().flat_map(moved).collect();
        (!columns.is_empty()).then_some(Bounds { columns, ..self })
    }

    fn has(&self, column: usize) -> bool {
        self.columns.iter().any(|deadline| deadline.column == column)
    }
}

fn bounds(plan: &Plan) -> Vec<Bounds> {
    match plan {
        // What is the last or the first of its key may go when the next comes.
        Plan::Scan(_) | Plan::Values(_) | Plan::Sort(_) | Plan::NewestRow(_) | Plan::LastRow(_) => Vec::new(),
        // Rows of a match wait for its end.
        Plan::RowPattern(_) => Vec::new(),
        Plan::Calc(calc) => behind_calc(calc),
        Plan::WindowAssign(assign) => behind_assign(assign),
        Plan::Expand(expand) => behind_expand(expand),
        Plan::Unnest(unnest) => {
            let place = |column: usize| if column < unnest.width() { vec![column] } else { Vec::new() };
            bounds(&unnest.input).into_iter().filter_map(|bounds| bounds.moved(place)).collect()
        }
        Plan::Aggregate(aggregate) => behind_aggregate(aggregate),
        Plan::WindowAggregate(aggregate) => behind_window_aggregate(aggregate),
        Plan::Join(join) => behind_join(join),
        Plan::Rank(rank) => behind_rank(rank),
        Plan::Over(over) => behind_over(over),
        // What is held goes out when the window is over by which it is held, at the latest.
        Plan::Hold(hold) => bounds(&hold.input).into_iter().filter(|b| hold.until.is_some_and(|until| b.has(until))).collect(),
        Plan::InTime(gate) => in_time(gate),
        Plan::Union(union) => behind_union(union),
    }
}

fn behind_calc(calc: &Calc) -> Vec<Bounds> {
    let seen = |bounds: Bounds| {
        let of = |(at, shown): (usize, &Expr)| Some(Deadline { column: at, after: shifted(&bounds.columns, shown)? });
        let columns: Vec<Deadline> = calc.columns.iter().enumerate().filter_map(of).collect();
        (!columns.is_empty()).then_some(Bounds { columns, late: bounds.late })
    };
    bounds(&calc.input).into_iter().filter_map(seen).collect()
}

/// The column that an expression is, and by how much it is later.
fn shifted_column(expr: &Expr) -> Option<(usize, i64)> {
    let constant = |expr: &Expr| match expr {
        Expr::Literal { value: Value::Int(span), data_type: DataType::IntervalDay } => Some(*span),
        _ => None,
    };
    match expr {
        Expr::Column { index, data_type } if data_type.is_timestamp() => Some((*index, 0)),
        Expr::Cast { input, data_type, .. } if data_type.holds_times_of(&input.data_type()) => shifted_column(input),
        Expr::Binary { op: BinaryOp::Add, left, right, .. } => match (constant(left), constant(right)) {
            (None, Some(span)) => shifted_column(left).and_then(|(column, shift)| Some((column, shift.checked_add(span)?))),
            (Some(span), None) => shifted_column(right).and_then(|(column, shift)| Some((column, shift.checked_add(span)?))),
            _ => None,
        },
        Expr::Binary { op: BinaryOp::Subtract, left, right, .. } => {
            let (span, (column, shift)) = (constant(right)?, shifted_column(left)?);
            Some((column, shift.checked_sub(span)?))
        }
        _ => None,
    }
}

fn behind_assign(assign: &WindowAssign) -> Vec<Bounds> {
    let below = bounds(&assign.input);
    let given = |late: Late| {
        let place = |column: usize| assign.place(WindowColumn::ALL[column]).into_iter().collect();
        Bounds::of(&assign.window, 0, late).into_iter().filter_map(move |bounds| bounds.moved(place))
    };
    match (&assign.window, assign.of) {
        (_, WindowsOf::Values) => below,
        // Rows wait until their session has closed.
        (Window::Session { .. }, _) => given(Late::Never).collect(),
        (_, WindowsOf::Time) => below.into_iter().chain(given(Late::Maybe)).collect(),
    }
}

/// A copy of a key that some set lacks is NULL there.
fn behind_expand(expand: &Expand) -> Vec<Bounds> {
    let is_in_all = |key: usize| expand.sets.iter().all(|set| set[key]);
    let places = |column: usize| {
        let copies = (0..expand.keys.len()).filter(|key| expand.keys[*key] == column && is_in_all(*key));
        [column].into_iter().chain(copies.map(|key| expand.width() + key)).collect()
    };
    bounds(&expand.input).into_iter().filter_map(|bounds| bounds.moved(places)).collect()
}

fn behind_aggregate(aggregate: &Aggregate) -> Vec<Bounds> {
    let places = |column: usize| (0..aggregate.keys.len()).filter(|key| aggregate.keys[*key] == column).collect();
    // What is given out once comes when its group is over, or at the end of input, when all is over.
    let last = deadline_of(&aggregate.input, &aggregate.keys);
    let comes_before = |bounds: &Bounds| match aggregate.emit {
        Some(Emit::OnClose) => last.is_some_and(|last| bounds.has(last.column)),
        _ => true,
    };
    bounds(&aggregate.input).into_iter().filter(comes_before).filter_map(|bounds| bounds.moved(places)).collect()
}

fn behind_window_aggregate(aggregate: &WindowAggregate) -> Vec<Bounds> {
    let start = aggregate.end() - 1;
    let mut found = Bounds::of(&aggregate.window, start, Late::Never);
    if aggregate.window == Window::Aligned(Aligned::Given) {
        // All keys of one group are of one window, which is the one that is given.
        let places = |column: usize| (0..aggregate.keys.len()).filter(|key| aggregate.keys[*key] == column).collect();
        let own = bounds(&aggregate.input).into_iter().filter(|bounds| bounds.has(aggregate.time_column));
        found.extend(own.filter_map(|bounds| bounds.moved(places)).map(|bounds| Bounds { late: Late::Never, ..bounds }));
    }
    found
}

/// Rows of a partition go as others come: only the columns by which partitions are over say when.
fn behind_rank(rank: &Rank) -> Vec<Bounds> {
    of_partitions(bounds(&rank.input), &rank.keys, rank.window_end.map(|end| end.column))
}

fn behind_over(over: &Over) -> Vec<Bounds> {
    let below = bounds(&over.input);
    match over.emit {
        OverEmit::AtOnce => below,
        OverEmit::OnChange => of_partitions(below, &over.keys, over.window_end),
        // Rows wait, some of them for those behind.
        OverEmit::OnWatermark => Vec::new(),
    }
}

/// What else says when a window is over than its end.
fn in_time(gate: &InTime) -> Vec<Bounds> {
    let end = Bounds { columns: vec![Deadline { column: gate.window_end, after: 0 }], late: Late::Never };
    let below = bounds(&gate.input).into_iter().filter(|bounds| bounds.has(gate.window_end));
    let below: Vec<Bounds> = below.map(|bounds| Bounds { late: Late::Never, ..bounds }).collect();
    if below.is_empty() { vec![end] } else { below }
}

fn of_partitions(below: Vec<Bounds>, keys: &[usize], window_end: Option<usize>) -> Vec<Bounds> {
    let told = |bounds: Bounds| match window_end {
        Some(end) if bounds.has(end) => Some(Bounds { late: Late::Never, ..bounds }),
        _ => keys.iter().any(|key| bounds.has(*key)).then_some(bounds),
    };
    below.into_iter().filter_map(told).collect()
}

/// Columns that say so in all inputs; a row is over when it is by the latest of them.
fn behind_union(union: &Union) -> Vec<Bounds> {
    let mut inputs = union.inputs.iter().map(bounds);
    let first = inputs.next().unwrap_or_default();
    inputs.fold(first, |found, other| {
        let both = |a: &Bounds, b: &Bounds| {
            let columns = latest(&a.columns, &b.columns);
            let late = if a.late == Late::Never { b.late } else { a.late };
            (!columns.is_empty()).then_some(Bounds { columns, late })
        };
        found.iter().flat_map(|a| other.iter().filter_map(|b| both(a, b)).collect::<Vec<_>>()).collect()
    })
}

fn behind_join(join: &Join) -> Vec<Bounds> {
    let given = join.given();
    let place = |input: usize, column: usize| {
        let before = if input == 0 { 0 } else { given[0].len() };
        given[input].iter().position(|known| *known == column).map(|at| before + at).into_iter().collect::<Vec<_>>()
    };
    // Of an input whose columns may be NULL nothing is told.
    let shows = |input: usize| match input {
        0 => !join.kind.gives_unmatched(1),
        _ => join.kind.gives_pairs() && !join.kind.gives_unmatched(0),
    };
    let below = [bounds(&join.left), bounds(&join.right)];
    let mut found: Vec<(usize, Bounds)> = Vec::new();
    match &join.time {
        _ if join.lookup.is_some() => found.extend(below[0].iter().cloned().map(|bounds| (0, bounds))),
        Some(time) if time.meaning == TimeMeaning::Windows => {
            for (input, (bounds, column)) in below.iter().zip(time.columns).enumerate() {
                let of_window = bounds.iter().filter(|bounds| bounds.has(column));
                found.extend(of_window.map(|bounds| (input, Bounds { late: Late::Never, ..bounds.clone() })));
            }
        }
        Some(_) => {}
        None => found.extend(of_equal_columns(join, &below)),
    }
    let shown = found.into_iter().filter(|(input, _)| shows(*input));
    shown.filter_map(|(input, bounds)| bounds.moved(|column| place(input, column))).collect()
}

/// Of rows that meet only where columns are equal that say of both when they are over.
fn of_equal_columns(join: &Join, below: &[Vec<Bounds>; 2]) -> Vec<(usize, Bounds)> {
    let mut found = Vec::new();
    for part in join.condition.iter().flat_map(conjuncts) {
        let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = &part else { continue };
        let (Some((a, 0)), Some((b, 0))) = (shifted_column(left), shifted_column(right)) else { continue };
        let (l, r) = (a.min(b), a.max(b));
        if l >= join.width() || r < join.width() {
            continue;
        }
        let columns = [l, r - join.width()];
        let of = |input: usize| {
            let closed = below[input].iter().filter(|bounds| bounds.late == Late::Never);
            closed.flat_map(|bounds| bounds.columns.iter().map(move |deadline| (bounds, *deadline)))
        };
        let told = |input: usize| of(input).find(|(_, deadline)| deadline.column == columns[input]);
        let (Some(left), Some(right)) = (told(0), told(1)) else { continue };
        for (input, (own, other)) in [(left, right), (right, left)].into_iter().enumerate() {
            let ((bounds, own), (_, other)) = (own, other);
            // What else says when a row is over holds for both only if the other is over by then.
            let alone = Bounds { columns: vec![Deadline { after: own.after.max(other.after), ..own }], late: Late::Never };
            found.push((input, if other.after <= own.after { bounds.clone() } else { alone }));
        }
    }
    found
}
