//! Random tables: columns of any types, and rows with NULLs and with values at the edges of their types.

use corelane::types::Value;
use fastrand::Rng;

const COLUMNS_MAX: usize = 6;
const ROWS_MAX: i64 = 40;

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Bool,
    SmallInt,
    Int,
    /// With values at its edges: nothing is added up.
    BigInt,
    Decimal,
    Double,
    /// Very large, very small, infinite or NaN: nothing is added up.
    WildDouble,
    Text,
    Date,
    Time,
}

const TYPES: [Type; 10] = [
    Type::Bool,
    Type::SmallInt,
    Type::Int,
    Type::BigInt,
    Type::Decimal,
    Type::Double,
    Type::WildDouble,
    Type::Text,
    Type::Date,
    Type::Time,
];

impl Type {
    /// As a column of the engine is declared.
    fn name(self) -> &'static str {
        match self {
            Type::Bool => "BOOLEAN",
            Type::SmallInt => "SMALLINT",
            Type::Int => "INT",
            Type::BigInt => "BIGINT",
            Type::Decimal => "DECIMAL(10, 2)",
            Type::Double | Type::WildDouble => "DOUBLE",
            Type::Text => "STRING",
            Type::Date => "DATE",
            Type::Time => "TIMESTAMP(3)",
        }
    }

    pub fn is_whole(self) -> bool {
        matches!(self, Type::SmallInt | Type::Int | Type::BigInt)
    }

    pub fn is_double(self) -> bool {
        matches!(self, Type::Double | Type::WildDouble)
    }

    /// Whether sums of its values are within bounds.
    pub fn adds_up(self) -> bool {
        matches!(self, Type::SmallInt | Type::Int | Type::Decimal | Type::Double)
    }

    fn random_value(self, rng: &mut Rng) -> Value {
        if rng.u8(0..6) == 0 {
            return Value::Null;
        }
        let at_edge = rng.u8(0..8) == 0;
        match self {
            Type::Bool => Value::Bool(rng.bool()),
            Type::SmallInt if at_edge => Value::Int(rng.choice([i16::MIN, i16::MAX]).expect("two").into()),
            Type::Int if at_edge => Value::Int(rng.choice([i32::MIN, i32::MAX]).expect("two").into()),
            Type::BigInt if at_edge => Value::Int(rng.choice([i64::MIN, i64::MAX]).expect("two")),
            Type::SmallInt | Type::Int | Type::BigInt => Value::Int(rng.i64(-5..6)),
            Type::Decimal if at_edge => Value::Decimal(rng.choice([-9_999_999_999, 9_999_999_999]).expect("two")),
            Type::Decimal => Value::Decimal(rng.i128(-500..500)),
            Type::WildDouble if rng.bool() => {
                let wild = [f64::MAX, f64::MIN, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, 0.0];
                Value::Double(rng.choice(wild).expect("some"))
            }
            Type::Double | Type::WildDouble => Value::Double(f64::from(rng.i32(-80..80)) / 8.0),
            Type::Text => {
                Value::text(rng.choice(["", "a", "b", "B", "a longer text that is not inlined", "\u{e4}\u{20ac}"]).expect("some"))
            }
            Type::Date => Value::Int(rng.i64(-5..6)),
            Type::Time => Value::Int(rng.i64(-90_000..90_000) * 1_000_000),
        }
    }
}

/// A column as an expression names it.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub data_type: Type,
}

/// The table `t`: some columns, then `id`, which tells its rows apart, and `ts`, its event time.
#[derive(Debug)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    pub fn random(rng: &mut Rng) -> Table {
        let mut columns: Vec<Column> = (0..rng.usize(1..=COLUMNS_MAX))
            .map(|at| Column { name: format!("c{at}"), data_type: rng.choice(TYPES).expect("some") })
            .collect();
        columns.push(Column { name: "id".to_owned(), data_type: Type::Int });
        columns.push(Column { name: "ts".to_owned(), data_type: Type::Time });
        let mut table = Table { columns, rows: Vec::new() };
        table.rows = (0..rng.i64(1..ROWS_MAX)).map(|id| table.random_row(rng, id)).collect();
        table
    }

    /// Its `id` tells it apart, and it has a time.
    pub fn random_row(&self, rng: &mut Rng, id: i64) -> Vec<Value> {
        let value = |column: &Column| match column.name.as_str() {
            "id" => Value::Int(id),
            "ts" => Value::Int(rng.i64(-90_000..90_000) * 1_000_000),
            _ => column.data_type.random_value(rng),
        };
        self.columns.iter().map(value).collect()
    }

    /// The columns as the engine's CREATE TABLE has them.
    pub fn declared(&self) -> String {
        let column = |c: &Column| format!("{} {}", c.name, c.data_type.name());
        self.columns.iter().map(column).collect::<Vec<_>>().join(", ")
    }

    /// A column whose type `is_wanted`.
    pub fn column(&self, rng: &mut Rng, is_wanted: impl Fn(Type) -> bool) -> Option<&Column> {
        rng.choice(self.columns.iter().filter(|c| is_wanted(c.data_type)).collect::<Vec<_>>())
    }
}
