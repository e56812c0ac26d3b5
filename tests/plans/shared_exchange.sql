-- Read through by hand: one condition is asked once, and the rows go once by k, with the columns of all; another condition has its own way.
CREATE TABLE t (k STRING, v INT, w INT, x INT, note STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE sums (k STRING, s BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE most (k STRING, w INT) WITH ('connector' = 'blackhole');
CREATE TABLE notes (note STRING) WITH ('connector' = 'blackhole');
CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sums SELECT k, SUM(v * 2) FROM t WHERE x > 0 GROUP BY k;
INSERT INTO most SELECT k, MAX(w) FROM t WHERE x > 0 GROUP BY k;
INSERT INTO notes SELECT note FROM t WHERE x > 0;
INSERT INTO counts SELECT k, COUNT(*) FROM t WHERE x > 1 GROUP BY k;
-- plan
== Logical plan ==
Write sums (k, s)
  Aggregate by (k) [SUM(expr1)] emit on change
    Calc (k, (v * 2) AS expr1)
      Calc (k, v, w, note) where (x > 0)
        Scan t (k, v, w, x, note)
Write most (k, w)
  Aggregate by (k) [MAX(w)] emit on change
    Calc (k, w)
      Calc (k, v, w, note) where (x > 0)
        Scan t (k, v, w, x, note)
Write notes (note)
  Calc (note)
    Calc (k, v, w, note) where (x > 0)
      Scan t (k, v, w, x, note)
Write counts (k, n)
  Aggregate by (k) [COUNT(*)] emit on change
    Calc (k) where (x > 1)
      Scan t (k, v, w, x, note)

== Physical plan, 2 shards ==
#6 Sink sums (k, s)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #5 Aggregate by (k) [SUM(expr1)] emit on change, without -U
       state: one entry per key: unbounded
    #4 Calc (k, (v * 2) AS expr1)
      #3 Exchange hash(k)
        #2 Calc (k, v, w)
          #1 Calc (k, v, w, note) where (x > 0)
            #0 Scan t (k, v, w, x, note)
                 datagen 10 rows, 10000 a second (1 split)
#9 Sink most (k, w)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #8 Aggregate by (k) [MAX(w)] emit on change, without -U
       state: one entry per key: unbounded
    #7 Calc (k, w)
      #3 (see above)
#11 Sink notes (note)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #10 Calc (note)
    #1 (see above)
#17 Sink counts (k, n)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #16 Aggregate by (k) [COUNT(*)] emit on change, without -U
       state: one entry per key: unbounded
    #14 Exchange hash(k)
      #13 PartialAggregate by (k) [COUNT(*)]
           gives: states of the groups of each batch in which keys repeat, and rows as they are
        #12 Calc (k) where (x > 1)
          #0 (see above)
    #15 Exchange hash(k) of states
      #13 (see above)
