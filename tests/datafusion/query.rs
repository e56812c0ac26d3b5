//! Queries in both dialects, and how their columns are compared.

use fastrand::Rng;

use super::table::{Table, Type};

/// How the values of a column are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Compared {
    /// As texts.
    Exactly,
    /// As numbers, -0.0 being 0.0.
    AsDoubles,
    /// As numbers that are rounded differently.
    Nearly,
    /// An estimate of how many there are, with how many there are.
    AsCounts,
    /// One of the values of a list.
    AsItem,
    /// An estimate of what stands at a fraction of the way through a sorted list.
    InList(f64),
}

/// An expression in both dialects.
#[derive(Debug, Clone)]
pub struct Item {
    pub ours: String,
    pub theirs: String,
    pub compared: Compared,
}

impl Item {
    pub fn new(ours: impl Into<String>, theirs: impl Into<String>, compared: Compared) -> Item {
        Item { ours: ours.into(), theirs: theirs.into(), compared }
    }

    /// The same in both dialects.
    pub fn same(text: impl Into<String>, compared: Compared) -> Item {
        let text = text.into();
        Item::new(text.clone(), text, compared)
    }

    /// With this behind it.
    pub fn then(self, text: &str) -> Item {
        Item::new(self.ours + text, self.theirs + text, self.compared)
    }
}

impl Compared {
    /// For values of this type.
    pub fn of(data_type: Type) -> Compared {
        if data_type.is_double() { Compared::AsDoubles } else { Compared::Exactly }
    }
}

/// A query over the table `t`. Rows are told apart by its columns that are compared exactly.
#[derive(Debug)]
pub struct Query {
    pub ours: String,
    pub theirs: String,
    pub compared: Vec<Compared>,
}

impl Query {
    /// SELECT these items, and what stands behind them.
    pub fn select(items: &[Item], rest: Item) -> Query {
        // DataFusion wants every column to have a name of its own.
        let named = |(at, text): (usize, &str)| format!("{text} AS x{at}");
        let list = |text: fn(&Item) -> &str| items.iter().map(text).enumerate().map(named).collect::<Vec<_>>().join(", ");
        Query {
            ours: format!("SELECT {} {}", list(|item| &item.ours), rest.ours),
            theirs: format!("SELECT {} {}", list(|item| &item.theirs), rest.theirs),
            compared: items.iter().map(|item| item.compared).collect(),
        }
    }
}

/// A condition on rows.
pub fn condition(rng: &mut Rng, table: &Table) -> String {
    let name = &table.column(rng, |_| true).expect("a table has columns").name;
    match (rng.u8(0..4), table.column(rng, |t| t == Type::Bool)) {
        (0, _) => format!("{name} IS NULL"),
        (1, _) => format!("{name} IS NOT NULL"),
        (2, Some(flag)) => flag.name.clone(),
        _ => format!("id % 3 <> {}", rng.u8(0..3)),
    }
}

/// WHERE, now and then.
pub fn filter(rng: &mut Rng, table: &Table) -> String {
    if rng.u8(0..3) == 0 { format!(" WHERE {}", condition(rng, table)) } else { String::new() }
}

/// An item of ORDER BY.
pub fn direction(rng: &mut Rng, name: &str) -> String {
    let directions = ["NULLS FIRST", "NULLS LAST", "DESC NULLS FIRST", "DESC NULLS LAST"];
    format!("{name} {}", rng.choice(directions).expect("some"))
}

/// An order that leaves no two rows equal.
pub fn total_order(rng: &mut Rng, table: &Table) -> String {
    let name = &table.column(rng, |_| true).expect("a table has columns").name;
    let first = direction(rng, name);
    if name == "id" { first } else { format!("{first}, id") }
}
