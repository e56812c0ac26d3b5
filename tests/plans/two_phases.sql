-- Read through by hand: all rows are added up where they are read, and their states where the one result is; keys go to their shard at once.
CREATE TABLE t (id BIGINT, k STRING, v INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE a (n BIGINT, s BIGINT, d DOUBLE, l INT) WITH ('connector' = 'blackhole');
CREATE TABLE b (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO a SELECT COUNT(*), SUM(v), AVG(v), MIN(v) FROM t;
INSERT INTO b SELECT k, COUNT(*) FROM t GROUP BY k;
-- plan
== Logical plan ==
Write a (n, s, d, l)
  Aggregate by () [COUNT(*), SUM(v), AVG(v), MIN(v)] emit on change
    Calc (v)
      Scan t (k, v)
Write b (k, n)
  Aggregate by (k) [COUNT(*)] emit on change
    Calc (k)
      Scan t (k, v)

== Physical plan, 2 shards ==
#11 Sink a (n, s, d, l)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #5 Aggregate by () [COUNT(*), SUM(v), AVG(v), MIN(v)] emit on change, without -U
       state: one entry
    #4 Exchange gather to shard 0
      #2 PartialAggregate by () [COUNT(*), SUM(v), AVG(v), MIN(v)]
           gives: states of the groups of each batch, and rows as they are
        #1 Calc (v)
          #0 Scan t (k, v)
               datagen 10 rows, 10000 a second (1 split)
    #3 Exchange gather to shard 0 of states
      #2 (see above)
#12 Sink b (k, n)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #10 Aggregate by (k) [COUNT(*)] emit on change, without -U
       state: one entry per key: unbounded
    #9 Exchange hash(k)
      #7 PartialAggregate by (k) [COUNT(*)]
           gives: states of the groups of each batch in which keys repeat, and rows as they are
        #6 Calc (k)
          #0 (see above)
    #8 Exchange hash(k) of states
      #7 (see above)
