//! The pattern of MATCH_RECOGNIZE and the names in it: variables by number in the order in which they are written, and subsets of them.

use sqlparser::ast;

use super::function::argument_exprs;
use super::row_pattern_reads::variables;
use super::scope::{name_span, span_of};
use crate::error::{Error, Result, Span};
use crate::limits::{PATTERN_STEPS_MAX, PATTERN_VARIABLES_MAX};
use crate::plan::parse::{CHOICE, END, GREEDY, LEFT_OUT, PERMUTE, RELUCTANT, SEQUENCE, START, SUBSET};
use crate::plan::row_pattern::steps;
use crate::types::pattern::{Greed, Pattern, Variables};

/// A pattern, and what its names stand for.
#[derive(Debug)]
pub struct Terms {
    /// Names of the variables, by number.
    pub variables: Vec<String>,
    /// Which rows.
    pub pattern: Pattern,
    /// Variables and subsets by name.
    pub names: Vec<(String, Variables)>,
}

impl Terms {
    /// Of a pattern and the subsets behind it.
    pub fn of(pattern: &ast::Expr, subsets: &[&ast::Expr]) -> Result<Terms> {
        let mut variables = Vec::new();
        let pattern = Reader { variables: &mut variables }.pattern(pattern)?;
        let of_one = variables.iter().enumerate().map(|(number, name)| (name.clone(), Variables::one(number)));
        let mut names: Vec<(String, Variables)> = of_one.collect();
        for subset in subsets {
            let subset = subset_of(subset, &names[..variables.len()], &names)?;
            names.push(subset);
        }
        Ok(Terms { variables, pattern, names })
    }
}

/// The name of a subset, and which of these variables it stands for.
fn subset_of(subset: &ast::Expr, single: &[(String, Variables)], known: &[(String, Variables)]) -> Result<(String, Variables)> {
    let wrong = || Error::sql("this is no subset of variables").at(span_of(subset)).hint("SUBSET u = (A, B), v = (B, C)");
    let ast::Expr::Function(call) = subset else { return Err(wrong()) };
    let parts: Option<Vec<&ast::Ident>> = argument_exprs(call)?.into_iter().map(name_of).collect();
    let parts = parts.filter(|parts| parts.len() > 1 && called(call) == SUBSET).ok_or_else(wrong)?;
    let (name, parts) = (parts[0], &parts[1..]);
    if known.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name.value)) {
        let error = Error::sql(format!("'{}' is a variable or a subset already", name.value)).at(name_span(name));
        return Err(error.hint("a subset has a name of its own, which does not stand in the pattern"));
    }
    let mut of = Variables(0);
    for part in parts {
        of = Variables(of.0 | variables(single, part)?.0);
    }
    Ok((name.value.clone(), of))
}

fn name_of(e: &ast::Expr) -> Option<&ast::Ident> {
    if let ast::Expr::Identifier(name) = e { Some(name) } else { None }
}

fn called(call: &ast::Function) -> &str {
    call.name.0.last().and_then(ast::ObjectNamePart::as_ident).map_or("", |name| name.value.as_str())
}

struct Reader<'v> {
    variables: &'v mut Vec<String>,
}

impl Reader<'_> {
    fn pattern(&mut self, e: &ast::Expr) -> Result<Pattern> {
        let call = match e {
            ast::Expr::Identifier(name) => return self.variable(name).map(Pattern::Variable),
            ast::Expr::Function(call) => call,
            other => return Err(Error::sql("this is no pattern of rows").at(span_of(other))),
        };
        let (args, span) = (argument_exprs(call)?, span_of(&call.name));
        let made = match (called(call), args.as_slice()) {
            (START, []) => Pattern::Start,
            (END, []) => Pattern::End,
            (SEQUENCE, parts) => Pattern::Sequence(self.patterns(parts)?),
            (CHOICE, parts) => Pattern::Alternation(self.patterns(parts)?),
            (PERMUTE, parts) => permuted(self.patterns(parts)?, span)?,
            (LEFT_OUT, [inner]) => left_out(self.pattern(inner)?),
            (name @ (GREEDY | RELUCTANT), [inner, bounds @ ..]) => {
                let greed = if name == GREEDY { Greed::Greedy } else { Greed::Reluctant };
                let bounds = bounds.iter().map(|bound| number(bound)).collect::<Result<Vec<u32>>>()?;
                let (min, max) = (bounds.first().copied().unwrap_or(0), bounds.get(1).copied());
                Pattern::Repetition { inner: Box::new(self.pattern(inner)?), min, max, greed }
            }
            _ => return Err(Error::sql("this is no pattern of rows").at(span)),
        };
        if steps(&made) > PATTERN_STEPS_MAX {
            return Err(too_large(span));
        }
        Ok(made)
    }

    fn patterns(&mut self, parts: &[&ast::Expr]) -> Result<Vec<Pattern>> {
        parts.iter().map(|part| self.pattern(part)).collect()
    }

    /// The number of a variable, a new one if it has none.
    fn variable(&mut self, name: &ast::Ident) -> Result<usize> {
        if let Some(known) = self.variables.iter().position(|known| known.eq_ignore_ascii_case(&name.value)) {
            return Ok(known);
        }
        if self.variables.len() == PATTERN_VARIABLES_MAX {
            let error = Error::limit(format!("the pattern has more than {PATTERN_VARIABLES_MAX} variables")).at(name_span(name));
            return Err(error.hint("match the rows in two steps, each in a view"));
        }
        self.variables.push(name.value.clone());
        Ok(self.variables.len() - 1)
    }
}

fn number(e: &ast::Expr) -> Result<u32> {
    let digits = match e {
        ast::Expr::Value(value) => match &value.value {
            ast::Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    };
    digits.ok_or_else(|| Error::sql("this is no number of rows").at(span_of(e)))
}

fn too_large(span: Span) -> Error {
    Error::limit(format!("with its repetitions and PERMUTE written out the pattern has more than {PATTERN_STEPS_MAX} steps"))
        .at(span)
        .hint("let a repetition be open, as in A{3,}, and bound it by a condition such as COUNT(A.*) <= 500; PERMUTE of 6 has 720 orders")
}

/// A pattern whose rows are not given out.
fn left_out(pattern: Pattern) -> Pattern {
    match pattern {
        Pattern::Variable(variable) => Pattern::Excluded(variable),
        Pattern::Sequence(parts) => Pattern::Sequence(parts.into_iter().map(left_out).collect()),
        Pattern::Alternation(parts) => Pattern::Alternation(parts.into_iter().map(left_out).collect()),
        Pattern::Repetition { inner, min, max, greed } => {
            Pattern::Repetition { inner: Box::new(left_out(*inner)), min, max, greed }
        }
        other => other,
    }
}

/// All orders of some patterns, those first that begin with what is written first.
fn permuted(parts: Vec<Pattern>, span: Span) -> Result<Pattern> {
    let all = parts.iter().map(steps).sum::<usize>();
    let orders = (1..=parts.len()).fold(1usize, usize::saturating_mul);
    if all.saturating_mul(orders) > PATTERN_STEPS_MAX {
        return Err(too_large(span));
    }
    let mut found = Vec::with_capacity(orders);
    permute(&mut Vec::new(), &parts, &mut found);
    Ok(Pattern::Alternation(found))
}

fn permute(taken: &mut Vec<usize>, parts: &[Pattern], found: &mut Vec<Pattern>) {
    if taken.len() == parts.len() {
        found.push(Pattern::Sequence(taken.iter().map(|at| parts[*at].clone()).collect()));
        return;
    }
    for next in 0..parts.len() {
        if !taken.contains(&next) {
            taken.push(next);
            permute(taken, parts, found);
            taken.pop();
        }
    }
}
