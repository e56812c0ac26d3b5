-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

CREATE TABLE trades (a INT) WITH ('connector' = 'datagen');
-- 'trades' is already defined
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE trades (a INT) WITH ('connector' = 'datagen');
--   |              ^^^^^^
-- hint: choose another name

CREATE TABLE t (a INT, a STRING) WITH ('connector' = 'datagen');
-- column 'a' is declared twice
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a INT, a STRING) WITH ('connector' = 'datagen');
--   |                        ^

CREATE TABLE t (a INT, A STRING) WITH ('connector' = 'datagen');
-- column 'a' is declared twice
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a INT, A STRING) WITH ('connector' = 'datagen');
--   |                        ^
-- hint: names are the same without regard to case

CREATE TABLE t () WITH ('connector' = 'datagen');
-- expected a column name, found )
--  --> q.sql:1:17
--   |
-- 1 | CREATE TABLE t () WITH ('connector' = 'datagen');
--   |                 ^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a) WITH ('connector' = 'datagen');
-- expected a data type, found )
--  --> q.sql:1:18
--   |
-- 1 | CREATE TABLE t (a) WITH ('connector' = 'datagen');
--   |                  ^
-- hint: such as INT, STRING or TIMESTAMP(3)

CREATE TABLE t (a INTT) WITH ('connector' = 'datagen');
-- there is no data type 'INTT'
--  --> q.sql:1:19
--   |
-- 1 | CREATE TABLE t (a INTT) WITH ('connector' = 'datagen');
--   |                   ^^^^
-- hint: did you mean INT?

CREATE TABLE t (a MONEY) WITH ('connector' = 'datagen');
-- there is no data type 'MONEY'
--  --> q.sql:1:19
--   |
-- 1 | CREATE TABLE t (a MONEY) WITH ('connector' = 'datagen');
--   |                   ^^^^^
-- hint: the types are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL, CHAR, VARCHAR, STRING, BYTES, VARBINARY, DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL, ARRAY, ROW, MAP, JSON, UUID, BITMAP, and those of CREATE TYPE

CREATE TABLE t (a DECIMAL(50, 2)) WITH ('connector' = 'datagen');
-- DECIMAL(50, 2) does not exist
--  --> q.sql:1:19
--   |
-- 1 | CREATE TABLE t (a DECIMAL(50, 2)) WITH ('connector' = 'datagen');
--   |                   ^^^^^^^
-- hint: precision is 1 to 38, scale 0 to the precision

CREATE TABLE t (a DECIMAL(5, 6)) WITH ('connector' = 'datagen');
-- DECIMAL(5, 6) does not exist
--  --> q.sql:1:19
--   |
-- 1 | CREATE TABLE t (a DECIMAL(5, 6)) WITH ('connector' = 'datagen');
--   |                   ^^^^^^^
-- hint: precision is 1 to 38, scale 0 to the precision

CREATE TABLE t (a TIMESTAMP(12)) WITH ('connector' = 'datagen');
-- a time has 0 to 9 digits of a second, not 12
--  --> q.sql:1:28
--   |
-- 1 | CREATE TABLE t (a TIMESTAMP(12)) WITH ('connector' = 'datagen');
--   |                            ^

CREATE TABLE t (a VARCHAR(0)) WITH ('connector' = 'datagen');
-- a text of length 0 does not exist
--  --> q.sql:1:26
--   |
-- 1 | CREATE TABLE t (a VARCHAR(0)) WITH ('connector' = 'datagen');
--   |                          ^
-- hint: the length is 1 to 2147483647; STRING has no limit

CREATE TABLE t (a ARRAY) WITH ('connector' = 'datagen');
-- expected '<' behind ARRAY, found )
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a ARRAY) WITH ('connector' = 'datagen');
--   |                        ^
-- hint: the type of its items stands there, such as ARRAY<INT>

CREATE TABLE t (a MAP<STRING>) WITH ('connector' = 'datagen');
-- expected ',' between key and value of MAP, found >
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a MAP<STRING>) WITH ('connector' = 'datagen');
--   |                             ^
-- hint: such as MAP<STRING, INT>

CREATE TABLE t (a ROW<x>) WITH ('connector' = 'datagen');
-- expected a data type, found >
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a ROW<x>) WITH ('connector' = 'datagen');
--   |                        ^
-- hint: such as INT, STRING or TIMESTAMP(3)

CREATE TABLE t (a INT NOT) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found NOT
--  --> q.sql:1:23
--   |
-- 1 | CREATE TABLE t (a INT NOT) WITH ('connector' = 'datagen');
--   |                       ^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a INT UNIQUE) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found UNIQUE
--  --> q.sql:1:23
--   |
-- 1 | CREATE TABLE t (a INT UNIQUE) WITH ('connector' = 'datagen');
--   |                       ^^^^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a INT, UNIQUE (a)) WITH ('connector' = 'datagen');
-- UNIQUE is not supported
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a INT, UNIQUE (a)) WITH ('connector' = 'datagen');
--   |                        ^^^^^^
-- hint: declare PRIMARY KEY (...)

CREATE TABLE t (a INT CHECK (a > 0)) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found CHECK
--  --> q.sql:1:23
--   |
-- 1 | CREATE TABLE t (a INT CHECK (a > 0)) WITH ('connector' = 'datagen');
--   |                       ^^^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'datagen');
-- a table has one PRIMARY KEY
--  --> q.sql:1:49
--   |
-- 1 | CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'datagen');
--   |                                                 ^^^^^^^
-- hint: it may have several columns: PRIMARY KEY (a, b)

CREATE TABLE t (a INT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'datagen');
-- PRIMARY KEY: there is no column 'b'
--  --> q.sql:1:37
--   |
-- 1 | CREATE TABLE t (a INT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'datagen');
--   |                                     ^
-- hint: columns here: a

CREATE TABLE t (a INT, b AS a + 'x') WITH ('connector' = 'datagen');
-- 'x' is not an INT
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a INT, b AS a + 'x') WITH ('connector' = 'datagen');
--   |                             ^^^^^^^
-- hint: an INT is a whole number from -2147483648 to 2147483647

CREATE TABLE t (a INT, b AS c * 2) WITH ('connector' = 'datagen');
-- there is no column 'c'
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a INT, b AS c * 2) WITH ('connector' = 'datagen');
--   |                             ^
-- hint: columns here: a

CREATE TABLE t (a INT, b AS a * 2, c AS b * 2) WITH ('connector' = 'datagen');
-- there is no column 'b'
--  --> q.sql:1:41
--   |
-- 1 | CREATE TABLE t (a INT, b AS a * 2, c AS b * 2) WITH ('connector' = 'datagen');
--   |                                         ^
-- hint: what is computed cannot be read here: write it out, or compute this column in a view

CREATE TABLE t (a INT, b DATE AS a) WITH ('connector' = 'datagen');
-- column 'b' is DATE, its expression gives INT
--  --> q.sql:1:34
--   |
-- 1 | CREATE TABLE t (a INT, b DATE AS a) WITH ('connector' = 'datagen');
--   |                                  ^
-- hint: TO_DATE(a) is the date of so many days since 1970

CREATE TABLE t (a INT, b AS ) WITH ('connector' = 'datagen');
-- an expression is missing
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a INT, b AS ) WITH ('connector' = 'datagen');
--   |                             ^
-- hint: such as b AS a * 2

CREATE TABLE t (b AS 1) WITH ('connector' = 'datagen');
-- table 't' has no columns to read or write
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (b AS 1) WITH ('connector' = 'datagen');
--   |              ^
-- hint: a column that is not computed has a type: name TYPE

CREATE TABLE t (a INT, b AS SUM(a)) WITH ('connector' = 'datagen');
-- the aggregate SUM is not allowed here
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a INT, b AS SUM(a)) WITH ('connector' = 'datagen');
--   |                             ^^^
-- hint: conditions on it stand in HAVING; elsewhere compute it in a sub-query, and use its name

CREATE TABLE t (a INT DEFAULT 'much') WITH ('connector' = 'blackhole');
-- 'much' is not an INT
--  --> q.sql:1:31
--   |
-- 1 | CREATE TABLE t (a INT DEFAULT 'much') WITH ('connector' = 'blackhole');
--   |                               ^^^^^^
-- hint: an INT is a whole number from -2147483648 to 2147483647

CREATE TABLE t (a INT METADATA FROM key) WITH ('connector' = 'datagen');
-- expected a metadata key in single quotes, found key
--  --> q.sql:1:37
--   |
-- 1 | CREATE TABLE t (a INT METADATA FROM key) WITH ('connector' = 'datagen');
--   |                                     ^^^

CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR t AS ts) WITH ('connector' = 'datagen');
-- WATERMARK FOR 't': there is no such column
--  --> q.sql:1:55
--   |
-- 1 | CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR t AS ts) WITH ('connector' = 'datagen');
--   |                                                       ^
-- hint: did you mean 'ts'?

CREATE TABLE t (a INT, WATERMARK FOR a AS a - 5) WITH ('connector' = 'datagen');
-- the event-time column 'a' is INT, not a TIMESTAMP
--  --> q.sql:1:38
--   |
-- 1 | CREATE TABLE t (a INT, WATERMARK FOR a AS a - 5) WITH ('connector' = 'datagen');
--   |                                      ^
-- hint: compute one, such as ts AS TO_TIMESTAMP_LTZ(millis, 3)

CREATE TABLE t (ts TIMESTAMP(3), WATERMARK ts AS ts) WITH ('connector' = 'datagen');
-- there is no data type 'ts'
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (ts TIMESTAMP(3), WATERMARK ts AS ts) WITH ('connector' = 'datagen');
--   |                                            ^^
-- hint: for a watermark write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND

CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
-- expected AS and an expression, found ts
--  --> q.sql:1:51
--   |
-- 1 | CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
--   |                                                   ^^
-- hint: write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND

CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - 5) WITH ('connector' = 'datagen');
-- TIMESTAMP(3) - INT is not defined
--  --> q.sql:1:54
--   |
-- 1 | CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - 5) WITH ('connector' = 'datagen');
--   |                                                      ^^^^^^
-- hint: add an interval, such as INTERVAL '10' SECOND

CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS 'soon') WITH ('connector' = 'datagen');
-- a watermark must be a TIMESTAMP, this is STRING
--  --> q.sql:1:54
--   |
-- 1 | CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS 'soon') WITH ('connector' = 'datagen');
--   |                                                      ^^^^^^
-- hint: such as ts - INTERVAL '5' SECOND

CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS SOURCE_WATERMARK()) WITH ('connector' = 'datagen');
-- no source here gives watermarks of its own, so SOURCE_WATERMARK() has none
--  --> q.sql:1:54
--   |
-- 1 | CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS SOURCE_WATERMARK()) WITH ('connector' = 'datagen');
--   |                                                      ^^^^^^^^^^^^^^^^
-- hint: say how far rows may be out of order: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND

CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts, WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
-- a table has one WATERMARK
--  --> q.sql:1:58
--   |
-- 1 | CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts, WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
--   |                                                          ^^^^^^^^^

CREATE TABLE t (a INT LATENESS INTERVAL '1' DAY) WITH ('connector' = 'datagen');
-- LATENESS: the event-time column 'a' is INT, not a TIMESTAMP
--  --> q.sql:1:17
--   |
-- 1 | CREATE TABLE t (a INT LATENESS INTERVAL '1' DAY) WITH ('connector' = 'datagen');
--   |                 ^
-- hint: compute one, such as ts AS TO_TIMESTAMP_LTZ(millis, 3)

CREATE TABLE t (a INT) DISTRIBUTED BY (a) WITH ('connector' = 'datagen');
-- DISTRIBUTED of CREATE TABLE is not supported
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a INT) DISTRIBUTED BY (a) WITH ('connector' = 'datagen');
--   |                        ^^^^^^^^^^^
-- hint: rows are partitioned by the keys of each query, on every core

CREATE TABLE t (a INT) PARTITIONED BY (b) WITH ('connector' = 'datagen');
-- PARTITIONED BY: there is no column 'b'
--  --> q.sql:1:40
--   |
-- 1 | CREATE TABLE t (a INT) PARTITIONED BY (b) WITH ('connector' = 'datagen');
--   |                                        ^
-- hint: columns here: a

CREATE TABLE t (a INT) PARTITIONED BY (a) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv');
-- PARTITIONED BY of a filesystem table is not supported: it has no directory for each value
--  --> q.sql:1:40
--   |
-- 1 | CREATE TABLE t (a INT) PARTITIONED BY (a) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv');
--   |                                        ^
-- hint: leave it out: the column is written like any other

CREATE TABLE t (a INT) ON CONFLICT DO NOTHING WITH ('connector' = 'datagen');
-- ON CONFLICT of 't', where no two rows have one key
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a INT) ON CONFLICT DO NOTHING WITH ('connector' = 'datagen');
--   |                        ^^
-- hint: declare PRIMARY KEY (...) without NOT ENFORCED, in a table that the job itself fills

CREATE TABLE t (a INT PRIMARY KEY) ON CONFLICT DO UPDATE FULL WITH VERSION COLUMN (a) WITH ('connector' = 'memory');
-- WITH VERSION COLUMN is not supported
--  --> q.sql:1:63
--   |
-- 1 | CREATE TABLE t (a INT PRIMARY KEY) ON CONFLICT DO UPDATE FULL WITH VERSION COLUMN (a) WITH ('connector' = 'memory');
--   |                                                               ^^^^
-- hint: DO UPDATE FULL puts a row in the place of the one with its PRIMARY KEY, DO UPDATE IF NOT NULL what is not NULL of it, DO NOTHING keeps the first; a view with LAST_VALUE or MAX_BY for each key says anything else

CREATE TABLE t (a INT) WITH ('connector' = 'kafka'); SELECT a FROM t;
-- unknown connector 'kafka' of table 't'
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'kafka'); SELECT a FROM t;
--   |                                            ^^^^^^^
-- hint: known source connectors: datagen, filesystem, nexmark, tcp

CREATE TABLE t (a INT) WITH ('connector' = 'datagn'); SELECT a FROM t;
-- unknown connector 'datagn' of table 't'
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagn'); SELECT a FROM t;
--   |                                            ^^^^^^^^
-- hint: did you mean 'datagen'? known source connectors: datagen, filesystem, nexmark, tcp

CREATE TABLE t (a INT) WITH ('connector' = 'print'); SELECT a FROM t;
-- connector 'print' of table 't' cannot be used as a source
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'print'); SELECT a FROM t;
--   |                                            ^^^^^^^
-- hint: known source connectors: datagen, filesystem, nexmark, tcp

CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); INSERT INTO t SELECT qty FROM trades;
-- connector 'datagen' of table 't' cannot be used as a sink
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); INSERT INTO t SELECT qty FROM trades;
--   |                                            ^^^^^^^^^
-- hint: known sink connectors: blackhole, filesystem, print, tcp

CREATE TABLE t (a INT) WITH ('conector' = 'datagen'); SELECT a FROM t;
-- option 'connector' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('conector' = 'datagen'); SELECT a FROM t;
--   |              ^
-- hint: add 'connector' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = 'many'); SELECT a FROM t;
-- option 'rows-per-second' = 'many' is not a whole number of rows a second, or 'unlimited'
--  --> q.sql:1:75
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = 'many'); SELECT a FROM t;
--   |                                                                           ^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'row-per-second' = '1'); SELECT a FROM t;
-- unknown option 'row-per-second'
--  --> q.sql:1:55
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'row-per-second' = '1'); SELECT a FROM t;
--   |                                                       ^^^^^^^^^^^^^^^^
-- hint: did you mean 'rows-per-second'?

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'csv'); SELECT a FROM t;
-- option 'path' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'csv'); SELECT a FROM t;
--   |              ^
-- hint: add 'path' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x'); SELECT a FROM t;
-- option 'format' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x'); SELECT a FROM t;
--   |              ^
-- hint: add 'format' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'parquet'); SELECT a FROM t;
-- option 'format' = 'parquet' is not one of json, csv, raw, debezium-json, maxwell-json, canal-json, ogg-json
--  --> q.sql:1:83
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'parquet'); SELECT a FROM t;
--   |                                                                                   ^^^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'tcp'); SELECT a FROM t;
-- option 'listen' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'tcp'); SELECT a FROM t;
--   |              ^
-- hint: add 'listen' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'connector' = 'tcp');
-- option 'connector' is given twice
--  --> q.sql:1:55
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'connector' = 'tcp');
--   |                                                       ^^^^^^^^^^^

CREATE TABLE t (a INT) WITH (connector);
-- expected '=', found )
--  --> q.sql:1:39
--   |
-- 1 | CREATE TABLE t (a INT) WITH (connector);
--   |                                       ^
-- hint: such as 'connector' = 'datagen'

CREATE TABLE t (a INT) WITH ("connector" = "datagen");
-- expected an option in single quotes, found "connector"
--  --> q.sql:1:30
--   |
-- 1 | CREATE TABLE t (a INT) WITH ("connector" = "datagen");
--   |                              ^^^^^^^^^^^
-- hint: texts stand in single quotes; double quotes are for names

CREATE TABLE t (a INT) WITH ('connector' = datagen);
-- expected a value in single quotes, found datagen
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = datagen);
--   |                                            ^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'on.error' = 'skip');
-- option 'on.error' = 'skip' is not one of set-aside, fail
--  --> q.sql:1:68
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'on.error' = 'skip');
--   |                                                                    ^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'max.errors' = 'some');
-- option 'max.errors' = 'some' is not a number
--  --> q.sql:1:70
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'max.errors' = 'some');
--   |                                                                      ^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'changelog' = 'updates');
-- option 'changelog' = 'updates' is not one of false, true, retract, upsert
--  --> q.sql:1:69
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'changelog' = 'updates');
--   |                                                                     ^^^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'changelog' = 'upsert');
-- table 't' is one of upserts, but has no PRIMARY KEY
--  --> q.sql:1:69
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'changelog' = 'upsert');
--   |                                                                     ^^^^^^^^
-- hint: declare PRIMARY KEY (...) NOT ENFORCED: it says which row another takes the place of

CREATE TABLE t WITH ('connector' = 'blackhole');
-- table 't' has no columns to read or write
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t WITH ('connector' = 'blackhole');
--   |              ^
-- hint: INSERT INTO it, without naming columns, gives it those of the query

CREATE TABLE t WITH ('connector' = 'blackhole'); SELECT * FROM t;
-- table 't' has no columns to read or write
--  --> q.sql:1:64
--   |
-- 1 | CREATE TABLE t WITH ('connector' = 'blackhole'); SELECT * FROM t;
--   |                                                                ^
-- hint: INSERT INTO it, without naming columns, gives it those of the query

CREATE TABLE t LIKE nothing;
-- there is no table or view 'nothing'
--  --> q.sql:1:21
--   |
-- 1 | CREATE TABLE t LIKE nothing;
--   |                     ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

CREATE TABLE t LIKE dear;
-- 'dear' is a view: it was declared with nothing to take over
--  --> q.sql:1:21
--   |
-- 1 | CREATE TABLE t LIKE dear;
--   |                     ^^^^
-- hint: CREATE TABLE x WITH (...) AS SELECT * FROM it makes a table with its columns

CREATE TABLE t (sym STRING) LIKE trades;
-- column 'sym' is there in both tables
--  --> q.sql:1:17
--   |
-- 1 | CREATE TABLE t (sym STRING) LIKE trades;
--   |                 ^^^
-- hint: LIKE t (EXCLUDING ...) or (OVERWRITING ...) leaves one of them out

CREATE TABLE t (WATERMARK FOR ts AS ts) LIKE trades;
-- WATERMARK FOR is there in both tables
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (WATERMARK FOR ts AS ts) LIKE trades;
--   |              ^
-- hint: LIKE t (EXCLUDING ...) or (OVERWRITING ...) leaves one of them out

CREATE TABLE t WITH ('connector' = 'tcp') LIKE trades (INCLUDING OPTIONS);
-- option 'connector' is there in both tables
--  --> q.sql:1:22
--   |
-- 1 | CREATE TABLE t WITH ('connector' = 'tcp') LIKE trades (INCLUDING OPTIONS);
--   |                      ^^^^^^^^^^^
-- hint: LIKE t (EXCLUDING ...) or (OVERWRITING ...) leaves one of them out

CREATE TABLE t LIKE trades (INCLUDING EVERYTHING);
-- LIKE knows no EVERYTHING
--  --> q.sql:1:39
--   |
-- 1 | CREATE TABLE t LIKE trades (INCLUDING EVERYTHING);
--   |                                       ^^^^^^^^^^
-- hint: ALL, CONSTRAINTS, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS

CREATE TABLE t LIKE trades (WITHOUT OPTIONS);
-- expected INCLUDING, EXCLUDING or OVERWRITING, found WITHOUT
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t LIKE trades (WITHOUT OPTIONS);
--   |                             ^^^^^^^

CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT qty, qty AS QTY FROM trades;
-- column 'QTY' is defined twice
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT qty, qty AS QTY FROM trades;
--   |              ^

CREATE TABLE t (a INT) WITH ('connector' = 'blackhole') AS SELECT qty FROM trades;
-- a table has the columns of its query, or its own
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'blackhole') AS SELECT qty FROM trades;
--   |              ^
-- hint: between its name and AS stand PRIMARY KEY and WITH; or create it, then fill it with INSERT INTO

CREATE TABLE t WITH ('connector' = 'blackhole') AS trades;
-- expected SELECT, WITH or VALUES, found trades
--  --> q.sql:1:52
--   |
-- 1 | CREATE TABLE t WITH ('connector' = 'blackhole') AS trades;
--   |                                                    ^^^^^^
-- hint: write SELECT * FROM trades

CREATE SINK s WITH ('connector' = 'blackhole');
-- expected AS, found the end of the statement
--  --> q.sql:1:47
--   |
-- 1 | CREATE SINK s WITH ('connector' = 'blackhole');
--   |                                               ^
-- hint: CREATE SINK s FROM t WITH (...), or CREATE SINK s AS SELECT ... WITH (...)

CREATE SINK s FROM nothing WITH ('connector' = 'blackhole');
-- there is no table or view 'nothing'
--  --> q.sql:1:20
--   |
-- 1 | CREATE SINK s FROM nothing WITH ('connector' = 'blackhole');
--   |                    ^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear

CREATE SINK s INTO totals FROM trades;
-- 'totals' takes 2 columns (sym, total), the query gives 8 (sym, price, qty, paid, tags, more, place, ts)
--  --> q.sql:1:20
--   |
-- 1 | CREATE SINK s INTO totals FROM trades;
--   |                    ^^^^^^
-- hint: the query gives one for each of them, in this order

CREATE TYPE money AS DECIMAL(10, 2); CREATE TYPE money AS DOUBLE;
-- type 'money' is declared twice
--  --> q.sql:1:50
--   |
-- 1 | CREATE TYPE money AS DECIMAL(10, 2); CREATE TYPE money AS DOUBLE;
--   |                                                  ^^^^^
-- hint: a job declares each name once; DROP TYPE forgets one

CREATE TYPE int AS (a INT);
-- int is a type already
--  --> q.sql:1:13
--   |
-- 1 | CREATE TYPE int AS (a INT);
--   |             ^^^
-- hint: give yours another name

CREATE TYPE mood AS ENUM ('sad', 'ok');
-- a type of listed values is not supported
--  --> q.sql:1:21
--   |
-- 1 | CREATE TYPE mood AS ENUM ('sad', 'ok');
--   |                     ^^^^
-- hint: declare the columns as STRING; WHERE x IN (...) tells which values there may be

CREATE TYPE point (x INT, y INT);
-- expected AS, found (
--  --> q.sql:1:19
--   |
-- 1 | CREATE TYPE point (x INT, y INT);
--   |                   ^
-- hint: CREATE TYPE t AS (x INT, y INT), or CREATE TYPE t AS DECIMAL(10, 2)

SELECT CAST(qty AS INTT) FROM trades;
-- there is no data type 'INTT'
--  --> q.sql:1:20
--   |
-- 1 | SELECT CAST(qty AS INTT) FROM trades;
--   |                    ^^^^
-- hint: did you mean INT?

SELECT CAST(tags AS INT) FROM trades;
-- ARRAY<STRING> cannot be converted to INT
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(tags AS INT) FROM trades;
--   |             ^^^^
-- hint: tags[1] is the first of its items

SELECT CAST(paid AS DATE) FROM trades;
-- BOOLEAN cannot be converted to DATE
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(paid AS DATE) FROM trades;
--   |             ^^^^

SELECT qty::ARRAY<INT> FROM trades;
-- INT cannot be converted to ARRAY<INT>
--  --> q.sql:1:8
--   |
-- 1 | SELECT qty::ARRAY<INT> FROM trades;
--   |        ^^^
-- hint: ARRAY[qty] makes one of it

SELECT DATE '2026-13-01';
-- '2026-13-01' is not a DATE
--  --> q.sql:1:13
--   |
-- 1 | SELECT DATE '2026-13-01';
--   |             ^^^^^^^^^^^^
-- hint: such as DATE '2024-01-31', TIMESTAMP '2024-01-31 12:00:00'

SELECT TIMESTAMP 'yesterday';
-- 'yesterday' is not a TIMESTAMP(6)
--  --> q.sql:1:18
--   |
-- 1 | SELECT TIMESTAMP 'yesterday';
--   |                  ^^^^^^^^^^^
-- hint: such as DATE '2024-01-31', TIMESTAMP '2024-01-31 12:00:00'

SELECT INTERVAL 'x' DAY;
-- INTERVAL 'x' DAY is not an interval
--  --> q.sql:1:17
--   |
-- 1 | SELECT INTERVAL 'x' DAY;
--   |                 ^^^
-- hint: such as INTERVAL '10' SECOND, INTERVAL '1 02:30' DAY TO MINUTE, INTERVAL '2-6' YEAR TO MONTH or INTERVAL '10 seconds'

SELECT INTERVAL '1-2' DAY TO SECOND;
-- INTERVAL '1-2' DAY TO SECOND is not an interval
--  --> q.sql:1:17
--   |
-- 1 | SELECT INTERVAL '1-2' DAY TO SECOND;
--   |                 ^^^^^
-- hint: such as INTERVAL '10' SECOND, INTERVAL '1 02:30' DAY TO MINUTE, INTERVAL '2-6' YEAR TO MONTH or INTERVAL '10 seconds'

SELECT X'0g';
-- X'0g' is not a byte string
--  --> q.sql:1:8
--   |
-- 1 | SELECT X'0g';
--   |        ^^^^^
-- hint: pairs of hex digits

SELECT 99999999999999999999999999999999999999999;
-- 99999999999999999999999999999999999999999 is not a number that can be held
--  --> q.sql:1:8
--   |
-- 1 | SELECT 99999999999999999999999999999999999999999;
--   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: DECIMAL has up to 38 digits

SELECT 1e999;
-- 1e999 is not a number that can be held
--  --> q.sql:1:8
--   |
-- 1 | SELECT 1e999;
--   |        ^^^^^
-- hint: DECIMAL has up to 38 digits

SELECT CAST(ts AS INT) FROM trades;
-- TIMESTAMP(3) cannot be converted to INT
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(ts AS INT) FROM trades;
--   |             ^^
-- hint: EXTRACT(EPOCH FROM ts) gives the seconds since 1970

SELECT CAST(CAST(ts AS DATE) AS INT) FROM trades;
-- DATE cannot be converted to INT
--  --> q.sql:1:18
--   |
-- 1 | SELECT CAST(CAST(ts AS DATE) AS INT) FROM trades;
--   |                  ^^
-- hint: TIMESTAMPDIFF(DAY, DATE '1970-01-01', CAST(ts AS DATE)) gives the days since 1970

SELECT CAST(qty AS DATE) FROM trades;
-- INT cannot be converted to DATE
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(qty AS DATE) FROM trades;
--   |             ^^^
-- hint: TO_DATE(qty) is the date of so many days since 1970

SELECT CAST(qty AS TIME) FROM trades;
-- INT cannot be converted to TIME(0)
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(qty AS TIME) FROM trades;
--   |             ^^^
-- hint: TIME '00:00:00' + qty * INTERVAL '1' SECOND is so many seconds after midnight

SELECT CAST(qty AS TIMESTAMP(3)) FROM trades;
-- INT cannot be converted to TIMESTAMP(3)
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(qty AS TIMESTAMP(3)) FROM trades;
--   |             ^^^
-- hint: TO_TIMESTAMP_LTZ(qty, 3) makes a time of milliseconds, TO_TIMESTAMP_LTZ(qty, 0) of seconds

SELECT CAST(CAST(ts AS TIME) AS DOUBLE) FROM trades;
-- TIME(0) cannot be converted to DOUBLE
--  --> q.sql:1:18
--   |
-- 1 | SELECT CAST(CAST(ts AS TIME) AS DOUBLE) FROM trades;
--   |                  ^^
-- hint: EXTRACT(EPOCH FROM CAST(ts AS TIME)) gives its seconds

SELECT CAST(INTERVAL '3' DAY AS BIGINT) FROM trades;
-- INTERVAL DAY TO SECOND cannot be converted to BIGINT
--  --> q.sql:1:22
--   |
-- 1 | SELECT CAST(INTERVAL '3' DAY AS BIGINT) FROM trades;
--   |                      ^^^
-- hint: EXTRACT(EPOCH FROM INTERVAL '3' DAY) gives its seconds

SELECT CAST(INTERVAL '3' MONTH AS BIGINT) FROM trades;
-- INTERVAL YEAR TO MONTH cannot be converted to BIGINT
--  --> q.sql:1:22
--   |
-- 1 | SELECT CAST(INTERVAL '3' MONTH AS BIGINT) FROM trades;
--   |                      ^^^
-- hint: EXTRACT(YEAR FROM INTERVAL '3' MONTH) * 12 + EXTRACT(MONTH FROM INTERVAL '3' MONTH) gives its months

SELECT CAST(price AS INTERVAL DAY) FROM trades;
-- DOUBLE cannot be converted to INTERVAL DAY TO SECOND
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(price AS INTERVAL DAY) FROM trades;
--   |             ^^^^^
-- hint: price * INTERVAL '1' SECOND is so many seconds

SELECT CAST(qty AS INTERVAL DAY TO SECOND) FROM trades;
-- INT cannot be converted to INTERVAL DAY TO SECOND
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(qty AS INTERVAL DAY TO SECOND) FROM trades;
--   |             ^^^
-- hint: qty * INTERVAL '1' SECOND is so many seconds

SELECT CAST(price AS INTERVAL YEAR TO MONTH) FROM trades;
-- DOUBLE cannot be converted to INTERVAL YEAR TO MONTH
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(price AS INTERVAL YEAR TO MONTH) FROM trades;
--   |             ^^^^^
-- hint: CAST(price AS INT) * INTERVAL '1' MONTH is so many months

SELECT CAST(qty AS BYTES) FROM trades;
-- INT cannot be converted to BYTES
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(qty AS BYTES) FROM trades;
--   |             ^^^
-- hint: CAST(CAST(qty AS STRING) AS BYTES) gives the bytes of its text

SELECT CAST(CAST(sym AS BYTES) AS INT) FROM trades;
-- BYTES cannot be converted to INT
--  --> q.sql:1:18
--   |
-- 1 | SELECT CAST(CAST(sym AS BYTES) AS INT) FROM trades;
--   |                  ^^^
-- hint: CAST it to STRING first, if that is a text of digits

SELECT CAST(INTERVAL '3' DAY AS TIMESTAMP(3)) FROM trades;
-- INTERVAL DAY TO SECOND cannot be converted to TIMESTAMP(3)
--  --> q.sql:1:22
--   |
-- 1 | SELECT CAST(INTERVAL '3' DAY AS TIMESTAMP(3)) FROM trades;
--   |                      ^^^
-- hint: an interval is a distance: add it to a time, such as CURRENT_TIMESTAMP + INTERVAL '3' DAY

SELECT INTERVAL '3' DAY / INTERVAL '1' DAY FROM trades;
-- INTERVAL DAY TO SECOND / INTERVAL DAY TO SECOND is not defined
--  --> q.sql:1:17
--   |
-- 1 | SELECT INTERVAL '3' DAY / INTERVAL '1' DAY FROM trades;
--   |                 ^^^^^^^^^^^^^^^^^^^^^^
-- hint: EXTRACT(EPOCH FROM x) makes a number of seconds of an interval

SELECT price * INTERVAL '1' MONTH FROM trades;
-- DOUBLE * INTERVAL YEAR TO MONTH is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT price * INTERVAL '1' MONTH FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^^^
-- hint: months are whole: multiply by an integer, such as CAST(x AS INT)

SELECT CAST(ts AS DATE) * qty FROM trades;
-- DATE * INT is not defined
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(ts AS DATE) * qty FROM trades;
--   |             ^^^^^^^^^^^^^^^^^
-- hint: add an interval, such as INTERVAL '10' SECOND

SELECT paid + 1 FROM trades;
-- BOOLEAN + INT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT paid + 1 FROM trades;
--   |        ^^^^^^^^
-- hint: CAST(x AS INT) makes 1 or 0 of it

SELECT tags * 2 FROM trades;
-- ARRAY<STRING> * INT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT tags * 2 FROM trades;
--   |        ^^^^^^^^
-- hint: TRANSFORM(array, x -> x + 1) computes with each of its items; || appends one

SELECT ROW(qty, price) - ROW(1, 2) FROM trades;
-- ROW<EXPR$0 INT, EXPR$1 DOUBLE> - ROW<EXPR$0 INT, EXPR$1 INT> is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT ROW(qty, price) - ROW(1, 2) FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: compute with its fields, such as r.x

SELECT MAP['a', qty] + 1 FROM trades;
-- MAP<STRING, INT> + INT is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT MAP['a', qty] + 1 FROM trades;
--   |        ^^^^^^^^^^^^^^^^^
-- hint: compute with its values, such as m['key']

SELECT sym FROM trades WHERE CAST(ts AS DATE) > qty;
-- DATE and INT cannot be compared
--  --> q.sql:1:35
--   |
-- 1 | SELECT sym FROM trades WHERE CAST(ts AS DATE) > qty;
--   |                                   ^^^^^^^^^^^^^^^^^
-- hint: TO_DATE(x) is the date of so many days since 1970
