//! One column of `datagen`: its options checked into a `Make` that says how its values come about.

use super::super::pace::{Moment, Rows};
use super::super::random::{mix, unit};
use super::make::Make;
use crate::batch;
use crate::error::{Error, Result};
use crate::types::{Column, DataType, Options, decimal, time};

/// Characters or bytes of a random text unless the table says otherwise, as in Flink.
const LENGTH_DEFAULT: u64 = 100;
/// Items of a random array or map unless the table says otherwise, as in Flink.
const ITEMS_DEFAULT: u64 = 3;
/// Longest text or array a table may ask for.
const LENGTH_MAX: u64 = 1 << 20;

/// Makes the values of one column.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    make: Make,
    key: u64,
    null_rate: f64,
    /// How many rows there can be, for a sequence that ends.
    pub rows_max: Option<u64>,
}

impl Maker {
    /// Reads the options `fields.<column>.*`.
    pub fn new(column: &Column, options: &Options, key: u64) -> Result<Self> {
        let fields = FieldOptions { options, column };
        let kind = options.choice(&fields.key("kind"), &["random", "sequence"])?;
        let null_rate = fields.number("null-rate", "a number from 0 to 1")?.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&null_rate) {
            return Err(fields.wrong("null-rate", "a number from 0 to 1"));
        }
        if null_rate > 0.0 && column.not_null {
            return Err(fields.wrong("null-rate", "possible for a NOT NULL column"));
        }
        let (make, rows_max) = match kind {
            Some(1) => fields.sequence()?,
            _ => (fields.random()?, None),
        };
        Ok(Self { make, key, null_rate, rows_max })
    }

    /// Adds the values of these rows. Hot: once per batch.
    pub fn fill(&self, rows: Rows, moment: Moment, column: &mut batch::Column) {
        let before = column.len();
        self.make.fill(self.key, rows, moment, column);
        if let Some(validity) = &mut column.validity {
            (validity.len()..before + rows.count).for_each(|_| validity.push(true));
        }
        if self.null_rate > 0.0 {
            let key = mix(self.key, u64::MAX);
            for (at, row) in rows.iter().enumerate() {
                if unit(mix(key, row)) < self.null_rate {
                    column.set_null(before + at);
                }
            }
        }
    }
}

/// The options of one column.
struct FieldOptions<'a> {
    options: &'a Options,
    column: &'a Column,
}

impl FieldOptions<'_> {
    fn key(&self, option: &str) -> String {
        format!("fields.{}.{option}", self.column.name)
    }

    fn number<T: std::str::FromStr>(&self, option: &str, what: &str) -> Result<Option<T>> {
        self.options.parse(&self.key(option), what)
    }

    fn wrong(&self, option: &str, what: &str) -> Error {
        let key = self.key(option);
        let (text, span) = self.options.value(&key).map(|v| (v.text.clone(), v.span)).unwrap_or_default();
        Error::sql(format!("option '{key}' = '{text}' is not {what}")).at(span)
    }

    /// `min` and `max` within the type's bounds.
    fn bounds<T: std::str::FromStr + PartialOrd + Copy>(&self, low: T, high: T, what: &str) -> Result<(T, T)> {
        let min = self.number("min", what)?.unwrap_or(low);
        let max = self.number("max", what)?.unwrap_or(high);
        match () {
            () if !(low..=high).contains(&min) => Err(self.wrong("min", what)),
            () if !(low..=high).contains(&max) => Err(self.wrong("max", what)),
            () if min > max => Err(self.wrong("max", "at least the minimum")),
            () => Ok((min, max)),
        }
    }

    fn length(&self, default: u64) -> Result<u64> {
        let what = format!("a length from 0 to {LENGTH_MAX}");
        match self.number("length", &what)? {
            Some(length) if length > LENGTH_MAX => Err(self.wrong("length", &what)),
            length => Ok(length.unwrap_or(default)),
        }
    }

    fn is_var_len(&self) -> Result<bool> {
        Ok(self.options.choice(&self.key("var-len"), &["false", "true"])? == Some(1))
    }

    fn random(&self) -> Result<Make> {
        let data_type = &self.column.data_type;
        Ok(match data_type {
            DataType::Null => Make::Null,
            DataType::Boolean => Make::Boolean,
            DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt | DataType::IntervalMonth => {
                let (low, high) = integer_bounds(data_type);
                let (low, high) = self.bounds(low, high, &format!("a whole number in the range of {data_type}"))?;
                Make::Integer { low, high }
            }
            DataType::Float => {
                let (low, high) = self.floats(f64::from(f32::MIN), f64::from(f32::MAX))?;
                Make::Float { low, high }
            }
            DataType::Double => {
                let (low, high) = self.floats(f64::MIN, f64::MAX)?;
                Make::Float { low, high }
            }
            DataType::Decimal { precision, scale } => {
                let most = decimal::POW10[usize::from(*precision)] - 1;
                let low = self.decimal("min", *precision, *scale)?.unwrap_or(0);
                let high = self.decimal("max", *precision, *scale)?.unwrap_or(most);
                if low > high {
                    return Err(self.wrong("max", "at least the minimum"));
                }
                Make::Decimal { low, high }
            }
            DataType::Varchar(longest) => {
                let length = self.length(longest.map_or(LENGTH_DEFAULT, |n| LENGTH_DEFAULT.min(n.into())))?;
                if longest.is_some_and(|n| length > u64::from(n)) {
                    return Err(self.wrong("length", &format!("within {data_type}")));
                }
                Make::Text { length, varies: self.is_var_len()? }
            }
            DataType::Bytes => Make::Bytes { length: self.length(LENGTH_DEFAULT)?, varies: self.is_var_len()? },
            DataType::IntervalDay => Make::Integer { low: 0, high: self.nanos("max")?.unwrap_or(time::DAY) },
            DataType::Uuid => Make::Uuid,
            DataType::Bitmap => {
                let error = Error::sql(format!("datagen makes no BITMAP for column '{}'", self.column.name));
                return Err(error.hint("compute it, such as b AS BITMAP_BUILD(ARRAY[n])"));
            }
            DataType::Time(_) => Make::TimeOfDay,
            DataType::Timestamp(_) | DataType::TimestampLtz(_) | DataType::Date => {
                Make::Time { past: self.nanos("max-past")?.unwrap_or(0) }
            }
            DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) | DataType::Json => {
                Make::Nested { data_type: data_type.clone(), items: self.length(ITEMS_DEFAULT)? }
            }
        })
    }

    /// Bounds of floats; from 0 unless the table says otherwise, as in Flink.
    fn floats(&self, lowest: f64, highest: f64) -> Result<(f64, f64)> {
        let (low, high) = self.bounds(lowest, highest, &format!("a number in the range of {}", self.column.data_type))?;
        let low = if self.number::<f64>("min", "a number")?.is_none() { 0f64.min(high) } else { low };
        Ok((low, high))
    }

    fn decimal(&self, option: &str, precision: u8, scale: u8) -> Result<Option<i128>> {
        let Some(text) = self.options.text(&self.key(option)) else { return Ok(None) };
        let units = decimal::parse(text.trim().as_bytes(), precision, scale);
        units.map(Some).ok_or_else(|| self.wrong(option, &format!("a number in the range of {}", self.column.data_type)))
    }

    fn nanos(&self, option: &str) -> Result<Option<i64>> {
        let Some(duration) = self.options.duration(&self.key(option))? else { return Ok(None) };
        i64::try_from(duration.as_nanos()).map(Some).map_err(|_| self.wrong(option, "a duration below 292 years"))
    }

    /// How a sequence goes and after how many rows it ends.
    fn sequence(&self) -> Result<(Make, Option<u64>)> {
        let data_type = &self.column.data_type;
        match data_type {
            DataType::Timestamp(_) | DataType::TimestampLtz(_) => {
                let start = self.start_time("a timestamp such as '2026-01-01 00:00:00'", time::parse_timestamp)?;
                let step = self.nanos("step")?.unwrap_or(1_000_000);
                Ok((Make::Sequence { start, step }, rows_until(start, i64::MAX, step)))
            }
            DataType::Date => {
                let start = self.start_time("a date such as '2026-01-01'", |text| time::parse_date(text).map(i64::from))?;
                Ok((Make::Sequence { start, step: 1 }, rows_until(start, i32::MAX.into(), 1)))
            }
            DataType::Varchar(longest) => {
                let (start, end) = self.ends(i64::MIN, i64::MAX)?;
                let widest = start.to_string().len().max(end.to_string().len());
                if longest.is_some_and(|n| (n as usize) < widest) {
                    return Err(self.wrong("end", &format!("within {data_type}")));
                }
                Ok((Make::Counted { start }, rows_until(start, end, 1)))
            }
            DataType::Decimal { precision, scale } => {
                let most = decimal::POW10[usize::from(precision - scale)] - 1;
                let most = i64::try_from(most).unwrap_or(i64::MAX);
                let (start, end) = self.ends(-most, most)?;
                Ok((Make::DecimalSequence { start, scale: *scale }, rows_until(start, end, 1)))
            }
            DataType::Float | DataType::Double => {
                // Every whole number up to here is exact.
                let most = if *data_type == DataType::Float { 1 << 24 } else { 1 << 53 };
                let (start, end) = self.ends(-most, most)?;
                Ok((Make::Sequence { start, step: 1 }, rows_until(start, end, 1)))
            }
            _ if data_type.is_integer() => {
                let (low, high) = integer_bounds(data_type);
                let (start, end) = self.ends(low, high)?;
                Ok((Make::Sequence { start, step: 1 }, rows_until(start, end, 1)))
            }
            _ => Err(self.wrong("kind", &format!("possible for {data_type}")).hint("use 'random'")),
        }
    }

    /// `start` and `end` of a sequence of whole numbers.
    fn ends(&self, low: i64, high: i64) -> Result<(i64, i64)> {
        let what = format!("a whole number in the range of {}", self.column.data_type);
        let start = self.number("start", &what)?.unwrap_or(0);
        let end = self.number("end", &what)?.unwrap_or(high);
        match () {
            () if !(low..=high).contains(&start) => Err(self.wrong("start", &what)),
            () if !(low..=high).contains(&end) => Err(self.wrong("end", &what)),
            () if start > end => Err(self.wrong("end", "at least the start")),
            () => Ok((start, end)),
        }
    }

    fn start_time(&self, what: &str, parse: impl Fn(&[u8]) -> Option<i64>) -> Result<i64> {
        let key = self.key("start");
        let text = self.options.required(&key)?;
        parse(text.trim().as_bytes()).ok_or_else(|| self.wrong("start", what))
    }
}

/// Rows of a sequence whose values are at most `end`; `None` if it does not move.
fn rows_until(start: i64, end: i64, step: i64) -> Option<u64> {
    (step > 0).then(|| (end.wrapping_sub(start) as u64 / step as u64).saturating_add(1))
}

fn integer_bounds(data_type: &DataType) -> (i64, i64) {
    match data_type {
        DataType::TinyInt => (i8::MIN.into(), i8::MAX.into()),
        DataType::SmallInt => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int => (i32::MIN.into(), i32::MAX.into()),
        DataType::IntervalMonth => (0, 120_000),
        _ => (i64::MIN, i64::MAX),
    }
}
