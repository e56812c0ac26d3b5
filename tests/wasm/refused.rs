//! What is wrong with a declaration is said when the job is planned, with its place.

use super::*;
use corelane::cli::job::BuiltIn;
use corelane::plan::{Script, plan};

const MODULE: &str = r#"(module
    (func (export "add") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
    (func (export "text") (param i32 i32) (result i64) (i64.const 0))
    (global (export "limit") i32 (i32.const 7)))"#;

fn files() -> Files {
    let imports = r#"(module (import "env" "now" (func (result i64))) (func (export "f") (result i64) (i64.const 0)))"#;
    let large = r#"(module (memory 300) (func (export "f") (result i64) (i64.const 0)))"#;
    let starts = "(module (func $begin (unreachable)) (start $begin))";
    let half = r#"(module (memory (export "memory") 1) (func (export "alloc") (param i64) (result i32) (i32.const 0))
        (func (export "text") (param i32 i32) (result i64) (i64.const 0)))"#;
    let files = Files::new([
        ("sound", MODULE),
        ("imports", imports),
        ("large", large),
        ("starts", starts),
        ("half", half),
        ("none", "(module)"),
        ("broken", "(module)"),
    ]);
    std::fs::write(files.path("broken"), b"SELECT 1").expect("written");
    files
}

#[test]
fn a_declaration_that_cannot_work_is_refused_where_it_is_wrong() {
    let files = files();
    let check = |sql: &str, place: &str, parts: &[&str]| {
        let error = match Job::from_sql(files.sql(sql)) {
            Ok(_) => panic!("{sql} is planned"),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(&format!("--> sql:1:{place}\n")), "{place}: {error}");
        parts.iter().for_each(|part| assert!(error.contains(part), "{part}: {error}"));
    };
    let f = "CREATE FUNCTION f() RETURNS BIGINT LANGUAGE wasm AS";
    check(&format!("{f} 'nowhere.wasm'"), "53", &["file 'nowhere.wasm': "]);
    check(&format!("{f} 'broken'"), "53", &["is no WebAssembly"]);
    check(&format!("{f} 'imports'"), "53", &["imports 'now' of 'env'", "hint: a module gets nothing from outside"]);
    check(&format!("{f} 'large'"), "53", &["cannot be started", "hint: SET 'wasm.memory'"]);
    check(&format!("{f} 'starts'"), "53", &["cannot be started", "unreachable"]);
    check(&format!("{f} 'none'"), "17", &["exports no function 'f'", "hint: it exports none at all"]);
    check(&format!("{f} 'sound'"), "17", &["exports no function 'f'", "hint: it exports add, text"]);
    check(
        "CREATE FUNCTION ad(BIGINT, BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'sound'",
        "17",
        &["'ad'", "'add' names another export"],
    );
    check("CREATE FUNCTION limit(BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'sound'", "17", &["exports no function 'limit'"]);
    let wrong = ["the export 'add' is (i64, i64) -> (i64), and not (i64, i32) -> (f64)", "ADD(BIGINT, INT) RETURNS DOUBLE"];
    check("CREATE FUNCTION add(BIGINT, INT) RETURNS DOUBLE LANGUAGE wasm AS 'sound'", "17", &wrong);
    for module in ["sound", "half"] {
        let sql = format!("CREATE FUNCTION text(STRING) RETURNS STRING LANGUAGE wasm AS '{module}'");
        check(&sql, "17", &["does not export what STRING and BYTES need", "hint: that is memory, alloc(i32) -> i32"]);
    }
}

#[test]
fn functions_are_there_from_their_declaration_until_they_are_dropped() {
    let files = files();
    let shown = |sql: &str| -> Result<String, String> {
        let script = Script { text: files.sql(sql), file: "sql".to_owned() };
        let planned = plan(&[script], &[], &BuiltIn).map_err(|e| e.to_string())?;
        Ok(planned.answers.iter().map(ToString::to_string).collect::<String>())
    };
    const ADD: &str = "CREATE FUNCTION add(BIGINT, BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'sound';";
    let row = format!("+I[ADD, ADD(BIGINT, BIGINT) RETURNS BIGINT, 'add' of {}, NULL, NULL]\n", files.path("sound").display());
    assert_eq!(
        shown(&format!("{ADD} SHOW FUNCTIONS LIKE 'add'; DROP FUNCTION add; SHOW FUNCTIONS LIKE 'add';")),
        Ok(row.clone())
    );
    assert_eq!(shown(&format!("{ADD} DESCRIBE FUNCTION add;")), Ok(row));
    let refused = |sql: &str, part: &str| {
        let error: String = shown(sql).expect_err(sql);
        assert!(error.contains(part), "{error}");
    };
    refused(&format!("{ADD} SELECT add(1)"), "usage: ADD(BIGINT, BIGINT)");
    refused(&format!("SELECT add(1, 2); {ADD}"), "there is no function 'ADD'");
    refused(&format!("{ADD} DROP FUNCTION add; SELECT add(1, 2);"), "there is no function 'ADD'");
    refused(&format!("{ADD} {ADD}"), "function 'add' is declared twice");
    refused(&format!("{ADD} DROP FUNCTION ad;"), "hint: did you mean ADD?");
    refused("DROP FUNCTION abs", "hint: those that come with the engine stay");
    assert_eq!(shown("DROP TEMPORARY FUNCTION IF EXISTS add"), Ok(String::new()));
    refused(&ADD.replace("add(", "abs("), "there is a function ABS already");
    refused("SET 'wasm.fuel' = 'all'", "'wasm.fuel' is a number of steps, not 'all'");
    refused("SET 'wasm.memory' = '0'", "'wasm.memory' is a size, not '0'");
    refused(&ADD.replace("(BIGINT, ", "(DATE, "), "DATE is no type that WebAssembly can be handed");
}
