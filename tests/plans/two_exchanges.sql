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
        Scan t (k)

== Physical plan, 2 shards ==
#7 Sink print (n, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #6 Exchange gather to shard 0
    #5 Aggregate by (n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: no bound
      #4 Exchange hash(n)
        #3 Calc (agg0 AS n)
          #2 Aggregate by (k) [COUNT(*)] emit on change
               state: one entry per key: no bound
            #1 Exchange hash(k)
              #0 Scan t (k)
                   datagen 10 rows, 10000 a second (1 split)
