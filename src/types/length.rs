//! Lengths in the names of types. A type keeps only that of VARCHAR, which readers of its values must know; the others are a matter of casts.

use std::fmt;
use std::slice::Iter;

use super::DataType;

/// A length in the name of a type, which the type itself does not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// CHAR(n): shorter texts are filled up with blanks, longer ones cut.
    Char(u64),
    /// BINARY(n): shorter values are filled up with zeros, longer ones cut.
    Binary(u64),
    /// VARBINARY(n): longer values are cut.
    Varbinary(u64),
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Char(n) => write!(f, "CHAR({n})"),
            Length::Binary(n) => write!(f, "BINARY({n})"),
            Length::Varbinary(n) => write!(f, "VARBINARY({n})"),
        }
    }
}

impl Length {
    fn read(text: &str) -> Option<Length> {
        let (name, digits) = text.strip_suffix(')')?.split_once('(')?;
        let of = match name {
            "CHAR" => Length::Char,
            "BINARY" => Length::Binary,
            "VARBINARY" => Length::Varbinary,
            _ => return None,
        };
        digits.parse().ok().map(of)
    }
}

/// The lengths in the name of a type: a place for each type in it that has no parts, in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lengths(Vec<Option<Length>>);

impl Lengths {
    /// Those that were written by `Display`.
    pub fn read(text: &str) -> Lengths {
        Lengths(text.split(' ').map(Length::read).collect())
    }

    /// Adds the place of a type without parts.
    pub fn push(&mut self, length: Option<Length>) {
        self.0.push(length);
    }

    /// Adds the places of a type.
    pub fn extend(&mut self, more: &Lengths) {
        self.0.extend_from_slice(&more.0);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The places in their order.
    pub fn iter(&self) -> Iter<'_, Option<Length>> {
        self.0.iter()
    }

    /// The name of `data_type` with these lengths in it.
    pub fn name<'a>(&'a self, data_type: &'a DataType) -> impl fmt::Display + 'a {
        Name { data_type, lengths: self }
    }
}

struct Name<'a> {
    data_type: &'a DataType,
    lengths: &'a Lengths,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lengths = self.lengths.iter();
        self.data_type.write_name(f, &mut |part, f| match lengths.next() {
            Some(Some(length)) => length.fmt(f),
            _ => part.fmt(f),
        })
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, length) in self.iter().enumerate() {
            f.write_str(if at > 0 { " " } else { "" })?;
            match length {
                Some(length) => length.fmt(f)?,
                None => f.write_str("-")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_stand_in_the_name_of_their_type_and_are_read_again() {
        let array = |item| DataType::Array(Box::new(item));
        let row = DataType::Row(vec![("a".to_owned(), DataType::Int), ("b c".to_owned(), array(DataType::Varchar(Some(3))))]);
        let map = DataType::Map(Box::new(DataType::Bytes), Box::new(row));
        let lengths = Lengths(vec![Some(Length::Binary(2)), None, Some(Length::Char(3))]);
        assert_eq!(lengths.name(&map).to_string(), "MAP<BINARY(2), ROW<a INT, `b c` ARRAY<CHAR(3)>>>");
        assert_eq!(Lengths::default().name(&map).to_string(), map.to_string());
        assert_eq!(lengths.to_string(), "BINARY(2) - CHAR(3)");
        assert_eq!(Lengths::read(&lengths.to_string()), lengths);
        assert!(!lengths.is_empty() && Lengths::read("- -").is_empty());
    }
}
