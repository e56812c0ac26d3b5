//! Plans as text: trees from the sinks to the sources, with exchanges, state bounds and promises.

mod expression;
mod json;
mod over;
mod physical;
mod row_pattern;

use std::fmt::Write;

pub use self::expression::expression;
use self::expression::{calls, columns, list, schema_columns};
pub use self::json::json;
use self::over::over_call;
pub use self::physical::outline;
use self::row_pattern::Matching;
use super::Planned;
use super::bind::Output;
use super::logical::{PartitionStrategy, Plan, WindowsOf};
use super::physical::{Aligned, Emit, JoinKind, JoinTime, Nested, RankFunction, SortKey, Ties, TimeMeaning, VersionTime, Window};
use crate::types::Schema;
use crate::types::over::{OverCall, OverEmit};

/// Both plans of a job, run on `shards` shards.
pub fn explain(planned: &Planned, shards: usize) -> String {
    if planned.plan.nodes.is_empty() {
        return "== Plan ==\nnothing is written, so nothing runs\n".to_owned();
    }
    let physical = physical::physical(&planned.plan);
    let plural = if shards == 1 { "shard" } else { "shards" };
    let warnings: String = planned.warnings.iter().map(|warning| format!("warning: {warning}\n")).collect();
    format!("{warnings}== Logical plan ==\n{}\n== Physical plan, {shards} {plural} ==\n{physical}", planned.logical)
}

/// The logical plan of all outputs.
pub fn logical(outputs: &[Output]) -> String {
    let mut out = String::new();
    for output in outputs {
        let _ = writeln!(out, "Write {} ({})", output.name, schema_columns(&output.schema));
        tree(&output.plan, 1, &mut out);
    }
    out
}

fn tree(plan: &Plan, depth: usize, out: &mut String) {
    let _ = writeln!(out, "{}{}", "  ".repeat(depth), line(plan));
    for input in plan.inputs() {
        tree(input, depth + 1, out);
    }
}

fn line(plan: &Plan) -> String {
    match plan {
        Plan::Scan(scan) => {
            let way = scan.partitioning.as_ref().map(|asked| match asked.strategy {
                PartitionStrategy::Hash(_) => " sent by hash",
                PartitionStrategy::RoundRobin => " sent round robin",
                PartitionStrategy::SourceAligned => " source-aligned",
                PartitionStrategy::FanIn => " fanned in",
            });
            format!("Scan {} ({}){}", scan.name, schema_columns(&scan.schema), way.unwrap_or_default())
        }
        Plan::Calc(calc) => {
            let below = calc.input.schema();
            calc_line(calc.filter.as_ref().map(|f| expression(f, below)), &list(&calc.columns, &calc.schema, below))
        }
        Plan::WindowAssign(assign) => {
            let of = match assign.of {
                WindowsOf::Time => "",
                WindowsOf::Values => ", never over",
            };
            let column = columns(&[assign.time_column], assign.input.schema());
            format!("WindowAssign {} on {column}{of}", window(&assign.window))
        }
        Plan::Expand(expand) => sets_line(&expand.keys, &expand.sets, expand.input.schema()),
        Plan::Unnest(unnest) => unnest_line(unnest.nested, unnest.kind),
        Plan::Aggregate(a) if a.calls.is_empty() => format!("Distinct ({})", schema_columns(&a.schema)),
        Plan::Aggregate(a) => {
            let below = a.input.schema();
            format!(
                "Aggregate by ({}) {} {}",
                columns(&a.keys, below),
                calls(&a.calls, below),
                emit(a.emit.unwrap_or(Emit::OnChange))
            )
        }
        Plan::WindowAggregate(a) => {
            let below = a.input.schema();
            let emit = emit(a.emit.unwrap_or(Emit::OnClose));
            let time = columns(&[a.time_column], below);
            format!(
                "WindowAggregate {} on {time} by ({}) {} {emit}",
                window(&a.window),
                columns(&a.keys, below),
                calls(&a.calls, below)
            )
        }
        Plan::Join(join) => {
            let names = told_apart(join.both(), join.width());
            let condition = join.condition.as_ref().map_or("TRUE".to_owned(), |c| expression(c, &names));
            let time = join.time.as_ref().map(|time| time_bounds(time, &names, join.width()));
            format!(
                "{}Join {} on {condition}{}",
                join_name(&join.time, join.lookup.is_some()),
                join.kind.name(),
                time.unwrap_or_default()
            )
        }
        Plan::NewestRow(newest) => newest_line(&newest.keys, &newest.order, newest.input.schema()),
        Plan::LastRow(last) => format!("LastRow by ({})", columns(&last.keys, last.input.schema())),
        Plan::Rank(r) => rank_line(
            r.function,
            (&r.keys, &r.order, r.ties),
            (r.offset, r.limit),
            r.window_end.map(|_| r.emit),
            r.input.schema(),
        ),
        Plan::Hold(hold) => hold_line(hold.interval, hold.until, hold.input.schema()),
        Plan::InTime(gate) => in_time_line(gate.window_end, gate.input.schema()),
        Plan::Sort(sort) => sort_line(&sort.order, sort.time.is_some(), sort.input.schema()),
        Plan::Over(o) => over_line((&o.keys, &o.order), &o.calls, o.emit, o.input.schema()),
        Plan::RowPattern(p) => {
            let (order, conditions) = ((p.order.as_slice(), p.emit), p.conditions.as_slice());
            Matching { keys: &p.keys, order, shape: &p.shape, conditions, below: p.input.schema() }.line()
        }
        Plan::Union(_) => "Union".to_owned(),
        Plan::Values(values) => format!("Values ({}), {} rows", schema_columns(&values.schema), values.rows.len()),
    }
}

/// `Expand keys in sets (a, b), (a), ()`.
fn sets_line(keys: &[usize], sets: &[Vec<bool>], below: &Schema) -> String {
    let set =
        |set: &Vec<bool>| -> Vec<usize> { keys.iter().zip(set).filter(|(_, there)| **there).map(|(key, _)| *key).collect() };
    let sets: Vec<String> = sets.iter().map(|s| format!("({})", columns(&set(s), below))).collect();
    format!("Expand to grouping sets {}", sets.join(", "))
}

/// `InTime for windows that end at window_end`.
fn in_time_line(window_end: usize, below: &Schema) -> String {
    format!("InTime for windows that end at {}", columns(&[window_end], below))
}

/// `Unnest ARRAY left`.
fn unnest_line(nested: Nested, kind: JoinKind) -> String {
    format!("Unnest {} {}", nested.name(), kind.name())
}

fn over_line((keys, order): (&[usize], &[SortKey]), calls: &[OverCall], emit: OverEmit, below: &Schema) -> String {
    let calls = calls.iter().map(|call| over_call(call, order, below)).collect::<Vec<_>>().join(", ");
    let (keys, order) = (columns(keys, below), sort_keys(order, below));
    format!("Over by ({keys}) in order of ({order}) [{calls}] {}", over_emit(emit))
}

fn over_emit(emit: OverEmit) -> &'static str {
    match emit {
        OverEmit::OnWatermark => "emit as the watermark passes",
        OverEmit::AtOnce => "emit at once",
        OverEmit::OnChange => "emit on change",
    }
}

fn newest_line(keys: &[usize], order: &[SortKey], below: &Schema) -> String {
    format!("NewestRow by ({}) in order of ({}), every change", columns(keys, below), sort_keys(order, below))
}

fn rank_line(
    function: RankFunction,
    (keys, order, ties): (&[usize], &[SortKey], Ties),
    (offset, limit): (u64, Option<u64>),
    of_windows: Option<Emit>,
    below: &Schema,
) -> String {
    let offset = if offset == 0 { String::new() } else { format!(" from {}", offset + 1) };
    let limit = limit.map_or(String::new(), |limit| format!(" up to {limit}"));
    let arrival = match ties {
        Ties::ByColumns => "",
        Ties::FirstCome => "arrival",
        Ties::LastCome => "arrival DESC",
    };
    let order =
        [sort_keys(order, below).as_str(), arrival].into_iter().filter(|key| !key.is_empty()).collect::<Vec<_>>().join(", ");
    let emit = of_windows.map_or(String::new(), |when| format!(" {}", emit(when)));
    format!("Rank {} by ({}) in order of ({order}){offset}{limit}{emit}", function.name(), columns(keys, below))
}

fn hold_line(interval: i64, until: Option<usize>, below: &Schema) -> String {
    let until = until.map_or(String::new(), |column| format!(", or {} has passed", columns(&[column], below)));
    format!("Hold until the next multiple of {}{until}", span(interval))
}

fn sort_line(order: &[SortKey], by_time: bool, below: &Schema) -> String {
    format!("Sort by ({}) {}", sort_keys(order, below), if by_time { "as time passes" } else { "at the end of input" })
}

fn sort_keys(order: &[SortKey], below: &Schema) -> String {
    let key = |key: &SortKey| {
        let name = columns(&[key.column], below);
        let direction = if key.descending { " DESC" } else { "" };
        // Unless they are written down, NULLs are less than all other values.
        let nulls = match (key.descending, key.nulls_first) {
            (true, true) => " NULLS FIRST",
            (false, false) => " NULLS LAST",
            _ => "",
        };
        format!("{name}{direction}{nulls}")
    };
    order.iter().map(key).collect::<Vec<_>>().join(", ")
}

/// What a join is called before the word.
fn join_name(time: &Option<JoinTime>, is_lookup: bool) -> &'static str {
    match time.as_ref().map(|time| time.meaning) {
        None if is_lookup => "Lookup",
        None => "",
        Some(TimeMeaning::Versions(_)) => "Versioned",
        Some(TimeMeaning::Rows) => "Interval",
        Some(TimeMeaning::Windows) => "Window",
    }
}

/// Within which bounds the times of two rows lie; `width`: columns of the left input.
fn time_bounds(time: &JoinTime, names: &Schema, width: usize) -> String {
    let (left, right) = (columns(&[time.columns[0]], names), columns(&[width + time.columns[1]], names));
    match time.meaning {
        TimeMeaning::Versions(VersionTime::At) => format!(", the last with {right} <= {left}"),
        TimeMeaning::Versions(VersionTime::Before) => format!(", the last with {right} < {left}"),
        TimeMeaning::Windows => format!(", {left} = {right}"),
        TimeMeaning::Rows => {
            format!(", {left} - {right} between {} and {}", span(time.bounds.least), span(time.bounds.greatest))
        }
    }
}

/// The columns of two inputs, the first of which has `width`, with `left.` or `right.` before names that both have.
fn told_apart(mut both: Schema, width: usize) -> Schema {
    let names: Vec<String> = both.fields.iter().map(|field| field.name.to_ascii_lowercase()).collect();
    let (left, right) = names.split_at(width);
    for (at, field) in both.fields.iter_mut().enumerate() {
        let (own, others, side) = if at < width { (&left[at], right, "left") } else { (&right[at - width], left, "right") };
        if others.contains(own) {
            field.name = format!("{side}.{}", field.name);
        }
    }
    both
}

fn calc_line(filter: Option<String>, columns: &str) -> String {
    match filter {
        Some(filter) => format!("Calc ({columns}) where {filter}"),
        None => format!("Calc ({columns})"),
    }
}

fn emit(emit: Emit) -> &'static str {
    match emit {
        Emit::OnChange => "emit on change",
        Emit::OnClose => "emit on close",
    }
}

fn window(window: &Window) -> String {
    let (kind, offset) = match window {
        Window::Session { gap } => (format!("SESSION({})", span(*gap)), 0),
        Window::Aligned(aligned) => {
            let (size, step) = (span(aligned.size()), span(aligned.step()));
            let kind = match aligned {
                Aligned::Tumble { .. } => format!("TUMBLE({size})"),
                Aligned::Hop { .. } => format!("HOP({size} every {step})"),
                Aligned::Cumulate { .. } => format!("CUMULATE({size} by {step})"),
                Aligned::Given => "GIVEN".to_owned(),
            };
            (kind, aligned.offset())
        }
    };
    if offset == 0 { kind } else { format!("{kind} offset {}", span(offset)) }
}

/// A length of time in its largest whole unit.
pub fn span(nanos: i64) -> String {
    const UNITS: [(i64, &str); 7] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "min"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    let (size, name) = UNITS.into_iter().find(|(size, _)| nanos % size == 0).unwrap_or((1, "ns"));
    format!("{} {name}", nanos / size)
}
