//! SELECT: items, WHERE, GROUP BY, HAVING, DISTINCT, and the columns that ORDER BY asks for.

use sqlparser::ast;

use super::QueryBinder;
use super::access::row_field;
use super::aggregate::{Grouping, group, groups_windows};
use super::coercion::cast;
use super::dependent::{Links, Outer};
use super::expr::ExprBinder;
use super::grouping_sets;
use super::hint::InputHints;
use super::library;
use super::operator::{by_order, condition};
use super::order::{Count, Meant, Ordered, direction, fixed, meant};
use super::over::Overs;
use super::scope::{Relation, ScopeField, name_span, shown, span_of, unknown_table, unsupported};
use super::subquery::{BeforeGrouping, Stage, Subqueries, reads_subquery};
use super::table_function::{is_unnested, unnested_rows};
use super::top_n::ranked;
use super::window::{group_window, group_window_call};
use super::window_row::by_bounds;
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::plan::late::late_table;
use crate::plan::logical::{Aggregate, Late, Plan, Rank, columns_of};
use crate::plan::physical::{RankFunction, SortKey};
use crate::types::{DataType, Value};

/// An item of the select list.
enum Item<'a> {
    /// Of `*`: a column of FROM, or a field of one.
    Bound(Expr),
    /// An expression.
    Expr(&'a ast::Expr),
}

struct NamedItem<'a> {
    name: String,
    item: Item<'a>,
    span: Span,
}

impl QueryBinder<'_> {
    /// A SELECT and what stands in ORDER BY behind it; `outer` is the query around it, if it may name its columns.
    pub(super) fn select(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
        outer: Option<(&Outer<'_>, &[ScopeField])>,
    ) -> Result<Ordered> {
        refuse(select)?;
        let hints = InputHints::of(select)?;
        let mut relation = self.from(select, &hints, outer.map(|(outer, _)| outer))?;
        if let Some(filter) = &select.selection {
            relation = self.filtered(relation, filter)?;
        }
        hints.check_joins(&relation.plan)?;
        let items = items(select, &relation)?;
        let mut subqueries = Subqueries::new(self, &relation);
        let mut grouping = keys(select, &relation, &items, &mut subqueries)?;
        let lookups = subqueries.lookups();
        if let Some(window) = &grouping.window {
            relation = relation.timed_by(window.time_column);
        }
        let keyed = !grouping.keys.is_empty() || grouping.window.is_some();
        let fields = &relation.fields;
        let mut overs = Overs::new(&select.named_window);
        let mut subqueries = Subqueries::new(self, &relation).with(lookups);
        let (mut bound, mut unnested) = (Vec::with_capacity(items.len()), Vec::new());
        for item in &items {
            bound.push(match &item.item {
                Item::Bound(bound) => bound.clone(),
                Item::Expr(e) => {
                    let binder = ExprBinder::grouped(fields, &mut grouping).with_overs(&mut overs).asking(&mut subqueries);
                    binder.unnesting(&mut unnested).bind(e)?
                }
            });
        }
        let known: Vec<(String, Expr)> = items.iter().map(|item| item.name.clone()).zip(bound.iter().cloned()).collect();
        let mut listing = Listing { names: items.iter().map(|item| item.name.as_str()).collect(), bound, spans: Vec::new() };
        listing.spans.extend(items.iter().map(|item| item.span));
        let bind = |e: &ast::Expr| {
            let binder = ExprBinder::grouped(fields, &mut grouping).with_overs(&mut overs).asking(&mut subqueries);
            binder.knowing(&known).bind(e)
        };
        let (mut first_of, keys) = listing.ordered(select, order, bind)?;
        let Listing { mut bound, mut spans, .. } = listing;
        let mut qualify = match &select.qualify {
            Some(e) => {
                let binder = ExprBinder::grouped(fields, &mut grouping).with_overs(&mut overs).asking(&mut subqueries);
                Some(condition(binder.knowing(&known).bind(e)?, span_of(e))?)
            }
            None => None,
        };
        let mut having = match &select.having {
            Some(e) => {
                let mut binder = ExprBinder::grouped(fields, &mut grouping).asking(&mut subqueries).knowing(&known);
                Some((condition(binder.bind(e)?, span_of(e))?, span_of(e)))
            }
            None => None,
        };
        if qualify.iter().chain(having.iter().map(|(e, _)| e)).any(is_unnested) {
            let error = Error::sql("a condition on a value of the select list that comes any number of times");
            return Err(error.at(span_of(select)).hint("unnest in a sub-query in FROM, and filter its rows"));
        }
        let mut lookups = subqueries.lookups();
        let grouped = keyed || having.is_some() || grouping.groups();
        let goes_by_row = !grouped && overs.is_empty() && select.distinct.is_none() && order.is_empty();
        if outer.is_some_and(|(outer, _)| outer.are_rows()) && !goes_by_row {
            return Err(Error::internal("rows around that would be told apart by their values"));
        }
        let (mut links, mut reads_rows) = (Links::default(), false);
        if let Some((outer, around)) = outer {
            let settled = outer.settled(&relation.plan, around);
            if grouped && !keyed && lookups.read_rows_of(&settled) {
                // What is joined to the one group asks for nothing but columns around.
                for rows in outer.sources(&relation.plan) {
                    lookups.stand_over(rows, &outer.alone(&settled.links.columns, rows.schema()));
                }
                reads_rows = lookups.read_rows_of(&settled);
            }
            lookups.settle(&settled);
            let plan = std::mem::replace(&mut relation.plan, Plan::empty());
            relation.plan = settled.applied(plan);
            links = settled.links;
        }
        let fields = &relation.fields;
        let is_plain_group = grouped && !keyed && unnested.is_empty() && !lookups.has(Stage::Output) && overs.is_empty();
        let falls_over_nothing = |having: &Expr| {
            let over_nothing = grouping.over_nothing(having);
            let is_known = over_nothing.is_fixed() && columns_of(&over_nothing).is_empty();
            Ok(is_known && library::evaluate_constant(&over_nothing)? != Some(Value::Bool(true)))
        };
        // Where there are no rows, the aggregates have values all the same.
        let mut completion = None;
        match (&having, outer) {
            (None, _) if is_plain_group => {
                links.over_nothing = Some(bound[..items.len()].iter().map(|e| grouping.over_nothing(e)).collect());
            }
            (Some((having, _)), _) if is_plain_group && falls_over_nothing(having)? => {}
            (_, Some((outer, _))) if grouped && !keyed && !links.columns.is_empty() => {
                if reads_rows {
                    let what = "a sub-query that names columns around it, of aggregates without GROUP BY over LATERAL and an outer join, and with a \
                                sub-query that compares other than by equality,";
                    return Err(unsupported(what, "make a sub-query in FROM of the aggregates", select));
                }
                completion = Some((outer.values(&links.columns), links.columns.clone(), links.with_nulls));
                links.with_nulls = true;
            }
            _ => {}
        }
        let linked = |column: &usize| Expr::column(*column, fields[*column].data_type.clone());
        let linked: Vec<Expr> = links.columns.iter().map(linked).collect();
        overs.partition_by(&linked);
        let hidden = items.len()..bound.len();
        for link in linked {
            first_of.extend(matches!(select.distinct, Some(ast::Distinct::On(_))).then_some(bound.len()));
            bound.push(link.clone());
            spans.push(Span::default());
            if grouped {
                let key = grouping.position(link);
                grouping.sets.iter_mut().filter(|set| !set.contains(&key)).for_each(|set| set.push(key));
            }
        }
        let hidden = hidden.map(|at| format!("$order{at}")).chain((0..links.columns.len()).map(|at| format!("$link{at}")));
        let names = items.iter().map(|i| i.name.clone()).chain(hidden);
        let late = |plan: &Plan| late_table(self.catalog, plan, "window");
        let (shown, gives_one) = (bound.len(), unnested.is_empty());
        bound.extend(unnested);
        let width = bound.len();
        spans.resize(width, span_of(select));
        let (mut relation, mut bound) = if grouped {
            let is_key =
                |column: usize| grouping.keys.iter().any(|key| matches!(key, Expr::Column { index, .. } if *index == column));
            let windows: Vec<_> = relation.windows.iter().copied().filter(|window| !window.row.is_some_and(is_key)).collect();
            let of_having = having.iter_mut().map(|(e, _)| e);
            let read = bound.iter_mut().chain(&mut qualify).chain(of_having).chain(overs.exprs_mut());
            for expr in grouping.exprs_mut().chain(read) {
                *expr = by_bounds(expr, &windows, relation.plan.schema());
            }
            if lookups.has(Stage::Input) {
                let of_having = having.iter_mut().map(|(e, _)| e);
                let read = bound.iter_mut().chain(&mut qualify).chain(of_having).chain(overs.exprs_mut());
                relation.plan = lookups.over(relation.plan, Stage::Input, grouping.exprs_mut().chain(read));
            }
            let of_overs: Vec<Expr> = overs.exprs_mut().map(|e| e.clone()).collect();
            let read = bound.iter().chain(&qualify).chain(having.iter().map(|(e, _)| e)).chain(&of_overs);
            grouping.add_determined(&relation.plan, read, &|table| self.catalog.tables[table].key());
            let fields = &relation.fields;
            let mut made = group(&relation, &grouping, &late)?;
            if let Some((values, columns, with_nulls)) = completion {
                made = made.completed(values, &columns, with_nulls, &grouping)?;
            }
            let span = span_of(select);
            let mut placed =
                bound.iter().zip(&spans).map(|(e, span)| made.place(e, fields, *span)).collect::<Result<Vec<_>>>()?;
            placed.extend(qualify.map(|e| made.place(&e, fields, span)).transpose()?);
            let conditions = placed.len();
            placed.extend(having.map(|(e, span)| made.place(&e, fields, span)).transpose()?);
            lookups.place(&made, fields, span)?;
            let mut overs = overs.placed(|e, span| made.place(e, fields, span))?;
            let mut grouped = made.relation;
            hints.ask_of_aggregate(&mut grouped.plan, select);
            if !lookups.is_empty() {
                grouped.plan = lookups.over(grouped.plan, Stage::Output, placed.iter_mut().chain(overs.exprs_mut()));
            }
            for filter in placed.drain(conditions..) {
                grouped.plan = grouped.plan.filtered(filter);
            }
            overs.over(grouped, placed, &late)?
        } else {
            bound.extend(qualify);
            // Functions that read no sub-query go below, where rows still come in time.
            let asks = overs.exprs_mut().any(|e| reads_subquery(e));
            if asks {
                relation.plan = lookups.over(relation.plan, Stage::Output, bound.iter_mut().chain(overs.exprs_mut()));
                (relation.event_times, relation.windows) = (Vec::new(), Vec::new());
            }
            let (mut relation, mut bound) = overs.over(relation, bound, &late)?;
            if !lookups.is_empty() && !asks {
                relation.plan = lookups.over(relation.plan, Stage::Output, bound.iter_mut());
            }
            (relation, bound)
        };
        for filter in bound.drain(width..) {
            relation = ranked(relation, &filter);
            relation.plan = relation.plan.filtered(filter);
        }
        let arrays = bound.split_off(shown);
        if !arrays.is_empty() {
            relation = unnested_rows(relation, arrays, &mut bound, span_of(select))?;
        }
        // The last columns of a sub-query within another are its links.
        let columns = names.zip(bound).collect();
        let selected = if outer.is_none() { relation.selected(columns) } else { relation.projected(columns) };
        let selected = match &select.distinct {
            None | Some(ast::Distinct::All) => selected,
            Some(ast::Distinct::Distinct) => {
                let mut distinct = distinct_in_windows(selected, &late)?;
                hints.ask_of_aggregate(&mut distinct.plan, select);
                distinct
            }
            Some(ast::Distinct::On(_)) => first_of_each(selected, first_of, &keys),
        };
        hints.check_taken()?;
        let span = order.first().map(|item| span_of(&item.expr)).unwrap_or_default();
        let filters_groups = select.having.is_some() || select.qualify.is_some();
        let count = match (grouped && !keyed, select.from.is_empty() && !grouped) {
            _ if !gives_one => Count::Any,
            (true, _) if filters_groups => Count::OneAtMost,
            (_, true) if select.selection.is_some() || select.qualify.is_some() => Count::OneAtMost,
            (true, _) | (_, true) => Count::One,
            _ => Count::Any,
        };
        Ok(Ordered { relation: selected, width: items.len(), keys, span, links, count })
    }
}

/// The columns of a SELECT: those that it shows, then those that it is ordered by.
struct Listing<'a> {
    /// Of those that it shows.
    names: Vec<&'a str>,
    bound: Vec<Expr>,
    spans: Vec<Span>,
}

impl Listing<'_> {
    /// Adds what DISTINCT ON and ORDER BY ask for; the columns of both.
    fn ordered(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
        mut bind: impl FnMut(&ast::Expr) -> Result<Expr>,
    ) -> Result<(Vec<usize>, Vec<SortKey>)> {
        let mut first_of = Vec::new();
        if let Some(ast::Distinct::On(exprs)) = &select.distinct {
            for e in exprs {
                first_of.push(self.column(e, &mut bind)?);
            }
        }
        let mut keys = Vec::with_capacity(order.len());
        for item in order {
            let column = self.column(&item.expr, &mut bind)?;
            if column >= self.names.len() && matches!(select.distinct, Some(ast::Distinct::Distinct)) {
                return Err(Error::sql("ORDER BY something that SELECT DISTINCT does not show")
                    .at(span_of(&item.expr))
                    .hint("add it to the select list"));
            }
            let (descending, nulls_first) = direction(item)?;
            let column = self.ordering(column, span_of(&item.expr))?;
            keys.push(SortKey { column, descending, nulls_first });
        }
        Ok((first_of, keys))
    }

    /// The column that is ordered as the values of another are: of a nested one, which its text is not, a hidden one.
    fn ordering(&mut self, column: usize, span: Span) -> Result<usize> {
        let Some(item) = self.bound.get(column) else { return Ok(column) };
        Ok(match by_order(item.clone(), span)? {
            same if same == *item => column,
            key => self.hidden(key, span),
        })
    }

    /// The column of an item, a hidden one if it is not shown.
    fn column(&mut self, e: &ast::Expr, bind: &mut impl FnMut(&ast::Expr) -> Result<Expr>) -> Result<usize> {
        let bound = match meant(e, &self.names)? {
            Meant::Column(column) => return Ok(column),
            Meant::Expr(e) => fixed(bind(e)?, e)?,
        };
        let bound = if bound.data_type() == DataType::Null { cast(bound, &DataType::Boolean) } else { bound };
        Ok(self.hidden(bound, span_of(e)))
    }

    /// The column of an expression, a new one if there is none.
    fn hidden(&mut self, bound: Expr, span: Span) -> usize {
        if let Some(known) = self.bound.iter().position(|known| *known == bound) {
            return known;
        }
        self.bound.push(bound);
        self.spans.push(span);
        self.bound.len() - 1
    }
}

/// The first row, in this order, for each combination of these columns.
fn first_of_each(relation: Relation, columns: Vec<usize>, order: &[SortKey]) -> Relation {
    let mut rank = Rank::new(relation.plan, RankFunction::RowNumber, columns, order.to_vec());
    (rank.limit, rank.gives_rank) = (Some(1), false);
    rank.schema.fields.pop();
    Relation { plan: Plan::Rank(rank), fields: relation.fields, event_times: Vec::new(), windows: Vec::new() }
}

/// Every different row once. Rows that say in which window they are stay in it, as if all columns stood in GROUP BY.
pub fn distinct_in_windows(relation: Relation, late: &dyn Fn(&Plan) -> Result<Option<Late>>) -> Result<Relation> {
    let mut keys = relation.plan.identity();
    keys.truncate(relation.width());
    let grouping = Grouping::by(keys.clone());
    if !groups_windows(&relation, &grouping) {
        return Ok(distinct(relation.named()));
    }
    let made = group(&relation, &grouping, late)?;
    let placed =
        |(key, field): (&Expr, &ScopeField)| Ok((field.name.clone(), made.place(key, &relation.fields, Span::default())?));
    let columns = keys.iter().zip(&relation.fields).map(placed).collect::<Result<_>>()?;
    Ok(made.relation.selected(columns))
}

/// Every different row once.
pub fn distinct(relation: Relation) -> Relation {
    let schema = relation.plan.schema().clone();
    let keys = (0..schema.fields.len()).collect();
    let plan = Plan::Aggregate(Aggregate::new(relation.plan, keys, Vec::new(), schema));
    Relation { plan, fields: relation.fields, event_times: Vec::new(), windows: Vec::new() }
}

fn refuse(select: &ast::Select) -> Result<()> {
    if select.top.is_some() {
        return Err(unsupported("TOP", "write LIMIT behind the query", select));
    }
    if !select.sort_by.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.lateral_views.is_empty()
    {
        return Err(unsupported("SORT BY and its kin", "rows come in the order of their making", select));
    }
    if select.into.is_some() {
        return Err(unsupported("SELECT INTO", "write INSERT INTO t SELECT, or CREATE TABLE t WITH (...) AS SELECT", select));
    }
    if select.prewhere.is_some() || select.value_table_mode.is_some() || select.exclude.is_some() {
        return Err(unsupported(
            "this clause of SELECT",
            "SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... are there",
            select,
        ));
    }
    Ok(())
}

fn items<'a>(select: &'a ast::Select, relation: &Relation) -> Result<Vec<NamedItem<'a>>> {
    let mut items: Vec<NamedItem<'a>> = Vec::new();
    for item in &select.projection {
        match item {
            ast::SelectItem::UnnamedExpr(e) => {
                let name = natural_name(e).unwrap_or_else(|| format!("EXPR${}", items.len()));
                items.push(NamedItem { name, item: Item::Expr(e), span: span_of(e) });
            }
            ast::SelectItem::ExprWithAlias { expr, alias } => {
                items.push(NamedItem { name: alias.value.clone(), item: Item::Expr(expr), span: span_of(expr) });
            }
            ast::SelectItem::Wildcard(options) => items.extend(wildcard(relation, None, options, span_of(item))?),
            ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                items.extend(qualified_wildcard(relation, name, options, span_of(item))?);
            }
            ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::Expr(row), _) => {
                let row = ExprBinder::new(&relation.fields).bind(row)?;
                items.extend(fields_of(row, span_of(item))?);
            }
            other => return Err(unsupported("this select item", "give every expression a name of its own with AS", other)),
        }
    }
    Ok(items)
}

/// The items of a SELECT that are computed from columns alone, each with its name.
pub fn computed_items(select: &ast::Select, relation: &Relation) -> Result<Vec<(String, Expr)>> {
    refuse(select)?;
    let bound = |item: NamedItem<'_>| match item.item {
        Item::Bound(bound) => Ok((item.name, bound)),
        Item::Expr(e) => Ok((item.name, ExprBinder::new(&relation.fields).bind(e)?)),
    };
    items(select, relation)?.into_iter().map(bound).collect()
}

/// `table.*`, or `row.*` of a column that is a ROW.
fn qualified_wildcard<'a>(
    relation: &Relation,
    name: &ast::ObjectName,
    options: &'a ast::WildcardAdditionalOptions,
    span: Span,
) -> Result<Vec<NamedItem<'a>>> {
    let parts: Vec<ast::Ident> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
    let Some(last) = parts.last() else { return Err(Error::sql("* of what has no name").at(span)) };
    let is_table = |name: &ast::Ident| relation.fields.iter().any(|field| field.is_of(&name.value));
    if is_table(last) {
        return wildcard(relation, Some(&last.value), options, span);
    }
    match ExprBinder::new(&relation.fields).compound(&parts) {
        Ok(row) => fields_of(row, span),
        Err(error) if is_table(&parts[0]) => Err(error),
        Err(_) => Err(unknown_table(&relation.fields, last)),
    }
}

/// The fields of a ROW, each by its name.
fn fields_of<'a>(row: Expr, span: Span) -> Result<Vec<NamedItem<'a>>> {
    let DataType::Row(fields) = row.data_type() else {
        return Err(Error::sql(format!("{} has no fields, so '.*' means nothing", row.data_type())).at(span));
    };
    let field = |(name, _): (String, DataType)| {
        let value = row_field(row.clone(), &ast::Ident::new(name.clone()))?;
        Ok(NamedItem { name, item: Item::Bound(value), span })
    };
    fields.into_iter().map(field).collect()
}

fn wildcard<'a>(
    relation: &Relation,
    qualifier: Option<&str>,
    options: &'a ast::WildcardAdditionalOptions,
    span: Span,
) -> Result<Vec<NamedItem<'a>>> {
    if options.opt_ilike.is_some() {
        return Err(Error::sql("* with ILIKE is not supported")
            .at(span)
            .hint("EXCEPT, REPLACE and RENAME are there; or name the columns"));
    }
    let without = left_out(options)?;
    let replaced: Vec<(&ast::Ident, &ast::Expr)> =
        options.opt_replace.iter().flat_map(|replace| &replace.items).map(|item| (&item.column_name, &item.expr)).collect();
    let renamed: Vec<&ast::IdentWithAlias> = match &options.opt_rename {
        None => Vec::new(),
        Some(ast::RenameSelectItem::Single(one)) => vec![one],
        Some(ast::RenameSelectItem::Multiple(several)) => several.iter().collect(),
    };
    let fields = shown(&relation.fields, qualifier);
    let is = |name: &ast::Ident, f: &ScopeField| f.name.eq_ignore_ascii_case(&name.value);
    let asked = replaced.iter().map(|(name, _)| *name).chain(renamed.iter().map(|renamed| &renamed.ident));
    for column in without.iter().copied().chain(asked.map(|name| ColumnName { table: None, name })) {
        if !fields.iter().any(|(_, f)| column.is(f)) {
            let name = column.name;
            let error = Error::sql(format!("there is no column '{}' that * shows", name.value)).at(name_span(name));
            return Err(error.suggesting(&name.value, fields.iter().map(|(_, f)| f.name.as_str()), "it shows"));
        }
    }
    let kept = fields.iter().filter(|(_, f)| !without.iter().any(|column| column.is(f)));
    let item = |(i, f): &(usize, &ScopeField)| {
        let replacement = replaced.iter().find(|(name, _)| is(name, f));
        let column = || Item::Bound(Expr::column(*i, f.data_type.clone()));
        let name = renamed.iter().find(|renamed| is(&renamed.ident, f)).map_or(&f.name, |renamed| &renamed.alias.value);
        NamedItem { name: name.clone(), item: replacement.map_or_else(column, |(_, e)| Item::Expr(e)), span }
    };
    Ok(kept.map(item).collect())
}

/// A column as EXCLUDE names it.
#[derive(Clone, Copy)]
struct ColumnName<'a> {
    table: Option<&'a ast::Ident>,
    name: &'a ast::Ident,
}

impl ColumnName<'_> {
    fn is(&self, field: &ScopeField) -> bool {
        let own = |table: &ast::Ident| field.qualifier.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(&table.value));
        field.name.eq_ignore_ascii_case(&self.name.value) && self.table.is_none_or(own)
    }
}

/// What EXCEPT or EXCLUDE behind `*` leaves out.
fn left_out(options: &ast::WildcardAdditionalOptions) -> Result<Vec<ColumnName<'_>>> {
    let mut names: Vec<ColumnName<'_>> = Vec::new();
    if let Some(except) = &options.opt_except {
        let all = std::iter::once(&except.first_element).chain(&except.additional_elements);
        names.extend(all.map(|name| ColumnName { table: None, name }));
    }
    let excluded = match &options.opt_exclude {
        None => &[],
        Some(ast::ExcludeSelectItem::Single(name)) => std::slice::from_ref(name),
        Some(ast::ExcludeSelectItem::Multiple(names)) => names.as_slice(),
    };
    for name in excluded {
        match name.0.as_slice() {
            [ast::ObjectNamePart::Identifier(name)] => names.push(ColumnName { table: None, name }),
            [ast::ObjectNamePart::Identifier(table), ast::ObjectNamePart::Identifier(name)] => {
                names.push(ColumnName { table: Some(table), name });
            }
            _ => return Err(unsupported("this name in EXCLUDE", "name a column", name)),
        }
    }
    Ok(names)
}

/// The name of an item without AS: that of its column.
fn natural_name(e: &ast::Expr) -> Option<String> {
    match e {
        ast::Expr::Identifier(name) => Some(name.value.clone()),
        ast::Expr::CompoundIdentifier(parts) => parts.last().map(|p| p.value.clone()),
        ast::Expr::Nested(inner) => natural_name(inner),
        _ => None,
    }
}

fn keys(
    select: &ast::Select,
    relation: &Relation,
    items: &[NamedItem<'_>],
    subqueries: &mut Subqueries<'_, '_>,
) -> Result<Grouping> {
    let exprs = match &select.group_by {
        ast::GroupByExpr::Expressions(exprs, modifiers) if modifiers.is_empty() => exprs,
        ast::GroupByExpr::All(modifiers) if modifiers.is_empty() => return all_keys(relation, items, subqueries),
        _ => return Err(unsupported("this clause behind GROUP BY", "ROLLUP (a, b) and CUBE (a, b) stand in it", select)),
    };
    let mut grouping = Grouping::default();
    grouping.is_written = !exprs.is_empty();
    let mut sets = vec![Vec::new()];
    let (distinct, exprs) = match exprs.split_first() {
        Some((first, rest)) if grouping_sets::is_distinct(first) => (true, rest),
        _ => (false, exprs.as_slice()),
    };
    for e in exprs {
        // A window may be selected, and named here by its alias or place.
        let named = item_of(e, relation, items)?.and_then(|item| if let Item::Expr(e) = item.item { Some(e) } else { None });
        if let Some(call) = group_window_call(named.unwrap_or(e)) {
            if grouping.window.is_some() {
                let hint = "group by one of them in a view, and what that gives by the other";
                return Err(Error::sql("GROUP BY has two windows").at(span_of(e)).hint(hint));
            }
            let name = call.name.to_string();
            grouping.window = Some(group_window(&name, call, relation).map_err(|error| error.at(span_of(e)))?);
            continue;
        }
        let alternatives = grouping_sets::alternatives(e)?.unwrap_or_else(|| vec![vec![e]]);
        let mut positions = Vec::with_capacity(alternatives.len());
        for keys in alternatives {
            let keys = keys.into_iter().map(|e| key(e, relation, items, subqueries, &mut grouping));
            positions.push(keys.collect::<Result<_>>()?);
        }
        sets = grouping_sets::crossed(&sets, &positions, span_of(e))?;
    }
    if distinct {
        grouping_sets::once_each(&mut sets);
    }
    if sets.len() > 1 {
        grouping.sets = sets;
    }
    Ok(grouping)
}

/// GROUP BY ALL: every item without an aggregate is a key.
fn all_keys(relation: &Relation, items: &[NamedItem<'_>], subqueries: &mut Subqueries<'_, '_>) -> Result<Grouping> {
    let mut grouping = Grouping::default();
    for item in items {
        match &item.item {
            Item::Bound(bound) => {
                grouping.position(bound.clone());
            }
            Item::Expr(e) => {
                let mut found = Grouping::default();
                let mut asked = BeforeGrouping(subqueries);
                let key = ExprBinder::grouped(&relation.fields, &mut found).asking(&mut asked).bind(e)?;
                if found.calls.is_empty() {
                    grouping.written_key(e, key);
                }
            }
        }
    }
    Ok(grouping)
}

/// The item of the select list that an expression of GROUP BY names, by its place or alias.
fn item_of<'a, 'b>(e: &ast::Expr, relation: &Relation, items: &'b [NamedItem<'a>]) -> Result<Option<&'b NamedItem<'a>>> {
    Ok(match e {
        ast::Expr::Value(_) => match ExprBinder::new(&relation.fields).bind(e)? {
            Expr::Literal { value: Value::Int(n), .. } => {
                Some(usize::try_from(n).ok().and_then(|n| items.get(n.wrapping_sub(1))).ok_or_else(|| {
                    Error::sql(format!("GROUP BY {n}: the select list has {} items", items.len())).at(span_of(e))
                })?)
            }
            _ => None,
        },
        ast::Expr::Identifier(name) if !relation.fields.iter().any(|f| f.name.eq_ignore_ascii_case(&name.value)) => {
            items.iter().find(|i| i.name.eq_ignore_ascii_case(&name.value))
        }
        _ => None,
    })
}

/// The place of a key.
fn key(
    e: &ast::Expr,
    relation: &Relation,
    items: &[NamedItem<'_>],
    subqueries: &mut Subqueries<'_, '_>,
    grouping: &mut Grouping,
) -> Result<usize> {
    let written = match item_of(e, relation, items)?.map(|item| &item.item) {
        Some(Item::Bound(bound)) => return Ok(grouping.position(bound.clone())),
        Some(Item::Expr(e)) => e,
        None => e,
    };
    let key = ExprBinder::new(&relation.fields).asking(&mut BeforeGrouping(subqueries)).bind(written)?;
    Ok(grouping.written_key(written, key))
}
