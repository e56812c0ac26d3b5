-- How often each user bids within ten seconds by the clock. No two runs have the same windows; what is compared is their sum for each user.
CREATE VIEW seen AS SELECT bidder, PROCTIME() AS moment FROM bid;

SELECT bidder, COUNT(*) AS bids, window_start, window_end
FROM TABLE(TUMBLE(TABLE seen, DESCRIPTOR(moment), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
