-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELECT sym, SUM(qty) FROM trades;
-- 'sym' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:8
--   |
-- 1 | SELECT sym, SUM(qty) FROM trades;
--   |        ^^^
-- hint: add sym to GROUP BY, or take MIN(sym) or MAX(sym)

SELECT trades.qty FROM (trades JOIN (VALUES (1)) AS v(id) ON id = qty) AS f;
-- there is no table 'trades' in this query
--  --> q.sql:1:8
--   |
-- 1 | SELECT trades.qty FROM (trades JOIN (VALUES (1)) AS v(id) ON id = qty) AS f;
--   |        ^^^^^^
-- hint: tables here: f

SELECT sym, price, SUM(qty) FROM trades GROUP BY sym;
-- 'price' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:13
--   |
-- 1 | SELECT sym, price, SUM(qty) FROM trades GROUP BY sym;
--   |             ^^^^^
-- hint: add price to GROUP BY, or take MIN(price) or MAX(price)

SELECT sym, SUM(qty) FROM trades GROUP BY nothing;
-- there is no column 'nothing'
--  --> q.sql:1:43
--   |
-- 1 | SELECT sym, SUM(qty) FROM trades GROUP BY nothing;
--   |                                           ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT sym, SUM(qty) FROM trades GROUP BY 3;
-- GROUP BY 3: the select list has 2 items
--  --> q.sql:1:43
--   |
-- 1 | SELECT sym, SUM(qty) FROM trades GROUP BY 3;
--   |                                           ^

SELECT sym, SUM(sym) FROM trades GROUP BY sym;
-- SUM of STRING is not defined
--  --> q.sql:1:13
--   |
-- 1 | SELECT sym, SUM(sym) FROM trades GROUP BY sym;
--   |             ^^^
-- hint: CAST it, such as SUM(CAST(x AS DOUBLE))

SELECT sym, SUM(MAX(qty)) FROM trades GROUP BY sym;
-- an aggregate inside an aggregate
--  --> q.sql:1:17
--   |
-- 1 | SELECT sym, SUM(MAX(qty)) FROM trades GROUP BY sym;
--   |                 ^^^
-- hint: put the inner one into a sub-query in FROM

SELECT sym, SUM() FROM trades GROUP BY sym;
-- SUM takes one argument
--  --> q.sql:1:13
--   |
-- 1 | SELECT sym, SUM() FROM trades GROUP BY sym;
--   |             ^^^
-- hint: usage: SUM(x)

SELECT sym, SUM(DISTINCT) FROM trades GROUP BY sym;
-- expected an expression, found )
--  --> q.sql:1:25
--   |
-- 1 | SELECT sym, SUM(DISTINCT) FROM trades GROUP BY sym;
--   |                         ^
-- hint: an expression stands behind DISTINCT, such as COUNT(DISTINCT x)

SELECT sym, UPPER(DISTINCT sym) FROM trades;
-- DISTINCT within this function is not supported
--  --> q.sql:1:13
--   |
-- 1 | SELECT sym, UPPER(DISTINCT sym) FROM trades;
--   |             ^^^^^
-- hint: it stands in aggregates

SELECT sym, SUM(qty) FILTER (WHERE qty) FROM trades GROUP BY sym;
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:36
--   |
-- 1 | SELECT sym, SUM(qty) FILTER (WHERE qty) FROM trades GROUP BY sym;
--   |                                    ^^^
-- hint: compare it with something, such as x > 0

SELECT sym, PERCENTILE(price, 2) FROM trades GROUP BY sym;
-- the fraction 2 is not between 0 and 1
--  --> q.sql:1:31
--   |
-- 1 | SELECT sym, PERCENTILE(price, 2) FROM trades GROUP BY sym;
--   |                               ^
-- hint: it is a constant from 0 to 1

SELECT sym, SUM(qty) FROM trades GROUP BY SUM(qty);
-- the aggregate SUM is not allowed here
--  --> q.sql:1:43
--   |
-- 1 | SELECT sym, SUM(qty) FROM trades GROUP BY SUM(qty);
--   |                                           ^^^
-- hint: conditions on it stand in HAVING; elsewhere compute it in a sub-query, and use its name

SELECT sym FROM trades GROUP BY sym HAVING price > 5;
-- 'price' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:44
--   |
-- 1 | SELECT sym FROM trades GROUP BY sym HAVING price > 5;
--   |                                            ^^^^^^^^^
-- hint: add price to GROUP BY, or take MIN(price) or MAX(price)

SELECT sym FROM trades GROUP BY sym HAVING SUM(qty);
-- a condition must be BOOLEAN, this is BIGINT
--  --> q.sql:1:44
--   |
-- 1 | SELECT sym FROM trades GROUP BY sym HAVING SUM(qty);
--   |                                            ^^^^^^^
-- hint: compare it with something, such as x > 0

SELECT sym FROM trades HAVING price > 5;
-- 'sym' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:8
--   |
-- 1 | SELECT sym FROM trades HAVING price > 5;
--   |        ^^^
-- hint: add sym to GROUP BY, or take MIN(sym) or MAX(sym)

SELECT sym FROM trades GROUP BY ROLLUP (sym, nothing);
-- there is no column 'nothing'
--  --> q.sql:1:46
--   |
-- 1 | SELECT sym FROM trades GROUP BY ROLLUP (sym, nothing);
--   |                                              ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT GROUPING(price) FROM trades GROUP BY sym;
-- GROUPING of what is no key of GROUP BY
--  --> q.sql:1:8
--   |
-- 1 | SELECT GROUPING(price) FROM trades GROUP BY sym;
--   |        ^^^^^^^^
-- hint: it stands beside GROUP BY

SELECT * FROM trades GROUP BY sym;
-- 'price' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:8
--   |
-- 1 | SELECT * FROM trades GROUP BY sym;
--   |        ^
-- hint: add price to GROUP BY, or take MIN(price) or MAX(price)

SELECT sym, COUNT(*) FROM trades GROUP BY sym ORDER BY price;
-- 'price' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:56
--   |
-- 1 | SELECT sym, COUNT(*) FROM trades GROUP BY sym ORDER BY price;
--   |                                                        ^^^^^
-- hint: add price to GROUP BY, or take MIN(price) or MAX(price)

SELECT t.sym FROM trades AS t JOIN quotes AS q;
-- a join without ON
--  --> q.sql:1:36
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS q;
--   |                                    ^^^^^^^^^^^
-- hint: say with ON or USING when two rows meet; CROSS JOIN pairs all of them

SELECT t.sym FROM trades AS t JOIN quotes AS q ON t.sym = q.symbol;
-- there is no column 'symbol' in 'q'
--  --> q.sql:1:61
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS q ON t.sym = q.symbol;
--   |                                                             ^^^^^^
-- hint: columns here: sym, bid, ts

SELECT t.sym FROM trades AS t JOIN quotes AS q ON t.qty;
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:51
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS q ON t.qty;
--   |                                                   ^^^^^
-- hint: compare it with something, such as x > 0

SELECT sym FROM trades AS t JOIN quotes AS q ON t.sym = q.sym;
-- column 'sym' is ambiguous
--  --> q.sql:1:8
--   |
-- 1 | SELECT sym FROM trades AS t JOIN quotes AS q ON t.sym = q.sym;
--   |        ^^^
-- hint: write t.sym or q.sym

SELECT t.sym FROM trades AS t JOIN quotes AS q USING (price);
-- there is no column 'price'
--  --> q.sql:1:55
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS q USING (price);
--   |                                                       ^^^^^
-- hint: columns here: sym, bid, ts

SELECT t.sym FROM trades AS t JOIN quotes AS q ON t.sym = q.ts;
-- STRING and TIMESTAMP(3) cannot be compared
--  --> q.sql:1:51
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS q ON t.sym = q.ts;
--   |                                                   ^^^^^^^^^^^^
-- hint: CAST one of them, such as CAST(... AS STRING)

SELECT t.sym FROM trades AS t JOIN quotes AS t ON TRUE;
-- column 'sym' is ambiguous
--  --> q.sql:1:10
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS t ON TRUE;
--   |          ^^^
-- hint: several columns of 't' have this name: give each another one with AS

SELECT t.sym FROM trades AS t LEFT quotes AS q ON t.sym = q.sym;
-- expected OUTER, SEMI, ANTI or JOIN after LEFT
--  --> q.sql:1:36
--   |
-- 1 | SELECT t.sym FROM trades AS t LEFT quotes AS q ON t.sym = q.sym;
--   |                                    ^^^^^^

SELECT t.sym FROM trades AS t JOIN quotes AS q ON SUM(t.qty) = q.bid;
-- the aggregate SUM is not allowed here
--  --> q.sql:1:51
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes AS q ON SUM(t.qty) = q.bid;
--   |                                                   ^^^
-- hint: conditions on it stand in HAVING; elsewhere compute it in a sub-query, and use its name

SELECT t.sym FROM trades AS t JOIN people FOR SYSTEM_TIME AS OF t.qty AS p ON t.qty = p.id;
-- FOR SYSTEM_TIME AS OF takes an event time of the left side, or PROCTIME()
--  --> q.sql:1:65
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN people FOR SYSTEM_TIME AS OF t.qty AS p ON t.qty = p.id;
--   |                                                                 ^^^^^
-- hint: declare WATERMARK FOR it in CREATE TABLE, and select it as a plain column; or declare a column AS PROCTIME()

SELECT t.sym FROM trades AS t JOIN quotes FOR SYSTEM_TIME AS OF t.ts AS q ON t.sym = q.sym;
-- 'quotes' has no versions
--  --> q.sql:1:65
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN quotes FOR SYSTEM_TIME AS OF t.ts AS q ON t.sym = q.sym;
--   |                                                                 ^^^^
-- hint: a table with PRIMARY KEY (k) NOT ENFORCED and WATERMARK FOR ts has, a view of its rows has, and one that keeps the newest row of each key: ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) ... WHERE its number = 1

SELECT t.sym FROM trades AS t JOIN people FOR SYSTEM_TIME AS OF t.ts AS p ON t.sym = p.name;
-- 'people' has no versions
--  --> q.sql:1:65
--   |
-- 1 | SELECT t.sym FROM trades AS t JOIN people FOR SYSTEM_TIME AS OF t.ts AS p ON t.sym = p.name;
--   |                                                                 ^^^^
-- hint: a table with PRIMARY KEY (k) NOT ENFORCED and WATERMARK FOR ts has, a view of its rows has, and one that keeps the newest row of each key: ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) ... WHERE its number = 1

SELECT t.sym FROM trades AS t ASOF JOIN quotes AS q ON t.sym = q.sym;
-- an ASOF join takes one comparison of a value of the left side with one of the right, and equalities
--  --> q.sql:1:41
--   |
-- 1 | SELECT t.sym FROM trades AS t ASOF JOIN quotes AS q ON t.sym = q.sym;
--   |                                         ^^^^^^^^^^^
-- hint: such as l.k = r.k AND l.ts >= r.ts; put other conditions into WHERE, or into a sub-query

SELECT t.sym FROM trades AS t FULL JOIN people FOR SYSTEM_TIME AS OF t.ts AS p ON t.qty = p.id;
-- this kind of join with FOR SYSTEM_TIME AS OF is not supported
--  --> q.sql:1:41
--   |
-- 1 | SELECT t.sym FROM trades AS t FULL JOIN people FOR SYSTEM_TIME AS OF t.ts AS p ON t.qty = p.id;
--   |                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: JOIN ... ON and LEFT JOIN ... ON are there

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts)));
-- TUMBLE has 0 durations
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts)));
--   |                     ^^^^^^
-- hint: write TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), <size>)), each duration as INTERVAL '10' SECOND

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(qty), INTERVAL '1' MINUTE));
-- 'qty' is not an event-time column
--  --> q.sql:1:53
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(qty), INTERVAL '1' MINUTE));
--   |                                                     ^^^
-- hint: declare it in CREATE TABLE: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, and select it as a plain column

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(nothing), INTERVAL '1' MINUTE));
-- there is no column 'nothing'
--  --> q.sql:1:53
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(nothing), INTERVAL '1' MINUTE));
--   |                                                     ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '0' MINUTE));
-- a window must be longer than nothing
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '0' MINUTE));
--   |                     ^^^^^^
-- hint: such as INTERVAL '10' SECOND

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MONTH));
-- windows of months or years are not supported
--  --> q.sql:1:67
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MONTH));
--   |                                                                   ^^^
-- hint: take days

SELECT * FROM TABLE(TUMBLE(TABLE nothing, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
-- there is no table or view 'nothing'
--  --> q.sql:1:34
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE nothing, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
--   |                                  ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

SELECT * FROM TABLE(TUMBLE(TABLE people, INTERVAL '1' MINUTE));
-- the window has no event time: its input has none
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE people, INTERVAL '1' MINUTE));
--   |                     ^^^^^^
-- hint: declare it in CREATE TABLE: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, and select it as a plain column

SELECT * FROM TABLE(TUMBL(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
-- there is no table function 'TUMBL'
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(TUMBL(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
--   |                     ^^^^^
-- hint: TUMBLE, HOP, CUMULATE and SESSION are there

SELECT * FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
-- HOP has 1 durations
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
--   |                     ^^^
-- hint: write TABLE(HOP(TABLE t, DESCRIPTOR(ts), <slide>, <size>)), each duration as INTERVAL '10' SECOND

SELECT * FROM TABLE(CUMULATE(TABLE trades, DESCRIPTOR(ts), INTERVAL '7' SECOND, INTERVAL '1' MINUTE));
-- the size of CUMULATE must be a multiple of its step
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(CUMULATE(TABLE trades, DESCRIPTOR(ts), INTERVAL '7' SECOND, INTERVAL '1' MINUTE));
--   |                     ^^^^^^^^
-- hint: the order is CUMULATE(table, time, step, size)

SELECT * FROM TABLE(SESSION(TABLE trades, DESCRIPTOR(ts), INTERVAL '-1' MINUTE));
-- SESSION takes one gap, longer than nothing
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(SESSION(TABLE trades, DESCRIPTOR(ts), INTERVAL '-1' MINUTE));
--   |                     ^^^^^^^
-- hint: such as INTERVAL '10' MINUTE

SELECT sym, COUNT(*) FROM trades GROUP BY sym, TUMBLE(ts);
-- TUMBLE takes a size and, if need be, an offset
--  --> q.sql:1:48
--   |
-- 1 | SELECT sym, COUNT(*) FROM trades GROUP BY sym, TUMBLE(ts);
--   |                                                ^^^^^^
-- hint: TUMBLE(ts, INTERVAL '10' SECOND)

SELECT sym, COUNT(*) FROM people GROUP BY name, TUMBLE(INTERVAL '1' MINUTE);
-- the window has no event time: its input has none
--  --> q.sql:1:49
--   |
-- 1 | SELECT sym, COUNT(*) FROM people GROUP BY name, TUMBLE(INTERVAL '1' MINUTE);
--   |                                                 ^^^^^^
-- hint: declare it in CREATE TABLE: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, and select it as a plain column

SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM trades;
-- TUMBLE_START needs its window in GROUP BY
--  --> q.sql:1:8
--   |
-- 1 | SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: such as GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)

SELECT window_start FROM trades;
-- there is no column 'window_start'
--  --> q.sql:1:8
--   |
-- 1 | SELECT window_start FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT SUM(qty) OVER (PARTITION BY nothing ORDER BY ts) FROM trades;
-- there is no column 'nothing'
--  --> q.sql:1:36
--   |
-- 1 | SELECT SUM(qty) OVER (PARTITION BY nothing ORDER BY ts) FROM trades;
--   |                                    ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND 5 PRECEDING) FROM trades;
-- a frame that starts with the row cannot end before it
--  --> q.sql:1:8
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND 5 PRECEDING) FROM trades;
--   |        ^^^
-- hint: ROWS BETWEEN 2 PRECEDING AND CURRENT ROW

SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN x PRECEDING AND CURRENT ROW) FROM trades;
-- a frame counts in whole numbers
--  --> q.sql:1:48
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts ROWS BETWEEN x PRECEDING AND CURRENT ROW) FROM trades;
--   |                                                ^
-- hint: ROWS BETWEEN 2 PRECEDING AND CURRENT ROW

SELECT SUM(qty) OVER (ORDER BY ts RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) FROM trades;
-- this is no distance of TIMESTAMP(3)
--  --> q.sql:1:49
--   |
-- 1 | SELECT SUM(qty) OVER (ORDER BY ts RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) FROM trades;
--   |                                                 ^
-- hint: it is an interval, of a DATE of whole days, such as RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW

SELECT SUM(qty) OVER w FROM trades;
-- there is no window 'w'
--  --> q.sql:1:22
--   |
-- 1 | SELECT SUM(qty) OVER w FROM trades;
--   |                      ^
-- hint: write OVER (PARTITION BY ... ORDER BY ...), or name it behind the query: WINDOW w AS (...)

SELECT UPPER(sym) OVER (ORDER BY ts) FROM trades;
-- UPPER with OVER is not supported
--  --> q.sql:1:8
--   |
-- 1 | SELECT UPPER(sym) OVER (ORDER BY ts) FROM trades;
--   |        ^^^^^
-- hint: aggregates, ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK, CUME_DIST, NTILE, LAG, LEAD are there

SELECT ROW_NUMBER() FROM trades;
-- ROW_NUMBER needs OVER
--  --> q.sql:1:8
--   |
-- 1 | SELECT ROW_NUMBER() FROM trades;
--   |        ^^^^^^^^^^
-- hint: usage: ROW_NUMBER() OVER (...)

SELECT NTILE(0) OVER (ORDER BY ts) FROM trades;
-- NTILE counts from 1, this is 0
--  --> q.sql:1:14
--   |
-- 1 | SELECT NTILE(0) OVER (ORDER BY ts) FROM trades;
--   |              ^

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A B) DEFINE C AS qty > 1);
-- DEFINE says when a row is mapped to 'C', which does not stand in the pattern
--  --> q.sql:1:92
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q PATTERN (A B) DEFINE C AS qty > 1);
--   |                                                                                            ^
-- hint: variables here: A, B

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY qty MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
-- MATCH_RECOGNIZE takes rows in the order of an event time, and this is none
--  --> q.sql:1:48
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY qty MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                ^^^
-- hint: ORDER BY ts first

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q DEFINE A AS qty > 1);
-- MATCH_RECOGNIZE has no PATTERN
--  --> q.sql:1:22
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.qty AS q DEFINE A AS qty > 1);
--   |                      ^^^^^^^^^^^^^^^
-- hint: MATCH_RECOGNIZE (PARTITION BY ... ORDER BY ... MEASURES ... PATTERN (A B+ C) DEFINE B AS ...)

SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.nothing AS q PATTERN (A) DEFINE A AS qty > 1);
-- there is no column 'nothing'
--  --> q.sql:1:62
--   |
-- 1 | SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts MEASURES A.nothing AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                              ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT sym FROM trades WHERE qty > ALL (SELECT sym FROM quotes);
-- INT and STRING cannot be compared
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE qty > ALL (SELECT sym FROM quotes);
--   |                              ^^^
-- hint: CAST one of them, such as CAST(... AS INT)

SELECT (SELECT bid FROM quotes WHERE quotes.sym = trades.symbol) FROM trades;
-- there is no column 'symbol' in 'trades'
--  --> q.sql:1:58
--   |
-- 1 | SELECT (SELECT bid FROM quotes WHERE quotes.sym = trades.symbol) FROM trades;
--   |                                                          ^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT sym, COUNT(*) FROM trades GROUP BY sym EMIT FINAL CHANGES;
-- expected the end of the statement, found EMIT
--  --> q.sql:1:47
--   |
-- 1 | SELECT sym, COUNT(*) FROM trades GROUP BY sym EMIT FINAL CHANGES;
--   |                                               ^^^^
-- hint: EMIT CHANGES, EMIT CHANGES EVERY interval, EMIT FINAL and EMIT ON WINDOW CLOSE are there

SELECT sym FROM trades QUALIFY ROW_NUMBER() OVER (ORDER BY nothing) = 1;
-- there is no column 'nothing'
--  --> q.sql:1:60
--   |
-- 1 | SELECT sym FROM trades QUALIFY ROW_NUMBER() OVER (ORDER BY nothing) = 1;
--   |                                                            ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts
