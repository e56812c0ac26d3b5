//! CAST and TRY_CAST.
use super::CastFailure;
use super::operand::UnaryKernel;
use crate::types::DataType;
/// Whether `from` can be cast to `to`.
pub fn castable(from: &DataType, to: &DataType) -> bool {
    *from == DataType::Null || from == to || kernel(from, to, CastFailure::RowError).is_some()
}
pub(super) fn kernel(_from: &DataType, _to: &DataType, _on_failure: CastFailure) -> Option<UnaryKernel> {
    None
}
