//! A compiled query called directly on batches: no shard, no clock, no sink.

use std::hint::black_box;
use std::time::Instant;

use super::job::Query;
use crate::batch::{Batch, Watermark};
use crate::compile::{Role, compile};
use crate::error::{Error, Result};
use crate::operator::{Operator, Output, Progress, ScanRows};
use crate::types::{EventTime, Nanos};

/// Takes the batches that come out.
pub type Take<'t> = &'t mut dyn FnMut(&Batch) -> Result<()>;

/// The operators of a query without branches, in order.
pub struct Direct {
    scan: ScanRows,
    watermark: EventTime,
    operators: Vec<Box<dyn Operator>>,
    outputs: Vec<Output>,
    rows: u64,
}

impl Direct {
    /// Compiles it.
    pub fn new(query: &Query) -> Result<Self> {
        let (mut scan, mut operators) = (None, Vec::<Box<dyn Operator>>::new());
        for node in compile(&query.planned().plan, 0, 1)?.nodes {
            match node.role {
                Role::Scan(program) => scan = Some(program.rows),
                Role::Operator(operator) => operators.push(operator),
                Role::Exchange { .. } | Role::Sink { .. } => {}
                Role::Union => return Err(Error::internal("a query with branches is not called directly")),
            }
        }
        let scan = scan.ok_or_else(|| Error::internal("a query without a scan is not called directly"))?;
        let outputs = operators.iter().map(|_| Output::default()).collect();
        Ok(Self { scan, watermark: EventTime::MIN, operators, outputs, rows: 0 })
    }

    /// Runs batches through to the end of input; gives the time and the number of rows that came out.
    pub fn time(&mut self, batches: Vec<Batch>) -> Result<(Nanos, u64)> {
        self.run(batches, &mut |batch| {
            black_box(batch);
            Ok(())
        })
    }

    /// As `time`, and gives away what came out.
    pub fn run(&mut self, batches: Vec<Batch>, take: Take<'_>) -> Result<(Nanos, u64)> {
        self.rows = 0;
        let began = Instant::now();
        for batch in batches {
            let mut scanned = Output::default();
            let before = self.watermark;
            if let Some(batch) = self.scan.process(batch, 0, None, &mut self.watermark, &mut scanned)? {
                self.feed(0, batch, take)?;
            }
            if self.watermark > before {
                self.advance(Watermark { time: self.watermark, stamp: 0 }, take)?;
            }
        }
        self.advance(Watermark::MAX, take)?;
        Ok((began.elapsed().as_nanos() as Nanos, self.rows))
    }

    fn advance(&mut self, watermark: Watermark, take: Take<'_>) -> Result<()> {
        for at in 0..self.operators.len() {
            while self.operators[at].watermark(watermark, &mut self.outputs[at])? == Progress::More {
                self.pass_on(at, take)?;
            }
            self.pass_on(at, take)?;
        }
        Ok(())
    }

    fn feed(&mut self, at: usize, batch: Batch, take: Take<'_>) -> Result<()> {
        let Some(operator) = self.operators.get_mut(at) else {
            self.rows += batch.rows() as u64;
            return take(&batch);
        };
        operator.process(batch, &mut self.outputs[at])?;
        self.pass_on(at, take)
    }

    fn pass_on(&mut self, at: usize, take: Take<'_>) -> Result<()> {
        let mut batches = std::mem::take(&mut self.outputs[at].batches);
        for batch in batches.drain(..) {
            self.feed(at + 1, batch, take)?;
        }
        self.outputs[at].batches = batches;
        Ok(())
    }
}
