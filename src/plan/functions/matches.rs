//! What is read of a match in MATCH_RECOGNIZE, as users read of it. The examples read the table that `EXAMPLES` makes.

use crate::expr::help::{Help, function};

/// What is read of a match of rows.
pub static MATCHES: [Help; 8] = [
    function("FIRST", "(variable.column [, distance])", "The value of the first row of the match, or of a variable in it")
        .example(
            "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES FIRST(B.id) AS x PATTERN (A B+) DEFINE B AS TRUE)",
            "2",
        ),
    function("LAST", "(variable.column [, distance])", "The value of the last row of the match, or of a variable in it").example(
        "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES LAST(B.id) AS x PATTERN (A B+) DEFINE B AS TRUE)",
        "3",
    ),
    function("PREV", "(column [, distance])", "The value of the row before, or so many before").example(
        "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES LAST(B.id) AS x \
         PATTERN (A B+) DEFINE B AS B.id > PREV(B.id))",
        "3",
    ),
    function("NEXT", "(column [, distance])", "The value of the row behind, or so many behind").example(
        "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES LAST(B.id) AS x \
         PATTERN (A B+) DEFINE B AS NEXT(B.id) IS NULL)",
        "3",
    ),
    function("CLASSIFIER", "()", "The name of the variable that the row was matched to").example(
        "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES CLASSIFIER() AS x PATTERN (A B+) DEFINE B AS TRUE)",
        "B",
    ),
    function("MATCH_NUMBER", "()", "The number of the match in its partition, counted from 1").example(
        "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES MATCH_NUMBER() AS x \
         PATTERN (A B+) DEFINE B AS TRUE)",
        "1",
    ),
    function("MATCH_ROWTIME", "()", "The event time of the last row of the match").example(
        "SELECT x FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES MATCH_ROWTIME() AS x \
         PATTERN (A B+) DEFINE B AS TRUE)",
        "2024-01-01 12:11:00",
    ),
    function("MATCH_PROCTIME", "()", "The time at which the match was found").example(
        "SELECT x IS NULL FROM clicks MATCH_RECOGNIZE (ORDER BY ts MEASURES MATCH_PROCTIME() AS x \
         PATTERN (A B+) DEFINE B AS TRUE)",
        "false",
    ),
];
