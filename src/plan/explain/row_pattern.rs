//! Patterns of rows as text: the pattern, when a row is mapped to a variable, and what is read of matches.

use super::expression::{calls, columns, expression};
use super::{over_emit, sort_keys, span};
use crate::plan::physical::{SortKey, VariableCondition};
use crate::types::over::OverEmit;
use crate::types::pattern::{
    EmptyMatches, End, Greed, Navigation, Pattern, PatternShape, Reference, RowsPerMatch, Skip, Span, Unmatched, Variables,
};
use crate::types::{DataType, Field, Schema};

/// A MATCH_RECOGNIZE of a plan.
pub struct Matching<'p> {
    /// Columns of the partition.
    pub keys: &'p [usize],
    /// The order, and when rows are taken.
    pub order: (&'p [SortKey], OverEmit),
    /// The pattern, and what is read of its matches.
    pub shape: &'p PatternShape,
    /// By variable.
    pub conditions: &'p [VariableCondition],
    /// Columns of the input.
    pub below: &'p Schema,
}

impl Matching<'_> {
    /// `RowPattern (A B+) by (k) in order of (ts) where B: ..., one row per match, skip past last row [LAST(B.x)] emit as the watermark passes`
    pub fn line(&self) -> String {
        let (order, emit) = self.order;
        let order = if emit == OverEmit::AtOnce { "arrival".to_owned() } else { sort_keys(order, self.below) };
        let keys = columns(self.keys, self.below);
        let conditions: Vec<String> =
            self.shape.variables.iter().enumerate().filter_map(|(at, name)| self.condition(at, name)).collect();
        let conditions = if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(", ")) };
        let within = self.shape.within.map(|within| format!(", within {}", span(within))).unwrap_or_default();
        let read = self.shape.measures.iter().map(|read| self.reference(read)).collect::<Vec<_>>().join(", ");
        format!(
            "RowPattern ({}) by ({keys}) in order of ({order}){conditions}, {}, {}{within} [{read}] {}",
            self.pattern(&self.shape.pattern),
            rows(self.shape.rows),
            self.skip(),
            over_emit(emit)
        )
    }

    fn condition(&self, variable: usize, name: &str) -> Option<String> {
        let condition = self.conditions.get(variable)?;
        let own = condition.own.map(|column| columns(&[column], self.below));
        let rest = condition.rest.as_ref().map(|(rest, asked)| {
            let names = asked.iter().map(|read| Field::new(self.reference(read), DataType::Null));
            expression(rest, &Schema::new(names.collect()))
        });
        let parts: Vec<String> = own.into_iter().chain(rest).collect();
        (!parts.is_empty()).then(|| format!("{name}: {}", parts.join(" AND ")))
    }

    /// `A`, `(A, B)`, or nothing for any.
    fn variables(&self, of: Variables) -> Option<String> {
        if of == Variables::ALL {
            return None;
        }
        let names = self.shape.variables.iter().enumerate().filter(|(at, _)| of.contains(*at));
        let names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
        Some(if let [name] = names.as_slice() { (*name).to_owned() } else { format!("({})", names.join(", ")) })
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Variable(variable) => self.shape.variables[*variable].clone(),
            Pattern::Excluded(variable) => format!("{{- {} -}}", self.shape.variables[*variable]),
            Pattern::Start => "^".to_owned(),
            Pattern::End => "$".to_owned(),
            Pattern::Sequence(parts) if parts.is_empty() => "()".to_owned(),
            Pattern::Sequence(parts) => {
                let part = |part: &Pattern| match part {
                    Pattern::Sequence(_) | Pattern::Alternation(_) => self.part(part),
                    part => self.pattern(part),
                };
                parts.iter().map(part).collect::<Vec<_>>().join(" ")
            }
            Pattern::Alternation(parts) => parts.iter().map(|part| self.pattern(part)).collect::<Vec<_>>().join(" | "),
            Pattern::Repetition { inner, min, max, greed } => {
                let times = match (min, max) {
                    (0, None) => "*".to_owned(),
                    (1, None) => "+".to_owned(),
                    (0, Some(1)) => "?".to_owned(),
                    (min, None) => format!("{{{min},}}"),
                    (min, Some(max)) if min == max => format!("{{{min}}}"),
                    (min, Some(max)) => format!("{{{min},{max}}}"),
                };
                format!("{}{times}{}", self.part(inner), if *greed == Greed::Reluctant { "?" } else { "" })
            }
        }
    }

    /// A pattern as a part of another, in brackets if it has parts.
    fn part(&self, pattern: &Pattern) -> String {
        let text = self.pattern(pattern);
        match pattern {
            Pattern::Sequence(parts) if parts.is_empty() => text,
            Pattern::Sequence(_) | Pattern::Alternation(_) | Pattern::Repetition { .. } => format!("({text})"),
            Pattern::Variable(_) | Pattern::Excluded(_) | Pattern::Start | Pattern::End => text,
        }
    }

    fn skip(&self) -> String {
        match self.shape.skip {
            Skip::PastLastRow => "skip past last row".to_owned(),
            Skip::ToNextRow => "skip to next row".to_owned(),
            Skip::To(end, of) => {
                let end = if end == End::First { "first" } else { "last" };
                format!("skip to {end} {}", self.variables(of).unwrap_or_default())
            }
        }
    }

    fn reference(&self, read: &Reference) -> String {
        match read {
            Reference::Value { column, at } => {
                let column = columns(&[*column], self.below);
                let of = self.variables(at.of).map(|of| format!("{of}.")).unwrap_or_default();
                self.navigated(format!("{of}{column}"), *at)
            }
            Reference::Classifier(at) => {
                self.navigated(format!("CLASSIFIER({})", self.variables(at.of).unwrap_or_default()), *at)
            }
            Reference::MatchNumber => "MATCH_NUMBER()".to_owned(),
            Reference::Aggregate { call, of, span } => {
                let text = calls(std::slice::from_ref(call), self.below);
                let text = text.trim_start_matches('[').trim_end_matches(']');
                let of = self.variables(*of).map(|of| format!(" of {of}")).unwrap_or_default();
                format!("{}{text}{of}", self.semantics(*span))
            }
        }
    }

    /// `PREV(LAST(A.x, 1), 2)`
    fn navigated(&self, what: String, at: Navigation) -> String {
        let end = if at.end == End::First { "FIRST" } else { "LAST" };
        let skip = if at.skip > 0 { format!(", {}", at.skip) } else { String::new() };
        let row = format!("{}{end}({what}{skip})", self.semantics(at.span));
        let distance = at.offset.unsigned_abs();
        match at.offset {
            0 => row,
            ..0 => format!("PREV({row}, {distance})"),
            1.. => format!("NEXT({row}, {distance})"),
        }
    }

    /// FINAL, where it makes a difference.
    fn semantics(&self, span: Span) -> &'static str {
        if span == Span::Final && self.shape.rows != RowsPerMatch::One { "FINAL " } else { "" }
    }
}

fn rows(rows: RowsPerMatch) -> &'static str {
    match rows {
        RowsPerMatch::One => "one row per match",
        RowsPerMatch::All { unmatched: Unmatched::Show, .. } => "all rows per match with unmatched rows",
        RowsPerMatch::All { empty: EmptyMatches::Omit, .. } => "all rows per match, omit empty matches",
        RowsPerMatch::All { .. } => "all rows per match",
    }
}
