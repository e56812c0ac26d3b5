-- Read through: the table is read on one shard and sent to every shard, for it is small; where it is read as a stream it is a scan of its own.
CREATE TABLE orders (id BIGINT, k STRING, proc AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE narrow (s STRING, n INT, f DOUBLE, flag BOOLEAN) WITH (
    'connector' = 'filesystem', 'path' = 'tests/sql/data/narrow.jsonl', 'format' = 'json',
    'lookup.cache' = 'FULL', 'lookup.full-cache.reload-strategy' = 'PERIODIC',
    'lookup.full-cache.periodic-reload.interval' = '10 min');
CREATE TABLE sink (id BIGINT, n INT) WITH ('connector' = 'blackhole');
INSERT INTO sink SELECT o.id, t.n FROM orders AS o LEFT JOIN narrow FOR SYSTEM_TIME AS OF o.proc AS t ON o.k = t.s WHERE o.id > 5;
INSERT INTO sink SELECT n, n FROM narrow;
-- plan
== Logical plan ==
Write sink (id, n)
  Calc (id, n)
    LookupJoin left on (k = s)
      Calc (id, k) where (id > 5)
        Scan orders (id, k)
      Scan narrow (s, n)
Write sink (id, n)
  Calc (CAST(n AS BIGINT) AS id, n)
    Scan narrow (n)

== Physical plan, 2 shards ==
#9 Sink sink (id, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #8 Union
    #5 Calc (id, n)
      #4 LookupJoin left on (k = s)
           state: all rows of the right input: unbounded, twice while it is read again, 10 min after it has been; left rows until it is read
        #1 Calc (id, k) where (id > 5)
          #0 Scan orders (id, k)
               datagen without end, 10 a second (1 split)
        #3 Exchange broadcast to every shard
          #2 Scan narrow (s, n)
               filesystem json tests/sql/data/narrow.jsonl (1 split)
    #7 Calc (CAST(n AS BIGINT) AS id, n)
      #6 Scan narrow (n)
           filesystem json tests/sql/data/narrow.jsonl (1 split)
