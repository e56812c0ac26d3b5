-- Read through by hand: LATERAL is a join or a projection over the rows before it, and its own hints say how its table is joined.
CREATE TABLE a (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE b (k INT, w INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE projected (x INT) WITH ('connector' = 'blackhole');
CREATE TABLE joined (v INT, w INT) WITH ('connector' = 'blackhole');
CREATE TABLE in_time (v INT, w INT) WITH ('connector' = 'blackhole');
CREATE TABLE left_in_time (v INT, w INT, x INT) WITH ('connector' = 'blackhole');
CREATE TABLE left_joined (v INT, w INT) WITH ('connector' = 'blackhole');
INSERT INTO projected SELECT m.y FROM a, LATERAL (SELECT v + 1 AS x WHERE v > 0) AS l, LATERAL (SELECT x * 2 AS y) AS m;
INSERT INTO joined SELECT v, w FROM a, LATERAL (SELECT /*+ STATE_TTL('b' = '1 h'), BROADCAST(b) */ w FROM b WHERE b.k = a.k) AS l;
INSERT INTO in_time SELECT v, w FROM a, LATERAL (SELECT w FROM b WHERE b.k = a.k AND b.ts BETWEEN a.ts - INTERVAL '5' SECOND AND a.ts) AS l;
INSERT INTO left_in_time SELECT v, w, x FROM a LEFT JOIN LATERAL (SELECT w, w + v AS x FROM b WHERE b.k = a.k AND b.ts BETWEEN a.ts - INTERVAL '5' SECOND AND a.ts) AS l ON TRUE;
INSERT INTO left_joined SELECT v, w FROM a LEFT JOIN LATERAL (SELECT /*+ STATE_TTL('b' = '1 h') */ w FROM b WHERE b.k = a.k) AS l ON TRUE;
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
Write left_in_time (v, w, x)
  Calc (v, w, CASE WHEN ($found IS NULL) THEN NULL ELSE (w + v) END AS x)
    IntervalJoin left on (right.k = left.k), left.ts - right.ts between 0 d and 5 s
      Scan a (k, v, ts, $watermark)
      Calc (k, w, ts, TRUE AS $found, $watermark)
        Scan b (k, w, ts, $watermark)
Write left_joined (v, w)
  Calc (v, w)
    Join left on (right.k = left.k)
      Calc (k, v)
        Scan a (k, v, ts, $watermark)
      Calc (k, w)
        Scan b (k, w, ts, $watermark)

== Physical plan, 2 shards ==
#2 Sink projected (x)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #1 Calc (((v + 1) * 2) AS x) where (v > 0)
    #0 Scan a (k, v, ts, $watermark)
         datagen 10 rows, 10000 a second (1 split)
         watermark: ts
#9 Sink joined (v, w)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #8 Calc (v, w)
    #7 Join inner on (left.k = right.k)
         state: all rows of the left input: unbounded; rows of the right input that came within 1 h
      #3 Calc (k, v)
        #0 (see above)
      #6 Exchange broadcast to every shard
        #5 Calc (k, w)
          #4 Scan b (k, w, ts, $watermark)
               datagen 10 rows, 10000 a second (1 split)
               watermark: ts
#14 Sink in_time (v, w)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #13 Calc (v, w)
    #12 IntervalJoin inner on (left.k = right.k), left.ts - right.ts between 0 d and 5 s
         late: by $watermark, the watermark of the row's split
         state: left rows up to 0 s, right rows up to 5 s behind the watermark
      #10 Exchange hash(k)
        #0 (see above)
      #11 Exchange hash(k)
        #4 (see above)
#18 Sink left_in_time (v, w, x)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #17 Calc (v, w, CASE WHEN ($found IS NULL) THEN NULL ELSE (w + v) END AS x)
    #16 IntervalJoin left on (left.k = right.k), left.ts - right.ts between 0 d and 5 s
         late: by $watermark, the watermark of the row's split
         state: left rows up to 0 s, right rows up to 5 s behind the watermark
      #10 (see above)
      #15 Calc (k, w, ts, TRUE AS $found, $watermark)
        #11 (see above)
#23 Sink left_joined (v, w)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #22 Calc (v, w)
    #21 Join left on (left.k = right.k)
         state: all rows of the left input: unbounded; rows of the right input that came within 1 h
      #19 Calc (k, v)
        #10 (see above)
      #20 Calc (k, w)
        #11 (see above)
