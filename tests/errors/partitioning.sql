-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELECT sym, LAST_VALUE(price) FROM trades /*+ ROUND_ROBIN */ GROUP BY sym;
-- the first or last value, or a list of values, goes by the order in which rows come, and sent this way rows overtake each other
--  --> q.sql:1:47
--   |
-- 1 | SELECT sym, LAST_VALUE(price) FROM trades /*+ ROUND_ROBIN */ GROUP BY sym;
--   |                                               ^^^^^^^^^^^
-- hint: FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does

SELECT sym, ARRAY_AGG(price) FROM (SELECT price, sym FROM trades /*+ HASH(sym, qty) */) GROUP BY sym;
-- the first or last value, or a list of values, goes by the order in which rows come, and sent this way rows overtake each other
--  --> q.sql:1:70
--   |
-- 1 | SELECT sym, ARRAY_AGG(price) FROM (SELECT price, sym FROM trades /*+ HASH(sym, qty) */) GROUP BY sym;
--   |                                                                      ^^^^
-- hint: FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does

SELECT sym, SUM(qty) OVER (ROWS WINDOW BUFFER 3 ROWS PARTITION BY sym) FROM trades /*+ HASH(qty) */;
-- OVER takes rows as they come, and sent this way rows overtake each other
--  --> q.sql:1:88
--   |
-- 1 | SELECT sym, SUM(qty) OVER (ROWS WINDOW BUFFER 3 ROWS PARTITION BY sym) FROM trades /*+ HASH(qty) */;
--   |                                                                                        ^^^^
-- hint: FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does

INSERT INTO kept SELECT sym, qty FROM trades /*+ ROUND_ROBIN */;
SELECT n FROM kept;
-- of the rows of a key one stands, by the order in which they come, and sent this way rows overtake each other
--  --> q.sql:1:50
--   |
-- 1 | INSERT INTO kept SELECT sym, qty FROM trades /*+ ROUND_ROBIN */;
--   |                                                  ^^^^^^^^^^^
-- hint: FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does

SELECT qty FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY sym ORDER BY PROCTIME()) AS n FROM trades /*+ ROUND_ROBIN */) WHERE n = 1;
-- OVER takes rows as they come, and sent this way rows overtake each other
--  --> q.sql:1:106
--   |
-- 1 | SELECT qty FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY sym ORDER BY PROCTIME()) AS n FROM trades /*+ ROUND_ROBIN */) WHERE n = 1;
--   |                                                                                                          ^^^^^^^^^^^
-- hint: FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does

SELECT t.sym FROM trades /*+ SOURCE_ALIGNED */ AS t JOIN quotes AS q ON t.sym = q.sym;
-- rows that are to stay on the shard that reads them are needed together with others
--  --> q.sql:1:30
--   |
-- 1 | SELECT t.sym FROM trades /*+ SOURCE_ALIGNED */ AS t JOIN quotes AS q ON t.sym = q.sym;
--   |                              ^^^^^^^^^^^^^^
-- hint: without SOURCE_ALIGNED they go by the keys of what needs them

SELECT COUNT(DISTINCT sym), STRING_AGG(sym) FROM trades /*+ SOURCE_ALIGNED */;
-- rows that are to stay on the shard that reads them are needed together with others
--  --> q.sql:1:61
--   |
-- 1 | SELECT COUNT(DISTINCT sym), STRING_AGG(sym) FROM trades /*+ SOURCE_ALIGNED */;
--   |                                                             ^^^^^^^^^^^^^^
-- hint: without SOURCE_ALIGNED they go by the keys of what needs them

SELECT sym FROM dear /*+ FAN_IN */;
-- 'dear' is no table: the hint FAN_IN has nothing to go by
--  --> q.sql:1:17
--   |
-- 1 | SELECT sym FROM dear /*+ FAN_IN */;
--   |                 ^^^^
-- hint: put the hint FAN_IN behind the tables that it reads

WITH c AS (SELECT sym FROM trades) SELECT sym FROM c /*+ HASH(sym) */;
-- 'c' is no table: the hint HASH has nothing to go by
--  --> q.sql:1:52
--   |
-- 1 | WITH c AS (SELECT sym FROM trades) SELECT sym FROM c /*+ HASH(sym) */;
--   |                                                    ^
-- hint: put the hint HASH behind the tables that it reads

SELECT sym FROM trades /*+ HASH(sim) */;
-- 'trades' has no column 'sim'
--  --> q.sql:1:33
--   |
-- 1 | SELECT sym FROM trades /*+ HASH(sim) */;
--   |                                 ^^^
-- hint: did you mean 'sym'?

SELECT sym FROM trades /*+ HASH */;
-- HASH names no column
--  --> q.sql:1:28
--   |
-- 1 | SELECT sym FROM trades /*+ HASH */;
--   |                            ^^^^
-- hint: such as trades /*+ HASH(sym) */

SELECT sym FROM trades /*+ HASH(sym = '3') */;
-- HASH takes names of columns alone
--  --> q.sql:1:39
--   |
-- 1 | SELECT sym FROM trades /*+ HASH(sym = '3') */;
--   |                                       ^^^
-- hint: such as HASH(sym)

SELECT sym FROM trades /*+ FAN_IN(sym) */;
-- FAN_IN takes no columns
--  --> q.sql:1:35
--   |
-- 1 | SELECT sym FROM trades /*+ FAN_IN(sym) */;
--   |                                   ^^^
-- hint: HASH(columns) sends rows by columns

SELECT sym FROM trades /*+ FAN_IN, ROUND_ROBIN */;
-- FAN_IN and ROUND_ROBIN for one table
--  --> q.sql:1:36
--   |
-- 1 | SELECT sym FROM trades /*+ FAN_IN, ROUND_ROBIN */;
--   |                                    ^^^^^^^^^^^
-- hint: its rows go one way; keep one of the two

SELECT /*+ ROUND_ROBIN */ sym FROM trades;
-- the hint ROUND_ROBIN is not supported here
--  --> q.sql:1:12
--   |
-- 1 | SELECT /*+ ROUND_ROBIN */ sym FROM trades;
--   |            ^^^^^^^^^^^
-- hint: STATE_TTL stands behind SELECT; OPTIONS, and in FROM HASH, ROUND_ROBIN, SOURCE_ALIGNED, FAN_IN, right behind the name of a table

INSERT INTO totals /*+ HASH(sym) */ SELECT sym, price FROM trades;
-- the hint HASH is not supported here
--  --> q.sql:1:24
--   |
-- 1 | INSERT INTO totals /*+ HASH(sym) */ SELECT sym, price FROM trades;
--   |                        ^^^^
-- hint: STATE_TTL stands behind SELECT; OPTIONS, and in FROM HASH, ROUND_ROBIN, SOURCE_ALIGNED, FAN_IN, right behind the name of a table

INSERT INTO kept SELECT sym, qty FROM trades;
SELECT n FROM kept /*+ FAN_IN */;
-- memory table 'kept' is what queries of the job give
--  --> q.sql:2:24
--   |
-- 2 | SELECT n FROM kept /*+ FAN_IN */;
--   |                        ^^^^^^
-- hint: put the hint behind the tables that they read

INSERT INTO kept SELECT sym, qty FROM trades /*+ ROUND_ROBIN */;
SELECT sym, ARRAY_AGG(n) FROM kept GROUP BY sym;
-- the first or last value, or a list of values, goes by the order in which rows come, and sent this way rows overtake each other
--  --> q.sql:1:50
--   |
-- 1 | INSERT INTO kept SELECT sym, qty FROM trades /*+ ROUND_ROBIN */;
--   |                                                  ^^^^^^^^^^^
-- hint: FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does
