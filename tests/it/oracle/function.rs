//! Random calls of scalar functions that both dialects define the same way, or that SQLite is given by `naive`.

use fastrand::Rng;

use super::dialect::{Both, Type};
use super::expression::{Scope, expression, one_of};

/// A function: the type of its value, its call in both dialects, and the types of its arguments.
struct Function(Type, &'static str, &'static str, &'static [Type]);

use Type::{BigInt, Bool, Date, Decimal, Double, Int, Text, Time};

const FUNCTIONS: [Function; 57] = [
    Function(Text, "UPPER({})", "UPPER({})", &[Text]),
    Function(Text, "LOWER({})", "LOWER({})", &[Text]),
    Function(Text, "REVERSE({})", "REVERSE({})", &[Text]),
    Function(Text, "REPLACE({}, 'a', 'xy')", "REPLACE({}, 'a', 'xy')", &[Text]),
    Function(Text, "SUBSTRING({} FROM 2)", "SUBSTR({}, 2)", &[Text]),
    Function(Text, "SUBSTRING({}, 2, 3)", "SUBSTR({}, 2, 3)", &[Text]),
    Function(Text, "LEFT({}, 2)", "SUBSTR({}, 1, 2)", &[Text]),
    Function(Text, "RIGHT({}, 2)", "SUBSTR({}, -2)", &[Text]),
    Function(Text, "TRIM({})", "TRIM({})", &[Text]),
    Function(Text, "TRIM(LEADING 'a' FROM {})", "LTRIM({}, 'a')", &[Text]),
    Function(Text, "TRIM(TRAILING 'b' FROM {})", "RTRIM({}, 'b')", &[Text]),
    Function(Text, "CONCAT({}, {})", "({} || {})", &[Text, Text]),
    Function(Text, "LPAD({}, 4, '-')", "LPAD({}, 4, '-')", &[Text]),
    Function(Text, "CASE {} WHEN {} THEN {} ELSE {} END", "CASE {} WHEN {} THEN {} ELSE {} END", &[Int, Int, Text, Text]),
    Function(Text, "CAST({} AS VARCHAR)", "DATE({} * 86400, 'unixepoch')", &[Date]),
    Function(Text, "DATE_FORMAT({}, 'yyyy-MM-dd HH:mm:ss')", "DATETIME(DIVIDED({}, 1000000000), 'unixepoch')", &[Time]),
    Function(Bool, "({} LIKE 'a%')", "({} LIKE 'a%')", &[Text]),
    Function(Bool, "({} LIKE '_b%')", "({} LIKE '_b%')", &[Text]),
    Function(Bool, "({} NOT LIKE '%e%')", "({} NOT LIKE '%e%')", &[Text]),
    Function(Bool, "({} IS UNKNOWN)", "({} IS NULL)", &[Bool]),
    Function(Int, "CHAR_LENGTH({})", "LENGTH({})", &[Text]),
    Function(Int, "POSITION('a' IN {})", "INSTR({}, 'a')", &[Text]),
    Function(Int, "ABS({})", "ABS({})", &[Int]),
    Function(Int, "SIGN({})", "SIGN({})", &[Int]),
    Function(Int, "GREATEST({}, {}, {})", "MAX({}, {}, {})", &[Int, Int, Int]),
    Function(Int, "CAST(CAST({} AS VARCHAR) AS INT)", "{}", &[Int]),
    Function(Int, "CAST({} AS INT)", "CAST({} AS INT)", &[Double]),
    Function(Int, "TIMESTAMPDIFF(SECOND, {}, {})", "(({} - {}) / -1000000000)", &[Time, Time]),
    Function(Int, "TIMESTAMPDIFF(MINUTE, {}, {})", "(({} - {}) / -60000000000)", &[Time, Time]),
    Function(BigInt, "MOD({}, 5)", "({} % 5)", &[BigInt]),
    Function(BigInt, "LEAST({}, {})", "MIN({}, {})", &[BigInt, BigInt]),
    Function(BigInt, "CASE {} WHEN {} THEN {} END", "CASE {} WHEN {} THEN {} END", &[Text, Text, BigInt]),
    Function(BigInt, "EXTRACT(SECOND FROM {})", "(REST({}, 60000000000) / 1000000000)", &[Time]),
    Function(BigInt, "EXTRACT(HOUR FROM {})", "(REST({}, 86400000000000) / 3600000000000)", &[Time]),
    Function(BigInt, "EXTRACT(YEAR FROM {})", "CAST(STRFTIME('%Y', {} * 86400, 'unixepoch') AS INT)", &[Date]),
    Function(BigInt, "EXTRACT(DOY FROM {})", "CAST(STRFTIME('%j', {} * 86400, 'unixepoch') AS INT)", &[Date]),
    Function(BigInt, "({} & {})", "({} & {})", &[BigInt, BigInt]),
    Function(BigInt, "({} | {})", "({} | {})", &[BigInt, BigInt]),
    Function(BigInt, "(~({}) >> 2)", "(~({}) >> 2)", &[BigInt]),
    Function(BigInt, "REDUCE(ARRAY[{}, {}], {}, (s, x) -> s - x)", "(0 - {} - {} + {})", &[BigInt, BigInt, BigInt]),
    Function(Int, "TRANSFORM(ARRAY[{}, 7], x -> x + {})[1]", "({} + {})", &[Int, Int]),
    Function(Int, "CARDINALITY(ARRAY_FILTER(ARRAY[{}, {}], x -> x > 1))", "(IFNULL({} > 1, 0) + IFNULL({} > 1, 0))", &[Int, Int]),
    Function(Bool, "ANY_MATCH(ARRAY[{}, {}], x -> x > 1)", "({} > 1 OR {} > 1)", &[Int, Int]),
    Function(Bool, "ALL_MATCH(ARRAY[{}, {}], x -> x LIKE 'a%')", "({} LIKE 'a%' AND {} LIKE 'a%')", &[Text, Text]),
    Function(Bool, "(ARRAY[{}, {}] && ARRAY[1])", "(IFNULL({} = 1, FALSE) OR IFNULL({} = 1, FALSE))", &[Int, Int]),
    Function(Decimal, "ABS({})", "ABS({})", &[Decimal]),
    Function(Decimal, "GREATEST({}, {})", "MAX({}, {})", &[Decimal, Decimal]),
    Function(Double, "ABS({})", "ABS({})", &[Double]),
    Function(Double, "FLOOR({})", "FLOOR({})", &[Double]),
    Function(Double, "CEIL({})", "(-FLOOR(-{}))", &[Double]),
    Function(Double, "LEAST({}, {})", "MIN({}, {})", &[Double, Double]),
    Function(Date, "CAST({} AS DATE)", "DIVIDED({}, 86400000000000)", &[Time]),
    Function(Date, "GREATEST({}, {})", "MAX({}, {})", &[Date, Date]),
    Function(Time, "FLOOR({} TO MINUTE)", "(DIVIDED({}, 60000000000) * 60000000000)", &[Time]),
    Function(Time, "CEIL({} TO HOUR)", "(DIVIDED({} + 3599999999999, 3600000000000) * 3600000000000)", &[Time]),
    Function(Time, "TIMESTAMPADD(MINUTE, -3, {})", "({} - 180000000000)", &[Time]),
    Function(Time, "LEAST({}, {})", "MIN({}, {})", &[Time, Time]),
];

/// A call that gives this type; `None` for a type that no function gives.
pub fn function(rng: &mut Rng, scope: &Scope, of: Type, below: usize) -> Option<Both> {
    let suited: Vec<&Function> = FUNCTIONS.iter().filter(|function| function.0 == of).collect();
    if suited.is_empty() {
        return None;
    }
    let Function(_, ours, theirs, arguments) = one_of(rng, &suited);
    let arguments: Vec<Both> = arguments.iter().map(|argument| expression(rng, scope, *argument, below)).collect();
    Some(Both::new(*ours, *theirs).filled(&arguments))
}
