-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.b.kind' = 'random'); SELECT a FROM t;
-- unknown option 'fields.b.kind'
--  --> q.sql:1:55
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.b.kind' = 'random'); SELECT a FROM t;
--   |                                                       ^^^^^^^^^^^^^^^
-- hint: did you mean 'fields.a.kind'?

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequences'); SELECT a FROM t;
-- option 'fields.a.kind' = 'sequences' is not one of random, sequence
--  --> q.sql:1:73
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequences'); SELECT a FROM t;
--   |                                                                         ^^^^^^^^^^^
-- hint: did you mean 'sequence'?

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.a.min' = 'x'); SELECT a FROM t;
-- option 'fields.a.min' = 'x' is not a whole number in the range of INT
--  --> q.sql:1:72
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.a.min' = 'x'); SELECT a FROM t;
--   |                                                                        ^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.a.min' = '5', 'fields.a.max' = '1'); SELECT a FROM t;
-- option 'fields.a.max' = '1' is not at least the minimum
--  --> q.sql:1:94
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'fields.a.min' = '5', 'fields.a.max' = '1'); SELECT a FROM t;
--   |                                                                                              ^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '-1'); SELECT a FROM t;
-- option 'number-of-rows' = '-1' is not a whole number from 0
--  --> q.sql:1:74
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '-1'); SELECT a FROM t;
--   |                                                                          ^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'splits' = '0'); SELECT a FROM t;
-- option 'splits' = '0' is not a number from 1 to 4096
--  --> q.sql:1:66
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'splits' = '0'); SELECT a FROM t;
--   |                                                                  ^^^

CREATE TABLE t (a MAP<STRING, INT>) WITH ('connector' = 'datagen', 'fields.a.length' = 'long'); SELECT a FROM t;
-- option 'fields.a.length' = 'long' is not a length from 0 to 1048576
--  --> q.sql:1:88
--   |
-- 1 | CREATE TABLE t (a MAP<STRING, INT>) WITH ('connector' = 'datagen', 'fields.a.length' = 'long'); SELECT a FROM t;
--   |                                                                                        ^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'nexmark'); SELECT a FROM t;
-- option 'nexmark.table' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'nexmark'); SELECT a FROM t;
--   |              ^
-- hint: add 'nexmark.table' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'csv.field-delimiter' = 'ab'); SELECT a FROM t;
-- option 'csv.field-delimiter' = 'ab' is not one ASCII character
--  --> q.sql:1:114
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'csv.field-delimiter' = 'ab'); SELECT a FROM t;
--   |                                                                                                                  ^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'csv.header' = 'maybe'); SELECT a FROM t;
-- option 'csv.header' = 'maybe' is not one of false, true
--  --> q.sql:1:105
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'csv.header' = 'maybe'); SELECT a FROM t;
--   |                                                                                                         ^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true'); SELECT a FROM t;
-- option 'csv.ignore-parse-errors' = 'true' would lose records unseen
--  --> q.sql:1:118
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true'); SELECT a FROM t;
--   |                                                                                                                      ^^^^^^
-- hint: leave it out: bad records are counted and set aside by 'on.error', and limited by 'max.errors'

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json', 'json.timestamp-format.standard' = 'RFC'); SELECT a FROM t;
-- option 'json.timestamp-format.standard' = 'RFC' is not one of SQL, ISO-8601
--  --> q.sql:1:126
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json', 'json.timestamp-format.standard' = 'RFC'); SELECT a FROM t;
--   |                                                                                                                              ^^^^^

CREATE TABLE t (a STRING) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'raw'); SELECT a FROM t;
-- format 'raw': column 'a' needs a length
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a STRING) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'raw'); SELECT a FROM t;
--   |              ^
-- hint: declare CHAR(n) or VARCHAR(n): n bytes padded with zeros

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'a[', 'format' = 'csv'); SELECT a FROM t;
-- 'a[' is not a path pattern: Pattern syntax error near position 1: invalid range pattern
--  --> q.sql:1:67
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'a[', 'format' = 'csv'); SELECT a FROM t;
--   |                                                                   ^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'line.max-bytes' = '1 MB'); SELECT a FROM t;
-- option 'line.max-bytes' = '1 MB' is not a number of bytes from 1
--  --> q.sql:1:109
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv', 'line.max-bytes' = '1 MB'); SELECT a FROM t;
--   |                                                                                                             ^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'tcp', 'listen' = 'here', 'format' = 'json'); SELECT a FROM t;
-- option 'listen' = 'here' is not an address to listen on
--  --> q.sql:1:62
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'tcp', 'listen' = 'here', 'format' = 'json'); SELECT a FROM t;
--   |                                                              ^^^^^^
-- hint: write 'host:port', such as '127.0.0.1:9000'; port 0 takes a free one

CREATE TABLE t (a INT) WITH ('connector' = 'tcp', 'connect' = '127.0.0.1:1', 'format' = 'json'); SELECT a FROM t;
-- option 'listen' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'tcp', 'connect' = '127.0.0.1:1', 'format' = 'json'); SELECT a FROM t;
--   |              ^
-- hint: add 'listen' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'tcp', 'listen' = '127.0.0.1:0', 'format' = 'json'); INSERT INTO t SELECT qty FROM trades;
-- option 'connect' is required
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'tcp', 'listen' = '127.0.0.1:0', 'format' = 'json'); INSERT INTO t SELECT qty FROM trades;
--   |              ^
-- hint: add 'connect' = '...' to WITH

CREATE TABLE t (a INT) WITH ('connector' = 'print', 'print-identifer' = 'x'); INSERT INTO t SELECT qty FROM trades;
-- unknown option 'print-identifer'
--  --> q.sql:1:53
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'print', 'print-identifer' = 'x'); INSERT INTO t SELECT qty FROM trades;
--   |                                                     ^^^^^^^^^^^^^^^^^
-- hint: did you mean 'print-identifier'?

CREATE TABLE t (a INT) WITH ('connector' = 'blackhole', 'format' = 'csv'); INSERT INTO t SELECT qty FROM trades;
-- unknown option 'format'
--  --> q.sql:1:57
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'blackhole', 'format' = 'csv'); INSERT INTO t SELECT qty FROM trades;
--   |                                                         ^^^^^^^^
-- hint: known options here: connector

CREATE TABLE t (a INT) WITH ('connector' = 'upsert-kafka'); INSERT INTO t SELECT qty FROM trades;
-- unknown connector 'upsert-kafka' of table 't'
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'upsert-kafka'); INSERT INTO t SELECT qty FROM trades;
--   |                                            ^^^^^^^^^^^^^^
-- hint: known sink connectors: blackhole, filesystem, print, tcp

CREATE TABLE t (a INT) WITH ('connector' = 'jdbc'); INSERT INTO t SELECT qty FROM trades;
-- unknown connector 'jdbc' of table 't'
--  --> q.sql:1:44
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'jdbc'); INSERT INTO t SELECT qty FROM trades;
--   |                                            ^^^^^^
-- hint: known sink connectors: blackhole, filesystem, print, tcp

CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'late.table' = 'nothing');
SELECT COUNT(*) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE);
-- there is no table or view 'nothing'
--  --> q.sql:1:111
--   |
-- 1 | CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'late.table' = 'nothing');
--   |                                                                                                               ^^^^^^^^^
-- hint: defined so far: trades, quotes, people, totals, lines, kept, dear, t

CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'late.table' = 'totals');
SELECT COUNT(*) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE);
-- late rows go to 'totals', but its column 'sym' does not reach the window
--  --> q.sql:1:111
--   |
-- 1 | CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'late.table' = 'totals');
--   |                                                                                                               ^^^^^^^^
-- hint: select sym in the query below the window, or drop it from 'totals'

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'watermark.max-ahead' = 'far'); SELECT a FROM t;
-- option 'watermark.max-ahead' = 'far' is not a duration such as '500 ms', '10 s' or '1 h'
--  --> q.sql:1:79
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'watermark.max-ahead' = 'far'); SELECT a FROM t;
--   |                                                                               ^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'scan.watermark.idle-timeout' = 'never'); SELECT a FROM t;
-- option 'scan.watermark.idle-timeout' = 'never' is not a duration such as '500 ms', '10 s' or '1 h'
--  --> q.sql:1:87
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'scan.watermark.idle-timeout' = 'never'); SELECT a FROM t;
--   |                                                                                       ^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'lookup.cache' = 'SOME'); SELECT a FROM t;
-- option 'lookup.cache' = 'SOME' is not one of NONE, PARTIAL, FULL
--  --> q.sql:1:72
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'lookup.cache' = 'SOME'); SELECT a FROM t;
--   |                                                                        ^^^^^^
-- hint: did you mean 'NONE'?

CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'lookup.full-cache.periodic-reload.interval' = '0 s', 'lookup.cache' = 'FULL'); SELECT a FROM t;
-- 'lookup.full-cache.periodic-reload.interval' is longer than 0
--  --> q.sql:1:102
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'lookup.full-cache.periodic-reload.interval' = '0 s', 'lookup.cache' = 'FULL'); SELECT a FROM t;
--   |                                                                                                      ^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen' 'splits' = '1'); SELECT a FROM t;
-- expected ',' or ')', found 'splits'
--  --> q.sql:1:54
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen' 'splits' = '1'); SELECT a FROM t;
--   |                                                      ^^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' = 'datagen',); SELECT b FROM t;
-- there is no column 'b'
--  --> q.sql:1:64
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'datagen',); SELECT b FROM t;
--   |                                                                ^
-- hint: columns here: a

CREATE TABLE t (a INT) WITH (); SELECT a FROM t;
-- expected an option in single quotes, found )
--  --> q.sql:1:30
--   |
-- 1 | CREATE TABLE t (a INT) WITH (); SELECT a FROM t;
--   |                              ^

CREATE TABLE t (a INT) WITH 'connector' = 'datagen';
-- expected '(', found 'connector'
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a INT) WITH 'connector' = 'datagen';
--   |                             ^^^^^^^^^^^

CREATE TABLE t (a INT) WITH ('connector' : 'datagen');
-- expected '=', found :
--  --> q.sql:1:42
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' : 'datagen');
--   |                                          ^
-- hint: such as 'connector' = 'datagen'

CREATE TABLE t (a INT; b INT) WITH ('connector' = 'datagen');
-- expected ',' or ')', found the end of the statement
--  --> q.sql:1:22
--   |
-- 1 | CREATE TABLE t (a INT; b INT) WITH ('connector' = 'datagen');
--   |                      ^

CREATE TABLE t (a INT b INT) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found b
--  --> q.sql:1:23
--   |
-- 1 | CREATE TABLE t (a INT b INT) WITH ('connector' = 'datagen');
--   |                       ^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a INT, b INT WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'b', found WITH
--  --> q.sql:1:30
--   |
-- 1 | CREATE TABLE t (a INT, b INT WITH ('connector' = 'datagen');
--   |                              ^^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t a INT WITH ('connector' = 'datagen');
-- expected '(', found a
--  --> q.sql:1:16
--   |
-- 1 | CREATE TABLE t a INT WITH ('connector' = 'datagen');
--   |                ^

CREATE TABLE (a INT) WITH ('connector' = 'datagen');
-- expected a table name, found (
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE (a INT) WITH ('connector' = 'datagen');
--   |              ^

CREATE TABLE t (a INT) 'connector' = 'datagen';
-- unexpected 'connector' behind CREATE TABLE
--  --> q.sql:1:24
--   |
-- 1 | CREATE TABLE t (a INT) 'connector' = 'datagen';
--   |                        ^^^^^^^^^^^
-- hint: options stand in brackets behind WITH

CREATE TABLE t (a VARCHAR(x)) WITH ('connector' = 'datagen');
-- expected a whole number, found x
--  --> q.sql:1:27
--   |
-- 1 | CREATE TABLE t (a VARCHAR(x)) WITH ('connector' = 'datagen');
--   |                           ^

CREATE TABLE t (a INT(5)) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found (
--  --> q.sql:1:22
--   |
-- 1 | CREATE TABLE t (a INT(5)) WITH ('connector' = 'datagen');
--   |                      ^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a ENUM('x')) WITH ('connector' = 'datagen');
-- there is no data type 'ENUM'
--  --> q.sql:1:19
--   |
-- 1 | CREATE TABLE t (a ENUM('x')) WITH ('connector' = 'datagen');
--   |                   ^^^^
-- hint: the types are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL, CHAR, VARCHAR, STRING, BYTES, VARBINARY, DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL, ARRAY, ROW, MAP, JSON, UUID, BITMAP, and those of CREATE TYPE

CREATE TABLE t (a INTERVAL DAY TO YEAR) WITH ('connector' = 'datagen');
-- an interval is either YEAR TO MONTH or DAY TO SECOND
--  --> q.sql:1:39
--   |
-- 1 | CREATE TABLE t (a INTERVAL DAY TO YEAR) WITH ('connector' = 'datagen');
--   |                                       ^

CREATE TABLE t (a TIMESTAMP WITH ZONE) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found WITH
--  --> q.sql:1:29
--   |
-- 1 | CREATE TABLE t (a TIMESTAMP WITH ZONE) WITH ('connector' = 'datagen');
--   |                             ^^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a SERIAL) WITH ('connector' = 'datagen');
-- SERIAL is not supported: nothing here counts rows
--  --> q.sql:1:19
--   |
-- 1 | CREATE TABLE t (a SERIAL) WITH ('connector' = 'datagen');
--   |                   ^^^^^^
-- hint: declare BIGINT, and let the source give the number

CREATE TABLE t (a INT, b AS a IS) WITH ('connector' = 'datagen');
-- expected [NOT] NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM behind IS, found the end of the statement
--  --> q.sql:1:33
--   |
-- 1 | CREATE TABLE t (a INT, b AS a IS) WITH ('connector' = 'datagen');
--   |                                 ^

CREATE TABLE t (a INT AUTO_INCREMENT) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found AUTO_INCREMENT
--  --> q.sql:1:23
--   |
-- 1 | CREATE TABLE t (a INT AUTO_INCREMENT) WITH ('connector' = 'datagen');
--   |                       ^^^^^^^^^^^^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a INT REFERENCES trades) WITH ('connector' = 'datagen');
-- expected ',' or ')' behind column 'a', found REFERENCES
--  --> q.sql:1:23
--   |
-- 1 | CREATE TABLE t (a INT REFERENCES trades) WITH ('connector' = 'datagen');
--   |                       ^^^^^^^^^^
-- hint: a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression

CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL 5 SECOND) WITH ('connector' = 'datagn'); SELECT a FROM t;
-- unknown connector 'datagn' of table 't'
--  --> q.sql:1:105
--   |
-- 1 | CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL 5 SECOND) WITH ('connector' = 'datagn'); SELECT a FROM t;
--   |                                                                                                         ^^^^^^^^
-- hint: did you mean 'datagen'? known source connectors: datagen, filesystem, nexmark, tcp

CREATE TABLE t (a INT, ts STRING, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
-- the event-time column 'ts' is STRING, not a TIMESTAMP
--  --> q.sql:1:49
--   |
-- 1 | CREATE TABLE t (a INT, ts STRING, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
--   |                                                 ^^
-- hint: compute one, such as ts AS TO_TIMESTAMP_LTZ(millis, 3)

CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR a.ts AS ts) WITH ('connector' = 'datagen');
-- expected AS and an expression, found .
--  --> q.sql:1:56
--   |
-- 1 | CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR a.ts AS ts) WITH ('connector' = 'datagen');
--   |                                                        ^
-- hint: write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'csv.quote' = '"'); SELECT a FROM t;
-- unknown option 'csv.quote'
--  --> q.sql:1:113
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'csv.quote' = '"'); SELECT a FROM t;
--   |                                                                                                                 ^^^^^^^^^^^
-- hint: known options here: changelog, connector, csv.allow-comments, csv.escape-character, csv.field-delimiter, csv.header, csv.ignore-parse-errors, csv.null-literal, csv.quote-character, format, line.max-bytes, path, scan.split-bytes, sink.single-file

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'json.ignore-parse-errors' = 'true'); SELECT a FROM t;
-- unknown option 'json.ignore-parse-errors'
--  --> q.sql:1:113
--   |
-- 1 | CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'json.ignore-parse-errors' = 'true'); SELECT a FROM t;
--   |                                                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: did you mean 'csv.ignore-parse-errors'?

CREATE TABLE t (price BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bids'); SELECT price FROM t;
-- option 'nexmark.table' = 'bids' is not one of person, auction, bid
--  --> q.sql:1:80
--   |
-- 1 | CREATE TABLE t (price BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bids'); SELECT price FROM t;
--   |                                                                                ^^^^^^
-- hint: did you mean 'bid'?

CREATE TABLE t (prize BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid'); SELECT prize FROM t;
-- nexmark bid has no field 'prize'
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (prize BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid'); SELECT prize FROM t;
--   |              ^
-- hint: did you mean 'price'?

CREATE TABLE t (price STRING) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid'); SELECT price FROM t;
-- column 'price' is STRING, but price of nexmark is BIGINT
--  --> q.sql:1:14
--   |
-- 1 | CREATE TABLE t (price STRING) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid'); SELECT price FROM t;
--   |              ^
-- hint: declare it as BIGINT

SELECT sym FROM trades /*+ OPTIONS('connector' = 'kafka') */;
-- unknown connector 'kafka' of table 'trades'
--  --> q.sql:1:50
--   |
-- 1 | SELECT sym FROM trades /*+ OPTIONS('connector' = 'kafka') */;
--   |                                                  ^^^^^^^
-- hint: known source connectors: datagen, filesystem, nexmark, tcp

SELECT sym FROM trades /*+ OPTIONS('rows-per-second' = 'many') */;
-- option 'rows-per-second' = 'many' is not a whole number of rows a second, or 'unlimited'
--  --> q.sql:1:56
--   |
-- 1 | SELECT sym FROM trades /*+ OPTIONS('rows-per-second' = 'many') */;
--   |                                                        ^^^^^^

SELECT sym FROM trades /*+ OPTIONS('rows-per-sekond' = '5') */;
-- unknown option 'rows-per-sekond'
--  --> q.sql:1:36
--   |
-- 1 | SELECT sym FROM trades /*+ OPTIONS('rows-per-sekond' = '5') */;
--   |                                    ^^^^^^^^^^^^^^^^^
-- hint: did you mean 'rows-per-second'?

INSERT INTO lines /*+ OPTIONS('format' = 'parquet') */ SELECT sym, qty FROM trades;
-- option 'format' = 'parquet' is not one of json, csv, raw, debezium-json, maxwell-json, canal-json, ogg-json
--  --> q.sql:1:42
--   |
-- 1 | INSERT INTO lines /*+ OPTIONS('format' = 'parquet') */ SELECT sym, qty FROM trades;
--   |                                          ^^^^^^^^^

CREATE TABLE t WITH ('rows-per-second' = 'many') LIKE trades;
SELECT sym FROM t;
-- option 'rows-per-second' = 'many' is not a whole number of rows a second, or 'unlimited'
--  --> q.sql:1:42
--   |
-- 1 | CREATE TABLE t WITH ('rows-per-second' = 'many') LIKE trades;
--   |                                          ^^^^^^
