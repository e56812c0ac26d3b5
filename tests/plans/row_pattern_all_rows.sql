-- Checked by reading: all rows with their time, by which a window above counts them; a match of at most 4 rows, and the 2 rows before it, are kept.
CREATE TABLE beats (node STRING, load INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
SELECT window_start, kind, COUNT(*) FROM TABLE(TUMBLE(TABLE (SELECT * FROM beats MATCH_RECOGNIZE (
  PARTITION BY node ORDER BY ts
  MEASURES CLASSIFIER() AS kind, FINAL LAST(hi.load) AS top
  ALL ROWS PER MATCH OMIT EMPTY MATCHES
  PATTERN (PERMUTE(lo, hi) {- same? -} hi??)
  SUBSET any_load = (lo, hi)
  DEFINE lo AS load < 10, hi AS load > PREV(load, 2) AND AVG(any_load.load) > 5, same AS load IN (1, 2)
)), DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, kind;
-- plan
== Logical plan ==
Write print (window_start, kind, EXPR$2)
  Calc (window_start, kind, agg0 AS EXPR$2)
    WindowAggregate TUMBLE(10 s) on ts by (kind) [COUNT(*)] emit on close
      Calc (read0 AS kind, ts)
        RowPattern ((lo hi | hi lo) {- same -}? hi??) by (node) in order of (ts) where lo: expr3, hi: ((LAST(load) > PREV(LAST(load), 2)) AND (AVG(load) of (lo, hi) > CAST(5 AS DOUBLE))), same: expr4, all rows per match, omit empty matches, skip past last row [LAST(CLASSIFIER())] emit as the watermark passes
          Calc (node, load, ts, (load < 10) AS expr3, (load IN (1, 2)) AS expr4, $watermark)
            Scan beats (node, load, ts, $watermark)

== Physical plan, 2 shards ==
#9 Sink print (window_start, kind, EXPR$2)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #8 Exchange gather to shard 0
    #7 Calc (window_start, kind, agg0 AS EXPR$2)
      #6 WindowAggregate TUMBLE(10 s) on ts by (kind) [COUNT(*)] emit on close
           late: by the watermark of the operator
           state: windows open at once, bounded by the watermark
        #5 Exchange hash(kind)
          #4 Calc (read0 AS kind, ts)
            #3 RowPattern ((lo hi | hi lo) {- same -}? hi??) by (node) in order of (ts) where lo: expr3, hi: ((LAST(load) > PREV(LAST(load), 2)) AND (AVG(load) of (lo, hi) > CAST(5 AS DOUBLE))), same: expr4, all rows per match, omit empty matches, skip past last row [LAST(CLASSIFIER())] emit as the watermark passes
                 late: by $watermark, the watermark of the row's split
                 state: rows that the watermark has not passed; the last 6 rows per key: unbounded
              #2 Exchange hash(node)
                #1 Calc (node, load, ts, (load < 10) AS expr3, (load IN (1, 2)) AS expr4, $watermark)
                  #0 Scan beats (node, load, ts, $watermark)
                       memory (0 splits)
                       watermark: ts
