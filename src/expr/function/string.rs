//! Functions of this family.

use crate::expr::ScalarFunction;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[];
