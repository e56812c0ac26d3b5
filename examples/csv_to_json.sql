-- A file job: orders from CSV to JSON lines, one part file.
-- The result is out/orders.json, written under a temporary name and renamed when the job ends.

CREATE TABLE orders (
    order_id BIGINT,
    customer STRING,
    country STRING,
    amount DECIMAL(10, 2),
    currency STRING,
    status STRING,
    note STRING,
    ordered_at TIMESTAMP(0)
) WITH (
    'connector' = 'filesystem',
    'path' = 'examples/data/orders.csv',
    'format' = 'csv',
    'csv.header' = 'true'
);

CREATE TABLE shipped (
    order_id BIGINT,
    customer STRING,
    euro_cents BIGINT,
    note STRING,
    ordered_at TIMESTAMP(0)
) WITH (
    'connector' = 'filesystem',
    'path' = 'out/orders.json',
    'format' = 'json'
);

INSERT INTO shipped
SELECT order_id, customer, CAST(amount * 100 AS BIGINT), note, ordered_at
FROM orders
WHERE status <> 'cancelled' AND currency = 'EUR';
