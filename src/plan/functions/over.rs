//! Functions that need OVER, as users read of them. Aggregates take it, too.

use crate::expr::help::{Help, function};

/// The functions there are that only OVER gives a meaning.
pub static OVER: [Help; 8] = [
    function("ROW_NUMBER", "() OVER (...)", "The number of the row, counted from 1")
        .example("SELECT x, ROW_NUMBER() OVER (ORDER BY x) FROM (VALUES (20), (10)) AS t(x)", "10, 1\n20, 2"),
    function("RANK", "() OVER (...)", "The number of the first row that is equal in order")
        .example("SELECT x, RANK() OVER (ORDER BY x DESC) FROM (VALUES (10), (20), (20)) AS t(x)", "10, 3\n20, 1\n20, 1"),
    function("DENSE_RANK", "() OVER (...)", "The rank without gaps")
        .example("SELECT x, DENSE_RANK() OVER (ORDER BY x DESC) FROM (VALUES (10), (20), (20)) AS t(x)", "10, 2\n20, 1\n20, 1"),
    function("PERCENT_RANK", "() OVER (...)", "The rank as a part, from 0 to 1").example(
        "SELECT x, PERCENT_RANK() OVER (ORDER BY x) FROM (VALUES (10), (20), (30)) AS t(x)",
        "10, 0.0\n20, 0.5\n30, 1.0",
    ),
    function("CUME_DIST", "() OVER (...)", "The part of the rows that are not behind it")
        .example("SELECT x, CUME_DIST() OVER (ORDER BY x) FROM (VALUES (10), (20)) AS t(x)", "10, 0.5\n20, 1.0"),
    function("NTILE", "(parts) OVER (...)", "Which of so many equal parts the row is in")
        .example("SELECT x, NTILE(2) OVER (ORDER BY x) FROM (VALUES (10), (20), (30)) AS t(x)", "10, 1\n20, 1\n30, 2"),
    function("LAG", "(x [, distance [, default]]) OVER (...)", "The value of the row before, or so many before")
        .example("SELECT x, LAG(x) OVER (ORDER BY x) FROM (VALUES (10), (20)) AS t(x)", "10, NULL\n20, 10"),
    function("LEAD", "(x [, distance [, default]]) OVER (...)", "The value of the row behind, or so many behind")
        .example("SELECT x, LEAD(x, 1, 0) OVER (ORDER BY x) FROM (VALUES (10), (20)) AS t(x)", "10, 20\n20, 0"),
];
