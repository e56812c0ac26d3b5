-- Checked by reading: OVER that nobody reads leaves what sets late rows aside, once below each side of the join of windows, once in event time.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
CREATE VIEW w AS SELECT k, v, window_start, window_end FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE VIEW o AS SELECT k, v, window_start, window_end, MAX(v) OVER (PARTITION BY window_start, window_end, k ORDER BY v) AS m FROM w;
SELECT w.k, o.v FROM w JOIN o ON w.window_start = o.window_start AND w.window_end = o.window_end AND w.k = o.k;
SELECT k FROM (SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts) AS s FROM t);
-- plan
== Logical plan ==
Write print (k, v)
  Calc (k, v)
    Join inner on (((left.window_start = right.window_start) AND (left.window_end = right.window_end)) AND (left.k = right.k))
      InTime for windows that end at window_end
        Calc (k, window_start, window_end, $watermark)
          WindowAssign TUMBLE(10 s) on ts
            Calc (k, ts, $watermark)
              Scan t (k, v, ts, $watermark)
      Calc (k, v, (window_end - INTERVAL '10 s') AS window_start, window_end)
        InTime for windows that end at window_end
          Calc (k, v, window_end, $watermark)
            WindowAssign TUMBLE(10 s) on ts
              Scan t (k, v, ts, $watermark)
Write print 2 (k)
  Calc (k)
    Over by () in order of (ts) [] emit as the watermark passes
      Calc (k, ts, $watermark)
        Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#16 Sink print (k, v)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #15 Exchange gather to shard 0
    #12 Calc (k, v)
      #11 Join inner on (left.window_start = right.window_start, left.window_end = right.window_end, left.k = right.k)
           state: rows of open windows, bounded by the watermark
        #9 Exchange hash(window_start, window_end, k)
          #4 InTime for windows that end at window_end
               late: by $watermark, the watermark of the row's split
            #3 Calc (k, window_start, window_end, $watermark)
              #2 WindowAssign TUMBLE(10 s) on ts
                #1 Calc (k, ts, $watermark)
                  #0 Scan t (k, v, ts, $watermark)
                       memory (0 splits)
                       watermark: ts
        #10 Exchange hash(window_start, window_end, k)
          #8 Calc (k, v, (window_end - INTERVAL '10 s') AS window_start, window_end)
            #7 InTime for windows that end at window_end
                 late: by $watermark, the watermark of the row's split
              #6 Calc (k, v, window_end, $watermark)
                #5 WindowAssign TUMBLE(10 s) on ts
                  #0 (see above)
#18 Sink print 2 (k)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #17 Exchange gather to shard 0
    #14 Calc (k)
      #13 Over by () in order of (ts) [] emit as the watermark passes
           late: by $watermark, the watermark of the row's split
           state: rows that the watermark has not passed
        #1 (see above)
