//! Columns against arrays that Arrow's own builders make.

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as Arrow, Field, TimeUnit};

use super::*;
use crate::batch::Column;
use crate::batch::text::{write_json_key, write_json_parts, write_json_value};
use crate::types::Value;
use crate::types::time::DAY;

fn column(data_type: &DataType, values: &[Value]) -> Column {
    let mut column = Column::with_capacity(data_type, values.len());
    values.iter().for_each(|value| column.push(value));
    column
}

fn values(column: &Column, data_type: &DataType) -> Vec<Value> {
    (0..column.len()).map(|row| column.value(row, data_type)).collect()
}

/// The array is what the values give out, and gives the values, also a part of it.
fn check(data_type: DataType, given: &[Value], array: impl Array + 'static) {
    let made = to::array(&column(&data_type, given), &data_type).unwrap_or_else(|e| panic!("{data_type}: {e}"));
    assert_eq!(&made.to_data(), &array.to_data(), "{data_type}");
    assert_eq!(made.data_type(), &arrow_type(&data_type), "{data_type}");
    taken(data_type, given, array);
}

/// The array gives the values, also a part of it.
fn taken(data_type: DataType, given: &[Value], array: impl Array + 'static) {
    let read = from::column(&array, &data_type).unwrap_or_else(|e| panic!("{data_type} of {}: {e}", array.data_type()));
    assert_eq!(values(&read, &data_type), given, "{data_type} of {}", array.data_type());
    let part = from::column(&*array.slice(1, array.len() - 1), &data_type).expect("as the whole");
    assert_eq!(values(&part, &data_type), given[1..], "{data_type} of a part of {}", array.data_type());
}

fn refused(data_type: DataType, array: impl Array, part: &str) {
    let error = from::column(&array, &data_type).expect_err(part);
    assert!(error.contains(part), "{data_type} of {}: {error}", array.data_type());
}

fn ints<const N: usize>(numbers: [i64; N]) -> [Value; N] {
    numbers.map(Value::Int)
}

fn texts<const N: usize>(texts: [&str; N]) -> [Value; N] {
    texts.map(Value::text)
}

#[test]
fn numbers_and_truth_values() {
    let (null, int) = (Value::Null, Value::Int);
    check(DataType::Boolean, &[true.into(), null.clone(), false.into()], BooleanArray::from(vec![Some(true), None, Some(false)]));
    check(DataType::TinyInt, &[int(-128), null.clone()], Int8Array::from(vec![Some(-128), None]));
    check(DataType::SmallInt, &ints([7, -7]), Int16Array::from(vec![7, -7]));
    check(DataType::Int, &[null.clone(), int(i32::MAX.into())], Int32Array::from(vec![None, Some(i32::MAX)]));
    check(DataType::BigInt, &ints([i64::MIN, 0, 3]), Int64Array::from(vec![i64::MIN, 0, 3]));
    check(DataType::Float, &[0.5.into(), (-2.0).into()], Float32Array::from(vec![0.5, -2.0]));
    check(DataType::Double, &[0.1.into(), null.clone()], Float64Array::from(vec![Some(0.1), None]));
    let decimal = DataType::Decimal { precision: 5, scale: 2 };
    let decimals = |numbers: Vec<Option<i128>>, precision, scale| {
        Decimal128Array::from(numbers).with_precision_and_scale(precision, scale).expect("decimals")
    };
    check(
        decimal.clone(),
        &[Value::Decimal(-1), null, Value::Decimal(99_999)],
        decimals(vec![Some(-1), None, Some(99_999)], 5, 2),
    );
    taken(decimal.clone(), &[Value::Decimal(7), Value::Decimal(8)], decimals(vec![Some(7), Some(8)], 20, 2));
    refused(decimal.clone(), decimals(vec![Some(1), Some(100_000)], 20, 2), "row 1: 100000 is out of range");
    refused(decimal.clone(), decimals(vec![Some(1)], 5, 1), "does not fit");
    refused(decimal, Float64Array::from(vec![1.0]), "an array of Float64 does not fit");
    refused(DataType::BigInt, Int32Array::from(vec![1]), "an array of Int32 does not fit");
}

#[test]
fn texts_and_bytes() {
    let given = [Value::text("a"), Value::Null, Value::text("äöü and more than twelve bytes")];
    let written = vec![Some("a"), None, Some("äöü and more than twelve bytes")];
    check(DataType::STRING, &given, StringArray::from(written.clone()));
    taken(DataType::Varchar(Some(30)), &given, LargeStringArray::from(written.clone()));
    taken(DataType::STRING, &given, StringViewArray::from(written.clone()));
    refused(DataType::Varchar(Some(3)), StringArray::from(written), "is none");
    check(DataType::Json, &texts([r#"{"a":[1]}"#, "null"]), StringArray::from(vec![r#"{"a":[1]}"#, "null"]));
    refused(DataType::Json, StringArray::from(vec!["{"]), "row 0");
    let bytes = [Value::Bytes([0, 255].into()), Value::Null];
    check(DataType::Bytes, &bytes, BinaryArray::from(vec![Some(&[0u8, 255][..]), None]));
    taken(DataType::Bytes, &bytes, BinaryViewArray::from(vec![Some(&[0u8, 255][..]), None]));
    refused(DataType::Bitmap, BinaryArray::from(vec![&b"\0"[..]]), "does not fit");
    let sixteen: Vec<Option<[u8; 16]>> = vec![None, Some([7; 16])];
    let uuids = FixedSizeBinaryArray::try_from_sparse_iter_with_size(sixteen.into_iter(), 16).expect("uuids");
    check(DataType::Uuid, &[Value::Null, Value::Decimal(uuid_of([7; 16]))], uuids);
}

fn uuid_of(bytes: [u8; 16]) -> i128 {
    crate::types::uuid::parse(bytes.map(|byte| format!("{byte:02x}")).concat().as_bytes()).expect("a uuid")
}

#[test]
fn times_are_nanoseconds_and_cut_to_their_precision() {
    const SECOND: i64 = 1_000_000_000;
    check(DataType::Date, &ints([0, -1]), Date32Array::from(vec![0, -1]));
    check(DataType::Time(9), &ints([1, 86_399 * SECOND]), Time64NanosecondArray::from(vec![1, 86_399 * SECOND]));
    taken(DataType::Time(0), &ints([0, 7 * SECOND]), Time32MillisecondArray::from(vec![999, 7_001]));
    refused(DataType::Time(0), Time32SecondArray::from(vec![86_400]), "out of range");
    check(DataType::Timestamp(9), &[Value::Int(-1), Value::Null], TimestampNanosecondArray::from(vec![Some(-1), None]));
    taken(DataType::Timestamp(3), &ints([1_000_000, -1_000_000]), TimestampMicrosecondArray::from(vec![1_999, -1]));
    refused(DataType::Timestamp(3), TimestampSecondArray::from(vec![i64::MAX]), "out of range");
    let instants = TimestampNanosecondArray::from(vec![0, 5]).with_timezone("UTC");
    check(DataType::TimestampLtz(9), &ints([0, 5]), instants.clone());
    taken(DataType::TimestampLtz(3), &ints([0, SECOND]), TimestampSecondArray::from(vec![0, 1]).with_timezone("Europe/Berlin"));
    refused(DataType::Timestamp(3), instants, "does not fit");
    refused(DataType::TimestampLtz(3), TimestampSecondArray::from(vec![1]), "does not fit");
    check(DataType::IntervalDay, &ints([-5, 5]), DurationNanosecondArray::from(vec![-5, 5]));
    check(DataType::IntervalMonth, &ints([14, 0]), IntervalYearMonthArray::from(vec![14, 0]));
}

fn array_of(item: DataType) -> DataType {
    DataType::Array(Box::new(item))
}

#[test]
fn lists_and_rows() {
    let given = [Value::text("[1,null,-3]"), Value::Null, Value::text("[]"), Value::text("[4]")];
    let items = vec![Some(vec![Some(1), None, Some(-3)]), None, Some(vec![]), Some(vec![Some(4)])];
    let list = |nullable: bool| Arc::new(Field::new("item", Arrow::Int32, nullable));
    check(array_of(DataType::Int), &given, ListArray::from_iter_primitive::<Int32Type, _, _>(items.clone()));
    taken(array_of(DataType::Int), &given, LargeListArray::from_iter_primitive::<Int32Type, _, _>(items));
    let pairs = FixedSizeListArray::new(list(false), 2, Arc::new(Int32Array::from(vec![1, 2, 3, 4])), None);
    taken(array_of(DataType::Int), &texts(["[1,2]", "[3,4]"]), pairs);
    let strings = StringArray::from(vec![Some("a\"\n"), None]);
    let field = Arc::new(Field::new("item", Arrow::Utf8, true));
    let lists = ListArray::new(field, OffsetBuffer::from_lengths([2, 0]), Arc::new(strings), None);
    check(array_of(DataType::STRING), &texts([r#"["a\"\n",null]"#, "[]"]), lists);
    let mut nested = ListBuilder::new(ListBuilder::new(Int32Builder::new()));
    nested.values().values().append_value(1);
    nested.values().append(true);
    nested.values().append(false);
    nested.append(true);
    nested.append(true);
    check(array_of(array_of(DataType::Int)), &texts(["[[1],null]", "[]"]), nested.finish());

    let row = DataType::Row(vec![("n".to_owned(), DataType::Double), ("at".to_owned(), DataType::Timestamp(3))]);
    let fields =
        vec![Field::new("n", Arrow::Float64, true), Field::new("at", Arrow::Timestamp(TimeUnit::Nanosecond, None), true)];
    let times = TimestampNanosecondArray::from(vec![Some(1_500_000_000), None, None]);
    let columns: Vec<ArrayRef> = vec![Arc::new(Float64Array::from(vec![Some(1.5), Some(f64::NAN), None])), Arc::new(times)];
    let rows = StructArray::new(fields.into(), columns, Some(NullBuffer::from(vec![true, true, false])));
    let given =
        [Value::text(r#"{"n":1.5,"at":"1970-01-01 00:00:01.500"}"#), Value::text(r#"{"n":"NaN","at":null}"#), Value::Null];
    check(row, &given, rows);
}

#[test]
fn maps() {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    maps.keys().append_value("x y");
    maps.values().append_value(1);
    maps.keys().append_value("z");
    maps.values().append_null();
    maps.append(true).expect("a map");
    maps.append(false).expect("none");
    let maps = maps.finish();
    let given = [Value::text(r#"{"x y":1,"z":null}"#), Value::Null];
    check(DataType::Map(Box::new(DataType::STRING), Box::new(DataType::Int)), &given, maps.clone());
    taken(DataType::Multiset(Box::new(DataType::STRING)), &given, maps);
    let mut maps = MapBuilder::new(None, Int32Builder::new(), StringBuilder::new());
    maps.keys().append_value(-7);
    maps.values().append_value("v");
    maps.append(true).expect("a map");
    check(DataType::Map(Box::new(DataType::Int), Box::new(DataType::STRING)), &texts([r#"{"-7":"v"}"#]), maps.finish());
}

/// All types that are not nested, with values at their ends.
fn every_plain_type() -> Vec<(DataType, Vec<Value>)> {
    let units = [-1, 0, i128::MAX, i128::MIN].map(Value::Decimal);
    let nines = 10i128.pow(38) - 1;
    let nanos = ints([i64::MIN, i64::MAX, 0, -1]);
    let floats = [0.5, -0.0, f64::INFINITY, f64::NEG_INFINITY, f32::MAX.into()].map(Value::from);
    let mut types = vec![
        (DataType::Boolean, [true, false].map(Value::from).to_vec()),
        (DataType::TinyInt, ints([-128, 127]).to_vec()),
        (DataType::SmallInt, ints([-32_768, 32_767]).to_vec()),
        (DataType::BigInt, nanos.to_vec()),
        (DataType::Float, floats.to_vec()),
        (DataType::Double, [f64::MAX, 5e-324].into_iter().map(Value::from).chain(floats).collect()),
        (DataType::Decimal { precision: 38, scale: 20 }, [nines, -nines, 0].map(Value::Decimal).to_vec()),
        (DataType::STRING, texts(["", "a\"\\\n\u{0}é😀", "null", "[1]"]).to_vec()),
        (DataType::Bytes, [&b""[..], b"\0\xff", b"aGk="].map(|bytes| Value::Bytes(bytes.into())).to_vec()),
        (DataType::Time(9), ints([0, DAY - 1]).to_vec()),
        (DataType::Date, ints([-719_162, 2_932_896, 0]).to_vec()),
        (DataType::IntervalDay, nanos.to_vec()),
        (DataType::Timestamp(9), nanos.to_vec()),
        (DataType::TimestampLtz(9), nanos.to_vec()),
        (DataType::Json, texts(["1", r#"{"a":[null]}"#, r#""x""#]).to_vec()),
        (DataType::Uuid, units.to_vec()),
    ];
    types.extend([DataType::Int, DataType::IntervalMonth].map(|of| (of, ints([i32::MIN.into(), i32::MAX.into(), 0]).to_vec())));
    types
}

#[test]
fn values_of_every_type_are_within_nested_values_what_they_are_alone() {
    for (data_type, mut given) in every_plain_type() {
        let keys = column(&data_type, &given);
        given.push(Value::Null);
        let alone = column(&data_type, &given);
        let (mut list, mut row, mut map) = (Vec::new(), br#"{"f":"#.to_vec(), Vec::new());
        write_json_parts(*b"[]", 0..alone.len(), &mut list, |at, out| write_json_value(&alone, at, &data_type, out));
        write_json_value(&alone, 0, &data_type, &mut row);
        row.push(b'}');
        write_json_parts(*b"{}", 0..keys.len(), &mut map, |at, out| {
            write_json_key(&keys, at, &data_type, out);
            write_json_value(&alone, at + 1, &data_type, out);
        });
        let wanted = to::array(&alone, &data_type).expect("has a form");
        let there_and_back = |nested: &DataType, text: &[u8]| {
            let given = column(nested, &[Value::text(String::from_utf8_lossy(text))]);
            let array = to::array(&given, nested).unwrap_or_else(|e| panic!("{nested}: {e}"));
            assert_eq!(values(&from::column(&array, nested).expect("its own"), nested), values(&given, nested));
            array
        };
        let lists = there_and_back(&array_of(data_type.clone()), &list);
        assert_eq!(lists.as_list::<i32>().values(), &wanted, "{data_type}");
        let rows = there_and_back(&DataType::Row(vec![("f".to_owned(), data_type.clone())]), &row);
        assert_eq!(rows.as_struct().column(0), &wanted.slice(0, 1), "{data_type}");
        let maps = there_and_back(&DataType::Map(Box::new(data_type.clone()), Box::new(data_type.clone())), &map);
        assert_eq!(maps.as_map().keys(), &wanted.slice(0, keys.len()), "{data_type}");
        assert_eq!(maps.as_map().values(), &wanted.slice(1, keys.len()), "{data_type}");
    }
}

#[test]
fn what_is_no_value_of_the_type_is_refused() {
    let broken = column(&array_of(DataType::Int), &[Value::text(r#"["x"]"#)]);
    assert_eq!(to::array(&broken, &array_of(DataType::Int)).expect_err("no number"), "'x' is no INT");
}
