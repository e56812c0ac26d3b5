-- Checked by reading: ranks in the order of event time are numbers that stay, so rows are given out once, with their time; a window above closes.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
CREATE VIEW firsts AS SELECT k, v, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t) WHERE n = 1;
SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE firsts, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
-- plan
== Logical plan ==
Write print (window_start, EXPR$1)
  Calc (window_start, agg0 AS EXPR$1)
    WindowAggregate TUMBLE(10 s) on ts by () [COUNT(*)] emit on close
      Calc (ts) where (over0 = 1)
        Over by (k) in order of (ts) [ROW_NUMBER()] emit as the watermark passes
          Scan t (k, ts, $watermark)

== Physical plan, 2 shards ==
#7 Sink print (window_start, EXPR$1)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #6 Calc (window_start, agg0 AS EXPR$1)
    #5 WindowAggregate TUMBLE(10 s) on ts by () [COUNT(*)] emit on close
         late: by the watermark of the operator
         state: windows open at once, bounded by the watermark
      #4 Exchange gather to shard 0
        #3 Calc (ts) where (over0 = 1)
          #2 Over by (k) in order of (ts) [ROW_NUMBER()] emit as the watermark passes
               late: by $watermark, the watermark of the row's split
               state: rows that the watermark has not passed; what functions hold per key: unbounded
            #1 Exchange hash(k)
              #0 Scan t (k, ts, $watermark)
                   memory (0 splits)
                   watermark: ts
