//! Kinds of arguments: their type here and there, and how they are drawn. One in ten is NULL, many stand at an edge of their type.

use fastrand::Rng;

/// A kind of arguments.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    name: &'static str,
    /// A text as one, where `{}` is the text; here and in PostgreSQL.
    ours: &'static str,
    theirs: &'static str,
    draw: fn(&mut Rng) -> String,
}

const fn kind(name: &'static str, ours: &'static str, theirs: &'static str, draw: fn(&mut Rng) -> String) -> Kind {
    Kind { name, ours, theirs, draw }
}

const KINDS: [Kind; 53] = [
    kind("text", "{}", "{}::text", text),
    kind("word", "{}", "{}::text", word),
    kind("letter", "{}", "{}::text", |rng| pick(rng, &["a", "b", "B", ",", "é", "😀", " "])),
    kind("words", "{}", "{}::text", |rng| listed(rng, ",", word)),
    kind("like", "{}", "{}::text", |rng| pieces(rng, &["a", "b", "é", "%", "_", "\\%", "\\_", ".", "B"])),
    kind("regex", "{}", "{}::text", |rng| pick(rng, &REGEXES)),
    kind("number", "{}", "{}::text", number),
    kind("place", "CAST({} AS INT)", "{}::int", |rng| rng.i32(-4..9).to_string()),
    kind("count", "CAST({} AS INT)", "{}::int", |rng| rng.i32(0..9).to_string()),
    kind("nth", "CAST({} AS INT)", "{}::int", |rng| rng.i32(1..6).to_string()),
    kind("int", "CAST({} AS INT)", "{}::int", |rng| whole(rng, i32::MIN.into(), i32::MAX.into())),
    kind("bigint", "CAST({} AS BIGINT)", "{}::bigint", |rng| whole(rng, i64::MIN, i64::MAX)),
    kind("small", "CAST({} AS BIGINT)", "{}::bigint", |rng| rng.i64(-40..41).to_string()),
    kind("double", "CAST({} AS DOUBLE)", "{}::float8", double),
    kind("plain", "CAST({} AS DOUBLE)", "{}::float8", |rng| (f64::from(rng.i32(-4000..4001)) / 64.0).to_string()),
    kind("positive", "CAST({} AS DOUBLE)", "{}::float8", |rng| (f64::from(rng.i32(1..4001)) / 64.0).to_string()),
    kind("unit", "CAST({} AS DOUBLE)", "{}::float8", |rng| (f64::from(rng.i32(-63..64)) / 64.0).to_string()),
    kind("decimal", "CAST({} AS DECIMAL(12, 3))", "{}::numeric(12, 3)", decimal),
    kind("bool", "CAST({} AS BOOLEAN)", "{}::boolean", |rng| rng.bool().to_string()),
    kind("date", "CAST({} AS DATE)", "{}::date", date),
    kind("clock", "CAST({} AS TIME(6))", "{}::time(6)", clock),
    kind("time", "CAST({} AS TIMESTAMP(6))", "{}::timestamp(6)", time),
    kind("moment", "CAST({} AS TIMESTAMP_LTZ(6))", "{}::timestamptz(6)", time),
    kind("change", "CAST({} AS TIMESTAMP(6))", "{}::timestamp(6)", change),
    kind("zone", "{}", "{}::text", |rng| pick(rng, &ZONES)),
    kind("days", "CAST({} AS INTERVAL DAY TO SECOND(6))", "{}::interval", days),
    kind("months", "CAST({} AS INTERVAL YEAR TO MONTH)", "{}::interval", |rng| {
        format!("{}-{}", rng.i32(-40..40), rng.i32(0..12))
    }),
    kind("bytes", "DECODE({}, 'hex')", "decode({}, 'hex')", |rng| {
        (0..rng.u8(0..7)).map(|_| format!("{:02x}", rng.u8(..))).collect()
    }),
    kind("nonzero", "DECODE({}, 'hex')", "decode({}, 'hex')", |rng| pieces(rng, &["c3a9", "41", "f09f9880", "ff", "c3", "7f"])),
    kind("hex", "{}", "{}::text", |rng| pieces(rng, &["00", "7f", "E9", "ff", "a", "g", " "])),
    kind("json", "{}", "{}::jsonb", |rng| json(rng, 3)),
    kind("object", "{}", "{}::jsonb", |rng| object(rng, 2)),
    kind("list", "{}", "{}::jsonb", |rng| list(rng, 2)),
    kind("key", "{}", "{}::text", |rng| pick(rng, &KEYS)),
    kind("ints", "CAST({} AS ARRAY<INT>)", "{}::int[]", |rng| array(rng, |rng| rng.i32(-2..4).to_string())),
    kind("texts", "CAST({} AS ARRAY<STRING>)", "{}::text[]", |rng| array(rng, |rng| pick(rng, &KEYS))),
    kind("path", "CAST({} AS ARRAY<STRING>)", "{}::text[]", |rng| {
        format!("{{{}}}", listed(rng, ",", |rng| pick(rng, &["a", "é", "0", "1", "-1"])))
    }),
    kind("item", "CAST({} AS INT)", "{}::int", |rng| rng.i32(-2..4).to_string()),
    kind("escaped", "{}", "{}::text", |rng| pieces(rng, &["%41", "a", "b", "=", "&", "%C3%A9", "+", "/", "%", "x"])),
    kind("base64", "{}", "{}::text", |rng| pick(rng, &["", "YQ==", "w6k=", "8J+YgA==", "SGVsbG8gV29ybGQ=", "YWI", "*", "/w=="])),
    kind("pairs", "{}", "{}::text", |rng| pick(rng, &["", "a=1", "a=1,b=2", "a=1,a=2", "é==,b", "=x", "b"])),
    kind("clocktext", "{}", "{}::text", clock),
    kind("datetext", "{}", "{}::text", date),
    kind("changetext", "{}", "{}::text", change),
    kind("map", "CAST({} AS MAP<STRING, INT>)", "{}::jsonb", map),
    kind("pair", "CAST({} AS ARRAY<INT>)", "{}::int[]", |rng| pick(rng, &["{}", "{1}", "{1,2}", "{NULL,3}"])),
    kind("names", "CAST({} AS ARRAY<STRING>)", "{}::text[]", |rng| pick(rng, &["{a,b,c,d,e,f}", "{é,\"x y\",0,b,a,c}"])),
    kind("broken", "{}", "{}::text", broken),
    kind("sqlpath", "{}", "{}::jsonpath", |rng| pick(rng, &SQL_PATHS)),
    kind("pathvars", "{}", "{}::jsonb", |rng| {
        pick(rng, &["{\"low\":0,\"out\":5}", "{\"low\":\"a\",\"out\":\"b\"}", "{\"out\":null,\"low\":true}"])
    }),
    kind("address", "{}", "{}::text", |rng| (0..4).map(|_| rng.u16(0..280).to_string()).collect::<Vec<_>>().join(".")),
    kind("url", "{}", "{}::text", url),
    kind("format", "{}", "{}::text", format),
];

const REGEXES: [&str; 16] =
    ["a", "a+", "[ab]", "(a)(b)?", "^a", "b$", ".", "é", "\\d+", "ab", "a|b", "[^a]", "(?:ab)+", "x*", "\\s", "(.)b"];
const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/Zurich",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Tokyo",
];
const SQL_PATHS: [&str; 26] = [
    "$",
    "$[0]",
    "$[*]",
    "$.a",
    "$.a[*].type()",
    "strict $.a",
    "$[*].type()",
    "$ ? (@.a > 1)",
    "$[*] ? (@ == null || @ > 0)",
    "$.a.size()",
    "strict $.size()",
    "$[last, 0]",
    "$[last - 1 to last]",
    "strict $[0 to 1]",
    "$.** ? (@ == \"a\")",
    "exists($.a)",
    "$[1].b",
    "$.a == 1",
    "$[*] starts with \"a\"",
    "($[*] > 1) is unknown",
    "$[*] ? (@ like_regex \"^[A-C]\" flag \"i\")",
    "strict $[*] ? (@.a == 1)",
    "$.a == $.b",
    "!($[0] > 0) && $[0] != \"a\"",
    "strict $[*] > 0",
    "$.\"é\" ? (@ <= \"é\")",
];
const KEYS: [&str; 6] = ["a", "b", "é", "0", "x y", "c"];

impl Kind {
    pub fn named(name: &str) -> Kind {
        *KINDS.iter().find(|kind| kind.name == name).unwrap_or_else(|| panic!("there is no kind {name}"))
    }

    /// A column of texts as one of this kind.
    pub fn typed(self, column: &str) -> String {
        self.ours.replace("{}", column)
    }

    pub fn typed_for_postgres(self, literal: &str) -> String {
        self.theirs.replace("{}", literal)
    }

    pub fn draw(self, rng: &mut Rng) -> Option<String> {
        if rng.u8(0..10) == 0 { None } else { Some((self.draw)(rng)) }
    }
}

fn pick(rng: &mut Rng, all: &[&str]) -> String {
    all[rng.usize(..all.len())].to_owned()
}

fn pieces(rng: &mut Rng, all: &[&str]) -> String {
    (0..rng.u8(0..6)).map(|_| pick(rng, all)).collect()
}

fn listed(rng: &mut Rng, separator: &str, item: fn(&mut Rng) -> String) -> String {
    (0..rng.u8(0..5)).map(|_| item(rng)).collect::<Vec<_>>().join(separator)
}

fn text(rng: &mut Rng) -> String {
    let whole = ["", " ", "Zürich", "äöü€😀", "ŒUVRE", "Hello big World", "a,b,,c", "  x  ", "it's", "\\", "aAbB", "ab ab ab"];
    let parts = ["a", "b", "B", "é", "É", "😀", " ", ",", "-", "1", "ab", "x", "_", "%", "ñ"];
    if rng.u8(0..3) == 0 { pick(rng, &whole) } else { pieces(rng, &parts) + &pieces(rng, &parts) }
}

fn word(rng: &mut Rng) -> String {
    (0..rng.u8(0..3)).map(|_| pick(rng, &["a", "b", "é", "B"])).collect()
}

fn number(rng: &mut Rng) -> String {
    match rng.u8(0..4) {
        0 => pick(rng, &["", "1e5", "-", ".5", "1.", " 7 ", "0x1F", "abc", "1,2", "é", "+3", "007"]),
        1 => decimal(rng),
        _ => whole(rng, i32::MIN.into(), i32::MAX.into()),
    }
}

fn whole(rng: &mut Rng, least: i64, most: i64) -> String {
    let edges = [least, most, least + 1, most - 1, 0, 1, -1];
    match rng.u8(0..5) {
        0 | 1 => edges[rng.usize(..edges.len())].to_string(),
        2 => rng.i64(least..=most).to_string(),
        _ => rng.i64(-100..101).to_string(),
    }
}

fn double(rng: &mut Rng) -> String {
    let edges =
        ["0", "-0", "1", "-1", "0.5", "-0.5", "1.5", "2.5", "-2.5", "1e300", "-1e300", "1e-300", "NaN", "Infinity", "-Infinity"];
    if rng.u8(0..3) == 0 { pick(rng, &edges) } else { (f64::from(rng.i32(-4000..4001)) / 64.0).to_string() }
}

fn decimal(rng: &mut Rng) -> String {
    let edges = ["0", "0.5", "-0.5", "1.5", "2.5", "-2.5", "999999999.999", "-999999999.999", "0.001", "0.045"];
    if rng.u8(0..3) == 0 { pick(rng, &edges) } else { format!("{}.{:03}", rng.i32(-200..200), rng.u16(0..1000)) }
}

fn date(rng: &mut Rng) -> String {
    let edges = [
        "1970-01-01",
        "2024-02-29",
        "2000-02-29",
        "1900-02-28",
        "1999-12-31",
        "2020-12-31",
        "2021-01-03",
        "1720-01-01",
        "2100-03-01",
    ];
    let any = |rng: &mut Rng| format!("{:04}-{:02}-{:02}", rng.u16(1720..2220), rng.u8(1..13), rng.u8(1..29));
    if rng.bool() { pick(rng, &edges) } else { any(rng) }
}

fn clock(rng: &mut Rng) -> String {
    let edges = ["00:00:00", "23:59:59.999999", "12:00:00", "11:59:59.5"];
    let any =
        |rng: &mut Rng| format!("{:02}:{:02}:{:02}.{:06}", rng.u8(0..24), rng.u8(0..60), rng.u8(0..60), rng.u32(0..1_000_000));
    if rng.u8(0..3) == 0 { pick(rng, &edges) } else { any(rng) }
}

fn time(rng: &mut Rng) -> String {
    format!("{} {}", date(rng), clock(rng))
}

/// A time about when some clocks are put forward or back.
fn change(rng: &mut Rng) -> String {
    let days = ["2024-03-10", "2024-11-03", "2024-03-31", "2024-10-27", "2024-04-07", "2024-10-06", "2011-12-29", "2018-11-04"];
    format!("{} {:02}:{:02}:00", pick(rng, &days), rng.u8(0..24), rng.u8(0..4) * 15)
}

fn days(rng: &mut Rng) -> String {
    let sign = if rng.bool() { "-" } else { "" };
    format!(
        "{sign}{} {sign}{:02}:{:02}:{:02}.{:03}",
        rng.u8(0..40),
        rng.u8(0..24),
        rng.u8(0..60),
        rng.u8(0..60),
        rng.u16(0..1000)
    )
}

fn array(rng: &mut Rng, item: fn(&mut Rng) -> String) -> String {
    let item = |rng: &mut Rng| if rng.u8(0..6) == 0 { "NULL".to_owned() } else { format!("\"{}\"", item(rng)) };
    let items: Vec<String> = (0..rng.u8(0..6)).map(|_| item(rng)).collect();
    format!("{{{}}}", items.join(","))
}

fn json(rng: &mut Rng, depth: usize) -> String {
    match rng.u8(0..8) {
        0 | 1 if depth > 0 => object(rng, depth - 1),
        2 | 3 if depth > 0 => list(rng, depth - 1),
        4 => rng.i32(-9..100).to_string(),
        5 => pick(rng, &["true", "false", "null", "1.50", "-0.25", "1000"]),
        _ => pick(rng, &["\"\"", "\"a\"", "\"é😀\"", "\"x \\\"y\\\" \\\\ \"", "\"\\u00e9\"", "\"0\""]),
    }
}

fn object(rng: &mut Rng, depth: usize) -> String {
    let start = rng.usize(..KEYS.len());
    let field = |at: usize, rng: &mut Rng| format!("\"{}\": {}", KEYS[(start + at) % KEYS.len()], json(rng, depth));
    let fields: Vec<String> = (0..rng.usize(0..4)).map(|at| field(at, rng)).collect();
    format!("{{{}}}", fields.join(", "))
}

fn list(rng: &mut Rng, depth: usize) -> String {
    let items: Vec<String> = (0..rng.u8(0..4)).map(|_| json(rng, depth)).collect();
    format!("[{}]", items.join(", "))
}

fn map(rng: &mut Rng) -> String {
    let start = rng.usize(..KEYS.len());
    let entry = |at: usize, rng: &mut Rng| match rng.u8(0..6) {
        0 => format!("\"{}\": null", KEYS[(start + at) % KEYS.len()]),
        _ => format!("\"{}\": {}", KEYS[(start + at) % KEYS.len()], rng.i32(-9..10)),
    };
    let entries: Vec<String> = (0..rng.usize(0..4)).map(|at| entry(at, rng)).collect();
    format!("{{{}}}", entries.join(", "))
}

/// JSON, or what would be but for a character.
fn broken(rng: &mut Rng) -> String {
    let mut chars: Vec<char> = json(rng, 2).chars().collect();
    if !chars.is_empty() && rng.bool() {
        let at = rng.usize(..chars.len());
        match rng.u8(0..3) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, char::from(b"{}[],:\"0-e"[rng.usize(..10)])),
            _ => chars.truncate(at),
        }
    }
    chars.into_iter().collect()
}

/// With all of its parts.
fn url(rng: &mut Rng) -> String {
    let host = pick(rng, &["example.com", "u@h:80", "é.ch", "a:b@h", "[::1]:8"]);
    let (path, query) = (pick(rng, &["/", "/a/b.c", "/%41"]), pick(rng, &["k=1", "x=&k=a=b", "kk=2&k=é", "k"]));
    format!("{}://{host}{path}?{query}#{}", pick(rng, &["http", "ftp"]), pick(rng, &["top", "Ref-1"]))
}

/// Formats of integers for PRINTF.
fn format(rng: &mut Rng) -> String {
    let flags: String = ["-", "0", "+", " ", "("].into_iter().filter(|_| rng.u8(0..4) == 0).collect();
    let width = if rng.bool() { rng.u8(1..9).to_string() } else { String::new() };
    format!("%{flags}{width}d")
}
