//! What FROM computes anew for each row before it: UNNEST and its kin, which take an array or a map of the row apart, and LATERAL, a sub-query that
//! names columns of the row.

use sqlparser::ast;

use super::coercion::cast;
use super::dependent::Outer;
use super::expr::ExprBinder;
use super::function::library_call;
use super::join::{filtered, kind_of, merged, names_of, paired};
use super::order::{Bounds, Count, Ordered};
use super::record::makes_records;
use super::scope::{Relation, ScopeField, name_span, span_of, unsupported};
use super::subquery::{Dependent, Stage, Subqueries, case, flagged};
use super::table_function::{gives_fields_of_json, gives_texts_of_json, table_call};
use super::values::one_row;
use super::{QueryBinder, access};
use crate::error::{Error, Result, Span};
use crate::expr::function::JSON_TEXTS_OF_FIELDS;
use crate::expr::{Expr, UnaryOp};
use crate::plan::logical::{Join, Plan, Unnest, all_of};
use crate::plan::physical::{JoinKind, Nested};
use crate::types::DataType;

/// A part of FROM that is computed for each row before it.
pub enum PerRow<'a> {
    /// UNNEST(value) and its kin [WITH ORDINALITY].
    Unnest(UnnestCall<'a>),
    /// LATERAL (SELECT ...).
    Lateral(&'a ast::Query, Option<&'a ast::TableAlias>, Sees),
}

/// Which columns before it a sub-query in FROM may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// All: LATERAL.
    All,
    /// So many of the first ones, which are those of a query around.
    First(usize),
}

/// A call of UNNEST, or of another function that gives any number of values.
pub struct UnnestCall<'a> {
    name: String,
    args: Vec<&'a ast::Expr>,
    span: Span,
    numbers: Numbers,
    alias: Option<&'a ast::TableAlias>,
}

/// Whether items come with their numbers: WITH ORDINALITY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Shown,
    Hidden,
}

impl<'a> PerRow<'a> {
    /// What this part of FROM is, if it is computed for each row.
    pub fn of(factor: &'a ast::TableFactor) -> Result<Option<PerRow<'a>>> {
        use ast::TableFactor as F;
        let (call, with_ordinality, alias) = match factor {
            F::Derived { lateral: true, subquery, alias, .. } => {
                return Ok(Some(PerRow::Lateral(subquery, alias.as_ref(), Sees::All)));
            }
            F::Table { name, args: Some(args), with_ordinality, alias, .. } => {
                (table_call(name, &args.args), *with_ordinality, alias)
            }
            F::Function { name, args, with_ordinality, alias, .. } => (table_call(name, args), *with_ordinality, alias),
            F::TableFunction { expr: ast::Expr::Function(call), alias } => match &call.args {
                ast::FunctionArguments::List(list) => (table_call(&call.name, &list.args), false, alias),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Some((name, args)) = call.filter(|(_, args)| !args.is_empty()) else { return Ok(None) };
        let numbers = if with_ordinality { Numbers::Shown } else { Numbers::Hidden };
        Ok(Some(PerRow::Unnest(UnnestCall { name, args, span: span_of(factor), numbers, alias: alias.as_ref() })))
    }
}

impl QueryBinder<'_> {
    /// `relation` joined, as this step of FROM says, to what is computed for each of its rows.
    pub(super) fn joined_per_row(&mut self, relation: Relation, step: &ast::Join, per_row: &PerRow<'_>) -> Result<Relation> {
        let (kind, constraint) = kind_of(step)?;
        let (width, span) = (relation.fields.len(), span_of(&step.relation));
        let own = relation.fields.clone();
        let pairs = |both: &Relation| {
            let names = names_of(constraint, &own, &both.fields[width..])?;
            paired(&both.fields, width, &names).map_err(|error| error.at(span))
        };
        let is_always = match constraint {
            ast::JoinConstraint::On(condition) => is_true(condition),
            constraint => matches!(constraint, ast::JoinConstraint::None),
        };
        let meeting = |binder: &mut Self, both: Relation| match constraint {
            ast::JoinConstraint::On(condition) => binder.filtered(both, condition),
            _ => Ok(match all_of(pairs(&both)?.into_iter().map(|pair| pair.equal).collect()) {
                Some(equal) => filtered(both, equal),
                None => both,
            }),
        };
        let both = match kind {
            JoinKind::Inner | JoinKind::Left if is_always => self.per_row(relation, per_row, kind)?,
            JoinKind::Inner => {
                let both = self.per_row(relation, per_row, kind)?;
                meeting(self, both)?
            }
            JoinKind::Left => self.left_join_per_row(relation, per_row, meeting, span)?,
            _ => {
                let hint = "CROSS JOIN, INNER JOIN and LEFT JOIN are there";
                return Err(unsupported("this kind of join with what is computed for each row", hint, &step.relation));
            }
        };
        let pairs = pairs(&both)?;
        Ok(merged(both, &pairs, kind))
    }

    /// What names no row before it, although it may.
    pub(super) fn by_itself(&mut self, per_row: &PerRow<'_>) -> Result<Relation> {
        let rows = self.per_row(one_row(), per_row, JoinKind::Inner);
        rows.map_err(|error| error.hint("RIGHT and FULL JOIN give out what meets no row before it: it names no columns of that"))
    }

    /// Each row of `relation` beside what is computed for it.
    pub(super) fn per_row(&mut self, relation: Relation, per_row: &PerRow<'_>, kind: JoinKind) -> Result<Relation> {
        match per_row {
            PerRow::Unnest(call) => self.unnested(relation, call, kind),
            PerRow::Lateral(query, alias, sees) => self.lateral(relation, (query, *sees), *alias, kind),
        }
    }
}

impl QueryBinder<'_> {
    /// Each row of `relation` beside the rows of a sub-query that may name its columns.
    fn lateral(
        &mut self,
        relation: Relation,
        (query, sees): (&ast::Query, Sees),
        alias: Option<&ast::TableAlias>,
        kind: JoinKind,
    ) -> Result<Relation> {
        let seen = match sees {
            Sees::All => relation.fields.len(),
            Sees::First(width) => width,
        };
        let (depth, visible) = (self.depth(), self.ctes.len());
        match self.select_over(&relation, query, seen) {
            Ok(Ordered { relation: found, width, count, .. }) if kind == JoinKind::Inner || count == Count::One => {
                let mut values = found.plan.identity();
                let before = values.split_off(width);
                let columns = found.fields.iter().map(|field| field.name.clone()).zip(values).collect();
                return beside_own(relation.fields, found, before, columns, (alias, span_of(query)));
            }
            _ => self.reset(depth, visible),
        }
        if kind == JoinKind::Left && sees == Sees::All {
            match self.left_joined_select(&relation, query) {
                Ok((found, columns)) => {
                    let before = relation.plan.identity();
                    return beside_own(relation.fields, found, before, columns, (alias, span_of(query)));
                }
                Err(_) => self.reset(depth, visible),
            }
        }
        let found = self.dependent(query, &relation.plan, &relation.fields[..seen])?;
        let (names, own) = (found.names.clone(), relation.fields.iter().map(|field| field.name.clone()));
        let (plan, before, values) = matched(relation.plan, relation.fields.len(), found, kind);
        let own: Vec<(String, Expr)> = own.zip(before).collect();
        let mut columns: Vec<(String, Expr)> = names.into_iter().zip(values).collect();
        rename(&mut columns, alias, span_of(query))?;
        let plan = plan.projected(own.into_iter().chain(columns.iter().cloned()).collect());
        let fields = relation.fields.into_iter().chain(scoped(columns, alias)).collect();
        Ok(Relation { plan, fields, event_times: Vec::new(), windows: Vec::new() })
    }

    /// Each row of `relation` once for every item.
    fn unnested(&mut self, mut relation: Relation, call: &UnnestCall<'_>, kind: JoinKind) -> Result<Relation> {
        let span = call.span;
        let mut subqueries = Subqueries::new(self, &relation);
        let mut binder = ExprBinder::new(&relation.fields).asking(&mut subqueries);
        let mut value = match makes_records(&call.name) {
            true => binder.records(&call.name, &call.args, call.alias, span)?,
            false => match binder.array_of_call(&call.name, &call.args, span)? {
                Expr::Call { args, .. } if call.gives_fields_of_json() => library_call(JSON_TEXTS_OF_FIELDS, args, span)?,
                value => value,
            },
        };
        let (data_type, lookups) = (value.data_type(), subqueries.lookups());
        if !lookups.is_empty() {
            relation.plan = lookups.over(relation.plan, Stage::Output, std::iter::once(&mut value));
            (relation.event_times, relation.windows) = (Vec::new(), Vec::new());
        }
        let own: Vec<(String, Expr)> = named(&relation).collect();
        let width = own.len();
        let columns = own.iter().cloned().chain([("$nested".to_owned(), value)]).collect();
        let nested = match data_type {
            DataType::Map(..) => Nested::Map,
            DataType::Multiset(_) => Nested::Multiset,
            _ => Nested::Array,
        };
        let mut items = items(&data_type, call, width)?;
        if call.numbers == Numbers::Shown {
            let ordinal = Expr::column(width + usize::from(nested == Nested::Map) + 1, DataType::Int);
            items.push(("ORDINALITY".to_owned(), ordinal));
        }
        rename(&mut items, call.alias, span)?;
        let plan = Plan::Unnest(Unnest::new(relation.plan.projected(columns), nested, kind));
        let plan = plan.projected(own.into_iter().chain(items.iter().cloned()).collect());
        let mut fields = relation.fields;
        fields.extend(scoped(items, call.alias));
        Ok(Relation { plan, fields, ..relation })
    }

    /// A SELECT over the rows of `relation`, of which it sees the first columns: what it shows, then all of theirs. An error says no more than that it
    /// is not one that goes row by row.
    pub(super) fn select_over(&mut self, relation: &Relation, query: &ast::Query, seen: usize) -> Result<Ordered> {
        let is_select = matches!(*query.body, ast::SetExpr::Select(_)) && Bounds::of(query)? == Bounds::default();
        match is_select && relation.fields.len() == relation.plan.schema().fields.len() {
            true => self.ordered_query(query, Some((&Outer::rows(relation, seen), &relation.fields))),
            false => Err(Error::internal("a sub-query of more than a SELECT")),
        }
    }
}

/// The columns of rows that a SELECT was made over, then those that it shows, all of them made of `relation`.
fn beside_own(
    mut own: Vec<ScopeField>,
    relation: Relation,
    before: Vec<Expr>,
    mut columns: Vec<(String, Expr)>,
    (alias, span): (Option<&ast::TableAlias>, Span),
) -> Result<Relation> {
    rename(&mut columns, alias, span)?;
    let before = own.iter().map(|field| field.name.clone()).zip(before);
    let relation = relation.projected(before.chain(columns.iter().cloned()).collect());
    own.extend(scoped(columns, alias));
    Ok(Relation { fields: own, ..relation })
}

/// `plan` joined to what is found for each of its rows; its first `own` columns, and what is found as columns of the join.
pub fn matched(plan: Plan, own: usize, found: Dependent, kind: JoinKind) -> (Plan, Vec<Expr>, Vec<Expr>) {
    let width = plan.schema().fields.len();
    let mut before = plan.identity();
    before.truncate(own);
    let condition = all_of(found.condition(width));
    let mut values: Vec<Expr> = (0..found.names.len()).map(|at| Expr::column(width + at, found.type_of(at))).collect();
    let plan = match &found.links.over_nothing {
        None => Plan::Join(Join::new(plan, found.plan, kind, condition)),
        // Aggregates without GROUP BY have a row over nothing too.
        Some(nothing) => {
            let (right, flag) = flagged(found.plan, width);
            let missing = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(flag) };
            for (value, nothing) in values.iter_mut().zip(nothing) {
                let nothing = cast(nothing.clone(), &value.data_type());
                *value = case(vec![(missing.clone(), nothing)], value.clone());
            }
            Plan::Join(Join::new(plan, right, JoinKind::Left, condition))
        }
    };
    (plan, before, values)
}

impl UnnestCall<'_> {
    /// Whether it gives keys and values of JSON objects, of which null is a value like others.
    fn gives_fields_of_json(&self) -> bool {
        let is_whole = self.alias.is_some_and(|alias| alias.columns.len() == 1);
        gives_fields_of_json(&self.name) && !is_whole
    }
}

/// The columns of a relation that can be named, each by its name in the plan.
fn named(relation: &Relation) -> impl Iterator<Item = (String, Expr)> {
    let names = relation.fields.iter().map(|field| field.name.clone());
    names.zip(relation.plan.identity())
}

/// What is made of an item, whose text stands from column `at` on: the fields of a ROW, key and value of an entry, else one column.
fn items(data_type: &DataType, call: &UnnestCall<'_>, at: usize) -> Result<Vec<(String, Expr)>> {
    let (alias, span) = (call.alias, call.span);
    let part = |at: usize| Expr::column(at, DataType::STRING);
    match data_type {
        DataType::Array(item) | DataType::Multiset(item) => match &**item {
            DataType::Row(fields) if fields.len() == 1 || alias.is_none_or(|alias| alias.columns.len() != 1) => {
                let field = |(name, data_type): &(String, DataType)| {
                    let field = access::field_of(part(at), name, data_type, span)?;
                    let is_json = name == "value" && call.gives_fields_of_json();
                    Ok((name.clone(), if is_json { cast(field, &DataType::Json) } else { field }))
                };
                fields.iter().map(field).collect()
            }
            item => {
                let plain = || if call.name == "UNNEST" { "EXPR$0".to_owned() } else { call.name.to_ascii_lowercase() };
                let name = alias.map_or_else(plain, |alias| alias.name.value.clone());
                let item = if gives_texts_of_json(&call.name) { &DataType::Json } else { item };
                Ok(vec![(name, access::part(part(at), item, span)?)])
            }
        },
        DataType::Map(key, value) => {
            let (key, value) = (access::part(part(at), key, span)?, access::part(part(at + 1), value, span)?);
            Ok(vec![("KEY".to_owned(), key), ("VALUE".to_owned(), value)])
        }
        other => {
            let error = Error::sql(format!("{} takes an ARRAY or a MAP, this is {other}", call.name)).at(span);
            Err(error.hint(if other.is_text() {
                "STRING_TO_ARRAY(x, ',') makes an ARRAY of a text"
            } else {
                "ARRAY[x] makes one of a value"
            }))
        }
    }
}

/// Columns by the names that an alias gives them.
fn rename(columns: &mut [(String, Expr)], alias: Option<&ast::TableAlias>, span: Span) -> Result<()> {
    let Some(alias) = alias.filter(|alias| !alias.columns.is_empty()) else { return Ok(()) };
    if alias.columns.len() > columns.len() {
        let (names, there) = (alias.columns.len(), columns.len());
        return Err(Error::sql(format!("the alias {} names {names} columns, but there are {there}", alias.name.value))
            .at(alias.columns.get(there).map_or(span, |column| name_span(&column.name)))
            .hint("leave out the names that have no column"));
    }
    for ((name, _), column) in columns.iter_mut().zip(&alias.columns) {
        name.clone_from(&column.name.value);
    }
    Ok(())
}

fn scoped(columns: Vec<(String, Expr)>, alias: Option<&ast::TableAlias>) -> impl Iterator<Item = ScopeField> {
    let qualifier = alias.map(|alias| alias.name.value.clone());
    columns.into_iter().map(move |(name, expr)| ScopeField::own(qualifier.clone(), name, expr.data_type()))
}

fn is_true(condition: &ast::Expr) -> bool {
    match condition {
        ast::Expr::Nested(inner) => is_true(inner),
        ast::Expr::Value(value) => matches!(value.value, ast::Value::Boolean(true)),
        _ => false,
    }
}
