//! Grouping: aggregate calls, keys, and the choice between a running aggregate and one over windows.
//!
//! Expressions over a grouping are bound over its input first, aggregates standing as columns beyond `AGGREGATE_BASE` and
//! window bounds beyond `WINDOW_BASE`. `Grouped::place` then puts output columns in the place of keys, windows and aggregates; a
//! column of the input that is left is one that GROUP BY lacks.

use sqlparser::ast;

use super::access;
use super::aggregate_call::{BoundCall, NTH_VALUE};
use super::coercion::cast;
use super::dependent::equal;
use super::expr::ExprBinder;
use super::grouping_sets::{GROUPING_BASE, Marker};
use super::library;
use super::over::OVER_BASE;
use super::scope::{Relation, ScopeField, span_of};
use super::subquery::{case, flagged, reads_subquery};
use super::window::{GroupWindow, WINDOW_COLUMNS, window_types};
use crate::error::{Error, Result, Span};
use crate::expr::{Expr, UnaryOp};
use crate::plan::logical::{self, Join, Plan, WindowColumns, WindowsOf, all_of, columns_of, conjuncts, substitute};
use crate::plan::physical::{AggregateCall, Aligned, JoinKind, SortKey, Window};
use crate::types::{DataType, Field, Schema, Value};

/// Stand-in columns of aggregates begin here.
pub const AGGREGATE_BASE: usize = 1 << 40;
/// Stand-in columns of the window begin here.
pub const WINDOW_BASE: usize = 1 << 41;

/// What a SELECT groups by and computes.
#[derive(Debug, Default)]
pub struct Grouping {
    /// Key expressions over the input, without a window call.
    pub keys: Vec<Expr>,
    /// Which keys each grouping set has; empty where all rows are grouped by all keys.
    pub sets: Vec<Vec<usize>>,
    /// The calls of GROUPING and its kin found.
    pub markers: Vec<Marker>,
    /// Keys that have sub-queries, as written and as bound.
    pub asking: Vec<(ast::Expr, Expr)>,
    /// Whether GROUP BY is there, be it without keys: then rows are grouped.
    pub is_written: bool,
    /// A window call in GROUP BY.
    pub window: Option<GroupWindow>,
    /// The aggregates found.
    pub calls: Vec<BoundCall>,
    inside: usize,
}

impl Grouping {
    /// By these keys, without aggregates.
    pub fn by(keys: Vec<Expr>) -> Grouping {
        Grouping { keys, ..Grouping::default() }
    }

    /// Whether what is being bound stands inside an aggregate.
    pub fn is_inside(&self) -> bool {
        self.inside > 0
    }

    /// Whether GROUP BY or what is computed asks for groups.
    pub fn groups(&self) -> bool {
        self.is_written || !self.calls.is_empty() || !self.markers.is_empty()
    }

    /// The keys, and what the aggregates read.
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.keys.iter_mut().chain(self.calls.iter_mut().flat_map(BoundCall::exprs_mut))
    }

    /// A key with sub-queries that is written so; others are known by what they compute.
    pub fn key_written(&self, e: &ast::Expr) -> Option<&Expr> {
        self.asking.iter().find(|(written, _)| written == e).map(|(_, key)| key)
    }

    /// `expr` over the input with what the aggregates give over no rows.
    pub fn over_nothing(&self, expr: &Expr) -> Expr {
        substitute(expr, &|column| {
            if self.markers.get(column.wrapping_sub(GROUPING_BASE)).is_some() {
                return Some(Expr::Literal { value: Value::Int(0), data_type: DataType::BigInt });
            }
            let call = self.calls.get(column.checked_sub(AGGREGATE_BASE)?)?;
            Some(Expr::Literal { value: call.over_nothing(), data_type: call.data_type.clone() })
        })
    }

    /// The window whose columns are among the keys of all sets, if there is one.
    fn window_of(&self, relation: &Relation) -> Option<WindowColumns> {
        let named = |column: usize| {
            let of_set = |set: &Vec<usize>| set.iter().any(|key| is_column(&self.keys[*key], column));
            self.keys.iter().any(|key| is_column(key, column)) && self.sets.iter().all(of_set)
        };
        relation.windows.iter().copied().find(|window| window.end_by(named).is_some())
    }

    /// The stand-in column of a call, which is added if it is not there.
    fn collected(&mut self, call: BoundCall) -> Expr {
        let data_type = call.data_type.clone();
        let index = self.calls.iter().position(|known| *known == call).unwrap_or_else(|| {
            self.calls.push(call);
            self.calls.len() - 1
        });
        Expr::column(AGGREGATE_BASE + index, data_type)
    }

    /// Makes keys of the columns that `read` names outside of aggregates and that the keys determine, as GROUP BY the PRIMARY KEY of a table does.
    pub fn add_determined<'e>(
        &mut self,
        plan: &Plan,
        read: impl Iterator<Item = &'e Expr>,
        key_of: &dyn Fn(usize) -> Vec<usize>,
    ) {
        if self.keys.is_empty() || !self.sets.is_empty() {
            return;
        }
        let of_key = |key: &Expr| if let Expr::Column { index, .. } = key { Some(*index) } else { None };
        let known: Vec<usize> = self.keys.iter().filter_map(of_key).collect();
        let mut loose = Vec::new();
        read.for_each(|expr| self.collect_loose(expr, &mut loose));
        for column in loose {
            if of_key(&column).is_some_and(|index| plan.determines(&known, index, key_of)) {
                self.position(column);
            }
        }
    }

    /// The columns of the input in an expression over groups that are neither in a key nor inside an aggregate.
    fn collect_loose(&self, expr: &Expr, found: &mut Vec<Expr>) {
        match expr {
            _ if self.keys.contains(expr) => {}
            Expr::Column { index, .. } if *index >= AGGREGATE_BASE => {}
            Expr::Column { .. } => found.push(expr.clone()),
            other => other.children().into_iter().for_each(|child| self.collect_loose(child, found)),
        }
    }

    /// The place of a key that is written so.
    pub fn written_key(&mut self, e: &ast::Expr, key: Expr) -> usize {
        if reads_subquery(&key) {
            self.asking.push((e.clone(), key.clone()));
        }
        self.position(key)
    }

    /// The place of a key, which is added if it is not there.
    pub fn position(&mut self, key: Expr) -> usize {
        self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }
}

impl ExprBinder<'_> {
    /// COUNT, SUM, ...: collected, and replaced by a stand-in column.
    pub(super) fn aggregate_call(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let span = span_of(&call.name);
        match &mut self.grouping {
            None => {
                return Err(Error::sql(format!("the aggregate {} is not allowed here", call.name))
                    .at(span)
                    .hint("conditions on it stand in HAVING; elsewhere compute it in a sub-query, and use its name"));
            }
            Some(grouping) if grouping.inside > 0 => {
                return Err(Error::sql("an aggregate inside an aggregate")
                    .at(span)
                    .hint("put the inner one into a sub-query in FROM"));
            }
            Some(grouping) => grouping.inside += 1,
        }
        let mut bound = self.bound_call(name, call)?;
        let place = if name == NTH_VALUE { bound.constants.pop() } else { None };
        let Some(grouping) = &mut self.grouping else { return Err(Error::internal("grouping is gone")) };
        grouping.inside -= 1;
        let count = (name == "SINGLE_VALUE").then(|| grouping.collected(bound.count_of_rows()));
        let column = grouping.collected(bound);
        if let Some(place) = place {
            let place = Expr::Literal { value: place, data_type: DataType::BigInt };
            return access::item_of("ARRAY_ELEMENT", vec![column, place], span);
        }
        match count {
            Some(count) => of_one_row(column, count),
            None if name == "SUM0" => Ok(or_zero(column)),
            None => Ok(column),
        }
    }
}

/// `value` where it is of one row; more are an error of the row that it would stand in.
fn of_one_row(value: Expr, count: Expr) -> Result<Expr> {
    let data_type = value.data_type();
    Ok(Expr::Case { branches: vec![(is_one_row(count)?, value)], otherwise: None, data_type })
}

/// TRUE; a count of more than one is an error of its row.
pub fn is_one_row(count: Expr) -> Result<Expr> {
    let Some(function) = library::lookup("$ONE_ROW") else { return Err(Error::internal("no function $ONE_ROW")) };
    Ok(Expr::Call { function: function.into(), args: vec![count], data_type: DataType::Boolean })
}

/// A sum, 0 of no rows.
pub fn or_zero(sum: Expr) -> Expr {
    let data_type = sum.data_type();
    let zero = cast(Expr::Literal { value: Value::Int(0), data_type: DataType::Int }, &data_type);
    Expr::Coalesce { args: vec![sum, zero], data_type }
}

/// A bound grouping: its plan, and how expressions over its input read its output.
#[derive(Debug)]
pub struct Grouped {
    /// The aggregate, whose columns go by no name yet.
    pub relation: Relation,
    keys: Vec<(Expr, usize)>,
    window: Option<usize>,
    results: usize,
    /// In place of GROUPING and its kin.
    marks: Vec<Expr>,
}

impl Grouped {
    /// Groups by columns of a query around, with a row for each of their `values` that has no group: what the aggregates give over no rows. A group is
    /// that of NULL only `with_nulls`.
    pub fn completed(self, values: Plan, columns: &[usize], with_nulls: bool, grouping: &Grouping) -> Result<Grouped> {
        let Grouped { relation, keys, .. } = &self;
        let (width, types) = (values.schema().types().len(), values.schema().types());
        let value = |column: usize| Expr::column(column, types[column].clone());
        let (groups, flag) = flagged(relation.plan.clone(), width);
        let mut made: Vec<Expr> = relation.plan.identity();
        let mut condition = Vec::new();
        for column in columns {
            let place = keys.iter().find(|(key, _)| is_column(key, *column)).map(|(_, place)| *place);
            let place = place.ok_or_else(|| Error::internal("a group without its link"))?;
            condition.extend(equal(value(*column), Expr::column(width + place, types[*column].clone()), with_nulls));
            made[place] = value(*column);
        }
        let missing = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(flag) };
        for (at, call) in (self.results..).zip(&grouping.calls) {
            let nothing = Expr::Literal { value: call.over_nothing(), data_type: call.data_type.clone() };
            made[at] = case(vec![(missing.clone(), nothing)], Expr::column(width + at, call.data_type.clone()));
        }
        let names = relation.fields.iter().map(|field| field.name.clone());
        let columns = names.zip(made).collect();
        let plan = Plan::Join(Join::new(values, groups, JoinKind::Left, all_of(condition)));
        Ok(Grouped { relation: Relation::new(plan.projected(columns), None, None), ..self })
    }

    /// `expr` over the output; `fields` are those of the input.
    pub fn place(&self, expr: &Expr, fields: &[ScopeField], span: Span) -> Result<Expr> {
        if let Some((_, position)) = self.keys.iter().find(|(key, _)| key == expr) {
            return Ok(Expr::column(*position, expr.data_type()));
        }
        if let Expr::Column { index, data_type } = expr {
            return match *index {
                // Of a function with OVER, or of a sub-query, which is joined to the output.
                i if i >= OVER_BASE => Ok(expr.clone()),
                i if i >= WINDOW_BASE => {
                    let first = self.window.ok_or_else(|| Error::internal("a window column without a window"))?;
                    Ok(Expr::column(first + i - WINDOW_BASE, data_type.clone()))
                }
                i if i >= GROUPING_BASE => Ok(self.marks[i - GROUPING_BASE].clone()),
                i if i >= AGGREGATE_BASE => Ok(Expr::column(self.results + i - AGGREGATE_BASE, data_type.clone())),
                i => {
                    let name = fields.get(i).map_or("?", |f| f.name.as_str());
                    Err(Error::sql(format!("'{name}' is neither in GROUP BY nor inside an aggregate"))
                        .at(span)
                        .hint(format!("add {name} to GROUP BY, or take MIN({name}) or MAX({name})")))
                }
            };
        }
        let mut placed = expr.clone();
        for child in placed.children_mut() {
            *child = self.place(child, fields, span)?;
        }
        Ok(placed)
    }
}

/// Groups `relation`; `late` finds the late table of a plan.
pub fn group(relation: &Relation, grouping: &Grouping, late: &dyn Fn(&Plan) -> Result<Option<logical::Late>>) -> Result<Grouped> {
    match Windowed::of(relation, grouping) {
        Some(windowed) => windowed.group(grouping, late),
        None => Ok(running(relation, grouping)),
    }
}

/// Whether `grouping` says of each row of `relation` in which window it is.
pub fn groups_windows(relation: &Relation, grouping: &Grouping) -> bool {
    Windowed::of(relation, grouping).is_some()
}

/// Columns of the projection below an aggregate, each expression once.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Each with its name.
    pub columns: Vec<(String, Expr)>,
}

impl Inputs {
    /// The position of an expression.
    pub fn add(&mut self, expr: &Expr, names: &Schema) -> usize {
        if let Some(position) = self.columns.iter().position(|(_, e)| e == expr) {
            return position;
        }
        let name = match expr {
            Expr::Column { index, .. } => names.fields.get(*index).map(|f| f.name.clone()),
            _ => None,
        };
        self.columns.push((name.unwrap_or_else(|| format!("expr{}", self.columns.len())), expr.clone()));
        self.columns.len() - 1
    }

    /// Calls over the projection.
    pub fn calls(&mut self, calls: &[BoundCall], names: &Schema, over: &impl Fn(&Expr) -> Expr) -> Vec<AggregateCall> {
        let mut made = Vec::with_capacity(calls.len());
        for call in calls {
            let arguments: Vec<_> = call.arguments.iter().map(|e| (self.add(&over(e), names), e.data_type())).collect();
            let order = call.order.iter().map(|item| SortKey {
                column: self.add(&over(&item.expr), names),
                descending: item.descending,
                nulls_first: item.nulls_first,
            });
            let order = order.collect();
            made.push(AggregateCall {
                order,
                order_types: call.order.iter().map(|item| item.expr.data_type()).collect(),
                constants: call.constants.clone(),
                nulls: call.nulls,
                distinct: call.distinct,
                filter: call.filter.as_ref().map(|e| self.add(&over(e), names)),
                ..AggregateCall::new(call.function.clone(), &arguments, call.data_type.clone())
            });
        }
        made
    }
}

/// Key positions in the input, and each key expression with its place in the output (equal keys share one).
fn keyed(keys: &[(Expr, Expr)], inputs: &mut Inputs, names: &Schema) -> (Vec<usize>, Vec<(Expr, usize)>) {
    let mut positions: Vec<usize> = Vec::new();
    let mut outputs = Vec::with_capacity(keys.len());
    for (written, below) in keys {
        let position = inputs.add(below, names);
        let output = positions.iter().position(|p| *p == position).unwrap_or_else(|| {
            positions.push(position);
            positions.len() - 1
        });
        outputs.push((written.clone(), output));
    }
    (positions, outputs)
}

fn result_fields(calls: &[AggregateCall]) -> impl Iterator<Item = Field> {
    let name = |(i, c): (usize, &AggregateCall)| Field::new(format!("agg{i}"), c.data_type.clone());
    calls.iter().enumerate().map(name).collect::<Vec<_>>().into_iter()
}

fn running(relation: &Relation, grouping: &Grouping) -> Grouped {
    let mut inputs = Inputs::default();
    let names = relation.plan.schema().clone();
    let written: Vec<_> = grouping.keys.iter().map(|k| (k.clone(), k.clone())).collect();
    let (keys, outputs) = keyed(&written, &mut inputs, &names);
    let calls = inputs.calls(&grouping.calls, &names, &Expr::clone);
    let input = relation.plan.clone().projected(inputs.columns);
    let (input, keys, set_column) = grouping.expanded(input, keys, &outputs);
    let mut fields: Vec<Field> = keys.iter().map(|&k| input.schema().fields[k].clone()).collect();
    let results = fields.len();
    fields.extend(result_fields(&calls));
    let plan = Plan::Aggregate(logical::Aggregate::new(input, keys, calls, Schema::new(fields)));
    let marks = grouping.marks(set_column);
    Grouped { relation: Relation::new(plan, None, None), keys: outputs, window: None, results, marks }
}

/// An aggregate over windows: what stands below the windows, and expressions of the relation in terms of it.
struct Windowed {
    below: Plan,
    time_column: usize,
    window: Window,
    /// Columns of the relation over those of `below`, then window_start, window_end, window_time.
    columns: Vec<Expr>,
    /// By column of the relation: which of these three it is, where the aggregate makes it.
    parts: Vec<Option<usize>>,
    /// Types of these three.
    types: [DataType; 3],
    /// Where windows are given: which columns of the relation say so.
    given: Option<WindowColumns>,
    /// Event times of the relation that can be keys beside the window.
    event_times: Vec<usize>,
    filter_below: Option<Expr>,
    filter_above: Vec<Expr>,
}

impl Windowed {
    /// Over the windows that `grouping` names; `None` if it names none.
    fn of(relation: &Relation, grouping: &Grouping) -> Option<Self> {
        if let Some(window) = grouping.window {
            return Some(Self::of_call(relation, window));
        }
        match grouping.window_of(relation) {
            Some(window) => Self::of_table_function(relation, grouping).or_else(|| Some(Self::given(relation, window))),
            None if names_one_bound(relation, grouping) => Self::of_table_function(relation, grouping),
            None => None,
        }
    }

    fn of_call(relation: &Relation, window: GroupWindow) -> Self {
        Self {
            below: relation.plan.clone(),
            time_column: window.time_column,
            window: window.window,
            columns: relation.plan.identity(),
            parts: vec![None; relation.fields.len()],
            types: window_types(&relation.fields[window.time_column].data_type, &window.window),
            event_times: Vec::new(),
            given: None,
            filter_below: None,
            filter_above: Vec::new(),
        }
    }

    /// Where the keys contain the window of each row.
    fn given(relation: &Relation, window: WindowColumns) -> Self {
        let (start, end) = window.bounds;
        let mut parts = vec![None; relation.fields.len()];
        for (start, end) in relation.windows.iter().map(|window| window.bounds) {
            (parts[start], parts[end]) = (Some(0), Some(1));
        }
        let time = relation.event_times.first().copied().unwrap_or(end);
        Self {
            below: relation.plan.clone(),
            time_column: end,
            window: Window::Aligned(Aligned::Given),
            columns: relation.plan.identity(),
            parts,
            types: [start, end, time].map(|column| relation.fields[column].data_type.clone()),
            event_times: relation.event_times.clone(),
            given: Some(window),
            filter_below: None,
            filter_above: Vec::new(),
        }
    }

    /// Where the keys contain the window of a window table function that stands right below, through filters and projections that do
    /// not mix its columns with others: then rows are grouped as they are, before they are copied into windows.
    fn of_table_function(relation: &Relation, grouping: &Grouping) -> Option<Self> {
        let (assign, columns, filters) = flattened(&relation.plan)?;
        let width = assign.input.schema().fields.len();
        let (above, rest): (Vec<_>, Vec<_>) =
            filters.into_iter().partition(|f| columns_of(f).iter().all(|&c| c >= width) && !columns_of(f).is_empty());
        let mixed = rest.iter().any(|f| columns_of(f).iter().any(|&c| c >= width));
        let mut used = grouping.calls.iter().flat_map(BoundCall::exprs);
        let window_used = |e: &Expr| columns_of(&over(&columns, e)).iter().any(|&c| c >= width);
        let key_mixed = |k: &Expr| window_used(k) && !matches!(over(&columns, k), Expr::Column { .. });
        if matches!(assign.window, Window::Session { .. }) {
            // Keys of the grouping and of the sessions must be the same ones.
            let plain: Vec<Expr> =
                grouping.keys.iter().map(|k| over(&columns, k)).filter(|k| columns_of(k).iter().all(|&c| c < width)).collect();
            let is_key = |k: &Expr| matches!(k, Expr::Column { index, .. } if assign.keys.contains(index));
            let has_key = |key: &usize| plain.iter().any(|k| matches!(k, Expr::Column { index, .. } if index == key));
            let filters_rows = rest.iter().any(|f| !columns_of(f).iter().all(|c| assign.keys.contains(c)));
            if filters_rows || !plain.iter().all(is_key) || !assign.keys.iter().all(has_key) {
                return None;
            }
        }
        if mixed || used.any(window_used) || grouping.keys.iter().any(key_mixed) {
            return None;
        }
        let part = |e: &Expr| if let Expr::Column { index, .. } = e { index.checked_sub(width) } else { None };
        Some(Self {
            below: (*assign.input).clone(),
            time_column: assign.time_column,
            window: assign.window,
            parts: columns.iter().map(part).collect(),
            types: window_types(&assign.input.schema().fields[assign.time_column].data_type, &assign.window),
            columns,
            event_times: Vec::new(),
            given: None,
            filter_below: all_of(rest),
            filter_above: above,
        })
    }

    fn group(self, grouping: &Grouping, late: &dyn Fn(&Plan) -> Result<Option<logical::Late>>) -> Result<Grouped> {
        let below = match self.filter_below.clone() {
            Some(filter) => self.below.filtered(filter),
            None => self.below,
        };
        let names = below.schema().clone();
        let width = names.fields.len();
        let mut inputs = Inputs::default();
        let time = Expr::column(self.time_column, names.fields[self.time_column].data_type.clone());
        let mut plain = Vec::new();
        let mut windows = Vec::new();
        for key in &grouping.keys {
            let part = if let Expr::Column { index, .. } = key { self.parts.get(*index).copied().flatten() } else { None };
            match part {
                Some(part) => windows.push((key.clone(), part)),
                None => plain.push((key.clone(), over(&self.columns, key))),
            }
        }
        let (keys, mut outputs) = keyed(&plain, &mut inputs, &names);
        let calls = inputs.calls(&grouping.calls, &names, &|e| over(&self.columns, e));
        let time_column = inputs.add(&time, &names);
        let late = late(&below)?.map(|late| logical::Late {
            columns: late
                .columns
                .iter()
                .map(|&c| inputs.add(&Expr::column(c, names.fields[c].data_type.clone()), &names))
                .collect(),
            ..late
        });
        let start = self.given.map(|window| inputs.add(&self.columns[window.bounds.0], &names));
        let input = below.projected(inputs.columns);
        let (input, mut keys, set_column) = grouping.expanded(input, keys, &outputs);
        let mut fields: Vec<Field> = keys.iter().map(|&k| input.schema().fields[k].clone()).collect();
        let first = fields.len();
        keys.extend(start);
        fields.extend(WINDOW_COLUMNS.iter().zip(self.types).map(|(name, t)| Field::new(*name, t)));
        let results = fields.len();
        fields.extend(result_fields(&calls));
        outputs.extend(windows.into_iter().map(|(key, part)| (key, first + part)));
        let plan = Plan::WindowAggregate(logical::WindowAggregate {
            input: Box::new(input),
            time_column,
            window: self.window,
            keys,
            calls,
            emit: None,
            late,
            split_watermark_column: None,
            split_column: None,
            schema: Schema::new(fields),
        });
        let above = self.filter_above.iter().map(|f| {
            substitute(f, &|c| {
                (c >= width).then(|| Expr::column(first + c - width, plan.schema().fields[first + c - width].data_type.clone()))
            })
        });
        let marks = grouping.marks(set_column);
        let plan = match all_of(above.collect()) {
            Some(filter) => plan.filtered(filter),
            None => plan,
        };
        let place = |column: usize| outputs.iter().find(|(key, _)| is_column(key, column)).map(|(_, place)| *place);
        let row = self.given.and_then(|window| window.row).and_then(place);
        let windows = vec![WindowColumns { row, ..WindowColumns::of(first, first + 1) }];
        let mut relation = Relation { windows, ..Relation::new(plan, None, Some(first + 2)) };
        relation.event_times.extend(self.event_times.into_iter().filter_map(place));
        Ok(Grouped { relation, keys: outputs, window: Some(first), results, marks })
    }
}

/// Whether different rows are asked for, and one of their columns says by itself which window of a table function right below it is. With
/// functions, that is a running aggregate, as in Flink, whose results late rows change.
fn names_one_bound(relation: &Relation, grouping: &Grouping) -> bool {
    let Some((assign, columns, _)) = flattened(&relation.plan) else { return false };
    let (width, tells_window) = (assign.input.schema().fields.len(), assign.window.is_told_by());
    let tells = |key: &Expr| match over(&columns, key) {
        Expr::Column { index, .. } => index.checked_sub(width).and_then(|at| tells_window.get(at).copied()) == Some(true),
        _ => false,
    };
    grouping.calls.is_empty() && grouping.sets.is_empty() && grouping.keys.iter().any(tells)
}

fn is_column(expr: &Expr, column: usize) -> bool {
    matches!(expr, Expr::Column { index, .. } if *index == column)
}

fn over(columns: &[Expr], expr: &Expr) -> Expr {
    substitute(expr, &|c| columns.get(c).cloned())
}

/// Parts of expressions that putting projections into one another may make. More: the window is not recognised through them.
const FLATTENED_MAX: usize = 10_000;

/// The window table function below a chain of filters and projections; the chain's columns and conditions over its output.
fn flattened(plan: &Plan) -> Option<(&logical::WindowAssign, Vec<Expr>, Vec<Expr>)> {
    match plan {
        Plan::WindowAssign(assign) if assign.of == WindowsOf::Time => Some((assign, plan.identity(), Vec::new())),
        Plan::Calc(calc) => {
            let (assign, columns, mut filters) = flattened(&calc.input)?;
            filters.extend(calc.filter.iter().flat_map(conjuncts).map(|f| over(&columns, &f)));
            let columns: Vec<Expr> = calc.columns.iter().map(|e| over(&columns, e)).collect();
            let mut size = 0;
            for expr in &columns {
                expr.walk(&mut |_| size += 1);
            }
            (size <= FLATTENED_MAX).then_some((assign, columns, filters))
        }
        _ => None,
    }
}
