//! When rows are over that a join gives out.

use super::{BEHIND_TIME, Bounds, Late, Told, bounds, in_order, in_time, shifted_columns};
use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{Join, conjuncts};
use crate::plan::physical::{JoinTime, TimeMeaning};

/// Columns of both inputs that say so, as the join gives them out.
pub fn behind_join(join: &Join) -> Vec<Bounds> {
    let told = told_by_both(join);
    if told.is_empty() {
        return told;
    }
    let (width, given) = (join.width(), join.given());
    let place = |column: usize| {
        let found = match column < width {
            true => given[0].iter().position(|known| *known == column),
            false => given[1].iter().position(|known| *known + width == column).map(|at| given[0].len() + at),
        };
        found.into_iter().collect::<Vec<_>>()
    };
    told.into_iter().filter_map(|bounds| bounds.moved(place)).collect()
}

/// Those over the columns of the left input followed by those of the right one.
fn told_by_both(join: &Join) -> Vec<Bounds> {
    let below = [bounds(&join.left), bounds(&join.right)];
    let [left, right] = match &join.time {
        _ if join.lookup.is_some() => [below[0].clone(), Vec::new()],
        Some(JoinTime { meaning: TimeMeaning::Versions(_), columns, .. }) => {
            let [left, _] = below;
            [in_time(left, &Told::by(columns[0], BEHIND_TIME)), Vec::new()]
        }
        Some(time) => return by_times(join, time, below),
        None => return by_equal_columns(join, &below),
    };
    shown(join, [left, right])
}

/// Of an input whose columns may be NULL nothing is told by itself.
fn shown(join: &Join, [left, right]: [Vec<Bounds>; 2]) -> Vec<Bounds> {
    let left = left.into_iter().filter(|_| !join.kind.gives_unmatched(1));
    let has_right = join.kind.gives_pairs() && !join.kind.gives_unmatched(0);
    let right = right.into_iter().filter(|_| has_right).filter_map(|bounds| bounds.moved(|column| vec![join.width() + column]));
    left.chain(right).collect()
}

/// A row without a partner is over by the column of its own side.
fn by_either(join: &Join, [left, right]: [&Told; 2]) -> Bounds {
    let of_right = right.by.iter().map(|column| join.width() + column);
    let by = in_order(left.by.iter().copied().chain(of_right).collect());
    Bounds { told: vec![Told { by, after: left.after.max(right.after) }], late: Late::Never }
}

/// Of rows that meet by their times.
fn by_times(join: &Join, time: &JoinTime, [left, right]: [Vec<Bounds>; 2]) -> Vec<Bounds> {
    let after = if time.meaning == TimeMeaning::Windows { 0 } else { BEHIND_TIME };
    let [l, r] = time.columns;
    let either = by_either(join, [&Told::by(l, after), &Told::by(r, after)]);
    let alone = [in_time(left, &Told::by(l, after)), in_time(right, &Told::by(r, after))];
    shown(join, alone).into_iter().chain([either]).collect()
}

/// Of rows that meet only where columns are equal that say of both when they are over.
fn by_equal_columns(join: &Join, below: &[Vec<Bounds>; 2]) -> Vec<Bounds> {
    let (mut alone, mut either) = ([Vec::new(), Vec::new()], Vec::new());
    for part in join.condition.iter().flat_map(conjuncts) {
        let Some([left, right]) = equal_columns(join, &part) else { continue };
        let told = |input: usize, columns: &Vec<usize>| {
            let closed = below[input].iter().filter(|bounds| bounds.late == Late::Never);
            closed.flat_map(|bounds| bounds.told.iter().map(move |told| (bounds, told))).find(|(_, told)| told.by == *columns)
        };
        let (Some(left), Some(right)) = (told(0, &left), told(1, &right)) else { continue };
        either.push(by_either(join, [left.1, right.1]));
        for (input, (own, other)) in [(left, right), (right, left)].into_iter().enumerate() {
            let ((bounds, own), (_, other)) = (own, other);
            // What else says when a row is over holds for both only if the other is over by then.
            let last = Told { after: own.after.max(other.after), ..own.clone() };
            let both = Bounds { told: vec![last], late: Late::Never };
            alone[input].push(if other.after <= own.after { bounds.clone() } else { both });
        }
    }
    shown(join, alone).into_iter().chain(either).collect()
}

/// The columns of each input that a part of the condition makes equal.
fn equal_columns(join: &Join, part: &Expr) -> Option<[Vec<usize>; 2]> {
    let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = part else { return None };
    let (Some((a, 0)), Some((b, 0))) = (shifted_columns(left), shifted_columns(right)) else { return None };
    let is_of_right = |columns: &Vec<usize>| columns.iter().map(|column| *column >= join.width()).collect::<Vec<bool>>();
    let of_right = |columns: Vec<usize>| columns.into_iter().map(|column| column - join.width()).collect();
    let sides = [is_of_right(&a), is_of_right(&b)].map(|sides| (sides.contains(&false), sides.contains(&true)));
    match sides {
        [(true, false), (false, true)] => Some([a, of_right(b)]),
        [(false, true), (true, false)] => Some([b, of_right(a)]),
        _ => None,
    }
}
