//! A join: equal keys taken out of its condition, both inputs brought to the shard of their keys, or one of them to every shard.

use super::nodes::{age, kept, moved_by, retracts};
use super::{Lowered, Lowering, Placed};
use crate::error::Result;
use crate::expr::{BinaryOp, Expr};
use crate::plan::deadlines::{deadline_of_pairs, deadlines};
use crate::plan::explain::span;
use crate::plan::logical::{self, Plan, all_of, columns_of, conjuncts, moved_columns, shifted};
use crate::plan::physical::{
    Calc, Deadline, Exchange, Join, JoinFilter, JoinKind, JoinTime, Lookup, LookupRows, Node, NodeKind, Recall, Retracts,
    TimeMeaning,
};
use crate::source::Boundedness;
use crate::types::relation::Filling;
use crate::types::time::write_time;
use crate::types::{Field, Reload, Schema};

/// What bounds the state of a join of windows.
const ROWS_OF_OPEN_WINDOWS: &str = "rows of open windows, bounded by the watermark";

/// A condition taken apart.
#[derive(Default)]
struct Condition {
    /// Over the left input ...
    left_keys: Vec<Expr>,
    /// ... equal to these over the right one.
    right_keys: Vec<Expr>,
    rest: Vec<Expr>,
}

impl Lowering<'_> {
    /// The node of a join over its inputs.
    pub(super) fn join(&mut self, plan: &Plan, join: &logical::Join, left: Lowered, right: Lowered) -> Result<Lowered> {
        let condition = Condition::of(join);
        let (widths, on_error) = ([join.width(), join.right.schema().fields.len()], self.on_error(plan));
        let (left, left_keys) = self.with_keys(left, &condition.left_keys, on_error);
        let (right, right_keys) = self.with_keys(right, &condition.right_keys, on_error);
        let replicated = self.replicated(join, [(&left, &left_keys), (&right, &right_keys)]);
        let [left, right] = match replicated {
            Some(0) => [self.sent(left, Exchange::Broadcast), right],
            Some(_) => [left, self.sent(right, Exchange::Broadcast)],
            None => self.together([(left, &left_keys), (right, &right_keys)]),
        };
        let gap = self.nodes[left.node].schema.fields.len() - widths[0];
        let filter = all_of(condition.rest).map(|filter| filter_over(&filter, widths[0], gap));
        let given = join.given();
        let placed = match replicated {
            Some(side) => placed_by([&left, &right][1 - side].placed.clone(), 1 - side, &given),
            None => placed(join.kind, &left.placed, [&left_keys, &right_keys], &given),
        };
        let time = join.time.clone();
        let lookup = join.lookup.map(|rows| self.lookup(join, rows, filter.as_ref()));
        let ttl = match (&time, &lookup) {
            (None, None) => join.ttl.map(|hinted| self.ttl(hinted)),
            (Some(JoinTime { meaning: TimeMeaning::Versions(_), .. }), _) => [None, self.ttl(join.ttl[1])],
            (_, Some(Lookup { recall: Recall::Remembers, .. })) => [self.ttl(None), None],
            _ => [None; 2],
        };
        let input_retracts = [retracts(&join.left), retracts(&join.right)];
        let keeps_all = time.is_none() && lookup.is_none() && join.ttl == [None; 2];
        let deadline = match lookup {
            Some(Lookup { recall: Recall::Remembers, .. }) => deadlines(&join.left).first().copied(),
            _ => deadline_of_pairs(join, [&condition.left_keys, &condition.right_keys]).filter(|_| keeps_all),
        };
        let ttl = if deadline.is_some() { [None; 2] } else { ttl };
        let state_bound = match self.kept_until_the_end(join, input_retracts) {
            _ if deadline.is_some() && lookup.is_none() => ROWS_OF_OPEN_WINDOWS.to_owned(),
            Some(bound) if time.is_none() && lookup.is_none() && ttl == [None; 2] => bound.to_owned(),
            _ => bound(&time, (&lookup, deadline), ttl),
        };
        let kind = join.kind;
        let made = Join { kind, left_keys, right_keys, filter, time, lookup, deadline, ttl, input_retracts, given, on_error };
        let kind = NodeKind::Join(made);
        let mut node = Node::new(kind, vec![left.node, right.node], join.schema.clone());
        node.state_bound = state_bound;
        let node = self.add(node);
        self.write_late((node, 0), &left.placed, &join.late[0], &join.left)?;
        self.write_late((node, 1), &right.placed, &join.late[1], &join.right)?;
        Ok(Lowered { node, placed })
    }

    /// `input` with the values of these keys as columns; and which columns they are.
    fn with_keys(&mut self, input: Lowered, keys: &[Expr], on_error: super::OnError) -> (Lowered, Vec<usize>) {
        let schema = self.nodes[input.node].schema.clone();
        let columns = schema.fields.iter().enumerate().map(|(at, f)| Expr::column(at, f.data_type.clone()));
        let (mut columns, mut fields): (Vec<Expr>, _) = (columns.collect(), schema.fields.clone());
        let positions = keys.iter().map(|key| match key {
            Expr::Column { index, .. } => *index,
            key => {
                fields.push(Field::new(format!("$key{}", columns.len()), key.data_type()));
                columns.push(key.clone());
                columns.len() - 1
            }
        });
        let positions = positions.collect();
        if fields.len() == schema.fields.len() {
            return (input, positions);
        }
        let calc = NodeKind::Calc(Calc { filter: None, columns, on_error });
        let node = self.add(Node::new(calc, vec![input.node], Schema::new(fields)));
        (Lowered { node, placed: input.placed }, positions)
    }

    /// How rows of the left input find those of the right one, which satisfy this besides.
    fn lookup(&self, join: &logical::Join, rows: LookupRows, filter: Option<&JoinFilter>) -> Lookup {
        let filling = self.filling(&join.right);
        let stays = filling == Filling::Once && filter.is_none_or(|filter| filter.filter.is_fixed());
        let recall = match (retracts(&join.left), stays) {
            (Retracts::Never, _) => Recall::Never,
            (Retracts::Maybe, true) => Recall::LooksAgain,
            (Retracts::Maybe, false) => Recall::Remembers,
        };
        Lookup { rows, filling, recall }
    }

    /// How a table is filled in which rows are looked up.
    fn filling(&self, table: &Plan) -> Filling {
        let mut again = None;
        table.walk(&mut |part| {
            if let Plan::Scan(scan) = part {
                again = again.or(self.catalog.tables[scan.table].reload);
            }
        });
        match again {
            Some(reload) => Filling::Again(reload),
            None if self.is_bounded(table) => Filling::Once,
            None => Filling::AsItGoes,
        }
    }

    /// Whether all that a plan reads comes to an end.
    fn is_bounded(&self, plan: &Plan) -> bool {
        let mut bounded = true;
        plan.walk(&mut |part| {
            if let Plan::Scan(scan) = part {
                bounded &= self.source(scan.table).is_ok_and(|source| source.boundedness() == Boundedness::Bounded);
            }
        });
        bounded
    }

    /// What bounds the state of a join that keeps rows of an input only until the other has ended.
    fn kept_until_the_end(&self, join: &logical::Join, retracts: [Retracts; 2]) -> Option<&'static str> {
        let is_forgotten = |own: usize, other: &Plan| retracts[own] == Retracts::Never && self.is_bounded(other);
        match (is_forgotten(0, &join.right), is_forgotten(1, &join.left)) {
            (true, true) => Some("rows of each input until the other has ended"),
            (true, false) => Some("all rows of the right input; left rows until it has ended"),
            (false, true) => Some("all rows of the left input; right rows until it has ended"),
            (false, false) => None,
        }
    }

    /// Two inputs so that rows with equal keys lie on one shard.
    fn together(&mut self, inputs: [(Lowered, &Vec<usize>); 2]) -> [Lowered; 2] {
        if inputs.iter().all(|(input, _)| input.placed == Placed::OneShard) {
            return inputs.map(|(input, _)| input);
        }
        inputs.map(|(input, keys)| match &input.placed {
            Placed::By(columns) if columns == keys && !keys.is_empty() => input,
            Placed::OneShard if keys.is_empty() => input,
            _ if keys.is_empty() => self.sent(input, Exchange::Gather),
            _ => self.sent(input, Exchange::Hash(keys.clone())),
        })
    }
}

impl Condition {
    fn of(join: &logical::Join) -> Condition {
        let mut found = Condition::default();
        for part in join.condition.iter().flat_map(conjuncts) {
            match key(&part, join.width()) {
                Some((left, right)) => {
                    found.left_keys.push(left);
                    found.right_keys.push(right);
                }
                None => found.rest.push(part),
            }
        }
        found
    }
}

/// The two sides of `l = r`, if each reads one input.
fn key(part: &Expr, width: usize) -> Option<(Expr, Expr)> {
    let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = part else { return None };
    let reads = |e: &Expr, wanted: &dyn Fn(usize) -> bool| {
        let columns = columns_of(e);
        !columns.is_empty() && columns.into_iter().all(wanted)
    };
    let (is_left, is_right) = (|column: usize| column < width, |column: usize| column >= width);
    if left.data_type().representation() != right.data_type().representation() {
        return None;
    }
    if reads(left, &is_left) && reads(right, &is_right) {
        Some(((**left).clone(), shifted(right, width)))
    } else if reads(right, &is_left) && reads(left, &is_right) {
        Some(((**right).clone(), shifted(left, width)))
    } else {
        None
    }
}

/// `filter` over the columns that it reads, which stand `gap` further on where they are of the right input.
fn filter_over(filter: &Expr, width: usize, gap: usize) -> JoinFilter {
    let mut columns = columns_of(filter);
    columns.sort_unstable();
    columns.dedup();
    let filter = moved_columns(filter, &|column| columns.binary_search(&column).unwrap_or(0));
    columns.iter_mut().filter(|column| **column >= width).for_each(|column| *column += gap);
    JoinFilter { filter, columns }
}

/// Where the rows given out lie: those with NULLs for keys lie where the row of the other input did.
fn placed(kind: JoinKind, left: &Placed, keys: [&[usize]; 2], given: &[Vec<usize>; 2]) -> Placed {
    let of = |input: usize| placed_by(Placed::By(keys[input].to_vec()), input, given);
    match (left, kind) {
        (Placed::OneShard, _) => Placed::OneShard,
        (_, JoinKind::Inner | JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti) => of(0),
        (_, JoinKind::Right) => of(1),
        (_, JoinKind::Full) => Placed::Anywhere,
    }
}

/// Where rows given out lie that lie where those of one input do.
fn placed_by(placed: Placed, input: usize, given: &[Vec<usize>; 2]) -> Placed {
    let before = if input == 0 { 0 } else { given[0].len() };
    moved_by(placed, |key| given[input].iter().position(|column| *column == key).map(|at| before + at))
}

/// What bounds the state of a join.
fn bound(time: &Option<JoinTime>, (lookup, deadline): (&Option<Lookup>, Option<Deadline>), ttl: [Option<u64>; 2]) -> String {
    if let Some(lookup) = lookup {
        let remembered = match (lookup.recall, deadline) {
            (Recall::Never | Recall::LooksAgain, _) => String::new(),
            (Recall::Remembers, Some(_)) => "; what left rows of open windows met, bounded by the watermark".to_owned(),
            (Recall::Remembers, None) => format!("; {}", kept("what left rows met, as long as they are there", ttl[0])),
        };
        let rows = match lookup.rows {
            LookupRows::All => "all rows of the right input: unbounded",
            LookupRows::Newest => "the newest row of the right input per key: unbounded",
        };
        return match lookup.filling {
            Filling::AsItGoes => format!("{rows}{remembered}"),
            Filling::Once => format!("{rows}; left rows until it is read{remembered}"),
            Filling::Again(when) => {
                let when = read_again(when);
                format!("{rows}, twice while it is read again, {when}; left rows until it is read{remembered}")
            }
        };
    }
    match time {
        Some(JoinTime { meaning: TimeMeaning::Versions(_), .. }) => {
            kept("left rows until the watermark; of the right input one version per key and those behind the watermark", ttl[1])
        }
        None => bound_of_ages(ttl),
        Some(JoinTime { meaning: TimeMeaning::Windows, .. }) => ROWS_OF_OPEN_WINDOWS.to_owned(),
        Some(JoinTime { bounds, .. }) => {
            let [left, right] =
                [bounds.least.saturating_neg(), bounds.greatest].map(|ns| if ns > 0 { span(ns) } else { "0 s".to_owned() });
            format!("left rows up to {left}, right rows up to {right} behind the watermark")
        }
    }
}

/// When a table is read again.
fn read_again(when: Reload) -> String {
    match when {
        Reload::After(interval) => format!("{} after it has been", age(interval)),
        Reload::Every(interval) => format!("every {}", age(interval)),
        Reload::Daily { at, days } => {
            let mut time = Vec::new();
            write_time(&mut time, at.cast_signed(), 0);
            let every = if days == 1 { "every day".to_owned() } else { format!("every {days} days") };
            format!("{every} at {} UTC", String::from_utf8_lossy(&time))
        }
    }
}

/// What bounds the state of a join whose rows only age.
fn bound_of_ages(ttl: [Option<u64>; 2]) -> String {
    let of = |input: &str, ttl: Option<u64>| match ttl {
        Some(ttl) => format!("rows of {input} that came within {}", age(ttl)),
        None => format!("all rows of {input}: unbounded"),
    };
    match ttl {
        [left, right] if left == right => of("both inputs", left),
        [left, right] => format!("{}; {}", of("the left input", left), of("the right input", right)),
    }
}
