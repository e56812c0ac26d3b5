//! Statements of a job as a tree of our own. Query bodies stay syntax trees of the parser and are bound in `bind/`.

use sqlparser::ast;

use super::physical::{Emit, Standing};
use crate::error::Span;
use crate::types::{DataType, Lengths, Options};

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As written, without quotes.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// `NAME(arguments)` in the comment with hints behind SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Its name, as written.
    pub name: Name,
    /// Empty also where no brackets were written.
    pub arguments: Vec<HintArgument>,
}

/// An argument of a hint: `t`, `'t'` or `'t' = 'value'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HintArgument {
    /// What it names.
    pub name: Name,
    /// What it says of that.
    pub value: Option<Name>,
}

impl Hint {
    /// Whether the hint has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.text.eq_ignore_ascii_case(name)
    }
}

/// One statement.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a job has few statements, and each is read once")]
pub enum Statement {
    /// `CREATE [TEMPORARY] TABLE [IF NOT EXISTS]`
    CreateTable(CreateTable),
    /// `CREATE [TEMPORARY] VIEW [IF NOT EXISTS] name [(columns)] AS query`
    CreateView {
        /// Name of the view.
        name: Name,
        /// New column names, or empty.
        columns: Vec<Name>,
        /// What it stands for.
        query: StreamQuery,
        /// The query as it was written.
        text: String,
        /// COMMENT 'text'.
        comment: Option<String>,
    },
    /// `CREATE SINK [IF NOT EXISTS] name FROM relation | AS query WITH (...)`, `CREATE TABLE name WITH (...) AS query`
    CreateSink {
        /// Name of the sink.
        name: Name,
        /// What is written.
        query: StreamQuery,
        /// PRIMARY KEY (columns) NOT ENFORCED.
        primary_key: Vec<Name>,
        /// WITH (...).
        options: Options,
    },
    /// `CREATE TYPE name AS (field TYPE, ...)`, `CREATE TYPE name AS TYPE`: behind it the name stands for the type
    CreateType {
        /// Its name.
        name: Name,
        /// What it stands for.
        data_type: DataType,
        /// The lengths in it.
        lengths: Lengths,
    },
    /// `DROP TYPE [IF EXISTS] name`: behind it the name stands for nothing
    DropType {
        /// Its name.
        name: Name,
        /// IF EXISTS was written.
        if_exists: bool,
    },
    /// `CREATE [TEMPORARY] FUNCTION [IF NOT EXISTS] name (TYPE, ...) RETURNS TYPE LANGUAGE wasm AS 'file' [, 'export']`
    CreateFunction(CreateFunction),
    /// `DROP [TEMPORARY] FUNCTION [IF EXISTS] name`: behind it the name means nothing
    DropFunction {
        /// Its name.
        name: Name,
        /// IF EXISTS was written.
        if_exists: bool,
    },
    /// INSERT INTO table [(columns)] query
    Insert(Insert),
    /// A bare SELECT: its rows are printed.
    Select(StreamQuery),
    /// SET 'key' = 'value'
    Set {
        /// The key.
        key: Name,
        /// The value.
        value: Name,
    },
    /// SET without a key: the settings that hold are shown.
    Settings,
    /// RESET ['key']: the setting, or each of them, is as it was before the SQL.
    Reset(Option<Name>),
    /// SHOW: what is there so far is shown, as rows.
    Show(Show),
    /// `DESCRIBE [EXTENDED] name`: the columns of a table or view are shown, as rows.
    Describe {
        /// The table or view.
        name: Name,
        /// EXTENDED was written: its comment and its options too.
        extended: bool,
    },
    /// `DROP TABLE [IF EXISTS] name`, `DROP VIEW ...`: behind it the name is free; what was written before keeps what it stood for.
    Drop {
        /// What it is said to be.
        kind: RelationKind,
        /// Its name.
        name: Name,
        /// IF EXISTS was written.
        if_exists: bool,
    },
    /// `COMMENT ON TABLE name IS 'text'` and the like.
    Comment {
        /// What it is said to be.
        kind: RelationKind,
        /// The table or view.
        relation: Name,
        /// Its column, if it is about one.
        column: Option<Name>,
        /// What is said of it; IS NULL takes it back.
        text: Option<String>,
    },
    /// EXPLAIN statement: the plan is printed, nothing runs.
    Explain(PlanForm, Box<Statement>),
    /// EXPLAIN ANALYZE statement: it runs, and what each operator cost is printed; the rows of a SELECT go nowhere.
    Analyze(Box<Statement>),
    /// EXECUTE STATEMENT SET BEGIN ... END
    StatementSet(Vec<Insert>),
}

/// What stands in FROM by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// CREATE TABLE and its kin.
    Table,
    /// CREATE VIEW and its kin.
    View,
}

/// SHOW.
#[derive(Debug, Clone)]
pub struct Show {
    /// What of.
    pub what: Shown,
    /// Which of them: LIKE.
    pub filter: Option<NameFilter>,
}

/// What SHOW shows.
#[derive(Debug, Clone)]
pub enum Shown {
    /// TABLES: tables and views, as in Flink.
    Tables,
    /// VIEWS.
    Views,
    /// CONNECTORS: what a table can read from and write to.
    Connectors,
    /// FUNCTIONS: how each is called and what it means, with an example.
    Functions,
    /// DESCRIBE FUNCTION: the same of one.
    Function(Name),
    /// COLUMNS FROM a table or view.
    Columns(Name),
    /// CREATE TABLE, CREATE VIEW: the statement that makes it.
    Create(RelationKind, Name),
}

/// `[NOT] LIKE 'pattern'` or `ILIKE` behind SHOW.
#[derive(Debug, Clone)]
pub struct NameFilter {
    /// NOT was written.
    pub negated: bool,
    /// ILIKE: case says nothing.
    pub ignores_case: bool,
    /// With `%` and `_`.
    pub pattern: Name,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Formula {
    /// The syntax tree, in normal form.
    pub expr: ast::Expr,
    /// As it was written.
    pub text: String,
}

/// A query with its trailing EMIT.
#[derive(Debug, Clone)]
pub struct StreamQuery {
    /// The syntax tree.
    pub query: Box<ast::Query>,
    /// EMIT CHANGES or EMIT FINAL, if written.
    pub emit: Option<Emit>,
    /// The interval behind EMIT CHANGES EVERY.
    pub every: Option<Box<ast::Expr>>,
    /// Where the query begins.
    pub span: Span,
}

/// INSERT INTO.
#[derive(Debug, Clone)]
pub struct Insert {
    /// Target table.
    pub table: Name,
    /// What the hint OPTIONS behind it says.
    pub options: Option<Options>,
    /// PARTITION (column = constant): columns that the query does not give.
    pub partition: Vec<(Name, ast::Expr)>,
    /// Target columns, or empty for all others.
    pub columns: Vec<Name>,
    /// What is inserted.
    pub query: StreamQuery,
    /// ON CONFLICT DO ...: which of the rows of one PRIMARY KEY is written, and where that is said.
    pub on_conflict: Option<(Standing, Span)>,
    /// The name of the sink, where it is one into a table.
    pub sink: Option<Name>,
    /// Where it is said that the query only adds rows.
    pub adds_only: Option<Span>,
}

/// What becomes of the rows of a table that have one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// One of them stays as it is.
    Stays(Standing),
    /// They are one row: each column has the value that came last and is not NULL.
    FillsUp,
}

/// CREATE TABLE.
#[derive(Debug, Clone)]
pub struct CreateTable {
    /// Name of the table.
    pub name: Name,
    /// IF NOT EXISTS was written: a table of this name declared before stays as it is.
    pub if_not_exists: bool,
    /// Columns in declared order.
    pub columns: Vec<ColumnDef>,
    /// WATERMARK FOR column AS expression.
    pub watermark: Option<WatermarkFor>,
    /// PRIMARY KEY (columns).
    pub primary_key: Vec<Name>,
    /// PARTITIONED BY (columns).
    pub partitioned_by: Vec<Name>,
    /// LIKE table: what of another table it takes over.
    pub like: Option<Like>,
    /// NOT ENFORCED was not written: a row takes the place of the one with its key before it, where the job itself inserts them.
    pub is_key_enforced: bool,
    /// ON CONFLICT: what becomes of the rows with one key, and where that is said.
    pub on_conflict: Option<(Conflict, Span)>,
    /// COMMENT 'text'.
    pub comment: Option<String>,
    /// WITH (...).
    pub options: Options,
}

/// CREATE FUNCTION.
#[derive(Debug, Clone)]
pub struct CreateFunction {
    /// Name of the function.
    pub name: Name,
    /// IF NOT EXISTS was written: a function of this name declared before stays as it is.
    pub if_not_exists: bool,
    /// The types of its arguments.
    pub args: Vec<Typed>,
    /// The type of its result.
    pub returns: Typed,
    /// Where its language is named, which is wasm.
    pub language: Span,
    /// The file.
    pub file: Name,
    /// The export of it that is called; without one it is that of the name.
    pub export: Option<Name>,
}

/// A type and where it stands.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The type.
    pub data_type: DataType,
    /// Where.
    pub span: Span,
}

/// How far the event time of a table has come.
#[derive(Debug, Clone)]
pub struct WatermarkFor {
    /// The event-time column.
    pub column: Name,
    /// What a row says of it; its text is the distance where LATENESS was written.
    pub expression: Formula,
    /// What becomes of rows behind it.
    pub late: LateRows,
}

/// What becomes of the rows of a table that lie behind its watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateRows {
    /// Whatever reads them decides.
    Kept,
    /// LATENESS: the table has no such rows.
    LeftOut,
}

/// LIKE table (INCLUDING ..., EXCLUDING ..., OVERWRITING ...).
#[derive(Debug, Clone)]
pub struct Like {
    /// The other table.
    pub table: Name,
    /// Its PRIMARY KEY.
    pub constraints: Taking,
    /// Its PARTITIONED BY.
    pub partitions: Taking,
    /// Its columns that are computed.
    pub generated: Taking,
    /// Its columns of metadata.
    pub metadata: Taking,
    /// Its WITH.
    pub options: Taking,
    /// Its WATERMARK FOR.
    pub watermarks: Taking,
}

/// What becomes of a part of another table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// It is taken over; the new table must not say it once more.
    Including,
    /// It is left out.
    Excluding,
    /// It is taken over where the new table does not say otherwise.
    Overwriting,
}

/// A column of CREATE TABLE.
#[derive(Debug, Clone)]
pub struct ColumnDef {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: ColumnDefKind,
    /// COMMENT 'text'.
    pub comment: Option<String>,
}

/// What a plan is printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanForm {
    /// Trees of lines.
    Text,
    /// JSON_EXECUTION_PLAN: an object of the nodes of the physical plan.
    Json,
}

/// What a declared column is.
#[derive(Debug, Clone)]
pub enum ColumnDefKind {
    /// `name TYPE [NOT NULL] [DEFAULT expression]`
    Physical {
        /// Declared type.
        data_type: DataType,
        /// NOT NULL was written.
        not_null: bool,
        /// What an INSERT that does not name the column writes; NULL without it.
        default: Option<Formula>,
        /// The lengths that what is written has.
        lengths: Lengths,
    },
    /// `name TYPE METADATA [FROM 'key'] [VIRTUAL]`
    Metadata {
        /// Declared type.
        data_type: DataType,
        /// The connector's key; the column's name without FROM.
        key: String,
    },
    /// `name AS expression`, `name TYPE [GENERATED ALWAYS] AS expression`
    Computed {
        /// What it is.
        expression: Formula,
        /// Declared type.
        data_type: Option<DataType>,
    },
}
