-- Read through by hand: changes by the key of the table go on as they are; others pass by the last row of each key.
CREATE TABLE t (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'changelog' = 'retract');
CREATE TABLE u (k STRING PRIMARY KEY NOT ENFORCED, v INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/kinds.csv', 'format' = 'csv', 'changelog' = 'upsert');
CREATE TABLE keyed (k STRING PRIMARY KEY NOT ENFORCED, v INT) WITH ('connector' = 'filesystem', 'path' = 'out/keyed', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE other (v INT PRIMARY KEY NOT ENFORCED, k STRING) WITH ('connector' = 'filesystem', 'path' = 'out/other', 'format' = 'json', 'changelog' = 'upsert');
CREATE TABLE whole (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = 'out/whole', 'format' = 'debezium-json');
INSERT INTO keyed SELECT k, SUM(v) FROM t GROUP BY k;
INSERT INTO other SELECT v, k FROM t;
INSERT INTO whole SELECT k, v FROM u;
-- plan
== Logical plan ==
Write keyed (k, v)
  Calc (k, CAST(agg0 AS INT) AS v)
    Aggregate by (k) [SUM(v)] emit on change
      Scan t (k, v)
Write other (v, k)
  Calc (v, k)
    Scan t (k, v)
Write whole (k, v)
  LastRow by (k)
    Scan u (k, v)

== Physical plan, 2 shards ==
#8 Sink keyed (k, v)
     filesystem json out/keyed (one file per shard)
     writes: upsert by (k): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #3 Calc (k, CAST(agg0 AS INT) AS v)
    #2 Aggregate by (k) [SUM(v)] emit on change, without -U
         input: changelog
         state: one entry per key: unbounded
      #1 Exchange hash(k)
        #0 Scan t (k, v)
             filesystem csv tests/sql/data/kinds.csv (1 split)
             gives: changelog
#11 Sink other (v, k)
     filesystem json out/other (one file per shard)
     writes: upsert by (v): a row takes the place of the one with its key
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #10 LastRow by (v), without -U
       state: the rows of each key: unbounded
    #9 Exchange hash(v)
      #4 Calc (v, k)
        #0 (see above)
#12 Sink whole (k, v)
     filesystem debezium-json out/whole (one file per shard)
     writes: retract: the query takes rows back, whole
     delivery: all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)
  #7 LastRow by (k)
       state: one row per key: unbounded
    #6 Exchange hash(k)
      #5 Scan u (k, v)
           filesystem csv tests/sql/data/kinds.csv (1 split)
           gives: the last row of each key
