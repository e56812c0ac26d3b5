//! The search for a match that begins at one row: threads through the program, the preferred ones first, fed one row after the other.
//!
//! A thread that completes the pattern ends all that stand behind it. Those that stand before it may still complete it in a way that is
//! preferred: the match is decided when none of them is left.

use super::paths::{Asked, NONE, Paths};
use super::program::{At, Program, Stop};
use crate::limits::PATTERN_THREADS_MAX;

/// A way through the pattern.
#[derive(Debug, Clone, Copy)]
pub struct Thread {
    /// Where it waits.
    pub stop: Stop,
    /// Its rows so far.
    pub path: u32,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No match begins at its first row.
    Nothing,
    /// The steps that took the rows of the match.
    Match(Vec<At>),
    /// There are too many ways.
    TooMany,
}

/// A search for a match.
#[derive(Default)]
pub struct Attempt {
    /// Position of its first row.
    pub start: usize,
    /// The rows of its threads.
    pub paths: Paths,
    threads: Vec<Thread>,
    /// What has completed the pattern so far.
    best: Option<u32>,
    has_too_many: bool,
    /// Those that go on, while they are being found.
    next: Vec<Thread>,
}

/// Whether threads of less preference are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Stays,
    Ends,
}

impl Attempt {
    /// Begins at a row of this position.
    pub fn begin(&mut self, start: usize, program: &Program, asked: &Asked) {
        self.start = start;
        self.paths.clear();
        self.threads.clear();
        (self.best, self.has_too_many) = (None, false);
        self.enter(program.first(start == 0), NONE, asked);
        std::mem::swap(&mut self.threads, &mut self.next);
    }

    /// Whether it is decided.
    pub fn is_over(&self) -> bool {
        self.threads.is_empty()
    }

    /// Its threads, the preferred ones first.
    pub fn threads(&self) -> &[Thread] {
        &self.threads
    }

    /// Goes on behind a row: the paths of those threads that took it, `NONE` for those that did not.
    pub fn advance(&mut self, paths: &[u32], program: &Program, asked: &Asked) {
        let threads = std::mem::take(&mut self.threads);
        for (thread, path) in threads.iter().zip(paths).filter(|(_, path)| **path != NONE) {
            let Stop::Take(at, _) = thread.stop else { continue };
            if self.enter(program.behind(at), *path, asked) == Rest::Ends {
                break;
            }
        }
        self.threads = std::mem::replace(&mut self.next, threads);
        self.next.clear();
        if self.threads.len() > PATTERN_THREADS_MAX {
            self.has_too_many = true;
            self.expire();
        }
        if self.paths.are_many() {
            let ends = self.threads.iter_mut().map(|thread| &mut thread.path).chain(&mut self.best);
            self.paths.keep(ends, asked);
        }
    }

    /// Adds threads that have come to these stops.
    fn enter(&mut self, stops: &[Stop], path: u32, asked: &Asked) -> Rest {
        for stop in stops {
            let is_known =
                |other: &Thread| other.stop == *stop && (asked.is_nothing() || self.paths.are_alike(other.path, path, asked));
            match stop {
                Stop::Accept => {
                    self.best = Some(path);
                    return Rest::Ends;
                }
                // What is preferred goes the same ways.
                Stop::Take(..) | Stop::End(_) if path != NONE && self.next.iter().any(is_known) => {}
                Stop::Take(..) | Stop::End(_) => self.next.push(Thread { stop: *stop, path }),
            }
        }
        Rest::Stays
    }

    /// No further row is part of the match.
    pub fn expire(&mut self) {
        self.threads.clear();
    }

    /// The partition has no further row.
    pub fn end(&mut self, program: &Program) {
        let completes = |thread: &&Thread| matches!(thread.stop, Stop::End(at) if program.completes_at_end(at));
        if let Some(thread) = self.threads.iter().find(completes) {
            self.best = Some(thread.path);
        }
        self.threads.clear();
    }

    /// What it came to, once it is over.
    pub fn outcome(&self) -> Outcome {
        match self.best {
            _ if self.has_too_many => Outcome::TooMany,
            None => Outcome::Nothing,
            Some(path) => Outcome::Match(self.paths.steps(path)),
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        (self.threads.capacity() + self.next.capacity()) * size_of::<Thread>() + self.paths.state_bytes()
    }
}
