-- Checked by reading: what asks for the row alone is computed below, measures nobody reads are gone, the filter on the partition stands below; the interval bounds the state.
CREATE TABLE quotes (symbol STRING, price INT, qty INT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'memory');
SELECT symbol, bottom, n FROM quotes MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts, qty DESC
  MEASURES FIRST(fall.ts) AS began, LAST(fall.price) AS bottom, COUNT(fall.*) AS n, MATCH_ROWTIME() AS at
  AFTER MATCH SKIP TO LAST rise
  PATTERN (start fall+ rise{1,3}?) WITHIN INTERVAL '1' HOUR
  DEFINE fall AS fall.qty > 3 AND fall.price < LAST(price, 1), rise AS qty * 2 > 7 AND LAST(rise.price, 1) IS NOT NULL
) WHERE symbol <> 'x';
-- plan
== Logical plan ==
Write print (symbol, bottom, n)
  RowPattern (start fall+ rise{1,3}?) by (symbol) in order of (ts, qty DESC) where fall: expr5 AND (LAST(fall.price) < LAST(price, 1)), rise: expr6 AND (LAST(rise.price, 1) IS NOT NULL), one row per match, skip to last rise, within 1 h [LAST(fall.price), COUNT(*) of fall] emit as the watermark passes
    Calc (symbol, price, qty, ts, (qty > 3) AS expr5, ((qty * 2) > 7) AS expr6, $watermark) where (symbol <> 'x')
      Scan quotes (symbol, price, qty, ts, $watermark)

== Physical plan, 2 shards ==
#5 Sink print (symbol, bottom, n)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #4 Exchange gather to shard 0
    #3 RowPattern (start fall+ rise{1,3}?) by (symbol) in order of (ts, qty DESC) where fall: expr5 AND (LAST(fall.price) < LAST(price, 1)), rise: expr6 AND (LAST(rise.price, 1) IS NOT NULL), one row per match, skip to last rise, within 1 h [LAST(fall.price), COUNT(*) of fall] emit as the watermark passes
         late: by $watermark, the watermark of the row's split
         state: rows that the watermark has not passed; those of open matches within 1 h, bounded by the watermark
      #2 Exchange hash(symbol)
        #1 Calc (symbol, price, qty, ts, (qty > 3) AS expr5, ((qty * 2) > 7) AS expr6, $watermark) where (symbol <> 'x')
          #0 Scan quotes (symbol, price, qty, ts, $watermark)
               memory (0 splits)
               watermark: (ts - INTERVAL '1 s')
