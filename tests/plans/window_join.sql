-- Read through by hand: the windows of both inputs are the same, so the join frees its rows as they close; the starts stay a key.
CREATE TABLE a (id BIGINT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE b (id BIGINT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (k STRING, n BIGINT, m BIGINT) WITH ('connector' = 'blackhole');
CREATE VIEW x AS SELECT k, COUNT(*) AS n, window_start, window_end FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO o SELECT x.k, x.n, y.id FROM x LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '5' SECOND))) AS y
ON x.k = y.k AND x.window_start = y.window_start AND x.window_end = y.window_end;
-- plan
== Logical plan ==
Write o (k, n, m)
  Calc (k, n, id AS m)
    WindowJoin left on ((left.k = right.k) AND (left.window_start = right.window_start)), left.window_end = right.window_end
      Calc (k, agg0 AS n, window_start, window_end)
        WindowAggregate TUMBLE(5 s) on ts by (k) [COUNT(*)] emit on close
          Scan a (k, ts, $watermark)
      Calc (id, k, ts, window_start, window_end, $watermark)
        WindowAssign TUMBLE(5 s) on ts
          Scan b (id, k, ts, $watermark)

== Physical plan, 2 shards ==
#13 Sink o (k, n, m)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #12 Calc (k, n, id AS m)
    #11 WindowJoin left on (left.k = right.k, left.window_start = right.window_start), left.window_end = right.window_end
         late: by $watermark, the watermark of the row's split
         state: rows of open windows, bounded by the watermark
      #9 Exchange hash(k, window_start)
        #5 Calc (k, agg0 AS n, window_start, window_end)
          #4 WindowAggregate TUMBLE(5 s) on ts by (k) [COUNT(*)] emit on close
               late: by $watermark, the watermark of the row's split
               state: windows open at once, bounded by the watermark
            #3 Exchange hash(k)
              #1 PartialAggregate TUMBLE(5 s) on ts by (k) [COUNT(*)]
                   gives: states of the groups of each batch in which keys repeat, and rows as they are
                #0 Scan a (k, ts, $watermark)
                     datagen 10 rows, 10000 a second (1 split)
                     watermark: (ts - INTERVAL '1 s')
            #2 Exchange hash(k) of states
              #1 (see above)
      #10 Exchange hash(k, window_start)
        #8 Calc (id, k, ts, window_start, window_end, $watermark)
          #7 WindowAssign TUMBLE(5 s) on ts
            #6 Scan b (id, k, ts, $watermark)
                 datagen 10 rows, 10000 a second (1 split)
                 watermark: (ts - INTERVAL '1 s')
