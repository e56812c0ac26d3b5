//! What must hold of a row before it is written: one of which it does not hold is set aside.

use super::kernel::{Call, kernel};
use super::signature::internal;
use crate::batch::Column;
use crate::expr::ScalarFunction;
use crate::types::DataType;

/// The one function.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[internal(REQUIRED, types, |_, _| kernel(required))];

/// Its name, which nobody can write.
pub const REQUIRED: &str = "$REQUIRED";

fn types(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    (*given == [DataType::Boolean]).then_some((vec![DataType::Boolean], DataType::Boolean))
}

fn required(call: Call<'_>) -> Column {
    let holds = call.values::<bool>(0);
    call.map(|row| if holds[row] { Ok(Some(true)) } else { Err("NULL for a column that takes none") })
}

#[cfg(test)]
mod tests {
    use super::super::testing::evaluate;
    use super::*;
    use crate::types::Value;

    #[test]
    fn what_does_not_hold_is_an_error_of_the_row() {
        let truth = |holds: bool| (Value::Bool(holds), DataType::Boolean);
        assert_eq!(evaluate(REQUIRED, &[truth(true)]), "true");
        assert_eq!(evaluate(REQUIRED, &[truth(false)]), "error: NULL for a column that takes none");
    }
}
