//! The dialect handed to the parser crate: Flink SQL as far as its hooks reach. What they do not reach, `rewrite` and
//! `window` change in the tokens before the parser sees them.

use sqlparser::ast::{BinaryOperator, Expr, Ident, UnaryOperator};
use sqlparser::dialect::{Dialect, GenericDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::cursor::is_word;

/// How closely `^` binds: closer than `*`, less than a sign before a number.
const POWER: u8 = 41;

/// Flink SQL: names in back-ticks or double quotes, `FILTER (WHERE ...)`, `FOR SYSTEM_TIME AS OF`, `TABLE t`
/// as an argument, hints behind SELECT. Operators that Flink does not have are those of PostgreSQL, and bind as they do there:
/// `||`, bits, arrays, JSON and patterns less than `+` and more than comparisons, all alike.
#[derive(Debug)]
pub(super) struct FlinkDialect;

impl Dialect for FlinkDialect {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"' || ch == '`'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '$'
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_string_escape_constant(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_select_wildcard_exclude(&self) -> bool {
        true
    }

    fn supports_select_wildcard_replace(&self) -> bool {
        true
    }

    fn supports_select_wildcard_rename(&self) -> bool {
        true
    }

    fn supports_select_expr_star(&self) -> bool {
        true
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_match_recognize(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_limit_comma(&self) -> bool {
        true
    }

    fn supports_comment_optimizer_hint(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn allow_extract_single_quotes(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            // The bounds of a[first:last] are whole expressions.
            Precedence::Colon => 1,
            other => GenericDialect {}.prec_value(other),
        }
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            word if null_test(word).is_some() => Some(Ok(self.prec_value(Precedence::Is))),
            Token::Caret => Some(Ok(POWER)),
            Token::StringConcat
            | Token::Ampersand
            | Token::CaretAt
            | Token::Sharp
            | Token::ShiftLeft
            | Token::ShiftRight
            | Token::Tilde
            | Token::TildeAsterisk
            | Token::ExclamationMarkTilde
            | Token::ExclamationMarkTildeAsterisk
            | Token::DoubleTilde
            | Token::DoubleTildeAsterisk
            | Token::ExclamationMarkDoubleTilde
            | Token::ExclamationMarkDoubleTildeAsterisk => Some(Ok(self.prec_value(Precedence::PgOther))),
            _ => None,
        }
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let [first, second] = parser.peek_tokens_ref::<2>();
        let other = self.prec_value(Precedence::PgOther);
        let sign = match first.token {
            Token::Minus => Some((UnaryOperator::Minus, POWER)),
            Token::Plus => Some((UnaryOperator::Plus, POWER)),
            Token::Tilde => Some((UnaryOperator::BitwiseNot, other)),
            Token::PGSquareRoot => Some((UnaryOperator::PGSquareRoot, other)),
            Token::PGCubeRoot => Some((UnaryOperator::PGCubeRoot, other)),
            Token::AtSign => Some((UnaryOperator::PGAbs, other)),
            _ => None,
        };
        if let Some((op, precedence)) = sign {
            parser.advance_token();
            return Some(parser.parse_subexpr(precedence).map(|expr| Expr::UnaryOp { op, expr: Box::new(expr) }));
        }
        let is_table = matches!(&first.token, Token::Word(w) if w.quote_style.is_none() && w.keyword == Keyword::TABLE);
        let named = matches!(&second.token, Token::Word(_) | Token::LParen);
        (is_table && named).then(|| table_argument(parser))
    }

    fn parse_infix(&self, parser: &mut Parser, value: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if let Some(test) = null_test(&parser.peek_token_ref().token) {
            parser.advance_token();
            return Some(Ok(test(Box::new(value.clone()))));
        }
        let of_postgres = match parser.peek_token_ref().token {
            Token::Caret => Some(BinaryOperator::PGExp),
            Token::Sharp => Some(BinaryOperator::PGBitwiseXor),
            Token::Overlap => Some(BinaryOperator::PGOverlap),
            Token::CaretAt => Some(BinaryOperator::PGStartsWith),
            _ => None,
        };
        if let Some(op) = of_postgres {
            parser.advance_token();
            let right = parser.parse_subexpr(precedence);
            return Some(right.map(|right| Expr::BinaryOp { left: Box::new(value.clone()), op, right: Box::new(right) }));
        }
        let tokens = parser.peek_tokens_ref::<3>();
        let is = |at: usize, keyword: Keyword| matches!(tokens.get(at).map(|t| &t.token), Some(Token::Word(w)) if w.quote_style.is_none() && w.keyword == keyword);
        let negated = is(0, Keyword::NOT);
        let at = usize::from(negated);
        // The parser crate takes NULL behind RLIKE for a part of the operator.
        if (is(at, Keyword::RLIKE) || is(at, Keyword::REGEXP)) && is(at + 1, Keyword::NULL) {
            let regexp = is(at, Keyword::REGEXP);
            (0..=at).for_each(|_| parser.advance_token());
            let (expr, pattern) = (Box::new(value.clone()), parser.parse_subexpr(precedence).map(Box::new));
            return Some(pattern.map(|pattern| Expr::RLike { negated, expr, pattern, regexp }));
        }
        let (symmetric, asymmetric) = (is(at + 1, Keyword::SYMMETRIC), is(at + 1, Keyword::ASYMMETRIC));
        if !is(at, Keyword::BETWEEN) || !(symmetric || asymmetric) {
            return None;
        }
        (0..at + 2).for_each(|_| parser.advance_token());
        let between = parser.parse_between(value.clone(), negated);
        Some(if symmetric { between.map(both_ways) } else { between })
    }
}

/// What ISNULL and NOTNULL make of the value before them.
fn null_test(token: &Token) -> Option<fn(Box<Expr>) -> Expr> {
    if is_word(token, "ISNULL") {
        return Some(Expr::IsNull);
    }
    is_word(token, "NOTNULL").then_some(Expr::IsNotNull)
}

/// BETWEEN SYMMETRIC: as BETWEEN, with its bounds in either order.
fn both_ways(between: Expr) -> Expr {
    let Expr::Between { expr, negated, low, high } = between.clone() else { return between };
    let swapped = Expr::Between { expr, negated, low: high, high: low };
    let op = if negated { BinaryOperator::And } else { BinaryOperator::Or };
    Expr::Nested(Box::new(Expr::BinaryOp { left: Box::new(between), op, right: Box::new(swapped) }))
}

/// `TABLE t` or `TABLE (SELECT ...)` as an argument of a window function.
fn table_argument(parser: &mut Parser) -> Result<Expr, ParserError> {
    let word = parser.next_token();
    let value = match parser.peek_token_ref().token {
        Token::LParen => parser.parse_prefix()?,
        _ => name(parser)?,
    };
    Ok(Expr::Prefixed { prefix: Ident::with_span(word.span, "TABLE"), value: Box::new(value) })
}

fn name(parser: &mut Parser) -> Result<Expr, ParserError> {
    let first = parser.parse_identifier()?;
    if parser.peek_token_ref().token != Token::Period {
        return Ok(Expr::Identifier(first));
    }
    let mut parts = vec![first];
    while parser.consume_token(&Token::Period) {
        parts.push(parser.parse_identifier()?);
    }
    Ok(Expr::CompoundIdentifier(parts))
}
