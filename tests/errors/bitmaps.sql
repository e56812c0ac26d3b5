-- Checked by reading each message as the user would who knows the bitmaps of Flink.

SELECT BITMAP_BUILD(ARRAY[3000000000]) FROM trades;
-- BITMAP_BUILD does not take (ARRAY<BIGINT>)
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_BUILD(ARRAY[3000000000]) FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: usage: BITMAP_BUILD(array of INT)

SELECT BITMAP_BUILD(qty) FROM trades;
-- BITMAP_BUILD does not take (INT)
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_BUILD(qty) FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: usage: BITMAP_BUILD(array of INT)

SELECT BITMAP_BUILD_AGG(CAST(qty AS BIGINT)) FROM trades;
-- BITMAP_BUILD_AGG of BIGINT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_BUILD_AGG(CAST(qty AS BIGINT)) FROM trades;
--   |        ^^^^^^^^^^^^^^^^
-- hint: it takes what is no greater than an INT, such as CAST(x AS INT); BITMAP_OR_AGG takes bitmaps

SELECT BITMAP_BUILD_AGG(BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- BITMAP_BUILD_AGG of BITMAP is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_BUILD_AGG(BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |        ^^^^^^^^^^^^^^^^
-- hint: it takes what is no greater than an INT, such as CAST(x AS INT); BITMAP_OR_AGG takes bitmaps

SELECT BITMAP_OR_AGG(qty) FROM trades;
-- BITMAP_OR_AGG of INT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_OR_AGG(qty) FROM trades;
--   |        ^^^^^^^^^^^^^
-- hint: it takes bitmaps; BITMAP_BUILD_AGG makes one of integers

SELECT BITMAP_AND(BITMAP_BUILD(ARRAY[qty]), ARRAY[1]) FROM trades;
-- BITMAP_AND does not take (BITMAP, ARRAY<INT>)
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_AND(BITMAP_BUILD(ARRAY[qty]), ARRAY[1]) FROM trades;
--   |        ^^^^^^^^^^
-- hint: usage: BITMAP_AND(bitmap, bitmap)

SELECT BITMAP_FROM_BYTES(X'00') FROM trades;
-- '00': the bytes are no bitmap
--  --> q.sql:1:26
--   |
-- 1 | SELECT BITMAP_FROM_BYTES(X'00') FROM trades;
--   |                          ^^^^^
-- hint: BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[1, 3])) gives such bytes

SELECT BITMAP_FROM_BYTES(sym) FROM trades;
-- BITMAP_FROM_BYTES does not take (STRING)
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_FROM_BYTES(sym) FROM trades;
--   |        ^^^^^^^^^^^^^^^^^
-- hint: usage: BITMAP_FROM_BYTES(bytes)

SELECT CAST(X'3A30000000000000' AS BITMAP) FROM trades;
-- BYTES cannot be converted to BITMAP
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(X'3A30000000000000' AS BITMAP) FROM trades;
--   |             ^^^^^^^^^^^^^^^^^^^
-- hint: BITMAP_FROM_BYTES(X'3A30000000000000') reads it

SELECT CAST('{1,2}' AS BITMAP) FROM trades;
-- STRING cannot be converted to BITMAP
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST('{1,2}' AS BITMAP) FROM trades;
--   |             ^^^^^^^

SELECT CAST(BITMAP_BUILD(ARRAY[qty]) AS INT) FROM trades;
-- BITMAP cannot be converted to INT
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(BITMAP_BUILD(ARRAY[qty]) AS INT) FROM trades;
--   |             ^^^^^^^^^^^^^^^^^^^^^^

SELECT ARRAY[BITMAP_BUILD(ARRAY[qty])] FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:14
--   |
-- 1 | SELECT ARRAY[BITMAP_BUILD(ARRAY[qty])] FROM trades;
--   |              ^^^^^^^^^^^^^^^^^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT JSON_OBJECT(KEY 'users' VALUE BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_OBJECT(KEY 'users' VALUE BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |        ^^^^^^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT TO_JSON(BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:8
--   |
-- 1 | SELECT TO_JSON(BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |        ^^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT ARRAY_AGG(BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:8
--   |
-- 1 | SELECT ARRAY_AGG(BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |        ^^^^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT TRANSFORM(tags, x -> BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:8
--   |
-- 1 | SELECT TRANSFORM(tags, x -> BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |        ^^^^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT ARRAY(SELECT BITMAP_BUILD(ARRAY[id]) FROM (VALUES (1)) AS v(id)) FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:14
--   |
-- 1 | SELECT ARRAY(SELECT BITMAP_BUILD(ARRAY[id]) FROM (VALUES (1)) AS v(id)) FROM trades;
--   |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT CAST(NULL AS ARRAY<BITMAP>) FROM trades;
-- a BITMAP cannot stand in an ARRAY, ROW, MAP or JSON
--  --> q.sql:1:27
--   |
-- 1 | SELECT CAST(NULL AS ARRAY<BITMAP>) FROM trades;
--   |                           ^^^^^^
-- hint: BITMAP_TO_BYTES or BITMAP_TO_ARRAY makes of it what can

SELECT sym FROM trades WHERE BITMAP_BUILD(ARRAY[qty]) < BITMAP_BUILD(ARRAY[1]);
-- BITMAPs have no order: they are equal or not
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE BITMAP_BUILD(ARRAY[qty]) < BITMAP_BUILD(ARRAY[1]);
--   |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: BITMAP_CARDINALITY(x) says how many integers are in one

SELECT sym FROM trades WHERE BITMAP_BUILD(ARRAY[qty]) = ARRAY[1];
-- BITMAP and ARRAY<INT> cannot be compared
--  --> q.sql:1:30
--   |
-- 1 | SELECT sym FROM trades WHERE BITMAP_BUILD(ARRAY[qty]) = ARRAY[1];
--   |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: BITMAP_BUILD(x) makes one of it

SELECT MAX(BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- MAX of BITMAP is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT MAX(BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |        ^^^
-- hint: BITMAP_CARDINALITY(x) says how many integers are in it

SELECT sym, BITMAP_BUILD(ARRAY[qty]) AS m FROM trades ORDER BY m LIMIT 3;
-- BITMAPs have no order: they are equal or not
--  --> q.sql:1:64
--   |
-- 1 | SELECT sym, BITMAP_BUILD(ARRAY[qty]) AS m FROM trades ORDER BY m LIMIT 3;
--   |                                                                ^
-- hint: BITMAP_CARDINALITY(x) says how many integers are in one

SELECT LAST_VALUE(sym ORDER BY BITMAP_BUILD(ARRAY[qty])) FROM trades;
-- BITMAPs have no order: they are equal or not
--  --> q.sql:1:32
--   |
-- 1 | SELECT LAST_VALUE(sym ORDER BY BITMAP_BUILD(ARRAY[qty])) FROM trades;
--   |                                ^^^^^^^^^^^^^^^^^^^^^^
-- hint: BITMAP_CARDINALITY(x) says how many integers are in one

SELECT q FROM (SELECT ts, qty, BITMAP_BUILD(ARRAY[qty]) AS m FROM trades) MATCH_RECOGNIZE (ORDER BY ts, m MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
-- BITMAPs have no order: they are equal or not
--  --> q.sql:1:105
--   |
-- 1 | SELECT q FROM (SELECT ts, qty, BITMAP_BUILD(ARRAY[qty]) AS m FROM trades) MATCH_RECOGNIZE (ORDER BY ts, m MEASURES A.qty AS q PATTERN (A) DEFINE A AS qty > 1);
--   |                                                                                                         ^
-- hint: BITMAP_CARDINALITY(x) says how many integers are in one

SELECT GREATEST(BITMAP_BUILD(ARRAY[qty]), BITMAP_BUILD(ARRAY[1])) FROM trades;
-- GREATEST does not take (BITMAP, BITMAP)
--  --> q.sql:1:8
--   |
-- 1 | SELECT GREATEST(BITMAP_BUILD(ARRAY[qty]), BITMAP_BUILD(ARRAY[1])) FROM trades;
--   |        ^^^^^^^^
-- hint: usage: GREATEST(x, ...)

SELECT BITMAP_BUILD(ARRAY[qty]) || BITMAP_BUILD(ARRAY[1]) FROM trades;
-- || joins text, this is BITMAP
--  --> q.sql:1:8
--   |
-- 1 | SELECT BITMAP_BUILD(ARRAY[qty]) || BITMAP_BUILD(ARRAY[1]) FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: CAST(... AS STRING)

CREATE TABLE users (day DATE, seen BITMAP) WITH ('connector' = 'filesystem', 'path' = 'users', 'format' = 'json'); SELECT day FROM users;
-- column 'seen' of type BITMAP does not stand in records
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE users (day DATE, seen BITMAP) WITH ('connector' = 'filesystem', 'path' = 'users', 'format' = 'json'); SELECT day FROM users;
--   |              ^^^^^
-- hint: declare it BYTES: BITMAP_TO_BYTES writes it, BITMAP_FROM_BYTES reads it

CREATE TABLE written (seen BITMAP) WITH ('connector' = 'filesystem', 'path' = 'users', 'format' = 'csv'); INSERT INTO written SELECT BITMAP_BUILD_AGG(qty) FROM trades;
-- column 'seen' of type BITMAP does not stand in records
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE written (seen BITMAP) WITH ('connector' = 'filesystem', 'path' = 'users', 'format' = 'csv'); INSERT INTO written SELECT BITMAP_BUILD_AGG(qty) FROM trades;
--   |              ^^^^^^^
-- hint: declare it BYTES: BITMAP_TO_BYTES writes it, BITMAP_FROM_BYTES reads it

CREATE TABLE made (seen BITMAP) WITH ('connector' = 'datagen'); SELECT seen FROM made;
-- datagen makes no BITMAP for column 'seen'
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE made (seen BITMAP) WITH ('connector' = 'datagen'); SELECT seen FROM made;
--   |              ^^^^
-- hint: compute it, such as b AS BITMAP_BUILD(ARRAY[n])

CREATE TABLE texts (seen STRING) WITH ('connector' = 'print'); INSERT INTO texts SELECT BITMAP_BUILD_AGG(qty) FROM trades;
-- column 'seen' of 'texts' is STRING, the query gives BITMAP ('EXPR$0')
--  --> q.sql:1:89
--   |
-- 1 | CREATE TABLE texts (seen STRING) WITH ('connector' = 'print'); INSERT INTO texts SELECT BITMAP_BUILD_AGG(qty) FROM trades;
--   |                                                                                         ^^^^^^^^^^^^^^^^^^^^
-- hint: write CAST(BITMAP_BUILD_AGG(qty) AS STRING) if that is meant

CREATE TABLE sets (seen BITMAP) WITH ('connector' = 'print'); INSERT INTO sets SELECT ARRAY[qty] FROM trades;
-- column 'seen' of 'sets' is BITMAP, the query gives ARRAY<INT> ('EXPR$0')
--  --> q.sql:1:93
--   |
-- 1 | CREATE TABLE sets (seen BITMAP) WITH ('connector' = 'print'); INSERT INTO sets SELECT ARRAY[qty] FROM trades;
--   |                                                                                             ^^^
-- hint: BITMAP_BUILD(ARRAY[qty]) makes one of it
