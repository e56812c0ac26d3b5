//! What arguments a function takes: parameters, each with the types it accepts and what it has them cast to.
//!
//! Query road only. A bare NULL goes for any parameter; integers widen to BIGINT; text keeps its declared length, because
//! a cast to STRING would cost a pass over the column for nothing.

pub(super) use crate::expr::help::function;
use crate::expr::tree::{MakeKernel, Prepared, Reach, Resolve};
use crate::expr::{Help, ScalarFunction, castable};
use crate::types::DataType;
use crate::types::decimal::PRECISION_MAX;

/// A parameter of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Param {
    /// Text or JSON; a UUID as its text.
    Text,
    /// Anything that has a text form, as STRING.
    AnyAsText,
    /// Text or BYTES; a UUID as its text.
    TextOrBytes,
    /// Any integer, as BIGINT.
    Integer,
    /// Any number, as DOUBLE.
    Double,
    /// TIMESTAMP or TIMESTAMP_LTZ as they are; DATE and text as TIMESTAMP.
    Timestamp,
    /// JSON, text, ARRAY, ROW or MAP.
    Nested,
}

impl Param {
    /// The type an argument of type `given` is cast to.
    fn target(self, given: &DataType) -> Option<DataType> {
        use DataType as T;
        let accepted = match self {
            Param::Text | Param::TextOrBytes if *given == T::Uuid => return Some(T::STRING),
            Param::Text => given.is_text() || *given == T::Json,
            Param::AnyAsText if given.is_text() => true,
            Param::AnyAsText => return castable(given, &T::STRING).then_some(T::STRING),
            Param::TextOrBytes => given.is_text() || matches!(given, T::Json | T::Bytes),
            Param::Integer => return (given.is_integer() || *given == T::Null).then_some(T::BigInt),
            Param::Double => return (given.is_numeric() || *given == T::Null).then_some(T::Double),
            Param::Timestamp => match given {
                T::Date | T::Null => return Some(T::Timestamp(0)),
                T::Varchar(_) => return Some(T::Timestamp(9)),
                _ => given.is_timestamp(),
            },
            Param::Nested => given.is_text() || matches!(given, T::Json | T::Array(_) | T::Row(_) | T::Map(..)),
        };
        match given {
            T::Null => Some(T::STRING),
            _ => accepted.then(|| given.clone()),
        }
    }
}

/// The casts for a function of exactly these parameters.
pub(super) fn takes(given: &[DataType], params: &[Param]) -> Option<Vec<DataType>> {
    takes_some(given, params, params.len())
}

/// The casts for a function that needs the first `needed` of these parameters.
pub(super) fn takes_some(given: &[DataType], params: &[Param], needed: usize) -> Option<Vec<DataType>> {
    if given.len() < needed || given.len() > params.len() {
        return None;
    }
    given.iter().zip(params).map(|(given, param)| param.target(given)).collect()
}

impl Help {
    /// A function whose result depends on its arguments alone.
    pub(super) const fn of(self, resolve: Resolve, kernel: MakeKernel) -> ScalarFunction {
        ScalarFunction {
            name: self.name,
            help: Some(self),
            deterministic: true,
            resolve,
            kernel,
            prepared: &[],
            unpacks_bitmaps: false,
        }
    }

    /// A function that draws its result anew for each row.
    pub(super) const fn drawing(self, resolve: Resolve, kernel: MakeKernel) -> ScalarFunction {
        ScalarFunction { deterministic: false, ..self.of(resolve, kernel) }
    }
}

/// A function that only the binder calls, for syntax of its own.
pub(super) const fn internal(name: &'static str, resolve: Resolve, kernel: MakeKernel) -> ScalarFunction {
    ScalarFunction { name, help: None, deterministic: true, resolve, kernel, prepared: &[], unpacks_bitmaps: false }
}

impl ScalarFunction {
    /// One that takes bitmaps apart.
    pub(super) const fn unpacking(self) -> ScalarFunction {
        ScalarFunction { unpacks_bitmaps: true, ..self }
    }

    /// With what constants among the arguments must be.
    pub(super) const fn prepared(self, prepared: &'static [Prepared]) -> ScalarFunction {
        ScalarFunction { prepared, ..self }
    }
}

impl Prepared {
    /// An argument that is no name.
    pub(super) const fn of(place: usize, wrong: fn(&str, &[DataType]) -> Option<&'static str>, hint: &'static str) -> Prepared {
        Prepared { place, reach: Reach::One, wrong, names: Vec::new, hint }
    }

    /// An argument that is one of these names.
    pub(super) const fn named(self, names: fn() -> Vec<String>) -> Prepared {
        Prepared { names, ..self }
    }

    /// The same of all arguments behind it.
    pub(super) const fn and_behind(self) -> Prepared {
        Prepared { reach: Reach::Rest, ..self }
    }
}

/// The type in which values of all these types are compared.
pub(super) fn common(given: &[DataType]) -> Option<DataType> {
    given.iter().try_fold(DataType::Null, |a, b| common_of_two(&a, b))
}

fn common_of_two(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType as T;
    Some(match (a, b) {
        _ if a == b => a.clone(),
        (T::Null, other) | (other, T::Null) => other.clone(),
        (T::Varchar(a), T::Varchar(b)) => T::Varchar(a.zip(*b).map(|(a, b)| a.max(b))),
        (T::Timestamp(a), T::Timestamp(b)) => T::Timestamp(*a.max(b)),
        (T::TimestampLtz(a), T::TimestampLtz(b)) => T::TimestampLtz(*a.max(b)),
        (T::Time(a), T::Time(b)) => T::Time(*a.max(b)),
        (T::Date, T::Timestamp(p)) | (T::Timestamp(p), T::Date) => T::Timestamp(*p),
        _ if a.is_integer() && b.is_integer() => {
            [T::BigInt, T::Int, T::SmallInt].into_iter().find(|t| a == t || b == t).unwrap_or(T::TinyInt)
        }
        (T::Decimal { .. }, _) if exact(b).is_some() => common_decimal(exact(a)?, exact(b)?)?,
        (_, T::Decimal { .. }) if exact(a).is_some() => common_decimal(exact(a)?, exact(b)?)?,
        _ if a.is_numeric() && b.is_numeric() => T::Double,
        (T::Array(a), T::Array(b)) => T::Array(Box::new(common_of_two(a, b)?)),
        (T::Map(k, a), T::Map(l, b)) => T::Map(Box::new(common_of_two(k, l)?), Box::new(common_of_two(a, b)?)),
        (T::Row(a), T::Row(b)) if a.len() == b.len() => {
            let field = |((name, a), (_, b)): (&(String, T), &(String, T))| Some((name.clone(), common_of_two(a, b)?));
            T::Row(a.iter().zip(b).map(field).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Digits before and behind the point of an exact number.
fn exact(data_type: &DataType) -> Option<(u8, u8)> {
    Some(match data_type {
        DataType::TinyInt => (3, 0),
        DataType::SmallInt => (5, 0),
        DataType::Int => (10, 0),
        DataType::BigInt => (19, 0),
        DataType::Decimal { precision, scale } => (precision - scale, *scale),
        _ => return None,
    })
}

fn common_decimal(a: (u8, u8), b: (u8, u8)) -> Option<DataType> {
    let (whole, scale) = (a.0.max(b.0), a.1.max(b.1));
    (whole + scale <= PRECISION_MAX).then(|| DataType::Decimal { precision: whole + scale, scale })
}
