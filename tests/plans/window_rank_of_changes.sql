-- Read through by hand: rankings and functions of the rows of windows that may be taken back are bounded by the watermark, and are partitioned by the end of the window alone; EMIT FINAL has a ranking only add.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/orders.canal.jsonl', 'format' = 'json', 'changelog' = 'retract');
CREATE TABLE o (k STRING, v INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/ranks', 'format' = 'json');
INSERT INTO o SELECT k, v, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))) WHERE n <= 2 EMIT FINAL;
SELECT k, SUM(v) OVER (PARTITION BY window_start, window_end ORDER BY v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND));
-- plan
== Logical plan ==
Write o (k, v, n)
  Calc (k, v, rank AS n)
    Rank ROW_NUMBER by (window_end) in order of (v DESC) up to 2 emit on close
      Calc (k, v, ts, window_end, $watermark)
        WindowAssign TUMBLE(10 s) on ts
          Scan t (k, v, ts, $watermark)
Write print (k, EXPR$1)
  Calc (k, over0 AS EXPR$1)
    Over by (window_end) in order of (v) [SUM(v) RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW] emit on change
      Calc (k, v, ts, window_end, $watermark)
        WindowAssign TUMBLE(10 s) on ts
          Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#8 Sink o (k, v, n)
     filesystem json out/ranks (one file per shard)
     writes: append: the query takes no row back
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #5 Calc (k, v, rank AS n)
    #4 Rank ROW_NUMBER by (window_end) in order of (v DESC) up to 2 emit on close
         input: changelog
         late: by $watermark, the watermark of the row's split
         state: windows open at once, bounded by the watermark
      #3 Exchange hash(window_end)
        #2 Calc (k, v, ts, window_end, $watermark)
          #1 WindowAssign TUMBLE(10 s) on ts
            #0 Scan t (k, v, ts, $watermark)
                 filesystem json tests/sql/data/orders.canal.jsonl (1 split)
                 gives: changelog
                 watermark: ts
#11 Sink print (k, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #10 Consolidate
    #9 Exchange gather to shard 0
      #7 Calc (k, over0 AS EXPR$1)
        #6 Over by (window_end) in order of (v) [SUM(v) RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW] emit on change
             input: changelog
             late: by $watermark, the watermark of the row's split
             state: windows open at once, bounded by the watermark
          #3 (see above)
