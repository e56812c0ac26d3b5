-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

INSERT INTO totals SELECT sym, tags FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives ARRAY<STRING> ('tags')
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, tags FROM trades;
--   |                                ^^^^
-- hint: tags[1] is the first of its items

INSERT INTO totals SELECT sym, ts FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives TIMESTAMP(3) ('ts')
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, ts FROM trades;
--   |                                ^^
-- hint: EXTRACT(EPOCH FROM ts) gives the seconds since 1970

INSERT INTO totals SELECT sym, place FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives ROW<street STRING, house INT> ('place')
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, place FROM trades;
--   |                                ^^^^^
-- hint: place.street is one of its fields

INSERT INTO totals SELECT sym, more FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives MAP<STRING, INT> ('more')
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, more FROM trades;
--   |                                ^^^^
-- hint: more['key'] is the value of a key

INSERT INTO totals SELECT sym, COUNT(*) > 1 FROM trades GROUP BY sym;
-- column 'total' of 'totals' is DOUBLE, the query gives BOOLEAN ('EXPR$1')
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, COUNT(*) > 1 FROM trades GROUP BY sym;
--   |                                ^^^^^^^^^^^^
-- hint: write CAST(COUNT(*) > 1 AS DOUBLE) if that is meant

INSERT INTO totals SELECT sym, price AS total, qty FROM trades;
-- 'totals' takes 2 columns (sym, total), the query gives 3 (sym, total, qty)
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO totals SELECT sym, price AS total, qty FROM trades;
--   |             ^^^^^^
-- hint: the query gives one for each of them, in this order

INSERT INTO totals SELECT * FROM trades;
-- 'totals' takes 2 columns (sym, total), the query gives 8 (sym, price, qty, paid, tags, more, place, ts)
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO totals SELECT * FROM trades;
--   |             ^^^^^^
-- hint: the query gives one for each of them, in this order

INSERT INTO totals (total) SELECT paid FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives BOOLEAN ('paid')
--  --> q.sql:1:35
--   |
-- 1 | INSERT INTO totals (total) SELECT paid FROM trades;
--   |                                   ^^^^
-- hint: write CAST(paid AS DOUBLE) if that is meant

INSERT INTO totals (total, sym) SELECT sym, price FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives STRING ('sym')
--  --> q.sql:1:40
--   |
-- 1 | INSERT INTO totals (total, sym) SELECT sym, price FROM trades;
--   |                                        ^^^
-- hint: write CAST(sym AS DOUBLE) if that is meant

INSERT INTO totals VALUES ('a', TRUE);
-- column 'total' of 'totals' is DOUBLE, the query gives BOOLEAN ('EXPR$1')
--  --> q.sql:1:33
--   |
-- 1 | INSERT INTO totals VALUES ('a', TRUE);
--   |                                 ^^^^
-- hint: write CAST(true AS DOUBLE) if that is meant

INSERT INTO totals VALUES (1, 2, 3);
-- 'totals' takes 2 columns (sym, total), the query gives 3 (EXPR$0, EXPR$1, EXPR$2)
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO totals VALUES (1, 2, 3);
--   |             ^^^^^^
-- hint: the query gives one for each of them, in this order

INSERT INTO totals VALUES ('a', DATE '2026-01-01');
-- column 'total' of 'totals' is DOUBLE, the query gives DATE ('EXPR$1')
--  --> q.sql:1:38
--   |
-- 1 | INSERT INTO totals VALUES ('a', DATE '2026-01-01');
--   |                                      ^^^^^^^^^^^^
-- hint: TIMESTAMPDIFF(DAY, DATE '1970-01-01', DATE '2026-01-01') gives the days since 1970

INSERT INTO totals VALUES;
-- expected (, found the end of the statement
--  --> q.sql:1:26
--   |
-- 1 | INSERT INTO totals VALUES;
--   |                          ^

INSERT INTO totals VALUES ('a', 1;
-- '(' has no partner
--  --> q.sql:1:20
--   |
-- 1 | INSERT INTO totals VALUES ('a', 1;
--   |                    ^^^^^^

INSERT INTO totals ('sym', total) VALUES ('a', 1);
-- expected a column name, found 'sym'
--  --> q.sql:1:21
--   |
-- 1 | INSERT INTO totals ('sym', total) VALUES ('a', 1);
--   |                     ^^^^^

INSERT INTO totals SET sym = 'a';
-- expected SELECT, WITH or VALUES, found SET
--  --> q.sql:1:20
--   |
-- 1 | INSERT INTO totals SET sym = 'a';
--   |                    ^^^

INSERT INTO totals (sym, total) FROM trades;
-- expected SELECT, WITH or VALUES, found FROM
--  --> q.sql:1:33
--   |
-- 1 | INSERT INTO totals (sym, total) FROM trades;
--   |                                 ^^^^

INSERT INTO totals SELECT sym, DEFAULT FROM trades;
-- there is no column 'DEFAULT'
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, DEFAULT FROM trades;
--   |                                ^^^^^^^
-- hint: columns here: sym, price, qty, paid, tags, more, place, ts

INSERT INTO totals SELECT sym, SUM(price) FROM trades;
-- 'sym' is neither in GROUP BY nor inside an aggregate
--  --> q.sql:1:27
--   |
-- 1 | INSERT INTO totals SELECT sym, SUM(price) FROM trades;
--   |                           ^^^
-- hint: add sym to GROUP BY, or take MIN(sym) or MAX(sym)

INSERT INTO kept VALUES ('a', 99999999999999999999);
-- this does not fit into column 'n', which is BIGINT
--  --> q.sql:1:31
--   |
-- 1 | INSERT INTO kept VALUES ('a', 99999999999999999999);
--   |                               ^^^^^^^^^^^^^^^^^^^^
-- hint: a BIGINT is a whole number from -9223372036854775808 to 9223372036854775807

INSERT INTO kept SELECT sym, ts FROM trades;
-- column 'n' of 'kept' is BIGINT, the query gives TIMESTAMP(3) ('ts')
--  --> q.sql:1:30
--   |
-- 1 | INSERT INTO kept SELECT sym, ts FROM trades;
--   |                              ^^
-- hint: EXTRACT(EPOCH FROM ts) gives the seconds since 1970

INSERT INTO kept (n) VALUES (1);
-- a row of VALUES has NULL for 'sym', which takes none
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO kept (n) VALUES (1);
--   |             ^^^^
-- hint: it is declared NOT NULL, or part of the enforced PRIMARY KEY of a memory table

INSERT INTO shop.lines SELECT sym, price, qty FROM trades;
-- 'lines' takes 2 columns (sym, n), the query gives 3 (sym, price, qty)
--  --> q.sql:1:18
--   |
-- 1 | INSERT INTO shop.lines SELECT sym, price, qty FROM trades;
--   |                  ^^^^^
-- hint: the query gives one for each of them, in this order

INSERT INTO lines SELECT sym, qty FROM trades UNION SELECT sym, COUNT(*) FROM trades GROUP BY sym;
-- the query gives changes to rows written before, 'lines' takes new rows only
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO lines SELECT sym, qty FROM trades UNION SELECT sym, COUNT(*) FROM trades GROUP BY sym;
--   |             ^^^^^
-- hint: end the query with EMIT FINAL, aggregate over a window, or write to a sink that takes changes, such as print

CREATE TABLE t (d DATE) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES ('2026-02-30');
-- '2026-02-30' is not a DATE
--  --> q.sql:1:81
--   |
-- 1 | CREATE TABLE t (d DATE) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES ('2026-02-30');
--   |                                                                                 ^^^^^^^^^^^^
-- hint: such as DATE '2024-01-31'

CREATE TABLE t (d DATE) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
-- column 'd' of 't' is DATE, the query gives INT ('qty')
--  --> q.sql:1:80
--   |
-- 1 | CREATE TABLE t (d DATE) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
--   |                                                                                ^^^
-- hint: TO_DATE(qty) is the date of so many days since 1970

CREATE TABLE t (d TIMESTAMP(3)) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
-- column 'd' of 't' is TIMESTAMP(3), the query gives INT ('qty')
--  --> q.sql:1:88
--   |
-- 1 | CREATE TABLE t (d TIMESTAMP(3)) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
--   |                                                                                        ^^^
-- hint: TO_TIMESTAMP_LTZ(qty, 3) makes a time of milliseconds, TO_TIMESTAMP_LTZ(qty, 0) of seconds

CREATE TABLE t (n TINYINT) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (1000);
-- this does not fit into column 'n', which is TINYINT
--  --> q.sql:1:84
--   |
-- 1 | CREATE TABLE t (n TINYINT) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (1000);
--   |                                                                                    ^^^^
-- hint: a TINYINT is a whole number from -128 to 127

CREATE TABLE t (a ARRAY<INT>) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (ARRAY['x']);
-- '["x"]' is not an ARRAY<INT>
--  --> q.sql:1:93
--   |
-- 1 | CREATE TABLE t (a ARRAY<INT>) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (ARRAY['x']);
--   |                                                                                             ^^^

CREATE TABLE t (a ARRAY<INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
-- column 'a' of 't' is ARRAY<INT>, the query gives INT ('qty')
--  --> q.sql:1:86
--   |
-- 1 | CREATE TABLE t (a ARRAY<INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
--   |                                                                                      ^^^
-- hint: ARRAY[qty] makes one of it

CREATE TABLE t (a ARRAY<INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT tags FROM trades;
-- column 'a' of 't' is ARRAY<INT>, the query gives ARRAY<STRING> ('tags')
--  --> q.sql:1:86
--   |
-- 1 | CREATE TABLE t (a ARRAY<INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT tags FROM trades;
--   |                                                                                      ^^^^
-- hint: write CAST(tags AS ARRAY<INT>) if that is meant

CREATE TABLE t (r ROW<x INT, y INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT ROW(1) FROM trades;
-- column 'r' of 't' is ROW<x INT, y INT>, the query gives ROW<EXPR$0 INT> ('EXPR$0')
--  --> q.sql:1:93
--   |
-- 1 | CREATE TABLE t (r ROW<x INT, y INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT ROW(1) FROM trades;
--   |                                                                                             ^^^^^
-- hint: a ROW of 2 fields takes the place of one of 1, in this order

CREATE TABLE t (r ROW<x INT, y INT>) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (ROW(1, 'much'));
-- '{"EXPR$0":1,"EXPR$1":"much"}' is not a ROW<x INT, y INT>
--  --> q.sql:1:94
--   |
-- 1 | CREATE TABLE t (r ROW<x INT, y INT>) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (ROW(1, 'much'));
--   |                                                                                              ^^^^^^^^^^^^^

CREATE TABLE t (m MAP<STRING, INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT MAP[qty, sym] FROM trades;
-- column 'm' of 't' is MAP<STRING, INT>, the query gives MAP<INT, STRING> ('EXPR$0')
--  --> q.sql:1:92
--   |
-- 1 | CREATE TABLE t (m MAP<STRING, INT>) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT MAP[qty, sym] FROM trades;
--   |                                                                                            ^^^^^^^^^^^^
-- hint: write CAST(MAP(qty, sym) AS MAP<STRING, INT>) if that is meant

CREATE TABLE t (b BYTES) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
-- column 'b' of 't' is BYTES, the query gives INT ('qty')
--  --> q.sql:1:81
--   |
-- 1 | CREATE TABLE t (b BYTES) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty FROM trades;
--   |                                                                                 ^^^
-- hint: CAST(CAST(qty AS STRING) AS BYTES) gives the bytes of its text

CREATE TABLE t (b BOOLEAN NOT NULL) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (NULL);
-- a row of VALUES has NULL for 'b', which takes none
--  --> q.sql:1:93
--   |
-- 1 | CREATE TABLE t (b BOOLEAN NOT NULL) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (NULL);
--   |                                                                                             ^^^^
-- hint: it is declared NOT NULL, or part of the enforced PRIMARY KEY of a memory table

CREATE TABLE t (a INT, b AS a * 2) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty, qty FROM trades;
-- 't' takes 1 columns (a), the query gives 2 (qty, qty)
--  --> q.sql:1:82
--   |
-- 1 | CREATE TABLE t (a INT, b AS a * 2) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT qty, qty FROM trades;
--   |                                                                                  ^
-- hint: the query gives one for each of them, in this order

CREATE TABLE t (a INT, b AS a * 2) WITH ('connector' = 'blackhole'); INSERT INTO t (a, b) SELECT qty, qty FROM trades;
-- 't' has no column 'b'
--  --> q.sql:1:88
--   |
-- 1 | CREATE TABLE t (a INT, b AS a * 2) WITH ('connector' = 'blackhole'); INSERT INTO t (a, b) SELECT qty, qty FROM trades;
--   |                                                                                        ^
-- hint: its columns are a

CREATE TABLE t (a INT, k STRING METADATA VIRTUAL) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv'); SELECT * FROM t;
-- metadata 'k' of column 'k' is not known here
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT, k STRING METADATA VIRTUAL) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv'); SELECT * FROM t;
--   |              ^
-- hint: this connector knows file.path

CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv'); INSERT INTO t SELECT MAX(qty) FROM trades;
-- the query gives changes to rows written before, 't' takes new rows only
--  --> q.sql:1:128
--   |
-- 1 | CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv'); INSERT INTO t SELECT MAX(qty) FROM trades;
--   |                                                                                                                                ^
-- hint: end the query with EMIT FINAL, aggregate over a window, or write to a sink that takes changes, such as print

SELECT nothing.sym.house FROM trades;
-- there is no table 'nothing' in this query
--  --> q.sql:1:8
--   |
-- 1 | SELECT nothing.sym.house FROM trades;
--   |        ^^^^^^^
-- hint: tables here: trades

SELECT plac.house FROM trades;
-- there is no table 'plac' in this query
--  --> q.sql:1:8
--   |
-- 1 | SELECT plac.house FROM trades;
--   |        ^^^^
-- hint: did you mean 'place'?

SELECT shop.nothing.sym FROM trades;
-- there is no table 'nothing' in this query
--  --> q.sql:1:13
--   |
-- 1 | SELECT shop.nothing.sym FROM trades;
--   |             ^^^^^^^
-- hint: tables here: trades

SELECT shop.nothing.* FROM trades;
-- there is no table 'nothing' in this query
--  --> q.sql:1:13
--   |
-- 1 | SELECT shop.nothing.* FROM trades;
--   |             ^^^^^^^
-- hint: tables here: trades

SELECT trades.plce.* FROM trades;
-- there is no column 'plce' in 'trades'
--  --> q.sql:1:15
--   |
-- 1 | SELECT trades.plce.* FROM trades;
--   |               ^^^^
-- hint: did you mean 'place'?

SELECT sym.* FROM trades;
-- STRING has no fields, so '.*' means nothing
--  --> q.sql:1:8
--   |
-- 1 | SELECT sym.* FROM trades;
--   |        ^^^^^

SELECT sym.length FROM trades;
-- STRING has no fields, so '.length' means nothing
--  --> q.sql:1:12
--   |
-- 1 | SELECT sym.length FROM trades;
--   |            ^^^^^^
-- hint: JSON_VALUE(x, '$.length') reads it in a text of JSON

SELECT tags.first FROM trades;
-- ARRAY<STRING> has no fields, so '.first' means nothing
--  --> q.sql:1:13
--   |
-- 1 | SELECT tags.first FROM trades;
--   |             ^^^^^
-- hint: [1] reads the first item

SELECT more.a FROM trades;
-- MAP<STRING, INT> has no fields, so '.a' means nothing
--  --> q.sql:1:13
--   |
-- 1 | SELECT more.a FROM trades;
--   |             ^
-- hint: ['a'] reads the value of a key

SELECT place.street.name FROM trades;
-- STRING has no fields, so '.name' means nothing
--  --> q.sql:1:21
--   |
-- 1 | SELECT place.street.name FROM trades;
--   |                     ^^^^
-- hint: JSON_VALUE(x, '$.name') reads it in a text of JSON

SELECT trades.place.city FROM trades;
-- the ROW has no field 'city'
--  --> q.sql:1:21
--   |
-- 1 | SELECT trades.place.city FROM trades;
--   |                     ^^^^
-- hint: its fields are street, house

SELECT ROW(nothing.*) FROM trades;
-- there is no table 'nothing' in this query
--  --> q.sql:1:12
--   |
-- 1 | SELECT ROW(nothing.*) FROM trades;
--   |            ^^^^^^^
-- hint: tables here: trades

SELECT ROW(*);
-- there are no columns that * could stand for
--  --> q.sql:1:8
--   |
-- 1 | SELECT ROW(*);
--   |        ^^^
-- hint: add FROM and a table

SELECT COUNT(nothing.*) FROM trades;
-- COUNT does not take such an argument
--  --> q.sql:1:8
--   |
-- 1 | SELECT COUNT(nothing.*) FROM trades;
--   |        ^^^^^
-- hint: usage: COUNT(*) or COUNT([DISTINCT] x, ...)

SELECT t.bid FROM trades AS t JOIN quotes AS q ON t.sym = q.sym;
-- there is no column 'bid' in 't'
--  --> q.sql:1:10
--   |
-- 1 | SELECT t.bid FROM trades AS t JOIN quotes AS q ON t.sym = q.sym;
--   |          ^^^
-- hint: 'q' has it: write q.bid

SELECT trades.sym FROM trades AS t;
-- there is no table 'trades' in this query
--  --> q.sql:1:8
--   |
-- 1 | SELECT trades.sym FROM trades AS t;
--   |        ^^^^^^
-- hint: tables here: t

SELECT sym FROM trades GROUP BY t.sym;
-- there is no table 't' in this query
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades GROUP BY t.sym;
--   |                                 ^
-- hint: tables here: trades

SELECT sym FROM trades ORDER BY t.sym LIMIT 1;
-- there is no table 't' in this query
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades ORDER BY t.sym LIMIT 1;
--   |                                 ^
-- hint: tables here: trades

SELECT sym FROM (SELECT sym FROM trades) WHERE t.sym = 'a';
-- there is no table 't' in this query
--  --> q.sql:1:48
--   |
-- 1 | SELECT sym FROM (SELECT sym FROM trades) WHERE t.sym = 'a';
--   |                                                ^
-- hint: no table here has a name: write the column alone

SELECT qty FROM trades WHERE EXISTS (SELECT 1 FROM quotes AS q WHERE q.sym = t.sym);
-- there is no table 't' in this query
--  --> q.sql:1:78
--   |
-- 1 | SELECT qty FROM trades WHERE EXISTS (SELECT 1 FROM quotes AS q WHERE q.sym = t.sym);
--   |                                                                              ^
-- hint: tables here: trades, q

SELECT a;
-- there is no column 'a'
--  --> q.sql:1:8
--   |
-- 1 | SELECT a;
--   |        ^
-- hint: no table is read here: add FROM, or write a text in single quotes
