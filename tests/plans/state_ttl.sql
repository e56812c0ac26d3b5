-- Read through by hand: a hint goes before the setting, for the one input that it names.
CREATE TABLE a (id INT, k STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE b (id INT, k STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SET 'table.exec.state.ttl' = '90 min';
SELECT /*+ STATE_TTL('j' = '1d') */ k, COUNT(*)
FROM (SELECT /*+ STATE_TTL('b' = '12 h') */ a.k FROM a JOIN b ON a.id = b.id) AS j
GROUP BY k;
-- plan
== Logical plan ==
Write print (k, EXPR$1)
  Aggregate by (k) [COUNT(*)] emit on change
    Calc (k)
      Join inner on (left.id = right.id)
        Scan a (id, k)
        Scan b (id)

== Physical plan, 2 shards ==
#11 Sink print (k, EXPR$1)
     print
     writes: retract: the query takes rows back, whole
     delivery: at-least-once (rows are written to standard output as they come)
  #10 Exchange gather to shard 0
    #9 Aggregate by (k) [COUNT(*)] emit on change
         state: one entry per key, forgotten after 1 d without a row
      #8 Exchange hash(k)
        #6 PartialAggregate by (k) [COUNT(*)]
             gives: states of the groups of each batch in which keys repeat, and rows as they are
          #5 Calc (k)
            #4 Join inner on (left.id = right.id)
                 state: rows of the left input that came within 90 min; rows of the right input that came within 12 h
              #2 Exchange hash(id)
                #0 Scan a (id, k)
                     datagen 10 rows, 10000 a second (1 split)
              #3 Exchange hash(id)
                #1 Scan b (id)
                     datagen 10 rows, 10000 a second (1 split)
      #7 Exchange hash(k) of states
        #6 (see above)
