//! What a scan does to the rows its reader makes: computed columns, then event time and the watermark of the split. Row road.
//!
//! Not an `Operator`, because it works on behalf of a split whose watermark it moves. Every row carries the watermark that its own split
//! had before it in a hidden last column, if somebody behind asks for it.

use std::borrow::Cow;

use super::{AsideRow, Calc, Operator, Output};
use crate::batch::order::{is_ascending, span};
use crate::batch::{Batch, Column, Selection, Values};
use crate::error::Result;
use crate::expr::{Program, RowErrors};
use crate::types::{DataType, EventTime};

/// Computed columns and event time of one scan on one shard.
pub struct ScanRows {
    /// `None` where the columns read are the columns given out.
    calc: Option<Calc>,
    event_time: Option<EventTimeRows>,
    /// Types of the columns given out, without the hidden one.
    types: Vec<DataType>,
}

/// How rows move the watermark of their split.
pub struct EventTimeRows {
    /// Event-time column of the scan's output, if rows ahead of the clock are looked for.
    pub time_column: Option<usize>,
    /// The watermark a row asks for, over the scan's output columns.
    pub program: Program,
    /// Whether every row is to carry the watermark before it.
    pub emits_split_watermark: bool,
    /// Whether every row is to carry the number of its split behind that: this one for the reader's first.
    pub emits_split: Option<i64>,
}

impl ScanRows {
    /// With output columns of these types.
    pub fn new(calc: Option<Calc>, event_time: Option<EventTimeRows>, types: Vec<DataType>) -> Self {
        Self { calc, event_time, types }
    }

    /// Makes the rows given out of rows read, moves `watermark`, and gives the rows if any are left. Rows whose event time lies
    /// after `latest` go aside. Hot: once per batch.
    pub fn process(
        &mut self,
        batch: Batch,
        split: usize,
        latest: Option<EventTime>,
        watermark: &mut EventTime,
        out: &mut Output,
    ) -> Result<Option<Batch>> {
        let batch = match &mut self.calc {
            None => batch,
            Some(calc) => {
                calc.process(batch, out)?;
                let Some(batch) = out.batches.pop() else { return Ok(None) };
                batch
            }
        };
        let Some(event_time) = &mut self.event_time else { return Ok(Some(batch)) };
        let batch = match latest.zip(event_time.time_column) {
            Some((latest, time_column)) => refuse_future(time_column, &self.types, batch, latest, out),
            None => batch,
        };
        Ok(Some(event_time.advance(batch, split, watermark)))
    }
}

impl EventTimeRows {
    /// Moves the watermark row by row and adds the hidden column where it is asked for.
    fn advance(&mut self, mut batch: Batch, split: usize, watermark: &mut EventTime) -> Batch {
        let per_row = match self.program.as_column() {
            Some(column) => advance(Cow::Borrowed(&batch.columns[column]), watermark, self.emits_split_watermark),
            None => {
                let mut errors = RowErrors::default();
                let mut wanted = self.program.evaluate(&batch, &Selection::All(batch.rows()), &mut errors);
                // A watermark that cannot be computed moves nothing; the row itself is sound.
                errors.take().iter().for_each(|failed| wanted.set_null(failed.row as usize));
                advance(Cow::Owned(wanted), watermark, self.emits_split_watermark)
            }
        };
        batch.columns.extend(per_row);
        let number = self.emits_split.map(|first| vec![first + split as i64; batch.rows()]);
        batch.columns.extend(number.map(|numbers| Column::from_values(Values::I64(numbers))));
        batch
    }
}

/// Sets rows aside whose event time lies too far ahead of the clock, so that one bad clock cannot close every window.
fn refuse_future(time_column: usize, types: &[DataType], batch: Batch, latest: EventTime, out: &mut Output) -> Batch {
    let column = &batch.columns[time_column];
    let Values::I64(times) = &column.values else { return batch };
    if times.iter().all(|t| *t <= latest) {
        return batch;
    }
    let is_ahead = |row: usize| !column.is_null(row) && times[row] > latest;
    let all = Selection::All(batch.rows());
    for row in all.iter().filter(|row| is_ahead(*row)) {
        out.aside.push(AsideRow {
            reason: "event time lies further ahead of the clock than 'watermark.max-ahead' allows".into(),
            text: crate::batch::text::row_text(&batch, row, types),
        });
    }
    batch.gather(&all.filter(|row| !is_ahead(row)))
}

/// So many times are copied at once: 2 KB, which glibc copies by vector instructions. More it copies by `rep movsb`, which AMD Zen 3 and Zen 4 do
/// some 30 times slower where the target lies up to 31 bytes behind the source within their pages, as here (glibc bug 30994, in versions before 2.40).
const COPIED_AT_ONCE: usize = 256;

/// Raises `watermark` to the greatest wanted so far; gives what it was before each row where asked. Hot: once per
/// row.
fn advance(wanted: Cow<'_, Column>, watermark: &mut EventTime, per_row: bool) -> Option<Column> {
    let Values::I64(times) = &wanted.values else { return None };
    let mut running = *watermark;
    if !per_row && wanted.validity.is_none() {
        *watermark = running.max(span(times).1);
        return None;
    }
    // Most splits bring their rows in order: then what a row wants is what the next one is given.
    if wanted.validity.is_none()
        && let [most @ .., last] = times.as_slice()
        && times[0] >= running
        && is_ascending(times)
    {
        *watermark = *last;
        let mut rows = Vec::with_capacity(times.len());
        rows.push(running);
        most.chunks(COPIED_AT_ONCE).for_each(|part| rows.extend_from_slice(part));
        return Some(Column::from_values(Values::I64(rows)));
    }
    let raised = |(row, time): (usize, &EventTime)| {
        let before = running;
        if !wanted.is_null(row) {
            running = before.max(*time);
        }
        before
    };
    let rows: Vec<EventTime> = times.iter().enumerate().map(raised).collect();
    *watermark = running;
    per_row.then(|| Column::from_values(Values::I64(rows)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The watermark before each row and after the last, by the loop that says what is meant.
    fn naive(wanted: &[Option<EventTime>], before: EventTime) -> Vec<EventTime> {
        let known = |upto: usize| wanted[..upto].iter().flatten().copied().chain([before]).max();
        (0..=wanted.len()).filter_map(known).collect()
    }

    fn check(wanted: &[Option<EventTime>], before: EventTime) {
        let mut column = Column::from_values(Values::I64(wanted.iter().map(|time| time.unwrap_or(i64::MAX)).collect()));
        (0..wanted.len()).filter(|row| wanted[*row].is_none()).for_each(|row| column.set_null(row));
        let mut rows = naive(wanted, before);
        let after = rows.pop().unwrap_or(before);
        for cow in [Cow::Borrowed(&column), Cow::Owned(column.clone())] {
            let mut watermark = before;
            assert!(advance(cow.clone(), &mut watermark, false).is_none());
            assert_eq!(watermark, after, "{wanted:?} from {before}");
            watermark = before;
            let given = advance(cow, &mut watermark, true).unwrap_or_else(|| Column::from_values(Values::I64(Vec::new())));
            assert_eq!((watermark, &given.values), (after, &Values::I64(rows.clone())), "{wanted:?} from {before}");
            assert!(!given.has_nulls());
        }
    }

    #[test]
    fn watermark_of_a_split_is_the_greatest_time_so_far() {
        let mut random = fastrand::Rng::with_seed(17);
        for length in 0..60 {
            let mut times: Vec<Option<EventTime>> = (0..length).map(|_| Some(random.i64(-50..50))).collect();
            for before in [EventTime::MIN, -20, 0, 60] {
                check(&times, before);
                let with_nulls: Vec<_> = times.iter().map(|time| time.filter(|_| random.u8(..3) > 0)).collect();
                check(&with_nulls, before);
            }
            times.sort_unstable();
            [EventTime::MIN, -60, 0].into_iter().for_each(|before| check(&times, before));
        }
    }
}
