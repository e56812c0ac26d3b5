-- Read through by hand: of values that differ between a row and what takes it back warns who must match the two; sinks by key, and what is drawn below, do not.
CREATE TABLE t (k STRING, v INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE drawn (k STRING, n BIGINT, r DOUBLE) WITH ('connector' = 'print');
CREATE TABLE keyed (k STRING PRIMARY KEY NOT ENFORCED, n BIGINT, at TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'path' = 'out/keyed', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE nowhere (k STRING, n BIGINT, r DOUBLE) WITH ('connector' = 'blackhole');
CREATE TABLE counted (n BIGINT, c BIGINT) WITH ('connector' = 'print');
CREATE TABLE summed (k STRING, r BIGINT) WITH ('connector' = 'print');
CREATE TABLE some (k STRING, n BIGINT) WITH ('connector' = 'print');
INSERT INTO drawn SELECT k, COUNT(*), RAND() FROM t GROUP BY k;
INSERT INTO keyed SELECT k, COUNT(*), CURRENT_TIMESTAMP FROM t GROUP BY k;
INSERT INTO nowhere SELECT k, COUNT(*), RAND() FROM t GROUP BY k;
INSERT INTO counted SELECT n, COUNT(*) FROM (SELECT COUNT(*) + RAND_INTEGER(3) AS n FROM t GROUP BY k) GROUP BY n;
INSERT INTO summed SELECT k, SUM(r) FROM (SELECT k, RAND_INTEGER(5) AS r FROM t) GROUP BY k;
INSERT INTO some SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) WHERE NOW() > TIMESTAMP '2026-01-01 00:00:00';
-- plan
warning: RAND differs between a row of 'drawn' and the change that takes it back, which then does not match it
warning: RAND_INTEGER differs between a row of 'counted' and the change that takes it back, which then does not match it
warning: the time at which a row came differs between a row of 'some' and the change that takes it back, which then does not match it
== Logical plan ==
Write drawn (k, n, r)
  Calc (k, agg0 AS n, RAND() AS r)
    Aggregate by (k) [COUNT(*)] emit on change
      Scan t (k)
Write keyed (k, n, at)
  Calc (k, agg0 AS n, CURRENT_TIMESTAMP AS at)
    Aggregate by (k) [COUNT(*)] emit on change
      Scan t (k)
Write nowhere (k, n, r)
  Calc (k, agg0 AS n, RAND() AS r)
    Aggregate by (k) [COUNT(*)] emit on change
      Scan t (k)
Write counted (n, c)
  Aggregate by (n) [COUNT(*)] emit on change
    Calc ((agg0 + CAST(RAND_INTEGER(3) AS BIGINT)) AS n)
      Aggregate by (k) [COUNT(*)] emit on change
        Scan t (k)
Write summed (k, r)
  Aggregate by (k) [SUM(r)] emit on change
    Calc (k, RAND_INTEGER(5) AS r)
      Scan t (k)
Write some (k, n)
  Calc (k, agg0 AS n) where (CURRENT_TIMESTAMP > TIMESTAMP '2026-01-01 00:00:00.000')
    Aggregate by (k) [COUNT(*)] emit on change
      Scan t (k)

== Physical plan, 2 shards ==
#5 Sink drawn (k, n, r)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #4 Exchange gather to shard 0
    #3 Calc (k, agg0 AS n, RAND() AS r)
      #2 Aggregate by (k) [COUNT(*)] emit on change
           state: one entry per key: unbounded
        #1 Exchange hash(k)
          #0 Scan t (k)
               datagen 10 rows, 10000 a second (1 split)
#7 Sink keyed (k, n, at)
     filesystem json out/keyed (one file per shard)
     writes: upsert by (k): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #6 Calc (k, agg0 AS n, CURRENT_TIMESTAMP AS at)
    #2 (see above)
#9 Sink nowhere (k, n, r)
     blackhole
     writes: retract: the query takes rows back, whole
     delivery: none (rows are dropped)
  #8 Calc (k, agg0 AS n, RAND() AS r)
    #2 (see above)
#15 Sink counted (n, c)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #14 Exchange gather to shard 0
    #13 Aggregate by (n) [COUNT(*)] emit on change
         input: changelog
         state: one entry per key: unbounded
      #12 Exchange hash(n)
        #11 Consolidate where it pays
          #10 Calc ((agg0 + CAST(RAND_INTEGER(3) AS BIGINT)) AS n)
            #2 (see above)
#19 Sink summed (k, r)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #18 Exchange gather to shard 0
    #17 Aggregate by (k) [SUM(r)] emit on change
         state: one entry per key: unbounded
      #16 Calc (k, RAND_INTEGER(5) AS r)
        #1 (see above)
#22 Sink some (k, n)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #21 Exchange gather to shard 0
    #20 Calc (k, agg0 AS n) where (CURRENT_TIMESTAMP > TIMESTAMP '2026-01-01 00:00:00.000')
      #2 (see above)
