//! The physical plan: what every shard runs. Immutable, built once, shared.
//!
//! Nodes stand in topological order: a node's inputs have smaller ids. A node may have several consumers (a view used twice,
//! several INSERTs over one source). `Exchange` is the only node through which rows change shards.

use std::sync::Arc;

use crate::expr::Expr;
use crate::sink::Sink;
use crate::source::{Projection, Source};
use crate::types::over::{OverCall, OverEmit};
use crate::types::pattern::{PatternShape, Reference};
pub use crate::types::relation::{
    AggregateCall, AggregateFunction, Aligned, Changelog, Changes, Deadline, Deletion, Distinct, Emit, HoldShape, JoinKind,
    Lookup, LookupRows, Netting, OnError, Partial, RankFunction, Recall, Retracts, SortKey, SortTime, Standing, Ties, TimeBasis,
    TimeBounds, TimeMeaning, VersionTime, WINDOW_TIME_GAP, Window, WindowColumn, WindowTimes,
};
pub use crate::types::relation::{BitmapResult, BitmapSet, Moment, Nested, Nulls};
use crate::types::{DataType, Schema};

/// Position of a node in `PhysicalPlan::nodes`.
pub type NodeId = usize;

/// What every shard runs.
#[derive(Debug, Clone, Default)]
pub struct PhysicalPlan {
    /// In topological order.
    pub nodes: Vec<Node>,
}

/// An operator of the plan.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it does.
    pub kind: NodeKind,
    /// Where its rows come from; empty for scans, two for joins, several for unions, else one.
    pub inputs: Vec<NodeId>,
    /// Columns it gives out.
    pub schema: Schema,
    /// What it reads of its inputs.
    pub reads: Port,
    /// What bounds its state, for EXPLAIN; empty where it keeps none.
    pub state_bound: String,
}

/// Which of the rows that a node gives out are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The ordinary ones.
    Rows,
    /// Those that came too late, to this one of its inputs.
    Late(usize),
    /// States of groups, as a partial aggregate makes them.
    States,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// Reads a table.
    Scan(Scan),
    /// Filters, then computes columns.
    Calc(Calc),
    /// Appends window_start, window_end and window_time; a row may come out several times.
    WindowAssign(WindowAssign),
    /// Rows once for each grouping set.
    Expand(Expand),
    /// Rows once for each item of their last column.
    Unnest(Unnest),
    /// The first of two phases of an aggregate.
    PartialAggregate(PartialAggregate),
    /// Keyed running aggregate; a second input has states of groups.
    Aggregate(Aggregate),
    /// Keyed aggregate over event-time windows.
    WindowAggregate(WindowAggregate),
    /// Rows of two inputs that meet.
    Join(Join),
    /// Rows with their rank within a partition.
    Rank(Rank),
    /// The newest row of each key by event time.
    NewestRow(NewestRow),
    /// The last row of each key.
    LastRow(LastRow),
    /// Changes of a batch without those that come to nothing.
    Consolidate(Netting),
    /// Changes held back until an interval of event time is over.
    Hold(HoldShape),
    /// Rows that come in time for their windows.
    InTime(InTime),
    /// Rows in order, once no other can come before them.
    Sort(Sort),
    /// Rows with functions of those around them in a partition.
    Over(Over),
    /// Matches of a pattern of rows.
    RowPattern(RowPattern),
    /// Rows of all inputs, which have the same column types.
    Union,
    /// Sends every row to the shard it belongs to.
    Exchange(Exchange),
    /// Writes rows to a table.
    Sink(SinkWrite),
}

/// Reads a table: columns from the connector, then computed columns, then event time and watermark.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Name of the table.
    pub table: String,
    /// The connector.
    pub source: Arc<dyn Source>,
    /// Columns the reader makes.
    pub projection: Projection,
    /// Types of those columns.
    pub read_types: Vec<DataType>,
    /// Output columns over the columns read (physical and computed), in order of `Node::schema`; a hidden last column
    /// `$watermark` (BIGINT, the split's watermark before the row) is added by the shard where `emits_split_watermark`.
    pub columns: Vec<Expr>,
    /// Event-time column and watermark over the *output* columns.
    pub watermark: Option<WatermarkSpec>,
    /// Whether the hidden column is added; its position is the last.
    pub emits_split_watermark: bool,
    /// Whether a second hidden column `$split` (BIGINT, a number that no two splits of the job share) follows it.
    pub emits_split: bool,
    /// What the rows say of each other.
    pub changelog: Changelog,
    /// What bad rows do.
    pub on_error: OnError,
    /// Set-aside rows (of this table, over all shards) at which the job fails; `None` for no limit.
    pub errors_max: Option<u64>,
    /// Time without rows after which a split is idle; `None` for never.
    pub idle_timeout_ns: Option<u64>,
}

/// How a scan makes watermarks.
#[derive(Debug, Clone)]
pub struct WatermarkSpec {
    /// Position of the event-time column in the scan's output, if it is to be looked at.
    pub time_column: Option<usize>,
    /// The watermark a row asks for, over the scan's output columns: a timestamp.
    pub expr: Expr,
    /// Whether the clock moves it too, where no rows come.
    pub basis: TimeBasis,
    /// Rows whose event time lies further ahead of the wall clock than this are set aside; `None` for no check.
    pub max_ahead_ns: Option<u64>,
}

/// Filters, then computes columns.
#[derive(Debug, Clone)]
pub struct Calc {
    /// Rows to keep: those for which it is TRUE; all without one.
    pub filter: Option<Expr>,
    /// Output columns over the input columns.
    pub columns: Vec<Expr>,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// Appends window_start, window_end (TIMESTAMP) and window_time (window_end - 1 ms, an event time), or those of them that somebody reads.
#[derive(Debug, Clone)]
pub struct WindowAssign {
    /// Event-time (or any timestamp) column of the input. NULL sets the row aside.
    pub time_column: usize,
    /// Hidden columns with watermark and number of the row's split, for sessions.
    pub split_columns: Option<[usize; 2]>,
    /// Which windows.
    pub window: Window,
    /// Columns that rows of a session have in common.
    pub keys: Vec<usize>,
    /// What stands behind the columns of the input.
    pub columns: Vec<WindowColumn>,
    /// Whether the input may take rows back.
    pub input_retracts: Retracts,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// Rows once for each grouping set. Output: the columns of the input, copies of the keys, NULL where the set lacks them, and the number of
/// the set.
#[derive(Debug, Clone)]
pub struct Expand {
    /// Columns that are copied.
    pub keys: Vec<usize>,
    /// Which of them each set has.
    pub sets: Vec<Vec<bool>>,
}

/// Rows once for each item of an array, or entry of a map, that is their last column. Output: the other columns, then key (of an entry) and
/// value as STRING, and their number as INT.
#[derive(Debug, Clone)]
pub struct Unnest {
    /// What is taken apart.
    pub nested: Nested,
    /// `Left` gives out rows without items, `Inner` does not.
    pub kind: JoinKind,
    /// What a row that holds something else does.
    pub on_error: OnError,
}

/// The groups of each batch by themselves, where rows were read. Output: at `Port::States` the key columns, with windows the ends of the first
/// and the last that the rows are in, the number of rows, and for each call the number of those that it was not fed and its state
/// (`AggregateCall::state_types`); at `Port::Rows` the rows that are in no state.
#[derive(Debug, Clone)]
pub struct PartialAggregate {
    /// Key columns of the input.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// Whether the input may take rows back.
    pub input_retracts: Retracts,
    /// Windows that are made of the groups.
    pub window: Option<WindowTimes>,
    /// Which batches are made into states.
    pub when: Partial,
}

/// Keyed running aggregate. Output: key columns, then results.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// Key columns of the input; empty for one group in all (which then has a row from the start of output, as in SQL: one
    /// row even for no input, emitted at the end of input where nothing came; only shard 0 does so).
    pub keys: Vec<usize>,
    /// The aggregates; empty for DISTINCT.
    pub calls: Vec<AggregateCall>,
    /// When results are given out.
    pub emit: Emit,
    /// What changes say, where results are given out on change.
    pub changes: Changes,
    /// Whether the input may take rows back.
    pub input_retracts: Retracts,
    /// After how many nanoseconds a group that no row has touched is forgotten.
    pub ttl: Option<u64>,
    /// What a row that fails (overflow of a sum) does.
    pub on_error: OnError,
}

/// Keyed aggregate over event-time windows; a second input has states of groups. Output: key columns, window_start, window_end, window_time, then results.
#[derive(Debug, Clone)]
pub struct WindowAggregate {
    /// Event-time column of the input. NULL sets the row aside.
    pub time_column: usize,
    /// Hidden column with the watermark of the row's own split, by which lateness is decided; without it (window over
    /// window) the operator's own watermark decides.
    pub split_watermark_column: Option<usize>,
    /// Hidden column with the number of the row's split, for sessions.
    pub split_column: Option<usize>,
    /// Which windows.
    pub window: Window,
    /// Key columns of the input, besides the window.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// When results are given out.
    pub emit: Emit,
    /// What changes say, where results are given out on change.
    pub changes: Changes,
    /// Whether the input may take rows back.
    pub input_retracts: Retracts,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// Rows of two inputs that meet. Output: columns of both, or of the left input alone.
#[derive(Debug, Clone)]
pub struct Join {
    /// Which rows are given out.
    pub kind: JoinKind,
    /// Columns of the left input that are equal ...
    pub left_keys: Vec<usize>,
    /// ... to these of the right one, which have the same types.
    pub right_keys: Vec<usize>,
    /// What must hold besides.
    pub filter: Option<JoinFilter>,
    /// Within which bounds their times must lie.
    pub time: Option<JoinTime>,
    /// Whether rows of the left input meet what the right one holds when they come.
    pub lookup: Option<Lookup>,
    /// Where what is kept is over when the watermark has passed a time, and forgotten: of a join that keeps all rows by a key, whose number among the keys
    /// this is; of a lookup that remembers rows of the left input by a column of these.
    pub deadline: Option<Deadline>,
    /// By input: after how many nanoseconds a row that has not come again is forgotten.
    pub ttl: [Option<u64>; 2],
    /// Whether each input may take rows back.
    pub input_retracts: [Retracts; 2],
    /// Columns of each input that are given out.
    pub given: [Vec<usize>; 2],
    /// What a row that fails does.
    pub on_error: OnError,
}

/// The last row of each key, or the first one, as a changelog. Output: the columns of the input.
#[derive(Debug, Clone)]
pub struct LastRow {
    /// Key columns.
    pub keys: Vec<usize>,
    /// Which of its rows stands for a key.
    pub standing: Standing,
    /// How rows that are taken back are named.
    pub deletion: Deletion,
    /// What changes say.
    pub changes: Changes,
    /// Hidden column with the watermark of the row's split. Where it is there, every change is given out, and a row that goes has it from
    /// the one that took its place.
    pub split_watermark_column: Option<usize>,
    /// Where keys are over when the watermark has passed a time, and are forgotten.
    pub deadline: Option<Deadline>,
    /// After how many nanoseconds a key that no row has touched is forgotten.
    pub ttl: Option<u64>,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// The newest row of each key by event time, of rows that only come; every change is given out, with the watermark of the split of the row behind it.
#[derive(Debug, Clone)]
pub struct NewestRow {
    /// Key columns.
    pub keys: Vec<usize>,
    /// The order of the rows of a key, the newest first.
    pub order: Vec<SortKey>,
    /// Hidden column with the watermark of the row's split.
    pub split_watermark_column: usize,
    /// After how many nanoseconds a key that no row has touched is forgotten.
    pub ttl: Option<u64>,
}

/// Rows with their rank within a partition. Output: the columns of the input, then the rank, if it is given out.
#[derive(Debug, Clone)]
pub struct Rank {
    /// What is counted.
    pub function: RankFunction,
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order within a partition.
    pub order: Vec<SortKey>,
    /// Which of two rows that are equal there is first.
    pub ties: Ties,
    /// Rows with a greater rank are left out,
    pub limit: Option<u64>,
    /// as are those up to this one.
    pub offset: u64,
    /// Whether the rank is given out.
    pub gives_rank: bool,
    /// Where partitions are over when the watermark has passed a time, and are forgotten.
    pub deadline: Option<Deadline>,
    /// Hidden last column, with the watermark of the row's own split, by which rows of windows are late; it is not given out.
    pub split_watermark_column: Option<usize>,
    /// When rows are given out: as they change, or once, when their partition is over.
    pub emit: Emit,
    /// Whether the input may take rows back.
    pub input_retracts: Retracts,
    /// After how many nanoseconds a partition that no row has touched is forgotten.
    pub ttl: Option<u64>,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// Rows in order, once no other can come before them: at the end of input, or as time passes.
#[derive(Debug, Clone)]
pub struct Sort {
    /// The order.
    pub order: Vec<SortKey>,
    /// Where rows are given out as time passes.
    pub time: Option<SortTime>,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// Rows that come in time for their windows. Output: the columns of the input but the hidden one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InTime {
    /// The end of the window.
    pub window_end: usize,
    /// Hidden last column with the watermark of the row's own split, by which lateness is decided; without it, the operator's own
    /// watermark decides.
    pub split_watermark_column: Option<usize>,
}

/// Rows with functions of those around them in a partition. Output: the columns of the input but the hidden one, then the results.
#[derive(Debug, Clone)]
pub struct Over {
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order within a partition.
    pub order: Vec<SortKey>,
    /// The functions.
    pub calls: Vec<OverCall>,
    /// When rows are given out.
    pub emit: OverEmit,
    /// Where partitions are over when the watermark has passed a time, and are forgotten.
    pub deadline: Option<Deadline>,
    /// Hidden last column with the watermark of the row's own split, by which lateness is decided; without it, the operator's own
    /// watermark decides.
    pub split_watermark_column: Option<usize>,
    /// Whether the input may take rows back.
    pub input_retracts: Retracts,
    /// After how many nanoseconds a partition that no row has touched is forgotten.
    pub ttl: Option<u64>,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// Matches of a pattern of rows, MATCH_RECOGNIZE. Output: with ONE ROW PER MATCH the columns of the partition, else those of the input but the
/// hidden one; then what is read of each match.
#[derive(Debug, Clone)]
pub struct RowPattern {
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order within a partition; by event time first, where rows wait for the watermark.
    pub order: Vec<SortKey>,
    /// When rows are taken: on watermark, or at once as they come.
    pub emit: OverEmit,
    /// The pattern, and what is read of its matches.
    pub shape: PatternShape,
    /// What must hold of a row that is mapped to each variable, by number.
    pub conditions: Vec<VariableCondition>,
    /// Hidden last column with the watermark of the row's own split, by which lateness is decided; without it, the operator's own
    /// watermark decides.
    pub split_watermark_column: Option<usize>,
    /// After how many nanoseconds a partition that no row has touched is forgotten.
    pub ttl: Option<u64>,
    /// What a row that fails does.
    pub on_error: OnError,
}

/// What must hold of a row that is mapped to a variable; of nothing, every row may be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VariableCondition {
    /// A BOOLEAN column of the input that must be TRUE: what asks for nothing but the row itself.
    pub own: Option<usize>,
    /// What asks for other rows of the match or of the partition: a BOOLEAN over these as columns, seen from the row, which counts as mapped to
    /// the variable.
    pub rest: Option<(Expr, Vec<Reference>)>,
}

/// A condition over some columns of two inputs.
#[derive(Debug, Clone)]
pub struct JoinFilter {
    /// Over `columns`.
    pub filter: Expr,
    /// Columns of the left input followed by those of the right one.
    pub columns: Vec<usize>,
}

/// Bounds of time between two rows that meet.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinTime {
    /// How far apart.
    pub bounds: TimeBounds,
    /// Whose times these are.
    pub meaning: TimeMeaning,
    /// The time columns of the left and the right input.
    pub columns: [usize; 2],
    /// What else stays event time: columns of both inputs, and how much older each may be than the one of its input by which rows meet.
    pub others: Vec<(usize, i64)>,
    /// Hidden last columns of the inputs, with the watermark of the row's own split.
    pub split_watermarks: [Option<usize>; 2],
}

impl JoinTime {
    /// By these columns, of rows that say no other time.
    pub fn new(bounds: TimeBounds, meaning: TimeMeaning, columns: [usize; 2]) -> JoinTime {
        JoinTime { bounds, meaning, columns, others: Vec::new(), split_watermarks: [None; 2] }
    }

    /// The bounds, with how much older the other times may be.
    pub fn bounds_of_all(&self) -> TimeBounds {
        let older = self.others.iter().map(|(_, older)| *older).max();
        TimeBounds { older: older.unwrap_or(0), ..self.bounds }
    }
}

/// Where an exchange sends rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// To the shard of the hash of these columns.
    Hash(Vec<usize>),
    /// Batches to all shards in turn.
    RoundRobin,
    /// To shard 0.
    Gather,
    /// To every shard.
    Broadcast,
}

/// Writes rows to a table.
#[derive(Debug, Clone)]
pub struct SinkWrite {
    /// Name of the table, or `print` for a bare SELECT.
    pub table: String,
    /// The connector.
    pub sink: Arc<dyn Sink>,
    /// What rows say of each other.
    pub writes: Writes,
}

/// What the rows that are written say of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writes {
    /// Every row is one more.
    Append,
    /// Rows are taken back whole.
    Retract,
    /// A row takes the place of the one with the same values in these columns.
    Upsert(Vec<usize>),
}

impl Node {
    /// A node that reads what its inputs give out.
    pub fn new(kind: NodeKind, inputs: Vec<NodeId>, schema: Schema) -> Self {
        Self { kind, inputs, schema, reads: Port::Rows, state_bound: String::new() }
    }

    /// The columns that it gives out, as they are.
    pub fn all_columns(&self) -> Vec<Expr> {
        self.schema.fields.iter().enumerate().map(|(at, field)| Expr::column(at, field.data_type.clone())).collect()
    }
}
