-- Checked by reading each message as the user would who brings a call along from Flink, DataFusion or RisingWave.

SELECT variant_typeof(PARSE_JSON(sym)) FROM trades;
-- there is no function 'VARIANT_TYPEOF': a VARIANT is JSON, whose numbers have no types of their own
--  --> q.sql:1:8
--   |
-- 1 | SELECT variant_typeof(PARSE_JSON(sym)) FROM trades;
--   |        ^^^^^^^^^^^^^^
-- hint: JSON_TYPEOF(json) says whether it is an object, array, string, number, boolean or null

SELECT ARROW_TYPEOF(qty) FROM trades;
-- there is no function 'ARROW_TYPEOF': types have the names of SQL, not those of Arrow
--  --> q.sql:1:8
--   |
-- 1 | SELECT ARROW_TYPEOF(qty) FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: TYPEOF(x)

SELECT ARROW_CAST(qty, 'Int8') FROM trades;
-- there is no function 'ARROW_CAST': types have the names of SQL, not those of Arrow
--  --> q.sql:1:8
--   |
-- 1 | SELECT ARROW_CAST(qty, 'Int8') FROM trades;
--   |        ^^^^^^^^^^
-- hint: CAST(x AS type)

SELECT pg_sleep(1);
-- there is no function 'PG_SLEEP': a row does not wait
--  --> q.sql:1:8
--   |
-- 1 | SELECT pg_sleep(1);
--   |        ^^^^^^^^
-- hint: 'rows-per-second' holds the source of generated rows back

SELECT CURRENT_USER();
-- there is no function 'CURRENT_USER': a job has no users
--  --> q.sql:1:8
--   |
-- 1 | SELECT CURRENT_USER();
--   |        ^^^^^^^^^^^^
-- hint: CURRENT_DATABASE() is there

SELECT rw_vnode(qty) FROM trades;
-- there is no function 'RW_VNODE': it is about the catalog of a server
--  --> q.sql:1:8
--   |
-- 1 | SELECT rw_vnode(qty) FROM trades;
--   |        ^^^^^^^^
-- hint: SHOW TABLES, DESCRIBE t and TYPEOF(x) tell of the job

SELECT TRIM_SCALE(8.4100);
-- there is no function 'TRIM_SCALE': a DECIMAL has the scale of its type
--  --> q.sql:1:8
--   |
-- 1 | SELECT TRIM_SCALE(8.4100);
--   |        ^^^^^^^^^^
-- hint: MIN_SCALE(x) says how many digits count; CAST(x AS DECIMAL(10, 2))

SELECT ENCRYPT(sym, 'key', 'aes') FROM trades;
-- a key of AES has 16, 24 or 32 bytes, this one has 3
--  --> q.sql:1:8
--   |
-- 1 | SELECT ENCRYPT(sym, 'key', 'aes') FROM trades;
--   |        ^^^^^^^
-- hint: UNHEX(MD5(text)) makes 16 of any text, UNHEX(SHA256(text)) 32

SELECT * FROM PG_GET_KEYWORDS();
-- there is no function 'PG_GET_KEYWORDS': it is about the catalog of a server
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM PG_GET_KEYWORDS();
--   |               ^^^^^^^^^^^^^^^
-- hint: SHOW TABLES, DESCRIBE t and TYPEOF(x) tell of the job

SELECT OBJECT_OF(sym, 'a', 1) FROM trades;
-- OBJECT_OF takes the name of a class first, which is a constant
--  --> q.sql:1:8
--   |
-- 1 | SELECT OBJECT_OF(sym, 'a', 1) FROM trades;
--   |        ^^^^^^^^^
-- hint: OBJECT_OF('com.example.User', 'name', 'Bob', 'age', 21)

SELECT OBJECT_OF('User', 'a', 1, 'a', 2);
-- the field 'a' stands there twice
--  --> q.sql:1:8
--   |
-- 1 | SELECT OBJECT_OF('User', 'a', 1, 'a', 2);
--   |        ^^^^^^^^^
-- hint: OBJECT_OF('com.example.User', 'name', 'Bob', 'age', 21)

SELECT OBJECT_UPDATE(OBJECT_OF('User', 'name', 'Bob'), 'nam', 'Eve');
-- the ROW has no field 'nam'
--  --> q.sql:1:8
--   |
-- 1 | SELECT OBJECT_UPDATE(OBJECT_OF('User', 'name', 'Bob'), 'nam', 'Eve');
--   |        ^^^^^^^^^^^^^
-- hint: did you mean 'name'?

SELECT OBJECT_UPDATE(sym, 'a', 1) FROM trades;
-- OBJECT_UPDATE takes a ROW, and names and values in turn
--  --> q.sql:1:8
--   |
-- 1 | SELECT OBJECT_UPDATE(sym, 'a', 1) FROM trades;
--   |        ^^^^^^^^^^^^^
-- hint: OBJECT_UPDATE(row, 'name', value, ...)

SELECT CAST_TO_TYPE(qty, ARRAY[1]) FROM trades;
-- INT cannot be converted to ARRAY<INT>
--  --> q.sql:1:8
--   |
-- 1 | SELECT CAST_TO_TYPE(qty, ARRAY[1]) FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: ARRAY[x] makes one of it

SELECT TO_LOCAL_TIME(sym) FROM trades;
-- TO_LOCAL_TIME takes a TIMESTAMP_LTZ, this is STRING
--  --> q.sql:1:8
--   |
-- 1 | SELECT TO_LOCAL_TIME(sym) FROM trades;
--   |        ^^^^^^^^^^^^^
-- hint: usage: TO_LOCAL_TIME(time)

SELECT ARRAYS_ZIP(ARRAY[1], 2);
-- ARRAYS_ZIP takes arrays
--  --> q.sql:1:8
--   |
-- 1 | SELECT ARRAYS_ZIP(ARRAY[1], 2);
--   |        ^^^^^^^^^^
-- hint: usage: ARRAYS_ZIP(array, ...)

SELECT MAP_ACCESS(MAP['a', 1]);
-- MAP_ACCESS(map, key) takes 2 arguments
--  --> q.sql:1:8
--   |
-- 1 | SELECT MAP_ACCESS(MAP['a', 1]);
--   |        ^^^^^^^^^^
-- hint: usage: MAP_ACCESS(map, key)

SELECT JSONB_POPULATE_RECORD(sym, '{}') FROM trades;
-- the first argument is a ROW and says the type of the result, this is STRING
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSONB_POPULATE_RECORD(sym, '{}') FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^^^^
-- hint: CAST(NULL AS ROW<a INT, b STRING>)

SELECT JSONB_POPULATE_MAP(sym, '{}') FROM trades;
-- the first argument is a MAP and says the type of the result, this is STRING
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSONB_POPULATE_MAP(sym, '{}') FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^
-- hint: CAST(NULL AS MAP<STRING, INT>)

SELECT * FROM JSONB_TO_RECORD('{"a": 1}') AS t;
-- JSONB_TO_RECORD takes one value of JSON, in FROM, and gives the columns that are declared behind it
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM JSONB_TO_RECORD('{"a": 1}') AS t;
--   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: FROM JSONB_TO_RECORD(json) AS x(a INT, b STRING)

SELECT CURRENT_USER FROM trades;
-- there is no function 'CURRENT_USER': a job has no users
--  --> q.sql:1:8
--   |
-- 1 | SELECT CURRENT_USER FROM trades;
--   |        ^^^^^^^^^^^^
-- hint: CURRENT_DATABASE() is there

SELECT * FROM DEDUPLICATE_KEEP_FIRST(input => TABLE trades PARTITION BY sym, state_ttl => INTERVAL '5' SECOND);
-- there is no function 'DEDUPLICATE_KEEP_FIRST': OVER says which row of a key stays
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM DEDUPLICATE_KEEP_FIRST(input => TABLE trades PARTITION BY sym, state_ttl => INTERVAL '5' SECOND);
--   |               ^^^^^^^^^^^^^^^^^^^^^^
-- hint: SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t) WHERE n = 1 gives out the first row of each key once

SELECT * FROM TO_CHANGELOG(input => TABLE trades PARTITION BY sym, op => DESCRIPTOR(kind));
-- there is no function 'TO_CHANGELOG': the kinds of rows are no column
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM TO_CHANGELOG(input => TABLE trades PARTITION BY sym, op => DESCRIPTOR(kind));
--   |               ^^^^^^^^^^^^
-- hint: formats read and write them: 'debezium-json', 'maxwell-json', 'canal-json', 'ogg-json', or 'changelog' = 'retract' for 'json' and 'csv'

SELECT * FROM ML_PREDICT(TABLE trades, MODEL m, DESCRIPTOR(sym));
-- there is no function 'ML_PREDICT': no function calls a service
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM ML_PREDICT(TABLE trades, MODEL m, DESCRIPTOR(sym));
--   |               ^^^^^^^^^^
-- hint: CREATE FUNCTION ... LANGUAGE wasm adds a function

SELECT CONCAT(VARIADIC qty) FROM trades;
-- VARIADIC stands before an ARRAY, this is INT
--  --> q.sql:1:24
--   |
-- 1 | SELECT CONCAT(VARIADIC qty) FROM trades;
--   |                        ^^^
-- hint: leave it out: CONCAT(value, ...)

SELECT UPPER(VARIADIC SPLIT(sym, ',')) FROM trades;
-- UPPER does not take its arguments as an array
--  --> q.sql:1:23
--   |
-- 1 | SELECT UPPER(VARIADIC SPLIT(sym, ',')) FROM trades;
--   |                       ^^^^^^^^^^^^^^
-- hint: write the items out: VARIADIC ARRAY[a, b]; CONCAT, CONCAT_WS and FORMAT take any array

SELECT MAX(VARIADIC SPLIT(sym, ',')) FROM trades;
-- VARIADIC is not allowed here
--  --> q.sql:1:12
--   |
-- 1 | SELECT MAX(VARIADIC SPLIT(sym, ',')) FROM trades;
--   |            ^^^^^^^^
-- hint: it stands before the last argument of a function of values: CONCAT(VARIADIC array)

SELECT ARRAY_SORT(SPLIT(sym, ','), 'DOWN') FROM trades;
-- 'DOWN' is no order of an array
--  --> q.sql:1:8
--   |
-- 1 | SELECT ARRAY_SORT(SPLIT(sym, ','), 'DOWN') FROM trades;
--   |        ^^^^^^^^^^
-- hint: it is 'ASC' or 'DESC'

SELECT NTH_VALUE(sym, qty) FROM trades;
-- NTH_VALUE takes a constant number of a row
--  --> q.sql:1:23
--   |
-- 1 | SELECT NTH_VALUE(sym, qty) FROM trades;
--   |                       ^^^
-- hint: it counts from 1, or from -1 at the end; with OVER it may differ from row to row

SELECT NTH_VALUE(sym) FROM trades;
-- NTH_VALUE takes 2 arguments
--  --> q.sql:1:8
--   |
-- 1 | SELECT NTH_VALUE(sym) FROM trades;
--   |        ^^^^^^^^^
-- hint: usage: NTH_VALUE(x, n [ORDER BY ...] [IGNORE | RESPECT NULLS])

SELECT * FROM JSONB_TO_RECORD('{"a": 1}') AS t(a INT, b);
-- column 'b' has no type
--  --> q.sql:1:55
--   |
-- 1 | SELECT * FROM JSONB_TO_RECORD('{"a": 1}') AS t(a INT, b);
--   |                                                       ^
-- hint: declare it: AS x(b STRING)

SELECT * FROM JSONB_TO_RECORDSET('[{"a": 1}]') AS t(a INTT);
-- there is no data type 'INTT'
--  --> q.sql:1:55
--   |
-- 1 | SELECT * FROM JSONB_TO_RECORDSET('[{"a": 1}]') AS t(a INTT);
--   |                                                       ^^^^
-- hint: did you mean INT?

SELECT JSONB_TO_RECORD('{"a": 1}') FROM trades;
-- JSONB_TO_RECORD takes one value of JSON, in FROM, and gives the columns that are declared behind it
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSONB_TO_RECORD('{"a": 1}') FROM trades;
--   |        ^^^^^^^^^^^^^^^
-- hint: FROM JSONB_TO_RECORD(json) AS x(a INT, b STRING)

SELECT * FROM JSONB_TO_RECORD(1) AS t(a INT);
-- the fields of a row are taken from JSON, this is INT
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM JSONB_TO_RECORD(1) AS t(a INT);
--   |               ^^^^^^^^^^^^^^^^^^^^^^^^^
