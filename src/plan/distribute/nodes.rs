//! One physical node for one logical operator.

use std::sync::Arc;

use super::phases::Grouping;
use super::{Lowered, Lowering, Placed};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::catalog::{Table, TableColumnKind};
use crate::plan::deadlines::{BEHIND_TIME, are_of_one_time, deadline_of, with_end};
use crate::plan::explain::span;
use crate::plan::logical::{self, Plan, columns_of, substitute};
use crate::plan::physical::{
    Aggregate, Aligned, Calc, Changelog, Changes, Deadline, Deletion, Distinct, Emit, Expand, HoldShape, InTime, LastRow,
    NewestRow, Node, NodeId, NodeKind, Over, Port, Rank, RankFunction, Retracts, RowPattern, Scan, Sort, Standing, Ties,
    TimeBasis, Unnest, WatermarkSpec, Window, WindowAggregate, WindowAssign,
};
use crate::plan::row_pattern::{longest, looks_back, remembers};
use crate::plan::values::ValuesSource;
use crate::source::{Liveness, Projection, Readers, Source, projected_types};
use crate::types::over::{OverEmit, Reach};
use crate::types::time::DAY;
use crate::types::{Field, Schema, TableDef};

/// How far ahead of the clock the rows of a live source may be, unless the table says otherwise.
const MAX_AHEAD_DEFAULT_NS: u64 = DAY.unsigned_abs();

/// What bounds the state of what only waits for the watermark.
const WAITING: &str = "rows that the watermark has not passed";

/// What bounds the state of what is kept by window.
const OPEN_WINDOWS: &str = "windows open at once, bounded by the watermark";

impl Lowering<'_> {
    /// The node for `plan` over its inputs.
    pub(super) fn node_of(&mut self, plan: &Plan, mut inputs: Vec<Lowered>) -> Result<Lowered> {
        match (plan, inputs.pop()) {
            (Plan::Scan(scan), _) => self.scan(scan),
            (Plan::Values(values), _) => Ok(self.values(values)),
            (Plan::Join(join), Some(right)) => match inputs.pop() {
                Some(left) => self.join(plan, join, left, right),
                None => Err(Error::internal("a join of one input")),
            },
            (Plan::Union(union), last) => Ok(self.union(union, inputs.into_iter().chain(last).collect())),
            (Plan::Calc(calc), Some(input)) => Ok(self.calc(plan, calc, input)),
            (Plan::WindowAssign(assign), Some(input)) => Ok(self.assign(plan, assign, input)),
            (Plan::Expand(expand), Some(input)) => Ok(self.expand(expand, input)),
            (Plan::Unnest(unnest), Some(input)) => Ok(self.unnest(plan, unnest, input)),
            (Plan::Aggregate(aggregate), Some(input)) => self.aggregate(plan, aggregate, input),
            (Plan::Rank(rank), Some(input)) => self.rank(plan, rank, input),
            (Plan::NewestRow(newest), Some(input)) => Ok(self.newest_row(newest, input)),
            (Plan::LastRow(last), Some(input)) => {
                let which = (last.standing, Deletion::ByKey);
                let (keys, deadline) =
                    ((last.keys.as_slice(), last.split_watermark_column), deadline_of(&last.input, &last.keys));
                Ok(self.last_row(keys, which, deadline, self.on_error(plan), input))
            }
            (Plan::Hold(hold), Some(input)) => Ok(self.hold(hold, input)),
            (Plan::InTime(gate), Some(input)) => self.in_time(gate, input),
            (Plan::Sort(sort), Some(input)) => self.sort(plan, sort, input),
            (Plan::Over(over), Some(input)) => self.over(plan, over, input),
            (Plan::RowPattern(pattern), Some(input)) => self.row_pattern(plan, pattern, input),
            (Plan::WindowAggregate(aggregate), Some(input)) => self.window_aggregate(plan, aggregate, input),
            (_, None) => Err(Error::internal("an operator without input")),
        }
    }

    pub(super) fn scan(&mut self, scan: &logical::Scan) -> Result<Lowered> {
        if let Some(asked) = &scan.partitioning {
            return self.partitioned(scan, asked);
        }
        if let Some((_, lowered)) = self.scans.iter().find(|(known, _)| known == scan) {
            return Ok(lowered.clone());
        }
        let table = &self.catalog.tables[scan.table];
        let source = self.source(scan.table).map_err(|e| self.about_table(e, scan.table))?;
        self.read_once(&table.def, &*source).map_err(|e| self.about_table(e, scan.table))?;
        let placed = if table.rows.is_some() || table.reload.is_some() { Placed::OneShard } else { Placed::Anywhere };
        let projection = projection(table, &scan.columns);
        let columns = scan.columns.iter().map(|&c| read_expr(table, c, &projection)).collect();
        let watermark = if scan.event_time { watermark_spec(table, scan, source.liveness()) } else { None };
        let kind = NodeKind::Scan(Scan {
            table: table.def.name.clone(),
            source,
            read_types: projected_types(&table.def.columns, &projection),
            projection,
            columns,
            watermark,
            emits_split_watermark: scan.split_watermark,
            emits_split: scan.split,
            changelog: scan.changelog,
            on_error: table.options.on_error,
            errors_max: table.options.errors_max,
            idle_timeout_ns: table.options.idle_timeout_ns,
        });
        let lowered = Lowered { node: self.add(Node::new(kind, Vec::new(), scan.schema.clone())), placed };
        self.scans.push((scan.clone(), lowered.clone()));
        Ok(lowered)
    }

    /// Refuses a second scan of a table whose rows are gone once they have been read: queries share one, but not by two times.
    fn read_once(&self, def: &TableDef, source: &dyn Source) -> Result<()> {
        let is_there = |node: &Node| matches!(&node.kind, NodeKind::Scan(scan) if scan.table == def.name);
        if source.readers() == Readers::Any || !self.nodes.iter().any(is_there) {
            return Ok(());
        }
        let error = format!("'{}' is read by its event time and by PROCTIME(), and gives its rows only once", def.name);
        Err(Error::sql(error).hint("let all queries go by one of the two times, or write the rows to files and read these"))
    }

    fn values(&mut self, values: &logical::Values) -> Lowered {
        let types = values.schema.types();
        let kind = NodeKind::Scan(Scan {
            table: "VALUES".to_owned(),
            source: Arc::new(ValuesSource { rows: Arc::new(values.rows.clone()) }),
            projection: (0..types.len()).collect(),
            columns: types.iter().enumerate().map(|(i, t)| Expr::column(i, t.clone())).collect(),
            read_types: types,
            watermark: None,
            emits_split_watermark: false,
            emits_split: false,
            changelog: Changelog::Append,
            on_error: super::OnError::SetAside,
            errors_max: None,
            idle_timeout_ns: None,
        });
        let node = self.add(Node::new(kind, Vec::new(), values.schema.clone()));
        Lowered { node, placed: Placed::OneShard }
    }

    fn calc(&mut self, plan: &Plan, calc: &logical::Calc, input: Lowered) -> Lowered {
        let kind = Calc { filter: calc.filter.clone(), columns: calc.columns.clone(), on_error: self.on_error(plan) };
        let node = self.add(Node::new(NodeKind::Calc(kind), vec![input.node], calc.schema.clone()));
        let moved = |column: usize| calc.columns.iter().position(|e| matches!(e, Expr::Column { index, .. } if *index == column));
        Lowered { node, placed: moved_by(input.placed, moved) }
    }

    fn union(&mut self, union: &logical::Union, inputs: Vec<Lowered>) -> Lowered {
        let placed = match inputs.first() {
            Some(first) if inputs.iter().all(|i| i.placed == first.placed) => first.placed.clone(),
            _ => inputs.iter().map(|i| &i.placed).find(|p| matches!(p, Placed::Pinned(_))).cloned().unwrap_or(Placed::Anywhere),
        };
        let nodes = inputs.iter().map(|i| i.node).collect();
        Lowered { node: self.add(Node::new(NodeKind::Union, nodes, union.schema.clone())), placed }
    }

    fn assign(&mut self, plan: &Plan, assign: &logical::WindowAssign, input: Lowered) -> Lowered {
        let is_session = matches!(assign.window, Window::Session { .. });
        let input = if is_session { self.exchanged(input, &assign.keys) } else { input };
        let kind = NodeKind::WindowAssign(WindowAssign {
            time_column: assign.time_column,
            split_columns: assign.split_columns,
            window: assign.window,
            keys: assign.keys.clone(),
            columns: assign.columns.clone(),
            input_retracts: retracts(&assign.input),
            on_error: self.on_error(plan),
        });
        let mut node = Node::new(kind, vec![input.node], assign.schema.clone());
        if is_session {
            node.state_bound = "rows of sessions open at once, bounded by the watermark".to_owned();
        }
        let node = self.add(node);
        Lowered { node, placed: input.placed }
    }

    fn expand(&mut self, expand: &logical::Expand, input: Lowered) -> Lowered {
        let kind = NodeKind::Expand(Expand { keys: expand.keys.clone(), sets: expand.sets.clone() });
        let node = self.add(Node::new(kind, vec![input.node], expand.schema.clone()));
        Lowered { node, placed: input.placed }
    }

    fn unnest(&mut self, plan: &Plan, unnest: &logical::Unnest, input: Lowered) -> Lowered {
        let kind = NodeKind::Unnest(Unnest { nested: unnest.nested, kind: unnest.kind, on_error: self.on_error(plan) });
        let node = self.add(Node::new(kind, vec![input.node], unnest.schema.clone()));
        Lowered { node, placed: moved_by(input.placed, |column| (column < unnest.width()).then_some(column)) }
    }

    fn aggregate(&mut self, plan: &Plan, aggregate: &logical::Aggregate, input: Lowered) -> Result<Lowered> {
        if let Some(deadline) = deadline_of(&aggregate.input, &aggregate.keys).filter(|_| aggregate.ttl.is_none()) {
            return self.closing_aggregate(plan, aggregate, deadline, input);
        }
        let input_retracts = retracts(&aggregate.input);
        self.check_given(&aggregate.calls, input_retracts, None)?;
        let (input, states) = self.phased(
            input,
            &Grouping { input: &aggregate.input, keys: &aggregate.keys, calls: &aggregate.calls, input_retracts, window: None },
        );
        let emit = aggregate.emit.unwrap_or(Emit::OnChange);
        // What is given out at the end of input only must be there until then.
        let ttl = self.ttl(aggregate.ttl).filter(|_| emit == Emit::OnChange);
        let kind = NodeKind::Aggregate(Aggregate {
            keys: aggregate.keys.clone(),
            calls: aggregate.calls.clone(),
            emit,
            changes: Changes::BeforeAndAfter,
            input_retracts,
            ttl,
            on_error: self.on_error(plan),
        });
        let inputs = [input.node].into_iter().chain(states).collect();
        let mut node = Node::new(kind, inputs, aggregate.schema.clone());
        node.state_bound = bound(aggregate, ttl);
        let node = self.add(node);
        Ok(Lowered { node, placed: moved_by(input.placed, |c| aggregate.keys.iter().position(|&k| k == c)) })
    }

    /// A running aggregate whose groups are over when the watermark has passed a time: one over windows that are given, which end then.
    fn closing_aggregate(
        &mut self,
        plan: &Plan,
        aggregate: &logical::Aggregate,
        deadline: Deadline,
        input: Lowered,
    ) -> Result<Lowered> {
        let emit = aggregate.emit.unwrap_or(Emit::OnChange);
        let ends = with_end(&aggregate.input, deadline, emit);
        let time_column = ends.schema.fields.len() - 1;
        let input = self.calc(plan, &ends, input);
        let (first, keys) = (aggregate.keys.len(), aggregate.keys.clone());
        let mut fields = aggregate.schema.fields.clone();
        let times = ["window_end", "window_time"].map(|name| Field::new(name, ends.schema.fields[time_column].data_type.clone()));
        fields.splice(first..first, times);
        let windowed = logical::WindowAggregate {
            input: Box::new(Plan::Calc(ends)),
            time_column,
            window: Window::Aligned(Aligned::Given),
            keys,
            calls: aggregate.calls.clone(),
            emit: Some(emit),
            late: None,
            split_watermark_column: None,
            split_column: None,
            schema: Schema::new(fields),
        };
        let windowed_schema = windowed.schema.clone();
        let made = self.window_aggregate(plan, &windowed, input)?;
        let shown = (0..first).chain(first + 2..windowed_schema.fields.len());
        let columns = shown.map(|at| Expr::column(at, windowed_schema.fields[at].data_type.clone())).collect();
        let calc = NodeKind::Calc(Calc { filter: None, columns, on_error: self.on_error(plan) });
        let node = self.add(Node::new(calc, vec![made.node], aggregate.schema.clone()));
        Ok(Lowered { node, placed: made.placed })
    }

    /// The last row of each key, or the first one.
    pub(super) fn last_row(
        &mut self,
        (keys, split_watermark_column): (&[usize], Option<usize>),
        (standing, deletion): (Standing, Deletion),
        deadline: Option<Deadline>,
        on_error: super::OnError,
        input: Lowered,
    ) -> Lowered {
        let input = self.exchanged(input, keys);
        let (changes, ttl) = (Changes::BeforeAndAfter, self.ttl(None).filter(|_| deadline.is_none()));
        let keys = keys.to_vec();
        let last = LastRow { keys, standing, deletion, changes, split_watermark_column, deadline, ttl, on_error };
        let kind = NodeKind::LastRow(last);
        let mut node = Node::new(kind, vec![input.node], self.nodes[input.node].schema.clone());
        let rows = match deletion {
            Deletion::ByKey => "one row per key",
            Deletion::ByRow => "the rows of each key",
        };
        node.state_bound = match deadline {
            Some(_) => format!("{rows} of windows open at once, bounded by the watermark"),
            None => kept(rows, ttl),
        };
        Lowered { node: self.add(node), placed: input.placed }
    }

    fn newest_row(&mut self, newest: &logical::NewestRow, input: Lowered) -> Lowered {
        let input = self.exchanged(input, &newest.keys);
        let ttl = self.ttl(None);
        let (keys, order, split_watermark_column) = (newest.keys.clone(), newest.order.clone(), newest.split_watermark_column);
        let kind = NodeKind::NewestRow(NewestRow { keys, order, split_watermark_column, ttl });
        let mut node = Node::new(kind, vec![input.node], newest.schema.clone());
        node.state_bound = format!("{WAITING}; {}", kept("one row per key", ttl));
        Lowered { node: self.add(node), placed: input.placed }
    }

    fn rank(&mut self, plan: &Plan, rank: &logical::Rank, mut input: Lowered) -> Result<Lowered> {
        let mut input_retracts = retracts(&rank.input);
        // What a shard has sent on must not grow old behind it.
        let stays = self.ttl(None).is_none();
        let by_value = rank.function == RankFunction::RowNumber && rank.ties == Ties::ByColumns;
        if by_value
            && stays
            && input_retracts == Retracts::Never
            && rank.limit.is_some()
            && rank.keys.is_empty()
            && input.placed != Placed::OneShard
        {
            // No row that is not among the best of its shard is among the best of all.
            let best = logical::Rank { offset: 0, gives_rank: false, schema: rank.input.schema().clone(), ..rank.clone() };
            input = Lowered { node: self.rank_node(plan, &best, input.node, input_retracts), placed: input.placed }.released();
            input_retracts = Retracts::Maybe;
        }
        let input = self.exchanged(input, &rank.keys);
        let node = self.rank_node(plan, rank, input.node, input_retracts);
        self.write_late((node, 0), &input.placed, &rank.late, &rank.input)?;
        Ok(Lowered { node, placed: input.placed })
    }

    fn rank_node(&mut self, plan: &Plan, rank: &logical::Rank, input: NodeId, input_retracts: Retracts) -> NodeId {
        let (deadline, split_watermark_column) = match rank.window_end {
            Some(end) => (Some(Deadline { column: end.column, after: 0 }), end.split_watermark_column),
            None => (deadline_of(&rank.input, &rank.keys), None),
        };
        // The watermark bounds rankings of windows.
        let ttl = self.ttl(None).filter(|_| deadline.is_none());
        let kind = NodeKind::Rank(Rank {
            function: rank.function,
            keys: rank.keys.clone(),
            order: rank.order.clone(),
            ties: rank.ties,
            limit: rank.limit,
            offset: rank.offset,
            gives_rank: rank.gives_rank,
            deadline,
            split_watermark_column,
            emit: rank.emit,
            input_retracts,
            ttl,
            on_error: self.on_error(plan),
        });
        let mut node = Node::new(kind, vec![input], rank.schema.clone());
        let adds_only = retracts(&rank.input) == Retracts::Never;
        let forgets = adds_only && rank.function != RankFunction::DenseRank;
        node.state_bound = match (rank.limit, rank.keys.is_empty()) {
            _ if deadline.is_some() => OPEN_WINDOWS.to_owned(),
            (Some(limit), true) if forgets && input_retracts == Retracts::Maybe => {
                aged(&format!("the rows up to rank {limit} of each shard"), ttl)
            }
            (Some(limit), true) if forgets => aged(&format!("the rows up to rank {limit}"), ttl),
            (Some(limit), false) if forgets => kept(&format!("the rows up to rank {limit} per key"), ttl),
            _ => kept("all rows", ttl),
        };
        self.add(node)
    }

    /// Changes of a row all come from one shard, so that it is held where it lies.
    fn hold(&mut self, hold: &logical::Hold, input: Lowered) -> Lowered {
        let keys = hold.input.unique_key().unwrap_or_default();
        let shape = HoldShape { interval: hold.interval, until: hold.until, keys, changes: Changes::BeforeAndAfter };
        let mut node = Node::new(NodeKind::Hold(shape), vec![input.node], hold.schema.clone());
        node.state_bound = "what has changed since the last multiple".to_owned();
        Lowered { node: self.add(node), placed: input.placed }
    }

    fn in_time(&mut self, gate: &logical::InTime, input: Lowered) -> Result<Lowered> {
        let logical::InTime { window_end, split_watermark_column, .. } = *gate;
        let kind = NodeKind::InTime(InTime { window_end, split_watermark_column });
        let node = self.add(Node::new(kind, vec![input.node], gate.schema.clone()));
        self.write_late((node, 0), &input.placed, &gate.late, &gate.input)?;
        Ok(Lowered { node, placed: input.placed })
    }

    fn sort(&mut self, plan: &Plan, sort: &logical::Sort, input: Lowered) -> Result<Lowered> {
        let input = self.exchanged(input, &[]);
        let kind = NodeKind::Sort(Sort { order: sort.order.clone(), time: sort.time, on_error: self.on_error(plan) });
        let mut node = Node::new(kind, vec![input.node], sort.schema.clone());
        node.state_bound = match sort.time {
            Some(_) => WAITING.to_owned(),
            None => "all rows, up to the end of input".to_owned(),
        };
        let node = self.add(node);
        self.write_late((node, 0), &input.placed, &sort.late, &sort.input)?;
        Ok(Lowered { node, placed: input.placed })
    }

    fn over(&mut self, plan: &Plan, over: &logical::Over, input: Lowered) -> Result<Lowered> {
        // Without functions rows only wait, each where it is.
        let input = if over.calls.is_empty() { input } else { self.exchanged(input, &over.keys) };
        let deadline = match (over.window_end, over.emit) {
            (Some(column), _) => Some(Deadline { column, after: 0 }),
            (None, OverEmit::OnChange) => deadline_of(&over.input, &over.keys),
            (None, OverEmit::OnWatermark) => deadline_of_time(over),
            (None, OverEmit::AtOnce) => None,
        };
        let ttl = self.ttl(None).filter(|_| !is_freed_by_time(over) && deadline.is_none());
        let kind = NodeKind::Over(Over {
            keys: over.keys.clone(),
            order: over.order.clone(),
            calls: over.calls.clone(),
            emit: over.emit,
            deadline,
            split_watermark_column: over.split_watermark_column,
            input_retracts: retracts(&over.input),
            ttl,
            on_error: self.on_error(plan),
        });
        let mut node = Node::new(kind, vec![input.node], over.schema.clone());
        node.state_bound = match (deadline, over.emit) {
            (None, _) => bound_of_over(over, ttl),
            (Some(_), OverEmit::OnWatermark) => WAITING.to_owned(),
            (Some(_), _) => OPEN_WINDOWS.to_owned(),
        };
        let node = self.add(node);
        self.write_late((node, 0), &input.placed, &over.late, &over.input)?;
        Ok(Lowered { node, placed: input.placed })
    }

    fn row_pattern(&mut self, plan: &Plan, pattern: &logical::RowPattern, input: Lowered) -> Result<Lowered> {
        let input = self.exchanged(input, &pattern.keys);
        let ttl = self.ttl(None).filter(|_| !frees_matches(pattern) || keeps_partitions(pattern));
        let kind = NodeKind::RowPattern(RowPattern {
            keys: pattern.keys.clone(),
            order: pattern.order.clone(),
            emit: pattern.emit,
            shape: pattern.shape.clone(),
            conditions: pattern.conditions.clone(),
            split_watermark_column: pattern.split_watermark_column,
            ttl,
            on_error: self.on_error(plan),
        });
        let mut node = Node::new(kind, vec![input.node], pattern.schema.clone());
        node.state_bound = bound_of_pattern(pattern, ttl);
        let node = self.add(node);
        self.write_late((node, 0), &input.placed, &pattern.late, &pattern.input)?;
        let given = pattern.given();
        let placed = moved_by(input.placed, |column| given.iter().position(|below| *below == column));
        Ok(Lowered { node, placed })
    }

    fn window_aggregate(&mut self, plan: &Plan, aggregate: &logical::WindowAggregate, input: Lowered) -> Result<Lowered> {
        let input_retracts = retracts(&aggregate.input);
        let emit = aggregate.emit.unwrap_or(Emit::OnClose);
        self.check_given(&aggregate.calls, input_retracts, Some((aggregate.window, emit)))?;
        let (input, states) = match self.window_times(aggregate) {
            None => (self.exchanged(input, &aggregate.keys), None),
            window => {
                let grouping =
                    Grouping { input: &aggregate.input, keys: &aggregate.keys, calls: &aggregate.calls, input_retracts, window };
                self.phased(input, &grouping)
            }
        };
        let kind = NodeKind::WindowAggregate(WindowAggregate {
            time_column: aggregate.time_column,
            split_watermark_column: aggregate.split_watermark_column,
            split_column: aggregate.split_column,
            window: aggregate.window,
            keys: aggregate.keys.clone(),
            calls: aggregate.calls.clone(),
            emit,
            changes: Changes::BeforeAndAfter,
            input_retracts,
            on_error: self.on_error(plan),
        });
        let inputs = [input.node].into_iter().chain(states).collect();
        let mut node = Node::new(kind, inputs, aggregate.schema.clone());
        node.state_bound = OPEN_WINDOWS.to_owned();
        let node = self.add(node);
        let placed = moved_by(input.placed, |c| aggregate.keys.iter().position(|&k| k == c));
        self.write_late((node, 0), &placed, &aggregate.late, &aggregate.input)?;
        Ok(Lowered { node, placed })
    }
}

pub(super) fn retracts(plan: &Plan) -> Retracts {
    if plan.retracts() { Retracts::Maybe } else { Retracts::Never }
}

/// Whether the watermark frees all that an OVER keeps.
fn is_freed_by_time(over: &logical::Over) -> bool {
    over.emit == OverEmit::OnWatermark && over.calls.iter().all(|call| matches!(call.reach(), Reach::Time))
}

/// When partitions are over whose rows have one time each, by which they wait.
fn deadline_of_time(over: &logical::Over) -> Option<Deadline> {
    let (time, after) = (over.order.first()?.column, BEHIND_TIME);
    let looks_ahead = over.calls.iter().any(|call| call.looks_ahead());
    (!looks_ahead && are_of_one_time(&over.input, &over.keys, time)).then_some(Deadline { column: time, after })
}

fn bound_of_over(over: &logical::Over, ttl: Option<u64>) -> String {
    let rows = over.calls.iter().try_fold(0, |rows, call| match call.reach() {
        Reach::Rows(reach) => Some(reach.max(rows)),
        Reach::Time => Some(rows),
        Reach::All => None,
    });
    let held = rows.map_or("what functions hold".to_owned(), |rows| format!("the last {} rows", rows + 1));
    let held = if over.keys.is_empty() { aged(&held, ttl) } else { kept(&format!("{held} per key"), ttl) };
    let waits = if over.emit == OverEmit::OnWatermark { format!("{WAITING}; ") } else { String::new() };
    match over.emit {
        OverEmit::OnChange => kept("all rows", ttl),
        _ if over.calls.is_empty() => WAITING.to_owned(),
        _ if is_freed_by_time(over) => format!("{waits}those that frames still reach, bounded by the watermark"),
        OverEmit::OnWatermark | OverEmit::AtOnce => format!("{waits}{held}"),
    }
}

/// Whether the watermark frees the rows of matches.
fn frees_matches(pattern: &logical::RowPattern) -> bool {
    pattern.emit == OverEmit::OnWatermark && pattern.shape.within.is_some()
}

/// Whether something is kept of a partition that has no open match.
fn keeps_partitions(pattern: &logical::RowPattern) -> bool {
    looks_back(pattern.references()) > 0 || remembers(&pattern.shape, pattern.references())
}

fn bound_of_pattern(pattern: &logical::RowPattern, ttl: Option<u64>) -> String {
    let of_keys = |what: &str| match pattern.keys.is_empty() {
        true => aged(what, ttl),
        false => kept(&format!("{what} per key"), ttl),
    };
    let back = looks_back(pattern.references());
    let last = |rows: u64| if rows == 1 { "the last row".to_owned() } else { format!("the last {rows} rows") };
    let before = if back > 0 { last(back) } else { "the count of matches".to_owned() };
    let waits = if pattern.emit == OverEmit::OnWatermark { "rows that the watermark has not passed; " } else { "" };
    let rows = match (pattern.shape.within, longest(&pattern.shape.pattern)) {
        (Some(within), _) if frees_matches(pattern) => {
            let open = format!("those of open matches within {}, bounded by the watermark", span(within));
            if keeps_partitions(pattern) { format!("{open}; {}", of_keys(&before)) } else { open }
        }
        (_, Some(rows)) => of_keys(&last(rows.saturating_add(back))),
        (_, None) => kept("those of open matches", ttl),
    };
    format!("{waits}{rows}")
}

/// A time to live as EXPLAIN shows it.
pub(super) fn age(ttl: u64) -> String {
    span(i64::try_from(ttl).unwrap_or(i64::MAX))
}

/// What bounds state that nothing but its age bounds.
pub(super) fn kept(what: &str, ttl: Option<u64>) -> String {
    if ttl.is_some() { aged(what, ttl) } else { format!("{what}: unbounded") }
}

/// State with its age, where it has one.
fn aged(what: &str, ttl: Option<u64>) -> String {
    match ttl {
        Some(ttl) => format!("{what}, forgotten after {} without a row", age(ttl)),
        None => what.to_owned(),
    }
}

fn bound(aggregate: &logical::Aggregate, ttl: Option<u64>) -> String {
    let distinct = aggregate.calls.iter().any(|c| c.distinct == Distinct::Distinct);
    let groups = match (aggregate.keys.is_empty(), aggregate.calls.is_empty()) {
        (true, _) => "one entry",
        (_, true) => "one entry per different row",
        _ => "one entry per key",
    };
    match (distinct, groups) {
        (true, _) => kept(&format!("{groups} and one per different argument of DISTINCT"), ttl),
        (false, "one entry") => aged(groups, ttl),
        (false, _) => kept(groups, ttl),
    }
}

/// Where rows lie when columns have moved; anywhere if a column that places them is gone.
pub(super) fn moved_by(placed: Placed, moved: impl Fn(usize) -> Option<usize>) -> Placed {
    match placed {
        Placed::By(columns) => columns.into_iter().map(moved).collect::<Option<_>>().map_or(Placed::Anywhere, Placed::By),
        other => other,
    }
}

/// How a scan makes watermarks.
fn watermark_spec(table: &Table, scan: &logical::Scan, liveness: Liveness) -> Option<WatermarkSpec> {
    let place = |column: usize| scan.columns.iter().position(|&c| c == column);
    let event = table.watermark.as_ref().filter(|watermark| watermark.basis == TimeBasis::Event);
    let time_column = event.and_then(|watermark| place(watermark.column));
    if scan.basis == TimeBasis::Processing {
        let max_ahead_ns = table.options.max_ahead_ns;
        return Some(WatermarkSpec { time_column, expr: Expr::Arrival, basis: scan.basis, max_ahead_ns });
    }
    let expr = substitute(&event?.expr, &|c| place(c).map(|p| Expr::column(p, table.columns[c].data_type.clone())));
    let default = (liveness == Liveness::Live).then_some(MAX_AHEAD_DEFAULT_NS);
    Some(WatermarkSpec { time_column, expr, basis: scan.basis, max_ahead_ns: table.options.max_ahead_ns.or(default) })
}

/// Positions in `TableDef::columns` that these columns of the table need, in order.
fn projection(table: &Table, columns: &[usize]) -> Projection {
    let mut needed: Projection = Vec::new();
    for &column in columns {
        match &table.columns[column].kind {
            TableColumnKind::Read(index) => needed.push(*index),
            TableColumnKind::Computed(expr) => needed.extend(columns_of(expr)),
        }
    }
    if needed.is_empty() {
        // Columns computed from nothing still come once a record.
        needed.push(0);
    }
    needed.sort_unstable();
    needed.dedup();
    needed
}

/// A column of the table over the columns that are read.
fn read_expr(table: &Table, column: usize, projection: &Projection) -> Expr {
    let read = |index: usize| {
        let position = projection.iter().position(|&p| p == index)?;
        Some(Expr::column(position, table.def.columns[index].data_type.clone()))
    };
    let column = &table.columns[column];
    match &column.kind {
        TableColumnKind::Read(index) => read(*index).unwrap_or_else(|| Expr::column(0, column.data_type.clone())),
        TableColumnKind::Computed(expr) => substitute(expr, &read),
    }
}

/// A node that reads the late rows that come to one input of `reader`.
pub(super) fn late_calc(
    reader: NodeId,
    input: usize,
    columns: Vec<Expr>,
    schema: crate::types::Schema,
    on_error: super::OnError,
) -> Node {
    let mut node = Node::new(NodeKind::Calc(Calc { filter: None, columns, on_error }), vec![reader], schema);
    node.reads = Port::Late(input);
    node
}
