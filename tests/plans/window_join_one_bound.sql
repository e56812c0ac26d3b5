-- Checked by reading: a join of equally long windows on one of their bounds is a join of windows, which only adds; of different lengths it changes.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
CREATE VIEW w AS SELECT window_start, window_end, k, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;
CREATE VIEW longer AS SELECT window_start, window_end, k, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY window_start, window_end, k;
SELECT l.k, r.s FROM w AS l FULL OUTER JOIN w AS r ON l.window_start = r.window_start AND l.s < r.s;
SELECT l.k, r.s FROM w AS l FULL OUTER JOIN longer AS r ON l.window_start = r.window_start;
-- plan
== Logical plan ==
Write print (k, s)
  Calc (k, s)
    WindowJoin full on ((left.window_start = right.window_start) AND (left.s < right.s)), left.window_end = right.window_end
      Calc (window_start, window_end, k, agg0 AS s)
        WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on close
          Scan t (k, v, ts, $watermark)
      Calc (window_start, window_end, agg0 AS s)
        WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on close
          Scan t (k, v, ts, $watermark)
Write print 2 (k, s)
  Calc (k, s)
    Join full on (left.window_start = right.window_start)
      Calc (window_start, k)
        WindowAggregate TUMBLE(10 s) on ts by (k) [] emit on close
          Calc (k, ts, $watermark)
            Scan t (k, v, ts, $watermark)
      Calc (window_start, agg0 AS s)
        WindowAggregate TUMBLE(20 s) on ts by (k) [SUM(v)] emit on close
          Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#10 Sink print (k, s)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #9 Exchange gather to shard 0
    #8 Calc (k, s)
      #7 WindowJoin full on (left.window_start = right.window_start), left.window_end = right.window_end where (left.s < right.s)
           state: rows of open windows, bounded by the watermark
        #5 Calc (window_start, window_end, k, agg0 AS s)
          #4 Exchange hash(window_start)
            #3 Calc (k, window_start, window_end, agg0)
              #2 WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on close
                   late: by $watermark, the watermark of the row's split
                   state: windows open at once, bounded by the watermark
                #1 Exchange hash(k)
                  #0 Scan t (k, v, ts, $watermark)
                       memory (0 splits)
                       watermark: ts
        #6 Calc (window_start, window_end, agg0 AS s)
          #4 (see above)
#22 Sink print 2 (k, s)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #21 Consolidate
    #20 Exchange gather to shard 0
      #19 Calc (k, s)
        #18 Join full on (left.window_start = right.window_start)
             state: rows of open windows, bounded by the watermark
          #14 Exchange hash(window_start)
            #13 Calc (window_start, k)
              #12 WindowAggregate TUMBLE(10 s) on ts by (k) [] emit on close
                   late: by $watermark, the watermark of the row's split
                   state: windows open at once, bounded by the watermark
                #11 Calc (k, ts, $watermark)
                  #1 (see above)
          #17 Exchange hash(window_start)
            #16 Calc (window_start, agg0 AS s)
              #15 WindowAggregate TUMBLE(20 s) on ts by (k) [SUM(v)] emit on close
                   late: by $watermark, the watermark of the row's split
                   state: windows open at once, bounded by the watermark
                #1 (see above)
