-- Read through by hand: the windows of a window aggregate are windows for what stands above it, so that all of it only adds, and frees its rows.
CREATE TABLE bid (auction BIGINT, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE o (auction BIGINT, num BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE p (auction BIGINT, num BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE VIEW counts AS SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end;
INSERT INTO o SELECT a.auction, a.num FROM counts AS a JOIN (SELECT MAX(num) AS maxn, starttime, endtime FROM counts GROUP BY starttime, endtime) AS b ON a.starttime = b.starttime AND a.endtime = b.endtime AND a.num >= b.maxn;
INSERT INTO p SELECT auction, num, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window ORDER BY num DESC) AS n FROM (SELECT auction, tumble(interval '10 seconds') AS window, COUNT(*) AS num FROM bid GROUP BY auction, window)) WHERE n <= 3;
-- plan
== Logical plan ==
Write o (auction, num)
  Calc (auction, num)
    WindowJoin inner on ((left.starttime = right.starttime) AND (num >= maxn)), left.endtime = right.endtime
      Calc (auction, agg0 AS num, window_start AS starttime, window_end AS endtime)
        WindowAggregate HOP(10 s every 2 s) on ts by (auction) [COUNT(*)] emit on close
          Scan bid (auction, ts, $watermark)
      Calc (agg0 AS maxn, window_start AS starttime, window_end AS endtime)
        WindowAggregate GIVEN on endtime by (starttime) [MAX(num)] emit on close
          Calc (agg0 AS num, window_end AS endtime, window_start AS starttime)
            WindowAggregate HOP(10 s every 2 s) on ts by (auction) [COUNT(*)] emit on close
              Scan bid (auction, ts, $watermark)
Write p (auction, num, n)
  Calc (auction, num, rank AS n)
    Rank ROW_NUMBER by (window) in order of (num DESC) up to 3 emit on close
      Calc (auction, $CANONICAL(CAST((((('{"start":"' || CAST(window_start AS STRING)) || '","end":"') || CAST(window_end AS STRING)) || '"}') AS ROW<start TIMESTAMP(3), end TIMESTAMP(3)>)) AS window, agg0 AS num, window_end)
        WindowAggregate TUMBLE(10 s) on ts by (auction) [COUNT(*)] emit on close
          Scan bid (auction, ts, $watermark)

== Physical plan, 2 shards ==
#11 Sink o (auction, num)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #10 Calc (auction, num)
    #9 WindowJoin inner on (left.starttime = right.starttime), left.endtime = right.endtime where (num >= maxn)
         state: rows of open windows, bounded by the watermark
      #5 Calc (auction, agg0 AS num, window_start AS starttime, window_end AS endtime)
        #4 Exchange hash(window_start)
          #3 Calc (auction, window_start, window_end, agg0)
            #2 WindowAggregate HOP(10 s every 2 s) on ts by (auction) [COUNT(*)] emit on close
                 late: by $watermark, the watermark of the row's split
                 state: windows open at once, bounded by the watermark
              #1 Exchange hash(auction)
                #0 Scan bid (auction, ts, $watermark)
                     datagen 10 rows, 10000 a second (1 split)
                     watermark: (ts - INTERVAL '1 s')
      #8 Calc (agg0 AS maxn, window_start AS starttime, window_end AS endtime)
        #7 WindowAggregate GIVEN on endtime by (starttime) [MAX(num)] emit on close
             late: by the watermark of the operator
             state: windows open at once, bounded by the watermark
          #6 Calc (agg0 AS num, window_end AS endtime, window_start AS starttime)
            #4 (see above)
#17 Sink p (auction, num, n)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #16 Calc (auction, num, rank AS n)
    #15 Rank ROW_NUMBER by (window) in order of (num DESC) up to 3 emit on close
         late: by the watermark of the operator
         state: windows open at once, bounded by the watermark
      #14 Exchange hash(window)
        #13 Calc (auction, $CANONICAL(CAST((((('{"start":"' || CAST(window_start AS STRING)) || '","end":"') || CAST(window_end AS STRING)) || '"}') AS ROW<start TIMESTAMP(3), end TIMESTAMP(3)>)) AS window, agg0 AS num, window_end)
          #12 WindowAggregate TUMBLE(10 s) on ts by (auction) [COUNT(*)] emit on close
               late: by $watermark, the watermark of the row's split
               state: windows open at once, bounded by the watermark
            #1 (see above)
