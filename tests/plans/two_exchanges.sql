-- Read through by hand: one exchange for each key, the second over a changelog.
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS c GROUP BY n;
-- plan
== Logical plan ==
Write print (n, EXPR$1)
  Aggregate by (n) [COUNT(*)] emit on change
    Calc (agg0 AS n)
      Aggregate by (k) [COUNT(*)] emit on change
        Calc (k)
          Scan t (k, ts)

== Physical plan, 2 shards ==
#8 Sink print (n, EXPR$1)
     print
     delivery: at-least-once (rows are written to standard output as they come)
  #7 Exchange gather to shard 0
    #6 Aggregate by (n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: no bound
      #5 Exchange hash(n)
        #4 Calc (agg0 AS n)
          #3 Aggregate by (k) [COUNT(*)] emit on change
               state: one entry per key: no bound
            #2 Exchange hash(k)
              #1 Calc (k)
                #0 Scan t (k, ts)
                     datagen 10 rows, 10000 a second (1 split)
                     watermark: (ts - INTERVAL '1 s')
