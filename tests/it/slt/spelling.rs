//! What the files spell in a way of their own, and the same as the standard spells it: `arrow_cast(x, 'Int8')` is `CAST(x AS TINYINT)`.

/// Types of Arrow whose values are those of a type of SQL.
const TYPES: [(&str, &str); 19] = [
    ("Boolean", "BOOLEAN"),
    ("Int8", "TINYINT"),
    ("Int16", "SMALLINT"),
    ("Int32", "INT"),
    ("Int64", "BIGINT"),
    ("UInt8", "SMALLINT"),
    ("UInt16", "INT"),
    ("UInt32", "BIGINT"),
    ("UInt64", "DECIMAL(20, 0)"),
    ("Float32", "FLOAT"),
    ("Float64", "DOUBLE"),
    ("Utf8", "STRING"),
    ("LargeUtf8", "STRING"),
    ("Utf8View", "STRING"),
    ("Binary", "BYTES"),
    ("LargeBinary", "BYTES"),
    ("BinaryView", "BYTES"),
    ("Dictionary(Int32, Utf8)", "STRING"),
    ("Date32", "DATE"),
];

const CALL: &str = "arrow_cast(";

/// The statement in the words of the standard, where there are any.
pub fn standard(sql: &str) -> String {
    let mut sql = sql.to_owned();
    while let Some((range, text)) = last_cast(&sql) {
        sql.replace_range(range, &text);
    }
    sql
}

/// Where the last `arrow_cast` stands whose type is one of SQL, and what it is there; none where the last one has no such type.
fn last_cast(sql: &str) -> Option<(std::ops::Range<usize>, String)> {
    let begins = sql.to_ascii_lowercase().rfind(CALL)?;
    let inner = begins + CALL.len();
    let (mut depth, mut is_quoted, mut comma) = (0, false, None);
    for (at, c) in sql[inner..].char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' => depth += 1,
            ')' if depth == 0 => {
                let (value, name) = (&sql[inner..inner + comma?], &sql[inner + comma? + 1..inner + at]);
                let name = name.trim().trim_matches('\'');
                let decimal = || name.strip_prefix("Decimal128").map(|digits| format!("DECIMAL{digits}"));
                let named = TYPES.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| (*ours).to_owned());
                return Some((begins..inner + at + 1, format!("CAST({value} AS {})", named.or_else(decimal)?)));
            }
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => comma = Some(at),
            _ => {}
        }
    }
    None
}

#[test]
fn casts_of_arrow_are_casts() {
    let check = |theirs: &str, ours: &str| assert_eq!(standard(theirs), ours);
    check("SELECT arrow_cast(arrow_cast(f(a, 1), 'Int8'), 'Utf8')", "SELECT CAST(CAST(f(a, 1) AS TINYINT) AS STRING)");
    check("arrow_cast(',)', 'Decimal128(5, 2)')", "CAST(',)' AS DECIMAL(5, 2))");
    check("arrow_cast(1, 'Duration(Second)')", "arrow_cast(1, 'Duration(Second)')");
}
