//! Nested values and their parts, and the calls that SQL writes with words between their arguments.

use sqlparser::ast;

use super::coercion::{cast, is_text_literal, unified};
use super::expr::{ExprBinder, negate_if, text};
use super::function::library_call;
use super::library;
use super::operator::binary;
use super::scope::{name_span, span_of, unsupported};
use crate::error::{Error, Result, Span, nearest};
use crate::expr::{BinaryOp, Expr};
use crate::types::{DataType, Value};

/// `value.field` of a ROW or JSON value.
pub fn row_field(value: Expr, field: &ast::Ident) -> Result<Expr> {
    let span = name_span(field);
    let (name, data_type) = match value.data_type() {
        DataType::Row(fields) => match fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(&field.value)) {
            Some(found) => found.clone(),
            None => {
                let error = Error::sql(format!("the ROW has no field '{}'", field.value)).at(span);
                return Err(match nearest(&field.value, fields.iter().map(|(n, _)| n.as_str())) {
                    Some(near) => error.hint(format!("did you mean '{near}'?")),
                    None => error,
                });
            }
        },
        DataType::Json => (field.value.clone(), DataType::STRING),
        other => return Err(Error::sql(format!("{other} has no fields, so '.{}' means nothing", field.value)).at(span)),
    };
    Ok(cast(library_call("ROW_FIELD", vec![value, text(&name)], span)?, &data_type))
}

/// `value[key]` of an ARRAY, MAP or JSON value.
pub fn item(value: Expr, key: Expr, span: Span) -> Result<Expr> {
    let (key_type, data_type) = match value.data_type() {
        DataType::Array(item) => (DataType::Int, *item),
        DataType::Map(key, item) => (*key, *item),
        DataType::Json if is_text_literal(&key) => (DataType::STRING, DataType::STRING),
        DataType::Json => (DataType::Int, DataType::STRING),
        other => return Err(Error::sql(format!("{other} has no items")).at(span).hint("ARRAY and MAP have")),
    };
    Ok(cast(library_call("ITEM", vec![value, cast(key, &key_type)], span)?, &data_type))
}

/// A function that gives one of the items of an array.
pub fn item_of(name: &str, args: Vec<Expr>, span: Span) -> Result<Expr> {
    let item = match args.first().map(Expr::data_type) {
        Some(DataType::Array(item)) => *item,
        _ => DataType::STRING,
    };
    Ok(cast(library_call(name, args, span)?, &item))
}

/// `MAP[key, value, ...]`: keys have one type, and values have.
pub fn map(args: Vec<Expr>, span: Span) -> Result<Expr> {
    if !args.len().is_multiple_of(2) {
        return Err(Error::sql("MAP[...] has a key without a value").at(span));
    }
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    for (at, arg) in args.into_iter().enumerate() {
        if at % 2 == 0 { &mut keys } else { &mut values }.push(arg);
    }
    let (keys, _) = unified(keys, "MAP", span)?;
    let (values, _) = unified(values, "MAP", span)?;
    library_call("MAP", keys.into_iter().zip(values).flat_map(|(key, value)| [key, value]).collect(), span)
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
        let items = items.iter().map(|item| self.bind(item)).collect::<Result<Vec<_>>>()?;
        library_call("ARRAY", unified(items, "ARRAY", span)?.0, span)
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
                self.words("SIMILAR", &[expr, pattern], escape_char.as_deref(), e).map(|c| negate_if(*negated, c))
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
                let (unit, value) = (field.to_string().trim_matches('\'').to_ascii_uppercase(), self.bind(expr)?);
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
        let args = args.iter().copied().chain(last).map(|a| self.bind(a)).collect::<Result<Vec<_>>>()?;
        library_call(name, args, span_of(e))
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
        Ok(negate_if(negated, library_call(name, vec![value, pattern], span)?))
    }

    /// `array[first:last]`
    pub(super) fn slice(&mut self, array: Expr, first: Option<&ast::Expr>, last: Option<&ast::Expr>, span: Span) -> Result<Expr> {
        let DataType::Array(_) = array.data_type() else {
            return Err(Error::sql(format!("{} has no items to slice", array.data_type())).at(span).hint("an ARRAY has"));
        };
        let one = Expr::Literal { value: Value::Int(1), data_type: DataType::Int };
        let first = first.map_or(Ok(one), |first| self.bind(first))?;
        let last = last.map(|last| self.bind(last)).transpose()?;
        library_call("ARRAY_SLICE", [array, first].into_iter().chain(last).collect(), span)
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
