//! What the tests of all formats share: tables, random batches, and decoding of bytes cut into pieces.

use super::*;
use crate::batch::Values;
use crate::batch::text::{write_json_key, write_json_parts, write_json_string, write_json_value};
use crate::types::{Column as TableColumn, Field, decimal, time};

/// A format by options, for columns of these names and types.
pub(super) fn format_of(options: &[(&str, &str)], columns: &[(&str, DataType)]) -> Result<Arc<dyn Format>> {
    let mut set = Options::default();
    for (key, text) in options {
        set.set(*key, *text, Default::default());
    }
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, data_type)| TableColumn {
            name: (*name).to_owned(),
            data_type: data_type.clone(),
            kind: ColumnKind::Physical,
            not_null: false,
        })
        .collect();
    let format = create(&set, &columns)?;
    set.finish()?;
    Ok(format)
}

/// All columns as fields to decode.
pub(super) fn all_fields(columns: &[(&str, DataType)]) -> Vec<DecodeField> {
    let field = |(position, (name, data_type)): (usize, &(&str, DataType))| DecodeField {
        name: (*name).to_owned(),
        data_type: data_type.clone(),
        position,
        not_null: false,
    };
    columns.iter().enumerate().map(field).collect()
}

/// A schema of these columns.
pub(super) fn schema_of(columns: &[(&str, DataType)]) -> Schema {
    Schema::new(columns.iter().map(|(name, data_type)| Field::new(*name, data_type.clone())).collect())
}

/// What bytes give when they come in pieces that end at `cuts`, `rows_max` rows a call.
pub(super) fn decode_cut(format: &dyn Format, fields: &[DecodeField], bytes: &[u8], cuts: &[usize], rows_max: usize) -> Decoded {
    let mut decoder = format.decoder(fields).expect("types can be read");
    let types: Vec<_> = fields.iter().map(|f| f.data_type.clone()).collect();
    let mut all = Decoded::new(&types, 0);
    let mut start = 0;
    for (i, &end) in cuts.iter().chain([&bytes.len()]).enumerate() {
        let input = if i == cuts.len() { Input::Complete } else { Input::Partial };
        loop {
            let mut out = Decoded::new(&types, 0);
            let consumed = decoder.decode(&bytes[start..end], input, rows_max, &mut out);
            // A record of a row before and after a change is taken whole.
            assert!(out.rows <= rows_max.saturating_add(1));
            assert!(out.columns.iter().all(|c| c.len() == out.rows), "columns are as long as there are rows");
            assert!(out.columns.iter().all(|c| c.validity.as_ref().is_none_or(|v| v.len() == out.rows)));
            start += consumed;
            let idle = consumed == 0 && out.rows == 0 && out.bad.is_empty();
            all.columns.iter_mut().zip(&out.columns).for_each(|(a, b)| a.append(b));
            for row in 0..out.rows {
                all.push_kind(out.kinds.as_ref().map_or(RowKind::Insert, |kinds| kinds[row]));
                all.rows += 1;
            }
            all.bad.append(&mut out.bad);
            if idle {
                break;
            }
        }
    }
    assert_eq!(start, bytes.len(), "everything is consumed in the end");
    all
}

/// What bytes give in one piece.
pub(super) fn decode(format: &dyn Format, fields: &[DecodeField], bytes: &[u8]) -> Decoded {
    decode_cut(format, fields, bytes, &[], usize::MAX)
}

/// The rows as text, for comparing; with their kinds where there are others than +I.
pub(super) fn rows_of(decoded: Decoded, fields: &[DecodeField]) -> Vec<String> {
    let types: Vec<_> = fields.iter().map(|f| f.data_type.clone()).collect();
    let mut batch = Batch::new(decoded.columns, decoded.rows, 0);
    batch.kinds = decoded.kinds;
    let text = |row: usize| crate::batch::text::row_text(&batch, row, &types);
    match batch.kinds {
        None => (0..batch.rows()).map(text).collect(),
        Some(_) => (0..batch.rows()).map(|row| format!("{}{}", batch.kind(row).symbol(), text(row))).collect(),
    }
}

/// Place and reason of the refused records.
pub(super) fn bad_of(decoded: &Decoded) -> Vec<(u64, u64, String)> {
    decoded.bad.iter().map(|b| (b.offset, b.line, b.reason.clone().into_owned())).collect()
}

/// Asserts that the bytes give the same whole and cut in two at every place, with one row a call and with many.
pub(super) fn assert_cut_anywhere(format: &dyn Format, fields: &[DecodeField], bytes: &[u8]) {
    let whole = decode(format, fields, bytes);
    let (whole_bad, whole_rows) = (whole.bad.clone(), rows_of(whole, fields));
    for cut in 0..=bytes.len() {
        for rows_max in [1, 3, 1024] {
            let got = decode_cut(format, fields, bytes, &[cut], rows_max);
            assert_eq!(got.bad, whole_bad, "cut at {cut}, {rows_max} rows a call");
            assert_eq!(rows_of(got, fields), whole_rows, "cut at {cut}, {rows_max} rows a call");
        }
    }
    let every: Vec<_> = (0..bytes.len()).collect();
    let got = decode_cut(format, fields, bytes, &every, 1024);
    assert_eq!((&got.bad, rows_of(Decoded { bad: vec![], ..got }, fields)), (&whole_bad, whole_rows), "byte by byte");
}

/// Asserts that lines give together, in blocks, what each gives alone, where no block is read: the same rows and the same reasons.
pub(super) fn assert_as_alone(format: &dyn Format, fields: &[DecodeField], lines: &[String]) {
    let (mut rows, mut reasons) = (Vec::new(), Vec::new());
    for line in lines {
        let alone = decode(format, fields, line.as_bytes());
        reasons.extend(alone.bad.iter().map(|b| b.reason.clone()));
        rows.extend(rows_of(alone, fields));
    }
    for end in ["\n", "\r\n"] {
        let text: Vec<u8> = lines.iter().flat_map(|line| [line.as_bytes(), end.as_bytes()].concat()).collect();
        for cuts in [&[][..], &[text.len() / 3, text.len() / 2]] {
            let together = decode_cut(format, fields, &text, cuts, 1024);
            assert!(together.bad.iter().map(|b| &b.reason).eq(&reasons));
            assert_eq!(rows_of(together, fields), rows);
        }
    }
}

/// A column of every type that text formats read.
pub(super) fn every_type() -> Vec<(&'static str, DataType)> {
    let mut types = vec![
        ("flag", DataType::Boolean),
        ("tiny", DataType::TinyInt),
        ("small", DataType::SmallInt),
        ("int", DataType::Int),
        ("big", DataType::BigInt),
        ("float", DataType::Float),
        ("double", DataType::Double),
        ("decimal", DataType::Decimal { precision: 38, scale: 10 }),
        ("text \"quoted\", ü", DataType::STRING),
        ("short", DataType::Varchar(Some(12))),
        ("bytes", DataType::Bytes),
        ("date", DataType::Date),
        ("time", DataType::Time(6)),
        ("at", DataType::Timestamp(3)),
        ("zoned", DataType::TimestampLtz(9)),
        ("json", DataType::Json),
        ("uuid", DataType::Uuid),
    ];
    let inside: Vec<(String, DataType)> = types.iter().map(|(name, data_type)| ((*name).to_owned(), data_type.clone())).collect();
    let intervals = DataType::Map(Box::new(DataType::IntervalDay), Box::new(DataType::IntervalMonth));
    types.extend([
        ("list", DataType::Array(Box::new(DataType::Int))),
        ("row", DataType::Row(vec![("everything".to_owned(), DataType::Array(Box::new(DataType::Row(inside))))])),
        ("map", DataType::Map(Box::new(DataType::Bytes), Box::new(intervals))),
    ]);
    types
}

/// Text with everything that needs quoting or escaping somewhere.
pub(super) fn random_text(random: &mut fastrand::Rng, chars_max: usize) -> String {
    const CHARS: &[char] =
        &['a', 'b', ' ', '"', '\'', '\\', ',', ';', '\n', '\r', '\t', '\0', '\u{1f}', '#', 'ü', '€', '😀', '{', '/'];
    (0..random.usize(..=chars_max)).map(|_| CHARS[random.usize(..CHARS.len())]).collect()
}

/// Random rows of these columns; `null_percent` of the values are NULL.
pub(super) fn random_batch(random: &mut fastrand::Rng, columns: &[(&str, DataType)], rows: usize, null_percent: u32) -> Batch {
    let columns = columns.iter().map(|(_, data_type)| random_column(random, data_type, rows, null_percent)).collect();
    Batch::new(columns, rows, 0)
}

fn random_column(random: &mut fastrand::Rng, data_type: &DataType, rows: usize, null_percent: u32) -> Column {
    let mut column = Column::with_capacity(data_type, rows);
    for _ in 0..rows {
        if random.u32(..100) < null_percent {
            column.push_null();
            continue;
        }
        match &mut column.values {
            Values::Bool(v) => v.push(random.bool()),
            Values::I8(v) => v.push(random.i8(..)),
            Values::I16(v) => v.push(random.i16(..)),
            Values::I32(v) if *data_type == DataType::Date => v.push(random.i32(-700_000..2_900_000)),
            Values::I32(v) => v.push(random.i32(..)),
            Values::I64(v) => v.push(match data_type {
                DataType::Time(_) => random.i64(0..time::DAY) / 1000 * 1000,
                DataType::Timestamp(_) => random.i64(-9_000_000_000_000..9_000_000_000_000) * 1_000_000,
                _ => random.i64(..),
            }),
            Values::F32(v) => v.push(special_or(random, f32::from_bits(random.clone().u32(..)))),
            Values::F64(v) => v.push(f64::from(special_or(random, random.clone().f32())) * random.f64()),
            Values::I128(v) if *data_type == DataType::Uuid => v.push(random.i128(..)),
            Values::I128(v) => {
                let DataType::Decimal { precision, .. } = data_type else { unreachable!() };
                let digits = random.usize(..=usize::from(*precision));
                v.push(random.i128(..) % decimal::POW10[digits]);
            }
            Values::Str(v) => v.push(&match data_type {
                DataType::Varchar(Some(n)) => random_text(random, *n as usize).into_bytes(),
                DataType::Varchar(None) => random_text(random, 40).into_bytes(),
                DataType::Bytes => (0..random.usize(1..20)).map(|_| random.u8(..)).collect(),
                DataType::Array(_) | DataType::Row(_) | DataType::Map(..) => random_nested(random, data_type),
                _ => format!("\"q,{}\"", random.i32(..)).into_bytes(),
            }),
        }
        column.mark_valid();
    }
    column
}

/// The text of an array, a row or a map.
fn random_nested(random: &mut fastrand::Rng, data_type: &DataType) -> Vec<u8> {
    let (mut out, count) = (Vec::new(), random.usize(..3));
    match data_type {
        DataType::Array(item) => {
            let items = random_column(random, item, count, 20);
            write_json_parts(*b"[]", 0..count, &mut out, |at, out| write_json_value(&items, at, item, out));
        }
        DataType::Row(fields) => write_json_parts(*b"{}", fields.iter(), &mut out, |(name, field), out| {
            write_json_string(name.as_bytes(), out);
            out.push(b':');
            write_json_value(&random_column(random, field, 1, 20), 0, field, out);
        }),
        DataType::Map(key, value) => {
            let (keys, values) = (random_column(random, key, count, 0), random_column(random, value, count, 20));
            write_json_parts(*b"{}", 0..count, &mut out, |at, out| {
                write_json_key(&keys, at, key, out);
                write_json_value(&values, at, value, out);
            });
        }
        other => unreachable!("{other} is not nested"),
    }
    out
}

fn special_or(random: &mut fastrand::Rng, number: f32) -> f32 {
    let number = if number.is_nan() { f32::NAN } else { number };
    [0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.5e30, -1e-30].get(random.usize(..20)).copied().unwrap_or(number)
}

/// Random rows that come and go: what is taken back is there.
pub(super) fn random_changes(random: &mut fastrand::Rng, columns: &[(&str, DataType)], rows: usize) -> Batch {
    let fresh = random_batch(random, columns, rows, 20);
    let (mut there, mut taken, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows as u32 {
        if !there.is_empty() && random.u8(..3) == 0 {
            taken.push(there.swap_remove(random.usize(..there.len())));
            kinds.push(if random.bool() { RowKind::Delete } else { RowKind::UpdateBefore });
        } else {
            there.push(row);
            taken.push(row);
            kinds.push(if random.bool() { RowKind::Insert } else { RowKind::UpdateAfter });
        }
    }
    let columns = fresh.columns.iter().map(|column| column.gather(&crate::batch::Selection::Rows(taken.clone()))).collect();
    let mut batch = Batch::new(columns, rows, 0);
    batch.kinds = Some(kinds);
    batch
}

/// What is left of rows as `rows_of` shows them: how often each is there.
pub(super) fn net(rows: &[String]) -> std::collections::BTreeMap<&str, i64> {
    let mut net = std::collections::BTreeMap::new();
    for row in rows {
        let (kind, row) = row.split_at(2);
        *net.entry(row).or_insert(0) += if kind.starts_with('+') { 1 } else { -1 };
    }
    net.retain(|_, count| *count != 0);
    net
}

/// Asserts that random changes of these columns come back from a format with the same rows left.
pub(super) fn assert_changes_come_back(options: &[(&str, &str)], columns: &[(&str, DataType)]) {
    let (format, fields) = (format_of(options, columns).expect("options are valid"), all_fields(columns));
    for seed in 0..40 {
        let batch = random_changes(&mut fastrand::Rng::with_seed(seed), columns, 30);
        let mut bytes = Vec::new();
        format.encoder(&schema_of(columns)).expect("types can be written").encode(&batch, &mut bytes);
        let got = decode(&*format, &fields, &bytes);
        assert_eq!(bad_of(&got), vec![], "seed {seed}");
        let sent = Decoded { columns: batch.columns, kinds: batch.kinds, rows: 30, bad: vec![] };
        let (got, sent) = (rows_of(got, &fields), rows_of(sent, &fields));
        assert_eq!(net(&got), net(&sent), "seed {seed}");
    }
}

/// Asserts that random rows of these columns come back from a format as they went in.
pub(super) fn assert_round_trip(options: &[(&str, &str)], columns: &[(&str, DataType)], null_percent: u32) {
    let format = format_of(options, columns).expect("options are valid");
    let fields = all_fields(columns);
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let batch = random_batch(&mut random, columns, 20, null_percent);
        let mut bytes = Vec::new();
        let mut encoder = format.encoder(&schema_of(columns)).expect("types can be written");
        encoder.header(&mut bytes);
        encoder.encode(&batch, &mut bytes);
        let got = decode(&*format, &fields, &bytes);
        assert_eq!(bad_of(&got), vec![], "seed {seed}");
        let sent = Decoded { columns: batch.columns.clone(), rows: batch.rows(), ..Decoded::default() };
        assert_eq!(rows_of(got, &fields), rows_of(sent, &fields), "seed {seed}");
    }
}

/// Files of a folder of shared test data with their names; empty, with a note, where the data is absent.
#[expect(clippy::print_stderr, reason = "tells who runs the tests what was left out")]
pub(super) fn conformance(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance").join(folder);
    let Ok(entries) = std::fs::read_dir(path) else {
        eprintln!("skipped, no conformance data");
        return Vec::new();
    };
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.ok()?;
        Some((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).ok()?))
    };
    let mut files: Vec<_> = entries.filter_map(file).collect();
    files.sort();
    files
}
