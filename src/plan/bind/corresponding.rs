//! CORRESPONDING: a set operation over the columns that both sides have by name, or that BY names, in the order of the left side or of BY.

use sqlparser::ast;

use super::function::argument_exprs;
use super::scope::{Relation, name_span, resolve, span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::plan::parse::CORRESPONDING;

/// By which columns the sides of a set operation go together.
pub struct Corresponding<'a> {
    /// What stands between the sides.
    call: &'a ast::Function,
}

/// The left side of a set operation without what CORRESPONDING put behind it.
pub fn left_side(left: &ast::SetExpr) -> (&ast::SetExpr, Option<Corresponding<'_>>) {
    match left {
        ast::SetExpr::SetOperation { left: inner, right, .. } => match carried(right) {
            Some(call) => (inner, Some(Corresponding { call })),
            None => (left, None),
        },
        _ => (left, None),
    }
}

/// The call that carries CORRESPONDING, if this is the operand that does.
fn carried(operand: &ast::SetExpr) -> Option<&ast::Function> {
    let ast::SetExpr::Values(values) = operand else { return None };
    match values.rows.first()?.content.as_slice() {
        [ast::Expr::Function(call)] if call.name.to_string() == format!("`{CORRESPONDING}`") => Some(call),
        _ => None,
    }
}

/// Refuses CORRESPONDING between operands that name columns of a query around.
pub fn refuse(operands: &[&ast::SetExpr]) -> Result<()> {
    match operands.iter().find_map(|operand| carried(operand)) {
        None => Ok(()),
        Some(call) => {
            let what = "CORRESPONDING in a sub-query that names columns of a query around";
            Err(unsupported(what, "select the same columns in the same order", &call.name))
        }
    }
}

impl Corresponding<'_> {
    /// Both sides with the columns that go together.
    pub fn sides(&self, left: Relation, right: Relation) -> Result<[Relation; 2]> {
        let names = self.names(&left, &right)?;
        let columns = |side: Relation| {
            let identity = side.plan.identity();
            let column = |name: &ast::Ident| Ok((name.value.clone(), identity[resolve(&side.fields, None, name)?].clone()));
            let columns = names.iter().map(column).collect::<Result<_>>()?;
            Ok(side.selected(columns))
        };
        Ok([columns(left)?, columns(right)?])
    }

    fn names(&self, left: &Relation, right: &Relation) -> Result<Vec<ast::Ident>> {
        let mut names = Vec::new();
        for e in argument_exprs(self.call)? {
            match e {
                ast::Expr::Identifier(name) => names.push(name.clone()),
                other => return Err(Error::sql("CORRESPONDING BY takes names of columns").at(span_of(other))),
            }
        }
        if let Some((at, name)) = names.iter().enumerate().find(|(at, name)| is_among(&name.value, &names[..*at])) {
            return Err(Error::sql(format!("CORRESPONDING BY names '{}' twice", names[at].value)).at(name_span(name)));
        }
        if names.is_empty() {
            let span: Span = span_of(&self.call.name);
            let is_of_right =
                |name: &String| right.fields.iter().any(|field| !field.is_unnamed() && field.name.eq_ignore_ascii_case(name));
            let common =
                left.fields.iter().filter(|field| !field.is_unnamed()).map(|field| &field.name).filter(|name| is_of_right(name));
            names.extend(common.map(|name| ast::Ident::new(name.clone())));
            if names.is_empty() {
                let error = Error::sql("CORRESPONDING between sides that have no column of one name").at(span);
                return Err(error.hint("give columns the same name with AS, or leave CORRESPONDING out"));
            }
        }
        Ok(names)
    }
}

fn is_among(name: &str, names: &[ast::Ident]) -> bool {
    names.iter().any(|other| other.value.eq_ignore_ascii_case(name))
}
