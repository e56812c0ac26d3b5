-- Read through by hand: two inserts read one scan.
CREATE TABLE t (id BIGINT, k STRING, g INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE TABLE low (id BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE high (id BIGINT, k STRING) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO low SELECT id FROM t WHERE v < 5;
INSERT INTO high SELECT id, k FROM t WHERE v >= 5;
END;
-- plan
== Logical plan ==
Write low (id)
  Calc (id) where (v < 5)
    Scan t (id, k, v)
Write high (id, k)
  Calc (id, k) where (v >= 5)
    Scan t (id, k, v)

== Physical plan, 2 shards ==
#3 Sink low (id)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #1 Calc (id) where (v < 5)
    #0 Scan t (id, k, v)
         datagen 10 rows, 10000 a second (1 split)
#4 Sink high (id, k)
     blackhole
     writes: append: the query takes no row back
     delivery: none (rows are dropped)
  #2 Calc (id, k) where (v >= 5)
    #0 (see above)
