//! A compiled expression, as a shard runs it: one walk over its nodes a batch.

use super::compile::compile;
use super::node::Node;
use super::operand::Operand;
use super::{Expr, RowErrors};
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::types::{DataType, Value};

/// A compiled expression. Belongs to one shard.
pub struct Program {
    root: Node,
}

impl Program {
    /// Compiles a bound expression; constant parts are evaluated here, once.
    pub fn compile(expr: &Expr) -> Result<Program> {
        Ok(Program { root: compile(expr)? })
    }

    /// Evaluates on the selected rows. The result has `batch.rows()` rows; those not selected, or failed, are unspecified. A plain
    /// column reference is copied here: who can take the column itself asks `as_column` first. Hot: once per batch.
    pub fn evaluate(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Column {
        self.root.evaluate(batch, selection, errors).into_column(batch.rows())
    }

    /// The rows of the selection for which the BOOLEAN is TRUE; comparisons and AND make no column in between, and
    /// what cannot become TRUE any more (NULL in one part of an AND) is not looked at again.
    /// `Selection::All` in and no row lost gives `Selection::All`. Hot: once per batch.
    pub fn select(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Selection {
        self.root.select(batch, selection, errors)
    }

    /// Whether the expression is a filter that `mask` can run.
    pub fn is_maskable(&self) -> bool {
        self.root.is_maskable()
    }

    /// One bit for each row of the batch for which the BOOLEAN is TRUE; only where `is_maskable`. Hot: once per batch.
    pub fn mask(&mut self, batch: &Batch, words: &mut Vec<u64>) {
        self.root.mask(batch, words);
    }

    /// The column, where the expression is nothing but one.
    pub fn as_column(&self) -> Option<usize> {
        match self.root {
            Node::Column(index) => Some(index),
            _ => None,
        }
    }
}

/// The value of an expression of constants; `None` if it refers to columns, is not deterministic, or fails.
pub fn evaluate_constant(expr: &Expr) -> Result<Option<Value>> {
    Ok(match compile(expr)? {
        Node::Constant(column) => Some(column.value(0, &expr.data_type())),
        _ => None,
    })
}

/// The value of a node whose parts are constants, as a column of one row; `None` if it fails.
pub(super) fn fold(node: &mut Node) -> Option<Column> {
    let mut errors = RowErrors::default();
    let batch = Batch::new(Vec::new(), 1, 0);
    let column = match node.evaluate(&batch, &Selection::All(1), &mut errors) {
        Operand::Constant(column) => column.clone(),
        other => other.into_column(1),
    };
    errors.is_empty().then_some(column)
}

/// A column of one row with the value of a literal; `None` if the value is of another representation than the type.
pub(super) fn literal(value: &Value, data_type: &DataType) -> Option<Column> {
    use crate::types::Representation as R;
    let fits = match (value, data_type.representation()) {
        (Value::Null, _) | (Value::Bool(_), R::Bool) | (Value::Int(_), R::I64) | (Value::Double(_), R::F32 | R::F64) => true,
        (Value::Int(n), R::I8) => i8::try_from(*n).is_ok(),
        (Value::Int(n), R::I16) => i16::try_from(*n).is_ok(),
        (Value::Int(n), R::I32) => i32::try_from(*n).is_ok(),
        (Value::Decimal(_), R::I128) | (Value::Str(_) | Value::Bytes(_), R::Str) => true,
        _ => false,
    };
    fits.then(|| Column::constant(data_type, value, 1))
}

#[cfg(test)]
mod tests {
    use std::result::Result;

    use super::*;
    use crate::expr::{BinaryOp, Kernel, ScalarFunction, UnaryOp};

    const BIG: DataType = DataType::BigInt;

    fn binary(op: BinaryOp, left: Expr, right: Expr, data_type: DataType) -> Expr {
        Expr::Binary { op, left: Box::new(left), right: Box::new(right), data_type }
    }

    fn literal_of(value: Value, data_type: DataType) -> Expr {
        Expr::Literal { value, data_type }
    }

    /// Evaluates `op` on one row with these values, both as columns; a failure as its reason.
    fn run(op: BinaryOp, left: Value, right: Value, types: [DataType; 3]) -> Result<Value, String> {
        let [lt, rt, result] = types;
        let batch = Batch::new(vec![Column::constant(&lt, &left, 1), Column::constant(&rt, &right, 1)], 1, 1);
        let expr = binary(op, Expr::column(0, lt), Expr::column(1, rt), result.clone());
        let mut errors = RowErrors::default();
        let column = Program::compile(&expr).expect("compiles").evaluate(&batch, &Selection::All(1), &mut errors);
        match errors.take().pop() {
            Some(error) => Err(error.reason.into_owned()),
            None => Ok(column.value(0, &result)),
        }
    }

    fn check_big(op: BinaryOp, left: i64, right: i64, expected: Result<i64, &str>) {
        let found = run(op, Value::Int(left), Value::Int(right), [BIG, BIG, BIG]);
        assert_eq!(found, expected.map(Value::Int).map_err(str::to_owned), "{left} {op:?} {right}");
    }

    #[test]
    fn integers_never_wrap_and_say_why() {
        check_big(BinaryOp::Add, i64::MAX, 1, Err("integer overflow in BIGINT + BIGINT"));
        check_big(BinaryOp::Subtract, i64::MIN, 1, Err("integer overflow in BIGINT - BIGINT"));
        check_big(BinaryOp::Multiply, i64::MIN, -1, Err("integer overflow in BIGINT * BIGINT"));
        check_big(BinaryOp::Divide, i64::MIN, -1, Err("integer overflow in BIGINT / BIGINT"));
        check_big(BinaryOp::Divide, 7, 0, Err("division by zero in BIGINT / BIGINT"));
        check_big(BinaryOp::Modulo, 7, 0, Err("division by zero in BIGINT % BIGINT"));
        check_big(BinaryOp::Modulo, i64::MIN, -1, Ok(0));
        check_big(BinaryOp::Divide, -7, 2, Ok(-3));
        check_big(BinaryOp::Modulo, -7, 2, Ok(-1));
    }

    #[test]
    fn negating_the_least_integer_fails_the_row() {
        let batch = Batch::new(vec![Column::constant(&BIG, &Value::Int(i64::MIN), 2)], 2, 1);
        let expr = Expr::Unary { op: UnaryOp::Negate, input: Box::new(Expr::column(0, BIG)) };
        let mut program = Program::compile(&expr).expect("compiles");
        let mut errors = RowErrors::default();
        program.evaluate(&batch, &Selection::Rows(vec![1]), &mut errors);
        let errors = errors.take();
        assert_eq!((errors.len(), errors[0].row, &*errors[0].reason), (1, 1, "integer overflow in -BIGINT"));
    }

    #[test]
    fn decimals_of_38_digits_are_exact_or_fail() {
        let wide = DataType::Decimal { precision: 38, scale: 0 };
        let nines = 10i128.pow(38) - 1;
        let types = || [wide.clone(), wide.clone(), wide.clone()];
        let value = |units| Value::Decimal(units);
        assert_eq!(run(BinaryOp::Add, value(nines - 1), value(1), types()), Ok(value(nines)));
        assert!(run(BinaryOp::Add, value(nines), value(nines), types()).is_err());
        let reason = "decimal overflow in DECIMAL(38, 0) * DECIMAL(38, 0): the result does not fit DECIMAL(38, 0)";
        assert_eq!(run(BinaryOp::Multiply, value(nines), value(nines), types()), Err(reason.to_owned()));
        let fine = DataType::Decimal { precision: 38, scale: 38 };
        let product = run(BinaryOp::Multiply, value(nines), value(5), [wide, fine.clone(), fine]);
        assert_eq!(
            product,
            Err("decimal overflow in DECIMAL(38, 0) * DECIMAL(38, 38): the result does not fit DECIMAL(38, 38)".into())
        );
    }

    #[test]
    fn doubles_divide_by_zero_as_an_error_and_order_nan_last() {
        let types = [DataType::Double, DataType::Double, DataType::Double];
        assert!(run(BinaryOp::Divide, Value::Double(1.0), Value::Double(0.0), types).is_err());
        let compare = |op, a: f64, b: f64| {
            run(op, Value::Double(a), Value::Double(b), [DataType::Double, DataType::Double, DataType::Boolean])
                == Ok(Value::Bool(true))
        };
        assert!(compare(BinaryOp::Eq, f64::NAN, -f64::NAN) && compare(BinaryOp::Gt, f64::NAN, f64::INFINITY));
        assert!(
            compare(BinaryOp::Lt, 1.0, f64::NAN) && !compare(BinaryOp::Lt, f64::NAN, 1.0) && compare(BinaryOp::Eq, 0.0, -0.0)
        );
    }

    #[test]
    fn dates_and_times_move_by_intervals() {
        use DataType::{Date, IntervalDay, IntervalMonth, Time, Timestamp};
        const HOUR: i64 = 3_600_000_000_000;
        let check = |op, left: i64, right: i64, types: [DataType; 3], expected: Option<i64>| {
            let found = run(op, Value::Int(left), Value::Int(right), types.clone());
            assert_eq!(found.ok(), expected.map(Value::Int), "{left} {op:?} {right} of {types:?}");
        };
        check(BinaryOp::Add, 10, 25 * HOUR, [Date, IntervalDay, Date], Some(11));
        check(BinaryOp::Subtract, 10, HOUR, [Date, IntervalDay, Date], Some(9));
        check(BinaryOp::Add, HOUR, 1, [IntervalDay, Date, Timestamp(3)], Some(25 * HOUR));
        check(BinaryOp::Add, 30, 1, [Date, IntervalMonth, Date], Some(58));
        check(BinaryOp::Subtract, 3, 1, [Date, Date, IntervalDay], Some(48 * HOUR));
        check(BinaryOp::Subtract, i32::MAX.into(), 1, [Date, Date, IntervalDay], None);
        check(BinaryOp::Add, 23 * HOUR, 26 * HOUR, [Time(0), IntervalDay, Time(0)], Some(HOUR));
        check(BinaryOp::Subtract, i64::MIN, i64::MIN, [Time(0), IntervalDay, Time(0)], Some(0));
        check(BinaryOp::Subtract, i64::MIN, 1, [Timestamp(3), IntervalDay, Timestamp(3)], None);
        check(BinaryOp::Multiply, 3, 4, [BIG, IntervalMonth, IntervalMonth], Some(12));
        check(BinaryOp::Multiply, 3, i64::MAX, [IntervalMonth, BIG, IntervalMonth], None);
        check(BinaryOp::Divide, 3, 0, [IntervalDay, BIG, IntervalDay], None);
    }

    /// Adds two BIGINTs, whose columns must both be as long as the batch.
    struct AddKernel;

    impl Kernel for AddKernel {
        fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, _: &mut RowErrors) -> Column {
            assert!(args.iter().all(|arg| arg.len() == rows));
            let mut sums = vec![0; rows];
            for row in selection.iter() {
                if let (Value::Int(a), Value::Int(b)) = (args[0].value(row, &BIG), args[1].value(row, &BIG)) {
                    sums[row] = a + b;
                }
            }
            Column::from_values(crate::batch::Values::I64(sums))
        }
    }

    const fn add_function(name: &'static str, deterministic: bool) -> ScalarFunction {
        ScalarFunction {
            name,
            help: None,
            deterministic,
            resolve: |_| None,
            kernel: |_, _| Ok(Box::new(AddKernel)),
            prepared: &[],
            unpacks_bitmaps: false,
        }
    }

    static STEADY: ScalarFunction = add_function("STEADY", true);
    static VARYING: ScalarFunction = add_function("VARYING", false);

    #[test]
    fn functions_see_constants_as_columns_and_fold_only_if_deterministic() {
        let seven = || literal_of(Value::Int(7), BIG);
        let call = |function: &'static ScalarFunction, args| Expr::Call { function: function.into(), args, data_type: BIG };
        let mut program = Program::compile(&call(&STEADY, vec![Expr::column(0, BIG), seven()])).expect("compiles");
        for rows in [3, 1, 5] {
            let batch = Batch::new(vec![Column::constant(&BIG, &Value::Int(1), rows)], rows, 1);
            let column = program.evaluate(&batch, &Selection::All(rows), &mut RowErrors::default());
            assert!((0..rows).all(|row| column.value(row, &BIG) == Value::Int(8)));
        }
        assert_eq!(evaluate_constant(&call(&STEADY, vec![seven(), seven()])).expect("compiles"), Some(Value::Int(14)));
        assert_eq!(evaluate_constant(&call(&VARYING, vec![seven(), seven()])).expect("compiles"), None);
    }

    #[test]
    fn a_program_may_move_to_its_shard() {
        fn check<T: Send>() {}
        check::<Program>();
    }

    #[test]
    fn a_branch_not_taken_never_fails() {
        let values = [Value::Int(0), Value::Int(5), Value::Null];
        let mut column = Column::with_capacity(&BIG, 3);
        values.iter().for_each(|value| column.push(value));
        let batch = Batch::new(vec![column], 3, 1);
        let zero = || literal_of(Value::Int(0), BIG);
        let guard = binary(BinaryOp::NotEq, Expr::column(0, BIG), zero(), DataType::Boolean);
        let quotient = binary(BinaryOp::Divide, literal_of(Value::Int(10), BIG), Expr::column(0, BIG), BIG);
        let case = Expr::Case { branches: vec![(guard.clone(), quotient.clone())], otherwise: None, data_type: BIG };
        let mut errors = RowErrors::default();
        let result = Program::compile(&case).expect("compiles").evaluate(&batch, &Selection::All(3), &mut errors);
        let found: Vec<Value> = (0..3).map(|row| result.value(row, &BIG)).collect();
        assert_eq!(found, [Value::Null, Value::Int(2), Value::Null]);
        let both = binary(BinaryOp::And, guard, binary(BinaryOp::Gt, quotient, zero(), DataType::Boolean), DataType::Boolean);
        let kept = Program::compile(&both).expect("compiles").select(&batch, &Selection::All(3), &mut errors);
        assert_eq!((kept, errors.is_empty()), (Selection::Rows(vec![1]), true));
    }

    #[test]
    fn constants_fold_unless_they_fail() {
        let big = |n| literal_of(Value::Int(n), BIG);
        let folded = |expr: &Expr| evaluate_constant(expr).expect("compiles");
        assert_eq!(folded(&binary(BinaryOp::Add, big(1), big(2), BIG)), Some(Value::Int(3)));
        assert_eq!(folded(&binary(BinaryOp::Divide, big(1), big(0), BIG)), None);
        assert_eq!(folded(&Expr::column(0, BIG)), None);
        assert!(Program::compile(&literal_of(Value::Bool(true), BIG)).is_err());
    }

    /// A BOOLEAN column wrapped so many times.
    fn deep(levels: usize, wrap: fn(Expr) -> Expr) -> Expr {
        (0..levels).fold(Expr::column(0, DataType::Boolean), |inner, _| wrap(inner))
    }

    #[test]
    fn a_tree_too_deep_is_an_error_and_one_just_as_deep_as_allowed_runs() {
        const BOOL: DataType = DataType::Boolean;
        let wraps: [fn(Expr) -> Expr; 6] = [
            |inner| Expr::Unary { op: UnaryOp::Not, input: Box::new(inner) },
            |inner| Expr::Case { branches: vec![(inner, Expr::boolean(false))], otherwise: None, data_type: BOOL },
            |inner| Expr::Case { branches: Vec::new(), otherwise: Some(Box::new(inner)), data_type: BOOL },
            |inner| Expr::Coalesce { args: vec![inner], data_type: BOOL },
            |inner| Expr::InList { input: Box::new(Expr::boolean(true)), list: vec![inner] },
            |inner| binary(BinaryOp::Eq, inner, Expr::boolean(true), BOOL),
        ];
        let batch = Batch::new(vec![Column::constant(&BOOL, &Value::Bool(true), 1)], 1, 1);
        for wrap in wraps {
            assert!(Program::compile(&deep(1_000, wrap)).is_err());
            let mut program = Program::compile(&deep(2 * crate::limits::NESTING_MAX, wrap)).expect("compiles");
            let mut errors = RowErrors::default();
            let column = program.evaluate(&batch, &Selection::All(1), &mut errors);
            assert!(column.len() == 1 && errors.is_empty());
            program.select(&batch, &Selection::All(1), &mut errors);
        }
    }

    #[test]
    fn a_long_chain_of_conditions_is_not_nesting() {
        let chain = |op| {
            let mut expr = Expr::column(0, DataType::Boolean);
            for _ in 0..2_000 {
                expr = binary(op, expr, Expr::column(0, DataType::Boolean), DataType::Boolean);
            }
            expr
        };
        let batch = Batch::new(vec![Column::constant(&DataType::Boolean, &Value::Bool(true), 2)], 2, 1);
        for op in [BinaryOp::And, BinaryOp::Or] {
            let mut program = Program::compile(&chain(op)).expect("compiles");
            assert_eq!(program.select(&batch, &Selection::All(2), &mut RowErrors::default()), Selection::All(2));
        }
    }
}
