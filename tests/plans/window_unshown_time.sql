-- The time of windows travels unshown: a view over FROM tumble(...) has the bounds alone, and windows above it still close.
CREATE TABLE t (k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE VIEW v (k, ts, s, e) AS SELECT * FROM tumble(t, ts, INTERVAL '10' SECOND);
CREATE TABLE p (e TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO p SELECT window_end, COUNT(*) FROM tumble(v, INTERVAL '20' SECOND) GROUP BY window_start, window_end;
-- plan
== Logical plan ==
Write p (e, n)
  Calc (window_end AS e, agg0 AS n)
    WindowAggregate TUMBLE(20 s) on window_time by () [COUNT(*)] emit on close
      Calc (window_time, $watermark)
        WindowAssign TUMBLE(10 s) on ts
          Scan t (ts, $watermark)

== Physical plan, 2 shards ==
#8 Sink p (e, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #7 Calc (window_end AS e, agg0 AS n)
    #6 WindowAggregate TUMBLE(20 s) on window_time by () [COUNT(*)] emit on close
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #5 Exchange gather to shard 0
        #3 PartialAggregate TUMBLE(20 s) on window_time by () [COUNT(*)]
             gives: states of the groups of each batch, and rows as they are
          #2 Calc (window_time, $watermark)
            #1 WindowAssign TUMBLE(10 s) on ts
              #0 Scan t (ts, $watermark)
                   datagen without end, 10000 a second (1 split)
                   watermark: ts
      #4 Exchange gather to shard 0 of states
        #3 (see above)
