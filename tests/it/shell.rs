//! The shell, by a pipe and by a pseudo-terminal: what it shows, what it remembers, and how it ends. Expected tables are written by hand.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn shell(input: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corelane"));
    command.arg("shell").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // A shell that has ended reads no more.
    let _may_be_gone = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn check(input: &str, args: &[&str], expected: &str) {
    let output = shell(input, args);
    assert_eq!((String::from_utf8_lossy(&output.stdout).as_ref(), output.status.code()), (expected, Some(0)), "{output:?}");
}

/// Three rows, of which two have one key.
const ORDERS: &str = "CREATE VIEW orders AS SELECT * FROM (VALUES (1, 'é'), (2, 'b'), (1, NULL)) AS v(k, name);\n";

#[test]
fn a_result_that_ends_is_shown_as_it_is_in_the_end() {
    let input = format!(
        "{ORDERS}SELECT k, COUNT(*) AS n\n  FROM orders -- all of them;\n  GROUP BY k ORDER BY k LIMIT 9; SELECT name FROM orders WHERE k = 1;\n"
    );
    let expected = "\
+---+---+
| k | n |
+---+---+
| 1 | 2 |
| 2 | 1 |
+---+---+
2 rows
+------+
| name |
+------+
| é    |
| NULL |
+------+
2 rows
";
    check(&input, &[], expected);
}

#[test]
fn changes_csv_and_json_are_shown_where_they_are_asked_for() {
    let input = format!(
        "{ORDERS}\\format csv\nSELECT name, k FROM orders;\n\\format json\n\\changes on\nSELECT k FROM (SELECT k, COUNT(*) AS n FROM orders GROUP BY k) WHERE n = 1;"
    );
    let output = shell(&input, &["--set", "runtime.batch_rows=1"]);
    let expected = "name,k\né,1\nb,2\n,1\n{\"k\":1,\"op\":\"+I\"}\n{\"k\":2,\"op\":\"+I\"}\n{\"k\":1,\"op\":\"-D\"}\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{output:?}");
}

#[test]
fn declarations_and_settings_stay_until_they_are_forgotten() {
    let input = format!(
        "{ORDERS}CREATE VIEW few AS SELECT k FROM orders WHERE k > 1;\n\\format csv\nSELECT * FROM few;\n\\reset\nSELECT * FROM few;"
    );
    let output = shell(&input, &[]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((String::from_utf8_lossy(&output.stdout).as_ref(), output.status.code()), ("k\n2\n", Some(2)), "{output:?}");
    assert!(errors.contains("there is no table or view 'few'") && errors.contains("^"), "{errors}");
}

#[test]
fn a_comment_may_end_what_ends_behind_a_semicolon() {
    let input = format!(
        "{ORDERS}\\format csv\n\n-- first;\nSELECT k\nFROM orders\nWHERE k > 1; /* and\nthen\n*/\n\\format json\nSELECT 7 AS n"
    );
    check(&input, &[], "k\n2\n{\"n\":7}\n");
}

#[test]
fn tables_and_their_columns_are_listed() {
    let table = "CREATE TABLE t (k INT PRIMARY KEY NOT ENFORCED COMMENT 'its number') WITH ('connector' = 'datagen');\n";
    let expected = "\
+------------+
| table name |
+------------+
| orders     |
| t          |
+------------+
2 rows
+------+------+-------+--------+--------+-----------+------------+
| name | type | null  | key    | extras | watermark | comment    |
+------+------+-------+--------+--------+-----------+------------+
| k    | INT  | false | PRI(k) | NULL   | NULL      | its number |
+------+------+-------+--------+--------+-----------+------------+
1 row
";
    check(
        &format!("{table}{ORDERS}\\d\nDESCRIBE t;\nDROP VIEW orders;\n\\format csv\n\\d\n"),
        &[],
        &format!("{expected}table name\nt\n"),
    );
}

#[test]
fn an_insert_runs_and_the_file_is_read_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.csv");
    let script = folder.path().join("tables.sql");
    let table = format!(
        "CREATE TABLE t (k INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv', 'sink.single-file' = 'true');",
        file.display()
    );
    std::fs::write(&script, table).expect("a script");
    let input = format!(
        "\\i {}\n{ORDERS}INSERT INTO t SELECT * FROM orders WHERE name IS NOT NULL;\n\\format csv\nSELECT COUNT(*) FROM t;\n\\q\nSELECT nothing;",
        script.display()
    );
    let output = shell(&input, &[]);
    let found = (std::fs::read_to_string(&file).unwrap_or_default(), String::from_utf8_lossy(&output.stdout).into_owned());
    assert_eq!((found.0.as_str(), output.status.code()), ("1,é\n2,b\n", Some(0)), "{output:?}");
    assert!(found.1.ends_with("\n2\n"), "{output:?}");
}

#[test]
fn a_table_that_a_query_makes_stays_and_a_memory_table_is_filled_for_those_who_read_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("made.csv");
    let with = format!(
        "WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv', 'sink.single-file' = 'true')",
        file.display()
    );
    let input = format!(
        "{ORDERS}CREATE TABLE made {with} AS SELECT k, name FROM orders WHERE k = 2;\n\\format csv\nSELECT k + 1 AS next, name FROM made;\n\
         CREATE TABLE held (n INT);\nINSERT INTO held VALUES (5), (6);\nSELECT SUM(n) AS s FROM held;\nSELECT name FROM made;\n"
    );
    check(&input, &[], "next,name\n3,b\ns\n11\nname\nb\n");
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "2,b\n");
}

#[test]
fn statements_of_the_command_line_run_and_the_first_that_is_wrong_ends_it() {
    check("SELECT 3;", &["--format", "csv", "-e", "SELECT 1 AS a; SELECT 2 AS b"], "a\n1\nb\n2\n");
    let output = shell("SELECT 1 AS a;\n\\fromat csv\nSELECT 2;", &["--format", "csv"]);
    assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"a\n1\n"[..], Some(2)), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean \\format?"), "{output:?}");
}

#[test]
fn parameters_hold_for_all_statements_of_which_each_asks_for_some() {
    let input = "CREATE VIEW v AS SELECT :n + 1 AS a;\nSELECT a FROM v;\nSELECT ':m' AS b, :m AS c;\n";
    check(input, &["--format", "csv", "--param", "n=4", "--param", "m=it's"], "a\n5\nb,c\n:m,it's\n");
    let output = shell("SELECT :n;", &["--param", "m=1"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("parameter ':n' has no value"), "{output:?}");
}
