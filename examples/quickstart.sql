-- Trades from a file and quotes from a generator; a filter, a keyed aggregate and a tumbling window.
-- Try: change the 497 below, break a word, or run with --cores 0.

CREATE TABLE trades (
    trade_id BIGINT,
    symbol STRING,
    price DECIMAL(12, 2),
    quantity INT,
    side STRING,
    ts TIMESTAMP(3),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
    'connector' = 'filesystem',
    'path' = 'examples/data/trades.jsonl',
    'format' = 'json'
);

CREATE TABLE quotes (
    id BIGINT,
    venue INT,
    bid DOUBLE
) WITH (
    'connector' = 'datagen',
    'number-of-rows' = '20000',
    'rows-per-second' = '20000',
    'seed' = '7',
    'fields.id.kind' = 'sequence',
    'fields.id.start' = '1',
    'fields.id.end' = '20000',
    'fields.venue.min' = '1',
    'fields.venue.max' = '4',
    'fields.bid.min' = '10',
    'fields.bid.max' = '500'
);

-- A filter: large trades as they come.
SELECT trade_id, symbol, price * quantity AS notional
FROM trades
WHERE quantity >= 497;

-- A tumbling window: volume and average price per symbol and ten seconds.
SELECT symbol, window_start, COUNT(*) AS trades, SUM(quantity) AS volume, AVG(price) AS average
FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY symbol, window_start, window_end;

-- A keyed aggregate over the generated stream, one row per venue at the end.
SELECT venue, COUNT(*) AS quotes, MIN(bid) AS low, MAX(bid) AS high
FROM quotes
WHERE bid > 400
GROUP BY venue
EMIT FINAL;
