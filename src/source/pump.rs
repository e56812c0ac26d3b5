//! Standard input without blocking a shard: a thread of its own copies it into a socket that the shard reads without waiting.
//!
//! The socket's buffer is the bound: when the shard does not read, the thread waits in its write and standard input waits
//! in turn.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use super::records::Unwaiting;
use crate::error::{Error, Result};
use crate::limits;

/// The shard's end of the copy.
#[derive(Debug)]
pub(super) struct Pump {
    stream: UnixStream,
    /// Error number of the read that failed, 0 if none did; set before the stream ends.
    fault: Arc<AtomicI32>,
}

impl Pump {
    /// Starts to copy `from`.
    pub fn start(from: impl Read + Send + 'static) -> Result<Self> {
        let failed = |e| Error::io("setting up the reading of standard input", e);
        let (stream, into) = UnixStream::pair().map_err(failed)?;
        let fault = Arc::new(AtomicI32::new(0));
        let seen = fault.clone();
        std::thread::Builder::new().name("stdin".to_owned()).spawn(move || copy(from, into, &seen)).map_err(failed)?;
        Ok(Self { stream, fault })
    }

    /// The socket, to wait for bytes on.
    pub fn stream(&self) -> &UnixStream {
        &self.stream
    }
}

impl Read for Pump {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = Unwaiting(&self.stream).read(buffer)?;
        match self.fault.load(Ordering::Acquire) {
            fault if fault != 0 && count == 0 => Err(io::Error::from_raw_os_error(fault)),
            _ => Ok(count),
        }
    }
}

/// Copies until one side ends; the reader that went away is no fault.
fn copy(mut from: impl Read, mut into: UnixStream, fault: &AtomicI32) {
    let mut buffer = vec![0; limits::READ_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                if into.write_all(&buffer[..count]).is_err() {
                    return;
                }
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return fault.store(e.raw_os_error().unwrap_or(libc::EIO), Ordering::Release),
        }
    }
}
