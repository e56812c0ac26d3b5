//! The logical plan of one query: a tree of relational operators over typed expressions.
//!
//! Trees own their inputs; views are copied where they are used. Scans of one table become one only when the trees are
//! lowered. Columns are positions, names live in the schemas and serve messages and EXPLAIN.

mod columns;
mod partitioning;
mod tree;

pub use self::columns::{all_of, columns_of, conjuncts, moved_columns, shifted, substitute};
pub use self::partitioning::{PartitionStrategy, Partitioning};
use super::physical::{
    AggregateCall, Aligned, Emit, JoinKind, JoinTime, LookupRows, Nested, RankFunction, SortKey, SortTime, Standing, Ties,
    TimeBasis, TimeMeaning, VariableCondition, Window,
};
use super::processing_time::is_arrival;
use crate::error::Span;
use crate::expr::Expr;
use crate::types::over::{OverCall, OverEmit};
use crate::types::pattern::{PatternShape, Reference, RowsPerMatch};
use crate::types::relation::{Changelog, WindowColumn};
use crate::types::{DataType, Field, Schema, Value};

/// A relational operator and what stands below it.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Reads a table.
    Scan(Scan),
    /// Filters, then computes columns.
    Calc(Calc),
    /// Appends window_start, window_end and window_time.
    WindowAssign(WindowAssign),
    /// Rows once for each grouping set.
    Expand(Expand),
    /// Rows once for each item of an array or entry of a map.
    Unnest(Unnest),
    /// Running aggregate; without calls it is DISTINCT.
    Aggregate(Aggregate),
    /// Aggregate over event-time windows.
    WindowAggregate(WindowAggregate),
    /// Rows of two inputs that meet.
    Join(Join),
    /// Rows with their rank within a partition.
    Rank(Rank),
    /// The newest row of each key by event time, where something above decides by time.
    NewestRow(NewestRow),
    /// The last row of each key, of rows that take the place of others.
    LastRow(LastRow),
    /// Changes held back until an interval of event time is over.
    Hold(Hold),
    /// Rows that come in time for their windows; the others are late.
    InTime(InTime),
    /// Rows in order, once no other can come before them.
    Sort(Sort),
    /// Rows with functions of those around them in a partition.
    Over(Over),
    /// Matches of a pattern of rows, MATCH_RECOGNIZE.
    RowPattern(RowPattern),
    /// UNION ALL.
    Union(Union),
    /// Constant rows.
    Values(Values),
}

/// Reads a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Position in the catalog.
    pub table: usize,
    /// Its name.
    pub name: String,
    /// What its rows say of each other.
    pub changelog: Changelog,
    /// Positions of the columns given out, among all columns of the table.
    pub columns: Vec<usize>,
    /// Those of all columns of the table that are PROCTIME().
    pub arrivals: Vec<usize>,
    /// What the time of its rows is.
    pub basis: TimeBasis,
    /// Whether somebody asks how far event time has come: without it the event-time column need not even be decoded.
    pub event_time: bool,
    /// Whether the hidden watermark column follows.
    pub split_watermark: bool,
    /// Whether the hidden number of the split follows that.
    pub split: bool,
    /// How its rows get to the shards that work on them, where a hint says so.
    pub partitioning: Option<Partitioning>,
    /// Columns given out.
    pub schema: Schema,
}

/// Filters, then computes columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Calc {
    /// Below.
    pub input: Box<Plan>,
    /// Rows to keep.
    pub filter: Option<Expr>,
    /// Output columns over the input's.
    pub columns: Vec<Expr>,
    /// Columns given out.
    pub schema: Schema,
}

impl Calc {
    /// What it computes, the filter first.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.filter.iter().chain(&self.columns)
    }

    /// Over this input with one of its columns shown, behind the others if it was not; and which one that is now.
    pub fn showing(&self, input: Plan, column: usize) -> (Plan, usize) {
        let field = input.schema().fields[column].clone();
        let mut calc = Calc { input: Box::new(input), ..self.clone() };
        let is_it = |e: &Expr| matches!(e, Expr::Column { index, .. } if *index == column);
        let shown = calc.columns.iter().position(is_it).unwrap_or_else(|| {
            calc.columns.push(Expr::column(column, field.data_type.clone()));
            calc.schema.fields.push(field);
            calc.columns.len() - 1
        });
        (Plan::Calc(calc), shown)
    }

    /// Whether it asks for CURRENT_WATERMARK.
    pub fn reads_watermark(&self) -> bool {
        let mut found = false;
        self.exprs().for_each(|e| e.walk(&mut |part| found |= matches!(part, Expr::SplitWatermark { .. })));
        found
    }
}

/// Appends the window columns.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowAssign {
    /// Below.
    pub input: Box<Plan>,
    /// The column of timestamps.
    pub time_column: usize,
    /// What that column is to the rows.
    pub of: WindowsOf,
    /// Which windows.
    pub window: Window,
    /// Columns that rows of a session have in common.
    pub keys: Vec<usize>,
    /// Hidden columns of the input with watermark and number of the row's split, for sessions.
    pub split_columns: Option<[usize; 2]>,
    /// What stands behind the columns of the input.
    pub columns: Vec<WindowColumn>,
    /// Columns given out.
    pub schema: Schema,
}

impl WindowAssign {
    /// Where a window column stands, if it is given out.
    pub fn place(&self, column: WindowColumn) -> Option<usize> {
        let at = self.columns.iter().position(|given| *given == column)?;
        Some(self.input.schema().fields.len() + at)
    }
}

/// What windows are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowsOf {
    /// The time of the rows: a window is over when the watermark has passed it.
    Time,
    /// Some value of theirs: a window is never over.
    Values,
}

/// Rows once for each grouping set: the columns of the input, copies of keys, NULL where the set lacks them, and the number of the set.
#[derive(Debug, Clone, PartialEq)]
pub struct Expand {
    /// Below.
    pub input: Box<Plan>,
    /// Columns that are copied.
    pub keys: Vec<usize>,
    /// Which of them each set has.
    pub sets: Vec<Vec<bool>>,
    /// Columns given out.
    pub schema: Schema,
}

impl Expand {
    /// Of this input.
    pub fn new(input: Plan, keys: Vec<usize>, sets: Vec<Vec<bool>>) -> Expand {
        let mut fields = input.schema().fields.clone();
        fields.extend(keys.iter().map(|key| input.schema().fields[*key].clone()));
        fields.push(Field::new("$grouping", DataType::Int));
        Expand { input: Box::new(input), keys, sets, schema: Schema::new(fields) }
    }

    /// Number of columns of the input.
    pub fn width(&self) -> usize {
        self.input.schema().fields.len()
    }
}

/// Rows once for each item of their last column: the other columns, then key (of an entry) and value as text, and their number.
#[derive(Debug, Clone, PartialEq)]
pub struct Unnest {
    /// Below.
    pub input: Box<Plan>,
    /// What is taken apart.
    pub nested: Nested,
    /// `Left` keeps rows without items, `Inner` does not.
    pub kind: JoinKind,
    /// Columns given out.
    pub schema: Schema,
}

impl Unnest {
    /// Of the last column of this input.
    pub fn new(input: Plan, nested: Nested, kind: JoinKind) -> Unnest {
        let mut fields = input.schema().fields.clone();
        fields.pop();
        fields.extend((nested == Nested::Map).then(|| Field::new("$key", DataType::STRING)));
        fields.extend([Field::new("$value", DataType::STRING), Field::new("$ordinal", DataType::Int)]);
        Unnest { input: Box::new(input), nested, kind, schema: Schema::new(fields) }
    }

    /// Number of columns of the input that are given out.
    pub fn width(&self) -> usize {
        self.input.schema().fields.len() - 1
    }
}

/// Running aggregate: keys, then results.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Below.
    pub input: Box<Plan>,
    /// Key columns.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// As written; the default is on change.
    pub emit: Option<Emit>,
    /// Nanoseconds after which a group without rows is forgotten, where a hint says so; 0 for never.
    pub ttl: Option<u64>,
    /// Columns given out.
    pub schema: Schema,
}

impl Aggregate {
    /// Over this input; keys, then results make up the schema.
    pub fn new(input: Plan, keys: Vec<usize>, calls: Vec<AggregateCall>, schema: Schema) -> Aggregate {
        Aggregate { input: Box::new(input), keys, calls, emit: None, ttl: None, schema }
    }
}

/// Aggregate over windows: keys, window columns, then results.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowAggregate {
    /// Below.
    pub input: Box<Plan>,
    /// Event-time column.
    pub time_column: usize,
    /// Which windows.
    pub window: Window,
    /// Key columns.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// As written; the default is on close.
    pub emit: Option<Emit>,
    /// Where late rows go.
    pub late: Option<Late>,
    /// Hidden column of the input with the watermark of the row's split.
    pub split_watermark_column: Option<usize>,
    /// Hidden column of the input with the number of the row's split, for sessions.
    pub split_column: Option<usize>,
    /// Columns given out.
    pub schema: Schema,
}

impl WindowAggregate {
    /// Which of its columns is window_end; window_start stands before it, as the last key where windows are given.
    pub fn end(&self) -> usize {
        self.keys.len() + usize::from(self.window != Window::Aligned(Aligned::Given))
    }
}

/// The late table of one input of what decides by time.
#[derive(Debug, Clone, PartialEq)]
pub struct Late {
    /// Position in the catalog.
    pub table: usize,
    /// Its columns, as columns of the input.
    pub columns: Vec<usize>,
}

/// Rows of two inputs that meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The left input.
    pub left: Box<Plan>,
    /// The right input.
    pub right: Box<Plan>,
    /// Which rows are given out.
    pub kind: JoinKind,
    /// When two rows meet, over the columns of the left input followed by those of the right; always without one.
    pub condition: Option<Expr>,
    /// Within which bounds their times must lie.
    pub time: Option<JoinTime>,
    /// Whether rows of the left input meet what the right one holds when they come.
    pub lookup: Option<LookupRows>,
    /// By input: nanoseconds after which a row that has not come again is forgotten, where a hint says so; 0 for never.
    pub ttl: [Option<u64>; 2],
    /// By input: how it is brought to the shards, where a hint says so.
    pub spread: [Option<Spread>; 2],
    /// While it is bound: what the inputs say about time.
    pub clocks: Box<[Clock; 2]>,
    /// Where late rows of each input go.
    pub late: [Option<Late>; 2],
    /// Columns given out: those of both, or of the left input alone; without hidden ones.
    pub schema: Schema,
}

/// How the rows of an input of a join come to the shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// All of them to every shard.
    Everywhere,
    /// Each to the shard of its key.
    ByKey,
}

/// What a relation says about time: nothing, where its rows may be taken back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clock {
    /// Event-time columns.
    pub times: Vec<usize>,
    /// Those of windows; each says the same.
    pub windows: Vec<WindowColumns>,
    /// What these times are.
    pub basis: Option<TimeBasis>,
    /// Columns that can be its time instead: those that say when a row came.
    pub moments: Vec<usize>,
}

/// The columns that say in which window a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowColumns {
    /// window_start and window_end
    pub bounds: (usize, usize),
    /// A ROW of both.
    pub row: Option<usize>,
}

impl WindowColumns {
    /// Of these bounds.
    pub fn of(start: usize, end: usize) -> WindowColumns {
        WindowColumns { bounds: (start, end), row: None }
    }

    /// Where `place` puts them, if it keeps both bounds.
    pub fn moved(self, place: impl Fn(usize) -> Option<usize>) -> Option<WindowColumns> {
        let (start, end) = self.bounds;
        Some(WindowColumns { bounds: (place(start)?, place(end)?), row: self.row.and_then(place) })
    }

    /// Which column is the end of the window, if columns for which `named` holds say which window it is.
    pub fn end_by(self, named: impl Fn(usize) -> bool) -> Option<usize> {
        let (start, end) = self.bounds;
        ((named(start) && named(end)) || self.row.is_some_and(named)).then_some(end)
    }
}

impl Join {
    /// Of these inputs.
    pub fn new(left: Plan, right: Plan, kind: JoinKind, condition: Option<Expr>) -> Join {
        let (left, right, clocks, late) = (Box::new(left), Box::new(right), Default::default(), [None, None]);
        let (ttl, schema) = ([None; 2], Schema::default());
        let mut join =
            Join { left, right, kind, condition, time: None, lookup: None, spread: [None; 2], ttl, clocks, late, schema };
        join.schema = if kind.gives_pairs() { join.both() } else { join.left.schema().clone() };
        join
    }

    /// Number of columns of the left input.
    pub fn width(&self) -> usize {
        self.left.schema().fields.len()
    }

    /// Whether a row meets one of several versions of a row of the right input: no condition may hide a version from it.
    pub fn has_versions(&self) -> bool {
        self.lookup.is_some() || matches!(&self.time, Some(JoinTime { meaning: TimeMeaning::Versions(_), .. }))
    }

    /// Columns of the inputs that are given out.
    pub fn given(&self) -> [Vec<usize>; 2] {
        let hidden = self.time.as_ref().map_or([None; 2], |time| time.split_watermarks);
        let of = |input: &Plan, hidden: Option<usize>| {
            (0..input.schema().fields.len()).filter(|column| Some(*column) != hidden).collect()
        };
        let right = if self.kind.gives_pairs() { of(&self.right, hidden[1]) } else { Vec::new() };
        [of(&self.left, hidden[0]), right]
    }

    /// The columns that the condition is over.
    pub fn both(&self) -> Schema {
        Schema::new(self.left.schema().fields.iter().chain(&self.right.schema().fields).cloned().collect())
    }
}

/// The newest row of each key by event time, of rows that only come, where something above decides by time.
#[derive(Debug, Clone, PartialEq)]
pub struct NewestRow {
    /// Below.
    pub input: Box<Plan>,
    /// Key columns.
    pub keys: Vec<usize>,
    /// The order of the rows of a key, the newest first.
    pub order: Vec<SortKey>,
    /// Hidden column with the watermark of the row's split.
    pub split_watermark_column: usize,
    /// Columns given out: those of the input.
    pub schema: Schema,
}

/// The last row of each key; a deletion names the key.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRow {
    /// Below.
    pub input: Box<Plan>,
    /// Key columns.
    pub keys: Vec<usize>,
    /// Which of the rows of a key it is.
    pub standing: Standing,
    /// Hidden column with the watermark of the row's split, where something above decides by it.
    pub split_watermark_column: Option<usize>,
    /// Columns given out: those of the input.
    pub schema: Schema,
}

/// Changes held back until event time has passed a multiple of an interval: then what they amount to is given out.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Below.
    pub input: Box<Plan>,
    /// In nanoseconds.
    pub interval: i64,
    /// Column with the end of the window of a row, which then does not wait longer.
    pub until: Option<usize>,
    /// Columns given out: those of the input.
    pub schema: Schema,
}

/// Rows that come in time for their windows; the others are late.
#[derive(Debug, Clone, PartialEq)]
pub struct InTime {
    /// Below.
    pub input: Box<Plan>,
    /// The end of the window.
    pub window_end: usize,
    /// Where late rows go.
    pub late: Option<Late>,
    /// Hidden last column of the input with the watermark of the row's split; it is not given out.
    pub split_watermark_column: Option<usize>,
    /// Columns given out: those of the input.
    pub schema: Schema,
}

impl InTime {
    /// Of this input, in windows that end at this column.
    pub fn new(input: Plan, window_end: usize) -> InTime {
        let schema = input.schema().clone();
        InTime { input: Box::new(input), window_end, late: None, split_watermark_column: None, schema }
    }
}

/// Rows with their rank within a partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Rank {
    /// Below.
    pub input: Box<Plan>,
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
    /// Whether the rank is given out, behind the columns of the input.
    pub gives_rank: bool,
    /// Where partitions are of one window each, and are forgotten with it: its end.
    pub window_end: Option<SortTime>,
    /// What its order has to do with event time.
    pub time: RankTime,
    /// When rows are given out: as they change, or once, when their window closes.
    pub emit: Emit,
    /// Where late rows go, if partitions are of windows.
    pub late: Option<Late>,
    /// Columns given out.
    pub schema: Schema,
}

/// Whether event time outlives a ranking that gives out changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankTime {
    /// It does not.
    Lost,
    /// Rows of tables only come, and the newest by their event time is first.
    NewestFirst,
    /// That one alone is given out: it has its event time.
    Newest,
}

impl Rank {
    /// Of this input, given out as it changes. A column that says when a row came puts no two rows in the same place: nothing behind it in
    /// the order counts, and the rank is the number of the row. Of rows that may be taken back it is a value like any other.
    pub fn new(input: Plan, mut function: RankFunction, keys: Vec<usize>, mut order: Vec<SortKey>) -> Rank {
        let columns = input.identity();
        let says_when = |key: &SortKey| is_arrival(&input, &columns[key.column]);
        let mut ties = Ties::ByColumns;
        if let Some(at) = order.iter().position(says_when).filter(|_| !input.retracts()) {
            ties = if order[at].descending { Ties::LastCome } else { Ties::FirstCome };
            order.truncate(at);
            function = RankFunction::RowNumber;
        }
        let mut fields = input.schema().fields.clone();
        fields.push(Field::new("rank", DataType::BigInt));
        let (schema, input) = (Schema::new(fields), Box::new(input));
        let (limit, offset, gives_rank, emit, time) = (None, 0, true, Emit::OnChange, RankTime::Lost);
        Rank { input, function, keys, order, ties, limit, offset, gives_rank, window_end: None, time, emit, late: None, schema }
    }
}

/// Rows in order, once no other can come before them. Stands above all that SELECT does.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// Below.
    pub input: Box<Plan>,
    /// The order.
    pub order: Vec<SortKey>,
    /// Where the first key is event time, ascending: rows are given out as the watermark passes, not at the end of input.
    pub time: Option<SortTime>,
    /// Where late rows go, if rows are given out as time passes.
    pub late: Option<Late>,
    /// As written.
    pub emit: Option<Emit>,
    /// For errors.
    pub span: Span,
    /// Columns given out.
    pub schema: Schema,
}

/// Rows with functions of those around them in a partition. Output: the columns of the input, then the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// Below.
    pub input: Box<Plan>,
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order within a partition.
    pub order: Vec<SortKey>,
    /// The functions.
    pub calls: Vec<OverCall>,
    /// When rows are given out.
    pub emit: OverEmit,
    /// Where partitions are of one window each, and are forgotten with it: its end.
    pub window_end: Option<usize>,
    /// Where late rows go, if rows wait for the watermark or partitions are of windows.
    pub late: Option<Late>,
    /// Hidden last column of the input with the watermark of the row's split; it is not given out.
    pub split_watermark_column: Option<usize>,
    /// Columns given out.
    pub schema: Schema,
}

impl Over {
    /// Of this input.
    pub fn new(
        input: Plan,
        keys: Vec<usize>,
        order: Vec<SortKey>,
        calls: Vec<OverCall>,
        emit: OverEmit,
        late: Option<Late>,
    ) -> Over {
        let mut fields = input.schema().fields.clone();
        fields.extend(calls.iter().enumerate().map(|(i, call)| Field::new(format!("over{i}"), call.data_type.clone())));
        let schema = Schema::new(fields);
        let (window_end, split_watermark_column) = (None, None);
        Over { input: Box::new(input), keys, order, calls, emit, window_end, late, split_watermark_column, schema }
    }

    /// Whether rows wait for the time of its input, or are late by it.
    pub fn asks_for_time(&self) -> bool {
        self.emit == OverEmit::OnWatermark || self.window_end.is_some()
    }
}

/// Matches of a pattern of rows, MATCH_RECOGNIZE.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPattern {
    /// Below; its rows only come.
    pub input: Box<Plan>,
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order within a partition.
    pub order: Vec<SortKey>,
    /// When rows are taken: on watermark, or at once as they come.
    pub emit: OverEmit,
    /// The pattern, and what is read of its matches.
    pub shape: PatternShape,
    /// What must hold of a row that is mapped to each variable, by number.
    pub conditions: Vec<VariableCondition>,
    /// Where late rows go, if rows wait for the watermark.
    pub late: Option<Late>,
    /// Hidden last column of the input with the watermark of the row's split; it is not given out.
    pub split_watermark_column: Option<usize>,
    /// Columns given out: of the partition or all, then what is read of each match.
    pub schema: Schema,
}

impl RowPattern {
    /// Of this input.
    pub fn new(
        input: Plan,
        keys: Vec<usize>,
        (order, emit): (Vec<SortKey>, OverEmit),
        shape: PatternShape,
        conditions: Vec<VariableCondition>,
        late: Option<Late>,
    ) -> RowPattern {
        let (below, types) = (&input.schema().fields, input.schema().types());
        let given = match shape.rows {
            RowsPerMatch::One => keys.iter().map(|key| below[*key].clone()).collect(),
            RowsPerMatch::All { .. } => below.clone(),
        };
        let read = shape.measures.iter().enumerate();
        let read = read.map(|(at, read)| Field::new(format!("read{at}"), read.data_type(&types)));
        let schema = Schema::new(given.into_iter().chain(read).collect());
        RowPattern { input: Box::new(input), keys, order, emit, shape, conditions, late, split_watermark_column: None, schema }
    }

    /// What is read of other rows, by MEASURES and by DEFINE.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let asked = self.conditions.iter().filter_map(|condition| condition.rest.as_ref());
        self.shape.measures.iter().chain(asked.flat_map(|(_, asked)| asked))
    }

    /// The columns of the input that it reads, to be changed in place.
    pub fn columns_mut(&mut self) -> impl Iterator<Item = &mut usize> {
        let conditions = self.conditions.iter_mut().flat_map(|VariableCondition { own, rest }| {
            own.iter_mut().chain(rest.iter_mut().flat_map(|(_, asked)| asked.iter_mut().flat_map(columns_of_reference)))
        });
        let late = self.late.iter_mut().flat_map(|late| &mut late.columns);
        let ordering = self.keys.iter_mut().chain(self.order.iter_mut().map(|key| &mut key.column)).chain(late);
        ordering.chain(self.shape.measures.iter_mut().flat_map(columns_of_reference)).chain(conditions)
    }

    /// The columns of the input that are given out, in order.
    pub fn given(&self) -> Vec<usize> {
        match self.shape.rows {
            RowsPerMatch::One => self.keys.clone(),
            RowsPerMatch::All { .. } => (0..self.schema.fields.len() - self.shape.measures.len()).collect(),
        }
    }
}

fn columns_of_reference(reference: &mut Reference) -> Vec<&mut usize> {
    match reference {
        Reference::Value { column, .. } => vec![column],
        Reference::Classifier(_) | Reference::MatchNumber => Vec::new(),
        Reference::Aggregate { call, .. } => {
            let order = call.order.iter_mut().map(|key| &mut key.column);
            call.arguments.iter_mut().chain(order).chain(&mut call.filter).collect()
        }
    }
}

/// UNION ALL.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// Below; all have the same column types.
    pub inputs: Vec<Plan>,
    /// Columns given out.
    pub schema: Schema,
}

/// Constant rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Rows with a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// Columns given out.
    pub schema: Schema,
}

impl Plan {
    /// Whether all who ask for its rows may have the same ones: nothing in it draws anew each time.
    pub fn is_repeatable(&self) -> bool {
        let mut repeatable = true;
        self.walk(&mut |plan| {
            repeatable &= match plan {
                Plan::Calc(calc) => calc.exprs().all(Expr::is_repeatable),
                Plan::Join(join) => join.condition.iter().all(Expr::is_repeatable),
                _ => true,
            }
        });
        repeatable
    }

    /// Every column as it is.
    pub fn identity(&self) -> Vec<Expr> {
        self.schema().fields.iter().enumerate().map(|(i, f)| Expr::column(i, f.data_type.clone())).collect()
    }

    /// Keeps the rows for which `filter` is TRUE.
    #[must_use]
    pub fn filtered(self, filter: Expr) -> Plan {
        let (columns, schema) = (self.identity(), self.schema().clone());
        Plan::Calc(Calc { input: Box::new(self), filter: Some(filter), columns, schema })
    }

    /// Computes named columns.
    #[must_use]
    pub fn projected(self, columns: Vec<(String, Expr)>) -> Plan {
        let schema = Schema::new(columns.iter().map(|(name, e)| Field::new(name.clone(), e.data_type())).collect());
        let columns = columns.into_iter().map(|(_, e)| e).collect();
        Plan::Calc(Calc { input: Box::new(self), filter: None, columns, schema })
    }

    /// Whether rows may be taken back.
    pub fn retracts(&self) -> bool {
        match self {
            Plan::Scan(scan) => scan.changelog != Changelog::Append,
            Plan::Values(_) | Plan::Sort(_) => false,
            // Rows of sessions wait until these have closed.
            Plan::WindowAssign(WindowAssign { window: Window::Session { .. }, .. }) => false,
            Plan::Calc(_)
            | Plan::WindowAssign(_)
            | Plan::Expand(_)
            | Plan::Unnest(_)
            | Plan::Union(_)
            | Plan::Hold(_)
            | Plan::InTime(_) => self.inputs().iter().any(|i| i.retracts()),
            Plan::Aggregate(a) => {
                a.emit != Some(Emit::OnClose) && (!a.calls.is_empty() || a.keys.is_empty() || a.input.retracts())
            }
            Plan::WindowAggregate(a) => a.emit == Some(Emit::OnChange),
            Plan::Rank(rank) => rank.emit == Emit::OnChange,
            Plan::LastRow(_) | Plan::NewestRow(_) => true,
            // What takes a row back has its time, so it meets the same version; a lookup remembers what it met.
            Plan::Join(join) if join.has_versions() => join.left.retracts(),
            Plan::Join(Join { time: Some(_), .. }) => false,
            Plan::Over(over) => over.emit == OverEmit::OnChange,
            Plan::RowPattern(_) => false,
            Plan::Join(j) => !matches!(j.kind, JoinKind::Inner | JoinKind::LeftSemi) || j.left.retracts() || j.right.retracts(),
        }
    }

    /// Whether what stands below may give out changes: what gives out each row once, or frees rows by their time, needs rows that stay.
    pub fn takes_changes(&self) -> bool {
        match self {
            Plan::Join(join) => join.time.is_none(),
            Plan::Over(over) => over.emit == OverEmit::OnChange,
            Plan::RowPattern(_) => false,
            Plan::WindowAssign(assign) => !matches!(assign.window, Window::Session { .. }),
            _ => true,
        }
    }

    /// Whether it asks how far the time of its input has come: it waits for it, or frees what it holds by it.
    pub fn asks_for_time(&self) -> bool {
        match self {
            Plan::WindowAssign(assign) => matches!(assign.window, Window::Session { .. }),
            Plan::WindowAggregate(_) | Plan::Hold(_) | Plan::InTime(_) => true,
            Plan::Calc(calc) => calc.reads_watermark(),
            Plan::Sort(sort) => sort.time.is_some(),
            Plan::Join(join) => join.time.is_some(),
            Plan::Rank(rank) => rank.window_end.is_some(),
            Plan::Over(over) => over.asks_for_time(),
            Plan::RowPattern(pattern) => pattern.emit == OverEmit::OnWatermark,
            _ => false,
        }
    }

    /// Sets when results are given out, where the query did not say so itself.
    pub fn set_emit(&mut self, emit: Emit) {
        if !self.takes_changes() {
            return;
        }
        match self {
            Plan::Aggregate(Aggregate { emit: own, .. }) | Plan::WindowAggregate(WindowAggregate { emit: own, .. }) => {
                own.get_or_insert(emit);
            }
            Plan::Sort(Sort { emit: own, .. }) => *own = Some(emit),
            Plan::Rank(rank) if rank.window_end.is_some() => rank.emit = emit,
            _ => {}
        }
        for input in self.asking_inputs_mut() {
            input.set_emit(emit);
        }
    }
}
