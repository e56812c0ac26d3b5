-- Join with a bounded side input, as it is when a bid comes.
CREATE TABLE side_input (`key` BIGINT, `value` STRING) WITH (
    'connector' = 'datagen', 'seed' = '13', 'number-of-rows' = '10000', 'rows-per-second' = 'unlimited',
    'fields.key.kind' = 'sequence', 'fields.key.start' = '0', 'fields.key.end' = '9999');
CREATE VIEW seen AS SELECT *, PROCTIME() AS moment FROM bid;

SELECT b.auction, b.bidder, b.price, b.dateTime, s.`value`
FROM seen AS b JOIN side_input FOR SYSTEM_TIME AS OF b.moment AS s ON MOD(b.auction, 10000) = s.`key`;
