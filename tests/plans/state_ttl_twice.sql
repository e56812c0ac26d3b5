-- Read through by hand: of two times to live of one input the first counts, two days.
CREATE TABLE a (id INT, k STRING) WITH ('connector' = 'datagen');
CREATE TABLE b (id INT, k STRING) WITH ('connector' = 'datagen');
CREATE TABLE o (x INT, y INT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT /*+ STATE_TTL('a' = '1 d', 'b' = '2 d'), STATE_TTL('b' = '1 h') */ a.id, b.id FROM a JOIN b ON a.k = b.k;
-- plan
== Logical plan ==
Write o (x, y)
  Calc (id AS x, id AS y)
    Join inner on (left.k = right.k)
      Scan a (id, k)
      Scan b (id, k)

== Physical plan, 2 shards ==
#6 Sink o (x, y)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #5 Calc (id AS x, id AS y)
    #4 Join inner on (left.k = right.k)
         state: rows of the left input that came within 1 d; rows of the right input that came within 2 d
      #2 Exchange hash(k)
        #0 Scan a (id, k)
             datagen without end, 10000 a second (1 split)
      #3 Exchange hash(k)
        #1 Scan b (id, k)
             datagen without end, 10000 a second (1 split)
