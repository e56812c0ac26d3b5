//! What is not in the dialect of the engine: a statement is left out only for one of these reasons, and each is counted.

use std::sync::LazyLock;

use regex::Regex;

use super::tables::{regex, without_comments};

/// A reason, and a pattern of the statements that it is about.
struct Reason {
    why: &'static str,
    pattern: Regex,
}

/// Reasons that are no pattern.
pub const FOREIGN: &str = "for another engine alone (onlyif)";
pub const REFUSAL: &str = "another engine's refusal is expected";
pub const LOST: &str = "reads what a statement that is left out would have made";

const PATTERNS: [(&str, &str); 13] = [
    (
        "EXPLAIN, DESCRIBE, SHOW and information_schema of another engine",
        r"^(?:EXPLAIN|DESCRIBE|DESC|SHOW)\b|information_schema|\bpg_catalog\.",
    ),
    ("settings of another engine", r"^(?:SET|RESET|PRAGMA|ANALYZE|VACUUM)\b"),
    (
        "UPDATE, DELETE, TRUNCATE, ALTER: rows of a stream are not changed by statements",
        r"^(?:UPDATE|DELETE|TRUNCATE|ALTER|MERGE|REPLACE INTO)\b",
    ),
    (
        "indices, triggers and transactions",
        r"^(?:CREATE (?:UNIQUE )?INDEX|DROP INDEX|REINDEX|CREATE TRIGGER|DROP TRIGGER|BEGIN|COMMIT|ROLLBACK)\b",
    ),
    (
        "COPY, and CREATE EXTERNAL TABLE without columns, over files that are written or no CSV",
        r"^COPY\b|^CREATE (?:UNBOUNDED )?EXTERNAL TABLE .*(?:STORED AS (?:PARQUET|ARROW|AVRO|JSON)|scratch/|tpch-csv|partitioned_csv|'file:)|^CREATE EXTERNAL TABLE \w+ STORED",
    ),
    (
        "CREATE FUNCTION, PREPARE, schemas and databases",
        r"^(?:CREATE (?:OR REPLACE )?FUNCTION|DROP FUNCTION|PREPARE|EXECUTE|DEALLOCATE|(?:CREATE|DROP) (?:SCHEMA|DATABASE))\b",
    ),
    ("Arrow's own types", r"\barrow_(?:cast|typeof|metadata)\s*\("),
    ("recursive queries", r"\bWITH RECURSIVE\b"),
    ("UNIQUE: a constraint that nothing would keep", r"^CREATE (?:EXTERNAL )?TABLE .*\bUNIQUE\b"),
    ("commands of another engine's shell", r"^\\"),
    ("an empty list behind IN", r"\bIN \(\s*\)|\bIN\(\s*\)"),
    ("SELECT INTO, and tables without columns", r"^SELECT .* INTO \w+ FROM|^SELECT \* INTO|^CREATE TABLE \w+$"),
    ("types that the standard does not have", r"\bVECTOR\("),
];

static REASONS: LazyLock<Vec<Reason>> =
    LazyLock::new(|| PATTERNS.iter().map(|(why, pattern)| Reason { why, pattern: regex(pattern) }).collect());

/// Why a statement is not in the dialect, if it is not.
pub fn outside(sql: &str) -> Option<&'static str> {
    let sql = without_comments(sql);
    REASONS.iter().find(|reason| reason.pattern.is_match(&sql)).map(|reason| reason.why)
}
