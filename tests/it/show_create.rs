//! SHOW CREATE gives a statement that makes the same table or view: for all tables and views of the golden streams and the examples, what DESCRIBE
//! and SHOW CREATE say of it is what they say of the table or view that the shown statement makes.

use std::fs;
use std::path::{Path, PathBuf};

use corelane::cli::golden::read;
use corelane::cli::job::BuiltIn;
use corelane::plan::parse::{NamedTypes, Params, on_large_stack, parse, quoted};
use corelane::plan::statement::Statement;
use corelane::plan::{Answer, Row, Script, plan};

/// The rows that the statements of a job give out before it runs.
fn answers(sql: &str) -> Result<Vec<Vec<Row>>, String> {
    let planned = plan(&[Script { text: sql.to_owned(), file: "q.sql".to_owned() }], &[], &BuiltIn).map_err(|e| e.to_string())?;
    let rows = planned.answers.into_iter().filter_map(|answer| match answer {
        Answer::Rows(_, rows) => Some(rows),
        Answer::Plan(_) => None,
    });
    Ok(rows.collect())
}

/// Kinds and names of what a script makes.
fn made(sql: &str) -> Vec<(&'static str, String)> {
    let parsed = on_large_stack(|| parse(sql, &mut NamedTypes::default(), &mut Params::default()));
    let statements = parsed.unwrap_or_default();
    let made = statements.into_iter().filter_map(|statement| match statement {
        Statement::CreateTable(table) if !table.columns.is_empty() => Some(("TABLE", quoted(&table.name.text))),
        Statement::CreateView { name, .. } => Some(("VIEW", quoted(&name.text))),
        _ => None,
    });
    made.collect()
}

/// How many of the things that a script makes are made again.
fn check(sql: &str) -> usize {
    let made = made(sql);
    let asked = |(kind, name): &(&str, String)| format!("DESCRIBE EXTENDED {name}; SHOW CREATE {kind} {name};\n");
    let all: String = made.iter().map(asked).collect();
    // A script that cannot be planned says nothing.
    let Ok(before) = answers(&format!("{sql}\n;{all}")) else { return 0 };
    let before = &before[before.len() - 2 * made.len()..];
    let again = made.iter().zip(before.chunks(2)).map(|(it, shown)| {
        let text = shown[1][0][0].as_deref().expect("a statement");
        format!("DROP {} {};\n{text};\n{}", it.0, it.1, asked(it))
    });
    let again = format!("{sql}\n;{}", again.collect::<String>());
    match answers(&again) {
        Err(error) if error.contains("takes the late rows of") => return 0,
        Err(error) => panic!("{again}\n{error}"),
        Ok(after) => assert_eq!(&after[after.len() - before.len()..], before, "{again}"),
    }
    made.len()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn what_show_create_shows_makes_the_same_again() {
    let mut found = Vec::new();
    ["tests/sql", "tests/plans", "examples"]
        .iter()
        .for_each(|folder| files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found));
    let mut count = 0;
    for path in found {
        let read_text = || fs::read_to_string(&path).expect("readable file");
        count += match path.extension().and_then(|end| end.to_str()) {
            Some("sql") => check(&read_text()),
            Some("slt") => read(&read_text(), &path).expect("cases").iter().map(|case| check(&case.sql)).sum(),
            _ => 0,
        };
    }
    assert!(count > 1500, "only {count} tables and views");
}
