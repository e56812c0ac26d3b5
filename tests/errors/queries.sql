-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELECT;
-- expected an expression, found the end of the statement
--  --> q.sql:1:7
--   |
-- 1 | SELECT;
--   |       ^
-- hint: name the columns, or write * for all of them

SELECT FROM trades;
-- expected an expression, found FROM
--  --> q.sql:1:8
--   |
-- 1 | SELECT FROM trades;
--   |        ^^^^
-- hint: name the columns, or write * for all of them

SELECT sym, FROM trades;
-- expected an expression, found FROM
--  --> q.sql:1:13
--   |
-- 1 | SELECT sym, FROM trades;
--   |             ^^^^
-- hint: leave out the comma before it, or write what comes behind

SELECT sym price qty FROM trades;
-- expected the end of the statement, found qty
--  --> q.sql:1:18
--   |
-- 1 | SELECT sym price qty FROM trades;
--   |                  ^^^
-- hint: columns are separated by commas

SELECT pirce FROM trades;
-- there is no column 'pirce'
--  --> q.sql:1:8
--   |
-- 1 | SELECT pirce FROM trades;
--   |        ^^^^^
-- hint: did you mean 'price'?

SELECT trades.pirce FROM trades;
-- there is no column 'pirce' in 'trades'
--  --> q.sql:1:15
--   |
-- 1 | SELECT trades.pirce FROM trades;
--   |               ^^^^^
-- hint: did you mean 'price'?

SELECT t.sym FROM trades;
-- there is no table 't' in this query
--  --> q.sql:1:8
--   |
-- 1 | SELECT t.sym FROM trades;
--   |        ^
-- hint: tables here: trades

SELECT sym FROM trade;
-- there is no table or view 'trade'
--  --> q.sql:1:17
--   |
-- 1 | SELECT sym FROM trade;
--   |                 ^^^^^
-- hint: did you mean 'trades'?

SELECT sym FROM shop.trade;
-- there is no table or view 'trade'
--  --> q.sql:1:22
--   |
-- 1 | SELECT sym FROM shop.trade;
--   |                      ^^^^^
-- hint: did you mean 'trades'?

SELECT * FROM trades, nothing;
-- there is no table or view 'nothing'
--  --> q.sql:1:23
--   |
-- 1 | SELECT * FROM trades, nothing;
--   |                       ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

SELECT sym FROM trades WHERE;
-- expected an expression, found the end of the statement
--  --> q.sql:1:29
--   |
-- 1 | SELECT sym FROM trades WHERE;
--   |                             ^
-- hint: a condition stands behind WHERE, such as x > 0

SELECT sym FROM trades WHERE price;
-- a condition must be BOOLEAN, this is DOUBLE
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE price;
--   |                              ^^^^^
-- hint: compare it with something, such as x > 0

SELECT sym FROM trades WHERE price = 'much';
-- 'much' is not a DOUBLE
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE price = 'much';
--   |                              ^^^^^^^^^^^^^^
-- hint: such as 2.5

SELECT sym FROM trades WHERE sym > 5;
-- STRING and INT cannot be compared
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE sym > 5;
--   |                              ^^^^^^^
-- hint: CAST one of them, such as CAST(... AS STRING)

SELECT sym FROM trades WHERE paid > 5;
-- BOOLEAN and INT cannot be compared
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE paid > 5;
--   |                              ^^^^^^^^
-- hint: CAST one of them, such as CAST(... AS BOOLEAN)

SELECT sym FROM trades WHERE tags = 'a';
-- ARRAY<STRING> and STRING cannot be compared
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE tags = 'a';
--   |                              ^^^^^^^^^^
-- hint: ARRAY_CONTAINS(array, item) says whether it is one of the items

SELECT sym FROM trades WHERE SUM(qty) > 5;
-- the aggregate SUM is not allowed here
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE SUM(qty) > 5;
--   |                              ^^^
-- hint: conditions on it stand in HAVING; elsewhere compute it in a sub-query, and use its name

SELECT sym FROM trades WHERE price = ;
-- expected an expression, found the end of the statement
--  --> q.sql:1:37
--   |
-- 1 | SELECT sym FROM trades WHERE price = ;
--   |                                     ^
-- hint: a value stands on each side of =

SELECT sym FROM trades WHERE price BETWEEN 1;
-- expected AND, found the end of the statement
--  --> q.sql:1:45
--   |
-- 1 | SELECT sym FROM trades WHERE price BETWEEN 1;
--   |                                             ^
-- hint: x BETWEEN low AND high

SELECT sym FROM trades WHERE sym LIKE 5;
-- LIKE does not take (STRING, INT)
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE sym LIKE 5;
--   |                              ^^^^^^^^^^
-- hint: usage: text LIKE pattern [ESCAPE character]

SELECT sym FROM trades WHERE sym IN ();
-- expected an expression, found )
--  --> q.sql:1:38
--   |
-- 1 | SELECT sym FROM trades WHERE sym IN ();
--   |                                      ^
-- hint: name the values: IN (1, 2)

SELECT sym FROM trades WHERE sym IN (1, 'a');
-- STRING and INT cannot be compared
--  --> q.sql:1:38
--   |
-- 1 | SELECT sym FROM trades WHERE sym IN (1, 'a');
--   |                                      ^
-- hint: CAST one of them, such as CAST(... AS STRING)

SELECT sym FROM trades WHERE sym IN (SELECT sym, bid FROM quotes);
-- IN compares 1 with the 2 columns of its sub-query
--  --> q.sql:1:38
--   |
-- 1 | SELECT sym FROM trades WHERE sym IN (SELECT sym, bid FROM quotes);
--   |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: both sides have the same number of columns: (a, b) IN (SELECT x, y FROM t)

SELECT sym FROM trades WHERE (sym, qty) IN (SELECT sym FROM quotes);
-- IN compares 2 with the 1 columns of its sub-query
--  --> q.sql:1:45
--   |
-- 1 | SELECT sym FROM trades WHERE (sym, qty) IN (SELECT sym FROM quotes);
--   |                                             ^^^^^^^^^^^^^^^^^^^^^^
-- hint: both sides have the same number of columns: (a, b) IN (SELECT x, y FROM t)

SELECT sym FROM trades WHERE qty = (SELECT sym, bid FROM quotes);
-- a sub-query as a value reads one column, but the sub-query has 2
--  --> q.sql:1:37
--   |
-- 1 | SELECT sym FROM trades WHERE qty = (SELECT sym, bid FROM quotes);
--   |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: select the one that is meant

SELECT sym FROM trades WHERE EXISTS sym;
-- expected (, found sym
--  --> q.sql:1:37
--   |
-- 1 | SELECT sym FROM trades WHERE EXISTS sym;
--   |                                     ^^^
-- hint: EXISTS (SELECT * FROM t WHERE ...)

SELECT sym FROM trades WHERE ts > 5;
-- TIMESTAMP(3) and INT cannot be compared
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE ts > 5;
--   |                              ^^^^^^
-- hint: TO_TIMESTAMP_LTZ(x, 3) makes a time of milliseconds, TO_TIMESTAMP_LTZ(x, 0) of seconds

SELECT sym FROM trades WHERE ts > 'noon';
-- 'noon' is not a TIMESTAMP(3)
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE ts > 'noon';
--   |                              ^^^^^^^^^^^
-- hint: such as TIMESTAMP '2024-01-31 12:00:00'

SELECT sym FROM trades WHERE NOT qty;
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:34
--   |
-- 1 | SELECT sym FROM trades WHERE NOT qty;
--   |                                  ^^^
-- hint: compare it with something, such as x > 0

SELECT sym FROM trades WHERE qty AND paid;
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE qty AND paid;
--   |                              ^^^
-- hint: compare it with something, such as x > 0

SELECT sym FROM trades WHERE ROW_NUMBER() OVER (ORDER BY ts) = 1;
-- ROW_NUMBER with OVER is not allowed here
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE ROW_NUMBER() OVER (ORDER BY ts) = 1;
--   |                              ^^^^^^^^^^
-- hint: select it in a sub-query or a view, and use its name; conditions on it also stand in QUALIFY

SELECT -sym FROM trades;
-- a sign before STRING is not defined
--  --> q.sql:1:9
--   |
-- 1 | SELECT -sym FROM trades;
--   |         ^^^
-- hint: write CAST(sym AS DOUBLE) if that is meant

SELECT sym + 1 FROM trades;
-- STRING + INT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT sym + 1 FROM trades;
--   |        ^^^^^^^
-- hint: || joins text; CAST makes a number of it

SELECT ts + 5 FROM trades;
-- TIMESTAMP(3) + INT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT ts + 5 FROM trades;
--   |        ^^^^^^
-- hint: add an interval, such as INTERVAL '10' SECOND

SELECT ts + ts FROM trades;
-- TIMESTAMP(3) + TIMESTAMP(3) is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT ts + ts FROM trades;
--   |        ^^^^^^^
-- hint: add an interval, such as INTERVAL '10' SECOND

SELECT qty[1] FROM trades;
-- INT has no items
--  --> q.sql:1:12
--   |
-- 1 | SELECT qty[1] FROM trades;
--   |            ^
-- hint: ARRAY, MAP and JSON have

SELECT place.city FROM trades;
-- the ROW has no field 'city'
--  --> q.sql:1:14
--   |
-- 1 | SELECT place.city FROM trades;
--   |              ^^^^
-- hint: its fields are street, house

SELECT place.house.number FROM trades;
-- INT has no fields, so '.number' means nothing
--  --> q.sql:1:20
--   |
-- 1 | SELECT place.house.number FROM trades;
--   |                    ^^^^^^

SELECT CASE WHEN qty THEN 1 END FROM trades;
-- a condition must be BOOLEAN, this is INT
--  --> q.sql:1:18
--   |
-- 1 | SELECT CASE WHEN qty THEN 1 END FROM trades;
--   |                  ^^^
-- hint: compare it with something, such as x > 0

SELECT CASE qty WHEN 'a' THEN 1 END FROM trades;
-- 'a' is not an INT
--  --> q.sql:1:22
--   |
-- 1 | SELECT CASE qty WHEN 'a' THEN 1 END FROM trades;
--   |                      ^^^
-- hint: an INT is a whole number from -2147483648 to 2147483647

SELECT CASE WHEN paid THEN 1 ELSE ts END FROM trades;
-- CASE has values of types INT and TIMESTAMP(3), which have no common type
--  --> q.sql:1:8
--   |
-- 1 | SELECT CASE WHEN paid THEN 1 ELSE ts END FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: CAST them to STRING

SELECT CASE WHEN paid THEN 1 FROM trades;
-- CASE has no END
--  --> q.sql:1:8
--   |
-- 1 | SELECT CASE WHEN paid THEN 1 FROM trades;
--   |        ^^^^
-- hint: CASE WHEN condition THEN value ELSE value END

SELECT ARRAY[1, ts] FROM trades;
-- ARRAY has values of types INT and TIMESTAMP(3), which have no common type
--  --> q.sql:1:14
--   |
-- 1 | SELECT ARRAY[1, ts] FROM trades;
--   |              ^^^^^
-- hint: CAST them to STRING

SELECT MAP['a', 1, 'b'] FROM trades;
-- MAP[...] has a key without a value
--  --> q.sql:1:8
--   |
-- 1 | SELECT MAP['a', 1, 'b'] FROM trades;
--   |        ^^^
-- hint: keys and values stand in turn: MAP['a', 1, 'b', 2]

SELECT UPER(sym) FROM trades;
-- there is no function 'UPER'
--  --> q.sql:1:8
--   |
-- 1 | SELECT UPER(sym) FROM trades;
--   |        ^^^^
-- hint: did you mean UPPER?

SELECT MY_UDF(sym) FROM trades;
-- there is no function 'MY_UDF'
--  --> q.sql:1:8
--   |
-- 1 | SELECT MY_UDF(sym) FROM trades;
--   |        ^^^^^^
-- hint: 'corelane functions' lists all

SELECT UPPER(sym, 1) FROM trades;
-- UPPER does not take (STRING, INT)
--  --> q.sql:1:8
--   |
-- 1 | SELECT UPPER(sym, 1) FROM trades;
--   |        ^^^^^
-- hint: usage: UPPER(text)

SELECT UPPER() FROM trades;
-- UPPER does not take ()
--  --> q.sql:1:8
--   |
-- 1 | SELECT UPPER() FROM trades;
--   |        ^^^^^
-- hint: usage: UPPER(text)

SELECT SQRT(paid) FROM trades;
-- SQRT does not take (BOOLEAN)
--  --> q.sql:1:8
--   |
-- 1 | SELECT SQRT(paid) FROM trades;
--   |        ^^^^
-- hint: usage: SQRT(x)

SELECT SUBSTRING(sym FROM 'a') FROM trades;
-- 'a' is not a BIGINT
--  --> q.sql:1:18
--   |
-- 1 | SELECT SUBSTRING(sym FROM 'a') FROM trades;
--   |                  ^^^^^^^^^^^^
-- hint: a BIGINT is a whole number from -9223372036854775808 to 9223372036854775807

SELECT EXTRACT(FORTNIGHT FROM ts) FROM trades;
-- there is no such unit of time: FORTNIGHT
--  --> q.sql:1:16
--   |
-- 1 | SELECT EXTRACT(FORTNIGHT FROM ts) FROM trades;
--   |                ^^^^^^^^^
-- hint: YEAR, MONTH, DAY, HOUR, MINUTE, SECOND and the like; EXTRACT also knows DOW, DOY and EPOCH

SELECT DATE_FORMAT(sym) FROM trades;
-- DATE_FORMAT does not take (STRING)
--  --> q.sql:1:8
--   |
-- 1 | SELECT DATE_FORMAT(sym) FROM trades;
--   |        ^^^^^^^^^^^
-- hint: usage: DATE_FORMAT(timestamp, pattern)

SELECT JSON_VALUE(sym, 5) FROM trades;
-- JSON_VALUE does not take (STRING, INT)
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_VALUE(sym, 5) FROM trades;
--   |        ^^^^^^^^^^
-- hint: usage: JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY | ERROR])

SELECT JSON_VALUE(sym, '$.a' RETURNING FISH) FROM trades;
-- there is no data type 'FISH'
--  --> q.sql:1:40
--   |
-- 1 | SELECT JSON_VALUE(sym, '$.a' RETURNING FISH) FROM trades;
--   |                                        ^^^^
-- hint: the types are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL, CHAR, VARCHAR, STRING, BYTES, VARBINARY, DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL, ARRAY, ROW, MAP, JSON, UUID, BITMAP, and those of CREATE TYPE

SELECT COALESCE() FROM trades;
-- COALESCE cannot be called like this
--  --> q.sql:1:8
--   |
-- 1 | SELECT COALESCE() FROM trades;
--   |        ^^^^^^^^
-- hint: usage: COALESCE(x, ...)

SELECT COALESCE(qty, sym, ts) FROM trades;
-- COALESCE has values of types INT and STRING, which have no common type
--  --> q.sql:1:8
--   |
-- 1 | SELECT COALESCE(qty, sym, ts) FROM trades;
--   |        ^^^^^^^^
-- hint: CAST one of them

SELECT GREATEST(qty, ts) FROM trades;
-- GREATEST does not take (INT, TIMESTAMP(3))
--  --> q.sql:1:8
--   |
-- 1 | SELECT GREATEST(qty, ts) FROM trades;
--   |        ^^^^^^^^
-- hint: usage: GREATEST(x, ...)

SELECT ARRAY_FILTER(tags, x -> x + 1) FROM trades;
-- STRING + INT is not defined
--  --> q.sql:1:32
--   |
-- 1 | SELECT ARRAY_FILTER(tags, x -> x + 1) FROM trades;
--   |                                ^^^^^
-- hint: || joins text; CAST makes a number of it

SELECT TRIM(qty) FROM trades;
-- TRIM does not take (INT)
--  --> q.sql:1:13
--   |
-- 1 | SELECT TRIM(qty) FROM trades;
--   |             ^^^
-- hint: usage: TRIM([BOTH | LEADING | TRAILING] [characters FROM] text)

SELECT sym FROM trades ORDER BY nothing;
-- there is no column 'nothing'
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades ORDER BY nothing;
--   |                                 ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT sym FROM trades ORDER BY 2;
-- ORDER BY 2: the query has 1 columns
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades ORDER BY 2;
--   |                                 ^
-- hint: a number is the place of a column, counted from 1

SELECT sym FROM trades ORDER BY price;
-- ORDER BY without LIMIT over input that does not end: no row is known to be the first
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades ORDER BY price;
--   |                                 ^^^^^
-- hint: add LIMIT, order by the event time first, or end the query with EMIT FINAL to have the rows when the job is stopped

SELECT sym FROM trades LIMIT -1;
-- a number of rows is a constant, whole and not negative
--  --> q.sql:1:31
--   |
-- 1 | SELECT sym FROM trades LIMIT -1;
--   |                               ^
-- hint: such as 10

SELECT sym FROM trades LIMIT 'a';
-- a number of rows is a constant, whole and not negative
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades LIMIT 'a';
--   |                              ^^^
-- hint: such as 10

SELECT sym FROM trades LIMIT qty;
-- a number of rows is a constant, whole and not negative
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades LIMIT qty;
--   |                              ^^^
-- hint: such as 10

SELECT sym FROM trades OFFSET -1;
-- a number of rows is a constant, whole and not negative
--  --> q.sql:1:32
--   |
-- 1 | SELECT sym FROM trades OFFSET -1;
--   |                                ^
-- hint: such as 10

SELECT TOP 5 sym FROM trades;
-- TOP is not supported
--  --> q.sql:1:1
--   |
-- 1 | SELECT TOP 5 sym FROM trades;
--   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write LIMIT behind the query

SELECT sym INTO t FROM trades;
-- SELECT INTO is not supported
--  --> q.sql:1:1
--   |
-- 1 | SELECT sym INTO t FROM trades;
--   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write INSERT INTO t SELECT, or CREATE TABLE t WITH (...) AS SELECT

SELECT * EXCEPT (nothing) FROM trades;
-- there is no column 'nothing' that * shows
--  --> q.sql:1:18
--   |
-- 1 | SELECT * EXCEPT (nothing) FROM trades;
--   |                  ^^^^^^^
-- hint: it shows sym, price, qty, paid, tags, more, place, ts

SELECT nothing.* FROM trades;
-- there is no table 'nothing' in this query
--  --> q.sql:1:8
--   |
-- 1 | SELECT nothing.* FROM trades;
--   |        ^^^^^^^
-- hint: tables here: trades

SELECT * FROM (SELECT sym FROM trades WHERE) t;
-- expected an expression, found the end of the statement
--  --> q.sql:1:44
--   |
-- 1 | SELECT * FROM (SELECT sym FROM trades WHERE) t;
--   |                                            ^
-- hint: a condition stands behind WHERE, such as x > 0

SELECT * FROM (SELECT sym FROM trades;
-- '(' has no partner
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM (SELECT sym FROM trades;
--   |               ^

SELECT a FROM (SELECT sym FROM trades) AS t;
-- there is no column 'a'
--  --> q.sql:1:8
--   |
-- 1 | SELECT a FROM (SELECT sym FROM trades) AS t;
--   |        ^
-- hint: columns here: sym

SELECT * FROM (SELECT sym FROM trades) AS t (a, b);
-- the alias t names 2 columns, but the query has 1
--  --> q.sql:1:49
--   |
-- 1 | SELECT * FROM (SELECT sym FROM trades) AS t (a, b);
--   |                                                 ^
-- hint: leave out the names that have no column

WITH x AS (SELECT sym FROM trades) SELECT * FROM y;
-- there is no table or view 'y'
--  --> q.sql:1:50
--   |
-- 1 | WITH x AS (SELECT sym FROM trades) SELECT * FROM y;
--   |                                                  ^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x) SELECT * FROM x;
-- WITH RECURSIVE is not supported
--  --> q.sql:1:16
--   |
-- 1 | WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x) SELECT * FROM x;
--   |                ^
-- hint: leave RECURSIVE out where no table names itself

WITH x AS SELECT 1 SELECT * FROM x;
-- expected (, found SELECT
--  --> q.sql:1:11
--   |
-- 1 | WITH x AS SELECT 1 SELECT * FROM x;
--   |           ^^^^^^

SELECT sym FROM trades UNION SELECT sym, bid FROM quotes;
-- UNION of 1 and 2 columns
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades UNION SELECT sym, bid FROM quotes;
--   |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: every SELECT of it has the same number of columns

SELECT sym FROM trades UNION SELECT ts FROM quotes;
-- column 'sym' of UNION is STRING here and TIMESTAMP(3) there
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades UNION SELECT ts FROM quotes;
--   |                              ^^^^^^^^^^^^^^^^^^^^^
-- hint: CAST one of them

SELECT sym FROM trades UNION ALL;
-- expected SELECT, VALUES, or a subquery in the query body, found the end of the statement
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades UNION ALL;
--   |                                 ^
-- hint: a SELECT stands on each side of a set operation

SELECT sym FROM trades TABLESAMPLE (10);
-- TABLESAMPLE is not supported
--  --> q.sql:1:17
--   |
-- 1 | SELECT sym FROM trades TABLESAMPLE (10);
--   |                 ^^^^^^
-- hint: a filter such as MOD(id, 10) = 0 takes a part of the rows

SELECT sym FROM trades FOR UPDATE;
-- FOR UPDATE is not supported
--  --> q.sql:1:1
--   |
-- 1 | SELECT sym FROM trades FOR UPDATE;
--   | ^^^^^^^^^^^^^^^^^^^^^^
-- hint: nobody else changes the rows of a job: leave it out

SELECT sym FROM trades PIVOT (SUM(qty) FOR nothing IN ('a'));
-- there is no column 'nothing'
--  --> q.sql:1:44
--   |
-- 1 | SELECT sym FROM trades PIVOT (SUM(qty) FOR nothing IN ('a'));
--   |                                            ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT u FROM UNNEST(5) AS u;
-- UNNEST takes an ARRAY or a MAP, this is INT
--  --> q.sql:1:15
--   |
-- 1 | SELECT u FROM UNNEST(5) AS u;
--   |               ^^^^^^^^^^^^^^
-- hint: ARRAY[x] makes one of a value

SELECT t.sym, u FROM trades AS t CROSS JOIN UNNEST(t.qty) AS x (u);
-- UNNEST takes an ARRAY or a MAP, this is INT
--  --> q.sql:1:45
--   |
-- 1 | SELECT t.sym, u FROM trades AS t CROSS JOIN UNNEST(t.qty) AS x (u);
--   |                                             ^^^^^^^^^^^^^^^^^^^^^
-- hint: ARRAY[x] makes one of a value

SELECT * FROM GENERATE_SERIES('a', 'b');
-- 'a' is not a BIGINT
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM GENERATE_SERIES('a', 'b');
--   |               ^^^^^^^^^^^^^^^
-- hint: a BIGINT is a whole number from -9223372036854775808 to 9223372036854775807

SELECT * FROM NOTHING(1);
-- this table function is not supported
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM NOTHING(1);
--   |               ^^^^^^^
-- hint: UNNEST, TUMBLE, HOP, CUMULATE, SESSION and GAP_FILL are there: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))

SELECT /*+ OPTIONS('a' = 'b') */ sym FROM trades;
-- the hint OPTIONS is not supported here
--  --> q.sql:1:12
--   |
-- 1 | SELECT /*+ OPTIONS('a' = 'b') */ sym FROM trades;
--   |            ^^^^^^^
-- hint: STATE_TTL stands behind SELECT; OPTIONS, and in FROM HASH, ROUND_ROBIN, SOURCE_ALIGNED, FAN_IN, right behind the name of a table

SELECT sym FROM trades /*+ OPTIONS('rows-per-second') */;
-- OPTIONS gives 'rows-per-second' no value
--  --> q.sql:1:36
--   |
-- 1 | SELECT sym FROM trades /*+ OPTIONS('rows-per-second') */;
--   |                                    ^^^^^^^^^^^^^^^^^
-- hint: such as OPTIONS('path' = 'other.csv')

CREATE TABLE t (a INT) WITH ('connector' = 'print');
SELECT a FROM t /*+ OPTIONS('connector' = 'kafka') */;
-- unknown connector 'kafka' of table 't'
--  --> q.sql:2:43
--   |
-- 2 | SELECT a FROM t /*+ OPTIONS('connector' = 'kafka') */;
--   |                                           ^^^^^^^
-- hint: known source connectors: datagen, filesystem, nexmark, tcp

SELECT /*+ STATE_TTL('trades' = '1 h') */ sym FROM trades;
-- the STATE_TTL of 'trades' bounds nothing: it is neither an input of a join that keeps rows nor grouped by itself
--  --> q.sql:1:22
--   |
-- 1 | SELECT /*+ STATE_TTL('trades' = '1 h') */ sym FROM trades;
--   |                      ^^^^^^^^
-- hint: STATE_TTL is for the inputs of regular joins, for versions, and for groups of a single input

VALUES (1, 2), (3);
-- a row of VALUES has 1 items, the first has 2
--  --> q.sql:1:17
--   |
-- 1 | VALUES (1, 2), (3);
--   |                 ^
-- hint: write NULL where there is no value

VALUES (1), (TIMESTAMP '2026-01-01 00:00:00');
-- VALUES has values of types INT and TIMESTAMP(0), which have no common type
--  --> q.sql:1:24
--   |
-- 1 | VALUES (1), (TIMESTAMP '2026-01-01 00:00:00');
--   |                        ^^^^^^^^^^^^^^^^^^^^^
-- hint: CAST them to STRING

SELECT $1 FROM trades;
-- a parameter without a name is not supported
--  --> q.sql:1:8
--   |
-- 1 | SELECT $1 FROM trades;
--   |        ^^
-- hint: write :name, and give it a value: --param name=...

SELECT ? FROM trades;
-- expected an expression, found ?
--  --> q.sql:1:8
--   |
-- 1 | SELECT ? FROM trades;
--   |        ^
-- hint: a parameter has a name: write :name, and give it a value: --param name=...

SELECT @x FROM trades;
-- there is no column 'x'
--  --> q.sql:1:9
--   |
-- 1 | SELECT @x FROM trades;
--   |         ^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

SELECT sym FROM trades WHERE sym = "AAA";
-- there is no column 'AAA'
--  --> q.sql:1:36
--   |
-- 1 | SELECT sym FROM trades WHERE sym = "AAA";
--   |                                    ^^^^^
-- hint: text stands in single quotes

SELECT sym FROM trades AS;
-- expected an identifier after AS, found the end of the statement
--  --> q.sql:1:26
--   |
-- 1 | SELECT sym FROM trades AS;
--   |                          ^

SELECT sym FROM trades WHERE price > :least;
-- parameter ':least' has no value
--  --> q.sql:1:38
--   |
-- 1 | SELECT sym FROM trades WHERE price > :least;
--   |                                      ^^^^^^
-- hint: give it one: --param least=..., or write a blank behind the colon of a slice

SELECT :day FROM trades WHERE ts > :day;
-- parameter ':day' has no value
--  --> q.sql:1:8
--   |
-- 1 | SELECT :day FROM trades WHERE ts > :day;
--   |        ^^^^
-- hint: give it one: --param day=..., or write a blank behind the colon of a slice

SELECT sym FROM trades WHERE (price > 5;
-- '(' has no partner
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE (price > 5;
--   |                              ^

SELECT sym FROM trades WHERE price > 5);
-- ')' has no partner
--  --> q.sql:1:39
--   |
-- 1 | SELECT sym FROM trades WHERE price > 5);
--   |                                       ^

SELECT sym FROM trades WHERE sym IN (SELECT sym FROM quotes WHERE);
-- expected an expression, found the end of the statement
--  --> q.sql:1:66
--   |
-- 1 | SELECT sym FROM trades WHERE sym IN (SELECT sym FROM quotes WHERE);
--   |                                                                  ^
-- hint: a condition stands behind WHERE, such as x > 0

SELECT sym FROM trades WHERE qty > (SELECT MAX(bid) quotes);
-- there is no column 'bid'
--  --> q.sql:1:48
--   |
-- 1 | SELECT sym FROM trades WHERE qty > (SELECT MAX(bid) quotes);
--   |                                                ^^^
-- hint: did you mean 'paid'?

SELECT LAG(qty) FROM trades;
-- LAG needs OVER
--  --> q.sql:1:8
--   |
-- 1 | SELECT LAG(qty) FROM trades;
--   |        ^^^
-- hint: usage: LAG(x [, distance [, default]]) OVER (...)
