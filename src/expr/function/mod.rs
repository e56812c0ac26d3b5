//! The library of scalar functions, with the names and meanings of Flink SQL. One file per family; each lists its functions.
//!
//! A function is told its argument types by `resolve` and makes a kernel for them; NULL in gives NULL out unless its usage says
//! otherwise. No function knows a clock, a file or anything but its arguments, so every one is deterministic; the session's
//! time zone is UTC. A row that fails is reported with its reason; texts longer than 16 MiB fail.

mod calendar;
mod datetime;
mod encoding;
mod extreme;
mod json;
mod json_text;
mod kernel;
mod like;
mod math;
mod pattern;
mod round;
mod signature;
mod string;
mod time_pattern;
mod time_text;
#[cfg(test)]
mod testing;

use super::ScalarFunction;

/// All families.
static FAMILIES: [&[ScalarFunction]; 9] = [
    string::FUNCTIONS,
    encoding::FUNCTIONS,
    pattern::FUNCTIONS,
    math::FUNCTIONS,
    datetime::FIELDS,
    datetime::ROUNDING.as_flattened(),
    datetime::MOVING.as_flattened(),
    time_text::FUNCTIONS,
    json::FUNCTIONS,
];

/// The function with this name, ignoring case.
pub fn lookup(name: &str) -> Option<&'static ScalarFunction> {
    FAMILIES.iter().copied().flatten().find(|f| f.name.eq_ignore_ascii_case(name))
}

/// Names of all functions, upper case.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().copied().flatten().map(|f| f.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_upper_case() {
        let mut seen = std::collections::HashSet::new();
        for name in names() {
            assert!(seen.insert(name), "{name} twice");
            assert_eq!(name, name.to_uppercase());
            assert!(lookup(&name.to_lowercase()).is_some());
        }
    }
}
