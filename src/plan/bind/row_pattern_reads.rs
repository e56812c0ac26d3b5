//! What MEASURES and DEFINE read of a match: columns of variables, FIRST, LAST, PREV and NEXT, aggregates, CLASSIFIER and their kin.
//!
//! Each is bound as a stand-in column beyond `MATCH_BASE`. What stands inside of a navigation or an aggregate is over a row of the input; all its
//! columns are of one variable, or of none, which is any.

use sqlparser::ast;

use super::aggregate::or_zero;
use super::aggregate_call::{BoundCall, NTH_VALUE};
use super::expr::{ExprBinder, bare};
use super::function::{argument_exprs, clock_function, refuse_filter, upper_name};
use super::library::{self, evaluate_constant};
use super::scope::{name_span, span_of};
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::plan::physical::{AggregateFunction, Distinct};
use crate::types::pattern::{End, Navigation, Span as Rows, Variables};
use crate::types::{DataType, Value};

/// Stand-in columns of what is read of a match begin here.
pub const MATCH_BASE: usize = 1 << 44;

/// Something that is read of a match; columns are those of the input.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// A value of a row.
    Value {
        /// Of the row.
        expr: Expr,
        /// Which row.
        at: Navigation,
    },
    /// CLASSIFIER
    Classifier(Navigation),
    /// MATCH_NUMBER
    MatchNumber,
    /// An aggregate of rows.
    Aggregate {
        /// Which.
        call: BoundCall,
        /// Of the rows mapped to these.
        of: Variables,
        /// Of which rows.
        span: Rows,
    },
}

impl Read {
    fn data_type(&self) -> DataType {
        match self {
            Read::Value { expr, .. } => expr.data_type(),
            Read::Classifier(_) => DataType::STRING,
            Read::MatchNumber => DataType::BigInt,
            Read::Aggregate { call, .. } => call.data_type.clone(),
        }
    }
}

/// Where something of a match is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// In MEASURES, once for a match.
    OfMatch,
    /// In MEASURES, once for each of its rows.
    OfRow,
    /// In DEFINE, while the rows are being matched.
    Condition,
}

/// What is read of a match by what is being bound.
#[derive(Debug)]
pub struct Matching {
    /// Variables and subsets by name.
    names: Vec<(String, Variables)>,
    reader: Reader,
    /// The column that is the time of rows: that of their order by event time.
    rowtime: Option<usize>,
    /// Of which rows, where it is not said.
    span: Rows,
    found: Vec<Read>,
    inside: Option<Inside>,
}

/// What is being bound stands inside of a navigation or an aggregate.
#[derive(Debug)]
struct Inside {
    /// Its name.
    name: String,
    /// What its columns are of, if it has any.
    of: Option<Variables>,
}

impl Matching {
    /// Nothing yet.
    pub fn new(names: &[(String, Variables)], reader: Reader, rowtime: Option<usize>) -> Matching {
        let (names, found, inside) = (names.to_vec(), Vec::new(), None);
        let span = if reader == Reader::OfMatch { Rows::Final } else { Rows::Running };
        Matching { names, reader, rowtime, span, found, inside }
    }

    /// What is read, each once; the stand-in columns have these numbers.
    pub fn into_reads(self) -> Vec<Read> {
        self.found
    }

    /// Whether this is the name of a variable or a subset.
    pub fn is_variable(&self, name: &str) -> bool {
        self.names.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// The variables that a name stands for.
    pub fn variables(&self, name: &ast::Ident) -> Result<Variables> {
        variables(&self.names, name)
    }

    /// The stand-in of something that is read.
    pub fn collected(&mut self, read: Read) -> Expr {
        let data_type = read.data_type();
        let place = self.found.iter().position(|known| *known == read).unwrap_or_else(|| {
            self.found.push(read);
            self.found.len() - 1
        });
        Expr::column(MATCH_BASE + place, data_type)
    }

    /// A column of the row mapped last to these; inside of a navigation, of the row it leads to.
    pub fn column(&mut self, column: Expr, of: Variables, span: Span) -> Result<Expr> {
        match &mut self.inside {
            Some(inside) => {
                if inside.of.is_some_and(|before| before != of) {
                    let error = Error::sql(format!("the columns in {} are of different variables", inside.name)).at(span);
                    return Err(error.hint("which of their rows is meant is not said; take one call for each"));
                }
                inside.of = Some(of);
                Ok(column)
            }
            None => Ok(self.collected(Read::Value { expr: column, at: self.last(of) })),
        }
    }

    /// `expr` with the time at which a row came read of the row itself.
    pub fn with_arrivals(&mut self, expr: &mut Expr) {
        if matches!(expr, Expr::Arrival) {
            *expr = self.collected(Read::Value { expr: Expr::Arrival, at: Navigation::last(Variables::ALL) });
            return;
        }
        expr.children_mut().into_iter().for_each(|part| self.with_arrivals(part));
    }

    fn last(&self, of: Variables) -> Navigation {
        Navigation { span: self.span, ..Navigation::last(of) }
    }

    fn outside(&self, name: &str, span: Span) -> Result<()> {
        match &self.inside {
            None => Ok(()),
            Some(inside) => {
                let error = Error::sql(format!("{name} inside of {}", inside.name)).at(span);
                Err(error.hint(
                    "inside stand columns of one variable; PREV and NEXT may begin at FIRST or LAST: PREV(LAST(A.x, 1), 2)",
                ))
            }
        }
    }
}

/// The variables that a name stands for.
pub fn variables(names: &[(String, Variables)], name: &ast::Ident) -> Result<Variables> {
    if let Some((_, of)) = names.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name.value)) {
        return Ok(*of);
    }
    let error = Error::sql(format!("there is no variable '{}' in the pattern", name.value)).at(name_span(name));
    Err(error.suggesting(&name.value, names.iter().map(|(known, _)| known.as_str()), "variables here:"))
}

/// Where a navigation leads, and what is read there.
struct Walk<'e> {
    at: Navigation,
    argument: &'e ast::Expr,
}

impl ExprBinder<'_> {
    fn matching(&mut self) -> Result<&mut Matching> {
        self.matching.as_deref_mut().ok_or_else(|| Error::internal("no match is read"))
    }

    /// A call that reads a match, if it is one.
    pub(super) fn match_call(&mut self, name: &str, call: &ast::Function) -> Result<Option<Expr>> {
        if self.matching.is_none() {
            return Ok(None);
        }
        let span = span_of(&call.name);
        let read = match name {
            "$FINAL" | "$RUNNING" => return self.of_rows(name, call).map(Some),
            "FIRST" | "LAST" | "PREV" | "NEXT" => self.navigation(name, call)?,
            "CLASSIFIER" => {
                self.matching()?.outside(name, span)?;
                Read::Classifier(self.classified(call)?)
            }
            "MATCH_NUMBER" => {
                no_argument(name, call)?;
                self.matching()?.outside(name, span)?;
                Read::MatchNumber
            }
            "MATCH_ROWTIME" => self.rowtime(call)?,
            "MATCH_PROCTIME" => return self.proctime(call).map(Some),
            "CURRENT_WATERMARK" => {
                let error = Error::sql("CURRENT_WATERMARK is not allowed in MATCH_RECOGNIZE").at(span);
                return Err(error.hint("compute it in a sub-query below"));
            }
            _ if library::is_aggregate(name) => return self.match_aggregate(name, call).map(Some),
            _ => return Ok(None),
        };
        Ok(Some(self.matching()?.collected(read)))
    }

    /// What FINAL or RUNNING stands before.
    fn of_rows(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let (rows, word) = if name == "$FINAL" { (Rows::Final, "FINAL") } else { (Rows::Running, "RUNNING") };
        let span = span_of(&call.name);
        let inner = match argument_exprs(call)?.as_slice() {
            [ast::Expr::Function(inner)] => inner.clone(),
            _ => return Err(Error::internal("FINAL before no call")),
        };
        let called = upper_name(&inner);
        if !matches!(called.as_str(), "FIRST" | "LAST") && !library::is_aggregate(&called) {
            let error = Error::sql(format!("{word} stands before FIRST, LAST and aggregates only")).at(span);
            return Err(error.hint(match called.as_str() {
                "PREV" | "NEXT" => format!("{called}({word} LAST(x)) says where it begins"),
                "CLASSIFIER" => format!("{word} LAST(CLASSIFIER()) is that of the last row"),
                _ => "leave it out".to_owned(),
            }));
        }
        let matching = self.matching()?;
        if rows == Rows::Final && matching.reader == Reader::Condition {
            let error = Error::sql("FINAL is not allowed in DEFINE").at(span);
            return Err(error.hint("while rows are being matched, only those before are known"));
        }
        let before = matching.span;
        // All rows of a match that is over are there.
        matching.span = if matching.reader == Reader::OfMatch { Rows::Final } else { rows };
        let bound = self.function(&inner);
        self.matching()?.span = before;
        bound
    }

    /// FIRST, LAST, PREV or NEXT.
    fn navigation(&mut self, name: &str, call: &ast::Function) -> Result<Read> {
        let span = span_of(&call.name);
        self.matching()?.outside(name, span)?;
        let Walk { mut at, argument } = self.walk(name, call)?;
        if let ast::Expr::Function(inner) = argument
            && upper_name(inner) == "CLASSIFIER"
        {
            at.of = self.classified(inner)?.of;
            return Ok(Read::Classifier(at));
        }
        let (expr, of) = self.inside(name, |binder| binder.bind(argument))?;
        match of {
            Some(of) => Ok(Read::Value { expr, at: Navigation { of, ..at } }),
            None => {
                let error = Error::sql(format!("{name} of no column leads to no row")).at(span);
                Err(error.hint(format!("{name}(x), or {name}(A.x) for a variable")))
            }
        }
    }

    /// `FIRST(A.x, 2)`, `PREV(LAST(A.x, 1), 2)`
    fn walk<'e>(&mut self, name: &str, call: &'e ast::Function) -> Result<Walk<'e>> {
        refuse_filter(call)?;
        if call.null_treatment.is_some() {
            let error = Error::sql(format!("{name} leaves no NULLs out")).at(span_of(&call.name));
            return Err(error.hint("FIRST_VALUE and LAST_VALUE are aggregates that do"));
        }
        let (argument, distance) = match argument_exprs(call)?.as_slice() {
            [argument] => (*argument, None),
            [argument, distance] => (*argument, Some(*distance)),
            _ => {
                let error = Error::sql(format!("this is not how {name} is called")).at(span_of(&call.name));
                return Err(error.hint(format!("{name}(A.x), or {name}(A.x, 2)")));
            }
        };
        let distance = distance.map(|e| rows_counted(name, e)).transpose()?;
        let argument = bare(argument);
        let start = self.matching()?.last(Variables::ALL);
        if matches!(name, "FIRST" | "LAST") {
            let end = if name == "FIRST" { End::First } else { End::Last };
            return Ok(Walk { at: Navigation { end, skip: distance.unwrap_or(0).unsigned_abs(), ..start }, argument });
        }
        let distance = distance.unwrap_or(1);
        let offset = if name == "PREV" { -distance } else { distance };
        let walk = match argument {
            ast::Expr::Function(inner) => self.beginning(inner)?,
            _ => None,
        };
        let walk = walk.unwrap_or(Walk { at: start, argument });
        Ok(Walk { at: Navigation { offset, ..walk.at }, ..walk })
    }

    /// The FIRST or LAST at which PREV or NEXT begins.
    fn beginning<'e>(&mut self, call: &'e ast::Function) -> Result<Option<Walk<'e>>> {
        let name = upper_name(call);
        match name.as_str() {
            "FIRST" | "LAST" => self.walk(&name, call).map(Some),
            "$FINAL" | "$RUNNING" => {
                let matching = self.matching()?;
                if name == "$FINAL" && matching.reader == Reader::Condition {
                    let error = Error::sql("FINAL is not allowed in DEFINE").at(span_of(&call.name));
                    return Err(error.hint("while rows are being matched, only those before are known"));
                }
                let before = matching.span;
                let rows = if name == "$FINAL" { Rows::Final } else { Rows::Running };
                matching.span = if matching.reader == Reader::OfMatch { Rows::Final } else { rows };
                let walk = match argument_exprs(call)?.as_slice() {
                    [ast::Expr::Function(inner)] if matches!(upper_name(inner).as_str(), "FIRST" | "LAST") => {
                        self.beginning(inner)
                    }
                    _ => Ok(None),
                };
                self.matching()?.span = before;
                walk
            }
            _ => Ok(None),
        }
    }

    /// CLASSIFIER() or CLASSIFIER(A).
    fn classified(&mut self, call: &ast::Function) -> Result<Navigation> {
        let args = argument_exprs(call)?;
        let matching = self.matching()?;
        let of = match args.as_slice() {
            [] => Variables::ALL,
            [ast::Expr::Identifier(name)] => matching.variables(name)?,
            _ => {
                let error = Error::sql("CLASSIFIER takes a variable of the pattern, or nothing").at(span_of(&call.name));
                return Err(error.hint("CLASSIFIER(), or CLASSIFIER(A)"));
            }
        };
        Ok(matching.last(of))
    }

    /// The event time of the last row of the match.
    fn rowtime(&mut self, call: &ast::Function) -> Result<Read> {
        let span = span_of(&call.name);
        no_argument("MATCH_ROWTIME", call)?;
        let matching = self.matching()?;
        matching.outside("MATCH_ROWTIME", span)?;
        if matching.reader == Reader::Condition {
            let error = Error::sql("MATCH_ROWTIME is not allowed in DEFINE").at(span);
            return Err(error.hint("while rows are being matched, the last one is not known"));
        }
        let Some(column) = matching.rowtime else {
            let error = Error::sql("MATCH_ROWTIME of rows that are not in the order of an event time").at(span);
            return Err(error.hint("MATCH_PROCTIME() is the time by the clock"));
        };
        let at = Navigation { span: Rows::Final, ..Navigation::last(Variables::ALL) };
        Ok(Read::Value { expr: Expr::column(column, self.fields[column].data_type.clone()), at })
    }

    fn proctime(&mut self, call: &ast::Function) -> Result<Expr> {
        no_argument("MATCH_PROCTIME", call)?;
        let matching = self.matching()?;
        if matching.reader == Reader::Condition || matching.inside.is_some() {
            let error = Error::sql("MATCH_PROCTIME stands in MEASURES only, by itself").at(span_of(&call.name));
            return Err(error.hint("PROCTIME() is there too"));
        }
        clock_function("PROCTIME").ok_or_else(|| Error::internal("no PROCTIME"))
    }

    fn match_aggregate(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let span = span_of(&call.name);
        self.matching()?.outside(name, span)?;
        if let "SINGLE_VALUE" | NTH_VALUE = name {
            let error = Error::sql(format!("{name} is not supported in MATCH_RECOGNIZE")).at(span);
            return Err(error.hint("FIRST(A.x) is the value of the first row, FIRST(A.x, 1) that of the second"));
        }
        let (call, counted) = self.of_variable(name, call)?;
        let (bound, of) = self.inside(name, |binder| binder.bound_call(name, &call))?;
        let of = match (counted, of) {
            (Some(counted), Some(of)) if counted != of => {
                let error = Error::sql(format!("{name} counts rows of one variable, and its FILTER reads others")).at(span);
                return Err(error.hint("take the columns of the same variable"));
            }
            (counted, of) => counted.or(of).unwrap_or(Variables::ALL),
        };
        let matching = self.matching()?;
        if matching.reader == Reader::Condition && !runs(&bound) {
            let error = Error::sql(format!("this {name} is not supported in DEFINE")).at(span);
            return Err(error.hint("COUNT, SUM, AVG, MIN and MAX without DISTINCT are there"));
        }
        let column = matching.collected(Read::Aggregate { call: bound, of, span: matching.span });
        Ok(if name == "SUM0" { or_zero(column) } else { column })
    }

    /// `COUNT(A.*)` as `COUNT(*)`, and the rows that it counts.
    fn of_variable(&mut self, name: &str, call: &ast::Function) -> Result<(ast::Function, Option<Variables>)> {
        use ast::FunctionArgExpr as F;
        let mut call = call.clone();
        let ast::FunctionArguments::List(list) = &mut call.args else { return Ok((call, None)) };
        let [ast::FunctionArg::Unnamed(argument @ F::QualifiedWildcard(_))] = list.args.as_mut_slice() else {
            return Ok((call, None));
        };
        let variable = match &argument {
            F::QualifiedWildcard(of) if name == "COUNT" => of.0.last().and_then(ast::ObjectNamePart::as_ident),
            _ => None,
        };
        let Some(variable) = variable else {
            let error = Error::sql(format!("{name} does not take '*'")).at(span_of(&call.name));
            return Err(error.hint("only COUNT(*) and COUNT(A.*) do"));
        };
        let of = self.matching()?.variables(variable)?;
        *argument = F::Wildcard;
        Ok((call, Some(of)))
    }

    /// What `bind` binds inside of a navigation or an aggregate, and what its columns are of.
    fn inside<T>(&mut self, name: &str, bind: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, Option<Variables>)> {
        self.matching()?.inside = Some(Inside { name: name.to_owned(), of: None });
        let bound = bind(self);
        let inside = self.matching()?.inside.take();
        Ok((bound?, inside.and_then(|inside| inside.of)))
    }
}

/// Whether an aggregate can be told anew with each row that comes.
fn runs(call: &BoundCall) -> bool {
    use AggregateFunction as A;
    call.distinct == Distinct::All && matches!(call.function, A::Count | A::Sum | A::Avg | A::Min | A::Max)
}

/// How many rows a navigation goes.
fn rows_counted(name: &str, e: &ast::Expr) -> Result<i32> {
    let bound = ExprBinder::new(&[]).bind(e).and_then(|bound| evaluate_constant(&bound));
    match bound {
        Ok(Some(Value::Int(n))) if n >= 0 && i32::try_from(n).is_ok() => Ok(n as i32),
        _ => {
            let error = Error::sql(format!("{name} goes so many rows, and this is no such number")).at(span_of(e));
            Err(error.hint(format!("a constant from 0 on: {name}(A.x, 2)")))
        }
    }
}

fn no_argument(name: &str, call: &ast::Function) -> Result<()> {
    refuse_filter(call)?;
    if argument_exprs(call)?.is_empty() {
        return Ok(());
    }
    Err(Error::sql(format!("{name} takes nothing")).at(span_of(&call.name)).hint(format!("{name}()")))
}
