//! Which columns of a plan have no two rows in common that are there at once, and by which changes say what replaces what: the keys of groups, and what
//! projections make of these as long as different values stay different.

use super::logical::{Calc, Plan, WindowAggregate};
use crate::expr::{CastFailure, Expr};
use crate::types::{DataType, Value};

impl Plan {
    /// Columns of which no two rows that are there at once have the same values, and by which changes say what replaces what.
    pub fn unique_key(&self) -> Option<Vec<usize>> {
        self.unique_keys().into_iter().next()
    }

    /// All that are such columns.
    pub fn unique_keys(&self) -> Vec<Vec<usize>> {
        match self {
            Plan::Aggregate(aggregate) => vec![(0..aggregate.keys.len()).collect()],
            Plan::WindowAggregate(aggregate) => of_windows(aggregate),
            Plan::NewestRow(newest) => vec![newest.keys.clone()],
            Plan::LastRow(last) => vec![last.keys.clone()],
            Plan::Hold(hold) => hold.input.unique_keys(),
            Plan::InTime(gate) => gate.input.unique_keys(),
            Plan::Calc(calc) => {
                let place = |key: &usize| calc.columns.iter().position(|e| told_by(calc, e) == Some(*key));
                calc.input.unique_keys().iter().filter_map(|keys| keys.iter().map(place).collect()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The keys with what says in which window a result is: both bounds, or what says it by itself.
fn of_windows(aggregate: &WindowAggregate) -> Vec<Vec<usize>> {
    let start = aggregate.end() - 1;
    let with = |bounds: &[usize]| (0..start).chain(bounds.iter().copied()).collect();
    let alone = aggregate.window.is_told_by().into_iter().enumerate().filter(|(_, tells)| *tells);
    [with(&[start, start + 1])].into_iter().chain(alone.map(|(at, _)| with(&[start + at]))).collect()
}

/// The column of the input that an expression tells: it has different values for different ones.
fn told_by(calc: &Calc, expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column { index, .. } => Some(*index),
        Expr::Cast { input, data_type, on_failure: CastFailure::RowError } if tells_apart(&input.data_type(), data_type) => {
            told_by(calc, input)
        }
        // Texts that are filled up to a length stay different if all had one before, and nothing is cut off.
        _ => {
            let (filled, length) = filled_up(expr)?;
            let column = told_by(calc, filled)?;
            (length_of(&calc.input, column)? <= length).then_some(column)
        }
    }
}

/// Whether different values are cast to different ones, or fail.
fn tells_apart(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        _ if from == to => true,
        (T::TinyInt | T::SmallInt, T::Float | T::Double) | (T::Int, T::Double) | (T::Float, T::Double) => true,
        (T::Decimal { scale: from, .. }, T::Decimal { scale: to, .. }) => from <= to,
        (from, T::Decimal { .. } | T::Varchar(None)) if from.is_integer() => true,
        (from, to) if from.is_integer() && to.is_integer() => true,
        (T::Varchar(from), T::Varchar(to)) => to.is_none_or(|to| from.is_some_and(|from| from <= to)),
        (T::Boolean | T::Date, T::Varchar(None)) | (T::Date, T::Timestamp(_)) => true,
        (from, to) => to.holds_times_of(from),
    }
}

/// What an expression fills up to a length with spaces, and the length.
fn filled_up(expr: &Expr) -> Option<(&Expr, i64)> {
    match expr {
        Expr::Cast { input, data_type: DataType::Varchar(_), .. } => filled_up(input),
        Expr::Call { function, args, .. } if function.name() == "RPAD" => match args.as_slice() {
            [filled, Expr::Literal { value: Value::Int(length), .. }, Expr::Literal { value: Value::Str(space), .. }]
                if &**space == " " =>
            {
                Some((filled, *length))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The length that all texts of a column have.
fn length_of(plan: &Plan, column: usize) -> Option<i64> {
    match plan {
        Plan::Calc(calc) => match &calc.columns[column] {
            Expr::Column { index, .. } => length_of(&calc.input, *index),
            Expr::Cast { input, data_type: DataType::Varchar(None), .. } => match &**input {
                Expr::Column { index, .. } => length_of(&calc.input, *index),
                other => Some(filled_up(other)?.1),
            },
            other => Some(filled_up(other)?.1),
        },
        Plan::Aggregate(aggregate) => length_of(&aggregate.input, *aggregate.keys.get(column)?),
        Plan::WindowAggregate(aggregate) => length_of(&aggregate.input, *aggregate.keys.get(column)?),
        Plan::Hold(hold) => length_of(&hold.input, column),
        Plan::InTime(gate) => length_of(&gate.input, column),
        Plan::NewestRow(newest) => length_of(&newest.input, column),
        Plan::LastRow(last) => length_of(&last.input, column),
        Plan::Union(union) => {
            let mut lengths = union.inputs.iter().map(|input| length_of(input, column));
            let first = lengths.next()??;
            lengths.all(|length| length == Some(first)).then_some(first)
        }
        Plan::WindowAssign(assign) if column < assign.input.schema().fields.len() => length_of(&assign.input, column),
        _ => None,
    }
}
