//! Hints behind SELECT that say something of the inputs of FROM. Of two joins in a row, the rows that the first gives out have no name.
//!
//! `STATE_TTL('t' = '1 d', 'u' = '12 h')`: how long rows of an input live in a join that nothing else bounds, and the groups of an aggregate
//! over a single input. `BROADCAST(t)`: its join sends it to every shard, if it can; `SHUFFLE_HASH(t)` and `SHUFFLE_MERGE(t)`: both
//! inputs go by key.

use sqlparser::ast;

use crate::error::{Error, Result, nearest};
use crate::plan::logical::{Plan, Spread};
use crate::plan::parse::hints_of;
use crate::plan::statement::{Hint, HintArgument, Name};
use crate::types::parse_duration;

/// What the hints of a SELECT say of its inputs, by name.
#[derive(Debug, Default)]
pub struct InputHints {
    inputs: Vec<(String, Asked)>,
}

/// What hints ask for an input.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// How long its rows live, in nanoseconds; 0 is for ever.
    ttl: Option<u64>,
    /// How a join brings its rows to the shards.
    spread: Option<Spread>,
}

impl InputHints {
    /// Those of a SELECT.
    pub fn of(select: &ast::Select) -> Result<InputHints> {
        let names: Vec<&str> = select.from.iter().flat_map(names_of).collect();
        let mut inputs = Vec::new();
        for hint in hints_of(select)? {
            for argument in &hint.arguments {
                if let Some(asked) = asked(&hint, argument)? {
                    inputs.push((input(&hint, &argument.name, &names)?, asked));
                }
            }
        }
        Ok(InputHints { inputs })
    }

    /// What they ask for an input.
    pub fn of_input(&self, input: &ast::TableFactor) -> Asked {
        let Some(name) = name_of(input) else { return Asked::default() };
        let own = self.inputs.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        own.fold(Asked::default(), |all, (_, asked)| Asked { ttl: all.ttl.or(asked.ttl), spread: all.spread.or(asked.spread) })
    }

    /// What they ask for an item of FROM that is one input.
    pub fn of_table(&self, table: &ast::TableWithJoins) -> Asked {
        if table.joins.is_empty() { self.of_input(&table.relation) } else { Asked::default() }
    }

    /// How long the groups of an aggregate over one input live.
    pub fn ttl_of_only(&self, select: &ast::Select) -> Option<u64> {
        if let [table] = select.from.as_slice() { self.of_table(table).ttl } else { None }
    }
}

/// Tells a join what is asked for its inputs; `plan` is one, below what reads its columns.
pub fn ask_of_join(plan: &mut Plan, asked: [Asked; 2]) {
    if let Plan::Join(join) = plan.below_calcs() {
        join.ttl = asked.map(|asked| asked.ttl);
        join.spread = asked.map(|asked| asked.spread);
    }
}

/// What a hint asks for one of the inputs that it names; `None` where it says nothing that is known here.
fn asked(hint: &Hint, argument: &HintArgument) -> Result<Option<Asked>> {
    let spread = |spread| Ok(Some(Asked { spread: Some(spread), ..Asked::default() }));
    match hint {
        _ if hint.is("STATE_TTL") => Ok(Some(Asked { ttl: Some(duration(argument)?), ..Asked::default() })),
        _ if hint.is("BROADCAST") => spread(Spread::Everywhere),
        _ if hint.is("SHUFFLE_HASH") || hint.is("SHUFFLE_MERGE") => spread(Spread::ByKey),
        _ => Ok(None),
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

fn input(hint: &Hint, name: &Name, inputs: &[&str]) -> Result<String> {
    if inputs.iter().any(|input| input.eq_ignore_ascii_case(&name.text)) {
        return Ok(name.text.clone());
    }
    let error = format!("{} names '{}', which is no input of this SELECT", hint.name.text, name.text);
    let error = Error::sql(error).at(name.span);
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
