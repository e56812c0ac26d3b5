//! Flink's settings for early results of windows that are still open: `table.exec.emit.early-fire.enabled` and `.delay`.
//!
//! Every window aggregate that its query does not speak of with EMIT gives out changes, held back until event time has passed a multiple of the
//! delay. Flink waits by the clock; here results do not depend on how fast rows come.

use std::collections::BTreeMap;

use super::logical::{Plan, WindowAggregate};
use super::physical::Emit;
use crate::error::{Error, Result};
use crate::types::{OptionValue, parse_duration};

const ENABLED: &str = "table.exec.emit.early-fire.enabled";
const DELAY: &str = "table.exec.emit.early-fire.delay";
const LATE_ENABLED: &str = "table.exec.emit.late-fire.enabled";
const LATE: [&str; 2] = ["table.exec.emit.late-fire.delay", "table.exec.emit.allow-lateness"];

/// The settings of this file, which concern nobody else.
pub const SETTINGS: [&str; 5] = [ENABLED, DELAY, LATE_ENABLED, LATE[0], LATE[1]];

/// The delay in nanoseconds, 0 for none; `None` where windows wait until they close.
pub fn delay(settings: &BTreeMap<String, OptionValue>) -> Result<Option<i64>> {
    if is_on(settings, LATE_ENABLED)? {
        return Err(refused(LATE_ENABLED, settings));
    }
    if let Some(key) = LATE.into_iter().find(|key| settings.contains_key(*key)) {
        return Err(refused(key, settings));
    }
    if !is_on(settings, ENABLED)? {
        return Ok(None);
    }
    let Some(OptionValue { text, span, .. }) = settings.get(DELAY) else { return Ok(Some(0)) };
    let nanos = parse_duration(text).and_then(|delay| i64::try_from(delay.as_nanos()).ok());
    let error = || Error::sql(format!("'{DELAY}' is a duration, not '{text}'")).at(*span).hint("such as '5 s'");
    nanos.ok_or_else(error).map(Some)
}

fn is_on(settings: &BTreeMap<String, OptionValue>, key: &str) -> Result<bool> {
    match settings.get(key) {
        None => Ok(false),
        Some(value) if value.text.eq_ignore_ascii_case("true") => Ok(true),
        Some(value) if value.text.eq_ignore_ascii_case("false") => Ok(false),
        Some(OptionValue { text, span, .. }) => Err(Error::sql(format!("'{key}' is true or false, not '{text}'")).at(*span)),
    }
}

fn refused(key: &str, settings: &BTreeMap<String, OptionValue>) -> Error {
    let span = settings.get(key).map(|value| value.span).unwrap_or_default();
    Error::sql(format!("'{key}' is not supported: a window that has closed is gone, and its late rows go to the 'late.table'"))
        .at(span)
        .hint("let the WATERMARK wait longer, and have early results with 'table.exec.emit.early-fire.enabled'")
}

/// Has the window aggregates of a query give out early results.
pub fn apply(plan: &mut Plan, delay: i64) {
    if !plan.takes_changes() {
        return;
    }
    plan.asking_inputs_mut().into_iter().for_each(|input| apply(input, delay));
    match plan {
        Plan::WindowAggregate(WindowAggregate { emit: emit @ None, .. }) => {
            *emit = Some(Emit::OnChange);
            if delay > 0 {
                plan.hold(delay);
            }
        }
        Plan::Rank(rank) if rank.input.retracts() => rank.emit = Emit::OnChange,
        _ => {}
    }
}
