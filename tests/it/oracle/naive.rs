//! Aggregates that SQLite lacks, made in the plainest way of a list of all arguments, and a few functions.

use std::cmp::Ordering;

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::aggregate::{OF_ONE, OF_PAIRS};

/// The arguments of one row.
type Row = Vec<Value>;

/// Registers all of them.
pub fn register(database: &Connection) -> Result<()> {
    for name in OF_ONE.into_iter().chain(OF_PAIRS) {
        aggregate(database, name, move |rows| statistic(name, rows).map_or(Value::Null, Value::Real))?;
    }
    aggregate(database, "BIT_AND", |rows| bits(rows, |one, other| one & other))?;
    aggregate(database, "BIT_OR", |rows| bits(rows, |one, other| one | other))?;
    aggregate(database, "BIT_XOR", |rows| bits(rows, |one, other| one ^ other))?;
    aggregate(database, "MODE", mode)?;
    aggregate(database, "COLLECT", collect)?;
    aggregate(database, "JSON_AGG", array)?;
    aggregate(database, "PERCENTILE_DISC", |rows| {
        let values = sorted(rows);
        let at = (fraction(rows) * values.len() as f64).ceil() as usize;
        values.get(at.saturating_sub(1)).cloned().unwrap_or(Value::Null)
    })?;
    aggregate(database, "PERCENTILE_CONT", |rows| percentile(rows).map_or(Value::Null, Value::Real))?;
    aggregate(database, "FIRST_OF", |rows| rows.first().map_or(Value::Null, |row| row[0].clone()))?;
    aggregate(database, "LAST_OF", |rows| rows.last().map_or(Value::Null, |row| row[0].clone()))?;
    aggregate(database, "MIN_BY", |rows| by(rows).into_iter().next().unwrap_or(Value::Null))?;
    aggregate(database, "MAX_BY", |rows| by(rows).pop().unwrap_or(Value::Null))?;
    functions(database)
}

/// FLOOR of a number, the quotient and the rest that are rounded downwards, and functions of any letters.
fn functions(database: &Connection) -> Result<()> {
    database.create_scalar_function("FLOOR", 1, FLAGS, |call| Ok(call.get::<Option<f64>>(0)?.map(f64::floor)))?;
    whole(database, "DIVIDED", i64::div_euclid)?;
    whole(database, "REST", i64::rem_euclid)?;
    text(database, "UPPER", |text| text.to_uppercase())?;
    text(database, "LOWER", |text| text.to_lowercase())?;
    text(database, "REVERSE", |text| text.chars().rev().collect())?;
    database.create_scalar_function("LPAD", 3, FLAGS, |call| {
        let (text, pad): (Option<String>, String) = (call.get(0)?, call.get(2)?);
        let length = call.get::<i64>(1)? as usize;
        let padded = |text: String| pad.repeat(length.saturating_sub(text.chars().count())) + &text;
        Ok(text.map(|text| padded(text).chars().take(length).collect::<String>()))
    })
}

fn whole(database: &Connection, name: &str, of: fn(i64, i64) -> i64) -> Result<()> {
    database.create_scalar_function(name, 2, FLAGS, move |call| {
        let by = call.get(1)?;
        Ok(call.get::<Option<i64>>(0)?.map(|number| of(number, by)))
    })
}

fn text(database: &Connection, name: &str, of: fn(&str) -> String) -> Result<()> {
    database.create_scalar_function(name, 1, FLAGS, move |call| Ok(call.get::<Option<String>>(0)?.map(|text| of(&text))))
}

const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC);

/// Gathers the arguments of all rows, then computes.
struct Gathered<F>(F);

impl<F: Fn(&[Row]) -> Value> Aggregate<Vec<Row>, Value> for Gathered<F> {
    fn init(&self, _call: &mut Context<'_>) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }

    fn step(&self, call: &mut Context<'_>, rows: &mut Vec<Row>) -> Result<()> {
        rows.push((0..call.len()).map(|at| call.get(at)).collect::<Result<_>>()?);
        Ok(())
    }

    fn finalize(&self, _call: &mut Context<'_>, rows: Option<Vec<Row>>) -> Result<Value> {
        Ok((self.0)(&rows.unwrap_or_default()))
    }
}

fn aggregate(
    database: &Connection,
    name: &str,
    of: impl Fn(&[Row]) -> Value + Send + std::panic::UnwindSafe + 'static,
) -> Result<()> {
    database.create_aggregate_function(name, -1, FLAGS, Gathered(of))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(n) => Some(*n as f64),
        Value::Real(d) => Some(*d),
        _ => None,
    }
}

/// Of y, or of y and x where both are there.
fn statistic(name: &str, rows: &[Row]) -> Option<f64> {
    let pairs = rows.iter().map(|row| Some((number(&row[0])?, number(&row[row.len() - 1])?)));
    let pairs: Vec<(f64, f64)> = pairs.flatten().collect();
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (mean_y, mean_x) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(y, x)| of(y - mean_y, x - mean_x)).sum::<f64>();
    let (yy, xx, xy) = (sum(&|y, _| y * y), sum(&|_, x| x * x), sum(&|y, x| x * y));
    if name == "REGR_COUNT" {
        return Some(n);
    }
    let least = if name.ends_with("_SAMP") { 2.0 } else { 1.0 };
    if n < least {
        return None;
    }
    Some(match name {
        "VAR_POP" => yy / n,
        "VAR_SAMP" => yy / (n - 1.0),
        "STDDEV_POP" => (yy / n).sqrt(),
        "STDDEV_SAMP" => (yy / (n - 1.0)).sqrt(),
        "COVAR_POP" => xy / n,
        "COVAR_SAMP" => xy / (n - 1.0),
        "REGR_AVGX" => mean_x,
        "REGR_AVGY" => mean_y,
        "REGR_SXX" => xx,
        "REGR_SYY" => yy,
        "REGR_SXY" => xy,
        "CORR" if xx > 0.0 && yy > 0.0 => xy / (xx * yy).sqrt(),
        "REGR_SLOPE" if xx > 0.0 => xy / xx,
        "REGR_INTERCEPT" if xx > 0.0 => mean_y - xy / xx * mean_x,
        "REGR_R2" if xx > 0.0 && yy == 0.0 => 1.0,
        "REGR_R2" if xx > 0.0 => xy * xy / (xx * yy),
        _ => return None,
    })
}

fn bits(rows: &[Row], both: fn(i64, i64) -> i64) -> Value {
    let numbers = rows.iter().filter_map(|row| if let Value::Integer(n) = row[0] { Some(n) } else { None });
    numbers.reduce(both).map_or(Value::Null, Value::Integer)
}

/// As SQLite orders values of one type, NULL first.
fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, _) | (_, Value::Null) => (*one != Value::Null).cmp(&(*other != Value::Null)),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Integer(one), Value::Integer(other)) => one.cmp(other),
        (one, other) => number(one).partial_cmp(&number(other)).expect("no NaN"),
    }
}

/// The first arguments in order, without NULL.
fn sorted(rows: &[Row]) -> Vec<Value> {
    let mut values: Vec<Value> = rows.iter().map(|row| row[0].clone()).filter(|value| *value != Value::Null).collect();
    values.sort_by(compare);
    values
}

/// The first arguments in the order of the second, without those where that is NULL.
fn by(rows: &[Row]) -> Vec<Value> {
    let mut rows: Vec<&Row> = rows.iter().filter(|row| row[1] != Value::Null).collect();
    rows.sort_by(|one, other| compare(&one[1], &other[1]).then_with(|| compare(&one[0], &other[0])));
    rows.into_iter().map(|row| row[0].clone()).collect()
}

/// An object of the values, with how often each is there.
fn collect(rows: &[Row]) -> Value {
    let mut values = sorted(rows);
    let count = |value: &Value| rows.iter().filter(|row| row[0] == *value).count();
    values.dedup();
    let item = |value: &Value| format!("\"{}\":{}", json(value).trim_matches('"'), count(value));
    Value::Text(format!("{{{}}}", values.iter().map(item).collect::<Vec<_>>().join(",")))
}

/// The values as they come, if there are any.
fn array(rows: &[Row]) -> Value {
    match rows {
        [] => Value::Null,
        rows => Value::Text(format!("[{}]", rows.iter().map(|row| json(&row[0])).collect::<Vec<_>>().join(","))),
    }
}

/// A text that has nothing to escape, or a whole number.
fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("\"{text}\""),
        Value::Integer(n) => n.to_string(),
        other => format!("{other:?} is neither"),
    }
}

/// The value that is there most often, the least of several.
fn mode(rows: &[Row]) -> Value {
    let values = sorted(rows);
    let count = |value: &Value| values.iter().filter(|other| *other == value).count();
    values.iter().rev().max_by_key(|value| count(value)).cloned().unwrap_or(Value::Null)
}

/// The second argument of all rows.
fn fraction(rows: &[Row]) -> f64 {
    rows.first().and_then(|row| number(&row[1])).unwrap_or(0.0)
}

/// Between the two values that stand round the fraction.
fn percentile(rows: &[Row]) -> Option<f64> {
    let values: Vec<f64> = sorted(rows).iter().filter_map(number).collect();
    let place = fraction(rows) * values.len().checked_sub(1)? as f64;
    let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}
