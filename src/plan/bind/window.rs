//! Windows: table functions in FROM, window functions in GROUP BY, and what they say about time.

use sqlparser::ast;

use super::QueryBinder;
use super::aggregate::WINDOW_BASE;
use super::expr::ExprBinder;
use super::function::{argument_exprs, upper_name};
use super::literal::bind_interval;
use super::scope::{Relation, ScopeField, Sight, name_span, resolve, span_of};
use super::window_row::row_of_bounds;
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::limits::WINDOW_PANES_MAX;
use crate::plan::logical::{Plan, WindowAssign, WindowColumns, WindowsOf};
use crate::plan::parse::{BOUNDS_SHOWN, PARTITION_BY, TableHints, table_hints_of};
use crate::plan::physical::{Aligned, Window};
use crate::plan::processing_time::is_moment;
use crate::types::relation::WindowColumn;
use crate::types::{DataType, Field, Schema, Value};

/// The columns a window appends, in order.
pub const WINDOW_COLUMNS: [&str; 3] = ["window_start", "window_end", "window_time"];

/// Nanoseconds of a millisecond.
pub const MILLISECOND: i64 = 1_000_000;

/// A window in GROUP BY, over a column of the relation below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupWindow {
    /// Event-time column.
    pub time_column: usize,
    /// Which windows.
    pub window: Window,
}

/// Whether `name` (upper-case) makes windows.
pub fn is_window_function(name: &str) -> bool {
    ["TUMBLE", "HOP", "CUMULATE", "SESSION"].contains(&name)
}

/// Whether `name` (upper-case) reads a bound of the window in GROUP BY, such as TUMBLE_START.
pub fn is_auxiliary(name: &str) -> bool {
    auxiliary(name).is_some()
}

/// Which window column an auxiliary function reads.
fn auxiliary(name: &str) -> Option<usize> {
    let (window, part) = name.split_once('_')?;
    if !is_window_function(window) {
        return None;
    }
    ["START", "END", "ROWTIME"].iter().position(|p| *p == part)
}

/// A call of a window function among the expressions of GROUP BY.
pub fn group_window_call(e: &ast::Expr) -> Option<&ast::Function> {
    match e {
        ast::Expr::Function(call) if is_window_function(&upper_name(call)) => Some(call),
        _ => None,
    }
}

/// The types of window_start, window_end and window_time for an event-time column of this type.
pub fn window_types(time: &DataType, window: &Window) -> [DataType; 3] {
    let lengths = match window {
        Window::Aligned(aligned) => [aligned.size(), aligned.step(), aligned.offset()],
        Window::Session { gap } => [*gap, 0, 0],
    };
    let whole = lengths.iter().all(|n| n % MILLISECOND == 0);
    let precision = if whole { 3 } else { 9 };
    let end = if matches!(time, DataType::TimestampLtz(_)) {
        DataType::TimestampLtz(precision)
    } else {
        DataType::Timestamp(precision)
    };
    [DataType::Timestamp(precision), DataType::Timestamp(precision), end]
}

impl QueryBinder<'_> {
    /// `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size))` and its kin.
    pub(super) fn window_table(&mut self, e: &ast::Expr) -> Result<Relation> {
        let ast::Expr::Function(call) = e else {
            return Err(Error::sql("a window function is expected here")
                .at(span_of(e))
                .hint("TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)"));
        };
        let name = upper_name(call);
        let mut args = argument_exprs(call)?;
        if let (true, [inner]) = (name.eq_ignore_ascii_case(BOUNDS_SHOWN), args.as_slice()) {
            let mut relation = self.window_table(inner)?;
            if let Some(time) = relation.fields.last_mut() {
                time.sight = Sight::Unshown;
            }
            return Ok(relation);
        }
        let partition = args.pop_if(|last| is_partition(last));
        let (Some(table), true) = (args.first(), is_window_function(&name)) else {
            return Err(Error::sql(format!("there is no table function '{name}'"))
                .at(span_of(&call.name))
                .hint("TUMBLE, HOP, CUMULATE and SESSION are there"));
        };
        let relation = self.table_argument(table)?;
        let written = args.get(1).map_or(Ok(None), |a| descriptor(a))?;
        let durations = &args[1 + usize::from(written.is_some())..];
        let window = durations_of(&name, durations, span_of(&call.name))?;
        if let (Some(column), Window::Aligned(_)) = (&written, window)
            && let Some(column) = value_column(&relation, column)?
        {
            return Ok(assign(relation, (column, WindowsOf::Values), window, Vec::new()));
        }
        let time_column = match written {
            Some(column) => time_column(&relation, Some(&column))?,
            None => time_column_or_at(&relation, span_of(&call.name))?,
        };
        let keys = match partition {
            Some(ast::Expr::Function(partition)) => argument_exprs(partition)?,
            _ => Vec::new(),
        };
        let keys = keys.into_iter().map(|key| column_of(key, &relation.fields)).collect::<Result<_>>()?;
        Ok(assign(relation.timed_by(time_column), (time_column, WindowsOf::Time), window, keys))
    }

    /// A table as the argument of a function of FROM.
    pub(super) fn table_argument(&mut self, e: &ast::Expr) -> Result<Relation> {
        match e {
            ast::Expr::Prefixed { value, .. } | ast::Expr::Nested(value) => self.table_argument(value),
            ast::Expr::Identifier(name) => self.named_relation(name, &TableHints::default()),
            ast::Expr::CompoundIdentifier(parts) if !parts.is_empty() => {
                self.named_relation(&parts[parts.len() - 1], &table_hints_of(parts)?)
            }
            ast::Expr::Subquery(query) => self.query(query),
            other => Err(Error::sql("a table is expected here").at(span_of(other)).hint("such as TABLE trades")),
        }
    }
}

impl ExprBinder<'_> {
    /// window_start, window_end or window_time of the window in GROUP BY, by that name.
    pub(super) fn window_column(&self, name: &str) -> Option<Expr> {
        let window = self.grouping.as_ref()?.window?;
        let part = WINDOW_COLUMNS.iter().position(|column| column.eq_ignore_ascii_case(name))?;
        let types = window_types(&self.fields[window.time_column].data_type, &window.window);
        Some(Expr::column(WINDOW_BASE + part, types[part].clone()))
    }

    /// The window of the grouping itself, written out in the select list: a ROW of its bounds.
    pub(super) fn window_struct(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let span = span_of(&call.name);
        let Some(window) = self.grouping.as_ref().and_then(|grouping| grouping.window) else {
            return Err(Error::internal("a window that is not grouped by"));
        };
        if !window.is_meant(name, call, self.fields)? {
            return Err(another_window(name, span));
        }
        let [start, end, _] = window_types(&self.fields[window.time_column].data_type, &window.window);
        row_of_bounds(Expr::column(WINDOW_BASE, start), Expr::column(WINDOW_BASE + 1, end))
    }

    /// TUMBLE_START and the like: a column of the grouping's window.
    pub(super) fn window_auxiliary(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let span = span_of(&call.name);
        let window = self.grouping.as_ref().and_then(|g| g.window);
        let (Some(part), Some(window)) = (auxiliary(name), window) else {
            return Err(Error::sql(format!("{name} needs its window in GROUP BY"))
                .at(span)
                .hint("such as GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)"));
        };
        if let (Some(kind), false) = (name.split('_').next(), call_has_no_arguments(call))
            && (!window.is_kind(kind) || !window.is_meant(kind, call, self.fields)?)
        {
            return Err(another_window(name, span).hint("without arguments it is that of GROUP BY"));
        }
        let types = window_types(&self.fields[window.time_column].data_type, &window.window);
        Ok(Expr::column(WINDOW_BASE + part, types[part].clone()))
    }
}

fn another_window(name: &str, span: Span) -> Error {
    Error::sql(format!("{name} names another window than GROUP BY")).at(span)
}

fn is_partition(e: &ast::Expr) -> bool {
    matches!(e, ast::Expr::Function(call) if upper_name(call) == PARTITION_BY)
}

fn call_has_no_arguments(call: &ast::Function) -> bool {
    argument_exprs(call).is_ok_and(|args| args.is_empty())
}

/// The window of a call in GROUP BY: `TUMBLE(ts, size)`, `HOP(ts, slide, size)`; without a column the event time is meant.
pub fn group_window(name: &str, call: &ast::Function, relation: &Relation) -> Result<GroupWindow> {
    let (written, window) = written_window(name, call, &relation.fields)?;
    Ok(GroupWindow { time_column: checked_time(written, relation, span_of(&call.name))?, window })
}

/// The column that a call names, if it does, and the windows.
fn written_window(name: &str, call: &ast::Function, fields: &[ScopeField]) -> Result<(Option<usize>, Window)> {
    let args = argument_exprs(call)?;
    let written = args.first().filter(|a| !matches!(a, ast::Expr::Interval(_))).map(|a| column_of(a, fields)).transpose()?;
    let durations = if written.is_some() { &args[1..] } else { &args[..] };
    Ok((written, durations_of(&name.to_ascii_uppercase(), durations, span_of(&call.name))?))
}

impl GroupWindow {
    /// Whether it is written with this function.
    fn is_kind(&self, name: &str) -> bool {
        match self.window {
            Window::Aligned(Aligned::Tumble { .. }) => name == "TUMBLE",
            Window::Aligned(Aligned::Hop { .. }) => name == "HOP",
            Window::Aligned(Aligned::Cumulate { .. }) => name == "CUMULATE",
            Window::Aligned(Aligned::Given) => false,
            Window::Session { .. } => name == "SESSION",
        }
    }

    /// Whether a call, written out once more, means this one.
    fn is_meant(&self, name: &str, call: &ast::Function, fields: &[ScopeField]) -> Result<bool> {
        let (written, window) = written_window(name, call, fields)?;
        Ok(window == self.window && written.is_none_or(|column| column == self.time_column))
    }
}

fn column_of(e: &ast::Expr, fields: &[ScopeField]) -> Result<usize> {
    match e {
        ast::Expr::Identifier(name) => resolve(fields, None, name),
        ast::Expr::CompoundIdentifier(parts) if parts.len() == 2 => resolve(fields, Some(&parts[0]), &parts[1]),
        other => Err(Error::sql("a window takes columns, not expressions")
            .at(span_of(other))
            .hint("compute it in CREATE TABLE (ts AS ...) and declare WATERMARK FOR it")),
    }
}

fn checked_time(written: Option<usize>, relation: &Relation, span: Span) -> Result<usize> {
    let Relation { fields, event_times, .. } = relation;
    match (written, event_times.as_slice()) {
        (None, [time]) => Ok(*time),
        (Some(column), times) if times.contains(&column) => Ok(column),
        (Some(column), _) if relation.processing_times().contains(&column) => Ok(column),
        (None, []) if !relation.processing_times().is_empty() => Ok(relation.processing_times()[0]),
        (None, [first, ..]) => {
            let error = Error::sql("the window has several event times to choose from").at(span);
            Err(error.hint(match fields[*first].is_unnamed() {
                true => "select the one that is meant in the sub-query".to_owned(),
                false => format!("name the one that is meant, such as DESCRIPTOR({})", fields[*first].name),
            }))
        }
        (None, []) => Err(Error::sql("the window has no event time: its input has none").at(span).hint(WATERMARK_HINT)),
        (Some(column), _) => {
            let error = Error::sql(format!("'{}' is not an event-time column", fields[column].name)).at(span);
            let is_clock = is_moment(&relation.plan, &relation.plan.identity()[column]);
            Err(error.hint(if is_clock { CLOCK_HINT } else { WATERMARK_HINT }))
        }
    }
}

const CLOCK_HINT: &str = "rows below are taken back, or go by event time: a query goes by event time or by PROCTIME(), not by one on top of \
                          the other";

const WATERMARK_HINT: &str =
    "declare it in CREATE TABLE: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, and select it as a plain column";

/// The column named by DESCRIPTOR(column).
fn descriptor(e: &ast::Expr) -> Result<Option<ast::Ident>> {
    let ast::Expr::Function(call) = e else { return Ok(None) };
    match (upper_name(call).as_str(), argument_exprs(call)?.as_slice()) {
        ("DESCRIPTOR", [ast::Expr::Identifier(name)]) => Ok(Some(name.clone())),
        ("DESCRIPTOR", _) => Err(Error::sql("DESCRIPTOR names one column").at(span_of(e)).hint("such as DESCRIPTOR(ts)")),
        _ => Ok(None),
    }
}

/// The column that DESCRIPTOR names, where it is a timestamp that says nothing of the time of the rows. The bounds of windows do: whoever
/// names one of them may mean window_time.
fn value_column(relation: &Relation, written: &ast::Ident) -> Result<Option<usize>> {
    let column = resolve(&relation.fields, None, written)?;
    let is_bound = |window: &WindowColumns| window.bounds.0 == column || window.bounds.1 == column;
    let is_time = relation.event_times.contains(&column)
        || relation.windows.iter().any(is_bound)
        || is_moment(&relation.plan, &relation.plan.identity()[column]);
    Ok((!is_time && relation.fields[column].data_type.is_timestamp()).then_some(column))
}

fn time_column(relation: &Relation, written: Option<&ast::Ident>) -> Result<usize> {
    let column = written.map(|name| resolve(&relation.fields, None, name)).transpose()?;
    let span = written.map(name_span).unwrap_or_default();
    checked_time(column, relation, span)
}

fn time_column_or_at(relation: &Relation, span: Span) -> Result<usize> {
    time_column(relation, None).map_err(|e| e.at(span))
}

fn durations_of(name: &str, args: &[&ast::Expr], span: Span) -> Result<Window> {
    let spans = args.iter().map(|a| duration(a)).collect::<Result<Vec<i64>>>()?;
    let offset = |at: usize| spans.get(at).copied().unwrap_or_default();
    let aligned = match (name, spans.as_slice()) {
        ("SESSION", [gap]) if *gap > 0 => return Ok(Window::Session { gap: *gap }),
        ("SESSION", _) => {
            return Err(Error::sql("SESSION takes one gap, longer than nothing").at(span).hint("such as INTERVAL '10' MINUTE"));
        }
        ("TUMBLE", [size] | [size, _]) => Aligned::Tumble { size: *size, offset: offset(1) },
        ("HOP", [slide, size] | [slide, size, _]) => Aligned::Hop { size: *size, slide: *slide, offset: offset(2) },
        ("CUMULATE", [step, size] | [step, size, _]) => Aligned::Cumulate { size: *size, step: *step, offset: offset(2) },
        ("TUMBLE", _) => {
            let error = Error::sql("TUMBLE takes a size and, if need be, an offset").at(span);
            return Err(error.hint("TUMBLE(ts, INTERVAL '10' SECOND)"));
        }
        ("HOP", _) => {
            let error = Error::sql("HOP takes a slide, a size and, if need be, an offset").at(span);
            return Err(error.hint("HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)"));
        }
        ("CUMULATE", _) => {
            let error = Error::sql("CUMULATE takes a step, a size and, if need be, an offset").at(span);
            return Err(error.hint("CUMULATE(ts, INTERVAL '1' MINUTE, INTERVAL '10' MINUTE)"));
        }
        _ => {
            let hint = "TUMBLE, HOP, CUMULATE and SESSION are there";
            return Err(Error::sql(format!("{name} windows are not supported")).at(span).hint(hint));
        }
    };
    check(aligned).map(Window::Aligned).map_err(|e| e.at(span))
}

fn check(window: Aligned) -> Result<Aligned> {
    let (size, step) = (window.size(), window.step());
    if size <= 0 || step <= 0 {
        return Err(Error::sql("a window must be longer than nothing").hint("such as INTERVAL '10' SECOND"));
    }
    if matches!(window, Aligned::Cumulate { .. }) && size % step != 0 {
        return Err(Error::sql("the size of CUMULATE must be a multiple of its step")
            .hint("the order is CUMULATE(table, time, step, size)"));
    }
    if size / step > WINDOW_PANES_MAX {
        let error = format!("a row would belong to {} windows, at most {WINDOW_PANES_MAX} are allowed", size / step);
        return Err(Error::limit(error).hint("take a longer slide or step"));
    }
    Ok(window)
}

/// The interval of EMIT CHANGES EVERY, in nanoseconds; a text will do.
pub fn every(e: &ast::Expr) -> Result<i64> {
    let nanos = match e {
        ast::Expr::Value(_) => {
            let value = Box::new(e.clone());
            let (leading_field, last_field) = (None, None);
            let (leading_precision, fractional_seconds_precision) = (None, None);
            let interval = ast::Interval { value, leading_field, leading_precision, last_field, fractional_seconds_precision };
            duration(&ast::Expr::Interval(interval))?
        }
        other => duration(other)?,
    };
    match nanos {
        1.. => Ok(nanos),
        _ => Err(Error::sql("EMIT CHANGES EVERY takes an interval longer than nothing").at(span_of(e))),
    }
}

fn duration(e: &ast::Expr) -> Result<i64> {
    if let ast::Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } = e {
        return duration(expr).map(|nanos| -nanos);
    }
    let bound = match e {
        ast::Expr::Interval(interval) => bind_interval(interval)?,
        _ => return Err(Error::sql("an INTERVAL constant is expected here").at(span_of(e)).hint("such as INTERVAL '10' SECOND")),
    };
    match bound {
        Expr::Literal { value: Value::Int(n), data_type: DataType::IntervalDay } => Ok(n),
        _ => Err(Error::sql("windows of months or years are not supported").at(span_of(e)).hint("take days")),
    }
}

/// `relation` with its window columns. Windows of values are values too, and leave the time of the rows as it is.
fn assign(relation: Relation, (time_column, of): (usize, WindowsOf), window: Window, keys: Vec<usize>) -> Relation {
    let types = window_types(&relation.fields[time_column].data_type, &window);
    let width = relation.fields.len();
    let mut fields = relation.plan.schema().fields.clone();
    let mut scope = relation.fields;
    for (name, data_type) in WINDOW_COLUMNS.iter().zip(types) {
        fields.push(Field::new(*name, data_type.clone()));
        scope.push(ScopeField { qualifier: None, name: (*name).to_owned(), data_type, sight: Sight::Own });
    }
    let (input, schema) = (Box::new(relation.plan), Schema::new(fields));
    let columns = WindowColumn::ALL.to_vec();
    let plan = Plan::WindowAssign(WindowAssign { input, time_column, of, window, keys, split_columns: None, columns, schema });
    let (event_times, windows) = match of {
        WindowsOf::Time => (vec![width + 2], vec![WindowColumns::of(width, width + 1)]),
        WindowsOf::Values => (relation.event_times, relation.windows),
    };
    Relation { plan, fields: scope, event_times, windows }
}
