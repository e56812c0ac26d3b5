-- Checked by reading: rows as they come, each at once, and nothing but a time to live bounds what is open; WITHIN makes them wait for the clock.
CREATE TABLE clicks (name STRING, page INT, came AS PROCTIME()) WITH ('connector' = 'memory');
SET 'table.exec.state.ttl' = '1 h';
SELECT * FROM clicks MATCH_RECOGNIZE (PARTITION BY name ORDER BY came MEASURES FIRST(a.page) AS first_page, b.page AS page
  PATTERN (a+ b) DEFINE b AS b.page > FIRST(a.page));
SELECT * FROM clicks MATCH_RECOGNIZE (ORDER BY came MEASURES MATCH_NUMBER() AS n, b.page AS page
  PATTERN (a+ b) WITHIN INTERVAL '1' MINUTE DEFINE b AS b.page > FIRST(a.page));
-- plan
== Logical plan ==
Write print (name, first_page, page)
  RowPattern (a+ b) by (name) in order of (arrival) where b: (LAST(b.page) > FIRST(a.page)), one row per match, skip past last row [FIRST(a.page), LAST(b.page)] emit at once
    Calc (name, page)
      Scan clicks (name, page, came, $watermark)
Write print 2 (n, page)
  RowPattern (a+ b) by () in order of (came) where b: (LAST(b.page) > FIRST(a.page)), one row per match, skip past last row, within 1 min [MATCH_NUMBER(), LAST(b.page)] emit as the watermark passes
    Calc (page, came, $watermark)
      Scan clicks (name, page, came, $watermark)

== Physical plan, 2 shards ==
#8 Sink print (name, first_page, page)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #7 Exchange gather to shard 0
    #3 RowPattern (a+ b) by (name) in order of (arrival) where b: (LAST(b.page) > FIRST(a.page)), one row per match, skip past last row [FIRST(a.page), LAST(b.page)] emit at once
         state: those of open matches, forgotten after 1 h without a row
      #2 Exchange hash(name)
        #1 Calc (name, page)
          #0 Scan clicks (name, page, came, $watermark) by processing time
               memory (0 splits)
               watermark: CURRENT_TIMESTAMP
#9 Sink print 2 (n, page)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #6 RowPattern (a+ b) by () in order of (came) where b: (LAST(b.page) > FIRST(a.page)), one row per match, skip past last row, within 1 min [MATCH_NUMBER(), LAST(b.page)] emit as the watermark passes
       late: by $watermark, the watermark of the row's split
       state: rows that the watermark has not passed; those of open matches within 1 min, bounded by the watermark; the count of matches, forgotten after 1 h without a row
    #5 Exchange gather to shard 0
      #4 Calc (page, came, $watermark)
        #0 (see above)
