//! What is known of the time of rows, carried on by columns that nothing can name.
//!
//! A query in FROM may select the ROW of a window, one bound of it or nothing at all, and what reads it still has to know when windows close. So
//! behind the columns that it shows stand those that it does not: the event time of its rows, and the bounds of windows of which a part is
//! shown. Where nobody reads them, they are pruned; what is given out, stored or compared as a whole has none of them.
//!
//! ```text
//!   SELECT tumble(INTERVAL '10' SECOND) AS window, COUNT(*) AS n ...     window, n | window_start, window_end, window_time
//! ```

use super::scope::{Relation, ScopeField, Sight};
use super::window::MILLISECOND;
use super::window_row::window_row;
use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{Plan, WindowColumns};
use crate::types::{DataType, Value};

impl Relation {
    /// Computes named columns, as `projected` does, and carries on what they lose of the time of rows.
    #[must_use]
    pub fn selected(self, mut columns: Vec<(String, Expr)>) -> Self {
        let named = columns.len();
        columns.extend(self.lost_bounds(&columns));
        let carried = columns.len();
        columns.extend(self.lost_times(&columns[..named]));
        let times = carried..columns.len();
        let mut selected = self.projected(columns).naming(named);
        if !times.is_empty() {
            selected.event_times = times.collect();
        }
        selected
    }

    /// The same columns, of which only the first ones have names.
    #[must_use]
    pub fn naming(mut self, named: usize) -> Self {
        self.fields.iter_mut().skip(named).for_each(|field| field.sight = Sight::Unnamed);
        self
    }

    /// The bounds that are not among `columns`, of windows of which these have a part.
    fn lost_bounds(&self, columns: &[(String, Expr)]) -> Vec<(String, Expr)> {
        let has_row = |window: &WindowColumns| {
            window_row(self.plan.schema(), window.bounds).is_ok_and(|row| columns.iter().any(|(_, e)| *e == row))
        };
        let has_part = |window: &&WindowColumns| {
            let parts = [Some(window.bounds.0), Some(window.bounds.1), window.row];
            parts.into_iter().flatten().any(|part| has_column(columns, part)) || has_row(window)
        };
        let bounds = self.windows.iter().filter(has_part).flat_map(|window| [window.bounds.0, window.bounds.1]);
        let mut lost: Vec<usize> = bounds.filter(|bound| !has_column(columns, *bound)).collect();
        lost.sort_unstable();
        lost.dedup();
        lost.into_iter().map(|at| self.column(at)).collect()
    }

    /// The event times, if none of them is among `columns`. Of several, each may be missing in some rows, and the windows that all rows have say one.
    fn lost_times(&self, columns: &[(String, Expr)]) -> Vec<(String, Expr)> {
        let times = &self.event_times;
        if times.iter().any(|time| has_column(columns, *time)) {
            return Vec::new();
        }
        match self.windows.first().filter(|_| times.len() != 1 && !self.plan.retracts()) {
            Some(window) => vec![("window_time".to_owned(), self.time_of(window))],
            None => times.iter().map(|time| self.column(*time)).collect(),
        }
    }

    fn time_of(&self, window: &WindowColumns) -> Expr {
        let (_, end) = self.column(window.bounds.1);
        let (data_type, millisecond) = (end.data_type(), Value::Int(MILLISECOND));
        let millisecond = Expr::Literal { value: millisecond, data_type: DataType::IntervalDay };
        Expr::Binary { op: BinaryOp::Subtract, left: Box::new(end), right: Box::new(millisecond), data_type }
    }

    fn column(&self, at: usize) -> (String, Expr) {
        let field = &self.plan.schema().fields[at];
        (field.name.clone(), Expr::column(at, field.data_type.clone()))
    }

    /// Without columns that have no name.
    #[must_use]
    pub fn named(self) -> Self {
        self.keeping(|_, field| !field.is_unnamed())
    }

    /// How many columns have names: the first ones.
    pub fn width(&self) -> usize {
        self.fields.iter().filter(|field| !field.is_unnamed()).count()
    }

    /// The columns for which `keep` holds.
    #[must_use]
    pub fn keeping(mut self, keep: impl Fn(usize, &ScopeField) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.fields.len()).filter(|at| keep(*at, &self.fields[*at])).collect();
        if kept.len() == self.fields.len() {
            return self;
        }
        let (identity, plan) = (self.plan.identity(), std::mem::replace(&mut self.plan, Plan::empty()));
        self.plan = plan.projected(kept.iter().map(|at| (self.fields[*at].name.clone(), identity[*at].clone())).collect());
        let place = |column: usize| kept.iter().position(|at| *at == column);
        self.event_times = self.event_times.iter().filter_map(|time| place(*time)).collect();
        self.windows = self.windows.iter().filter_map(|window| window.moved(place)).collect();
        self.fields = kept.iter().map(|at| self.fields[*at].clone()).collect();
        self
    }
}

/// Whether a column stands among others as it is.
fn has_column(columns: &[(String, Expr)], column: usize) -> bool {
    columns.iter().any(|(_, e)| matches!(e, Expr::Column { index, .. } if *index == column))
}

/// Sides of a UNION ALL, each with what all of them know of time and some of them do not show, in the same places.
pub fn aligned(sides: Vec<Relation>) -> Vec<Relation> {
    let width = sides[0].width();
    if sides.iter().any(|side| side.width() != width) {
        return sides.into_iter().map(Relation::named).collect();
    }
    let carried = carried_by_all(&sides, width);
    let with_carried = |(side, carried): (Relation, Vec<usize>)| {
        if carried.is_empty() {
            return side.named();
        }
        let identity = side.plan.identity();
        let columns = (0..width).chain(carried).map(|at| (side.fields[at].name.clone(), identity[at].clone())).collect();
        side.projected(columns).naming(width)
    };
    sides.into_iter().zip(carried).map(with_carried).collect()
}

/// Columns of each side that stand for the same, those of the first `width` being shown: bounds of windows, and an event time.
fn carried_by_all(sides: &[Relation], width: usize) -> Vec<Vec<usize>> {
    let mut carried = vec![Vec::new(); sides.len()];
    let mut add = |columns: Vec<usize>| {
        let data_type = |(side, column): (&Relation, &usize)| side.fields[*column].data_type.clone();
        let mut types = sides.iter().zip(&columns).map(data_type);
        let first = types.next();
        if types.all(|other| Some(other) == first) {
            carried.iter_mut().zip(columns).for_each(|(carried, column)| carried.push(column));
        }
    };
    for window in &sides[0].windows {
        let shown = shown_of(window, width);
        let same = |side: &Relation| side.windows.iter().copied().find(|other| shown_of(other, width) == shown);
        let same: Option<Vec<WindowColumns>> = sides.iter().map(same).collect();
        let Some(same) = same.filter(|_| shown != [None; 3]) else { continue };
        let bounds = [same.iter().map(|window| window.bounds.0).collect(), same.iter().map(|window| window.bounds.1).collect()];
        bounds.into_iter().zip(shown).filter(|(_, shown)| shown.is_none()).for_each(|(bound, _)| add(bound));
    }
    let is_time = |time: &usize| sides.iter().all(|side| side.event_times.contains(time));
    if !(0..width).any(|column| is_time(&column)) {
        let only = |side: &Relation| side.event_times.first().copied().filter(|_| side.event_times.len() == 1);
        sides.iter().map(only).collect::<Option<Vec<usize>>>().into_iter().for_each(add);
    }
    carried
}

/// The bounds and the ROW of a window, as far as they are shown.
fn shown_of(window: &WindowColumns, width: usize) -> [Option<usize>; 3] {
    [Some(window.bounds.0), Some(window.bounds.1), window.row].map(|column| column.filter(|column| *column < width))
}
