//! Groups that are given out for the last time, some at a time.

use super::{FlatGroups, Grouped, Retention, Shape};
use crate::batch::Column;
use crate::types::relation::Retracts;

/// The groups, and which of them are still to be given out.
pub struct Closing {
    groups: Grouped,
    rest: Rest,
    /// How many there were.
    count: usize,
}

/// What is still to be given out.
enum Rest {
    /// A flat table from this place on.
    FlatFrom(usize),
    /// Some groups, and how many of them were.
    Listed(Vec<u32>, usize),
}

impl Closing {
    /// All groups with rows, in the order in which they came, or if they are in a flat table, in that of their hashes.
    pub fn all(groups: Grouped, shape: &Shape) -> Self {
        let rest = match &groups.flat {
            Some(_) => Rest::FlatFrom(0),
            None => Rest::Listed(groups.in_order(shape), 0),
        };
        Self { count: groups.len(), groups, rest }
    }

    /// None of the groups.
    pub fn none(groups: Grouped) -> Self {
        Self { count: groups.len(), groups, rest: Rest::Listed(Vec::new(), 0) }
    }

    /// Keys and results of the next groups, at most `budget` of them, and how many they are.
    pub fn take(&mut self, budget: usize) -> (Vec<Column>, Vec<Column>, usize) {
        match &mut self.rest {
            Rest::FlatFrom(place) => {
                let Some(mut flat) = self.groups.flat.take() else { return (Vec::new(), Vec::new(), 0) };
                let next = flat.take(*place, budget);
                let (keys, results) = self.groups.read_listed(&flat);
                let count = flat.listed().len();
                self.groups.flat = Some(flat);
                match next {
                    Some(next) => *place = next,
                    None => self.rest = Rest::Listed(Vec::new(), 0),
                }
                (keys, results, count)
            }
            Rest::Listed(order, next) => {
                let chunk = &order[*next..order.len().min(*next + budget)];
                let (keys, results) = self.groups.read(chunk);
                *next += chunk.len();
                (keys, results, chunk.len())
            }
        }
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        matches!(&self.rest, Rest::Listed(order, next) if *next == order.len())
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.groups.state_bytes()
    }

    /// The memory of groups given out, for others; `None` if it is not worth keeping.
    pub fn into_spare(self) -> Option<Grouped> {
        let flat = self.groups.flat.as_ref()?;
        (flat.groups() == 0 && !flat.is_oversized_for(self.count)).then_some(self.groups)
    }
}

impl Grouped {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.flat.as_ref().map_or(self.table.len(), FlatGroups::groups)
    }

    /// The groups with rows, in the order in which they came.
    fn in_order(&self, shape: &Shape) -> Vec<u32> {
        let mut groups = self.table.in_order();
        if shape.retracts == Retracts::Maybe && shape.keeps_empty == Retention::Remove {
            groups.retain(|g| self.groups.rows_of(*g) > 0);
        }
        groups
    }
}
