//! Relations while they are bound: a plan, the names its columns go by, and which of them carry time.

use sqlparser::ast;
use sqlparser::ast::Spanned;

use super::dependent::OuterColumn;
use super::window_row::window_row;
use crate::error::{Error, Result, Span, nearest};
use crate::expr::Expr;
use crate::plan::functions::refusal_of_word;
use crate::plan::logical::{Plan, WindowColumns};
use crate::plan::parse;
use crate::plan::processing_time::{by_clock, is_arrival, may_go_by_clock};
use crate::types::DataType;

/// A column that can be named.
#[derive(Debug, Clone)]
pub struct ScopeField {
    /// Table name or alias it can be qualified with.
    pub qualifier: Option<String>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// How it can be named.
    pub sight: Sight,
}

/// How a column can be named.
#[derive(Debug, Clone)]
pub enum Sight {
    /// By its name, with or without that of its table.
    Own,
    /// Of a query around the sub-query: a column of the sub-query itself goes before it.
    Outer(OuterColumn),
    /// Only with the name of its table, because USING has put another in its place.
    Qualified,
    /// By its name, if no other column has that; `*` does not show it.
    Unshown,
    /// Not at all: what is known of the time of rows travels in it.
    Unnamed,
}

impl ScopeField {
    /// A column of the query itself.
    pub fn own(qualifier: Option<String>, name: String, data_type: DataType) -> ScopeField {
        ScopeField { qualifier, name, data_type, sight: Sight::Own }
    }

    /// Whether it goes by the name of this table.
    pub fn is_of(&self, table: &str) -> bool {
        self.qualifier.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(table))
    }

    /// Whether its name alone says which column is meant, and `*` shows it.
    pub fn is_in_sight(&self) -> bool {
        matches!(self.sight, Sight::Own)
    }

    /// Whether it is one of the query itself that `*` behind the name of its table shows.
    pub fn is_shown(&self) -> bool {
        self.shown_at() == Some(0)
    }

    /// How far around the query it is, if `*` behind the name of its table shows it.
    pub fn shown_at(&self) -> Option<usize> {
        match &self.sight {
            Sight::Own | Sight::Qualified => Some(0),
            Sight::Outer(outer) => outer.is_shown.then_some(outer.level),
            Sight::Unshown | Sight::Unnamed => None,
        }
    }

    /// Notes that it is read, if it is one of a query around.
    pub fn note_read(&self) {
        if let Sight::Outer(outer) = &self.sight {
            outer.note_read();
        }
    }

    /// Whether nothing can name it.
    pub fn is_unnamed(&self) -> bool {
        matches!(self.sight, Sight::Unnamed)
    }

    /// Whether it can be named without its table.
    fn goes_by_name(&self) -> bool {
        match &self.sight {
            Sight::Own | Sight::Unshown => true,
            Sight::Qualified | Sight::Unnamed => false,
            Sight::Outer(outer) => !outer.qualified,
        }
    }

    /// How far around the query it is; what `*` does not show is behind what it does.
    fn level(&self) -> (usize, bool) {
        let level = if let Sight::Outer(outer) = &self.sight { outer.level } else { 0 };
        (level, matches!(self.sight, Sight::Unshown))
    }
}

/// A bound relation.
#[derive(Debug, Clone)]
pub struct Relation {
    /// How its rows are made.
    pub plan: Plan,
    /// Its columns, as many as the plan's.
    pub fields: Vec<ScopeField>,
    /// The columns that are its event time, in order; several where a join keeps those of both inputs.
    pub event_times: Vec<usize>,
    /// Columns that say in which window a row lies, where its event times are those of windows; several behind a join.
    pub windows: Vec<WindowColumns>,
}

impl Relation {
    /// A relation of this plan whose columns go by the names of its schema.
    pub fn new(plan: Plan, qualifier: Option<&str>, event_time: Option<usize>) -> Self {
        let fields = plan.schema().fields.iter();
        let fields = fields.map(|f| ScopeField::own(qualifier.map(str::to_owned), f.name.clone(), f.data_type.clone())).collect();
        Self { plan, fields, event_times: event_time.into_iter().collect(), windows: Vec::new() }
    }

    /// The same columns under another table name.
    #[must_use]
    pub fn aliased(mut self, alias: &str) -> Self {
        for field in &mut self.fields {
            field.qualifier = Some(alias.to_owned());
        }
        self
    }

    /// The same columns as those of one table: what only the names of several told apart can be named no more.
    #[must_use]
    pub fn as_one(mut self) -> Self {
        let told_apart = self.fields.iter_mut().filter(|field| matches!(field.sight, Sight::Qualified));
        told_apart.for_each(|field| field.sight = Sight::Unnamed);
        self
    }

    /// The same columns, the first ones under other names.
    pub fn renamed(mut self, names: &[(String, Span)], what: &str) -> Result<Self> {
        if names.is_empty() {
            return Ok(self);
        }
        let shown: Vec<&mut ScopeField> = self.fields.iter_mut().filter(|field| field.is_shown()).collect();
        if names.len() > shown.len() {
            let error = format!("{what} names {} columns, but the query has {}", names.len(), shown.len());
            return Err(Error::sql(error).at(names[shown.len()].1).hint("leave out the names that have no column"));
        }
        for (field, (name, _)) in shown.into_iter().zip(names) {
            field.name.clone_from(name);
        }
        let columns = self.fields.iter().zip(self.plan.identity()).map(|(f, e)| (f.name.clone(), e)).collect();
        self.plan = self.plan.projected(columns);
        Ok(self)
    }

    /// Computes named columns; event time and window columns survive as plain references.
    #[must_use]
    pub fn projected(self, columns: Vec<(String, Expr)>) -> Self {
        let position = |of: usize| columns.iter().position(|(_, e)| matches!(e, Expr::Column { index, .. } if *index == of));
        let is_time = |(_, e): &(String, Expr)| matches!(e, Expr::Column { index, .. } if self.event_times.contains(index));
        let event_times = (0..columns.len()).filter(|at| is_time(&columns[*at])).collect();
        let schema = self.plan.schema();
        let moved = |window: &WindowColumns| {
            let made = window_row(schema, window.bounds).ok();
            let made = || made.and_then(|row| columns.iter().position(|(_, e)| *e == row));
            let moved = window.moved(position)?;
            Some(WindowColumns { row: moved.row.or_else(made), ..moved })
        };
        let windows = self.windows.iter().filter_map(moved).collect();
        Self { windows, event_times, ..Self::new(self.plan.projected(columns), None, None) }
    }

    /// Columns that can be its time, instead of an event time: those that say when a row came, if nothing below stands on event time.
    pub fn processing_times(&self) -> Vec<usize> {
        if self.plan.retracts() || !may_go_by_clock(&self.plan) {
            return Vec::new();
        }
        let columns = self.plan.identity();
        (0..self.fields.len()).filter(|column| is_arrival(&self.plan, &columns[*column])).collect()
    }

    /// The same rows, with this column as their time; it is one of the event times or of the processing times.
    #[must_use]
    pub fn timed_by(self, column: usize) -> Self {
        if self.event_times.contains(&column) {
            return self;
        }
        // What lies in a window of event time does not come to its end by the clock.
        Self { event_times: self.processing_times(), windows: Vec::new(), plan: by_clock(self.plan), ..self }
    }
}

/// The columns that `*` shows; behind the name of a table those of the nearest one of that name, which are read then.
pub fn shown<'f>(fields: &'f [ScopeField], table: Option<&str>) -> Vec<(usize, &'f ScopeField)> {
    let Some(table) = table else { return fields.iter().enumerate().filter(|(_, field)| field.is_in_sight()).collect() };
    let level = |field: &ScopeField| field.shown_at().filter(|_| field.is_of(table));
    let nearest = fields.iter().filter_map(level).min();
    let shown: Vec<_> = fields.iter().enumerate().filter(|(_, field)| nearest.is_some() && level(field) == nearest).collect();
    shown.iter().for_each(|(_, field)| field.note_read());
    shown
}

/// Finds the column `name`, optionally qualified. A column without a name is found by its place too, as PostgreSQL calls those of VALUES.
pub fn resolve(fields: &[ScopeField], qualifier: Option<&ast::Ident>, name: &ast::Ident) -> Result<usize> {
    match find(fields, qualifier, name, &name.value) {
        Some(found) => found,
        None => match unnamed_at(&name.value).and_then(|unnamed| find(fields, qualifier, name, &unnamed)) {
            Some(found) => found,
            None => Err(unknown_column(fields, qualifier, name)),
        },
    }
}

/// The name that the column at the place of `column1` has if it was given none.
fn unnamed_at(name: &str) -> Option<String> {
    let (word, place) = name.split_at_checked("column".len())?;
    let place = place.parse::<usize>().ok().filter(|_| word.eq_ignore_ascii_case("column"))?;
    Some(format!("EXPR${}", place.checked_sub(1)?))
}

/// The column that goes by these words, if there is any.
fn find(fields: &[ScopeField], qualifier: Option<&ast::Ident>, name: &ast::Ident, words: &str) -> Option<Result<usize>> {
    let wanted = |f: &ScopeField| {
        !f.is_unnamed()
            && f.name.eq_ignore_ascii_case(words)
            && match qualifier {
                None => f.goes_by_name(),
                Some(table) => f.is_of(&table.value),
            }
    };
    let nearest = fields.iter().filter(|f| wanted(f)).map(ScopeField::level).min();
    let is_meant = |f: &ScopeField| wanted(f) && Some(f.level()) == nearest;
    let mut found = fields.iter().enumerate().filter(|(_, f)| is_meant(f)).map(|(i, _)| i);
    match (found.next(), found.next()) {
        (Some(index), None) => {
            fields[index].note_read();
            Some(Ok(index))
        }
        (Some(_), Some(_)) => {
            let tables: Vec<&str> = fields.iter().filter(|f| is_meant(f)).filter_map(|f| f.qualifier.as_deref()).collect();
            Some(Err(ambiguous(name, &tables)))
        }
        (None, _) => None,
    }
}

/// The error for a name that columns of these tables have.
fn ambiguous(name: &ast::Ident, tables: &[&str]) -> Error {
    let error = Error::sql(format!("column '{}' is ambiguous", name.value)).at(name_span(name));
    match tables {
        [first, second, ..] if first != second => error.hint(format!("write {first}.{name} or {second}.{name}")),
        [table, ..] => error.hint(format!("several columns of '{table}' have this name: give each another one with AS")),
        [] => error.hint("give one of the columns another name with AS"),
    }
}

/// The names of the tables whose columns these are.
fn qualifiers(fields: &[ScopeField]) -> Vec<&str> {
    let mut names: Vec<&str> = fields.iter().filter_map(|field| field.qualifier.as_deref()).collect();
    names.dedup();
    names
}

/// The error for a name before a column that is none of a table here.
pub fn unknown_table(fields: &[ScopeField], table: &ast::Ident) -> Error {
    let error = Error::sql(format!("there is no table '{}' in this query", table.value)).at(name_span(table));
    let tables = qualifiers(fields);
    let has_fields = |field: &&ScopeField| matches!(field.data_type, DataType::Row(_) | DataType::Json);
    let rows = fields.iter().filter(has_fields).map(|field| field.name.as_str());
    match (nearest(&table.value, rows), tables.is_empty()) {
        (Some(row), _) => error.hint(format!("did you mean '{row}'?")),
        (None, true) => error.hint("no table here has a name: write the column alone"),
        (None, false) => error.suggesting(&table.value, tables, "tables here:"),
    }
}

fn unknown_column(fields: &[ScopeField], qualifier: Option<&ast::Ident>, name: &ast::Ident) -> Error {
    if let Some(table) = qualifier.filter(|table| !fields.iter().any(|field| field.is_of(&table.value))) {
        return unknown_table(fields, table);
    }
    if let Some(error) = refusal_of_word(&name.value).filter(|_| qualifier.is_none() && name.quote_style.is_none()) {
        return error.at(name_span(name));
    }
    let of = qualifier.map_or_else(String::new, |table| format!(" in '{}'", table.value));
    let error = Error::sql(format!("there is no column '{}'{of}", name.value)).at(name_span(name));
    let is_of = |field: &&ScopeField| qualifier.is_none_or(|table| field.is_of(&table.value));
    let named = || fields.iter().filter(|field| !field.is_unnamed() && is_of(field)).map(|field| field.name.as_str());
    let elsewhere = fields.iter().find(|field| !field.is_unnamed() && field.name.eq_ignore_ascii_case(&name.value));
    match (nearest(&name.value, named()), elsewhere.and_then(|field| field.qualifier.as_deref())) {
        (_, Some(table)) => error.hint(format!("'{table}' has it: write {table}.{name}")),
        (Some(near), None) => error.hint(format!("did you mean '{near}'?")),
        (None, None) if name.quote_style == Some('"') => error.hint("text stands in single quotes"),
        (None, None) => match named().collect::<Vec<_>>() {
            none if none.is_empty() => error.hint("no table is read here: add FROM, or write a text in single quotes"),
            columns => error.hint(format!("columns here: {}", columns.join(", "))),
        },
    }
}

/// Where a part of the syntax tree stands in the text.
pub fn span_of(node: &impl Spanned) -> Span {
    parse::span_of(node.span())
}

/// Where a name stands in the text.
pub fn name_span(name: &ast::Ident) -> Span {
    parse::span_of(name.span)
}

/// The error for a construct that is not there.
pub fn unsupported(what: &str, hint: &str, node: &impl Spanned) -> Error {
    Error::sql(format!("{what} is not supported")).at(span_of(node)).hint(hint)
}
