//! The questions of NEXMark as SQL of this engine's dialect, over the tables `person`, `auction` and `bid`.
//!
//! All 23 stand here, also those that are refused today: whether a query runs is found out by planning it. Where the benchmark asks for a
//! function of its users' own (counting a letter), built-in functions do the same.

/// One question of the benchmark.
pub struct Question {
    /// `q0` to `q22`.
    pub name: &'static str,
    /// What it asks, in a few words.
    pub asks: &'static str,
    /// The last statement is a bare SELECT.
    pub sql: &'static str,
}

const fn question(name: &'static str, asks: &'static str, sql: &'static str) -> Question {
    Question { name, asks, sql }
}

/// Every bid with its auction, as far as it came while the auction was open; needs a join.
macro_rules! bids_in_time {
    () => {
        "CREATE VIEW in_time AS SELECT a.id, a.itemName, a.description, a.initialBid, a.reserve, a.dateTime AS opened, a.expires, \
             a.seller, a.category, a.extra, b.auction, b.bidder, b.price, b.dateTime AS bid_dateTime, b.extra AS bid_extra \
         FROM auction AS a JOIN bid AS b ON a.id = b.auction WHERE b.dateTime BETWEEN a.dateTime AND a.expires; "
    };
}

/// Counts of bids, bidders and auctions by three ranks of price.
macro_rules! ranks {
    () => {
        "COUNT(*) AS total_bids, COUNT(*) FILTER (WHERE price < 10000) AS rank1_bids, \
         COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids, \
         COUNT(*) FILTER (WHERE price >= 1000000) AS rank3_bids, \
         COUNT(DISTINCT bidder) AS total_bidders, COUNT(DISTINCT bidder) FILTER (WHERE price < 10000) AS rank1_bidders, \
         COUNT(DISTINCT bidder) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bidders, \
         COUNT(DISTINCT bidder) FILTER (WHERE price >= 1000000) AS rank3_bidders, \
         COUNT(DISTINCT auction) AS total_auctions, COUNT(DISTINCT auction) FILTER (WHERE price < 10000) AS rank1_auctions, \
         COUNT(DISTINCT auction) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_auctions, \
         COUNT(DISTINCT auction) FILTER (WHERE price >= 1000000) AS rank3_auctions "
    };
}

/// All questions in their order.
pub const QUESTIONS: [Question; 23] = [
    question("q0", "pass-through", "SELECT auction, bidder, price, dateTime, extra FROM bid"),
    question("q1", "currency conversion", "SELECT auction, bidder, 0.908 * price AS price, dateTime, extra FROM bid"),
    question("q2", "selection", "SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0"),
    question(
        "q3",
        "local item suggestion",
        "SELECT p.name, p.city, p.state, a.id FROM auction AS a JOIN person AS p ON a.seller = p.id \
         WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')",
    ),
    question(
        "q4",
        "average price for a category",
        concat!(
            bids_in_time!(),
            "SELECT category, AVG(final_price) AS average FROM \
             (SELECT id, category, MAX(price) AS final_price FROM in_time GROUP BY id, category) AS closed GROUP BY category"
        ),
    ),
    question(
        "q5",
        "hot items",
        "CREATE VIEW counts AS SELECT auction, window_start, window_end, COUNT(*) AS bids \
             FROM TABLE(HOP(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) \
             GROUP BY auction, window_start, window_end; \
         SELECT c.auction, c.bids FROM counts AS c JOIN \
             (SELECT window_start, window_end, MAX(bids) AS most FROM counts GROUP BY window_start, window_end) AS m \
             ON c.window_start = m.window_start AND c.window_end = m.window_end WHERE c.bids >= m.most",
    ),
    question(
        "q6",
        "average price of a seller's last ten auctions",
        concat!(
            bids_in_time!(),
            "CREATE VIEW won AS SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC, bid_dateTime) AS place \
                 FROM in_time) WHERE place <= 1; \
             SELECT seller, AVG(price) OVER (PARTITION BY seller ORDER BY bid_dateTime ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS average \
             FROM won"
        ),
    ),
    question(
        "q7",
        "highest bid",
        "SELECT b.auction, b.price, b.bidder, b.dateTime, b.extra FROM bid AS b JOIN \
             (SELECT MAX(price) AS highest, window_start, window_end \
              FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) AS w \
         ON b.price = w.highest WHERE b.dateTime >= w.window_start AND b.dateTime < w.window_end",
    ),
    question(
        "q8",
        "monitor new users",
        "SELECT p.id, p.name, p.window_start FROM \
             (SELECT id, name, window_start, window_end \
              FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) \
              GROUP BY id, name, window_start, window_end) AS p JOIN \
             (SELECT seller, window_start, window_end \
              FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) \
              GROUP BY seller, window_start, window_end) AS a \
         ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end",
    ),
    question(
        "q9",
        "winning bids",
        concat!(
            bids_in_time!(),
            "SELECT id, itemName, description, initialBid, reserve, opened, expires, seller, category, extra, auction, bidder, price, \
                 bid_dateTime, bid_extra \
             FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC, bid_dateTime) AS place FROM in_time) WHERE place <= 1"
        ),
    ),
    question(
        "q10",
        "log with day and minute",
        "SELECT auction, bidder, price, dateTime, extra, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS `day`, \
         DATE_FORMAT(dateTime, 'HH:mm') AS `minute` FROM bid",
    ),
    question(
        "q11",
        "sessions of users",
        "SELECT bidder, COUNT(*) AS bids, window_start, window_end \
         FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) \
         GROUP BY bidder, window_start, window_end",
    ),
    question(
        "q12",
        "windows of processing time",
        "CREATE VIEW seen AS SELECT bidder, PROCTIME() AS moment FROM bid; \
         SELECT bidder, COUNT(*) AS bids, window_start, window_end \
         FROM TABLE(TUMBLE(TABLE seen, DESCRIPTOR(moment), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end",
    ),
    question(
        "q13",
        "join with a bounded side input",
        "CREATE TABLE side_input (`key` BIGINT, `value` STRING) WITH ('connector' = 'datagen', 'seed' = '13', \
             'number-of-rows' = '10000', 'fields.key.kind' = 'sequence', 'fields.key.start' = '0', 'fields.key.end' = '9999'); \
         CREATE VIEW seen AS SELECT *, PROCTIME() AS moment FROM bid; \
         SELECT b.auction, b.bidder, b.price, b.dateTime, s.`value` FROM seen AS b \
         JOIN side_input FOR SYSTEM_TIME AS OF b.moment AS s ON MOD(b.auction, 10000) = s.`key`",
    ),
    question(
        "q14",
        "calculation",
        "SELECT auction, bidder, 0.908 * price AS price, \
             CASE WHEN HOUR(dateTime) >= 8 AND HOUR(dateTime) <= 18 THEN 'dayTime' \
                  WHEN HOUR(dateTime) <= 6 OR HOUR(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType, \
             dateTime, extra, CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', '')) AS c_counts \
         FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000",
    ),
    question(
        "q15",
        "bidding statistics of a day",
        concat!(
            "SELECT DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS `day`, ",
            ranks!(),
            "FROM bid GROUP BY DATE_FORMAT(dateTime, 'yyyy-MM-dd')"
        ),
    ),
    question(
        "q16",
        "statistics of a channel and day",
        concat!(
            "SELECT channel, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS `day`, MAX(DATE_FORMAT(dateTime, 'HH:mm')) AS `minute`, ",
            ranks!(),
            "FROM bid GROUP BY channel, DATE_FORMAT(dateTime, 'yyyy-MM-dd')"
        ),
    ),
    question(
        "q17",
        "statistics of an auction and day",
        "SELECT auction, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS `day`, COUNT(*) AS total_bids, \
             COUNT(*) FILTER (WHERE price < 10000) AS rank1_bids, \
             COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids, \
             COUNT(*) FILTER (WHERE price >= 1000000) AS rank3_bids, \
             MIN(price) AS min_price, MAX(price) AS max_price, AVG(price) AS avg_price, SUM(price) AS sum_price \
         FROM bid GROUP BY auction, DATE_FORMAT(dateTime, 'yyyy-MM-dd')",
    ),
    question(
        "q18",
        "last bid of a bidder on an auction",
        "SELECT auction, bidder, price, channel, url, dateTime, extra FROM \
             (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) AS place FROM bid) WHERE place <= 1",
    ),
    question(
        "q19",
        "ten highest bids of an auction",
        "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS place FROM bid) WHERE place <= 10",
    ),
    question(
        "q20",
        "bids with their auctions",
        "SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime, b.extra, a.itemName, a.description, a.initialBid, \
             a.reserve, a.dateTime AS opened, a.expires, a.seller, a.category, a.extra AS auction_extra \
         FROM bid AS b JOIN auction AS a ON b.auction = a.id WHERE a.category = 10",
    ),
    question(
        "q21",
        "channel ids",
        "SELECT auction, bidder, price, channel, \
             CASE WHEN LOWER(channel) = 'apple' THEN '0' WHEN LOWER(channel) = 'google' THEN '1' \
                  WHEN LOWER(channel) = 'facebook' THEN '2' WHEN LOWER(channel) = 'baidu' THEN '3' \
                  ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END AS channel_id \
         FROM bid WHERE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) IS NOT NULL \
             OR LOWER(channel) IN ('apple', 'google', 'facebook', 'baidu')",
    ),
    question(
        "q22",
        "folders of urls",
        "SELECT auction, bidder, price, channel, SPLIT_INDEX(url, '/', 3) AS dir1, SPLIT_INDEX(url, '/', 4) AS dir2, \
         SPLIT_INDEX(url, '/', 5) AS dir3 FROM bid",
    ),
];
