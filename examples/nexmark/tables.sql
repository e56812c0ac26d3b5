-- The tables of the auction house: 2,000 events, 50 a second, over two days. Comes before a question:
--   corelane run examples/nexmark/tables.sql examples/nexmark/q7.sql

CREATE TABLE person (
    id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP(3), extra STRING,
    WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'nexmark.table' = 'person', 'number-of-events' = '2000', 'event-time-rate' = '50',
    'start-time' = '2015-07-15 23:59:45', 'seed' = '1', 'splits' = '4');

CREATE TABLE auction (
    id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3),
    seller BIGINT, category BIGINT, extra STRING,
    WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'nexmark.table' = 'auction', 'number-of-events' = '2000', 'event-time-rate' = '50',
    'start-time' = '2015-07-15 23:59:45', 'seed' = '1', 'splits' = '4');

CREATE TABLE bid (
    auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING,
    WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid', 'number-of-events' = '2000', 'event-time-rate' = '50',
    'start-time' = '2015-07-15 23:59:45', 'seed' = '1', 'splits' = '4');
