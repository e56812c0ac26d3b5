//! What aggregates of the program around the job are asked for: whether they can do it is known when it is known what their input does.

use super::Lowering;
use crate::error::{Error, Result};
use crate::plan::physical::{AggregateCall, AggregateFunction, Aligned, Emit, Retracts, Window};

impl Lowering<'_> {
    /// Refuses calls over rows that are taken back which take none back, and over windows that are made of parts which do not add up.
    pub(super) fn check_given(&self, calls: &[AggregateCall], retracts: Retracts, window: Option<(Window, Emit)>) -> Result<()> {
        let in_parts = window.is_some_and(|(window, emit)| is_of_parts(window, emit));
        for call in calls {
            let AggregateFunction::Given(given) = &call.function else { continue };
            let (error, hint) = match () {
                () if retracts == Retracts::Maybe && !call.takes_back() => {
                    ("takes no rows back, and those of its input change", "AggregateFunction::retract makes it take rows back")
                }
                () if in_parts && !call.adds_up() => (
                    "adds no states up, of which these windows are made",
                    "AggregateFunction::merge adds states up; with TUMBLE, or EMIT CHANGES for HOP and CUMULATE, there is no need",
                ),
                () => continue,
            };
            return Err(Error::sql(format!("{} {error}", given.function.name)).at(given.span).hint(hint));
        }
        Ok(())
    }
}

/// Whether the groups of a window are made of others.
fn is_of_parts(window: Window, emit: Emit) -> bool {
    match window {
        Window::Session { .. } => true,
        Window::Aligned(Aligned::Tumble { .. } | Aligned::Given) => false,
        Window::Aligned(Aligned::Hop { .. } | Aligned::Cumulate { .. }) => emit == Emit::OnClose,
    }
}
