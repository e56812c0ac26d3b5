//! Binding: syntax trees to typed logical plans. Names become positions, every coercion becomes a cast, every error has its place.
//!
//! ```text
//! query -> order               ORDER BY, LIMIT, OFFSET, FETCH
//!          select -> from     tables, views, sub-queries, windows; per_row, UNNEST and LATERAL
//!                    hint     how long state lives
//!                    unnamed  what is known of the time of rows, behind the columns that a query shows
//!                    expr     over the columns of FROM; literal, operator, function, json, access, coercion
//!                    aggregate  keys and calls; running or over windows
//!                    subquery   sub-queries as values and conditions; dependent and dependent_set, those that name columns around them
//!                    row_pattern  MATCH_RECOGNIZE: row_pattern_terms its pattern, row_pattern_reads what is read of matches
//!                    over       functions with OVER and their frames; top_n, filters on ranks
//! ```

mod access;
mod aggregate;
mod aggregate_call;
mod coercion;
mod corresponding;
mod create_function;
mod default_value;
mod dependent;
mod dependent_set;
mod expr;
mod from;
mod function;
mod gap_fill;
mod grouping_sets;
mod hint;
mod lambda;
mod library;
mod join;
mod join_nearest;
mod join_subquery;
mod join_time;
mod join_version;
mod join_within;
mod json;
mod literal;
mod operator;
mod operator_call;
mod order;
mod over;
mod over_frame;
mod overlaps;
mod partitioning;
mod per_row;
mod pivot;
mod quantified;
mod prepared;
mod query;
mod record;
mod reload;
mod respelled;
mod row_pattern;
mod row_pattern_reads;
mod row_pattern_terms;
mod scope;
mod select;
mod semi_join;
mod subquery;
mod sink;
mod table;
mod table_function;
mod top_n;
mod unit_word;
mod unnamed;
mod values;
mod variadic;
mod window;
mod window_row;

pub use create_function::{create_function, drop_function};
pub use function::check_names;
pub use library::{Given, evaluate_constant, given, with_functions};
pub use query::QueryBinder;
pub use scope::{Relation, ScopeField};
pub use sink::{Output, Target, conformed, insert, selected, sink, view, written};
pub use table::table;
