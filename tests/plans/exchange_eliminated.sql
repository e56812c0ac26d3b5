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
        Calc (k, g, v)
          Scan t (k, g, v, ts)

== Physical plan, 2 shards ==
#7 Sink print (k, n, EXPR$2)
     print
     delivery: at-least-once (rows are written to standard output as they come)
  #6 Exchange gather to shard 0
    #5 Aggregate by (k, n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: no bound
      #4 Calc (k, g AS n)
        #3 Aggregate by (k, g) [SUM(v)] emit on change
             state: one entry per key: no bound
          #2 Exchange hash(k, g)
            #1 Calc (k, g, v)
              #0 Scan t (k, g, v, ts)
                   datagen 10 rows, 10000 a second (1 split)
                   watermark: (ts - INTERVAL '1 s')
