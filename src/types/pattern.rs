//! Words of MATCH_RECOGNIZE that the plan and the operator share: patterns of rows, and what is read of the rows of a match.
//!
//! The terms are those of SQL:2016, part 5 (row pattern recognition): the rows of a partition are taken in their order; each row of a match is
//! mapped to one *variable* of the pattern, and a match is the one that the pattern prefers among those that begin at its first row.

use super::relation::AggregateCall;
use super::{DataType, EventTime};

/// Variables of a pattern, one bit each by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variables(pub u64);

impl Variables {
    /// Any, those without a condition too: what no variable stands before.
    pub const ALL: Variables = Variables(u64::MAX);

    /// One alone.
    pub fn one(variable: usize) -> Variables {
        Variables(1 << variable)
    }

    /// Whether a variable is among them.
    pub fn contains(self, variable: usize) -> bool {
        self.0 >> variable & 1 == 1
    }
}

/// Which rows, in which order; variables by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// A row that is mapped to a variable.
    Variable(usize),
    /// The same; with ALL ROWS PER MATCH the row is not given out: `{- A -}`.
    Excluded(usize),
    /// Before the first row of the partition: `^`.
    Start,
    /// Behind its last row: `$`.
    End,
    /// One after the other; of nothing, no row.
    Sequence(Vec<Pattern>),
    /// One of them, the first that there is.
    Alternation(Vec<Pattern>),
    /// Again and again.
    Repetition {
        /// What.
        inner: Box<Pattern>,
        /// So many times at least,
        min: u32,
        /// and at most.
        max: Option<u32>,
        /// Whether more are preferred.
        greed: Greed,
    },
}

/// What a repetition prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greed {
    /// As many as there can be.
    Greedy,
    /// As few as there must be: `A*?`.
    Reluctant,
}

/// Which rows of a match are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Those up to the row itself; with ONE ROW PER MATCH, all.
    Running,
    /// All.
    Final,
}

/// A row seen from a row of a match: among the rows mapped to some variables, the one so many from the first or from the last, and from there so
/// many rows of the partition on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Navigation {
    /// Mapped to these.
    pub of: Variables,
    /// Counted from which end.
    pub end: End,
    /// So many from there.
    pub skip: u32,
    /// So many rows on, whatever they are mapped to: NEXT, and PREV with a negative number.
    pub offset: i32,
    /// Of which rows.
    pub span: Span,
}

impl Navigation {
    /// The last row mapped to these so far: the row itself where they are all.
    pub fn last(of: Variables) -> Navigation {
        Navigation { of, end: End::Last, skip: 0, offset: 0, span: Span::Running }
    }
}

/// An end of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// FIRST
    First,
    /// LAST
    Last,
}

/// What MEASURES and DEFINE read of a match; each is a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// A column of the input in a row; NULL where there is no such row.
    Value {
        /// Which.
        column: usize,
        /// In which row.
        at: Navigation,
    },
    /// CLASSIFIER: the name of the variable that a row is mapped to, a STRING.
    Classifier(Navigation),
    /// MATCH_NUMBER: which match of its partition, from 1, a BIGINT.
    MatchNumber,
    /// An aggregate of the rows mapped to some variables; its columns are those of the input.
    Aggregate {
        /// Which.
        call: AggregateCall,
        /// Mapped to these.
        of: Variables,
        /// Of which rows.
        span: Span,
    },
}

impl Reference {
    /// Its type, of an input with columns of these types.
    pub fn data_type(&self, types: &[DataType]) -> DataType {
        match self {
            Reference::Value { column, .. } => types[*column].clone(),
            Reference::Classifier(_) => DataType::STRING,
            Reference::MatchNumber => DataType::BigInt,
            Reference::Aggregate { call, .. } => call.data_type.clone(),
        }
    }

    /// The row that it reads, if it is one.
    pub fn navigation(&self) -> Option<Navigation> {
        match self {
            Reference::Value { at, .. } | Reference::Classifier(at) => Some(*at),
            Reference::MatchNumber | Reference::Aggregate { .. } => None,
        }
    }
}

/// Which rows a match gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsPerMatch {
    /// One, with the columns of the partition; for an empty match too.
    One,
    /// Those of the match, with all columns of the input.
    All {
        /// Whether a match without rows gives out the row where it stands.
        empty: EmptyMatches,
        /// Whether rows of no match are given out, with NULL in all that is read of a match.
        unmatched: Unmatched,
    },
}

/// What becomes of a match without rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyMatches {
    /// SHOW EMPTY MATCHES
    Show,
    /// OMIT EMPTY MATCHES
    Omit,
}

/// What becomes of rows of no match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    /// WITH UNMATCHED ROWS
    Show,
    /// They are not given out.
    Omit,
}

/// Where the next match may begin: AFTER MATCH SKIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Behind the last row of the match.
    PastLastRow,
    /// Behind its first row.
    ToNextRow,
    /// At its first or its last row that is mapped to some variables.
    To(End, Variables),
}

/// A pattern, and what is read of its matches.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternShape {
    /// Names of the variables, at most 64, by number.
    pub variables: Vec<String>,
    /// Which rows.
    pub pattern: Pattern,
    /// A match spans less than this: from its first to its last row, in nanoseconds.
    pub within: Option<EventTime>,
    /// What is given out behind the columns.
    pub measures: Vec<Reference>,
    /// Which rows are given out.
    pub rows: RowsPerMatch,
    /// Where matching goes on.
    pub skip: Skip,
}
