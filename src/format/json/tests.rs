//! JSON against a tree parser, in pieces, with bad records and with the shared parse files.

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::testing::*;
use super::super::{DecodeField, Decoded};
use super::scan;
use crate::batch::{Batch, RowKind, StampRun};
use crate::types::{DataType, Value};

fn table() -> Vec<(&'static str, DataType)> {
    vec![
        ("id", DataType::BigInt),
        ("price", DataType::Double),
        ("name", DataType::STRING),
        ("ok", DataType::Boolean),
        ("small", DataType::SmallInt),
        ("any", DataType::Json),
    ]
}

fn check(columns: &[(&str, DataType)], text: &[u8], rows: &[&str], bad: &[&str]) {
    let format = format_of(&[("format", "json")], columns).expect("options are valid");
    let fields = all_fields(columns);
    let got = decode(&*format, &fields, text);
    assert_eq!(bad_of(&got).into_iter().map(|b| b.2).collect::<Vec<_>>(), bad);
    assert_eq!(rows_of(got, &fields), rows);
}

#[test]
fn values_of_every_type_come_back() {
    for null_percent in [0, 20] {
        assert_round_trip(&[("format", "json")], &every_type(), null_percent);
        assert_round_trip(&[("format", "json"), ("json.timestamp-format.standard", "ISO-8601")], &every_type(), null_percent);
    }
}

/// One line's row by way of a tree, `None` if it is refused.
fn naive(line: &str, fields: &[DecodeField]) -> Option<String> {
    let tree: sonic_rs::Value = sonic_rs::from_str(line).ok()?;
    let object = tree.as_object()?;
    let mut shown = Vec::new();
    for field in fields {
        let value = object.iter().filter(|(key, _)| *key == field.name).last().map(|(_, value)| value);
        shown.push(match value {
            None => "NULL".to_owned(),
            Some(v) if v.is_null() => "NULL".to_owned(),
            Some(v) => match field.data_type {
                DataType::BigInt => v.as_i64()?.to_string(),
                DataType::SmallInt => i16::try_from(v.as_i64()?).ok()?.to_string(),
                DataType::Double => zmij::Buffer::new().format(v.as_f64()?).to_owned(),
                DataType::Boolean => v.as_bool()?.to_string(),
                _ => v.as_str().map_or_else(|| sonic_rs::to_string(v).expect("it is JSON"), str::to_owned),
            },
        });
    }
    Some(format!("[{}]", shown.join(", ")))
}

fn random_value(random: &mut fastrand::Rng, name: &str) -> String {
    if random.u8(..12) == 0 {
        return ["null", "true", "[1,{\"id\":2}]", "{\"a\":[]}", "125", "01", "\"\\ud800\"", "\"a\tb\"", "nul", "-"]
            [random.usize(..10)]
        .into();
    }
    match name {
        "id" => random.i64(..).to_string(),
        "small" => random.i32(-40_000..40_000).to_string(),
        "price" => format!("{}{}", random.i16(..), ["", ".25", "e3", ".5E-7", ".1e+2"][random.usize(..5)]),
        "ok" => random.bool().to_string(),
        _ => {
            let text = random_text(random, 12);
            let mut quoted = sonic_rs::to_string(&text).expect("it is JSON");
            if random.bool() {
                quoted = quoted.replace('a', "\\u0061").replace('😀', "\\ud83d\\ude00").replace('/', "\\/");
            }
            quoted
        }
    }
}

fn random_line(random: &mut fastrand::Rng) -> String {
    let mut names = vec!["id", "price", "name", "ok", "small", "other"];
    if random.u8(..4) == 0 {
        random.shuffle(&mut names);
        names.truncate(random.usize(..=6));
    }
    if random.u8(..20) == 0 {
        names.push("id");
    }
    let space = if random.u8(..4) == 0 { [" ", "\t", "  "][random.usize(..3)] } else { "" };
    let members: Vec<_> = names
        .iter()
        .map(|name| {
            let key = if random.u8(..20) == 0 { name.replace('i', "\\u0069") } else { (*name).to_owned() };
            format!("{space}\"{key}\":{space}{}", random_value(random, name))
        })
        .collect();
    let end = ["}", "}", "}", "}", "}", "} ", "}}", "", ",}"][random.usize(..9)];
    format!("{{{}{end}", members.join(","))
}

#[test]
fn random_lines_read_as_by_a_tree_parser() {
    let columns = &table()[..5];
    let fields = all_fields(columns);
    let format = format_of(&[("format", "json")], columns).expect("options are valid");
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let lines: Vec<_> = (0..50).map(|_| random_line(&mut random)).collect();
        let expected: Vec<_> = lines.iter().filter_map(|l| naive(l, &fields)).collect();
        let got = decode(&*format, &fields, lines.join("\n").as_bytes());
        assert_eq!(got.rows + got.bad.len(), lines.len());
        assert_eq!(rows_of(got, &fields), expected, "seed {seed}");
    }
}

#[test]
fn blocks_of_lines_read_as_each_line_alone() {
    let types = [
        ("id", DataType::BigInt),
        ("small", DataType::SmallInt),
        ("price", DataType::Double),
        ("cost", DataType::Decimal { precision: 7, scale: 2 }),
        ("at", DataType::Timestamp(3)),
        ("zoned", DataType::TimestampLtz(6)),
        ("name", DataType::STRING),
        ("short", DataType::Varchar(Some(3))),
        ("ok", DataType::Boolean),
    ];
    let fields = all_fields(&types);
    let format = format_of(&[("format", "json"), ("line.max-bytes", "400")], &types).expect("options are valid");
    for seed in 0..30 {
        let mut random = fastrand::Rng::with_seed(seed);
        let surprise_every = [3, 40, 400][seed as usize % 3];
        let value = |name: &str, random: &mut fastrand::Rng| {
            let mut text = match name {
                "id" => (random.i64(..) >> random.u8(..63)).to_string(),
                "small" => (random.i16(..) >> random.u8(..15)).to_string(),
                "price" | "cost" => format!("{}.{}", random.i16(..), random.u16(..100)),
                "at" => format!("\"2026-01-0{}T09:30:{:02}.063\"", random.u8(1..9), random.u8(..60)),
                "zoned" => format!("\"2026-01-05 09:{:02}:00Z\"", random.u8(..60)),
                "name" => format!("\"{}\"", "long names too"[..random.usize(..15)].to_owned()),
                "short" => format!("\"{}\"", ["", "a", "abc", "ü"][random.usize(..4)]),
                _ => random.bool().to_string(),
            };
            if random.u32(..surprise_every) == 0 {
                let odd = [
                    "null",
                    "1e3",
                    "01",
                    "-0",
                    "-",
                    "1.",
                    "\"12\"",
                    "\"\\u0061\"",
                    "\"abcd\"",
                    " 7",
                    "{}",
                    "\"2026-02-30\"",
                    "x",
                ];
                text = odd[random.usize(..odd.len())].to_owned();
            }
            text
        };
        let line = |random: &mut fastrand::Rng| {
            let members: Vec<_> = types
                .iter()
                .map(|(name, _)| format!("\"{name}\":{}{}", " ".repeat(seed as usize % 2), value(name, random)))
                .collect();
            let line = format!("{{\"unasked\":[1],{}}}", members.join(","));
            match random.u32(..surprise_every * 4) {
                0 => String::new(),
                1 => line[..random.usize(..40)].to_owned(),
                2 => line.replace("\"id\"", "\"other\""),
                3 => line + &" ".repeat(400),
                _ => line,
            }
        };
        let lines: Vec<_> = (0..600).map(|_| line(&mut random)).collect();
        assert_as_alone(&*format, &fields, &lines);
    }
}

#[test]
fn spoilt_lines_are_refused_just_when_a_tree_parser_refuses_them() {
    let columns = [("name", DataType::STRING)];
    let fields = all_fields(&columns);
    let format = format_of(&[("format", "json")], &columns).expect("options are valid");
    for seed in 0..4000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let good = random_line(&mut random).into_bytes();
        let mut spoilt = good.clone();
        for _ in 0..random.usize(1..3) {
            let at = random.usize(..spoilt.len());
            spoilt[at] = b"{}[]\",:\\u0.e- \x01\xc3\xff"[random.usize(..17)];
        }
        // The tree parser also refuses numbers beyond DOUBLE where nobody asks for them.
        let huge = spoilt.windows(4).any(|w| w[0].eq_ignore_ascii_case(&b'e') && w[2..].iter().all(u8::is_ascii_digit));
        if huge || spoilt.iter().all(|b| b.is_ascii_whitespace()) {
            continue;
        }
        let tree = sonic_rs::from_slice::<sonic_rs::Value>(&spoilt);
        let accepted = tree.is_ok_and(|tree| tree.is_object());
        let refused_before = naive(&String::from_utf8_lossy(&good), &[]).is_none();
        let lines = [&good[..], b"\n", &spoilt, b"\n", &good].concat();
        let got = decode(&*format, &fields, &lines);
        let refused = usize::from(refused_before) * 2 + usize::from(!accepted);
        assert_eq!(got.bad.len(), refused, "seed {seed}: {}", String::from_utf8_lossy(&spoilt));
    }
}

#[test]
fn lines_read_the_same_however_they_are_cut() {
    let text = "{\"id\":1,\"price\":2.5,\"name\":\"a\"}\r\n\n{\"id\":2,\"price\":3,\"name\":\"ü\"}\n{\"id\":3,\"pr\n\
                {\"name\":\"a long name that is not inline\",\"id\":null}\n{\"id\":x}\n  \n{\"id\":4,\"price\":1,\"name\":\"b\"}";
    let format = format_of(&[("format", "json"), ("line.max-bytes", "60")], &table()).expect("options are valid");
    assert_cut_anywhere(&*format, &all_fields(&table()), text.as_bytes());
    let format = format_of(&[("format", "json"), ("line.max-bytes", "30")], &table()).expect("options are valid");
    assert_cut_anywhere(&*format, &all_fields(&table()), text.as_bytes());
}

#[test]
fn fields_are_found_in_any_order_and_the_last_of_equal_keys_wins() {
    let columns = &table()[..3];
    check(
        columns,
        b"{\"id\":1,\"price\":1.5,\"name\":\"a\"}\n{\"name\":\"b\",\"id\":2}\n{\"id\":3,\"id\":4,\"x\":{\"id\":9}}\n{\"id\":5,\"id\":6,\"x\":{\"id\":9}}\n{}\n{ }",
        &["[1, 1.5, a]", "[2, NULL, b]", "[4, NULL, NULL]", "[6, NULL, NULL]", "[NULL, NULL, NULL]", "[NULL, NULL, NULL]"],
        &[],
    );
}

#[test]
fn a_bad_record_says_what_is_wrong_and_leaves_no_trace() {
    let columns = &table()[..5];
    check(
        columns,
        b"{\"id\":1,\"small\":1}\n{\"id\":2,\"small\":40000}\n{\"id\":99999999999999999999}\n{\"id\":\"x\"}\n{\"id\":1.5}\n{\"price\":1e999}\n\
          {\"ok\":1}\n[1]\n{\"id\":1} x\n{\"id\":1,\"name\":\"\xff\"}\n{\"name\":\"a\x01b\"}\n{\"id\":7,\"small\":7",
        &["[1, NULL, NULL, NULL, 1]"],
        &[
            "field 'small': '40000' is out of range of SMALLINT",
            "field 'id': '99999999999999999999' is out of range of BIGINT",
            "field 'id': '\"x\"' is not a value of BIGINT",
            "field 'id': '1.5' is not a value of BIGINT",
            "field 'price': '1e999' is out of range of DOUBLE",
            "field 'ok': '1' is not a value of BOOLEAN",
            "the record is not a JSON object",
            "not valid JSON at byte 10: something follows the object",
            "the record is not valid UTF-8",
            "not valid JSON at byte 11: a control character stands in a string",
            "not valid JSON at byte 18: the record ends inside an object",
        ],
    );
}

#[test]
fn unknown_fields_are_skipped_but_must_be_valid() {
    let columns = [("id", DataType::Int)];
    let good = b"{\"id\":1,\"x\":[1,{\"y\":\"\\n\"}]}\n";
    for bad in ["01", "\"\\ud800\"", "\"\\x\"", "[1,]", "{\"a\"}", "tru", "\"a\u{1}\"", "1.", "+1", "'a'", ""] {
        let text = [good.as_slice(), format!("{{\"id\":2,\"x\":{bad}}}\n").as_bytes(), good].concat();
        let format = format_of(&[("format", "json")], &columns).expect("options are valid");
        let got = decode(&*format, &all_fields(&columns), &text);
        assert_eq!((got.rows, got.bad.len()), (2, 1), "{bad}");
    }
}

#[test]
fn missing_and_null_fields_follow_their_options() {
    let columns = [("id", DataType::Int), ("x", DataType::Int)];
    let mut fields = all_fields(&columns);
    let text = b"{\"id\":1,\"x\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4,\"x\":null}\n{\"id\":5,\"x\":5}";
    let strict = format_of(&[("format", "json"), ("json.fail-on-missing-field", "true")], &columns).expect("options are valid");
    let got = decode(&*strict, &fields, text);
    assert_eq!(bad_of(&got)[1], (24, 3, "field 'x' is missing".into()));
    assert_eq!(rows_of(got, &fields), ["[1, 1]", "[4, NULL]", "[5, 5]"]);
    let lax = format_of(&[("format", "json")], &columns).expect("options are valid");
    fields[1].not_null = true;
    let got = decode(&*lax, &fields, text);
    assert_eq!(got.bad.len(), 3);
    assert_eq!(rows_of(got, &fields), ["[1, 1]", "[5, 5]"]);
}

#[test]
fn decimals_times_and_nested_values_are_exact() {
    let columns = [
        ("d", DataType::Decimal { precision: 20, scale: 4 }),
        ("t", DataType::TimestampLtz(3)),
        ("s", DataType::STRING),
        ("a", DataType::Array(Box::new(DataType::Int))),
        ("v", DataType::Varchar(Some(2))),
    ];
    check(
        &columns,
        "{\"d\":1234567890123456.7891,\"t\":1500,\"s\":{\"k\": [1]},\"a\":[1, 2],\"v\":\"üü\"}\n\
         {\"d\":\"0.5\",\"t\":\"2024-02-29T12:00:00.123456+01:00\",\"s\":12.50,\"a\":null,\"v\":1}\n{\"v\":\"abc\"}\n{\"a\":{}}\n{\"d\":1e17}"
            .as_bytes(),
        &[
            "[1234567890123456.7891, 1970-01-01 00:00:01.500Z, {\"k\": [1]}, [1,2], üü]",
            "[0.5000, 2024-02-29 11:00:00.123Z, 12.50, NULL, 1]",
        ],
        &[
            "field 'v': '\"abc\"' is too long for VARCHAR(2)",
            "field 'a': '{}' is not a value of ARRAY<INT>",
            "field 'd': '1e17' is out of range of DECIMAL(20, 4)",
        ],
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = |n: usize| format!("{{\"x\":{}{}}}", "[".repeat(n), "]".repeat(n)).into_bytes();
    let columns = [("id", DataType::Int)];
    check(&columns, &deep(64), &["[NULL]"], &[]);
    check(&columns, &deep(65), &[], &["not valid JSON at byte 70: the value is nested too deep"]);
    assert!(!scan::is_document("[{\"a\":".repeat(100_000).as_bytes()));
}

#[test]
fn kinds_are_written_when_asked_for() {
    let format = format_of(&[("format", "json"), ("changelog", "true")], &[("id", DataType::Int)]).expect("options are valid");
    assert_eq!(format.changelog(), crate::types::relation::Changelog::Retract);
    let ids = crate::batch::Column::constant(&DataType::Int, &Value::Int(1), 2);
    let stamps = [StampRun { stamp: 0, count: 2 }].into();
    let batch = Batch::with_stamps(vec![ids], 2, Some(vec![RowKind::Insert, RowKind::UpdateBefore]), stamps);
    let mut out = Vec::new();
    format.encoder(&schema_of(&[("id", DataType::Int)])).expect("types can be written").encode(&batch, &mut out);
    assert_eq!(String::from_utf8_lossy(&out), "{\"id\":1,\"op\":\"+I\"}\n{\"id\":1,\"op\":\"-U\"}\n");
}

#[test]
fn kinds_are_read_where_they_are_written() {
    let columns = [("id", DataType::Int), ("s", DataType::STRING)];
    for kinds in ["retract", "upsert"] {
        let format = format_of(&[("format", "json"), ("changelog", kinds)], &columns).expect("options are valid");
        let bytes =
            b"{\"id\":1,\"op\":\"+I\"}\n{\"id\":2,\"op\":\"-U\"}\n{\"id\":3,\"op\":\"?\"}\n{\"id\":3}\n{\"op\":\"-D\",\"id\":4}";
        let got = decode(&*format, &all_fields(&columns), bytes);
        let reasons = [
            (38, 3, "field 'op': '\"?\"' is no kind of row, which is +I, -U, +U or -D"),
            (56, 4, "field 'op' is missing: it says the kind of the row"),
        ];
        assert_eq!(bad_of(&got), reasons.map(|(at, line, why)| (at, line, why.to_owned())));
        assert_eq!(rows_of(got, &all_fields(&columns)), ["+I[1, NULL]", "-U[2, NULL]", "-D[4, NULL]"]);
        assert_cut_anywhere(&*format, &all_fields(&columns), bytes);
    }
    assert_changes_come_back(&[("format", "json"), ("changelog", "retract")], &every_type());
    let refused = format_of(&[("format", "json"), ("changelog", "true")], &[("op", DataType::STRING)]).expect_err("refused");
    assert!(refused.to_string().contains("rename the column 'op'"));
}

#[test]
fn options_that_lose_records_or_are_wrong_are_refused() {
    let refused = |options: &[(&str, &str)]| format_of(options, &[("id", DataType::Int)]).expect_err("refused").to_string();
    assert!(refused(&[("format", "json"), ("json.ignore-parse-errors", "true")]).contains("on.error"));
    assert!(refused(&[("format", "jsno")]).contains("did you mean 'json'?"));
    assert!(refused(&[]).contains("'format' is required"));
    assert!(refused(&[("format", "json"), ("line.max-bytes", "0")]).contains("at least 1"));
    assert!(refused(&[("format", "json"), ("json.fail-on-missing-feild", "true")]).contains("did you mean"));
}

/// How a document reads as the field `v` of a record.
fn as_field(document: &[u8], name: &'static str) -> Decoded {
    let columns = [(name, DataType::Json)];
    let format = format_of(&[("format", "json")], &columns).expect("options are valid");
    let line = [b"{\"v\":", document, b"}"].concat();
    decode(&*format, &all_fields(&columns), &line)
}

#[test]
fn shared_documents_on_which_readers_differ_are_one_record_each() {
    for (name, document) in conformance("bad-inputs/json/test_transform") {
        let got = as_field(document.trim_ascii_end(), "v");
        assert_eq!(got.rows + got.bad.len(), 1, "{name}");
    }
}

#[test]
fn shared_parse_files_are_read_or_refused_as_they_should() {
    for (name, document) in conformance("bad-inputs/json/test_parsing") {
        let scanned = simdutf8::basic::from_utf8(&document).is_ok() && scan::is_document(&document);
        match name.as_bytes()[0] {
            b'y' => assert!(scanned, "{name}"),
            b'n' => assert!(!scanned, "{name}"),
            _ => {}
        }
        if document.contains(&b'\n') {
            continue;
        }
        for asked in ["v", "other"] {
            let got = as_field(&document, asked);
            assert_eq!((got.rows, got.bad.len()), if scanned { (1, 0) } else { (0, 1) }, "{name} as field {asked}");
        }
    }
}
