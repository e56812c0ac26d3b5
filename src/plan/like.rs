//! CREATE TABLE ... LIKE: a table that takes over what another one of the job was declared with.

use crate::error::{Error, Result, Span};
use crate::plan::statement::{ColumnDef, ColumnDefKind, CreateTable, Like, Taking};
use crate::types::Options;

/// `create` together with what it takes over of `base`.
pub fn merged(base: &CreateTable, create: &CreateTable, like: &Like) -> Result<CreateTable> {
    let span = create.name.span;
    let has_key = !create.primary_key.is_empty();
    let key = match taken(!base.primary_key.is_empty(), has_key, like.constraints, "PRIMARY KEY", span)? {
        true => base,
        false => create,
    };
    let partitions =
        taken(!base.partitioned_by.is_empty(), !create.partitioned_by.is_empty(), like.partitions, "PARTITIONED BY", span)?;
    let watermark = taken(base.watermark.is_some(), create.watermark.is_some(), like.watermarks, "WATERMARK FOR", span)?;
    Ok(CreateTable {
        name: create.name.clone(),
        if_not_exists: create.if_not_exists,
        columns: columns(base, create, like)?,
        watermark: if watermark { &base.watermark } else { &create.watermark }.clone(),
        primary_key: key.primary_key.clone(),
        is_key_enforced: key.is_key_enforced,
        on_conflict: create.on_conflict.or(key.on_conflict),
        partitioned_by: if partitions { &base.partitioned_by } else { &create.partitioned_by }.clone(),
        like: None,
        comment: create.comment.clone(),
        options: options(&base.options, &create.options, like.options)?,
    })
}

/// Whether a part of the other table is taken over, of which the two have one or none.
fn taken(is_there: bool, is_new: bool, taking: Taking, what: &str, span: Span) -> Result<bool> {
    match (is_there && taking != Taking::Excluding, is_new) {
        (true, true) if taking == Taking::Including => Err(said_twice(what, span)),
        (is_taken, is_new) => Ok(is_taken && !is_new),
    }
}

fn said_twice(what: &str, span: Span) -> Error {
    Error::sql(format!("{what} is there in both tables"))
        .at(span)
        .hint("LIKE t (EXCLUDING ...) or (OVERWRITING ...) leaves one of them out")
}

/// The columns of the other table, followed by new ones.
fn columns(base: &CreateTable, create: &CreateTable, like: &Like) -> Result<Vec<ColumnDef>> {
    let taking = |column: &ColumnDef| match column.kind {
        ColumnDefKind::Physical { .. } => Taking::Including,
        ColumnDefKind::Metadata { .. } => like.metadata,
        ColumnDefKind::Computed { .. } => like.generated,
    };
    let mut columns: Vec<ColumnDef> = base.columns.iter().filter(|column| taking(column) != Taking::Excluding).cloned().collect();
    for column in &create.columns {
        match columns.iter_mut().find(|known| known.name.text.eq_ignore_ascii_case(&column.name.text)) {
            None => columns.push(column.clone()),
            Some(known) if taking(known) == Taking::Overwriting && taking(column) == Taking::Overwriting => {
                *known = column.clone()
            }
            Some(_) => return Err(said_twice(&format!("column '{}'", column.name.text), column.name.span)),
        }
    }
    Ok(columns)
}

fn options(base: &Options, new: &Options, taking: Taking) -> Result<Options> {
    let mut options = if taking == Taking::Excluding { Options::default() } else { base.clone() };
    for (key, value) in new.iter() {
        if taking == Taking::Including && options.value(key).is_some() {
            return Err(said_twice(&format!("option '{key}'"), value.key));
        }
        options.put(key, value.clone());
    }
    Ok(options)
}
