//! Nested values and their parts, and the calls that SQL writes with words between their arguments.

use sqlparser::ast;

use super::coercion::{cast, common_type, unified};
use super::expr::{ExprBinder, negate_if, text};
use super::function::{argument_expr, library_call, refuse_filter};
use super::library;
use super::operator::{binary, concat_arrays};
use super::prepared::checked;
use super::scope::{name_span, shown, span_of, unknown_table, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::types::{DataType, Value};

/// Whether it is a part of JSON that is read by its name or place, as text.
pub fn is_part_of_json(expr: &Expr) -> bool {
    let Expr::Call { function, args, .. } = expr else { return false };
    matches!(function.name(), "ROW_FIELD" | "ITEM") && args.first().map(Expr::data_type) == Some(DataType::Json)
}

/// A value whose parts are read: of JSON a part that has parts is JSON, and no text.
fn with_parts(value: Expr, span: Span) -> Result<Expr> {
    let is_part = is_part_of_json(&value);
    match value {
        Expr::Call { function, args, .. } if is_part => {
            let part = library_call(if function.name() == "ITEM" { "$JSON_ITEM" } else { "$JSON_FIELD" }, args, span)?;
            Ok(cast(part, &DataType::Json))
        }
        other => Ok(other),
    }
}

/// `value.field` of a ROW or JSON value.
pub fn row_field(value: Expr, field: &ast::Ident) -> Result<Expr> {
    let span = name_span(field);
    let value = with_parts(value, span)?;
    match value.data_type() {
        DataType::Row(fields) => row_field_named(value, &fields, &field.value, span),
        DataType::Json => field_of(value, &field.value, &DataType::STRING, span),
        other => {
            let error = Error::sql(format!("{other} has no fields, so '.{}' means nothing", field.value)).at(span);
            Err(match other {
                DataType::Map(..) => error.hint(format!("['{}'] reads the value of a key", field.value)),
                DataType::Array(_) => error.hint("[1] reads the first item"),
                text if text.is_text() => error.hint(format!("JSON_VALUE(x, '$.{}') reads it in a text of JSON", field.value)),
                _ => error,
            })
        }
    }
}

/// The field of this name of a ROW.
fn row_field_named(row: Expr, fields: &[(String, DataType)], name: &str, span: Span) -> Result<Expr> {
    if let Some((name, data_type)) = field_named(fields, name) {
        return field_of(row, name, data_type, span);
    }
    Err(no_field(fields, name, span))
}

fn no_field(fields: &[(String, DataType)], name: &str, span: Span) -> Error {
    let error = Error::sql(format!("the ROW has no field '{name}'")).at(span);
    error.suggesting(name, fields.iter().map(|(name, _)| name.as_str()), "its fields are")
}

/// A field of a ROW, of this type. What is JSON stays as it is written; all else is read from its text.
pub fn field_of(row: Expr, name: &str, data_type: &DataType, span: Span) -> Result<Expr> {
    let function = if *data_type == DataType::Json { "$JSON_FIELD" } else { "ROW_FIELD" };
    part(library_call(function, vec![row, text(name)], span)?, data_type, span)
}

/// The value of this type for which a text stands within a nested value.
pub fn part(text: Expr, data_type: &DataType, span: Span) -> Result<Expr> {
    match data_type {
        DataType::Bytes => library_call("$BYTES_OF_PART", vec![text], span),
        _ => Ok(cast(text, data_type)),
    }
}

/// The field of a name. One without a name has also that which PostgreSQL gives it: `f1` is the first one.
fn field_named<'f>(fields: &'f [(String, DataType)], name: &str) -> Option<&'f (String, DataType)> {
    let place = || name.strip_prefix(['f', 'F'])?.parse::<usize>().ok()?.checked_sub(1);
    let unnamed = || place().and_then(|at| fields.get(at).filter(|(own, _)| *own == format!("EXPR${at}")));
    fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).or_else(unnamed)
}

/// `row[place]`, counted from 1, or `row['name']`.
fn field_at(value: Expr, fields: &[(String, DataType)], place: Expr, span: Span) -> Result<Expr> {
    if let Expr::Literal { value: Value::Str(name), .. } = &place {
        return row_field_named(value, fields, name, span);
    }
    let place = match place.data_type().is_integer() {
        true => library::evaluate_constant(&cast(place, &DataType::BigInt))?,
        false => None,
    };
    let at = if let Some(Value::Int(place)) = place { usize::try_from(place - 1).ok() } else { None };
    match at.and_then(|at| fields.get(at)) {
        Some((name, data_type)) => field_of(value, name, data_type, span),
        None => {
            let error = format!("a field of a ROW is taken by its name, or by a constant from 1 to {}", fields.len());
            Err(Error::sql(error).at(span))
        }
    }
}

/// `value[key]` of an ARRAY, MAP, ROW or JSON value.
pub fn item(value: Expr, key: Expr, span: Span) -> Result<Expr> {
    let value = with_parts(value, span)?;
    let (key_type, data_type) = match value.data_type() {
        DataType::Array(item) => (DataType::Int, *item),
        DataType::Map(key, item) => (*key, *item),
        DataType::Json if key.data_type().is_text() => (DataType::STRING, DataType::STRING),
        DataType::Json => (DataType::Int, DataType::STRING),
        DataType::Row(fields) => return field_at(value, &fields, key, span),
        text if text.is_text() => {
            return Err(Error::sql("STRING has no items").at(span).hint("PARSE_JSON(x)[...] reads those of a text of JSON"));
        }
        other => return Err(Error::sql(format!("{other} has no items")).at(span).hint("ARRAY, MAP and JSON have")),
    };
    let function = if data_type == DataType::Json { "$JSON_ITEM" } else { "ITEM" };
    let key = match key_type {
        DataType::Bytes => library_call("TO_BASE64", vec![cast(key, &key_type)], span)?,
        _ => cast(key, &key_type),
    };
    part(library_call(function, vec![value, key], span)?, &data_type, span)
}

/// A function that gives an item of an array.
pub fn item_of(name: &str, args: Vec<Expr>, span: Span) -> Result<Expr> {
    let item = match args.first().map(Expr::data_type) {
        Some(DataType::Array(item)) => *item,
        _ => DataType::STRING,
    };
    part(library_call(name, args, span)?, &item, span)
}

/// `MAP[key, value, ...]`: keys have one type, and values have.
pub fn map(args: Vec<Expr>, span: Span) -> Result<Expr> {
    if !args.len().is_multiple_of(2) {
        return Err(Error::sql("MAP[...] has a key without a value")
            .at(span)
            .hint("keys and values stand in turn: MAP['a', 1, 'b', 2]"));
    }
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    for (at, arg) in args.into_iter().enumerate() {
        if at % 2 == 0 { &mut keys } else { &mut values }.push(arg);
    }
    let (keys, _) = unified(keys, "MAP", span)?;
    let (values, _) = unified(values, "MAP", span)?;
    library_call("MAP", keys.into_iter().zip(values).flat_map(|(key, value)| [key, value]).collect(), span)
}

/// ARRAY_CAT: arrays in one, from the left on; one of two may be an item of the other.
pub fn joined_arrays(args: Vec<Expr>, span: Span) -> Result<Expr> {
    let mut rest = args.into_iter();
    let first: Vec<Expr> = rest.by_ref().take(2).collect();
    let two = |args: [Expr; 2]| match args.iter().all(|arg| matches!(arg.data_type(), DataType::Array(_))) {
        true => {
            let [left, right] = args;
            concat_arrays(left, right, span)
        }
        false => library_call("ARRAY_CAT", args.into(), span),
    };
    let both = match <[Expr; 2]>::try_from(first) {
        Ok(args) => two(args)?,
        Err(args) => library_call("ARRAY_CAT", args, span)?,
    };
    rest.try_fold(both, |joined, array| two([joined, array]))
}

/// ARRAY_PREPEND(array, item) of Flink, or ARRAY_PREPEND(item, array) of PostgreSQL, where only that can be meant.
pub fn prepended(mut args: Vec<Expr>, span: Span) -> Result<Expr> {
    let is_item = |array: &DataType, item: &DataType| match array {
        DataType::Array(of) => common_type(of, item).is_some(),
        _ => false,
    };
    if let [first, second] = args.as_mut_slice() {
        let (a, b) = (first.data_type(), second.data_type());
        if !is_item(&a, &b) && is_item(&b, &a) {
            std::mem::swap(first, second);
        }
    }
    library_call("ARRAY_PREPEND", args, span)
}

/// `ARRAY[item, ...]` and `MAKE_ARRAY(item, ...)`: items have one type.
pub fn array(items: Vec<Expr>, span: Span) -> Result<Expr> {
    library_call("ARRAY", unified(items, "ARRAY", span)?.0, span)
}

/// `STRUCT(value, ...)` of DataFusion, whose fields are c0, c1, ...
pub fn numbered_row(values: Vec<Expr>, span: Span) -> Result<Expr> {
    let names = (0..values.len()).map(|at| format!("c{at}")).collect();
    named_row(names, values, span)
}

/// `NAMED_STRUCT('name', value, ...)` of DataFusion and Spark.
pub fn named_struct(args: Vec<Expr>, span: Span) -> Result<Expr> {
    let (names, values) = names_and_values(args, "NAMED_STRUCT", "NAMED_STRUCT('a', 1, 'b', 2)", span)?;
    named_row(names, values, span)
}

/// Names, each a constant, and values in turn.
fn names_and_values(args: Vec<Expr>, function: &str, usage: &str, span: Span) -> Result<(Vec<String>, Vec<Expr>)> {
    let (mut names, mut values): (Vec<String>, _) = (Vec::new(), Vec::new());
    let error = |message: String| Err(Error::sql(message).at(span).hint(usage));
    let takes = format!("{function} takes names and values in turn");
    for (at, arg) in args.into_iter().enumerate() {
        match arg {
            value if at % 2 == 1 => values.push(value),
            Expr::Literal { value: Value::Str(name), .. } if names.iter().any(|known| **known == *name) => {
                return error(format!("the field '{name}' stands there twice"));
            }
            Expr::Literal { value: Value::Str(name), .. } => names.push(name.into_string()),
            _ => return error(takes),
        }
    }
    if names.len() == values.len() { Ok((names, values)) } else { error(takes) }
}

/// `OBJECT_OF('class', 'name', value, ...)` of Flink: a row; what the class is called means nothing.
pub fn object_of(mut args: Vec<Expr>, span: Span) -> Result<Expr> {
    const USAGE: &str = "OBJECT_OF('com.example.User', 'name', 'Bob', 'age', 21)";
    match args.first() {
        Some(Expr::Literal { value: Value::Str(_), .. }) => {
            let (names, values) = names_and_values(args.split_off(1), "OBJECT_OF", USAGE, span)?;
            named_row(names, values, span)
        }
        _ => Err(Error::sql("OBJECT_OF takes the name of a class first, which is a constant").at(span).hint(USAGE)),
    }
}

/// `OBJECT_UPDATE(row, 'name', value, ...)` of Flink: a field that is given has the value and its type.
pub fn object_update(mut args: Vec<Expr>, span: Span) -> Result<Expr> {
    const USAGE: &str = "OBJECT_UPDATE(row, 'name', value, ...)";
    let (object, fields) = match args.first().map(|object| (object.clone(), object.data_type())) {
        Some((object, DataType::Row(fields))) if args.len() > 1 => (object, fields),
        _ => return Err(Error::sql("OBJECT_UPDATE takes a ROW, and names and values in turn").at(span).hint(USAGE)),
    };
    let (names, values) = names_and_values(args.split_off(1), "OBJECT_UPDATE", USAGE, span)?;
    let mut parts = fields.iter().map(|(name, of)| field_of(object.clone(), name, of, span)).collect::<Result<Vec<_>>>()?;
    for (name, value) in names.iter().zip(values) {
        match fields.iter().position(|(own, _)| own == name) {
            Some(at) => parts[at] = value,
            None => return Err(no_field(&fields, name, span)),
        }
    }
    let row = named_row(fields.into_iter().map(|(name, _)| name).collect(), parts, span)?;
    let (there, data_type) = (Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(object) }, row.data_type());
    Ok(Expr::Case { branches: vec![(there, row)], otherwise: None, data_type })
}

/// A ROW of these values whose fields have these names.
fn named_row(names: Vec<String>, values: Vec<Expr>, span: Span) -> Result<Expr> {
    if values.is_empty() {
        return Err(Error::sql("a ROW has at least one field").at(span).hint("ROW(value, ...)"));
    }
    let fields = names.into_iter().zip(values.iter().map(Expr::data_type)).collect();
    Ok(cast(library_call("ROW", values, span)?, &DataType::Row(fields)))
}

/// What is wrong with a unit of time, as an error at its place, or at that of the expression where the unit has none.
fn unit_error(wrong: Option<&'static str>, unit: &ast::DateTimeField, e: &ast::Expr) -> Option<Error> {
    let span = match unit {
        ast::DateTimeField::Custom(name) => name_span(name),
        _ => span_of(e),
    };
    let hint = "YEAR, MONTH, DAY, HOUR, MINUTE, SECOND and the like; EXTRACT also knows DOW, DOY and EPOCH";
    wrong.map(|reason| Error::sql(format!("{reason}: {unit}")).at(span).hint(hint))
}

/// Names of the order by code points.
const BY_CODE_POINT: [&str; 5] = ["C", "POSIX", "ucs_basic", "binary", "default"];

impl ExprBinder<'_> {
    /// `ARRAY[item, ...]`: items have one type.
    pub(super) fn array_of(&mut self, items: &[ast::Expr], span: Span) -> Result<Expr> {
        array(items.iter().map(|item| self.bind(item)).collect::<Result<Vec<_>>>()?, span)
    }

    /// `ROW(value, ...)`, with the columns that `*` and `t.*` show among them.
    pub(super) fn row_call(&mut self, call: &ast::Function) -> Result<Expr> {
        refuse_filter(call)?;
        let span = span_of(&call.name);
        let ast::FunctionArguments::List(list) = &call.args else {
            return Err(unsupported("a sub-query as an argument", "put it into FROM", &call.name));
        };
        let mut values = Vec::new();
        for arg in &list.args {
            let qualifier = match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) => None,
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::QualifiedWildcard(name)) => {
                    name.0.last().and_then(ast::ObjectNamePart::as_ident)
                }
                _ => {
                    values.push(self.bind(argument_expr(arg, call)?)?);
                    continue;
                }
            };
            let before = values.len();
            let shown = shown(self.fields, qualifier.map(|table| table.value.as_str()));
            values.extend(shown.into_iter().map(|(i, f)| Expr::column(i, f.data_type.clone())));
            match qualifier {
                _ if values.len() > before => {}
                Some(table) => return Err(unknown_table(self.fields, table)),
                None => {
                    return Err(Error::sql("there are no columns that * could stand for").at(span).hint("add FROM and a table"));
                }
            }
        }
        match values.is_empty() {
            true => Err(Error::sql("a ROW has at least one field").at(span).hint("ROW(value, ...)")),
            false => library_call("ROW", values, span),
        }
    }

    /// `(value, ...)`, which is `ROW(value, ...)`.
    pub(super) fn row_of(&mut self, values: &[ast::Expr], span: Span) -> Result<Expr> {
        let values = values.iter().map(|value| self.bind(value)).collect::<Result<Vec<_>>>()?;
        library_call("ROW", values, span)
    }

    /// LIKE, EXTRACT, TRIM and the like, as calls of the library.
    pub(super) fn special_call(&mut self, e: &ast::Expr) -> Result<Expr> {
        use ast::Expr as E;
        match e {
            E::Like { negated, expr, pattern, escape_char, .. } => match self.like_listed("LIKE", e) {
                Some(listed) => listed,
                None => self.words("LIKE", &[expr, pattern], escape_char.as_deref(), e).map(|c| negate_if(*negated, c)),
            },
            E::ILike { negated, expr, pattern, escape_char, .. } => match self.like_listed("ILIKE", e) {
                Some(listed) => listed,
                None => self.words("ILIKE", &[expr, pattern], escape_char.as_deref(), e).map(|c| negate_if(*negated, c)),
            },
            E::SimilarTo { negated, expr, pattern, escape_char } => {
                self.words("SIMILAR_TO", &[expr, pattern], escape_char.as_deref(), e).map(|c| negate_if(*negated, c))
            }
            E::RLike { negated, expr, pattern, .. } => {
                self.words("REGEXP", &[expr, pattern], None, e).map(|c| negate_if(*negated, c))
            }
            E::Position { expr, r#in } => self.words("POSITION", &[expr, r#in], None, e),
            E::Substring { expr, substring_from: Some(from), substring_for, .. } => {
                self.words("SUBSTRING", &[expr, from], substring_for.as_deref(), e)
            }
            E::Substring { expr, substring_from: None, substring_for: Some(length), .. } => {
                let first = Expr::Literal { value: Value::Int(1), data_type: DataType::Int };
                library_call("SUBSTRING", vec![self.bind(expr)?, first, self.bind(length)?], span_of(&**expr))
            }
            E::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                self.words("OVERLAY", &[expr, overlay_what, overlay_from], overlay_for.as_deref(), e)
            }
            E::Trim { trim_where, trim_what, expr, .. } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "LTRIM",
                    Some(ast::TrimWhereField::Trailing) => "RTRIM",
                    _ => "TRIM",
                };
                self.words(name, &[expr], trim_what.as_deref(), e)
            }
            E::Extract { field, expr, .. } => {
                let (unit, value) = (field.to_string().trim_matches(['\'', '"']).to_ascii_uppercase(), self.bind(expr)?);
                let wrong = library::wrong_field(&unit, &value.data_type());
                let call = library_call("EXTRACT", vec![text(&unit), value], span_of(&**expr))?;
                unit_error(wrong, field, expr).map_or(Ok(call), Err)
            }
            E::Ceil { expr, field } => self.rounded("CEIL", expr, field),
            E::Floor { expr, field } => self.rounded("FLOOR", expr, field),
            _ => Err(unsupported(&format!("the expression {e}"), "see the README for the expressions there are", e)),
        }
    }

    pub(super) fn words(&mut self, name: &str, args: &[&ast::Expr], last: Option<&ast::Expr>, e: &ast::Expr) -> Result<Expr> {
        let args: Vec<&ast::Expr> = args.iter().copied().chain(last).collect();
        let places: Vec<Span> = args.iter().map(|arg| span_of(*arg)).collect();
        let args = args.into_iter().map(|a| self.bind(a)).collect::<Result<Vec<_>>>()?;
        checked(library_call(name, args, span_of(e))?, &places)
    }

    /// `text ~ pattern`, `text ~~ pattern` and their kin of PostgreSQL.
    pub(super) fn matched(&mut self, left: &ast::Expr, op: &ast::BinaryOperator, right: &ast::Expr) -> Result<Expr> {
        use ast::BinaryOperator as A;
        let negated = matches!(op, A::PGRegexNotMatch | A::PGRegexNotIMatch | A::PGNotLikeMatch | A::PGNotILikeMatch);
        let (name, prefix) = match op {
            A::PGLikeMatch | A::PGNotLikeMatch => ("LIKE", None),
            A::PGILikeMatch | A::PGNotILikeMatch => ("ILIKE", None),
            A::PGRegexIMatch | A::PGRegexNotIMatch => ("REGEXP", Some("(?i)")),
            _ => ("REGEXP", None),
        };
        let (value, pattern, span) = (self.bind(left)?, self.bind(right)?, span_of(right));
        let pattern = match prefix {
            Some(prefix) => binary(BinaryOp::Concat, text(prefix), pattern, span)?,
            None => pattern,
        };
        let call = checked(library_call(name, vec![value, pattern], span)?, &[span_of(left), span])?;
        Ok(negate_if(negated, call))
    }

    /// `array[first:last]`, whose bounds count from 1 only, as in PostgreSQL
    pub(super) fn slice(&mut self, array: Expr, first: Option<&ast::Expr>, last: Option<&ast::Expr>, span: Span) -> Result<Expr> {
        let DataType::Array(_) = array.data_type() else {
            return Err(Error::sql(format!("{} has no items to slice", array.data_type())).at(span).hint("an ARRAY has"));
        };
        let one = Expr::Literal { value: Value::Int(1), data_type: DataType::Int };
        let first = first.map_or(Ok(one), |first| self.bind(first))?;
        let last = last.map(|last| self.bind(last)).transpose()?;
        library_call("$SLICE", [array, first].into_iter().chain(last).collect(), span)
    }

    /// `text COLLATE name`: text has the order of its code points, and no other.
    pub(super) fn collated(&mut self, e: &ast::Expr, collation: &ast::ObjectName) -> Result<Expr> {
        let value = self.bind(e)?;
        if !(value.data_type().is_text() || value.data_type() == DataType::Null) {
            return Err(Error::sql(format!("COLLATE stands behind text, this is {}", value.data_type())).at(span_of(e)));
        }
        let name = collation.0.last().and_then(ast::ObjectNamePart::as_ident);
        let is_known = |name: &ast::Ident| BY_CODE_POINT.iter().any(|known| known.eq_ignore_ascii_case(&name.value));
        match name {
            Some(name) if !is_known(name) => Err(Error::sql(format!("the collation {name} is not supported"))
                .at(name_span(name))
                .hint("text is ordered by its code points: COLLATE \"C\"; LOWER(x) leaves case out")),
            _ => Ok(value),
        }
    }

    fn rounded(&mut self, name: &str, x: &ast::Expr, field: &ast::CeilFloorKind) -> Result<Expr> {
        let mut args = vec![self.bind(x)?];
        match field {
            ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) => {}
            ast::CeilFloorKind::DateTimeField(unit) => {
                let name = unit.to_string().to_ascii_uppercase();
                if let Some(error) = unit_error(library::wrong_rounding(&name), unit, x) {
                    return Err(error);
                }
                args.push(text(&name));
            }
            ast::CeilFloorKind::Scale(_) => {
                return Err(unsupported(&format!("{name} with a scale"), "ROUND(x, digits) or TRUNCATE", x));
            }
        }
        library_call(name, args, span_of(x))
    }
}
