-- Read through by hand: LATERAL is a join or a projection over the rows before it, and its own hints say how its table is joined.
CREATE TABLE a (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE b (k INT, w INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE projected (x INT) WITH ('connector' = 'blackhole');
CREATE TABLE joined (v INT, w INT) WITH ('connector' = 'blackhole');
CREATE TABLE in_time (v INT, w INT) WITH ('connector' = 'blackhole');
INSERT INTO projected SELECT m.y FROM a, LATERAL (SELECT v + 1 AS x WHERE v > 0) AS l, LATERAL (SELECT x * 2 AS y) AS m;
INSERT INTO joined SELECT v, w FROM a, LATERAL (SELECT /*+ STATE_TTL('b' = '1 h'), BROADCAST(b) */ w FROM b WHERE b.k = a.k) AS l;
INSERT INTO in_time SELECT v, w FROM a, LATERAL (SELECT w FROM b WHERE b.k = a.k AND b.ts BETWEEN a.ts - INTERVAL '5' SECOND AND a.ts) AS l;
-- plan
== Logical plan ==
Write projected (x)
  Calc (((v + 1) * 2) AS x) where (v > 0)
    Scan a (k, v, ts, $watermark)
Write joined (v, w)
  Calc (v, w)
    Join inner on (right.k = left.k)
      Calc (k, v)
        Scan a (k, v, ts, $watermark)
      Calc (k, w)
        Scan b (k, w, ts, $watermark)
Write in_time (v, w)
  Calc (v, w)
    IntervalJoin inner on (right.k = left.k), left.ts - right.ts between 0 d and 5 s
      Scan a (k, v, ts, $watermark)
      Scan b (k, w, ts, $watermark)

== Physical plan, 2 shards ==
#12 Sink projected (x)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #1 Calc (((v + 1) * 2) AS x) where (v > 0)
    #0 Scan a (k, v, ts, $watermark)
         datagen 10 rows, 10000 a second (1 split)
         watermark: ts
#13 Sink joined (v, w)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #7 Calc (v, w)
    #6 Join inner on (left.k = right.k)
         state: all rows of the left input: unbounded; rows of the right input that came within 1 h
      #2 Calc (k, v)
        #0 (see above)
      #5 Exchange broadcast to every shard
        #4 Calc (k, w)
          #3 Scan b (k, w, ts, $watermark)
               datagen 10 rows, 10000 a second (1 split)
               watermark: ts
#14 Sink in_time (v, w)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #11 Calc (v, w)
    #10 IntervalJoin inner on (left.k = right.k), left.ts - right.ts between 0 d and 5 s
         late: by $watermark, the watermark of the row's split
         state: left rows up to 0 s, right rows up to 5 s behind the watermark
      #8 Exchange hash(k)
        #0 (see above)
      #9 Exchange hash(k)
        #3 (see above)
