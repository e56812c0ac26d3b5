//! The structural invariants of the source tree, held by reading it. Exceptions are listed here and may only shrink.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Folders of the row road.
const ROW_ROAD: [&str; 8] = ["shard", "route", "operator", "expr", "state", "batch", "progress", "format"];

/// Each outside crate of the design and the files that may use it.
const HOMES: [(&str, &[&str]); 12] = [
    ("arrow_array", &["embed/arrow/", "lib.rs"]),
    ("arrow_buffer", &["embed/arrow/"]),
    ("arrow_schema", &["embed/arrow/", "lib.rs"]),
    ("glommio", &["shard/executor.rs", "bench/queues.rs"]),
    ("core_affinity", &["sys/affinity.rs"]),
    ("sqlparser", &["plan/"]),
    ("heapless", &["route/ring.rs"]),
    ("hdrhistogram", &["metrics/histogram.rs", "metrics/interval_log.rs"]),
    ("bytemuck", &["batch/", "format/raw.rs", "state/words.rs"]),
    ("roaring", &["types/bitmap.rs"]),
    ("memmap2", &["state/words.rs"]),
    ("wasmtime", &["wasm/"]),
];

/// Who may import whom: a module may use only modules of a later line (and its own).
const LAYERS: [&[&str]; 17] = [
    &["cli"],
    &["bench"],
    &["embed"],
    &["engine"],
    &["shard"],
    &["compile"],
    &["plan", "operator"],
    &["sink"],
    &["source"],
    &["route"],
    &["wasm"],
    &["format", "expr", "state", "progress", "metrics"],
    &["batch"],
    &["config"],
    &["sys"],
    &["types"],
    &["limits", "error"],
];

/// Imports against the layers that are argued in ARCHITECTURE.md.
const LAYER_EXCEPTIONS: [(&str, &str); 0] = [];

struct Source {
    path: String,
    /// Without its tests and comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&Path::new(ROOT).join("src"), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("readable source");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            let name = path.strip_prefix(Path::new(ROOT).join("src")).expect("below src").to_string_lossy().into_owned();
            Source { path: name, code }
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn module(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or_default()
}

fn check(what: &str, offends: impl Fn(&Source) -> bool) {
    let offenders: Vec<String> = sources().into_iter().filter(|s| offends(s)).map(|s| s.path).collect();
    assert!(offenders.is_empty(), "{what}: {offenders:?}");
}

#[test]
fn no_lock_stands_on_the_row_road() {
    let words = ["Mutex", "RwLock", "Condvar", "lazy_static", "LazyLock", "OnceLock"];
    check("locks or lazy statics", |s| {
        ROW_ROAD.contains(&module(&s.path)) && !s.path.starts_with("expr/function") && words.iter().any(|w| s.code.contains(w))
    });
}

#[test]
fn every_outside_crate_has_one_home() {
    for (name, homes) in HOMES {
        check(&format!("uses of {name} outside {homes:?}"), |s| {
            let used = s.code.contains(&format!("{name}::")) || s.code.contains(&format!("use {name}"));
            used && !homes.iter().any(|h| s.path.starts_with(h))
        });
    }
}

#[test]
fn lower_layers_do_not_know_higher_ones() {
    let layer = |name: &str| LAYERS.iter().position(|l| l.contains(&name));
    let mut offences = Vec::new();
    for source in sources() {
        let own = module(&source.path).to_owned();
        let Some(own_layer) = layer(&own) else { continue };
        for part in source.code.split("crate::").skip(1) {
            let used: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let allowed = used == own || layer(&used).is_none_or(|l| l > own_layer);
            if !allowed && !LAYER_EXCEPTIONS.contains(&(source.path.as_str(), used.as_str())) {
                offences.push(format!("{} uses {used}", source.path));
            }
        }
    }
    offences.sort();
    offences.dedup();
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn row_road_reads_no_clock_and_no_file() {
    let words = ["Instant::now", "SystemTime", "std::fs", "File::open"];
    check("clocks or files", |s| {
        matches!(module(&s.path), "operator" | "expr" | "state" | "route" | "progress" | "batch" | "format")
            && !s.path.ends_with("/testing.rs")
            && words.iter().any(|w| s.code.contains(w))
    });
}

#[test]
fn unsafe_stands_only_in_named_files() {
    let named = [
        "shard/park.rs",
        "shard/executor.rs",
        "sys/cycles.rs",
        "sys/probe.rs",
        "batch/compress/x86.rs",
        "batch/vectors.rs",
        "state/key_hash.rs",
        "sys/prefetch.rs",
    ];
    check("unsafe code", |s| s.code.contains("unsafe {") && !named.contains(&s.path.as_str()));
}

#[test]
fn every_file_says_what_it_is_for() {
    for path in sources().into_iter().map(|s| s.path) {
        let text = fs::read_to_string(Path::new(ROOT).join("src").join(&path)).expect("readable source");
        assert!(text.starts_with("//!"), "{path} has no head");
    }
}

#[test]
fn nothing_unfinished_or_silenced() {
    let words = ["todo!(", "unimplemented!(", "allow(dead_code", "allow(unused", "dbg!("];
    check("unfinished or silenced code", |s| words.iter().any(|w| s.code.contains(w)));
}
