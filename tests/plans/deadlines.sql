-- Read through by hand: what is by a bound of closed windows is freed with these; windows that late rows may still join are not; keys stay keys through casts, and texts of one length when they are filled up to another.
CREATE TABLE t (k CHAR(3), n INT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE c (k CHAR(3), n INT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'changelog' = 'retract');
CREATE VIEW w AS SELECT k, n, window_start, window_end, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, n, window_start, window_end EMIT CHANGES;
CREATE VIEW late AS SELECT k, v, window_end FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE TABLE by_value (e TIMESTAMP(9), s BIGINT, k STRING, PRIMARY KEY (e, s) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out/by_value', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE by_text (k CHAR(5), s BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out/by_text', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE by_key (k CHAR(5), n BIGINT, s BIGINT, PRIMARY KEY (k, n) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'out/by_key', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE filled (k CHAR(3), n INT) WITH ('connector' = 'memory');
INSERT INTO filled SELECT k, n FROM t;
SELECT l.k, r.s FROM w AS l LEFT JOIN w AS r ON l.k = r.k AND l.window_start = r.window_end;
SELECT l.k, r.v FROM late AS l JOIN late AS r ON l.window_end = r.window_end;
SELECT window_start, COUNT(*) FROM w GROUP BY window_start;
INSERT INTO by_value SELECT window_end, s, k FROM w;
INSERT INTO by_text SELECT k, COUNT(*) FROM t GROUP BY k;
INSERT INTO by_key SELECT k, n, COUNT(*) FROM filled GROUP BY k, n;
-- plan
== Logical plan ==
Write print (k, s)
  Calc (k, s)
    Join left on ((left.k = right.k) AND (window_start = window_end))
      Calc (k, window_start)
        WindowAggregate TUMBLE(10 s) on ts by (k, n) [] emit on change
          Calc (k, n, ts, $watermark)
            Scan t (k, n, v, ts, $watermark)
      Calc (k, window_end, agg0 AS s)
        WindowAggregate TUMBLE(10 s) on ts by (k, n) [SUM(v)] emit on change
          Scan t (k, n, v, ts, $watermark)
Write print 2 (k, v)
  Calc (k, v)
    Join inner on (left.window_end = right.window_end)
      Calc (k, window_end)
        WindowAssign TUMBLE(10 s) on ts
          Calc (k, ts)
            Scan c (k, v, ts)
      Calc (v, window_end)
        WindowAssign TUMBLE(10 s) on ts
          Calc (v, ts)
            Scan c (k, v, ts)
Write print 3 (window_start, EXPR$1)
  Aggregate by (window_start) [COUNT(*)] emit on change
    Calc (window_start)
      WindowAggregate TUMBLE(10 s) on ts by (k, n) [] emit on change
        Calc (k, n, ts, $watermark)
          Scan t (k, n, v, ts, $watermark)
Write by_value (e, s, k)
  Calc (CAST(window_end AS TIMESTAMP(9)) AS e, agg0 AS s, CAST(k AS STRING) AS k)
    WindowAggregate TUMBLE(10 s) on ts by (k, n) [SUM(v)] emit on change
      Scan t (k, n, v, ts, $watermark)
Write by_text (k, s)
  Calc (CAST(RPAD(CAST(k AS VARCHAR(5)), 5, ' ') AS VARCHAR(5)) AS k, agg0 AS s)
    Aggregate by (k) [COUNT(*)] emit on change
      Calc (k)
        Scan t (k, n, v, ts, $watermark)
Write by_key (k, n, s)
  Calc (CAST(RPAD(CAST(k AS VARCHAR(5)), 5, ' ') AS VARCHAR(5)) AS k, CAST(n AS BIGINT) AS n, agg0 AS s)
    Aggregate by (k, n) [COUNT(*)] emit on change
      Calc (CAST(RPAD(k, 3, ' ') AS VARCHAR(3)) AS k, n)
        Scan t (k, n, v, ts, $watermark)

== Physical plan, 2 shards ==
#15 Sink print (k, s)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #14 Consolidate
    #13 Exchange gather to shard 0
      #12 Calc (k, s)
        #11 Join left on (left.k = right.k, window_start = window_end)
             state: rows of open windows, bounded by the watermark
          #6 Exchange hash(k, window_start)
            #5 Consolidate where it pays
              #4 Calc (k, window_start)
                #3 WindowAggregate TUMBLE(10 s) on ts by (k, n) [] emit on change
                     late: by $watermark, the watermark of the row's split
                     state: windows open at once, bounded by the watermark
                  #2 Calc (k, n, ts, $watermark)
                    #1 Exchange hash(k, n)
                      #0 Scan t (k, n, v, ts, $watermark)
                           datagen 10 rows, 10000 a second (1 split)
                           watermark: ts
          #10 Exchange hash(k, window_end)
            #9 Consolidate where it pays
              #8 Calc (k, window_end, agg0 AS s)
                #7 WindowAggregate TUMBLE(10 s) on ts by (k, n) [SUM(v)] emit on change
                     late: by $watermark, the watermark of the row's split
                     state: windows open at once, bounded by the watermark
                  #1 (see above)
#29 Sink print 2 (k, v)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #28 Consolidate
    #27 Exchange gather to shard 0
      #26 Calc (k, v)
        #25 Join inner on (left.window_end = right.window_end)
             state: all rows of both inputs: unbounded
          #20 Exchange hash(window_end)
            #19 Calc (k, window_end)
              #18 WindowAssign TUMBLE(10 s) on ts
                #17 Calc (k, ts)
                  #16 Scan c (k, v, ts)
                       filesystem csv tests/sql/data/kinds.csv (1 split)
                       gives: changelog
          #24 Exchange hash(window_end)
            #23 Calc (v, window_end)
              #22 WindowAssign TUMBLE(10 s) on ts
                #21 Calc (v, ts)
                  #16 (see above)
#38 Sink print 3 (window_start, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #37 Consolidate
    #36 Exchange gather to shard 0
      #35 Calc (window_start, agg0)
        #34 WindowAggregate GIVEN on $end by (window_start) [COUNT(*)] emit on change
             input: changelog
             late: by the watermark of the operator
             state: windows open at once, bounded by the watermark
          #33 Exchange hash(window_start)
            #32 Consolidate where it pays
              #31 Calc (window_start, (window_start + INTERVAL '10 s') AS $end)
                #30 Calc (window_start)
                  #3 (see above)
#42 Sink by_value (e, s, k)
     filesystem json out/by_value (one file per shard)
     writes: upsert by (e, s): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #41 LastRow by (e, s), without -U
       state: the rows of each key of windows open at once, bounded by the watermark
    #40 Exchange hash(e, s)
      #39 Calc (CAST(window_end AS TIMESTAMP(9)) AS e, agg0 AS s, CAST(k AS STRING) AS k)
        #7 (see above)
#51 Sink by_text (k, s)
     filesystem json out/by_text (one file per shard)
     writes: upsert by (k): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #50 LastRow by (k), without -U
       state: the rows of each key: unbounded
    #49 Exchange hash(k)
      #48 Calc (CAST(RPAD(CAST(k AS VARCHAR(5)), 5, ' ') AS VARCHAR(5)) AS k, agg0 AS s)
        #47 Aggregate by (k) [COUNT(*)] emit on change
             state: one entry per key: unbounded
          #45 Exchange hash(k)
            #44 PartialAggregate by (k) [COUNT(*)]
                 gives: states of the groups of each batch in which keys repeat, and rows as they are
              #43 Calc (k)
                #0 (see above)
          #46 Exchange hash(k) of states
            #44 (see above)
#59 Sink by_key (k, n, s)
     filesystem json out/by_key (one file per shard)
     writes: upsert by (k, n): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #58 Exchange hash(k, n)
    #57 Calc (CAST(RPAD(CAST(k AS VARCHAR(5)), 5, ' ') AS VARCHAR(5)) AS k, CAST(n AS BIGINT) AS n, agg0 AS s)
      #56 Aggregate by (k, n) [COUNT(*)] emit on change, without -U
           state: one entry per key: unbounded
        #54 Exchange hash(k, n)
          #53 PartialAggregate by (k, n) [COUNT(*)]
               gives: states of the groups of each batch in which keys repeat, and rows as they are
            #52 Calc (CAST(RPAD(k, 3, ' ') AS VARCHAR(3)) AS k, n)
              #0 (see above)
        #55 Exchange hash(k, n) of states
          #53 (see above)
