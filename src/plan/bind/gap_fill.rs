//! `GAP_FILL(table, time, step, ...)` in FROM, as RisingWave has it: the rows of a table, and between two of them one for each step of time.
//!
//! ```text
//!   rows beside the values of the row before (LAG) -> once for each time from there up to their own -> what each column has at that time
//! ```
//!
//! Where rows come in the order of an event time, each is given out once with those before it; in any other order a row that comes between
//! two others changes what is filled in before the one behind it.

use sqlparser::ast;

use super::QueryBinder;
use super::coercion::cast;
use super::function::{argument_exprs, library_call};
use super::literal::bind_interval;
use super::operator::binary;
use super::over::{OrderItem, Overs};
use super::scope::{Relation, ScopeField, resolve, span_of};
use super::subquery::case;
use super::table_function::{item_of_array, unnested_rows};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::plan::late::late_table;
use crate::plan::logical::Plan;
use crate::types::{DataType, Value};

const USAGE: &str =
    "GAP_FILL(table, time, INTERVAL '1' MINUTE, LOCF(column), INTERPOLATE(column), KEEPNULL(column), PARTITION_BY(key))";

/// What a column has in a row that is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    /// NULL.
    Nothing,
    /// The value of the row before.
    Before,
    /// What lies on the line between the values of the rows before and behind, by time.
    Line,
    /// The same in all rows of a partition.
    Key,
}

/// A call, read.
struct GapFill {
    time: usize,
    step: Expr,
    /// For each column of the table.
    fills: Vec<Fill>,
}

/// Whether FROM calls this with that name.
pub fn is_gap_fill(name: &ast::ObjectName) -> bool {
    name.to_string().replace(['`', '"'], "").eq_ignore_ascii_case("GAP_FILL")
}

impl QueryBinder<'_> {
    /// The rows of the table in the first argument, and those that are filled in.
    pub(super) fn gap_fill(&mut self, args: &[&ast::Expr], span: Span) -> Result<Relation> {
        let [table, time, step, fills @ ..] = args else {
            return Err(Error::sql("GAP_FILL takes a table, its time and a step").at(span).hint(USAGE));
        };
        let relation = self.table_argument(table)?;
        let call = GapFill::read(&relation.fields, (time, step), fills)?;
        let late = |plan: &Plan| late_table(self.catalog, plan, "window");
        let own = relation.plan.identity();
        let keys = call.with(Fill::Key).map(|column| own[column].clone()).collect();
        let order = OrderItem { expr: own[call.time].clone(), descending: false, nulls_first: true };
        let asked: Vec<usize> = call.with(Fill::Before).chain(call.with(Fill::Line)).chain([call.time]).collect();
        let values = asked.iter().map(|column| own[*column].clone()).collect();
        let (overs, stand_ins) = Overs::of_row_before(values, keys, order, span);
        let (relation, found) = overs.over(relation, stand_ins, &late)?;
        let mut before = own.clone();
        asked.into_iter().zip(found).for_each(|(column, value)| before[column] = value);
        call.filled(relation, &own, &before, span)
    }
}

impl GapFill {
    fn read(fields: &[ScopeField], (time, step): (&ast::Expr, &ast::Expr), said: &[&ast::Expr]) -> Result<GapFill> {
        let column = column_named(time, fields)?;
        if !fields[column].data_type.is_timestamp() {
            let error = format!("GAP_FILL goes by a TIMESTAMP, '{}' is {}", fields[column].name, fields[column].data_type);
            return Err(Error::sql(error).at(span_of(time)));
        }
        let mut call = GapFill { time: column, step: constant_step(step)?, fills: vec![Fill::Nothing; fields.len()] };
        for said in said {
            let (fill, columns) = fill_named(said)?;
            for named in columns {
                call.fill(fill, column_named(named, fields)?, fields, span_of(named))?;
            }
        }
        Ok(call)
    }

    fn fill(&mut self, fill: Fill, column: usize, fields: &[ScopeField], span: Span) -> Result<()> {
        let field = &fields[column];
        if column == self.time {
            return Err(Error::sql(format!("'{}' is the time itself, which goes on by steps", field.name)).at(span));
        }
        if fill == Fill::Line && !field.data_type.is_numeric() {
            let error = format!("INTERPOLATE takes a number, '{}' is {}", field.name, field.data_type);
            return Err(Error::sql(error).at(span).hint("LOCF takes the value of the row before"));
        }
        if !matches!(self.fills[column], Fill::Nothing) {
            return Err(Error::sql(format!("GAP_FILL says twice what '{}' has where there is no row", field.name)).at(span));
        }
        self.fills[column] = fill;
        Ok(())
    }

    fn with(&self, fill: Fill) -> impl Iterator<Item = usize> {
        self.fills.iter().enumerate().filter(move |(_, own)| **own == fill).map(|(column, _)| column)
    }

    /// `relation` once for each time that a row stands for; `own` are the columns of the row, `before` those of the one before it that
    /// are asked for.
    fn filled(&self, relation: Relation, own: &[Expr], before: &[Expr], span: Span) -> Result<Relation> {
        let fields = relation.fields.clone();
        let (time, last) = (&own[self.time], &before[self.time]);
        let first = binary(BinaryOp::Add, last.clone(), self.step.clone(), span)?;
        let steps = library_call("RANGE", vec![first, time.clone(), self.step.clone()], span)?;
        // Without a row before there is nothing to fill, and the row stands for itself alone.
        let steps = Expr::Coalesce { data_type: steps.data_type(), args: vec![steps, library_call("ARRAY", vec![], span)?] };
        let times = library_call("ARRAY_APPEND", vec![steps, time.clone()], span)?;
        let at = cast(item_of_array(0, &times), &time.data_type());
        let is_filled = binary(BinaryOp::Lt, at.clone(), time.clone(), span)?;
        let mut values = Vec::new();
        for (column, fill) in self.fills.iter().enumerate() {
            let (value, last_value) = (&own[column], &before[column]);
            let data_type = value.data_type();
            let filled = match fill {
                _ if column == self.time => {
                    values.push(at.clone());
                    continue;
                }
                Fill::Key => value.clone(),
                Fill::Before => last_value.clone(),
                Fill::Nothing => Expr::Literal { value: Value::Null, data_type: data_type.clone() },
                Fill::Line => on_line([last_value, value], [last, &at, time], span)?,
            };
            values.push(case(vec![(is_filled.clone(), filled)], value.clone()));
        }
        let rows = unnested_rows(relation, vec![times], &mut values, span)?;
        let columns = fields.iter().map(|field| field.name.clone()).zip(values).collect();
        Ok(Relation { plan: rows.plan.projected(columns), fields, event_times: Vec::new(), windows: Vec::new() })
    }
}

/// What lies between two values at a time between theirs; a whole number is rounded down.
fn on_line([before, behind]: [&Expr; 2], [first, at, last]: [&Expr; 3], span: Span) -> Result<Expr> {
    let double = |e: Expr| cast(e, &DataType::Double);
    let nanos = |to: &Expr| library_call("TIMESTAMPDIFF_NANOSECOND", vec![first.clone(), to.clone()], span).map(double);
    let share = binary(BinaryOp::Divide, nanos(at)?, nanos(last)?, span)?;
    let rise = binary(BinaryOp::Subtract, double(behind.clone()), double(before.clone()), span)?;
    let risen = binary(BinaryOp::Multiply, rise, share, span)?;
    let data_type = before.data_type();
    let risen = if data_type.is_integer() { library_call("FLOOR", vec![risen], span)? } else { risen };
    Ok(cast(binary(BinaryOp::Add, before.clone(), cast(risen, &data_type), span)?, &data_type))
}

/// A step of time, longer than nothing.
fn constant_step(e: &ast::Expr) -> Result<Expr> {
    let ast::Expr::Interval(interval) = e else {
        return Err(Error::sql("the step of GAP_FILL is an INTERVAL constant")
            .at(span_of(e))
            .hint("such as INTERVAL '1' MINUTE"));
    };
    match bind_interval(interval)? {
        Expr::Literal { value: Value::Int(..=0), .. } => {
            Err(Error::sql("the step of GAP_FILL must be longer than nothing").at(span_of(e)))
        }
        step => Ok(step),
    }
}

/// What `LOCF(column)` and its kin say, and of which columns.
fn fill_named(e: &ast::Expr) -> Result<(Fill, Vec<&ast::Expr>)> {
    let wrong = || Error::sql("GAP_FILL does not know what this says").at(span_of(e)).hint(USAGE);
    let ast::Expr::Function(call) = e else { return Err(wrong()) };
    let fill = match call.name.to_string().to_ascii_uppercase().as_str() {
        "LOCF" => Fill::Before,
        "INTERPOLATE" => Fill::Line,
        "KEEPNULL" => Fill::Nothing,
        "PARTITION_BY" => Fill::Key,
        _ => return Err(wrong()),
    };
    let columns = argument_exprs(call)?;
    let takes_one = fill != Fill::Key;
    if columns.is_empty() || takes_one && columns.len() > 1 { Err(wrong()) } else { Ok((fill, columns)) }
}

fn column_named(e: &ast::Expr, fields: &[ScopeField]) -> Result<usize> {
    match e {
        ast::Expr::Identifier(name) => resolve(fields, None, name),
        ast::Expr::CompoundIdentifier(parts) if parts.len() == 2 => resolve(fields, Some(&parts[0]), &parts[1]),
        other => Err(Error::sql("GAP_FILL takes columns, not expressions")
            .at(span_of(other))
            .hint("compute it in a view, and give that to GAP_FILL")),
    }
}
