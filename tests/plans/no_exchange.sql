-- Read through by hand: no key and a sink on every shard: no exchange at all.
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT id FROM t WHERE id % 2 = 0;
-- plan
== Logical plan ==
Write o (id)
  Calc (id) where ((id % 2) = 0)
    Scan t (id)

== Physical plan, 2 shards ==
#2 Sink o (id)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #1 Calc (id) where ((id % 2) = 0)
    #0 Scan t (id)
         datagen 10 rows, 10000 a second (1 split)
