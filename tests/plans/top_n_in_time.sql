-- Checked by reading: the first row of each key in the order of event time comes by the watermark; the first two, and all of
-- the least rank, are a Top-N that takes late rows.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
CREATE VIEW numbered AS SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t;
SELECT k, v FROM numbered WHERE n = 1;
SELECT k, v FROM numbered WHERE n <= 2;
SELECT k, v FROM t QUALIFY RANK() OVER (PARTITION BY k ORDER BY ts) = 1;
-- plan
== Logical plan ==
Write print (k, v)
  Calc (k, v) where (over0 = 1)
    Over by (k) in order of (ts) [ROW_NUMBER()] emit as the watermark passes
      Scan t (k, v, ts, $watermark)
Write print 2 (k, v)
  Calc (k, v)
    Rank ROW_NUMBER by (k) in order of (ts) up to 2
      Calc (k, v, ts)
        Scan t (k, v, ts, $watermark)
Write print 3 (k, v)
  Calc (k, v)
    Rank RANK by (k) in order of (ts) up to 1
      Calc (k, v, ts)
        Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#5 Sink print (k, v)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #4 Exchange gather to shard 0
    #3 Calc (k, v) where (over0 = 1)
      #2 Over by (k) in order of (ts) [ROW_NUMBER()] emit as the watermark passes
           late: by $watermark, the watermark of the row's split
           state: rows that the watermark has not passed; what functions hold per key: unbounded
        #1 Exchange hash(k)
          #0 Scan t (k, v, ts, $watermark)
               memory (0 splits)
               watermark: ts
#11 Sink print 2 (k, v)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #10 Consolidate
    #9 Exchange gather to shard 0
      #8 Calc (k, v)
        #7 Rank ROW_NUMBER by (k) in order of (ts) up to 2
             state: the rows up to rank 2 per key: unbounded
          #6 Calc (k, v, ts)
            #1 (see above)
#16 Sink print 3 (k, v)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #15 Consolidate
    #14 Exchange gather to shard 0
      #13 Calc (k, v)
        #12 Rank RANK by (k) in order of (ts) up to 1
             state: the rows up to rank 1 per key: unbounded
          #6 (see above)
