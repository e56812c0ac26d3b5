-- Read through by hand: rows that lie by (k, g) need no second exchange for (k, n).
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SELECT k, n, COUNT(*) FROM (SELECT k, g AS n, SUM(v) AS s FROM t GROUP BY k, g) AS c GROUP BY k, n;
-- plan
== Logical plan ==
Write print (k, n, EXPR$2)
  Aggregate by (k, n) [COUNT(*)] emit on change
    Calc (k, g AS n)
      Aggregate by (k, g) [SUM(v)] emit on change
        Scan t (k, g, v)

== Physical plan, 2 shards ==
#6 Sink print (k, n, EXPR$2)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #5 Exchange gather to shard 0
    #4 Aggregate by (k, n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: no bound
      #3 Calc (k, g AS n)
        #2 Aggregate by (k, g) [SUM(v)] emit on change
             state: one entry per key: no bound
          #1 Exchange hash(k, g)
            #0 Scan t (k, g, v)
                 datagen 10 rows, 10000 a second (1 split)
