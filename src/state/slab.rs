//! Rows kept in columns, each at a place of its own, which is given to another row once it is free. Row road.
//!
//! Rows come and go in any order; what they have in common stands with their owner, by place.

use crate::batch::{Column, Values};
use crate::types::DataType;

/// Dead bytes of removed texts from which texts are written anew, once they are half of all.
const DEAD_BYTES_MIN: usize = 64 << 10;

/// Length from which a text stands outside its view.
const INLINE_BYTES: usize = 12;

/// The rows of one input of one operator on one shard.
pub struct Slab {
    columns: Vec<Column>,
    /// Places ever used.
    bound: usize,
    free: Vec<u32>,
    dead_bytes: usize,
}

impl Slab {
    /// No rows, with columns of these types.
    pub fn new(types: &[DataType]) -> Self {
        let columns = types.iter().map(|t| Column::with_capacity(t, 0)).collect();
        Self { columns, bound: 0, free: Vec::new(), dead_bytes: 0 }
    }

    /// Rows there are.
    pub fn len(&self) -> usize {
        self.bound - self.free.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the greatest place ever used: the length of columns by place.
    pub fn bound(&self) -> usize {
        self.bound
    }

    /// The values, by place.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Keeps these rows of some columns; writes the place of each to `places`. Hot: once per batch.
    pub fn put<'a>(&mut self, columns: impl Iterator<Item = &'a Column>, rows: &[u32], places: &mut Vec<u32>) {
        places.clear();
        let reused = rows.len().min(self.free.len());
        places.extend(self.free.drain(self.free.len() - reused..));
        places.extend(self.bound as u32..(self.bound + rows.len() - reused) as u32);
        self.bound += rows.len() - reused;
        for (stored, column) in self.columns.iter_mut().zip(columns) {
            replace(stored, &places[..reused], column, &rows[..reused]);
            match rows.len() - reused {
                0 => {}
                fresh if fresh == column.len() => stored.append(column),
                _ => stored.append(&column.gather_rows(&rows[reused..])),
            }
        }
    }

    /// The row at this place is there no longer.
    pub fn remove(&mut self, place: u32) {
        self.free.push(place);
        let at = place as usize;
        for column in &mut self.columns {
            if let Values::Str(strings) = &mut column.values {
                let len = strings.bytes(at).len();
                if len > INLINE_BYTES {
                    self.dead_bytes += len;
                    strings.set(at, b"");
                }
            }
        }
        if self.dead_bytes > DEAD_BYTES_MIN && self.dead_bytes > self.state_bytes() / 2 {
            let all: Vec<u32> = (0..self.bound as u32).collect();
            self.columns.iter_mut().for_each(|column| *column = column.gather_rows(&all));
            self.dead_bytes = 0;
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.free.capacity() * size_of::<u32>() + self.columns.iter().map(Column::memory_bytes).sum::<usize>()
    }
}

/// Puts values of `from` in the place of others. Hot: once per batch and column.
fn replace(to: &mut Column, places: &[u32], from: &Column, rows: &[u32]) {
    fn each<T: Copy>(to: &mut [T], places: &[u32], from: &[T], rows: &[u32]) {
        places.iter().zip(rows).for_each(|(place, row)| to[*place as usize] = from[*row as usize]);
    }
    macro_rules! same {
        ($($kind:ident),*) => {
            match (&mut to.values, &from.values) {
                $((Values::$kind(to), Values::$kind(from)) => each(to, places, from, rows),)*
                (Values::Str(to), Values::Str(from)) => {
                    places.iter().zip(rows).for_each(|(place, row)| to.set(*place as usize, from.bytes(*row as usize)));
                }
                (to, from) => panic!("{:?} kept as {:?}", from.representation(), to.representation()),
            }
        };
    }
    same!(Bool, I8, I16, I32, I64, F32, F64, I128);
    if from.validity.is_none() && to.validity.is_none() {
        return;
    }
    for (place, row) in places.iter().zip(rows) {
        match (from.is_null(*row as usize), &mut to.validity) {
            (true, _) => to.set_null(*place as usize),
            (false, Some(validity)) => validity.set(*place as usize, true),
            (false, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Value;

    const TYPES: [DataType; 3] = [DataType::BigInt, DataType::STRING, DataType::Double];

    #[test]
    fn rows_are_found_where_they_were_put_until_they_are_removed() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut slab = Slab::new(&TYPES);
        let mut naive: Vec<(u32, Vec<Value>)> = Vec::new();
        for turn in 0..400 {
            let row = |random: &mut fastrand::Rng| {
                let null = |random: &mut fastrand::Rng, value| if random.u8(..6) == 0 { Value::Null } else { value };
                let (number, text) = (random.i64(..100), Value::text("text".repeat(random.usize(..9))));
                vec![null(random, Value::Int(number)), null(random, text), null(random, Value::Double(number as f64))]
            };
            let rows: Vec<Vec<Value>> = (0..random.usize(1..20)).map(|_| row(&mut random)).collect();
            let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, 0)).collect();
            rows.iter().for_each(|row| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
            let put: Vec<u32> = (0..rows.len() as u32).filter(|_| turn % 3 == 0 || random.bool()).collect();
            let mut places = Vec::new();
            slab.put(columns.iter(), &put, &mut places);
            naive.extend(places.iter().zip(&put).map(|(place, row)| (*place, rows[*row as usize].clone())));
            while naive.len() > random.usize(1..60) {
                slab.remove(naive.swap_remove(random.usize(..naive.len())).0);
            }
            assert_eq!(slab.len(), naive.len());
            for (place, row) in &naive {
                let found: Vec<Value> = slab.columns().iter().zip(&TYPES).map(|(c, t)| c.value(*place as usize, t)).collect();
                assert_eq!(&found, row, "turn {turn}");
            }
        }
        assert!(slab.bound() < 100, "places are used again");
    }
}
