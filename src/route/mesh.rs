//! N x (N-1) rings between the shards, and the outboxes before them. Row road; every shard holds its own `MeshEnd`.
//!
//! ```text
//!   shard 0                                    shard 1
//!   outbox[1] ==> ring 0->1 (bounded) ===========> inbox from 0
//!   inbox from 1 <=========== ring 1->0 <== outbox[0]
//! ```
//! A full ring never blocks: messages wait in the outbox, in order, and the shard stops ingesting until the outbox is empty
//! again. It goes on receiving, so two shards with full rings towards each other always make room for each other. What an outbox
//! can hold is therefore bounded by what was in flight when ingest stopped.

use std::collections::VecDeque;

use super::doorbell::Doorbell;
use super::ring::{Receiver, Ring, Sender};
use crate::batch::{Batch, Load, Mark, Message, Payload};
use crate::types::Nanos;

/// Storage of all rings of a job; outlives the ends.
pub struct Mesh {
    /// `rings[from * shards + to]`; the diagonal is unused and never touched.
    rings: Vec<Ring>,
    shards: usize,
}

/// One shard's ends of the rings.
pub struct MeshEnd<'r> {
    shard: usize,
    outboxes: Vec<Option<Outbox<'r>>>,
    inboxes: Vec<Option<Receiver<'r>>>,
    batch_rows: usize,
    linger: Nanos,
    full_count: u64,
}

/// Messages on their way to one peer.
struct Outbox<'r> {
    waiting: VecDeque<Message>,
    ring: Sender<'r>,
    bell: &'r Doorbell,
}

impl Mesh {
    /// Empty rings for this many shards.
    pub fn new(shards: usize) -> Self {
        Self { rings: (0..shards * shards).map(|_| Ring::new()).collect(), shards }
    }

    /// The ends, in order of shards; `bells[i]` wakes shard i. Small batches to one peer are joined up to `batch_rows` rows while
    /// they wait, for at most `linger` nanoseconds.
    pub fn ends<'r>(&'r mut self, bells: &'r [Doorbell], batch_rows: usize, linger: Nanos) -> Vec<MeshEnd<'r>> {
        assert_eq!(bells.len(), self.shards);
        let shards = self.shards;
        let mut ends: Vec<MeshEnd<'r>> = (0..shards)
            .map(|shard| MeshEnd {
                shard,
                outboxes: (0..shards).map(|_| None).collect(),
                inboxes: (0..shards).map(|_| None).collect(),
                batch_rows,
                linger,
                full_count: 0,
            })
            .collect();
        for (index, ring) in self.rings.iter_mut().enumerate() {
            let (from, to) = (index / shards, index % shards);
            if from != to {
                let (sender, receiver) = ring.split();
                ends[from].outboxes[to] = Some(Outbox { waiting: VecDeque::new(), ring: sender, bell: &bells[to] });
                ends[to].inboxes[from] = Some(receiver);
            }
        }
        ends
    }
}

impl<'r> MeshEnd<'r> {
    /// Puts rows into the outbox towards `to`, joining them to a waiting batch of the same exchange if both are small.
    pub fn send_batch(&mut self, to: usize, exchange: u16, batch: Batch, now: Nanos) {
        let batch_rows = self.batch_rows;
        let outbox = self.outbox(to);
        if let Some(Message { exchange: last, payload: Payload::Batch(waiting), .. }) = outbox.waiting.back_mut()
            && *last == exchange
            && waiting.rows() + batch.rows() <= batch_rows
        {
            waiting.append(&batch);
            return;
        }
        outbox.waiting.push_back(Message { exchange, sent: now, payload: Payload::Batch(batch) });
    }

    /// Puts a mark into the outbox towards `to`; a waiting watermark of the same exchange right before it is replaced, unless the
    /// mark is `Idle`, before which it counts.
    pub fn send_mark(&mut self, to: usize, exchange: u16, mark: Mark, now: Nanos) {
        let outbox = self.outbox(to);
        if let Some(last) = outbox.waiting.back_mut()
            && last.exchange == exchange
            && mark != Mark::Idle
            && matches!(last.payload, Payload::Mark(Mark::Watermark(_)))
        {
            last.payload = Payload::Mark(mark);
            return;
        }
        outbox.waiting.push_back(Message { exchange, sent: now, payload: Payload::Mark(mark) });
    }

    /// Puts the end of a reading of a table into the outbox towards `to`.
    pub fn send_load(&mut self, to: usize, exchange: u16, load: Load, now: Nanos) {
        self.outbox(to).waiting.push_back(Message { exchange, sent: now, payload: Payload::Load(load) });
    }

    /// Moves what is due from the outboxes into the rings and wakes sleeping peers. Hot: once per turn.
    pub fn flush(&mut self, now: Nanos) {
        for outbox in self.outboxes.iter_mut().flatten() {
            if outbox.waiting.is_empty() || lingers(&outbox.waiting, self.batch_rows, now, self.linger) {
                continue;
            }
            while let Some(message) = outbox.waiting.pop_front() {
                if let Err(message) = outbox.ring.enqueue(message) {
                    outbox.waiting.push_front(message);
                    self.full_count += 1;
                    break;
                }
            }
            outbox.bell.notify();
        }
    }

    /// When a lingering batch is due, if one waits.
    pub fn due_at(&self) -> Option<Nanos> {
        self.outboxes.iter().flatten().filter_map(|o| o.waiting.front()).map(|m| m.sent + self.linger).min()
    }

    /// Whether some ring is full, so that messages had to stay in an outbox: no more may be ingested.
    pub fn is_congested(&self) -> bool {
        self.outboxes.iter().flatten().any(|o| !o.waiting.is_empty() && !o.ring.ready())
    }

    /// Whether nothing waits to be sent.
    pub fn is_flushed(&self) -> bool {
        self.outboxes.iter().flatten().all(|o| o.waiting.is_empty())
    }

    /// The next message from shard `from`, if there is one. Hot: once per message.
    #[inline]
    pub fn receive(&mut self, from: usize) -> Option<Message> {
        self.inboxes[from].as_mut().and_then(|ring| ring.dequeue())
    }

    /// Whether a message waits in some inbox.
    pub fn has_mail(&self) -> bool {
        self.inboxes.iter().flatten().any(|ring| ring.ready())
    }

    /// How often a flush met a full ring.
    pub fn ring_full_count(&self) -> u64 {
        self.full_count
    }

    /// Number of shards.
    pub fn shards(&self) -> usize {
        self.outboxes.len()
    }

    /// This shard.
    pub fn shard(&self) -> usize {
        self.shard
    }

    fn outbox(&mut self, to: usize) -> &mut Outbox<'r> {
        self.outboxes[to].as_mut().expect("no shard sends to itself")
    }
}

/// Whether everything that waits is one small batch that is not due yet.
fn lingers(waiting: &VecDeque<Message>, batch_rows: usize, now: Nanos, linger: Nanos) -> bool {
    match (waiting.len(), waiting.front()) {
        (1, Some(Message { payload: Payload::Batch(batch), sent, .. })) => batch.rows() < batch_rows && now < sent + linger,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, Values, Watermark};
    use crate::limits::RING_BATCHES_MAX;

    fn rows(values: &[i64]) -> Batch {
        Batch::new(vec![Column::from_values(Values::I64(values.to_vec()))], values.len(), 1)
    }

    fn bells(count: usize) -> Vec<Doorbell> {
        (0..count).map(|_| Doorbell::new().expect("doorbell")).collect()
    }

    #[test]
    fn messages_keep_their_order_through_a_full_ring() {
        let (mut mesh, bells) = (Mesh::new(2), bells(2));
        let mut ends = mesh.ends(&bells, 1, 0);
        let count = RING_BATCHES_MAX * 3;
        for i in 0..count {
            ends[0].send_batch(1, 0, rows(&[i as i64]), 1);
            ends[0].flush(1);
        }
        assert!(ends[0].is_congested() && ends[0].ring_full_count() > 0);
        let mut got = Vec::new();
        while got.len() < count {
            while let Some(message) = ends[1].receive(0) {
                let Payload::Batch(batch) = message.payload else { panic!("a batch") };
                got.push(batch.columns[0].value(0, &crate::types::DataType::BigInt));
            }
            ends[0].flush(1);
        }
        let expected: Vec<_> = (0..count as i64).map(crate::types::Value::Int).collect();
        assert_eq!(got, expected);
        assert!(ends[0].is_flushed() && !ends[0].is_congested());
    }

    #[test]
    fn small_batches_are_joined_but_never_across_a_watermark() {
        let (mut mesh, bells) = (Mesh::new(2), bells(2));
        let mut ends = mesh.ends(&bells, 10, 0);
        ends[0].send_batch(1, 0, rows(&[1]), 1);
        ends[0].send_batch(1, 0, rows(&[2]), 1);
        ends[0].send_mark(1, 0, Mark::Watermark(Watermark { time: 1, stamp: 1 }), 1);
        ends[0].send_mark(1, 0, Mark::Watermark(Watermark { time: 2, stamp: 1 }), 1);
        ends[0].send_batch(1, 0, rows(&[3]), 1);
        ends[0].flush(1);
        let sizes: Vec<String> = std::iter::from_fn(|| ends[1].receive(0))
            .map(|m| match m.payload {
                Payload::Batch(b) => format!("{} rows", b.rows()),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(sizes, ["2 rows", "Mark(Watermark(Watermark { time: 2, stamp: 1 }))", "1 rows"]);
    }

    #[test]
    fn small_batch_lingers_until_it_is_due() {
        let (mut mesh, bells) = (Mesh::new(2), bells(2));
        let mut ends = mesh.ends(&bells, 10, 100);
        ends[0].send_batch(1, 0, rows(&[1]), 1000);
        ends[0].flush(1050);
        assert!(!ends[1].has_mail());
        assert_eq!(ends[0].due_at(), Some(1100));
        ends[0].flush(1100);
        assert!(ends[1].has_mail());
    }
}
