//! Functions with OVER.
//!
//! Each is bound as a stand-in column beyond `OVER_BASE`; once all of a SELECT are known, they are put over its input, those of the same
//! partition and order in one operator, and the stand-ins become its columns. ROW_NUMBER, RANK and DENSE_RANK that stand alone are rankings,
//! which a condition `rank <= n` can limit. Those by the bounds of windows give out each window once.
//!
//! ORDER BY a PROCTIME() column takes rows as they come, each once. No two are equal then: a rank is the number of its row, and RANGE up to the
//! row is ROWS. RANGE over a distance asks how long ago a row came, so there these are times like others.

use sqlparser::ast;

use super::aggregate::{Inputs, or_zero};
use super::aggregate_call::{BoundCall, NTH_VALUE};
use super::coercion::{cast, unified};
use super::expr::ExprBinder;
use super::function::argument_exprs;
use super::library::{self, evaluate_constant};
use super::operator::by_order;
use super::order::{direction, fixed};
use super::over_frame::{FrameOrder, frame};
use super::scope::{Relation, name_span, span_of, unsupported};
use super::subquery::SUBQUERY_BASE;
use super::window_row::{by_bounds, window_row};
use crate::error::{Error, Result, Span};
use crate::expr::{Expr, UnaryOp};
use crate::plan::functions::OVER;
use crate::plan::logical::{Late, Over, Plan, Rank, RankTime, WindowColumns, moved_columns};
use crate::plan::parse::ARRIVAL;
use crate::plan::physical::{Emit, Nulls, RankFunction, SortKey, SortTime};
use crate::plan::processing_time::{is_arrival, is_clock};
use crate::types::over::{Frame, FrameUnit, Number, OverCall, OverEmit, OverFunction, Pick};
use crate::types::{DataType, Schema, Value};

/// Stand-in columns of functions with OVER begin here.
pub const OVER_BASE: usize = 1 << 42;

/// The functions with OVER of a SELECT.
#[derive(Debug, Default)]
pub struct Overs {
    /// Windows named in the WINDOW clause.
    named: Vec<ast::NamedWindowDefinition>,
    found: Vec<BoundOver>,
    /// How each is called, and where.
    written: Vec<(String, Span)>,
}

#[derive(Debug, PartialEq)]
struct BoundOver {
    function: BoundFunction,
    keys: Vec<Expr>,
    order: Vec<OrderItem>,
    frame: Frame,
    data_type: DataType,
}

impl BoundOver {
    /// What it reads.
    fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let read: Vec<&mut Expr> = match &mut self.function {
            BoundFunction::Aggregate(call) => call.exprs_mut().collect(),
            BoundFunction::Plain(_) => Vec::new(),
            BoundFunction::Parts(parts) => parts.expr_mut().into_iter().collect(),
            BoundFunction::Pick { argument, pick: Picked::Nth(n), .. } => [argument].into_iter().chain(n.expr_mut()).collect(),
            BoundFunction::Pick { argument, .. } => vec![argument],
            BoundFunction::Shift { argument, default, distance, .. } => {
                [argument].into_iter().chain(default).chain(distance.expr_mut()).collect()
            }
        };
        read.into_iter().chain(&mut self.keys).chain(self.order.iter_mut().map(|item| &mut item.expr))
    }
}

#[derive(Debug, PartialEq)]
enum BoundFunction {
    Aggregate(BoundCall),
    /// One that reads no column.
    Plain(OverFunction),
    /// NTILE of so many parts.
    Parts(Told),
    Pick {
        pick: Picked,
        argument: Expr,
        nulls: Nulls,
    },
    Shift {
        distance: Told,
        argument: Expr,
        default: Option<Expr>,
        nulls: Nulls,
    },
}

/// Which row of a frame is picked.
#[derive(Debug, Clone, PartialEq)]
enum Picked {
    First,
    Last,
    Nth(Told),
}

/// A number that a function is told.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    /// For all rows.
    Constant(i64),
    /// By each row.
    Of(Expr),
}

impl Told {
    fn expr_mut(&mut self) -> Option<&mut Expr> {
        if let Told::Of(expr) = self { Some(expr) } else { None }
    }

    fn placed(&self, inputs: &mut Inputs, names: &Schema) -> Number {
        match self {
            Told::Constant(n) => Number::Constant(*n),
            Told::Of(expr) => Number::Column(inputs.add(expr, names)),
        }
    }
}

/// An item of ORDER BY.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    /// By this.
    pub expr: Expr,
    /// DESC.
    pub descending: bool,
    /// Whether NULLs stand before all other values.
    pub nulls_first: bool,
}

impl OrderItem {
    /// The other way round.
    pub fn reversed(self) -> OrderItem {
        OrderItem { descending: !self.descending, nulls_first: !self.nulls_first, ..self }
    }
}

/// A window with its name, if it has one, put in.
struct WindowSpec<'a> {
    partition: &'a [ast::Expr],
    order: &'a [ast::OrderByExpr],
    frame: Option<&'a ast::WindowFrame>,
}

/// Functions of one partition and order.
struct Placed {
    keys: Vec<usize>,
    order: Vec<SortKey>,
    emit: OverEmit,
    /// The end of the window that a partition lies in.
    window_end: Option<usize>,
    /// When rankings of windows are given out.
    ranks: Emit,
    /// Whether rows of tables only come, and the newest by their event time is first.
    is_newest_first: bool,
    /// Each with its number among all.
    calls: Vec<(usize, OverCall)>,
}

impl Overs {
    /// None yet; these windows have names.
    pub fn new(named: &[ast::NamedWindowDefinition]) -> Overs {
        Overs { named: named.to_vec(), ..Overs::default() }
    }

    /// What each of these expressions has in the row before, by this order within the same keys; and stand-ins for them.
    pub fn of_row_before(exprs: Vec<Expr>, keys: Vec<Expr>, order: OrderItem, span: Span) -> (Overs, Vec<Expr>) {
        let before = |argument: Expr| BoundOver {
            data_type: argument.data_type(),
            function: BoundFunction::Shift { distance: Told::Constant(1), argument, default: None, nulls: Nulls::Keep },
            keys: keys.clone(),
            order: vec![order.clone()],
            frame: Frame::WHOLE,
        };
        let found: Vec<BoundOver> = exprs.into_iter().map(before).collect();
        let stand_in = |(at, over): (usize, &BoundOver)| Expr::column(OVER_BASE + at, over.data_type.clone());
        let stand_ins = found.iter().enumerate().map(stand_in).collect();
        let written = vec![("LAG".to_owned(), span); found.len()];
        (Overs { found, written, ..Overs::default() }, stand_ins)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What the functions read.
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.found.iter_mut().flat_map(BoundOver::exprs_mut)
    }

    /// The same for each value of these keys by itself.
    pub fn partition_by(&mut self, keys: &[Expr]) {
        for over in &mut self.found {
            over.keys.extend_from_slice(keys);
        }
    }

    /// Every expression replaced by what `place` makes of it, with the place of its function.
    pub fn placed(mut self, place: impl Fn(&Expr, Span) -> Result<Expr>) -> Result<Overs> {
        for (over, (_, span)) in self.found.iter_mut().zip(&self.written) {
            for expr in over.exprs_mut() {
                *expr = place(expr, *span)?;
            }
        }
        Ok(self)
    }

    /// `relation` by processing time, where a function counts back from when its row came.
    fn timed(&self, relation: Relation) -> Relation {
        let times = relation.processing_times();
        let back_from = |over: &BoundOver| match over.order.as_slice() {
            [OrderItem { expr: Expr::Column { index, .. }, descending: false, .. }] if over.frame.counts_in_range() => {
                Some(*index)
            }
            _ => None,
        };
        match self.found.iter().filter_map(back_from).find(|column| times.contains(column)) {
            Some(column) => relation.timed_by(column),
            None => relation,
        }
    }

    /// `relation` with a column for each function, and these expressions over it; `late` finds the late table of a plan.
    pub fn over(
        mut self,
        relation: Relation,
        mut exprs: Vec<Expr>,
        late: &dyn Fn(&Plan) -> Result<Option<Late>>,
    ) -> Result<(Relation, Vec<Expr>)> {
        for expr in exprs.iter_mut().chain(self.exprs_mut()) {
            *expr = by_bounds(expr, &relation.windows, relation.plan.schema());
        }
        if self.found.is_empty() {
            return Ok((relation, exprs));
        }
        let Relation { plan, fields, mut event_times, mut windows } = self.timed(relation);
        let names = Schema::new(plan.schema().fields.clone());
        // Behind the fields stand columns of sub-queries.
        let name = |at: usize| fields.get(at).map_or_else(|| names.fields[at].name.clone(), |f| f.name.clone());
        let columns = plan.identity().into_iter().enumerate().map(|(at, e)| (name(at), e)).collect();
        let mut inputs = Inputs { columns };
        let adds = !plan.retracts();
        let ranks = if adds { Emit::OnClose } else { Emit::OnChange };
        let mut groups: Vec<Placed> = Vec::new();
        let mut places = vec![0; self.found.len()];
        for (number, (mut over, (name, span))) in self.found.into_iter().zip(self.written).enumerate() {
            let keys: Vec<usize> = over.keys.iter().map(|key| inputs.add(key, &names)).collect();
            let window_end = windows.iter().find_map(|window| inputs.window_end(window, &keys, &names));
            let at_once = over.takes_as_they_come(&plan, window_end, (&name, span))?;
            let (order, call) = over.columns(&mut inputs, &names);
            let emit = match at_once {
                true if call.looks_ahead() || call.needs_all() => {
                    let error = Error::sql(format!("{name} of rows as they come is not supported")).at(span);
                    return Err(error
                        .hint("a row comes out at once, with those before it; order by event time or another column instead"));
                }
                true => OverEmit::AtOnce,
                false => emit_of(&order, &call, adds.then_some(&event_times)),
            };
            let same = |group: &&mut Placed| (&group.keys, &group.order, group.emit) == (&keys, &order, emit);
            match groups.iter_mut().find(same) {
                Some(group) => group.calls.push((number, call)),
                None => groups.push(Placed {
                    keys,
                    order,
                    emit,
                    window_end,
                    ranks,
                    is_newest_first: adds,
                    calls: vec![(number, call)],
                }),
            }
        }
        // Those that change nothing they have given out stand below those that do, and above those that give out rows in time.
        groups.sort_by_key(|group| {
            let changes = group.emits() == OverEmit::OnChange;
            (changes, group.looks_ahead(), group.closing_ranks().is_some(), !group.keeps_windows())
        });
        let late_ones = groups.iter_mut().filter(|group| group.looks_ahead()).skip(1);
        late_ones.for_each(|group| group.emit = OverEmit::OnChange);
        let mut plan = plan.projected(inputs.columns);
        for mut group in groups {
            group.is_newest_first &= event_times.iter().any(|time| group.falls_by(*time)) && plan.gives_table_rows();
            // Behind those that make rows late windows are no more what they were.
            group.window_end = group.window_end.filter(|_| !windows.is_empty());
            event_times.retain(|time| group.keeps_time(*time));
            windows.retain(|_| group.keeps_windows());
            plan = group.over(plan, &mut places, late)?;
        }
        let is_over = |column: usize| (OVER_BASE..SUBQUERY_BASE).contains(&column);
        let place = |column: usize| if is_over(column) { places[column - OVER_BASE] } else { column };
        let exprs = exprs.iter().map(|expr| moved_columns(expr, &place)).collect();
        Ok((Relation { plan, fields, event_times, windows }, exprs))
    }
}

/// When rows are given out; `event_times` are there where rows only come.
fn emit_of(order: &[SortKey], call: &OverCall, event_times: Option<&Vec<usize>>) -> OverEmit {
    match order {
        [key] if !key.descending && !call.needs_all() && event_times.is_some_and(|times| times.contains(&key.column)) => {
            OverEmit::OnWatermark
        }
        _ => OverEmit::OnChange,
    }
}

impl Placed {
    /// Whether it is a ranking, whose rows change their numbers: of rows that come in another order, or of a window until it closes.
    fn are_ranks(&self) -> bool {
        let is_rank = |(_, call): &(usize, OverCall)| matches!(call.function, OverFunction::Rank(_));
        let changes = match self.emit {
            OverEmit::OnChange => true,
            OverEmit::OnWatermark => self.window_end.is_some(),
            OverEmit::AtOnce => false,
        };
        changes && self.calls.iter().all(is_rank)
    }

    /// The end of the windows by which rankings are given out, each once.
    fn closing_ranks(&self) -> Option<usize> {
        self.window_end.filter(|_| self.are_ranks() && self.ranks == Emit::OnClose)
    }

    fn emits(&self) -> OverEmit {
        match (self.are_ranks(), self.closing_ranks()) {
            (true, Some(_)) => OverEmit::OnWatermark,
            (true, None) => OverEmit::OnChange,
            (false, _) => self.emit,
        }
    }

    /// Whether rows lie in windows as before: what changes those of one is never of another.
    fn keeps_windows(&self) -> bool {
        match self.emits() {
            OverEmit::OnChange => self.window_end.is_some(),
            OverEmit::OnWatermark | OverEmit::AtOnce => !self.looks_ahead(),
        }
    }

    /// Whether rows wait for others behind them, and then are late for those above.
    fn looks_ahead(&self) -> bool {
        self.emits() == OverEmit::OnWatermark && self.calls.iter().any(|(_, call)| call.looks_ahead())
    }

    /// Whether rows still come in the order of an event time.
    fn keeps_time(&self, time: usize) -> bool {
        match self.emits() {
            OverEmit::OnChange => false,
            OverEmit::AtOnce => true,
            OverEmit::OnWatermark if self.closing_ranks().is_some() => true,
            OverEmit::OnWatermark => self.order.iter().any(|key| key.column == time) && !self.looks_ahead(),
        }
    }

    /// Whether this is its order, downwards.
    fn falls_by(&self, time: usize) -> bool {
        matches!(self.order.as_slice(), [key] if key.descending && key.column == time)
    }

    /// `plan` with a column for each function, whose places go to `places`.
    fn over(self, plan: Plan, places: &mut [usize], late: &dyn Fn(&Plan) -> Result<Option<Late>>) -> Result<Plan> {
        if self.are_ranks() {
            let mut plan = plan;
            let window_end = self.window_end.map(|column| SortTime { column, split_watermark_column: None });
            for (number, call) in self.calls {
                if let OverFunction::Rank(function) = call.function {
                    places[number] = plan.schema().fields.len();
                    let late = if window_end.is_some() { late(&plan)? } else { None };
                    let emit = if window_end.is_some() { self.ranks } else { Emit::OnChange };
                    let rank = Rank::new(plan, function, self.keys.clone(), self.order.clone());
                    let is_newest_first = self.is_newest_first && function == RankFunction::RowNumber && window_end.is_none();
                    let time = if is_newest_first { RankTime::NewestFirst } else { RankTime::Lost };
                    plan = Plan::Rank(Rank { window_end, emit, late, time, ..rank });
                }
            }
            return Ok(plan);
        }
        let window_end = self.window_end.filter(|_| self.emit == OverEmit::OnChange);
        let late = if self.emit == OverEmit::OnWatermark || window_end.is_some() { late(&plan)? } else { None };
        let first = plan.schema().fields.len();
        self.calls.iter().enumerate().for_each(|(at, (number, _))| places[*number] = first + at);
        let calls = self.calls.into_iter().map(|(_, call)| call).collect();
        Ok(Plan::Over(Over { window_end, ..Over::new(plan, self.keys, self.order, calls, self.emit, late) }))
    }
}

impl Inputs {
    /// The end of a window, if the rows of a partition by these keys lie in one.
    fn window_end(&self, window: &WindowColumns, keys: &[usize], names: &Schema) -> Option<usize> {
        let (_, end) = window.bounds;
        let row = window_row(names, window.bounds).ok();
        let is_row = |key: usize| window.row == Some(key) || row.as_ref() == Some(&self.columns[key].1);
        keys.iter().any(|key| *key == end || is_row(*key)).then_some(end)
    }
}

impl BoundOver {
    /// Makes it one over rows as they come, if its order over `plan` says so; whether it did. A ranking in another order of their coming, or
    /// of windows, which are given out when they close, is left as it is.
    fn takes_as_they_come(&mut self, plan: &Plan, window_end: Option<usize>, (name, span): (&str, Span)) -> Result<bool> {
        let Some(at) = self.order.iter().position(|item| is_arrival(plan, &item.expr)) else { return Ok(false) };
        let item = &self.order[at];
        if plan.retracts() {
            let error = Error::sql("rows that are taken back have no order of arrival").at(span);
            // As a column it is a value that comes back with its row.
            return if item.expr.is_fixed() { Ok(false) } else { Err(error.hint("order by a column that they keep")) };
        }
        let is_first = at == 0 && !item.descending;
        match &mut self.function {
            BoundFunction::Plain(OverFunction::Rank(_)) if !is_first || window_end.is_some() => return Ok(false),
            BoundFunction::Plain(OverFunction::Rank(function)) => *function = RankFunction::RowNumber,
            _ if self.frame.counts_in_range() => return Ok(false),
            _ if !is_first => {
                let error = Error::sql(format!("{name} of rows in order of their coming takes them as they come")).at(span);
                return Err(error.hint("ORDER BY the PROCTIME() column alone, ascending"));
            }
            _ => {}
        }
        self.order.clear();
        self.frame.unit = FrameUnit::Rows;
        Ok(true)
    }

    /// Its order and the function, over columns of the projection below.
    fn columns(&self, inputs: &mut Inputs, names: &Schema) -> (Vec<SortKey>, OverCall) {
        let function = match &self.function {
            BoundFunction::Aggregate(call) => {
                let mut calls = inputs.calls(std::slice::from_ref(call), names, &Expr::clone);
                OverFunction::Aggregate(calls.remove(0))
            }
            BoundFunction::Plain(function) => function.clone(),
            BoundFunction::Parts(parts) => OverFunction::Ntile(parts.placed(inputs, names)),
            BoundFunction::Pick { pick, argument, nulls } => {
                let pick = match pick {
                    Picked::First => Pick::First,
                    Picked::Last => Pick::Last,
                    Picked::Nth(n) => Pick::Nth(n.placed(inputs, names)),
                };
                OverFunction::Pick { pick, argument: inputs.add(argument, names), nulls: *nulls }
            }
            BoundFunction::Shift { distance, argument, default, nulls } => OverFunction::Shift {
                distance: distance.placed(inputs, names),
                argument: inputs.add(argument, names),
                default: default.as_ref().map(|e| inputs.add(e, names)),
                nulls: *nulls,
            },
        };
        let sort = |item: &OrderItem| SortKey {
            column: inputs.add(&item.expr, names),
            descending: item.descending,
            nulls_first: item.nulls_first,
        };
        let order = self.order.iter().map(sort).collect();
        (order, OverCall { function, frame: self.frame.clone(), data_type: self.data_type.clone() })
    }
}

/// The function of this upper-case name that reads no column.
fn rank_named(name: &str) -> Option<OverFunction> {
    use RankFunction as R;
    let ranks = [R::RowNumber, R::Rank, R::DenseRank].into_iter();
    match name {
        "PERCENT_RANK" => Some(OverFunction::PercentRank),
        "CUME_DIST" => Some(OverFunction::CumeDist),
        _ => ranks.into_iter().find(|function| function.name() == name).map(OverFunction::Rank),
    }
}

impl ExprBinder<'_> {
    /// A call with OVER: collected, and replaced by a stand-in column.
    pub(super) fn over_call(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let inside = self.grouping.as_ref().is_some_and(|grouping| grouping.is_inside());
        let Some(overs) = self.overs.take().filter(|_| !inside) else {
            let hint = "select it in a sub-query or a view, and use its name; conditions on it also stand in QUALIFY";
            return Err(Error::sql(format!("{name} with OVER is not allowed here")).at(span_of(&call.name)).hint(hint));
        };
        // What stands inside is over the rows, and has no OVER itself.
        let bound = match self.once(|binder| binder.bound_over(name, call, &overs.named)) {
            Ok(bound) => bound,
            Err(error) => {
                self.overs = Some(overs);
                return Err(error);
            }
        };
        let index = overs.found.iter().position(|known| *known == bound).unwrap_or(overs.found.len());
        let data_type = bound.data_type.clone();
        if index == overs.found.len() {
            overs.found.push(bound);
            overs.written.push((name.to_owned(), span_of(&call.name)));
        }
        self.overs = Some(overs);
        let column = Expr::column(OVER_BASE + index, data_type);
        Ok(if name == "SUM0" { or_zero(column) } else { column })
    }

    fn bound_over(&mut self, name: &str, call: &ast::Function, named: &[ast::NamedWindowDefinition]) -> Result<BoundOver> {
        let spec = match &call.over {
            Some(ast::WindowType::WindowSpec(spec)) => resolved(spec, named)?,
            Some(ast::WindowType::NamedWindow(window)) => window_named(window, named, named.len())?,
            None => return Err(Error::internal("OVER is gone")),
        };
        let keys = spec.partition.iter().map(|key| self.sort_expr(key)).collect::<Result<_>>()?;
        let is_buffer = spec.order.first().is_some_and(|item| is_buffer(&item.expr));
        let order = match is_buffer {
            true => vec![OrderItem { expr: Expr::Arrival, descending: false, nulls_first: true }],
            false => spec.order.iter().map(|item| self.over_item(item)).collect::<Result<Vec<_>>>()?,
        };
        let (function, data_type) = self.over_function(name, call)?;
        let has_frame = matches!(function, BoundFunction::Aggregate(_) | BoundFunction::Pick { .. });
        let said = |spec| frame(spec, &FrameOrder { items: &order, span: span_of(&call.name) });
        let frame = match spec.frame {
            _ if has_frame => said(spec.frame)?,
            // As in PostgreSQL: what goes by the place of its row may stand in a window that has a frame, and does not see it.
            Some(_) if !is_buffer => said(spec.frame).map(|_| Frame::WHOLE)?,
            _ => Frame::WHOLE,
        };
        Ok(BoundOver { function, keys, order, frame, data_type })
    }

    fn over_function(&mut self, name: &str, call: &ast::Function) -> Result<(BoundFunction, DataType)> {
        let span = span_of(&call.name);
        if library::is_aggregate(name) && !matches!(name, "FIRST_VALUE" | "LAST_VALUE" | NTH_VALUE | "SINGLE_VALUE") {
            let bound = self.bound_call(name, call)?;
            let data_type = bound.data_type.clone();
            return Ok((BoundFunction::Aggregate(bound), data_type));
        }
        if let Some(filter) = &call.filter {
            let error = Error::sql(format!("FILTER stands behind aggregates only, and {name} is none")).at(span_of(&**filter));
            return Err(error.hint("CASE WHEN condition THEN value END leaves values out"));
        }
        let nulls = null_treatment(call)?;
        let args = argument_exprs(call)?;
        let usage =
            |usage: &str| Error::sql(format!("this is not how {name} is called")).at(span).hint(format!("{usage} OVER (...)"));
        if let Some(function) = rank_named(name) {
            if !args.is_empty() || nulls.is_some() {
                return Err(Error::sql(format!("{name} takes nothing")).at(span).hint(format!("{name}() OVER (...)")));
            }
            let is_number = matches!(function, OverFunction::Rank(_));
            return Ok((BoundFunction::Plain(function), if is_number { DataType::BigInt } else { DataType::Double }));
        }
        let nulls = nulls.unwrap_or(Nulls::Keep);
        match (name, args.as_slice()) {
            ("NTILE", [parts]) => {
                let parts = self.counted(parts, (name, "1"), |n| n > 0)?;
                Ok((BoundFunction::Parts(parts), DataType::BigInt))
            }
            ("FIRST_VALUE", [argument]) => self.pick(Picked::First, argument, nulls),
            ("LAST_VALUE", [argument]) => self.pick(Picked::Last, argument, nulls),
            ("NTH_VALUE", [argument, n]) => {
                let n = self.counted(n, (name, "1, or from -1 at the end"), |n| n != 0)?;
                self.pick(Picked::Nth(n), argument, nulls)
            }
            ("LAG" | "LEAD", [argument, rest @ ..]) if rest.len() <= 2 => {
                let distance = rest.first().map_or(Ok(Told::Constant(1)), |e| self.told(e, name))?;
                let distance = if name == "LEAD" { behind(distance) } else { distance };
                let mut argument = self.bind(argument)?;
                let mut default = rest.get(1).map(|e| self.bind(e)).transpose()?;
                if let Some(other) = default {
                    let (mut both, _) = unified(vec![argument, other], name, span)?;
                    default = both.pop();
                    argument = both.remove(0);
                }
                let argument = typed(argument);
                let data_type = argument.data_type();
                Ok((BoundFunction::Shift { distance, argument, default, nulls }, data_type))
            }
            ("NTILE", _) => Err(usage("NTILE(parts)")),
            ("FIRST_VALUE" | "LAST_VALUE", _) => Err(usage(&format!("{name}(value)"))),
            ("NTH_VALUE", _) => Err(usage("NTH_VALUE(value, n)")),
            ("LAG" | "LEAD", _) => Err(usage(&format!("{name}(value [, distance [, default]])"))),
            _ => {
                let hint = format!("aggregates, {} are there", OVER.map(|help| help.name).join(", "));
                Err(unsupported(&format!("{name} with OVER"), &hint, &call.name))
            }
        }
    }

    fn pick(&mut self, pick: Picked, argument: &ast::Expr, nulls: Nulls) -> Result<(BoundFunction, DataType)> {
        let argument = typed(self.bind(argument)?);
        let data_type = argument.data_type();
        Ok((BoundFunction::Pick { pick, argument, nulls }, data_type))
    }

    /// A number that a function counts to from `from` on.
    fn counted(&mut self, e: &ast::Expr, (name, from): (&str, &str), is_right: fn(i64) -> bool) -> Result<Told> {
        match self.told(e, name)? {
            Told::Constant(n) if !is_right(n) => {
                Err(Error::sql(format!("{name} counts from {from}, this is {n}")).at(span_of(e)))
            }
            told => Ok(told),
        }
    }

    /// A whole number that a function is told.
    fn told(&mut self, e: &ast::Expr, name: &str) -> Result<Told> {
        let bound = self.bind(e)?;
        if !(bound.data_type().is_integer() || bound.data_type() == DataType::Null) {
            let error = Error::sql(format!("{name} takes a whole number, this is {}", bound.data_type())).at(span_of(e));
            return Err(error.hint("such as 1"));
        }
        match evaluate_constant(&bound)? {
            Some(Value::Int(n)) => Ok(Told::Constant(n)),
            _ => Ok(Told::Of(cast(fixed(bound, e)?, &DataType::BigInt))),
        }
    }

    pub(super) fn order_item(&mut self, item: &ast::OrderByExpr) -> Result<OrderItem> {
        let (descending, nulls_first) = direction(item)?;
        let expr = by_order(self.sort_expr(&item.expr)?, span_of(&item.expr))?;
        Ok(OrderItem { expr, descending, nulls_first })
    }

    /// An item of the order of OVER, which may be PROCTIME() itself.
    fn over_item(&mut self, item: &ast::OrderByExpr) -> Result<OrderItem> {
        let (descending, nulls_first) = direction(item)?;
        match self.bind(&item.expr)? {
            expr if is_clock(&expr) => Ok(OrderItem { expr, descending, nulls_first }),
            _ => self.order_item(item),
        }
    }

    /// A key of a partition or of its order.
    fn sort_expr(&mut self, e: &ast::Expr) -> Result<Expr> {
        Ok(typed(fixed(self.bind(e)?, e)?))
    }
}

/// Whether this says that a buffer takes rows as they come.
fn is_buffer(e: &ast::Expr) -> bool {
    matches!(e, ast::Expr::Identifier(name) if name.quote_style.is_some() && name.value == ARRIVAL)
}

/// So many rows behind the row instead of before it.
fn behind(distance: Told) -> Told {
    match distance {
        Told::Constant(n) => Told::Constant(n.saturating_neg()),
        Told::Of(expr) => Told::Of(Expr::Unary { op: UnaryOp::Negate, input: Box::new(expr) }),
    }
}

/// A bare NULL needs a type to be a column.
fn typed(expr: Expr) -> Expr {
    if expr.data_type() == DataType::Null { cast(expr, &DataType::Boolean) } else { expr }
}

/// IGNORE NULLS or RESPECT NULLS, wherever it stands.
fn null_treatment(call: &ast::Function) -> Result<Option<Nulls>> {
    let mut found = call.null_treatment;
    if let ast::FunctionArguments::List(list) = &call.args {
        for clause in &list.clauses {
            match clause {
                ast::FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => found = Some(*treatment),
                _ => {
                    return Err(unsupported("this clause inside a call", "IGNORE NULLS and RESPECT NULLS are there", &call.name));
                }
            }
        }
        if list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct) {
            return Err(unsupported("DISTINCT in a function that is no aggregate", "leave it out", &call.name));
        }
    }
    Ok(found.map(|treatment| match treatment {
        ast::NullTreatment::IgnoreNulls => Nulls::Skip,
        ast::NullTreatment::RespectNulls => Nulls::Keep,
    }))
}

/// The window of this name, among the first `visible` of those named.
fn window_named<'a>(name: &ast::Ident, named: &'a [ast::NamedWindowDefinition], visible: usize) -> Result<WindowSpec<'a>> {
    let is_meant = |(_, window): &(usize, &ast::NamedWindowDefinition)| window.0.value.eq_ignore_ascii_case(&name.value);
    let Some((at, window)) = named[..visible].iter().enumerate().rfind(is_meant) else {
        return Err(Error::sql(format!("there is no window '{}'", name.value))
            .at(name_span(name))
            .hint("write OVER (PARTITION BY ... ORDER BY ...), or name it behind the query: WINDOW w AS (...)"));
    };
    match &window.1 {
        ast::NamedWindowExpr::NamedWindow(other) => window_named(other, named, at),
        ast::NamedWindowExpr::WindowSpec(spec) => resolved(spec, &named[..at]),
    }
}

/// A window with what the one that it names says.
fn resolved<'a>(spec: &'a ast::WindowSpec, named: &'a [ast::NamedWindowDefinition]) -> Result<WindowSpec<'a>> {
    let own = WindowSpec { partition: &spec.partition_by, order: &spec.order_by, frame: spec.window_frame.as_ref() };
    let Some(name) = &spec.window_name else { return Ok(own) };
    let base = window_named(name, named, named.len())?;
    let clash =
        |what: &str, hint: &str| Err(Error::sql(format!("window '{}' {what}", name.value)).at(name_span(name)).hint(hint));
    if !own.partition.is_empty() {
        return clash("has its partition already", "leave PARTITION BY out, or write the whole window out");
    }
    if !own.order.is_empty() && !base.order.is_empty() {
        return clash("has its order already", "leave ORDER BY out, or write the whole window out");
    }
    if base.frame.is_some() {
        return clash("has a frame, so that nothing can be added to it", "write OVER w without parentheses");
    }
    let order = if base.order.is_empty() { own.order } else { base.order };
    Ok(WindowSpec { partition: base.partition, order, frame: own.frame })
}
