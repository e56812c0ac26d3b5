-- Average closing price of each category.
SELECT category, AVG(final_price) AS average
FROM (
    SELECT a.id, a.category, MAX(b.price) AS final_price
    FROM auction AS a JOIN bid AS b ON a.id = b.auction
    WHERE b.dateTime BETWEEN a.dateTime AND a.expires
    GROUP BY a.id, a.category
) AS closed
GROUP BY category;
