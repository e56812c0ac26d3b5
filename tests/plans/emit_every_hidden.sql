-- Checked by hand: the end of the window, which is not shown, goes along to where changes are held, in the ranking and in the union; the calc above leaves it out.
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE VIEW w AS SELECT k, window_start, window_end, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES;
SELECT k, s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY s DESC) AS n FROM w) WHERE n = 1 UNION ALL SELECT k, -s FROM w EMIT CHANGES EVERY INTERVAL '1' MINUTE;
-- plan
== Logical plan ==
Write print (k, s)
  Calc (k, s)
    Hold until the next multiple of 1 min, or $window_end has passed
      Union
        Calc (k, s, window_end AS $window_end)
          Rank ROW_NUMBER by (window_start, window_end) in order of (s DESC) up to 1 emit on change
            Calc (k, window_start, window_end, agg0 AS s)
              WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on change
                Scan t (k, v, ts, $watermark)
        Calc (k, -agg0 AS s, window_end AS $window_end)
          WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on change
            Scan t (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#16 Sink print (k, s)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #15 Consolidate
    #14 Exchange gather to shard 0
      #13 Calc (k, s)
        #12 Hold until the next multiple of 1 min, or $window_end has passed
             state: what has changed since the last multiple
          #11 Union
            #9 Calc (k, s, window_end AS $window_end)
              #8 Rank ROW_NUMBER by (window_start, window_end) in order of (s DESC) up to 1 emit on change
                   input: changelog
                   late: by the watermark of the operator
                   state: windows open at once, bounded by the watermark
                #7 Exchange hash(window_start, window_end)
                  #6 Consolidate where it pays
                    #5 Calc (k, window_start, window_end, agg0 AS s)
                      #4 WindowAggregate TUMBLE(10 s) on ts by (k) [SUM(v)] emit on change
                           late: by $watermark, the watermark of the row's split
                           state: windows open at once, bounded by the watermark
                        #2 Exchange hash(k)
                          #1 PartialAggregate TUMBLE(10 s) on ts by (k) [SUM(v)]
                               gives: states of the groups of each batch in which keys repeat, and rows as they are
                            #0 Scan t (k, v, ts, $watermark)
                                 datagen 10 rows, 10000 a second (1 split)
                                 watermark: ts
                        #3 Exchange hash(k) of states
                          #1 (see above)
            #10 Calc (k, -agg0 AS s, window_end AS $window_end)
              #4 (see above)
