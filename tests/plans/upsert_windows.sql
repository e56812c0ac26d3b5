-- Read through by hand: changes of windows are by either bound of TUMBLE and by the end of CUMULATE; by its start they pass by the rows of each key.
CREATE TABLE t (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE starts (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out/starts', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE ends (k STRING, e TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, e) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out/ends', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE grown (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out/grown', 'format' = 'json', 'changelog' = 'upsert');
INSERT INTO starts SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES;
INSERT INTO ends SELECT k, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES;
INSERT INTO grown SELECT k, window_start, COUNT(*) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES;
-- plan
== Logical plan ==
Write starts (k, s, n)
  Calc (k, window_start AS s, agg0 AS n)
    WindowAggregate TUMBLE(10 s) on ts by (k) [COUNT(*)] emit on change
      Scan t (k, ts, $watermark)
Write ends (k, e, n)
  Calc (k, window_end AS e, agg0 AS n)
    WindowAggregate CUMULATE(10 s by 5 s) on ts by (k) [COUNT(*)] emit on change
      Scan t (k, ts, $watermark)
Write grown (k, s, n)
  Calc (k, window_start AS s, agg0 AS n)
    WindowAggregate CUMULATE(10 s by 5 s) on ts by (k) [COUNT(*)] emit on change
      Scan t (k, ts, $watermark)

== Physical plan, 2 shards ==
#7 Sink starts (k, s, n)
     filesystem json out/starts (one file per shard)
     writes: upsert by (k, s): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #3 Calc (k, window_start AS s, agg0 AS n)
    #2 WindowAggregate TUMBLE(10 s) on ts by (k) [COUNT(*)] emit on change, without -U
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #1 Exchange hash(k)
        #0 Scan t (k, ts, $watermark)
             datagen 10 rows, 10000 a second (1 split)
             watermark: ts
#8 Sink ends (k, e, n)
     filesystem json out/ends (one file per shard)
     writes: upsert by (k, e): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #5 Calc (k, window_end AS e, agg0 AS n)
    #4 WindowAggregate CUMULATE(10 s by 5 s) on ts by (k) [COUNT(*)] emit on change
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #1 (see above)
#10 Sink grown (k, s, n)
     filesystem json out/grown (one file per shard)
     writes: upsert by (k, s): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #9 LastRow by (k, s), without -U
       state: the rows of each key of windows open at once, bounded by the watermark
    #6 Calc (k, window_start AS s, agg0 AS n)
      #4 (see above)
