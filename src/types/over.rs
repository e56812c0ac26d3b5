//! Words of OVER that the plan and the operators share: functions, frames, and when rows are given out.

use super::DataType;
use super::relation::{AggregateCall, Nulls, RankFunction};

/// One function with OVER.
#[derive(Debug, Clone, PartialEq)]
pub struct OverCall {
    /// Which.
    pub function: OverFunction,
    /// The rows it is over, seen from each row.
    pub frame: Frame,
    /// Type of the result.
    pub data_type: DataType,
}

/// Functions over the rows of a partition in their order. Columns are those of the input.
#[derive(Debug, Clone, PartialEq)]
pub enum OverFunction {
    /// An aggregate of the frame, without FILTER.
    Aggregate(AggregateCall),
    /// ROW_NUMBER, RANK, DENSE_RANK
    Rank(RankFunction),
    /// PERCENT_RANK: the rank from 0 to 1.
    PercentRank,
    /// CUME_DIST: the part of the partition up to the row and its equals.
    CumeDist,
    /// NTILE: one of so many parts of the partition, as its first row says.
    Ntile(Number),
    /// FIRST_VALUE, LAST_VALUE, NTH_VALUE
    Pick {
        /// Which row of the frame.
        pick: Pick,
        /// Its column.
        argument: usize,
        /// Whether NULLs count.
        nulls: Nulls,
    },
    /// LAG, and LEAD with a negative distance.
    Shift {
        /// How many rows before.
        distance: Number,
        /// The column there.
        argument: usize,
        /// The column of the row itself that stands in where there is no such row.
        default: Option<usize>,
        /// Whether NULLs count.
        nulls: Nulls,
    },
}

/// A row of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The first.
    First,
    /// The last.
    Last,
    /// The one of this number, from 1, or from -1 at the end.
    Nth(Number),
}

/// A number that a function is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// The same for all rows.
    Constant(i64),
    /// A column of the row, of BIGINT; where it is NULL so is the answer.
    Column(usize),
}

/// The rows of a partition that a function is over, seen from each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// What distances are counted in.
    pub unit: FrameUnit,
    /// The first row; unbounded: that of the partition.
    pub start: Bound,
    /// The last row; unbounded: that of the partition.
    pub end: Bound,
    /// Which of these it is not over.
    pub exclude: Exclude,
}

/// Rows of a frame that a function leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclude {
    /// None.
    Nothing,
    /// The row itself.
    Row,
    /// The row, and those that the order leaves equal to it.
    Group,
    /// Those that the order leaves equal to the row, without the row.
    Ties,
}

impl Frame {
    /// All rows of the partition.
    pub const WHOLE: Frame =
        Frame { unit: FrameUnit::Rows, start: Bound::Unbounded, end: Bound::Unbounded, exclude: Exclude::Nothing };

    /// Whether, from row to row, rows only come into it.
    pub fn only_grows(&self) -> bool {
        self.start == Bound::Unbounded && self.exclude == Exclude::Nothing
    }

    /// Whether it is so far from the row by the value that rows are ordered by.
    pub fn counts_in_range(&self) -> bool {
        let is_distance = |bound: &Bound| matches!(bound, Bound::Offset(_));
        self.unit == FrameUnit::Range && (is_distance(&self.start) || is_distance(&self.end))
    }
}

/// What distances are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// The value that rows are ordered by.
    Range,
    /// Groups of rows that the order leaves equal.
    Groups,
}

/// An end of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The end of the partition.
    Unbounded,
    /// The row itself; but for `FrameUnit::Rows`, with those that the order leaves equal.
    CurrentRow,
    /// So far behind the row, or before it if negative.
    Offset(Distance),
}

/// How far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distance {
    /// Rows, groups, integers, units of a DECIMAL, nanoseconds, days.
    Whole(i128),
    /// Of FLOAT and DOUBLE.
    Double(f64),
    /// Of dates and timestamps. The day that a shorter month lacks is its last one.
    Months(i32),
}

impl Number {
    fn column_mut(&mut self) -> Option<&mut usize> {
        if let Number::Column(column) = self { Some(column) } else { None }
    }
}

impl Bound {
    /// Whether rows behind the row are needed, besides its equals.
    pub fn looks_ahead(&self) -> bool {
        match self {
            Bound::Unbounded | Bound::CurrentRow => false,
            Bound::Offset(Distance::Whole(n)) => *n > 0,
            Bound::Offset(Distance::Double(d)) => *d > 0.0,
            Bound::Offset(Distance::Months(n)) => *n > 0,
        }
    }
}

/// When the rows of an OVER are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverEmit {
    /// Once, in order of event time, when the watermark has passed them and what their frames need.
    OnWatermark,
    /// Once, as they come: their order is that of their coming.
    AtOnce,
    /// With every change of their results, as a changelog.
    OnChange,
}

/// How far back a function looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// So many rows.
    Rows(u64),
    /// So far by the value that rows are ordered by.
    Time,
    /// To the beginning of the partition.
    All,
}

impl OverCall {
    /// How far back it looks.
    pub fn reach(&self) -> Reach {
        match (&self.function, &self.frame.start, self.frame.unit) {
            (OverFunction::Shift { distance: Number::Constant(distance), .. }, ..) => {
                Reach::Rows(u64::try_from(*distance).unwrap_or(0))
            }
            (OverFunction::Aggregate(_) | OverFunction::Pick { .. }, bound, unit) => match (bound, unit) {
                (Bound::Unbounded, _) => Reach::All,
                (_, FrameUnit::Range) => Reach::Time,
                (Bound::Offset(Distance::Whole(n)), FrameUnit::Rows) => Reach::Rows(u64::try_from(-n).unwrap_or(0)),
                (Bound::CurrentRow, FrameUnit::Rows) => Reach::Rows(0),
                _ => Reach::All,
            },
            _ => Reach::All,
        }
    }

    /// Whether its result may depend on rows behind the row and its equals.
    pub fn looks_ahead(&self) -> bool {
        match &self.function {
            OverFunction::Shift { distance: Number::Constant(distance), .. } => *distance < 0,
            OverFunction::Rank(_) => false,
            _ => self.needs_all() || self.frame.end.looks_ahead(),
        }
    }

    /// Whether its result may depend on all rows of the partition.
    pub fn needs_all(&self) -> bool {
        match &self.function {
            OverFunction::PercentRank | OverFunction::CumeDist | OverFunction::Ntile(_) => true,
            OverFunction::Rank(_) => false,
            OverFunction::Shift { distance: Number::Column(_), .. } => true,
            OverFunction::Pick { pick: Pick::Nth(Number::Column(_)), .. } => true,
            OverFunction::Shift { nulls, .. } => *nulls == Nulls::Skip,
            OverFunction::Aggregate(_) | OverFunction::Pick { .. } => self.frame.end == Bound::Unbounded,
        }
    }

    /// The columns of the input that it reads.
    pub fn columns_mut(&mut self) -> Vec<&mut usize> {
        match &mut self.function {
            OverFunction::Aggregate(call) => {
                let order = call.order.iter_mut().map(|key| &mut key.column);
                call.arguments.iter_mut().chain(order).chain(&mut call.filter).collect()
            }
            OverFunction::Pick { argument, pick, .. } => {
                let number = if let Pick::Nth(number) = pick { number.column_mut() } else { None };
                [argument].into_iter().chain(number).collect()
            }
            OverFunction::Shift { argument, default, distance, .. } => {
                [argument].into_iter().chain(default).chain(distance.column_mut()).collect()
            }
            OverFunction::Ntile(parts) => parts.column_mut().into_iter().collect(),
            OverFunction::Rank(_) | OverFunction::PercentRank | OverFunction::CumeDist => Vec::new(),
        }
    }

    /// The same, to be read.
    pub fn columns(&self) -> Vec<usize> {
        self.clone().columns_mut().into_iter().map(|column| *column).collect()
    }
}
