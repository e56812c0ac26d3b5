//! What handing a batch to another core costs: the ring of the mesh beside the queues other systems use.
//!
//! Batches go round between two pinned threads: the first writes a column, the second adds it up and sends the batch back. With many
//! under way it is the cost of a hand-over, with one it is how long a hop takes. Glommio's channel is the one thing here that needs
//! glommio; nothing but its measurement may use it.

use std::rc::Rc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use crossbeam_queue::SegQueue;
use glommio::channels::shared_channel;
use glommio::{LocalExecutorBuilder, Placement};

use super::{Figure, Options, Show, Timing, repeat};
use crate::batch::{Batch, Column, Message, Payload, Values};
use crate::error::{Error, Result};
use crate::limits::RING_BATCHES_MAX;
use crate::route::ring::Ring;
use crate::sys::affinity;
use crate::sys::preflight::io_uring_usable;
use crate::types::Nanos;

/// Batches under way where the cost of a hand-over is measured.
const UNDER_WAY: usize = 32;

/// Shows the costs; those between two cores only if there are two.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let rounds = options.records.clamp(100, 200_000);
    same_thread(options, rounds, show)?;
    let &[first, second, ..] = &options.cores[..] else { return Ok(()) };
    let cores = [first, second];
    for rows in [1024, 64, 1] {
        // Fewer rounds of larger batches.
        let rounds = (rounds * 32 / (rows + 32)).max(50);
        for queue in QUEUES {
            let timing = repeat(options.repeat, || go_round(queue, cores, rows, UNDER_WAY, rounds))?;
            show(Figure::per_record(format!("{}, core to core, batches of {rows}", queue.name()), timing, rounds * rows));
        }
        if io_uring_usable(2).is_ok() {
            let timing = repeat(options.repeat, || glommio_round(cores, rows, UNDER_WAY, rounds))?;
            show(Figure::per_record(format!("glommio channel, core to core, batches of {rows}"), timing, rounds * rows));
        }
    }
    let rounds = rounds / 10;
    for queue in QUEUES {
        let timing = repeat(options.repeat, || go_round(queue, cores, 1, 1, rounds))?;
        show(hop(queue.name(), timing, rounds));
    }
    if io_uring_usable(2).is_ok() {
        let timing = repeat(options.repeat, || glommio_round(cores, 1, 1, rounds))?;
        show(hop("glommio channel", timing, rounds));
    }
    Ok(())
}

/// A round is two hops.
fn hop(name: &str, timing: Timing, rounds: usize) -> Figure {
    let ns = |total: Nanos| total as f64 / (2 * rounds) as f64;
    Figure::new(format!("{name}, one hop"), ns(timing.best_ns), "ns").with_median(ns(timing.median_ns))
}

/// One hop over the ring between these cores, half of a round.
pub(super) fn ring_hop(options: &Options, cores: [usize; 2]) -> Result<Figure> {
    let rounds = options.records.clamp(100, 20_000);
    let timing = repeat(options.repeat, || go_round(Queue::Ring, cores, 1, 1, rounds))?;
    Ok(hop("ring, spinning", timing, rounds))
}

/// The queues that need no executor.
#[derive(Debug, Clone, Copy)]
enum Queue {
    Ring,
    Segments,
    StdChannel,
}

const QUEUES: [Queue; 3] = [Queue::Ring, Queue::Segments, Queue::StdChannel];

impl Queue {
    fn name(self) -> &'static str {
        match self {
            Queue::Ring => "ring",
            Queue::Segments => "SegQueue",
            Queue::StdChannel => "std channel",
        }
    }
}

fn message(rows: usize) -> Message {
    let column = Column::from_values(Values::I64(vec![0; rows]));
    Message { exchange: 0, sent: 0, payload: Payload::Batch(Batch::new(vec![column], rows, 1)) }
}

/// Pushing a batch and taking it out again, on one thread: no cache line moves.
fn same_thread(options: &Options, rounds: usize, show: Show<'_>) -> Result<()> {
    let mut ring = Ring::new();
    let (mut sender, mut receiver) = ring.split();
    let segments = SegQueue::new();
    let (std_sender, std_receiver) = sync_channel(RING_BATCHES_MAX);
    let mut time = |queue: Queue, pass: &mut dyn FnMut(Message) -> Option<Message>| -> Result<()> {
        let mut message = Some(message(1024));
        let timing = repeat(options.repeat, || {
            let began = Instant::now();
            for _ in 0..rounds {
                message = message.take().and_then(&mut *pass);
            }
            Ok(began.elapsed().as_nanos() as Nanos)
        })?;
        if message.is_none() {
            return Err(Error::internal(format!("{} lost a batch", queue.name())));
        }
        let ns = |total: Nanos| total as f64 / rounds as f64;
        show(Figure::new(format!("{}, push and pop", queue.name()), ns(timing.best_ns), "ns").with_median(ns(timing.median_ns)));
        Ok(())
    };
    time(Queue::Ring, &mut |m| sender.enqueue(m).ok().and_then(|()| receiver.dequeue()))?;
    time(Queue::Segments, &mut |m| {
        segments.push(m);
        segments.pop()
    })?;
    time(Queue::StdChannel, &mut |m| std_sender.try_send(m).ok().and_then(|()| std_receiver.try_recv().ok()))
}

/// Sends batches round until `rounds` have come back; gives the time that took.
fn go_round(queue: Queue, cores: [usize; 2], rows: usize, under_way: usize, rounds: usize) -> Result<Nanos> {
    match queue {
        Queue::Ring => {
            let (mut there, mut back) = (Ring::new(), Ring::new());
            let ((mut to, mut at), (mut home, mut from)) = (there.split(), back.split());
            between(
                cores,
                (rows, under_way, rounds),
                (|m| to.enqueue(m).is_ok(), || from.dequeue()),
                (|m| home.enqueue(m).is_ok(), || at.dequeue()),
            )
        }
        Queue::Segments => {
            let (there, back) = (SegQueue::new(), SegQueue::new());
            let push = |queue: &SegQueue<Message>, m| {
                queue.push(m);
                true
            };
            between(cores, (rows, under_way, rounds), (|m| push(&there, m), || back.pop()), (|m| push(&back, m), || there.pop()))
        }
        Queue::StdChannel => {
            let ((to, at), (home, from)) = (sync_channel(RING_BATCHES_MAX), sync_channel(RING_BATCHES_MAX));
            between(
                cores,
                (rows, under_way, rounds),
                (move |m| to.try_send(m).is_ok(), move || from.try_recv().ok()),
                (move |m| home.try_send(m).is_ok(), move || at.try_recv().ok()),
            )
        }
    }
}

/// Runs the two threads. No send may fail, because fewer batches are under way than fit.
fn between(
    cores: [usize; 2],
    (rows, under_way, rounds): (usize, usize, usize),
    (mut send, mut take): (impl FnMut(Message) -> bool + Send, impl FnMut() -> Option<Message> + Send),
    (mut send_back, mut take_there): (impl FnMut(Message) -> bool + Send, impl FnMut() -> Option<Message> + Send),
) -> Result<Nanos> {
    let lost = || Error::internal("a queue refused a batch it has room for");
    std::thread::scope(|scope| {
        let far = scope.spawn(move || {
            affinity::pin_to(cores[1])?;
            let mut sum = 0i64;
            for _ in 0..rounds {
                let mut message = spin(&mut take_there);
                sum = sum.wrapping_add(add_up(&mut message));
                if !send_back(message) {
                    return Err(lost());
                }
            }
            Ok(sum)
        });
        let near = scope.spawn(move || {
            affinity::pin_to(cores[0])?;
            let mut spare: Vec<Message> = (0..under_way).map(|_| message(rows)).collect();
            let began = Instant::now();
            for round in 0..rounds {
                let mut message = match spare.pop() {
                    Some(message) => message,
                    None => spin(&mut take),
                };
                write(&mut message, round as i64);
                if !send(message) {
                    return Err(lost());
                }
            }
            for _ in 0..rounds.min(under_way) {
                spin(&mut take);
            }
            Ok(began.elapsed().as_nanos() as Nanos)
        });
        let elapsed = near.join().unwrap_or_else(|_| Err(lost()))?;
        check_sum(far.join().unwrap_or_else(|_| Err(lost()))?, rows, rounds)?;
        Ok(elapsed)
    })
}

fn spin(take: &mut impl FnMut() -> Option<Message>) -> Message {
    let mut tries = 0u32;
    loop {
        if let Some(message) = take() {
            return message;
        }
        // Two threads of a test may share a core.
        tries += 1;
        if tries.is_multiple_of(10_000) { std::thread::yield_now() } else { std::hint::spin_loop() }
    }
}

fn column(message: &mut Message) -> &mut [i64] {
    match &mut message.payload {
        Payload::Batch(batch) => match &mut batch.columns[0].values {
            Values::I64(values) => values,
            _ => &mut [],
        },
        Payload::Mark(_) | Payload::Load(_) => &mut [],
    }
}

fn write(message: &mut Message, round: i64) {
    column(message).fill(round);
}

fn add_up(message: &mut Message) -> i64 {
    column(message).iter().fold(0, |sum, value| sum.wrapping_add(*value))
}

fn check_sum(sum: i64, rows: usize, rounds: usize) -> Result<()> {
    let naive = (0..rounds as i64).sum::<i64>() * rows as i64;
    if sum == naive { Ok(()) } else { Err(Error::internal(format!("batches on their way add up to {sum}, not {naive}"))) }
}

/// As `go_round`, between two executors over a pair of glommio's channels.
fn glommio_round(cores: [usize; 2], rows: usize, under_way: usize, rounds: usize) -> Result<Nanos> {
    let (to, at) = shared_channel::new_bounded::<Message>(RING_BATCHES_MAX);
    let (home, from) = shared_channel::new_bounded::<Message>(RING_BATCHES_MAX);
    let failed = |e: &dyn std::fmt::Display| Error::host(format!("cannot run an executor: {e}"));
    let builder = |core| LocalExecutorBuilder::new(Placement::Fixed(core)).spin_before_park(Duration::from_millis(1));
    let far = builder(cores[1]).spawn(move || async move {
        let (at, home) = (at.connect().await, home.connect().await);
        let mut sum = 0i64;
        while let Some(mut message) = at.recv().await {
            sum = sum.wrapping_add(add_up(&mut message));
            let _the_near_end_is_gone = home.send(message).await;
        }
        sum
    });
    let far = far.map_err(|e| failed(&e))?;
    let near = builder(cores[0]).spawn(move || async move {
        let (to, from) = (Rc::new(to.connect().await), from.connect().await);
        let mut spare: Vec<Message> = (0..under_way).map(|_| message(rows)).collect();
        let began = Instant::now();
        for round in 0..rounds {
            let next = match spare.pop() {
                Some(message) => Some(message),
                None => from.recv().await,
            };
            let Some(mut message) = next else { break };
            write(&mut message, round as i64);
            let _the_far_end_is_gone = to.send(message).await;
        }
        for _ in 0..rounds.min(under_way) {
            from.recv().await;
        }
        let elapsed = began.elapsed().as_nanos() as Nanos;
        to.close();
        elapsed
    });
    let near = near.map_err(|e| failed(&e))?;
    let elapsed = near.join().map_err(|e| failed(&e))?;
    check_sum(far.join().map_err(|e| failed(&e))?, rows, rounds)?;
    Ok(elapsed)
}

/// Looks at whether to yield, as tasks do that share an executor; `None` where executors cannot run.
pub(super) fn yield_check(times: usize, rounds: usize) -> Result<Option<Timing>> {
    if io_uring_usable(1).is_err() {
        return Ok(None);
    }
    let executor = LocalExecutorBuilder::new(Placement::Unbound).make();
    let executor = executor.map_err(|e| Error::host(format!("cannot start an executor: {e}")))?;
    executor.run(async {
        let mut times_taken = Vec::with_capacity(times);
        for _ in 0..times.max(1) {
            let began = Instant::now();
            for _ in 0..rounds {
                glommio::executor().yield_if_needed().await;
            }
            times_taken.push(began.elapsed().as_nanos() as Nanos);
        }
        Ok(Some(super::summarise(times_taken)))
    })
}
