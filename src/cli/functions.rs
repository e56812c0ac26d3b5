//! `corelane functions`: what can be called, how, what it means, and an example of each; as text, or as the page of a document.

use std::io::Write;

use super::args::FunctionsArgs;
use super::explain::print;
use crate::error::Result;
use crate::expr::Help;
use crate::plan::functions::{EXAMPLES, matching};

/// Writes what is known of the functions that are asked for.
pub fn run(args: &FunctionsArgs, out: &mut dyn Write) -> Result<()> {
    let listed = matching(args.pattern.as_deref().unwrap_or("%"))?;
    let mut text = String::from(if args.markdown { "# Functions\n\nMade by `corelane functions --markdown`.\n" } else { "" });
    for family in listed.chunk_by(|(one, _), (other, _)| one == other) {
        let helps = family.iter().map(|(_, help)| *help);
        text += &match args.markdown {
            true => format!("\n## {}\n\n{TABLE}{}", family[0].0.title(), helps.map(row).collect::<String>()),
            false => format!("-- {}\n\n{}\n", family[0].0.title(), helps.map(lines).collect::<Vec<_>>().join("\n")),
        };
    }
    if listed.iter().any(|(_, help)| help.example.contains("clicks")) {
        text += &match args.markdown {
            true => format!("\n## The table of the examples\n\n```sql\n{EXAMPLES}```\n"),
            false => format!("-- The table of the examples\n\n{EXAMPLES}"),
        };
    }
    print(out, &text)
}

const TABLE: &str = "| function | meaning | example | result |\n|---|---|---|---|\n";

fn row(help: &Help) -> String {
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let names = std::iter::once(help.signature()).chain(help.aliases.iter().map(|alias| (*alias).to_owned()));
    let names = names.map(|name| code(&name)).collect::<Vec<_>>().join(", ");
    let result = help.result.lines().map(code).collect::<Vec<_>>().join("<br>");
    format!("| {names} | {} | {} | {result} |\n", help.meaning, code(help.example))
}

fn lines(help: &Help) -> String {
    let also = if help.aliases.is_empty() { String::new() } else { format!("; also {}", help.aliases.join(", ")) };
    let result = help.result.lines().collect::<Vec<_>>().join("\n      ");
    format!("{}{also}\n    {}\n    {}\n      {result}\n", help.signature(), help.meaning, help.example)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: Option<&str>, markdown: bool) -> Result<String> {
        let mut out = Vec::new();
        run(&FunctionsArgs { pattern: pattern.map(str::to_owned), markdown }, &mut out)?;
        Ok(String::from_utf8(out).expect("text"))
    }

    #[test]
    fn a_function_is_found_by_any_of_its_names() {
        let text = "-- Text\n\nINSTR(text, search); also STRPOS\n    Where a text is found first, counted from 1; 0 if it is not\n    \
                    INSTR('high', 'ig')\n      2\n\n";
        assert_eq!(shown(Some("strpos"), false).expect("a function"), text);
    }

    #[test]
    fn the_page_has_a_table_for_each_family() {
        let page = shown(Some("tumble%"), true).expect("functions");
        assert!(page.starts_with("# Functions\n") && page.contains("\n## Windows\n\n| function | meaning |"), "{page}");
        assert!(page.contains("`TUMBLE_END([what the window is of])`, `HOP_END`, `CUMULATE_END`, `SESSION_END` |"), "{page}");
        assert!(page.contains("```sql\nCREATE TABLE clicks") && !page.contains("UPPER"), "{page}");
        let whole = shown(None, true).expect("all functions");
        assert!(whole.contains("| `SUM(x)` | The sum | `SELECT SUM(x) FROM (VALUES (1), (2)) AS t(x)` | `3` |"));
        assert!(whole.lines().filter(|line| line.starts_with("| `")).count() > 400);
    }

    #[test]
    fn misspelt_name_is_told_the_nearest() {
        let error = shown(Some("UPER"), false).expect_err("no such function").to_string();
        assert_eq!(error, "there is no function 'UPER'\nhint: did you mean UPPER?");
        let error = shown(Some("%xyzzy%"), false).expect_err("no such functions").to_string();
        assert!(error.contains("corelane functions"), "{error}");
    }
}
