//! Expression tree to nodes: picks the kernels by type, flattens AND and OR, pushes NOT into comparisons, folds constants.

use super::arithmetic;
use super::case::Case;
use super::in_list::InList;
use super::logic::{self, Test};
use super::node::{Argument, Negated, Node};
use super::operand::{BinaryKernel, map_strings};
use super::program::{fold, literal};
use super::{BinaryOp, Expr, UnaryOp, cast, compare};
use crate::batch::{Column, Values};
use crate::error::{Error, Result};
use crate::limits;
use crate::types::{DataType, Representation};

/// Depth of a tree at the most: that of the SQL text, each level of which may bring coercions of its own. Deeper: an error.
const DEPTH_MAX: usize = 4 * limits::NESTING_MAX;

/// Compiles a bound expression.
pub(super) fn compile(expr: &Expr) -> Result<Node> {
    compile_at(expr, 0)
}

fn boxed(expr: &Expr, depth: usize) -> Result<Box<Node>> {
    compile_at(expr, depth).map(Box::new)
}

fn compile_at(expr: &Expr, depth: usize) -> Result<Node> {
    if depth > DEPTH_MAX {
        return Err(Error::limit(format!("an expression is nested more than {DEPTH_MAX} levels deep")));
    }
    let depth = depth + 1;
    let node = match expr {
        Expr::Column { index, .. } => return Ok(Node::Column(*index)),
        Expr::Literal { value, data_type } => {
            return literal(value, data_type)
                .map(Node::Constant)
                .ok_or_else(|| Error::internal(format!("the constant {value:?} is no {data_type}")));
        }
        Expr::Unary { op, input } => unary(*op, input, depth)?,
        Expr::Binary { op, left, right, data_type } => binary(*op, left, right, data_type, depth)?,
        Expr::Call { function, args, data_type } => {
            let types: Vec<DataType> = args.iter().map(Expr::data_type).collect();
            let kernel = (function.kernel)(&types, data_type)?;
            let nodes = args.iter().map(|arg| compile_at(arg, depth)).collect::<Result<Vec<_>>>()?;
            Node::Call { kernel, args: nodes.into_iter().map(Argument::new).collect() }
        }
        Expr::Cast { input, data_type, on_failure } => {
            let from = input.data_type();
            let input = compile_at(input, depth)?;
            if from == DataType::Null {
                return Ok(Node::Constant(Column::nulls(data_type, 1)));
            }
            if cast::is_free(&from, data_type) {
                return Ok(input);
            }
            let kernel = cast::kernel(&from, data_type, *on_failure)
                .ok_or_else(|| Error::sql(format!("{from} cannot be cast to {data_type}")))?;
            Node::Unary { kernel, input: Box::new(input), result: data_type.clone() }
        }
        Expr::Case { branches, otherwise, data_type } => {
            let compiled = branches.iter().map(|(when, then)| Ok((compile_at(when, depth)?, typed(then, data_type, depth)?)));
            let branches = compiled.collect::<Result<Vec<_>>>()?;
            let otherwise = otherwise.as_ref().map(|e| typed(e, data_type, depth).map(Box::new)).transpose()?;
            Node::Case(Case { branches, otherwise, result: data_type.clone() })
        }
        Expr::InList { input, list } => {
            let data_type = input.data_type();
            let items = list.iter().map(|item| typed(item, &data_type, depth)).collect::<Result<Vec<_>>>()?;
            Node::InList(InList::new(compile_at(input, depth)?, items))
        }
        Expr::Coalesce { args, data_type } => {
            let args = args.iter().map(|arg| typed(arg, data_type, depth)).collect::<Result<Vec<_>>>()?;
            Node::Coalesce { args, result: data_type.clone() }
        }
    };
    Ok(fold_if_constant(expr, node))
}

/// Folds a node that refers to no column and calls nothing that varies.
fn fold_if_constant(expr: &Expr, mut node: Node) -> Node {
    let mut constant = true;
    expr.walk(&mut |part| {
        constant &= match part {
            Expr::Column { .. } => false,
            Expr::Call { function, .. } => function.deterministic,
            _ => true,
        }
    });
    if constant { fold(&mut node).map_or(node, Node::Constant) } else { node }
}

/// Compiles a part that must be laid out as `wanted`; a bare NULL takes that type.
fn typed(expr: &Expr, wanted: &DataType, depth: usize) -> Result<Node> {
    let found = expr.data_type();
    if found == DataType::Null {
        return Ok(Node::Constant(Column::nulls(wanted, 1)));
    }
    if found.representation() != wanted.representation() {
        return Err(Error::internal(format!("{found} stands where {wanted} is needed")));
    }
    compile_at(expr, depth)
}

fn unary(op: UnaryOp, input: &Expr, depth: usize) -> Result<Node> {
    let test = |test: Test| -> Result<Node> { Ok(Node::Test { test, input: boxed(input, depth)? }) };
    let boolean_test =
        |test: Test| -> Result<Node> { Ok(Node::Test { test, input: Box::new(typed(input, &DataType::Boolean, depth)?) }) };
    match op {
        UnaryOp::Not => not(input, depth),
        UnaryOp::Negate => {
            let data_type = input.data_type();
            let kernel = arithmetic::negate(&data_type).ok_or_else(|| Error::sql(format!("-{data_type} is not defined")))?;
            Ok(Node::Unary { kernel, input: boxed(input, depth)?, result: data_type })
        }
        UnaryOp::IsNull => test(Test::Null),
        UnaryOp::IsNotNull => test(Test::NotNull),
        UnaryOp::IsTrue => boolean_test(Test::True),
        UnaryOp::IsNotTrue => boolean_test(Test::NotTrue),
        UnaryOp::IsFalse => boolean_test(Test::False),
        UnaryOp::IsNotFalse => boolean_test(Test::NotFalse),
    }
}

fn not(input: &Expr, depth: usize) -> Result<Node> {
    if let Expr::Binary { op, left, right, data_type } = input
        && let Some(op) = compare::negated(*op)
    {
        return binary(op, left, right, data_type, depth);
    }
    let kernel = Box::new(|column: &Column, rows: super::operand::Rows<'_>, _: &mut super::RowErrors| logic::not(column, rows));
    Ok(Node::Unary { kernel, input: Box::new(typed(input, &DataType::Boolean, depth)?), result: DataType::Boolean })
}

fn binary(op: BinaryOp, left: &Expr, right: &Expr, result: &DataType, depth: usize) -> Result<Node> {
    let types = (left.data_type(), right.data_type());
    match op {
        BinaryOp::And | BinaryOp::Or => {
            let mut parts = Vec::new();
            flatten(op, left, right, &mut parts);
            let nodes = parts.into_iter().map(|part| typed(part, &DataType::Boolean, depth)).collect::<Result<Vec<_>>>()?;
            Ok(if op == BinaryOp::And { Node::And(nodes) } else { Node::Or(nodes) })
        }
        BinaryOp::Eq | BinaryOp::NotEq | BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq => {
            let (left, right) = sides(left, right, &types, depth)?;
            Ok(Node::Compare { op, left, right })
        }
        BinaryOp::IsDistinctFrom | BinaryOp::IsNotDistinctFrom => {
            let (left, right) = sides(left, right, &types, depth)?;
            let negated = if op == BinaryOp::IsNotDistinctFrom { Negated::Yes } else { Negated::No };
            Ok(Node::Distinct { negated, left, right })
        }
        BinaryOp::Concat => {
            let (left, right) = (Box::new(typed(left, result, depth)?), Box::new(typed(right, result, depth)?));
            Ok(Node::Binary { kernel: concat(), left, right, result: result.clone() })
        }
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
            if types.0 == DataType::Null || types.1 == DataType::Null {
                return Ok(Node::Constant(Column::nulls(result, 1)));
            }
            let kernel = arithmetic::binary(op, &types.0, &types.1, result).ok_or_else(|| {
                Error::sql(format!("{} {} {} giving {result} is not defined", types.0, arithmetic::symbol(op), types.1))
            })?;
            Ok(Node::Binary { kernel, left: boxed(left, depth)?, right: boxed(right, depth)?, result: result.clone() })
        }
    }
}

/// Both sides of a comparison, laid out alike.
fn sides(left: &Expr, right: &Expr, types: &(DataType, DataType), depth: usize) -> Result<(Box<Node>, Box<Node>)> {
    let wanted = if types.0 == DataType::Null { &types.1 } else { &types.0 };
    let alike = types.0 == types.1 || wanted.representation() != Representation::I128;
    if !alike && scale_of(&types.0) != scale_of(&types.1) && types.1 != DataType::Null && types.0 != DataType::Null {
        return Err(Error::internal(format!("{} and {} are compared", types.0, types.1)));
    }
    Ok((Box::new(typed(left, wanted, depth)?), Box::new(typed(right, wanted, depth)?)))
}

fn scale_of(data_type: &DataType) -> Option<u8> {
    if let DataType::Decimal { scale, .. } = data_type { Some(*scale) } else { None }
}

/// The parts of a chain of the same operator, from left to right, without recursion on long chains.
fn flatten<'a>(op: BinaryOp, left: &'a Expr, right: &'a Expr, parts: &mut Vec<&'a Expr>) {
    let mut open = vec![right, left];
    while let Some(part) = open.pop() {
        match part {
            Expr::Binary { op: inner, left, right, .. } if *inner == op => open.extend([&**right, &**left]),
            part => parts.push(part),
        }
    }
}

fn concat() -> BinaryKernel {
    Box::new(|a, b, rows, _| {
        let (left, right) = (a.strings(), b.strings());
        let values = map_strings(rows, |row, out| {
            out.extend_from_slice(left.bytes(row));
            out.extend_from_slice(right.bytes(row));
        });
        Column { values: Values::Str(values), validity: super::operand::both_valid(a, b) }
    })
}
