//! The plain shell: a pinned thread that drives a shard and sleeps in poll(2). For hosts and containers that forbid io_uring.

use std::time::Duration;

use super::park::{Idler, Rest, wait};
use super::{Shard, Turn};
use crate::config::JobConfig;
use crate::error::Result;
use crate::sys::clock::{Clock, ShardClock};

/// Drives the shard to its end on the calling thread.
pub fn drive(shard: &mut Shard<'_>, config: &JobConfig) -> Result<()> {
    let mut clock = ShardClock::start();
    let mut idler = Idler::new(config.idle, config.spin_time);
    loop {
        match shard.step(&mut clock)? {
            Turn::Done => return Ok(()),
            Turn::Busy => idler.busy(),
            Turn::Idle { wake_at } => {
                let now = clock.now();
                match idler.idle(now) {
                    Rest::Spin => std::hint::spin_loop(),
                    Rest::Park => park(shard, wake_at.map(|at| Duration::from_nanos(at.saturating_sub(now))))?,
                }
            }
        }
    }
}

fn park(shard: &mut Shard<'_>, timeout: Option<Duration>) -> Result<()> {
    let control = shard.control().clone();
    let bell = &control.bells()[shard.id()];
    bell.flag().announce();
    if !shard.has_mail() {
        shard.gauge_mut().parked();
        wait(bell.ear(), &shard.readable_fds(), &shard.writable_fds(), timeout)?;
    }
    bell.flag().awake();
    bell.silence();
    Ok(())
}
