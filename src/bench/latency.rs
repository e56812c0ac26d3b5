//! Latencies at a fixed offered rate, from the moment at which each row was meant to be sent: in process, and over loopback TCP.
//!
//! The load does not wait for the engine (open loop), so that a stall is seen by every row that was due during it. Beside each
//! figure stands what the host itself did to a thread that only slept, in the same run.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::job::settings;
use super::whole::{driver_name, drivers};
use super::{Figure, Options, Show};
use crate::config::{Driver, Idle, JobConfig};
use crate::engine::{self, Outcome};
use crate::error::{Error, Result};
use crate::metrics::{Curve, LatencyHistogram, Panel, Published, Stage, StallMeter, Watch};
use crate::plan::{Connectors, Planned, Script, plan};
use crate::shard::control::{Control, Phase};
use crate::sink::{self, Sink};
use crate::source::{self, Source};
use crate::sys::affinity;
use crate::types::{Nanos, TableDef};

/// Records of a measurement at `RECORDS_RATE` unless asked otherwise; at other rates as many as take the same time.
pub const RECORDS: usize = 200_000;

/// Rows a second at which the number of records is meant.
const RECORDS_RATE: u64 = 100_000;

/// Rows a second that are offered unless asked otherwise, one after the other as long as the host keeps up.
pub const RATES: [u64; 5] = [10_000, 30_000, 100_000, 300_000, 1_000_000];

/// Rows a second at which the ways to wait are compared.
const WAITING_RATES: [u64; 2] = [1_000, 50_000];

/// A host that keeps up is done within the time that the rate means, this share of it and `LATE` more.
const LATE_SHARE: u64 = 20;

/// See `LATE_SHARE`.
const LATE: Duration = Duration::from_millis(50);

/// How long a peer may be silent before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// What may be lost to the host and to the network's own way, above the host's stalls.
const TCP_ALLOWANCE_NS: f64 = 100_000.0;

/// Measures every query at every rate that the host keeps up with, then every way to wait for a socket. Gives the curves.
pub fn figures(options: &Options, rates: &[u64], show: Show<'_>) -> Result<Vec<Panel>> {
    let window =
        |kind: &str| format!("SELECT k, window_start, COUNT(*) AS n FROM TABLE({kind}) GROUP BY k, window_start, window_end");
    let queries = [
        ("filter", "SELECT k, v FROM readings WHERE v > 50".to_owned()),
        ("tumbling 100 ms", window("TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '0.1' SECOND)")),
        ("hopping 100 ms every 50", window("HOP(TABLE readings, DESCRIPTOR(ts), INTERVAL '0.05' SECOND, INTERVAL '0.1' SECOND)")),
    ];
    let mut panels = Vec::new();
    for (name, sql) in &queries {
        panels.push(ladder(&format!("in process, {name}"), rates, show, |rate| in_process(options, rate, sql))?);
    }
    let Some(cores) = options.cores.get(..2) else { return Ok(panels) };
    let driver = drivers(1)[0];
    let title = format!("loopback TCP, filter, {}, spin", driver_name(driver));
    panels.push(ladder(&title, rates, show, |rate| over_tcp(options, cores, rate, driver, Idle::Spin))?);
    for rate in WAITING_RATES {
        let (mut panel, mut host) =
            (Panel { title: format!("loopback TCP, filter, {rate} rows/s"), curves: Vec::new() }, LatencyHistogram::new());
        for driver in drivers(1) {
            for (idle, name) in [(Idle::Spin, "spin"), (Idle::Backoff, "backoff"), (Idle::Park, "park")] {
                let seen = over_tcp(options, cores, rate, driver, idle)?;
                let name = format!("{}, {name}", driver_name(driver));
                percentiles(&format!("{}, {name}", panel.title), &seen, show);
                panel.curves.push(Curve::of(name, &seen.latencies));
                host.merge(&seen.stalls);
            }
        }
        panel.curves.push(Curve::of(HOST, &host));
        panels.push(panel);
    }
    gate(options, show)?;
    Ok(panels)
}

/// Name of the curve of what no engine could have avoided.
const HOST: &str = "host stalls";

/// Up the rates until the host does not keep up; says so where it does not.
fn ladder(name: &str, rates: &[u64], show: Show<'_>, mut measure: impl FnMut(u64) -> Result<Seen>) -> Result<Panel> {
    let (mut curves, mut host) = (Vec::new(), LatencyHistogram::new());
    for rate in rates {
        let seen = measure(*rate)?;
        host.merge(&seen.stalls);
        if !seen.kept_up(*rate) {
            let done = seen.rows as f64 * 1e9 / seen.elapsed_ns.max(1) as f64;
            show(Figure::new(format!("{name}, {rate} rows/s: the host does not keep up, it does"), done, "rows/s"));
            break;
        }
        percentiles(&format!("{name}, {rate} rows/s"), &seen, show);
        curves.push(Curve::of(format!("{rate} rows/s"), &seen.latencies));
    }
    curves.push(Curve::of(HOST, &host));
    Ok(Panel { title: name.to_owned(), curves })
}

/// The limit: a filter over loopback TCP at 100,000 rows a second. Needs two cores: one for the shard, one for its peer.
pub fn gate(options: &Options, show: Show<'_>) -> Result<()> {
    let Some(cores) = options.cores.get(..2) else { return Ok(()) };
    let seen = over_tcp(options, cores, 100_000, drivers(1)[0], Idle::Spin)?;
    let limit = seen.stalls.quantile(0.999) as f64 + TCP_ALLOWANCE_NS;
    let p999 = seen.latencies.quantile(0.999) as f64;
    show(Figure::new("filter over loopback TCP, 100 k rows/s, p99.9", p999, "ns").at_most(limit));
    Ok(())
}

/// What a run saw.
struct Seen {
    latencies: LatencyHistogram,
    /// Of the host itself, at the same time.
    stalls: LatencyHistogram,
    rows: u64,
    /// From the first row offered to the last one done.
    elapsed_ns: Nanos,
}

impl Seen {
    /// Whether all rows were done about when the last one was due.
    fn kept_up(&self, rate: u64) -> bool {
        let due = (u128::from(self.rows) * 1_000_000_000 / u128::from(rate)) as Nanos;
        self.elapsed_ns <= due + due / LATE_SHARE + LATE.as_nanos() as Nanos
    }
}

fn percentiles(name: &str, seen: &Seen, show: Show<'_>) {
    for (label, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999), ("max", 1.0)] {
        show(Figure::new(format!("{name}, {label}"), seen.latencies.quantile(quantile) as f64, "ns"));
    }
    show(Figure::new(format!("{name}, {HOST} p99.9"), seen.stalls.quantile(0.999) as f64, "ns"));
}

/// The built-in connectors; keeps the source to ask for its address, forgets what a bare SELECT gives.
#[derive(Default)]
struct Live {
    source: Mutex<Option<Arc<dyn Source>>>,
}

impl Connectors for Live {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        let source = source::create(table)?;
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = Some(source.clone());
        Ok(source)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        sink::create(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(sink::nowhere())
    }
}

fn planned(live: &Live, text: String) -> Result<Planned> {
    plan(&[Script { text, file: "bench".to_owned() }], &[], live)
}

fn run(planned: &Planned, config: &JobConfig, cores: &[usize], control: &Arc<Control>) -> Result<Outcome> {
    engine::run(&planned.plan, config, cores, control, &Published::new(cores.len()))
}

/// Rows of a measurement at this rate: about as long for all.
fn rows_at(options: &Options, rate: u64) -> u64 {
    (options.records as u64).saturating_mul(rate).div_ceil(RECORDS_RATE).max(100)
}

/// From the intended time of a row to the hand-over to a sink that forgets.
fn in_process(options: &Options, rate: u64, sql: &str) -> Result<Seen> {
    let rows = rows_at(options, rate);
    let text = format!(
        "CREATE TABLE readings (k INT, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (
            'connector' = 'datagen', 'seed' = '1', 'number-of-rows' = '{rows}', 'rows-per-second' = '{rate}',
            'fields.k.min' = '1', 'fields.k.max' = '10000', 'fields.v.min' = '0', 'fields.v.max' = '100'); {sql};"
    );
    let planned = planned(&Live::default(), text)?;
    let config = settings(drivers(options.cores.len())[0], 1024);
    let control = Control::new(options.cores.len(), planned.plan.nodes.len())?;
    let stalls = StallMeter::start(Watch::Sleep)?;
    let outcome = run(&planned, &config, &options.cores, &control)?;
    let mut latencies = LatencyHistogram::new();
    outcome.shards.iter().for_each(|shard| latencies.merge(&shard.total(Stage::EndToEnd)));
    Ok(Seen { latencies, stalls: stalls.stop(), rows, elapsed_ns: outcome.elapsed_ns })
}

/// From the intended time of sending to the answer, through a job on the first core; the peer runs on the second.
fn over_tcp(options: &Options, cores: &[usize], rate: u64, driver: Driver, idle: Idle) -> Result<Seen> {
    let rows = rows_at(options, rate);
    let failed = |e| Error::io("the peer of the bench", e);
    let answers = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let text = format!(
        "CREATE TABLE sent (id BIGINT, due BIGINT) WITH ('connector' = 'tcp', 'format' = 'csv', 'listen' = '127.0.0.1:0',
            'tcp.end-after-connections' = '1');
         CREATE TABLE answered (id BIGINT, due BIGINT) WITH ('connector' = 'tcp', 'format' = 'csv', 'connect' = '{}');
         INSERT INTO answered SELECT id, due FROM sent WHERE id >= 0;",
        answers.local_addr().map_err(failed)?
    );
    let live = Live::default();
    let planned = planned(&live, text)?;
    let config = JobConfig { idle, ..settings(driver, 1024) };
    let control = Control::new(1, planned.plan.nodes.len())?;
    let source = live.source.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let source = source.ok_or_else(|| Error::internal("the bench's query reads nothing"))?;
    let stalls = StallMeter::start(Watch::Sleep)?;
    let (latencies, elapsed_ns) = std::thread::scope(|scope| {
        let peer = scope.spawn(|| {
            affinity::pin_to(cores[1])?;
            let talked = Peer::meet(&source, &answers).and_then(|peer| peer.talk(rows, rate)).map_err(failed);
            if talked.is_err() {
                control.advance(Phase::Abort);
            }
            talked
        });
        let ended = run(&planned, &config, &cores[..1], &control);
        let talked = peer.join().unwrap_or_else(|_| Err(Error::internal("the peer of the bench panicked")));
        ended.and(talked)
    })?;
    Ok(Seen { latencies, stalls: stalls.stop(), rows, elapsed_ns })
}

/// Sends rows when they are due and takes the answers, on one thread that never waits.
struct Peer {
    out: TcpStream,
    back: TcpStream,
}

impl Peer {
    /// Waits until the job runs: a row sent ahead has been answered. Before that, rows would wait for threads and executors to start.
    fn meet(source: &Arc<dyn Source>, answers: &TcpListener) -> std::io::Result<Self> {
        let (mut back, _) = answers.accept()?;
        let mut out = TcpStream::connect(address(source)?)?;
        out.set_nodelay(true)?;
        out.write_all(b"0,0\n")?;
        back.set_read_timeout(Some(PATIENCE))?;
        let mut byte = [0];
        while byte != *b"\n" {
            back.read_exact(&mut byte)?;
        }
        out.set_nonblocking(true)?;
        back.set_nonblocking(true)?;
        Ok(Self { out, back })
    }

    /// Offers so many rows at this rate; gives what their answers took, and all of it together.
    fn talk(mut self, rows: u64, rate: u64) -> std::io::Result<(LatencyHistogram, Nanos)> {
        let (mut seen, start) = (LatencyHistogram::new(), Instant::now());
        let (mut unsent, mut unread, mut buffer) = (Vec::new(), Vec::new(), vec![0; 1 << 16]);
        let (mut made, mut answered, mut last) = (0u64, 0u64, Instant::now());
        while answered < rows {
            let now = start.elapsed().as_nanos() as Nanos;
            while made < rows && made * 1_000_000_000 / rate <= now {
                writeln!(unsent, "{made},{}", made * 1_000_000_000 / rate)?;
                made += 1;
            }
            match self.out.write(&unsent) {
                Ok(written) => drop(unsent.drain(..written)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
            match self.back.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    unread.extend_from_slice(&buffer[..read]);
                    answered += take_answers(&mut unread, start.elapsed().as_nanos() as Nanos, &mut seen);
                    last = Instant::now();
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock && last.elapsed() < PATIENCE => {}
                Err(e) => return Err(e),
            }
        }
        Ok((seen, start.elapsed().as_nanos() as Nanos))
    }
}

fn address(source: &Arc<dyn Source>) -> std::io::Result<SocketAddr> {
    source.listen_address().ok_or_else(|| ErrorKind::NotConnected.into())
}

/// Records whole lines `id,due` and leaves the rest; gives how many there were.
fn take_answers(unread: &mut Vec<u8>, now: Nanos, seen: &mut LatencyHistogram) -> u64 {
    let mut taken = 0;
    let whole = unread.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    for line in unread[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let due = line.rsplit(|byte| *byte == b',').next().and_then(|text| std::str::from_utf8(text).ok()?.trim().parse().ok());
        seen.record_n(now.saturating_sub(due.unwrap_or(0)), 1);
        taken += 1;
    }
    unread.drain(..whole);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ladder_ends_where_the_host_does_not_keep_up() {
        let seen = |rate: u64| {
            let mut latencies = LatencyHistogram::new();
            latencies.record_n(rate, 10);
            // Ten seconds of rows; from 30,000 rows a second on they take twice as long.
            let elapsed_ns = if rate < 30_000 { 10_100_000_000 } else { 20_000_000_000 };
            Ok(Seen { stalls: latencies.clone(), latencies, rows: rate * 10, elapsed_ns })
        };
        let mut shown = Vec::new();
        let panel = ladder("a job", &[10_000, 30_000, 100_000], &mut |figure| shown.push(figure), seen).expect("measured");
        assert_eq!(panel.curves.len(), 2, "one rate and the host");
        let last = shown.last().expect("figures");
        assert_eq!((last.name.as_str(), last.value), ("a job, 30000 rows/s: the host does not keep up, it does", 15_000.0));
        assert_eq!(shown.len(), 8);
    }

    #[test]
    fn answers_are_taken_line_by_line_and_a_half_line_waits() {
        let (mut unread, mut seen) = (b"1,100\n2,200\n3,3".to_vec(), LatencyHistogram::new());
        assert_eq!(take_answers(&mut unread, 300, &mut seen), 2);
        assert_eq!((unread.as_slice(), seen.count(), seen.quantile(0.0), seen.max()), (&b"3,3"[..], 2, 100, 200));
    }
}
