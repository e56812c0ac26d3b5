-- Read through by hand: the split's watermark travels to the window, late rows to their table.
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT k, COUNT(*) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
-- plan
== Logical plan ==
Write o (k, n)
  Calc (k, agg0 AS n)
    WindowAggregate HOP(10 s every 5 s) on ts by (k) [COUNT(*)] emit on close
      Scan t (k, ts, $watermark)

== Physical plan, 2 shards ==
#6 Sink o (k, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #5 Calc (k, agg0 AS n)
    #4 WindowAggregate HOP(10 s every 5 s) on ts by (k) [COUNT(*)] emit on close
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #3 Exchange hash(k)
        #1 PartialAggregate HOP(10 s every 5 s) on ts by (k) [COUNT(*)]
             gives: states of the groups of each batch in which keys repeat, and rows as they are
          #0 Scan t (k, ts, $watermark)
               datagen 10 rows, 10000 a second (1 split)
               watermark: (ts - INTERVAL '1 s')
      #2 Exchange hash(k) of states
        #1 (see above)
