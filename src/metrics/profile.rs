//! What each node of a plan cost one shard: counts of everything, times of some turns.
//!
//! Row road, owned by the shard. Counting costs an addition a batch; clocks are read in one turn of `every`, so that the time of a
//! node is known from a sample and scaled by rows (for batches) and by number (for marks).

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
        self.timed_rows += other.timed_rows;
        self.timed_rows_ns += other.timed_rows_ns;
        self.timed_marks += other.timed_marks;
        self.timed_marks_ns += other.timed_marks_ns;
    }
}

/// Costs of all nodes of a plan on one shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    nodes: Vec<NodeProfile>,
    every: u64,
    turn: u64,
}

impl Profile {
    /// For so many nodes; one turn of `every` is timed.
    pub fn new(nodes: usize, every: u64) -> Self {
        Self { nodes: vec![NodeProfile::default(); nodes], every: every.max(1), turn: 0 }
    }

    /// A turn begins. Hot: once per turn.
    #[inline]
    pub fn turn(&mut self) {
        self.turn = if self.turn + 1 >= self.every { 0 } else { self.turn + 1 };
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

    /// A scan's reader took `ns`, whether it gave rows or not.
    #[inline]
    pub fn read(&mut self, node: usize, ns: Nanos) {
        self.nodes[node].read_ns += ns;
    }

    /// Work that was timed took `ns`.
    pub fn timed(&mut self, node: usize, work: Work, ns: Nanos) {
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

    /// Adds what the same nodes cost another shard.
    pub fn merge(&mut self, other: &Profile) {
        self.nodes.iter_mut().zip(&other.nodes).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_turn_of_so_many_is_timed_and_scaled_to_all() {
        let mut profile = Profile::new(1, 4);
        let mut timed = 0;
        for _ in 0..40 {
            profile.turn();
            profile.given(0, Work::Rows(10));
            if profile.is_timed() {
                timed += 1;
                profile.timed(0, Work::Rows(10), 50);
            }
        }
        assert_eq!(timed, 10);
        assert_eq!((profile.nodes()[0].rows_in, profile.nodes()[0].batches), (400, 40));
        assert_eq!(profile.nodes()[0].work_ns(), 40.0 * 50.0);
    }

    #[test]
    fn marks_are_scaled_by_their_number_and_shards_add_up() {
        let mut profile = Profile::new(2, 1);
        (0..4).for_each(|_| profile.given(1, Work::Mark));
        profile.timed(1, Work::Mark, 30);
        let mut sum = profile.clone();
        sum.merge(&profile);
        assert_eq!((profile.nodes()[1].work_ns(), sum.nodes()[1].work_ns(), sum.nodes()[0].work_ns()), (120.0, 240.0, 0.0));
    }
}
