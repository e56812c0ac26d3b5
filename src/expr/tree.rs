//! Bound, typed expression trees.

use std::fmt;

use super::{Function, Help, Lambda, RowErrors};
use crate::batch::{Column, Selection};
use crate::error::Result;
use crate::types::{DataType, Value};

/// Operators of two arguments. Comparison and DISTINCT arguments have one common type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`: two numbers of one type; timestamp/date/time and interval; two intervals
    Add,
    /// `-`: as `+`; also two timestamps, giving INTERVAL DAY TO SECOND
    Subtract,
    /// `*`: two numbers of one type (two DECIMALs may differ in scale); interval by BIGINT
    Multiply,
    /// `/`: as `*`; integers divide as integers, towards zero
    Divide,
    /// `%`
    Modulo,
    /// `=`
    Eq,
    /// `<>`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
    /// `IS DISTINCT FROM`
    IsDistinctFrom,
    /// `IS NOT DISTINCT FROM`
    IsNotDistinctFrom,
    /// three-valued AND; the right side is not evaluated where the left is FALSE
    And,
    /// three-valued OR; the right side is not evaluated where the left is TRUE
    Or,
    /// `||` on text
    Concat,
}

/// Operators of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// three-valued NOT
    Not,
    /// `-x`
    Negate,
    /// `IS NULL`
    IsNull,
    /// `IS NOT NULL`
    IsNotNull,
    /// `IS TRUE`
    IsTrue,
    /// `IS NOT TRUE`
    IsNotTrue,
    /// `IS FALSE`
    IsFalse,
    /// `IS NOT FALSE`
    IsNotFalse,
}

/// A bound, typed expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Column of the input batch.
    Column {
        /// Position.
        index: usize,
        /// Its type.
        data_type: DataType,
    },
    /// The wall-clock time at which the row arrived, TIMESTAMP_LTZ(3).
    Arrival,
    /// How far this event time had come before the row, in the row's own split; NULL at first. The plan puts a column in its place.
    SplitWatermark {
        /// The column of the event time.
        time: Box<Expr>,
    },
    /// A constant.
    Literal {
        /// The value.
        value: Value,
        /// Its type.
        data_type: DataType,
    },
    /// One argument.
    Unary {
        /// What is done.
        op: UnaryOp,
        /// The argument.
        input: Box<Expr>,
    },
    /// Two arguments.
    Binary {
        /// What is done.
        op: BinaryOp,
        /// Left argument.
        left: Box<Expr>,
        /// Right argument.
        right: Box<Expr>,
        /// Type of the result.
        data_type: DataType,
    },
    /// A function of the library, or of the program.
    Call {
        /// Which.
        function: Function,
        /// Arguments, already of the types its signature gave.
        args: Vec<Expr>,
        /// Type of the result.
        data_type: DataType,
    },
    /// CAST or TRY_CAST.
    Cast {
        /// What is converted.
        input: Box<Expr>,
        /// To which type.
        data_type: DataType,
        /// What a value that cannot be converted does.
        on_failure: CastFailure,
    },
    /// CASE WHEN .. THEN .. ELSE .. END; a branch is evaluated only for the rows that reach it.
    Case {
        /// Conditions and results.
        branches: Vec<(Expr, Expr)>,
        /// ELSE; NULL without one.
        otherwise: Option<Box<Expr>>,
        /// Type of the result.
        data_type: DataType,
    },
    /// `input IN (list)` with items of the input's type; three-valued.
    InList {
        /// What is looked for.
        input: Box<Expr>,
        /// Where.
        list: Vec<Expr>,
    },
    /// A function of a lambda.
    Lambda {
        /// The lambda and what is done with it.
        lambda: Box<Lambda>,
        /// What it takes apart: an ARRAY or a MAP.
        nested: Box<Expr>,
        /// What the body reads of the row around, as columns behind its parameters; of REDUCE its start comes first.
        captured: Vec<Expr>,
        /// Type of the result.
        data_type: DataType,
    },
    /// `COALESCE`: the first argument that is not NULL; later ones are evaluated only where needed.
    Coalesce {
        /// Arguments of one type.
        args: Vec<Expr>,
        /// Their type.
        data_type: DataType,
    },
}

/// What a CAST does with a value it cannot convert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastFailure {
    /// The row fails (CAST).
    RowError,
    /// The result is NULL (TRY_CAST).
    Null,
}

/// What a function name and argument types resolve to.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The function.
    pub function: &'static ScalarFunction,
    /// Types the arguments must be cast to, one for each.
    pub args: Vec<DataType>,
    /// Type of the result.
    pub returns: DataType,
}

/// Argument types to the types to cast them to and the type of the result.
pub type Resolve = fn(&[DataType]) -> Option<(Vec<DataType>, DataType)>;

/// Resolved argument types and type of the result to a kernel.
pub type MakeKernel = fn(&[DataType], &DataType) -> Result<Box<dyn Kernel>>;

/// A function of the library. Equality is by name.
pub struct ScalarFunction {
    /// Upper-case SQL name.
    pub name: &'static str,
    /// What a user reads of it; `None` for what only the binder calls.
    pub help: Option<Help>,
    /// Whether the same arguments always give the same result (so that constants may be folded). CURRENT_TIMESTAMP does not.
    pub deterministic: bool,
    /// Argument types to the types to cast them to and the type of the result; `None` if it does not take them.
    pub resolve: Resolve,
    /// Makes the kernel for resolved argument types, once per compiled expression.
    pub kernel: MakeKernel,
    /// What constants among its arguments must be.
    pub prepared: &'static [Prepared],
    /// Whether it takes bitmaps apart, so that none stands in its result.
    pub unpacks_bitmaps: bool,
}

/// An argument that says how all rows are treated, such as a pattern, a unit or a zone: a constant that is wrong there is wrong for every row.
pub struct Prepared {
    /// Its place among the arguments.
    pub place: usize,
    /// Whether those behind it are like it.
    pub reach: Reach,
    /// What is wrong with it, among arguments of these types.
    pub wrong: fn(&str, &[DataType]) -> Option<&'static str>,
    /// Names that would be right, if it is a name.
    pub names: fn() -> Vec<String>,
    /// What would be right.
    pub hint: &'static str,
}

/// What a rule for arguments is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One argument.
    One,
    /// It and all behind it.
    Rest,
}

/// A compiled function call.
pub trait Kernel: Send {
    /// Evaluates on the selected rows of `args` (columns of equal length, that of the batch). The result has as many
    /// rows as the batch; rows that are not selected, or failed, are unspecified. Hot: once per batch.
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column;
}

impl PartialEq for ScalarFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for ScalarFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Expr {
    /// The constant TRUE or FALSE.
    pub fn boolean(value: bool) -> Expr {
        Expr::Literal { value: Value::Bool(value), data_type: DataType::Boolean }
    }

    /// Column `index` of this type.
    pub fn column(index: usize, data_type: DataType) -> Expr {
        Expr::Column { index, data_type }
    }

    /// Type of the result.
    pub fn data_type(&self) -> DataType {
        match self {
            Expr::Column { data_type, .. }
            | Expr::Literal { data_type, .. }
            | Expr::Binary { data_type, .. }
            | Expr::Call { data_type, .. }
            | Expr::Cast { data_type, .. }
            | Expr::Case { data_type, .. }
            | Expr::Lambda { data_type, .. }
            | Expr::Coalesce { data_type, .. } => data_type.clone(),
            Expr::Arrival => DataType::TimestampLtz(3),
            Expr::SplitWatermark { time: input } | Expr::Unary { op: UnaryOp::Negate, input } => input.data_type(),
            Expr::Unary { .. } | Expr::InList { .. } => DataType::Boolean,
        }
    }

    /// The direct parts of the expression. The body of a lambda is none: it reads other columns.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Column { .. } | Expr::Arrival | Expr::Literal { .. } => Vec::new(),
            Expr::Unary { input, .. } | Expr::Cast { input, .. } | Expr::SplitWatermark { time: input } => vec![input],
            Expr::Binary { left, right, .. } => vec![left, right],
            Expr::Call { args, .. } | Expr::Coalesce { args, .. } => args.iter().collect(),
            Expr::Case { branches, otherwise, .. } => {
                branches.iter().flat_map(|(when, then)| [when, then]).chain(otherwise.as_deref()).collect()
            }
            Expr::InList { input, list } => std::iter::once(&**input).chain(list).collect(),
            Expr::Lambda { nested, captured, .. } => std::iter::once(&**nested).chain(captured).collect(),
        }
    }

    /// The direct parts, to be changed in place.
    pub fn children_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Expr::Column { .. } | Expr::Arrival | Expr::Literal { .. } => Vec::new(),
            Expr::Unary { input, .. } | Expr::Cast { input, .. } | Expr::SplitWatermark { time: input } => vec![input],
            Expr::Binary { left, right, .. } => vec![left, right],
            Expr::Call { args, .. } | Expr::Coalesce { args, .. } => args.iter_mut().collect(),
            Expr::Case { branches, otherwise, .. } => {
                branches.iter_mut().flat_map(|(when, then)| [when, then]).chain(otherwise.as_deref_mut()).collect()
            }
            Expr::InList { input, list } => std::iter::once(&mut **input).chain(list).collect(),
            Expr::Lambda { nested, captured, .. } => std::iter::once(&mut **nested).chain(captured).collect(),
        }
    }

    /// The same with every part replaced for which `other` gives another, the outermost first.
    #[must_use]
    pub fn replaced(&self, other: &impl Fn(&Expr) -> Option<Expr>) -> Expr {
        let mut expr = self.clone();
        expr.replace(other);
        expr
    }

    fn replace(&mut self, other: &impl Fn(&Expr) -> Option<Expr>) {
        match other(self) {
            Some(found) => *self = found,
            None => self.children_mut().into_iter().for_each(|part| part.replace(other)),
        }
    }

    /// Whether it gives the same whenever it is asked of the same row.
    pub fn is_fixed(&self) -> bool {
        let mut fixed = true;
        self.walk(&mut |part| {
            fixed &= match part {
                Expr::Arrival | Expr::SplitWatermark { .. } => false,
                Expr::Call { function, .. } => function.is_deterministic(),
                Expr::Lambda { lambda, .. } => lambda.body.is_fixed(),
                _ => true,
            };
        });
        fixed
    }

    /// Whether one answer serves all who ask it of the same row: it draws nothing anew each time, as a random number is.
    pub fn is_repeatable(&self) -> bool {
        let mut draws = false;
        self.walk(&mut |part| {
            draws |= match part {
                Expr::Call { function, .. } => !function.is_deterministic(),
                Expr::Lambda { lambda, .. } => !lambda.body.is_repeatable(),
                _ => false,
            };
        });
        !draws
    }

    /// Calls `visit` for this expression and every part of it, parents first.
    pub fn walk(&self, visit: &mut impl FnMut(&Expr)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}
