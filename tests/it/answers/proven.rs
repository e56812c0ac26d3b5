//! That every function of the table is compared with something independent over random arguments.

use std::fs;
use std::path::Path;

use corelane::plan::functions::all;

use super::{files, twins};

/// Folders and files whose generators draw calls of functions, for SQLite and DataFusion.
const GENERATORS: [&str; 2] = ["tests/it/oracle", "tests/datafusion"];

/// Functions that are compared elsewhere, and where; or that nothing can tell the answer of, and why.
const OTHERS: [(&[&str], &str); 14] = [
    (&["RAND", "RANDOM", "RAND_INTEGER", "UUID"], "what is random has no answer; src/expr/function/random.rs looks at many"),
    (
        &["CURRENT_TIMESTAMP", "NOW", "LOCALTIMESTAMP", "CURRENT_DATE", "TODAY", "LOCALTIME", "CURRENT_WATERMARK"],
        "they say when a row came: tests/sql/function/clock.slt, tests/sql/window",
    ),
    (&["CURRENT_CATALOG", "CURRENT_DATABASE", "VERSION"], "they say the same always: the examples"),
    (&["CAST_TO_TYPE", "TRY_CAST_TO_TYPE"], "they are bound as CAST and TRY_CAST, which are compared"),
    (
        &["JSONB_POPULATE_RECORDSET", "JSONB_PATH_QUERY"],
        "they give the items of what JSONB_POPULATE_RECORD and JSONB_PATH_QUERY_ARRAY give: tests/sql/function/json.slt",
    ),
    (
        &["JSONB_TO_RECORD", "JSONB_TO_RECORDSET"],
        "they give the rows of JSONB_POPULATE_RECORD with NULL for a row: tests/sql/unnest/records.slt",
    ),
    (
        &["ENCRYPT", "DECRYPT", "ENCRYPT_IV", "DECRYPT_IV"],
        "src/expr/function/cipher.rs: blocks of NIST SP 800-38A and what openssl gives",
    ),
    (&["TYPEOF"], "it says the same for all values of a type: the examples and src/expr/function/type_name.rs"),
    (
        &[
            "BITMAP_BUILD",
            "BITMAP_CARDINALITY",
            "BITMAP_AND",
            "BITMAP_OR",
            "BITMAP_XOR",
            "BITMAP_ANDNOT",
            "BITMAP_FROM_BYTES",
            "BITMAP_TO_BYTES",
            "BITMAP_TO_ARRAY",
            "BITMAP_TO_STRING",
        ],
        "src/expr/function/bitmap.rs and src/types/bitmap.rs: ordered sets, and bytes by the specification",
    ),
    (
        &[
            "BITMAP_BUILD_AGG",
            "BITMAP_AND_AGG",
            "BITMAP_OR_AGG",
            "BITMAP_XOR_AGG",
            "BITMAP_BUILD_CARDINALITY_AGG",
            "BITMAP_AND_CARDINALITY_AGG",
            "BITMAP_OR_CARDINALITY_AGG",
            "BITMAP_XOR_CARDINALITY_AGG",
        ],
        "src/operator/grouped/twins.rs: ordered sets",
    ),
    (&["FIRST", "LAST", "PREV", "NEXT", "CLASSIFIER", "MATCH_NUMBER"], "src/operator/row_pattern/tests.rs: a naive matcher"),
    (&["MATCH_ROWTIME", "MATCH_PROCTIME"], "they are times of a match: tests/sql/row_pattern"),
    (
        &["GROUP_ID", "GAP_FILL", "AGGREGATE"],
        "they are written as other queries before they run: tests/sql/aggregate, tests/sql/window",
    ),
    (&["TUMBLE_START", "TUMBLE_END", "TUMBLE_ROWTIME"], "they are the columns of windows, which are compared: tests/sql/window"),
];

fn texts_of_generators() -> Vec<String> {
    let folder = |name: &&str| fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a folder");
    let entries = GENERATORS.iter().flat_map(folder).map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect()
}

/// Whether `text` has this name as a word and, where other words are in it, a bracket or a quote behind it.
fn calls(text: &str, name: &str, behind: &[char]) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let rest = &text[at + name.len()..];
        !text[..at].ends_with(is_of_word) && !rest.starts_with(is_of_word) && (behind.is_empty() || rest.starts_with(behind))
    })
}

#[test]
fn every_function_is_compared_with_something_independent() {
    let generators = texts_of_generators();
    let texts: Vec<String> = files().iter().map(|file| fs::read_to_string(file).expect("a file")).collect();
    let mut asked: Vec<&str> = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("call ")).collect();
    asked.extend(twins::TWINS.iter().map(|twin| twin.call()));
    let is_proven = |name: &str| {
        OTHERS.iter().any(|(names, _)| names.contains(&name))
            || asked.iter().any(|call| calls(call, name, &[]))
            || generators.iter().any(|text| calls(text, name, &['(', '"']))
    };
    let all = all();
    let unproven: Vec<_> = all.iter().filter(|(_, help)| !help.names().any(is_proven)).map(|(_, help)| help.name).collect();
    assert!(unproven.is_empty(), "compared with nothing: {unproven:?}");
}
