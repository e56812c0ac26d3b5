//! Whether something pays for the batches at hand is found out by a look at one of them, now and then.

/// Batches from one look to the next.
const BATCHES_PER_LOOK: usize = 16;

/// What the last look found, and when the next is due.
#[derive(Debug, Default)]
pub struct Looks {
    pays: bool,
    batches_left: usize,
}

impl Looks {
    /// Whether the next batch is one to look at. Hot: once per batch.
    pub fn is_due(&mut self) -> bool {
        let is_due = self.batches_left == 0;
        self.batches_left = if is_due { BATCHES_PER_LOOK - 1 } else { self.batches_left - 1 };
        is_due
    }

    /// Notes what a look found.
    pub fn found(&mut self, pays: bool) {
        self.pays = pays;
    }

    /// Whether it paid where it was looked at last.
    pub fn pays(&self) -> bool {
        self.pays
    }
}
