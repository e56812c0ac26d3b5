-- Read through by hand: early results are held back behind the aggregate, on its shard; with a key that the sink knows, without what was before.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (k STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), s INT, PRIMARY KEY (k, window_start, window_end) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE n (k STRING, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT k, window_start, window_end, SUM(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES EVERY INTERVAL '2' SECOND;
INSERT INTO n SELECT k, COUNT(*) FROM t GROUP BY k EMIT CHANGES EVERY INTERVAL '1' MINUTE;
-- plan
== Logical plan ==
Write o (k, window_start, window_end, s)
  Calc (k, window_start, window_end, CAST(EXPR$3 AS INT) AS s)
    Hold until the next multiple of 2 s, or window_end has passed
      Calc (k, window_start, window_end, agg0 AS EXPR$3)
        WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on change
          Scan t (k, v, ts, $watermark)
Write n (k, c)
  Hold until the next multiple of 1 min
    Aggregate by (k) [COUNT(*)] emit on change
      Calc (k)
        Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#6 Sink o (k, window_start, window_end, s)
     filesystem json out (one file per shard)
     writes: upsert by (k, window_start, window_end): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #5 Calc (k, window_start, window_end, CAST(EXPR$3 AS INT) AS s)
    #4 Hold until the next multiple of 2 s, or window_end has passed, without -U
         state: what has changed since the last multiple
      #3 Calc (k, window_start, window_end, agg0 AS EXPR$3)
        #2 WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on change
             late: by $watermark, the watermark of the row's split
             state: windows open at once, bounded by the watermark
          #1 Exchange hash(k)
            #0 Scan t (k, v, ts, $watermark)
                 datagen 10 rows, 10000 a second (1 split)
                 watermark: (ts - INTERVAL '1 s')
#10 Sink n (k, c)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #9 Hold until the next multiple of 1 min, without -U
       state: what has changed since the last multiple
    #8 Aggregate by (k) [COUNT(*)] emit on change
         state: one entry per key: unbounded
      #7 Calc (k)
        #1 (see above)
