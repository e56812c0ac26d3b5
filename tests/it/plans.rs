//! Golden plans: each `tests/plans/*.sql` holds a script and, behind `-- plan`, what `explain` shows of it on two shards.
//!
//! `UPDATE=1` writes what is shown now behind the script; whoever does so reads it through and keeps the first line true, which
//! says how it was checked.

use std::fs;
use std::path::Path;

use corelane::cli::job::BuiltIn;
use corelane::plan::{Script, explain, plan};

const MARK: &str = "-- plan\n";

#[test]
fn plans_are_as_they_were_read_through() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("readable folder").flatten() {
        let path = entry.path();
        let text = fs::read_to_string(&path).expect("readable file");
        assert!(text.starts_with("-- "), "{}: the first line says how it was checked", path.display());
        let (sql, wanted) = text.split_once(MARK).unwrap_or((&text, ""));
        let script = Script { text: sql.to_owned(), file: path.display().to_string() };
        let planned = plan(&[script], &[], &BuiltIn).unwrap_or_else(|e| panic!("{e}"));
        let shown = explain(&planned, 2);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, format!("{sql}{MARK}{shown}")).expect("writable file");
        } else {
            assert_eq!(shown, wanted, "{}", path.display());
        }
        count += 1;
    }
    assert!(count >= 6, "only {count} plans");
}
