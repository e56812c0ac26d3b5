//! SQL/JSON paths read. Query road where the path is a constant; else once for each other path.

use regex::Regex;

use super::super::json_text::Json;
use super::super::kernel::Fallible;
use super::super::regexp::with_flags;
use crate::limits::NESTING_MAX;

/// A path with what there is to know before it is walked.
pub struct SqlPath {
    /// Whether what does not fit the structure is passed over.
    pub is_lax: bool,
    /// What it says.
    pub root: Node,
    /// The variables that it reads.
    pub variables: Vec<String>,
}

/// What gives items.
pub enum Node {
    Path(Start, Vec<Step>),
    /// Gives a truth value, or null.
    Predicate(Box<Predicate>),
}

/// Where a path begins.
pub enum Start {
    Root,
    /// `@` in a filter.
    Current,
    Variable(String),
    /// A scalar, as JSON.
    Literal(String),
    Inner(Box<Node>),
}

/// A step of a path.
pub enum Step {
    Member(String),
    EveryMember,
    /// From one place to another.
    Items(Vec<(Place, Place)>),
    EveryItem,
    /// What it is of, and all in it at any depth.
    Descendants,
    Filter(Predicate),
    Type,
    Size,
}

/// A place in an array.
#[derive(Clone, Copy)]
pub enum Place {
    FromStart(i64),
    /// So far before the last.
    BeforeLast(i64),
}

/// A condition, which is TRUE, FALSE or unknown.
pub enum Predicate {
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
    Not(Box<Predicate>),
    IsUnknown(Box<Predicate>),
    Exists(Node),
    Compare(Node, Comparison, Node),
    StartsWith(Node, Node),
    Matches(Node, Regex),
}

/// How two items are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
}

const MALFORMED: &str = "the SQL/JSON path is malformed";
const NOT_THERE: &str = "the SQL/JSON path asks for arithmetic or a method that is not there; .type() and .size() are";

impl SqlPath {
    /// Reads a path.
    pub fn new(text: &str) -> Fallible<SqlPath> {
        let mut reader = Reader { rest: text, depth: 0, variables: Vec::new() };
        let is_lax = !reader.word("strict");
        if is_lax {
            reader.word("lax");
        }
        let root = reader.disjunction()?;
        reader.skip_space();
        if !reader.rest.is_empty() {
            return Err(if reader.rest.starts_with(['+', '-', '*', '/', '%']) { NOT_THERE } else { MALFORMED });
        }
        Ok(SqlPath { is_lax, root, variables: reader.variables })
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    variables: Vec<String>,
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes a sign, if it comes next.
    fn sign(&mut self, sign: &str) -> bool {
        self.skip_space();
        let behind = self.rest.strip_prefix(sign);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// Takes a word, if it comes next.
    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let behind = self.rest.strip_prefix(word).filter(|behind| !behind.starts_with(is_of_name));
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn expect(&mut self, sign: &str) -> Fallible<()> {
        if self.sign(sign) { Ok(()) } else { Err(MALFORMED) }
    }

    /// Deeper by one; a path is no deeper than JSON.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Fallible<T>) -> Fallible<T> {
        self.depth += 1;
        let read = if self.depth > NESTING_MAX { Err("the SQL/JSON path is nested too deep") } else { read(self) };
        self.depth -= 1;
        read
    }

    fn disjunction(&mut self) -> Fallible<Node> {
        self.joined("||", Self::conjunction, Predicate::Or)
    }

    fn conjunction(&mut self) -> Fallible<Node> {
        self.joined("&&", Self::condition, Predicate::And)
    }

    /// What `part` reads, and more of it behind each such sign.
    fn joined(
        &mut self,
        sign: &str,
        part: fn(&mut Self) -> Fallible<Node>,
        made: fn(Box<Predicate>, Box<Predicate>) -> Predicate,
    ) -> Fallible<Node> {
        let mut left = part(self)?;
        while self.sign(sign) {
            let right = part(self)?;
            left = Node::Predicate(Box::new(made(predicate(left)?, predicate(right)?)));
        }
        Ok(left)
    }

    /// A comparison, or a path without one.
    fn condition(&mut self) -> Fallible<Node> {
        let condition = if self.sign("!") {
            let operand = self.inside(Self::condition)?;
            Predicate::Not(predicate(operand)?)
        } else if self.word("exists") {
            self.expect("(")?;
            let inner = self.inside(Self::disjunction)?;
            self.expect(")")?;
            Predicate::Exists(inner)
        } else {
            let left = self.operand()?;
            match self.compared(left)? {
                Ok(condition) => condition,
                Err(alone) => return Ok(alone),
            }
        };
        Ok(Node::Predicate(Box::new(condition)))
    }

    /// What is asked of an operand; `Err` gives the operand back of which nothing is.
    fn compared(&mut self, left: Node) -> Fallible<std::result::Result<Predicate, Node>> {
        use Comparison as C;
        let comparisons =
            [("==", C::Eq), ("!=", C::NotEq), ("<>", C::NotEq), ("<=", C::LtEq), (">=", C::GtEq), ("<", C::Lt), (">", C::Gt)];
        for (sign, comparison) in comparisons {
            if self.sign(sign) {
                let right = self.operand()?;
                return Ok(Ok(Predicate::Compare(left, comparison, right)));
            }
        }
        if self.word("starts") {
            let right = if self.word("with") { self.operand()? } else { return Err(MALFORMED) };
            return Ok(Ok(Predicate::StartsWith(left, right)));
        }
        if self.word("like_regex") {
            let pattern = self.string()?;
            let flags = if self.word("flag") { self.string()? } else { String::new() };
            return Ok(Ok(Predicate::Matches(left, with_flags(&pattern, &flags)?)));
        }
        if self.word("is") {
            let is_unknown = self.word("unknown");
            return if is_unknown { Ok(Ok(Predicate::IsUnknown(predicate(left)?))) } else { Err(MALFORMED) };
        }
        Ok(Err(left))
    }

    fn operand(&mut self) -> Fallible<Node> {
        let start = self.start()?;
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        self.skip_space();
        match (start, steps.is_empty()) {
            (Start::Inner(node), true) => Ok(*node),
            (start, _) => Ok(Node::Path(start, steps)),
        }
    }

    fn start(&mut self) -> Fallible<Start> {
        if self.sign("(") {
            let inner = self.inside(Self::disjunction)?;
            self.expect(")")?;
            return Ok(Start::Inner(Box::new(inner)));
        }
        if self.sign("@") {
            return if self.depth > 0 { Ok(Start::Current) } else { Err("@ stands in a filter of a SQL/JSON path only") };
        }
        if self.sign("$") {
            let name = if self.rest.starts_with('"') { self.string()? } else { self.name().to_owned() };
            if name.is_empty() {
                return Ok(Start::Root);
            }
            self.variables.push(name.clone());
            return Ok(Start::Variable(name));
        }
        let literal = if self.rest.starts_with('"') { self.quoted()? } else { self.scalar()? };
        Ok(Start::Literal(literal.to_owned()))
    }

    /// `true`, `false`, `null` or a number.
    fn scalar(&mut self) -> Fallible<&'a str> {
        let length = match self.rest.strip_prefix('-') {
            Some(number) => 1 + number.find(|c| !is_of_number(c)).unwrap_or(number.len()),
            None => self.rest.find(|c| !is_of_number(c)).unwrap_or(self.rest.len()),
        };
        let (literal, rest) = self.rest.split_at(length);
        self.rest = rest;
        Json::new(literal).map(Json::text).ok_or(MALFORMED)
    }

    fn name(&mut self) -> &'a str {
        let (name, rest) = self.rest.split_at(self.rest.find(|c| !is_of_name(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        name
    }

    /// A string as JSON has it.
    fn quoted(&mut self) -> Fallible<&'a str> {
        self.skip_space();
        let mut is_escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !is_escaped;
            is_escaped = *c == '\\' && !is_escaped;
            is_end
        });
        let (at, _) = end.filter(|_| self.rest.starts_with('"')).ok_or(MALFORMED)?;
        let (quoted, rest) = self.rest.split_at(at + 1);
        self.rest = rest;
        Json::new(quoted).map(Json::text).ok_or(MALFORMED)
    }

    fn string(&mut self) -> Fallible<String> {
        let mut out = Vec::new();
        Json::new(self.quoted()?).and_then(|json| json.write(&mut out)).ok_or(MALFORMED)?;
        String::from_utf8(out).map_err(|_| MALFORMED)
    }

    fn step(&mut self) -> Fallible<Option<Step>> {
        if self.sign("?") {
            self.expect("(")?;
            let condition = self.inside(Self::disjunction)?;
            self.expect(")")?;
            return Ok(Some(Step::Filter(*predicate(condition)?)));
        }
        if self.sign("[") {
            let step = if self.sign("*") { Step::EveryItem } else { Step::Items(self.places()?) };
            self.expect("]")?;
            return Ok(Some(step));
        }
        if !self.sign(".") {
            return Ok(None);
        }
        if self.sign("**") {
            return if self.sign("{") {
                Err("levels of .** are not there in a SQL/JSON path")
            } else {
                Ok(Some(Step::Descendants))
            };
        }
        if self.sign("*") {
            return Ok(Some(Step::EveryMember));
        }
        self.skip_space();
        if self.rest.starts_with('"') {
            return Ok(Some(Step::Member(self.string()?)));
        }
        let name = self.name();
        if !name.is_empty() && self.sign("(") {
            self.expect(")")?;
            return match name {
                "type" => Ok(Some(Step::Type)),
                "size" => Ok(Some(Step::Size)),
                _ => Err(NOT_THERE),
            };
        }
        let is_name = name.starts_with(|c: char| !c.is_ascii_digit());
        if is_name { Ok(Some(Step::Member(name.to_owned()))) } else { Err(MALFORMED) }
    }

    fn places(&mut self) -> Fallible<Vec<(Place, Place)>> {
        let mut places = Vec::new();
        loop {
            let first = self.place()?;
            places.push((first, if self.word("to") { self.place()? } else { first }));
            if !self.sign(",") {
                return Ok(places);
            }
        }
    }

    fn place(&mut self) -> Fallible<Place> {
        if !self.word("last") {
            return Ok(Place::FromStart(self.whole()?));
        }
        Ok(Place::BeforeLast(if self.sign("-") { self.whole()? } else { 0 }))
    }

    fn whole(&mut self) -> Fallible<i64> {
        self.skip_space();
        self.scalar()?.parse().map_err(|_| "a place in an array is a whole number, last, or last - n in a SQL/JSON path")
    }
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.'
}

fn predicate(node: Node) -> Fallible<Box<Predicate>> {
    match node {
        Node::Predicate(predicate) => Ok(predicate),
        Node::Path(..) => Err(MALFORMED),
    }
}
