//! Event time of several senders made one: the minimum over those that are not idle. Row road; plain values, no clock.

use crate::batch::{Mark, Watermark};

/// What one sender last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    At(Watermark),
    Idle(Watermark),
    Ended,
}

/// Joins the marks of several senders (splits of a scan, inputs of a union, shards before an exchange).
///
/// The joint watermark is the minimum over the senders that are neither idle nor ended, and never goes back. It is idle when all
/// senders that have not ended are idle, and ends when all have ended. Before it falls idle it goes on to the highest watermark
/// of the idle, so that where it stops does not depend on which of them fell idle last.
#[derive(Debug)]
pub struct Alignment {
    senders: Vec<Sender>,
    said: Option<Mark>,
    time: Watermark,
}

impl Alignment {
    /// `count` senders that have said nothing yet.
    pub fn new(count: usize) -> Self {
        Self { senders: vec![Sender::At(Watermark::MIN); count], said: None, time: Watermark::MIN }
    }

    /// Adds a sender that has said nothing yet and gives its number.
    pub fn add(&mut self) -> usize {
        self.senders.push(Sender::At(Watermark::MIN));
        self.senders.len() - 1
    }

    /// Number of senders.
    pub fn len(&self) -> usize {
        self.senders.len()
    }

    /// Whether there are no senders.
    pub fn is_empty(&self) -> bool {
        self.senders.is_empty()
    }

    /// The joint watermark so far.
    pub fn time(&self) -> Watermark {
        self.time
    }

    /// Takes what `sender` says; gives the new joint mark if it changed. Another may follow: ask `joint` until it gives none.
    /// Hot: once per mark.
    pub fn update(&mut self, sender: usize, mark: Mark) -> Option<Mark> {
        let slot = &mut self.senders[sender];
        *slot = match (*slot, mark) {
            (Sender::Ended, _) | (_, Mark::End) => Sender::Ended,
            (Sender::At(old) | Sender::Idle(old), Mark::Watermark(new)) => {
                Sender::At(if new.time > old.time { new } else { old })
            }
            (Sender::At(old) | Sender::Idle(old), Mark::Idle) => Sender::Idle(old),
        };
        self.joint()
    }

    /// The joint mark if it differs from the one given last: also what an alignment without senders says first (`End`).
    pub fn joint(&mut self) -> Option<Mark> {
        let mark = self.compute();
        if let Mark::Watermark(watermark) = mark {
            self.time = watermark;
        }
        let unchanged = match (self.said, mark) {
            (None, Mark::Watermark(watermark)) => watermark.time == Watermark::MIN.time,
            (Some(Mark::Watermark(old)), Mark::Watermark(new)) => old.time == new.time,
            (said, mark) => said == Some(mark),
        };
        (!unchanged).then(|| {
            self.said = Some(mark);
            mark
        })
    }

    fn compute(&self) -> Mark {
        let active = self.senders.iter().filter_map(|s| if let Sender::At(w) = s { Some(*w) } else { None });
        match active.min_by_key(|w| w.time) {
            Some(least) if least.time > self.time.time => Mark::Watermark(least),
            Some(_) => Mark::Watermark(self.time),
            None if self.senders.iter().all(|s| *s == Sender::Ended) => Mark::End,
            None => match self.highest_idle() {
                Some(highest) if highest.time > self.time.time => Mark::Watermark(highest),
                _ => Mark::Idle,
            },
        }
    }

    fn highest_idle(&self) -> Option<Watermark> {
        let idle = self.senders.iter().filter_map(|s| if let Sender::Idle(w) = s { Some(*w) } else { None });
        idle.max_by_key(|w| w.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: i64) -> Mark {
        Mark::Watermark(Watermark { time, stamp: 1 })
    }

    #[test]
    fn slowest_active_sender_decides() {
        let mut alignment = Alignment::new(2);
        assert_eq!(alignment.update(0, at(10)), None);
        assert_eq!(alignment.update(1, at(5)), Some(at(5)));
        assert_eq!(alignment.update(1, Mark::Idle), Some(at(10)));
        assert_eq!(alignment.update(1, at(7)), None, "a watermark never goes back");
        assert_eq!(alignment.update(1, at(20)), None);
        assert_eq!(alignment.update(0, Mark::End), Some(at(20)));
        assert_eq!(alignment.update(1, Mark::End), Some(Mark::End));
    }

    #[test]
    fn all_idle_is_idle_and_no_sender_is_the_end() {
        let mut alignment = Alignment::new(2);
        assert_eq!(alignment.update(0, Mark::Idle), None);
        assert_eq!(alignment.update(1, Mark::Idle), Some(Mark::Idle));
        assert_eq!(alignment.update(0, Mark::End), None);
        assert_eq!(alignment.update(1, at(3)), Some(at(3)));
        assert_eq!(Alignment::new(0).joint(), Some(Mark::End));
    }

    #[test]
    fn where_all_idle_senders_stop_does_not_depend_on_their_order() {
        for order in [[0, 1], [1, 0]] {
            let mut alignment = Alignment::new(2);
            assert_eq!(alignment.update(0, at(10)), None);
            let mut said = Vec::new();
            for sender in order {
                said.extend(alignment.update(sender, Mark::Idle));
                said.extend(std::iter::from_fn(|| alignment.joint()));
            }
            assert_eq!(said, [at(10), Mark::Idle]);
        }
    }

    #[test]
    fn joint_mark_equals_a_recomputed_minimum() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut alignment = Alignment::new(4);
        let mut said = [Some(i64::MIN); 4];
        let mut times = [i64::MIN; 4];
        let mut joint = i64::MIN;
        for _ in 0..10_000 {
            let sender = random.usize(..4);
            if random.u8(..5) == 0 {
                said[sender] = None;
                alignment.update(sender, Mark::Idle);
            } else {
                let time = random.i64(..1000) + times[sender].max(0);
                times[sender] = times[sender].max(time);
                said[sender] = Some(times[sender]);
                alignment.update(sender, at(time));
            }
            let wanted = said.iter().flatten().min().or(times.iter().max());
            joint = joint.max(*wanted.expect("there are senders"));
            assert_eq!(alignment.time().time, joint);
        }
    }
}
