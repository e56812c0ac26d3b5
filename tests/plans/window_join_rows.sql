-- Checked by reading: ROWs of windows, or their fields, are joined by the bounds of the windows, which are not selected; of the ROWs that nobody reads none is made.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
CREATE VIEW w AS SELECT tumble(INTERVAL '10' SECOND) AS span, k, SUM(v) AS s FROM t GROUP BY 1, k;
CREATE TABLE p (k STRING, s INT) WITH ('connector' = 'blackhole');
CREATE TABLE q (b TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE r (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO p SELECT l.k, r.s FROM w AS l FULL JOIN w AS r ON l.span = r.span AND l.k = r.k;
INSERT INTO q SELECT l.b, r.n FROM (SELECT span.start AS b FROM w) AS l LEFT JOIN (SELECT tumble(INTERVAL '10' SECOND) AS span, COUNT(*) AS n FROM t GROUP BY 1) AS r ON l.b = r.span.start;
INSERT INTO r SELECT COUNT(*) FROM (SELECT k FROM w WHERE s > 1) GROUP BY tumble(INTERVAL '1' MINUTE);
-- plan
== Logical plan ==
Write p (k, s)
  Calc (k, CAST(s AS INT) AS s)
    WindowJoin full on ((left.window_start = right.window_start) AND (left.k = right.k)), left.window_end = right.window_end
      Calc (k, window_start, window_end)
        WindowAggregate TUMBLE(10 s) on ts by (k) [] emit on close
          Calc (k, ts, $watermark)
            Scan t (k, v, ts, $watermark)
      Calc (k, agg0 AS s, window_start, window_end)
        WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on close
          Scan t (k, v, ts, $watermark)
Write q (b, n)
  Calc (b, n)
    WindowJoin left on (b = window_start), left.window_end = right.window_end
      Calc (window_start AS b, window_end)
        WindowAggregate TUMBLE(10 s) on ts by (k) [] emit on close
          Calc (k, ts, $watermark)
            Scan t (k, v, ts, $watermark)
      Calc (agg0 AS n, window_start, window_end)
        WindowAggregate TUMBLE(10 s) on ts by () [COUNT(*)] emit on close
          Calc (ts, $watermark)
            Scan t (k, v, ts, $watermark)
Write r (n)
  Calc (agg0 AS n)
    WindowAggregate TUMBLE(1 min) on window_time by () [COUNT(*)] emit on close
      Calc (window_time) where (agg0 > 1)
        WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on close
          Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#11 Sink p (k, s)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #10 Calc (k, CAST(s AS INT) AS s)
    #9 WindowJoin full on (left.window_start = right.window_start, left.k = right.k), left.window_end = right.window_end
         state: rows of open windows, bounded by the watermark
      #5 Exchange hash(window_start, k)
        #4 Calc (k, window_start, window_end)
          #3 WindowAggregate TUMBLE(10 s) on ts by (k) [] emit on close
               late: by $watermark, the watermark of the row's split
               state: windows open at once, bounded by the watermark
            #2 Calc (k, ts, $watermark)
              #1 Exchange hash(k)
                #0 Scan t (k, v, ts, $watermark)
                     memory (0 splits)
                     watermark: ts
      #8 Exchange hash(window_start, k)
        #7 Calc (k, agg0 AS s, window_start, window_end)
          #6 WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on close
               late: by $watermark, the watermark of the row's split
               state: windows open at once, bounded by the watermark
            #1 (see above)
#23 Sink q (b, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #22 Calc (b, n)
    #21 WindowJoin left on (b = window_start), left.window_end = right.window_end
         state: rows of open windows, bounded by the watermark
      #13 Exchange hash(b)
        #12 Calc (window_start AS b, window_end)
          #3 (see above)
      #20 Exchange hash(window_start)
        #19 Calc (agg0 AS n, window_start, window_end)
          #18 WindowAggregate TUMBLE(10 s) on ts by () [COUNT(*)] emit on close
               late: by $watermark, the watermark of the row's split
               state: windows open at once, bounded by the watermark
            #16 Exchange gather to shard 0
              #15 PartialAggregate TUMBLE(10 s) on ts by () [COUNT(*)]
                   gives: states of the groups of each batch, and rows as they are
                #14 Calc (ts, $watermark)
                  #0 (see above)
            #17 Exchange gather to shard 0 of states
              #15 (see above)
#28 Sink r (n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #27 Calc (agg0 AS n)
    #26 WindowAggregate TUMBLE(1 min) on window_time by () [COUNT(*)] emit on close
         late: by the watermark of the operator
         state: windows open at once, bounded by the watermark
      #25 Exchange gather to shard 0
        #24 Calc (window_time) where (agg0 > 1)
          #6 (see above)
