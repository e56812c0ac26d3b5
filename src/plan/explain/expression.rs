//! Expressions and column lists as text, with the names of the columns they read.

use crate::expr::{BinaryOp, CastFailure, Expr, LambdaFunction, UnaryOp};
use crate::plan::physical::{AggregateCall, Distinct};
use crate::types::time::{write_date, write_time, write_timestamp};
use crate::types::{DataType, Field, Schema, Value, decimal, uuid};

/// `expr` over columns of `schema`.
pub fn expression(expr: &Expr, schema: &Schema) -> String {
    let text = |e: &Expr| expression(e, schema);
    let texts = |es: &[Expr]| es.iter().map(text).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::Column { index, .. } => columns(&[*index], schema),
        Expr::Arrival => "CURRENT_TIMESTAMP".to_owned(),
        Expr::SplitWatermark { time } => format!("CURRENT_WATERMARK({})", text(time)),
        Expr::Literal { value, data_type } => literal(value, data_type),
        Expr::Unary { op, input } => unary(*op, &text(input)),
        Expr::Binary { op, left, right, .. } => format!("({} {} {})", text(left), symbol(*op), text(right)),
        Expr::Call { function, args, .. } => format!("{}({})", function.name(), texts(args)),
        Expr::Cast { input, data_type, on_failure: CastFailure::RowError } => format!("CAST({} AS {data_type})", text(input)),
        Expr::Cast { input, data_type, .. } => format!("TRY_CAST({} AS {data_type})", text(input)),
        Expr::Case { branches, otherwise, .. } => {
            let whens: String = branches.iter().map(|(when, then)| format!(" WHEN {} THEN {}", text(when), text(then))).collect();
            let otherwise = otherwise.as_ref().map(|e| format!(" ELSE {}", text(e))).unwrap_or_default();
            format!("CASE{whens}{otherwise} END")
        }
        Expr::InList { input, list } => format!("({} IN ({}))", text(input), texts(list)),
        Expr::Lambda { lambda, nested, captured, .. } => {
            let names: Vec<&str> = lambda.parameters.iter().map(|(name, _)| name.as_str()).collect();
            let is_reduce = lambda.function == LambdaFunction::Reduce;
            let (start, beside) = captured.split_at(usize::from(is_reduce));
            let columns = names.iter().map(|name| (*name).to_owned()).chain(beside.iter().map(text));
            let inside = Schema::new(columns.map(|name| Field::new(name, DataType::Null)).collect());
            let start = start.iter().map(|start| format!("{}, ", text(start))).collect::<String>();
            let names = if let [name] = names.as_slice() { (*name).to_owned() } else { format!("({})", names.join(", ")) };
            let body = expression(&lambda.body, &inside);
            format!("{}({}, {start}{names} -> {body})", lambda.function.name(), text(nested))
        }
        Expr::Coalesce { args, .. } => format!("COALESCE({})", texts(args)),
    }
}

fn unary(op: UnaryOp, input: &str) -> String {
    match op {
        UnaryOp::Not => format!("NOT {input}"),
        UnaryOp::Negate => format!("-{input}"),
        UnaryOp::IsNull => format!("({input} IS NULL)"),
        UnaryOp::IsNotNull => format!("({input} IS NOT NULL)"),
        UnaryOp::IsTrue => format!("({input} IS TRUE)"),
        UnaryOp::IsNotTrue => format!("({input} IS NOT TRUE)"),
        UnaryOp::IsFalse => format!("({input} IS FALSE)"),
        UnaryOp::IsNotFalse => format!("({input} IS NOT FALSE)"),
    }
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::Eq => "=",
        BinaryOp::NotEq => "<>",
        BinaryOp::Lt => "<",
        BinaryOp::LtEq => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::GtEq => ">=",
        BinaryOp::IsDistinctFrom => "IS DISTINCT FROM",
        BinaryOp::IsNotDistinctFrom => "IS NOT DISTINCT FROM",
        BinaryOp::And => "AND",
        BinaryOp::Or => "OR",
        BinaryOp::Concat => "||",
    }
}

fn literal(value: &Value, data_type: &DataType) -> String {
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    };
    match (value, data_type) {
        (Value::Null, _) => "NULL".to_owned(),
        (Value::Bool(b), _) => b.to_string().to_ascii_uppercase(),
        (Value::Int(n), DataType::Date) => format!("DATE '{}'", written(&|out| write_date(out, i32::try_from(*n).unwrap_or(0)))),
        (Value::Int(n), DataType::Time(p)) => format!("TIME '{}'", written(&|out| write_time(out, *n, *p))),
        (Value::Int(n), DataType::Timestamp(p) | DataType::TimestampLtz(p)) => {
            format!("TIMESTAMP '{}'", written(&|out| write_timestamp(out, *n, *p)))
        }
        (Value::Int(n), DataType::IntervalDay) => format!("INTERVAL '{}'", super::span(*n)),
        (Value::Int(n), DataType::IntervalMonth) => format!("INTERVAL '{n}' MONTH"),
        (Value::Int(n), _) => n.to_string(),
        (Value::Double(x), _) => format!("{x:?}"),
        (Value::Decimal(units), DataType::Decimal { scale, .. }) => written(&|out| decimal::write(out, *units, *scale)),
        (Value::Decimal(bits), DataType::Uuid) => format!("UUID '{}'", written(&|out| uuid::write(out, *bits))),
        (Value::Decimal(units), _) => units.to_string(),
        (Value::Str(text), _) => format!("'{}'", text.replace('\'', "''")),
        (Value::Bytes(bytes), _) => format!("X'{}'", bytes.iter().map(|b| format!("{b:02X}")).collect::<String>()),
    }
}

/// Names of the columns at these positions.
pub fn columns(positions: &[usize], schema: &Schema) -> String {
    let name = |&i: &usize| schema.fields.get(i).map_or_else(|| format!("${i}"), |f| f.name.clone());
    positions.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Names of all columns.
pub fn schema_columns(schema: &Schema) -> String {
    schema.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Computed columns, each with the name it gets.
pub fn list(exprs: &[Expr], names: &Schema, below: &Schema) -> String {
    let one = |(i, e): (usize, &Expr)| {
        let (text, name) = (expression(e, below), columns(&[i], names));
        if text == name { text } else { format!("{text} AS {name}") }
    };
    exprs.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
}

/// Aggregate calls.
pub fn calls(calls: &[AggregateCall], below: &Schema) -> String {
    let one = |call: &AggregateCall| {
        let name = call.function.name();
        let argument = if call.arguments.is_empty() { "*".to_owned() } else { columns(&call.arguments, below) };
        let distinct = if call.distinct == Distinct::Distinct { "DISTINCT " } else { "" };
        let filter = call.filter.map(|f| format!(" FILTER ({})", columns(&[f], below))).unwrap_or_default();
        format!("{name}({distinct}{argument}){filter}")
    };
    format!("[{}]", calls.iter().map(one).collect::<Vec<_>>().join(", "))
}
