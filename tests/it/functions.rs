//! The examples that users read of functions are run, under every name of the function. Their results stand in the table of functions as the documentation
//! of Flink or PostgreSQL has them, or were worked out by hand.

use corelane::cli::golden::{Inputs, Outside, Shape, play};
use corelane::plan::functions::{EXAMPLES, all};

/// What an example gives, its rows sorted.
fn given(example: &str) -> String {
    let select = if example.starts_with("SELECT ") { "" } else { "SELECT " };
    let sql = format!("{EXAMPLES}{select}{example}");
    match play(&sql, &Inputs::new(), Outside::Kept, Shape { shards: 1, batch_rows: 1024 }) {
        Ok(written) => written.result("print").iter().map(|row| &row[1..row.len() - 1]).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    }
}

/// `text` with one whole word in place of another.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |at: usize| !text[..at].ends_with(is_of_name) && !text[at + from.len()..].starts_with(is_of_name);
    match text.match_indices(from).find(|(at, _)| is_whole(*at)) {
        Some((at, _)) => format!("{}{to}{}", &text[..at], &text[at + from.len()..]),
        None => text.to_owned(),
    }
}

#[test]
fn every_example_gives_what_it_says() {
    let mut wrong = Vec::new();
    for (_, help) in all() {
        for name in help.names() {
            let example = renamed(help.example, help.name, name);
            assert!(name == help.name || example != help.example, "{} is not in its example", help.name);
            let given = given(&example);
            let mut rows: Vec<&str> = help.result.split('\n').collect();
            rows.sort_unstable();
            if given != help.result && given != rows.join("\n") {
                wrong.push(format!("{example}\n  gives {given}\n  not   {}", help.result));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
