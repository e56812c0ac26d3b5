//! What SHOW CREATE shows: a statement that makes the same table or view again.

use super::catalog::View;
use super::parse::{literal, quoted};
use super::statement::{ColumnDef, ColumnDefKind, Conflict, CreateTable, LateRows, Name};
use crate::plan::physical::Standing;

/// CREATE VIEW.
pub fn create_view(name: &str, view: &View) -> String {
    let columns = view.columns.iter().map(|column| quoted(&column.text)).collect::<Vec<_>>().join(", ");
    let columns = if columns.is_empty() { columns } else { format!(" ({columns})") };
    format!("CREATE VIEW {}{columns}{}\nAS {}", quoted(name), comment("\n", &view.comment), view.text)
}

/// CREATE TABLE.
pub fn create_table(table: &CreateTable) -> String {
    let mut elements: Vec<String> = table.columns.iter().map(|declared| column(table, declared)).collect();
    if let Some(watermark) = table.watermark.as_ref().filter(|watermark| watermark.late == LateRows::Kept) {
        elements.push(format!("WATERMARK FOR {} AS {}", quoted(&watermark.column.text), watermark.expression.text));
    }
    if !table.primary_key.is_empty() {
        let enforced = if table.is_key_enforced { "" } else { " NOT ENFORCED" };
        elements.push(format!("PRIMARY KEY ({}){enforced}", names(&table.primary_key)));
    }
    let elements = if elements.is_empty() { String::new() } else { format!(" (\n  {}\n)", elements.join(",\n  ")) };
    let conflict = table.on_conflict.map(|(conflict, _)| format!("\nON CONFLICT {}", on_conflict(conflict))).unwrap_or_default();
    let partitions = match table.partitioned_by.is_empty() {
        true => String::new(),
        false => format!("\nPARTITIONED BY ({})", names(&table.partitioned_by)),
    };
    let options = table.options.iter().map(|(key, value)| format!("{} = {}", literal(key), literal(&value.text)));
    let options = match table.options.is_empty() {
        true => String::new(),
        false => format!("\nWITH (\n  {}\n)", options.collect::<Vec<_>>().join(",\n  ")),
    };
    let (name, comment) = (quoted(&table.name.text), comment("\n", &table.comment));
    format!("CREATE TABLE {name}{elements}{comment}{conflict}{partitions}{options}")
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| quoted(&name.text)).collect::<Vec<_>>().join(", ")
}

fn comment(before: &str, comment: &Option<String>) -> String {
    comment.as_ref().map(|text| format!("{before}COMMENT {}", literal(text))).unwrap_or_default()
}

fn on_conflict(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Stays(Standing::Last) => "DO UPDATE FULL",
        Conflict::Stays(Standing::First) => "DO NOTHING",
        Conflict::FillsUp => "DO UPDATE IF NOT NULL",
    }
}

fn column(table: &CreateTable, column: &ColumnDef) -> String {
    let kind = match &column.kind {
        ColumnDefKind::Computed { expression, data_type: None } => format!("AS {}", expression.text),
        ColumnDefKind::Computed { expression, data_type: Some(declared) } => format!("{declared} AS {}", expression.text),
        ColumnDefKind::Metadata { data_type, key } if *key == column.name.text => format!("{data_type} METADATA"),
        ColumnDefKind::Metadata { data_type, key } => format!("{data_type} METADATA FROM {}", literal(key)),
        ColumnDefKind::Physical { data_type, not_null, default, lengths } => {
            let data_type = lengths.name(data_type);
            let not_null = if *not_null { " NOT NULL" } else { "" };
            let default = default.as_ref().map(|default| format!(" DEFAULT {}", default.text)).unwrap_or_default();
            format!("{data_type}{not_null}{default}{}", lateness(table, column))
        }
    };
    format!("{} {kind}{}", quoted(&column.name.text), comment(" ", &column.comment))
}

/// LATENESS, where it stands behind this column.
fn lateness(table: &CreateTable, column: &ColumnDef) -> String {
    match &table.watermark {
        Some(watermark) if watermark.late == LateRows::LeftOut && watermark.column.text == column.name.text => {
            format!(" LATENESS {}", watermark.expression.text)
        }
        _ => String::new(),
    }
}
