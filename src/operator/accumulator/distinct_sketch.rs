//! APPROX_COUNT_DISTINCT where rows only come: HyperLogLog, as a sorted list of the registers that are not zero while they are few, and as all of
//! them then. Off by 1.04 / sqrt(4096), about 1.6 %, in two of three cases.

use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::{Column, StrColumn, Values};
use crate::state::key_hash::hash_columns;
use crate::state::{GroupWords, RowStore};

/// The accumulator.
#[derive(Default)]
pub struct DistinctSketch {
    groups: Vec<Registers>,
    hashes: Vec<u64>,
}

/// Bits of a hash that choose a register.
const PLACE_BITS: u32 = 12;

/// Registers of a group.
const REGISTERS: usize = 1 << PLACE_BITS;

/// Registers in a list from which all are kept.
const LISTED_MAX: usize = REGISTERS / 8;

#[derive(Clone)]
enum Registers {
    /// Place and value, by place.
    Few(Vec<(u16, u8)>),
    All(Box<[u8]>),
}

impl Default for Registers {
    fn default() -> Self {
        Registers::Few(Vec::new())
    }
}

impl Registers {
    /// Hot: once per row.
    fn raise(&mut self, place: u16, value: u8) {
        match self {
            Registers::All(registers) => {
                let register = &mut registers[usize::from(place)];
                *register = (*register).max(value);
            }
            Registers::Few(list) => match list.binary_search_by_key(&place, |(place, _)| *place) {
                Ok(at) => list[at].1 = list[at].1.max(value),
                Err(at) => {
                    list.insert(at, (place, value));
                    if list.len() > LISTED_MAX {
                        let mut registers = vec![0; REGISTERS].into_boxed_slice();
                        list.iter().for_each(|(place, value)| registers[usize::from(*place)] = *value);
                        *self = Registers::All(registers);
                    }
                }
            },
        }
    }

    fn each(&self, mut visit: impl FnMut(u16, u8)) {
        match self {
            Registers::Few(list) => list.iter().for_each(|(place, value)| visit(*place, *value)),
            Registers::All(all) => {
                all.iter().enumerate().filter(|(_, v)| **v > 0).for_each(|(place, value)| visit(place as u16, *value));
            }
        }
    }

    /// The estimate, by counting the registers that are zero where there are few values.
    fn count(&self) -> i64 {
        let (mut set, mut sum) = (0usize, 0.0);
        self.each(|_, value| {
            set += 1;
            sum += 0.5f64.powi(value.into());
        });
        let (registers, zeros) = (REGISTERS as f64, (REGISTERS - set) as f64);
        let raw = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / (sum + zeros);
        let estimate = if raw <= 2.5 * registers && zeros > 0.0 { registers * (registers / zeros).ln() } else { raw };
        estimate.round() as i64
    }
}

impl Accumulator for DistinctSketch {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.groups, bound);
    }
    fn reset(&mut self, group: usize) {
        self.groups[group] = Registers::default();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        hash_columns(arguments, rows.groups.len(), &mut self.hashes);
        let Self { groups, hashes } = self;
        rows.for_each(|row, group, _| {
            // Mixed once more, because the hashes of keys are made for tables and not for counting zeros.
            let hash = mixed(hashes[row]);
            let value = (hash << PLACE_BITS | 1 << (PLACE_BITS - 1)).leading_zeros() as u8 + 1;
            groups[group].raise((hash >> (64 - PLACE_BITS)) as u16, value);
        });
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            self.groups[*group as usize].each(|place, value| {
                let [high, low] = place.to_be_bytes();
                bytes.extend_from_slice(&[high, low, value]);
            });
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            let (registers, _) = packed.bytes(row).as_chunks::<3>();
            registers.iter().for_each(|[high, low, value]| self.groups[group].raise(u16::from_be_bytes([*high, *low]), *value));
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        Column::from_values(Values::I64(groups.numbers().iter().map(|group| self.groups[*group as usize].count()).collect()))
    }
    fn state_bytes(&self) -> usize {
        let bytes = |registers: &Registers| match registers {
            Registers::Few(list) => list.capacity() * size_of::<(u16, u8)>(),
            Registers::All(_) => REGISTERS,
        };
        bytes_of(&self.groups) + self.groups.iter().map(bytes).sum::<usize>()
    }
}

/// A hash of a hash, all of whose bits depend on all (the last steps of MurmurHash3).
fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
