-- Read through by hand: the bound is taken out of WHERE and ON; the split's watermark travels to the join and no further; a window over its result.
CREATE TABLE a (id BIGINT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE b (id BIGINT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (n BIGINT) WITH ('connector' = 'blackhole');
CREATE VIEW near AS SELECT a.id, a.ts AS at, b.ts AS bt, b.v FROM a, b WHERE a.k = b.k AND a.ts >= b.ts - INTERVAL '10' MINUTE AND a.ts < b.ts;
INSERT INTO o SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE near, DESCRIPTOR(bt), INTERVAL '5' SECOND)) GROUP BY window_start, window_end;
-- plan
== Logical plan ==
Write o (n)
  Calc (agg0 AS n)
    WindowAggregate TUMBLE(5 s) on bt by () [COUNT(*)] emit on close
      Calc (ts AS bt)
        IntervalJoin inner on (left.k = right.k), left.ts - right.ts between -10 min and -1 ns
          Scan a (k, ts, $watermark)
          Scan b (k, ts, $watermark)

== Physical plan, 2 shards ==
#9 Sink o (n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #8 Calc (agg0 AS n)
    #7 WindowAggregate TUMBLE(5 s) on bt by () [COUNT(*)] emit on close
         late: by the watermark of the operator
         state: windows open at once, bounded by the watermark
      #6 Exchange gather to shard 0
        #5 Calc (ts AS bt)
          #4 IntervalJoin inner on (left.k = right.k), left.ts - right.ts between -10 min and -1 ns
               late: by $watermark, the watermark of the row's split
               state: left rows up to 10 min, right rows up to 0 s behind the watermark
            #2 Exchange hash(k)
              #0 Scan a (k, ts, $watermark)
                   datagen 10 rows, 10000 a second (1 split)
                   watermark: (ts - INTERVAL '1 s')
            #3 Exchange hash(k)
              #1 Scan b (k, ts, $watermark)
                   datagen 10 rows, 10000 a second (1 split)
                   watermark: (ts - INTERVAL '1 s')
