//! The host: clocks, pinning, what it allows and what it costs.

pub mod affinity;
pub mod clock;
mod cycles;
pub mod prefetch;
pub mod preflight;
pub mod probe;
pub mod random;
pub mod topology;

#[cfg(test)]
mod host_script;
