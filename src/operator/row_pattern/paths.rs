//! How threads came to where they are: the rows that they took, as paths that share what they have in common.
//!
//! A node is a row that was taken and the node before it. It knows what conditions ask of the path that ends with it (the first rows and the
//! last one of some variables, and running aggregates), so that no path is walked to test a row.

use super::program::{At, Program};
use super::tally::{Tally, TallyCall};
use crate::operator::over::Sequence;
use crate::types::pattern::{End, Navigation, Reference, Span, Variables};

/// No node, or no row.
pub const NONE: u32 = u32::MAX;

/// What conditions ask of paths.
pub struct Asked {
    /// The last row of these, and how many there are.
    sets: Vec<Variables>,
    /// The row of so many from the first.
    firsts: Vec<(Variables, u32)>,
    tallies: Vec<TallyCall>,
    /// The rows by which the futures of threads differ, besides these,
    told_by: Vec<Navigation>,
    /// if it is not asked what a row is mapped to.
    asks_names: bool,
}

impl Asked {
    /// What these references ask for.
    pub fn by<'a>(references: impl Iterator<Item = &'a Reference>) -> Asked {
        let mut asked =
            Asked { sets: Vec::new(), firsts: Vec::new(), tallies: Vec::new(), told_by: Vec::new(), asks_names: false };
        for reference in references {
            match reference {
                Reference::Value { at, .. } => asked.add(*at),
                Reference::Classifier(at) => {
                    asked.asks_names |= *at != Navigation::last(Variables::ALL);
                    asked.add(*at);
                }
                Reference::Aggregate { call, of, .. } => {
                    let call = TallyCall::new(call, *of);
                    if !asked.tallies.contains(&call) {
                        asked.tallies.push(call);
                    }
                }
                Reference::MatchNumber => {}
            }
        }
        asked
    }

    fn add(&mut self, at: Navigation) {
        if !self.sets.contains(&at.of) {
            self.sets.push(at.of);
        }
        // A row that comes moves the others on.
        for skip in 0..=at.skip {
            let row = Navigation { skip, offset: 0, span: Span::Running, ..at };
            if at.end == End::First && !self.firsts.contains(&(at.of, skip)) {
                self.firsts.push((at.of, skip));
            }
            // The row itself is the same for all.
            if row != Navigation::last(Variables::ALL) && !self.told_by.contains(&row) {
                self.told_by.push(row);
            }
        }
    }

    /// Where a running aggregate stands among those of a path.
    pub fn tally(&self, reference: &Reference) -> Option<usize> {
        let Reference::Aggregate { call, of, .. } = reference else { return None };
        let wanted = TallyCall::new(call, *of);
        self.tallies.iter().position(|call| *call == wanted)
    }

    /// The running aggregates.
    pub fn tallies(&self) -> &[TallyCall] {
        &self.tallies
    }

    /// Whether all threads that wait at the same step have the same future.
    pub fn is_nothing(&self) -> bool {
        self.told_by.is_empty() && self.tallies.is_empty() && !self.asks_names
    }

    fn set(&self, of: Variables) -> usize {
        self.sets.iter().position(|set| *set == of).expect("what is asked for is known")
    }

    /// Numbers by node: for each set its last node, and how many there are; then the first rows.
    fn width(&self) -> usize {
        2 * self.sets.len() + self.firsts.len()
    }
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// Counted from the first row of the attempt: a path takes one after the other.
    row: u32,
    /// The step that took it.
    at: At,
    parent: u32,
}

/// The paths of one attempt.
#[derive(Default)]
pub struct Paths {
    nodes: Vec<Node>,
    numbers: Vec<u32>,
    tallies: Vec<Tally>,
    /// Nodes left when those of no path were last taken out.
    left: usize,
}

impl Paths {
    /// No paths.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.numbers.clear();
        self.tallies.clear();
        self.left = 0;
    }

    /// The path `parent` with one more row, which a step has taken; `start`: position of the first row of the attempt.
    pub fn push(&mut self, parent: u32, at: At, start: usize, (program, asked): (&Program, &Asked), rows: &Sequence) -> u32 {
        let node = self.nodes.len() as u32;
        let row = self.nodes.get(parent as usize).map_or(0, |parent| parent.row + 1);
        self.nodes.push(Node { row, at, parent });
        if asked.sets.is_empty() && asked.tallies.is_empty() {
            return node;
        }
        let (width, variable) = (asked.width(), program.taken(at).0);
        let from = self.numbers.len();
        match parent {
            NONE => asked.sets.iter().for_each(|_| self.numbers.extend([NONE, 0])),
            parent => self.numbers.extend_from_within(parent as usize * width..(parent as usize + 1) * width),
        }
        self.numbers.resize(from + width, NONE);
        let numbers = &mut self.numbers[from..];
        for (at, set) in asked.sets.iter().enumerate().filter(|(_, set)| set.contains(variable)) {
            let count = numbers[2 * at + 1];
            for (first, wanted) in asked.firsts.iter().enumerate() {
                if *wanted == (*set, count) {
                    numbers[2 * asked.sets.len() + first] = row;
                }
            }
            (numbers[2 * at], numbers[2 * at + 1]) = (node, count + 1);
        }
        for (at, call) in asked.tallies.iter().enumerate() {
            let mut tally = match parent {
                NONE => call.empty(),
                parent => self.tallies[parent as usize * asked.tallies.len() + at],
            };
            if call.of().contains(variable) {
                tally.add(call, rows, start + row as usize);
            }
            self.tallies.push(tally);
        }
        node
    }

    /// The steps that took the rows of a path, in their order.
    pub fn steps(&self, mut node: u32) -> Vec<At> {
        let mut steps = Vec::new();
        while node != NONE {
            steps.push(self.nodes[node as usize].at);
            node = self.nodes[node as usize].parent;
        }
        steps.reverse();
        steps
    }

    /// The row of a path that is meant, its offset left out; counted from the first row of the attempt.
    pub fn find(&self, node: u32, to: Navigation, asked: &Asked) -> Option<u32> {
        let (width, set) = (asked.width(), asked.set(to.of));
        let number = |node: u32, at: usize| self.numbers[node as usize * width + at];
        match to.end {
            End::Last => {
                let mut found = number(node, 2 * set);
                for _ in 0..to.skip {
                    let before = self.nodes.get(found as usize)?.parent;
                    found = if before == NONE { NONE } else { number(before, 2 * set) };
                }
                Some(self.nodes.get(found as usize)?.row)
            }
            End::First => {
                let first = asked.firsts.iter().position(|first| *first == (to.of, to.skip))?;
                let row = number(node, 2 * asked.sets.len() + first);
                (row != NONE).then_some(row)
            }
        }
    }

    /// The step that took a row of a path, if the path has it.
    pub fn step_of(&self, mut node: u32, row: u32) -> Option<At> {
        while self.nodes.get(node as usize)?.row > row {
            node = self.nodes[node as usize].parent;
        }
        let found = &self.nodes[node as usize];
        (found.row == row).then_some(found.at)
    }

    /// A running aggregate of a path.
    pub fn tally(&self, node: u32, at: usize, asked: &Asked) -> &Tally {
        &self.tallies[node as usize * asked.tallies.len() + at]
    }

    /// Whether what conditions ask of two paths is the same, now and for ever.
    pub fn are_alike(&self, a: u32, b: u32, asked: &Asked) -> bool {
        let row = |node: u32, to: &Navigation| self.find(node, *to, asked);
        let tallies = |node: u32| &self.tallies[node as usize * asked.tallies.len()..][..asked.tallies.len()];
        let are_alike = || tallies(a) == tallies(b) && asked.told_by.iter().all(|to| row(a, to) == row(b, to));
        a == b || !asked.asks_names && are_alike()
    }

    /// Whether it is worth it to take out the nodes of no path.
    pub fn are_many(&self) -> bool {
        self.nodes.len() > 2 * self.left + 1024
    }

    /// Takes out the nodes that none of these paths has, and renames the ends of these.
    pub fn keep<'a>(&mut self, ends: impl Iterator<Item = &'a mut u32>, asked: &Asked) {
        let ends: Vec<&mut u32> = ends.filter(|end| **end != NONE).collect();
        let mut names = vec![NONE; self.nodes.len()];
        for end in &ends {
            let mut node = **end;
            while node != NONE && names[node as usize] == NONE {
                names[node as usize] = 0;
                node = self.nodes[node as usize].parent;
            }
        }
        let (width, sets, tallies) = (asked.width(), asked.sets.len(), asked.tallies.len());
        let mut kept = Paths::default();
        for old in 0..self.nodes.len() {
            if names[old] == NONE {
                continue;
            }
            names[old] = kept.nodes.len() as u32;
            let renamed = |node: u32| if node == NONE { NONE } else { names[node as usize] };
            let node = self.nodes[old];
            kept.nodes.push(Node { parent: renamed(node.parent), ..node });
            if self.numbers.is_empty() && self.tallies.is_empty() {
                continue;
            }
            let numbers = &self.numbers[old * width..(old + 1) * width];
            let is_node = |at: usize| at < 2 * sets && at.is_multiple_of(2);
            kept.numbers.extend(numbers.iter().enumerate().map(|(at, n)| if is_node(at) { renamed(*n) } else { *n }));
            kept.tallies.extend_from_slice(&self.tallies[old * tallies..(old + 1) * tallies]);
        }
        ends.into_iter().for_each(|end| *end = names[*end as usize]);
        kept.left = kept.nodes.len();
        *self = kept;
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.numbers.capacity() * size_of::<u32>()
            + self.tallies.capacity() * size_of::<Tally>()
    }
}
