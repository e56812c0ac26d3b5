//! The glommio shell: one `LocalExecutor` on a pinned core drives a shard and sleeps in the ring when there is nothing to do.
//!
//! The shard is the executor's only task and awaits nothing but its park: while it is busy or spins there is nothing in the ring,
//! because it polls its sockets itself. So the preempt timer has nobody to make room for, and is set so that it never fires.
//! When the shard parks, a receive on the doorbell, a peek at each open connection and a timer wait together in the ring, and the first
//! to complete wakes it. Their sockets are in blocking mode and read with MSG_DONTWAIT, because io_uring answers at once, with
//! an error, for a socket in non-blocking mode. What was queued and then dropped, because another wait completed at once, stays in the ring's queue until
//! the executor sleeps, and counts as a reference of the task, of which there may be 32,767: so the shard names no descriptor
//! that it does not mean to read. A listener has nothing to peek at: with one, it looks again after `LISTENER_POLL`.

use std::future::{Future, poll_fn};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, IntoRawFd, RawFd};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use glommio::net::{TcpStream, UnixStream};
use glommio::timer::Timer;
use glommio::{LocalExecutorBuilder, Placement};

use super::park::{Idler, Rest};
use super::{Shard, Turn};
use crate::config::JobConfig;
use crate::error::{Error, Result};
use crate::sys::clock::{Clock, ShardClock};

/// How long a parked shard leaves a listener, or a sink that takes nothing, alone.
const LISTENER_POLL: Duration = Duration::from_millis(1);

/// The preempt timer of the executor: never.
///
/// The executor looks at the timer before it runs its tasks. If the timer has fired by then, because it is short or because the host
/// took the thread away, the executor takes the tasks for done and sleeps, with one of them ready and nothing in the ring to wake it.
const PREEMPT_NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Drives the shard to its end on the calling thread, pinned to `core` if one is given.
pub fn drive(shard: &mut Shard<'_>, core: Option<usize>, config: &JobConfig) -> Result<()> {
    let placement = core.map_or(Placement::Unbound, Placement::Fixed);
    let executor = LocalExecutorBuilder::new(placement).preempt_timer(PREEMPT_NEVER).make().map_err(|e| {
        Error::host(format!("cannot start an executor: {e}")).hint("`corelane doctor` says what the host forbids")
    })?;
    executor.run(turns(shard, config))
}

async fn turns(shard: &mut Shard<'_>, config: &JobConfig) -> Result<()> {
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
                    Rest::Park => park(shard, wake_at.map(|at| Duration::from_nanos(at.saturating_sub(now)))).await?,
                }
            }
        }
    }
}

type Wake<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

async fn park(shard: &mut Shard<'_>, timeout: Option<Duration>) -> Result<()> {
    let control = shard.control().clone();
    let bell = &control.bells()[shard.id()];
    let ear = adopt::<UnixStream>(bell.ear())?;
    bell.flag().announce();
    if !shard.has_mail() {
        shard.gauge_mut().parked();
        let (connections, others) = split_listeners(&shard.readable_fds());
        let mut streams = Vec::with_capacity(connections.len());
        for fd in &connections {
            streams.push(adopt::<TcpStream>(fd.as_fd())?);
        }
        let look_again = (others || !shard.writable_fds().is_empty()).then_some(LISTENER_POLL);
        let mut wakes: Vec<Wake<'_>> = vec![Box::pin(async {
            let _woken = ear.peek(&mut [0; 1]).await;
        })];
        wakes.extend(streams.iter().map(|s| -> Wake<'_> { Box::pin(readable(s)) }));
        if let Some(timeout) = [timeout, look_again].into_iter().flatten().min() {
            wakes.push(Box::pin(async move {
                Timer::new(timeout).await;
            }));
        }
        first(&mut wakes).await;
    }
    bell.flag().awake();
    bell.silence();
    Ok(())
}

async fn readable(stream: &TcpStream) {
    let _end_or_error_wakes_too = stream.peek(&mut [0; 1]).await;
}

/// Completes with the first of them.
async fn first(wakes: &mut [Wake<'_>]) {
    poll_fn(|cx| if wakes.iter_mut().any(|w| w.as_mut().poll(cx).is_ready()) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Connected sockets, and whether there was anything else.
fn split_listeners(fds: &[RawFd]) -> (Vec<std::os::fd::OwnedFd>, bool) {
    let mut connections = Vec::new();
    let mut others = false;
    for fd in fds {
        let borrowed = super::park::borrow(*fd);
        match (socket2::SockRef::from(&borrowed).peer_addr(), borrowed.try_clone_to_owned()) {
            (Ok(_), Ok(owned)) => connections.push(owned),
            _ => others = true,
        }
    }
    (connections, others)
}

/// A glommio stream over a duplicate of a socket's descriptor; dropping it leaves the original open.
#[expect(unsafe_code, reason = "glommio takes sockets made elsewhere only by number")]
fn adopt<S: FromRawFd>(fd: BorrowedFd<'_>) -> Result<S> {
    let owned = fd.try_clone_to_owned().map_err(|e| Error::io("cannot duplicate a socket", e))?;
    // SAFETY: the descriptor was duplicated just now and is owned by nobody else; the stream closes it.
    Ok(unsafe { S::from_raw_fd(owned.into_raw_fd()) })
}
