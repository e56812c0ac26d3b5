//! What has been written, applied from the start: as a changelog of whole rows, or by a key.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::run::KEYED_SINK;
use crate::oracle::{Query, Type, without_negative_zero};

/// How the query is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Rows are taken back whole.
    Whole,
    /// Of the rows with the same values in so many of their first columns one is there: the last, or the first.
    Keyed(usize, Stands),
}

/// Which row of a key is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    First,
    Last,
}

impl Output {
    pub fn random(rng: &mut Rng, query: &Query) -> Output {
        match rng.u8(0..6) {
            0 => Output::Keyed(rng.usize(1..=query.types.len()), Stands::First),
            1 | 2 => Output::Keyed(rng.usize(1..=query.types.len()), Stands::Last),
            _ => Output::Whole,
        }
    }

    /// The table that is written and INSERT INTO it, as they stand before the query.
    pub fn begins(self, query: &Query) -> String {
        let Output::Keyed(key, _) = self else { return String::new() };
        let declared = |(at, of): (usize, &Type)| format!("o{at} {}", widest(*of));
        let columns: Vec<String> = query.types.iter().enumerate().map(declared).collect();
        let key: Vec<String> = (0..key).map(|at| format!("o{at}")).collect();
        let key = format!("PRIMARY KEY ({}) NOT ENFORCED", key.join(", "));
        format!(
            "CREATE TABLE {KEYED_SINK} ({}, {key}) WITH ('connector' = 'memory');\nINSERT INTO {KEYED_SINK} ",
            columns.join(", ")
        )
    }

    /// What stands behind the query.
    pub fn ends(self) -> &'static str {
        if matches!(self, Output::Keyed(_, Stands::First)) { " ON CONFLICT DO NOTHING" } else { "" }
    }
}

/// A type that holds all results of this one.
fn widest(of: Type) -> &'static str {
    match of {
        Type::SmallInt | Type::Int => Type::BigInt.name(),
        Type::Decimal => "DECIMAL(38, 2)",
        other => other.name(),
    }
}

/// The rows that are there by what was written so far.
pub enum Shown {
    /// How often each row is there.
    Whole(BTreeMap<String, i64>),
    /// The row of each key, which is so many of its first columns.
    Keyed(usize, BTreeMap<String, String>),
}

impl Shown {
    pub fn of(output: Output) -> Shown {
        match output {
            Output::Whole => Shown::Whole(BTreeMap::new()),
            Output::Keyed(key, _) => Shown::Keyed(key, BTreeMap::new()),
        }
    }

    /// With more changes; an error where a row is taken back that is not there, if `strictly` at any point.
    pub fn apply(&mut self, changes: Vec<(char, String)>, strictly: bool) -> Result<(), String> {
        match self {
            Shown::Whole(counts) => {
                for (sign, row) in changes {
                    let count = counts.entry(row.clone()).or_default();
                    *count += if sign == '+' { 1 } else { -1 };
                    if strictly && *count < 0 {
                        return Err(format!("{row} is taken back more often than given"));
                    }
                }
                match counts.iter().find(|(_, count)| **count < 0) {
                    Some((row, count)) => Err(format!("{row} is there {count} times")),
                    None => Ok(()),
                }
            }
            Shown::Keyed(key, rows) => {
                for (sign, row) in changes {
                    let (row, at) = (without_negative_zero(&row), key_of(&without_negative_zero(&row), *key));
                    let before = if sign == '+' { Some(rows.insert(at, row.clone())) } else { rows.remove(&at).map(Some) };
                    if before.is_none() {
                        return Err(format!("{row} is taken back, but there is no row of its key"));
                    }
                }
                Ok(())
            }
        }
    }

    /// The rows, with the sign of a zero left out, sorted.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = match self {
            Shown::Whole(counts) => {
                let copies = |(row, count): (&String, &i64)| std::iter::repeat_n(without_negative_zero(row), *count as usize);
                counts.iter().flat_map(copies).collect()
            }
            Shown::Keyed(_, rows) => rows.values().cloned().collect(),
        };
        lines.sort();
        lines
    }

    /// Whether these rows are the answer; by key, one row of each key of it.
    pub fn is(&self, answer: &[String]) -> bool {
        match self {
            Shown::Whole(_) => self.lines() == answer,
            Shown::Keyed(key, rows) => {
                let keys: BTreeMap<String, ()> = answer.iter().map(|row| (key_of(row, *key), ())).collect();
                rows.keys().eq(keys.keys()) && rows.values().all(|row| answer.contains(row))
            }
        }
    }
}

/// The first values of a row as text; none of them has a comma and a space in it.
fn key_of(row: &str, key: usize) -> String {
    let values = row.trim_start_matches('[').trim_end_matches(']');
    values.split(", ").take(key).collect::<Vec<_>>().join(", ")
}
