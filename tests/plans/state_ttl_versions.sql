-- Read through by hand: the hint is for the versions; rows on the left wait for the watermark alone.
CREATE TABLE o (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE r (k STRING, w INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (k) NOT ENFORCED)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SELECT /*+ STATE_TTL('r' = '36 h') */ o.id, r.w FROM o JOIN r FOR SYSTEM_TIME AS OF o.ts ON o.k = r.k;
-- plan
== Logical plan ==
Write print (id, w)
  Calc (id, w)
    VersionedJoin inner on (left.k = right.k), the last with right.ts <= left.ts
      Scan o (id, k, ts, $watermark)
      Scan r (k, w, ts, $watermark)

== Physical plan, 2 shards ==
#7 Sink print (id, w)
     print
     writes: append: the query takes no row back
     delivery: at-least-once (rows are written to standard output as they come)
  #6 Exchange gather to shard 0
    #5 Calc (id, w)
      #4 VersionedJoin inner on (left.k = right.k), the last with right.ts <= left.ts
           late: by $watermark, the watermark of the row's split
           state: left rows until the watermark; of the right input one version per key and those behind the watermark, forgotten after 36 h without a row
        #2 Exchange hash(k)
          #0 Scan o (id, k, ts, $watermark)
               datagen 10 rows, 10000 a second (1 split)
               watermark: ts
        #3 Exchange hash(k)
          #1 Scan r (k, w, ts, $watermark)
               datagen 10 rows, 10000 a second (1 split)
               watermark: ts
