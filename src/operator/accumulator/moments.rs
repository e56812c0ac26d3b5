//! Variances, covariances and regressions of doubles, made of sums and sums of products that are exact: so nothing is lost where large
//! numbers differ little, rows that are taken back leave no trace, and the result does not depend on the order of the rows.

use super::exact::ExactSum;
use super::packed::{read_count, write_count};
use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::{Column, StrColumn, Values};
use crate::state::{GroupWords, RowStore};
use crate::types::relation::Moment;

/// The accumulator of `moment`, whose arguments are DOUBLEs: x alone, or y and x.
pub struct Moments {
    moment: Moment,
    terms: &'static [Term],
    /// By group, one for each term.
    sums: Vec<ExactSum>,
    /// Rows of each group with a value whose products no double can hold.
    beyond: Vec<i64>,
}

/// What is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    X,
    Y,
    Xx,
    Yy,
    Xy,
}

/// The greatest absolute value that is summed up: products of sums of as many as there can be are doubles too.
const VALUE_MAX: f64 = 3.0e144;

impl Moments {
    /// No groups.
    pub fn new(moment: Moment) -> Self {
        use Term::{X, Xx, Xy, Y, Yy};
        let terms: &[Term] = match moment {
            Moment::VarPop | Moment::VarSamp | Moment::StddevPop | Moment::StddevSamp | Moment::RegrSxx => &[X, Xx],
            Moment::RegrAvgX => &[X],
            Moment::RegrAvgY => &[Y],
            Moment::RegrSyy => &[Y, Yy],
            Moment::CovarPop | Moment::CovarSamp | Moment::RegrSxy => &[X, Y, Xy],
            Moment::RegrSlope | Moment::RegrIntercept => &[X, Y, Xx, Xy],
            Moment::Corr | Moment::RegrR2 => &[X, Y, Xx, Yy, Xy],
        };
        Self { moment, terms, sums: Vec::new(), beyond: Vec::new() }
    }

    /// Hot: once per row.
    fn add(&mut self, group: usize, (y, x): (f64, f64), sign: i64) {
        if !(x.abs() <= VALUE_MAX && y.abs() <= VALUE_MAX) {
            self.beyond[group] += sign;
            return;
        }
        let sums = &mut self.sums[group * self.terms.len()..];
        let sign = sign as f64;
        for (sum, term) in sums.iter_mut().zip(self.terms) {
            match term {
                Term::X => sum.add(x * sign),
                Term::Y => sum.add(y * sign),
                Term::Xx => sum.add_product(x, x * sign),
                Term::Yy => sum.add_product(y, y * sign),
                Term::Xy => sum.add_product(x, y * sign),
            }
        }
    }

    fn sums(&self, group: usize) -> &[ExactSum] {
        &self.sums[group * self.terms.len()..][..self.terms.len()]
    }

    /// What becomes of a group of so many rows; `None` for NULL.
    fn result(&self, group: usize, rows: i64) -> Option<f64> {
        let sums = self.sums(group);
        let sum = |wanted: Term| &sums[self.terms.iter().position(|term| *term == wanted).expect("a term that is kept")];
        let n = rows as f64;
        let count = ExactSum::from(n);
        // The square of the count times what the standard calls S: sum(ab) - sum(a) * sum(b) / n is S, and / n the covariance.
        let spread = |a: Term, b: Term, product: Term| count.determinant(sum(product), sum(a), sum(b));
        let (xx, yy) = (|| spread(Term::X, Term::X, Term::Xx), || spread(Term::Y, Term::Y, Term::Yy));
        let xy = || spread(Term::X, Term::Y, Term::Xy);
        if rows <= 0 {
            return None;
        }
        if self.beyond[group] != 0 {
            return Some(f64::NAN);
        }
        let sample = (rows > 1).then_some(n * (n - 1.0));
        Some(match self.moment {
            Moment::VarPop => xx() / (n * n),
            Moment::VarSamp => xx() / sample?,
            Moment::StddevPop => (xx() / (n * n)).sqrt(),
            Moment::StddevSamp => (xx() / sample?).sqrt(),
            Moment::CovarPop => xy() / (n * n),
            Moment::CovarSamp => xy() / sample?,
            Moment::RegrAvgX => sum(Term::X).value() / n,
            Moment::RegrAvgY => sum(Term::Y).value() / n,
            Moment::RegrSxx => xx() / n,
            Moment::RegrSyy => yy() / n,
            Moment::RegrSxy => xy() / n,
            Moment::Corr => match (xx(), yy()) {
                (0.0, _) | (_, 0.0) => return None,
                (xx, yy) => (xy() / geometric_mean(xx, yy)).clamp(-1.0, 1.0),
            },
            Moment::RegrSlope => xy() / non_zero(xx())?,
            Moment::RegrIntercept => sum(Term::Y).determinant(sum(Term::Xx), sum(Term::X), sum(Term::Xy)) / non_zero(xx())?,
            Moment::RegrR2 => match (non_zero(xx())?, yy()) {
                (_, 0.0) => 1.0,
                (xx, yy) => {
                    let slope = xy() / geometric_mean(xx, yy);
                    (slope * slope).min(1.0)
                }
            },
        })
    }
}

fn non_zero(value: f64) -> Option<f64> {
    (value != 0.0).then_some(value)
}

/// The square root of a product, which itself may be too large for a double.
fn geometric_mean(a: f64, b: f64) -> f64 {
    if (a * b).is_finite() && a * b > 0.0 { (a * b).sqrt() } else { a.sqrt() * b.sqrt() }
}

impl Accumulator for Moments {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.sums, bound * self.terms.len());
        grow(&mut self.beyond, bound);
    }
    fn reset(&mut self, group: usize) {
        self.sums[group * self.terms.len()..][..self.terms.len()].fill(ExactSum::default());
        self.beyond[group] = 0;
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        match arguments {
            [Column { values: Values::F64(x), .. }] => {
                rows.for_each(|row, group, sign| self.add(group, (0.0, x[row]), sign));
            }
            [Column { values: Values::F64(y), .. }, Column { values: Values::F64(x), .. }] => {
                rows.for_each(|row, group, sign| self.add(group, (y[row], x[row]), sign));
            }
            _ => panic!("{:?} of others than doubles", self.moment),
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            write_count(&mut bytes, self.beyond[*group as usize]);
            self.sums(*group as usize).iter().for_each(|sum| sum.write(&mut bytes));
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        let terms = self.terms.len();
        rows.for_each(|row, group, _| {
            let mut bytes = packed.bytes(row);
            self.beyond[group] += read_count(&mut bytes);
            self.sums[group * terms..][..terms].iter_mut().for_each(|sum| sum.add_read(&mut bytes));
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let mut column = Column::from_values(Values::F64(Vec::with_capacity(groups.len())));
        for (group, rows) in groups.numbers().iter().zip(fed) {
            match (self.result(*group as usize, *rows), &mut column.values) {
                (Some(result), Values::F64(values)) => {
                    values.push(result);
                    column.mark_valid();
                }
                _ => column.push_null(),
            }
        }
        column
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.sums) + bytes_of(&self.beyond) + self.sums.iter().map(ExactSum::heap_bytes).sum::<usize>()
    }
}
