-- Read through by hand: only columns that are needed are read, the condition runs before the one exchange, to the printing shard.
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SELECT id FROM t WHERE v > 5 AND k = 'a';
-- plan
== Logical plan ==
Write print (id)
  Calc (id) where ((v > 5) AND (k = 'a'))
    Scan t (id, k, v)

== Physical plan, 2 shards ==
#3 Sink print (id)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #2 Exchange gather to shard 0
    #1 Calc (id) where ((v > 5) AND (k = 'a'))
      #0 Scan t (id, k, v)
           datagen 10 rows, 10000 a second (1 split)
