//! CSV in every dialect, in pieces, with headers, NULLs and bad records.

use super::super::testing::*;
use super::super::{Decoded, Format};
use crate::types::DataType;

const CSV: (&str, &str) = ("format", "csv");

fn table() -> Vec<(&'static str, DataType)> {
    vec![("id", DataType::Int), ("name", DataType::STRING), ("price", DataType::Double)]
}

fn read(options: &[(&str, &str)], text: &[u8]) -> (Vec<String>, Vec<(u64, u64, String)>) {
    let columns = table();
    let fields = all_fields(&columns);
    let format = format_of(&[&[CSV], options].concat(), &columns).expect("options are valid");
    let got = decode(&*format, &fields, text);
    let bad = bad_of(&got);
    (rows_of(got, &fields), bad)
}

fn check(options: &[(&str, &str)], text: &str, rows: &[&str], bad: &[(u64, u64, &str)]) {
    let (got_rows, got_bad) = read(options, text.as_bytes());
    assert_eq!(got_rows, rows);
    assert_eq!(got_bad, bad.iter().map(|b| (b.0, b.1, b.2.to_owned())).collect::<Vec<_>>());
}

#[test]
fn values_of_every_type_come_back_in_every_dialect() {
    let without_nulls: [&[(&str, &str)]; 4] = [
        &[],
        &[("csv.header", "true"), ("csv.allow-comments", "true")],
        &[("csv.field-delimiter", "\\t"), ("csv.quote-character", "'")],
        &[("csv.escape-character", "\\"), ("csv.field-delimiter", ";")],
    ];
    for options in without_nulls {
        assert_round_trip(&[&[CSV], options].concat(), &every_type(), 0);
    }
    assert_round_trip(&[CSV, ("csv.null-literal", "a"), ("csv.header", "true")], &every_type(), 30);
    assert_round_trip(&[CSV, ("csv.null-literal", "")], &every_type(), 30);
}

#[test]
fn quotes_line_ends_and_blank_lines_are_understood() {
    check(
        &[],
        "1,a,1.5\r\n\n2,\"b, \"\"c\"\"\nd\",2\n 3 ,a\"b, 4 \n4,\"\",\n5,,\n",
        &["[1, a, 1.5]", "[2, b, \"c\"\nd, 2.0]", "[3, a\"b, 4.0]", "[4, , NULL]", "[5, , NULL]"],
        &[],
    );
}

#[test]
fn a_bad_record_says_what_is_wrong_and_where() {
    check(
        &[],
        "1,a\n2,b,3,4\nx,a,1\n4,\"a\"b,1\n5,\"a\nb\",1e\n99999999999,a,1\n6,a,1\n7,\"open,1\n8,a,1\n",
        &["[6, a, 1.0]", "[8, a, 1.0]"],
        &[
            (0, 1, "the record has 2 fields instead of 3"),
            (4, 2, "the record has 4 fields instead of 3"),
            (12, 3, "field 'id': 'x' is not a value of INT"),
            (18, 4, "something follows the closing quote of a field"),
            (27, 5, "field 'price': '1e' is not a value of DOUBLE"),
            (38, 7, "field 'id': '99999999999' is out of range of INT"),
            (60, 9, "a quoted field is not closed"),
        ],
    );
    let (rows, bad) = read(&[], b"1,\xff,1\n2,\"\xff\",1\n3,a,1");
    assert_eq!((rows.len(), bad.len()), (1, 2));
    assert!(bad[0].2.contains("UTF-8"));
}

#[test]
fn a_stray_quote_costs_the_line_it_stands_in() {
    let unclosed = "a quoted field is not closed";
    // Never closed; closed by a quote that opens a field; closed beyond what a record may hold.
    check(&[], "1,\"a,1\n2,b,2\n3,c,3", &["[2, b, 2.0]", "[3, c, 3.0]"], &[(0, 1, unclosed)]);
    check(&[], "1,\"a,1\n2,b,2\n3,\"c\",3\n4,d,4", &["[2, b, 2.0]", "[3, c, 3.0]", "[4, d, 4.0]"], &[(0, 1, unclosed)]);
    check(
        &[("line.max-bytes", "20")],
        "1,\"a,1\n2,b,2\n3,c,3\n4,d,4\n5,\"e\nf\",5\n",
        &["[2, b, 2.0]", "[3, c, 3.0]", "[4, d, 4.0]", "[5, e\nf, 5.0]"],
        &[(0, 1, unclosed)],
    );
}

#[test]
fn a_header_names_the_columns() {
    let header = [("csv.header", "true")];
    check(
        &header,
        "\u{feff}price,extra,id,\"NAME\"\n1.5,x,1,a\n2,y,2,b\n3,3\n",
        &["[1, a, 1.5]", "[2, b, 2.0]"],
        &[(43, 4, "the record has 2 fields instead of 4")],
    );
    check(
        &header,
        "id,nmae\n1,a\n",
        &["[1, NULL, NULL]"],
        &[(0, 1, "the header has no column 'name' (the nearest is 'nmae'); it reads as NULL")],
    );
}

#[test]
fn nulls_and_comments_follow_their_options() {
    let options = [("csv.null-literal", "n/a"), ("csv.allow-comments", "true")];
    check(&options, "# 1,\"x\n1,n/a,n/a\n2,\"n/a\",1\n3,,\n", &["[1, NULL, NULL]", "[2, n/a, 1.0]", "[3, , NULL]"], &[]);
}

#[test]
fn records_read_the_same_however_they_are_cut() {
    let text = "1,a,1.5\r\n\n2,\"b, \"\"c\"\"\nd\",2\r\n3,ü,x\n#,\"\n4,\"a\"b,1\n5,c,5\n6,\"open\n7,d,7\n8,\"long field that goes on\nand on\",1\n9,e,9";
    for options in
        [&[CSV][..], &[CSV, ("line.max-bytes", "20")], &[CSV, ("csv.allow-comments", "true"), ("line.max-bytes", "45")]]
    {
        let format = format_of(options, &table()).expect("options are valid");
        assert_cut_anywhere(&*format, &all_fields(&table()), text.as_bytes());
    }
}

#[test]
fn random_bytes_of_csv_never_disagree_with_themselves() {
    let alphabet = b"ab1,,\"\"\n\r\\#";
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let text: Vec<u8> = (0..random.usize(..40)).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
        for options in [&[CSV][..], &[CSV, ("csv.escape-character", "\\"), ("line.max-bytes", "15")]] {
            let columns = [("a", DataType::STRING), ("b", DataType::STRING)];
            let format = format_of(options, &columns).expect("options are valid");
            assert_cut_anywhere(&*format, &all_fields(&columns), &text);
            let got = decode(&*format, &all_fields(&columns), &text);
            assert!(got.bad.iter().all(|b| b.reason != "the quotes of the record do not match"), "seed {seed}");
        }
    }
}

#[test]
fn blocks_of_records_read_as_each_record_alone() {
    let types = [
        ("id", DataType::BigInt),
        ("price", DataType::Double),
        ("cost", DataType::Decimal { precision: 6, scale: 3 }),
        ("at", DataType::Timestamp(3)),
        ("short", DataType::Varchar(Some(3))),
        ("name", DataType::STRING),
    ];
    let fields = all_fields(&types);
    let dialects: [&[(&str, &str)]; 4] =
        [&[], &[("csv.null-literal", "17")], &[("csv.allow-comments", "true")], &[("csv.field-delimiter", ";")]];
    for seed in 0..72 {
        let mut random = fastrand::Rng::with_seed(seed);
        let options = dialects[seed as usize % 4];
        let delimiter = if seed % 4 == 3 { ";" } else { "," };
        let format = format_of(&[&[CSV, ("line.max-bytes", "100")], options].concat(), &types).expect("options are valid");
        let surprise_every = [3, 40, 400][seed as usize % 3];
        let record = |random: &mut fastrand::Rng| {
            let mut parts = [
                (random.i64(..) >> random.u8(..63)).to_string(),
                format!("{}.{:02}", random.u16(..500), random.u8(..100)),
                format!("{}.{}", random.i16(-99..99), random.u8(..100)),
                format!("2026-01-0{} 09:30:{:02}.5", random.u8(1..9), random.u8(..60)) + "00",
                ["", "a", "abc", "ü"][random.usize(..4)].to_owned(),
                "long names too"[..random.usize(..15)].to_owned(),
            ];
            if random.u32(..surprise_every) == 0 {
                let odd = ["", " 7 ", "17", "+5", "007", "1e3", "x", ".5", "-", "\"q\"", "\"q\"q", "abcd", "#", "1.23456", "1,2"];
                let at = random.usize(..parts.len());
                parts[at] = odd[random.usize(..odd.len())].to_owned();
            }
            for part in parts.iter_mut().skip([6, 4, 0][seed as usize / 4 % 3]) {
                if random.u32(..surprise_every) == 0 {
                    *part = ["a,b", "a\"\"b", "", "a;\"\"b"][random.usize(..4)].to_owned();
                }
                if random.u8(..10) > 0 {
                    *part = format!("\"{part}\"");
                }
            }
            match random.u32(..surprise_every * 4) {
                0 => String::new(),
                1 => format!("#{}", parts.join(delimiter)),
                2 => parts.join(delimiter) + &"x".repeat(100),
                3 => parts[1..].join(delimiter),
                _ => parts.join(delimiter),
            }
        };
        let records: Vec<_> = (0..600).map(|_| record(&mut random)).collect();
        assert_as_alone(&*format, &fields, &records);
    }
}

#[test]
fn blocks_end_before_what_is_not_utf8() {
    let columns = table();
    let format = format_of(&[CSV], &columns).expect("options are valid");
    let fields = all_fields(&columns);
    let lines: Vec<&[u8]> = (0..100).map(|i| if i % 30 == 29 { &b"1,\xff,2\n"[..] } else { b"1,\xc3\xbc,2\n" }).collect();
    let got = decode(&*format, &fields, &lines.concat());
    assert_eq!((got.rows, got.bad.iter().map(|b| b.line).collect::<Vec<_>>()), (97, vec![30, 60, 90]));
}

#[test]
fn only_the_fields_asked_for_are_read() {
    let columns = table();
    let format = format_of(&[CSV], &columns).expect("options are valid");
    let fields = [all_fields(&columns)[2].clone()];
    assert_eq!(rows_of(decode(&*format, &fields, b"x,y,1\nz,\"w\",2"), &fields), ["[1.0]", "[2.0]"]);
}

#[test]
fn characters_that_clash_are_refused() {
    let refused = |options: &[(&str, &str)]| format_of(options, &table()).expect_err("refused").to_string();
    assert!(refused(&[CSV, ("csv.field-delimiter", "\"")]).contains("must differ"));
    assert!(refused(&[CSV, ("csv.field-delimiter", "ab")]).contains("not one ASCII character"));
    assert!(refused(&[CSV, ("csv.null-literal", "a,b")]).contains("must not hold"));
    assert!(refused(&[CSV, ("csv.ignore-parse-errors", "true")]).contains("on.error"));
}

#[test]
fn kinds_are_read_where_they_are_written() {
    let columns = [("id", DataType::Int), ("s", DataType::STRING)];
    for (header, text) in [("false", "1,a,+I\n2,b,-D\n3,c,x\n4,d\n"), ("true", "op,s,id\n+I,a,1\n-D,b,2\nx,c,3\n4,d\n")] {
        let options = [("format", "csv"), ("changelog", "retract"), ("csv.header", header)];
        let format = format_of(&options, &columns).expect("options are valid");
        let got = decode(&*format, &all_fields(&columns), text.as_bytes());
        let reasons: Vec<_> = got.bad.iter().map(|bad| bad.reason.clone().into_owned()).collect();
        assert_eq!(
            reasons,
            ["field 'op': 'x' is no kind of row, which is +I, -U, +U or -D", "the record has 2 fields instead of 3"]
        );
        assert_eq!(rows_of(got, &all_fields(&columns)), ["+I[1, a]", "-D[2, b]"]);
        assert_cut_anywhere(&*format, &all_fields(&columns), text.as_bytes());
    }
    let mut columns = every_type();
    columns.retain(|(_, data_type)| !matches!(data_type, DataType::Varchar(_)));
    assert_changes_come_back(&[("format", "csv"), ("changelog", "true")], &columns);
}

#[test]
fn shared_fuzz_files_do_no_harm() {
    let columns = table();
    let format = format_of(&[CSV], &columns).expect("options are valid");
    for (_, bytes) in conformance("bad-inputs/csv-arrow-fuzz") {
        let whole = summary(&*format, &bytes, &[]);
        assert_eq!(summary(&*format, &bytes, &[bytes.len() / 3, bytes.len() / 2]), whole);
    }
}

fn summary(format: &dyn Format, bytes: &[u8], cuts: &[usize]) -> (usize, usize) {
    let Decoded { rows, bad, .. } = decode_cut(format, &all_fields(&table()), bytes, cuts, 100);
    (rows, bad.len())
}
