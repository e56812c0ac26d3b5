//! A split that falls silent beside a busy one does not hold event time back.

use std::sync::Arc;
use std::time::Duration;

use corelane::batch::{Column, Values};
use corelane::config::{Driver, Histograms, JobConfig, Pinning};
use corelane::engine;
use corelane::error::Result;
use corelane::format::Decoded;
use corelane::metrics::Published;
use corelane::plan::{Connectors, Script, plan};
use corelane::shard::control::{Control, Phase};
use corelane::sink::Sink;
use corelane::sink::memory::MemorySink;
use corelane::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use corelane::types::{Nanos, TableDef};

/// Two splits: the first gives a row at every poll, a second of event time later each; the second gave one at the beginning.
#[derive(Debug)]
struct Lopsided;

impl Source for Lopsided {
    fn describe(&self) -> String {
        "lopsided".to_owned()
    }
    fn boundedness(&self) -> Boundedness {
        Boundedness::Unbounded
    }
    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }
    fn open(&self, _shard: usize, _shards: usize, _projection: &Projection) -> Result<Box<dyn Reader>> {
        Ok(Box::new(LopsidedReader { polls: 0, stopped: false }))
    }
}

struct LopsidedReader {
    polls: i64,
    stopped: bool,
}

impl Reader for LopsidedReader {
    fn splits(&self) -> usize {
        2
    }
    fn looks_at_all(&self) -> bool {
        true
    }
    fn poll(&mut self, now: Nanos, _rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if self.stopped {
            return Ok(Polled::End);
        }
        let split = usize::from(self.polls == 0);
        into.columns = vec![Column::from_values(Values::I64(vec![self.polls * 1_000_000_000]))];
        into.rows = 1;
        self.polls += 1;
        Ok(Polled::Rows { split, stamp: now })
    }
    fn stop(&mut self) {
        self.stopped = true;
    }
}

struct Here(Arc<dyn Sink>);

impl Connectors for Here {
    fn source(&self, _table: &TableDef) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(Lopsided))
    }
    fn sink(&self, _table: &TableDef) -> Result<Arc<dyn Sink>> {
        Ok(self.0.clone())
    }
    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.0.clone())
    }
}

#[test]
fn silent_split_beside_a_busy_one_is_left_out_after_the_timeout() {
    let text = "CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('scan.watermark.idle-timeout' = '5ms');
        SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY window_start, window_end;";
    let (sink, written) = MemorySink::new();
    let script = Script { text: text.to_owned(), file: "idle.sql".to_owned() };
    let planned = plan(&[script], &[], &Here(sink)).expect("plan");
    let config =
        JobConfig { pinning: Pinning::Free, driver: Driver::Thread, histograms: Histograms::Off, ..JobConfig::default() };
    let control = Control::new(1, planned.plan.nodes.len()).expect("control");
    std::thread::scope(|scope| {
        let job = scope.spawn(|| engine::run(&planned.plan, &config, &[0], &control, &Published::new(1)));
        // The source never ends and its reader never pauses: a window can only come because the silent split was left out.
        let first = written.recv_timeout(Duration::from_secs(20));
        control.advance(Phase::Drain);
        job.join().expect("no panic").expect("runs");
        assert!(first.is_ok(), "no window was closed while the busy split went on");
    });
}
