//! MATCH_RECOGNIZE: what it becomes for the parser crate, and faults where they stand.

use super::{fault, printed};

/// The pattern as an expression.
fn pattern(written: &str) -> String {
    let text = printed(&format!("SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts PATTERN ({written}))"));
    let entry = text.split_once("`$pattern` AS ").expect(&text).1;
    entry.strip_suffix(')').expect(&text).replace('`', "")
}

#[test]
fn patterns_become_expressions() {
    for (written, read) in [
        ("A", "A"),
        ("()", "$sequence()"),
        ("", "$sequence()"),
        ("A B", "$sequence(A, B)"),
        ("A | B C | D", "$choice(A, $sequence(B, C), D)"),
        ("(A | B) C", "$sequence($choice(A, B), C)"),
        ("A* B+ C?", "$sequence($greedy(A, 0), $greedy(B, 1), $greedy(C, 0, 1))"),
        ("A*? B+? C??", "$sequence($reluctant(A, 0), $reluctant(B, 1), $reluctant(C, 0, 1))"),
        ("A?|B", "$choice($greedy(A, 0, 1), B)"),
        ("A{2} B{2,} C{,3} D{2,3}", "$sequence($greedy(A, 2, 2), $greedy(B, 2), $greedy(C, 0, 3), $greedy(D, 2, 3))"),
        ("A{2}? (B C){2,3}?", "$sequence($reluctant(A, 2, 2), $reluctant($sequence(B, C), 2, 3))"),
        ("((A+)*)?", "$greedy($greedy($greedy(A, 1), 0), 0, 1)"),
        ("^ A {- B C+ -}+ $", "$sequence($start(), A, $greedy($left_out($sequence(B, $greedy(C, 1))), 1), $end())"),
        ("PERMUTE(A, B C) `permute`", "$sequence($permute(A, $sequence(B, C)), permute)"),
    ] {
        assert_eq!(pattern(written), read, "{written}");
    }
}

#[test]
fn what_the_grammar_lacks_goes_into_define() {
    let check = |written: &str, read: &str| {
        let text = printed(&format!("SELECT * FROM {written}")).replace('`', "").replace("SKIP  TO", "SKIP TO");
        assert_eq!(text, format!("SELECT * FROM {read}"), "{written}");
    };
    check(
        "t MATCH_RECOGNIZE (PATTERN (A) WITHIN INTERVAL '5 minutes' SUBSET u = (A, B), v = (B) DEFINE A AS x > 1) AS m",
        "t MATCH_RECOGNIZE(PATTERN ($pattern) DEFINE $pattern AS A, $within AS INTERVAL '5' MINUTE, $subset AS $subset(u, A, B), \
         $subset AS $subset(v, B), A AS x > 1) AS m",
    );
    check(
        "t MATCH_RECOGNIZE (MEASURES FINAL LAST(A.x) + running SUM(FINAL LAST(y)) FILTER (WHERE z) AS f, FINAL AS g PATTERN (A))",
        "t MATCH_RECOGNIZE(MEASURES $final(LAST(A.x)) + $running(SUM($final(LAST(y))) FILTER (WHERE z)) AS f, FINAL AS g \
         PATTERN ($pattern) DEFINE $pattern AS A)",
    );
    for (written, read) in [
        ("TO A", "TO LAST A"),
        ("TO LAST A", "TO LAST A"),
        ("TO FIRST A", "TO FIRST A"),
        ("TO NEXT ROW", "TO NEXT ROW"),
        ("PAST LAST ROW", "PAST LAST ROW"),
    ] {
        check(
            &format!("t AS s MATCH_RECOGNIZE (ONE ROW PER MATCH AFTER MATCH SKIP {written} PATTERN (A))"),
            &format!("t AS s MATCH_RECOGNIZE(ONE ROW PER MATCH AFTER MATCH SKIP {read} PATTERN ($pattern) DEFINE $pattern AS A)"),
        );
    }
}

#[test]
fn rows_of_queries_and_windows_are_matched_like_those_of_tables() {
    let text = printed(
        "SELECT * FROM a JOIN (SELECT x FROM b MATCH_RECOGNIZE (PATTERN (B))) AS s MATCH_RECOGNIZE (PATTERN (A)) AS m ON TRUE, \
         TUMBLE(t, ts, INTERVAL '1' SECOND) MATCH_RECOGNIZE (PATTERN (C))",
    );
    let text = text.replace('`', "");
    for part in [
        "FROM a JOIN $input MATCH_RECOGNIZE(",
        "$input AS (SELECT * FROM (SELECT x FROM b MATCH_RECOGNIZE(PATTERN ($pattern) DEFINE $pattern AS B)) AS s)) AS m ON true",
        ", $input MATCH_RECOGNIZE(",
        "$input AS (SELECT * FROM TABLE($bounds(TUMBLE(",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn faults_of_a_pattern_stand_where_they_are() {
    for (written, message, place) in [
        ("PATTERN (A | )", "expected a variable of the pattern, found its end", " ))"),
        ("PATTERN (A B* *)", "one quantifier follows another", "*)"),
        ("PATTERN (A{3,2})", "ends below its beginning", "{"),
        ("PATTERN (A{0})", "allows no row", "{"),
        ("PATTERN (A{,})", "is not understood", "{"),
        ("PATTERN (A B$)", "is 'B$' a variable", "B$"),
        ("PATTERN (A, B)", "expected a variable of the pattern, found ,", ","),
        ("PATTERN (A) SUBSET u (A)", "this is no subset of variables", "u (A)"),
        ("PATTERN (A) DEFIN A AS x", "expected WITHIN, SUBSET or DEFINE behind the pattern", "DEFIN "),
        ("MEASURES A.x PATTERN (A)", "a measure has no name", "A.x"),
    ] {
        let text = format!("SELECT * FROM t MATCH_RECOGNIZE ({written})");
        let column = text.rfind(place).expect(written) + 1;
        let fault = fault(&text);
        assert!(fault.contains(message) && fault.contains(&format!("--> q:1:{column}\n")), "{written}: {column}: {fault}");
    }
    assert!(fault("SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A) WITHIN)").contains("expected something behind WITHIN"));
    assert!(fault("SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts)").contains("MATCH_RECOGNIZE has no PATTERN"));
}
