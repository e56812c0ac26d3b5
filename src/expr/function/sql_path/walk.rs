//! SQL/JSON paths walked through JSON. A lax path takes arrays apart where it asks for what only their items have, takes what is no array for
//! one of one item, and passes over what is not there; a strict one fails there.

use std::cmp::Ordering;

use super::super::json_text::Json;
use super::super::kernel::Fallible;
use super::parse::{Comparison, Node, Place, Predicate, SqlPath, Start, Step};

/// What a path gives.
#[derive(Clone, Copy)]
pub enum Item<'a> {
    There(Json<'a>),
    /// A number that a method makes.
    Made(i64),
}

impl<'a> Item<'a> {
    /// Appends it as JSON.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Item::There(json) => json.write_compact(out),
            Item::Made(number) => out.extend_from_slice(number.to_string().as_bytes()),
        }
    }

    fn json(self) -> Option<Json<'a>> {
        if let Item::There(json) = self { Some(json) } else { None }
    }

    fn is_array(self) -> bool {
        self.json().is_some_and(Json::is_array)
    }

    fn items(self) -> impl Iterator<Item = Item<'a>> {
        self.json().into_iter().flat_map(Json::items).map(Item::There)
    }
}

/// A path on its way through one document.
pub struct Walk<'a> {
    /// The path.
    pub path: &'a SqlPath,
    /// The document.
    pub root: Json<'a>,
    /// An object of variables.
    pub variables: Json<'a>,
}

/// Whether what does not fit the structure is passed over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Misfits {
    PassedOver,
    Fail,
}

const NO_MEMBER: &str = "a strict path asks for a member that is not there";
const NO_ARRAY: &str = "a strict path asks for items of what is no array, or beyond its end";

impl<'a> Walk<'a> {
    /// All that the path gives.
    pub fn items(&self) -> Fallible<Vec<Item<'a>>> {
        self.of_node(&self.path.root, Item::There(self.root))
    }

    fn of_node(&self, node: &'a Node, current: Item<'a>) -> Fallible<Vec<Item<'a>>> {
        let (start, steps) = match node {
            Node::Path(start, steps) => (start, steps),
            Node::Predicate(predicate) => {
                let truth = match self.holds(predicate, current) {
                    Some(true) => Json::new("true"),
                    Some(false) => Json::new("false"),
                    None => None,
                };
                return Ok(vec![Item::There(truth.unwrap_or(Json::NULL))]);
            }
        };
        let start = match start {
            Start::Root => vec![Item::There(self.root)],
            Start::Current => vec![current],
            Start::Variable(name) => self.variables.field(name).into_iter().map(Item::There).collect(),
            Start::Literal(literal) => Json::new(literal).into_iter().map(Item::There).collect(),
            Start::Inner(node) => self.of_node(node, current)?,
        };
        let mut misfits = if self.path.is_lax { Misfits::PassedOver } else { Misfits::Fail };
        let mut items = start;
        for step in steps {
            let mut found = Vec::new();
            for item in items {
                self.step(step, item, misfits, &mut found)?;
            }
            items = found;
            if matches!(step, Step::Descendants) {
                misfits = Misfits::PassedOver;
            }
        }
        Ok(items)
    }

    /// What a step leads to from an item; from the items of an array, where a lax path asks for what an array does not have.
    fn step(&self, step: &'a Step, item: Item<'a>, misfits: Misfits, found: &mut Vec<Item<'a>>) -> Fallible<()> {
        let is_of_items = matches!(step, Step::Member(_) | Step::EveryMember | Step::Filter(_));
        if self.path.is_lax && is_of_items && item.is_array() {
            return item.items().try_for_each(|item| self.step_alone(step, item, misfits, found));
        }
        self.step_alone(step, item, misfits, found)
    }

    fn step_alone(&self, step: &'a Step, item: Item<'a>, misfits: Misfits, found: &mut Vec<Item<'a>>) -> Fallible<()> {
        let before = found.len();
        let fail = |reason| if misfits == Misfits::Fail { Err(reason) } else { Ok(()) };
        match step {
            Step::Filter(condition) => {
                if self.holds(condition, item) == Some(true) {
                    found.push(item);
                }
                return Ok(());
            }
            Step::Type => {
                found.push(type_of(item));
                return Ok(());
            }
            Step::Descendants => {
                found.push(item);
                return item.json().into_iter().try_for_each(|json| add_descendants(json, found));
            }
            Step::Member(name) => found.extend(item.json().and_then(|json| json.field(name)).map(Item::There)),
            Step::EveryMember => match item.json().filter(|json| json.is_object()) {
                Some(object) => {
                    found.extend(object.fields().map(|(_, value)| Item::There(value)));
                    return Ok(());
                }
                None => return fail(NO_MEMBER),
            },
            Step::EveryItem | Step::Items(_) | Step::Size if !item.is_array() && !self.path.is_lax => return fail(NO_ARRAY),
            Step::EveryItem => {
                if item.is_array() {
                    found.extend(item.items())
                } else {
                    found.push(item)
                }
                return Ok(());
            }
            Step::Size => found.push(Item::Made(if item.is_array() { item.items().count() as i64 } else { 1 })),
            Step::Items(places) => {
                let own: Vec<Item<'a>> = if item.is_array() { item.items().collect() } else { vec![item] };
                for (first, last) in places {
                    let count = own.len() as i64;
                    let (first, last) = (index(*first, count), index(*last, count));
                    if first < 0 || first > last || last >= count {
                        fail(NO_ARRAY)?;
                    }
                    let range = first.max(0)..(last + 1).min(count);
                    found.extend(range.map(|at| own[at as usize]));
                }
                return Ok(());
            }
        }
        if found.len() == before { fail(NO_MEMBER) } else { Ok(()) }
    }

    /// `None` where that is unknown.
    fn holds(&self, predicate: &'a Predicate, current: Item<'a>) -> Option<bool> {
        match predicate {
            Predicate::And(left, right) => match (self.holds(left, current), self.holds(right, current)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Predicate::Or(left, right) => match (self.holds(left, current), self.holds(right, current)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Predicate::Not(inner) => self.holds(inner, current).map(|truth| !truth),
            Predicate::IsUnknown(inner) => Some(self.holds(inner, current).is_none()),
            Predicate::Exists(node) => self.of_node(node, current).ok().map(|items| !items.is_empty()),
            Predicate::Compare(left, comparison, right) => {
                let (left, right) = (self.operands(left, current)?, self.operands(right, current)?);
                let pairs = left.iter().flat_map(|left| right.iter().map(|right| compare(*left, *comparison, *right)));
                self.any(pairs)
            }
            Predicate::StartsWith(left, right) => {
                let (left, right) = (self.operands(left, current)?, self.of_node(right, current).ok()?);
                let starts = |(left, right): (Item<'a>, Item<'a>)| Some(string(left)?.starts_with(&string(right)?));
                self.any(left.into_iter().flat_map(|left| right.iter().map(move |right| (left, *right))).map(starts))
            }
            Predicate::Matches(left, regex) => {
                let left = self.operands(left, current)?;
                self.any(left.into_iter().map(|left| Some(regex.is_match(std::str::from_utf8(&string(left)?).ok()?))))
            }
        }
    }

    /// The items of an operand; arrays are taken apart in a lax path.
    fn operands(&self, node: &'a Node, current: Item<'a>) -> Option<Vec<Item<'a>>> {
        let items = self.of_node(node, current).ok()?;
        if !self.path.is_lax {
            return Some(items);
        }
        let apart = |item: Item<'a>| if item.is_array() { item.items().collect() } else { vec![item] };
        Some(items.into_iter().flat_map(apart).collect())
    }

    /// Whether one is TRUE: in a lax path that is enough, in a strict one none may be unknown.
    fn any(&self, mut all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
        let (mut found, mut is_unknown) = (false, false);
        for truth in &mut all {
            match truth {
                None if !self.path.is_lax => return None,
                None => is_unknown = true,
                Some(true) if self.path.is_lax => return Some(true),
                Some(truth) => found |= truth,
            }
        }
        if is_unknown { None } else { Some(found) }
    }
}

/// As deep as `limits::NESTING_MAX`, as all JSON.
fn add_descendants<'a>(json: Json<'a>, found: &mut Vec<Item<'a>>) -> Fallible<()> {
    for part in json.items().chain(json.fields().map(|(_, value)| value)) {
        found.push(Item::There(part));
        add_descendants(part, found)?;
    }
    Ok(())
}

fn index(place: Place, count: i64) -> i64 {
    match place {
        Place::FromStart(at) => at,
        Place::BeforeLast(before) => (count - 1).saturating_sub(before),
    }
}

/// What JSON may be; a type with its content where that is compared.
#[derive(PartialEq)]
enum Kind<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    String,
    Nested,
}

fn kind(item: Item<'_>) -> Kind<'_> {
    let Item::There(json) = item else { return Kind::Number("") };
    match json.text().as_bytes().first() {
        Some(b'n') => Kind::Null,
        Some(b't' | b'f') => Kind::Boolean(json.text() == "true"),
        Some(b'"') => Kind::String,
        Some(b'{' | b'[') => Kind::Nested,
        _ => Kind::Number(json.text()),
    }
}

fn type_of(item: Item<'_>) -> Item<'static> {
    let name = match kind(item) {
        Kind::Null => "\"null\"",
        Kind::Boolean(_) => "\"boolean\"",
        Kind::Number(_) => "\"number\"",
        Kind::String => "\"string\"",
        Kind::Nested if item.is_array() => "\"array\"",
        Kind::Nested => "\"object\"",
    };
    Item::There(Json::new(name).unwrap_or(Json::NULL))
}

fn string(item: Item<'_>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    (kind(item) == Kind::String).then(|| item.json()?.write(&mut text))??;
    Some(text)
}

/// Two values of one type; null is only different from others, and nested values are not compared.
fn compare(left: Item<'_>, comparison: Comparison, right: Item<'_>) -> Option<bool> {
    let order = match (kind(left), kind(right)) {
        (Kind::Null, Kind::Null) => Ordering::Equal,
        (Kind::Null, _) | (_, Kind::Null) => return Some(comparison == Comparison::NotEq),
        (Kind::Boolean(left), Kind::Boolean(right)) => left.cmp(&right),
        (Kind::Number(a), Kind::Number(b)) => order_of_numbers(left, a, right, b)?,
        (Kind::String, Kind::String) => string(left)?.cmp(&string(right)?),
        _ => return None,
    };
    Some(match comparison {
        Comparison::Eq => order.is_eq(),
        Comparison::NotEq => order.is_ne(),
        Comparison::Lt => order.is_lt(),
        Comparison::LtEq => order.is_le(),
        Comparison::Gt => order.is_gt(),
        Comparison::GtEq => order.is_ge(),
    })
}

/// Exact for integers that fit a BIGINT.
fn order_of_numbers(left: Item<'_>, a: &str, right: Item<'_>, b: &str) -> Option<Ordering> {
    let whole = |item: Item<'_>, text: &str| if let Item::Made(number) = item { Some(number) } else { text.parse::<i64>().ok() };
    let double = |item: Item<'_>, text: &str| match item {
        Item::Made(number) => Some(number as f64),
        Item::There(_) => lexical_core::parse::<f64>(text.as_bytes()).ok(),
    };
    match (whole(left, a), whole(right, b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => double(left, a)?.partial_cmp(&double(right, b)?),
    }
}
