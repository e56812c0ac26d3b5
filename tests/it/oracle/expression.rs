//! Random expressions over the columns of a scope: typed, of bounded depth, never overflowing.

use fastrand::Rng;

use super::dialect::{Both, DAY, SECOND, TYPES, Type};
use super::function::function;

pub const DEPTH_MAX: usize = 3;

/// A column as an expression names it.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub data_type: Type,
}

/// What an expression may read.
pub type Scope = [Column];

/// One of several.
pub fn one_of<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

/// A column of the scope that `is_wanted`.
pub fn column(rng: &mut Rng, scope: &Scope, is_wanted: impl Fn(Type) -> bool) -> Option<Column> {
    let wanted: Vec<&Column> = scope.iter().filter(|c| is_wanted(c.data_type)).collect();
    if wanted.is_empty() { None } else { Some(one_of(rng, &wanted).clone()) }
}

/// A type that `is_wanted`, mostly that of a column, so that expressions are over columns.
pub fn some_type(rng: &mut Rng, scope: &Scope, is_wanted: impl Fn(Type) -> bool) -> Type {
    match column(rng, scope, &is_wanted) {
        Some(column) if rng.u8(0..4) > 0 => column.data_type,
        _ => {
            let wanted: Vec<Type> = TYPES.into_iter().filter(|t| is_wanted(*t)).collect();
            one_of(rng, &wanted)
        }
    }
}

/// An expression of any type.
pub fn any(rng: &mut Rng, scope: &Scope, depth: usize) -> (Both, Type) {
    let of = some_type(rng, scope, |_| true);
    (expression(rng, scope, of, depth), of)
}

/// An expression of this type.
pub fn expression(rng: &mut Rng, scope: &Scope, of: Type, depth: usize) -> Both {
    if depth == 0 || rng.u8(0..5) == 0 {
        return leaf(rng, scope, of);
    }
    let below = depth - 1;
    match rng.u8(0..12) {
        0 => {
            let when = expression(rng, scope, Type::Bool, below);
            let (then, other) = (expression(rng, scope, of, below), expression(rng, scope, of, below));
            Both::of("CASE WHEN {} THEN {} ELSE {} END", &[when, then, other])
        }
        1 => {
            let when = expression(rng, scope, Type::Bool, below);
            Both::of("CASE WHEN {} THEN {} END", &[when, expression(rng, scope, of, below)])
        }
        2 | 3 => {
            let function = one_of(rng, &["COALESCE({}, {})", "NULLIF({}, {})"]);
            Both::of(function, &[expression(rng, scope, of, below), expression(rng, scope, of, below)])
        }
        4 | 5 if let Some(call) = function(rng, scope, of, below) => call,
        _ => operation(rng, scope, of, below),
    }
}

fn operation(rng: &mut Rng, scope: &Scope, of: Type, below: usize) -> Both {
    if of == Type::Bool {
        return condition(rng, scope, below);
    }
    let one = expression(rng, scope, of, below);
    match of {
        Type::Bool => one,
        Type::SmallInt | Type::Int | Type::BigInt => match rng.u8(0..6) {
            0 => Both::of(&format!("({{}} * {})", rng.i8(-3..4)), &[one]),
            1 => Both::of(&format!("({{}} / {})", one_of(rng, &[-7, -2, 2, 3])), &[one]),
            2 => Both::of(&format!("({{}} % {})", one_of(rng, &[-7, 2, 5])), &[one]),
            3 => Both::of("(- {})", &[one]),
            4 if of == Type::BigInt => Both::of("CAST({} AS BIGINT)", &[expression(rng, scope, Type::Int, below)]),
            n => Both::of(if n == 4 { "({} + {})" } else { "({} - {})" }, &[one, expression(rng, scope, of, below)]),
        },
        Type::Decimal => match rng.u8(0..5) {
            0 => Both::of(&format!("({{}} * {})", rng.i8(-3..4)), &[one]),
            1 => Both::of("(- {})", &[one]),
            2 => Both::new("CAST({} AS DECIMAL(12, 2))", "({} * 100)").filled(&[expression(rng, scope, Type::Int, below)]),
            n => Both::of(if n == 3 { "({} + {})" } else { "({} - {})" }, &[one, expression(rng, scope, of, below)]),
        },
        Type::Double => match rng.u8(0..5) {
            0 => Both::of("({} * CAST(0.5 AS DOUBLE))", &[one]),
            1 => Both::of("({} / CAST(4 AS DOUBLE))", &[one]),
            2 => Both::of("CAST({} AS DOUBLE)", &[expression(rng, scope, Type::BigInt, below)]),
            n => Both::of(if n == 3 { "({} + {})" } else { "({} - {})" }, &[one, expression(rng, scope, of, below)]),
        },
        Type::Text => match rng.u8(0..4) {
            0 => Both::of("CAST({} AS VARCHAR)", &[expression(rng, scope, Type::BigInt, below)]),
            1 => Both::new("CHAR_LENGTH({})", "LENGTH({})").filled(&[one]).cast_to_text(),
            _ => Both::of("({} || {})", &[one, expression(rng, scope, of, below)]),
        },
        Type::Date => {
            let (days, sign) = (rng.i64(0..40), one_of(rng, &["+", "-"]));
            Both::new(format!("({{}} {sign} INTERVAL '{days}' DAY)"), format!("({{}} {sign} {days})")).filled(&[one])
        }
        Type::Time => {
            let (seconds, sign) = (rng.i64(0..90), one_of(rng, &["+", "-"]));
            let days = || Both::new("CAST({} AS TIMESTAMP(3))", format!("({{}} * {DAY})"));
            match rng.u8(0..5) {
                0 => days().filled(&[expression(rng, scope, Type::Date, below)]),
                _ => {
                    Both::new(format!("({{}} {sign} INTERVAL '{seconds}' SECOND)"), format!("({{}} {sign} {})", seconds * SECOND))
                        .filled(&[one])
                }
            }
        }
    }
}

impl Both {
    fn cast_to_text(self) -> Both {
        Both::of("CAST({} AS VARCHAR)", &[self])
    }
}

fn condition(rng: &mut Rng, scope: &Scope, below: usize) -> Both {
    let of = some_type(rng, scope, |t| t != Type::Bool);
    let mut some = |of| expression(rng, scope, of, below);
    let (one, two, three) = (some(of), some(of), some(of));
    let (yes, no) = (some(Type::Bool), some(Type::Bool));
    match rng.u8(0..18) {
        0 | 1 => Both::of("({} AND {})", &[yes, no]),
        2 | 3 => Both::of("({} OR {})", &[yes, no]),
        4 => Both::of("(NOT {})", &[yes]),
        5 => Both::of("({} IS NULL)", &[one]),
        6 => Both::of("({} IS NOT NULL)", &[one]),
        7 => Both::of("({} BETWEEN {} AND {})", &[one, two, three]),
        12 => {
            let symmetric = Both::new("({} BETWEEN SYMMETRIC {} AND {})", "({} BETWEEN {} AND {} OR {} BETWEEN {} AND {})");
            symmetric.filled(&[one.clone(), two.clone(), three.clone(), one, three, two])
        }
        8 | 9 => {
            let not = one_of(rng, &["", "NOT "]);
            let list: Vec<Both> = (0..rng.usize(1..6)).map(|_| leaf(rng, scope, of)).collect();
            Both::of(&format!("({{}} {not}IN ({{}}))"), &[one, Both::list(&list, ", ")])
        }
        13 => with_each(rng, scope, of, &one),
        14 => {
            let other = Both::new("(CASE {} WHEN {}, {} THEN {} ELSE {} END)", "(CASE WHEN {} IN ({}, {}) THEN {} ELSE {} END)");
            other.filled(&[one, two, three, yes, no])
        }
        15 => overlaps(rng, scope, below),
        10 => Both::of(one_of(rng, &["({} IS TRUE)", "({} IS NOT TRUE)", "({} IS FALSE)"]), &[yes]),
        11 => Both::of(one_of(rng, &["({} IS DISTINCT FROM {})", "({} IS NOT DISTINCT FROM {})"]), &[one, two]),
        _ => Both::of(&format!("({{}} {} {{}})", one_of(rng, &["=", "<>", "<", "<=", ">", ">="])), &[one, two]),
    }
}

/// A value compared with any or all items of an array.
fn with_each(rng: &mut Rng, scope: &Scope, of: Type, one: &Both) -> Both {
    let items: Vec<Both> = (0..rng.usize(1..4)).map(|_| leaf(rng, scope, of)).collect();
    let comparison = one_of(rng, &["=", "<>", "<", "<=", ">", ">="]);
    let (many, joined) = one_of(rng, &[("ANY", " OR "), ("ALL", " AND ")]);
    let each = |item: &Both| Both::of(&format!("({{}} {comparison} {{}})"), &[one.clone(), item.clone()]);
    let theirs = Both::list(&items.iter().map(each).collect::<Vec<_>>(), joined).theirs;
    let ours = format!("({} {comparison} {many} (ARRAY[{}]))", one.ours, Both::list(&items, ", ").ours);
    Both::new(ours, format!("({theirs})"))
}

/// Two periods, which overlap if both begin before the other ends, or at the same time.
fn overlaps(rng: &mut Rng, scope: &Scope, below: usize) -> Both {
    let of = one_of(rng, &[Type::Date, Type::Time]);
    let mut moment = || {
        let known = [expression(rng, scope, of, below), expression(rng, scope, of, 0), constant_of_period(rng, of)];
        Both::of("COALESCE({}, {}, {})", &known)
    };
    let [a, b, c, d] = [moment(), moment(), moment(), moment()];
    let ours = Both::of("(({}, {}) OVERLAPS ({}, {}))", &[a.clone(), b.clone(), c.clone(), d.clone()]).ours;
    let ends = [a, b, c, d].map(|moment| moment.theirs);
    let [a, b, c, d] = &ends;
    let theirs = format!("((MIN({a}, {b}) < MAX({c}, {d}) AND MIN({c}, {d}) < MAX({a}, {b})) OR MIN({a}, {b}) = MIN({c}, {d}))");
    Both::new(ours, theirs)
}

/// A moment that is not NULL.
fn constant_of_period(rng: &mut Rng, of: Type) -> Both {
    let day = rng.i64(1..7);
    match of {
        Type::Date => Both::new(format!("DATE '1970-01-{day:02}'"), (day - 1).to_string()),
        _ => Both::new(format!("TIMESTAMP '1970-01-01 00:00:{day:02}.000'"), (day * SECOND).to_string()),
    }
}

/// A column or a constant of this type; for conditions mostly a comparison of both.
pub fn leaf(rng: &mut Rng, scope: &Scope, of: Type) -> Both {
    match column(rng, scope, |t| t == of) {
        Some(column) if rng.u8(0..3) > 0 => Both::same(column.name),
        _ if of == Type::Bool && rng.u8(0..4) > 0 => {
            let Some(Column { name, data_type }) = column(rng, scope, |_| true) else { return constant(rng, of) };
            match rng.u8(0..5) {
                0 => Both::same(format!("({name} IS NULL)")),
                1 => Both::same(format!("({name} IS NOT NULL)")),
                _ if data_type == Type::Bool => Both::same(format!("(NOT {name})")),
                _ => Both::of(&format!("({name} {} {{}})", one_of(rng, &["=", "<>", "<", ">="])), &[constant(rng, data_type)]),
            }
        }
        _ => constant(rng, of),
    }
}

pub fn constant(rng: &mut Rng, of: Type) -> Both {
    if rng.u8(0..8) == 0 {
        return Both::same(format!("CAST(NULL AS {})", of.name()));
    }
    match of {
        Type::Bool => Both::same(one_of(rng, &["TRUE", "FALSE", "(1 > 2)"])),
        Type::SmallInt => Both::same(format!("CAST({} AS SMALLINT)", rng.i8(-9..10))),
        Type::Int => Both::same(one_of(rng, &["1", "(-5)", "42"])),
        Type::BigInt => Both::same(format!("CAST({} AS BIGINT)", rng.i8(-9..10))),
        Type::Decimal => {
            let cents = rng.i64(0..1000);
            Both::new(format!("CAST({}.{:02} AS DECIMAL(10, 2))", cents / 100, cents % 100), cents.to_string())
        }
        Type::Double => Both::same(format!("CAST({:?} AS DOUBLE)", f64::from(rng.i32(-80..80)) / 8.0)),
        Type::Text => Both::same(one_of(rng, &["'a'", "''", "'it''s'"])),
        Type::Date => {
            let day = rng.i64(1..7);
            Both::new(format!("DATE '1970-01-{day:02}'"), (day - 1).to_string())
        }
        Type::Time => {
            let second = rng.i64(0..60);
            Both::new(format!("TIMESTAMP '1970-01-01 00:00:{second:02}.000'"), (second * SECOND).to_string())
        }
    }
}

/// What rows are grouped by: never a bare constant, which would name a column by its position.
pub fn key(rng: &mut Rng, scope: &Scope) -> (Both, Type) {
    match rng.u8(0..6) {
        0 => (Both::of("({} IS NULL)", &[any(rng, scope, 1).0]), Type::Bool),
        1 => {
            let when = expression(rng, scope, Type::Bool, 1);
            let (then, other) = (expression(rng, scope, Type::BigInt, 1), expression(rng, scope, Type::BigInt, 1));
            (Both::of("CASE WHEN {} THEN {} ELSE {} END", &[when, then, other]), Type::BigInt)
        }
        2 if let Some(whole) = column(rng, scope, Type::is_whole) => {
            (Both::same(format!("({} % 3)", whole.name)), whole.data_type)
        }
        _ => {
            let column = column(rng, scope, |_| true).expect("a table has columns");
            (Both::same(column.name), column.data_type)
        }
    }
}
