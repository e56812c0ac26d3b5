//! How a job is told to stop: read by every shard once a turn, written at most twice in a job's life.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

use crate::route::doorbell::Doorbell;

/// How far a job is to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Read, process, write.
    Run,
    /// Read no more; process and write what was read.
    Drain,
    /// Stop at once.
    Abort,
}

/// Shared by the shards and whoever may stop them.
#[derive(Debug)]
pub struct Control {
    phase: AtomicU8,
    bells: Vec<Doorbell>,
    /// Shards that have begun their turns.
    running: AtomicUsize,
    /// Set-aside rows by node of the plan over all shards, for the limits of their tables. Touched for bad rows only.
    aside: Vec<AtomicU64>,
    /// Scans that have ended by themselves, over all shards, where others go on as long as they do.
    ended: AtomicUsize,
}

impl Control {
    /// For this many shards and plan nodes.
    pub fn new(shards: usize, nodes: usize) -> crate::error::Result<Arc<Self>> {
        let bells = (0..shards).map(|_| Doorbell::new()).collect::<Result<_, _>>()?;
        let (phase, aside) = (AtomicU8::new(0), (0..nodes).map(|_| AtomicU64::new(0)).collect());
        let [running, ended] = [AtomicUsize::new(0), AtomicUsize::new(0)];
        Ok(Arc::new(Self { phase, bells, running, aside, ended }))
    }

    /// Goes on to a later phase and wakes every shard.
    pub fn advance(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Ordering::Release);
        self.bells.iter().for_each(Doorbell::ring);
    }

    /// The phase. Hot: once per turn.
    #[inline]
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Run,
            1 => Phase::Drain,
            _ => Phase::Abort,
        }
    }

    /// A shard begins its turns.
    #[cold]
    pub fn count_running(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether all shards have begun.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) == self.bells.len()
    }

    /// Counts `scans` more that have ended by themselves; gives the number so far.
    #[cold]
    pub fn count_ended(&self, scans: usize) -> usize {
        self.ended.fetch_add(scans, Ordering::Relaxed) + scans
    }

    /// The shards' doorbells.
    pub fn bells(&self) -> &[Doorbell] {
        &self.bells
    }

    /// Counts `rows` more set-aside rows of a table's scan; gives the number so far.
    #[cold]
    pub fn count_aside(&self, scan: usize, rows: u64) -> u64 {
        self.aside[scan].fetch_add(rows, Ordering::Relaxed) + rows
    }
}
