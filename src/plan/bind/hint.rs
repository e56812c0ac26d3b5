//! Hints behind SELECT that say something of the inputs of FROM. Of two joins in a row, the rows that the first gives out have no name.
//!
//! `STATE_TTL('t' = '1 d', 'u' = '12 h')`: how long rows of an input live in a join that nothing else bounds, versions in a temporal join, and
//! the groups of an aggregate over a single input; where it bounds nothing it is refused. `BROADCAST(t)`: its join sends it to every shard, if it
//! can; `SHUFFLE_HASH(t)` and `SHUFFLE_MERGE(t)`: both inputs go by key. NEST_LOOP, MULTI_JOIN and LOOKUP say how another engine is to go about
//! it, and change nothing here. All of them must name inputs that there are. Behind the SELECT of a LATERAL that goes row by row they are of its join to the
//! rows before it.

use std::cell::Cell;

use sqlparser::ast;

use crate::error::{Error, Result, nearest};
use crate::plan::logical::{Join, Plan, Spread};
use crate::plan::parse::hints_of;
use crate::plan::physical::{JoinTime, TimeMeaning};
use crate::plan::statement::{Hint, HintArgument, Name};
use crate::types::parse_duration;

/// The hints there are.
const KNOWN: [&str; 7] = ["STATE_TTL", "BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN", "LOOKUP"];

const WHAT_LIVES: &str = "STATE_TTL is for the inputs of regular joins, for versions, and for groups of a single input";

/// What the hints of a SELECT say of its inputs.
#[derive(Debug, Default)]
pub struct InputHints {
    hinted: Vec<Hinted>,
}

/// What a hint says of an input.
#[derive(Debug)]
struct Hinted {
    input: Name,
    says: Says,
    /// Whether something of the SELECT goes by it.
    is_taken: Cell<bool>,
}

#[derive(Debug, Clone, Copy)]
enum Says {
    /// How long its rows live, in nanoseconds; 0 is for ever.
    Lives(u64),
    /// How a join brings its rows to the shards.
    Spreads(Spread),
}

/// What hints ask for an input.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// Which of the hints says how long its rows live.
    lives: Option<usize>,
    /// How a join brings its rows to the shards.
    spread: Option<Spread>,
}

impl InputHints {
    /// Those of a SELECT.
    pub fn of(select: &ast::Select) -> Result<InputHints> {
        let factors: Vec<&ast::TableFactor> = select.from.iter().flat_map(factors_of).collect();
        let names: Vec<&str> = factors.iter().copied().filter_map(name_of).collect();
        let mut hinted = Vec::new();
        for hint in hints_of(select)? {
            check_known(&hint)?;
            if hint.is("LOOKUP") {
                check_lookup(&hint, &factors)?;
                continue;
            }
            for argument in &hint.arguments {
                let says = says(&hint, argument)?;
                check_input(&hint, &argument.name, &names)?;
                let own = says.map(|says| Hinted { input: argument.name.clone(), says, is_taken: Cell::new(false) });
                // Of several times to live the first one counts, as in Flink.
                hinted.extend(own.filter(|own| own.lives().is_none() || !hinted.iter().any(|before| own.is_said_by(before))));
            }
        }
        Ok(InputHints { hinted })
    }

    /// What they ask for an input.
    pub fn of_input(&self, input: &ast::TableFactor) -> Asked {
        let Some(name) = name_of(input) else { return Asked::default() };
        let mut all = Asked::default();
        for (at, hinted) in self.hinted.iter().enumerate().filter(|(_, hinted)| hinted.input.text.eq_ignore_ascii_case(name)) {
            match hinted.says {
                Says::Lives(_) => all.lives = all.lives.or(Some(at)),
                Says::Spreads(spread) => all.spread = all.spread.or(Some(spread)),
            }
        }
        all
    }

    /// What they ask for an item of FROM that is one input.
    pub fn of_table(&self, table: &ast::TableWithJoins) -> Asked {
        if table.joins.is_empty() { self.of_input(&table.relation) } else { Asked::default() }
    }

    /// Tells a join what is asked for its inputs; `plan` is one, below what reads its columns.
    pub fn ask_of_join(&self, plan: &mut Plan, asked: [Asked; 2]) {
        if let Plan::Join(join) = plan.below_calcs() {
            join.ttl = asked.map(|asked| self.take_life(asked));
            join.spread = asked.map(|asked| asked.spread);
        }
    }

    /// Tells an aggregate how long its groups live, where they are made of one input; `plan` is one, below what reads its columns.
    pub fn ask_of_aggregate(&self, plan: &mut Plan, select: &ast::Select) {
        if let ([table], Plan::Aggregate(aggregate)) = (select.from.as_slice(), plan.below_calcs()) {
            aggregate.ttl = self.take_life(self.of_table(table));
        }
    }

    fn take_life(&self, asked: Asked) -> Option<u64> {
        let hinted = &self.hinted[asked.lives?];
        hinted.is_taken.set(true);
        hinted.lives()
    }

    /// Refuses a STATE_TTL for an input of a join in `plan`, which is FROM and WHERE, that something else bounds.
    pub fn check_joins(&self, plan: &Plan) -> Result<()> {
        let mut wrong = None;
        plan.walk(&mut |part| {
            if let Plan::Join(join) = part {
                let of_input = |input: usize| Some((join.ttl[input]?, why_not(join, input)?));
                wrong = wrong.or_else(|| of_input(0)).or_else(|| of_input(1));
            }
        });
        match wrong {
            Some((ttl, why)) => Err(match self.hinted.iter().find(|hinted| hinted.lives() == Some(ttl)) {
                Some(hinted) => hinted.refused(why),
                // A condition of this SELECT made a join of a sub-query one over time.
                None => Error::sql(format!("a STATE_TTL below bounds nothing: {why}")).hint(WHAT_LIVES),
            }),
            None => Ok(()),
        }
    }

    /// Refuses a STATE_TTL that nothing goes by, when all of the SELECT has been bound.
    pub fn check_taken(&self) -> Result<()> {
        match self.hinted.iter().find(|hinted| hinted.lives().is_some() && !hinted.is_taken.get()) {
            Some(hinted) => Err(hinted.refused("it is neither an input of a join that keeps rows nor grouped by itself")),
            None => Ok(()),
        }
    }
}

impl Hinted {
    fn lives(&self) -> Option<u64> {
        match self.says {
            Says::Lives(ttl) => Some(ttl),
            Says::Spreads(_) => None,
        }
    }

    /// Whether another says how long the same input lives.
    fn is_said_by(&self, other: &Hinted) -> bool {
        other.lives().is_some() && other.input.text.eq_ignore_ascii_case(&self.input.text)
    }

    fn refused(&self, why: &str) -> Error {
        Error::sql(format!("the STATE_TTL of '{}' bounds nothing: {why}", self.input.text)).at(self.input.span).hint(WHAT_LIVES)
    }
}

/// Why rows of an input of this join do not grow old, if they do not.
fn why_not(join: &Join, input: usize) -> Option<&'static str> {
    match (&join.time, input) {
        _ if join.lookup.is_some() => Some("a lookup join keeps the table, whatever its age"),
        (None, _) | (Some(JoinTime { meaning: TimeMeaning::Versions(_), .. }), 1) => None,
        (Some(JoinTime { meaning: TimeMeaning::Versions(_), .. }), _) => {
            Some("rows on the left of a temporal join wait for the watermark, which frees them")
        }
        (Some(_), _) => Some("the watermark frees the rows of a join over time"),
    }
}

/// What a hint says of one of the inputs that it names; `None` where that changes nothing here.
fn says(hint: &Hint, argument: &HintArgument) -> Result<Option<Says>> {
    match hint {
        _ if hint.is("STATE_TTL") => Ok(Some(Says::Lives(duration(argument)?))),
        _ if hint.is("BROADCAST") => Ok(Some(Says::Spreads(Spread::Everywhere))),
        _ if hint.is("SHUFFLE_HASH") || hint.is("SHUFFLE_MERGE") => Ok(Some(Says::Spreads(Spread::ByKey))),
        _ => Ok(None),
    }
}

fn check_known(Hint { name, arguments }: &Hint) -> Result<()> {
    if !KNOWN.iter().any(|known| name.text.eq_ignore_ascii_case(known)) {
        let error = Error::sql(format!("there is no hint {}", name.text)).at(name.span);
        return Err(match nearest(&name.text.to_ascii_uppercase(), KNOWN) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("there are {}", KNOWN.join(", "))),
        });
    }
    if arguments.is_empty() {
        let error = Error::sql(format!("the hint {} names no input", name.text)).at(name.span);
        return Err(error.hint("it takes the name of a table of FROM, or of its alias"));
    }
    Ok(())
}

/// `LOOKUP('table' = 't', 'async' = 'true', ...)`: how to ask a table elsewhere. Here it has been read, so only asking again for a row that is
/// not there would make a difference.
fn check_lookup(hint: &Hint, factors: &[&ast::TableFactor]) -> Result<()> {
    const ASKING: [&str; 5] = ["table", "async", "output-mode", "capacity", "timeout"];
    let mut named = None;
    for HintArgument { name, value } in &hint.arguments {
        match value {
            Some(value) if name.text == "table" => named = Some(value),
            Some(_) if ASKING.contains(&name.text.as_str()) => {}
            _ => {
                let error = Error::sql(format!("'{}' of the hint LOOKUP is not supported", name.text)).at(name.span);
                return Err(
                    error.hint(format!("{} are there; a row meets what the table holds when it comes", ASKING.join(", ")))
                );
            }
        }
    }
    let Some(named) = named else {
        return Err(Error::sql("the hint LOOKUP does not say of which table")
            .at(hint.name.span)
            .hint("such as LOOKUP('table' = 't')"));
    };
    let names: Vec<&str> = factors.iter().flat_map(|factor| name_of(factor).into_iter().chain(table_of(factor))).collect();
    check_input(hint, named, &names)
}

/// The inputs of an item of FROM.
fn factors_of(table: &ast::TableWithJoins) -> Vec<&ast::TableFactor> {
    let mut factors = Vec::new();
    for factor in std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)) {
        match factor {
            ast::TableFactor::NestedJoin { table_with_joins, .. } => factors.extend(factors_of(table_with_joins)),
            factor => factors.push(factor),
        }
    }
    factors
}

/// What an input goes by: its alias, or the name of its table.
fn name_of(factor: &ast::TableFactor) -> Option<&str> {
    use ast::TableFactor as F;
    match factor {
        F::Table { alias: Some(alias), .. }
        | F::Derived { alias: Some(alias), .. }
        | F::TableFunction { alias: Some(alias), .. } => Some(&alias.name.value),
        _ => table_of(factor),
    }
}

/// The name of the table that an input is.
fn table_of(factor: &ast::TableFactor) -> Option<&str> {
    match factor {
        ast::TableFactor::Table { name, .. } => match name.0.last()? {
            ast::ObjectNamePart::Identifier(name) => Some(&name.value),
            ast::ObjectNamePart::Function(_) => None,
        },
        _ => None,
    }
}

fn check_input(hint: &Hint, name: &Name, inputs: &[&str]) -> Result<()> {
    if inputs.iter().any(|input| input.eq_ignore_ascii_case(&name.text)) {
        return Ok(());
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
