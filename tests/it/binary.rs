//! The program itself: what it reads from a pipe, how it ends on its own, by `--duration` and by signals.
//!
//! The exit codes are those that `corelane run --help` promises.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

fn start(sql: &str, args: &[&str]) -> (TempDir, Child) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("job.sql");
    std::fs::write(&script, sql).expect("a script");
    let mut command = Command::new(env!("CARGO_BIN_EXE_corelane"));
    command.current_dir(folder.path()).arg("run").arg(&script).args(args);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    (folder, child)
}

fn piped(options: &str, bytes: &[u8]) -> (String, Output) {
    let sql = format!(
        "CREATE TABLE t (a INT, c VARCHAR(2)) WITH ('connector' = 'filesystem', 'path' = '-', {options});
         CREATE TABLE o (a INT, c VARCHAR(2)) WITH ('connector' = 'filesystem', 'path' = 'out.csv', 'format' = 'csv', 'sink.single-file' = 'true');
         INSERT INTO o SELECT a, c FROM t WHERE a > 1;"
    );
    let (folder, mut child) = start(&sql, &[]);
    child.stdin.take().expect("a pipe").write_all(bytes).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    (std::fs::read_to_string(folder.path().join("out.csv")).unwrap_or_default(), output)
}

#[test]
fn standard_input_is_read_to_its_end() {
    let raw: Vec<u8> =
        [(1_i32, b"x\0"), (2, b"yz"), (3, b"z\0")].iter().flat_map(|(a, c)| [&a.to_le_bytes()[..], *c].concat()).collect();
    let cases: [(&str, &[u8]); 3] = [
        ("'format' = 'raw'", &raw),
        ("'format' = 'csv'", b"1,x\n2,yz\n3,z\n"),
        ("'format' = 'json'", b"{\"a\":1,\"c\":\"x\"}\n{\"a\":2,\"c\":\"yz\"}\n{\"c\":\"z\",\"a\":3}"),
    ];
    for (options, bytes) in cases {
        let (written, output) = piped(options, bytes);
        assert_eq!((written.as_str(), output.status.code()), ("2,yz\n3,z\n", Some(0)), "{options}: {output:?}");
    }
}

#[test]
fn bad_record_on_standard_input_fails_the_program_where_the_table_says_so() {
    let (_, output) = piped("'format' = 'csv', 'on.error' = 'fail'", b"2,yz\nno number,z\n");
    assert!(output.status.code().is_some_and(|code| code != 0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("stdin"), "{output:?}");
}

#[test]
fn settings_of_another_cluster_are_passed_over_with_a_warning() {
    let (_folder, child) = start("SET 'pipeline.name' = 'x'; SET 'execution.runtime-mode' = 'streaming'; SELECT 7;", &[]);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"+I[7]\n"[..]), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("SET 'pipeline.name' says nothing here"), "{output:?}");
}

const ENDLESS: &str = "CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000'); SELECT a FROM t;";

#[test]
fn duration_drains_a_job_without_end() {
    let (_folder, child) = start(ENDLESS, &["--duration", "100ms"]);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // How many rows there are in the time is up to the host.
    let printed = String::from_utf8_lossy(&output.stdout).lines().count();
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(notes.contains(&format!("rows: {printed} in, {printed} out")), "{printed} rows were printed: {notes}");
}

fn terminate(child: &Child) {
    let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status().expect("a shell");
    assert!(sent.success());
}

/// Sends the second signal once the first was heeded, and gives how the program ended.
fn terminate_twice(mut child: Child) -> (Option<i32>, String) {
    let mut notes = BufReader::new(child.stderr.take().expect("a pipe"));
    terminate(&child);
    let mut seen = String::new();
    while !seen.contains("once more stops at once") {
        assert!(notes.read_line(&mut seen).expect("readable") > 0, "{seen}");
    }
    terminate(&child);
    std::io::Read::read_to_string(&mut notes, &mut seen).expect("readable");
    (child.wait().expect("it ends").code(), seen)
}

#[test]
fn first_signal_drains_the_job() {
    let (_folder, mut child) = start(ENDLESS, &[]);
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    out.read_line(&mut String::new()).expect("it prints once it runs");
    terminate(&child);
    std::io::copy(&mut out, &mut std::io::sink()).expect("readable");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

/// Bytes that wait inside the kernel, on either side, in connections to this port.
fn bytes_in_sockets(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a Linux host");
    let port = format!(":{port:04X}");
    let queues = |line: &str| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let ours = columns[1].ends_with(&port) || columns[2].ends_with(&port);
        let bytes = columns[4].split(':').map(|hex| usize::from_str_radix(hex, 16).unwrap_or(0));
        if ours { bytes.sum() } else { 0 }
    };
    table.lines().skip(1).map(queues).sum()
}

#[test]
fn second_signal_stops_a_job_whose_server_does_not_read() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("an address");
    let sql = format!(
        "CREATE TABLE t (a VARCHAR) WITH ('connector' = 'filesystem', 'path' = '-', 'format' = 'csv');
         CREATE TABLE o (a VARCHAR) WITH ('connector' = 'tcp', 'connect' = '{address}', 'format' = 'csv');
         INSERT INTO o SELECT a FROM t;"
    );
    let (_folder, mut child) = start(&sql, &[]);
    let line = ["x".repeat(4095), "\n".to_owned()].concat();
    let mut input = child.stdin.take().expect("a pipe");
    let taken = AtomicUsize::new(0);
    let (code, notes) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while input.write_all(line.as_bytes()).is_ok() {
                taken.fetch_add(line.len(), Ordering::Relaxed);
            }
        });
        // What the job has taken and the sockets do not hold waits in its writer, which may hold 4 MiB, and only little of it in its input.
        while taken.load(Ordering::Relaxed) < bytes_in_sockets(address.port()) + (7 << 19) {
            std::thread::yield_now();
        }
        terminate_twice(child)
    });
    assert_eq!(code, Some(1), "{notes}");
    assert!(notes.contains("stopped before it was done"), "{notes}");
}

#[test]
fn second_signal_stops_a_job_that_waits_for_a_full_pipe() {
    let (_folder, mut child) = start(&ENDLESS.replace("1000", "unlimited"), &[]);
    let mut out = child.stdout.take().expect("a pipe");
    std::io::Read::read_exact(&mut out, &mut [0]).expect("it prints once it runs");
    let (code, notes) = terminate_twice(child);
    assert_eq!(code, Some(1), "{notes}");
    assert!(notes.contains("stopped before it was done"), "{notes}");
}
