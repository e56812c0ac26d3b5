//! A compiled expression, as a shard runs it: one walk over its nodes a batch.

use super::compile::compile;
use super::node::Node;
use super::operand::Operand;
use super::{Expr, RowErrors};
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::types::{DataType, Value};

/// A compiled expression. Belongs to one shard.
pub struct Program {
    root: Node,
}

impl Program {
    /// Compiles a bound expression; constant parts are evaluated here, once.
    pub fn compile(expr: &Expr) -> Result<Program> {
        Ok(Program { root: compile(expr)? })
    }

    /// Evaluates on the selected rows. The result has `batch.rows()` rows; those not selected, or failed, are unspecified. A plain
    /// column reference is copied here: who can take the column itself asks `as_column` first. Hot: once per batch.
    pub fn evaluate(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Column {
        self.root.evaluate(batch, selection, errors).into_column(batch.rows())
    }

    /// The rows of the selection for which the BOOLEAN is TRUE; comparisons and AND make no column in between, and
    /// what cannot become TRUE any more (NULL in one part of an AND) is not looked at again.
    /// `Selection::All` in and no row lost gives `Selection::All`. Hot: once per batch.
    pub fn select(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Selection {
        self.root.select(batch, selection, errors)
    }

    /// The column, where the expression is nothing but one.
    pub fn as_column(&self) -> Option<usize> {
        match self.root {
            Node::Column(index) => Some(index),
            _ => None,
        }
    }
}

/// The value of an expression of constants; `None` if it refers to columns, is not deterministic, or fails.
pub fn evaluate_constant(expr: &Expr) -> Result<Option<Value>> {
    Ok(match compile(expr)? {
        Node::Constant(column) => Some(column.value(0, &expr.data_type())),
        _ => None,
    })
}

/// The value of a node whose parts are constants, as a column of one row; `None` if it fails.
pub(super) fn fold(node: &mut Node) -> Option<Column> {
    let mut errors = RowErrors::default();
    let batch = Batch::new(Vec::new(), 1, 0);
    let column = match node.evaluate(&batch, &Selection::All(1), &mut errors) {
        Operand::Constant(column) => column.clone(),
        other => other.into_column(1),
    };
    errors.is_empty().then_some(column)
}

/// A column of one row with the value of a literal; `None` if the value is of another representation than the type.
pub(super) fn literal(value: &Value, data_type: &DataType) -> Option<Column> {
    use crate::types::Representation as R;
    let fits = match (value, data_type.representation()) {
        (Value::Null, _) | (Value::Bool(_), R::Bool) | (Value::Int(_), R::I64) | (Value::Double(_), R::F32 | R::F64) => true,
        (Value::Int(n), R::I8) => i8::try_from(*n).is_ok(),
        (Value::Int(n), R::I16) => i16::try_from(*n).is_ok(),
        (Value::Int(n), R::I32) => i32::try_from(*n).is_ok(),
        (Value::Decimal(_), R::I128) | (Value::Str(_) | Value::Bytes(_), R::Str) => true,
        _ => false,
    };
    fits.then(|| Column::constant(data_type, value, 1))
}
