//! Expression tree to nodes: picks the kernels by type, flattens AND and OR, pushes NOT into comparisons, folds constants.

use super::arithmetic;
use super::arrival::Arrival;
use super::case::Case;
use super::in_list::InList;
use super::lambda::LambdaCall;
use super::logic::{self, Test};
use super::node::{Argument, Negated, Node};
use super::operand::{BinaryKernel, map_strings};
use super::program::{fold, literal};
use super::{BinaryOp, CastFailure, Expr, Function, Lambda, UnaryOp, cast, compare};
use crate::batch::{Column, Values};
use crate::error::{Error, Result};
use crate::limits;
use crate::sys::clock::{Clock, HostClock};
use crate::types::{DataType, Value};

/// Depth of a tree at the most: that of the SQL text, each level of which may bring a coercion of its own. Deeper: an error.
const DEPTH_MAX: usize = 2 * limits::NESTING_MAX;

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
        Expr::Arrival => return Ok(Node::Arrival(Arrival::new(HostClock::wall_of_zero(), HostClock::start().now()))),
        Expr::SplitWatermark { .. } => return Err(Error::internal("a watermark that no column gives")),
        Expr::Literal { value, data_type } => return constant(value, data_type),
        Expr::Unary { op, input } => unary(*op, input, depth)?,
        Expr::Binary { op, left, right, data_type } => binary(*op, left, right, data_type, depth)?,
        Expr::Call { function, args, data_type } => call(function, args, data_type, depth)?,
        Expr::Cast { input, data_type, on_failure } => cast(input, data_type, *on_failure, depth)?,
        Expr::Case { branches, otherwise, data_type } => case(branches, otherwise.as_deref(), data_type, depth)?,
        Expr::InList { input, list } => in_list(input, list, depth)?,
        Expr::Lambda { lambda, nested, captured, data_type } => of_lambda(lambda, nested, captured, data_type, depth)?,
        Expr::Coalesce { args, data_type } => {
            Node::Coalesce { args: typed_all(args, data_type, depth)?, result: data_type.clone() }
        }
    };
    Ok(fold_if_constant(expr, node))
}

fn constant(value: &Value, data_type: &DataType) -> Result<Node> {
    let column = literal(value, data_type).ok_or_else(|| Error::internal(format!("the constant {value:?} is no {data_type}")))?;
    Ok(Node::Constant(column))
}

fn null(data_type: &DataType) -> Node {
    Node::Constant(Column::nulls(data_type, 1))
}

fn call(function: &Function, args: &[Expr], result: &DataType, depth: usize) -> Result<Node> {
    let types: Vec<DataType> = args.iter().map(Expr::data_type).collect();
    let kernel = function.kernel(&types, result)?;
    let args = args.iter().map(|arg| compile_at(arg, depth).map(Argument::new)).collect::<Result<_>>()?;
    Ok(Node::Call { kernel, args })
}

fn cast(input: &Expr, to: &DataType, on_failure: CastFailure, depth: usize) -> Result<Node> {
    let from = input.data_type();
    if from == DataType::Null {
        return Ok(null(to));
    }
    let input = boxed(input, depth)?;
    if cast::is_free(&from, to) {
        return Ok(*input);
    }
    let kernel = cast::kernel(&from, to, on_failure).ok_or_else(|| Error::sql(format!("{from} cannot be cast to {to}")))?;
    Ok(Node::Unary { kernel, input, result: to.clone() })
}

fn case(branches: &[(Expr, Expr)], otherwise: Option<&Expr>, result: &DataType, depth: usize) -> Result<Node> {
    let mut compiled = Vec::with_capacity(branches.len());
    for (when, then) in branches {
        compiled.push((typed(when, &DataType::Boolean, depth)?, typed(then, result, depth)?));
    }
    let otherwise = otherwise.map(|expr| typed(expr, result, depth).map(Box::new)).transpose()?;
    Ok(Node::Case(Case { branches: compiled, otherwise, result: result.clone() }))
}

fn in_list(input: &Expr, list: &[Expr], depth: usize) -> Result<Node> {
    let data_type = input.data_type();
    if data_type == DataType::Null {
        return Ok(null(&DataType::Boolean));
    }
    let items = typed_all(list, &data_type, depth)?;
    Ok(Node::InList(InList::new(compile_at(input, depth)?, items)))
}

fn of_lambda(lambda: &Lambda, nested: &Expr, captured: &[Expr], result: &DataType, depth: usize) -> Result<Node> {
    let mut around = Vec::with_capacity(captured.len());
    for expr in captured {
        around.push(compile_at(expr, depth)?);
    }
    let (nested, body) = (compile_at(nested, depth)?, compile_at(&lambda.body, depth)?);
    Ok(Node::Lambda(Box::new(LambdaCall::new(lambda, nested, around, body, result)?)))
}

fn typed_all(exprs: &[Expr], wanted: &DataType, depth: usize) -> Result<Vec<Node>> {
    // A loop, as in `case`: iterator adapters would take several times the stack on every level.
    let mut nodes = Vec::with_capacity(exprs.len());
    for expr in exprs {
        nodes.push(typed(expr, wanted, depth)?);
    }
    Ok(nodes)
}

/// Folds a node that refers to no column and calls nothing that varies.
fn fold_if_constant(expr: &Expr, mut node: Node) -> Node {
    let mut constant = true;
    let mut open = vec![expr];
    while let (true, Some(part)) = (constant, open.pop()) {
        constant = match part {
            Expr::Column { .. } | Expr::Arrival | Expr::SplitWatermark { .. } => false,
            Expr::Call { function, .. } => function.is_deterministic(),
            Expr::Lambda { lambda, .. } => lambda.body.is_fixed(),
            _ => true,
        };
        open.extend(part.children());
    }
    if constant { fold(&mut node).map_or(node, Node::Constant) } else { node }
}

/// Compiles a part that must be laid out as `wanted`, of the same scale if it is a DECIMAL; a bare NULL takes that type.
fn typed(expr: &Expr, wanted: &DataType, depth: usize) -> Result<Node> {
    let found = expr.data_type();
    if found == DataType::Null {
        return Ok(null(wanted));
    }
    if found.representation() != wanted.representation() || scale_of(&found) != scale_of(wanted) {
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
            if data_type == DataType::Null {
                return Ok(null(&data_type));
            }
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
                return Ok(null(result));
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
