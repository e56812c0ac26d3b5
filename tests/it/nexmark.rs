//! The questions of `examples/nexmark`, recomputed by SQLite over the same rows.
//!
//! SQLite gets the rows that the connector makes and answers a spelling of its own of each question. The engine's answer, at one shard and at
//! two, has to be the same, and what stands in `examples/expected/nexmark`: the number of rows and the first of them. `UPDATE=1` writes
//! SQLite's answers there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use corelane::error::Result;
use corelane::format::Decoded;
use corelane::plan::{Connectors, Script, plan};
use corelane::sink::{self, Sink};
use corelane::source::{self, Polled, Source};
use corelane::types::{Column, DataType, TableDef, Value};
use rusqlite::types::ValueRef;

use super::oracle::to_sqlite;
use corelane::cli::golden::{Inputs, Outside, Shape, play};

/// Rows of an answer that are written down.
const ROWS_SHOWN: usize = 20;

/// The questions as SQLite asks them. `moment(t)` stands for the text of a time; times are nanoseconds.
const THEIRS: [(&str, &str); 23] = [
    ("q0", "SELECT auction, bidder, price, moment(dateTime), extra FROM bid"),
    ("q1", "SELECT auction, bidder, printf('%d.%03d', price * 908 / 1000, price * 908 % 1000), moment(dateTime), extra FROM bid"),
    ("q2", "SELECT auction, price FROM bid WHERE auction % 123 = 0"),
    (
        "q3",
        "SELECT p.name, p.city, p.state, a.id FROM auction AS a, person AS p \
         WHERE a.seller = p.id AND a.category = 10 AND p.state IN ('OR', 'ID', 'CA')",
    ),
    (
        "q4",
        "WITH closed AS (SELECT (SELECT MAX(price) FROM bid WHERE auction = id AND bid.dateTime BETWEEN auction.dateTime AND expires) \
             AS price, category FROM auction) SELECT category, AVG(price) FROM closed WHERE price IS NOT NULL GROUP BY category",
    ),
    (
        "q5",
        "WITH back(n) AS (VALUES (0), (1), (2), (3), (4)), \
             counts AS (SELECT auction, dateTime / 2000000000 - n AS start, COUNT(*) AS bids FROM bid, back GROUP BY 1, 2) \
         SELECT auction, bids FROM counts AS c WHERE bids = (SELECT MAX(bids) FROM counts AS o WHERE o.start = c.start)",
    ),
    (
        "q7",
        "SELECT auction, price, bidder, moment(dateTime), extra FROM bid AS b \
         WHERE price = (SELECT MAX(price) FROM bid AS o WHERE o.dateTime / 10000000000 = b.dateTime / 10000000000)",
    ),
    (
        "q8",
        "SELECT DISTINCT p.id, p.name, moment(p.dateTime / 10000000000 * 10000000000) FROM person AS p, auction AS a \
         WHERE p.id = a.seller AND p.dateTime / 10000000000 = a.dateTime / 10000000000",
    ),
    (
        "q9",
        "SELECT id, itemName, description, initialBid, reserve, moment(a.dateTime), moment(expires), seller, category, a.extra, \
             auction, bidder, price, moment(b.dateTime), b.extra \
         FROM auction AS a, bid AS b ON b.rowid = (SELECT rowid FROM bid AS o WHERE o.auction = a.id \
             AND o.dateTime BETWEEN a.dateTime AND a.expires ORDER BY price DESC, dateTime LIMIT 1)",
    ),
    (
        "q6",
        "SELECT seller, AVG(price) OVER (PARTITION BY seller ORDER BY at, price ROWS 9 PRECEDING) FROM (SELECT a.seller, b.price, \
             b.dateTime AS at FROM auction AS a, bid AS b ON b.rowid = (SELECT rowid FROM bid AS o WHERE o.auction = a.id \
             AND o.dateTime BETWEEN a.dateTime AND a.expires ORDER BY price DESC, dateTime LIMIT 1))",
    ),
    (
        "q10",
        "SELECT auction, bidder, price, moment(dateTime), extra, strftime('%Y-%m-%d', dateTime / 1000000000, 'unixepoch'), \
             strftime('%H:%M', dateTime / 1000000000, 'unixepoch') FROM bid",
    ),
    (
        "q11",
        "WITH marked AS (SELECT bidder, dateTime, dateTime - LAG(dateTime) OVER (PARTITION BY bidder ORDER BY dateTime) > 10000000000 \
             AS begins FROM bid), \
             numbered AS (SELECT *, SUM(COALESCE(begins, 0)) OVER (PARTITION BY bidder ORDER BY dateTime) AS session FROM marked) \
         SELECT bidder, COUNT(*), moment(MIN(dateTime)), moment(MAX(dateTime) + 10000000000) FROM numbered GROUP BY bidder, session",
    ),
    // The windows are by the clock; how often each bids is not.
    ("q12", "SELECT bidder, COUNT(*) FROM bid GROUP BY bidder"),
    ("q13", "SELECT auction, bidder, price, moment(dateTime), value FROM bid, side_input WHERE auction % 10000 = key"),
    (
        "q14",
        "WITH b AS (SELECT *, CAST(strftime('%H', dateTime / 1000000000, 'unixepoch') AS INTEGER) AS hour FROM bid) \
         SELECT auction, bidder, printf('%d.%03d', price * 908 / 1000, price * 908 % 1000), CASE WHEN hour BETWEEN 8 AND 18 THEN \
             'dayTime' WHEN hour BETWEEN 7 AND 19 THEN 'otherTime' ELSE 'nightTime' END, moment(dateTime), extra, \
             LENGTH(extra) - LENGTH(REPLACE(extra, 'c', '')) \
         FROM b WHERE price * 908 > 1000000000 AND price * 908 < 50000000000",
    ),
    ("q15", "SELECT strftime('%Y-%m-%d', dateTime / 1000000000, 'unixepoch'), ranks() FROM bid GROUP BY 1"),
    (
        "q16",
        "SELECT channel, strftime('%Y-%m-%d', dateTime / 1000000000, 'unixepoch'), \
             strftime('%H:%M', MAX(dateTime) / 1000000000, 'unixepoch'), ranks() FROM bid GROUP BY 1, 2",
    ),
    (
        "q17",
        "SELECT auction, strftime('%Y-%m-%d', dateTime / 1000000000, 'unixepoch'), COUNT(*), SUM(price < 10000), \
             SUM(price BETWEEN 10000 AND 999999), SUM(price >= 1000000), MIN(price), MAX(price), AVG(price), SUM(price) \
         FROM bid GROUP BY 1, 2",
    ),
    (
        "q18",
        "SELECT auction, bidder, price, channel, url, moment(dateTime), extra FROM bid AS b \
         WHERE NOT EXISTS (SELECT 1 FROM bid AS o WHERE o.auction = b.auction AND o.bidder = b.bidder AND o.dateTime > b.dateTime)",
    ),
    (
        "q19",
        "SELECT auction, bidder, price, channel, url, moment(dateTime), extra, place FROM (SELECT *, ROW_NUMBER() OVER \
             (PARTITION BY auction ORDER BY price DESC, bidder, channel, url, dateTime, extra) AS place FROM bid) WHERE place <= 10",
    ),
    (
        "q20",
        "SELECT auction, bidder, price, channel, url, moment(b.dateTime), b.extra, itemName, description, initialBid, reserve, \
             moment(a.dateTime), moment(expires), seller, category, a.extra FROM bid AS b, auction AS a WHERE auction = id AND category = 10",
    ),
    (
        "q21",
        "WITH b AS (SELECT *, instr(url, '&channel_id=') AS at FROM bid) SELECT auction, bidder, price, channel, \
             CASE channel WHEN 'Apple' THEN '0' WHEN 'Google' THEN '1' WHEN 'Facebook' THEN '2' WHEN 'Baidu' THEN '3' \
                 ELSE substr(url, at + 12) END \
         FROM b WHERE at > 0 OR channel IN ('Apple', 'Google', 'Facebook', 'Baidu')",
    ),
    (
        "q22",
        "WITH b AS (SELECT *, '[\"' || REPLACE(url, '/', '\",\"') || '\"]' AS parts FROM bid) SELECT auction, bidder, price, channel, \
             parts ->> 3, parts ->> 4, parts ->> 5 FROM b",
    ),
];

/// Counts of bids, bidders and auctions: of all, then by rank of the price.
fn ranks() -> String {
    let ranks = ["1", "price < 10000", "price BETWEEN 10000 AND 999999", "price >= 1000000"];
    let counts = ["COUNT(CASE WHEN {} THEN 1 END)", "COUNT(DISTINCT CASE WHEN {} THEN bidder END)"];
    let counts = [counts[0], counts[1], "COUNT(DISTINCT CASE WHEN {} THEN auction END)"];
    counts.iter().flat_map(|count| ranks.map(|rank| count.replace("{}", rank))).collect::<Vec<_>>().join(", ")
}

/// A question with what SQLite has no function for written out.
fn written_out(sql: &str) -> String {
    let mut pieces = sql.split("moment(");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let mut depth = 1;
        let end = piece.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let (time, rest) = piece.split_at(end.expect("a closing parenthesis"));
        let seconds = format!("strftime('%Y-%m-%d %H:%M:%S', ({time}) / 1000000000, 'unixepoch')");
        text.push_str(&format!("{seconds} || printf('.%03d', ({time}) / 1000000 % 1000{rest}"));
    }
    text.replace("ranks()", &ranks())
}

fn example(name: &str) -> String {
    std::fs::read_to_string(format!("examples/nexmark/{name}.sql")).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The built-in connectors; keeps the tables that were planned.
#[derive(Default)]
struct Kept(Mutex<Vec<(TableDef, Arc<dyn Source>)>>);

impl Connectors for Kept {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        let source = source::create(table)?;
        self.0.lock().expect("one thread").push((table.clone(), source.clone()));
        Ok(source)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        sink::create(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(sink::nowhere())
    }
}

/// SQLite with the rows that the connectors make for `tables.sql` and the side input.
fn database() -> rusqlite::Connection {
    let kept = Kept::default();
    let joined = example("q13");
    let side_input = joined.split(';').next().expect("a statement");
    let text = format!("{} {side_input}; SELECT * FROM person, auction, bid, side_input;", example("tables"));
    plan(&[Script { text, file: "tables.sql".to_owned() }], &[], &kept).expect("plans");
    let database = rusqlite::Connection::open_in_memory().expect("memory is there");
    for (table, source) in kept.0.into_inner().expect("one thread") {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        database.execute_batch(&format!("CREATE TABLE {} ({})", table.name, names.join(", "))).expect("a table");
        let places = vec!["?"; names.len()].join(", ");
        let mut insert = database.prepare(&format!("INSERT INTO {} VALUES ({places})", table.name)).expect("an insert");
        for row in rows(&table.columns, source.as_ref()) {
            insert.execute(rusqlite::params_from_iter(row.iter().map(to_sqlite))).expect("a row");
        }
    }
    database
}

/// All rows of a source.
fn rows(columns: &[Column], source: &dyn Source) -> Vec<Vec<Value>> {
    let types: Vec<DataType> = columns.iter().map(|c| c.data_type.clone()).collect();
    let mut reader = source.open(0, 1, &(0..types.len()).collect()).expect("opens");
    let mut rows = Vec::new();
    loop {
        let mut made = Decoded::new(&types, 0);
        if reader.poll(1, 1024, &mut made).expect("polls") == Polled::End {
            return rows;
        }
        let row = |row| made.columns.iter().zip(&types).map(|(c, t)| c.value(row, t)).collect();
        rows.extend((0..made.rows).map(row));
    }
}

/// The rows of SQLite's answer, sorted.
fn theirs(database: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let cell = |value: ValueRef<'_>| match value {
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(d) => zmij::Buffer::new().format(d).to_owned(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => "NULL".to_owned(),
    };
    let mut statement = database.prepare(&written_out(sql)).unwrap_or_else(|e| panic!("{e}: {sql}"));
    let width = statement.column_count();
    let mut found = statement.query([]).expect("an answer");
    let mut lines = Vec::new();
    while let Some(row) = found.next().expect("a row") {
        let cells: Vec<String> = (0..width).map(|at| cell(row.get_ref(at).expect("a column"))).collect();
        lines.push(format!("[{}]", cells.join(", ")));
    }
    lines.sort();
    lines
}

/// The engine's answer.
fn ours(name: &str, shards: usize) -> Vec<String> {
    let sql = format!("{}{}", example("tables"), example(name));
    match play(&sql, &Inputs::new(), Outside::Kept, Shape { shards, batch_rows: 1024 }) {
        Ok(written) if name == "q12" => without_windows(&written.result("print")),
        Ok(written) => written.result("print"),
        Err(why) => panic!("{name}: {why}"),
    }
}

/// The first two columns, key and count, with the counts of all windows added up.
fn without_windows(rows: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        let mut cells = row.trim_matches(['[', ']']).split(", ");
        let (key, count) = (cells.next().expect("a key"), cells.next().expect("a count"));
        *counts.entry(key).or_default() += count.parse::<u64>().expect("a number");
    }
    let mut lines: Vec<String> = counts.into_iter().map(|(key, count)| format!("[{key}, {count}]")).collect();
    lines.sort();
    lines
}

/// An answer as it is written down.
fn shown(lines: &[String]) -> String {
    let first = lines.iter().take(ROWS_SHOWN).map(|line| format!("{line}\n")).collect::<String>();
    format!("{} rows\n{first}", lines.len())
}

#[test]
fn answers_of_the_auction_house_are_those_of_sqlite() {
    let database = database();
    let of_sqlite = |name: &str| THEIRS.iter().find(|(known, _)| *known == name).map(|(_, sql)| theirs(&database, sql));
    for name in (0..23).map(|number| format!("q{number}")) {
        let one = ours(&name, 1);
        let right = of_sqlite(&name).unwrap_or_else(|| panic!("SQLite has to be asked {name} too"));
        assert!(!right.is_empty(), "{name} has no rows");
        assert_eq!(one, right, "{name}");
        assert_eq!(ours(&name, 2), right, "{name} at two shards");
        let path = PathBuf::from(format!("examples/expected/nexmark/{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, shown(&right)).expect("writes");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(written, shown(&right), "{}", path.display());
    }
}
