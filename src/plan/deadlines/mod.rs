//! When rows of a plan are over: which of its columns say so, as bounds of windows do.
//!
//! Behind what gives windows out, or sets rows aside that come too late for theirs, no row of a window comes or goes once the watermark has passed the end
//! of it. Nor does a row with a time behind what lets rows through in the order of that: joins over time, and OVER in event time. What keeps rows by such a
//! column frees them then (`distribute`). Behind what only adds the bounds of windows to rows, late ones still come: there the columns say in which window a row
//! is, and no more.

mod joins;

use super::logical::{Aggregate, Calc, Expand, Join, Over, Plan, Rank, Union, WindowAggregate, WindowAssign, WindowsOf};
use super::physical::{Aligned, Deadline, Emit, WINDOW_TIME_GAP, Window, WindowColumn};
use crate::expr::{BinaryOp, CastFailure, Expr};
use crate::types::over::OverEmit;
use crate::types::time::SECOND;
use crate::types::{DataType, Field, Schema, Value};

/// How long behind its time a row is over: one at the watermark itself is on time.
pub const BEHIND_TIME: i64 = 1;

/// Columns by which the rows of a plan are over.
pub fn deadlines(plan: &Plan) -> Vec<Deadline> {
    deadlines_in(&bounds(plan)).collect()
}

fn deadlines_in(bounds: &[Bounds]) -> impl Iterator<Item = Deadline> {
    bounds.iter().filter(|bounds| bounds.late == Late::Never).flat_map(Bounds::columns)
}

/// Bounds of windows, or times, of which no row is late.
fn closed(plan: &Plan) -> impl Iterator<Item = Bounds> {
    bounds(plan).into_iter().filter(|bounds| bounds.late == Late::Never)
}

/// Which of these columns says when rows that agree on all of them are over; its column is one of `keys`.
pub fn deadline_of(plan: &Plan, keys: &[usize]) -> Option<Deadline> {
    deadlines(plan).into_iter().find(|deadline| keys.contains(&deadline.column))
}

/// Which of the values of both inputs that a join makes equal says when the rows that meet are over, by its number: these are over the left input, those
/// over the right one.
pub fn deadline_of_pairs(join: &Join, [these, those]: [&[Expr]; 2]) -> Option<Deadline> {
    let [left, right] = [&join.left, &join.right].map(|input| closed(input).collect::<Vec<Bounds>>());
    let after = |bounds: &[Bounds], value: &Expr| bounds.iter().find_map(|bounds| bounds.after(value));
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

/// `plan` with the time at which its rows are over as its last column. Where nothing is given out then, all of one second go together at its end, for each time
/// has its own table of groups.
pub fn with_end(plan: &Plan, deadline: Deadline, emit: Emit) -> Calc {
    let fields = &plan.schema().fields;
    let data_type = fields[deadline.column].data_type.clone();
    let time = Expr::column(deadline.column, data_type.clone());
    let (time, after) = match emit {
        Emit::OnChange if deadline.after % SECOND != 0 => (to_seconds(time), (deadline.after / SECOND + 1) * SECOND),
        Emit::OnChange | Emit::OnClose => (time, deadline.after),
    };
    let after = Expr::Literal { value: Value::Int(after), data_type: DataType::IntervalDay };
    let end = Expr::Binary { op: BinaryOp::Add, left: Box::new(time), right: Box::new(after), data_type: data_type.clone() };
    let columns = plan.identity().into_iter().chain([end]).collect();
    let schema = Schema::new(fields.iter().cloned().chain([Field::new("$end", data_type)]).collect());
    Calc { input: Box::new(plan.clone()), filter: None, columns, schema }
}

/// A time cut off to whole seconds.
fn to_seconds(time: Expr) -> Expr {
    let data_type = match time.data_type() {
        DataType::TimestampLtz(_) => DataType::TimestampLtz(0),
        _ => DataType::Timestamp(0),
    };
    Expr::Cast { input: Box::new(time), data_type, on_failure: CastFailure::RowError }
}

/// Whether all rows that agree on `keys` have the same value in `time`.
pub fn are_of_one_time(plan: &Plan, keys: &[usize], time: usize) -> bool {
    let of_one_moment = || bounds(plan).iter().any(|bounds| bounds.has(time) && keys.iter().any(|key| bounds.has(*key)));
    keys.contains(&time) || of_one_moment()
}

/// How long the windows are whose bounds these are, if all of a plan are equally long, and none of its rows is late for its window.
pub fn length_of_windows(plan: &Plan, (start, end): (usize, usize)) -> Option<i64> {
    closed(plan).find_map(|bounds| bounds.after_column(start)?.checked_sub(bounds.after_column(end)?))
}

/// What says of a row when it is over: all of them the same moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bounds {
    told: Vec<Told>,
    late: Late,
}

/// Columns, in order, each of which says when a row is over where it is not NULL; of several one always is not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    by: Vec<usize>,
    after: i64,
}

impl Told {
    fn by(column: usize, after: i64) -> Told {
        Told { by: vec![column], after }
    }

    /// Where `places` puts each column.
    fn moved(&self, places: &impl Fn(usize) -> Vec<usize>) -> Vec<Told> {
        if let [column] = self.by.as_slice() {
            return places(*column).into_iter().map(|column| Told::by(column, self.after)).collect();
        }
        let by: Option<Vec<usize>> = self.by.iter().map(|column| places(*column).first().copied()).collect();
        by.into_iter().map(|by| Told { by: in_order(by), after: self.after }).collect()
    }
}

fn in_order(mut columns: Vec<usize>) -> Vec<usize> {
    columns.sort_unstable();
    columns.dedup();
    columns
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
        let end = [Told::by(start + 1, 0), Told::by(start + 2, WINDOW_TIME_GAP)];
        let start = |size: &i64| Told::by(start, *size);
        match window {
            Window::Aligned(Aligned::Tumble { size, .. } | Aligned::Hop { size, .. }) => {
                vec![Bounds { told: end.into_iter().chain([start(size)]).collect(), late }]
            }
            Window::Aligned(Aligned::Cumulate { size, .. }) => {
                vec![Bounds { told: end.to_vec(), late }, Bounds { told: vec![start(size)], late }]
            }
            Window::Aligned(Aligned::Given) | Window::Session { .. } => vec![Bounds { told: end.to_vec(), late }],
        }
    }

    /// Where `places` puts each column.
    fn moved(self, places: impl Fn(usize) -> Vec<usize>) -> Option<Bounds> {
        let told: Vec<Told> = self.told.iter().flat_map(|told| told.moved(&places)).collect();
        (!told.is_empty()).then_some(Bounds { told, ..self })
    }

    /// The columns that are never NULL where they are to say it.
    fn columns(&self) -> impl Iterator<Item = Deadline> {
        self.told.iter().filter_map(|told| match told.by.as_slice() {
            [column] => Some(Deadline { column: *column, after: told.after }),
            _ => None,
        })
    }

    fn has(&self, column: usize) -> bool {
        self.after_column(column).is_some()
    }

    fn after_column(&self, column: usize) -> Option<i64> {
        self.columns().find(|deadline| deadline.column == column).map(|deadline| deadline.after)
    }

    /// How long behind a value rows are over.
    fn after(&self, value: &Expr) -> Option<i64> {
        let (columns, shift) = shifted_columns(value)?;
        self.told.iter().find(|told| told.by == columns)?.after.checked_sub(shift)
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
        Plan::Join(join) => joins::behind_join(join),
        Plan::Rank(rank) => behind_rank(rank),
        Plan::Over(over) => behind_over(over),
        // What is held goes out when the window is over by which it is held, at the latest.
        Plan::Hold(hold) => bounds(&hold.input).into_iter().filter(|b| hold.until.is_some_and(|until| b.has(until))).collect(),
        Plan::InTime(gate) => in_time(bounds(&gate.input), &Told::by(gate.window_end, 0)),
        Plan::Union(union) => behind_union(union),
    }
}

fn behind_calc(calc: &Calc) -> Vec<Bounds> {
    let place =
        |column: &usize| calc.columns.iter().position(|shown| matches!(shown, Expr::Column { index, .. } if index == column));
    let seen = |bounds: Bounds| {
        let shown = calc.columns.iter().enumerate();
        let values = shown.filter_map(|(at, shown)| Some(Told::by(at, bounds.after(shown)?)));
        let several = bounds.told.iter().filter(|told| told.by.len() > 1).filter_map(|told| {
            let by = told.by.iter().map(place).collect::<Option<Vec<usize>>>()?;
            Some(Told { by: in_order(by), ..*told })
        });
        let told: Vec<Told> = values.chain(several).collect();
        (!told.is_empty()).then_some(Bounds { told, late: bounds.late })
    };
    bounds(&calc.input).into_iter().filter_map(seen).collect()
}

/// The column that an expression is, or those of which it is the first that is not NULL, and by how much it is later.
fn shifted_columns(expr: &Expr) -> Option<(Vec<usize>, i64)> {
    let constant = |expr: &Expr| match expr {
        Expr::Literal { value: Value::Int(span), data_type: DataType::IntervalDay } => Some(*span),
        _ => None,
    };
    let later = |expr: &Expr, span: Option<i64>| {
        let (columns, shift) = shifted_columns(expr)?;
        Some((columns, shift.checked_add(span?)?))
    };
    match expr {
        Expr::Column { index, data_type } if data_type.is_timestamp() => Some((vec![*index], 0)),
        Expr::Cast { input, data_type, .. } if data_type.holds_times_of(&input.data_type()) => shifted_columns(input),
        Expr::Binary { op: BinaryOp::Add, left, right, .. } => match constant(left) {
            None => later(left, constant(right)),
            span => later(right, span),
        },
        Expr::Binary { op: BinaryOp::Subtract, left, right, .. } => later(left, constant(right)?.checked_neg()),
        Expr::Coalesce { args, .. } => {
            let mut found = args.iter().map(shifted_columns).collect::<Option<Vec<_>>>()?;
            let shift = found.first()?.1;
            let is_one = found.iter().all(|(_, other)| *other == shift);
            let columns = found.drain(..).flat_map(|(columns, _)| columns).collect();
            is_one.then(|| (in_order(columns), shift))
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
    let below = bounds(&aggregate.input);
    // What is given out once comes when its group is over, or at the end of input, when all is over.
    let last = deadlines_in(&below).find(|deadline| aggregate.keys.contains(&deadline.column));
    let comes_before = |bounds: &Bounds| match aggregate.emit {
        Some(Emit::OnClose) => last.is_some_and(|last| bounds.has(last.column)),
        _ => true,
    };
    below.into_iter().filter(comes_before).filter_map(|bounds| bounds.moved(places)).collect()
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
        OverEmit::OnWatermark if over.calls.iter().any(|call| call.looks_ahead()) => Vec::new(),
        OverEmit::OnWatermark => over.order.first().map_or(Vec::new(), |key| in_time(below, &Told::by(key.column, BEHIND_TIME))),
    }
}

fn of_partitions(below: Vec<Bounds>, keys: &[usize], window_end: Option<usize>) -> Vec<Bounds> {
    let told = |bounds: Bounds| match window_end {
        Some(end) if bounds.has(end) => Some(Bounds { late: Late::Never, ..bounds }),
        _ => keys.iter().any(|key| bounds.has(*key)).then_some(bounds),
    };
    below.into_iter().filter_map(told).collect()
}

/// Of rows that no longer come once the watermark has passed a time of theirs, by so much.
fn in_time(below: Vec<Bounds>, time: &Told) -> Vec<Bounds> {
    let is_behind = |bounds: &Bounds| bounds.told.iter().any(|told| told.by == time.by && told.after >= time.after);
    let own = Bounds { told: vec![time.clone()], late: Late::Never };
    let others = below.into_iter().filter(is_behind).map(|bounds| Bounds { late: Late::Never, ..bounds });
    [own].into_iter().chain(others).collect()
}

/// Columns that say so in all inputs; a row is over when it is by the latest of them.
fn behind_union(union: &Union) -> Vec<Bounds> {
    let mut inputs = union.inputs.iter().map(bounds);
    let first = inputs.next().unwrap_or_default();
    inputs.fold(first, |found, other| {
        let pairs = found.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
        pairs.flat_map(|(a, b)| of_both(a, b)).collect()
    })
}

/// What says so in two inputs. Columns that are not as far apart in both no longer say the same moment.
fn of_both(a: &Bounds, b: &Bounds) -> Vec<Bounds> {
    let late = if a.late == Late::Never { b.late } else { a.late };
    let agree: Vec<Told> = a.told.iter().filter(|told| b.told.contains(told)).cloned().collect();
    let columns = latest(&a.columns().collect::<Vec<_>>(), &b.columns().collect::<Vec<_>>());
    let apart = columns.into_iter().map(|at| Told::by(at.column, at.after)).filter(|told| !agree.contains(told));
    let apart: Vec<Vec<Told>> = apart.map(|told| vec![told]).collect();
    let told = [agree].into_iter().chain(apart).filter(|told| !told.is_empty());
    told.map(|told| Bounds { told, late }).collect()
}
