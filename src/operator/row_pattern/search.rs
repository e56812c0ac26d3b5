//! The searches of all partitions, driven in turns: in each, every partition that has one is fed a row.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::RowPatternShape;
use super::attempt::{Attempt, Outcome};
use super::condition::{Condition, Lookup, Tested, select};
use super::matches::{Match, Matches};
use super::partition::{Partition, Partitions};
use super::paths::{Asked, NONE};
use super::program::{At, Program, Stop};
use crate::batch::{Batch, Values};
use crate::error::Result;
use crate::operator::over::Sequence;
use crate::operator::{Output, set_aside};
use crate::types::pattern::{End, PatternShape, Reference, RowsPerMatch, Skip, Unmatched, Variables};
use crate::types::relation::OnError;
use crate::types::{DataType, EventTime, Nanos};

/// What searches have in common.
pub struct Search {
    pattern: PatternShape,
    conditions: Vec<Condition>,
    program: Program,
    asked: Asked,
    time_column: Option<usize>,
    /// Rows of a partition needed behind a row before it is fed, and before the first one of a search.
    ahead: usize,
    behind: usize,
    /// Whether a partition that is idle says nothing of rows to come.
    forgets: bool,
    matches: Matches,
    types: Vec<DataType>,
    on_error: OnError,
    watermark: EventTime,
    /// Partitions to look at when the watermark has passed a time.
    due: BinaryHeap<Reverse<(EventTime, u32)>>,
    /// How many searches begin with rows of a time.
    starts: BTreeMap<EventTime, usize>,
    spare: Vec<Attempt>,
    /// By thread of the partitions that are fed: the path with the row, `NONE` if it does not take it.
    paths: Vec<u32>,
    /// By variable: tests of its condition, each the number of the thread and its partition.
    tests: Vec<Vec<(u32, u32)>>,
}

/// What a partition waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// Its search is to be fed a row.
    Fed,
    /// Rows, or time.
    Nothing,
}

/// Whether rows may come behind those there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Open,
    Ended,
}

impl Search {
    /// None yet; rows are in order of time where there is such a column.
    pub fn new(shape: RowPatternShape, conditions: Vec<Condition>, time_column: Option<usize>) -> Search {
        let RowPatternShape { keys, pattern, ttl, on_error, types, .. } = shape;
        let program = Program::new(&pattern.pattern);
        let defined = || conditions.iter().filter_map(|condition| condition.rest.as_ref()).flat_map(|rest| &rest.1);
        let asked = Asked::by(defined());
        let offsets = || defined().chain(&pattern.measures).filter_map(Reference::navigation).map(|at| at.offset);
        let ahead = offsets().max().unwrap_or(0).max(0) as usize;
        let behind = offsets().min().unwrap_or(0).min(0).unsigned_abs() as usize;
        let is_numbered = defined().chain(&pattern.measures).any(|reference| *reference == Reference::MatchNumber);
        Search {
            forgets: ttl.is_none() && !keys.is_empty() && behind == 0 && !is_numbered && !program.tells_start(),
            matches: Matches::new(&pattern, &keys, &types),
            tests: conditions.iter().map(|_| Vec::new()).collect(),
            pattern,
            conditions,
            program,
            asked,
            time_column,
            ahead,
            behind,
            types,
            on_error,
            watermark: EventTime::MIN,
            due: BinaryHeap::new(),
            starts: BTreeMap::new(),
            spare: Vec::new(),
            paths: Vec::new(),
        }
    }

    /// The watermark is this.
    pub fn complete(&mut self, watermark: EventTime) {
        self.watermark = watermark;
    }

    /// Partitions whose searches are over because the watermark has passed what a match may span, each once.
    pub fn take_due(&mut self, all: &mut Partitions) -> Vec<u32> {
        let mut due = Vec::new();
        while let Some(Reverse((_, partition))) = self.due.peek().filter(|Reverse((time, _))| *time <= self.watermark) {
            all.at_mut(*partition).end = None;
            due.push(*partition);
            self.due.pop();
        }
        due.sort_unstable();
        due.dedup();
        due
    }

    /// The time of the oldest row that begins a search.
    pub fn oldest(&self) -> EventTime {
        self.starts.first_key_value().map_or(EventTime::MAX, |(time, _)| *time)
    }

    /// Rows found and not given out.
    pub fn found(&self) -> usize {
        self.matches.len()
    }

    /// Gives them out.
    pub fn give(&mut self, stamp: Nanos, out: &mut Output) -> Result<()> {
        self.matches.give(stamp, self.on_error, out)
    }

    /// Searches on in these partitions, each named once, as far as their rows go. Hot: once per batch.
    pub fn run(&mut self, touched: Vec<u32>, all: &mut Partitions, out: &mut Output) -> Result<()> {
        let mut fed = touched.clone();
        loop {
            let mut settled = Vec::with_capacity(fed.len());
            for number in fed {
                if self.settle(all.at_mut(number), Rows::Open, out)? == Wait::Fed {
                    settled.push(number);
                }
            }
            if settled.is_empty() {
                break;
            }
            self.feed(&settled, all, out)?;
            fed = settled;
        }
        for number in &touched {
            self.note_times(*number, all.at_mut(*number));
        }
        if self.forgets {
            all.rest(&touched);
        }
        Ok(())
    }

    /// Searches on in a partition that has no further rows.
    pub fn finish(&mut self, number: u32, all: &mut Partitions, out: &mut Output) -> Result<()> {
        while self.settle(all.at_mut(number), Rows::Ended, out)? == Wait::Fed {
            self.feed(&[number], all, out)?;
        }
        self.note_times(number, all.at_mut(number));
        Ok(())
    }

    fn time_at(&self, rows: &Sequence, position: usize) -> EventTime {
        let Some(column) = self.time_column else { return 0 };
        let (column, row) = rows.at(column, position);
        if let Values::I64(times) = &column.values { times[row] } else { 0 }
    }

    /// Decides and begins searches until one is to be fed or waits.
    fn settle(&mut self, this: &mut Partition, rows: Rows, out: &mut Output) -> Result<Wait> {
        let available = match rows {
            Rows::Open => this.rows.len().saturating_sub(self.ahead),
            Rows::Ended => this.rows.len(),
        };
        loop {
            let Some(attempt) = &mut this.attempt else {
                if this.next >= available {
                    return Ok(Wait::Nothing);
                }
                self.begin(this);
                continue;
            };
            if attempt.is_over() {
                self.decide(this, out)?;
                continue;
            }
            let end = self.pattern.within.map(|within| self.time_at(&this.rows, attempt.start).saturating_add(within));
            if this.fed < available {
                if end.is_none_or(|end| self.time_at(&this.rows, this.fed) < end) {
                    return Ok(Wait::Fed);
                }
                attempt.expire();
            } else if rows == Rows::Ended {
                attempt.end(&self.program);
            } else if this.fed == this.rows.len() && end.is_some_and(|end| self.watermark >= end) {
                attempt.expire();
            } else {
                return Ok(Wait::Nothing);
            }
        }
    }

    fn begin(&mut self, this: &mut Partition) {
        let mut attempt = self.spare.pop().unwrap_or_default();
        attempt.begin(this.next, &self.program, &self.asked);
        this.fed = this.next;
        this.attempt = Some(attempt);
    }

    /// Feeds one row to the search of each of these partitions.
    fn feed(&mut self, fed: &[u32], all: &mut Partitions, out: &mut Output) -> Result<()> {
        self.paths.clear();
        for number in fed {
            self.make_paths(*number, all.at_mut(*number));
        }
        self.test(all, out)?;
        let mut from = 0;
        for number in fed {
            let this = all.at_mut(*number);
            let Some(attempt) = &mut this.attempt else { continue };
            let to = from + attempt.threads().len();
            attempt.advance(&self.paths[from..to], &self.program, &self.asked);
            this.fed += 1;
            from = to;
        }
        Ok(())
    }

    /// The paths that the threads of a search make with its next row, as far as the row itself says.
    fn make_paths(&mut self, number: u32, this: &mut Partition) {
        let Partition { rows, fed, attempt: Some(attempt), .. } = this else { return };
        for at in 0..attempt.threads().len() {
            let thread = attempt.threads()[at];
            let Stop::Take(step, variable) = thread.stop else {
                self.paths.push(NONE);
                continue;
            };
            let condition = &self.conditions[variable];
            if condition.own.is_some_and(|column| !rows.is_true(column, *fed)) {
                self.paths.push(NONE);
                continue;
            }
            if condition.rest.is_some() {
                self.tests[variable].push((self.paths.len() as u32, number));
            }
            let known = (&self.program, &self.asked);
            self.paths.push(attempt.paths.push(thread.path, step, attempt.start, known, rows));
        }
    }

    /// Takes out the paths whose last rows fail the conditions of their variables.
    fn test(&mut self, all: &mut Partitions, out: &mut Output) -> Result<()> {
        let Search { conditions, tests, paths, program, asked, pattern, types, .. } = self;
        let lookup = Lookup { steps: program, asked, variables: &pattern.variables, types };
        let mut failed = Vec::new();
        for (condition, tests) in conditions.iter_mut().zip(tests) {
            let Some(rest) = condition.rest.as_mut().filter(|_| !tests.is_empty()) else { continue };
            let tested = tests.iter().filter_map(|(thread, number)| {
                let Partition { rows, attempt: Some(attempt), matches, .. } = all.at(*number) else { return None };
                Some(Tested { rows, attempt, number: matches + 1, path: paths[*thread as usize] })
            });
            let (held, errors) = select(rest, &tested.collect::<Vec<_>>(), &lookup);
            failed.extend(errors.into_iter().map(|error| (tests[error.row as usize].1, error.reason)));
            let mut held = held.iter().peekable();
            for (at, (thread, _)) in tests.iter().enumerate() {
                if held.next_if_eq(&at).is_none() {
                    paths[*thread as usize] = NONE;
                }
            }
            tests.clear();
        }
        for (number, reason) in failed {
            let this = all.at_mut(number);
            if this.fed >= this.failed {
                this.failed = this.fed + 1;
                let row = Batch::new(this.rows.rows(this.fed, this.fed + 1), 1, 0);
                set_aside(&row, 0, &self.types, reason, self.on_error, out)?;
            }
        }
        Ok(())
    }

    /// Gives out what a search has found, and says where the next one begins.
    fn decide(&mut self, this: &mut Partition, out: &mut Output) -> Result<()> {
        let Some(attempt) = this.attempt.take() else { return Ok(()) };
        let start = attempt.start;
        this.next = start + 1;
        match attempt.outcome() {
            Outcome::Nothing => self.pass_over(start, this),
            Outcome::TooMany => self.reject(start, this, "a match that begins with it can be made in too many ways", out)?,
            Outcome::Match(steps) => match self.skip_to(start, &steps) {
                Ok(next) => {
                    this.next = next;
                    this.matches += 1;
                    // The row where an empty match stands is of a match too.
                    this.matched = this.matched.max(start + steps.len().max(1));
                    let found = Match { rows: &this.rows, start, steps: &steps, number: this.matches };
                    self.matches.add(found, &self.pattern, &self.program);
                }
                Err(why) => self.reject(start, this, why, out)?,
            },
        }
        this.rows.forget(this.next.saturating_sub(self.behind));
        self.spare.push(attempt);
        Ok(())
    }

    /// A row begins no match.
    fn pass_over(&mut self, row: usize, this: &Partition) {
        if matches!(self.pattern.rows, RowsPerMatch::All { unmatched: Unmatched::Show, .. }) && row >= this.matched {
            self.matches.add_unmatched(&this.rows, row);
        }
    }

    #[cold]
    fn reject(&self, row: usize, this: &Partition, why: &'static str, out: &mut Output) -> Result<()> {
        let row = Batch::new(this.rows.rows(row, row + 1), 1, 0);
        set_aside(&row, 0, &self.types, why, self.on_error, out)
    }

    /// Position where the next match may begin.
    fn skip_to(&self, start: usize, steps: &[At]) -> std::result::Result<usize, &'static str> {
        let is_of = |of: Variables, step: &At| of.contains(self.program.taken(*step).0);
        let row = match self.pattern.skip {
            _ if steps.is_empty() => return Ok(start + 1),
            Skip::ToNextRow => return Ok(start + 1),
            Skip::PastLastRow => return Ok(start + steps.len()),
            Skip::To(End::First, of) => steps.iter().position(|step| is_of(of, step)),
            Skip::To(End::Last, of) => steps.iter().rposition(|step| is_of(of, step)),
        };
        match row {
            None => Err("AFTER MATCH SKIP TO a variable that no row of the match is mapped to"),
            Some(0) => Err("AFTER MATCH SKIP TO the first row of the match would find it again"),
            Some(row) => Ok(start + row),
        }
    }

    /// Notes with which row the next match can begin, and when the search is over at the latest.
    fn note_times(&mut self, number: u32, this: &mut Partition) {
        if self.time_column.is_none() {
            return;
        }
        let start = this.attempt.as_ref().map_or(this.next, |attempt| attempt.start);
        let since = (start < this.rows.len()).then(|| self.time_at(&this.rows, start));
        let before = std::mem::replace(&mut this.since, since);
        if before != since {
            since.iter().for_each(|time| *self.starts.entry(*time).or_insert(0) += 1);
            before.iter().for_each(|time| self.release(*time));
        }
        let span = self.pattern.within.filter(|_| this.attempt.is_some());
        let end = span.zip(since).map(|(span, since)| since.saturating_add(span));
        if std::mem::replace(&mut this.end, end) != end {
            self.due.extend(end.map(|end| Reverse((end, number))));
        }
    }

    fn release(&mut self, time: EventTime) {
        if let Some(count) = self.starts.get_mut(&time) {
            *count -= 1;
            if *count == 0 {
                self.starts.remove(&time);
            }
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let spare: usize = self.spare.iter().map(|attempt| size_of::<Attempt>() + attempt.state_bytes()).sum();
        spare + self.due.len() * size_of::<(EventTime, u32)>() + self.starts.len() * 2 * size_of::<EventTime>()
    }
}
