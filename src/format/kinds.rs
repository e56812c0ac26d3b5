//! Rows that say their kind in a last field `op`: +I, -U, +U or -D (`'changelog' = 'retract'` or `'upsert'`), in formats that have
//! no place of their own for it.
//!
//! The field is asked for like any other, but as bytes: text that is read into a column of `I8`. So blocks of records are read as
//! ever, and a field that is no kind sets its record aside with its place.

use super::fields::Misfit;
use super::{DecodeField, Decoded, Decoder, Input};
use crate::batch::{Column, RowKind, Values};
use crate::error::{Error, Result};
use crate::types::relation::Changelog;
use crate::types::{self, DataType, Options, Schema};

/// Name of the field.
pub(super) const FIELD: &str = "op";

/// Whether a format without kinds of its own carries them, by the option `changelog`.
pub(super) fn of(options: &Options, columns: &[types::Column]) -> Result<Changelog> {
    let changelog = super::changelog(options)?;
    match super::physical(columns).find(|column| column.name == FIELD) {
        Some(_) if changelog != Changelog::Append => {
            let span = options.value("changelog").map(|v| v.span).unwrap_or_default();
            let error = Error::sql(format!(
                "option 'changelog' adds a field '{FIELD}' to each row, and the table has a column '{FIELD}'"
            ));
            Err(error.at(span).hint(format!("rename the column '{FIELD}'")))
        }
        _ => Ok(changelog),
    }
}

/// The same for a schema that is written.
pub(super) fn check(changelog: Changelog, schema: &Schema) -> Result<()> {
    match schema.fields.iter().any(|field| field.name == FIELD) {
        true if changelog != Changelog::Append => {
            let error = Error::sql(format!("option 'changelog' adds a field '{FIELD}' to each row"));
            Err(error.hint(format!("rename the column '{FIELD}' of the table")))
        }
        _ => Ok(()),
    }
}

/// The field with the kind, behind `width` others.
pub(super) fn field(width: usize) -> DecodeField {
    DecodeField { name: FIELD.to_owned(), data_type: DataType::Varchar(Some(2)), position: width, not_null: true }
}

/// The kind that a text names, as a number.
pub(super) fn parse(text: &[u8]) -> std::result::Result<i8, Misfit> {
    let kind = ALL.iter().position(|kind| kind.symbol().as_bytes() == text).ok_or(Misfit::NoKind)?;
    Ok(kind as i8)
}

const ALL: [RowKind; 4] = [RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete];

/// A decoder whose last column is the kind.
pub(super) struct KindsDecoder(pub Box<dyn Decoder>);

impl Decoder for KindsDecoder {
    fn decode(&mut self, bytes: &[u8], input: Input, rows_max: usize, out: &mut Decoded) -> usize {
        let before = out.rows;
        out.columns.push(Column::from_values(Values::I8(vec![0; before])));
        let consumed = self.0.decode(bytes, input, rows_max, out);
        if let Some(Column { values: Values::I8(kinds), .. }) = out.columns.pop() {
            let rows = std::mem::replace(&mut out.rows, before);
            for kind in &kinds[before..] {
                out.push_kind(ALL[*kind as usize & 3]);
                out.rows += 1;
            }
            debug_assert_eq!(out.rows, rows);
        }
        consumed
    }
}
