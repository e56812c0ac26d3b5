//! Settings of Flink that say how its cluster works and not what comes out. A script written for it may have them: they say nothing here.

use crate::error::{Error, Result};

/// What the keys of such settings begin with.
const FOREIGN: [&str; 34] = [
    "blob.",
    "classloader.",
    "cluster.",
    "env.",
    "execution.",
    "fs.",
    "heartbeat.",
    "high-availability",
    "jobmanager.",
    "kubernetes.",
    "metrics.",
    "parallelism.",
    "pekko.",
    "pipeline.",
    "rest.",
    "restart-strategy",
    "s3.",
    "security.",
    "sql-client.",
    "state.",
    "table.dynamic-table-options.enabled",
    "table.exec.async-lookup.",
    "table.exec.mini-batch.",
    "table.exec.resource.",
    "table.exec.shuffle-mode",
    "table.exec.simplify-operator-name-enabled",
    "table.exec.sink.keyed-shuffle",
    "table.exec.spill-compression.",
    "table.exec.window-agg.",
    "table.generated-code.",
    "table.optimizer.",
    "table.plan.",
    "taskmanager.",
    "yarn.",
];

/// Whether a SET of this key says nothing here. One that asks for other results than those which come out is an error.
pub fn is_foreign(key: &str, value: &str) -> Result<bool> {
    let is = |other: &str| value.trim().eq_ignore_ascii_case(other);
    match key {
        "execution.runtime-mode" if is("batch") => Err(Error::config("'execution.runtime-mode' = 'batch' is not supported")
            .hint("a query gives out its changes as rows come; EMIT FINAL behind it gives out what is left of them at the end")),
        "table.local-time-zone" if ["UTC", "GMT", "Z", "Etc/UTC"].iter().any(|zone| is(zone)) => Ok(true),
        "table.local-time-zone" => Err(Error::config(format!("'table.local-time-zone' = '{value}' is not supported"))
            .hint("dates and times of instants are those of UTC")),
        "table.sql-dialect" => Ok(is("default")),
        key => Ok(FOREIGN.iter().any(|begin| key.starts_with(begin))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_another_cluster_say_nothing() {
        for (key, value) in [
            ("pipeline.name", "x"),
            ("execution.runtime-mode", "streaming"),
            ("execution.checkpointing.interval", "10 s"),
            ("table.exec.mini-batch.enabled", "true"),
            ("table.local-time-zone", "utc"),
            ("table.sql-dialect", "default"),
        ] {
            assert!(is_foreign(key, value).expect("no other results"), "{key}");
        }
    }

    #[test]
    fn settings_of_this_engine_and_unknown_ones_are_not_passed_over() {
        let others = [
            ("table.exec.state.ttl", "1 h"),
            ("table.exec.source.idle-timeout", "1 s"),
            ("table.sql-dialect", "hive"),
            ("x", ""),
        ];
        for (key, value) in crate::config::KEYS.map(|key| (key, "")).into_iter().chain(others) {
            assert!(!is_foreign(key, value).expect("no other results"), "{key}");
        }
    }

    #[test]
    fn settings_that_ask_for_other_results_are_refused() {
        for (key, value) in [("execution.runtime-mode", "BATCH"), ("table.local-time-zone", "Asia/Shanghai")] {
            assert!(is_foreign(key, value).is_err(), "{key}");
        }
    }
}
