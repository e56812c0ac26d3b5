//! The parser from outside: texts to statements and syntax trees, and texts to faults.

mod bounds;
mod row_pattern;

use sqlparser::ast::{Expr, SelectItem, SetExpr};

use super::{NamedTypes, Params};
use crate::error::Result;
use crate::plan::physical::Emit;
use crate::plan::statement::{ColumnDefKind, CreateTable, Hint, HintArgument, Show, Shown, Statement, StreamQuery, WatermarkFor};

fn parse(text: &str) -> Result<Vec<Statement>> {
    super::on_large_stack(|| super::parse(text, &mut NamedTypes::default(), &mut Params::default()))
}

fn check(text: &str) -> Vec<Statement> {
    parse(text).unwrap_or_else(|e| panic!("{}", e.in_text("test.sql", text)))
}

fn one(text: &str) -> Statement {
    let mut found = check(text);
    assert_eq!(found.len(), 1, "{text}");
    found.remove(0)
}

fn query(text: &str) -> StreamQuery {
    match one(text) {
        Statement::Select(query) => query,
        other => panic!("{other:?}"),
    }
}

/// The query as the parser crate prints it: shows the normal form.
fn printed(text: &str) -> String {
    query(text).query.to_string()
}

fn table(text: &str) -> CreateTable {
    match one(text) {
        Statement::CreateTable(table) => table,
        other => panic!("{other:?}"),
    }
}

/// Message, place and hint of the fault, as a user sees them.
fn fault(text: &str) -> String {
    match parse(text) {
        Err(error) => error.in_text("q", text).to_string(),
        Ok(found) => panic!("parses: {text}: {found:?}"),
    }
}

/// The column types of a table, printed.
fn types(columns: &str) -> Vec<String> {
    let table = table(&format!("CREATE TABLE t ({columns})"));
    table
        .columns
        .iter()
        .map(|column| match &column.kind {
            ColumnDefKind::Physical { data_type, not_null, .. } => {
                format!("{data_type}{}", if *not_null { " NOT NULL" } else { "" })
            }
            ColumnDefKind::Metadata { data_type, key } => format!("{data_type} FROM {key}"),
            ColumnDefKind::Computed { expression, .. } => format!("AS {}", expression.expr),
        })
        .collect()
}

#[test]
fn every_type_of_a_column_is_read() {
    for (written, read) in [
        ("BOOLEAN", "BOOLEAN"),
        ("tinyint", "TINYINT"),
        ("SMALLINT", "SMALLINT"),
        ("INTEGER", "INT"),
        ("BIGINT NOT NULL", "BIGINT NOT NULL"),
        ("FLOAT NULL", "FLOAT"),
        ("DOUBLE PRECISION NOT NULL", "DOUBLE NOT NULL"),
        ("DECIMAL", "DECIMAL(10, 0)"),
        ("DEC(5)", "DECIMAL(5, 0)"),
        ("NUMERIC(38, 18)", "DECIMAL(38, 18)"),
        ("CHAR", "VARCHAR(1)"),
        ("CHAR(3)", "VARCHAR(3)"),
        ("VARCHAR(2147483647)", "STRING"),
        ("TEXT", "STRING"),
        ("INT8", "BIGINT"),
        ("NUMERIC", "DECIMAL(38, 10)"),
        ("TINYINT UNSIGNED", "SMALLINT"),
        ("BIGINT UNSIGNED NOT NULL", "DECIMAL(20, 0) NOT NULL"),
        ("TIMESTAMP(3) WITH TIME ZONE", "TIMESTAMP_LTZ(3)"),
        ("INTERVAL", "INTERVAL DAY TO SECOND"),
        ("INTERVAL HOURS TO SECONDS", "INTERVAL DAY TO SECOND"),
        ("MAP(STRING, MAP<INT, INT>)", "MAP<STRING, MAP<INT, INT>>"),
        ("TIMESTAMPTZ", "TIMESTAMP_LTZ(6)"),
        ("FLOAT8[][]", "ARRAY<ARRAY<DOUBLE>>"),
        ("STRUCT<a INT2>", "ROW<a SMALLINT>"),
        ("VARBINARY(3)", "BYTES"),
        ("DATE", "DATE"),
        ("TIME(3)", "TIME(3)"),
        ("TIMESTAMP", "TIMESTAMP(6)"),
        ("TIMESTAMP(3) WITHOUT TIME ZONE", "TIMESTAMP(3)"),
        ("TIMESTAMP(9) WITH LOCAL TIME ZONE NOT NULL", "TIMESTAMP_LTZ(9) NOT NULL"),
        ("TIMESTAMP_LTZ(0)", "TIMESTAMP_LTZ(0)"),
        ("INTERVAL DAY(3) TO SECOND(3)", "INTERVAL DAY TO SECOND"),
        ("INTERVAL YEAR", "INTERVAL YEAR TO MONTH"),
        ("ARRAY<INT NOT NULL>", "ARRAY<INT>"),
        ("INT ARRAY", "ARRAY<INT>"),
        ("INT ARRAY MULTISET", "MULTISET<ARRAY<INT>>"),
        ("MULTISET<ROW<a INT NOT NULL>>", "MULTISET<ROW<a INT>>"),
        ("ARRAY<ARRAY<ARRAY<INT>>>", "ARRAY<ARRAY<ARRAY<INT>>>"),
        ("MAP<STRING, ARRAY<ROW<a INT, `b c` MAP<INT, JSON>>>>", "MAP<STRING, ARRAY<ROW<a INT, `b c` MAP<INT, JSON>>>>"),
        ("ROW(a INT 'about a', b ROW<c DATE NOT NULL>)", "ROW<a INT, b ROW<c DATE>>"),
        ("JSON COMMENT 'text'", "JSON"),
        ("STRING METADATA", "STRING FROM c"),
        ("TIMESTAMP(3) METADATA FROM 'event.time' VIRTUAL", "TIMESTAMP(3) FROM event.time"),
    ] {
        assert_eq!(types(&format!("c {written}")), [read], "{written}");
    }
}

#[test]
fn types_that_do_not_exist_are_refused_with_their_place() {
    for (written, message) in [
        ("BIGNT", "did you mean BIGINT?"),
        ("MULTISET", "expected"),
        ("BIGSERIAL", "nothing here counts rows"),
        ("DECIMAL(39, 1)", "precision is 1 to 38"),
        ("TIMESTAMP(10)", "0 to 9 digits"),
        ("TIME WITH TIME ZONE", "WITH LOCAL TIME ZONE"),
        ("ARRAY", "expected '<' behind ARRAY"),
        ("ARRAY<INT>>", "one '>' too many"),
        ("MAP<ARRAY<INT>>, INT", "expected ',' between key and value"),
        ("VARCHAR(0)", "length 0 does not exist"),
        ("INT CHECK (c > 3)", "a column is:"),
    ] {
        let fault = fault(&format!("CREATE TABLE t (c {written})"));
        assert!(fault.contains(message) && fault.contains("--> q:1:"), "{written}: {fault}");
    }
}

#[test]
fn a_table_has_all_its_parts() {
    let found = table(
        "CREATE TEMPORARY TABLE IF NOT EXISTS `my table` (
           id BIGINT PRIMARY KEY NOT ENFORCED COMMENT 'key', -- a comment
           price DECIMAL(10, 2), /* another */
           cost AS price * 2 COMMENT 'computed',
           ts TIMESTAMP(3),
           WATERMARK FOR ts AS ts - INTERVAL '5' SECONDS
         ) COMMENT 'all' WITH (
           'connector' = 'datagen',
           'path' = 'it''s'
         );",
    );
    assert_eq!((found.name.text.as_str(), found.if_not_exists), ("my table", true));
    assert_eq!(found.primary_key[0].text, "id");
    let WatermarkFor { column, expression, .. } = found.watermark.expect("a watermark");
    assert_eq!((column.text.as_str(), expression.expr.to_string().as_str()), ("ts", "ts - INTERVAL '5' SECOND"));
    assert!(
        matches!(&found.columns[2].kind, ColumnDefKind::Computed { expression, .. } if expression.expr.to_string() == "price * 2")
    );
    let path = found.options.value("path").expect("an option");
    assert_eq!((path.text.as_str(), path.span.line, path.span.column, path.span.width), ("it's", 9, 21, 7));
}

#[test]
fn keys_of_several_columns_are_read() {
    let found = table("CREATE TABLE t (a INT, b INT, CONSTRAINT pk PRIMARY KEY (a, b) NOT ENFORCED)");
    assert_eq!(found.primary_key.iter().map(|k| k.text.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn keys_of_sessions_have_one_form() {
    let normal = "SELECT * FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, PARTITION_BY(k, l)))";
    for spelling in [
        "SELECT * FROM TABLE(SESSION(TABLE t PARTITION BY (k, l), DESCRIPTOR(ts), INTERVAL '10' SECOND))",
        "SELECT * FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), DESCRIPTOR(k, l), INTERVAL '10' SECOND))",
        "SELECT * FROM TABLE(SESSION(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), KEY => DESCRIPTOR(k, l), SIZE => INTERVAL '10' SECOND))",
    ] {
        assert_eq!(printed(spelling), normal, "{spelling}");
    }
}

#[test]
fn windows_over_tables_have_one_form() {
    let normal = "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))";
    for spelling in [
        "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECONDS))",
        "SELECT * FROM TABLE(tumble(SIZE => INTERVAL '10 seconds', DATA => TABLE t, TIMECOL => DESCRIPTOR(ts)))",
    ] {
        assert_eq!(printed(spelling), normal, "{spelling}");
    }
    // Without TABLE, `*` shows the bounds alone.
    let shown = "SELECT * FROM TABLE(`$bounds`(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)))";
    for spelling in [
        "SELECT * FROM tumble(t, ts, INTERVAL 10 SECOND)",
        "SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' second)",
        "SELECT * FROM tumble(t, ts, '10 s')",
        "SELECT * FROM tumble(t, ts, 10 SECONDS)",
    ] {
        assert_eq!(printed(spelling), shown, "{spelling}");
    }
    assert_eq!(
        printed("SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) AS w"),
        "SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) AS w"
    );
    assert_eq!(
        printed("SELECT * FROM hop(DATA => TABLE a.t, SIZE => INTERVAL '1' HOUR, SLIDE => INTERVAL '1' MINUTE) w"),
        "SELECT * FROM TABLE(`$bounds`(HOP(TABLE a.t, INTERVAL '1' MINUTE, INTERVAL '1' HOUR))) w"
    );
    assert_eq!(
        printed(
            "SELECT * FROM a JOIN tumble((SELECT * FROM hop(t, INTERVAL '1' DAY, INTERVAL '2' DAY)), INTERVAL '1' DAY) b ON a.x = b.x"
        ),
        "SELECT * FROM a JOIN TABLE(`$bounds`(TUMBLE(TABLE (SELECT * FROM TABLE(`$bounds`(HOP(TABLE t, INTERVAL '1' DAY, INTERVAL '2' DAY)))), \
         INTERVAL '1' DAY))) b ON a.x = b.x"
    );
}

#[test]
fn windows_in_group_by_stay_calls() {
    for (written, normal) in [
        (
            "SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
            "SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
        ),
        ("SELECT k FROM t GROUP BY k, tumble(interval '10 seconds')", "SELECT k FROM t GROUP BY k, tumble(INTERVAL '10' SECOND)"),
        (
            "SELECT k FROM t WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY k",
            "SELECT k FROM t GROUP BY TUMBLE(INTERVAL '10' SECOND), k",
        ),
        (
            "SELECT k FROM t WHERE a > 1 GROUP BY k WINDOW TUMBLING(ts, INTERVAL '10' SECOND) HAVING COUNT(*) > 1",
            "SELECT k FROM t WHERE a > 1 GROUP BY TUMBLE(ts, INTERVAL '10' SECOND), k HAVING COUNT(*) > 1",
        ),
        (
            "SELECT COUNT(*) FROM t WINDOW TUMBLING(5m) WHERE a > 1 LIMIT 3",
            "SELECT COUNT(*) FROM t WHERE a > 1 GROUP BY TUMBLE(INTERVAL '5' MINUTE) LIMIT 3",
        ),
        (
            "SELECT * FROM (SELECT COUNT(*) FROM t WINDOW SLIDING(SIZE 10 SECONDS, ADVANCE BY 5 SECONDS)) GROUP BY x",
            "SELECT * FROM (SELECT COUNT(*) FROM t GROUP BY HOP(INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY x",
        ),
        (
            "SELECT COUNT(*) FROM t WINDOW SESSION(ts, 500 ms) UNION ALL SELECT b FROM u GROUP BY b",
            "SELECT COUNT(*) FROM t GROUP BY SESSION(ts, INTERVAL '0.500' SECOND) UNION ALL SELECT b FROM u GROUP BY b",
        ),
        (
            "SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY k ORDER BY ts)",
            "SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY k ORDER BY ts)",
        ),
    ] {
        assert_eq!(printed(written), normal, "{written}");
    }
}

#[test]
fn intervals_have_one_form() {
    for (written, normal) in [
        ("INTERVAL '10' SECONDS", "INTERVAL '10' SECOND"),
        ("INTERVAL 10 MINUTES", "INTERVAL '10' MINUTE"),
        ("INTERVAL '10 seconds'", "INTERVAL '10' SECOND"),
        ("INTERVAL ' 3 days ' AS d", "INTERVAL '3' DAY AS d"),
        ("INTERVAL -5 HOUR", "INTERVAL '-5' HOUR"),
        ("INTERVAL -'5' HOUR", "INTERVAL '-5' HOUR"),
        ("INTERVAL '5' MILLISECONDS", "INTERVAL '0.005' SECOND"),
        ("INTERVAL '-1500 us'", "INTERVAL '-0.001500' SECOND"),
        ("INTERVAL '2' WEEK", "INTERVAL '14' DAY"),
        ("INTERVAL '1' QUARTER", "INTERVAL '3' MONTH"),
        ("INTERVAL '1:30' MINUTE TO SECOND", "INTERVAL '1:30' MINUTE TO SECOND"),
        ("INTERVAL 'soon'", "INTERVAL 'soon'"),
        ("INTERVAL '0.5 month'", "INTERVAL '0.5 month'"),
    ] {
        assert_eq!(printed(&format!("SELECT {written}")), format!("SELECT {normal}"), "{written}");
    }
}

#[test]
fn wrong_windows_say_how_to_write_them() {
    for (written, message) in [
        ("SELECT * FROM tumble(t, ts)", "TUMBLE has 0 durations"),
        ("SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))", "HOP has 1 durations"),
        ("SELECT * FROM TABLE(TUMBLE(DATA => TABLE t, WIDTH => INTERVAL '1' DAY))", "no argument 'WIDTH'"),
        ("SELECT * FROM TABLE(TUMBLE(DATA => TABLE t))", "lacks SIZE"),
        ("SELECT * FROM TABLE(TUMBLE(TABLE t, SIZE => INTERVAL '1' DAY))", "mixes named"),
        ("SELECT * FROM TABLE(TUMBLE())", "has no table"),
        ("SELECT * FROM TABLE(TUMBLE(", "is not closed"),
        ("SELECT k FROM t WINDOW SLIDING(10s)", "ADVANCE BY 5 SECONDS"),
        ("SELECT k FROM t WINDOW TUMBLING()", "WINDOW TUMBLING (SIZE 10 SECONDS)"),
    ] {
        let fault = fault(written);
        assert!(fault.contains(message) && fault.contains("--> q:1:"), "{written}: {fault}");
    }
}

#[test]
fn expressions_of_standard_sql_parse() {
    for expression in [
        "a[1]",
        "r.f",
        "t.r.f",
        "x IS DISTINCT FROM y",
        "x IS NOT DISTINCT FROM y",
        "x SIMILAR TO 'a|b'",
        "x NOT SIMILAR TO 'a'",
        "TRY_CAST(x AS INT)",
        "CAST(x AS TIMESTAMP(3) WITH LOCAL TIME ZONE)",
        "CAST(x AS TIMESTAMP_LTZ(3))",
        "CAST(x AS MAP<STRING, ARRAY<INT>>)",
        "CAST(x AS ROW<a INT, b STRING>)",
        "CAST(CAST(x AS STRING) AS ARRAY<INT>)",
        "CAST(x AS INTERVAL DAY TO SECOND)",
        "CAST(x AS DOUBLE PRECISION)",
        "CAST(x AS BYTES)",
        "CAST(x AS VARCHAR(3))",
        "TIMESTAMP '2024-01-01 00:00:00'",
        "DATE '2024-01-01'",
        "TIME '12:00:00'",
        "INTERVAL '1:30' MINUTE TO SECOND",
        "INTERVAL '2 10:00:00.123' DAY TO SECOND",
        "INTERVAL '1-2' YEAR TO MONTH",
        "INTERVAL '10' SECOND(3)",
        "INTERVAL '3' YEARS",
        "EXTRACT(DAY FROM ts)",
        "EXTRACT(EPOCH FROM ts)",
        "CEIL(ts TO DAY)",
        "FLOOR(ts TO HOUR)",
        "CEIL(1.5)",
        "POSITION('a' IN b)",
        "TRIM(BOTH 'x' FROM a)",
        "TRIM(LEADING FROM a)",
        "TRIM(a)",
        "OVERLAY(a PLACING 'b' FROM 1 FOR 2)",
        "SUBSTRING(x FROM 1 FOR 2)",
        "SUBSTRING(x, 1, 2)",
        "ts AT TIME ZONE 'UTC'",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "LOCALTIMESTAMP",
        "CURRENT_TIMESTAMP(3)",
        "COUNT(*) FILTER (WHERE a > 1)",
        "COUNT(DISTINCT a)",
        "CASE a WHEN 1 THEN 'x' ELSE 'y' END",
        "CASE WHEN a THEN 1 END",
        "a BETWEEN 1 AND 2",
        "a IN (1, 2)",
        "a NOT LIKE 'x%' ESCAPE '!'",
        "NOT a AND b OR c",
        "-a + +b",
        "a || b",
        "a % b",
        "a <> b",
        "a != b",
        "MAP['a', 1]",
        "ARRAY[1, 2]",
        "ROW(1, 'a')",
        "NULLIF(a, b)",
        "COALESCE(a, b)",
        "a IS TRUE",
        "a IS NOT UNKNOWN",
        "EXISTS (SELECT 1)",
        "a = (SELECT 1)",
        "TIMESTAMPDIFF(SECOND, a, b)",
        "TIMESTAMPADD(DAY, 1, a)",
        "`select`",
        "\"from\"",
        "ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC)",
        "LAST_VALUE(a) IGNORE NULLS OVER (ORDER BY b)",
        "1e3",
        "1.5",
        "TRUE",
        "SUM(a) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)",
        "U&'\\00e9'",
        "JSON_VALUE(a, '$.b')",
        "IF(a, 1, 2)",
        "LEFT(a, 2)",
        "RIGHT(a, 2)",
        "REPLACE(a, 'b', 'c')",
        "DATE_FORMAT(a, 'yyyy')",
        "YEAR(a)",
        "LOG(2, a)",
        "value",
        "a.ts",
        "CHAR_LENGTH(a)",
        "TO_TIMESTAMP_LTZ(a, 3)",
        "MOD(a, 2)",
        "x'ff'",
        "PROCTIME()",
        "timestamp",
        "`date`",
        "user",
        "offset",
        "size",
    ] {
        check(&format!("SELECT {expression} AS c FROM t"));
    }
}

#[test]
fn queries_of_standard_sql_parse() {
    for query in [
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT * FROM (VALUES (1, 2)) AS t(a, b)",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT 2) SELECT * FROM a",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "SELECT a FROM t UNION SELECT b FROM u EXCEPT SELECT c FROM v INTERSECT SELECT 1",
        "SELECT DISTINCT a FROM t WHERE b ORDER BY a DESC NULLS LAST LIMIT 10 OFFSET 2",
        "SELECT a FROM t GROUP BY GROUPING SETS ((a), (b), ())",
        "SELECT a FROM t GROUP BY CUBE (a, b), ROLLUP (c)",
        "SELECT * FROM a LEFT JOIN b ON a.x = b.x AND a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts",
        "SELECT * FROM a CROSS JOIN UNNEST(a.items) AS i(item)",
        "SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.ts AS r ON o.c = r.c",
        "SELECT * FROM a, LATERAL TABLE(f(a.x)) AS b(y)",
        "SELECT * FROM a LEFT JOIN LATERAL (SELECT 1) b ON TRUE",
        "SELECT window_start, window_end FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY)) GROUP BY window_start, window_end",
    ] {
        check(query);
    }
}

#[test]
fn cast_types_are_those_of_columns() {
    use sqlparser::ast::{Expr, SelectItem, SetExpr};
    for (written, read) in [
        ("INT", "INT"),
        ("DECIMAL(5, 2)", "DECIMAL(5, 2)"),
        ("DEC", "DECIMAL(10, 0)"),
        ("CHARACTER VARYING(7)", "VARCHAR(7)"),
        ("VARCHAR", "STRING"),
        ("STRING", "STRING"),
        ("DOUBLE PRECISION", "DOUBLE"),
        ("VARBINARY(5)", "BYTES"),
        ("TIMESTAMP(3)", "TIMESTAMP(3)"),
        ("TIMESTAMP(3) WITHOUT TIME ZONE", "TIMESTAMP(3)"),
        ("TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(6)"),
        ("TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(3)"),
        ("INTERVAL DAY TO SECOND(3)", "INTERVAL DAY TO SECOND"),
        ("ROW<`a``b` INT, c ARRAY<STRING>>", "ROW<`a``b` INT, c ARRAY<STRING>>"),
        ("JSON", "JSON"),
    ] {
        let query = query(&format!("SELECT CAST(x AS {written})")).query;
        let SetExpr::Select(select) = query.body.as_ref() else { panic!("{query}") };
        let SelectItem::UnnamedExpr(Expr::Cast { data_type, .. }) = &select.projection[0] else { panic!("{query}") };
        assert_eq!(super::data_type(data_type).expect("a type").to_string(), read, "{written}");
    }
    assert!(fault("SELECT CAST(x AS DECIMAL(50))").contains("--> q:1:18"));
}

#[test]
fn statements_of_every_kind_are_told_apart() {
    let found = check(
        ";; SET 'parallelism' = '4'; SET idle.strategy = spin-1;
         CREATE VIEW v (a, b) AS SELECT 1, 2 EMIT FINAL;
         INSERT INTO s (a) SELECT a FROM v EMIT CHANGES;
         INSERT INTO s VALUES (1);
         INSERT INTO s (SELECT 1);
         EXPLAIN PLAN FOR SELECT 1;
         EXPLAIN INSERT INTO s SELECT 1;
         EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;
         BEGIN STATEMENT SET; INSERT INTO a SELECT CASE WHEN TRUE THEN 1 END; END;
         CREATE MATERIALIZED VIEW v AS SELECT 1; CREATE SOURCE s (a INT) WITH (a.b = 1, c = TRUE); CREATE SINK s FROM v WITH (a = 'b');
         CREATE TYPE s AS (a INT); DROP TYPE IF EXISTS s; CREATE TEMPORARY FUNCTION IF NOT EXISTS f(s INT, ARRAY<INT>) AS 'a' LANGUAGE Wasm RETURNS INT STRICT; DROP FUNCTION f;
         SHOW TABLES FROM db NOT LIKE 'a%'; SHOW CREATE MATERIALIZED VIEW v; DESC EXTENDED c.db.t; DROP TEMPORARY VIEW IF EXISTS v;
         COMMENT ON COLUMN db.t.a IS NULL; SET; RESET; RESET 'a.b';
         EXPLAIN CHANGELOG_MODE, PLAN_ADVICE SELECT 1; CREATE VIEW w COMMENT 'it' AS SELECT /*+ X */ 'a''b' FROM  t;
         SELECT 1 /* the last needs no ';' */",
    );
    let kinds: Vec<String> = found
        .iter()
        .map(|statement| match statement {
            Statement::Set { key, value } => format!("{}={}", key.text, value.text),
            Statement::CreateView { text, comment: Some(comment), .. } => format!("view {comment}: {text}"),
            Statement::CreateView { columns, query, .. } => format!("view {} {:?}", columns.len(), query.emit),
            Statement::Insert(insert) => format!("insert {} {:?}", insert.columns.len(), insert.query.emit),
            Statement::Explain(form, _) => format!("explain as {form:?}"),
            Statement::Analyze(_) => "analyze".to_owned(),
            Statement::StatementSet(inserts) => format!("set of {}", inserts.len()),
            Statement::Select(query) => format!("select in line {}", query.span.line),
            Statement::CreateSink { options, .. } => format!("sink of {} options", options.iter().count()),
            Statement::CreateTable(_) => "table".to_owned(),
            Statement::CreateType { name, data_type, .. } => format!("{} is {data_type}", name.text),
            Statement::CreateFunction(function) => {
                format!("{} of {} in {}", function.name.text, function.args.len(), function.file.text)
            }
            Statement::DropType { name, .. } | Statement::DropFunction { name, .. } => format!("{} is nothing", name.text),
            Statement::Settings => "settings".to_owned(),
            Statement::Reset(key) => format!("reset {}", key.as_ref().map_or("all", |key| &key.text)),
            Statement::Show(Show { what: Shown::Create(kind, name), .. }) => format!("show {kind:?} {}", name.text),
            Statement::Show(Show { filter, .. }) => {
                format!("show {:?}", filter.as_ref().map(|filter| (filter.negated, &filter.pattern.text)))
            }
            Statement::Describe { name, extended } => format!("describe {} {extended}", name.text),
            Statement::Drop { kind, name, if_exists } => format!("drop {kind:?} {} {if_exists}", name.text),
            Statement::Comment { relation, column, text, .. } => {
                format!("comment {} {:?} {text:?}", relation.text, column.as_ref().map(|column| &column.text))
            }
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "parallelism=4",
            "idle.strategy=spin-1",
            &format!("view 2 {:?}", Some(Emit::OnClose)),
            &format!("insert 1 {:?}", Some(Emit::OnChange)),
            "insert 0 None",
            "insert 0 None",
            "explain as Text",
            "explain as Text",
            "set of 2",
            "set of 1",
            "view 0 None",
            "table",
            "sink of 1 options",
            "s is ROW<a INT>",
            "s is nothing",
            "f of 2 in a",
            "f is nothing",
            "show Some((true, \"a%\"))",
            "show View v",
            "describe t true",
            "drop View v true",
            "comment t Some(\"a\") None",
            "settings",
            "reset all",
            "reset a.b",
            "explain as Text",
            "view it: SELECT /*+ X */ 'a''b' FROM t",
            "select in line 15"
        ]
    );
}

#[test]
fn emit_stands_at_the_end_or_before_limit() {
    let found = query("SELECT a FROM t EMIT CHANGES EVERY INTERVAL '5' SECOND LIMIT 3");
    assert_eq!((found.query.to_string().as_str(), found.emit), ("SELECT a FROM t LIMIT 3", Some(Emit::OnChange)));
    assert_eq!(found.every.map(|interval| interval.to_string()).as_deref(), Some("INTERVAL '5' SECOND"));
    let found = query("SELECT a FROM t EMIT CHANGES LIMIT 3");
    assert_eq!((found.query.to_string().as_str(), found.emit), ("SELECT a FROM t LIMIT 3", Some(Emit::OnChange)));
    assert_eq!(query("SELECT a FROM t LIMIT 3 EMIT FINAL").emit, Some(Emit::OnClose));
    assert_eq!(query("SELECT a FROM t").emit, None);
    assert_eq!(query("SELECT 1 AS emit").emit, None);
    assert_eq!(query("SELECT a FROM t ORDER BY emit DESC").emit, None);
}

#[test]
fn faults_show_place_and_hint() {
    for (text, shown) in [
        ("SELEC 1", "no statement begins with SELEC\n --> q:1:1\n  |\n1 | SELEC 1\n  | ^^^^^\nhint: did you mean SELECT?"),
        ("SELECT a FORM t", "--> q:1:15"),
        ("SELECT a FORM t", "did you mean FROM instead of 'FORM'?"),
        ("SELECT a FROM t WHER b = 1", "did you mean WHERE instead of 'WHER'?"),
        ("SELECT 'abc", "unterminated string literal\n --> q:1:8"),
        ("SELECT a FROM t WHERE", "expected an expression, found the end of the statement\n --> q:1:22"),
        ("SELECT a, FROM t", "--> q:1:11"),
        ("DROP FUNCTION f x", "unexpected x behind DROP FUNCTION"),
        ("DROP SINK s", "leave out the CREATE SINK"),
        ("UPDATE t SET a = 1", "UPDATE is not supported"),
        ("USE CATALOG c", "USE is not supported"),
        ("SHOW JOBS", "SHOW JOBS is not supported"),
        ("SHOW TABLES LIKE a", "expected a pattern in single quotes, found a"),
        ("SHOW CREATE t", "expected TABLE or VIEW behind SHOW CREATE, found t"),
        ("DESCRIBE t x", "unexpected x behind DESCRIBE"),
        ("COMMENT ON COLUMN a IS 'b'", "expected '.' and the name of a column, found IS"),
        ("EXPLAIN ESTIMATED_COST SELECT 1", "EXPLAIN ESTIMATED_COST is not supported"),
        ("CREATE ROLE r", "expected TABLE, VIEW, MATERIALIZED VIEW, SOURCE, SINK, FUNCTION or TYPE behind CREATE, found ROLE"),
        ("CREATE FUNCTION f", "expected '(', found the end of the statement"),
        ("CREATE FUNCTION f(INT) RETURNS INT", "expected LANGUAGE wasm, found the end of the statement"),
        ("CREATE FUNCTION f(INT) RETURNS INT RETURNS INT LANGUAGE wasm AS 'f'", "expected LANGUAGE wasm, found RETURNS"),
        ("CREATE FUNCTION f(INT) LANGUAGE wasm AS 'f'", "expected RETURNS and a type, found the end of the statement"),
        ("CREATE FUNCTION f(x) RETURNS INT LANGUAGE wasm AS 'f'", "there is no data type 'x'"),
        (
            "CREATE FUNCTION f(INT) RETURNS INT LANGUAGE wasm AS 'f', g",
            "expected the name of an export in single quotes, found g",
        ),
        ("CREATE TABLE t (a INT) PARTITIONED BY a", "expected '(', found a"),
        ("CREATE TABLE t (a INT) DISTRIBUTED BY (a)", "DISTRIBUTED of CREATE TABLE is not supported"),
        ("CREATE TABLE t LIKE s (INCLUDING)", "expected ALL, CONSTRAINTS"),
        ("CREATE TABLE t LIKE s (ALL)", "expected INCLUDING, EXCLUDING or OVERWRITING, found ALL"),
        ("CREATE TABLE t (a INT, a INT)", "column 'a' is declared twice\n --> q:1:24"),
        ("CREATE TABLE t (a INT) WITH ('a' = b)", "expected a value in single quotes, found b\n --> q:1:36"),
        ("CREATE TABLE t (a INT) WITH ('a' = '1', 'a' = '2')", "option 'a' is given twice"),
        ("CREATE TABLE t (a INT) x", "unexpected x behind CREATE TABLE"),
        ("CREATE TABLE t (a AS )", "an expression is missing"),
        ("CREATE TABLE t (a INT", "expected ',' or ')'"),
        (
            "INSERT INTO t SELECT 1 EMIT SOON",
            "EMIT CHANGES, EMIT CHANGES EVERY interval, EMIT FINAL and EMIT ON WINDOW CLOSE are there",
        ),
        ("INSERT INTO t UPDATE", "expected SELECT, WITH or VALUES"),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;", "expected END behind the statement set"),
        ("EXECUTE STATEMENT SET BEGIN SELECT 1; END;", "a statement set holds INSERT INTO statements only"),
        ("SET a", "expected 'key' = 'value' behind SET"),
        ("EXPLAIN EXPLAIN SELECT 1", "EXPLAIN cannot be explained"),
        ("EXPLAIN", "a statement is missing"),
        ("SELECT 1 2", "--> q:1:10"),
        ("SELECT (1", "'(' has no partner\n --> q:1:8"),
    ] {
        let fault = fault(text);
        assert!(fault.contains(shown), "{text}:\n{fault}");
    }
}

/// The hints of a SELECT as `name(arguments) line:column`.
fn hints(text: &str) -> Vec<String> {
    let query = query(text).query;
    let sqlparser::ast::SetExpr::Select(select) = &*query.body else { panic!("{query}") };
    let found = super::hints_of(select).unwrap_or_else(|e| panic!("{}", e.in_text("test.sql", text)));
    let argument = |a: &HintArgument| match &a.value {
        Some(value) => format!("{}={}", a.name.text, value.text),
        None => a.name.text.clone(),
    };
    let hint = |hint: &Hint| {
        let arguments = hint.arguments.iter().map(argument).collect::<Vec<_>>().join(" ");
        format!("{}({arguments}) {}:{}", hint.name.text, hint.name.span.line, hint.name.span.column)
    };
    found.iter().map(hint).collect()
}

#[test]
fn hints_stand_behind_select_and_know_their_place() {
    assert_eq!(hints("SELECT a FROM t"), [""; 0]);
    assert_eq!(hints("SELECT /* BROADCAST(t) */ a FROM t"), [""; 0]);
    assert_eq!(hints("SELECT /*+ BROADCAST(options, db.`u`) */ a FROM t"), ["BROADCAST(options db.u) 1:12"]);
    assert_eq!(hints("SELECT /*+ A */ /*+ b('x', 'y' = '1'),\n  C */ a"), ["A() 1:12", "b(x y=1) 1:21", "C() 2:3"]);
    assert_eq!(hints("SELECT -- one\n  /*+ LOOKUP('table'='u') */ DISTINCT a FROM t"), ["LOOKUP(table=u) 2:7"]);
    assert_eq!(hints("SELECT a FROM t /*+ SHUFFLE_HASH(t) or not */ WHERE a > 1"), [""; 0]);
    check("CREATE /*+ one */ VIEW v AS SELECT /*+ A(t) */ CAST(a AS INT) FROM t JOIN /*+ two( */ u ON a = b");
}

#[test]
fn bounds_of_slices_are_expressions() {
    for written in ["a[b || c]", "a[b | 1:c + 2]", "a[b OR c:]", "a[:b -> 'c']", "a['1' || '']"] {
        assert_eq!(printed(&format!("SELECT {written} FROM t")), format!("SELECT {written} FROM t"));
    }
}

#[test]
fn lambdas_become_calls() {
    for (written, expected) in [
        ("transform(a, x -> x + 1)", "transform(a, `$lambda`(x, x + 1))"),
        ("ARRAY_TRANSFORM(a, |x| x | 1)", "ARRAY_TRANSFORM(a, `$lambda`(x, x | 1))"),
        ("map_filter(m, (k, v) -> f(k, v) AND v > 1)", "map_filter(m, `$lambda`(k, v, f(k, v) AND v > 1))"),
        ("map_filter(m, |k, v| v -> 'a')", "map_filter(m, `$lambda`(k, v, v -> 'a'))"),
        ("reduce(a, 0, (s, x) -> s + x)", "reduce(a, 0, `$lambda`(s, x, s + x))"),
        ("transform(a, x -> transform(x, y -> y -> 0))", "transform(a, `$lambda`(x, transform(x, `$lambda`(y, y -> 0))))"),
        ("transform(j -> 'a', x -> x)", "transform(`$lambda`(j, 'a'), `$lambda`(x, x))"),
        ("f(j -> 'a', (b) -> 'c')", "f(j -> 'a', (b) -> 'c')"),
    ] {
        assert_eq!(printed(&format!("SELECT {written} FROM t")), format!("SELECT {expected} FROM t"));
    }
}

/// An expression with brackets round all of its parts.
fn bracketed(e: &Expr) -> String {
    match e {
        Expr::BinaryOp { left, op, right } => format!("({} {op} {})", bracketed(left), bracketed(right)),
        Expr::UnaryOp { op, expr } => format!("({op}{})", bracketed(expr)),
        Expr::Like { expr, pattern, .. } => format!("({} LIKE {})", bracketed(expr), bracketed(pattern)),
        other => other.to_string(),
    }
}

/// Checked against the table of precedences in PostgreSQL's manual.
#[test]
fn operators_bind_as_in_postgresql() {
    for (written, expected) in [
        ("-a ^ b ^ c * d", "((((-a) ^ b) ^ c) * d)"),
        ("a || b + c || d", "((a || (b + c)) || d)"),
        ("a & b = c # d", "((a & b) = (c # d))"),
        ("a -> b ->> c || d LIKE e", "((((a -> b) ->> c) || d) LIKE e)"),
        ("~a << b", "((~a) << b)"),
        ("|/a + b > c", "((|/(a + b)) > c)"),
        ("a && b AND c @> d", "((a && b) AND (c @> d))"),
        ("a ~ b || c", "((a ~ b) || c)"),
        ("a ? b AND a ?| c AND a ?& d", "(((a ? b) AND (a ?| c)) AND (a ?& d))"),
    ] {
        let query = query(&format!("SELECT {written} FROM t"));
        let SetExpr::Select(select) = &*query.query.body else { panic!("{written}") };
        let [SelectItem::UnnamedExpr(e)] = select.projection.as_slice() else { panic!("{written}") };
        assert_eq!(bracketed(e), expected, "{written}");
    }
}

#[test]
fn hints_that_say_more_are_no_comments_elsewhere() {
    for (sql, place) in [
        ("SELECT a FROM t WHERE a > b /*+ OPTIONS('a' = 'b') */", "1:33"),
        ("SELECT a FROM t AS u /*+ OPTIONS('a' = 'b') */", "1:26"),
        ("SELECT a FROM t u /*+ OPTIONS('a' = 'b') */", "1:23"),
    ] {
        let fault = fault(sql);
        assert!(fault.starts_with(&format!("the hint OPTIONS is not supported here\n --> q:{place}")), "{fault}");
    }
    assert!(parse("SELECT a FROM t /*+ options('a' = b) */").is_err());
    let query = query("SELECT /*+ STATE_TTL('t' = ) */ a FROM t").query;
    let sqlparser::ast::SetExpr::Select(select) = &*query.body else { panic!("{query}") };
    let fault = super::hints_of(select).expect_err("a value is missing");
    assert_eq!(fault.to_string().lines().next(), Some("expected a value in single quotes, found ) (line 1, column 28)"));
}
