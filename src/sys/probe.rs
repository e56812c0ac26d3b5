//! Questions only system calls answer: may this process make an io_uring, and what has it used of the host.
//!
//! One of the few files with unsafe code: calls into the C library with memory of ours, nothing kept.

#![expect(unsafe_code, reason = "io_uring_setup and getrusage have no safe wrapper in the standard library")]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd};

use crate::types::Nanos;

/// Size of the kernel's `struct io_uring_params`.
const URING_PARAMS_BYTES: usize = 120;

/// Entries of the ring the probe asks for.
const PROBE_ENTRIES: libc::c_uint = 4;

/// What this process has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time outside the kernel.
    pub user_ns: Nanos,
    /// CPU time in the kernel.
    pub system_ns: Nanos,
    /// Most memory it has had resident.
    pub rss_max_bytes: u64,
    /// Page faults that read from a disk.
    pub major_faults: u64,
    /// Times it gave up a core to wait.
    pub voluntary_switches: u64,
    /// Times a core was taken from it.
    pub involuntary_switches: u64,
}

/// Makes an io_uring and closes it again; the error is the kernel's.
pub fn make_uring() -> io::Result<()> {
    #[repr(align(8))]
    struct Params([u8; URING_PARAMS_BYTES]);
    let mut params = Params([0; URING_PARAMS_BYTES]);
    // SAFETY: the kernel reads and writes exactly the 120 bytes of io_uring_params behind the pointer, which live on this stack
    // frame, are zeroed and aligned for u64. No memory is kept by the kernel after the call.
    let fd = unsafe { libc::syscall(libc::SYS_io_uring_setup, PROBE_ENTRIES, params.0.as_mut_ptr()) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so this is a fresh descriptor that nobody else owns.
    drop(unsafe { OwnedFd::from_raw_fd(fd as i32) });
    Ok(())
}

/// What this process has used so far.
pub fn usage() -> Usage {
    let mut raw = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a whole rusage of ours, which the call fills; all-zero bytes are a valid rusage as well.
    let raw = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, raw.as_mut_ptr());
        raw.assume_init()
    };
    let nanos = |t: libc::timeval| t.tv_sec as u64 * 1_000_000_000 + t.tv_usec as u64 * 1_000;
    Usage {
        user_ns: nanos(raw.ru_utime),
        system_ns: nanos(raw.ru_stime),
        rss_max_bytes: raw.ru_maxrss as u64 * 1024,
        major_faults: raw.ru_majflt as u64,
        voluntary_switches: raw.ru_nvcsw as u64,
        involuntary_switches: raw.ru_nivcsw as u64,
    }
}

/// Bytes of this process that are resident now; 0 if the kernel does not say.
pub fn rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_agrees_with_the_kernel_files() {
        let status = std::fs::read_to_string("/proc/self/status").expect("proc");
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).expect("line");
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().expect("number");
        let seen = usage();
        assert!(seen.rss_max_bytes + (64 << 20) > kib * 1024);
        assert!(seen.rss_max_bytes > 0 && rss_bytes() > 0);
    }

    #[test]
    fn probe_answers_and_leaves_no_descriptor_behind() {
        for _ in 0..200 {
            if let Err(error) = make_uring() {
                assert!(error.raw_os_error().is_some());
            }
        }
        assert!(std::fs::read_dir("/proc/self/fd").expect("proc").count() < 200);
    }
}
