//! The parser from outside: texts to statements, and texts to faults.

use super::parse;
use crate::plan::statement::Statement;

fn check(text: &str) -> Vec<Statement> {
    parse(text).unwrap_or_else(|e| panic!("{}", e.in_text("test.sql", text)))
}

#[test]
fn an_ordinary_job_parses() {
    let found = check("CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); SELECT a FROM t WHERE a > 1 EMIT CHANGES;");
    assert_eq!(found.len(), 2);
}
