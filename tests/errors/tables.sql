-- What the wrong statements of the other files are about.
CREATE TABLE trades (
  sym STRING, price DOUBLE, qty INT, paid BOOLEAN, tags ARRAY<STRING>, more MAP<STRING, INT>, place ROW<street STRING, house INT>,
  ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'datagen');
CREATE TABLE quotes (sym STRING, bid DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE people (id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv'
);
CREATE TABLE totals (sym STRING, total DOUBLE) WITH ('connector' = 'blackhole');
CREATE TABLE lines (sym STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
CREATE TABLE kept (sym STRING PRIMARY KEY, n BIGINT) WITH ('connector' = 'memory');
CREATE VIEW dear AS SELECT sym, price, ts FROM trades WHERE price > 100;
