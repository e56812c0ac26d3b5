//! All functions that a query can call, and what users read of them. The binder goes by these tables and by that of the library, so that no function
//! is there without its help. Each example is run by `tests/it/functions.rs`.

mod aggregates;
mod forms;
mod matches;
mod over;
mod refused;
mod tables;
mod windows;

use crate::error::{Error, Result, nearest};
use crate::expr::function::Case;
use crate::expr::{Family, Help, LambdaFunction, function};

pub use self::over::OVER;
pub use self::refused::{refusal, refusal_of_word};

/// The statements that make the table which examples of windows and patterns read.
pub const EXAMPLES: &str = "\
CREATE TABLE clicks (id INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts);
INSERT INTO clicks VALUES
  (1, TIMESTAMP '2024-01-01 12:00:00'), (2, TIMESTAMP '2024-01-01 12:04:00'), (3, TIMESTAMP '2024-01-01 12:11:00');
";

/// All functions by family, and by name in it.
pub fn all() -> Vec<(Family, &'static Help)> {
    let mut all: Vec<_> = unsorted().collect();
    all.sort_by_key(|(family, help)| (*family, help.name));
    all
}

fn unsorted() -> impl Iterator<Item = (Family, &'static Help)> {
    let tables = [
        (Family::Aggregate, &aggregates::AGGREGATES[..]),
        (Family::Over, &over::OVER),
        (Family::Window, &windows::WINDOWS),
        (Family::Table, &tables::TABLES),
        (Family::Match, &matches::MATCHES),
    ];
    let listed = tables.into_iter().chain(forms::FORMS).flat_map(|(family, helps)| helps.iter().map(move |help| (family, help)));
    let lambdas = LambdaFunction::helps().map(|help| (Family::Nested, help));
    function::helps().chain(lambdas).chain(listed)
}

/// The function of this name, or those with a name like this pattern, in any case.
pub fn matching(pattern: &str) -> Result<Vec<(Family, &'static Help)>> {
    if let Ok(one) = named(pattern, []) {
        return Ok(vec![one]);
    }
    let mut found = all();
    found.retain(|(_, help)| help.names().any(|name| function::is_like(name, pattern, Case::Ignored)));
    if found.is_empty() { Err(no_function(pattern, [])) } else { Ok(found) }
}

/// The function of this name, in any case; a job has these besides.
pub fn named<'a>(name: &str, given: impl IntoIterator<Item = &'a str>) -> Result<(Family, &'static Help)> {
    find(name).ok_or_else(|| no_function(name, given))
}

/// The function of this name, in any case.
pub fn find(name: &str) -> Option<(Family, &'static Help)> {
    unsorted().find(|(_, help)| help.is_called(name))
}

/// There is no function of this name, nor is it one of those that the program brings along; or there is none where it stands.
pub fn no_function<'a>(name: &str, given: impl IntoIterator<Item = &'a str>) -> Error {
    if let Some(help) = OVER.iter().find(|help| help.is_called(name)) {
        return Error::sql(format!("{name} needs OVER")).hint(format!("usage: {}", help.signature()));
    }
    if let Some((family, help)) = find(name) {
        if family == Family::Match {
            let error = Error::sql(format!("{name} reads a match of rows, and there is none here"));
            let place = format!("it stands in MEASURES or DEFINE of MATCH_RECOGNIZE: {}", help.signature());
            let aggregate = format!("{}_VALUE", help.name);
            return error.hint(if is_aggregate(&aggregate) {
                format!("{place}; {aggregate}(x) is that of a group")
            } else {
                place
            });
        }
        return Error::sql(format!("{name} cannot be called like this")).hint(format!("usage: {}", help.signature()));
    }
    if let Some(error) = refusal(name) {
        return error;
    }
    let names = names().map(|name| -> &str { name }).chain(given);
    Error::sql(format!("there is no function '{name}'")).hint(match nearest(name, names) {
        Some(near) => format!("did you mean {near}?"),
        None => "'corelane functions' lists all".to_owned(),
    })
}

/// All names there are, aliases too.
pub fn names() -> impl Iterator<Item = &'static str> {
    unsorted().flat_map(|(_, help)| help.names())
}

/// Whether this upper-case name is that of an aggregate.
pub fn is_aggregate(name: &str) -> bool {
    aggregates::AGGREGATES.iter().any(|help| help.is_called(name))
}

/// Whether a function of this upper-case name gives any number of values.
pub fn is_table_function(name: &str) -> bool {
    tables::TABLES.iter().any(|help| help.is_called(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_binder_calls_has_no_name_for_users() {
        for name in ["EXTRACT_YEAR", "FLOOR_TO_DAY", "TIMESTAMPADD_DAY", "ROW_FIELD", "$ONE_ROW"] {
            assert!(function::lookup(name).is_some() && !names().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn every_name_stands_once_in_capitals_beside_a_sentence() {
        let mut seen = std::collections::HashSet::new();
        for (_, help) in all() {
            for name in help.names() {
                assert!(seen.insert(name), "{name} twice");
                assert_eq!(name, name.to_uppercase());
            }
            let meaning = help.meaning;
            assert!(meaning.starts_with(|c: char| c.is_uppercase() || "e-".contains(c)) && !meaning.ends_with('.'), "{meaning}");
            assert!(!help.example.is_empty() && !help.result.is_empty(), "{}", help.name);
        }
    }
}
