//! The nodes of a compiled expression and how each is evaluated: the only place that walks the tree.

use super::arrival::Arrival;
use super::lambda::LambdaCall;
use super::logic::{self, Test};
use super::operand::{BinaryKernel, Operand, Rows, UnaryKernel, broadcast};
use super::{BinaryOp, Kernel, RowErrors, case, compare, in_list};
use crate::batch::{Batch, Column, Selection};
use crate::types::DataType;

/// A compiled expression.
pub(super) enum Node {
    /// A column of the batch.
    Column(usize),
    /// A constant, as a column of one row.
    Constant(Column),
    /// When each row arrived.
    Arrival(Arrival),
    /// A kernel of one argument.
    Unary { kernel: UnaryKernel, input: Box<Node>, result: DataType },
    /// A kernel of two arguments; NULL where one of them is.
    Binary { kernel: BinaryKernel, left: Box<Node>, right: Box<Node>, result: DataType },
    /// A comparison; NULL where one side is.
    Compare { op: BinaryOp, left: Box<Node>, right: Box<Node> },
    /// IS [NOT] DISTINCT FROM.
    Distinct { negated: Negated, left: Box<Node>, right: Box<Node> },
    /// IS NULL, IS TRUE and their like.
    Test { test: Test, input: Box<Node> },
    /// AND of all.
    And(Vec<Node>),
    /// OR of all.
    Or(Vec<Node>),
    /// A library function.
    Call { kernel: Box<dyn Kernel>, args: Vec<Argument> },
    /// A function of a lambda.
    Lambda(Box<LambdaCall>),
    /// CASE.
    Case(case::Case),
    /// COALESCE.
    Coalesce { args: Vec<Node>, result: DataType },
    /// IN.
    InList(in_list::InList),
}

/// Whether an operator is meant the other way round.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Negated {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// An argument of a library function: constants are kept as full columns, made once for batches of the same size.
pub(super) struct Argument {
    node: Node,
    broadcast: Option<Column>,
}

impl Argument {
    pub fn new(node: Node) -> Self {
        Self { node, broadcast: None }
    }

    fn evaluate<'a>(&'a mut self, batch: &'a Batch, selection: &Selection, errors: &mut RowErrors) -> Operand<'a> {
        match &mut self.node {
            Node::Constant(column) => {
                let rows = batch.rows();
                if self.broadcast.as_ref().is_none_or(|b| b.len() != rows) {
                    self.broadcast = Some(broadcast(column, rows));
                }
                self.broadcast.as_ref().map_or(Operand::Constant(column), Operand::Borrowed)
            }
            node => node.evaluate(batch, selection, errors),
        }
    }
}

impl Node {
    /// Evaluates on the selected rows. Hot: once per batch.
    pub fn evaluate<'a>(&'a mut self, batch: &'a Batch, selection: &Selection, errors: &mut RowErrors) -> Operand<'a> {
        let rows = Rows { len: batch.rows(), selection };
        Operand::Owned(match self {
            Node::Column(index) => return Operand::Borrowed(&batch.columns[*index]),
            Node::Constant(column) => return Operand::Constant(column),
            Node::Arrival(arrival) => arrival.evaluate(batch),
            Node::Unary { kernel, input, result } => {
                let input = input.evaluate(batch, selection, errors);
                if input.is_constant_null() {
                    Column::nulls(result, rows.len)
                } else if input.is_constant() {
                    kernel(&input.into_column(rows.len), rows, errors)
                } else {
                    kernel(input.column(), rows, errors)
                }
            }
            Node::Binary { kernel, left, right, result } => {
                let left = left.evaluate(batch, selection, errors);
                let right = right.evaluate(batch, selection, errors);
                if left.is_constant_null() || right.is_constant_null() {
                    Column::nulls(result, rows.len)
                } else {
                    kernel(&left, &right, rows, errors)
                }
            }
            Node::Compare { op, left, right } => {
                let left = left.evaluate(batch, selection, errors);
                let right = right.evaluate(batch, selection, errors);
                if left.is_constant_null() || right.is_constant_null() {
                    Column::nulls(&DataType::Boolean, rows.len)
                } else {
                    compare::evaluate(*op, &left, &right, rows)
                }
            }
            Node::Distinct { negated, left, right } => {
                let left = left.evaluate(batch, selection, errors);
                let right = right.evaluate(batch, selection, errors);
                let differs = compare::distinct(&left, &right, rows);
                if *negated == Negated::Yes { logic::not(&differs, rows) } else { differs }
            }
            Node::Test { test, input } => {
                let input = input.evaluate(batch, selection, errors);
                if input.is_constant() {
                    logic::test(*test, &input.into_column(rows.len), rows)
                } else {
                    logic::test(*test, input.column(), rows)
                }
            }
            Node::And(nodes) => logic::chain(nodes, logic::Absorbing::False, batch, selection, errors),
            Node::Or(nodes) => logic::chain(nodes, logic::Absorbing::True, batch, selection, errors),
            Node::Call { kernel, args } => {
                let args: Vec<Operand<'_>> = args.iter_mut().map(|arg| arg.evaluate(batch, selection, errors)).collect();
                let columns: Vec<&Column> = args.iter().map(Operand::column).collect();
                kernel.evaluate(&columns, rows.len, selection, errors)
            }
            Node::Lambda(call) => call.evaluate(batch, selection, errors),
            Node::Case(case) => case.evaluate(batch, selection, errors),
            Node::Coalesce { args, result } => case::coalesce(args, result, batch, selection, errors),
            Node::InList(list) => list.evaluate(batch, selection, errors),
        })
    }

    /// The selected rows for which the BOOLEAN is TRUE. Hot: once per batch.
    pub fn select(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Selection {
        match self {
            Node::Compare { op, left, right } => {
                let left = left.evaluate(batch, selection, errors);
                let right = right.evaluate(batch, selection, errors);
                if left.is_constant_null() || right.is_constant_null() {
                    return Selection::Rows(Vec::new());
                }
                compare::select(*op, &left, &right, Rows { len: batch.rows(), selection })
            }
            Node::And(nodes) => logic::select_all(nodes, batch, selection, errors),
            Node::Or(nodes) => logic::select_any(nodes, batch, selection, errors),
            node => logic::select_true(&node.evaluate(batch, selection, errors), selection),
        }
    }

    /// Whether `mask` applies: comparisons of columns and constants, and AND of such. None of them can fail, so each may look at all rows.
    pub fn is_maskable(&self) -> bool {
        let plain = |node: &Node| match node {
            Node::Column(_) => true,
            Node::Constant(column) => !column.is_null(0),
            _ => false,
        };
        match self {
            Node::Compare { left, right, .. } => plain(left) && plain(right),
            Node::And(nodes) => !nodes.is_empty() && nodes.iter().all(Node::is_maskable),
            _ => false,
        }
    }

    /// One bit for each row for which the BOOLEAN is TRUE; only where `is_maskable`. Hot: once per batch.
    pub fn mask(&mut self, batch: &Batch, words: &mut Vec<u64>) {
        let (all, mut errors) = (Selection::All(batch.rows()), RowErrors::default());
        match self {
            Node::Compare { op, left, right } => {
                let left = left.evaluate(batch, &all, &mut errors);
                let right = right.evaluate(batch, &all, &mut errors);
                compare::mask(*op, &left, &right, batch.rows(), words);
            }
            Node::And(nodes) => {
                let mut part = Vec::new();
                for (at, node) in nodes.iter_mut().enumerate() {
                    if at == 0 {
                        node.mask(batch, words);
                        continue;
                    }
                    node.mask(batch, &mut part);
                    words.iter_mut().zip(&part).for_each(|(word, part)| *word &= part);
                }
            }
            _ => unreachable!("asked of a node that gives no mask"),
        }
    }
}
