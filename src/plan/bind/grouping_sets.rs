//! GROUPING SETS, ROLLUP and CUBE: which keys each set has, the copies of rows that they ask for, and GROUPING, which tells the sets apart.

use std::collections::BTreeSet;

use sqlparser::ast;

use super::aggregate::Grouping;
use super::expr::ExprBinder;
use super::function::argument_exprs;
use super::scope::{span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::limits::GROUPING_SETS_MAX;
use crate::plan::logical::{Expand, Plan};
use crate::plan::parse::GROUP_DISTINCT;
use crate::types::{DataType, Value};

/// Stand-in columns of GROUPING calls begin here.
pub const GROUPING_BASE: usize = (1 << 40) | (1 << 39);

/// A call of GROUPING, GROUPING_ID or GROUP_ID.
#[derive(Debug, Clone, PartialEq)]
pub enum Marker {
    /// A bit for each of these keys, the first one highest: whether the set lacks it.
    Lacks(Vec<Expr>),
    /// How many sets before have the same keys.
    Repeats,
}

/// The sets of keys that an item of GROUP BY stands for; `None` for a plain key.
pub fn alternatives(e: &ast::Expr) -> Result<Option<Vec<Vec<&ast::Expr>>>> {
    let sets = match e {
        ast::Expr::GroupingSets(items) => {
            let mut sets = Vec::new();
            for item in items {
                match item.as_slice() {
                    [one] => match nested(one)? {
                        Some(inner) => sets.extend(inner),
                        None => sets.push(vec![one]),
                    },
                    keys => sets.push(keys.iter().collect()),
                }
            }
            sets
        }
        ast::Expr::Rollup(items) => rollup(&items.iter().map(|item| item.iter().collect()).collect::<Vec<_>>()),
        ast::Expr::Cube(items) => cube(&items.iter().map(|item| item.iter().collect()).collect::<Vec<_>>(), span_of(e))?,
        ast::Expr::Tuple(keys) => vec![keys.iter().collect()],
        _ => return Ok(None),
    };
    Ok(Some(sets))
}

/// ROLLUP and CUBE inside GROUPING SETS, which are read as calls there.
fn nested(e: &ast::Expr) -> Result<Option<Vec<Vec<&ast::Expr>>>> {
    let ast::Expr::Function(call) = e else { return alternatives(e) };
    fn part(e: &ast::Expr) -> Vec<&ast::Expr> {
        match e {
            ast::Expr::Tuple(keys) => keys.iter().collect(),
            key => vec![key],
        }
    }
    let parts = || -> Result<Vec<Vec<&ast::Expr>>> { Ok(argument_exprs(call)?.into_iter().map(part).collect()) };
    match call.name.to_string().to_ascii_uppercase().as_str() {
        "ROLLUP" => Ok(Some(rollup(&parts()?))),
        "CUBE" => cube(&parts()?, span_of(e)).map(Some),
        _ => Ok(None),
    }
}

/// All parts, then one less, to none.
fn rollup<'a>(parts: &[Vec<&'a ast::Expr>]) -> Vec<Vec<&'a ast::Expr>> {
    (0..=parts.len()).rev().map(|count| parts[..count].concat()).collect()
}

/// Any parts.
fn cube<'a>(parts: &[Vec<&'a ast::Expr>], span: Span) -> Result<Vec<Vec<&'a ast::Expr>>> {
    if parts.len() > GROUPING_SETS_MAX.ilog2() as usize {
        return Err(too_many(span));
    }
    let is_in = |bits: usize, i: usize| bits >> (parts.len() - 1 - i) & 1 == 1;
    let set = |bits: usize| (0..parts.len()).filter(|i| is_in(bits, *i)).flat_map(|i| parts[i].clone()).collect();
    Ok((0..1 << parts.len()).rev().map(set).collect())
}

fn too_many(span: Span) -> Error {
    Error::limit(format!("more than {GROUPING_SETS_MAX} grouping sets")).at(span).hint("write fewer keys into CUBE")
}

/// Every set of the one with every set of the other.
pub fn crossed(sets: &[Vec<usize>], others: &[Vec<usize>], span: Span) -> Result<Vec<Vec<usize>>> {
    if sets.len() * others.len() > GROUPING_SETS_MAX {
        return Err(too_many(span));
    }
    Ok(sets.iter().flat_map(|set| others.iter().map(|other| [set.as_slice(), other].concat())).collect())
}

/// The first of all sets with the same keys.
pub fn once_each(sets: &mut Vec<Vec<usize>>) {
    let mut known = BTreeSet::new();
    sets.retain(|set| known.insert(set.iter().copied().collect::<BTreeSet<usize>>()));
}

/// Whether an item of GROUP BY stands for the word DISTINCT before the others.
pub fn is_distinct(e: &ast::Expr) -> bool {
    matches!(e, ast::Expr::Identifier(name) if name.quote_style.is_some() && name.value == GROUP_DISTINCT)
}

impl ExprBinder<'_> {
    /// GROUPING(key, ...), GROUPING_ID(key, ...) or GROUP_ID(): collected, and replaced by a stand-in column.
    pub(super) fn grouping_call(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let span = span_of(&call.name);
        let args = argument_exprs(call)?.into_iter().map(|e| ExprBinder::new(self.fields).bind(e)).collect::<Result<Vec<_>>>()?;
        let Some(grouping) = self.grouping.as_mut() else {
            return Err(Error::sql(format!("{name} is not allowed here"))
                .at(span)
                .hint("it stands in the select list, or in HAVING"));
        };
        let marker = match name {
            "GROUP_ID" if args.is_empty() => Marker::Repeats,
            "GROUP_ID" => return Err(Error::sql("GROUP_ID takes nothing").at(span)),
            _ if args.is_empty() || args.len() > 62 => return Err(Error::sql(format!("{name} takes keys of GROUP BY")).at(span)),
            _ => Marker::Lacks(args),
        };
        if let Marker::Lacks(keys) = &marker
            && !keys.iter().all(|key| grouping.keys.contains(key))
        {
            return Err(Error::sql(format!("{name} of what is no key of GROUP BY")).at(span).hint("it stands beside GROUP BY"));
        }
        grouping.markers.push(marker);
        Ok(Expr::column(GROUPING_BASE + grouping.markers.len() - 1, DataType::BigInt))
    }
}

impl Grouping {
    /// What a marker says of a set.
    fn marked(&self, marker: &Marker, set: usize) -> i64 {
        let has = |set: usize, key: &Expr| self.sets[set].iter().any(|k| self.keys[*k] == *key);
        match marker {
            Marker::Lacks(keys) => keys.iter().fold(0, |bits, key| bits << 1 | i64::from(!has(set, key))),
            Marker::Repeats => {
                let same = |other: &usize| self.keys.iter().all(|key| has(*other, key) == has(set, key));
                (0..set).filter(same).count() as i64
            }
        }
    }

    /// The markers over the column with the number of the set, if there is one.
    pub fn marks(&self, set_column: Option<usize>) -> Vec<Expr> {
        let number = |n: i64, data_type: DataType| Expr::Literal { value: Value::Int(n), data_type };
        let mark = |marker: &Marker| match set_column {
            None => number(0, DataType::BigInt),
            Some(column) => {
                let is = |set: usize| Expr::Binary {
                    op: BinaryOp::Eq,
                    left: Box::new(Expr::column(column, DataType::Int)),
                    right: Box::new(number(set as i64, DataType::Int)),
                    data_type: DataType::Boolean,
                };
                let branch = |set: usize| (is(set), number(self.marked(marker, set), DataType::BigInt));
                Expr::Case { branches: (0..self.sets.len()).map(branch).collect(), otherwise: None, data_type: DataType::BigInt }
            }
        };
        self.markers.iter().map(mark).collect()
    }

    /// `input` with its rows copied for the sets, and the key columns then: those that a set may lack are copies, and the number of the
    /// set is the last. `outputs` says which key each expression is.
    pub fn expanded(&self, input: Plan, keys: Vec<usize>, outputs: &[(Expr, usize)]) -> (Plan, Vec<usize>, Option<usize>) {
        if self.sets.is_empty() {
            return (input, keys, None);
        }
        let has = |set: &[usize], key: usize| {
            set.iter().any(|k| outputs.iter().any(|(expr, output)| *output == key && *expr == self.keys[*k]))
        };
        let lacking: Vec<usize> = (0..keys.len()).filter(|key| !self.sets.iter().all(|set| has(set, *key))).collect();
        let sets = self.sets.iter().map(|set| lacking.iter().map(|key| has(set, *key)).collect()).collect();
        let width = input.schema().fields.len();
        let place = |(at, column): (usize, &usize)| lacking.iter().position(|key| *key == at).map_or(*column, |i| width + i);
        let mut placed: Vec<usize> = keys.iter().enumerate().map(place).collect();
        placed.push(width + lacking.len());
        let expand = Expand::new(input, lacking.iter().map(|key| keys[*key]).collect(), sets);
        (Plan::Expand(expand), placed, Some(keys.len()))
    }
}

/// An item of GROUP BY that does not stand where it can.
pub fn misplaced(e: &ast::Expr) -> Error {
    unsupported("GROUPING SETS, ROLLUP or CUBE here", "they stand in GROUP BY", e)
}
