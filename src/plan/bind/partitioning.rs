//! Hints behind the name of a table that say how its rows get to the shards: HASH(columns), ROUND_ROBIN, SOURCE_ALIGNED and FAN_IN.

use crate::error::{Error, Result, nearest};
use crate::plan::catalog::Table;
use crate::plan::logical::{PartitionStrategy, Partitioning};
use crate::plan::statement::{Hint, HintArgument};

/// What a hint behind the name of a table says of how its rows get to the shards.
pub(super) fn partitioning(table: &Table, hint: &Hint) -> Result<Partitioning> {
    let span = hint.name.span;
    let strategy = match hint {
        _ if hint.is("HASH") => {
            PartitionStrategy::Hash(hint.arguments.iter().map(|of| hashed(table, of)).collect::<Result<_>>()?)
        }
        _ if hint.is("ROUND_ROBIN") => PartitionStrategy::RoundRobin,
        _ if hint.is("SOURCE_ALIGNED") => PartitionStrategy::SourceAligned,
        _ => PartitionStrategy::FanIn,
    };
    match (&strategy, hint.arguments.first()) {
        (PartitionStrategy::Hash(columns), None) if columns.is_empty() => {
            Err(Error::sql("HASH names no column").at(span).hint("such as trades /*+ HASH(sym) */"))
        }
        (PartitionStrategy::Hash(_), _) | (_, None) => Ok(Partitioning { strategy, span }),
        (_, Some(argument)) => Err(Error::sql(format!("{} takes no columns", hint.name.text))
            .at(argument.name.span)
            .hint("HASH(columns) sends rows by columns")),
    }
}

/// The column of a table that HASH names.
fn hashed(table: &Table, HintArgument { name, value }: &HintArgument) -> Result<usize> {
    if let Some(value) = value {
        return Err(Error::sql("HASH takes names of columns alone").at(value.span).hint("such as HASH(sym)"));
    }
    let names = || table.columns.iter().map(|column| column.name.as_str());
    names().position(|column| column.eq_ignore_ascii_case(&name.text)).ok_or_else(|| {
        let error = Error::sql(format!("'{}' has no column '{}'", table.def.name, name.text)).at(name.span);
        match nearest(&name.text, names()) {
            Some(near) => error.hint(format!("did you mean '{near}'?")),
            None => error.hint(format!("its columns are {}", names().collect::<Vec<_>>().join(", "))),
        }
    })
}
