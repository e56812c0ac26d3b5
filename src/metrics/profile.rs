//! What each node of a plan cost one shard: counts of everything, times of some turns.
//!
//! Row road, owned by the shard. Counting costs an addition a batch; clocks are read in one turn of `every`, so that the time of a
//! node is known from a sample and scaled by rows (for batches) and by number (for marks). The time between two nodes is measured
//! too: queues, marks and records. Each measurement has the time of one reading of the clock in it, which is taken off again.

use std::ops::Range;

use crate::sys::clock::Clock;
use crate::types::Nanos;

/// What one node cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NodeProfile {
    /// Rows it was given; for a scan, rows read.
    pub rows_in: u64,
    /// Rows it gave out.
    pub rows_out: u64,
    /// Batches it was given.
    pub batches: u64,
    /// Watermarks and ends it was given.
    pub marks: u64,
    /// Nanoseconds of its reader, all of them: of scans only.
    pub read_ns: Nanos,
    /// The most bytes of state it was seen to hold; where shards are added up, the most of each.
    pub state_bytes: usize,
    timed_rows: u64,
    timed_rows_ns: Nanos,
    timed_marks: u64,
    timed_marks_ns: Nanos,
}

/// What a node was busy with while it was timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A batch of so many rows.
    Rows(u64),
    /// A mark.
    Mark,
}

impl NodeProfile {
    /// Nanoseconds of work on rows and marks, reading not included: what was timed, scaled to all.
    pub fn work_ns(&self) -> f64 {
        let scaled = |ns: Nanos, timed: u64, all: u64| if timed == 0 { 0.0 } else { ns as f64 * all as f64 / timed as f64 };
        scaled(self.timed_rows_ns, self.timed_rows, self.rows_in) + scaled(self.timed_marks_ns, self.timed_marks, self.marks)
    }

    fn merge(&mut self, other: &NodeProfile) {
        self.rows_in += other.rows_in;
        self.rows_out += other.rows_out;
        self.batches += other.batches;
        self.marks += other.marks;
        self.read_ns += other.read_ns;
        self.state_bytes += other.state_bytes;
        self.timed_rows += other.timed_rows;
        self.timed_rows_ns += other.timed_rows_ns;
        self.timed_marks += other.timed_marks;
        self.timed_marks_ns += other.timed_marks_ns;
    }
}

/// What it costs to pass rows and marks on: all of a stretch of operators that is no node's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Passing {
    stretches: u64,
    timed: u64,
    timed_ns: Nanos,
}

/// Costs of all nodes of a plan on one shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    nodes: Vec<NodeProfile>,
    every: u64,
    turn: u64,
    passing: Passing,
    /// As it was when the turn began.
    passing_before: Passing,
    /// In a stretch that is timed: up to when time is put down.
    mark: Option<Nanos>,
    /// What a reading of the clock takes.
    reading_ns: Nanos,
}

/// Pairs of readings, the quickest of which says what a reading takes: between other instructions, part of it is hidden behind them.
const READINGS: usize = 64;

impl Profile {
    /// For so many nodes; one turn of `every` is timed.
    pub fn new(nodes: usize, every: u64) -> Self {
        Self {
            nodes: vec![NodeProfile::default(); nodes],
            every: every.max(1),
            turn: 0,
            passing: Passing::default(),
            passing_before: Passing::default(),
            mark: None,
            reading_ns: 0,
        }
    }

    /// Finds out what a reading of the clock takes.
    #[cold]
    pub fn calibrate(&mut self, clock: &mut impl Clock) {
        let mut reading = || {
            let began = clock.now();
            clock.now() - began
        };
        self.reading_ns = (0..READINGS).map(|_| reading()).min().unwrap_or(0);
    }

    /// A turn begins. Hot: once per turn.
    #[inline]
    pub fn turn(&mut self) {
        self.turn = if self.turn + 1 >= self.every { 0 } else { self.turn + 1 };
        self.passing_before = self.passing;
        self.mark = None;
    }

    /// The turn found nothing to do: it was idle as a whole.
    #[inline]
    pub fn turn_was_idle(&mut self) {
        self.passing = self.passing_before;
    }

    /// A stretch of operators begins.
    #[inline]
    pub fn stretch_begins(&mut self, now: Nanos) {
        self.passing.stretches += 1;
        if self.is_timed() {
            self.passing.timed += 1;
            self.mark = Some(now);
        }
    }

    /// The stretch ends.
    #[inline]
    pub fn stretch_ends(&mut self, now: Nanos) {
        self.pass(now);
        self.mark = None;
    }

    /// What follows belongs to another part of the account, until the next work.
    #[inline]
    pub fn interrupt(&mut self) {
        self.mark = None;
    }

    /// What passed up to `now` was no node's.
    #[inline]
    fn pass(&mut self, now: Nanos) {
        if let Some(mark) = self.mark {
            self.passing.timed_ns += (now - mark).saturating_sub(self.reading_ns);
        }
    }

    /// Whether this turn is one of those that are timed.
    #[inline]
    pub fn is_timed(&self) -> bool {
        self.turn == 0
    }

    /// Counts what a node was given. Hot: once per batch and node.
    #[inline]
    pub fn given(&mut self, node: usize, work: Work) {
        let node = &mut self.nodes[node];
        match work {
            Work::Rows(rows) => {
                node.rows_in += rows;
                node.batches += 1;
            }
            Work::Mark => node.marks += 1,
        }
    }

    /// Counts rows that a node gave out.
    #[inline]
    pub fn gave(&mut self, node: usize, rows: u64) {
        self.nodes[node].rows_out += rows;
    }

    /// A node holds so much state: looked at a few times a second, and when its input ends.
    pub fn holds(&mut self, node: usize, state_bytes: usize) {
        let most = &mut self.nodes[node].state_bytes;
        *most = state_bytes.max(*most);
    }

    /// A scan's reader took `ns`, whether it gave rows or not.
    #[inline]
    pub fn read(&mut self, node: usize, ns: Nanos) {
        self.nodes[node].read_ns += ns;
    }

    /// Work that was timed began and ended.
    pub fn timed(&mut self, node: usize, work: Work, span: Range<Nanos>) {
        self.pass(span.start);
        self.mark = Some(span.end);
        let ns = (span.end - span.start).saturating_sub(self.reading_ns);
        let node = &mut self.nodes[node];
        match work {
            Work::Rows(rows) => {
                node.timed_rows += rows;
                node.timed_rows_ns += ns;
            }
            Work::Mark => {
                node.timed_marks += 1;
                node.timed_marks_ns += ns;
            }
        }
    }

    /// By node of the plan.
    pub fn nodes(&self) -> &[NodeProfile] {
        &self.nodes
    }

    /// Nanoseconds of passing rows and marks on: what was timed, scaled to all.
    pub fn passing_ns(&self) -> f64 {
        let Passing { stretches, timed, timed_ns } = self.passing;
        if timed == 0 { 0.0 } else { timed_ns as f64 * stretches as f64 / timed as f64 }
    }

    /// Adds what the same nodes cost another shard.
    pub fn merge(&mut self, other: &Profile) {
        self.passing.stretches += other.passing.stretches;
        self.passing.timed += other.passing.timed;
        self.passing.timed_ns += other.passing.timed_ns;
        self.nodes.iter_mut().zip(&other.nodes).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::EventTime;

    #[test]
    fn one_turn_of_so_many_is_timed_and_scaled_to_all() {
        let mut profile = Profile::new(1, 4);
        let mut timed = 0;
        for _ in 0..40 {
            profile.turn();
            profile.given(0, Work::Rows(10));
            if profile.is_timed() {
                timed += 1;
                profile.timed(0, Work::Rows(10), 1000..1050);
            }
        }
        assert_eq!(timed, 10);
        assert_eq!((profile.nodes()[0].rows_in, profile.nodes()[0].batches), (400, 40));
        assert_eq!(profile.nodes()[0].work_ns(), 40.0 * 50.0);
    }

    /// Reads 3 later each time.
    struct Ticking(Nanos);

    impl Clock for Ticking {
        fn now(&mut self) -> Nanos {
            self.0 += 3;
            self.0
        }

        fn wall(&mut self) -> EventTime {
            0
        }
    }

    #[test]
    fn what_lies_between_the_nodes_of_a_stretch_is_passing() {
        let mut profile = Profile::new(2, 2);
        profile.calibrate(&mut Ticking(0));
        for _ in 0..4 {
            profile.turn();
            profile.stretch_begins(100);
            if profile.is_timed() {
                profile.timed(0, Work::Mark, 110..153);
                profile.timed(1, Work::Mark, 158..200);
                profile.interrupt();
                profile.timed(0, Work::Mark, 300..323);
            }
            profile.stretch_ends(330);
        }
        (0..8).for_each(|at| profile.given(at % 2, Work::Mark));
        // 10 + 5 + 7 in one stretch of two, and a reading of 3 in each.
        assert_eq!(profile.passing_ns(), 4.0 * (7 + 2 + 4) as f64);
        assert_eq!((profile.nodes()[0].work_ns(), profile.nodes()[1].work_ns()), (4.0 * 30.0, 4.0 * 39.0));
        profile.turn();
        profile.stretch_begins(400);
        profile.stretch_ends(500);
        profile.turn_was_idle();
        assert_eq!(profile.passing_ns(), 52.0, "an idle turn passes nothing on");
    }

    #[test]
    fn marks_are_scaled_by_their_number_and_shards_add_up() {
        let mut profile = Profile::new(2, 1);
        (0..4).for_each(|_| profile.given(1, Work::Mark));
        profile.timed(1, Work::Mark, 1000..1030);
        let mut sum = profile.clone();
        sum.merge(&profile);
        assert_eq!((profile.nodes()[1].work_ns(), sum.nodes()[1].work_ns(), sum.nodes()[0].work_ns()), (120.0, 240.0, 0.0));
    }
}
