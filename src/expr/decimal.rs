//! DECIMAL arithmetic.
use super::BinaryOp;
use super::operand::BinaryKernel;
use crate::types::DataType;
pub(super) fn binary(_op: BinaryOp, _left: &DataType, _right: &DataType, _result: &DataType) -> Option<BinaryKernel> {
    None
}
