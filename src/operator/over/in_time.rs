//! Which rows are late for an operator that takes them in event time. Row road.
//!
//! A row before the watermark of its own split is late; those with the very time of the watermark are not, so that rows of one time are taken
//! together.

use crate::batch::order::span;
use crate::batch::{Batch, Column, Selection, Values};
use crate::error::Result;
use crate::operator::{Output, set_aside};
use crate::types::relation::OnError;
use crate::types::{DataType, EventTime};

/// The columns by which rows wait.
#[derive(Debug, Clone, Copy)]
pub struct TimeColumns {
    /// Event time.
    pub time: usize,
    /// Hidden last column with the watermark of the row's split; it is not given out.
    pub split_watermark: Option<usize>,
}

/// Rows that are not late and have a time, without the hidden column; the others are given out as late or go aside. Hot: once per batch.
pub fn in_time(
    batch: Batch,
    time: TimeColumns,
    watermark: EventTime,
    shape: (&[DataType], OnError),
    out: &mut Output,
) -> Result<Batch> {
    let mut batch = sound(batch, time, watermark, shape, out)?;
    if time.split_watermark.is_some() {
        batch.columns.pop();
    }
    Ok(batch)
}

fn sound(
    batch: Batch,
    time: TimeColumns,
    watermark: EventTime,
    (types, on_error): (&[DataType], OnError),
    out: &mut Output,
) -> Result<Batch> {
    let times = &batch.columns[time.time];
    let Values::I64(values) = &times.values else { return Ok(batch) };
    let marks = time.split_watermark.map(|column| &batch.columns[column]);
    let passed = |row: usize| match marks.map(|marks| (&marks.values, marks.is_null(row))) {
        Some((Values::I64(marks), false)) => marks[row].max(watermark),
        _ => watermark,
    };
    if are_in_time(times, marks, watermark) {
        return Ok(batch);
    }
    let all = Selection::All(batch.rows());
    let is_sound = |row: usize| !times.is_null(row) && values[row] >= passed(row);
    for row in all.iter().filter(|row| times.is_null(*row)) {
        set_aside(&batch, row, types, "event time is NULL", on_error, out)?;
    }
    let late = all.filter(|row| !times.is_null(row) && values[row] < passed(row));
    out.give_late(0, &batch, &late);
    Ok(batch.gather(&all.filter(is_sound)))
}

/// Whether all rows are seen to have a time that neither the watermark nor that of their split has passed. Hot: once per batch.
fn are_in_time(times: &Column, marks: Option<&Column>, watermark: EventTime) -> bool {
    let Column { values: Values::I64(times), validity: None } = times else { return false };
    let own = match marks {
        None => true,
        Some(Column { values: Values::I64(marks), validity: None }) => {
            times.iter().zip(marks).fold(true, |all, (time, mark)| all & (time >= mark))
        }
        Some(_) => false,
    };
    own && span(times).0 >= watermark
}
