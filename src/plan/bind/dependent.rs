//! Sub-queries that name columns of the query around them, made into relations of their own.
//!
//! Such a SELECT is bound over the rows of the query around it beside those of its own FROM, the former by a stand-in. What it
//! reads of them are its *links*: they are added to its keys and to its columns, so that it gives the answer for all of their values at
//! once, and the query around joins it by them. Then the stand-in goes:
//!
//! ```text
//!   WHERE i.k = o.k, for each link          o.k is i.k wherever it stands; no join is left
//!   anything else                           the different values of the links in the query around, joined to FROM
//! ```
//!
//! LATERAL (SELECT ... FROM ... WHERE ...) needs none of it: its FROM is joined to the rows before it, and what it computes is computed over both.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::join::cross;
use super::join_time::is_over_time;
use super::scope::{Relation, ScopeField, Sight};
use super::select::distinct;
use super::values::one_row;
use crate::expr::{BinaryOp, CastFailure, Expr};
use crate::plan::logical::{Calc, Join, Plan, Values, columns_of, conjuncts, shifted};
use crate::plan::physical::JoinKind;
use crate::types::{DataType, Field, Schema, Value};

/// A column of a query around a sub-query.
#[derive(Debug, Clone)]
pub struct OuterColumn {
    /// How far around: 1 for the next query.
    pub level: usize,
    /// Whether its table must be named.
    pub qualified: bool,
    /// Whether `*` behind the name of its table shows it.
    pub is_shown: bool,
    is_read: Arc<AtomicBool>,
}

impl OuterColumn {
    /// Notes that it is read.
    pub fn note_read(&self) {
        self.is_read.store(true, Ordering::Relaxed);
    }
}

/// What a sub-query takes from the query around it.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Columns of the query around; the last columns of the sub-query are equal to them.
    pub columns: Vec<usize>,
    /// Whether NULL is equal to NULL there.
    pub with_nulls: bool,
    /// Of a SELECT of aggregates without GROUP BY: its columns over no rows, for values of the links that it does not have, and as long
    /// as no row has come.
    pub over_nothing: Option<Vec<Expr>>,
}

/// The query around a sub-query.
pub struct Outer<'a> {
    plan: &'a Plan,
    fields: Vec<ScopeField>,
    stand_in: Plan,
    /// Its rows themselves, where no stand-in is needed: LATERAL.
    rows: Option<&'a Relation>,
}

impl<'a> Outer<'a> {
    /// The rows of `plan`; `number` tells it from those around it.
    pub fn new(plan: &'a Plan, fields: &[ScopeField], number: usize) -> Outer<'a> {
        let outside = |field: &ScopeField| {
            let is_read = Arc::new(AtomicBool::new(false));
            let is_shown = field.shown_at().is_some();
            let (level, qualified) = match &field.sight {
                Sight::Own | Sight::Unshown => (1, false),
                Sight::Qualified | Sight::Unnamed => (1, true),
                Sight::Outer(outer) => (outer.level + 1, outer.qualified),
            };
            let qualifier = field.qualifier.clone().filter(|_| !field.is_unnamed());
            ScopeField { qualifier, sight: Sight::Outer(OuterColumn { level, qualified, is_shown, is_read }), ..field.clone() }
        };
        let stand_in = fields.iter().map(|f| Field::new(format!("$outer{number}"), f.data_type.clone())).collect();
        let stand_in = Plan::Values(Values { rows: Vec::new(), schema: Schema::new(stand_in) });
        Outer { plan, fields: fields.iter().map(outside).collect(), stand_in, rows: None }
    }

    /// The rows of `relation` themselves, the first `seen` columns of which can be named: the sub-query has each of them once for every row that it
    /// finds for it, and all of their columns are its links.
    pub fn rows(relation: &'a Relation, seen: usize) -> Outer<'a> {
        let mut outer = Outer { rows: Some(relation), ..Outer::new(&relation.plan, &relation.fields, 0) };
        for field in outer.fields.iter_mut().skip(seen) {
            (field.qualifier, field.sight) = (None, Sight::Unnamed);
        }
        outer
    }

    /// Whether its rows stand in FROM themselves, each once.
    pub fn are_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// The same for another sub-query of it, which reads columns of its own.
    pub fn again(&self) -> Outer<'a> {
        let fields = self.fields.iter().map(|field| {
            let Sight::Outer(outer) = &field.sight else { return field.clone() };
            let sight = Sight::Outer(OuterColumn { is_read: Arc::new(AtomicBool::new(false)), ..outer.clone() });
            ScopeField { sight, ..field.clone() }
        });
        Outer { fields: fields.collect(), stand_in: self.stand_in.clone(), ..*self }
    }

    /// How many columns it has.
    pub fn width(&self) -> usize {
        self.fields.len()
    }

    /// Its rows beside each of `inner`.
    pub fn beside(&self, inner: Relation) -> Relation {
        if let Some(rows) = self.rows {
            let rows = Relation { fields: self.fields.clone(), ..rows.clone() };
            return if inner.plan == one_row().plan { rows } else { cross(rows, inner) };
        }
        let plan = Plan::Join(Join::new(self.stand_in.clone(), inner.plan, JoinKind::Inner, None));
        let fields = self.fields.iter().cloned().chain(inner.fields).collect();
        Relation { plan, fields, event_times: Vec::new(), windows: Vec::new() }
    }

    /// The columns that have been read; those of queries further around are noted there.
    fn read(&self, around: &[ScopeField]) -> Vec<usize> {
        let is_read = |field: &ScopeField| match &field.sight {
            Sight::Outer(outer) => outer.is_read.load(Ordering::Relaxed),
            _ => false,
        };
        let read: Vec<usize> = (0..self.fields.len()).filter(|column| is_read(&self.fields[*column])).collect();
        for column in &read {
            if let Sight::Outer(outer) = &around[*column].sight {
                outer.note_read();
            }
        }
        read
    }

    /// Notes in the queries further around what has been read of them.
    pub fn note_read_in(&self, around: &[ScopeField]) {
        self.read(around);
    }

    /// What puts the real thing in the place of the stand-in of a SELECT whose FROM and WHERE are `plan`, all of its expressions being
    /// bound.
    pub fn settled(&self, plan: &Plan, around: &[ScopeField]) -> Settled {
        let columns = self.read(around);
        if self.are_rows() {
            let links = Links { columns: (0..self.fields.len()).collect(), with_nulls: true, over_nothing: None };
            return Settled { links, stand_in: self.stand_in.clone(), real: Real::Rows };
        }
        let mut equal = vec![None; self.fields.len()];
        self.equalities(plan, &mut equal);
        let all_equal = columns.iter().all(|column| equal[*column].is_some());
        let real = if all_equal { Real::Equal(equal) } else { Real::Values(Box::new(self.values(&columns))) };
        let links = Links { columns, with_nulls: !all_equal, over_nothing: None };
        Settled { links, stand_in: self.stand_in.clone(), real }
    }

    /// Notes what of FROM equals each column, in conditions that all rows satisfy; gives the number of columns of FROM and of this.
    fn equalities(&self, plan: &Plan, equal: &mut [Option<Expr>]) -> Option<usize> {
        use JoinKind as K;
        match plan {
            Plan::Join(join) if *join.left == self.stand_in => Some(join.schema.fields.len()),
            Plan::Join(join) if matches!(join.kind, K::Inner | K::Left | K::LeftSemi | K::LeftAnti) => {
                self.equalities(&join.left, equal)
            }
            Plan::Calc(calc) => {
                let width = self.equalities(&calc.input, equal)?;
                let stays = |(at, e): (usize, &Expr)| matches!(e, Expr::Column { index, .. } if *index == at);
                if calc.columns.len() < width || !calc.columns.iter().enumerate().take(width).all(stays) {
                    return None;
                }
                for part in calc.filter.iter().flat_map(conjuncts) {
                    if let Some((column, value)) = self.equality(&part, width) {
                        equal[column].get_or_insert(value);
                    }
                }
                Some(width)
            }
            _ => None,
        }
    }

    /// `o.k = value`, as the column and the value in the column's type. A value that does not fit there is equal to none: the
    /// condition stays, and NULL fails it.
    fn equality(&self, part: &Expr, width: usize) -> Option<(usize, Expr)> {
        let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = part else { return None };
        let own = self.fields.len();
        let column = |e: &Expr| match e {
            Expr::Column { index, .. } if *index < own => Some(*index),
            Expr::Cast { input, .. } => match **input {
                Expr::Column { index, .. } if index < own => Some(index),
                _ => None,
            },
            _ => None,
        };
        let inner = |e: &Expr| {
            let columns = columns_of(e);
            !columns.is_empty() && columns.iter().all(|column| (own..width).contains(column)) && e.is_fixed()
        };
        let (column, value) = match (column(left), column(right)) {
            (Some(column), _) if inner(right) => (column, right),
            (_, Some(column)) if inner(left) => (column, left),
            _ => return None,
        };
        let data_type = self.fields[column].data_type.clone();
        let value = (**value).clone();
        let value = match value.data_type() == data_type {
            true => value,
            false => Expr::Cast { input: Box::new(value), data_type, on_failure: CastFailure::Null },
        };
        Some((column, shifted(&value, own)))
    }

    /// Parts of `plan`, whose FROM this stands beside, from which [`Self::values`] may take those of its columns: all of it, and where it joins FROM.
    pub fn sources<'p>(&self, plan: &'p Plan) -> impl Iterator<Item = &'p Plan> + use<'p> {
        let (deepest, _) = source_of(plan, Vec::new());
        let joins = matches!(deepest, Plan::Join(join) if *join.left == self.stand_in);
        std::iter::once(plan).chain(Some(deepest).filter(|_| joins))
    }

    /// The different values of these columns in the place of rows of `schema`, in which this stands beside FROM: NULL for all of FROM.
    pub fn alone(&self, columns: &[usize], schema: &Schema) -> Plan {
        let values = self.values(columns);
        let of_from = schema.fields[self.width()..].iter().map(|field| null(&field.data_type));
        let columns = schema.fields.iter().map(|field| field.name.clone()).zip(values.identity().into_iter().chain(of_from));
        let columns = columns.collect();
        values.projected(columns)
    }

    /// The different values of these columns, as if all were there.
    pub fn values(&self, columns: &[usize]) -> Plan {
        let (plan, found) = source_of(self.plan, columns.to_vec());
        let read = |(column, found): (&usize, &usize)| {
            (self.fields[*column].name.clone(), Expr::column(*found, self.fields[*column].data_type.clone()))
        };
        let named = columns.iter().zip(&found).map(read).collect();
        let values = distinct(Relation::new(plan.clone().projected(named), None, None)).plan;
        let place = |column: usize| columns.iter().position(|read| *read == column);
        let all = (0..self.fields.len()).map(|column| {
            let data_type = self.fields[column].data_type.clone();
            (self.fields[column].name.clone(), place(column).map_or(null(&data_type), |at| Expr::column(at, data_type.clone())))
        });
        let all = all.collect();
        values.projected(all)
    }
}

/// The deepest part of `plan` in which the same values stand in these columns, and where they stand there: what LEFT JOIN adds to its rows is not
/// computed to know them.
fn source_of(plan: &Plan, columns: Vec<usize>) -> (&Plan, Vec<usize>) {
    match plan {
        Plan::Calc(calc) if calc.filter.is_none() => {
            let below = |column: &usize| match calc.columns[*column] {
                Expr::Column { index, .. } => Some(index),
                _ => None,
            };
            match columns.iter().map(below).collect() {
                Some(columns) => source_of(&calc.input, columns),
                None => (plan, columns),
            }
        }
        Plan::Join(join) if join.kind == JoinKind::Left && !is_over_time(join) => {
            match columns.iter().all(|column| *column < join.width()) {
                true => source_of(&join.left, columns),
                false => (plan, columns),
            }
        }
        _ => (plan, columns),
    }
}

/// What stands for the query around, once it is known what is read of it.
pub struct Settled {
    /// What is read of it.
    pub links: Links,
    stand_in: Plan,
    real: Real,
}

enum Real {
    /// Itself: there is no stand-in.
    Rows,
    /// What of FROM its columns are equal to.
    Equal(Vec<Option<Expr>>),
    /// Its values.
    Values(Box<Plan>),
}

impl Settled {
    /// Whether the stand-in is a part of `plan`.
    pub fn is_in(&self, plan: &Plan) -> bool {
        let mut found = false;
        plan.walk(&mut |part| found |= matches!(part, Plan::Join(join) if *join.left == self.stand_in));
        found
    }

    /// `plan` without the stand-in.
    pub fn applied(&self, plan: Plan) -> Plan {
        plan.rewrite(&mut |part| match part {
            Plan::Join(join) if *join.left == self.stand_in => match &self.real {
                Real::Rows => Plan::Join(join),
                Real::Values(values) => Plan::Join(Join { left: values.clone(), ..join }),
                Real::Equal(equal) => {
                    let types = self.stand_in.schema().fields.iter().map(|field| &field.data_type);
                    let links = equal.iter().zip(types).map(|(value, t)| value.clone().unwrap_or_else(|| null(t)));
                    let columns = links.chain(join.right.identity()).collect();
                    Plan::Calc(Calc { input: join.right, filter: None, columns, schema: join.schema })
                }
            },
            other => other,
        })
    }
}

/// The condition that two values are equal, NULL and NULL too where it says so.
pub fn equal(left: Expr, right: Expr, with_nulls: bool) -> Vec<Expr> {
    let eq = |left: Expr, right: Expr| Expr::Binary {
        op: BinaryOp::Eq,
        left: Box::new(left),
        right: Box::new(right),
        data_type: DataType::Boolean,
    };
    if !with_nulls {
        return vec![eq(left, right)];
    }
    // All values of this type are NULL.
    let Some(zero) = zero(&left.data_type()) else { return Vec::new() };
    let data_type = left.data_type();
    let or_zero = |e: &Expr| Expr::Coalesce {
        args: vec![e.clone(), Expr::Literal { value: zero.clone(), data_type: data_type.clone() }],
        data_type: data_type.clone(),
    };
    let is_null = |e: Expr| Expr::Unary { op: crate::expr::UnaryOp::IsNull, input: Box::new(e) };
    vec![eq(or_zero(&left), or_zero(&right)), eq(is_null(left), is_null(right))]
}

/// Some value of a type, as far as equality needs it.
fn zero(data_type: &DataType) -> Option<Value> {
    use DataType as T;
    Some(match data_type {
        T::Boolean => Value::Bool(false),
        T::Float | T::Double => Value::Double(0.0),
        T::Decimal { .. } | T::Uuid => Value::Decimal(0),
        T::Varchar(_) | T::Array(_) | T::Multiset(_) | T::Row(_) | T::Map(..) | T::Json => Value::text(""),
        T::Bytes | T::Bitmap => Value::Bytes(Box::default()),
        T::Null => return None,
        _ => Value::Int(0),
    })
}

/// NULL of a type.
pub fn null(data_type: &DataType) -> Expr {
    Expr::Literal { value: Value::Null, data_type: data_type.clone() }
}
