//! Numbers of events, rows and ids: which event is of which kind, and which persons and auctions exist when it happens.

/// Events of one round: persons first, then auctions, then bids.
pub(super) const ROUND: u64 = PERSONS + AUCTIONS + BIDS;
pub(super) const PERSONS: u64 = 1;
pub(super) const AUCTIONS: u64 = 3;
pub(super) const BIDS: u64 = 46;

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Auction,
    Bid,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Auction => "auction",
            Kind::Bid => "bid",
        }
    }

    /// Events of this kind in a round, and how many events of the round come before them.
    fn share(self) -> (u64, u64) {
        match self {
            Kind::Person => (PERSONS, 0),
            Kind::Auction => (AUCTIONS, PERSONS),
            Kind::Bid => (BIDS, PERSONS + AUCTIONS),
        }
    }

    /// The number of the event that is row `row` of this kind. Hot: once per value.
    #[inline]
    pub fn event_of(self, row: u64) -> u64 {
        let (count, before) = self.share();
        (row / count).saturating_mul(ROUND).saturating_add(before + row % count)
    }

    /// Rows of this kind among the first `events` events.
    pub fn rows_before(self, events: u64) -> u64 {
        let (count, before) = self.share();
        events / ROUND * count + (events % ROUND).saturating_sub(before).min(count)
    }
}

/// Persons that exist at event `event`, itself included.
#[inline]
pub(super) fn persons_at(event: u64) -> u64 {
    Kind::Person.rows_before(event.saturating_add(1))
}

/// Auctions that exist at event `event`, itself included.
#[inline]
pub(super) fn auctions_at(event: u64) -> u64 {
    Kind::Auction.rows_before(event.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_events_agree_with_counting() {
        let kind_of = |event: u64| match event % ROUND {
            0 => Kind::Person,
            1..=3 => Kind::Auction,
            _ => Kind::Bid,
        };
        for kind in [Kind::Person, Kind::Auction, Kind::Bid] {
            let events: Vec<u64> = (0..500).filter(|event| kind_of(*event) == kind).collect();
            for (row, event) in events.iter().enumerate() {
                assert_eq!(kind.event_of(row as u64), *event);
            }
            for before in 0..500 {
                assert_eq!(kind.rows_before(before), events.iter().filter(|e| **e < before).count() as u64);
            }
        }
    }
}
