//! A pattern as steps that threads go through, one row at a time.
//!
//! ```text
//!   A B* C   ->   0 take A | 1 branch 2 4 | 2 take B | 3 branch 1 | 4 take C | 5 accept
//! ```
//! Rob Pike's machine for regular expressions, with the preferences of SQL: of two ways, a thread takes both, the preferred one first. Where a
//! thread can be without taking a row is known beforehand, for every step.

use crate::types::pattern::{Greed, Pattern};

/// Number of a step.
pub type At = u32;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A row, mapped to a variable; whether it is given out.
    Take(usize, Shown),
    /// On to these, the preferred one first.
    Branch(Vec<At>),
    /// Nothing may stand before.
    Start,
    /// Nothing may stand behind.
    End,
    /// The pattern is complete.
    Accept,
}

/// Whether a row of a match is given out with ALL ROWS PER MATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is.
    Yes,
    /// It is between `{-` and `-}`.
    No,
}

/// Where a thread waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// At this step, for a row that may be mapped to the variable.
    Take(At, usize),
    /// At this step, for the end of the partition.
    End(At),
    /// Nowhere: the pattern is complete.
    Accept,
}

/// What a pattern is made into.
pub struct Program {
    steps: Vec<Step>,
    /// Where the threads are that go on behind each step, the preferred ones first.
    behind: Vec<Vec<Stop>>,
    /// Where they begin: at the first row of a partition, and elsewhere.
    first: [Vec<Stop>; 2],
}

impl Program {
    /// Of a pattern.
    pub fn new(pattern: &Pattern) -> Program {
        let mut steps = Vec::new();
        compile(pattern, &mut steps);
        steps.push(Step::Accept);
        let stops = |from: usize, place: Place| stops(&steps, from, place);
        let behind = (0..steps.len()).map(|at| stops((at + 1).min(steps.len() - 1), Place::Behind)).collect();
        let first = [stops(0, Place::Start), stops(0, Place::Behind)];
        Program { behind, first, steps }
    }

    /// Where threads begin; `is_start`: at the first row of a partition.
    pub fn first(&self, is_start: bool) -> &[Stop] {
        &self.first[usize::from(!is_start)]
    }

    /// Where they go on behind a step.
    pub fn behind(&self, at: At) -> &[Stop] {
        &self.behind[at as usize]
    }

    /// The variable that a row is mapped to by a step that takes one, and whether it is given out.
    pub fn taken(&self, at: At) -> (usize, Shown) {
        match self.steps[at as usize] {
            Step::Take(variable, shown) => (variable, shown),
            _ => unreachable!("threads wait for rows at steps that take one"),
        }
    }

    /// Whether the pattern can be complete from behind this step, at the end of a partition.
    pub fn completes_at_end(&self, at: At) -> bool {
        self.behind(at).iter().any(|stop| match stop {
            Stop::Accept => true,
            Stop::End(at) => self.completes_at_end(*at),
            Stop::Take(..) => false,
        })
    }

    /// Whether it makes a difference that a row is the first of its partition.
    pub fn tells_start(&self) -> bool {
        self.steps.contains(&Step::Start)
    }
}

fn compile(pattern: &Pattern, steps: &mut Vec<Step>) {
    match pattern {
        Pattern::Variable(variable) => steps.push(Step::Take(*variable, Shown::Yes)),
        Pattern::Excluded(variable) => steps.push(Step::Take(*variable, Shown::No)),
        Pattern::Start => steps.push(Step::Start),
        Pattern::End => steps.push(Step::End),
        Pattern::Sequence(parts) => parts.iter().for_each(|part| compile(part, steps)),
        Pattern::Alternation(ways) => alternation(ways, steps),
        Pattern::Repetition { inner, min, max, greed } => {
            (0..*min).for_each(|_| compile(inner, steps));
            match max {
                Some(max) => optional(inner, max.saturating_sub(*min), *greed, steps),
                None => repeated(inner, *greed, steps),
            }
        }
    }
}

fn alternation(ways: &[Pattern], steps: &mut Vec<Step>) {
    let branch = steps.len();
    steps.push(Step::Branch(Vec::new()));
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for way in ways {
        starts.push(steps.len() as At);
        compile(way, steps);
        ends.push(steps.len());
        steps.push(Step::Branch(Vec::new()));
    }
    let behind = steps.len() as At;
    ends.into_iter().for_each(|end| steps[end] = Step::Branch(vec![behind]));
    steps[branch] = Step::Branch(starts);
}

/// Once more or not, so many times.
fn optional(inner: &Pattern, times: u32, greed: Greed, steps: &mut Vec<Step>) {
    let mut branches = Vec::new();
    for _ in 0..times {
        branches.push(steps.len());
        steps.push(Step::Branch(Vec::new()));
        compile(inner, steps);
    }
    let behind = steps.len() as At;
    branches.into_iter().for_each(|at| steps[at] = choice(at as At + 1, behind, greed));
}

/// Once more or not, again and again.
fn repeated(inner: &Pattern, greed: Greed, steps: &mut Vec<Step>) {
    let branch = steps.len();
    steps.push(Step::Branch(Vec::new()));
    compile(inner, steps);
    steps.push(Step::Branch(vec![branch as At]));
    steps[branch] = choice(branch as At + 1, steps.len() as At, greed);
}

fn choice(more: At, behind: At, greed: Greed) -> Step {
    Step::Branch(match greed {
        Greed::Greedy => vec![more, behind],
        Greed::Reluctant => vec![behind, more],
    })
}

/// Whether rows of the partition stand before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Behind,
}

/// Where a thread can be from step `from` on without a row. A step met again leads nowhere new: a repetition of nothing ends.
fn stops(steps: &[Step], from: usize, place: Place) -> Vec<Stop> {
    let (mut found, mut met) = (Vec::new(), vec![false; steps.len()]);
    let mut left = vec![from as At];
    while let Some(at) = left.pop() {
        if std::mem::replace(&mut met[at as usize], true) {
            continue;
        }
        match &steps[at as usize] {
            Step::Take(variable, _) => found.push(Stop::Take(at, *variable)),
            Step::Branch(ways) => left.extend(ways.iter().rev()),
            Step::Start if place == Place::Start => left.push(at + 1),
            Step::Start => {}
            Step::End => found.push(Stop::End(at)),
            Step::Accept => found.push(Stop::Accept),
        }
    }
    found
}
