//! Calls as the files of answers have them.
//!
//! ```text
//! call SUBSTRING(a, b)          the call over columns a, b, c and so on
//! asked substring(a from b)     as PostgreSQL has it, where that is something else
//! of text place -> text         the kinds of the columns, and how answers are compared
//! Zürich<TAB>2<TAB>ürich        the arguments and the answer; \N is NULL, ! is an error
//! ```

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::kind::Kind;
use super::{Answer, Answers, Arguments};

/// How the answers to a call are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// As texts.
    Text,
    /// As numbers whose last digits may differ.
    Double,
    /// As times, which may end in zeros.
    Time,
    /// As JSON, which arrays are printed as.
    Json,
    /// The same; PostgreSQL is asked for its text as JSON.
    Array,
    /// As JSON where it is, or else as texts.
    Part,
    /// As texts of many rows, in any order.
    Rows,
    /// The same with two columns.
    Pairs,
    /// As texts of an aggregate over the items of the arguments, which are arrays, x and y.
    Group,
}

impl Gives {
    fn named(name: &str) -> Gives {
        let all = [
            ("text", Gives::Text),
            ("double", Gives::Double),
            ("time", Gives::Time),
            ("json", Gives::Json),
            ("array", Gives::Array),
            ("part", Gives::Part),
            ("rows", Gives::Rows),
            ("pairs", Gives::Pairs),
            ("group", Gives::Group),
        ];
        all.into_iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("nothing gives {name}")).1
    }

    pub fn is_same(self, one: &Answer, other: &Answer) -> bool {
        let (Answer::Is(one), Answer::Is(other)) = (one, other) else { return one == other };
        match self {
            Gives::Text => one == other,
            Gives::Double => are_near(one, other),
            Gives::Time => without_zeros(one) == without_zeros(other),
            Gives::Json | Gives::Array | Gives::Part | Gives::Group => canonical(one) == canonical(other),
            Gives::Rows | Gives::Pairs => sorted(one) == sorted(other),
        }
    }
}

fn are_near(one: &str, other: &str) -> bool {
    const NEAR: f64 = 1e-13;
    let (Ok(one), Ok(other)) = (one.parse::<f64>(), other.parse::<f64>()) else { return false };
    one == other || (one.is_nan() && other.is_nan()) || (one - other).abs() <= NEAR * one.abs().max(other.abs())
}

/// JSON in one way, with sorted keys and numbers by their value; other text as it is.
fn canonical(text: &str) -> String {
    let Ok(value) = sonic_rs::from_str::<sonic_rs::Value>(text) else { return text.to_owned() };
    if let Some(object) = value.as_object() {
        let mut fields: Vec<String> =
            object.iter().map(|(key, part)| format!("{key:?}:{}", canonical(&part.to_string()))).collect();
        fields.sort();
        return format!("{{{}}}", fields.join(","));
    }
    if let Some(array) = value.as_array() {
        let items: Vec<String> = array.iter().map(|part| canonical(&part.to_string())).collect();
        return format!("[{}]", items.join(","));
    }
    value.as_f64().map_or_else(|| value.to_string(), |number| number.to_string())
}

/// Without zeros at the end of its fraction, and UTC.
fn without_zeros(time: &str) -> &str {
    let time = time.trim_end_matches('Z').trim_end_matches("+00");
    if time.contains('.') { time.trim_end_matches('0').trim_end_matches('.') } else { time }
}

fn sorted(rows: &str) -> Vec<String> {
    let row = |row: &str| match row.split_once('=') {
        Some((key, value)) => format!("{key}={}", canonical(value)),
        None => canonical(row),
    };
    let mut rows: Vec<String> = rows.split(';').map(row).collect();
    rows.sort_unstable();
    rows
}

/// A call of a function.
#[derive(Debug, Clone)]
pub struct Question {
    pub call: String,
    /// As PostgreSQL has it.
    pub asked: String,
    /// Of its arguments.
    pub kinds: Vec<Kind>,
    pub gives: Gives,
}

impl Question {
    /// Of `text place -> text`.
    pub fn new(call: &str, asked: &str, of: &str) -> Question {
        let (kinds, gives) = of.split_once("->").unwrap_or_else(|| panic!("{of} gives nothing"));
        let kinds = kinds.split_whitespace().map(Kind::named).collect();
        Question { call: call.to_owned(), asked: asked.to_owned(), kinds, gives: Gives::named(gives.trim()) }
    }

    /// The query of ours, over a table with texts.
    pub fn sql(&self) -> String {
        let names = || ('a'..).take(self.kinds.len());
        let declared: String = names().map(|name| format!(", {name} STRING")).collect();
        let typed: String =
            names().zip(&self.kinds).map(|(name, kind)| format!(", {} AS {name}", kind.typed(&name.to_string()))).collect();
        let call = &self.call;
        let (value, from) = match self.gives {
            Gives::Rows => ("x", format!(", LATERAL TABLE({call}) AS f (x)")),
            Gives::Pairs => ("CONCAT(x, '=', y)", format!(", LATERAL TABLE({call}) AS f (x, y)")),
            Gives::Group => (call.as_str(), format!(" LEFT JOIN {} ON TRUE GROUP BY id", self.items())),
            _ => (call.as_str(), String::new()),
        };
        format!(
            "CREATE TABLE t (id INT{declared}) WITH ('connector' = 'memory');\n\
             SELECT id, {value} FROM (SELECT id{typed} FROM t) AS r{from};"
        )
    }

    /// The items of its arguments side by side.
    pub fn items(&self) -> String {
        let arrays: Vec<String> = ('a'..).take(self.kinds.len()).map(String::from).collect();
        let names = ["x", "y", "z"][..arrays.len()].join(", ");
        format!("UNNEST({}) AS u ({names})", arrays.join(", "))
    }

    /// Whether it gives any number of rows.
    pub fn gives_rows(&self) -> bool {
        matches!(self.gives, Gives::Rows | Gives::Pairs)
    }
}

/// The calls of a file, with arguments and answers.
pub fn read(text: &str) -> Vec<(Question, Vec<Arguments>, Answers)> {
    text.split("\n\n").skip(1).filter(|part| !part.trim().is_empty()).map(read_one).collect()
}

fn read_one(part: &str) -> (Question, Vec<Arguments>, Answers) {
    let mut lines = part.trim_matches('\n').split('\n').peekable();
    let call = lines.next().and_then(|line| line.strip_prefix("call ")).unwrap_or_else(|| panic!("no call: {part}"));
    let asked = lines.next_if(|line| line.starts_with("asked ")).map_or(call, |line| &line["asked ".len()..]);
    let of = lines.next().and_then(|line| line.strip_prefix("of ")).unwrap_or_else(|| panic!("of nothing: {part}"));
    let question = Question::new(call, asked, of);
    let (mut rows, mut answers) = (Vec::new(), Vec::new());
    for line in lines {
        let mut cells: Arguments = line.split('\t').map(plain).collect();
        answers.push(match cells.pop().flatten() {
            None => Answer::Null,
            Some(text) if text == "!" => Answer::Fails,
            Some(text) => Answer::Is(text),
        });
        assert_eq!(cells.len(), question.kinds.len(), "{call}: {line}");
        rows.push(cells);
    }
    (question, rows, answers)
}

/// The text of a file with these calls: its head stays.
pub fn written(text: &str, asked: &[(Question, Vec<Arguments>, Answers)]) -> String {
    let mut parts = text.split("\n\n");
    let mut out = parts.next().expect("a head").to_owned();
    for (part, (_, rows, answers)) in parts.zip(asked) {
        let is_of_call = |line: &&str| ["call ", "asked ", "of "].iter().any(|word| line.starts_with(word));
        let head: Vec<&str> = part.trim_matches('\n').split('\n').take_while(is_of_call).collect();
        out.push_str(&format!("\n\n{}", head.join("\n")));
        for (row, answer) in rows.iter().zip(answers) {
            let answer = match answer {
                Answer::Null => None,
                Answer::Fails => Some("!".to_owned()),
                Answer::Is(text) => Some(text.clone()),
            };
            let cells: Vec<String> = row.iter().chain([&answer]).map(escaped).collect();
            out.push_str(&format!("\n{}", cells.join("\t")));
        }
    }
    out + "\n"
}

fn escaped(cell: &Option<String>) -> String {
    match cell {
        None => "\\N".to_owned(),
        Some(text) => text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"),
    }
}

/// The cell that is written so, here and by PostgreSQL's COPY.
pub fn plain(cell: &str) -> Option<String> {
    if cell == "\\N" {
        return None;
    }
    let (mut text, mut chars) = (String::new(), cell.chars());
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                other => other.unwrap_or('\\'),
            },
            c => c,
        });
    }
    Some(text)
}
