//! Reads data types: of columns from tokens, of CAST targets from the syntax tree. One reader knows all types.

use sqlparser::ast;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, is_word};
use super::fault::{fault_of, too_deep};
use super::named_types::extent;
use super::tokenize;
use crate::error::{Error, Result, Span, nearest};
use crate::limits::NESTING_MAX;
use crate::plan::statement::Name;
use crate::types::{DataType, Length, Lengths};

/// The type that is named.
pub fn data_type(ast: &ast::DataType) -> Result<DataType> {
    Ok(declared(ast)?.0)
}

/// The type a CAST names, and the lengths in it.
pub fn declared(ast: &ast::DataType) -> Result<(DataType, Lengths)> {
    let text = written(ast);
    let tokens = tokenize(&text).map_err(|fault| fault_of(fault, &[])).map_err(|e| Error::sql(e.message()))?;
    let mut reader = TypeReader::new(Cursor::new(&tokens));
    // Places inside `text` are not places of the statement, so they are dropped.
    let found = reader.read().map_err(|e| without_place(&e))?;
    let lengths = std::mem::take(&mut reader.lengths);
    match reader.into_cursor() {
        Ok(cursor) if cursor.at_end() => Ok((found, lengths)),
        _ => Err(Error::sql(format!("'{text}' is not a data type"))),
    }
}

/// The type as it was written.
fn written(ast: &ast::DataType) -> String {
    match ast {
        ast::DataType::Custom(ast::ObjectName(parts), modifiers) if modifiers.is_empty() => match parts.as_slice() {
            [ast::ObjectNamePart::Identifier(ident)] if ident.quote_style == Some(CARRIED) => ident.value.clone(),
            _ => ast.to_string(),
        },
        _ => ast.to_string(),
    }
}

/// The fields that a type of intervals names, such as `HOUR TO MINUTE`.
pub fn interval_fields(ast: &ast::DataType) -> Option<String> {
    let text = written(ast).to_ascii_uppercase();
    let words = text.strip_prefix("INTERVAL ")?.split_whitespace();
    let words: Vec<&str> = words.map(|word| word.split_once('(').map_or(word, |(word, _)| word)).collect();
    let is_unit = |word: &str| INTERVAL_UNITS.iter().any(|(one, many, _)| *one == word || *many == word);
    match words.as_slice() {
        [only] => is_unit(only),
        [first, "TO", last] => is_unit(first) && is_unit(last),
        _ => false,
    }
    .then(|| words.join(" "))
}

/// Whether a type is named as PostgreSQL names that of bytes.
pub fn is_bytea(ast: &ast::DataType) -> bool {
    written(ast).eq_ignore_ascii_case("BYTEA")
}

/// Quotes of the word in which `rewrite` carries the text of a type through the parser crate.
pub(super) const CARRIED: char = '`';

fn without_place(error: &Error) -> Error {
    let bare = Error::sql(error.message());
    match error.hint_text() {
        Some(hint) => bare.hint(hint),
        None => bare,
    }
}

/// Makes the type of many items from that of one.
type OfItems = fn(Box<DataType>) -> DataType;

/// Reads one type; `>>` may close two types, so half of it can be pending.
pub(super) struct TypeReader<'a> {
    cursor: Cursor<'a>,
    half_read: bool,
    depth: usize,
    /// The lengths in what was read.
    pub(super) lengths: Lengths,
    /// The name of the type that is being declared.
    declared: Option<String>,
}

impl<'a> TypeReader<'a> {
    /// Reads at `cursor`.
    pub(super) fn new(cursor: Cursor<'a>) -> Self {
        Self { cursor, half_read: false, depth: 0, lengths: Lengths::default(), declared: None }
    }

    /// Reads inside the declaration of the type of this name.
    pub(super) fn within(self, name: &Name) -> Self {
        Self { declared: Some(name.text.clone()), ..self }
    }

    /// Where reading stopped; a fault if one `>` too many was written.
    pub(super) fn into_cursor(self) -> Result<Cursor<'a>> {
        match self.half_read {
            true => Err(Error::sql("one '>' too many").at(self.cursor.span())),
            false => Ok(self.cursor),
        }
    }

    /// Reads a type.
    pub(super) fn read(&mut self) -> Result<DataType> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(too_deep().at(self.cursor.span()));
        }
        let mut found = self.named()?;
        while let Some(of_items) = self.suffix()? {
            found = of_items(Box::new(found));
            self.depth += 1;
            if self.depth > NESTING_MAX {
                return Err(too_deep().at(self.cursor.span()));
            }
        }
        self.depth -= 1;
        Ok(found)
    }

    /// Takes ARRAY, `[]` or MULTISET behind a type, which make it the type of an item.
    fn suffix(&mut self) -> Result<Option<OfItems>> {
        if self.cursor.accept_token(&Token::LBracket) {
            self.cursor.expect_token(&Token::RBracket)?;
            return Ok(Some(DataType::Array));
        }
        if self.cursor.accept(&["MULTISET"]) {
            return Ok(Some(DataType::Multiset));
        }
        Ok(self.cursor.accept(&["ARRAY"]).then_some(DataType::Array))
    }

    /// Reads a type of the language, or the name of one that was declared.
    fn named(&mut self) -> Result<DataType> {
        let is_quoted =
            matches!(self.cursor.peek(), Some(TokenWithSpan { token: Token::Word(word), .. }) if word.quote_style.is_some());
        let word = self.cursor.name("a data type").map_err(|error| error.hint("such as INT, STRING or TIMESTAMP(3)"))?;
        if !is_quoted && let Some(found) = self.built_in(&word)? {
            return Ok(found);
        }
        let Some((found, lengths)) = self.cursor.types().find(&word.text) else { return Err(self.unknown(&word)) };
        match self.depth + extent(found).0 > NESTING_MAX {
            true => Err(too_deep().at(word.span)),
            false => {
                self.lengths.extend(lengths);
                Ok(found.clone())
            }
        }
    }

    /// Reads what stands behind the first word of a type of the language.
    fn built_in(&mut self, word: &Name) -> Result<Option<DataType>> {
        let mut length = None;
        let found = match word.text.to_ascii_uppercase().as_str() {
            "BOOLEAN" | "BOOL" => DataType::Boolean,
            "TINYINT" => self.signed_or(DataType::TinyInt, DataType::SmallInt),
            "SMALLINT" | "INT2" => self.signed_or(DataType::SmallInt, DataType::Int),
            "INT" | "INTEGER" | "INT4" => self.signed_or(DataType::Int, DataType::BigInt),
            "BIGINT" | "INT8" => self.signed_or(DataType::BigInt, UNSIGNED_BIGINT),
            "FLOAT" | "REAL" | "FLOAT4" => DataType::Float,
            "FLOAT8" => DataType::Double,
            "DOUBLE" => {
                self.cursor.accept(&["PRECISION"]);
                DataType::Double
            }
            "DECIMAL" | "DEC" => self.decimal(word.span, DECIMAL)?,
            "NUMERIC" => self.decimal(word.span, NUMERIC)?,
            "CHAR" | "CHARACTER" if !self.cursor.looks_at(&["VARYING"]) => {
                let found = self.characters(Some(1))?;
                length = if let DataType::Varchar(Some(size)) = found { Some(Length::Char(size.into())) } else { None };
                found
            }
            "VARCHAR" | "CHAR" | "CHARACTER" => self.characters(None)?,
            "STRING" | "TEXT" => DataType::STRING,
            "BINARY" => {
                length = self.number()?.map(Length::Binary);
                DataType::Bytes
            }
            "VARBINARY" => {
                length = self.number()?.map(Length::Varbinary);
                DataType::Bytes
            }
            "BYTES" | "BYTEA" => DataType::Bytes,
            "DATE" => DataType::Date,
            "TIME" => self.time()?,
            "TIMESTAMP" => self.timestamp()?,
            "TIMESTAMP_LTZ" | "TIMESTAMPTZ" => DataType::TimestampLtz(self.digits(6)?),
            "INTERVAL" => self.interval()?,
            "ARRAY" => {
                self.open(&word.text)?;
                let item = self.item()?;
                self.close()?;
                DataType::Array(Box::new(item))
            }
            "MAP" => self.map(&word.text)?,
            "ROW" => self.row("ROW")?,
            "STRUCT" => self.row("STRUCT")?,
            "STRUCTURED" => self.structured()?,
            "JSON" | "JSONB" | "VARIANT" => DataType::Json,
            "UUID" => DataType::Uuid,
            "BITMAP" => DataType::Bitmap,
            "MULTISET" => {
                self.open(&word.text)?;
                let item = self.item()?;
                self.close()?;
                DataType::Multiset(Box::new(item))
            }
            "SERIAL" | "BIGSERIAL" | "SMALLSERIAL" => {
                let error = Error::sql(format!("{} is not supported: nothing here counts rows", word.text)).at(word.span);
                return Err(error.hint("declare BIGINT, and let the source give the number"));
            }
            _ => return Ok(None),
        };
        if !found.is_nested() {
            self.lengths.push(length);
        }
        Ok(Some(found))
    }

    fn unknown(&self, word: &Name) -> Error {
        if self.declared.as_ref().is_some_and(|declared| declared.eq_ignore_ascii_case(&word.text)) {
            let error = Error::sql(format!("type '{}' cannot hold itself", word.text)).at(word.span);
            return error.hint("JSON holds values of any depth");
        }
        let error = Error::sql(format!("there is no data type '{}'", word.text)).at(word.span);
        match nearest(&word.text, TYPES.into_iter().chain(self.cursor.types().names())) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("the types are {}, and those of CREATE TYPE", TYPES.join(", "))),
        }
    }

    /// Takes UNSIGNED behind an integer type. The next type that holds all values stands for it, as Flink reads those of MySQL.
    fn signed_or(&mut self, signed: DataType, unsigned: DataType) -> DataType {
        if self.cursor.accept(&["UNSIGNED"]) { unsigned } else { signed }
    }

    /// `default` is the type without digits.
    fn decimal(&mut self, span: Span, default: DataType) -> Result<DataType> {
        if !self.cursor.accept_token(&Token::LParen) {
            return Ok(default);
        }
        let precision = self.uint()?;
        let scale = if self.cursor.accept_token(&Token::Comma) { self.uint()? } else { 0 };
        self.cursor.expect_token(&Token::RParen)?;
        match (u8::try_from(precision), u8::try_from(scale)) {
            (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision => Ok(DataType::Decimal { precision, scale }),
            _ => Err(Error::sql(format!("DECIMAL({precision}, {scale}) does not exist"))
                .at(span)
                .hint("precision is 1 to 38, scale 0 to the precision")),
        }
    }

    fn characters(&mut self, default: Option<u32>) -> Result<DataType> {
        let varying = self.cursor.accept(&["VARYING"]);
        let span = self.cursor.span();
        match self.number()? {
            None if varying => Ok(DataType::STRING),
            None => Ok(DataType::Varchar(default)),
            Some(length) => match u32::try_from(length) {
                Ok(length @ 1..=2_147_483_646) => Ok(DataType::Varchar(Some(length))),
                // The greatest length is Flink's own spelling of STRING.
                Ok(2_147_483_647) => Ok(DataType::STRING),
                _ => Err(Error::sql(format!("a text of length {length} does not exist"))
                    .at(span)
                    .hint("the length is 1 to 2147483647; STRING has no limit")),
            },
        }
    }

    fn time(&mut self) -> Result<DataType> {
        let digits = self.digits(0)?;
        self.without_zone()?;
        Ok(DataType::Time(digits))
    }

    /// An instant is one type, whether it says LOCAL (Flink) or not (PostgreSQL).
    fn timestamp(&mut self) -> Result<DataType> {
        let digits = self.digits(6)?;
        if self.cursor.accept(&["WITH", "LOCAL", "TIME", "ZONE"]) || self.cursor.accept(&["WITH", "TIME", "ZONE"]) {
            return Ok(DataType::TimestampLtz(digits));
        }
        self.without_zone()?;
        Ok(DataType::Timestamp(digits))
    }

    fn without_zone(&mut self) -> Result<()> {
        let zone = self.cursor.looks_at(&["WITH", "TIME", "ZONE"]) || self.cursor.looks_at(&["WITH", "LOCAL", "TIME"]);
        if zone {
            return Err(Error::sql("this type cannot have a time zone")
                .at(self.cursor.span())
                .hint("the type of an instant is TIMESTAMP(p) WITH LOCAL TIME ZONE, or TIMESTAMP_LTZ(p)"));
        }
        if self.cursor.accept(&["WITHOUT"]) {
            self.cursor.expect(&["TIME", "ZONE"])?;
        }
        Ok(())
    }

    /// `(p)` of a time type, 0 to 9.
    fn digits(&mut self, default: u8) -> Result<u8> {
        let span = self.cursor.span();
        let Some(number) = self.number()? else { return Ok(default) };
        u8::try_from(number)
            .ok()
            .filter(|digits| *digits <= 9)
            .ok_or_else(|| Error::sql(format!("a time has 0 to 9 digits of a second, not {number}")).at(span))
    }

    fn interval(&mut self) -> Result<DataType> {
        let Some(first) = self.unit() else { return Ok(DataType::IntervalDay) };
        self.number()?;
        let last = match self.cursor.accept(&["TO"]) {
            true => {
                let last = self.unit().ok_or_else(|| self.cursor.expected("YEAR, MONTH, DAY, HOUR, MINUTE or SECOND"))?;
                self.number()?;
                last
            }
            false => first,
        };
        match (first, last) {
            (Unit::Months, Unit::Months) => Ok(DataType::IntervalMonth),
            (Unit::Nanos, Unit::Nanos) => Ok(DataType::IntervalDay),
            _ => Err(Error::sql("an interval is either YEAR TO MONTH or DAY TO SECOND").at(self.cursor.span())),
        }
    }

    /// Takes a unit of time, of one or of many.
    fn unit(&mut self) -> Option<Unit> {
        let units = INTERVAL_UNITS.into_iter();
        let mut taken = units.filter(|(one, many, _)| self.cursor.accept(&[one]) || self.cursor.accept(&[many]));
        taken.next().map(|(_, _, unit)| unit)
    }

    fn map(&mut self, word: &str) -> Result<DataType> {
        let round = self.cursor.accept_token(&Token::LParen);
        if !round {
            self.open(word)?;
        }
        let key = self.item()?;
        if !self.comma() {
            return Err(self.cursor.expected("',' between key and value of MAP").hint("such as MAP<STRING, INT>"));
        }
        let value = self.item()?;
        match round {
            true => self.cursor.expect_token(&Token::RParen)?,
            false => self.close()?,
        }
        Ok(DataType::Map(Box::new(key), Box::new(value)))
    }

    /// Reads the fields behind `word`.
    pub(super) fn row(&mut self, word: &str) -> Result<DataType> {
        if self.cursor.accept_token(&Token::Neq) {
            return Ok(DataType::Row(Vec::new()));
        }
        let round = self.cursor.accept_token(&Token::LParen);
        if !round {
            self.open(word)?;
        }
        let mut fields = vec![self.field()?];
        while self.comma() {
            fields.push(self.field()?);
        }
        match round {
            true => self.cursor.expect_token(&Token::RParen)?,
            false => self.close()?,
        }
        Ok(DataType::Row(fields))
    }

    /// Reads `<'name of a class', field TYPE, ...>`; the class says nothing.
    fn structured(&mut self) -> Result<DataType> {
        self.open("STRUCTURED")?;
        self.cursor.text("the name of a class in single quotes")?;
        let mut fields = Vec::new();
        while self.comma() {
            fields.push(self.field()?);
        }
        self.close()?;
        Ok(DataType::Row(fields))
    }

    fn field(&mut self) -> Result<(String, DataType)> {
        let name = self.cursor.name("a field name")?;
        let data_type = self.item()?;
        if matches!(self.cursor.peek(), Some(TokenWithSpan { token: Token::SingleQuotedString(_), .. })) {
            self.cursor.take();
        }
        Ok((name.text, data_type))
    }

    /// A type inside another one, which may say that it is NOT NULL.
    fn item(&mut self) -> Result<DataType> {
        let span = self.cursor.span();
        let data_type = self.read()?;
        check_part(&data_type, span)?;
        if !self.half_read {
            self.nullability();
        }
        Ok(data_type)
    }

    /// Takes a comma, unless half of a `>>` is still to be read.
    fn comma(&mut self) -> bool {
        !self.half_read && self.cursor.accept_token(&Token::Comma)
    }

    fn nullability(&mut self) {
        if !self.cursor.accept(&["NOT", "NULL"]) {
            self.cursor.accept(&["NULL"]);
        }
    }

    fn open(&mut self, word: &str) -> Result<()> {
        match self.cursor.accept_token(&Token::Lt) {
            true => Ok(()),
            false => Err(self.cursor.expected(&format!("'<' behind {word}")).hint(match word.to_ascii_uppercase().as_str() {
                "MAP" => "such as MAP<STRING, INT>",
                "ROW" | "STRUCT" => "such as ROW<a INT, b STRING>",
                "STRUCTURED" => "such as STRUCTURED<'shop.Item', a INT, b STRING>",
                _ => "the type of its items stands there, such as ARRAY<INT>",
            })),
        }
    }

    fn close(&mut self) -> Result<()> {
        self.nullability();
        if self.half_read {
            self.half_read = false;
            return Ok(());
        }
        if self.cursor.accept_token(&Token::ShiftRight) {
            self.half_read = true;
            return Ok(());
        }
        match self.cursor.accept_token(&Token::Gt) {
            true => Ok(()),
            false => Err(self.cursor.expected("'>'")),
        }
    }

    fn number(&mut self) -> Result<Option<u64>> {
        if !self.cursor.accept_token(&Token::LParen) {
            return Ok(None);
        }
        let number = self.uint()?;
        self.cursor.expect_token(&Token::RParen)?;
        Ok(Some(number))
    }

    fn uint(&mut self) -> Result<u64> {
        let number = match self.cursor.peek() {
            Some(TokenWithSpan { token: Token::Number(text, false), .. }) => text.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.cursor.expected("a whole number"))?;
        self.cursor.take();
        Ok(number)
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Months,
    Nanos,
}

const INTERVAL_UNITS: [(&str, &str, Unit); 6] = [
    ("YEAR", "YEARS", Unit::Months),
    ("MONTH", "MONTHS", Unit::Months),
    ("DAY", "DAYS", Unit::Nanos),
    ("HOUR", "HOURS", Unit::Nanos),
    ("MINUTE", "MINUTES", Unit::Nanos),
    ("SECOND", "SECONDS", Unit::Nanos),
];

/// Refuses a BITMAP inside another type: nested values are JSON, and it is bytes.
pub fn check_part(data_type: &DataType, span: Span) -> Result<()> {
    match data_type {
        DataType::Bitmap => {
            let error = Error::sql("a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON").at(span);
            Err(error.hint("BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can"))
        }
        _ => Ok(()),
    }
}

/// DECIMAL without digits, as in Flink.
const DECIMAL: DataType = DataType::Decimal { precision: 10, scale: 0 };

/// NUMERIC without digits. In PostgreSQL it has as many as a value needs; so many here that nothing is rounded without a word.
const NUMERIC: DataType = DataType::Decimal { precision: 38, scale: 10 };

/// Holds what BIGINT UNSIGNED does.
const UNSIGNED_BIGINT: DataType = DataType::Decimal { precision: 20, scale: 0 };

const TYPES: [&str; 24] = [
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INT",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "CHAR",
    "VARCHAR",
    "STRING",
    "BYTES",
    "VARBINARY",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_LTZ",
    "INTERVAL",
    "ARRAY",
    "ROW",
    "MAP",
    "JSON",
    "UUID",
    "BITMAP",
];

/// Whether a type of the language begins with this word.
pub(super) fn is_built_in(token: &TokenWithSpan) -> bool {
    let tokens = std::slice::from_ref(token);
    let mut reader = TypeReader::new(Cursor::new(tokens));
    let is_plain = matches!(&token.token, Token::Word(word) if word.quote_style.is_none());
    is_plain && reader.cursor.name("a type").is_ok_and(|word| !matches!(reader.built_in(&word), Ok(None)))
}

/// Whether the parser crate reads this type by itself, so that its text need not be carried.
pub(super) fn is_plain(tokens: &[TokenWithSpan]) -> bool {
    const OWN: [&str; 8] = ["ARRAY", "MAP", "ROW", "MULTISET", "LOCAL", "INTERVAL", "TIMESTAMP_LTZ", "BYTEA"];
    tokens.iter().all(|t| t.token != Token::Lt && t.token != Token::LBracket && !OWN.iter().any(|word| is_word(&t.token, word)))
}
