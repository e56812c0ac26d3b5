//! What is drawn anew for each row: random numbers and UUIDs.
//!
//! Numbers with a seed are those that `java.util.Random` gives from it, as in Flink, one sequence for each call and shard; those without
//! one have a seed that nobody knows. UUIDs are made of random bytes of the kernel.

use super::kernel::{Call, Fallible, Reason, kernel};
use super::signature::Param::Integer;
use super::signature::{function, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::sys::random::RandomBytes;
use crate::types::{DataType, uuid};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("RAND", "([seed])", "A random number from 0 to below 1")
        .example("RAND() < 1", "true")
        .drawing(rand_types, |_, _| rand()),
    function("RANDOM", "()", "A random number from 0 to below 1")
        .example("RANDOM() < 1", "true")
        .drawing(|t| t.is_empty().then(|| (Vec::new(), DataType::Double)), |_, _| rand()),
    function("RAND_INTEGER", "([seed,] bound)", "A random integer from 0 to below the bound")
        .example("RAND_INTEGER(1)", "0")
        .drawing(rand_integer_types, |t, _| rand_integer(t.len())),
    function("UUID", "()", "A random UUID of version 4")
        .example("CHAR_LENGTH(UUID())", "36")
        .also(&["GEN_RANDOM_UUID"])
        .drawing(uuid_types, |_, _| uuid()),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn rand_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[]).or_else(|| takes(given, &[Integer]))?, DataType::Double))
}

fn rand_integer_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Integer]).or_else(|| takes(given, &[Integer, Integer]))?, DataType::Int))
}

fn uuid_types(given: &[DataType]) -> Resolved {
    given.is_empty().then(|| (Vec::new(), DataType::Uuid))
}

const NO_BYTES: Reason = "the kernel gives no random bytes";

/// The numbers of `java.util.Random`: the upper bits of a linear congruential sequence modulo 2^48.
struct Sequence {
    state: u64,
}

impl Sequence {
    const FACTOR: u64 = 0x5_deec_e66d;
    const BITS: u32 = 48;

    fn new(seed: i64) -> Self {
        Self { state: (seed as u64 ^ Self::FACTOR) & ((1 << Self::BITS) - 1) }
    }

    /// So many bits, at most 31.
    fn bits(&mut self, count: u32) -> i64 {
        self.state = self.state.wrapping_mul(Self::FACTOR).wrapping_add(0xb) & ((1 << Self::BITS) - 1);
        (self.state >> (Self::BITS - count)) as i64
    }

    fn double(&mut self) -> f64 {
        let (high, low) = (self.bits(26), self.bits(27));
        ((high << 27) + low) as f64 / (1u64 << 53) as f64
    }

    /// From 0 to below `bound`, which is positive: all are as likely, because what would make the first ones likelier is drawn again.
    fn below(&mut self, bound: i32) -> i32 {
        let bound = i64::from(bound);
        if bound & (bound - 1) == 0 {
            return ((bound * self.bits(31)) >> 31) as i32;
        }
        loop {
            let drawn = self.bits(31);
            let rest = drawn % bound;
            if drawn - rest + (bound - 1) <= i64::from(i32::MAX) {
                return rest as i32;
            }
        }
    }
}

/// The sequence of the seed of a row: another one begins where the seed is not that of the row before.
#[derive(Default)]
struct Seeded {
    seed: Option<i64>,
    sequence: Option<Sequence>,
}

impl Seeded {
    fn of(&mut self, seed: Option<i64>) -> Fallible<&mut Sequence> {
        if self.seed != seed {
            *self = Seeded { seed, sequence: seed.map(Sequence::new) };
        }
        if self.sequence.is_none() {
            let seed = RandomBytes::default().take().map(i64::from_le_bytes).ok_or(NO_BYTES)?;
            self.sequence = Some(Sequence::new(seed));
        }
        self.sequence.as_mut().ok_or(NO_BYTES)
    }
}

fn rand() -> Result<Box<dyn Kernel>> {
    let mut seeded = Seeded::default();
    kernel(move |call| {
        let seeds = call.integers_if_given(0);
        call.map(|row| Ok(Some(seeded.of(seeds.map(|seeds| seeds[row]))?.double())))
    })
}

fn rand_integer(args: usize) -> Result<Box<dyn Kernel>> {
    let mut seeded = Seeded::default();
    kernel(move |call| {
        let seeds = (args > 1).then(|| call.values::<i64>(0));
        let bounds = call.values::<i64>(args - 1);
        call.map(|row| {
            let bound = i32::try_from(bounds[row]).ok().filter(|bound| *bound > 0);
            let bound = bound.ok_or("the bound of RAND_INTEGER is an INT above 0")?;
            Ok(Some(seeded.of(seeds.map(|seeds| seeds[row]))?.below(bound)))
        })
    })
}

fn uuid() -> Result<Box<dyn Kernel>> {
    let mut random = RandomBytes::default();
    kernel(move |call: Call<'_>| -> Column { call.map(|_| Ok(Some(uuid::version_4(random.take().ok_or(NO_BYTES)?)))) })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, int};
    use super::*;

    #[test]
    fn numbers_with_a_seed_are_those_of_java() {
        // Given by the class itself.
        let mut sequence = Sequence::new(-7);
        assert_eq!([17, 57, 43, 60, 33], std::array::from_fn(|_| sequence.below(64)));
        assert_eq!(sequence.double(), 0.14642584103164424);
        let mut sequence = Sequence::new(42);
        assert_eq!([30, 63, 48, 84, 70], std::array::from_fn(|_| sequence.below(100)));
        let mut sequence = Sequence::new(42);
        assert_eq!([0.7275636800328681, 0.6832234717598454], std::array::from_fn(|_| sequence.double()));
        assert_eq!(evaluate("RAND", &[int(42)]), "0.7275636800328681");
        assert_eq!(evaluate("RAND_INTEGER", &[int(42), int(100)]), "30");
        assert_eq!(evaluate("RAND_INTEGER", &[int(0)]), "error: the bound of RAND_INTEGER is an INT above 0");
    }

    #[test]
    fn numbers_lie_below_their_bound_and_anywhere_there() {
        let mut sequence = Sequence::new(7);
        for bound in [1, 2, 3, 64, 100, i32::MAX] {
            let drawn: Vec<i32> = (0..1_000).map(|_| sequence.below(bound)).collect();
            assert!(drawn.iter().all(|number| (0..bound).contains(number)));
            assert!(bound > 100 || (0..bound).all(|number| drawn.contains(&number)), "{bound}");
        }
        let drawn: Vec<f64> = (0..1_000).map(|_| sequence.double()).collect();
        assert!(drawn.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = drawn.iter().sum::<f64>() / 1_000.0;
        assert!((mean - 0.5).abs() < 0.05, "{mean}");
    }

    #[test]
    fn uuids_are_of_version_4_and_different() {
        let (one, other) = (evaluate("UUID", &[]), evaluate("GEN_RANDOM_UUID", &[]));
        assert_ne!(one, other);
        for uuid in [one, other] {
            let form: String = uuid.chars().map(|c| if c.is_ascii_hexdigit() { 'h' } else { c }).collect();
            assert_eq!(form, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "{uuid}");
            assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
            assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
        }
    }
}
