//! Texts in two dialects, ours and SQLite's, and the types that both have.
//!
//! SQLite has no DECIMAL, DATE, BOOLEAN and TIMESTAMP: there they are whole numbers of cents, days, 0 or 1, and nanoseconds.

use corelane::types::Value;
use fastrand::Rng;
use rusqlite::types::ValueRef;

pub const SECOND: i64 = 1_000_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// Type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Bool,
    SmallInt,
    Int,
    BigInt,
    Decimal,
    Double,
    Text,
    Date,
    Time,
}

pub const TYPES: [Type; 9] =
    [Type::Bool, Type::SmallInt, Type::Int, Type::BigInt, Type::Decimal, Type::Double, Type::Text, Type::Date, Type::Time];

impl Type {
    /// As a column is declared.
    pub fn name(self) -> &'static str {
        match self {
            Type::Bool => "BOOLEAN",
            Type::SmallInt => "SMALLINT",
            Type::Int => "INT",
            Type::BigInt => "BIGINT",
            Type::Decimal => "DECIMAL(10, 2)",
            Type::Double => "DOUBLE",
            Type::Text => "STRING",
            Type::Date => "DATE",
            Type::Time => "TIMESTAMP(3)",
        }
    }

    /// As a column of SQLite is declared.
    pub fn affinity(self) -> &'static str {
        match self {
            Type::Double => "REAL",
            Type::Text => "TEXT",
            _ => "INTEGER",
        }
    }

    pub fn is_whole(self) -> bool {
        matches!(self, Type::SmallInt | Type::Int | Type::BigInt)
    }

    pub fn is_number(self) -> bool {
        self.is_whole() || matches!(self, Type::Decimal | Type::Double)
    }

    /// Small numbers, short texts, moments of ten minutes round 1970, one in eight of them NULL.
    pub fn random_value(self, rng: &mut Rng) -> Value {
        if rng.u8(0..8) == 0 {
            return Value::Null;
        }
        match self {
            Type::Bool => Value::Bool(rng.bool()),
            Type::SmallInt | Type::BigInt => Value::Int(rng.i64(-9..10)),
            Type::Int => Value::Int(rng.i64(-100..100)),
            Type::Decimal => Value::Decimal(rng.i128(-999..1000)),
            // Small multiples of 1/8: sums of them are exact in any order.
            Type::Double => Value::Double(f64::from(rng.i32(-80..80)) / 8.0),
            Type::Text => {
                let texts = ["", "a", "b", "ab", "B", "zebra", "a longer text that is not inlined", "\u{e4}\u{20ac}"];
                Value::text(texts[rng.usize(0..texts.len())])
            }
            Type::Date => Value::Int(rng.i64(-5..6)),
            Type::Time => Value::Int(rng.i64(-300_000..300_000) * 1_000_000),
        }
    }

    /// A value of SQLite as the engine writes it.
    pub fn cell(self, value: ValueRef<'_>) -> String {
        match (value, self) {
            (ValueRef::Null, _) => "NULL".to_owned(),
            (ValueRef::Integer(n), Type::Bool) => (n != 0).to_string(),
            (ValueRef::Integer(n), Type::SmallInt | Type::Int | Type::BigInt) => n.to_string(),
            (ValueRef::Integer(n), Type::Decimal) => {
                format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.unsigned_abs() / 100, n.unsigned_abs() % 100)
            }
            (ValueRef::Integer(n), Type::Date) => moment(n * DAY).date().to_string(),
            (ValueRef::Integer(n), Type::Time) => moment(n).strftime("%Y-%m-%d %H:%M:%S.%3f").to_string(),
            // What stands in a column of SQLite as a whole number may come out of a sub-query as one.
            (ValueRef::Integer(n), Type::Double) => zmij::Buffer::new().format(n as f64).to_owned(),
            (ValueRef::Real(d), Type::Double) => zmij::Buffer::new().format(d).to_owned(),
            (ValueRef::Text(s), Type::Text) => String::from_utf8_lossy(s).into_owned(),
            (value, data_type) => format!("{value:?} is no {data_type:?}"),
        }
    }
}

/// Nanoseconds since 1970 by another calendar than the engine's.
fn moment(nanos: i64) -> jiff::civil::DateTime {
    let since = jiff::Timestamp::from_nanosecond(nanos.into()).expect("a time of the calendar");
    since.to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

pub fn to_sqlite(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Bool(b) => i64::from(*b).into(),
        Value::Int(n) => (*n).into(),
        Value::Double(d) => (*d).into(),
        Value::Decimal(cents) => i64::try_from(*cents).expect("a small number").into(),
        Value::Str(s) => s.to_string().into(),
        _ => rusqlite::types::Value::Null,
    }
}

/// A text in both dialects.
#[derive(Debug, Clone)]
pub struct Both {
    pub ours: String,
    pub theirs: String,
}

impl Both {
    pub fn new(ours: impl Into<String>, theirs: impl Into<String>) -> Both {
        Both { ours: ours.into(), theirs: theirs.into() }
    }

    pub fn same(text: impl Into<String>) -> Both {
        let ours = text.into();
        Both { theirs: ours.clone(), ours }
    }

    /// `template` with each `{}` replaced by the next part.
    pub fn of(template: &str, parts: &[Both]) -> Both {
        Both::same(template).filled(parts)
    }

    /// This text with each `{}` replaced by the next part.
    pub fn filled(&self, parts: &[Both]) -> Both {
        let fill = |template: &str, pick: fn(&Both) -> &String| {
            let mut pieces = template.split("{}");
            let mut text = pieces.next().unwrap_or_default().to_owned();
            for (piece, part) in pieces.zip(parts) {
                text.push_str(pick(part));
                text.push_str(piece);
            }
            text
        };
        Both::new(fill(&self.ours, |b| &b.ours), fill(&self.theirs, |b| &b.theirs))
    }

    /// The parts with `separator` between them.
    pub fn list(parts: &[Both], separator: &str) -> Both {
        Both::of(&vec!["{}"; parts.len()].join(separator), parts)
    }
}
