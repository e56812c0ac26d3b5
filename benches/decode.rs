//! Bytes to columns: JSON lines and CSV beside the usual crates, and the whole way from a file to MIN, AVG and MAX.
//!
//! `cargo bench --bench decode` runs it large; inside `cargo test` it runs small and only holds the checksums.

#![expect(clippy::print_stdout, reason = "its output is the result")]

use corelane::bench::{Figure, Options, decode, onebrc};
use corelane::error::{Error, Result};
use corelane::sys::affinity::allowed_cores;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let large = std::env::args().any(|arg| arg == "--bench");
    let (records, rows, repeat) = if large { (1 << 20, 10_000_000, 5) } else { (2000, 10_000, 1) };
    let options = Options { cores: allowed_cores()?, records, repeat };
    println!("{} cores, {records} records, best of {repeat}", options.cores.len());
    let mut show = |figure: Figure| {
        let limit = figure.limit.map(|l| format!("at most {l}")).unwrap_or_default();
        println!("{:<60}{:>12.2} {:<10} {limit}", figure.name, figure.value, figure.unit);
    };
    decode::figures(&options, &mut show)?;
    let folder = std::env::temp_dir().join("corelane-bench");
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(format!("making {}", folder.display()), e))?;
    onebrc::figures(&options, rows, &folder, &mut show)
}
