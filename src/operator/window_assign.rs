//! Appends window_start, window_end and window_time, or those of them that somebody reads; a row comes out once for each of its windows.

use smallvec::SmallVec;

use super::window_slice::Slice;
use super::{Operator, Output, set_aside};
use crate::batch::order::span;
use crate::batch::{Batch, Column, Selection, Values};
use crate::error::Result;
use crate::types::relation::{Aligned, OnError, WINDOW_TIME_GAP, WindowColumn};
use crate::types::{DataType, EventTime};

/// window_start, window_end and window_time of windows with these bounds.
pub(super) fn window_columns(starts: Vec<EventTime>, ends: Vec<EventTime>) -> impl Iterator<Item = Column> {
    some_window_columns(&WindowColumn::ALL, starts, ends)
}

/// These columns of windows with these bounds.
pub(super) fn some_window_columns(
    wanted: &[WindowColumn],
    starts: Vec<EventTime>,
    ends: Vec<EventTime>,
) -> impl Iterator<Item = Column> {
    wanted.iter().map(move |column| {
        let values = starts.iter().zip(&ends).map(|(start, end)| column.of(*start, *end));
        Column::from_values(Values::I64(values.collect()))
    })
}

impl WindowColumn {
    /// Its value for a window with these bounds.
    fn of(self, start: EventTime, end: EventTime) -> EventTime {
        match self {
            WindowColumn::Start => start,
            WindowColumn::End => end,
            WindowColumn::Time => end.saturating_sub(WINDOW_TIME_GAP),
        }
    }
}

/// Why row `row` has no place in time, or its slice; `last` is that of the row before it.
fn place(times: &Column, row: usize, window: &Aligned, last: Option<Slice>) -> std::result::Result<Slice, &'static str> {
    match (&times.values, last) {
        _ if times.is_null(row) => Err("event time is NULL"),
        (Values::I64(v), Some(last)) if last.holds(v[row]) => Ok(last),
        (Values::I64(v), _) => Slice::of(v[row], window).ok_or("event time is out of the range of windows"),
        _ => Err("event time is no timestamp"),
    }
}

/// Assigns rows to windows.
pub struct WindowAssign {
    time_column: usize,
    window: Aligned,
    columns: Vec<WindowColumn>,
    on_error: OnError,
    input_types: Vec<DataType>,
}

impl WindowAssign {
    /// By this column of timestamps; appends these columns.
    pub fn new(
        time_column: usize,
        window: Aligned,
        columns: Vec<WindowColumn>,
        on_error: OnError,
        input_types: Vec<DataType>,
    ) -> Self {
        Self { time_column, window, columns, on_error, input_types }
    }

    /// The window columns of all rows, if each is in just one window. Hot: once per batch.
    fn one_window_each(&self, times: &Column) -> Option<SmallVec<[Column; 3]>> {
        let Column { values: Values::I64(times), validity: None } = times else { return None };
        let (first, last) = span(times);
        let mut columns: SmallVec<[Vec<EventTime>; 3]> = self.columns.iter().map(|_| Vec::with_capacity(times.len())).collect();
        let mut from = 0;
        while let Some(time) = times.get(from) {
            let (slice, start) = self.only_window(*time)?;
            let is_last = slice.holds(first) && slice.holds(last);
            let next = if is_last { None } else { times[from..].iter().position(|time| !slice.holds(*time)) };
            let end = next.map_or(times.len(), |rows| from + rows);
            for (column, wanted) in columns.iter_mut().zip(&self.columns) {
                column.resize(end, wanted.of(start, slice.pane.last));
            }
            from = end;
        }
        Some(columns.into_iter().map(|column| Column::from_values(Values::I64(column))).collect())
    }

    /// The slice of a time that is in one window only, and the start of that.
    fn only_window(&self, time: EventTime) -> Option<(Slice, EventTime)> {
        let slice = Slice::of(time, &self.window).filter(|slice| slice.pane.first == slice.pane.last)?;
        Some((slice, self.window.start_of(slice.pane.last)?))
    }
}

impl Operator for WindowAssign {
    fn process(&mut self, mut batch: Batch, out: &mut Output) -> Result<()> {
        if let Some(windows) = self.one_window_each(&batch.columns[self.time_column]) {
            batch.columns.extend(windows);
            out.emit(batch);
            return Ok(());
        }
        let (mut rows, mut ends, mut last) = (Vec::new(), Vec::new(), None);
        for row in 0..batch.rows() {
            let slice = place(&batch.columns[self.time_column], row, &self.window, last);
            last = slice.ok().or(last);
            match slice {
                Err(reason) => set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?,
                Ok(Slice { pane, .. }) if pane.is_empty() => out.filtered_rows += 1,
                Ok(Slice { pane, .. }) => {
                    ends.extend(pane.ends(&self.window));
                    rows.resize(ends.len(), row as u32);
                }
            }
        }
        let mut result = batch.gather(&Selection::Rows(rows));
        let rows = result.rows();
        let mut columns = std::mem::take(&mut result.columns);
        let starts = ends.iter().filter_map(|end| self.window.start_of(*end)).collect();
        columns.extend(some_window_columns(&self.columns, starts, ends));
        out.emit(Batch::with_stamps(columns, rows, result.kinds.take(), std::mem::take(&mut result.stamps)));
        Ok(())
    }
}
