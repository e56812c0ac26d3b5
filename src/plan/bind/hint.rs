//! The hint `STATE_TTL('t' = '1 d', 'u' = '12 h')` behind SELECT: how long rows of an input live in a join of FROM that nothing else bounds,
//! and the groups of an aggregate over a single input. Of two joins in a row, the rows that the first gives out have no name.

use sqlparser::ast;

use crate::error::{Error, Result, nearest};
use crate::plan::logical::Plan;
use crate::plan::parse::hints_of;
use crate::plan::statement::{HintArgument, Name};
use crate::types::parse_duration;

/// What the hints of a SELECT say about state.
#[derive(Debug, Default)]
pub struct StateTtl {
    /// Inputs by name, with nanoseconds; 0 is for ever.
    inputs: Vec<(String, u64)>,
}

impl StateTtl {
    /// What the hints of a SELECT say of its inputs.
    pub fn of(select: &ast::Select) -> Result<StateTtl> {
        let hints = hints_of(select)?;
        let names: Vec<&str> = select.from.iter().flat_map(names_of).collect();
        let arguments = hints.iter().filter(|hint| hint.is("STATE_TTL")).flat_map(|hint| &hint.arguments);
        let inputs = arguments.map(|argument| Ok((input(&argument.name, &names)?, duration(argument)?)));
        Ok(StateTtl { inputs: inputs.collect::<Result<_>>()? })
    }

    /// What they say of an input.
    pub fn of_input(&self, input: &ast::TableFactor) -> Option<u64> {
        let name = name_of(input)?;
        self.inputs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, ttl)| *ttl)
    }

    /// What they say of an item of FROM that is one input.
    pub fn of_table(&self, table: &ast::TableWithJoins) -> Option<u64> {
        self.of_input(&table.relation).filter(|_| table.joins.is_empty())
    }

    /// What they say of the one input of an aggregate.
    pub fn of_only(&self, select: &ast::Select) -> Option<u64> {
        if let [table] = select.from.as_slice() { self.of_table(table) } else { None }
    }
}

/// Sets how long the rows of the inputs of a join live; `plan` is one, below what reads its columns.
pub fn join_lives(plan: &mut Plan, ttl: [Option<u64>; 2]) {
    if let Plan::Join(join) = plan.below_calcs() {
        join.ttl = ttl;
    }
}

/// Sets how long the groups of an aggregate live; `plan` is one, below what reads its columns.
pub fn aggregate_lives(plan: &mut Plan, ttl: Option<u64>) {
    if let Plan::Aggregate(aggregate) = plan.below_calcs() {
        aggregate.ttl = ttl;
    }
}

/// What the inputs of an item of FROM go by.
fn names_of(table: &ast::TableWithJoins) -> Vec<&str> {
    let mut names = Vec::new();
    for factor in std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)) {
        match factor {
            ast::TableFactor::NestedJoin { table_with_joins, .. } => names.extend(names_of(table_with_joins)),
            factor => names.extend(name_of(factor)),
        }
    }
    names
}

/// What an input goes by: its alias, or the name of its table.
fn name_of(factor: &ast::TableFactor) -> Option<&str> {
    use ast::TableFactor as F;
    let (alias, name) = match factor {
        F::Table { alias, name, .. } => (alias, name.0.last()),
        F::Derived { alias, .. } | F::TableFunction { alias, .. } => (alias, None),
        _ => return None,
    };
    match (alias, name) {
        (Some(alias), _) => Some(&alias.name.value),
        (None, Some(ast::ObjectNamePart::Identifier(name))) => Some(&name.value),
        (None, _) => None,
    }
}

fn input(name: &Name, inputs: &[&str]) -> Result<String> {
    if inputs.iter().any(|input| input.eq_ignore_ascii_case(&name.text)) {
        return Ok(name.text.clone());
    }
    let error = Error::sql(format!("STATE_TTL names '{}', which is no input of this SELECT", name.text)).at(name.span);
    Err(match nearest(&name.text, inputs.iter().copied()) {
        Some(near) => error.hint(format!("did you mean '{near}'?")),
        None => error.hint("an input goes by its alias, or else by the name of its table"),
    })
}

fn duration(HintArgument { name, value }: &HintArgument) -> Result<u64> {
    let wrong = |name: &Name, what: String| Error::sql(what).at(name.span).hint("such as STATE_TTL('t' = '1 h'); 0 is for ever");
    let Some(value) = value else { return Err(wrong(name, format!("STATE_TTL does not say how long '{}' lives", name.text))) };
    let ttl = parse_duration(&value.text).and_then(|ttl| u64::try_from(ttl.as_nanos()).ok());
    ttl.ok_or_else(|| wrong(value, format!("the STATE_TTL of '{}' is a duration, not '{}'", name.text, value.text)))
}
