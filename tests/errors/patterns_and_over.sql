-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELECT * FROM trades MATCH_RECOGNIZE (PARTITION BY sym MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
-- MATCH_RECOGNIZE has no ORDER BY
--  --> q.sql:1:76
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (PARTITION BY sym MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                                            ^^^^^^^
-- hint: rows are taken in an order: ORDER BY the event time, or a PROCTIME() column

SELECT * FROM trades MATCH_RECOGNIZE (PARTITION BY sym ORDER BY ts MEASURES A.qty PATTERN (A) DEFINE A AS qty > 1);
-- a measure has no name
--  --> q.sql:1:77
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (PARTITION BY sym ORDER BY ts MEASURES A.qty PATTERN (A) DEFINE A AS qty > 1);
--   |                                                                             ^
-- hint: MEASURES LAST(A.price) AS last_price

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN () DEFINE A AS qty > 1);
-- DEFINE says when a row is mapped to 'A', which does not stand in the pattern
--  --> q.sql:1:89
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN () DEFINE A AS qty > 1);
--   |                                                                                         ^

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A B DEFINE A AS qty > 1);
-- '(' has no partner
--  --> q.sql:1:38
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A B DEFINE A AS qty > 1);
--   |                                      ^

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES C.qty AS q PATTERN (A B) DEFINE A AS qty > 1);
-- there is no variable 'C' in the pattern
--  --> q.sql:1:60
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES C.qty AS q PATTERN (A B) DEFINE A AS qty > 1);
--   |                                                            ^
-- hint: variables here: A, B

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A{3,1}) DEFINE A AS qty > 1);
-- this quantifier ends below its beginning
--  --> q.sql:1:81
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A{3,1}) DEFINE A AS qty > 1);
--   |                                                                                 ^
-- hint: {2} is twice, {2,} twice or more, {,3} three times at most, {2,3} two or three times

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A{x}) DEFINE A AS qty > 1);
-- this quantifier is not understood
--  --> q.sql:1:81
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A{x}) DEFINE A AS qty > 1);
--   |                                                                                 ^
-- hint: {2} is twice, {2,} twice or more, {,3} three times at most, {2,3} two or three times

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A+ B+) WITHIN 5 DEFINE A AS qty > 1);
-- WITHIN takes an interval of days or less, longer than nothing
--  --> q.sql:1:94
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A+ B+) WITHIN 5 DEFINE A AS qty > 1);
--   |                                                                                              ^
-- hint: WITHIN INTERVAL '1' HOUR

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty);
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:95
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty);
--   |                                                                                               ^^^
-- hint: compare it with something, such as x > 0

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS LAST(B.qty) > 1);
-- there is no variable 'B' in the pattern
--  --> q.sql:1:100
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS LAST(B.qty) > 1);
--   |                                                                                                    ^
-- hint: variables here: A

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS LAST(qty, 'x') > 1);
-- LAST goes so many rows, and this is no such number
--  --> q.sql:1:105
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS LAST(qty, 'x') > 1);
--   |                                                                                                         ^^^
-- hint: a constant from 0 on: LAST(A.x, 2)

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A B) DEFINE A AS SUM(A.qty + B.qty) > 1);
-- the columns in SUM are of different variables
--  --> q.sql:1:111
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A B) DEFINE A AS SUM(A.qty + B.qty) > 1);
--   |                                                                                                               ^^^
-- hint: which of their rows is meant is not said; take one call for each

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q AFTER MATCH SKIP TO C PATTERN (A B) DEFINE A AS qty > 1);
-- there is no variable 'C' in the pattern
--  --> q.sql:1:91
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q AFTER MATCH SKIP TO C PATTERN (A B) DEFINE A AS qty > 1);
--   |                                                                                           ^
-- hint: variables here: A, B

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q AFTER MATCH SKIP BACK PATTERN (A B) DEFINE A AS qty > 1);
-- expected after match skip option, found BACK
--  --> q.sql:1:88
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q AFTER MATCH SKIP BACK PATTERN (A B) DEFINE A AS qty > 1);
--   |                                                                                        ^^^^
-- hint: AFTER MATCH SKIP PAST LAST ROW, TO NEXT ROW, TO FIRST a or TO LAST a

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q TWO ROWS PER MATCH PATTERN (A B) DEFINE A AS qty > 1);
-- a measure has no name
--  --> q.sql:1:60
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q TWO ROWS PER MATCH PATTERN (A B) DEFINE A AS qty > 1);
--   |                                                            ^
-- hint: MEASURES LAST(A.price) AS last_price

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) SUBSET S = (A, X) DEFINE A AS qty > 1);
-- there is no variable 'X' in the pattern
--  --> q.sql:1:98
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) SUBSET S = (A, X) DEFINE A AS qty > 1);
--   |                                                                                                  ^
-- hint: variables here: A

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1, A AS qty < 1);
-- DEFINE has 'A' twice
--  --> q.sql:1:104
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1, A AS qty < 1);
--   |                                                                                                        ^
-- hint: join the two conditions with AND

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q, A.price AS q PATTERN (A) DEFINE A AS qty > 1);
-- MATCH_RECOGNIZE gives out 'q' twice
--  --> q.sql:1:83
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q, A.price AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                                                   ^
-- hint: call the measure something else

SELECT * FROM people MATCH_RECOGNIZE (ORDER BY id MEASURES A.id AS q PATTERN (A) DEFINE A AS id > 1);
-- MATCH_RECOGNIZE takes rows in the order of an event time, and this is none
--  --> q.sql:1:48
--   |
-- 1 | SELECT * FROM people MATCH_RECOGNIZE (ORDER BY id MEASURES A.id AS q PATTERN (A) DEFINE A AS id > 1);
--   |                                                ^^
-- hint: declare WATERMARK FOR a column of the table, or order by one that is PROCTIME()

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES PREV(A.qty) + UPER(A.sym) AS q PATTERN (A) DEFINE A AS qty > 1);
-- there is no function 'UPER'
--  --> q.sql:1:74
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES PREV(A.qty) + UPER(A.sym) AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                                          ^^^^
-- hint: did you mean UPPER?

SELECT q FROM trades MATCH_RECOGNIZE (ORDER BY ts DESC MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
-- MATCH_RECOGNIZE takes rows in the order of their time, not against it
--  --> q.sql:1:48
--   |
-- 1 | SELECT q FROM trades MATCH_RECOGNIZE (ORDER BY ts DESC MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                ^^
-- hint: leave DESC out

SELECT price FROM trades MATCH_RECOGNIZE (PARTITION BY sym ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
-- there is no column 'price'
--  --> q.sql:1:8
--   |
-- 1 | SELECT price FROM trades MATCH_RECOGNIZE (PARTITION BY sym ORDER BY ts MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
--   |        ^^^^^
-- hint: columns here: sym, q

SELECT CLASSIFIER() FROM trades;
-- CLASSIFIER reads a match of rows, and there is none here
--  --> q.sql:1:8
--   |
-- 1 | SELECT CLASSIFIER() FROM trades;
--   |        ^^^^^^^^^^
-- hint: it stands in MEASURES or DEFINE of MATCH_RECOGNIZE: CLASSIFIER()

SELECT FIRST(qty) FROM trades;
-- FIRST reads a match of rows, and there is none here
--  --> q.sql:1:8
--   |
-- 1 | SELECT FIRST(qty) FROM trades;
--   |        ^^^^^
-- hint: it stands in MEASURES or DEFINE of MATCH_RECOGNIZE: FIRST(variable.column [, distance]); FIRST_VALUE(x) is that of a group

SELECT PREV(qty) FROM trades;
-- PREV reads a match of rows, and there is none here
--  --> q.sql:1:8
--   |
-- 1 | SELECT PREV(qty) FROM trades;
--   |        ^^^^
-- hint: it stands in MEASURES or DEFINE of MATCH_RECOGNIZE: PREV(column [, distance])

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES MATCH_NUMBER(1) AS q PATTERN (A) DEFINE A AS qty > 1);
-- MATCH_NUMBER takes nothing
--  --> q.sql:1:60
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES MATCH_NUMBER(1) AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                            ^^^^^^^^^^^^
-- hint: MATCH_NUMBER()

SELECT SUM(qty) OVER () , SUM(SUM(qty)) OVER (ORDER BY ts) FROM trades;
-- 'qty' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:8
--   |
-- 1 | SELECT SUM(qty) OVER () , SUM(SUM(qty)) OVER (ORDER BY ts) FROM trades;
--   |        ^^^
-- hint: add qty to GROUP BY, or take MIN(qty) or MAX(qty)

SELECT ROW_NUMBER(qty) OVER (ORDER BY ts) FROM trades;
-- ROW_NUMBER takes nothing
--  --> q.sql:1:8
--   |
-- 1 | SELECT ROW_NUMBER(qty) OVER (ORDER BY ts) FROM trades;
--   |        ^^^^^^^^^^
-- hint: ROW_NUMBER() OVER (...)

SELECT ROW_NUMBER() OVER FROM trades;
-- there is no window 'FROM'
--  --> q.sql:1:26
--   |
-- 1 | SELECT ROW_NUMBER() OVER FROM trades;
--   |                          ^^^^
-- hint: write OVER (PARTITION BY ... ORDER BY ...), or name it behind the query: WINDOW w AS (...)

SELECT LAG(qty, 1, sym) OVER (ORDER BY ts) FROM trades;
-- LAG has values of types INT and STRING, which have no common type
--  --> q.sql:1:8
--   |
-- 1 | SELECT LAG(qty, 1, sym) OVER (ORDER BY ts) FROM trades;
--   |        ^^^
-- hint: CAST one of them

SELECT LAG(qty, sym) OVER (ORDER BY ts) FROM trades;
-- LAG takes a whole number, this is STRING
--  --> q.sql:1:17
--   |
-- 1 | SELECT LAG(qty, sym) OVER (ORDER BY ts) FROM trades;
--   |                 ^^^
-- hint: such as 1

SELECT LAG() OVER (ORDER BY ts) FROM trades;
-- this is not how LAG is called
--  --> q.sql:1:8
--   |
-- 1 | SELECT LAG() OVER (ORDER BY ts) FROM trades;
--   |        ^^^
-- hint: LAG(value [, distance [, default]]) OVER (...)

SELECT LEAD(qty, 1, 2, 3) OVER (ORDER BY ts) FROM trades;
-- this is not how LEAD is called
--  --> q.sql:1:8
--   |
-- 1 | SELECT LEAD(qty, 1, 2, 3) OVER (ORDER BY ts) FROM trades;
--   |        ^^^^
-- hint: LEAD(value [, distance [, default]]) OVER (...)

SELECT NTILE(paid) OVER (ORDER BY ts) FROM trades;
-- NTILE takes a whole number, this is BOOLEAN
--  --> q.sql:1:14
--   |
-- 1 | SELECT NTILE(paid) OVER (ORDER BY ts) FROM trades;
--   |              ^^^^
-- hint: such as 1

SELECT NTH_VALUE(qty) OVER (ORDER BY ts) FROM trades;
-- this is not how NTH_VALUE is called
--  --> q.sql:1:8
--   |
-- 1 | SELECT NTH_VALUE(qty) OVER (ORDER BY ts) FROM trades;
--   |        ^^^^^^^^^
-- hint: NTH_VALUE(value, n) OVER (...)

SELECT NTH_VALUE(qty, 0) FROM LAST OVER (ORDER BY ts) FROM trades;
-- NTH_VALUE counts from 1, or from -1 at the end, this is 0
--  --> q.sql:1:23
--   |
-- 1 | SELECT NTH_VALUE(qty, 0) FROM LAST OVER (ORDER BY ts) FROM trades;
--   |                       ^

SELECT SUM(sym) OVER (ORDER BY ts) FROM trades;
-- SUM of STRING is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT SUM(sym) OVER (ORDER BY ts) FROM trades;
--   |        ^^^
-- hint: CAST it, such as SUM(CAST(x AS DOUBLE))

SELECT SUM(qty) OVER (PARTITION sym ORDER BY ts) FROM trades;
-- expected ROWS, RANGE, GROUPS, found PARTITION
--  --> q.sql:1:23
--   |
-- 1 | SELECT SUM(qty) OVER (PARTITION sym ORDER BY ts) FROM trades;
--   |                       ^^^^^^^^^
-- hint: OVER (PARTITION BY a ORDER BY ts)

SELECT SUM(qty) OVER (ORDER ts) FROM trades;
-- expected ROWS, RANGE, GROUPS, found ORDER
--  --> q.sql:1:23
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER ts) FROM trades;
--   |                       ^^^^^
-- hint: OVER (PARTITION BY a ORDER BY ts)

SELECT SUM(qty) OVER (ORDER BY ts ROWS 5) FROM trades;
-- expected PRECEDING or FOLLOWING, found )
--  --> q.sql:1:41
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts ROWS 5) FROM trades;
--   |                                         ^

SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN 5 PRECEDING) FROM trades;
-- expected AND, found )
--  --> q.sql:1:59
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN 5 PRECEDING) FROM trades;
--   |                                                           ^
-- hint: ROWS BETWEEN 2 PRECEDING AND CURRENT ROW

SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM trades;
-- a frame cannot be a negative distance away
--  --> q.sql:1:49
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM trades;
--   |                                                 ^
-- hint: PRECEDING and FOLLOWING say the side

SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM trades;
-- a frame cannot start with UNBOUNDED FOLLOWING
--  --> q.sql:1:8
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM trades;
--   |        ^^^
-- hint: ROWS BETWEEN 2 PRECEDING AND CURRENT ROW

SELECT SUM(qty) OVER (RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM trades;
-- RANGE with a distance needs one column of ORDER BY
--  --> q.sql:1:46
--   |
-- 1 | SELECT SUM(qty) OVER (RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM trades;
--   |                                              ^^^
-- hint: count in ROWS, or order by one

SELECT SUM(qty) OVER (ORDER BY ts, qty RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM trades;
-- RANGE with a distance needs one column of ORDER BY
--  --> q.sql:1:63
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts, qty RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM trades;
--   |                                                               ^^^
-- hint: count in ROWS, or order by one

SELECT SUM(qty) OVER (ORDER BY sym RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM trades;
-- this is no distance of STRING
--  --> q.sql:1:50
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY sym RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM trades;
--   |                                                  ^
-- hint: it is a number of the kind that rows are ordered by, such as RANGE BETWEEN 10 PRECEDING AND CURRENT ROW

SELECT SUM(qty) OVER w FROM trades WINDOW v AS (ORDER BY ts);
-- there is no window 'w'
--  --> q.sql:1:22
--   |
-- 1 | SELECT SUM(qty) OVER w FROM trades WINDOW v AS (ORDER BY ts);
--   |                      ^
-- hint: write OVER (PARTITION BY ... ORDER BY ...), or name it behind the query: WINDOW w AS (...)

SELECT SUM(qty) OVER (w ORDER BY qty) FROM trades WINDOW w AS (ORDER BY ts);
-- window 'w' has its order already
--  --> q.sql:1:23
--   |
-- 1 | SELECT SUM(qty) OVER (w ORDER BY qty) FROM trades WINDOW w AS (ORDER BY ts);
--   |                       ^
-- hint: leave ORDER BY out, or write the whole window out

SELECT SUM(qty) FILTER (WHERE paid) OVER (ORDER BY nothing) FROM trades;
-- there is no column 'nothing'
--  --> q.sql:1:52
--   |
-- 1 | SELECT SUM(qty) FILTER (WHERE paid) OVER (ORDER BY nothing) FROM trades;
--   |                                                    ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT LAG(qty) FILTER (WHERE paid) OVER (ORDER BY ts) FROM trades;
-- FILTER stands behind aggregates only, and LAG is none
--  --> q.sql:1:31
--   |
-- 1 | SELECT LAG(qty) FILTER (WHERE paid) OVER (ORDER BY ts) FROM trades;
--   |                               ^^^^
-- hint: CASE WHEN condition THEN value END leaves values out

SELECT sym FROM trades GROUP BY sym HAVING ROW_NUMBER() OVER (ORDER BY sym) = 1;
-- ROW_NUMBER with OVER is not allowed here
--  --> q.sql:1:44
--   |
-- 1 | SELECT sym FROM trades GROUP BY sym HAVING ROW_NUMBER() OVER (ORDER BY sym) = 1;
--   |                                            ^^^^^^^^^^
-- hint: select it in a sub-query or a view, and use its name; conditions on it also stand in QUALIFY

SELECT sym FROM trades QUALIFY qty;
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:32
--   |
-- 1 | SELECT sym FROM trades QUALIFY qty;
--   |                                ^^^
-- hint: compare it with something, such as x > 0
