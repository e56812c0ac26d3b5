//! A value of any type stands in an array, a row and a map as it stands alone: what is taken out again, in whatever way, is the value, and two values
//! are equal and ordered within as they are by themselves. The types are all that there are, with their least and greatest values.

use corelane::cli::golden::{Inputs, Outside, Shape, play};
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;

/// What gives `x`, of type `{T}`, out of a nested value.
const SAME: [&str; 22] = [
    "ARRAY[x][1]",
    "ARRAY[NULL, x][2]",
    "ELEMENT(ARRAY[x])",
    "ARRAY[ARRAY[x]][1][1]",
    "ROW(x)[1]",
    "CAST(ROW(x, 1) AS ROW<f {T}, g INT>).f",
    "MAP['k', x]['k']",
    "MAP['k', ROW(ARRAY[x])]['k'][1][1]",
    "CAST(CAST(ARRAY[x] AS STRING) AS ARRAY<{T}>)[1]",
    "CAST(CAST(ROW(x) AS STRING) AS ROW<`EXPR$0` {T}>)[1]",
    "ARRAY_TRANSFORM(ARRAY[x], v -> v)[1]",
    "ARRAY_FILTER(ARRAY[x], v -> v IS NOT DISTINCT FROM x)[1]",
    "REDUCE(ARRAY[x], CAST(NULL AS {T}), (so_far, v) -> v)",
    "TRANSFORM_VALUES(MAP['k', x], (k, v) -> v)['k']",
    "ARRAY_APPEND(ARRAY[x], x)[2]",
    "ARRAY_DISTINCT(ARRAY[x, x])[1]",
    "ARRAY_REVERSE(ARRAY[x, NULL])[2]",
    "MAP_VALUES(MAP['k', x])[1]",
    "MAP_ENTRIES(MAP['k', x])[1].`value`",
    "CASE WHEN x IS NOT NULL THEN MAP_KEYS(MAP[x, 1])[1] END",
    "CASE WHEN x IS NOT NULL THEN ELEMENT(MAP_KEYS(TRANSFORM_KEYS(MAP['k', 1], (k, v) -> x))) END",
    "CASE WHEN x IS NOT NULL THEN CASE WHEN MAP[x, 7][x] = 7 THEN x END END",
];

/// Queries that give the values of `t`, each as often as it is there.
const SAME_ROWS: [&str; 7] = [
    "SELECT v FROM t CROSS JOIN UNNEST(ARRAY[x]) AS u (v)",
    "SELECT v FROM t CROSS JOIN UNNEST(ARRAY[ROW(x, 1)]) AS u (v, one)",
    "SELECT v FROM t CROSS JOIN UNNEST(MAP['k', x]) AS u (k, v)",
    "SELECT v FROM t LEFT JOIN UNNEST(CASE WHEN x IS NOT NULL THEN MAP[x, 1] END) AS u (v, one) ON TRUE",
    "SELECT UNNEST(ARRAY[x]) FROM t",
    "SELECT v FROM (SELECT ARRAY_AGG(x) AS a FROM t) CROSS JOIN UNNEST(a) AS u (v)",
    "SELECT v FROM (SELECT COLLECT(x) AS a FROM t) CROSS JOIN UNNEST(a) AS u (v) UNION ALL SELECT x FROM t WHERE x IS NULL",
];

/// What is said of two values `x` and `y` within nested values, and what of them by themselves.
const SAME_ANSWERS: [(&str, &str); 8] = [
    ("ARRAY[x] = ARRAY[y]", "x IS NOT DISTINCT FROM y"),
    ("ROW(x, 1) = ROW(y, 1)", "x = y"),
    ("MAP['k', x] = MAP['k', y]", "x IS NOT DISTINCT FROM y"),
    ("ARRAY_CONTAINS(ARRAY[x], y)", "x IS NOT DISTINCT FROM y"),
    ("ARRAY_POSITION(ARRAY[x], y) = 1", "CASE WHEN y IS NOT NULL THEN x IS NOT DISTINCT FROM y END"),
    ("ARRAY[x] < ARRAY[y]", "CASE WHEN x IS NULL THEN y IS NOT NULL WHEN y IS NULL THEN FALSE ELSE x < y END"),
    ("ARRAY_MIN(ARRAY[x, y])", "CASE WHEN x IS NULL OR y < x THEN y ELSE x END"),
    ("ARRAY_SORT(ARRAY[x, y])[2]", "CASE WHEN x IS NULL OR y > x THEN y ELSE x END"),
];

/// What the query gives for a table of these values, and of all pairs of them.
fn given(data_type: &str, query: &str, values: &[Value]) -> Vec<String> {
    let sql = format!(
        "CREATE TABLE t (x {data_type}) WITH ('connector' = 'memory');
        CREATE TABLE pairs (x {data_type}, y {data_type}) WITH ('connector' = 'memory'); {query};"
    );
    let split = |rows: Vec<Vec<Value>>| vec![vec![MemoryEvent::Rows(rows)]];
    let pair = |x: &Value| values.iter().map(|y| vec![x.clone(), y.clone()]).collect::<Vec<_>>();
    let inputs = Inputs::from([
        ("t".to_owned(), split(values.iter().map(|value| vec![value.clone()]).collect())),
        ("pairs".to_owned(), split(values.iter().flat_map(pair).collect())),
    ]);
    match play(&sql, &inputs, Outside::Kept, Shape { shards: 2, batch_rows: 3 }) {
        Ok(written) => written.result("print"),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn what_is_taken_out_of_a_nested_value_is_what_was_put_in() {
    let mut wrong = Vec::new();
    for (data_type, values) in types() {
        let alone = given(&data_type, "SELECT x FROM t", &values);
        assert_eq!(alone.len(), values.len());
        let mut check = |query: String, wanted: &[String]| {
            let got = given(&data_type, &query, &values);
            if got != wanted {
                wrong.push(format!("{data_type}: {query}\n  gives {got:?}\n  not   {wanted:?}"));
            }
        };
        SAME.iter().for_each(|same| check(format!("SELECT {} FROM t", same.replace("{T}", &data_type)), &alone));
        SAME_ROWS.iter().for_each(|same| check((*same).to_owned(), &alone));
        let is_ordered = !["JSON", "ARRAY", "ROW", "MAP", "MULTISET"].iter().any(|unordered| data_type.starts_with(unordered));
        for (within, alone) in SAME_ANSWERS {
            if is_ordered || !["<", "MIN", "SORT"].iter().any(|order| within.contains(order)) {
                let query = |answer: &str| format!("SELECT x, y, {answer} FROM pairs");
                check(query(within), &given(&data_type, &query(alone), &values));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn types() -> Vec<(String, Vec<Value>)> {
    let int = |values: &[i64]| values.iter().map(|value| Value::Int(*value)).collect::<Vec<_>>();
    let double = |values: &[f64]| values.iter().map(|value| Value::Double(*value)).collect::<Vec<_>>();
    let text = |values: &[&str]| values.iter().map(|value| Value::text(*value)).collect::<Vec<_>>();
    let nines = 10i128.pow(38) - 1;
    let decimals = [nines, -nines, 0, 1, -1].map(Value::Decimal).to_vec();
    let texts = ["", "a\"\\\n\u{0}\u{1f}\u{2028}é😀", "null", "NULL", "1", "[1]", "{\"a\":1}", " x ", "true", "\\u0041", "a,b"];
    let bytes = [&[][..], &[0], &[255, 0], b"aGk=", b"\\x00"].map(|bytes| Value::Bytes(bytes.into()));
    let all: Box<[u8]> = (0..=255).collect();
    const SECOND: i64 = 1_000_000_000;
    let seconds = [i64::MIN / SECOND * SECOND, i64::MAX / SECOND * SECOND, 0, -SECOND];
    let millis = [i64::MIN / 1_000_000 * 1_000_000, i64::MAX / 1_000_000 * 1_000_000, 0, -1_000_000, 1_500_000_000];
    let nanos = [i64::MIN, i64::MAX, 0, -1, 1];
    let mut types = vec![
        ("BOOLEAN", vec![true.into(), false.into()]),
        ("TINYINT", int(&[-128, 127, 0])),
        ("SMALLINT", int(&[-32768, 32767, 0])),
        ("INT", int(&[i32::MIN.into(), i32::MAX.into(), 0])),
        ("BIGINT", int(&[i64::MIN, i64::MAX, 0, 1 << 53 | 1])),
        (
            "FLOAT",
            double(&[f32::MAX.into(), f32::MIN_POSITIVE.into(), 0.1f32.into(), 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
        ),
        ("DOUBLE", double(&[f64::MAX, 5e-324, 0.1, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e22])),
        ("DECIMAL(38, 0)", decimals.clone()),
        ("DECIMAL(38, 18)", decimals.clone()),
        ("DECIMAL(38, 38)", decimals),
        ("CHAR(3)", text(&["abc", "é😀\"", "a  "])),
        ("VARCHAR(40)", text(&texts)),
        ("STRING", text(&texts)),
        ("BINARY(2)", [[0, 0], [255, 1]].map(|bytes| Value::Bytes(bytes.into())).to_vec()),
        ("BYTES", bytes.into_iter().chain([Value::Bytes(all)]).collect()),
        ("DATE", int(&[-719_162, 2_932_896, 0])),
        ("TIME(0)", int(&[0, 86_399 * SECOND])),
        ("TIME(9)", int(&[0, 86_400 * SECOND - 1])),
        ("TIMESTAMP(0)", int(&seconds)),
        ("TIMESTAMP(3)", int(&millis)),
        ("TIMESTAMP(9)", int(&nanos)),
        ("TIMESTAMP_LTZ(0)", int(&seconds)),
        ("TIMESTAMP_LTZ(3)", int(&millis)),
        ("TIMESTAMP_LTZ(9)", int(&nanos)),
        ("INTERVAL DAY TO SECOND", int(&nanos)),
        ("INTERVAL YEAR TO MONTH", int(&[i32::MIN.into(), i32::MAX.into(), 0, -1, 14])),
        ("UUID", [0, -1, i128::MIN, 1 << 77].map(Value::Decimal).to_vec()),
        ("JSON", text(&["1", "\"x\\n\"", "[1,null]", "{\"a\":{}}", "true"])),
        ("ARRAY<BYTES>", text(&["[]", "[null]", r#"["","/+8="]"#])),
        ("ROW<a INT, b ARRAY<STRING>>", text(&[r#"{"a":1,"b":["x\"",null]}"#, r#"{"a":null,"b":null}"#])),
        ("MAP<STRING, INT>", text(&["{}", r#"{"a\"":1,"b":null}"#])),
        ("MULTISET<INT>", text(&["{}", r#"{"1":2,"-7":1}"#])),
    ];
    types.iter_mut().for_each(|(_, values)| values.push(Value::Null));
    types.into_iter().map(|(data_type, values)| (data_type.to_owned(), values)).collect()
}
