//! Plain words that the plan and the operators share: windows, aggregate calls, when to emit, what to do with bad rows.

use super::{DataType, GivenCall, Reload, Representation, Value};

/// What a bad row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It is counted and set aside.
    #[default]
    SetAside,
    /// The job fails.
    Fail,
}

/// What the rows of a table say of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Changelog {
    /// Every row is one more.
    #[default]
    Append,
    /// Rows may be taken back: -U and -D name the whole row.
    Retract,
    /// A row takes the place of the one with its key before it; -D takes it away.
    Upsert,
}

/// How a row that is taken back is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// By its key alone, of which there is one row at the most.
    ByKey,
    /// By all of its columns.
    ByRow,
}

/// Which of the rows of a key stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The one that came first of those that are there.
    First,
    /// The one that came last.
    Last,
}

/// What the time of a table's rows is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeBasis {
    /// A value of the row; rows say how far it has come.
    Event,
    /// When it arrived; the clock says how far it has come.
    Processing,
}

/// The windows a row belongs to. Nanoseconds; windows are [start, end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Those of its time, whatever other rows there are.
    Aligned(Aligned),
    /// One that rows of the same key make together: it ends when none of them has come for so long.
    Session {
        /// Time without rows after which it ends.
        gap: i64,
    },
}

impl Window {
    /// Whether the start says by itself which window it is, and whether the end does. Those of CUMULATE with one start have different ends.
    pub fn is_told_by(&self) -> [bool; 2] {
        match self {
            Window::Aligned(Aligned::Tumble { .. } | Aligned::Hop { .. }) => [true, true],
            Window::Aligned(Aligned::Cumulate { .. }) => [false, true],
            Window::Aligned(Aligned::Given) | Window::Session { .. } => [false, false],
        }
    }
}

/// Nanoseconds from window_time to window_end.
pub const WINDOW_TIME_GAP: i64 = 1_000_000;

/// A column that says in which window a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowColumn {
    /// window_start
    Start,
    /// window_end
    End,
    /// window_time
    Time,
}

impl WindowColumn {
    /// All, in the order in which they are given out.
    pub const ALL: [WindowColumn; 3] = [WindowColumn::Start, WindowColumn::End, WindowColumn::Time];
}

/// Windows that stand where they stand: aligned to `offset`, or known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aligned {
    /// One window a row.
    Tumble {
        /// Length.
        size: i64,
        /// Shift of the alignment.
        offset: i64,
    },
    /// A window begins at every multiple of `slide`; a row is in about size / slide of them, in none where it lies between two.
    Hop {
        /// Length.
        size: i64,
        /// Distance of starts.
        slide: i64,
        /// Shift of the alignment.
        offset: i64,
    },
    /// Windows with one start that grow by `step` up to `size`, which is a multiple of it; then the next begin.
    Cumulate {
        /// Length of the longest.
        size: i64,
        /// Distance of ends.
        step: i64,
        /// Shift of the alignment.
        offset: i64,
    },
    /// The one that a row has been in before: its time is the end of it. Where it starts is the last key of an aggregate.
    Given,
}

/// Windows of rows of which each knows the watermark of its own split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowTimes {
    /// Event-time column.
    pub time_column: usize,
    /// Hidden column with the watermark of the row's own split.
    pub split_watermark_column: usize,
    /// Which windows.
    pub window: Aligned,
}

/// Which batches the first phase of an aggregate makes into states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partial {
    /// All.
    Always,
    /// Those in which keys come again and again.
    WhereKeysRepeat,
}

/// Of which batches changes are left out that come to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Netting {
    /// All.
    Always,
    /// Those like one of which much came to nothing.
    WhereItPays,
}

/// One aggregate call.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateCall {
    /// Which.
    pub function: AggregateFunction,
    /// Argument columns of the input; none for COUNT(*).
    pub arguments: Vec<usize>,
    /// Their types.
    pub argument_types: Vec<DataType>,
    /// ORDER BY inside the call, over columns of the input.
    pub order: Vec<SortKey>,
    /// The types of its columns.
    pub order_types: Vec<DataType>,
    /// Arguments that are the same for all rows: a separator, a fraction.
    pub constants: Vec<Value>,
    /// Whether rows with a NULL argument count.
    pub nulls: Nulls,
    /// DISTINCT.
    pub distinct: Distinct,
    /// BOOLEAN column of the input: only rows where it is TRUE count.
    pub filter: Option<usize>,
    /// Type of the result.
    pub data_type: DataType,
}

impl AggregateCall {
    /// Of these columns, with their types.
    pub fn new(function: AggregateFunction, arguments: &[(usize, DataType)], data_type: DataType) -> Self {
        let (arguments, argument_types) = arguments.iter().cloned().unzip();
        Self {
            function,
            arguments,
            argument_types,
            order: Vec::new(),
            order_types: Vec::new(),
            constants: Vec::new(),
            nulls: Nulls::Skip,
            distinct: Distinct::All,
            filter: None,
            data_type,
        }
    }

    /// Columns of the input that it reads: arguments, then those of its order.
    pub fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.arguments.iter().copied().chain(self.order.iter().map(|key| key.column))
    }

    /// The types of those columns.
    pub fn column_types(&self) -> impl Iterator<Item = &DataType> + '_ {
        self.argument_types.iter().chain(&self.order_types)
    }

    /// How many of its first columns keep a row away by being NULL.
    pub fn required(&self) -> usize {
        match (self.nulls, &self.function) {
            (Nulls::Keep, AggregateFunction::ObjectAgg) => 1,
            (Nulls::Skip, AggregateFunction::StringAgg) => 1,
            (Nulls::Keep, _) => 0,
            (Nulls::Skip, _) => self.arguments.len(),
        }
    }
}

impl AggregateCall {
    /// Whether rows that it was fed may be taken back.
    pub fn takes_back(&self) -> bool {
        if let AggregateFunction::Given(call) = &self.function { call.function.takes_back } else { true }
    }

    /// Whether the states of groups may be added up. Those of DISTINCT are the different rows.
    pub fn adds_up(&self) -> bool {
        let AggregateFunction::Given(call) = &self.function else { return true };
        call.function.adds_up || self.distinct == Distinct::Distinct
    }

    /// The types of the columns that hold the states of groups; `None` where groups cannot be added up so that it makes no difference which
    /// rows were in which.
    pub fn state_types(&self, retracts: Retracts) -> Option<Vec<DataType>> {
        use AggregateFunction as F;
        let argument = self.argument_types.first();
        let is_floating = matches!(argument, Some(DataType::Float | DataType::Double));
        let adds_only = retracts == Retracts::Never;
        let state = match &self.function {
            F::Given(_) if !self.adds_up() => return None,
            F::Given(_) => DataType::Bytes,
            F::Min | F::Max | F::BitAnd | F::BitOr if !adds_only => DataType::Bytes,
            F::Min | F::Max => match argument?.representation() {
                Representation::Str => DataType::Bytes,
                Representation::I128 => WIDE,
                _ => DataType::BigInt,
            },
            F::BitAnd | F::BitOr | F::BoolAnd | F::BoolOr => DataType::BigInt,
            F::ApproxCountDistinct | F::Bitmap(..) => DataType::Bytes,
            // The last digits of a sum of doubles depend on the order, unless it is exact.
            F::Sum | F::Avg if is_floating && adds_only => return None,
            F::Count | F::Sum | F::Avg | F::BitXor | F::Moment(_) | F::ApproxPercentile
                if self.distinct == Distinct::Distinct =>
            {
                DataType::Bytes
            }
            F::Count => return Some(Vec::new()),
            F::Sum | F::Avg if is_floating => DataType::Bytes,
            F::Sum if self.data_type == DataType::BigInt => DataType::BigInt,
            F::Sum | F::Avg => WIDE,
            F::BitXor => DataType::BigInt,
            F::Moment(_) | F::ApproxPercentile => DataType::Bytes,
            F::FirstValue
            | F::LastValue
            | F::ArrayAgg
            | F::ObjectAgg
            | F::StringAgg
            | F::Collect
            | F::Mode
            | F::PercentileCont
            | F::PercentileDisc => return None,
        };
        Some(vec![state])
    }
}

/// Integers of 128 bits.
const WIDE: DataType = DataType::Decimal { precision: 38, scale: 0 };

/// Whether rows with a NULL argument count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// They are left out.
    Skip,
    /// They count.
    Keep,
}

/// Whether equal arguments count once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distinct {
    /// Every row counts.
    All,
    /// Equal arguments count once.
    Distinct,
}

/// Aggregate functions. SUM of integers is BIGINT, of FLOAT/DOUBLE DOUBLE, of DECIMAL(p,s) DECIMAL(38,s); AVG of integers and
/// floats is DOUBLE, of DECIMAL(p,s) DECIMAL(38, max(s,6)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AggregateFunction {
    /// COUNT(*) and COUNT(x, ...)
    Count,
    /// SUM(x)
    Sum,
    /// AVG(x)
    Avg,
    /// MIN(x)
    Min,
    /// MAX(x)
    Max,
    /// Variances, covariances and regressions, of DOUBLEs.
    Moment(Moment),
    /// Whether all are TRUE.
    BoolAnd,
    /// Whether some is TRUE.
    BoolOr,
    /// Bits that all integers have.
    BitAnd,
    /// Bits that some integer has.
    BitOr,
    /// Bits that an odd number of integers have.
    BitXor,
    /// The argument of the first row.
    FirstValue,
    /// The argument of the last row.
    LastValue,
    /// Arguments as an array.
    ArrayAgg,
    /// Keys and values as an object.
    ObjectAgg,
    /// How often each argument is there.
    Collect,
    /// Texts, separated.
    StringAgg,
    /// The value that is there most often.
    Mode,
    /// What stands at a fraction of the way through the values, between two of them.
    PercentileCont,
    /// The first value before which a fraction of all stands.
    PercentileDisc,
    /// About what PERCENTILE_CONT is.
    ApproxPercentile,
    /// About how many different values there are.
    ApproxCountDistinct,
    /// What integers or bitmaps make together.
    Bitmap(BitmapSet, BitmapResult),
    /// One of the program around the job.
    Given(GivenCall),
}

/// How integers or bitmaps make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitmapSet {
    /// The integers.
    Build,
    /// What is in all bitmaps.
    And,
    /// What is in some bitmap.
    Or,
    /// What is in an odd number of bitmaps.
    Xor,
}

/// What is asked of a bitmap that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitmapResult {
    /// Itself.
    Bitmap,
    /// How many integers are in it.
    Cardinality,
}

/// What is made of a count, sums and sums of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// VAR_POP(x)
    VarPop,
    /// VAR_SAMP(x)
    VarSamp,
    /// STDDEV_POP(x)
    StddevPop,
    /// STDDEV_SAMP(x)
    StddevSamp,
    /// COVAR_POP(y, x)
    CovarPop,
    /// COVAR_SAMP(y, x)
    CovarSamp,
    /// CORR(y, x)
    Corr,
    /// REGR_AVGX(y, x)
    RegrAvgX,
    /// REGR_AVGY(y, x)
    RegrAvgY,
    /// REGR_SXX(y, x)
    RegrSxx,
    /// REGR_SYY(y, x)
    RegrSyy,
    /// REGR_SXY(y, x)
    RegrSxy,
    /// REGR_SLOPE(y, x)
    RegrSlope,
    /// REGR_INTERCEPT(y, x)
    RegrIntercept,
    /// REGR_R2(y, x)
    RegrR2,
}

impl Moment {
    /// Whether it is of two arguments, y and x.
    pub fn is_of_pairs(self) -> bool {
        !matches!(self, Moment::VarPop | Moment::VarSamp | Moment::StddevPop | Moment::StddevSamp)
    }
}

impl AggregateFunction {
    /// Name in SQL.
    pub fn name(&self) -> &str {
        use BitmapResult as R;
        use BitmapSet as B;
        use Moment as M;
        match self {
            AggregateFunction::Given(call) => &call.function.name,
            AggregateFunction::Count => "COUNT",
            AggregateFunction::Sum => "SUM",
            AggregateFunction::Avg => "AVG",
            AggregateFunction::Min => "MIN",
            AggregateFunction::Max => "MAX",
            AggregateFunction::BoolAnd => "BOOL_AND",
            AggregateFunction::BoolOr => "BOOL_OR",
            AggregateFunction::BitAnd => "BIT_AND",
            AggregateFunction::BitOr => "BIT_OR",
            AggregateFunction::BitXor => "BIT_XOR",
            AggregateFunction::FirstValue => "FIRST_VALUE",
            AggregateFunction::LastValue => "LAST_VALUE",
            AggregateFunction::ArrayAgg => "ARRAY_AGG",
            AggregateFunction::ObjectAgg => "OBJECT_AGG",
            AggregateFunction::Collect => "COLLECT",
            AggregateFunction::StringAgg => "STRING_AGG",
            AggregateFunction::Mode => "MODE",
            AggregateFunction::PercentileCont => "PERCENTILE_CONT",
            AggregateFunction::PercentileDisc => "PERCENTILE_DISC",
            AggregateFunction::ApproxPercentile => "APPROX_PERCENTILE",
            AggregateFunction::ApproxCountDistinct => "APPROX_COUNT_DISTINCT",
            AggregateFunction::Bitmap(B::Build, R::Bitmap) => "BITMAP_BUILD_AGG",
            AggregateFunction::Bitmap(B::And, R::Bitmap) => "BITMAP_AND_AGG",
            AggregateFunction::Bitmap(B::Or, R::Bitmap) => "BITMAP_OR_AGG",
            AggregateFunction::Bitmap(B::Xor, R::Bitmap) => "BITMAP_XOR_AGG",
            AggregateFunction::Bitmap(B::Build, R::Cardinality) => "BITMAP_BUILD_CARDINALITY_AGG",
            AggregateFunction::Bitmap(B::And, R::Cardinality) => "BITMAP_AND_CARDINALITY_AGG",
            AggregateFunction::Bitmap(B::Or, R::Cardinality) => "BITMAP_OR_CARDINALITY_AGG",
            AggregateFunction::Bitmap(B::Xor, R::Cardinality) => "BITMAP_XOR_CARDINALITY_AGG",
            AggregateFunction::Moment(M::VarPop) => "VAR_POP",
            AggregateFunction::Moment(M::VarSamp) => "VAR_SAMP",
            AggregateFunction::Moment(M::StddevPop) => "STDDEV_POP",
            AggregateFunction::Moment(M::StddevSamp) => "STDDEV_SAMP",
            AggregateFunction::Moment(M::CovarPop) => "COVAR_POP",
            AggregateFunction::Moment(M::CovarSamp) => "COVAR_SAMP",
            AggregateFunction::Moment(M::Corr) => "CORR",
            AggregateFunction::Moment(M::RegrAvgX) => "REGR_AVGX",
            AggregateFunction::Moment(M::RegrAvgY) => "REGR_AVGY",
            AggregateFunction::Moment(M::RegrSxx) => "REGR_SXX",
            AggregateFunction::Moment(M::RegrSyy) => "REGR_SYY",
            AggregateFunction::Moment(M::RegrSxy) => "REGR_SXY",
            AggregateFunction::Moment(M::RegrSlope) => "REGR_SLOPE",
            AggregateFunction::Moment(M::RegrIntercept) => "REGR_INTERCEPT",
            AggregateFunction::Moment(M::RegrR2) => "REGR_R2",
        }
    }
}

/// What UNNEST takes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nested {
    /// Items.
    Array,
    /// Keys and values.
    Map,
    /// Keys as items, each as often as its value says.
    Multiset,
}

impl Nested {
    /// Name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Nested::Array => "ARRAY",
            Nested::Map => "MAP",
            Nested::Multiset => "MULTISET",
        }
    }
}

/// Which rows a join gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Pairs that meet.
    Inner,
    /// And rows of the left input that meet none, with NULLs for the other.
    Left,
    /// And rows of the right input that meet none.
    Right,
    /// And rows of both that meet none.
    Full,
    /// Rows of the left input that meet some, once each.
    LeftSemi,
    /// Rows of the left input that meet none.
    LeftAnti,
}

impl JoinKind {
    /// Whether pairs are given out; otherwise rows of the left input only.
    pub fn gives_pairs(self) -> bool {
        !matches!(self, JoinKind::LeftSemi | JoinKind::LeftAnti)
    }

    /// Whether a row of input 0 or 1 is given out by itself as long as it meets none.
    pub fn gives_unmatched(self, input: usize) -> bool {
        match self {
            JoinKind::Inner | JoinKind::LeftSemi => false,
            JoinKind::Left | JoinKind::LeftAnti => input == 0,
            JoinKind::Right => input == 1,
            JoinKind::Full => true,
        }
    }

    /// Whether a row of input 0 or 1 is given out by itself as long as it meets some.
    pub fn gives_matched(self, input: usize) -> bool {
        self == JoinKind::LeftSemi && input == 0
    }

    /// Name in plans.
    pub fn name(self) -> &'static str {
        match self {
            JoinKind::Inner => "inner",
            JoinKind::Left => "left",
            JoinKind::Right => "right",
            JoinKind::Full => "full",
            JoinKind::LeftSemi => "left semi",
            JoinKind::LeftAnti => "left anti",
        }
    }
}

/// How far the times of two rows lie apart that meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeBounds {
    /// By so many nanoseconds the left row is later than the right one, at the least; negative where it may be earlier.
    pub least: i64,
    /// At the most; not less.
    pub greatest: i64,
    /// By so many nanoseconds a row may be behind the watermark and still be on time.
    pub slack: i64,
    /// By so many nanoseconds another event time of a row may be older than the one by which it meets others.
    pub older: i64,
}

/// Whose times bound a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeMeaning {
    /// Those of the rows.
    Rows,
    /// Those at which their windows end, which are the same ones.
    Windows,
    /// A row of the left input meets the last row of its key of the right one.
    Versions(VersionTime),
}

/// How late a version may be for a row to meet it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionTime {
    /// Not later than the row.
    At,
    /// Earlier.
    Before,
}

/// How rows find those of a table as it is when they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// Which rows of the table are there.
    pub rows: LookupRows,
    /// How the table is filled.
    pub filling: Filling,
    /// How what was given out beside a row is taken back with it.
    pub recall: Recall,
}

/// How a lookup takes back what it has given out beside a row that is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recall {
    /// No row is taken back.
    Never,
    /// By looking up again: the table stays as it is once it has been read.
    LooksAgain,
    /// By what it remembers of each row.
    Remembers,
}

/// How a table is filled in which rows are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filling {
    /// Its rows go on coming, and nobody waits for them.
    AsItGoes,
    /// It is read once, and those who ask wait until it has been.
    Once,
    /// It is read again and again: those who ask wait for the first time, and then see the last reading that is whole.
    Again(Reload),
}

/// Which rows of a table a lookup finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupRows {
    /// All that have the key.
    All,
    /// The one of the key that came last.
    Newest,
}

impl TimeBounds {
    /// Of an interval join. A row at the watermark itself is on time, so that rows of equal times are, where the watermark is the time.
    pub fn interval(least: i64, greatest: i64) -> TimeBounds {
        TimeBounds { least, greatest, slack: 1, older: 0 }
    }

    /// Of a window join, whose times are the ends of windows: they are over when the watermark reaches their last nanosecond.
    pub fn window() -> TimeBounds {
        TimeBounds { least: 0, greatest: 0, slack: -1, older: 0 }
    }

    /// The last time of which no row is on time any more.
    pub fn passed(&self, watermark: i64) -> i64 {
        if watermark == i64::MAX { watermark } else { watermark.saturating_sub(self.slack) }
    }

    /// The watermark of what is given out: behind that of the inputs by as much as rows may be that are given out after it.
    pub fn passed_on(&self, watermark: i64) -> i64 {
        let behind = [0, self.greatest, self.least.saturating_neg(), self.greatest.saturating_sub(self.least)];
        let behind = behind.into_iter().fold(0, i64::max).saturating_add(self.older);
        self.passed(watermark).saturating_sub(behind).min(watermark)
    }
}

/// What a ranking counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankFunction {
    /// Rows, from 1.
    RowNumber,
    /// One more than the rows before: equal rows have the same rank.
    Rank,
    /// Different places in the order: equal rows have the same rank, and none is left out.
    DenseRank,
}

impl RankFunction {
    /// Name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            RankFunction::RowNumber => "ROW_NUMBER",
            RankFunction::Rank => "RANK",
            RankFunction::DenseRank => "DENSE_RANK",
        }
    }
}

/// Which of the rows that an order leaves equal is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// All of their columns say it, so that the same rows have the same places however they come.
    ByColumns,
    /// The one that came first. No two rows are equal then.
    FirstCome,
    /// The one that came last. No two rows are equal then.
    LastCome,
}

/// One column of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: usize,
    /// DESC.
    pub descending: bool,
    /// Whether NULLs stand before all other values.
    pub nulls_first: bool,
}

/// The event time, or the end of a window, by which rows are given out as the watermark passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortTime {
    /// Its column.
    pub column: usize,
    /// Hidden column with the watermark of the row's own split, by which lateness is decided.
    pub split_watermark_column: Option<usize>,
}

/// When rows with one value of a column are over: once the watermark has passed it and so much time behind it, none of them comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// A timestamp.
    pub column: usize,
    /// In nanoseconds.
    pub after: i64,
}

/// When results are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emit {
    /// After every batch that changed them, as a changelog (-U, +U; -D when the last row is taken back).
    OnChange,
    /// Once, when they can change no more: at the watermark for windows, at the end of input otherwise. +I only.
    OnClose,
}

/// Which changes are held back, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldShape {
    /// Until event time has passed a multiple of this, in nanoseconds,
    pub interval: i64,
    /// or what stands in this column.
    pub until: Option<usize>,
    /// Columns of which no two rows that are there at once have the same values; empty where there are none.
    pub keys: Vec<usize>,
    /// What changes say that are given out.
    pub changes: Changes,
}

/// What changes of results say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// A row that is about to be replaced is taken back first (-U), then comes the new one (+U).
    BeforeAndAfter,
    /// Only the new row comes (+U): for those who know by key what it replaces, or do not care.
    AfterOnly,
}

/// Whether a stream may hold kinds other than +I.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retracts {
    /// Only +I.
    Never,
    /// All kinds.
    Maybe,
}

impl Aligned {
    /// Distance from the end of a window to that of the next.
    pub fn step(&self) -> i64 {
        match self {
            Aligned::Tumble { size, .. } => *size,
            Aligned::Hop { slide, .. } => *slide,
            Aligned::Cumulate { step, .. } => *step,
            Aligned::Given => 1,
        }
    }

    /// Length of the longest window.
    pub fn size(&self) -> i64 {
        match self {
            Aligned::Tumble { size, .. } | Aligned::Hop { size, .. } | Aligned::Cumulate { size, .. } => *size,
            Aligned::Given => 1,
        }
    }

    /// Shift of the alignment.
    pub fn offset(&self) -> i64 {
        match self {
            Aligned::Tumble { offset, .. } | Aligned::Hop { offset, .. } | Aligned::Cumulate { offset, .. } => *offset,
            Aligned::Given => 0,
        }
    }

    /// Start of the window that ends at `end`, if that says where it starts.
    pub fn start_of(&self, end: i64) -> Option<i64> {
        match self {
            Aligned::Tumble { size, .. } | Aligned::Hop { size, .. } => Some(end - size),
            Aligned::Cumulate { size, offset, .. } => Some(end - 1 - (end - 1 - offset).rem_euclid(*size)),
            Aligned::Given => None,
        }
    }
}
