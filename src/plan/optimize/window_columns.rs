//! Rankings and functions of the rows of a window keep the end of the window alone: its start and its time follow from that, and are computed
//! of the rows that come out.
//!
//! This holds where all windows are equally long, so that a partition by both bounds is one by the end. What is computed above a ranking is
//! computed of few rows, and what nobody reads below it is not written at all.

use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{Over, Plan, Rank, WindowsOf};
use crate::plan::physical::{Aligned, Window, WindowColumn};
use crate::types::relation::WINDOW_TIME_GAP;
use crate::types::{DataType, Field, Value};

/// Where the window columns of equally long windows stand.
struct Bounds {
    size: i64,
    end: usize,
    start: Option<usize>,
    time: Option<usize>,
}

/// Takes what follows from the end of a window out of the partitions of a plan.
pub fn derive(plan: Plan) -> Plan {
    plan.rewrite(&mut |mut plan| {
        let (input, keys) = match &mut plan {
            Plan::Rank(Rank { input, keys, .. }) | Plan::Over(Over { input, keys, .. }) => (input, keys),
            _ => return plan,
        };
        match bounds(input) {
            Some(bounds) if bounds.tell(keys) => bounds.derived_above(plan),
            _ => plan,
        }
    })
}

fn bounds(plan: &Plan) -> Option<Bounds> {
    match plan {
        Plan::WindowAssign(assign) if assign.of == WindowsOf::Time => {
            let Window::Aligned(Aligned::Tumble { size, .. } | Aligned::Hop { size, .. }) = assign.window else { return None };
            let [start, end, time] = WindowColumn::ALL.map(|column| assign.place(column));
            Some(Bounds { size, end: end?, start, time })
        }
        Plan::Calc(calc) => {
            let below = bounds(&calc.input)?;
            let place = |column| calc.columns.iter().position(|e| matches!(e, Expr::Column { index, .. } if *index == column));
            Some(Bounds {
                size: below.size,
                end: place(below.end)?,
                start: below.start.and_then(place),
                time: below.time.and_then(place),
            })
        }
        _ => None,
    }
}

impl Bounds {
    /// By how much a column that follows from the end is before it.
    fn before_end(&self, column: usize) -> Option<i64> {
        let lengths = [(self.start, self.size), (self.time, WINDOW_TIME_GAP)];
        lengths.iter().find(|(derived, _)| *derived == Some(column)).map(|(_, length)| *length)
    }

    /// Whether these keys say which window a row is in; then the end alone says so.
    fn tell(&self, keys: &mut Vec<usize>) -> bool {
        let tells = |key: &usize| *key == self.end || self.before_end(*key).is_some();
        let Some(first) = keys.iter().position(tells) else { return false };
        keys[first] = self.end;
        let mut at = 0;
        keys.retain(|key| {
            at += 1;
            at <= first + 1 || !tells(key)
        });
        true
    }

    /// `plan`, whose first columns are those of the window, with what follows from the end computed of its rows.
    fn derived_above(&self, plan: Plan) -> Plan {
        let end = &plan.schema().fields[self.end].data_type;
        let column = |(at, field): (usize, &Field)| {
            let before = self.before_end(at).filter(|_| field.data_type == *end);
            let value = match before {
                Some(nanos) => earlier(Expr::column(self.end, end.clone()), nanos),
                None => Expr::column(at, field.data_type.clone()),
            };
            (field.name.clone(), value)
        };
        let columns = plan.schema().fields.iter().enumerate().map(column).collect();
        plan.projected(columns)
    }
}

/// A timestamp less so many nanoseconds.
fn earlier(timestamp: Expr, nanos: i64) -> Expr {
    let data_type = timestamp.data_type();
    let length = Expr::Literal { value: Value::Int(nanos), data_type: DataType::IntervalDay };
    Expr::Binary { op: BinaryOp::Subtract, left: Box::new(timestamp), right: Box::new(length), data_type }
}
