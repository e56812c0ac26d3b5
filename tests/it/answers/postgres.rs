//! Asks a server of PostgreSQL through `psql`.

use std::io::Write;
use std::process::{Command, Stdio};

use super::question::{Gives, Question, plain};
use super::{Answer, Answers, Arguments};

/// Runs what it is given; an error is an answer, too.
const HEAD: &str = "\
SET client_min_messages = error; SET timezone = 'UTC'; SET intervalstyle = postgres;
CREATE FUNCTION pg_temp.answer(question text) RETURNS text LANGUAGE plpgsql AS $f$
DECLARE found text;
BEGIN
  EXECUTE question INTO found; RETURN found;
EXCEPTION WHEN OTHERS THEN
  RETURN CASE WHEN SQLSTATE LIKE '42%' THEN 'no such call: ' || SQLERRM ELSE '!' END;
END $f$;
";

/// What PostgreSQL gives for these arguments.
pub fn answers(server: &str, question: &Question, rows: &[Arguments]) -> Answers {
    let mut script = HEAD.to_owned();
    for row in rows {
        script.push_str(&format!("COPY (SELECT pg_temp.answer($q${}$q$)) TO STDOUT;\n", query(question, row)));
    }
    let answered = psql(server, script);
    let lines: Vec<&str> = answered.lines().collect();
    assert_eq!(lines.len(), rows.len(), "{}: {answered}", question.call);
    let answer = |line: &&str| match plain(line) {
        None => Answer::Null,
        Some(text) if text == "!" => Answer::Fails,
        Some(text) => Answer::Is(text),
    };
    lines.iter().map(answer).collect()
}

fn query(question: &Question, row: &[Option<String>]) -> String {
    let literal = |value: &Option<String>| match value {
        None => "NULL".to_owned(),
        Some(text) => format!("'{}'", text.replace('\'', "''")),
    };
    let value = |((name, kind), value): ((char, &super::kind::Kind), &Option<String>)| {
        format!("{} AS {name}", kind.typed_for_postgres(&literal(value)))
    };
    let values: Vec<String> = ('a'..).zip(&question.kinds).zip(row).map(value).collect();
    let (asked, values) = (&question.asked, values.join(", "));
    match question.gives {
        Gives::Array => format!("SELECT to_json({asked})::text FROM (SELECT {values}) AS r"),
        Gives::Rows => format!("SELECT string_agg(coalesce(x::text, 'NULL'), ';') FROM (SELECT {values}) AS r, {asked} AS f (x)"),
        Gives::Pairs => {
            let pair = "coalesce(x::text || '=' || y::text, 'NULL')";
            format!("SELECT string_agg({pair}, ';') FROM (SELECT {values}) AS r, {asked} AS f (x, y)")
        }
        Gives::Group => format!("SELECT ({asked})::text FROM (SELECT {values}) AS r LEFT JOIN {} ON TRUE", question.items()),
        _ => format!("SELECT ({asked})::text FROM (SELECT {values}) AS r"),
    }
}

fn psql(server: &str, script: String) -> String {
    let mut psql = Command::new("psql")
        .args(server.split_whitespace())
        .args(["-qAtX", "-v", "ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("psql is there");
    let mut stdin = psql.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let output = psql.wait_with_output().expect("psql ends");
    writer.join().expect("no panic").expect("psql reads all");
    assert!(output.status.success(), "psql fails");
    String::from_utf8(output.stdout).expect("text")
}
