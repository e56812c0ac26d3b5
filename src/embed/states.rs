//! The states of an aggregate of the program, by group, as any accumulator's. On a shard: a step is the program's own, compiled into the loop over
//! the rows.

use std::marker::PhantomData;
use std::sync::Arc;

use super::aggregate::{Outcome, push};
use super::function::{Arguments, Returned};
use crate::batch::{Column, StrColumn, Values};
use crate::operator::{Accumulator, Offer, Rows, Verdict};
use crate::state::{GroupWords, RowStore};

/// What an aggregate can besides taking rows.
pub(super) struct Abilities<S> {
    /// Whether some step may fail.
    pub can_fail: bool,
    pub retract: Option<Box<Retract<S>>>,
    pub merge: Option<Merge<S>>,
    pub bytes: Option<Box<Bytes<S>>>,
}

type Bytes<S> = dyn Fn(&S) -> usize + Send + Sync;
type Retract<S> = dyn Fn(&mut S, &[&Column], usize) -> Result<(), String> + Send + Sync;
type Write<S> = dyn Fn(&S, &mut Vec<u8>) + Send + Sync;
type Add<S> = dyn Fn(&mut S, &[u8]) -> Result<(), String> + Send + Sync;

/// How states are added up.
pub(super) struct Merge<S> {
    pub write: Box<Write<S>>,
    pub add: Box<Add<S>>,
}

/// The states of all groups.
pub(super) struct States<S, A, F, G> {
    abilities: Arc<Abilities<S>>,
    accumulate: Arc<F>,
    finish: Arc<G>,
    states: Vec<S>,
    before: Before<S>,
    /// Why the last step failed that did.
    reason: String,
    arguments: PhantomData<fn(A)>,
}

/// The states that the last rows have changed, as they were.
#[derive(Default)]
struct Before<S> {
    states: Vec<(usize, S)>,
    /// By group: the number of the last update in which its state was copied.
    copied: Vec<u64>,
    update: u64,
}

impl<S: Clone> Before<S> {
    fn begin(&mut self, groups: usize) {
        self.states.clear();
        self.copied.resize(groups, 0);
        self.update += 1;
    }

    #[inline]
    fn keep(&mut self, group: usize, state: &S) {
        if self.copied[group] != self.update {
            self.copied[group] = self.update;
            self.states.push((group, state.clone()));
        }
    }
}

impl<S: Clone + Default, A, F, G> States<S, A, F, G> {
    pub fn new(abilities: &Arc<Abilities<S>>, accumulate: &Arc<F>, finish: &Arc<G>) -> Self {
        let (abilities, accumulate, finish) = (abilities.clone(), accumulate.clone(), finish.clone());
        let before = Before { states: Vec::new(), copied: Vec::new(), update: 0 };
        Self { abilities, accumulate, finish, states: Vec::new(), before, reason: String::new(), arguments: PhantomData }
    }

    /// Takes a step for each of these rows, up to the first that fails. Hot: once per row.
    #[inline]
    fn each(&mut self, rows: Rows<'_>, step: impl Fn(&mut S, usize, i64) -> Result<(), String>) -> Verdict {
        let (can_fail, mut failed) = (self.abilities.can_fail, None);
        let Self { states, before, .. } = self;
        if can_fail {
            before.begin(states.len());
        }
        rows.for_each(|row, group, sign| {
            if failed.is_none() {
                if can_fail {
                    before.keep(group, &states[group]);
                }
                failed = step(&mut states[group], row, sign).err();
            }
        });
        match failed {
            None => Verdict::Sound,
            Some(reason) => {
                self.reason = reason;
                Verdict::Overflow
            }
        }
    }

    fn set_back(&mut self) {
        self.before.states.drain(..).for_each(|(group, state)| self.states[group] = state);
    }
}

impl<S, A, O, R, F, G> Accumulator for States<S, A, F, G>
where
    S: Clone + Default + Send + 'static,
    A: Arguments,
    O: Outcome,
    R: Returned,
    F: for<'a> Fn(&mut S, A::Of<'a>) -> O + Send + Sync,
    G: Fn(&S) -> R + Send + Sync,
{
    fn resize(&mut self, bound: usize) {
        if self.states.len() < bound {
            self.states.resize_with(bound, S::default);
        }
    }
    fn reset(&mut self, group: usize) {
        self.states[group] = S::default();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let (accumulate, abilities) = (self.accumulate.clone(), self.abilities.clone());
        self.each(rows, |state, row, sign| match (sign > 0, &abilities.retract) {
            (true, _) => A::read(arguments, row).map_or(Ok(()), |values| accumulate(state, values).settled()),
            (false, Some(retract)) => retract(state, arguments, row),
            (false, None) => Err("the function takes no rows back".to_owned()),
        })
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn undo(&mut self, _store: &mut RowStore, _arguments: &[&Column], _rows: Rows<'_>) {
        self.set_back();
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            if let Some(merge) = &self.abilities.merge {
                (merge.write)(&self.states[*group as usize], &mut bytes);
            }
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        let abilities = self.abilities.clone();
        self.each(rows, |state, row, _| match &abilities.merge {
            Some(merge) => (merge.add)(state, packed.bytes(row)),
            None => Err("the function adds no states up".to_owned()),
        })
    }
    fn unmerge(&mut self, _store: &mut RowStore, _states: &[Column], _rows: Rows<'_>) {
        self.set_back();
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        let mut column = Column::with_capacity(&R::data_type(), groups.len());
        groups.numbers().iter().for_each(|group| push((self.finish)(&self.states[*group as usize]), &mut column));
        column
    }
    fn failure(&self) -> Option<&str> {
        self.abilities.can_fail.then_some(&self.reason)
    }
    fn state_bytes(&self) -> usize {
        let held = |state: &S| self.abilities.bytes.as_ref().map_or(0, |bytes| bytes(state));
        let own = self.states.capacity() * size_of::<S>() + self.states.iter().map(held).sum::<usize>();
        let before = self.before.states.iter().map(|(_, state)| size_of::<(usize, S)>() + held(state)).sum::<usize>();
        own + before + self.before.copied.capacity() * size_of::<u64>()
    }
}
