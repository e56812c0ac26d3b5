//! Functions that PostgreSQL lacks, in the plainest way, as their documentation says.

use super::Answer;
use super::question::Question;

/// A call, the kinds of its arguments and what it gives, and the same as a function of the arguments, none of which is NULL.
pub struct Twin(&'static str, &'static str, fn(&[&str]) -> Answer);

impl Twin {
    pub fn call(&self) -> &'static str {
        self.0
    }

    pub fn question(&self) -> Question {
        Question::new(self.0, self.0, self.1)
    }

    /// NULL of NULL.
    pub fn answer(&self, arguments: &[Option<String>]) -> Answer {
        let given: Option<Vec<&str>> = arguments.iter().map(Option::as_deref).collect();
        given.map_or(Answer::Null, |given| (self.2)(&given))
    }
}

fn is(value: impl ToString) -> Answer {
    Answer::Is(value.to_string())
}

fn or_null(value: Option<impl ToString>) -> Answer {
    value.map_or(Answer::Null, is)
}

pub const TWINS: [Twin; 44] = [
    Twin("INITCAP_SPACES(a)", "text -> text", |a| {
        let capital = |word: &str| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_uppercase().to_string() + &chars.as_str().to_lowercase()).unwrap_or_default()
        };
        is(a[0].split(' ').map(capital).collect::<Vec<_>>().join(" "))
    }),
    Twin("IS_ALPHA(a)", "word -> text", |a| is(!a[0].is_empty())),
    Twin("IS_DIGIT(a)", "number -> text", |a| is(!a[0].is_empty() && a[0].chars().all(|c| c.is_ascii_digit()))),
    Twin("IS_DECIMAL(a)", "number -> text", |a| is(a[0].parse::<f64>().is_ok())),
    Twin("CRC32(a)", "text -> text", |a| is(crc(a[0], 0xedb8_8320))),
    Twin("CRC32C(a)", "text -> text", |a| is(crc(a[0], 0x82f6_3b78))),
    Twin("ERF(a)", "unit -> double", |a| is(error_function(a[0].parse().expect("a number")))),
    Twin("1 - ERFC(a)", "unit -> double", |a| is(error_function(a[0].parse().expect("a number")))),
    Twin("URL_ENCODE(a)", "text -> text", |a| {
        let one = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'*' | b'-' | b'_' => char::from(byte).to_string(),
            b' ' => "+".to_owned(),
            _ => format!("%{byte:02X}"),
        };
        is(a[0].bytes().map(one).collect::<String>())
    }),
    Twin("URL_DECODE(URL_ENCODE(a))", "text -> text", |a| is(a[0])),
    Twin("URL_DECODE(a)", "escaped -> text", |a| {
        let (mut bytes, mut rest) = (Vec::new(), a[0]);
        while let Some(c) = rest.chars().next() {
            match rest.strip_prefix('%') {
                None => {
                    bytes.push(if c == '+' { b' ' } else { c as u8 });
                    rest = &rest[1..];
                }
                Some(digits) => match digits.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    None => return Answer::Null,
                    Some(byte) => {
                        bytes.push(byte);
                        rest = &digits[2..];
                    }
                },
            }
        }
        or_null(String::from_utf8(bytes).ok())
    }),
    Twin("FROM_BASE64(TO_BASE64(a))", "text -> text", |a| is(a[0])),
    Twin("UNHEX(a)", "hex -> text", |a| {
        let padded = "0".repeat(a[0].len() % 2) + a[0];
        if a[0].chars().all(|c| c.is_ascii_hexdigit()) { is(padded.to_lowercase()) } else { Answer::Null }
    }),
    Twin("BIN2UTF8(a)", "bytes -> text", |a| {
        let bytes = (0..a[0].len()).step_by(2).map(|at| u8::from_str_radix(&a[0][at..at + 2], 16).expect("digits")).collect();
        or_null(String::from_utf8(bytes).ok())
    }),
    Twin("CASE WHEN a IS NOT NULL THEN a IS JSON END", "broken -> text", |a| is(kind_of_json(a[0]).is_some())),
    Twin("CASE WHEN a IS NOT NULL THEN a IS JSON OBJECT END", "broken -> text", |a| is(kind_of_json(a[0]) == Some("OBJECT"))),
    Twin("CASE WHEN a IS NOT NULL THEN a IS JSON ARRAY END", "broken -> text", |a| is(kind_of_json(a[0]) == Some("ARRAY"))),
    Twin("CASE WHEN a IS NOT NULL THEN a IS JSON SCALAR END", "broken -> text", |a| is(kind_of_json(a[0]) == Some("SCALAR"))),
    Twin(
        "CASE WHEN a IS NOT NULL THEN TRY_PARSE_JSON(a) IS NOT NULL END",
        "broken -> text",
        |a| is(kind_of_json(a[0]).is_some()),
    ),
    Twin("CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN FLATTEN(ARRAY[a, b]) END", "ints ints -> json", |a| {
        let items: Vec<String> = a.iter().flat_map(|array| items(array)).map(|item| item.unwrap_or("null".to_owned())).collect();
        is(format!("[{}]", items.join(",")))
    }),
    Twin("ARRAY_ELEMENT(a, b)", "ints place -> text", |a| {
        let (items, place) = (items(a[0]), a[1].parse::<i64>().expect("a place"));
        let at = if place < 0 { items.len() as i64 + place } else { place - 1 };
        or_null(usize::try_from(at).ok().and_then(|at| items.get(at).cloned().flatten()))
    }),
    Twin("CAST(VARIANT_GET(TO_JSON(a), '$[1]') AS BIGINT)", "ints -> text", |a| {
        or_null(items(a[0]).into_iter().nth(1).flatten())
    }),
    Twin("CAST(TRY_VARIANT_GET(TO_JSON(a), '$[1]') AS BIGINT)", "ints -> text", |a| {
        or_null(items(a[0]).into_iter().nth(1).flatten())
    }),
    Twin("ARRAY_ANY_VALUE(a)", "ints -> text", |a| or_null(items(a[0]).into_iter().flatten().next())),
    Twin("LIST_REMOVE(a, b)", "ints item -> json", |a| is(listed(&without(items(a[0]), a[1], 1)))),
    Twin("ARRAY_REMOVE_N(a, b, c)", "ints item count -> json", |a| {
        is(listed(&without(items(a[0]), a[1], a[2].parse().expect("a count"))))
    }),
    Twin("CASE WHEN c IS NOT NULL AND b IS NOT NULL THEN LIST_REPLACE(a, b, c) END", "ints item item -> json", |a| {
        is(listed(&replaced(items(a[0]), a[1], a[2], 1)))
    }),
    Twin("CASE WHEN c IS NOT NULL AND b IS NOT NULL THEN ARRAY_REPLACE_N(a, b, c, d) END", "ints item item count -> json", |a| {
        is(listed(&replaced(items(a[0]), a[1], a[2], a[3].parse().expect("a count"))))
    }),
    Twin("ARRAY_DISTANCE(a, b)", "ints ints -> double", |a| of_vectors(a, |a, b| (a - b).powi(2), f64::sqrt)),
    Twin("L1_DISTANCE(a, b)", "ints ints -> double", |a| of_vectors(a, |a, b| (a - b).abs(), |sum| sum)),
    Twin("INNER_PRODUCT(a, b)", "ints ints -> double", |a| of_vectors(a, |a, b| a * b, |sum| sum)),
    Twin("1 - COSINE_DISTANCE(a, a)", "pair -> double", |a| match items(a[0]).as_slice() {
        [Some(_), ..] => is(1),
        _ => Answer::Null,
    }),
    Twin("VECTOR_NORM(a)", "ints -> double", |a| of_vectors(&[a[0], a[0]], |a, b| a * b, f64::sqrt)),
    Twin("VECTOR_NORM(ARRAY_NORMALIZE(a))", "ints -> double", |a| match items(a[0]) {
        items if items.iter().any(Option::is_none) => Answer::Null,
        items if items.is_empty() => is(0),
        items => or_null(items.iter().flatten().any(|item| item != "0").then_some(1)),
    }),
    Twin("HMAC(a, b, 'sha256')", "text text -> text", |a| {
        use sha2::{Digest, Sha256};
        assert!(a[0].len() <= 64, "a secret of one block");
        let masked = |mask: u8| (0..64).map(|at| a[0].as_bytes().get(at).copied().unwrap_or(0) ^ mask).collect::<Vec<u8>>();
        let inner = Sha256::digest([masked(0x36), a[1].as_bytes().to_vec()].concat());
        is(Sha256::digest([masked(0x5c), inner.to_vec()].concat()).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }),
    Twin("GET_FIELD(NAMED_STRUCT('x', NAMED_STRUCT('y', a)), 'x', 'y')", "text -> text", |a| is(a[0])),
    Twin("ELEMENT(a)", "pair -> text", |a| match items(a[0]).as_slice() {
        [] => Answer::Null,
        [one] => or_null(one.clone()),
        _ => Answer::Fails,
    }),
    Twin("CASE WHEN b IS NOT NULL THEN PRINTF(a, b) END", "format int -> text", |a| {
        or_null(printed(a[0], a[1].parse().expect("an integer")))
    }),
    Twin("PARSE_URL(a, 'HOST')", "url -> text", |a| {
        let host = part(a[0], 1).rsplit('@').next().unwrap_or_default();
        is(if host.starts_with('[') { host.split_inclusive(']').next() } else { host.split(':').next() }.unwrap_or_default())
    }),
    Twin("PARSE_URL(a, 'PROTOCOL')", "url -> text", |a| is(part(a[0], 0))),
    Twin("PARSE_URL(a, 'FILE')", "url -> text", |a| is(format!("{}?{}", part(a[0], 2), part(a[0], 3)))),
    Twin("PARSE_URL(a, 'REF')", "url -> text", |a| is(part(a[0], 4))),
    Twin("PARSE_URL(a, 'USERINFO')", "url -> text", |a| or_null(part(a[0], 1).rsplit_once('@').map(|(user, _)| user))),
    Twin("PARSE_URL(a, 'QUERY', 'k')", "url -> text", |a| {
        or_null(part(a[0], 3).split('&').find_map(|pair| pair.strip_prefix("k=")))
    }),
];

/// Bit by bit, from the lowest one on.
fn crc(text: &str, polynomial: u32) -> u32 {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (polynomial * (crc & 1));
        }
    }
    !crc
}

/// The first terms of its series.
fn error_function(x: f64) -> f64 {
    let (mut sum, mut term) = (x, x);
    for n in 1..60 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

/// By another reader of JSON.
fn kind_of_json(text: &str) -> Option<&'static str> {
    use sonic_rs::JsonValueTrait;
    let value = sonic_rs::from_str::<sonic_rs::Value>(text).ok()?;
    Some(match value.get_type() {
        sonic_rs::JsonType::Object => "OBJECT",
        sonic_rs::JsonType::Array => "ARRAY",
        _ => "SCALAR",
    })
}

/// Of `{"1",NULL}`.
fn items(array: &str) -> Vec<Option<String>> {
    let inside = array.trim_matches(['{', '}']);
    let item = |item: &str| (item != "NULL").then(|| item.trim_matches('"').to_owned());
    if inside.is_empty() { Vec::new() } else { inside.split(',').map(item).collect() }
}

/// As JSON.
fn listed(items: &[Option<String>]) -> String {
    let items: Vec<&str> = items.iter().map(|item| item.as_deref().unwrap_or("null")).collect();
    format!("[{}]", items.join(","))
}

/// Without the first so many that are this one.
fn without(mut items: Vec<Option<String>>, one: &str, count: usize) -> Vec<Option<String>> {
    for _ in 0..count {
        if let Some(at) = items.iter().position(|item| item.as_deref() == Some(one)) {
            items.remove(at);
        }
    }
    items
}

/// With another in place of the first so many that are this one.
fn replaced(mut items: Vec<Option<String>>, one: &str, by: &str, count: usize) -> Vec<Option<String>> {
    let same = items.iter_mut().filter(|item| item.as_deref() == Some(one));
    same.take(count).for_each(|item| *item = Some(by.to_owned()));
    items
}

/// What is made of the sum of this of two numbers in the same place.
fn of_vectors(arrays: &[&str], of: fn(f64, f64) -> f64, made: fn(f64) -> f64) -> Answer {
    let [a, b] = [items(arrays[0]), items(arrays[1])];
    if a.iter().chain(&b).any(Option::is_none) {
        return Answer::Null;
    }
    if a.len() != b.len() {
        return Answer::Fails;
    }
    let number = |item: &Option<String>| item.as_ref().expect("no NULL").parse::<f64>().expect("a number");
    is(made(a.iter().zip(&b).map(|(a, b)| of(number(a), number(b))).sum()))
}

/// As `java.util.Formatter` does; `None` for flags that do not go together.
fn printed(format: &str, number: i64) -> Option<String> {
    let format = format.strip_prefix('%')?.strip_suffix('d')?;
    let width = format.trim_start_matches(['-', '0', '+', ' ', '(']);
    let flags = &format[..format.len() - width.len()];
    let (has, width) = (|flag| flags.contains(flag), width.parse::<usize>().ok());
    if (has('+') && has(' ')) || (has('-') && has('0')) || ((has('-') || has('0')) && width.is_none()) {
        return None;
    }
    let (before, behind) = match number {
        ..0 if has('(') => ("(", ")"),
        ..0 => ("-", ""),
        _ if has('+') => ("+", ""),
        _ if has(' ') => (" ", ""),
        _ => ("", ""),
    };
    let (digits, width) = (number.unsigned_abs().to_string(), width.unwrap_or(0));
    let zeros = if has('0') { width.saturating_sub(before.len() + digits.len() + behind.len()) } else { 0 };
    let text = format!("{before}{}{digits}{behind}", "0".repeat(zeros));
    Some(if has('-') { format!("{text:<width$}") } else { format!("{text:>width$}") })
}

/// Protocol, authority, path, query and reference of a URL that has them all.
fn part(url: &str, at: usize) -> &str {
    let (protocol, rest) = url.split_once("://").expect("a protocol");
    let (rest, reference) = rest.split_once('#').expect("a reference");
    let (rest, query) = rest.split_once('?').expect("a query");
    let (authority, path) = rest.split_at(rest.find('/').expect("a path"));
    [protocol, authority, path, query, reference][at]
}
