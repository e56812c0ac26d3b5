//! Writes the trades that the examples read: JSON lines, the same at every run.
//!
//! ```text
//! cargo run --example generate_trades > examples/data/trades.jsonl
//! ```

use std::io::{self, BufWriter, Write};

const TRADES: u64 = 3_000;
/// 2026-01-05 09:30:00 in milliseconds since 1970-01-01.
const OPENING_MS: u64 = 1_767_605_400_000;
const SYMBOLS: [(&str, f64); 6] =
    [("ACME", 120.0), ("BOLT", 48.5), ("CRUX", 310.0), ("DELTA", 12.25), ("ECHO", 76.0), ("FLUX", 201.5)];

fn main() -> io::Result<()> {
    let mut random = fastrand::Rng::with_seed(2026);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut prices = SYMBOLS.map(|(_, price)| price);
    let mut clock_ms = 0;
    for trade_id in 1..=TRADES {
        clock_ms += random.u64(5..75);
        let which = random.usize(..SYMBOLS.len());
        prices[which] = (prices[which] * (1.0 + (random.f64() - 0.5) * 0.004)).max(0.01);
        // One trade in fifty is reported a little late, so that times are not in order.
        let late_ms = if random.u8(..50) == 0 { random.u64(100..1_500).min(clock_ms) } else { 0 };
        let time_ms = clock_ms - late_ms;
        let seconds = (OPENING_MS + time_ms) / 1_000 % 86_400;
        let time = format!(
            "2026-01-05T{:02}:{:02}:{:02}.{:03}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60,
            (OPENING_MS + time_ms) % 1_000
        );
        writeln!(
            out,
            r#"{{"trade_id":{trade_id},"symbol":"{}","price":{:.2},"quantity":{},"side":"{}","ts":"{time}"}}"#,
            SYMBOLS[which].0,
            prices[which],
            random.u32(1..=500),
            if random.bool() { "buy" } else { "sell" },
        )?;
    }
    out.flush()
}
