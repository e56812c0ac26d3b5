//! Windows as one value: a ROW of their bounds, made of them, and read as them again.

use sqlparser::ast;

use super::access::row_field;
use super::coercion::cast;
use super::expr::text;
use super::operator::{binary, by_value};
use crate::error::{Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{WindowColumns, all_of};
use crate::types::{DataType, Schema};

/// The ROW of a window whose bounds are these columns.
pub fn window_row(schema: &Schema, (start, end): (usize, usize)) -> Result<Expr> {
    row_of_bounds(column(schema, start), column(schema, end))
}

/// The ROW of a window with these bounds.
pub fn row_of_bounds(start: Expr, end: Expr) -> Result<Expr> {
    let fields = vec![("start".to_owned(), start.data_type()), ("end".to_owned(), end.data_type())];
    let (start, end) = (cast(start, &DataType::STRING), cast(end, &DataType::STRING));
    let pieces = [text("{\"start\":\""), start, text("\",\"end\":\""), end, text("\"}")];
    let joined = |left: Result<Expr>, right: Expr| binary(BinaryOp::Concat, left?, right, Span::default());
    Ok(cast(pieces.into_iter().fold(Ok(text("")), joined)?, &DataType::Row(fields)))
}

/// `expr` over the columns of `schema`, with the bounds of windows in the place of the fields of their ROWs, and of two ROWs that are
/// compared with one another.
pub fn by_bounds(expr: &Expr, windows: &[WindowColumns], schema: &Schema) -> Expr {
    let pieces: Vec<Piece> = windows.iter().filter_map(|window| Piece::of(window, schema)).collect();
    if pieces.is_empty() { expr.clone() } else { expr.replaced(&|part| bounds_for(part, &pieces)) }
}

/// What reads the ROW of a window, and its bounds.
struct Piece {
    fields: [Expr; 2],
    compared: Expr,
    bounds: [Expr; 2],
}

impl Piece {
    fn of(window: &WindowColumns, schema: &Schema) -> Option<Piece> {
        let row = column(schema, window.row?);
        let field = |name: &str| row_field(row.clone(), &ast::Ident::new(name)).ok();
        let fields = [field("start")?, field("end")?];
        let bounds = [window.bounds.0, window.bounds.1].map(|at| column(schema, at));
        Some(Piece { fields, compared: by_value(row), bounds })
    }
}

/// What is said by bounds in the place of an expression that is one of these pieces, or compares two of them.
fn bounds_for(expr: &Expr, pieces: &[Piece]) -> Option<Expr> {
    let of_window = |piece: &Piece| piece.fields.iter().position(|field| field == expr).map(|at| piece.bounds[at].clone());
    if let Some(bound) = pieces.iter().find_map(of_window) {
        return Some(bound);
    }
    let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = expr else { return None };
    let piece = |side: &Expr| pieces.iter().find(|piece| piece.compared == *side);
    let (left, right) = (piece(left)?, piece(right)?);
    all_of(vec![equal(&left.bounds[0], &right.bounds[0]), equal(&left.bounds[1], &right.bounds[1])])
}

fn equal(left: &Expr, right: &Expr) -> Expr {
    let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
    Expr::Binary { op: BinaryOp::Eq, left, right, data_type: DataType::Boolean }
}

fn column(schema: &Schema, at: usize) -> Expr {
    Expr::column(at, schema.fields[at].data_type.clone())
}
