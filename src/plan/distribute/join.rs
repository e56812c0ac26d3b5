//! A join: equal keys taken out of its condition, both inputs brought to the shard of their keys.

use super::{Lowered, Lowering, Placed};
use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{self, Plan, all_of, columns_of, conjuncts, moved_columns, shifted};
use crate::plan::physical::{Calc, Exchange, Join, JoinFilter, JoinKind, Node, NodeKind};
use crate::types::{Field, Schema};

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
    pub(super) fn join(&mut self, plan: &Plan, join: &logical::Join, left: Lowered, right: Lowered) -> Lowered {
        let condition = Condition::of(join);
        let (widths, on_error) = ([join.width(), join.right.schema().fields.len()], self.on_error(plan));
        let (left, left_keys) = self.with_keys(left, &condition.left_keys, on_error);
        let (right, right_keys) = self.with_keys(right, &condition.right_keys, on_error);
        let [left, right] = self.together([(left, &left_keys), (right, &right_keys)]);
        let schemas = [&left, &right].map(|input| self.nodes[input.node].schema.clone());
        let [left_fields, right_fields] = schemas.map(|schema| schema.fields);
        let gap = left_fields.len() - widths[0];
        let filter = all_of(condition.rest).map(|filter| filter_over(&filter, widths[0], gap));
        let right_from = left_fields.len();
        let mut fields = left_fields;
        if join.kind.gives_pairs() {
            fields.extend(right_fields);
        }
        let placed = placed(join.kind, &left.placed, &left_keys, &right_keys, right_from);
        let kind = NodeKind::Join(Join { kind: join.kind, left_keys, right_keys, filter, on_error });
        let mut node = Node::new(kind, vec![left.node, right.node], Schema::new(fields));
        node.state_bound = "all rows of both inputs: no bound".to_owned();
        let made = Lowered { node: self.add(node), placed };
        self.without_keys(made, join, widths, right_from, on_error)
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

    /// The columns of the join as it was written, without those added for keys.
    fn without_keys(
        &mut self,
        made: Lowered,
        join: &logical::Join,
        widths: [usize; 2],
        right_from: usize,
        on_error: super::OnError,
    ) -> Lowered {
        let right = if join.kind.gives_pairs() { right_from..right_from + widths[1] } else { 0..0 };
        let kept: Vec<usize> = (0..widths[0]).chain(right).collect();
        if kept.len() == self.nodes[made.node].schema.fields.len() {
            return made;
        }
        let fields = kept.iter().zip(&join.schema.fields);
        let columns = fields.map(|(at, field)| Expr::column(*at, field.data_type.clone())).collect();
        let calc = NodeKind::Calc(Calc { filter: None, columns, on_error });
        let node = self.add(Node::new(calc, vec![made.node], join.schema.clone()));
        Lowered { node, placed: super::nodes::moved_by(made.placed, |column| kept.iter().position(|at| *at == column)) }
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
fn placed(kind: JoinKind, left: &Placed, left_keys: &[usize], right_keys: &[usize], right_from: usize) -> Placed {
    match (left, kind) {
        (Placed::OneShard, _) => Placed::OneShard,
        (_, JoinKind::Inner | JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti) => Placed::By(left_keys.to_vec()),
        (_, JoinKind::Right) => Placed::By(right_keys.iter().map(|key| right_from + key).collect()),
        (_, JoinKind::Full) => Placed::Anywhere,
    }
}
