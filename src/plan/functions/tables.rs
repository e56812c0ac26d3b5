//! Functions that give any number of rows, as users read of them. `plan/bind/table_function.rs` binds the names that are listed here.

use crate::expr::help::{Help, function};

/// The functions there are that give any number of rows.
pub static TABLES: [Help; 17] = [
    function("UNNEST", "(array, ...) [WITH ORDINALITY]", "A row for each item of an array, or each entry of a map")
        .example("SELECT x FROM UNNEST(ARRAY['a', 'b']) AS t(x)", "a\nb"),
    function("GENERATE_SERIES", "(first, last [, step])", "A row for each number, or time, from one to another")
        .example("SELECT x FROM GENERATE_SERIES(1, 3) AS t(x)", "1\n2\n3"),
    function("RANGE", "RANGE(end) or RANGE(first, end [, step])", "As GENERATE_SERIES, without the end")
        .example("SELECT x FROM RANGE(1, 3) AS t(x)", "1\n2"),
    function("REGEXP_MATCHES", "(text, regex [, flags])", "A row for the first match, or with the flag g for each")
        .example("SELECT x FROM REGEXP_MATCHES('a1b22', '[0-9]+', 'g') AS t(x)", "[\"1\"]\n[\"22\"]"),
    function("REGEXP_SPLIT_TO_TABLE", "(text, regex [, flags])", "A row for each piece between matches")
        .example("SELECT x FROM REGEXP_SPLIT_TO_TABLE('a, b', ', *') AS t(x)", "a\nb"),
    function("STRING_TO_TABLE", "(text, delimiter [, text for NULL])", "A row for each piece between delimiters")
        .example("SELECT x FROM STRING_TO_TABLE('a,b', ',') AS t(x)", "a\nb"),
    function("JSON_ARRAY_ELEMENTS", "(json)", "A row for each item of an array of JSON")
        .example(r#"SELECT x FROM JSON_ARRAY_ELEMENTS('[1, "a"]') AS t(x)"#, "1\n\"a\"")
        .also(&["JSONB_ARRAY_ELEMENTS"]),
    function("JSON_ARRAY_ELEMENTS_TEXT", "(json)", "A row for each item of an array of JSON, as text")
        .example(r#"SELECT x FROM JSON_ARRAY_ELEMENTS_TEXT('[1, "a"]') AS t(x)"#, "1\na")
        .also(&["JSONB_ARRAY_ELEMENTS_TEXT"]),
    function("JSON_EACH", "(json)", "A row for each field of an object of JSON")
        .example(r#"SELECT * FROM JSON_EACH('{"a": "x"}')"#, r#"a, "x""#)
        .also(&["JSONB_EACH"]),
    function("JSON_EACH_TEXT", "(json)", "A row for each field of an object of JSON, as text")
        .example(r#"SELECT * FROM JSON_EACH_TEXT('{"a": "x"}')"#, "a, x")
        .also(&["JSONB_EACH_TEXT"]),
    function("JSON_OBJECT_KEYS", "(json)", "A row for the name of each field of an object of JSON")
        .example(r#"SELECT x FROM JSON_OBJECT_KEYS('{"a": 1, "b": 2}') AS t(x)"#, "a\nb")
        .also(&["JSONB_OBJECT_KEYS"]),
    function("JSONB_PATH_QUERY", "(json, path [, variables [, silent]])", "A row for each that a SQL/JSON path leads to")
        .example(r#"SELECT x FROM JSONB_PATH_QUERY('{"a":[1,5,7]}', '$.a[*] ? (@ > 3)') AS t(x)"#, "5\n7"),
    function("JSONB_TO_RECORD", "(json) AS t(name type, ...)", "A row of the fields of an object of JSON that are declared")
        .example(r#"SELECT * FROM JSONB_TO_RECORD('{"a":1, "b":[2]}') AS t(a INT, b ARRAY<INT>)"#, "1, [2]")
        .also(&["JSON_TO_RECORD"]),
    function("JSONB_TO_RECORDSET", "(json) AS t(name type, ...)", "A row of these fields for each object of an array of JSON")
        .example(r#"SELECT * FROM JSONB_TO_RECORDSET('[{"a":1}, {"b":"x"}]') AS t(a INT, b STRING)"#, "1, NULL\nNULL, x")
        .also(&["JSON_TO_RECORDSET"]),
    function("JSONB_POPULATE_RECORDSET", "(row, json)", "A row like the first for each object of an array of JSON").example(
        r#"SELECT * FROM JSONB_POPULATE_RECORDSET(CAST(NULL AS ROW<a INT, b STRING>), '[{"a":1}, {"b":"x"}]')"#,
        "1, NULL\nNULL, x",
    ),
    function("GENERATE_SUBSCRIPTS", "(array, dimension [, reverse])", "A row for each place of the array")
        .example("SELECT x FROM GENERATE_SUBSCRIPTS(ARRAY['a', 'b'], 1) AS t(x)", "1\n2"),
    function("_PG_EXPANDARRAY", "(array)", "A row for each item with its place")
        .example("SELECT * FROM _PG_EXPANDARRAY(ARRAY['a', 'b'])", "a, 1\nb, 2"),
];
