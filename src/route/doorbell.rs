//! How a producer wakes a consumer that has gone to sleep, without either paying for it while both are awake.
//!
//! ```text
//!   consumer (shell)                       producer (mesh)
//!   1. flag := PARKED                      1. push onto the ring
//!   2. fence                               2. fence
//!   3. look at the rings once more         3. flag == PARKED ? swap to AWAKE and ring the bell
//!   4. nothing there: wait for the bell
//! ```
//! Either the producer's push is seen in 3 by the consumer, or the consumer's flag is seen in 3 by the producer: the two
//! fences allow no third outcome (store buffering, Dekker). `ParkFlag` is generic over its atomic so that the loom model below
//! checks this very code.

use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use rustix::net::{RecvFlags, recv};

use crate::error::{Error, Result};

/// The atomic the protocol runs on: std's in the engine, loom's in the model.
pub trait Flag {
    /// Stores with relaxed order.
    fn store(&self, value: bool);
    /// Loads with relaxed order.
    fn load(&self) -> bool;
    /// Swaps with acquire-release order.
    fn swap(&self, value: bool) -> bool;
    /// A sequentially consistent fence.
    fn fence();
}

impl Flag for AtomicBool {
    fn store(&self, value: bool) {
        AtomicBool::store(self, value, Ordering::Relaxed);
    }

    #[inline]
    fn load(&self) -> bool {
        AtomicBool::load(self, Ordering::Relaxed)
    }

    fn swap(&self, value: bool) -> bool {
        AtomicBool::swap(self, value, Ordering::AcqRel)
    }

    #[inline]
    fn fence() {
        fence(Ordering::SeqCst);
    }
}

/// Whether a consumer sleeps or is about to; on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct ParkFlag<F = AtomicBool> {
    parked: F,
}

impl<F: Flag> ParkFlag<F> {
    /// Consumer: announces that it will sleep. It must look for work once more before it does.
    pub fn announce(&self) {
        self.parked.store(true);
        F::fence();
    }

    /// Consumer: is awake again.
    pub fn awake(&self) {
        self.parked.store(false);
    }

    /// Producer, after a push: whether the consumer must be woken; true for one producer only. Hot: once per flush.
    #[inline]
    pub fn must_wake(&self) -> bool {
        F::fence();
        self.parked.load() && self.parked.swap(false)
    }
}

/// Flag and bell of one shard. The bell is a byte in a socket pair, so that it can be waited for with poll(2) and io_uring alike.
#[derive(Debug)]
pub struct Doorbell {
    flag: ParkFlag,
    bell: UnixStream,
    ear: UnixStream,
}

impl Doorbell {
    /// A silent doorbell.
    pub fn new() -> Result<Self> {
        let make = || {
            let (bell, ear) = UnixStream::pair()?;
            bell.set_nonblocking(true)?;
            Ok((bell, ear))
        };
        let (bell, ear) = make().map_err(|e| Error::io("cannot make a doorbell", e))?;
        Ok(Self { flag: ParkFlag::default(), bell, ear })
    }

    /// The consumer's flag.
    pub fn flag(&self) -> &ParkFlag {
        &self.flag
    }

    /// Producer, after a push: wakes the consumer if it sleeps.
    #[inline]
    pub fn notify(&self) {
        if self.flag.must_wake() {
            self.ring();
        }
    }

    /// Rings whether or not anybody sleeps, as stopping a job does. A full socket means that it rings already.
    #[cold]
    pub fn ring(&self) {
        let _rings_already = (&self.bell).write(&[1]);
    }

    /// Consumer, after waking: takes the rings out of the socket.
    pub fn silence(&self) {
        while self.hear() == 64 {}
    }

    /// Takes up to 64 rings out of the socket without waiting; the ear itself stays in blocking mode for io_uring's sake.
    fn hear(&self) -> usize {
        recv(&self.ear, &mut [0u8; 64][..], RecvFlags::DONTWAIT).map_or(0, |(_, bytes)| bytes)
    }

    /// Becomes readable when the bell rings.
    pub fn ear(&self) -> BorrowedFd<'_> {
        self.ear.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic as model;

    impl Flag for model::AtomicBool {
        fn store(&self, value: bool) {
            model::AtomicBool::store(self, value, Ordering::Relaxed);
        }

        fn load(&self) -> bool {
            model::AtomicBool::load(self, Ordering::Relaxed)
        }

        fn swap(&self, value: bool) -> bool {
            model::AtomicBool::swap(self, value, Ordering::AcqRel)
        }

        fn fence() {
            model::fence(Ordering::SeqCst);
        }
    }

    /// A ring of which only the number of entries matters, a flag and a bell.
    struct Model {
        pushed: model::AtomicUsize,
        flag: ParkFlag<model::AtomicBool>,
        bell: Bell,
    }

    /// The byte in the socket: stays until it is heard.
    struct Bell {
        rings: loom::sync::Mutex<bool>,
        heard: loom::sync::Condvar,
    }

    impl Bell {
        fn ring(&self) {
            *self.rings.lock().expect("sound") = true;
            self.heard.notify_one();
        }

        fn wait(&self) {
            let mut rings = self.rings.lock().expect("sound");
            while !*rings {
                rings = self.heard.wait(rings).expect("sound");
            }
            *rings = false;
        }
    }

    fn push(shared: &Model) {
        shared.pushed.fetch_add(1, Ordering::Release);
        if shared.flag.must_wake() {
            shared.bell.ring();
        }
    }

    /// In every interleaving the consumer gets every entry: were a wake-up lost, it would sleep for ever and loom report a deadlock.
    #[test]
    fn no_wake_up_is_lost_in_any_interleaving() {
        for producers in [1, 2] {
            let mut model = loom::model::Builder::new();
            model.preemption_bound = Some(3);
            model.check(move || {
                let shared = Arc::new(Model {
                    pushed: model::AtomicUsize::new(0),
                    flag: ParkFlag { parked: model::AtomicBool::new(false) },
                    bell: Bell { rings: loom::sync::Mutex::new(false), heard: loom::sync::Condvar::new() },
                });
                let threads: Vec<_> = (0..producers)
                    .map(|_| {
                        let shared = shared.clone();
                        loom::thread::spawn(move || push(&shared))
                    })
                    .collect();
                while shared.pushed.load(Ordering::Acquire) < producers {
                    shared.flag.announce();
                    if shared.pushed.load(Ordering::Acquire) < producers {
                        shared.bell.wait();
                    }
                    shared.flag.awake();
                }
                for thread in threads {
                    thread.join().expect("producer");
                }
            });
        }
    }

    #[test]
    fn bell_is_heard_once_and_silenced() {
        let doorbell = Doorbell::new().expect("doorbell");
        doorbell.notify();
        assert_eq!(doorbell.hear(), 0);
        doorbell.flag().announce();
        doorbell.notify();
        doorbell.notify();
        assert_eq!(doorbell.hear(), 1);
        doorbell.ring();
        doorbell.silence();
        assert_eq!(doorbell.hear(), 0);
    }
}
