-- Runs until it is stopped: 50,000 rows a second, counted per sensor and second.
-- Rows carry the time at which they were meant to be made, so that a stall shows in the latencies instead of hiding in them.
-- Try: corelane run examples/forever.sql --duration 10s --report out

CREATE TABLE readings (
    sensor INT,
    celsius DOUBLE,
    ts TIMESTAMP(3),
    WATERMARK FOR ts AS ts - INTERVAL '100' MILLISECOND
) WITH (
    'connector' = 'datagen',
    'rows-per-second' = '50000',
    'seed' = '1',
    'fields.sensor.min' = '1',
    'fields.sensor.max' = '1000',
    'fields.celsius.min' = '-20',
    'fields.celsius.max' = '60'
);

CREATE TABLE alarms (sensor INT, second TIMESTAMP(3), readings BIGINT, hottest DOUBLE) WITH ('connector' = 'blackhole');

INSERT INTO alarms
SELECT sensor, window_start, COUNT(*), MAX(celsius)
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '1' SECOND))
GROUP BY sensor, window_start, window_end;
