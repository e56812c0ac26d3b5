-- Read through by hand: one scan, and behind it an exchange for each way; where rows stay, states are exchanged, and where they lie by key, nothing.
CREATE TABLE t (id BIGINT, k STRING, v INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE a (v INT) WITH ('connector' = 'blackhole');
CREATE TABLE b (k STRING, id BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE c (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE d (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO a SELECT v + 1 FROM t /*+ ROUND_ROBIN */ WHERE v > 0;
INSERT INTO b SELECT k, id, COUNT(*) FROM t /*+ HASH(k) */ GROUP BY k, id;
INSERT INTO c SELECT k, COUNT(*) FROM t /*+ SOURCE_ALIGNED */ GROUP BY k;
INSERT INTO d SELECT k, COUNT(*) FROM t /*+ FAN_IN */ GROUP BY k;
-- plan
== Logical plan ==
Write a (v)
  Calc ((v + 1) AS v) where (v > 0)
    Scan t (id, k, v) sent round robin
Write b (k, id, n)
  Aggregate by (k, id) [COUNT(*)] emit on change
    Calc (k, id)
      Scan t (id, k, v) sent by hash
Write c (k, n)
  Aggregate by (k) [COUNT(*)] emit on change
    Calc (k)
      Scan t (id, k, v) source-aligned
Write d (k, n)
  Aggregate by (k) [COUNT(*)] emit on change
    Calc (k)
      Scan t (id, k, v) fanned in

== Physical plan, 2 shards ==
#14 Sink a (v)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #2 Calc ((v + 1) AS v) where (v > 0)
    #1 Exchange round robin
      #0 Scan t (id, k, v)
           datagen 10 rows, 10000 a second (1 split)
#15 Sink b (k, id, n)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #5 Aggregate by (k, id) [COUNT(*)] emit on change, without -U
       state: one entry per key: unbounded
    #4 Calc (k, id)
      #3 Exchange hash(k)
        #0 (see above)
#16 Sink c (k, n)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #10 Aggregate by (k) [COUNT(*)] emit on change, without -U
       state: one entry per key: unbounded
    #9 Exchange hash(k)
      #7 PartialAggregate by (k) [COUNT(*)]
           gives: states of the groups of each batch, and rows as they are
        #6 Calc (k)
          #0 (see above)
    #8 Exchange hash(k) of states
      #7 (see above)
#17 Sink d (k, n)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #13 Aggregate by (k) [COUNT(*)] emit on change, without -U
       state: one entry per key: unbounded
    #12 Calc (k)
      #11 Exchange gather to shard 0
        #0 (see above)
