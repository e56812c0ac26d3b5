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
#10 Sink print (n, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #9 Exchange gather to shard 0
    #8 Aggregate by (n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: unbounded
      #7 Exchange hash(n)
        #6 Consolidate where it pays
          #5 Calc (agg0 AS n)
            #4 Aggregate by (k) [COUNT(*)] emit on change
                 state: one entry per key: unbounded
              #2 Exchange hash(k)
                #1 PartialAggregate by (k) [COUNT(*)]
                     gives: states of the groups of each batch in which keys repeat, and rows as they are
                  #0 Scan t (k)
                       datagen 10 rows, 10000 a second (1 split)
              #3 Exchange hash(k) of states
                #1 (see above)
