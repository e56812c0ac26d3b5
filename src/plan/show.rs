//! What SHOW and DESCRIBE show of the tables and views that there are so far, and of functions: rows of texts.

use super::catalog::{Catalog, Entry, Table, View};
use super::create_text::{create_table, create_view};
use super::processing_time::is_clock;
use super::statement::{ColumnDef, ColumnDefKind, LateRows, RelationKind, Show, Shown};
use super::{Row, functions};
use crate::error::{Error, Result};
use crate::expr::function::{Case, is_like};
use crate::expr::{GivenFunction, Help};
use crate::plan::bind::given;
use crate::plan::catalog::TableColumnKind;
use crate::plan::memory::MEMORY;
use crate::plan::statement::Name;
use crate::types::DataType;
use crate::{sink, source};

/// Names of the columns of DESCRIBE.
pub const DESCRIPTION: &[&str] = &["name", "type", "null", "key", "extras", "watermark", "comment"];

/// Names of the columns of SET without a key.
pub const SETTINGS: &[&str] = &["key", "value"];

/// Names of the columns of SHOW.
pub fn columns(what: &Shown) -> &'static [&'static str] {
    match what {
        Shown::Tables => &["table name"],
        Shown::Views => &["view name"],
        Shown::Connectors => &["connector", "as"],
        Shown::Functions | Shown::Function(_) => &["function", "signature", "meaning", "example", "result"],
        Shown::Columns(_) => DESCRIPTION,
        Shown::Create(..) => &["statement"],
    }
}

/// The rows of SHOW; those of tables, views, connectors and functions in order of their names.
pub fn show(catalog: &Catalog, Show { what, filter }: &Show) -> Result<Vec<Row>> {
    let mut rows = match what {
        Shown::Tables => names(catalog, |_| true),
        Shown::Views => names(catalog, |entry| matches!(entry, Entry::View(_))),
        Shown::Connectors => connectors(),
        Shown::Functions => all_functions(),
        Shown::Function(name) => vec![one_function(name)?],
        Shown::Columns(name) => describe(catalog, name)?,
        Shown::Create(kind, name) => vec![vec![Some(statement(catalog, *kind, name)?)]],
    };
    if let Some(filter) = filter {
        // Functions have their names in any case.
        let case = if filter.ignores_case || matches!(what, Shown::Functions) { Case::Ignored } else { Case::Heeded };
        rows.retain(|row| is_like(row[0].as_deref().unwrap_or_default(), &filter.pattern.text, case) != filter.negated);
    }
    Ok(rows)
}

fn all_functions() -> Vec<Row> {
    let mut rows: Vec<Row> = functions::all().iter().flat_map(|(_, help)| function_rows(help)).collect();
    rows.extend(given().functions.iter().map(|function| given_row(function)));
    rows.sort_unstable();
    rows
}

fn one_function(name: &Name) -> Result<Row> {
    let given = given();
    if let Some(function) = given.functions.iter().find(|function| function.name.eq_ignore_ascii_case(&name.text)) {
        return Ok(given_row(function));
    }
    let (_, help) = functions::named(&name.text, given.names()).map_err(|e| e.at(name.span))?;
    function_rows(help).next().ok_or_else(|| Error::internal("a function without a name"))
}

/// The same of a function of the job.
fn given_row(GivenFunction { name, args, returns, meaning, .. }: &GivenFunction) -> Row {
    let args = args.iter().map(DataType::to_string).collect::<Vec<_>>().join(", ");
    vec![Some(name.clone()), Some(format!("{name}({args}) RETURNS {returns}")), Some(meaning.clone()), None, None]
}

/// How a function is called, what it means, an example and what that gives, behind each of its names.
fn function_rows(help: &Help) -> impl Iterator<Item = Row> {
    help.names().map(|name| {
        let (signature, result) = (help.signature(), help.result.replace('\n', "; "));
        [name, &signature, help.meaning, help.example, &result].map(|text| Some(text.to_owned())).to_vec()
    })
}

fn names(catalog: &Catalog, wanted: impl Fn(&Entry) -> bool) -> Vec<Row> {
    let mut names: Vec<&str> = catalog.entries().filter(|(_, entry)| wanted(entry)).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.into_iter().map(|name| vec![Some(name.to_owned())]).collect()
}

/// Each with what it can do.
fn connectors() -> Vec<Row> {
    let mut names: Vec<&str> = source::CONNECTORS.into_iter().chain(sink::CONNECTORS).chain([MEMORY]).collect();
    names.sort_unstable();
    names.dedup();
    let does = |name, known: &[&str]| name == MEMORY || known.contains(&name);
    let uses = |name| match (does(name, &source::CONNECTORS), does(name, &sink::CONNECTORS)) {
        (true, true) => "source, sink",
        (true, false) => "source",
        _ => "sink",
    };
    names.into_iter().map(|name| [name, uses(name)].map(|text| Some(text.to_owned())).to_vec()).collect()
}

fn statement(catalog: &Catalog, kind: RelationKind, name: &Name) -> Result<String> {
    match catalog.named(name)? {
        Entry::View(view) => kind.check(RelationKind::View, name).map(|()| create_view(&name.text, view)),
        Entry::Table(index) => kind.check(RelationKind::Table, name).map(|()| create_table(&catalog.tables[*index].declared)),
        Entry::Unfilled(create) => kind.check(RelationKind::Table, name).map(|()| create_table(create)),
    }
}

/// The rows of DESCRIBE: name, type, whether there may be NULLs, PRIMARY KEY, how it is made, WATERMARK FOR, comment.
pub fn describe(catalog: &Catalog, name: &Name) -> Result<Vec<Row>> {
    Ok(match catalog.named(name)? {
        Entry::View(view) => view_columns(view),
        Entry::Table(index) => {
            let table = &catalog.tables[*index];
            (0..table.columns.len()).map(|column| table_column(table, column)).collect()
        }
        Entry::Unfilled(_) => Vec::new(),
    })
}

/// What DESCRIBE EXTENDED shows besides: the comment and the options, each behind its name.
pub fn describe_extended(catalog: &Catalog, name: &Name) -> Result<Vec<Row>> {
    let (comment, options) = match catalog.named(name)? {
        Entry::View(view) => (&view.comment, None),
        Entry::Table(index) => (&catalog.tables[*index].declared.comment, Some(&catalog.tables[*index].declared.options)),
        Entry::Unfilled(create) => (&create.comment, Some(&create.options)),
    };
    let row = |name: &str, text: &str| vec![Some(name.to_owned()), Some(text.to_owned()), None, None, None, None, None];
    let comment = comment.iter().map(|text| row("# COMMENT", text));
    let options = options.into_iter().flat_map(|options| options.iter());
    Ok(comment.chain(options.map(|(key, value)| row(&format!("# '{key}'"), &value.text))).collect())
}

fn view_columns(view: &View) -> Vec<Row> {
    let rows = view.shown().map(|(field, comment)| {
        let (name, data_type) = (Some(field.name.clone()), Some(field.data_type.to_string()));
        vec![name, data_type, truth(true), None, None, None, comment.clone()]
    });
    rows.collect()
}

fn table_column(table: &Table, at: usize) -> Row {
    let (column, declared) = (&table.columns[at], &table.declared.columns[at]);
    let key = &table.def.primary_key;
    let is_key = key.contains(&column.name);
    let takes_null = !is_key && !table.def.columns.iter().any(|read| read.not_null && read.name == column.name);
    let is_arrival = matches!(&column.kind, TableColumnKind::Computed(expr) if is_clock(expr));
    let watermark = table.declared.watermark.as_ref().filter(|w| w.column.text.eq_ignore_ascii_case(&column.name));
    let time = match watermark {
        Some(_) => " *ROWTIME*",
        None if is_arrival => " *PROCTIME*",
        None => "",
    };
    let data_type = match &declared.kind {
        ColumnDefKind::Physical { data_type, lengths, .. } => lengths.name(data_type).to_string(),
        _ => column.data_type.to_string(),
    };
    vec![
        Some(column.name.clone()),
        Some(format!("{data_type}{time}")),
        truth(takes_null && !is_arrival),
        is_key.then(|| format!("PRI({})", key.join(", "))),
        extras(declared),
        watermark.map(|watermark| match watermark.late {
            LateRows::Kept => watermark.expression.text.clone(),
            LateRows::LeftOut => format!("LATENESS {}", watermark.expression.text),
        }),
        declared.comment.clone(),
    ]
}

fn truth(value: bool) -> Option<String> {
    Some(value.to_string())
}

/// How the values of a column come about, where its connector does not say it by its name.
fn extras(column: &ColumnDef) -> Option<String> {
    match &column.kind {
        ColumnDefKind::Computed { expression, .. } => Some(format!("AS {}", expression.text)),
        ColumnDefKind::Metadata { key, .. } if *key == column.name.text => Some("METADATA".to_owned()),
        ColumnDefKind::Metadata { key, .. } => Some(format!("METADATA FROM '{key}'")),
        ColumnDefKind::Physical { default, .. } => default.as_ref().map(|default| format!("DEFAULT {}", default.text)),
    }
}
