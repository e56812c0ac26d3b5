//! Queries called directly, beside loops by hand. `cargo bench --bench by_hand`; small inside `cargo test`.

use std::process::ExitCode;

use corelane::cli::args::BenchName;
use corelane::cli::bench::harness;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    harness(BenchName::ByHand)
}
