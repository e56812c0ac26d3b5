//! What a job that idles keeps resident: this program started once more, with two shards, a source that gives nothing and a grouping
//! behind an exchange.
//!
//! The figure is `VmRSS` of `/proc/<pid>/status`, read when both shards have connected to a listener of ours, their threads are there and the value has
//! stood still for a while. The job then gets SIGTERM and has to end by itself with exit code 0.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Figure, Options, Show};
use crate::error::{Error, Result};

/// MiB that an idle job of two shards may keep.
const LIMIT_MIB: f64 = 64.0;

/// Shards of the job.
const SHARDS: usize = 2;

/// How long anything may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// From one look at the job to the next.
const INTERVAL: Duration = Duration::from_millis(20);

/// Looks in a row that have to give the same value.
const STEADY_LOOKS: usize = 15;

/// Measures it, where there are two cores and this program can be found.
pub fn gate(options: &Options, show: Show<'_>) -> Result<()> {
    let (Some(cores), Some(program)) = (options.cores.get(..SHARDS), program()) else { return Ok(()) };
    let mib = resident_kib(&program, cores)? as f64 / 1024.0;
    show(Figure::new("resident memory of an idle job with 2 shards", mib, "MiB").at_most(LIMIT_MIB));
    Ok(())
}

/// This program; for benches and tests of cargo, which stand in a folder below it, the one they were built with.
fn program() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    if own.file_name()? == "corelane" {
        return Some(own);
    }
    let beside = own.parent()?.parent()?.join("corelane");
    beside.is_file().then_some(beside)
}

/// Ends the job when it goes out of scope, whatever has happened.
struct Job(Child);

impl Drop for Job {
    fn drop(&mut self) {
        // Both do nothing to a job that has ended.
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

fn resident_kib(program: &Path, cores: &[usize]) -> Result<u64> {
    let failed = |e| Error::io("the idle job of the bench", e);
    let taker = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    taker.set_nonblocking(true).map_err(failed)?;
    let sql = format!(
        "CREATE TABLE silent (id BIGINT, name STRING) WITH ('connector' = 'tcp', 'format' = 'json', 'listen' = '127.0.0.1:0');
         CREATE TABLE taken (name STRING, n BIGINT) WITH ('connector' = 'tcp', 'format' = 'json', 'connect' = '{}');
         INSERT INTO taken SELECT name, COUNT(*) AS n FROM silent GROUP BY name EMIT FINAL;",
        taker.local_addr().map_err(failed)?
    );
    let list = cores.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let mut command = Command::new(program);
    command.args(["run", "-e", &sql, "--cores", &list]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut job = Job(command.spawn().map_err(failed)?);
    let mut taken = Vec::new();
    let folder = PathBuf::from(format!("/proc/{}", job.0.id()));
    wait_until(&mut job, || {
        taken.extend(taker.accept());
        Ok(taken.len() == SHARDS && shard_threads(&folder)? == SHARDS)
    })?;
    let kib = steady(&mut job, &folder)?;
    end(&mut job)?;
    Ok(kib)
}

/// Looks now and then until it holds. An error if the job ends before, or patience does.
fn wait_until(job: &mut Job, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !holds()? {
        if let Some(status) = job.0.try_wait().map_err(|e| Error::io("the idle job of the bench", e))? {
            return Err(Error::internal(format!("the idle job of the bench ended by itself: {status}")));
        }
        if Instant::now() > deadline {
            return Err(Error::internal("the idle job of the bench does not come to rest"));
        }
        std::thread::sleep(INTERVAL);
    }
    Ok(())
}

/// How many shards have a thread.
fn shard_threads(process: &Path) -> Result<usize> {
    let failed = |e| Error::io("the threads of the idle job", e);
    let tasks = fs::read_dir(process.join("task")).map_err(failed)?;
    // A thread may end between the listing and the reading of its name.
    let names = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    let mut shards: Vec<String> = names.filter(|name| name.starts_with("shard-")).collect();
    shards.sort();
    shards.dedup();
    Ok(shards.len())
}

/// The resident memory once it stands still.
fn steady(job: &mut Job, process: &Path) -> Result<u64> {
    let (mut kib, mut looks) = (0, 0);
    wait_until(job, || {
        let now = status_kib(&fs::read_to_string(process.join("status")).map_err(|e| Error::io("the idle job's memory", e))?)?;
        looks = if now == kib { looks + 1 } else { 0 };
        kib = now;
        Ok(looks == STEADY_LOOKS)
    })?;
    Ok(kib)
}

/// `VmRSS:   12345 kB` of a status file.
fn status_kib(status: &str) -> Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok());
    kib.ok_or_else(|| Error::internal("the status of a process does not say what is resident"))
}

/// Asks the job to end and waits for it.
fn end(job: &mut Job) -> Result<()> {
    let failed = |e| Error::io("ending the idle job of the bench", e);
    kill_process(Pid::from_child(&job.0), Signal::TERM).map_err(|e| failed(e.into()))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match job.0.try_wait().map_err(failed)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(Error::internal(format!("the idle job of the bench failed: {status}"))),
            None if Instant::now() > deadline => return Err(Error::internal("the idle job of the bench does not end")),
            None => std::thread::sleep(INTERVAL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_a_status_file() {
        let status = "Name:\tcorelane\nVmHWM:\t   99 kB\nVmRSS:\t    5120 kB\nThreads:\t5\n";
        assert_eq!(status_kib(status).expect("found"), 5120);
        assert!(status_kib("Name:\tx\n").is_err() && status_kib("VmRSS: many kB\n").is_err());
    }
}
