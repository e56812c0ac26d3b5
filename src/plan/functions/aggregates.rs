//! Aggregates, as users read of them. `plan/bind/aggregate_call.rs` binds the names that are listed here.

use crate::expr::help::{Help, function};

/// The aggregates there are.
pub static AGGREGATES: [Help; 63] = [
    function("COUNT", "COUNT(*) or COUNT([DISTINCT] x, ...)", "How many rows there are, or have no NULL in these")
        .example("SELECT COUNT(x) FROM (VALUES (1), (NULL), (2)) AS t(x)", "2"),
    function("SUM", "(x)", "The sum").example("SELECT SUM(x) FROM (VALUES (1), (2)) AS t(x)", "3"),
    function("SUM0", "(x)", "The sum; 0 over no rows").example("SELECT SUM0(x) FROM (VALUES (1), (2)) AS t(x) WHERE x > 2", "0"),
    function("AVG", "(x)", "The mean").example("SELECT AVG(x) FROM (VALUES (1), (3)) AS t(x)", "2.0").also(&["MEAN"]),
    function("MIN", "(x)", "The least value").example("SELECT MIN(x) FROM (VALUES (1), (2)) AS t(x)", "1"),
    function("MAX", "(x)", "The greatest value").example("SELECT MAX(x) FROM (VALUES (1), (2)) AS t(x)", "2"),
    function("COUNT_IF", "(condition)", "For how many rows it is TRUE")
        .example("SELECT COUNT_IF(x > 1) FROM (VALUES (1), (2), (3)) AS t(x)", "2")
        .also(&["COUNTIF"]),
    function("VAR_SAMP", "(x)", "The variance of a sample")
        .example("SELECT VAR_SAMP(x) FROM (VALUES (1), (3)) AS t(x)", "2.0")
        .also(&["VAR", "VARIANCE", "VAR_SAMPLE"]),
    function("VAR_POP", "(x)", "The variance of all there is")
        .example("SELECT VAR_POP(x) FROM (VALUES (1), (3)) AS t(x)", "1.0")
        .also(&["VAR_POPULATION"]),
    function("STDDEV_SAMP", "(x)", "The standard deviation of a sample")
        .example("SELECT STDDEV_SAMP(x) FROM (VALUES (1), (3), (5)) AS t(x)", "2.0")
        .also(&["STDDEV"]),
    function("STDDEV_POP", "(x)", "The standard deviation of all there is")
        .example("SELECT STDDEV_POP(x) FROM (VALUES (1), (3)) AS t(x)", "1.0"),
    function("COVAR_SAMP", "(y, x)", "The covariance of a sample")
        .example("SELECT COVAR_SAMP(y, x) FROM (VALUES (2, 1), (6, 3)) AS t(y, x)", "4.0")
        .also(&["COVAR"]),
    function("COVAR_POP", "(y, x)", "The covariance of all there is")
        .example("SELECT COVAR_POP(y, x) FROM (VALUES (2, 1), (6, 3)) AS t(y, x)", "2.0"),
    function("CORR", "(y, x)", "The coefficient of correlation")
        .example("SELECT CORR(y, x) FROM (VALUES (2, 1), (6, 3)) AS t(y, x)", "1.0"),
    function("REGR_COUNT", "(y, x)", "How many rows have neither y nor x NULL")
        .example("SELECT REGR_COUNT(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "2"),
    function("REGR_AVGX", "(y, x)", "The mean of x where y is not NULL")
        .example("SELECT REGR_AVGX(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "2.0"),
    function("REGR_AVGY", "(y, x)", "The mean of y where x is not NULL")
        .example("SELECT REGR_AVGY(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "5.0"),
    function("REGR_SXX", "(y, x)", "The sum of the squares of what x is off its mean")
        .example("SELECT REGR_SXX(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "2.0"),
    function("REGR_SYY", "(y, x)", "The sum of the squares of what y is off its mean")
        .example("SELECT REGR_SYY(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "8.0"),
    function("REGR_SXY", "(y, x)", "The sum of the products of what y and x are off their means")
        .example("SELECT REGR_SXY(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "4.0"),
    function("REGR_SLOPE", "(y, x)", "The slope of the line that fits best")
        .example("SELECT REGR_SLOPE(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "2.0"),
    function("REGR_INTERCEPT", "(y, x)", "Where the line that fits best has y at x = 0")
        .example("SELECT REGR_INTERCEPT(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "1.0"),
    function("REGR_R2", "(y, x)", "The square of the coefficient of correlation")
        .example("SELECT REGR_R2(y, x) FROM (VALUES (3, 1), (7, 3)) AS t(y, x)", "1.0"),
    function("BOOL_AND", "(condition)", "Whether it is TRUE for all rows")
        .example("SELECT BOOL_AND(x > 1) FROM (VALUES (1), (2)) AS t(x)", "false")
        .also(&["EVERY"]),
    function("BOOL_OR", "(condition)", "Whether it is TRUE for a row")
        .example("SELECT BOOL_OR(x > 1) FROM (VALUES (1), (2)) AS t(x)", "true")
        .also(&["SOME"]),
    function("BIT_AND", "(integer)", "The bits that are 1 in all")
        .example("SELECT BIT_AND(x) FROM (VALUES (12), (10)) AS t(x)", "8"),
    function("BIT_OR", "(integer)", "The bits that are 1 in one")
        .example("SELECT BIT_OR(x) FROM (VALUES (12), (10)) AS t(x)", "14"),
    function("BIT_XOR", "(integer)", "The bits that are 1 in an odd number of them")
        .example("SELECT BIT_XOR(x) FROM (VALUES (12), (10)) AS t(x)", "6"),
    function("BITMAP_BUILD_AGG", "(integer)", "The set of the integers, a BITMAP")
        .example("SELECT BITMAP_BUILD_AGG(x) FROM (VALUES (3), (NULL), (1), (3)) AS t(x)", "{1,3}"),
    function("BITMAP_BUILD_CARDINALITY_AGG", "(integer)", "How many different integers there are; NULL over none")
        .example("SELECT BITMAP_BUILD_CARDINALITY_AGG(x) FROM (VALUES (3), (NULL), (1), (3)) AS t(x)", "2"),
    function("BITMAP_AND_AGG", "(bitmap)", "The integers that are in all of the bitmaps")
        .example("SELECT BITMAP_AND_AGG(BITMAP_BUILD(a)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(a)", "{2}"),
    function("BITMAP_AND_CARDINALITY_AGG", "(bitmap)", "How many integers are in all of the bitmaps")
        .example("SELECT BITMAP_AND_CARDINALITY_AGG(BITMAP_BUILD(a)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(a)", "1"),
    function("BITMAP_OR_AGG", "(bitmap)", "The integers that are in one of the bitmaps")
        .example("SELECT BITMAP_OR_AGG(BITMAP_BUILD(a)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(a)", "{1,2,3}"),
    function("BITMAP_OR_CARDINALITY_AGG", "(bitmap)", "How many integers are in one of the bitmaps")
        .example("SELECT BITMAP_OR_CARDINALITY_AGG(BITMAP_BUILD(a)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(a)", "3"),
    function("BITMAP_XOR_AGG", "(bitmap)", "The integers that are in an odd number of the bitmaps")
        .example("SELECT BITMAP_XOR_AGG(BITMAP_BUILD(a)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(a)", "{1,3}"),
    function("BITMAP_XOR_CARDINALITY_AGG", "(bitmap)", "How many integers are in an odd number of the bitmaps")
        .example("SELECT BITMAP_XOR_CARDINALITY_AGG(BITMAP_BUILD(a)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(a)", "2"),
    function("FIRST_VALUE", "(x [ORDER BY ...] [IGNORE | RESPECT NULLS])", "The value of the first row; also with OVER")
        .example("SELECT FIRST_VALUE(x ORDER BY x) FROM (VALUES (2), (1)) AS t(x)", "1"),
    function("LAST_VALUE", "(x [ORDER BY ...] [IGNORE | RESPECT NULLS])", "The value of the last row; also with OVER")
        .example("SELECT LAST_VALUE(x ORDER BY x) FROM (VALUES (2), (1)) AS t(x)", "2"),
    function(
        "NTH_VALUE",
        "(x, n [ORDER BY ...] [IGNORE | RESPECT NULLS])",
        "The value of the row of this number, from 1 or from -1 at the end; also with OVER",
    )
    .example("SELECT NTH_VALUE(x, 2 ORDER BY x) FROM (VALUES (30), (10), (20)) AS t(x)", "20"),
    function("ANY_VALUE", "(x)", "One of the values, which is the least")
        .example("SELECT ANY_VALUE(x) FROM (VALUES (2), (1)) AS t(x)", "1"),
    function("SINGLE_VALUE", "(x)", "The value of the only row; more of them fail")
        .example("SELECT SINGLE_VALUE(x) FROM (VALUES (7)) AS t(x)", "7"),
    function("MIN_BY", "(value, x)", "The value of the row with the least x")
        .example("SELECT MIN_BY(v, x) FROM (VALUES ('a', 2), ('b', 1)) AS t(v, x)", "b"),
    function("MAX_BY", "(value, x)", "The value of the row with the greatest x")
        .example("SELECT MAX_BY(v, x) FROM (VALUES ('a', 2), ('b', 1)) AS t(v, x)", "a"),
    function("ARG_MIN", "(value, x)", "As MIN_BY; rows whose value is NULL are left out")
        .example("SELECT ARG_MIN(v, x) FROM (VALUES ('a', 2), (NULL, 1)) AS t(v, x)", "a"),
    function("ARG_MAX", "(value, x)", "As MAX_BY; rows whose value is NULL are left out")
        .example("SELECT ARG_MAX(v, x) FROM (VALUES ('a', 1), (NULL, 2)) AS t(v, x)", "a"),
    function("ARRAY_AGG", "(x [ORDER BY ...])", "An array of the values")
        .example("SELECT ARRAY_AGG(x ORDER BY x) FROM (VALUES (2), (1)) AS t(x)", "[1,2]"),
    function(
        "STRING_AGG",
        "(text [, separator] [ORDER BY ...])",
        "The texts with a separator, a comma unless said, between them",
    )
    .example("SELECT STRING_AGG(x, '-' ORDER BY x) FROM (VALUES ('b'), ('a')) AS t(x)", "a-b")
    .also(&["LISTAGG", "GROUP_CONCAT"]),
    function("JSON_AGG", "(x [ORDER BY ...])", "An array of JSON")
        .example("SELECT JSON_AGG(x ORDER BY x) FROM (VALUES ('b'), ('a')) AS t(x)", r#"["a","b"]"#)
        .also(&["JSONB_AGG"]),
    function(
        "JSON_ARRAYAGG",
        "(x [ORDER BY ...] [NULL | ABSENT ON NULL])",
        "An array of JSON, as text, without NULLs unless said",
    )
    .example("SELECT JSON_ARRAYAGG(x ORDER BY x) FROM (VALUES ('b'), (NULL), ('a')) AS t(x)", r#"["a","b"]"#),
    function("JSON_OBJECT_AGG", "(key, value)", "An object of JSON")
        .example("SELECT JSON_OBJECT_AGG(k, v) FROM (VALUES ('a', 1)) AS t(k, v)", r#"{"a":1}"#)
        .also(&["JSONB_OBJECT_AGG"]),
    function("JSON_OBJECTAGG", "([KEY] key VALUE value [NULL | ABSENT ON NULL])", "An object of JSON, as text")
        .example("SELECT JSON_OBJECTAGG(KEY k VALUE v) FROM (VALUES ('a', 1)) AS t(k, v)", r#"{"a":1}"#),
    function("MAP_AGG", "(key, value)", "A map of these entries")
        .example("SELECT MAP_AGG(k, v) FROM (VALUES ('a', 1)) AS t(k, v)", r#"{"a":1}"#),
    function("COLLECT", "(x)", "A multiset: each value with how often it is there")
        .example("SELECT COLLECT(x) FROM (VALUES ('a'), ('b'), ('a')) AS t(x)", r#"{"a":2,"b":1}"#),
    function("MODE", "MODE(x) or MODE() WITHIN GROUP (ORDER BY x)", "The most frequent value")
        .example("SELECT MODE(x) FROM (VALUES (1), (2), (2)) AS t(x)", "2"),
    function("MEDIAN", "(x)", "The value in the middle").example("SELECT MEDIAN(x) FROM (VALUES (1), (2), (4)) AS t(x)", "2.0"),
    function(
        "PERCENTILE",
        "(x, fraction or array of them [, frequency])",
        "The value at this part of all, between two where there is none",
    )
    .example("SELECT PERCENTILE(x, 0.5) FROM (VALUES (1), (2)) AS t(x)", "1.5"),
    function(
        "PERCENTILE_CONT",
        "(fraction or array of them) WITHIN GROUP (ORDER BY x)",
        "The value at this part of all, between two where there is none",
    )
    .example("SELECT PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (3)) AS t(x)", "1.5")
    .also(&["QUANTILE_CONT"]),
    function(
        "PERCENTILE_DISC",
        "(fraction or array of them) WITHIN GROUP (ORDER BY x)",
        "The first value that so large a part of all is not above",
    )
    .example("SELECT PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "1"),
    function("APPROX_PERCENTILE", "(x, fraction [, relative error])", "As PERCENTILE, within an error")
        .example("SELECT ROUND(APPROX_PERCENTILE(x, 0.5)) FROM (VALUES (10), (20), (30)) AS t(x)", "20.0"),
    function("APPROX_PERCENTILE_CONT", "(x, fraction)", "As PERCENTILE, within an error")
        .example("SELECT ROUND(APPROX_PERCENTILE_CONT(x, 0.5)) FROM (VALUES (10), (20), (30)) AS t(x)", "20.0"),
    function(
        "APPROX_PERCENTILE_CONT_WITH_WEIGHT",
        "(x, weight, fraction) or (weight, fraction) WITHIN GROUP (ORDER BY x)",
        "As PERCENTILE with a frequency, which is the weight",
    )
    .example("SELECT APPROX_PERCENTILE_CONT_WITH_WEIGHT(x, w, 0.5) FROM (VALUES (10, 1), (20, 3)) AS t(x, w)", "20.0"),
    function("APPROX_MEDIAN", "(x)", "As MEDIAN, within an error")
        .example("SELECT ROUND(APPROX_MEDIAN(x)) FROM (VALUES (10), (20), (30)) AS t(x)", "20.0"),
    function("APPROX_COUNT_DISTINCT", "(x)", "How many different values there are, within an error")
        .example("SELECT APPROX_COUNT_DISTINCT(x) FROM (VALUES (1), (2), (2)) AS t(x)", "2")
        .also(&["APPROX_DISTINCT"]),
];
