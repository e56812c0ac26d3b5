//! Aggregates that the program brings along: a state of its own for each group, and what rows do to it.

use std::fmt;
use std::sync::Arc;

use super::function::{Arguments, Returned};
use super::parts::Parts;
use super::states::{Abilities, Merge, States};
use crate::batch::Column;
use crate::operator::MakeAccumulator;
use crate::types::{DataType, GivenAggregate};

/// An aggregate over rows of arguments `A`, called by its name in the SQL of a job, which keeps an `S` for each group.
///
/// It stands wherever aggregates do: in groups and windows, with DISTINCT and FILTER, and with OVER. What more it can says what it is made
/// with: [`retract`](Self::retract), [`merge`](Self::merge), [`bytes`](Self::bytes). A call that would need what it cannot is refused when the
/// job is planned.
///
/// ```
/// use corelane::{AggregateFunction, Job};
///
/// #[derive(Clone, Default)]
/// struct Mean {
///     logs: f64,
///     rows: i64,
/// }
///
/// impl Mean {
///     fn add(&mut self, (x,): (f64,)) -> Result<(), String> {
///         if x <= 0.0 {
///             return Err(format!("{x} has no logarithm"));
///         }
///         (self.logs, self.rows) = (self.logs + x.ln(), self.rows + 1);
///         Ok(())
///     }
///
///     fn take_back(&mut self, (x,): (f64,)) {
///         (self.logs, self.rows) = (self.logs - x.ln(), self.rows - 1);
///     }
///
///     fn add_up(&mut self, (logs, rows): (f64, i64)) {
///         (self.logs, self.rows) = (self.logs + logs, self.rows + rows);
///     }
///
///     fn result(&self) -> Option<f64> {
///         (self.rows > 0).then(|| (self.logs / self.rows as f64).exp())
///     }
/// }
///
/// let mean = AggregateFunction::<Mean, (f64,)>::of_rows("GEOMETRIC_MEAN", Mean::add, Mean::result)
///     .retract(Mean::take_back)
///     .merge(|state| (state.logs, state.rows), Mean::add_up);
/// let sql = "SELECT ROUND(geometric_mean(x), 3) FROM (VALUES 2, 8, -1, NULL) AS t (x) EMIT FINAL";
/// let mut job = Job::builder().aggregate(mean).sql(sql).plan()?;
/// let output = job.output("print")?;
/// let running = job.start()?;
/// assert_eq!(output.map(|rows| rows.to_string()).collect::<String>(), "+I[4.0]");
/// assert!(running.wait()?.aside[0].contains("-1 has no logarithm"));
/// # Ok::<(), corelane::Error>(())
/// ```
pub struct AggregateFunction<S, A> {
    name: String,
    args: Vec<DataType>,
    returns: DataType,
    abilities: Abilities<S>,
    make: Box<dyn Fn(Arc<Abilities<S>>) -> MakeAccumulator>,
    over_nothing: Column,
    types: std::marker::PhantomData<fn(A)>,
}

/// What a step of an aggregate says: nothing, or that it failed and why.
pub trait Outcome: 'static {
    #[doc(hidden)]
    const CAN_FAIL: bool;
    #[doc(hidden)]
    fn settled(self) -> Result<(), String>;
}

impl Outcome for () {
    const CAN_FAIL: bool = false;

    fn settled(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: fmt::Display + 'static> Outcome for Result<(), E> {
    const CAN_FAIL: bool = true;

    fn settled(self) -> Result<(), String> {
        self.map_err(|reason| reason.to_string())
    }
}

impl<S: Clone + Default + Send + 'static, A: Arguments> AggregateFunction<S, A> {
    /// Of what a row does to the state of its group, and of the result of a state. A group begins with the default state. A row where an
    /// argument that is no `Option` is NULL does nothing.
    ///
    /// A row for which `accumulate` fails is set aside, and the state is as if it had not come: for that a state is copied before the
    /// rows of a batch change it, unless `accumulate` gives nothing and so cannot fail. The result cannot fail; what there is none of is NULL.
    pub fn of_rows<O: Outcome, R: Returned>(
        name: &str,
        accumulate: impl for<'a> Fn(&mut S, A::Of<'a>) -> O + Send + Sync + 'static,
        finish: impl Fn(&S) -> R + Send + Sync + 'static,
    ) -> Self {
        const { assert!(!R::CAN_FAIL, "the result of an aggregate cannot fail") };
        let mut over_nothing = Column::with_capacity(&R::data_type(), 1);
        push(finish(&S::default()), &mut over_nothing);
        let (accumulate, finish) = (Arc::new(accumulate), Arc::new(finish));
        let make = move |abilities: Arc<Abilities<S>>| {
            let (accumulate, finish) = (accumulate.clone(), finish.clone());
            MakeAccumulator(Box::new(move || Box::new(States::<S, A, _, _>::new(&abilities, &accumulate, &finish))))
        };
        let abilities = Abilities { can_fail: O::CAN_FAIL, retract: None, merge: None, bytes: None };
        let (args, returns) = (A::types(), R::data_type());
        Self {
            name: name.to_uppercase(),
            args,
            returns,
            abilities,
            make: Box::new(make),
            over_nothing,
            types: std::marker::PhantomData,
        }
    }

    /// Rows may be taken back: this undoes in a state what a row has done to it.
    #[must_use]
    pub fn retract<O: Outcome>(mut self, retract: impl for<'a> Fn(&mut S, A::Of<'a>) -> O + Send + Sync + 'static) -> Self {
        self.abilities.can_fail |= O::CAN_FAIL;
        self.abilities.retract = Some(Box::new(move |state, columns, row| match A::read(columns, row) {
            Some(values) => retract(state, values).settled(),
            None => Ok(()),
        }));
        self
    }

    /// States may be added up, by parts that can travel: so windows may overlap, and rows be added up where they are read. The result must
    /// not depend on which rows were in which state.
    #[must_use]
    pub fn merge<P: Parts, O: Outcome>(
        mut self,
        parts: impl Fn(&S) -> P + Send + Sync + 'static,
        merge: impl Fn(&mut S, P) -> O + Send + Sync + 'static,
    ) -> Self {
        self.abilities.can_fail |= O::CAN_FAIL;
        self.abilities.merge = Some(Merge {
            write: Box::new(move |state, out| parts(state).write(out)),
            add: Box::new(move |state, mut bytes| merge(state, P::read(&mut bytes)).settled()),
        });
        self
    }

    /// How many bytes a state holds besides its own size: for the memory limit of the job. What may own memory must say it.
    #[must_use]
    pub fn bytes(mut self, bytes: impl Fn(&S) -> usize + Send + Sync + 'static) -> Self {
        self.abilities.bytes = Some(Box::new(bytes));
        self
    }

    pub(super) fn given(self) -> GivenAggregate {
        GivenAggregate {
            name: self.name,
            args: self.args,
            over_nothing: self.over_nothing.value(0, &self.returns),
            returns: self.returns,
            takes_back: self.abilities.retract.is_some(),
            adds_up: self.abilities.merge.is_some(),
            is_accounted: self.abilities.bytes.is_some() || !std::mem::needs_drop::<S>(),
            states: Box::new((self.make)(Arc::new(self.abilities))),
        }
    }
}

impl<S, A> fmt::Debug for AggregateFunction<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Appends a result, which cannot fail.
pub(super) fn push(result: impl Returned, column: &mut Column) {
    if result.append_to(column).is_err() {
        column.push_null();
    }
}
