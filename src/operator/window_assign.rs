//! Appends window_start, window_end and window_time; a row comes out once for each of its windows.

use super::{Operator, Output, set_aside};
use crate::batch::{Batch, Column, Selection, Values};
use crate::error::Result;
use crate::types::DataType;
use crate::types::relation::{OnError, Window};

/// Nanoseconds between window_time and window_end.
const WINDOW_TIME_GAP: i64 = 1_000_000;

/// First and last start of the windows that hold `time`; `None` if one of them leaves the range of time.
pub(super) fn starts(window: &Window, time: i64) -> Option<(i64, i64)> {
    let last = window.last_start(time)?;
    last.checked_add(window.size())?;
    Some((last.checked_sub(window.size() - window.slide())?, last))
}

/// window_start, window_end and window_time of windows that start at these times.
pub(super) fn window_columns(starts: Vec<i64>, window: &Window) -> [Column; 3] {
    let ends: Vec<i64> = starts.iter().map(|s| s.saturating_add(window.size())).collect();
    let times = ends.iter().map(|e| e.saturating_sub(WINDOW_TIME_GAP)).collect();
    [starts, ends, times].map(|v| Column::from_values(Values::I64(v)))
}

/// Why row `row` belongs to no window, or its first and last start.
fn place(times: &Column, row: usize, window: &Window) -> std::result::Result<(i64, i64), &'static str> {
    match &times.values {
        _ if times.is_null(row) => Err("event time is NULL"),
        Values::I64(v) => starts(window, v[row]).ok_or("event time is out of the range of windows"),
        _ => Err("event time is no timestamp"),
    }
}

/// Assigns rows to windows.
pub struct WindowAssign {
    time_column: usize,
    window: Window,
    on_error: OnError,
    input_types: Vec<DataType>,
}

impl WindowAssign {
    /// By this column of timestamps.
    pub fn new(time_column: usize, window: Window, on_error: OnError, input_types: Vec<DataType>) -> Self {
        Self { time_column, window, on_error, input_types }
    }
}

impl Operator for WindowAssign {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let (mut rows, mut windows) = (Vec::new(), Vec::new());
        for row in 0..batch.rows() {
            match place(&batch.columns[self.time_column], row, &self.window) {
                Err(reason) => set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?,
                Ok((mut start, last)) => {
                    while start <= last {
                        rows.push(row as u32);
                        windows.push(start);
                        start += self.window.slide();
                    }
                }
            }
        }
        let mut result = batch.gather(&Selection::Rows(rows));
        let rows = result.rows();
        let mut columns = std::mem::take(&mut result.columns);
        columns.extend(window_columns(windows, &self.window));
        out.emit(Batch::with_stamps(columns, rows, result.kinds.take(), std::mem::take(&mut result.stamps)));
        Ok(())
    }
}
