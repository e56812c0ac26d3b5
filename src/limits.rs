//! Every capacity and bound of the engine, with the relations between them asserted at compile time.
//!
//! The doc of a bound says what happens when it is reached.

/// Batches (or marks) one ring of the mesh holds. Full: the producer keeps the rest in its outbox and stops ingesting.
pub const RING_BATCHES_MAX: usize = 64;

/// Rows of a batch unless the config says otherwise. Larger reads are cut.
pub const BATCH_ROWS_DEFAULT: usize = 1024;

/// Rows of the largest batch a config may ask for. More: an error of the config.
pub const BATCH_ROWS_MAX: usize = 65_536;

/// Full batches one turn reads of one scan, so that small ones share what a turn costs. The rest waits for the next turn.
pub const INGEST_BATCHES_PER_TURN: usize = 16;

/// Rows after which a turn reads no further batch of a scan, so that the first of them does not wait long for the last.
pub const INGEST_ROWS_PER_TURN: usize = 4096;

/// Messages one turn takes from one inbox ring. The rest waits for the next turn.
pub const INBOX_MESSAGES_PER_TURN: usize = 16;

/// Rows one turn emits from timers and closing windows. The rest waits for the next turn.
pub const TIMER_ROWS_PER_TURN: usize = 16_384;

/// Ways in which a match of a row pattern can still be made, of one partition. More: its first row is set aside, and none begins there.
pub const PATTERN_THREADS_MAX: usize = 4096;

/// Batches (or marks) between a program and a job that it runs, of each sender and of each result. Full: the sender waits; the writer of a
/// result keeps its batches, and from `SINK_BACKLOG_BYTES_MAX` on its shard stops ingesting.
pub const CHANNEL_BATCHES_MAX: usize = 64;

/// Shards of one job at the most. More cores: an error of the config.
pub const SHARDS_MAX: usize = 256;

/// Bytes of a table up to which a join sends it to every shard, unless `'table.optimizer.join.broadcast-threshold'` says otherwise. Larger ones
/// are cut by key.
pub const BROADCAST_BYTES_DEFAULT: u64 = 1 << 20;

/// Key groups keys are hashed to; the unit of placement on shards (at most 6 % imbalance up to 64 cores).
pub const KEY_GROUPS: usize = 1024;

/// Bytes of one input line unless the table says otherwise (`'line.max-bytes'`). Longer: the line is set aside.
pub const LINE_BYTES_DEFAULT: usize = 1 << 20;

/// Bytes one read asks for.
pub const READ_BYTES: usize = 256 << 10;

/// Bytes a sink writer may hold unwritten. More: the shard stops ingesting until it drains.
pub const SINK_BACKLOG_BYTES_MAX: usize = 4 << 20;

/// Nanoseconds after which a sink that takes nothing, and has no descriptor to wait on, is asked again.
pub const SINK_RETRY_NS: u64 = 1_000_000;

/// Milliseconds a job that is told to stop at once may take. More (a shard waits in a write that nobody reads): the program ends without it.
pub const STOP_PATIENCE_MS: u64 = 1_000;

/// One turn of so many is timed while a job is profiled, unless `profile.every` says otherwise. Odd, so that it meets turns of
/// both kinds where two alternate.
pub const PROFILE_EVERY_DEFAULT: u64 = 17;

/// Nanoseconds after which a scan by processing time that has nothing to read says again how late it is.
pub const PROCESSING_TIME_TICK_NS: u64 = 20_000_000;

/// Set-aside rows that are shown with their reason unless the config says otherwise; all are counted.
pub const ASIDE_SHOWN_DEFAULT: usize = 10;

/// Bytes of a set-aside row that are kept for showing it.
pub const ASIDE_TEXT_BYTES_MAX: usize = 512;

/// Bytes of a field's text that the reason of a set-aside row shows.
pub const ASIDE_FIELD_BYTES_MAX: usize = 40;

/// Depth of nesting an expression or query may have. Deeper: an error, instead of a stack overflow.
pub const NESTING_MAX: usize = 64;

/// Operators of a query that may stand over one another, those of its views and of WITH counted: joins in FROM too. More: an error, instead of a
/// stack overflow.
pub const PLAN_DEPTH_MAX: usize = 300;

/// Operators of a query, those of a view and of WITH counted wherever it is read. More: an error, instead of a plan that takes minutes.
pub const PLAN_OPERATORS_MAX: usize = 50_000;

/// Of how many types one that has a name may be made: those that name it are read as if it were written out. More: an error of CREATE TYPE.
pub const TYPE_PARTS_MAX: usize = 1024;

/// Panes one row may belong to in a hopping window. More: an error of the plan.
pub const WINDOW_PANES_MAX: i64 = 10_000;

/// Most grouping sets of one GROUP BY, each of which copies every row. More: an error of the query.
pub const GROUPING_SETS_MAX: usize = 256;

/// Most items that UNNEST makes of one MULTISET, whose text may be short. More: the row is set aside.
pub const MULTISET_ITEMS_MAX: i32 = 1 << 20;

/// Items of arrays over which the body of a lambda runs at once. With so many it runs, those of the last row being as many as they are.
pub const LAMBDA_ITEMS_MAX: usize = 1 << 14;

/// Steps that a function of WebAssembly may take for a row, unless SET 'wasm.fuel' says otherwise. More: an error of the row.
pub const WASM_FUEL_DEFAULT: u64 = 10_000_000;

/// Memory that an instance of a WebAssembly file may have, unless SET 'wasm.memory' says otherwise. More: it gets none, which is its own affair.
pub const WASM_MEMORY_BYTES_DEFAULT: usize = 16 << 20;

/// Stack of a call of WebAssembly, on that of the shard. More: an error of the row.
pub const WASM_STACK_BYTES: usize = 256 << 10;

/// Most items of a table of a WebAssembly file. More: the file is refused, or the table stays as it is.
pub const WASM_TABLE_ITEMS_MAX: usize = 1 << 16;

/// Most values of one GENERATE_SERIES, which are all made at once. More: an error of the row.
pub const SERIES_VALUES_MAX: usize = 1 << 20;

/// Most variables of a pattern of rows, one bit each. More: an error of the query.
pub const PATTERN_VARIABLES_MAX: usize = 64;

/// Most steps of a pattern of rows with its bounded repetitions and PERMUTE written out, each of which may be tried for every row. More: an error of the query.
pub const PATTERN_STEPS_MAX: usize = 1000;

const _: () = assert!(BATCH_ROWS_DEFAULT <= BATCH_ROWS_MAX);
const _: () = assert!(BATCH_ROWS_MAX <= u32::MAX as usize, "row numbers in a batch are u32");
const _: () = assert!(INBOX_MESSAGES_PER_TURN <= RING_BATCHES_MAX);
const _: () = assert!(KEY_GROUPS.is_power_of_two() && KEY_GROUPS >= SHARDS_MAX);
const _: () = assert!(PATTERN_VARIABLES_MAX <= u64::BITS as usize);
