//! What is written as a function, or nearly so, and is bound as an expression of its own, as users read of it.

use crate::expr::Family;
use crate::expr::help::{Help, function};

/// All of it by family.
pub static FORMS: [(Family, &[Help]); 8] = [
    (Family::Condition, &CONDITIONS),
    (Family::Type, &TYPES),
    (Family::Time, &TIMES),
    (Family::Nested, &NESTED),
    (Family::Json, &JSON),
    (Family::Aggregate, &GROUPINGS),
    (Family::Table, &FILLED),
    (Family::Job, &JOB),
];

/// What conditions choose.
static CONDITIONS: [Help; 6] = [
    function(
        "CASE",
        "CASE [x] WHEN condition or value, ... THEN result ... [ELSE result] END",
        "The result of the first branch whose condition is TRUE, or whose value equals x",
    )
    .example("CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END", "b"),
    function("COALESCE", "(x, ...)", "The first value that is not NULL")
        .example("COALESCE(NULL, 5)", "5")
        .also(&["IFNULL", "NVL"]),
    function("NULLIF", "(x, other)", "The value; NULL if it equals the other").example("NULLIF(5, 5)", "NULL"),
    function("NVL2", "(x, then, otherwise)", "One value where x is not NULL, the other where it is")
        .example("NVL2(NULL, 'a', 'b')", "b"),
    function("IF", "(condition, then, otherwise)", "One value where the condition is TRUE, the other elsewhere")
        .example("IF(2 > 1, 'a', 'b')", "a"),
    function("DIV_NULL", "(x, divisor)", "The quotient; NULL where the divisor is 0").example("DIV_NULL(5, 0)", "NULL"),
];

/// Conversions.
static TYPES: [Help; 4] = [
    function("CAST", "CAST(x AS type) or x::type", "The value as one of another type; what is none fails")
        .example("CAST('42' AS INT) + 1", "43"),
    function("TRY_CAST", "(x AS type)", "The value as one of another type; what is none is NULL")
        .example("TRY_CAST('non-number' AS INT)", "NULL")
        .also(&["SAFE_CAST"]),
    function("CAST_TO_TYPE", "(x, other)", "The value as one of the type of the other; what is none fails")
        .example("CAST_TO_TYPE('42', 7) + 1", "43"),
    function("TRY_CAST_TO_TYPE", "(x, other)", "The value as one of the type of the other; what is none is NULL")
        .example("TRY_CAST_TO_TYPE('non-number', 7)", "NULL"),
];

/// Times.
static TIMES: [Help; 17] = [
    function("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP [(digits)]", "The moment at which the row arrived")
        .example("CAST(CURRENT_TIMESTAMP AS DATE) > DATE '2020-01-01'", "true")
        .also(&["CURRENT_ROW_TIMESTAMP"]),
    function("NOW", "()", "The moment at which the row arrived")
        .example("CAST(NOW() AS DATE) > DATE '2020-01-01'", "true")
        .also(&["CLOCK_TIMESTAMP"]),
    function("PROCTIME", "()", "The moment at which the row arrived, as a time to make windows of")
        .example("CAST(PROCTIME() AS DATE) > DATE '2020-01-01'", "true"),
    function("LOCALTIMESTAMP", "LOCALTIMESTAMP [(digits)]", "The time at which the row arrived, in UTC")
        .example("CAST(LOCALTIMESTAMP AS DATE) > DATE '2020-01-01'", "true"),
    function("CURRENT_DATE", "CURRENT_DATE", "The day on which the row arrived, in UTC")
        .example("CURRENT_DATE > DATE '2020-01-01'", "true"),
    function("TODAY", "()", "The day on which the row arrived, in UTC").example("TODAY() > DATE '2020-01-01'", "true"),
    function("LOCALTIME", "LOCALTIME [(digits)]", "The time of day at which the row arrived, in UTC")
        .example("LOCALTIME < TIME '23:59:59.999999999'", "true")
        .also(&["CURRENT_TIME"]),
    function("DATE", "(x)", "The value as a DATE").example("DATE('2024-03-05')", "2024-03-05"),
    function("TIME", "(x)", "The value as a TIME").example("TIME('06:07:08')", "06:07:08"),
    function("TIMESTAMP", "(x)", "The value as a TIMESTAMP")
        .example("TIMESTAMP(DATE '2024-03-05')", "2024-03-05 00:00:00.000000"),
    function("TO_LOCAL_TIME", "(time)", "The moment as a TIMESTAMP, in UTC")
        .example("TO_LOCAL_TIME(TO_TIMESTAMP_LTZ(0, 0))", "1970-01-01 00:00:00.000"),
    function("DATE_ADD", "(time, interval)", "The time moved forward")
        .example("DATE_ADD(DATE '2024-01-31', INTERVAL '1' MONTH)", "2024-02-29")
        .also(&["TIME_ADD", "TIMESTAMP_ADD"]),
    function("DATE_SUB", "(time, interval)", "The time moved back")
        .example("DATE_SUB(DATE '2024-03-31', INTERVAL '1' MONTH)", "2024-02-29")
        .also(&["TIME_SUB", "TIMESTAMP_SUB", "DATE_SUBTRACT"]),
    function("TIMESTAMPADD", "(unit, count, time)", "The time moved by so many units")
        .example("TIMESTAMPADD(WEEK, 1, DATE '2003-01-02')", "2003-01-09")
        .also(&["DATEADD"]),
    function("TIMESTAMPDIFF", "(unit, from, to)", "How many whole units lie between two times")
        .example("TIMESTAMPDIFF(DAY, TIMESTAMP '2003-01-02 10:00:00', TIMESTAMP '2003-01-03 10:00:00')", "1")
        .also(&["DATEDIFF"]),
    function("TIMESTAMP_TRUNC", "(time, unit)", "The time with all below a unit cut off; also DATE_TRUNC(time, unit)")
        .example("TIMESTAMP_TRUNC(TIMESTAMP '2024-03-05 06:07:08', MONTH)", "2024-03-01 00:00:00")
        .also(&["TIME_TRUNC"]),
    function("OVERLAPS", "(start, end) OVERLAPS (start, end)", "Whether two periods have a moment in common")
        .example("(DATE '2024-01-01', DATE '2024-01-03') OVERLAPS (DATE '2024-01-02', DATE '2024-01-04')", "true"),
];

/// Arrays and rows.
static NESTED: [Help; 10] = [
    function("MAKE_ARRAY", "(item, ...)", "An array of these items").example("MAKE_ARRAY(1, 2)", "[1,2]").also(&["MAKE_LIST"]),
    function("ARRAYS_ZIP", "(array, ...)", "An array of rows of the items in the same place, named 1, 2 and so on")
        .example("ARRAYS_ZIP(ARRAY[1, 2], ARRAY['a'])", r#"[{"1":1,"2":"a"},{"1":2,"2":null}]"#)
        .also(&["LIST_ZIP"]),
    function("ARRAY_CONTAINED", "(items, array)", "Whether all of the items are in the array")
        .example("ARRAY_CONTAINED(ARRAY[2, 3], ARRAY[1, 2, 3])", "true")
        .also(&["ARRAYCONTAINED"]),
    function("MAP_ACCESS", "(map, key)", "The value of the key").example("MAP_ACCESS(MAP['a', 1], 'a')", "1"),
    function("GET_FIELD", "(row or map, name, ...)", "The field of this name, and a field of that")
        .example("GET_FIELD(NAMED_STRUCT('a', MAP['b', 1]), 'a', 'b')", "1"),
    function("OBJECT_OF", "('class', 'name', value, ...)", "A row of these fields; the name of the class means nothing")
        .example("OBJECT_OF('User', 'name', 'Bob', 'age', 21)", r#"{"name":"Bob","age":21}"#),
    function("OBJECT_UPDATE", "(row, 'name', value, ...)", "The row with other values in these fields")
        .example("OBJECT_UPDATE(OBJECT_OF('User', 'name', 'Bob', 'age', 21), 'age', 22)", r#"{"name":"Bob","age":22}"#),
    function("STRUCT", "(value, ...)", "A row of these values, which are named c0, c1 and so on")
        .example("STRUCT(1, 'a')", r#"{"c0":1,"c1":"a"}"#),
    function("NAMED_STRUCT", "('name', value, ...)", "A row of these fields")
        .example("NAMED_STRUCT('a', 1, 'b', 'x')", r#"{"a":1,"b":"x"}"#),
    function("AGGREGATE", "AGGREGATE:function(x [ORDER BY ...])", "A function of arrays over the values of all rows")
        .example("SELECT AGGREGATE:ARRAY_MAX(x) FROM (VALUES (1), (2)) AS t(x)", "2"),
];

/// JSON.
static JSON: [Help; 6] = [
    function("IS JSON", "text IS JSON [VALUE | OBJECT | ARRAY | SCALAR]", "Whether the text is JSON, or such JSON")
        .example("'[1]' IS JSON ARRAY", "true"),
    function("JSONB_CONTAINED", "(json, json)", "Whether the other has all its fields, items and values")
        .example(r#"JSONB_CONTAINED('{"b":2}', '{"a":1, "b":2}')"#, "true"),
    function("JSONB_OBJECT", "(array of keys and values) or (keys, values)", "An object of texts")
        .example("JSONB_OBJECT(ARRAY['a', '1', 'b', NULL])", r#"{"a":"1","b":null}"#),
    function("JSONB_POPULATE_RECORD", "(row, json)", "The row, which may be NULL, with what fields the JSON has").example(
        r#"JSONB_POPULATE_RECORD(CAST(NULL AS ROW<a INT, b ARRAY<INT>>), '{"b": [1, 2], "c": 3}')"#,
        r#"{"a":null,"b":[1,2]}"#,
    ),
    function("JSONB_POPULATE_MAP", "(map, json)", "The map, which may be NULL, with the entries that the JSON has")
        .example(r#"JSONB_POPULATE_MAP(MAP['a', 1, 'b', 2], '{"b":3,"c":4}')"#, r#"{"a":1,"b":3,"c":4}"#),
    function("JSONB_TO_ARRAY", "(json)", "The items of an array of JSON").example("JSONB_TO_ARRAY('[1, [2]]')[2]", "[2]"),
];

/// What is known of grouping sets.
static GROUPINGS: [Help; 2] = [
    function("GROUPING", "(key, ...)", "Which of the keys are none of their row's grouping set, as bits")
        .example("SELECT x, GROUPING(x) FROM (VALUES (1)) AS t(x) GROUP BY ROLLUP (x)", "1, 0\nNULL, 1")
        .also(&["GROUPING_ID"]),
    function("GROUP_ID", "()", "How many of the same grouping sets stand before that of the row")
        .example("SELECT x, GROUP_ID() FROM (VALUES (1)) AS t(x) GROUP BY GROUPING SETS ((x), (x))", "1, 0\n1, 1"),
];

/// What makes rows of a table's.
static FILLED: [Help; 1] = [function(
    "GAP_FILL",
    "(table, time, step [, LOCF(x), INTERPOLATE(x), KEEPNULL(x), PARTITION_BY(key)])",
    "The rows of a table, and between two of them one for each step of time",
)
.example(
    "SELECT x, ts FROM GAP_FILL((SELECT id AS x, ts FROM clicks WHERE id < 3), ts, INTERVAL '2' MINUTE, LOCF(x))",
    "1, 2024-01-01 12:00:00\n1, 2024-01-01 12:02:00\n2, 2024-01-01 12:04:00",
)];

/// What is known of the job.
static JOB: [Help; 3] = [
    function("CURRENT_CATALOG", "()", "The catalog of the job").example("CURRENT_CATALOG()", "default_catalog"),
    function("CURRENT_DATABASE", "()", "The database of the job")
        .example("CURRENT_DATABASE()", "default_database")
        .also(&["CURRENT_SCHEMA"]),
    function("VERSION", "()", "The version of Corelane").example("VERSION() LIKE 'Corelane %'", "true"),
];
