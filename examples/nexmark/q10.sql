-- A log with day and minute, to be written to folders by day.
SELECT auction, bidder, price, dateTime, extra, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS `day`, DATE_FORMAT(dateTime, 'HH:mm') AS `minute`
FROM bid;
