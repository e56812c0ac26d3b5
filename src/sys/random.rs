//! Random bytes of the kernel, drawn a page at a time.

use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// Bytes drawn at a time.
const DRAWN_BYTES: usize = 4096;

/// Bytes that nobody can foresee.
#[derive(Debug, Default)]
pub struct RandomBytes {
    drawn: Vec<u8>,
    used: usize,
}

impl RandomBytes {
    /// The next `N` bytes, at most a page; `None` if the kernel gives none.
    pub fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        const { assert!(N <= DRAWN_BYTES) };
        if self.drawn.len() - self.used < N {
            self.draw()?;
        }
        let next = self.drawn.get(self.used..)?.first_chunk().copied()?;
        self.used += N;
        Some(next)
    }

    #[cold]
    fn draw(&mut self) -> Option<()> {
        self.drawn.resize(DRAWN_BYTES, 0);
        self.used = 0;
        let mut filled = 0;
        while filled < DRAWN_BYTES {
            match getrandom(&mut self.drawn[filled..], GetRandomFlags::empty()) {
                Ok(count) => filled += count,
                Err(Errno::INTR) => {}
                Err(_) => {
                    self.drawn.clear();
                    return None;
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_draws_are_the_same() {
        let mut bytes = RandomBytes::default();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1_000 {
            assert!(seen.insert(bytes.take::<16>().expect("the kernel gives random bytes")));
        }
    }
}
