-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.qty > r.rate;
-- the join does not say which row of the table is meant
--  --> q.sql:2:60
--   |
-- 2 | SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.qty > r.rate;
--   |                                                            ^^^^
-- hint: compare its whole key with = in ON: cur

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.price = r.rate;
-- the join does not say which row of the table is meant
--  --> q.sql:2:60
--   |
-- 2 | SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.price = r.rate;
--   |                                                            ^^^^
-- hint: compare its whole key with = in ON: cur

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF r.ts AS r ON t.sym = r.cur;
-- there is no table 'r' in this query
--  --> q.sql:2:60
--   |
-- 2 | SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF r.ts AS r ON t.sym = r.cur;
--   |                                                            ^
-- hint: tables here: t

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM trades AS t RIGHT JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.sym = r.cur;
-- this kind of join with FOR SYSTEM_TIME AS OF is not supported
--  --> q.sql:2:38
--   |
-- 2 | SELECT * FROM trades AS t RIGHT JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.sym = r.cur;
--   |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: JOIN ... ON and LEFT JOIN ... ON are there

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:00:00' AS r ON t.sym = r.cur;
-- FOR SYSTEM_TIME AS OF takes an event time of the left side, or PROCTIME()
--  --> q.sql:2:70
--   |
-- 2 | SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:00:00' AS r ON t.sym = r.cur;
--   |                                                                      ^^^^^^^^^^^^^^^^^^^^^
-- hint: declare WATERMARK FOR it in CREATE TABLE, and select it as a plain column; or declare a column AS PROCTIME()

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME t.ts AS r ON t.sym = r.cur;
-- expected one of UPDATE or SHARE, found SYSTEM_TIME
--  --> q.sql:2:42
--   |
-- 2 | SELECT * FROM trades AS t JOIN rates FOR SYSTEM_TIME t.ts AS r ON t.sym = r.cur;
--   |                                          ^^^^^^^^^^^
-- hint: JOIN t FOR SYSTEM_TIME AS OF x.ts ON ..., where t is the name of a table

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM (SELECT sym, MAX(ts) AS ts FROM trades GROUP BY sym) AS t JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.sym = r.cur;
-- FOR SYSTEM_TIME AS OF takes an event time of the left side, or PROCTIME()
--  --> q.sql:2:106
--   |
-- 2 | SELECT * FROM (SELECT sym, MAX(ts) AS ts FROM trades GROUP BY sym) AS t JOIN rates FOR SYSTEM_TIME AS OF t.ts AS r ON t.sym = r.cur;
--   |                                                                                                          ^^^^
-- hint: declare WATERMARK FOR it in CREATE TABLE, and select it as a plain column; or declare a column AS PROCTIME()

CREATE TABLE rates (cur STRING, rate DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (cur) NOT ENFORCED) WITH ('connector' = 'datagen');
SELECT * FROM rates FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:00:00';
-- FOR SYSTEM_TIME AS OF here is not supported
--  --> q.sql:2:15
--   |
-- 2 | SELECT * FROM rates FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:00:00';
--   |               ^^^^^
-- hint: it stands behind the table on the right of a JOIN

SELECT * FROM trades AS t JOIN dear FOR SYSTEM_TIME AS OF t.ts AS d ON t.sym = d.sym;
-- 'dear' has no versions
--  --> q.sql:1:59
--   |
-- 1 | SELECT * FROM trades AS t JOIN dear FOR SYSTEM_TIME AS OF t.ts AS d ON t.sym = d.sym;
--   |                                                           ^^^^
-- hint: a table with PRIMARY KEY (k) NOT ENFORCED and WATERMARK FOR ts has, a view of its rows has, and one that keeps the newest row of each key: ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) ... WHERE its number = 1

SELECT * FROM trades AS t JOIN (SELECT sym, bid FROM quotes) FOR SYSTEM_TIME AS OF t.ts AS q ON t.sym = q.sym;
-- expected one of UPDATE or SHARE, found SYSTEM_TIME
--  --> q.sql:1:66
--   |
-- 1 | SELECT * FROM trades AS t JOIN (SELECT sym, bid FROM quotes) FOR SYSTEM_TIME AS OF t.ts AS q ON t.sym = q.sym;
--   |                                                                  ^^^^^^^^^^^
-- hint: JOIN t FOR SYSTEM_TIME AS OF x.ts ON ..., where t is the name of a table

SELECT * FROM trades AS t JOIN people FOR SYSTEM_TIME AS OF PROCTIME() AS p ON t.sym = p.name;
-- the join does not say which row of the table is meant
--  --> q.sql:1:61
--   |
-- 1 | SELECT * FROM trades AS t JOIN people FOR SYSTEM_TIME AS OF PROCTIME() AS p ON t.sym = p.name;
--   |                                                             ^^^^^^^^
-- hint: compare its whole key with = in ON: id

SELECT * FROM trades AS t JOIN nothing FOR SYSTEM_TIME AS OF t.ts AS q ON t.sym = q.sym;
-- there is no table or view 'nothing'
--  --> q.sql:1:32
--   |
-- 1 | SELECT * FROM trades AS t JOIN nothing FOR SYSTEM_TIME AS OF t.ts AS q ON t.sym = q.sym;
--   |                                ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

SELECT * FROM trades AS t ASOF JOIN quotes AS q ON t.sym = q.sym AND t.ts >= q.ts AND t.qty > q.bid;
-- besides one comparison of times, an ASOF join takes equalities
--  --> q.sql:1:37
--   |
-- 1 | SELECT * FROM trades AS t ASOF JOIN quotes AS q ON t.sym = q.sym AND t.ts >= q.ts AND t.qty > q.bid;
--   |                                     ^^^^^^^^^^^
-- hint: put other conditions into WHERE, or into a sub-query

SELECT * FROM trades AS t JOIN quotes AS q ON t.sym = q.sym AND t.ts BETWEEN q.ts - 5 AND q.ts;
-- TIMESTAMP(3) - INT is not defined
--  --> q.sql:1:78
--   |
-- 1 | SELECT * FROM trades AS t JOIN quotes AS q ON t.sym = q.sym AND t.ts BETWEEN q.ts - 5 AND q.ts;
--   |                                                                              ^^^^^^^^
-- hint: add an interval, such as INTERVAL '10' SECOND

SELECT * FROM trades AS t JOIN quotes AS q ON t.sym = q.sym AND t.ts BETWEEN q.ts - INTERVAL '5' SECONDS AND q.tss;
-- there is no column 'tss' in 'q'
--  --> q.sql:1:112
--   |
-- 1 | SELECT * FROM trades AS t JOIN quotes AS q ON t.sym = q.sym AND t.ts BETWEEN q.ts - INTERVAL '5' SECONDS AND q.tss;
--   |                                                                                                                ^^^
-- hint: did you mean 'ts'?

SELECT * FROM trades AS t NATURAL JOIN quotes AS q ON t.sym = q.sym;
-- expected the end of the statement, found ON
--  --> q.sql:1:52
--   |
-- 1 | SELECT * FROM trades AS t NATURAL JOIN quotes AS q ON t.sym = q.sym;
--   |                                                    ^^
-- hint: CROSS JOIN and NATURAL JOIN have no condition: write JOIN ... ON

SELECT * FROM trades AS t CROSS JOIN quotes AS q ON t.sym = q.sym;
-- expected the end of the statement, found ON
--  --> q.sql:1:50
--   |
-- 1 | SELECT * FROM trades AS t CROSS JOIN quotes AS q ON t.sym = q.sym;
--   |                                                  ^^
-- hint: CROSS JOIN and NATURAL JOIN have no condition: write JOIN ... ON

SELECT * FROM trades AS t JOIN quotes AS q USING sym;
-- expected a list of columns in parentheses, found sym
--  --> q.sql:1:50
--   |
-- 1 | SELECT * FROM trades AS t JOIN quotes AS q USING sym;
--   |                                                  ^^^
-- hint: the columns stand in brackets: USING (a, b)

SELECT * FROM trades AS t JOIN quotes AS q USING (sym, sym2);
-- there is no column 'sym2'
--  --> q.sql:1:56
--   |
-- 1 | SELECT * FROM trades AS t JOIN quotes AS q USING (sym, sym2);
--   |                                                        ^^^^
-- hint: did you mean 'sym'?

SELECT t.* FROM trades AS t, LATERAL (SELECT * FROM quotes WHERE quotes.sym = u.sym) AS q;
-- there is no table 'u' in this query
--  --> q.sql:1:79
--   |
-- 1 | SELECT t.* FROM trades AS t, LATERAL (SELECT * FROM quotes WHERE quotes.sym = u.sym) AS q;
--   |                                                                               ^
-- hint: tables here: t, quotes

SELECT window_start, SUM(qty) FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_begin;
-- there is no column 'window_begin'
--  --> q.sql:1:110
--   |
-- 1 | SELECT window_start, SUM(qty) FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_begin;
--   |                                                                                                              ^^^^^^^^^^^^
-- hint: did you mean 'window_end'?

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts, qty), INTERVAL '1' MINUTE));
-- DESCRIPTOR names one column
--  --> q.sql:1:42
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts, qty), INTERVAL '1' MINUTE));
--   |                                          ^^^^^^^^^^^^^^^^^^
-- hint: such as DESCRIPTOR(ts)

SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), 60));
-- an INTERVAL constant is expected here
--  --> q.sql:1:58
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), 60));
--   |                                                          ^^
-- hint: such as INTERVAL '10' SECOND

SELECT * FROM TABLE(TUMBLE(DATA => TABLE trades, TIMECOL => DESCRIPTOR(ts), LENGTH => INTERVAL '1' MINUTE));
-- TUMBLE has no argument 'LENGTH'
--  --> q.sql:1:77
--   |
-- 1 | SELECT * FROM TABLE(TUMBLE(DATA => TABLE trades, TIMECOL => DESCRIPTOR(ts), LENGTH => INTERVAL '1' MINUTE));
--   |                                                                             ^^^^^^
-- hint: its arguments are DATA, TIMECOL, SIZE, OFFSET

SELECT * FROM TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY;
-- expected an expression, found the end of the statement
--  --> q.sql:1:81
--   |
-- 1 | SELECT * FROM TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY;
--   |                                                                                 ^
-- hint: expressions stand behind BY, with commas between them

SELECT * FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '0' SECOND, INTERVAL '1' MINUTE));
-- a window must be longer than nothing
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '0' SECOND, INTERVAL '1' MINUTE));
--   |                     ^^^
-- hint: such as INTERVAL '10' SECOND

SELECT * FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '100' DAY));
-- a row would belong to 8640000 windows, at most 10000 are allowed
--  --> q.sql:1:21
--   |
-- 1 | SELECT * FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '100' DAY));
--   |                     ^^^
-- hint: take a longer slide or step

SELECT * FROM TABLE(SESSION(TABLE trades PARTITION BY nothing, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
-- there is no column 'nothing'
--  --> q.sql:1:55
--   |
-- 1 | SELECT * FROM TABLE(SESSION(TABLE trades PARTITION BY nothing, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
--   |                                                       ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT HOP_START(ts, INTERVAL '1' MINUTE) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE);
-- HOP_START names another window than GROUP BY
--  --> q.sql:1:8
--   |
-- 1 | SELECT HOP_START(ts, INTERVAL '1' MINUTE) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE);
--   |        ^^^^^^^^^
-- hint: without arguments it is that of GROUP BY

SELECT TUMBLE_START(ts, INTERVAL '2' MINUTE) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE);
-- TUMBLE_START names another window than GROUP BY
--  --> q.sql:1:8
--   |
-- 1 | SELECT TUMBLE_START(ts, INTERVAL '2' MINUTE) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE);
--   |        ^^^^^^^^^^^^
-- hint: without arguments it is that of GROUP BY

SELECT COUNT(*) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), HOP(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE);
-- GROUP BY has two windows
--  --> q.sql:1:71
--   |
-- 1 | SELECT COUNT(*) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), HOP(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE);
--   |                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: group by one of them in a view, and what that gives by the other

SELECT CURRENT_WATERMARK(qty) FROM trades;
-- CURRENT_WATERMARK takes one event-time column
--  --> q.sql:1:8
--   |
-- 1 | SELECT CURRENT_WATERMARK(qty) FROM trades;
--   |        ^^^^^^^^^^^^^^^^^
-- hint: CURRENT_WATERMARK(ts)

SELECT TIMESTAMPDIFF(FORTNIGHT, ts, ts) FROM trades;
-- there is no such unit of time: FORTNIGHT
--  --> q.sql:1:22
--   |
-- 1 | SELECT TIMESTAMPDIFF(FORTNIGHT, ts, ts) FROM trades;
--   |                      ^^^^^^^^^
-- hint: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND and parts of a second

SELECT TIMESTAMPADD(DAY, 'one', ts) FROM trades;
-- 'one' is not a BIGINT
--  --> q.sql:1:8
--   |
-- 1 | SELECT TIMESTAMPADD(DAY, 'one', ts) FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: a BIGINT is a whole number from -9223372036854775808 to 9223372036854775807

SELECT ts + INTERVAL '5 lightyears' FROM trades;
-- INTERVAL '5 lightyears' is not an interval
--  --> q.sql:1:22
--   |
-- 1 | SELECT ts + INTERVAL '5 lightyears' FROM trades;
--   |                      ^^^^^^^^^^^^^^
-- hint: such as INTERVAL '10' SECOND, INTERVAL '1 02:30' DAY TO MINUTE, INTERVAL '2-6' YEAR TO MONTH or INTERVAL '10 seconds'

SELECT * FROM trades AS t JOIN LATERAL SNAPSHOT(input => TABLE trades, on_time => DESCRIPTOR(ts)) AS s ON t.sym = s.sym;
-- there is no function 'SNAPSHOT': joins say how a table is met
--  --> q.sql:1:40
--   |
-- 1 | SELECT * FROM trades AS t JOIN LATERAL SNAPSHOT(input => TABLE trades, on_time => DESCRIPTOR(ts)) AS s ON t.sym = s.sym;
--   |                                        ^^^^^^^^
-- hint: JOIN t FOR SYSTEM_TIME AS OF o.ts AS v ON o.k = v.k meets the rows of that time
