//! The seam to what stands outside of binding: the function library, constant evaluation, types as they are written.

pub use crate::expr::evaluate_constant;
pub use crate::expr::function::{is_format_of_bytes, lookup, wrong_field, wrong_rounding};
pub use crate::plan::parse::data_type;
