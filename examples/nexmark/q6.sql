-- Average closing price of the last ten auctions of each seller.
CREATE VIEW won AS
SELECT seller, price, bid_dateTime
FROM (
    SELECT a.seller, b.price, b.dateTime AS bid_dateTime,
        ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) AS place
    FROM auction AS a JOIN bid AS b ON a.id = b.auction
    WHERE b.dateTime BETWEEN a.dateTime AND a.expires
)
WHERE place <= 1;

SELECT seller, AVG(price) OVER (PARTITION BY seller ORDER BY bid_dateTime ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS average
FROM won;
