-- Read through by hand: with TWO_PHASE groups by key are added up twice too, but not where a function depends on the order of rows.
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';
CREATE TABLE t (id BIGINT, k STRING, v INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE a (k STRING, n BIGINT, d BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE b (k STRING, f INT) WITH ('connector' = 'blackhole');
INSERT INTO a SELECT k, COUNT(*), COUNT(DISTINCT v) FROM t GROUP BY k;
INSERT INTO b SELECT k, FIRST_VALUE(v) FROM t GROUP BY k;
-- plan
== Logical plan ==
Write a (k, n, d)
  Aggregate by (k) [COUNT(*), COUNT(DISTINCT v)] emit on change
    Scan t (k, v)
Write b (k, f)
  Aggregate by (k) [FIRST_VALUE(v)] emit on change
    Scan t (k, v)

== Physical plan, 2 shards ==
#7 Sink a (k, n, d)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #4 Aggregate by (k) [COUNT(*), COUNT(DISTINCT v)] emit on change, without -U
       state: one entry per key and one per different argument of DISTINCT: unbounded
    #3 Exchange hash(k)
      #1 PartialAggregate by (k) [COUNT(*), COUNT(DISTINCT v)]
           gives: states of the groups of each batch, and rows as they are
        #0 Scan t (k, v)
             datagen 10 rows, 10000 a second (1 split)
    #2 Exchange hash(k) of states
      #1 (see above)
#8 Sink b (k, f)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #6 Aggregate by (k) [FIRST_VALUE(v)] emit on change, without -U
       state: one entry per key: unbounded
    #5 Exchange hash(k)
      #0 (see above)
