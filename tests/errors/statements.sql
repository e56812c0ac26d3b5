-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELCT sym FROM trades;
-- no statement begins with SELCT
--  --> q.sql:1:1
--   |
-- 1 | SELCT sym FROM trades;
--   | ^^^^^
-- hint: did you mean SELECT?

DELETE FROM trades WHERE qty = 0;
-- DELETE is not supported
--  --> q.sql:1:1
--   |
-- 1 | DELETE FROM trades WHERE qty = 0;
--   | ^^^^^^
-- hint: rows are changed by a table with PRIMARY KEY that a query is inserted into, or by a format of changes

UPDATE trades SET qty = 0;
-- UPDATE is not supported
--  --> q.sql:1:1
--   |
-- 1 | UPDATE trades SET qty = 0;
--   | ^^^^^^
-- hint: rows are changed by a table with PRIMARY KEY that a query is inserted into, or by a format of changes

TRUNCATE TABLE trades;
-- TRUNCATE is not supported
--  --> q.sql:1:1
--   |
-- 1 | TRUNCATE TABLE trades;
--   | ^^^^^^^^
-- hint: rows are changed by a table with PRIMARY KEY that a query is inserted into, or by a format of changes

MERGE INTO totals USING trades ON TRUE WHEN MATCHED THEN DELETE;
-- MERGE is not supported
--  --> q.sql:1:1
--   |
-- 1 | MERGE INTO totals USING trades ON TRUE WHEN MATCHED THEN DELETE;
--   | ^^^^^
-- hint: rows are changed by a table with PRIMARY KEY that a query is inserted into, or by a format of changes

ALTER TABLE trades ADD fee DOUBLE;
-- ALTER is not supported
--  --> q.sql:1:1
--   |
-- 1 | ALTER TABLE trades ADD fee DOUBLE;
--   | ^^^^^
-- hint: declare the table as it is to be; another one takes over what is the same: CREATE TABLE x (...) LIKE t

USE CATALOG hive;
-- USE is not supported
--  --> q.sql:1:1
--   |
-- 1 | USE CATALOG hive;
--   | ^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

USE shop;
-- USE is not supported
--  --> q.sql:1:1
--   |
-- 1 | USE shop;
--   | ^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

LOAD MODULE hive;
-- LOAD is not supported
--  --> q.sql:1:1
--   |
-- 1 | LOAD MODULE hive;
--   | ^^^^
-- hint: functions come with the engine, with the program around the job, or from a file of WebAssembly, by CREATE FUNCTION

ADD JAR 'udf.jar';
-- ADD is not supported
--  --> q.sql:1:1
--   |
-- 1 | ADD JAR 'udf.jar';
--   | ^^^
-- hint: functions come with the engine, with the program around the job, or from a file of WebAssembly, by CREATE FUNCTION

ANALYZE TABLE trades COMPUTE STATISTICS;
-- ANALYZE is not supported
--  --> q.sql:1:1
--   |
-- 1 | ANALYZE TABLE trades COMPUTE STATISTICS;
--   | ^^^^^^^
-- hint: no statistics are kept; EXPLAIN ANALYZE before a statement says what each operator cost

CALL sys.compact('trades');
-- CALL is not supported
--  --> q.sql:1:1
--   |
-- 1 | CALL sys.compact('trades');
--   | ^^^^
-- hint: there are no procedures

COMPILE PLAN 'plan.json' FOR INSERT INTO totals SELECT sym, price FROM trades;
-- COMPILE is not supported
--  --> q.sql:1:1
--   |
-- 1 | COMPILE PLAN 'plan.json' FOR INSERT INTO totals SELECT sym, price FROM trades;
--   | ^^^^^^^
-- hint: corelane explain shows the plan of a job

STOP JOB '1';
-- STOP is not supported
--  --> q.sql:1:1
--   |
-- 1 | STOP JOB '1';
--   | ^^^^
-- hint: a signal stops a job: what was read is processed and written

GRANT SELECT ON trades TO bob;
-- GRANT is not supported
--  --> q.sql:1:1
--   |
-- 1 | GRANT SELECT ON trades TO bob;
--   | ^^^^^
-- hint: whoever runs the job may read and write what it reads and writes

END;
-- END is not supported
--  --> q.sql:1:1
--   |
-- 1 | END;
--   | ^^^
-- hint: END closes EXECUTE STATEMENT SET BEGIN

42;
-- no statement begins with 42
--  --> q.sql:1:1
--   |
-- 1 | 42;
--   | ^^
-- hint: supported are CREATE, DROP, INSERT INTO, SELECT, WITH, VALUES, SET, RESET, SHOW, DESCRIBE, COMMENT ON, EXPLAIN and EXECUTE STATEMENT SET

CREATE DATABASE shop;
-- CREATE DATABASE is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE DATABASE shop;
--   |        ^^^^^^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

CREATE CATALOG hive WITH ('type' = 'hive');
-- CREATE CATALOG is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE CATALOG hive WITH ('type' = 'hive');
--   |        ^^^^^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

CREATE SCHEMA shop;
-- CREATE SCHEMA is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE SCHEMA shop;
--   |        ^^^^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

CREATE MODEL m WITH ('provider' = 'openai');
-- CREATE MODEL is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE MODEL m WITH ('provider' = 'openai');
--   |        ^^^^^
-- hint: there is nothing here that runs one

CREATE INDEX i ON trades (sym);
-- CREATE INDEX is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE INDEX i ON trades (sym);
--   |        ^^^^^
-- hint: what joins and groups keep is found by their keys as it is

CREATE OR REPLACE TABLE t (a INT) WITH ('connector' = 'datagen');
-- OR REPLACE is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE OR REPLACE TABLE t (a INT) WITH ('connector' = 'datagen');
--   |        ^^
-- hint: a job declares each name once

CREATE;
-- expected TABLE, VIEW, MATERIALIZED VIEW, SOURCE, SINK, FUNCTION or TYPE behind CREATE, found the end of the statement
--  --> q.sql:1:7
--   |
-- 1 | CREATE;
--   |       ^

CREATE VIEW dear AS SELECT 1;
-- 'dear' is already defined
--  --> q.sql:1:13
--   |
-- 1 | CREATE VIEW dear AS SELECT 1;
--   |             ^^^^
-- hint: choose another name

CREATE VIEW v SELECT sym FROM trades;
-- expected AS, found SELECT
--  --> q.sql:1:15
--   |
-- 1 | CREATE VIEW v SELECT sym FROM trades;
--   |               ^^^^^^
-- hint: CREATE VIEW v AS SELECT ...

CREATE VIEW v (a, b) AS SELECT sym FROM trades;
-- view 'v' names 2 columns, but the query has 1
--  --> q.sql:1:19
--   |
-- 1 | CREATE VIEW v (a, b) AS SELECT sym FROM trades;
--   |                   ^
-- hint: leave out the names that have no column

CREATE VIEW v AS INSERT INTO totals SELECT sym, price FROM trades;
-- expected SELECT, WITH or VALUES, found INSERT
--  --> q.sql:1:18
--   |
-- 1 | CREATE VIEW v AS INSERT INTO totals SELECT sym, price FROM trades;
--   |                  ^^^^^^

CREATE VIEW v COMMENT comment AS SELECT 1;
-- expected a comment in single quotes, found comment
--  --> q.sql:1:23
--   |
-- 1 | CREATE VIEW v COMMENT comment AS SELECT 1;
--   |                       ^^^^^^^

DROP TABLE nothing;
-- there is no table or view 'nothing'
--  --> q.sql:1:12
--   |
-- 1 | DROP TABLE nothing;
--   |            ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

DROP TABLE trade;
-- there is no table or view 'trade'
--  --> q.sql:1:12
--   |
-- 1 | DROP TABLE trade;
--   |            ^^^^^
-- hint: did you mean 'trades'?

DROP TABLE dear;
-- 'dear' is a view
--  --> q.sql:1:12
--   |
-- 1 | DROP TABLE dear;
--   |            ^^^^
-- hint: write VIEW instead of TABLE

DROP VIEW trades;
-- 'trades' is a table
--  --> q.sql:1:11
--   |
-- 1 | DROP VIEW trades;
--   |           ^^^^^^
-- hint: write TABLE instead of VIEW

DROP TABLE;
-- expected a table name, found the end of the statement
--  --> q.sql:1:11
--   |
-- 1 | DROP TABLE;
--   |           ^

DROP TABLE trades CASCADE;
-- unexpected CASCADE behind DROP
--  --> q.sql:1:19
--   |
-- 1 | DROP TABLE trades CASCADE;
--   |                   ^^^^^^^
-- hint: statements are separated by ';'

DROP DATABASE shop;
-- expected TABLE, VIEW, FUNCTION or TYPE behind DROP, found DATABASE
--  --> q.sql:1:6
--   |
-- 1 | DROP DATABASE shop;
--   |      ^^^^^^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

DROP SINK totals;
-- expected TABLE, VIEW, FUNCTION or TYPE behind DROP, found SINK
--  --> q.sql:1:6
--   |
-- 1 | DROP SINK totals;
--   |      ^^^^
-- hint: a job writes all of its sinks: leave out the CREATE SINK

DROP TYPE money;
-- there is no type 'money' to drop
--  --> q.sql:1:11
--   |
-- 1 | DROP TYPE money;
--   |           ^^^^^
-- hint: CREATE TYPE declares one, DROP TYPE IF EXISTS asks for none

SHOW;
-- expected TABLES, VIEWS, CONNECTORS, FUNCTIONS, COLUMNS or CREATE TABLE behind SHOW, found the end of the statement
--  --> q.sql:1:5
--   |
-- 1 | SHOW;
--   |     ^

SHOW TABLE;
-- expected TABLES, VIEWS, CONNECTORS, FUNCTIONS, COLUMNS or CREATE TABLE behind SHOW, found TABLE
--  --> q.sql:1:6
--   |
-- 1 | SHOW TABLE;
--   |      ^^^^^

SHOW CATALOGS;
-- SHOW CATALOGS is not supported
--  --> q.sql:1:6
--   |
-- 1 | SHOW CATALOGS;
--   |      ^^^^^^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

SHOW CURRENT DATABASE;
-- SHOW CURRENT is not supported
--  --> q.sql:1:6
--   |
-- 1 | SHOW CURRENT DATABASE;
--   |      ^^^^^^^
-- hint: a job has one catalog and one database: their names before that of a table say nothing

SHOW JOBS;
-- SHOW JOBS is not supported
--  --> q.sql:1:6
--   |
-- 1 | SHOW JOBS;
--   |      ^^^^
-- hint: all statements of the files are one job

SHOW PARTITIONS trades;
-- SHOW PARTITIONS is not supported
--  --> q.sql:1:6
--   |
-- 1 | SHOW PARTITIONS trades;
--   |      ^^^^^^^^^^
-- hint: no table here has a directory for each value

SHOW TABLES LIKE trades;
-- expected a pattern in single quotes, found trades
--  --> q.sql:1:18
--   |
-- 1 | SHOW TABLES LIKE trades;
--   |                  ^^^^^^

SHOW TABLES NOT 'x';
-- expected LIKE or ILIKE, found 'x'
--  --> q.sql:1:17
--   |
-- 1 | SHOW TABLES NOT 'x';
--   |                 ^^^

SHOW COLUMNS trades;
-- expected FROM and the name of a table behind SHOW COLUMNS, found trades
--  --> q.sql:1:14
--   |
-- 1 | SHOW COLUMNS trades;
--   |              ^^^^^^

SHOW COLUMNS FROM trade;
-- there is no table or view 'trade'
--  --> q.sql:1:19
--   |
-- 1 | SHOW COLUMNS FROM trade;
--   |                   ^^^^^
-- hint: did you mean 'trades'?

SHOW CREATE trades;
-- expected TABLE or VIEW behind SHOW CREATE, found trades
--  --> q.sql:1:13
--   |
-- 1 | SHOW CREATE trades;
--   |             ^^^^^^
-- hint: such as SHOW CREATE TABLE t

SHOW CREATE TABLE dear;
-- 'dear' is a view
--  --> q.sql:1:19
--   |
-- 1 | SHOW CREATE TABLE dear;
--   |                   ^^^^
-- hint: write VIEW instead of TABLE

SHOW CREATE VIEW nothing;
-- there is no table or view 'nothing'
--  --> q.sql:1:18
--   |
-- 1 | SHOW CREATE VIEW nothing;
--   |                  ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

DESCRIBE;
-- expected the name of a table or view, found the end of the statement
--  --> q.sql:1:9
--   |
-- 1 | DESCRIBE;
--   |         ^

DESCRIBE trade;
-- there is no table or view 'trade'
--  --> q.sql:1:10
--   |
-- 1 | DESCRIBE trade;
--   |          ^^^^^
-- hint: did you mean 'trades'?

DESCRIBE trades sym;
-- unexpected sym behind DESCRIBE
--  --> q.sql:1:17
--   |
-- 1 | DESCRIBE trades sym;
--   |                 ^^^
-- hint: statements are separated by ';'

EXPLAIN;
-- a statement is missing
--  --> q.sql:1:9
--   |
-- 1 | EXPLAIN;
--   |         ^
-- hint: such as EXPLAIN SELECT a, b FROM t

EXPLAIN EXPLAIN SELECT 1;
-- EXPLAIN cannot be explained
--  --> q.sql:1:9
--   |
-- 1 | EXPLAIN EXPLAIN SELECT 1;
--   |         ^^^^^^^
-- hint: write it once

EXPLAIN ESTIMATED_COST SELECT 1;
-- EXPLAIN ESTIMATED_COST is not supported
--  --> q.sql:1:9
--   |
-- 1 | EXPLAIN ESTIMATED_COST SELECT 1;
--   |         ^^^^^^^^^^^^^^
-- hint: nothing is estimated; EXPLAIN ANALYZE runs the statement and says what each operator cost

EXPLAIN CHANGELOG_MODE, ESTIMATED_COST SELECT 1;
-- EXPLAIN ESTIMATED_COST is not supported
--  --> q.sql:1:25
--   |
-- 1 | EXPLAIN CHANGELOG_MODE, ESTIMATED_COST SELECT 1;
--   |                         ^^^^^^^^^^^^^^
-- hint: nothing is estimated; EXPLAIN ANALYZE runs the statement and says what each operator cost

EXPLAIN (COSTS) SELECT 1;
-- EXPLAIN has no options in brackets
--  --> q.sql:1:9
--   |
-- 1 | EXPLAIN (COSTS) SELECT 1;
--   |         ^
-- hint: EXPLAIN shows the plans, EXPLAIN ANALYZE runs the statement and says what each operator cost

COMMENT trades IS 'x';
-- expected ON, found trades
--  --> q.sql:1:9
--   |
-- 1 | COMMENT trades IS 'x';
--   |         ^^^^^^
-- hint: COMMENT ON TABLE t IS 'text', or COMMENT ON COLUMN t.c IS 'text'

COMMENT ON DATABASE shop IS 'x';
-- expected TABLE, VIEW or COLUMN behind COMMENT ON, found DATABASE
--  --> q.sql:1:12
--   |
-- 1 | COMMENT ON DATABASE shop IS 'x';
--   |            ^^^^^^^^
-- hint: COMMENT ON TABLE t IS 'text', or COMMENT ON COLUMN t.c IS 'text'

COMMENT ON COLUMN trades.pirce IS 'x';
-- there is no column 'pirce' in 'trades'
--  --> q.sql:1:26
--   |
-- 1 | COMMENT ON COLUMN trades.pirce IS 'x';
--   |                          ^^^^^
-- hint: did you mean 'price'?

COMMENT ON COLUMN sym IS 'x';
-- expected '.' and the name of a column, found IS
--  --> q.sql:1:23
--   |
-- 1 | COMMENT ON COLUMN sym IS 'x';
--   |                       ^^
-- hint: COMMENT ON TABLE t IS 'text', or COMMENT ON COLUMN t.c IS 'text'

COMMENT ON VIEW trades IS 'x';
-- 'trades' is a table
--  --> q.sql:1:17
--   |
-- 1 | COMMENT ON VIEW trades IS 'x';
--   |                 ^^^^^^
-- hint: write TABLE instead of VIEW

COMMENT ON TABLE trades IS x;
-- expected a comment in single quotes, found x
--  --> q.sql:1:28
--   |
-- 1 | COMMENT ON TABLE trades IS x;
--   |                            ^

SET 'idle';
-- expected 'key' = 'value' behind SET, found the end of the statement
--  --> q.sql:1:11
--   |
-- 1 | SET 'idle';
--   |           ^

SET 'idle' = ;
-- expected a value in single quotes, found the end of the statement
--  --> q.sql:1:13
--   |
-- 1 | SET 'idle' = ;
--   |             ^

SET = 'park';
-- expected 'key' = 'value' behind SET, found 'park'
--  --> q.sql:1:7
--   |
-- 1 | SET = 'park';
--   |       ^^^^^^

SET 'table.exec.state.ttl' = 'soon';
-- 'table.exec.state.ttl' is a duration, not 'soon'
--  --> q.sql:1:30
--   |
-- 1 | SET 'table.exec.state.ttl' = 'soon';
--   |                              ^^^^^^
-- hint: such as '1 h'; 0 keeps state for ever

SET 'table.optimizer.agg-phase-strategy' = 'BOTH';
-- 'table.optimizer.agg-phase-strategy' has no value 'BOTH'
--  --> q.sql:1:44
--   |
-- 1 | SET 'table.optimizer.agg-phase-strategy' = 'BOTH';
--   |                                            ^^^^^^
-- hint: AUTO, ONE_PHASE or TWO_PHASE

SET 'table.exec.emit.early-fire.enabled' = 'perhaps';
-- 'table.exec.emit.early-fire.enabled' is true or false, not 'perhaps'
--  --> q.sql:1:44
--   |
-- 1 | SET 'table.exec.emit.early-fire.enabled' = 'perhaps';
--   |                                            ^^^^^^^^^

SET 'table.exec.emit.late-fire.enabled' = 'true';
-- 'table.exec.emit.late-fire.enabled' is not supported: a window that has closed is gone, and its late rows go to the 'late.table'
--  --> q.sql:1:43
--   |
-- 1 | SET 'table.exec.emit.late-fire.enabled' = 'true';
--   |                                           ^^^^^^
-- hint: let the WATERMARK wait longer, and have early results with 'table.exec.emit.early-fire.enabled'

SET 'table.optimizer.join.broadcast-threshold' = '1 MB';
-- 'table.optimizer.join.broadcast-threshold' is a number of bytes, not '1 MB'
--  --> q.sql:1:50
--   |
-- 1 | SET 'table.optimizer.join.broadcast-threshold' = '1 MB';
--   |                                                  ^^^^^^
-- hint: such as '1048576'; '-1' keeps joins from sending a table to every shard

SET 'table.optimizer.non-deterministic-update.strategy' = 'FAIL';
-- 'table.optimizer.non-deterministic-update.strategy' has no value 'FAIL'
--  --> q.sql:1:59
--   |
-- 1 | SET 'table.optimizer.non-deterministic-update.strategy' = 'FAIL';
--   |                                                           ^^^^^^
-- hint: TRY_RESOLVE or IGNORE

RESET 'idle';
-- 'idle' is not set
--  --> q.sql:1:7
--   |
-- 1 | RESET 'idle';
--   |       ^^^^^^
-- hint: SET without a key shows what is set

BEGIN STATEMENT SET; INSERT INTO totals SELECT sym, price FROM trades;
-- expected END behind the statement set, found the end of the statement
--  --> q.sql:1:71
--   |
-- 1 | BEGIN STATEMENT SET; INSERT INTO totals SELECT sym, price FROM trades;
--   |                                                                       ^
-- hint: each INSERT of the set ends with ';', then END closes it

EXECUTE STATEMENT SET BEGIN END;
-- a statement set needs at least one INSERT INTO
--  --> q.sql:1:33
--   |
-- 1 | EXECUTE STATEMENT SET BEGIN END;
--   |                                 ^
-- hint: EXECUTE STATEMENT SET BEGIN INSERT INTO ...; INSERT INTO ...; END

EXECUTE STATEMENT SET BEGIN SELECT 1; END;
-- expected INSERT INTO, found SELECT
--  --> q.sql:1:29
--   |
-- 1 | EXECUTE STATEMENT SET BEGIN SELECT 1; END;
--   |                             ^^^^^^
-- hint: a statement set holds INSERT INTO statements only

EXECUTE STATEMENT SET INSERT INTO totals SELECT sym, price FROM trades; END;
-- expected BEGIN, found INSERT
--  --> q.sql:1:23
--   |
-- 1 | EXECUTE STATEMENT SET INSERT INTO totals SELECT sym, price FROM trades; END;
--   |                       ^^^^^^
-- hint: EXECUTE STATEMENT SET BEGIN INSERT INTO ...; INSERT INTO ...; END

EXECUTE SELECT;
-- expected an expression, found the end of the statement
--  --> q.sql:1:15
--   |
-- 1 | EXECUTE SELECT;
--   |               ^
-- hint: name the columns, or write * for all of them

INSERT totals SELECT sym, price FROM trades;
-- expected INTO, found totals
--  --> q.sql:1:8
--   |
-- 1 | INSERT totals SELECT sym, price FROM trades;
--   |        ^^^^^^
-- hint: INSERT INTO t SELECT ..., or INSERT INTO t VALUES (...)

INSERT OVERWRITE totals SELECT sym, price FROM trades;
-- INSERT OVERWRITE is not supported
--  --> q.sql:1:8
--   |
-- 1 | INSERT OVERWRITE totals SELECT sym, price FROM trades;
--   |        ^^^^^^^^^
-- hint: write INSERT INTO

INSERT INTO total SELECT sym, price FROM trades;
-- there is no table or view 'total'
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO total SELECT sym, price FROM trades;
--   |             ^^^^^
-- hint: did you mean 'totals'?

INSERT INTO dear SELECT sym, price, ts FROM trades;
-- 'dear' is a view: rows cannot be written to it
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO dear SELECT sym, price, ts FROM trades;
--   |             ^^^^
-- hint: insert into a table that the view reads, or into one of another name

INSERT INTO totals SELECT sym FROM trades;
-- 'totals' takes 2 columns (sym, total), the query gives 1 (sym)
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO totals SELECT sym FROM trades;
--   |             ^^^^^^
-- hint: name those that it gives: INSERT INTO totals (sym); the others are NULL then

INSERT INTO totals SELECT sym, paid FROM trades;
-- column 'total' of 'totals' is DOUBLE, the query gives BOOLEAN ('paid')
--  --> q.sql:1:32
--   |
-- 1 | INSERT INTO totals SELECT sym, paid FROM trades;
--   |                                ^^^^
-- hint: write CAST(paid AS DOUBLE) if that is meant

INSERT INTO totals (sym, sum) SELECT sym, price FROM trades;
-- 'totals' has no column 'sum'
--  --> q.sql:1:26
--   |
-- 1 | INSERT INTO totals (sym, sum) SELECT sym, price FROM trades;
--   |                          ^^^
-- hint: did you mean 'sym'?

INSERT INTO totals (sym, sym) SELECT sym, sym FROM trades;
-- column 'sym' is named twice
--  --> q.sql:1:26
--   |
-- 1 | INSERT INTO totals (sym, sym) SELECT sym, sym FROM trades;
--   |                          ^^^

INSERT INTO totals (sym) SELECT sym, price FROM trades;
-- 'totals' takes 1 columns (sym), the query gives 2 (sym, price)
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO totals (sym) SELECT sym, price FROM trades;
--   |             ^^^^^^
-- hint: the query gives one for each of them, in this order

INSERT INTO totals VALUES ('a', 1), ('b');
-- a row of VALUES has 1 items, the first has 2
--  --> q.sql:1:38
--   |
-- 1 | INSERT INTO totals VALUES ('a', 1), ('b');
--   |                                      ^^^
-- hint: write NULL where there is no value

INSERT INTO totals VALUES ('a', 'much');
-- 'much' is not a DOUBLE
--  --> q.sql:1:33
--   |
-- 1 | INSERT INTO totals VALUES ('a', 'much');
--   |                                 ^^^^^^
-- hint: such as 2.5

INSERT INTO totals;
-- expected SELECT, WITH or VALUES, found the end of the statement
--  --> q.sql:1:19
--   |
-- 1 | INSERT INTO totals;
--   |                   ^

INSERT INTO totals PARTITION (sym) SELECT price FROM trades;
-- expected = and a constant, found )
--  --> q.sql:1:34
--   |
-- 1 | INSERT INTO totals PARTITION (sym) SELECT price FROM trades;
--   |                                  ^
-- hint: columns that the query gives are not named in PARTITION

INSERT INTO totals PARTITION (nothing = 'a') SELECT price FROM trades;
-- 'totals' has no column 'nothing'
--  --> q.sql:1:31
--   |
-- 1 | INSERT INTO totals PARTITION (nothing = 'a') SELECT price FROM trades;
--   |                               ^^^^^^^
-- hint: its columns are sym, total

INSERT INTO totals SELECT sym, price FROM trades ON CONFLICT DO UPDATE SET total = 1;
-- this form of ON CONFLICT is not supported
--  --> q.sql:1:62
--   |
-- 1 | INSERT INTO totals SELECT sym, price FROM trades ON CONFLICT DO UPDATE SET total = 1;
--   |                                                              ^^
-- hint: DO DEDUPLICATE writes the last row of each PRIMARY KEY, DO NOTHING the first one

INSERT INTO totals SELECT sym, price FROM trades ON CONFLICT DO NOTHING;
-- 'totals' has no PRIMARY KEY that rows could have in common
--  --> q.sql:1:50
--   |
-- 1 | INSERT INTO totals SELECT sym, price FROM trades ON CONFLICT DO NOTHING;
--   |                                                  ^^
-- hint: declare PRIMARY KEY (...) NOT ENFORCED, or leave ON CONFLICT out

INSERT INTO lines SELECT sym, COUNT(*) FROM trades GROUP BY sym;
-- the query gives changes to rows written before, 'lines' takes new rows only
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO lines SELECT sym, COUNT(*) FROM trades GROUP BY sym;
--   |             ^^^^^
-- hint: end the query with EMIT FINAL, aggregate over a window, or write to a sink that takes changes, such as print

INSERT INTO kept VALUES (NULL, 1);
-- a row of VALUES has NULL for 'sym', which takes none
--  --> q.sql:1:26
--   |
-- 1 | INSERT INTO kept VALUES (NULL, 1);
--   |                          ^^^^
-- hint: it is declared NOT NULL, or part of the enforced PRIMARY KEY of a memory table

INSERT INTO people SELECT id FROM people;
-- 'people' takes 2 columns (id, name), the query gives 1 (id)
--  --> q.sql:1:13
--   |
-- 1 | INSERT INTO people SELECT id FROM people;
--   |             ^^^^^^
-- hint: name those that it gives: INSERT INTO people (id); the others are NULL then

SELECT 1; SELECT 2 SELECT 3;
-- expected the end of the statement, found SELECT
--  --> q.sql:1:20
--   |
-- 1 | SELECT 1; SELECT 2 SELECT 3;
--   |                    ^^^^^^
-- hint: statements are separated by ';'

SELECT sym FROM trades EMIT SOMETIMES;
-- expected the end of the statement, found SOMETIMES
--  --> q.sql:1:29
--   |
-- 1 | SELECT sym FROM trades EMIT SOMETIMES;
--   |                             ^^^^^^^^^
-- hint: EMIT CHANGES, EMIT CHANGES EVERY interval, EMIT FINAL and EMIT ON WINDOW CLOSE are there

SELECT sym FROM trades EMIT CHANGES EVERY sym;
-- an INTERVAL constant is expected here
--  --> q.sql:1:43
--   |
-- 1 | SELECT sym FROM trades EMIT CHANGES EVERY sym;
--   |                                           ^^^
-- hint: such as INTERVAL '10' SECOND

SELECT 'it's' FROM trades;
-- unterminated string literal
--  --> q.sql:1:13
--   |
-- 1 | SELECT 'it's' FROM trades;
--   |             ^
-- hint: a quote within a text is written twice: 'it''s'

SELECT "sym FROM trades;
-- expected close delimiter '"' before the end
--  --> q.sql:1:8
--   |
-- 1 | SELECT "sym FROM trades;
--   |        ^

SELECT sym /* FROM trades;
-- the text ends within a multi-line comment
--  --> q.sql:1:27
--   |
-- 1 | SELECT sym /* FROM trades;
--   |                           ^

CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT sym FROM trades;
-- CREATE MATERIALIZED TABLE is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT sym FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: CREATE MATERIALIZED VIEW v AS SELECT ... is as fresh as its last row

CREATE CONNECTION c WITH ('a' = 'b');
-- CREATE CONNECTION is not supported
--  --> q.sql:1:8
--   |
-- 1 | CREATE CONNECTION c WITH ('a' = 'b');
--   |        ^^^^^^^^^^
-- hint: each table has its options: CREATE TABLE ... LIKE t takes over those of another

REPLACE TABLE trades (sym STRING);
-- REPLACE is not supported
--  --> q.sql:1:1
--   |
-- 1 | REPLACE TABLE trades (sym STRING);
--   | ^^^^^^^
-- hint: a job declares each name once
