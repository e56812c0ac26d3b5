//! MATCH_RECOGNIZE: a part of FROM that gives out the matches of a pattern of rows.
//!
//! ```text
//! rows -> columns of the row itself, conditions on it alone -> RowPattern: what else is read of a match -> measures over it
//! ```
//!
//! Conditions of DEFINE that ask for nothing but the row are columns below; what they and MEASURES read of other rows are references that the
//! operator resolves. Rows are taken in the order of their event time, or as they come, by a PROCTIME() column.

use sqlparser::ast;

use super::QueryBinder;
use super::aggregate::Inputs;
use super::expr::ExprBinder;
use super::hint::InputHints;
use super::library::evaluate_constant;
use super::operator::{by_order, by_value};
use super::order::direction;
use super::row_pattern_reads::{MATCH_BASE, Matching, Read, Reader, variables};
use super::row_pattern_terms::Terms;
use super::scope::{Relation, ScopeField, name_span, span_of};
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::plan::late::late_table;
use crate::plan::logical::{Late, Plan, RowPattern, all_of, columns_of, conjuncts, moved_columns, substitute};
use crate::plan::parse::{INPUT, PATTERN, SUBSET, WITHIN};
use crate::plan::physical::{SortKey, VariableCondition};
use crate::plan::processing_time::is_arrival;
use crate::plan::row_pattern::{asks_for_end, leaves_out, stands_still};
use crate::types::over::OverEmit;
use crate::types::pattern::{EmptyMatches, End, Navigation, PatternShape, Reference, RowsPerMatch, Skip, Unmatched, Variables};
use crate::types::{DataType, EventTime, Schema, Value};

/// The entries of DEFINE, told apart.
struct Entries<'a> {
    /// Where PATTERN stands.
    span: Span,
    pattern: &'a ast::Expr,
    within: Option<&'a ast::Expr>,
    subsets: Vec<&'a ast::Expr>,
    input: Option<&'a ast::Query>,
    conditions: Vec<(&'a ast::Ident, &'a ast::Expr)>,
}

impl<'a> Entries<'a> {
    fn of(symbols: &'a [ast::SymbolDefinition]) -> Result<Entries<'a>> {
        let gone = || Error::internal("the pattern is gone");
        let pattern = symbols.first().filter(|entry| entry.symbol.value == PATTERN).ok_or_else(gone)?;
        let span = name_span(&pattern.symbol);
        let (subsets, conditions) = (Vec::new(), Vec::new());
        let mut entries = Entries { span, pattern: &pattern.definition, within: None, subsets, input: None, conditions };
        for entry in &symbols[1..] {
            match (entry.symbol.value.as_str(), &entry.definition) {
                (WITHIN, e) => entries.within = Some(e),
                (SUBSET, e) => entries.subsets.push(e),
                (INPUT, ast::Expr::Subquery(query)) => entries.input = Some(query),
                (_, e) => entries.conditions.push((&entry.symbol, e)),
            }
        }
        Ok(entries)
    }
}

/// In which order rows are taken.
struct Order {
    keys: Vec<SortKey>,
    emit: OverEmit,
    /// The columns of all items, as written.
    columns: Vec<usize>,
    /// The event time by which they are ordered.
    rowtime: Option<usize>,
}

impl QueryBinder<'_> {
    /// A part of FROM with MATCH_RECOGNIZE behind it, under no name.
    pub(super) fn row_pattern(&mut self, factor: &ast::TableFactor, hints: &InputHints) -> Result<Relation> {
        let ast::TableFactor::MatchRecognize {
            table,
            partition_by,
            order_by,
            measures,
            rows_per_match,
            after_match_skip,
            symbols,
            ..
        } = factor
        else {
            return Err(Error::internal("no MATCH_RECOGNIZE"));
        };
        let entries = Entries::of(symbols)?;
        let relation = match entries.input {
            Some(query) => self.query(query)?,
            None => self.factor(table, hints)?,
        };
        if relation.plan.retracts() {
            let error = Error::sql("MATCH_RECOGNIZE of rows that may be taken back is not supported").at(entries.span);
            return Err(error.hint("match rows that only come: before they are grouped, or of windows, which are given out once"));
        }
        let keys = partition_by.iter().map(|key| column(key, &relation.fields, "PARTITION BY")).collect::<Result<Vec<_>>>()?;
        let within = entries.within.map(interval).transpose()?;
        let (relation, order) = ordered(relation, order_by, &entries)?;
        let Terms { variables: names, pattern, names: terms } = Terms::of(entries.pattern, &entries.subsets)?;
        let shape = PatternShape {
            variables: names,
            within,
            measures: Vec::new(),
            rows: rows_of(rows_per_match.as_ref()),
            skip: skip_of(after_match_skip.as_ref(), &terms)?,
            pattern,
        };
        check(&shape, after_match_skip.as_ref(), entries.span)?;
        let mut matched = Matched::new(relation, order, keys, terms, shape);
        let conditions = matched.conditions(&entries.conditions)?;
        let measures = matched.measures(measures)?;
        matched.relation(conditions, &measures, |plan| late_table(self.catalog, plan, "pattern"))
    }
}

/// The column that an item of a clause is.
fn column(e: &ast::Expr, fields: &[ScopeField], clause: &str) -> Result<usize> {
    match ExprBinder::new(fields).bind(e)? {
        Expr::Column { index, .. } => Ok(index),
        _ => {
            let error = Error::sql(format!("{clause} of MATCH_RECOGNIZE takes columns")).at(span_of(e));
            Err(error.hint("compute it in a sub-query below"))
        }
    }
}

/// The interval of WITHIN, in nanoseconds.
fn interval(e: &ast::Expr) -> Result<EventTime> {
    let bound = ExprBinder::new(&[]).bind(e)?;
    let value = if bound.data_type() == DataType::IntervalDay { evaluate_constant(&bound)? } else { None };
    match value {
        Some(Value::Int(nanos)) if nanos > 0 => Ok(nanos),
        _ => {
            let error = Error::sql("WITHIN takes an interval of days or less, longer than nothing").at(span_of(e));
            Err(error.hint("WITHIN INTERVAL '1' HOUR"))
        }
    }
}

/// The order of ORDER BY, with `relation` by the clock where a match of rows as they come is to last so long.
fn ordered(relation: Relation, items: &[ast::OrderByExpr], entries: &Entries<'_>) -> Result<(Relation, Order)> {
    let Some(first) = items.first() else {
        let error = Error::sql("MATCH_RECOGNIZE has no ORDER BY").at(entries.span);
        return Err(error.hint("rows are taken in an order: ORDER BY the event time, or a PROCTIME() column"));
    };
    let columns = items.iter().map(|item| column(&item.expr, &relation.fields, "ORDER BY")).collect::<Result<Vec<_>>>()?;
    for (item, column) in items.iter().zip(&columns) {
        by_order(relation.plan.identity().swap_remove(*column), span_of(&item.expr))?;
    }
    let (time, span) = (columns[0], span_of(&first.expr));
    let comes = is_arrival(&relation.plan, &relation.plan.identity()[time]);
    let is_time = relation.event_times.contains(&time);
    if (comes || is_time) && direction(first)?.0 {
        let error = Error::sql("MATCH_RECOGNIZE takes rows in the order of their time, not against it").at(span);
        return Err(error.hint("leave DESC out"));
    }
    match (comes, entries.within) {
        (true, None) => return Ok((relation, Order { keys: Vec::new(), emit: OverEmit::AtOnce, columns, rowtime: None })),
        (true, Some(_)) if !is_time && !relation.processing_times().contains(&time) => {
            let error = Error::sql("WITHIN by the clock of rows that go by their event time").at(span);
            return Err(error.hint("ORDER BY the event time"));
        }
        (false, _) if !is_time => return Err(no_time(&relation, span)),
        _ => {}
    }
    let rowtime = (!comes).then_some(time);
    let relation = relation.timed_by(time);
    let key = |(item, column): (&ast::OrderByExpr, &usize)| {
        let (descending, nulls_first) = direction(item)?;
        Ok(SortKey { column: *column, descending, nulls_first })
    };
    let keys = items.iter().zip(&columns).map(key).collect::<Result<_>>()?;
    Ok((relation, Order { keys, emit: OverEmit::OnWatermark, columns, rowtime }))
}

fn no_time(relation: &Relation, span: Span) -> Error {
    let times: Vec<&str> = relation.event_times.iter().map(|time| relation.fields[*time].name.as_str()).collect();
    let error = Error::sql("MATCH_RECOGNIZE takes rows in the order of an event time, and this is none").at(span);
    error.hint(match times.as_slice() {
        [] => "declare WATERMARK FOR a column of the table, or order by one that is PROCTIME()".to_owned(),
        times => format!("ORDER BY {} first", times.join(" or ")),
    })
}

fn rows_of(written: Option<&ast::RowsPerMatch>) -> RowsPerMatch {
    use ast::EmptyMatchesMode as M;
    match written {
        None | Some(ast::RowsPerMatch::OneRow) => RowsPerMatch::One,
        Some(ast::RowsPerMatch::AllRows(mode)) => RowsPerMatch::All {
            empty: if *mode == Some(M::Omit) { EmptyMatches::Omit } else { EmptyMatches::Show },
            unmatched: if *mode == Some(M::WithUnmatched) { Unmatched::Show } else { Unmatched::Omit },
        },
    }
}

fn skip_of(written: Option<&ast::AfterMatchSkip>, names: &[(String, Variables)]) -> Result<Skip> {
    use ast::AfterMatchSkip as S;
    Ok(match written {
        None | Some(S::PastLastRow) => Skip::PastLastRow,
        Some(S::ToNextRow) => Skip::ToNextRow,
        Some(S::ToFirst(name)) => Skip::To(End::First, variables(names, name)?),
        Some(S::ToLast(name)) => Skip::To(End::Last, variables(names, name)?),
    })
}

fn check(shape: &PatternShape, skip: Option<&ast::AfterMatchSkip>, span: Span) -> Result<()> {
    if shape.within.is_some() && asks_for_end(&shape.pattern) {
        let error = Error::sql("a pattern with $ and WITHIN is not supported").at(span);
        return Err(error.hint("a partition ends with the input, long after the interval is over; leave one of the two out"));
    }
    let gives_unmatched = matches!(shape.rows, RowsPerMatch::All { unmatched: Unmatched::Show, .. });
    if gives_unmatched && leaves_out(&shape.pattern) {
        let error = Error::sql("WITH UNMATCHED ROWS gives out all rows, and {- -} leaves some out").at(span);
        return Err(error.hint("take SHOW EMPTY MATCHES instead of WITH UNMATCHED ROWS"));
    }
    if let Some(ast::AfterMatchSkip::ToFirst(name) | ast::AfterMatchSkip::ToLast(name)) = skip
        && stands_still(&shape.pattern, shape.skip)
    {
        let error = Error::sql(format!("AFTER MATCH SKIP TO {} goes to the first row of the match, for ever", name.value));
        return Err(error.at(name_span(name)).hint("skip to a variable behind it, TO NEXT ROW or PAST LAST ROW"));
    }
    Ok(())
}

/// A pattern over a relation, while what is read of its matches is bound.
struct Matched {
    relation: Relation,
    order: Order,
    keys: Vec<usize>,
    terms: Vec<(String, Variables)>,
    shape: PatternShape,
    /// Names of the columns.
    names: Schema,
    /// Columns below the pattern, those of the relation first.
    inputs: Inputs,
}

/// A measure by name, over stand-in columns of what the pattern reads.
type Measure<'a> = (&'a ast::Ident, Expr);

impl Matched {
    fn new(relation: Relation, order: Order, keys: Vec<usize>, terms: Vec<(String, Variables)>, shape: PatternShape) -> Matched {
        let names = relation.plan.schema().clone();
        let fields = relation.fields.iter().map(|field| field.name.clone());
        let inputs = Inputs { columns: fields.zip(relation.plan.identity()).collect() };
        Matched { relation, order, keys, terms, shape, names, inputs }
    }

    /// Something that is read, over columns below the pattern.
    fn reference(&mut self, read: &Read) -> Reference {
        match read {
            Read::Value { expr, at } => Reference::Value { column: self.inputs.add(expr, &self.names), at: *at },
            Read::Classifier(at) => Reference::Classifier(*at),
            Read::MatchNumber => Reference::MatchNumber,
            Read::Aggregate { call, of, span } => {
                let mut calls = self.inputs.calls(std::slice::from_ref(call), &self.names, &Expr::clone);
                Reference::Aggregate { call: calls.remove(0), of: *of, span: *span }
            }
        }
    }

    /// The conditions of DEFINE, by variable.
    fn conditions(&mut self, written: &[(&ast::Ident, &ast::Expr)]) -> Result<Vec<VariableCondition>> {
        let mut conditions: Vec<Option<VariableCondition>> = vec![None; self.shape.variables.len()];
        for (name, condition) in written {
            let known = self.shape.variables.iter().position(|known| known.eq_ignore_ascii_case(&name.value));
            let Some(variable) = known else {
                let is_subset = self.terms.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name.value));
                let what = if is_subset { "is a subset" } else { "does not stand in the pattern" };
                let error = Error::sql(format!("DEFINE says when a row is mapped to '{}', which {what}", name.value));
                let variables = self.shape.variables.iter().map(String::as_str);
                return Err(error.at(name_span(name)).suggesting(&name.value, variables, "variables here:"));
            };
            let made = self.condition(variable, condition)?;
            if conditions[variable].replace(made).is_some() {
                let error = Error::sql(format!("DEFINE has '{}' twice", name.value)).at(name_span(name));
                return Err(error.hint("join the two conditions with AND"));
            }
        }
        Ok(conditions.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// When a row is mapped to a variable.
    fn condition(&mut self, variable: usize, e: &ast::Expr) -> Result<VariableCondition> {
        let mut matching = Matching::new(&self.terms, Reader::Condition, self.order.rowtime);
        let mut bound = ExprBinder::of_matches(&self.relation.fields, &mut matching).condition(e)?;
        matching.with_arrivals(&mut bound);
        let reads = matching.into_reads();
        let row_itself = |column: usize| match &reads[column - MATCH_BASE] {
            Read::Value { expr, at } if is_row_itself(*at, variable) => Some(expr.clone()),
            _ => None,
        };
        let is_own = |part: &Expr| columns_of(part).into_iter().all(|column| row_itself(column).is_some());
        let (own, rest): (Vec<Expr>, Vec<Expr>) = conjuncts(&bound).into_iter().partition(is_own);
        let own = own.into_iter().map(|part| substitute(&part, &row_itself)).filter(|part| *part != Expr::boolean(true));
        let own = all_of(own.collect()).map(|own| self.inputs.add(&own, &self.names));
        let rest = all_of(rest).map(|rest| {
            let mut asked: Vec<usize> = Vec::new();
            columns_of(&rest).into_iter().for_each(|column| asked.extend((!asked.contains(&column)).then_some(column)));
            let place = |column: usize| asked.iter().position(|known| *known == column).unwrap_or(column);
            let over = moved_columns(&rest, &place);
            (over, asked.iter().map(|column| self.reference(&reads[column - MATCH_BASE])).collect())
        });
        Ok(VariableCondition { own, rest })
    }

    /// The measures; what they read goes into the shape.
    fn measures<'a>(&mut self, written: &'a [ast::Measure]) -> Result<Vec<Measure<'a>>> {
        let reader = if self.shape.rows == RowsPerMatch::One { Reader::OfMatch } else { Reader::OfRow };
        let mut matching = Matching::new(&self.terms, reader, self.order.rowtime);
        let mut bound = Vec::with_capacity(written.len());
        for ast::Measure { expr, alias } in written {
            bound.push((alias, ExprBinder::of_matches(&self.relation.fields, &mut matching).bind(expr)?));
        }
        self.shape.measures = matching.into_reads().iter().map(|read| self.reference(read)).collect();
        Ok(bound)
    }

    /// The order, by the values of nested columns.
    fn sort_keys(&mut self) -> Vec<SortKey> {
        let keys = std::mem::take(&mut self.order.keys);
        let by_values = |key: SortKey| {
            let value = by_value(self.inputs.columns[key.column].1.clone());
            SortKey { column: self.inputs.add(&value, &self.names), ..key }
        };
        keys.into_iter().map(by_values).collect()
    }

    /// The matches.
    fn relation(
        mut self,
        conditions: Vec<VariableCondition>,
        measures: &[Measure<'_>],
        late: impl Fn(&Plan) -> Result<Option<Late>>,
    ) -> Result<Relation> {
        let order = (self.sort_keys(), self.order.emit);
        let Matched { relation, keys, shape, inputs, .. } = self;
        let plan = relation.plan.projected(inputs.columns);
        let late = if order.1 == OverEmit::OnWatermark { late(&plan)? } else { None };
        let pattern = RowPattern::new(plan, keys.clone(), order, shape, conditions, late);
        let given = pattern.given();
        let first: Vec<usize> = keys.into_iter().chain(self.order.columns).collect();
        let [shown, rest] = shown(&given, &first, &relation.fields);
        let column = |place: &usize| Expr::column(*place, pattern.schema.fields[*place].data_type.clone());
        let of_row = |place: &usize| (relation.fields[given[*place]].name.clone(), column(place));
        let mut columns: Vec<(String, Expr)> = shown.iter().map(of_row).collect();
        let of_rest: Vec<(String, Expr)> = rest.iter().map(of_row).collect();
        for (alias, measure) in measures {
            let is_taken = |(name, _): &(String, Expr)| name.eq_ignore_ascii_case(&alias.value);
            if columns.iter().chain(&of_rest).any(is_taken) {
                let error = Error::sql(format!("MATCH_RECOGNIZE gives out '{}' twice", alias.value)).at(name_span(alias));
                return Err(error.hint("call the measure something else"));
            }
            let measure = moved_columns(measure, &|column| given.len() + column - MATCH_BASE);
            columns.push((alias.value.clone(), measure));
        }
        columns.extend(of_rest);
        let event_times = times(&pattern, &relation.event_times, &given);
        let matched = Relation { event_times, ..Relation::new(Plan::RowPattern(pattern), None, None) };
        Ok(matched.projected(columns))
    }
}

/// Which of the columns `given` of rows with these fields stand before the measures, those of `first` in this order, and which behind them.
fn shown(given: &[usize], first: &[usize], fields: &[ScopeField]) -> [Vec<usize>; 2] {
    let mut before: Vec<usize> = Vec::new();
    for column in first {
        let place = given.iter().position(|known| known == column);
        before.extend(place.filter(|place| !before.contains(place)));
    }
    let is_shown = |place: &usize| fields.get(given[*place]).is_some_and(ScopeField::is_in_sight) && !before.contains(place);
    let behind = (0..given.len()).filter(is_shown).collect();
    [before, behind]
}

/// Whether a navigation from a row that is being mapped to a variable leads to the row itself.
fn is_row_itself(at: Navigation, variable: usize) -> bool {
    at.of.contains(variable) && (at.end, at.skip, at.offset) == (End::Last, 0, 0)
}

/// The columns of the matches by whose time they are given out.
fn times(pattern: &RowPattern, below: &[usize], given: &[usize]) -> Vec<usize> {
    if pattern.emit != OverEmit::OnWatermark {
        return Vec::new();
    }
    let is_time = |column: usize| below.contains(&column) && pattern.order.iter().any(|key| key.column == column);
    let of_rows = given.iter().enumerate().filter(|(_, column)| pattern.shape.rows != RowsPerMatch::One && is_time(**column));
    let last = |read: &Reference| match read {
        Reference::Value { column, at } => {
            *at == (Navigation { span: at.span, ..Navigation::last(Variables::ALL) }) && is_time(*column)
        }
        _ => false,
    };
    let read = pattern.shape.measures.iter().enumerate().filter(|(_, read)| last(read));
    of_rows.map(|(place, _)| place).chain(read.map(|(at, _)| given.len() + at)).collect()
}
