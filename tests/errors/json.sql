-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELECT JSON_VALUE(sym) FROM trades;
-- JSON_VALUE takes JSON and a path
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_VALUE(sym) FROM trades;
--   |        ^^^^^^^^^^
-- hint: JSON_VALUE(json, '$.name')

SELECT JSON_VALUE(sym, '$.a' DEFAULT 0) FROM trades;
-- expected ON ERROR, found the end of the statement
--  --> q.sql:1:39
--   |
-- 1 | SELECT JSON_VALUE(sym, '$.a' DEFAULT 0) FROM trades;
--   |                                       ^
-- hint: such as NULL ON EMPTY, or DEFAULT 0 ON ERROR

SELECT JSON_VALUE(sym, '$.a' RETURNING ARRAY<INT>) FROM trades;
-- JSON_VALUE RETURNING ARRAY<INT> is not supported
--  --> q.sql:1:30
--   |
-- 1 | SELECT JSON_VALUE(sym, '$.a' RETURNING ARRAY<INT>) FROM trades;
--   |                              ^^^^^^^^^
-- hint: JSON_VALUE returns text, numbers and BOOLEAN; JSON_QUERY text and ARRAY<STRING>

SELECT JSON_VALUE(qty, '$.a') FROM trades;
-- JSON_VALUE does not take (INT, STRING)
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_VALUE(qty, '$.a') FROM trades;
--   |        ^^^^^^^^^^
-- hint: usage: JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY | ERROR])

SELECT JSON_VALUE(sym, '$.a' ERROR ON NOTHING) FROM trades;
-- expected ON ERROR, found ON
--  --> q.sql:1:36
--   |
-- 1 | SELECT JSON_VALUE(sym, '$.a' ERROR ON NOTHING) FROM trades;
--   |                                    ^^
-- hint: such as NULL ON EMPTY, or DEFAULT 0 ON ERROR

SELECT JSON_QUERY(sym, '$.a' RETURNING INT) FROM trades;
-- JSON_QUERY RETURNING INT is not supported
--  --> q.sql:1:30
--   |
-- 1 | SELECT JSON_QUERY(sym, '$.a' RETURNING INT) FROM trades;
--   |                              ^^^^^^^^^
-- hint: JSON_VALUE returns text, numbers and BOOLEAN; JSON_QUERY text and ARRAY<STRING>

SELECT JSON_QUERY(sym, '$.a' WITH WRAP) FROM trades;
-- expected WRAPPER, found WRAP
--  --> q.sql:1:35
--   |
-- 1 | SELECT JSON_QUERY(sym, '$.a' WITH WRAP) FROM trades;
--   |                                   ^^^^
-- hint: WITHOUT WRAPPER, WITH WRAPPER or WITH CONDITIONAL WRAPPER

SELECT JSON_QUERY(sym, 1) FROM trades;
-- JSON_QUERY does not take (STRING, INT)
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_QUERY(sym, 1) FROM trades;
--   |        ^^^^^^^^^^
-- hint: usage: JSON_QUERY(json, path [RETURNING type] [WITH | WITHOUT ARRAY WRAPPER] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY | ERROR])

SELECT JSON_EXISTS(sym) FROM trades;
-- JSON_EXISTS takes JSON and a path
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_EXISTS(sym) FROM trades;
--   |        ^^^^^^^^^^^
-- hint: JSON_EXISTS(json, '$.name')

SELECT JSON_OBJECT('a') FROM trades;
-- JSON_OBJECT takes keys and values in turn
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_OBJECT('a') FROM trades;
--   |        ^^^^^^^^^^^
-- hint: JSON_OBJECT(KEY 'k' VALUE v, ...)

SELECT JSON_OBJECT(KEY sym VALUE qty) FROM trades;
-- a key of JSON_OBJECT is a text constant
--  --> q.sql:1:24
--   |
-- 1 | SELECT JSON_OBJECT(KEY sym VALUE qty) FROM trades;
--   |                        ^^^
-- hint: JSON_OBJECTAGG(KEY k VALUE v) takes keys of the rows

SELECT JSON_OBJECT(KEY 'a' VALUE) FROM trades;
-- expected an expression, found )
--  --> q.sql:1:33
--   |
-- 1 | SELECT JSON_OBJECT(KEY 'a' VALUE) FROM trades;
--   |                                 ^

SELECT JSON_OBJECTAGG(KEY sym) FROM trades;
-- JSON_OBJECTAGG takes 2 arguments
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_OBJECTAGG(KEY sym) FROM trades;
--   |        ^^^^^^^^^^^^^^
-- hint: usage: JSON_OBJECTAGG([KEY] key VALUE value [NULL | ABSENT ON NULL])

SELECT JSON_OBJECTAGG(sym, qty, price) FROM trades;
-- JSON_OBJECTAGG takes 2 arguments
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_OBJECTAGG(sym, qty, price) FROM trades;
--   |        ^^^^^^^^^^^^^^
-- hint: usage: JSON_OBJECTAGG([KEY] key VALUE value [NULL | ABSENT ON NULL])

SELECT JSON_ARRAYAGG(sym, qty) FROM trades;
-- JSON_ARRAYAGG takes one argument
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_ARRAYAGG(sym, qty) FROM trades;
--   |        ^^^^^^^^^^^^^
-- hint: usage: JSON_ARRAYAGG(x [ORDER BY ...] [NULL | ABSENT ON NULL])

SELECT JSON_QUOTE(qty) FROM trades;
-- JSON_QUOTE does not take (INT)
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_QUOTE(qty) FROM trades;
--   |        ^^^^^^^^^^
-- hint: usage: JSON_QUOTE(text)

SELECT JSON_STRING() FROM trades;
-- JSON_STRING does not take ()
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSON_STRING() FROM trades;
--   |        ^^^^^^^^^^^
-- hint: usage: JSON_STRING(value)

SELECT qty IS JSON FROM trades;
-- IS JSON asks about a text, this is INT
--  --> q.sql:1:8
--   |
-- 1 | SELECT qty IS JSON FROM trades;
--   |        ^^^
-- hint: CAST(qty AS STRING) IS JSON

SELECT qty -> 'a' FROM trades;
-- -> takes a part of JSON, this is INT
--  --> q.sql:1:8
--   |
-- 1 | SELECT qty -> 'a' FROM trades;
--   |        ^^^
-- hint: row.field, array[position] and map[key] take parts of the others

SELECT qty ->> 'a' FROM trades;
-- -> takes a part of JSON, this is INT
--  --> q.sql:1:8
--   |
-- 1 | SELECT qty ->> 'a' FROM trades;
--   |        ^^^
-- hint: row.field, array[position] and map[key] take parts of the others

SELECT CAST(sym AS JSON).a.b + 1 FROM trades;
-- STRING + INT is not defined
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(sym AS JSON).a.b + 1 FROM trades;
--   |             ^^^^^^^^^^^^^^^^^^^^
-- hint: || joins text; CAST makes a number of it

SELECT CAST(qty AS JSON) FROM trades;
-- INT cannot be converted to JSON
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(qty AS JSON) FROM trades;
--   |             ^^^
-- hint: TO_JSON(qty) makes JSON of it

SELECT CAST(sym AS JSON)['a', 'b'] FROM trades;
-- expected :, found ,
--  --> q.sql:1:29
--   |
-- 1 | SELECT CAST(sym AS JSON)['a', 'b'] FROM trades;
--   |                             ^

SELECT JSONB_ARRAY_ELEMENTS(qty) FROM trades;
-- JSONB_ARRAY_ELEMENTS takes a JSON array, this is INT
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSONB_ARRAY_ELEMENTS(qty) FROM trades;
--   |        ^^^^^^^^^^^^^^^^^^^^
-- hint: usage: JSON_ARRAY_ELEMENTS(json)

SELECT * FROM JSONB_ARRAY_ELEMENTS('[1]', 2);
-- JSONB_ARRAY_ELEMENTS takes one JSON array
--  --> q.sql:1:15
--   |
-- 1 | SELECT * FROM JSONB_ARRAY_ELEMENTS('[1]', 2);
--   |               ^^^^^^^^^^^^^^^^^^^^

SELECT JSONB_SET(sym, 'a') FROM trades;
-- JSONB_SET does not take (STRING, STRING)
--  --> q.sql:1:8
--   |
-- 1 | SELECT JSONB_SET(sym, 'a') FROM trades;
--   |        ^^^^^^^^^
-- hint: usage: JSONB_SET(json, '{key or index, ...}' or ARRAY['key', ...], value [, create])

SELECT TO_JSON() FROM trades;
-- TO_JSON does not take ()
--  --> q.sql:1:8
--   |
-- 1 | SELECT TO_JSON() FROM trades;
--   |        ^^^^^^^
-- hint: usage: TO_JSON(value)

SELECT MAX(CAST(sym AS JSON)) FROM trades;
-- MAX of JSON is not defined
--  --> q.sql:1:8
--   |
-- 1 | SELECT MAX(CAST(sym AS JSON)) FROM trades;
--   |        ^^^
-- hint: CAST it, such as MAX(CAST(x AS DOUBLE))

SELECT VARIANT_GET(PARSE_JSON(sym), 'a[') FROM trades;
-- 'a[': the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'], $[0], $[*] and $.*
--  --> q.sql:1:37
--   |
-- 1 | SELECT VARIANT_GET(PARSE_JSON(sym), 'a[') FROM trades;
--   |                                     ^^^^
-- hint: a path begins with $, such as '$.name', '$[0]' or 'lax $.items[*].price'

SELECT CAST(PARSE_JSON(sym) AS TIMESTAMP(3)) FROM trades;
-- JSON cannot be converted to TIMESTAMP(3)
--  --> q.sql:1:13
--   |
-- 1 | SELECT CAST(PARSE_JSON(sym) AS TIMESTAMP(3)) FROM trades;
--   |             ^^^^^^^^^^^^^^
-- hint: CAST(JSON_VALUE(PARSE_JSON(sym), '$') AS TIMESTAMP(3)) reads a string of JSON

SELECT x['b'] FROM (SELECT PARSE_JSON(sym)['a'] AS x FROM trades) AS v;
-- STRING has no items
--  --> q.sql:1:10
--   |
-- 1 | SELECT x['b'] FROM (SELECT PARSE_JSON(sym)['a'] AS x FROM trades) AS v;
--   |          ^^^
-- hint: PARSE_JSON(x)[...] reads those of a text of JSON
