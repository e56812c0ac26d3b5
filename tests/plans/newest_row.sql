-- Checked by reading: the newest row of each key has its event time where a window stands above it, which closes; elsewhere it is a ranking.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
CREATE VIEW newest AS SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM t) WHERE n = 1;
SELECT window_start, SUM(v), MAX(n) FROM TABLE(TUMBLE(TABLE newest, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, v FROM newest;
-- plan
== Logical plan ==
Write print (window_start, EXPR$1, EXPR$2)
  Calc (window_start, agg0 AS EXPR$1, agg1 AS EXPR$2)
    WindowAggregate TUMBLE(10 s) on ts by () [SUM(v), MAX(n)] emit on close
      Calc (v, 1 AS n, ts, $watermark)
        NewestRow by (k) in order of (ts DESC), every change
          Scan t (k, v, ts, $watermark)
Write print 2 (k, v)
  Calc (k, v)
    Rank ROW_NUMBER by (k) in order of (ts DESC) up to 1
      Calc (k, v, ts)
        Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#7 Sink print (window_start, EXPR$1, EXPR$2)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #6 Calc (window_start, agg0 AS EXPR$1, agg1 AS EXPR$2)
    #5 WindowAggregate TUMBLE(10 s) on ts by () [SUM(v), MAX(n)] emit on close
         input: changelog
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #4 Exchange gather to shard 0
        #3 Calc (v, 1 AS n, ts, $watermark)
          #2 NewestRow by (k) in order of (ts DESC), every change
               state: rows that the watermark has not passed; one row per key: unbounded
            #1 Exchange hash(k)
              #0 Scan t (k, v, ts, $watermark)
                   memory (0 splits)
                   watermark: ts
#13 Sink print 2 (k, v)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #12 Consolidate
    #11 Exchange gather to shard 0
      #10 Calc (k, v)
        #9 Rank ROW_NUMBER by (k) in order of (ts DESC) up to 1
             state: the rows up to rank 1 per key: unbounded
          #8 Calc (k, v, ts)
            #1 (see above)
