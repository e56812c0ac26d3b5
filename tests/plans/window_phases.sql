-- Read through by hand: windows of all rows in two phases, those of a key in one; SESSION and windows over windows in one.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end;
CREATE TABLE p (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO p SELECT window_start, COUNT(*) FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end;
-- plan
== Logical plan ==
Write o (s, n)
  Calc (window_start AS s, agg0 AS n)
    WindowAggregate TUMBLE(5 s) on ts by () [COUNT(*)] emit on close
      Calc (ts, $watermark)
        Scan t (ts, $watermark, $split)
Write p (s, n)
  Calc (window_start AS s, agg0 AS n)
    WindowAggregate SESSION(5 s) on ts by () [COUNT(*)] emit on close
      Scan t (ts, $watermark, $split)

== Physical plan, 2 shards ==
#10 Sink o (s, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #6 Calc (window_start AS s, agg0 AS n)
    #5 WindowAggregate TUMBLE(5 s) on ts by () [COUNT(*)] emit on close
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #4 Exchange gather to shard 0
        #2 PartialAggregate TUMBLE(5 s) on ts by () [COUNT(*)]
             gives: states of the groups of each batch, and rows as they are
          #1 Calc (ts, $watermark)
            #0 Scan t (ts, $watermark, $split)
                 datagen 10 rows, 10000 a second (1 split)
                 watermark: (ts - INTERVAL '1 s')
      #3 Exchange gather to shard 0 of states
        #2 (see above)
#11 Sink p (s, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #9 Calc (window_start AS s, agg0 AS n)
    #8 WindowAggregate SESSION(5 s) on ts by () [COUNT(*)] emit on close
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #7 Exchange gather to shard 0
        #0 (see above)
