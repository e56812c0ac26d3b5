//! What the statements read so far have defined: tables and views, found by name without regard to case.

use std::sync::Arc;

use super::bind::{Output, Relation, ScopeField, Target, table, written};
use super::memory::MEMORY;
use super::processing_time::{basis, is_clock};
use super::values::ValuesSource;
use super::{Connectors, Declared};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::physical::OnError;
use crate::plan::statement::{Conflict, CreateTable, LateRows, Name, RelationKind};
use crate::source::reload::Reloaded;
use crate::source::{Boundedness, Source};
use crate::types::relation::{Changelog, TimeBasis};
use crate::types::{DataType, Lengths, OptionValue, Options, Reload, TableDef, Value};

/// Where the values of a table's column come from.
#[derive(Debug, Clone)]
pub enum TableColumnKind {
    /// The connector: position in `TableDef::columns`.
    Read(usize),
    /// Computed, over `TableDef::columns`.
    Computed(Expr),
}

/// A column of a table, of any kind.
#[derive(Debug, Clone)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Where it comes from.
    pub kind: TableColumnKind,
}

/// A table's own watermark.
#[derive(Debug, Clone)]
pub struct TableWatermark {
    /// Position of the event-time column among all columns.
    pub column: usize,
    /// The watermark a row asks for, over all columns.
    pub expr: Expr,
    /// What the column says.
    pub basis: TimeBasis,
    /// Rows behind it.
    pub late: LateRows,
}

/// The options of a table that belong to the plan.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// `'late.table'`
    pub late_table: Option<Name>,
    /// `'on.error'`
    pub on_error: OnError,
    /// `'max.errors'`
    pub errors_max: Option<u64>,
    /// `'watermark.max-ahead'`
    pub max_ahead_ns: Option<u64>,
    /// `'scan.watermark.idle-timeout'`
    pub idle_timeout_ns: Option<u64>,
    /// `'lookup.cache'` and its kin: when the table is read again, where rows are looked up in it.
    pub reload: Option<Reload>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// What the connector sees.
    pub def: TableDef,
    /// All columns in declared order.
    pub columns: Vec<TableColumn>,
    /// WATERMARK FOR.
    pub watermark: Option<TableWatermark>,
    /// What its rows say of each other.
    pub changelog: Changelog,
    /// Of upserts: what becomes of the rows of a key.
    pub conflict: Conflict,
    /// What the connector does not see.
    pub options: PlanOptions,
    /// Columns with a DEFAULT: what an INSERT that does not name them writes.
    pub defaults: Vec<(String, Expr)>,
    /// The lengths of columns that have one, to which written values are brought.
    pub lengths: Vec<(String, Lengths)>,
    /// Of a memory table that the job writes to: columns that are event times in all that is inserted so far.
    pub event_times: Option<Vec<usize>>,
    /// Of a memory table: the rows of all VALUES that are inserted, with a value for each column of `def`.
    pub rows: Option<Arc<Vec<Vec<Value>>>>,
    /// How it was declared, with the options that it has.
    pub declared: Box<CreateTable>,
    /// Position of the table as it was declared: its own, but for a table that some see otherwise.
    pub home: usize,
    /// Of a table as those see it who look rows up in it: when it is read again.
    pub reload: Option<Reload>,
}

impl Table {
    /// Whether it holds what the job inserts into it.
    pub fn is_memory(&self) -> bool {
        self.def.options.text("connector").is_some_and(|name| name.trim() == MEMORY)
    }

    /// Whether it is the table declared at `home`, with the options of `declared`.
    fn is_variant(&self, home: usize, declared: &CreateTable) -> bool {
        let texts = |(key, value): (&str, &OptionValue)| (key.to_owned(), value.text.clone());
        self.home == home && self.declared.options.iter().map(texts).eq(declared.options.iter().map(texts))
    }

    /// The columns of its PRIMARY KEY.
    pub fn key(&self) -> Vec<usize> {
        let place = |name: &String| self.columns.iter().position(|column| column.name == *name);
        self.def.primary_key.iter().filter_map(place).collect()
    }

    /// What the time of its rows is, where a query does not say otherwise.
    pub fn basis(&self) -> TimeBasis {
        self.watermark.as_ref().map_or(TimeBasis::Event, |watermark| watermark.basis)
    }

    /// The columns that are PROCTIME().
    pub fn arrivals(&self) -> Vec<usize> {
        let says_when = |column: &TableColumn| matches!(&column.kind, TableColumnKind::Computed(expr) if is_clock(expr));
        (0..self.columns.len()).filter(|column| says_when(&self.columns[*column])).collect()
    }

    /// What reads it: the connector, or of a memory table the rows inserted.
    pub fn source(&self, connectors: &dyn Connectors) -> Result<Arc<dyn Source>> {
        let source: Arc<dyn Source> = match &self.rows {
            Some(rows) => Arc::new(ValuesSource { rows: rows.clone() }),
            None => connectors.source(&self.def)?,
        };
        let Some(reload) = self.reload else { return Ok(source) };
        if source.boundedness() == Boundedness::Unbounded {
            let error = format!("'{}' is to be read again, but its rows never end", self.def.name);
            return Err(Error::sql(error).hint("take the 'lookup.' options off: rows are looked up among those that have come"));
        }
        let (table, types) = (self.def.name.clone(), self.def.columns.iter().map(|column| column.data_type.clone()).collect());
        Ok(Arc::new(Reloaded { source, reload, table, types }))
    }

    /// The columns that carry event time: as declared, or as they do in what is inserted.
    pub fn event_times(&self) -> Vec<usize> {
        match &self.watermark {
            Some(watermark) => vec![watermark.column],
            None => self.event_times.clone().unwrap_or_default(),
        }
    }
}

/// A view.
#[derive(Debug)]
pub struct View {
    /// Its query, bound.
    pub relation: Relation,
    /// New column names, or empty.
    pub columns: Vec<Name>,
    /// Its query as it was written.
    pub text: String,
    /// COMMENT.
    pub comment: Option<String>,
    /// Those of the columns that `*` shows.
    column_comments: Vec<Option<String>>,
}

impl View {
    /// Of a query whose columns nothing is said of.
    pub fn new(relation: Relation, columns: Vec<Name>, text: String, comment: Option<String>) -> View {
        let column_comments = vec![None; relation.fields.iter().filter(|field| field.is_shown()).count()];
        View { relation, columns, text, comment, column_comments }
    }

    /// The columns that `*` shows, with what is said of them.
    pub fn shown(&self) -> impl Iterator<Item = (&ScopeField, &Option<String>)> {
        self.relation.fields.iter().filter(|field| field.is_shown()).zip(&self.column_comments)
    }
}

/// What a name stands for.
#[derive(Debug)]
pub enum Entry {
    /// Position in `Catalog::tables`.
    Table(usize),
    /// A table without columns: the first INSERT gives it those of its query.
    Unfilled(Box<CreateTable>),
    /// A view.
    View(Box<View>),
}

impl Entry {
    fn kind(&self) -> RelationKind {
        match self {
            Entry::View(_) => RelationKind::View,
            Entry::Table(_) | Entry::Unfilled(_) => RelationKind::Table,
        }
    }
}

impl RelationKind {
    /// An error where the thing of this name is of another kind than is said.
    pub fn check(self, is: RelationKind, name: &Name) -> Result<()> {
        let (error, hint) = match (self, is) {
            (RelationKind::Table, RelationKind::View) => ("is a view", "write VIEW instead of TABLE"),
            (RelationKind::View, RelationKind::Table) => ("is a table", "write TABLE instead of VIEW"),
            _ => return Ok(()),
        };
        Err(Error::sql(format!("'{}' {error}", name.text)).at(name.span).hint(hint))
    }
}

/// Tables and views.
#[derive(Debug, Default)]
pub struct Catalog {
    /// All tables, in order of definition.
    pub tables: Vec<Table>,
    entries: Vec<(String, Entry)>,
    /// Names of sinks into tables.
    sinks: Vec<String>,
}

impl Catalog {
    /// Adds a table; a name can be given once.
    pub fn add_table(&mut self, table: Table) -> Result<()> {
        self.check_new(&table.def.name, table.def.span)?;
        let home = self.tables.len();
        self.entries.push((table.def.name.clone(), Entry::Table(home)));
        self.tables.push(Table { home, ..table });
        Ok(())
    }

    /// Adds the name of a sink into a table, which nothing else can have.
    pub fn add_sink(&mut self, name: &Name) -> Result<()> {
        self.check_new(&name.text, name.span)?;
        self.sinks.push(name.text.clone());
        Ok(())
    }

    /// Adds a view.
    pub fn add_view(&mut self, name: &Name, view: View) -> Result<()> {
        self.check_new(&name.text, name.span)?;
        self.entries.push((name.text.clone(), Entry::View(Box::new(view))));
        Ok(())
    }

    /// Adds a table that has no columns yet.
    pub fn add_unfilled(&mut self, create: CreateTable) -> Result<()> {
        self.check_new(&create.name.text, create.name.span)?;
        self.entries.push((create.name.text.clone(), Entry::Unfilled(Box::new(create))));
        Ok(())
    }

    /// Takes out the table of this name if it has no columns yet.
    pub fn take_unfilled(&mut self, name: &Name) -> Option<CreateTable> {
        let is_it =
            |(known, entry): &mut (String, Entry)| matches!(entry, Entry::Unfilled(_)) && known.eq_ignore_ascii_case(&name.text);
        match self.entries.extract_if(.., is_it).next()? {
            (_, Entry::Unfilled(create)) => Some(*create),
            _ => None,
        }
    }

    /// Refuses tables without columns that nothing is inserted into.
    pub fn check_filled(&self) -> Result<()> {
        self.entries.iter().try_for_each(|(_, entry)| match entry {
            Entry::Unfilled(create) => Err(without_columns(&create.name)),
            Entry::Table(_) | Entry::View(_) => Ok(()),
        })
    }

    /// Makes a name free; what was written before keeps what it stood for.
    pub fn forget(&mut self, kind: RelationKind, name: &Name, if_exists: bool) -> Result<()> {
        let Some(at) = self.entries.iter().position(|(known, _)| known.eq_ignore_ascii_case(&name.text)) else {
            return if if_exists { Ok(()) } else { Err(self.unknown(&name.text).at(name.span)) };
        };
        kind.check(self.entries[at].1.kind(), name)?;
        let is_it = |late: &Name| late.text.eq_ignore_ascii_case(&name.text);
        if let Some(reader) = self.tables.iter().find(|table| table.options.late_table.as_ref().is_some_and(is_it)) {
            let error = Error::sql(format!("'{}' takes the late rows of '{}'", name.text, reader.def.name)).at(name.span);
            return Err(error.hint(format!("leave 'late.table' out of the options of '{}', or keep it", reader.def.name)));
        }
        self.entries.remove(at);
        Ok(())
    }

    /// Says something of a table, a view, or a column of one.
    pub fn comment(&mut self, (kind, name): (RelationKind, &Name), column: Option<&Name>, text: Option<&str>) -> Result<()> {
        let Some(at) = self.entries.iter().position(|(known, _)| known.eq_ignore_ascii_case(&name.text)) else {
            return Err(self.unknown(&name.text).at(name.span));
        };
        let Catalog { tables, entries, .. } = self;
        if column.is_none() {
            kind.check(entries[at].1.kind(), name)?;
        }
        let (of_relation, of_columns): (_, Vec<(&str, &mut Option<String>)>) = match &mut entries[at].1 {
            Entry::View(view) => {
                let shown = view.relation.fields.iter().filter(|field| field.is_shown()).map(|field| field.name.as_str());
                (&mut view.comment, shown.zip(&mut view.column_comments).collect())
            }
            Entry::Table(index) => declared_comments(&mut tables[*index].declared),
            Entry::Unfilled(create) => declared_comments(create),
        };
        let place = match column {
            None => of_relation,
            Some(column) => {
                let names: Vec<String> = of_columns.iter().map(|(name, _)| (*name).to_owned()).collect();
                let found = of_columns.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.text));
                found.map(|(_, place)| place).ok_or_else(|| no_column(name, column, &names))?
            }
        };
        *place = text.map(str::to_owned);
        Ok(())
    }

    /// All names, in order of definition.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// What `name` stands for, or that there is no such thing.
    pub fn named(&self, name: &Name) -> Result<&Entry> {
        self.find(&name.text).ok_or_else(|| self.unknown(&name.text).at(name.span))
    }

    /// A table as those see it who look rows up in it, if it is read again for them.
    pub fn read_again(&mut self, index: usize) -> Option<usize> {
        let reload = Some(self.tables[index].options.reload?);
        let is_it =
            |table: &Table| table.reload.is_some() && table.is_variant(self.tables[index].home, &self.tables[index].declared);
        Some(self.tables.iter().position(is_it).unwrap_or_else(|| {
            self.tables.push(Table { reload, ..self.tables[index].clone() });
            self.tables.len() - 1
        }))
    }

    /// A table with these options beside its own, or in their place.
    pub fn with_options(&mut self, index: usize, options: &Options) -> Result<usize> {
        let base = &self.tables[index];
        let mut declared = (*base.declared).clone();
        options.iter().for_each(|(key, value)| declared.options.put(key, value.clone()));
        let is_it = |table: &Table| table.reload.is_none() && table.is_variant(index, &declared);
        if let Some(known) = self.tables.iter().position(is_it) {
            return Ok(known);
        }
        let made = table(&declared)?;
        // What has been inserted into a memory table says more than its options.
        let changelog = if base.event_times.is_some() { base.changelog } else { made.changelog };
        let table = Table { home: index, event_times: base.event_times.clone(), changelog, ..made };
        self.tables.push(table);
        Ok(self.tables.len() - 1)
    }

    /// All names, in order of definition.
    pub fn declared(&self) -> Vec<Declared> {
        let columns = |entry: &Entry| match entry {
            Entry::Table(index) => self.tables[*index].columns.iter().map(|column| column.name.clone()).collect(),
            Entry::View(view) => view.shown().map(|(field, _)| field.name.clone()).collect(),
            Entry::Unfilled(_) => Vec::new(),
        };
        self.entries.iter().map(|(name, entry)| Declared { name: name.clone(), columns: columns(entry) }).collect()
    }

    /// What `name` stands for.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, entry)| entry)
    }

    /// The table `name`, to be written to.
    pub fn table(&self, name: &Name) -> Result<usize> {
        match self.find(&name.text) {
            Some(Entry::Table(index)) => Ok(*index),
            Some(Entry::Unfilled(_)) => Err(without_columns(name)),
            Some(Entry::View(_)) => {
                let error = Error::sql(format!("'{}' is a view: rows cannot be written to it", name.text)).at(name.span);
                Err(error.hint("insert into a table that the view reads, or into one of another name"))
            }
            None => Err(self.unknown(&name.text).at(name.span)),
        }
    }

    /// The error for a name that stands for nothing.
    pub fn unknown(&self, name: &str) -> Error {
        let error = Error::sql(format!("there is no table or view '{name}'"));
        match self.entries.is_empty() {
            true => error.hint("define it with CREATE TABLE before it is used"),
            false => error.suggesting(name, self.entries.iter().map(|(known, _)| known.as_str()), "defined so far:"),
        }
    }

    /// Notes what the rows of `output`, if it fills a memory table, bring to it: event time in some columns, and that they are taken back.
    pub fn note_insert(&mut self, output: &Output) {
        let Target::Table(index) = output.target else { return };
        let home = self.tables[index].home;
        let table = &mut self.tables[home];
        if !table.is_memory() {
            return;
        }
        if table.changelog == Changelog::Append && output.plan.retracts() {
            table.changelog = Changelog::Retract;
        }
        let names: Vec<&str> = written(&table.def.columns).map(|column| column.name.as_str()).collect();
        // What comes later says when it came; in the table that is a value.
        let keeps_time = basis(&output.plan) == Some(TimeBasis::Event);
        let is_time = |column: &TableColumn| {
            keeps_time && output.event_times.iter().any(|&at| names.get(at) == Some(&column.name.as_str()))
        };
        let before = table.event_times.take().unwrap_or_else(|| (0..table.columns.len()).collect());
        table.event_times = Some(before.into_iter().filter(|&column| is_time(&table.columns[column])).collect());
    }

    fn check_new(&self, name: &str, span: crate::error::Span) -> Result<()> {
        let is_sink = self.sinks.iter().any(|sink| sink.eq_ignore_ascii_case(name));
        match self.find(name) {
            None if !is_sink => Ok(()),
            _ => Err(Error::sql(format!("'{name}' is already defined")).at(span).hint("choose another name")),
        }
    }
}

/// The error for a table that has no columns where they are asked for.
pub fn without_columns(table: &Name) -> Error {
    Error::sql(format!("table '{}' has no columns to read or write", table.text))
        .at(table.span)
        .hint("INSERT INTO it, without naming columns, gives it those of the query")
}

fn no_column(relation: &Name, column: &Name, names: &[String]) -> Error {
    let error = Error::sql(format!("there is no column '{}' in '{}'", column.text, relation.text)).at(column.span);
    error.suggesting(&column.text, names.iter().map(String::as_str), "its columns are")
}

/// What is said of a table, and of its columns by their names.
fn declared_comments(create: &mut CreateTable) -> (&mut Option<String>, Vec<(&str, &mut Option<String>)>) {
    let columns = create.columns.iter_mut().map(|column| (column.name.text.as_str(), &mut column.comment));
    (&mut create.comment, columns.collect())
}
