-- Read through by hand: a join and a projection may give out changes that come to nothing, an aggregate alone does not.
CREATE TABLE t (k STRING, v INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE u (k STRING, w INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE joined (k STRING, w INT) WITH ('connector' = 'print');
CREATE TABLE halved (n BIGINT) WITH ('connector' = 'print');
CREATE TABLE counted (k STRING, n INT) WITH ('connector' = 'print');
INSERT INTO joined SELECT t.k, u.w FROM t LEFT JOIN u ON t.k = u.k;
INSERT INTO halved SELECT n / 2 FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k);
INSERT INTO counted SELECT k, CAST(COUNT(*) AS INT) FROM t GROUP BY k;
-- plan
== Logical plan ==
Write joined (k, w)
  Calc (k, w)
    Join left on (left.k = right.k)
      Scan t (k)
      Scan u (k, w)
Write halved (n)
  Calc ((agg0 / 2) AS n)
    Aggregate by (k) [COUNT(*)] emit on change
      Scan t (k)
Write counted (k, n)
  Calc (k, CAST(agg0 AS INT) AS n)
    Aggregate by (k) [COUNT(*)] emit on change
      Scan t (k)

== Physical plan, 2 shards ==
#11 Sink joined (k, w)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #10 Consolidate
    #9 Exchange gather to shard 0
      #5 Calc (k, w)
        #4 Join left on (left.k = right.k)
             state: rows of each input until the other has ended
          #2 Exchange hash(k)
            #0 Scan t (k)
                 datagen 10 rows, 10000 a second (1 split)
          #3 Exchange hash(k)
            #1 Scan u (k, w)
                 datagen 10 rows, 10000 a second (1 split)
#14 Sink halved (n)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #13 Consolidate
    #12 Exchange gather to shard 0
      #7 Calc ((agg0 / 2) AS n)
        #6 Aggregate by (k) [COUNT(*)] emit on change
             state: one entry per key: unbounded
          #2 (see above)
#16 Sink counted (k, n)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #15 Exchange gather to shard 0
    #8 Calc (k, CAST(agg0 AS INT) AS n)
      #6 (see above)
