//! What a shard does when there is nothing to do: spin, or spin for a while and then sleep, or sleep at once.

use std::os::fd::{BorrowedFd, RawFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::config::Idle;
use crate::error::{Error, Result};
use crate::types::Nanos;

/// What to do until the next turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Take the next turn at once.
    Spin,
    /// Sleep until called.
    Park,
}

/// Remembers for how long there has been nothing to do.
#[derive(Debug)]
pub struct Idler {
    strategy: Idle,
    spin_ns: Nanos,
    idle_since: Option<Nanos>,
}

impl Idler {
    /// By this strategy; `spin_ns` matters to `backoff` only.
    pub fn new(strategy: Idle, spin_ns: Nanos) -> Self {
        Self { strategy, spin_ns, idle_since: None }
    }

    /// There was something to do.
    pub fn busy(&mut self) {
        self.idle_since = None;
    }

    /// There was nothing to do in the turn that ended `now`.
    pub fn idle(&mut self, now: Nanos) -> Rest {
        let since = *self.idle_since.get_or_insert(now);
        match self.strategy {
            Idle::Spin => Rest::Spin,
            Idle::Backoff if now - since < self.spin_ns => Rest::Spin,
            Idle::Backoff | Idle::Park => Rest::Park,
        }
    }
}

/// Sleeps in poll(2) until the doorbell rings, one of the descriptors is ready or `timeout` has passed.
///
/// The descriptors belong to readers and writers of the calling shard and stay open while it sleeps.
pub fn wait(ear: BorrowedFd<'_>, readable: &[RawFd], writable: &[RawFd], timeout: Option<Duration>) -> Result<()> {
    let mut fds = vec![PollFd::from_borrowed_fd(ear, PollFlags::IN)];
    fds.extend(readable.iter().map(|fd| PollFd::from_borrowed_fd(borrow(*fd), PollFlags::IN)));
    fds.extend(writable.iter().map(|fd| PollFd::from_borrowed_fd(borrow(*fd), PollFlags::OUT)));
    let timeout = timeout.and_then(|t| Timespec::try_from(t).ok());
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(e) => Err(Error::io("waiting for input", e.into())),
    }
}

#[expect(unsafe_code, reason = "sources name their sockets by number, because a trait object cannot lend them")]
pub(super) fn borrow<'fd>(fd: RawFd) -> BorrowedFd<'fd> {
    // SAFETY: the numbers come from `wait_on` of readers and writers that this shard owns and does not touch while it sleeps,
    // so the descriptors are open, and the borrow ends with the call of `wait`.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_spins_first_and_parks_then() {
        let mut idler = Idler::new(Idle::Backoff, 100);
        assert_eq!(idler.idle(1000), Rest::Spin);
        assert_eq!(idler.idle(1099), Rest::Spin);
        assert_eq!(idler.idle(1100), Rest::Park);
        idler.busy();
        assert_eq!(idler.idle(1200), Rest::Spin);
        assert_eq!(Idler::new(Idle::Spin, 0).idle(5), Rest::Spin);
        assert_eq!(Idler::new(Idle::Park, 0).idle(5), Rest::Park);
    }

    #[test]
    fn a_ring_before_the_sleep_ends_it_at_once() {
        let bell = crate::route::doorbell::Doorbell::new().expect("doorbell");
        bell.ring();
        wait(bell.ear(), &[], &[], None).expect("returns");
    }
}
