-- Read through by hand: constants are folded, a condition that is always true is gone.
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SELECT id + (1 + 2) * 3 AS x FROM t WHERE 1 = 1;
-- plan
== Logical plan ==
Write print (x)
  Calc ((id + 9) AS x)
    Scan t (id)

== Physical plan, 2 shards ==
#3 Sink print (x)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #2 Exchange gather to shard 0
    #1 Calc ((id + 9) AS x)
      #0 Scan t (id)
           datagen 10 rows, 10000 a second (1 split)
