//! Functions that Flink, DataFusion or RisingWave have and that mean nothing here, so that a call of one is told why, and what works instead.

use crate::error::Error;

/// Names in capitals, of which one that ends in `*` stands for all that begin so; why there is no such function; and a hint.
type Refused = (&'static [&'static str], &'static str, &'static str);

static REFUSED: [Refused; 21] = [
    (
        &["VARIANT_TYPEOF"],
        "a VARIANT is JSON, whose numbers have no types of their own",
        "JSON_TYPEOF(json) says whether it is an object, array, string, number, boolean or null",
    ),
    (&["UNION_*"], "there are no unions", "a ROW may have a field for each of the types"),
    (&["HEX_TO_INT256"], "there is no type INT256", "UNHEX(text) gives the bytes"),
    (&["ARROW_CAST"], "types have the names of SQL, not those of Arrow", "CAST(x AS type)"),
    (&["ARROW_TRY_CAST"], "types have the names of SQL, not those of Arrow", "TRY_CAST(x AS type)"),
    (&["ARROW_TYPEOF", "ARROW_FIELD"], "types have the names of SQL, not those of Arrow", "TYPEOF(x)"),
    (&["ARROW_METADATA", "WITH_METADATA"], "columns have no metadata of Arrow", "METADATA columns are declared in CREATE TABLE"),
    (&["MULTI_HASH"], "it hashes how Arrow lays rows out", "SHA256(CAST(ROW(a, b) AS STRING)) hashes values"),
    (&["SUBVECTOR"], "there is no type VECTOR", "ARRAY_SLICE(array, first, last)"),
    (
        &["TRIM_SCALE"],
        "a DECIMAL has the scale of its type",
        "MIN_SCALE(x) says how many digits count; CAST(x AS DECIMAL(10, 2))",
    ),
    (&["TO_ASCII"], "nothing here knows how letters are spelled in ASCII", "TRANSLATE(text, 'äé', 'ae')"),
    (
        &["OPENAI_EMBEDDING", "ML_PREDICT", "ML_EVALUATE", "VECTOR_SEARCH"],
        "no function calls a service",
        "CREATE FUNCTION ... LANGUAGE wasm adds a function",
    ),
    (&["USER", "CURRENT_USER", "SESSION_USER", "CURRENT_ROLE", "HAS_*"], "a job has no users", "CURRENT_DATABASE() is there"),
    (&["CURRENT_SETTING", "SET_CONFIG"], "settings are no values", "SET 'key' = 'value' sets one, SET shows them"),
    (
        &["DEDUPLICATE_KEEP_FIRST"],
        "OVER says which row of a key stays",
        "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t) WHERE n = 1 gives out the first row of each key once",
    ),
    (
        &["TO_CHANGELOG", "FROM_CHANGELOG"],
        "the kinds of rows are no column",
        "formats read and write them: 'debezium-json', 'maxwell-json', 'canal-json', 'ogg-json', or 'changelog' = 'retract' for 'json' and 'csv'",
    ),
    (
        &["SNAPSHOT"],
        "joins say how a table is met",
        "JOIN t FOR SYSTEM_TIME AS OF o.ts AS v ON o.k = v.k meets the rows of that time",
    ),
    (&["ROW_TIME"], "the event time of a row is a column", "name the column that WATERMARK FOR names"),
    (&["PG_SLEEP*"], "a row does not wait", "'rows-per-second' holds the source of generated rows back"),
    (&["INT8SEND", "INT8RECV"], "it is about the protocol of a server", "HEX(x) and UNHEX(text)"),
    (
        &["PG_*", "RW_*", "COL_DESCRIPTION", "OBJ_DESCRIPTION", "SHOBJ_DESCRIPTION", "FORMAT_TYPE", "CURRENT_SCHEMAS"],
        "it is about the catalog of a server",
        "SHOW TABLES, DESCRIBE t and TYPEOF(x) tell of the job",
    ),
];

/// What is said of a call of this name, in any case, if it is one of these.
pub fn refusal(name: &str) -> Option<Error> {
    let name = name.to_ascii_uppercase();
    let is_meant = |listed: &&str| listed.strip_suffix('*').map_or(**listed == name, |start| name.starts_with(start));
    let (_, why, hint) = REFUSED.iter().find(|(names, ..)| names.iter().any(&is_meant))?;
    Some(Error::sql(format!("there is no function '{name}': {why}")).hint(*hint))
}

/// What is said of a name that stands where a column would, if it is one of these that is called without brackets.
pub fn refusal_of_word(name: &str) -> Option<Error> {
    const WORDS: [&str; 4] = ["USER", "CURRENT_USER", "SESSION_USER", "CURRENT_ROLE"];
    if WORDS.iter().any(|word| word.eq_ignore_ascii_case(name)) { refusal(name) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::functions::names;

    #[test]
    fn what_is_refused_is_not_there() {
        let listed = REFUSED.iter().flat_map(|(names, ..)| *names).filter(|listed| !listed.ends_with('*'));
        for name in listed.chain(&["PG_SLEEP_FOR", "HAS_TABLE_PRIVILEGE", "RW_VNODE"]) {
            assert!(refusal(&name.to_lowercase()).is_some() && !names().any(|there| there == *name), "{name}");
        }
        assert!(refusal("UPPER").is_none());
        assert!(refusal_of_word("current_user").is_some() && refusal_of_word("has_stock").is_none());
    }
}
