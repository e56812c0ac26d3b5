//! Physical plan to the `Query` of one shard: operators with their state, and who feeds whom. Runs once, on the shard's own
//! core, so that state lies in memory that this core touched first.

use std::ops::Range;

use crate::error::Result;
use crate::expr::{Expr, Program};
use crate::operator;
use crate::operator::{
    Aggregate, Calc, EventTimeRows, GlobalGroup, Join, JoinClock, JoinInput, LookupJoin, Operator, OverInOrder, OverOnChange,
    OverShape, PairFilter, PartialAggregate, RankShape, ScanRows, SessionAggregate, SessionAssign, SessionShape, TimeColumns,
    TimedJoin, VersionedJoin, WindowAggregate, WindowAssign,
};
use crate::plan::physical;
use crate::plan::physical::{Exchange, JoinFilter, Node, NodeId, NodeKind, PhysicalPlan, Port, Rank, Scan, Window};
use crate::route::scatter::Scatter;
use crate::sink::Accepts;
use crate::types::over::OverEmit;
use crate::types::relation::{Filling, Recall, TimeBasis};
use crate::types::{DataType, Schema};

/// The compiled plan of one shard.
pub struct Query {
    /// One for each node of the plan, by its id.
    pub nodes: Vec<QueryNode>,
}

/// A node of the plan, ready to run.
pub struct QueryNode {
    /// What it does with what it is fed.
    pub role: Role,
    /// Number of inputs.
    pub inputs: usize,
    /// Whom its rows and marks go to: node and the number of the input there.
    pub consumers: Vec<(NodeId, usize)>,
    /// By its inputs: whom the rows go to that come too late there; these nodes get its marks too.
    pub late_consumers: Vec<Vec<(NodeId, usize)>>,
    /// Whom the states of its groups go to; of its marks these nodes get the end.
    pub state_consumers: Vec<(NodeId, usize)>,
    /// Input that says nothing about time, and is not waited for.
    pub timeless: Option<usize>,
    /// Input with a table that is read again and again.
    pub reloaded: Option<usize>,
    /// The scan its rows come from (the first, where there are several): whose error limit its failed rows count against.
    pub origin: Option<NodeId>,
}

impl QueryNode {
    /// Bytes of state held.
    pub fn state_bytes(&self) -> usize {
        if let Role::Operator(operator) = &self.role { operator.state_bytes() } else { 0 }
    }
}

/// What a node does.
#[expect(clippy::large_enum_variant, reason = "one a node of the plan, made once; a scan is moved out at start")]
pub enum Role {
    /// Rows come from a reader of this shard.
    Scan(ScanProgram),
    /// Rows go through an operator.
    Operator(Box<dyn Operator>),
    /// Rows pass on.
    Union,
    /// Rows change shards.
    Exchange {
        /// Number of the exchange in the plan, from 0.
        number: u16,
        /// How.
        router: Router,
    },
    /// Rows go to a writer of this shard.
    Sink {
        /// Number of the sink in the plan, from 0.
        number: usize,
        /// What kinds of rows it takes.
        accepts: Accepts,
    },
}

/// How an exchange routes.
pub enum Router {
    /// By key.
    Hash(Scatter),
    /// To all shards in turn; this one is next.
    RoundRobin(usize),
    /// To shard 0.
    Gather,
    /// To every shard.
    Broadcast,
}

impl Router {
    /// To which of so many shards rows may go.
    pub fn receivers(&self, shards: usize) -> Range<usize> {
        match self {
            Router::Hash(_) | Router::RoundRobin(_) | Router::Broadcast => 0..shards,
            Router::Gather => 0..1,
        }
    }
}

/// A scan, ready to run.
pub struct ScanProgram {
    /// Computed columns and event time.
    pub rows: ScanRows,
    /// How far ahead of the clock an event time may be.
    pub max_ahead_ns: Option<u64>,
    /// What its watermark follows.
    pub basis: TimeBasis,
    /// How long a split may be silent before time goes on without it.
    pub idle_timeout_ns: Option<u64>,
    /// Types of the columns read.
    pub read_types: Vec<DataType>,
}

/// Compiles the plan for one shard of `shards`.
pub fn compile(plan: &PhysicalPlan, shard: usize, shards: usize) -> Result<Query> {
    let mut exchanges = 0u16;
    let mut sinks = 0usize;
    let mut nodes: Vec<QueryNode> = Vec::with_capacity(plan.nodes.len());
    for (id, node) in plan.nodes.iter().enumerate() {
        let inputs = node.inputs.iter().map(|i| plan.nodes[*i].schema.types()).collect();
        let role = match &node.kind {
            NodeKind::Scan(scan) => Role::Scan(compile_scan(scan, &node.schema, first_split(id, shard))?),
            NodeKind::Union => Role::Union,
            NodeKind::Exchange(exchange) => {
                exchanges += 1;
                Role::Exchange { number: exchanges - 1, router: router(exchange, shard, shards) }
            }
            NodeKind::Sink(write) => {
                sinks += 1;
                Role::Sink { number: sinks - 1, accepts: write.sink.accepts() }
            }
            // Nothing is gained before an exchange that no row crosses.
            NodeKind::PartialAggregate(_) if shards == 1 => Role::Union,
            NodeKind::PartialAggregate(partial) => Role::Operator(compile_partial_aggregate(partial, inputs, shards)),
            other => Role::Operator(compile_operator(other, inputs, shard)?),
        };
        let origin = match &role {
            Role::Scan(_) => Some(id),
            _ => node.inputs.first().and_then(|i| nodes[*i].origin),
        };
        nodes.push(QueryNode {
            role,
            inputs: node.inputs.len(),
            consumers: Vec::new(),
            late_consumers: vec![Vec::new(); node.inputs.len()],
            state_consumers: Vec::new(),
            timeless: timeless(node),
            reloaded: reloaded(node),
            origin,
        });
        connect(&mut nodes, id, node);
    }
    Ok(Query { nodes })
}

/// The right input of a join that does not wait for it, and that of states: rows and marks that one shard sends another keep their order, so
/// states are there before the mark that follows them beside.
fn timeless(node: &Node) -> Option<usize> {
    match &node.kind {
        NodeKind::Join(join) => join.lookup.filter(|lookup| lookup.filling == Filling::AsItGoes).map(|_| 1),
        NodeKind::Aggregate(_) | NodeKind::WindowAggregate(_) => (node.inputs.len() == 2).then_some(1),
        _ => None,
    }
}

/// The right input of a join, where it is a table that is read again and again.
fn reloaded(node: &Node) -> Option<usize> {
    match &node.kind {
        NodeKind::Join(join) => join.lookup.filter(|lookup| matches!(lookup.filling, Filling::Again(_))).map(|_| 1),
        _ => None,
    }
}

fn connect(nodes: &mut [QueryNode], id: NodeId, node: &Node) {
    for (port, input) in node.inputs.iter().enumerate() {
        let feeder = &mut nodes[*input];
        let consumers = match node.reads {
            Port::Rows => &mut feeder.consumers,
            Port::Late(input) => &mut feeder.late_consumers[input],
            Port::States => &mut feeder.state_consumers,
        };
        consumers.push((id, port));
    }
}

fn router(exchange: &Exchange, shard: usize, shards: usize) -> Router {
    match exchange {
        Exchange::Hash(keys) => Router::Hash(Scatter::new(keys.clone(), shards)),
        // The shards do not all begin with the same one.
        Exchange::RoundRobin => Router::RoundRobin(shard),
        Exchange::Gather => Router::Gather,
        Exchange::Broadcast => Router::Broadcast,
    }
}

/// Number of the first split of a scan on a shard: no two splits of a job have the same.
fn first_split(node: NodeId, shard: usize) -> i64 {
    ((node as i64) << 48) | ((shard as i64) << 32)
}

fn compile_scan(scan: &Scan, schema: &Schema, first_split: i64) -> Result<ScanProgram> {
    let is_read = |(position, expr): (usize, &Expr)| matches!(expr, Expr::Column { index, .. } if *index == position);
    let as_read = scan.columns.len() == scan.read_types.len() && scan.columns.iter().enumerate().all(is_read);
    let calc = match as_read {
        true => None,
        false => Some(Calc::new(None, &scan.columns, scan.read_types.clone(), scan.on_error)?),
    };
    let event_time = match &scan.watermark {
        Some(spec) => Some(EventTimeRows {
            time_column: spec.time_column,
            program: Program::compile(&spec.expr)?,
            emits_split_watermark: scan.emits_split_watermark,
            emits_split: scan.emits_split.then_some(first_split),
        }),
        None => None,
    };
    let mut types = schema.types();
    types.truncate(scan.columns.len());
    Ok(ScanProgram {
        rows: ScanRows::new(calc, event_time, types),
        max_ahead_ns: scan.watermark.as_ref().and_then(|w| w.max_ahead_ns),
        basis: scan.watermark.as_ref().map_or(TimeBasis::Event, |w| w.basis),
        idle_timeout_ns: scan.idle_timeout_ns,
        read_types: scan.read_types.clone(),
    })
}

fn compile_join(join: &physical::Join, [left, right]: [Vec<DataType>; 2]) -> Result<Box<dyn Operator>> {
    let compiled = |f: &JoinFilter| Ok(PairFilter::new(Program::compile(&f.filter)?, &f.columns, [&left, &right]));
    let filter = join.filter.as_ref().map(compiled).transpose()?;
    let [left_given, right_given] = join.given.clone();
    let inputs = [
        JoinInput { keys: join.left_keys.clone(), types: left, given: left_given },
        JoinInput { keys: join.right_keys.clone(), types: right, given: right_given },
    ];
    if let Some(lookup) = join.lookup {
        let made = LookupJoin::new(join.kind, inputs, lookup, filter, join.on_error);
        return Ok(Box::new(match lookup.recall {
            Recall::Remembers => made.remembering(join.ttl[0], join.deadline),
            Recall::Never | Recall::LooksAgain => made,
        }));
    }
    Ok(match &join.time {
        None => {
            let rows = Join::new(join.kind, inputs, filter, join.ttl, join.input_retracts, join.on_error);
            Box::new(rows.until(join.deadline))
        }
        Some(time) => {
            let clock = |input: usize| JoinClock { time: time.columns[input], split_watermark: time.split_watermarks[input] };
            let bounds = time.bounds_of_all();
            if let physical::TimeMeaning::Versions(which) = time.meaning {
                let when = (which, bounds);
                return Ok(Box::new(VersionedJoin::new(
                    join.kind,
                    inputs,
                    [clock(0), clock(1)],
                    when,
                    filter,
                    join.ttl[1],
                    join.on_error,
                )));
            }
            Box::new(TimedJoin::new(join.kind, inputs, [clock(0), clock(1)], bounds, filter, join.on_error))
        }
    })
}

fn compile_operator(kind: &NodeKind, inputs: Vec<Vec<DataType>>, shard: usize) -> Result<Box<dyn Operator>> {
    let mut inputs = inputs.into_iter();
    let input = inputs.next().unwrap_or_default();
    Ok(match kind {
        NodeKind::Join(join) => compile_join(join, [input, inputs.next().unwrap_or_default()])?,
        NodeKind::Calc(calc) => Box::new(Calc::new(calc.filter.as_ref(), &calc.columns, input, calc.on_error)?),
        NodeKind::WindowAssign(assign) => compile_window_assign(assign, input),
        NodeKind::Expand(expand) => Box::new(operator::Expand::new(expand.keys.clone(), expand.sets.clone(), input)),
        NodeKind::Unnest(unnest) => Box::new(operator::Unnest::new(unnest.nested, unnest.kind, input, unnest.on_error)),
        NodeKind::Aggregate(a) => {
            let global = if shard == 0 { GlobalGroup::Owned } else { GlobalGroup::Elsewhere };
            let (keys, calls) = (a.keys.clone(), a.calls.clone());
            Box::new(Aggregate::new(keys, calls, a.emit, a.changes, a.input_retracts, a.ttl, a.on_error, global, input))
        }
        NodeKind::Consolidate(netting) => Box::new(operator::Consolidate::new(*netting, &input)),
        NodeKind::NewestRow(newest) => {
            let (keys, order) = (newest.keys.clone(), newest.order.clone());
            Box::new(operator::NewestRow::new(keys, order, newest.split_watermark_column, newest.ttl, &input))
        }
        NodeKind::LastRow(last) => {
            let (keys, which) = (last.keys.clone(), (last.standing, last.deletion));
            let rows = operator::LastRow::new(keys, which, last.changes, last.ttl, last.on_error, input);
            Box::new(rows.until(last.deadline).marked_by(last.split_watermark_column))
        }
        NodeKind::Rank(r) => {
            let (keys, order, retracts) = (r.keys.clone(), r.order.clone(), r.input_retracts);
            let Rank { function, ties, limit, offset, gives_rank, deadline, split_watermark_column, emit, ttl, .. } = *r;
            let shape = RankShape {
                function,
                keys,
                order,
                ties,
                limit,
                offset,
                gives_rank,
                deadline,
                split_watermark_column,
                emit,
                retracts,
                ttl,
            };
            Box::new(operator::Rank::new(shape, r.on_error, input))
        }
        NodeKind::Hold(hold) => Box::new(operator::Hold::new(hold.clone(), &input)),
        NodeKind::InTime(gate) => Box::new(operator::InTime::new(gate.window_end, gate.split_watermark_column)),
        NodeKind::Sort(sort) => Box::new(operator::Sort::new(sort.order.clone(), sort.time, sort.on_error, input)),
        NodeKind::Over(o) => {
            let time = o.order.first().filter(|_| o.emit == OverEmit::OnWatermark);
            let time = time.map(|key| TimeColumns { time: key.column, split_watermark: o.split_watermark_column });
            let (keys, order, calls) = (o.keys.clone(), o.order.clone(), o.calls.clone());
            let shape = OverShape { keys, order, calls, ttl: o.ttl, on_error: o.on_error, types: input };
            match o.emit {
                OverEmit::OnChange => Box::new(OverOnChange::new(shape, o.deadline.map(|end| (end, o.split_watermark_column)))),
                OverEmit::OnWatermark if o.deadline.is_some() => Box::new(OverInOrder::new(shape, time).of_one_time()),
                OverEmit::OnWatermark | OverEmit::AtOnce => Box::new(OverInOrder::new(shape, time)),
            }
        }
        NodeKind::RowPattern(pattern) => compile_row_pattern(pattern, input)?,
        NodeKind::WindowAggregate(aggregate) => compile_window_aggregate(aggregate, input),
        NodeKind::Scan(_) | NodeKind::PartialAggregate(_) | NodeKind::Union | NodeKind::Exchange(_) | NodeKind::Sink(_) => {
            unreachable!("compiled elsewhere")
        }
    })
}

fn compile_row_pattern(p: &physical::RowPattern, types: Vec<DataType>) -> Result<Box<dyn Operator>> {
    let condition = |condition: &physical::VariableCondition| {
        let rest = condition.rest.as_ref().map(|(expr, references)| Ok((Program::compile(expr)?, references.clone())));
        Ok(operator::RowPatternCondition { own: condition.own, rest: rest.transpose()? })
    };
    let conditions = p.conditions.iter().map(condition).collect::<Result<_>>()?;
    let time = p.order.first().filter(|_| p.emit == OverEmit::OnWatermark);
    let time = time.map(|key| TimeColumns { time: key.column, split_watermark: p.split_watermark_column });
    let (keys, order, pattern) = (p.keys.clone(), p.order.clone(), p.shape.clone());
    let shape = operator::RowPatternShape { keys, order, pattern, ttl: p.ttl, on_error: p.on_error, types };
    Ok(Box::new(operator::RowPattern::new(shape, conditions, time)))
}

fn compile_partial_aggregate(p: &physical::PartialAggregate, inputs: Vec<Vec<DataType>>, shards: usize) -> Box<dyn Operator> {
    let input = inputs.into_iter().next().unwrap_or_default();
    Box::new(PartialAggregate::new(p.keys.clone(), p.calls.clone(), p.input_retracts, (p.window, p.when), input, shards))
}

fn compile_window_assign(assign: &physical::WindowAssign, input: Vec<DataType>) -> Box<dyn Operator> {
    let columns = assign.columns.clone();
    match assign.window {
        Window::Aligned(window) => Box::new(WindowAssign::new(assign.time_column, window, columns, assign.on_error, input)),
        Window::Session { gap } => {
            let shape = SessionShape {
                time_column: assign.time_column,
                split_watermark_column: assign.split_columns.map(|[watermark, _]| watermark),
                split_column: assign.split_columns.map(|[_, split]| split),
                keys: assign.keys.clone(),
                gap,
            };
            Box::new(SessionAssign::new(shape, columns, assign.input_retracts, assign.on_error, input))
        }
    }
}

fn compile_window_aggregate(w: &physical::WindowAggregate, input: Vec<DataType>) -> Box<dyn Operator> {
    match w.window {
        Window::Aligned(window) => Box::new(WindowAggregate::new(
            w.time_column,
            w.split_watermark_column,
            window,
            w.keys.clone(),
            w.calls.clone(),
            w.emit,
            w.changes,
            w.input_retracts,
            w.on_error,
            input,
        )),
        Window::Session { gap } => {
            let shape = SessionShape {
                time_column: w.time_column,
                split_watermark_column: w.split_watermark_column,
                split_column: w.split_column,
                keys: w.keys.clone(),
                gap,
            };
            Box::new(SessionAggregate::new(shape, w.calls.clone(), w.emit, w.input_retracts, w.on_error, input))
        }
    }
}
