//! Rows that were taken out of the stream: every one counted, the first ones kept to be shown, limits enforced. Row road, cold.

use std::sync::Arc;

use super::control::Control;
use crate::error::{Error, Result, printable};
use crate::format::BadRecord;
use crate::operator::AsideRow;
use crate::plan::physical::{NodeKind, OnError, PhysicalPlan};

/// A set-aside row that is kept to be shown.
#[derive(Debug, Clone)]
pub struct ShownRow {
    /// Table it came from.
    pub table: String,
    /// Where in the input, if that is known: `line 12, byte 340`.
    pub place: Option<String>,
    /// Why.
    pub reason: String,
    /// The row or record as text, cut.
    pub text: String,
}

impl ShownRow {
    /// The row in one line, fit for a terminal: table, place, reason, content.
    pub fn line(&self) -> String {
        let place = self.place.as_ref().map_or_else(String::new, |p| format!(", {p}"));
        let line = format!("table '{}'{place}: {}: {}", self.table, self.reason, self.text.trim_end());
        printable(&line).replace('\n', "\\n")
    }
}

/// The set-aside rows of one shard.
pub struct Aside {
    control: Arc<Control>,
    scans: Vec<Option<ScanLimits>>,
    /// The first ones, `shown_max` at the most.
    pub shown: Vec<ShownRow>,
    shown_max: usize,
    /// All of them.
    pub count: u64,
}

struct ScanLimits {
    table: String,
    on_error: OnError,
    errors_max: Option<u64>,
}

impl Aside {
    /// For the scans of this plan; the first `shown_max` rows are kept to be shown.
    pub fn new(plan: &PhysicalPlan, control: Arc<Control>, shown_max: usize) -> Self {
        let limits = |kind: &NodeKind| match kind {
            NodeKind::Scan(s) => Some(ScanLimits { table: s.table.clone(), on_error: s.on_error, errors_max: s.errors_max }),
            _ => None,
        };
        Self { control, scans: plan.nodes.iter().map(|n| limits(&n.kind)).collect(), shown: Vec::new(), shown_max, count: 0 }
    }

    /// Takes records that could not be read by the scan `origin`.
    #[cold]
    pub fn bad_records(&mut self, origin: usize, records: Vec<BadRecord>) -> Result<()> {
        let count = records.len() as u64;
        let first = records.first().map(|r| format!("line {}, byte {}: {}", r.line, r.offset, r.reason)).unwrap_or_default();
        for record in records {
            let place = Some(format!("line {}, byte {}", record.line, record.offset));
            self.show(origin, place, record.reason.into_owned(), String::from_utf8_lossy(&record.bytes).into_owned());
        }
        self.enforce(Some(origin), count, &first)
    }

    /// Takes rows that failed in an operator fed by the scan `origin`.
    #[cold]
    pub fn rows(&mut self, origin: Option<usize>, rows: Vec<AsideRow>) -> Result<()> {
        let count = rows.len() as u64;
        let first = rows.first().map(|r| format!("{}: {}", r.reason, r.text)).unwrap_or_default();
        for row in rows {
            self.show(origin.unwrap_or(usize::MAX), None, row.reason.into_owned(), row.text);
        }
        self.enforce(origin, count, &first)
    }

    fn show(&mut self, origin: usize, place: Option<String>, reason: String, text: String) {
        if self.shown.len() < self.shown_max {
            let table = self.scans.get(origin).and_then(Option::as_ref).map_or_else(String::new, |s| s.table.clone());
            self.shown.push(ShownRow { table, place, reason, text });
        }
    }

    fn enforce(&mut self, origin: Option<usize>, count: u64, first: &str) -> Result<()> {
        self.count += count;
        let Some((scan, limits)) = origin.and_then(|o| self.scans[o].as_ref().map(|l| (o, l))) else { return Ok(()) };
        let total = self.control.count_aside(scan, count);
        if limits.on_error == OnError::Fail {
            return Err(Error::data(format!("table '{}': {first}", limits.table))
                .hint("the table says 'on.error' = 'fail'; with 'set-aside' such rows are counted and left out"));
        }
        match limits.errors_max {
            Some(max) if total > max => Err(Error::data(format!(
                "table '{}': {total} rows set aside, more than 'max.errors' = {max}; the last: {first}",
                limits.table
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_stranger_do_not_steer_the_terminal() {
        let row = ShownRow {
            table: "t".into(),
            place: Some("line 2, byte 9".into()),
            reason: "field 'x' is '\u{9b}'".into(),
            text: "a\u{1b}[2J\0\u{7f}\nb \u{e9}\r\n".into(),
        };
        assert_eq!(row.line(), r"table 't', line 2, byte 9: field 'x' is '\u{9b}': a\u{1b}[2J\u{0}\u{7f}\nb é");
    }
}
