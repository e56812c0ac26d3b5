//! What SET says to the planner. It holds for the statements behind it, up to the next SET of the same key; `--set` holds for all.

use std::collections::BTreeMap;

use super::distribute::PhaseStrategy;
use super::early_fire;
use super::unsteady::UpdateStrategy;
use crate::error::{Error, Result};
use crate::limits::{BROADCAST_BYTES_DEFAULT, WASM_FUEL_DEFAULT, WASM_MEMORY_BYTES_DEFAULT};
use crate::types::{OptionValue, parse_duration, parse_size};
use crate::wasm::Limits;

/// The setting that bounds state by the time it has not been used.
const STATE_TTL: &str = "table.exec.state.ttl";

/// The setting that says up to how many bytes every shard may get all of a table for a join.
const BROADCAST_THRESHOLD: &str = "table.optimizer.join.broadcast-threshold";

/// The setting that says what becomes of changes that do not match the rows that they take back.
const NON_DETERMINISTIC_UPDATES: &str = "table.optimizer.non-deterministic-update.strategy";

/// The setting that says which aggregates are made in two phases.
const AGGREGATE_PHASES: &str = "table.optimizer.agg-phase-strategy";

/// The setting that says how many steps a function of WebAssembly may take for a row.
const WASM_FUEL: &str = "wasm.fuel";

/// The setting that says how much memory an instance of a WebAssembly file may have.
const WASM_MEMORY: &str = "wasm.memory";

/// The settings with which a statement is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuerySettings {
    /// How long early results of windows are held, in nanoseconds, 0 for not at all; `None` where windows wait until they close.
    pub early_fire: Option<i64>,
    /// After how many nanoseconds without use state is forgotten; `None` for never.
    pub ttl: Option<u64>,
    /// Bytes of a table up to which every shard may get all of it for a join; `None` for never.
    pub broadcast_bytes: Option<u64>,
    /// Which aggregates are made in two phases.
    pub phases: PhaseStrategy,
    /// What becomes of changes that do not match the rows that they take back.
    pub updates: UpdateStrategy,
}

impl Default for QuerySettings {
    fn default() -> QuerySettings {
        let (broadcast_bytes, phases) = (Some(BROADCAST_BYTES_DEFAULT), PhaseStrategy::default());
        QuerySettings { early_fire: None, ttl: None, broadcast_bytes, phases, updates: UpdateStrategy::default() }
    }
}

impl QuerySettings {
    /// As these say.
    pub fn of(settings: &BTreeMap<String, OptionValue>) -> Result<QuerySettings> {
        wasm_limits(settings)?;
        Ok(QuerySettings {
            early_fire: early_fire::delay(settings)?,
            ttl: state_ttl(settings)?,
            broadcast_bytes: broadcast_bytes(settings)?,
            phases: phases(settings)?,
            updates: updates(settings)?,
        })
    }
}

/// Takes out what concerns the planner alone.
pub fn take_out(settings: &mut BTreeMap<String, OptionValue>) {
    let own = [STATE_TTL, BROADCAST_THRESHOLD, AGGREGATE_PHASES, NON_DETERMINISTIC_UPDATES, WASM_FUEL, WASM_MEMORY];
    for key in early_fire::SETTINGS.into_iter().chain(own) {
        settings.remove(key);
    }
}

/// What functions of WebAssembly may use that are declared with these settings.
pub fn wasm_limits(settings: &BTreeMap<String, OptionValue>) -> Result<Limits> {
    let fuel = match settings.get(WASM_FUEL) {
        None => WASM_FUEL_DEFAULT,
        Some(OptionValue { text, span, .. }) => text.trim().parse().ok().filter(|fuel| *fuel > 0).ok_or_else(|| {
            Error::sql(format!("'{WASM_FUEL}' is a number of steps, not '{text}'")).at(*span).hint("such as '10000000'")
        })?,
    };
    let memory_bytes = match settings.get(WASM_MEMORY) {
        None => WASM_MEMORY_BYTES_DEFAULT,
        Some(OptionValue { text, span, .. }) => {
            let bytes = parse_size(text).and_then(|bytes| usize::try_from(bytes).ok()).filter(|bytes| *bytes > 0);
            bytes.ok_or_else(|| {
                Error::sql(format!("'{WASM_MEMORY}' is a size, not '{text}'")).at(*span).hint("such as '16 mib'")
            })?
        }
    };
    Ok(Limits { fuel, memory_bytes })
}

fn updates(settings: &BTreeMap<String, OptionValue>) -> Result<UpdateStrategy> {
    let Some(OptionValue { text, span, .. }) = settings.get(NON_DETERMINISTIC_UPDATES) else {
        return Ok(UpdateStrategy::default());
    };
    UpdateStrategy::of_name(text).ok_or_else(|| {
        Error::sql(format!("'{NON_DETERMINISTIC_UPDATES}' has no value '{text}'")).at(*span).hint("TRY_RESOLVE or IGNORE")
    })
}

fn broadcast_bytes(settings: &BTreeMap<String, OptionValue>) -> Result<Option<u64>> {
    let Some(OptionValue { text, span, .. }) = settings.get(BROADCAST_THRESHOLD) else {
        return Ok(Some(BROADCAST_BYTES_DEFAULT));
    };
    let bytes: i64 = text.trim().parse().map_err(|_| {
        let error = Error::sql(format!("'{BROADCAST_THRESHOLD}' is a number of bytes, not '{text}'")).at(*span);
        error.hint("such as '1048576'; '-1' keeps joins from sending a table to every shard")
    })?;
    Ok(u64::try_from(bytes).ok())
}

fn state_ttl(settings: &BTreeMap<String, OptionValue>) -> Result<Option<u64>> {
    let Some(OptionValue { text, span, .. }) = settings.get(STATE_TTL) else { return Ok(None) };
    let ttl = parse_duration(text).ok_or_else(|| {
        let error = Error::sql(format!("'{STATE_TTL}' is a duration, not '{text}'")).at(*span);
        error.hint("such as '1 h'; 0 keeps state for ever")
    })?;
    Ok(u64::try_from(ttl.as_nanos()).ok().filter(|ttl| *ttl > 0))
}

fn phases(settings: &BTreeMap<String, OptionValue>) -> Result<PhaseStrategy> {
    let Some(OptionValue { text, span, .. }) = settings.get(AGGREGATE_PHASES) else { return Ok(PhaseStrategy::default()) };
    PhaseStrategy::of_name(text).ok_or_else(|| {
        Error::sql(format!("'{AGGREGATE_PHASES}' has no value '{text}'")).at(*span).hint("AUTO, ONE_PHASE or TWO_PHASE")
    })
}
