-- A TCP job: ticks as JSON lines on port 9900, count and average per symbol at the end.
-- Send some from another terminal:
--   printf '{"symbol":"ACME","price":10.5}\n{"symbol":"ACME","price":11.5}\nnot json\n' > /dev/tcp/127.0.0.1/9900
-- The job ends when that connection is closed; without 'tcp.end-after-connections' it goes on until Ctrl-C.

CREATE TABLE ticks (
    symbol STRING NOT NULL,
    price DOUBLE
) WITH (
    'connector' = 'tcp',
    'listen' = '127.0.0.1:9900',
    'format' = 'json',
    'tcp.end-after-connections' = '1'
);

SELECT symbol, COUNT(*) AS ticks, AVG(price) AS average
FROM ticks
GROUP BY symbol
EMIT FINAL;
