//! The One Billion Row Challenge as a job, beside a reader by hand. `cargo bench --bench onebrc`; small inside `cargo test`.

use std::process::ExitCode;

use corelane::cli::args::BenchName;
use corelane::cli::bench::harness;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    harness(BenchName::Onebrc)
}
