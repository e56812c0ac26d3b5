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
#9 Sink print (k, n, EXPR$2)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #8 Exchange gather to shard 0
    #7 Aggregate by (k, n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: unbounded
      #6 Consolidate where it pays
        #5 Calc (k, g AS n)
          #4 Aggregate by (k, g) [SUM(v)] emit on change
               state: one entry per key: unbounded
            #2 Exchange hash(k, g)
              #1 PartialAggregate by (k, g) [SUM(v)]
                   gives: states of the groups of each batch in which keys repeat, and rows as they are
                #0 Scan t (k, g, v)
                     datagen 10 rows, 10000 a second (1 split)
            #3 Exchange hash(k, g) of states
              #1 (see above)
