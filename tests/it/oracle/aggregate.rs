//! Random aggregates. Those that SQLite lacks are taken there from `naive`.

use fastrand::Rng;

use super::dialect::{Both, Type};
use super::expression::{Column, Scope, any, column, constant, expression, one_of, some_type};
use super::relation::total_order;

/// Statistics of one DOUBLE, and of pairs.
pub const OF_ONE: [&str; 4] = ["VAR_POP", "VAR_SAMP", "STDDEV_POP", "STDDEV_SAMP"];
pub const OF_PAIRS: [&str; 12] = [
    "COVAR_POP",
    "COVAR_SAMP",
    "CORR",
    "REGR_AVGX",
    "REGR_AVGY",
    "REGR_SXX",
    "REGR_SYY",
    "REGR_SXY",
    "REGR_SLOPE",
    "REGR_INTERCEPT",
    "REGR_R2",
    "REGR_COUNT",
];

const FRACTIONS: [&str; 5] = ["0.0", "0.25", "0.5", "0.8", "1.0"];

/// An aggregate over rows of this scope, perhaps of different values or of some rows.
pub fn aggregate(rng: &mut Rng, scope: &Scope) -> (Both, Type) {
    let depth = rng.usize(0..3);
    let filter = match rng.u8(0..4) {
        0 => Both::of(" FILTER (WHERE {})", &[expression(rng, scope, Type::Bool, 2)]),
        _ => Both::same(""),
    };
    let filtered = |call: Both| Both::of("{}{}", &[call, filter.clone()]);
    let (call, data_type) = match rng.u8(0..12) {
        0 => (Both::of("COUNT(DISTINCT {})", &[any(rng, scope, depth).0]), Type::BigInt),
        1 => {
            let of = some_type(rng, scope, |t| t.is_number() && t != Type::SmallInt);
            let call = Both::of("SUM(DISTINCT {})", &[expression(rng, scope, of, depth)]);
            (call, if of.is_whole() { Type::BigInt } else { of })
        }
        2 => return (in_thousandths(filtered(of_doubles(rng, scope, depth))), Type::Double),
        3 => of_bits(rng, scope, depth),
        4 => of_place(rng, scope, depth),
        5 | 6 => in_order(rng, scope),
        _ => call(rng, scope),
    };
    (filtered(call), data_type)
}

/// A call of an aggregate function over rows of this scope.
pub fn call(rng: &mut Rng, scope: &Scope) -> (Both, Type) {
    let depth = rng.usize(0..3);
    match rng.u8(0..7) {
        0 => (Both::same("COUNT(*)"), Type::BigInt),
        1 if rng.u8(0..3) == 0 => {
            let counted = Both::new("COUNT_IF({})", "COUNT(CASE WHEN {} THEN 1 END)");
            (counted.filled(&[expression(rng, scope, Type::Bool, depth)]), Type::BigInt)
        }
        1 => (Both::of("COUNT({})", &[any(rng, scope, depth).0]), Type::BigInt),
        2 | 3 => {
            let of = some_type(rng, scope, |t| t.is_number() && t != Type::SmallInt);
            (Both::of("SUM({})", &[expression(rng, scope, of, depth)]), if of.is_whole() { Type::BigInt } else { of })
        }
        4 => {
            let of = some_type(rng, scope, |t| matches!(t, Type::Int | Type::BigInt | Type::Double));
            (Both::of("AVG({})", &[expression(rng, scope, of, depth)]), Type::Double)
        }
        n => {
            let of = some_type(rng, scope, |t| t != Type::Bool);
            (Both::of(if n == 5 { "MIN({})" } else { "MAX({})" }, &[expression(rng, scope, of, depth)]), of)
        }
    }
}

/// A number in thousandths, so that its last digits do not matter; it is no whole number with a half.
fn in_thousandths(call: Both) -> Both {
    Both::of("FLOOR({} * CAST(1000 AS DOUBLE) + CAST(0.3141592 AS DOUBLE))", &[call])
}

/// A statistic, or what stands between two values.
fn of_doubles(rng: &mut Rng, scope: &Scope, depth: usize) -> Both {
    let mut some = || expression(rng, scope, Type::Double, depth);
    let (y, x) = (some(), some());
    let fraction = one_of(rng, &FRACTIONS);
    let theirs = format!("PERCENTILE_CONT({{}}, {fraction})");
    match rng.u8(0..6) {
        0 => Both::new(theirs.clone(), theirs).filled(&[x]),
        1 => Both::new(format!("PERCENTILE_CONT({fraction}) WITHIN GROUP (ORDER BY {{}})"), theirs).filled(&[x]),
        2 => Both::new("MEDIAN({})", "PERCENTILE_CONT({}, 0.5)").filled(&[x]),
        3 | 4 => Both::of(&format!("{}({{}})", one_of(rng, &OF_ONE)), &[x]),
        _ => Both::of(&format!("{}({{}}, {{}})", one_of(rng, &OF_PAIRS)), &[y, x]),
    }
}

fn of_bits(rng: &mut Rng, scope: &Scope, depth: usize) -> (Both, Type) {
    if rng.bool() {
        let all = [("BOOL_AND({})", "MIN({})"), ("BOOL_OR({})", "MAX({})"), ("EVERY({})", "MIN({})")];
        let (ours, theirs) = one_of(rng, &all);
        return (Both::new(ours, theirs).filled(&[expression(rng, scope, Type::Bool, depth)]), Type::Bool);
    }
    let of = some_type(rng, scope, Type::is_whole);
    let name = one_of(rng, &["BIT_AND({})", "BIT_OR({})", "BIT_XOR({})"]);
    (Both::of(name, &[expression(rng, scope, of, depth)]), of)
}

/// A value that stands somewhere among all.
fn of_place(rng: &mut Rng, scope: &Scope, depth: usize) -> (Both, Type) {
    let of = some_type(rng, scope, |t| t != Type::Bool);
    let fraction = one_of(rng, &FRACTIONS);
    let theirs = format!("PERCENTILE_DISC({{}}, {fraction})");
    let call = match rng.u8(0..4) {
        0 => Both::same("MODE({})"),
        1 => Both::new("MODE() WITHIN GROUP (ORDER BY {})", "MODE({})"),
        2 => Both::same(theirs),
        _ => Both::new(format!("PERCENTILE_DISC({fraction}) WITHIN GROUP (ORDER BY {{}})"), theirs),
    };
    (call.filled(&[expression(rng, scope, of, depth)]), of)
}

/// What depends on the order of the rows.
fn in_order(rng: &mut Rng, scope: &Scope) -> (Both, Type) {
    let of = column(rng, scope, |_| true).expect("a table has columns");
    let (name, order) = (&of.name, total_order(rng, scope));
    let listed = column(rng, scope, |t| t.is_whole() || t == Type::Text);
    match (rng.u8(0..4), listed) {
        (0, Some(listed)) => {
            let (name, is_ordered) = (&listed.name, rng.bool());
            let ordered = format!("{}({name} ORDER BY {order})", one_of(rng, &["JSON_AGG", "ARRAY_AGG"]));
            let theirs = format!("JSON_AGG({name} ORDER BY {order})");
            let call = if is_ordered { Both::new(ordered, theirs) } else { Both::same(format!("COLLECT({name})")) };
            (call, Type::Text)
        }
        (1, Some(Column { name, data_type: Type::Text })) => {
            let theirs = format!("STRING_AGG({name}, '-' ORDER BY {order})");
            let listed = format!("LISTAGG({name}, '-') WITHIN GROUP (ORDER BY {order})");
            (Both::new(if rng.bool() { listed } else { theirs.clone() }, theirs), Type::Text)
        }
        (2, _) => {
            let by = column(rng, scope, |t| t != Type::Bool).expect("a table has a time").name;
            (Both::same(format!("{}({name}, {by})", one_of(rng, &["MIN_BY", "MAX_BY"]))), of.data_type)
        }
        _ => {
            let calls = [
                ("FIRST_VALUE", "", "FIRST"),
                ("LAST_VALUE", "", "LAST"),
                ("NTH_VALUE", ", 1", "FIRST"),
                ("NTH_VALUE", ", -1", "LAST"),
            ];
            let (ours, place, theirs) = one_of(rng, &calls);
            (
                Both::new(format!("{ours}({name}{place} ORDER BY {order})"), format!("{theirs}_OF({name} ORDER BY {order})")),
                of.data_type,
            )
        }
    }
}

/// A condition on groups of rows of this scope.
pub fn having(rng: &mut Rng, scope: &Scope) -> Both {
    let one = comparison(rng, scope);
    match rng.u8(0..4) {
        0 => Both::of("({} AND {})", &[one, comparison(rng, scope)]),
        1 => Both::of("({} OR {})", &[one, comparison(rng, scope)]),
        _ => one,
    }
}

/// An aggregate compared with a constant.
fn comparison(rng: &mut Rng, scope: &Scope) -> Both {
    let (call, of) = aggregate(rng, scope);
    match of {
        _ if rng.u8(0..3) == 0 => Both::same("COUNT(*) > 1"),
        Type::Double | Type::Text => Both::of("({} IS NOT NULL)", &[call]),
        of => Both::of("({} >= {})", &[call, constant(rng, of)]),
    }
}
