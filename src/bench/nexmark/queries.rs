//! The questions of NEXMark as SQL of this engine's dialect, over the tables `person`, `auction` and `bid`: the files of `examples/nexmark`.
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

macro_rules! question {
    ($name:literal, $asks:literal) => {
        Question { name: $name, asks: $asks, sql: include_str!(concat!("../../../examples/nexmark/", $name, ".sql")) }
    };
}

/// All questions in their order.
pub const QUESTIONS: [Question; 23] = [
    question!("q0", "pass-through"),
    question!("q1", "currency conversion"),
    question!("q2", "selection"),
    question!("q3", "local item suggestion"),
    question!("q4", "average price for a category"),
    question!("q5", "hot items"),
    question!("q6", "average price of a seller's last ten auctions"),
    question!("q7", "highest bid"),
    question!("q8", "monitor new users"),
    question!("q9", "winning bids"),
    question!("q10", "log with day and minute"),
    question!("q11", "sessions of users"),
    question!("q12", "windows of processing time"),
    question!("q13", "join with a bounded side input"),
    question!("q14", "calculation"),
    question!("q15", "bidding statistics of a day"),
    question!("q16", "statistics of a channel and day"),
    question!("q17", "statistics of an auction and day"),
    question!("q18", "last bid of a bidder on an auction"),
    question!("q19", "ten highest bids of an auction"),
    question!("q20", "bids with their auctions"),
    question!("q21", "channel ids"),
    question!("q22", "folders of urls"),
];
