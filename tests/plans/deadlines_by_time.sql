-- Read through by hand: what is kept by a time of which no row is late is freed with it, also where one of two columns has it; what is by another time is not.
CREATE TABLE a (k INT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE b (k INT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE VIEW near AS SELECT a.k, b.v, a.ts AS at, b.ts AS bt FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '10' MINUTE AND b.ts;
SELECT at, COUNT(*) FROM near GROUP BY at;
SELECT DISTINCT k, bt FROM near EMIT FINAL;
SELECT COALESCE(a.ts, b.ts), MAX(b.v) FROM a FULL JOIN b ON a.k = b.k AND a.ts = b.ts GROUP BY COALESCE(a.ts, b.ts);
SELECT ts, last, COUNT(*) FROM (SELECT ts, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS last FROM a) AS o GROUP BY ts, last;
SELECT a.k, COUNT(*) OVER (PARTITION BY a.ts ORDER BY a.v) FROM a ASOF JOIN b ON a.k = b.k AND a.ts >= b.ts;
SELECT near.bt, COUNT(*) FROM near JOIN a ON near.k = a.k AND a.ts BETWEEN near.at AND near.at + INTERVAL '1' MINUTE GROUP BY near.bt;
-- plan
== Logical plan ==
Write print (at, EXPR$1)
  Aggregate by (at) [COUNT(*)] emit on change
    Calc (ts AS at)
      IntervalJoin inner on (left.k = right.k), left.ts - right.ts between -10 min and 0 d
        Calc (k, ts, $watermark)
          Scan a (k, v, ts, $watermark)
        Calc (k, ts, $watermark)
          Scan b (k, v, ts, $watermark)
Write print 2 (k, bt)
  Distinct (k, bt)
    Calc (k, ts AS bt)
      IntervalJoin inner on (left.k = right.k), left.ts - right.ts between -10 min and 0 d
        Calc (k, ts, $watermark)
          Scan a (k, v, ts, $watermark)
        Calc (k, ts, $watermark)
          Scan b (k, v, ts, $watermark)
Write print 3 (EXPR$0, EXPR$1)
  Aggregate by (expr0) [MAX(v)] emit on change
    Calc (COALESCE(ts, ts) AS expr0, v)
      IntervalJoin full on (left.k = right.k), left.ts - right.ts between 0 d and 0 d
        Calc (k, ts, $watermark)
          Scan a (k, v, ts, $watermark)
        Scan b (k, v, ts, $watermark)
Write print 4 (ts, last, EXPR$2)
  Aggregate by (ts, last) [COUNT(*)] emit on change
    Calc (ts, over0 AS last)
      Over by (k) in order of (ts) [LAG(v, 1)] emit as the watermark passes
        Scan a (k, v, ts, $watermark)
Write print 5 (k, EXPR$1)
  Calc (k, over0 AS EXPR$1)
    Over by (ts) in order of (v) [COUNT(*) RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW] emit on change
      VersionedJoin inner on (left.k = right.k), the last with right.ts <= left.ts
        Scan a (k, v, ts, $watermark)
        Calc (k, ts, $watermark)
          Scan b (k, v, ts, $watermark)
Write print 6 (bt, EXPR$1)
  Aggregate by (bt) [COUNT(*)] emit on change
    Calc (bt)
      IntervalJoin inner on (left.k = right.k), at - ts between -1 min and 0 d
        Calc (k, ts AS at, ts AS bt)
          IntervalJoin inner on (left.k = right.k), left.ts - right.ts between -10 min and 0 d
            Calc (k, ts, $watermark)
              Scan a (k, v, ts, $watermark)
            Calc (k, ts, $watermark)
              Scan b (k, v, ts, $watermark)
        Calc (k, ts, $watermark)
          Scan a (k, v, ts, $watermark)

== Physical plan, 2 shards ==
#14 Sink print (at, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #13 Consolidate
    #12 Exchange gather to shard 0
      #11 Calc (at, agg0)
        #10 WindowAggregate GIVEN on $end by (at) [COUNT(*)] emit on change
             late: by the watermark of the operator
             state: windows open at once, bounded by the watermark
          #9 Exchange hash(at)
            #8 Calc (at, (CAST(at AS TIMESTAMP(0)) + INTERVAL '1 s') AS $end)
              #7 Calc (ts AS at)
                #6 IntervalJoin inner on (left.k = right.k), left.ts - right.ts between -10 min and 0 d
                     late: by $watermark, the watermark of the row's split
                     state: left rows up to 10 min, right rows up to 0 s behind the watermark
                  #2 Calc (k, ts, $watermark)
                    #1 Exchange hash(k)
                      #0 Scan a (k, v, ts, $watermark)
                           datagen 10 rows, 10000 a second (1 split)
                           watermark: ts
                  #5 Calc (k, ts, $watermark)
                    #4 Exchange hash(k)
                      #3 Scan b (k, v, ts, $watermark)
                           datagen 10 rows, 10000 a second (1 split)
                           watermark: ts
#20 Sink print 2 (k, bt)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #19 Exchange gather to shard 0
    #18 Calc (k, bt)
      #17 WindowAggregate GIVEN on $end by (k, bt) [] emit on close
           late: by the watermark of the operator
           state: windows open at once, bounded by the watermark
        #16 Calc (k, bt, (bt + INTERVAL '1 ns') AS $end)
          #15 Calc (k, ts AS bt)
            #6 (see above)
#29 Sink print 3 (EXPR$0, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #28 Consolidate
    #27 Exchange gather to shard 0
      #26 Calc (expr0, agg0)
        #25 WindowAggregate GIVEN on $end by (expr0) [MAX(v)] emit on change
             late: by the watermark of the operator
             state: windows open at once, bounded by the watermark
          #24 Exchange hash(expr0)
            #23 Calc (expr0, v, (CAST(expr0 AS TIMESTAMP(0)) + INTERVAL '1 s') AS $end)
              #22 Calc (COALESCE(ts, ts) AS expr0, v)
                #21 IntervalJoin full on (left.k = right.k), left.ts - right.ts between 0 d and 0 d
                     late: by $watermark, the watermark of the row's split
                     state: left rows up to 0 s, right rows up to 0 s behind the watermark
                  #2 (see above)
                  #4 (see above)
#38 Sink print 4 (ts, last, EXPR$2)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #37 Consolidate
    #36 Exchange gather to shard 0
      #35 Calc (ts, last, agg0)
        #34 WindowAggregate GIVEN on $end by (ts, last) [COUNT(*)] emit on change
             late: by the watermark of the operator
             state: windows open at once, bounded by the watermark
          #33 Exchange hash(ts, last)
            #32 Calc (ts, last, (CAST(ts AS TIMESTAMP(0)) + INTERVAL '1 s') AS $end)
              #31 Calc (ts, over0 AS last)
                #30 Over by (k) in order of (ts) [LAG(v, 1)] emit as the watermark passes
                     late: by $watermark, the watermark of the row's split
                     state: rows that the watermark has not passed; the last 2 rows per key: unbounded
                  #1 (see above)
#45 Sink print 5 (k, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #44 Consolidate
    #43 Exchange gather to shard 0
      #42 Calc (k, over0 AS EXPR$1)
        #41 Over by (ts) in order of (v) [COUNT(*) RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW] emit on change
             late: by the watermark of the operator
             state: windows open at once, bounded by the watermark
          #40 Exchange hash(ts)
            #39 VersionedJoin inner on (left.k = right.k), the last with right.ts <= left.ts
                 late: by $watermark, the watermark of the row's split
                 state: left rows until the watermark; of the right input one version per key and those behind the watermark: unbounded
              #1 (see above)
              #5 (see above)
#54 Sink print 6 (bt, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #53 Exchange gather to shard 0
    #52 Aggregate by (bt) [COUNT(*)] emit on change
         state: one entry per key: unbounded
      #50 Exchange hash(bt)
        #49 PartialAggregate by (bt) [COUNT(*)]
             gives: states of the groups of each batch in which keys repeat, and rows as they are
          #48 Calc (bt)
            #47 IntervalJoin inner on (left.k = right.k), at - ts between -1 min and 0 d
                 late: by $watermark, the watermark of the row's split
                 state: left rows up to 1 min, right rows up to 0 s behind the watermark
              #46 Calc (k, ts AS at, ts AS bt)
                #6 (see above)
              #2 (see above)
      #51 Exchange hash(bt) of states
        #49 (see above)
