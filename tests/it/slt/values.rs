//! How rows are compared: what a record lists, and the text of what the engine answers, brought into one form.

use std::sync::LazyLock;

use corelane::batch::Column;
use corelane::batch::text::write_value;
use corelane::types::{DataType, Value, decimal};
use md5::{Digest, Md5};
use regex::{Captures, Regex};

use super::record::{Outcome, Record, Sorting};
use super::tables::{Answer, regex};

/// How the records of a file write rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A value on each line, written by the letter of its column: `sqllogictest` of SQLite.
    Values,
    /// A row on each line, with spaces between values: `sqllogictest-rs`.
    Rows,
}

/// Whether an answer is what the record says, or both.
pub fn compare(record: &Record, answer: &Answer, writing: Writing) -> Result<(), String> {
    match writing {
        Writing::Values => compare_values(record, answer),
        Writing::Rows => compare_rows(record, answer),
    }
}

fn compare_values(record: &Record, answer: &Answer) -> Result<(), String> {
    let cell = |(at, value): (usize, &Value)| {
        let letter = record.types.chars().nth(at).unwrap_or('T');
        by_letter(letter, value, &answer.types[at])
    };
    let mut rows: Vec<Vec<String>> = answer.rows.iter().map(|row| row.iter().enumerate().map(cell).collect()).collect();
    if record.sorting == Sorting::Rows {
        rows.sort();
    }
    let mut values: Vec<String> = rows.into_iter().flatten().collect();
    if record.sorting == Sorting::Values {
        values.sort();
    }
    match &record.outcome {
        Outcome::Lines(lines) if *lines == values => Ok(()),
        Outcome::Lines(lines) => Err(difference(lines, &values)),
        Outcome::Hash(count, md5) => {
            let mut digest = Md5::new();
            values.iter().for_each(|value| digest.update(format!("{value}\n")));
            let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            let expected = [format!("{count} values hashing to {md5}")];
            if *count == values.len() && *md5 == found { Ok(()) } else { Err(difference(&expected, &values)) }
        }
        Outcome::Done | Outcome::Error => Err("the record lists no rows".to_owned()),
    }
}

/// A value as SQLite's own program writes one of a column with this letter.
fn by_letter(letter: char, value: &Value, of: &DataType) -> String {
    let number = match (value, of) {
        (Value::Int(number), _) => *number as f64,
        (Value::Double(number), _) => *number,
        (Value::Decimal(units), DataType::Decimal { scale, .. }) => *units as f64 / 10f64.powi(i32::from(*scale)),
        (Value::Bool(truth), _) => f64::from(u8::from(*truth)),
        _ => 0.0,
    };
    match (letter, value) {
        (_, Value::Null) => "NULL".to_owned(),
        ('I', Value::Int(number)) => number.to_string(),
        ('I', _) => (number as i64).to_string(),
        ('R', _) => format!("{number:.3}"),
        _ => text_of(value, of),
    }
}

fn compare_rows(record: &Record, answer: &Answer) -> Result<(), String> {
    let row = |row: &Vec<Value>| {
        let cells: Vec<String> = row.iter().zip(&answer.types).map(|(value, of)| text_of(value, of)).collect();
        canonical(&cells.join(" "))
    };
    let Outcome::Lines(lines) = &record.outcome else { return Err("the record lists no rows".to_owned()) };
    // A row of an empty text is no line of its own.
    let is_seen = |row: &String| !row.is_empty();
    let expected: Vec<String> = lines.iter().map(|line| canonical(line)).filter(is_seen).collect();
    let found: Vec<String> = answer.rows.iter().map(row).filter(is_seen).collect();
    let same = |one: &[String], other: &[String]| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_near(one, other))
    };
    if record.sorting == Sorting::None && is_ordered(&record.sql) {
        if same(&expected, &found) {
            return Ok(());
        }
        let what = if same(&sorted(&expected), &sorted(&found)) { "the same rows in another order\n" } else { "" };
        return Err(format!("{what}{}", difference(&expected, &found)));
    }
    let (expected, found) = (sorted(&expected), sorted(&found));
    if same(&expected, &found) { Ok(()) } else { Err(difference(&expected, &found)) }
}

/// Whether two rows are the same word by word, numbers with a point as far as the files write them.
fn are_near(one: &str, other: &str) -> bool {
    const RELATIVE: f64 = 1e-9;
    const ABSOLUTE: f64 = 1e-12;
    let near = |(one, other): (&str, &str)| match (one.parse::<f64>(), other.parse::<f64>()) {
        _ if one == other => true,
        (Ok(one), Ok(other)) => (one - other).abs() <= (one.abs() * RELATIVE).max(ABSOLUTE),
        _ => false,
    };
    const BETWEEN: [char; 7] = [' ', ',', '[', ']', '{', '}', ':'];
    one.split(BETWEEN).count() == other.split(BETWEEN).count() && one.split(BETWEEN).zip(other.split(BETWEEN)).all(near)
}

/// By the words, numbers with a point by their first digits.
fn sorted(rows: &[String]) -> Vec<String> {
    let mut rows = rows.to_vec();
    let short = |word: &str| match word.parse::<f64>() {
        Ok(number) if word.contains('e') => format!("{number:.5e}"),
        _ => word.to_owned(),
    };
    rows.sort_by_cached_key(|row| row.split(' ').map(short).collect::<Vec<_>>());
    rows
}

fn difference(expected: &[String], found: &[String]) -> String {
    const SHOWN: usize = 12;
    let show = |rows: &[String]| rows.iter().take(SHOWN).map(|row| format!("    {row}\n")).collect::<String>();
    format!("rows differ\n  expected {}\n{}  found {}\n{}", expected.len(), show(expected), found.len(), show(found))
}

/// Whether the query itself, and not a part in parentheses, says in which order its rows come.
fn is_ordered(sql: &str) -> bool {
    let mut depth = 0i32;
    let outer: String = sql
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        })
        .collect();
    let words: Vec<String> = outer.split_whitespace().map(str::to_ascii_uppercase).collect();
    words.windows(2).any(|pair| pair[0] == "ORDER" && pair[1] == "BY")
}

/// A value as the engine prints it, and an interval as the files have it.
fn text_of(value: &Value, of: &DataType) -> String {
    match value {
        Value::Int(months) if *of == DataType::IntervalMonth => interval(*months, 0),
        Value::Int(nanos) if *of == DataType::IntervalDay => interval(0, i128::from(*nanos)),
        Value::Null => "NULL".to_owned(),
        Value::Str(text) if text.is_empty() => "(empty)".to_owned(),
        Value::Decimal(units) => {
            let mut out = Vec::new();
            let scale = if let DataType::Decimal { scale, .. } = of { *scale } else { 0 };
            decimal::write(&mut out, *units, scale);
            String::from_utf8_lossy(&out).into_owned()
        }
        value => {
            let column = Column::constant(of, value, 1);
            let mut out = Vec::new();
            write_value(&column, 0, of, &mut out);
            String::from_utf8_lossy(&out).into_owned()
        }
    }
}

/// A text word by word: numbers with a point or an exponent to twelve digits, times with a space, without zeros at the end of the second and without
/// the mark of UTC, what is nested without quotes and without spaces inside.
fn canonical(text: &str) -> String {
    static INTERVAL: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?:(-?\d+) years )?(?:(-?\d+) mons )?(?:(-?\d+) days )?(-?\d+) hours (-?\d+) mins (-?)(\d+)(?:\.(\d+))? secs")
    });
    let measured = INTERVAL.replace_all(text, |found: &Captures<'_>| {
        let number = |at: usize| found.get(at).map_or(0, |m| m.as_str().parse::<i128>().unwrap_or(0));
        let fraction = found.get(8).map_or("", |m| m.as_str());
        let seconds = number(7) * 1_000_000_000 + format!("{fraction:0<9}").parse::<i128>().unwrap_or(0);
        let seconds = if found[6].is_empty() { seconds } else { -seconds };
        interval((number(1) * 12 + number(2)) as i64, (number(3) * 1440 + number(4) * 60 + number(5)) * 60_000_000_000 + seconds)
    });
    static BEGINS_TIME: LazyLock<Regex> = LazyLock::new(|| regex(r"(\d{4}-\d\d-\d\d)T(\d\d:)"));
    let spaced = BEGINS_TIME.replace_all(&measured, "$1 $2");
    let nested = spaced.replace(", ", ",").replace(": ", ":").replace('"', "");
    let named = nested.replace(":}", ":NULL}").replace(":,", ":NULL,").replace(":null", ":NULL");
    let words: Vec<String> = named.split_whitespace().map(word).collect();
    words.join(" ")
}

fn interval(months: i64, nanos: i128) -> String {
    format!("<{months} months {nanos} ns>")
}

fn word(word: &str) -> String {
    let is_number = word.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'-' || b == b'.');
    if is_number
        && word.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'))
        && let Ok(number) = word.parse::<f64>()
    {
        return rounded(number);
    }
    let items = |open: char, close: char| {
        let inner = word.strip_prefix(open)?.strip_suffix(close)?;
        Some(format!("{open}{}{close}", inner.split(',').map(item).collect::<Vec<_>>().join(",")))
    };
    if let Some(items) = items('[', ']').or_else(|| items('{', '}')) {
        return items;
    }
    match word.split_once('.') {
        Some((whole, fraction)) if whole.contains(':') => {
            let (digits, zone) = fraction.split_at(fraction.bytes().take_while(u8::is_ascii_digit).count());
            let digits = digits.trim_end_matches('0');
            format!("{whole}{}{digits}{}", if digits.is_empty() { "" } else { "." }, zone.trim_end_matches('Z'))
        }
        None if word.contains(':') && word.ends_with('Z') => word.trim_end_matches('Z').to_owned(),
        _ => match word {
            "null" => "NULL".to_owned(),
            "Infinity" => "inf".to_owned(),
            "-Infinity" => "-inf".to_owned(),
            _ => word.to_owned(),
        },
    }
}

/// An item of what is nested: nothing is NULL there.
fn item(item: &str) -> String {
    if item.is_empty() { "NULL".to_owned() } else { word(item) }
}

fn rounded(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let text = format!("{number:.11e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
}
