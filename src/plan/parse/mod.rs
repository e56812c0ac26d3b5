//! SQL text to statements: Flink SQL on the parser crate, with a dialect and a statement reader of our own.
//!
//! ```text
//! text -> tokens, parameters put in -> statements split at ';' -> nesting checked -> reader: CREATE TABLE, INSERT, SET, ...
//!                                                                    |  queries and expressions
//!                                                                    v
//!                                           rewrite, window (tokens to normal forms) -> parser crate -> syntax tree
//! ```
//!
//! What the binder gets beyond plain SQL:
//!
//! **Window over a table.** `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))`, the same with named arguments, and
//! `FROM tumble(t, ts, INTERVAL '10' SECOND)` all become `TableFactor::TableFunction { expr, alias }`, where `expr` is an
//! `Expr::Function` whose name is one upper-case identifier and whose arguments are all `FunctionArg::Unnamed` expressions:
//!
//! | function   | arguments                                        |
//! |------------|--------------------------------------------------|
//! | `TUMBLE`   | table, [time column,] size [, offset]            |
//! | `HOP`      | table, [time column,] slide, size [, offset]     |
//! | `CUMULATE` | table, [time column,] step, size [, offset]      |
//! | `SESSION`  | table, [time column,] gap [, partition]          |
//!
//! - table: `Expr::Prefixed { prefix: "TABLE", value }` with `value` an `Expr::Identifier`, an `Expr::CompoundIdentifier` or, for
//!   a query in parentheses, an `Expr::Subquery`.
//! - time column: `Expr::Function` named `DESCRIPTOR` with one `Expr::Identifier`. Where none was written, the argument is
//!   missing, and the event-time column of the table is meant.
//! - durations: `Expr::Interval`.
//! - partition: `Expr::Function` named `PARTITION_BY` with the keys written behind the table.
//!
//! In `FROM tumble(...)` a call `` `$bounds`(TUMBLE(...)) `` stands round it: `*` shows its bounds and not its time.
//!
//! **Window in GROUP BY.** `GROUP BY TUMBLE(ts, size)`, `HOP(ts, slide, size)`, `SESSION(ts, gap)` stay function calls among the
//! expressions of GROUP BY, named as written; without a time column they have one argument fewer. `WINDOW TUMBLING (...)`,
//! `WINDOW SLIDING (...)` and `WINDOW SESSION (...)` become the first expression of GROUP BY in that form, upper-case.
//! `TUMBLE_START(...)` and the like are plain function calls. A `WINDOW` clause that remains names windows of OVER.
//!
//! **Intervals.** `Expr::Interval` with a text in single quotes and `leading_field` one of Year, Month, Day, Hour, Minute, Second
//! (weeks and quarters are multiplied out, milliseconds and finer are fractions of a second, units in the text and plural units
//! are brought into this form); `last_field` is set for `'1:30' MINUTE TO SECOND`. Texts are not checked here. `leading_field`
//! is `None` only where the text is no number and unit.
//!
//! **Arrival.** `ORDER BY "$arrival"` in OVER says that rows are taken as they come; it is made of `ROWS WINDOW BUFFER n ROWS`, whose own
//! ORDER BY is left out.
//!
//! **Lists behind WHEN.** `CASE x WHEN 1, 2 THEN` hands on the call `` `$when`(1, 2) `` as what x is compared with.
//!
//! **DISTINCT groups.** ``GROUP BY `$distinct`, a`` is `GROUP BY DISTINCT a`.
//!
//! **Lambdas.** `ARRAY_FILTER(a, x -> x > 1)` hands on `` ARRAY_FILTER(a, `$lambda`(x, x > 1)) ``.
//!
//! **EXCLUDE.** `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES` hands on `` `$exclude`(`TIES`, 2) `` as the distance of its start.
//!
//! **CORRESPONDING.** ``a UNION VALUES (`$corresponding`(x)) UNION b`` is `a UNION CORRESPONDING BY (x) b`.
//!
//! **MATCH_RECOGNIZE.** What the parser crate's grammar lacks stands in DEFINE, under names that no user writes (see `row_pattern`, `pattern`).
//!
//! **Types with names.** What CREATE TYPE declares is written out: no other part of the tree names it.
//!
//! **Types of CAST.** Turn them into ours with `data_type`; they are valid already.
//!
//! **Hints.** `SELECT /*+ BROADCAST(t) */` is read with [`hints_of`], `t /*+ OPTIONS(...) */` with [`table_hints_of`] from the name of the table. Anywhere
//! else a hint is a comment.
//!
//! **Parameters.** `:day` is the literal that is given for it, and no other part of the tree knows that it was one.
//!
//! **Depth.** Nesting is at most `NESTING_MAX`, operators on one way into an expression at most 256: recursion over a tree
//! is safe on the stack of [`on_large_stack`]. `MAP['k', 1]` is the call `MAP('k', 1)`.

mod array_aggregate;
mod catalog;
mod corresponding;
mod create_function;
mod create_table;
mod cursor;
mod data_type;
mod dialect;
mod difference;
mod fault;
mod from_last;
mod hint;
mod json;
mod lambda;
mod named_types;
mod nearest;
mod nesting;
mod params;
mod pattern;
mod reader;
mod record;
mod rewrite;
mod row_pattern;
mod split;
mod same;
mod syntax;
#[cfg(test)]
mod tests;
mod trim;
mod unicode;
mod variadic;
mod window;
mod window_clause;
mod written;

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

pub use corresponding::CORRESPONDING;
pub use data_type::{check_part, data_type, declared, interval_fields, is_bytea};
pub use difference::DIFFERENCE;
pub use fault::span_of;
pub use hint::{TableHints, hints_of, is_carrier, table_hints_of};
pub use lambda::LAMBDA;
pub use named_types::NamedTypes;
pub use params::Params;
pub use pattern::{CHOICE, END, GREEDY, LEFT_OUT, PERMUTE, RELUCTANT, SEQUENCE, START};
pub use rewrite::{ARRIVAL, EXCLUDE, GROUP_DISTINCT, WHEN_LIST};
pub use row_pattern::{FINAL, INPUT, PATTERN, RUNNING, SUBSET, WITHIN};
pub use same::check_same;
pub use split::{Statements, split};
pub use variadic::VARIADIC;
pub use window::{BOUNDS_SHOWN, PARTITION_BY};
pub use written::{literal, quoted};

use crate::error::{Error, Result};
use crate::plan::statement::Statement;

/// Reads a SQL text, in which the types of `types` have names and the parameters of `params` values, and adds the types that it declares. Faults
/// carry their place; the caller adds the text with `Error::in_text`, and stands [`on_large_stack`].
pub fn parse(text: &str, types: &mut NamedTypes, params: &mut Params) -> Result<Vec<Statement>> {
    let tokens = tokenize_all(text).map_err(|fault| fault::fault_of(fault, &[]))?;
    let tokens = hint::without_comments(params.put_in(tokens)?)?;
    reader::statements(&tokens, types)
}

/// Tokens without whitespace and comments.
fn tokenize(text: &str) -> std::result::Result<Vec<TokenWithSpan>, ParserError> {
    let mut tokens = tokenize_all(text)?;
    tokens.retain(means_something);
    Ok(tokens)
}

fn tokenize_all(text: &str) -> std::result::Result<Vec<TokenWithSpan>, ParserError> {
    Ok(Tokenizer::new(&dialect::FlinkDialect, text).tokenize_with_location()?)
}

fn means_something(token: &TokenWithSpan) -> bool {
    !matches!(token.token, Token::Whitespace(_) | Token::EOF)
}

/// Stack of a thread for deep trees; only what is used of it is ever in memory. Without optimisation the parser crate takes
/// some 300 KiB for a level of sub-queries, so that the deepest text allowed needs a quarter of this.
const LARGE_STACK_BYTES: usize = 128 << 20;

/// Runs `work` on a thread of its own, whose stack holds the deepest nesting allowed, whatever the caller's stack is.
/// For everything that follows a syntax tree by recursion, binding too.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("plan".to_owned())
            .stack_size(LARGE_STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(|e| Error::host(format!("no thread to plan on: {e}")))?;
        thread.join().unwrap_or_else(|_| Err(Error::internal("the planner broke off")))
    })
}
