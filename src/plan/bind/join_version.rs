//! Joins to a table as of a time: FOR SYSTEM_TIME AS OF, and ASOF joins.
//!
//! As of an event time of the left side, a row meets the version that was valid then: of a table with PRIMARY KEY and WATERMARK, of a view
//! over all rows of one, or of one that keeps the newest row of each key by ROW_NUMBER. As of PROCTIME() it meets what the table holds
//! when it comes.

use sqlparser::ast;

use super::QueryBinder;
use super::expr::ExprBinder;
use super::join::{kind_of, over_time};
use super::join_nearest::by_comparison;
use super::join_time::{clock_of, meeting};
use super::scope::{Relation, ScopeField, span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::catalog::Entry;
use crate::plan::logical::{Clock, Join, Plan, Rank, Scan, all_of, columns_of, conjuncts, substitute};
use crate::plan::physical::{JoinKind, JoinTime, LookupRows, RankFunction, TimeBounds, TimeMeaning, VersionTime};
use crate::plan::processing_time::{basis, is_moment};
use crate::types::{DataType, Value};

/// A table of versions: what replaces what, and from when on.
struct Versions {
    plan: Plan,
    keys: Vec<usize>,
    time: usize,
}

/// The moment as of which a table of FROM is read.
pub fn moment_of(factor: &ast::TableFactor) -> Option<&ast::Expr> {
    match factor {
        ast::TableFactor::Table { version: Some(ast::TableVersion::ForSystemTimeAsOf(moment)), .. } => Some(moment),
        _ => None,
    }
}

/// Whether a step of FROM is an ASOF join; one without MATCH_CONDITION comes as GLOBAL.
pub fn is_nearest(step: &ast::Join) -> bool {
    step.global || matches!(step.join_operator, ast::JoinOperator::AsOf { .. })
}

impl QueryBinder<'_> {
    /// `left` joined to the table `name`, bound as `right`, as of a moment.
    pub(super) fn as_of(
        &mut self,
        left: Relation,
        step: &ast::Join,
        (name, right): (&ast::Ident, Relation),
        moment: &ast::Expr,
    ) -> Result<Relation> {
        let span = span_of(moment);
        let (kind, constraint) = kind_of(step)?;
        let (ast::JoinConstraint::On(condition), JoinKind::Inner | JoinKind::Left) = (constraint, kind) else {
            let hint = "JOIN ... ON and LEFT JOIN ... ON are there";
            return Err(unsupported("this kind of join with FOR SYSTEM_TIME AS OF", hint, &step.relation));
        };
        let both: Vec<ScopeField> = left.fields.iter().chain(&right.fields).cloned().collect();
        let condition = ExprBinder::new(&both).condition(condition)?;
        let at = ExprBinder::new(&left.fields).bind(moment)?;
        match at {
            at if is_moment(&left.plan, &at) => {
                let keys = self.replaced_by(name, &right);
                let right = self.read_again(right, span)?;
                let (rows, condition) = match keys.is_empty() || right.plan.retracts() {
                    true => (LookupRows::All, condition),
                    false => {
                        let by = by_keys(condition, left.fields.len(), &keys);
                        (LookupRows::Newest, by.ok_or_else(|| not_by_key(&right, &keys, span))?)
                    }
                };
                let clocks = Box::new([clock_of(&left), Clock::default()]);
                let join = Join { lookup: Some(rows), clocks, ..Join::new(left.plan, right.plan, kind, Some(condition)) };
                Ok(over_time(join, both))
            }
            Expr::Column { index, .. } if left.event_times.contains(&index) => {
                let versions = self.versions(name, &right, span)?;
                one_time(&left.plan, &versions.plan, span)?;
                let columns = [index, versions.time];
                let meaning = TimeMeaning::Versions(VersionTime::At);
                let time = JoinTime::new(TimeBounds::interval(0, 0), meaning, columns);
                let condition = by_keys(condition, left.fields.len(), &versions.keys)
                    .ok_or_else(|| not_by_key(&right, &versions.keys, span))?;
                let clocks = Box::new([clock_of(&left), Clock::default()]);
                let join = Join { clocks, ..Join::new(left.plan, versions.plan, kind, Some(condition)) };
                Ok(over_time(meeting(join, time), both))
            }
            _ => Err(Error::sql("FOR SYSTEM_TIME AS OF takes an event time of the left side, or PROCTIME()").at(span).hint(
                "declare WATERMARK FOR it in CREATE TABLE, and select it as a plain column; or declare a column AS PROCTIME()",
            )),
        }
    }

    /// Rows of `left` beside the nearest row of `right`: an ASOF join. With MATCH_CONDITION all rows of the left side come out. By event times
    /// it waits for the watermark and takes nothing back.
    pub(super) fn nearest(&self, left: Relation, step: &ast::Join, right: Relation) -> Result<Relation> {
        let (span, width) = (span_of(&step.relation), left.fields.len());
        let both: Vec<ScopeField> = left.fields.iter().chain(&right.fields).cloned().collect();
        let (kind, conditions) = match &step.join_operator {
            ast::JoinOperator::AsOf { match_condition, constraint: ast::JoinConstraint::On(equal) } => {
                (JoinKind::Left, vec![match_condition, equal])
            }
            ast::JoinOperator::AsOf { match_condition, constraint: ast::JoinConstraint::None } => {
                (JoinKind::Left, vec![match_condition])
            }
            ast::JoinOperator::Join(ast::JoinConstraint::On(all)) | ast::JoinOperator::Inner(ast::JoinConstraint::On(all)) => {
                (JoinKind::Inner, vec![all])
            }
            ast::JoinOperator::Left(ast::JoinConstraint::On(all))
            | ast::JoinOperator::LeftOuter(ast::JoinConstraint::On(all)) => (JoinKind::Left, vec![all]),
            _ => {
                let hint = "ASOF JOIN t ON ..., ASOF LEFT JOIN t ON ... and ASOF JOIN t MATCH_CONDITION (...) ON ... are there";
                return Err(unsupported("this kind of ASOF join", hint, &step.relation));
            }
        };
        let mut parts = Vec::new();
        for condition in conditions {
            parts.extend(conjuncts(&ExprBinder::new(&both).condition(condition)?));
        }
        let clocks = Box::new([clock_of(&left), clock_of(&right)]);
        let (mut found, mut rest) = (None, Vec::new());
        for part in parts {
            match order_of(&part, &clocks, width) {
                Some(order) if found.is_none() => found = Some(order),
                _ => rest.push(part),
            }
        }
        let Some((columns, which)) = found else {
            return by_comparison(&left, &right, kind, &rest).ok_or_else(|| {
                Error::sql("an ASOF join takes one comparison of a value of the left side with one of the right, and equalities")
                    .at(span)
                    .hint("such as l.k = r.k AND l.ts >= r.ts; put other conditions into WHERE, or into a sub-query")
            });
        };
        if !rest.iter().all(|part| matches!(part, Expr::Binary { op: BinaryOp::Eq, .. })) {
            let error = "besides one comparison of times, an ASOF join takes equalities";
            return Err(Error::sql(error).at(span).hint("put other conditions into WHERE, or into a sub-query"));
        }
        one_time(&left.plan, &right.plan, span)?;
        let meaning = TimeMeaning::Versions(which);
        let time = JoinTime::new(TimeBounds::interval(0, 0), meaning, columns);
        let join = Join { clocks, ..Join::new(left.plan, right.plan, kind, all_of(rest)) };
        Ok(over_time(meeting(join, time), both))
    }

    /// A table in which rows are looked up, as the one that is read again where its options say so.
    fn read_again(&mut self, mut table: Relation, span: Span) -> Result<Relation> {
        if let Plan::Scan(scan) = table.plan.below_calcs() {
            scan.table = self.catalog.read_again(scan.table).unwrap_or(scan.table);
            return Ok(table);
        }
        let mut read = None;
        table.plan.walk(&mut |part| match part {
            Plan::Scan(scan) if self.catalog.tables[scan.table].options.reload.is_some() => read = Some(scan.name.clone()),
            _ => {}
        });
        let Some(read) = read else { return Ok(table) };
        let error = format!("'{read}' is to be read again, but here more is made of its rows than filters and columns");
        Err(Error::sql(error)
            .at(span)
            .hint("look rows up in the table itself, or take its 'lookup.' options off, so that it is read once"))
    }

    /// The versions of what `name` stands for.
    fn versions(&self, name: &ast::Ident, right: &Relation, span: Span) -> Result<Versions> {
        self.rows_of_table(&right.plan)
            .or_else(|| self.newest_of_each(&right.plan))
            .ok_or_else(|| Error::sql(format!("'{}' has no versions", name.value)).at(span).hint(VERSIONS_HINT))
    }

    /// The rows of a table with PRIMARY KEY and WATERMARK, or of a view over all of them that shows both.
    fn rows_of_table(&self, plan: &Plan) -> Option<Versions> {
        let (scan, columns) = over_scan(plan)?;
        let table = &self.catalog.tables[scan.table];
        let place = |wanted: usize| {
            columns.iter().position(|e| matches!(e, Expr::Column { index, .. } if scan.columns[*index] == wanted))
        };
        let key = |name: &String| place(table.columns.iter().position(|column| column.name == *name)?);
        let keys = table.def.primary_key.iter().map(key).collect::<Option<Vec<usize>>>()?;
        let time = place(table.watermark.as_ref()?.column)?;
        (!keys.is_empty()).then(|| Versions { plan: plan.clone(), keys, time })
    }

    fn is_cte(&self, name: &ast::Ident) -> bool {
        self.ctes.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name.value))
    }

    /// The primary key of a table of the catalog; none of anything else.
    fn replaced_by(&self, name: &ast::Ident, right: &Relation) -> Vec<usize> {
        match self.catalog.find(&name.value) {
            Some(Entry::Table(index)) if !self.is_cte(name) => {
                let keys = self.catalog.tables[*index].def.primary_key.iter();
                keys.filter_map(|key| right.plan.schema().index_of(key)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The rows below a view that keeps the newest row of each key, which are the versions of its rows.
    fn newest_of_each(&self, plan: &Plan) -> Option<Versions> {
        let (rank, columns, filters) = over_rank(plan)?;
        let width = rank.input.schema().fields.len();
        let [filter] = filters.as_slice() else { return None };
        let [order] = rank.order.as_slice() else { return None };
        let is_first = match filter {
            Expr::Binary { op: BinaryOp::Eq | BinaryOp::LtEq, left, right, .. } => {
                matches!(&**left, Expr::Column { index, .. } if *index == width)
                    && matches!(&**right, Expr::Literal { value: Value::Int(1), .. })
            }
            _ => false,
        };
        if !is_first
            || rank.function != RankFunction::RowNumber
            || !order.descending
            || !self.is_event_time(&rank.input, order.column)
        {
            return None;
        }
        let place = |column: usize| columns.iter().position(|e| matches!(e, Expr::Column { index, .. } if *index == column));
        let keys = rank.keys.iter().map(|key| place(*key)).collect::<Option<Vec<usize>>>()?;
        let time = place(order.column)?;
        // Its number is 1 in every version.
        let one = Expr::Literal { value: Value::Int(1), data_type: DataType::BigInt };
        let columns = columns.iter().map(|e| substitute(e, &|column| (column == width).then(|| one.clone())));
        let names = plan.schema().fields.iter().map(|field| field.name.clone());
        Some(Versions { plan: (*rank.input).clone().projected(names.zip(columns).collect()), keys, time })
    }

    /// Whether a column is the event time of a table.
    fn is_event_time(&self, plan: &Plan, column: usize) -> bool {
        match plan {
            Plan::Scan(scan) => {
                let watermark = self.catalog.tables[scan.table].watermark.as_ref();
                watermark.is_some_and(|watermark| watermark.column == scan.columns[column])
            }
            Plan::Calc(calc) => match &calc.columns[column] {
                Expr::Column { index, .. } => self.is_event_time(&calc.input, *index),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Refuses to compare the clock with event time.
fn one_time(left: &Plan, right: &Plan, span: Span) -> Result<()> {
    match basis(left) == basis(right) {
        true => Ok(()),
        false => Err(Error::sql("one side of the join goes by event time, the other by PROCTIME()")
            .at(span)
            .hint("take event times of both sides, or FOR SYSTEM_TIME AS OF a PROCTIME() column")),
    }
}

const VERSIONS_HINT: &str = "a table with PRIMARY KEY (k) NOT ENFORCED and WATERMARK FOR ts has, a view of its rows has, and one that keeps the \
                             newest row of each key: \
                             ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) ... WHERE its number = 1";

fn not_by_key(right: &Relation, keys: &[usize], span: Span) -> Error {
    let names: Vec<&str> = keys.iter().map(|key| right.fields[*key].name.as_str()).collect();
    Error::sql("the join does not say which row of the table is meant")
        .at(span)
        .hint(format!("compare its whole key with = in ON: {}", names.join(", ")))
}

/// A condition in which only these columns of the right side count as keys; `None` if it does not compare all of them with the left.
fn by_keys(condition: Expr, width: usize, keys: &[usize]) -> Option<Expr> {
    let (mut found, mut parts) = (vec![false; keys.len()], Vec::new());
    let is_of_left = |e: &Expr| {
        let columns = columns_of(e);
        !columns.is_empty() && columns.into_iter().all(|column| column < width)
    };
    for part in conjuncts(&condition) {
        let key = match &part {
            Expr::Binary { op: BinaryOp::Eq, left, right, .. } => {
                let of = |key: &Expr, other: &Expr| match key {
                    Expr::Column { index, .. } if *index >= width && is_of_left(other) => {
                        keys.iter().position(|known| *known == index - width)
                    }
                    _ => None,
                };
                of(left, right).or_else(|| of(right, left))
            }
            _ => None,
        };
        match key {
            Some(key) => {
                found[key] = true;
                parts.push(part);
            }
            // Asked of the version that the keys find, not of which version that is.
            None => parts.push(Expr::Unary { op: UnaryOp::IsTrue, input: Box::new(part) }),
        }
    }
    found.iter().all(|found| *found).then(|| all_of(parts)).flatten()
}

/// The times that `l.ts >= r.ts` and its kin compare.
fn order_of(part: &Expr, clocks: &[Clock; 2], width: usize) -> Option<([usize; 2], VersionTime)> {
    let Expr::Binary { op, left, right, .. } = part else { return None };
    let (later, earlier, which) = match op {
        BinaryOp::GtEq => (left, right, VersionTime::At),
        BinaryOp::Gt => (left, right, VersionTime::Before),
        BinaryOp::LtEq => (right, left, VersionTime::At),
        BinaryOp::Lt => (right, left, VersionTime::Before),
        _ => return None,
    };
    let (Expr::Column { index: later, .. }, Expr::Column { index: earlier, .. }) = (&**later, &**earlier) else { return None };
    let of_both = clocks[0].times.contains(later) && *earlier >= width && clocks[1].times.contains(&(earlier - width));
    of_both.then(|| ([*later, earlier - width], which))
}

/// The scan below a chain of projections; the chain's columns over its output.
fn over_scan(plan: &Plan) -> Option<(&Scan, Vec<Expr>)> {
    match plan {
        Plan::Scan(scan) => Some((scan, plan.identity())),
        Plan::LastRow(last) => over_scan(&last.input),
        Plan::Calc(calc) if calc.filter.is_none() => {
            let (scan, columns) = over_scan(&calc.input)?;
            let over = |e: &Expr| substitute(e, &|column| columns.get(column).cloned());
            Some((scan, calc.columns.iter().map(over).collect()))
        }
        _ => None,
    }
}

/// The ranking below a chain of filters and projections; the chain's columns and conditions over its output.
fn over_rank(plan: &Plan) -> Option<(&Rank, Vec<Expr>, Vec<Expr>)> {
    match plan {
        Plan::Rank(rank) => Some((rank, plan.identity(), Vec::new())),
        Plan::Calc(calc) => {
            let (rank, columns, mut filters) = over_rank(&calc.input)?;
            let over = |e: &Expr| substitute(e, &|column| columns.get(column).cloned());
            filters.extend(calc.filter.iter().flat_map(conjuncts).map(|filter| over(&filter)));
            let columns = calc.columns.iter().map(over).collect();
            Some((rank, columns, filters))
        }
        _ => None,
    }
}
