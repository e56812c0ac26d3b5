//! Tests of changes as JSON.

use super::super::testing::*;
use crate::types::DataType;

const COLUMNS: [(&str, DataType); 3] = [("id", DataType::Int), ("name", DataType::STRING), ("x", DataType::Double)];

fn check(name: &str, text: &str, rows: &[&str], reasons: &[&str]) {
    check_with(&[("format", name)], text, rows, reasons);
}

/// Checks what a text gives whole and in pieces.
fn check_with(options: &[(&str, &str)], text: &str, rows: &[&str], reasons: &[&str]) {
    let (format, fields) = (format_of(options, &COLUMNS).expect("options are valid"), all_fields(&COLUMNS));
    let got = decode(&*format, &fields, text.as_bytes());
    let why: Vec<_> = got.bad.iter().map(|bad| bad.reason.clone().into_owned()).collect();
    assert_eq!(why, reasons, "{text}");
    assert_eq!(rows_of(got, &fields), rows, "{text}");
    assert_cut_anywhere(&*format, &fields, text.as_bytes());
}

#[test]
fn debezium_says_rows_before_and_after() {
    check(
        "debezium-json",
        "{\"before\":null,\"after\":{\"id\":1,\"name\":\"a\",\"x\":0.5},\"source\":{\"db\":\"d\"},\"op\":\"c\",\"ts_ms\":1}\n\n\
         { \"op\" : \"u\", \"after\" : {\"x\":null, \"id\":1, \"other\":[1]}, \"before\":{\"id\":1,\"name\":\"a\",\"x\":0.5}}\n\
         {\"before\":{\"id\":1},\"after\":null,\"op\":\"d\"}\r\n{\"after\":{\"id\":2},\"op\":\"r\"}",
        &["+I[1, a, 0.5]", "-U[1, a, 0.5]", "+U[1, NULL, NULL]", "-D[1, NULL, NULL]", "+I[2, NULL, NULL]"],
        &[],
    );
}

#[test]
fn debezium_in_a_payload_is_read_where_the_table_says_so() {
    let text = "{\"schema\":{\"type\":\"struct\"},\"payload\":{\"before\":null,\"after\":{\"id\":7},\"op\":\"c\"}}\n{\"payload\":3}\n\
                {\"payload\":{\"after\":{\"id\":8},\"op\":\"c\"}} x\n";
    let options = [("format", "debezium-json"), ("debezium-json.schema-include", "true")];
    check_with(
        &options,
        text,
        &["[7, NULL, NULL]"],
        &["'payload' is not an object", "not valid JSON at byte 41: something follows the object"],
    );
    let lines = ["'op' is missing: it says what has happened to the row"; 2];
    let third = "not valid JSON at byte 41: something follows the object";
    check("debezium-json", text, &[], &[lines[0], lines[1], third]);
    let format = format_of(&options, &COLUMNS).expect("options are valid");
    assert!(format.encoder(&schema_of(&COLUMNS)).err().is_some_and(|e| e.to_string().contains("tables that are read")));
}

#[test]
fn old_of_maxwell_and_canal_has_only_what_changed() {
    check(
        "maxwell-json",
        "{\"type\":\"insert\",\"data\":{\"id\":1,\"name\":\"a\",\"x\":2}}\n\
         {\"type\":\"update\",\"data\":{\"id\":1,\"name\":\"b\",\"x\":2},\"old\":{\"name\":null}}\n\
         {\"type\":\"delete\",\"data\":{\"id\":1,\"name\":\"b\",\"x\":2}}\n",
        &["+I[1, a, 2.0]", "-U[1, NULL, 2.0]", "+U[1, b, 2.0]", "-D[1, b, 2.0]"],
        &[],
    );
    check(
        "canal-json",
        "{\"data\":[{\"id\":\"1\",\"name\":\"a\"}, {\"id\":\"2\"}],\"old\":null,\"type\":\"INSERT\"}\n\
         {\"data\":[ {\"id\":\"1\",\"name\":\"c\"}],\"old\":[{\"name\":\"a\"} ],\"type\":\"UPDATE\"}\n\
         {\"data\":[{\"id\":\"1\"}],\"old\":[],\"type\":\"UPDATE\"}\n{\"data\":[{\"id\":\"2\"},5],\"type\":\"DELETE\"}\n\
         {\"data\":[],\"type\":\"CREATE\"}\n",
        &["+I[1, a, NULL]", "+I[2, NULL, NULL]", "-U[1, a, NULL]", "+U[1, c, NULL]"],
        &[
            "'data' and 'old' do not have the same number of rows",
            "'data' is [{\"id\":\"2\"},5], not a row",
            "'type' is \"CREATE\", which says no change of a row",
        ],
    );
}

#[test]
fn ogg_has_codes_of_its_own() {
    check(
        "ogg-json",
        "{\"after\":{\"id\":1},\"op_type\":\"I\"}\n{\"before\":{\"id\":1},\"after\":{\"id\":2},\"op_type\":\"U\"}\n\
         {\"before\":{\"id\":2},\"op_type\":\"D\"}\n{\"op_type\":\"T\"}\n",
        &["+I[1, NULL, NULL]", "-U[1, NULL, NULL]", "+U[2, NULL, NULL]", "-D[2, NULL, NULL]"],
        &["'op_type' is \"T\", which says no change of a row"],
    );
}

#[test]
fn bad_records_are_set_aside_whole() {
    check(
        "debezium-json",
        "{\"before\":{\"id\":1},\"after\":{\"id\":\"x\"},\"op\":\"u\"}\n{\"before\":null,\"after\":{\"id\":1},\"op\":\"u\"}\n\
         {\"after\":{\"id\":1},\"op\":\"d\"}\n{\"after\":{\"id\":1},\"op\":5}\nnull\n{\"after\":{\"id\":1,}\n{\"after\":{\"id\":9},\"op\":\"c\"}\n",
        &["[9, NULL, NULL]"],
        &[
            "field 'id': '\"x\"' is not a value of INT",
            "'before' is null: an update or deletion must say which row it was (of PostgreSQL: REPLICA IDENTITY FULL)",
            "'before' is missing: an update or deletion must say which row it was (of PostgreSQL: REPLICA IDENTITY FULL)",
            "'op' is 5, which says no change of a row",
            "the record is not a JSON object",
            "not valid JSON at byte 18: a key in double quotes was expected",
        ],
    );
}

#[test]
fn changes_are_written_as_flink_writes_them() {
    let mut batch = random_batch(&mut fastrand::Rng::with_seed(1), &[("id", DataType::Boolean)], 2, 100);
    batch.kinds = Some(vec![crate::batch::RowKind::UpdateAfter, crate::batch::RowKind::UpdateBefore]);
    let written = |name: &str| {
        let columns = [("id", DataType::Boolean)];
        let format = format_of(&[("format", name)], &columns).expect("options are valid");
        let mut out = Vec::new();
        format.encoder(&schema_of(&columns)).expect("types can be written").encode(&batch, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    };
    assert_eq!(
        written("debezium-json"),
        "{\"before\":null,\"after\":{\"id\":null},\"op\":\"c\"}\n{\"before\":{\"id\":null},\"after\":null,\"op\":\"d\"}\n"
    );
    assert_eq!(
        written("ogg_json"),
        "{\"before\":null,\"after\":{\"id\":null},\"op_type\":\"I\"}\n{\"before\":{\"id\":null},\"after\":null,\"op_type\":\"D\"}\n"
    );
    assert_eq!(
        written("maxwell-json"),
        "{\"data\":{\"id\":null},\"type\":\"insert\"}\n{\"data\":{\"id\":null},\"type\":\"delete\"}\n"
    );
    assert_eq!(
        written("Canal-Json"),
        "{\"data\":[{\"id\":null}],\"type\":\"INSERT\"}\n{\"data\":[{\"id\":null}],\"type\":\"DELETE\"}\n"
    );
}

#[test]
fn changes_of_every_type_come_back() {
    for name in ["debezium-json", "ogg-json", "maxwell-json", "canal-json"] {
        assert_changes_come_back(&[("format", name)], &every_type());
    }
}

#[test]
fn options_that_mean_nothing_or_lose_records_are_refused() {
    let refused =
        |key, value| format_of(&[("format", "debezium-json"), (key, value)], &COLUMNS).expect_err("refused").to_string();
    assert!(refused("changelog", "true").contains("say themselves what has changed"));
    assert!(refused("debezium-json.ignore-parse-errors", "true").contains("on.error"));
    assert!(refused("debezium-json.schema-includ", "true").contains("did you mean"));
}

#[test]
fn damaged_records_neither_panic_nor_vanish() {
    let good = [
        ("debezium-json", "{\"before\":{\"id\":1,\"name\":\"\\u00fc\"},\"after\":{\"id\":2,\"x\":1e3},\"op\":\"u\"}", 2),
        ("maxwell-json", "{\"data\":{\"id\":1,\"name\":\"b\"},\"old\":{\"name\":\"a\"},\"type\":\"update\"}", 2),
        ("canal-json", "{\"data\":[{\"id\":1},{\"id\":2}],\"old\":null,\"type\":\"INSERT\"}", 2),
        ("ogg-json", "{\"after\":{\"id\":2,\"x\":1.5},\"op_type\":\"I\"}", 1),
    ];
    let mut random = fastrand::Rng::with_seed(11);
    for (name, line, rows) in good {
        let (format, fields) = (format_of(&[("format", name)], &COLUMNS).expect("options are valid"), all_fields(&COLUMNS));
        for _ in 0..400 {
            let mut bytes = line.as_bytes().to_vec();
            for _ in 0..random.usize(..3) {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
            bytes.truncate(if random.bool() { bytes.len() } else { random.usize(1..bytes.len()) });
            bytes.retain(|byte| *byte != b'\n' && *byte != b'\r');
            let text = [&bytes[..], b"\n", line.as_bytes()].concat();
            let got = decode(&*format, &fields, &text);
            let seen = bytes.iter().any(|byte| !byte.is_ascii_whitespace());
            assert!(got.bad.len() <= usize::from(seen) && got.rows >= rows, "{}", String::from_utf8_lossy(&text));
            assert!(!seen || got.rows > rows || got.bad.len() == 1 || name == "canal-json", "{}", String::from_utf8_lossy(&text));
            assert!(got.kinds.as_ref().is_none_or(|kinds| kinds.len() == got.rows));
        }
    }
}
