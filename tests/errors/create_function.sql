-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

CREATE FUNCTION plus1 AS 'com.acme.Plus1';
-- expected '(', found AS
--  --> q.sql:1:23
--   |
-- 1 | CREATE FUNCTION plus1 AS 'com.acme.Plus1';
--   |                       ^^
-- hint: CREATE FUNCTION f(BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'file.wasm', 'export'

CREATE FUNCTION plus1(BIGINT) RETURNS BIGINT LANGUAGE java AS 'com.acme.Plus1';
-- LANGUAGE java is not supported
--  --> q.sql:1:55
--   |
-- 1 | CREATE FUNCTION plus1(BIGINT) RETURNS BIGINT LANGUAGE java AS 'com.acme.Plus1';
--   |                                                       ^^^^
-- hint: LANGUAGE wasm runs a function of a WebAssembly file, which many languages compile to

CREATE FUNCTION day_of(DATE) RETURNS INT LANGUAGE wasm AS 'days.wasm';
-- DATE is no type that WebAssembly can be handed
--  --> q.sql:1:24
--   |
-- 1 | CREATE FUNCTION day_of(DATE) RETURNS INT LANGUAGE wasm AS 'days.wasm';
--   |                        ^^^^
-- hint: BOOLEAN, INT, BIGINT, FLOAT, DOUBLE, STRING and BYTES are; CAST brings others into one of these

CREATE FUNCTION abs(INT) RETURNS INT LANGUAGE wasm AS 'numbers.wasm';
-- there is a function ABS already, which comes with the engine
--  --> q.sql:1:17
--   |
-- 1 | CREATE FUNCTION abs(INT) RETURNS INT LANGUAGE wasm AS 'numbers.wasm';
--   |                 ^^^
-- hint: give yours another name

DROP FUNCTION f;
-- there is no function 'f' to drop
--  --> q.sql:1:15
--   |
-- 1 | DROP FUNCTION f;
--   |               ^
-- hint: CREATE FUNCTION declares one, DROP FUNCTION IF EXISTS asks for none

SET 'wasm.fuel' = 'plenty';
-- 'wasm.fuel' is a number of steps, not 'plenty'
--  --> q.sql:1:19
--   |
-- 1 | SET 'wasm.fuel' = 'plenty';
--   |                   ^^^^^^^^
-- hint: such as '10000000'
