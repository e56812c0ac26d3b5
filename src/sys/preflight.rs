//! What of this host costs latency or keeps a job from running: one finding per subject, each with what to do.
//!
//! Control core, before any shard starts. Files are read below a root that tests replace by a made-up tree.

use std::hint::black_box;
use std::io;
use std::time::Instant;

use super::probe;
use super::topology::HostFiles;
use crate::error::{Error, Result};
use crate::types::Nanos;

/// Locked memory a glommio executor insists on.
const MEMLOCK_MIN: u64 = 512 * 1024;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Costs latency.
    Warn,
    /// Keeps a part of the engine from running.
    Fail,
}

/// What was looked at, what was found and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The subject.
    pub name: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What was found.
    pub found: String,
    /// What to do; empty if nothing.
    pub advice: String,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, severity: Severity::Ok, found: found.into(), advice: String::new() }
    }

    fn warn(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, severity: Severity::Warn, found: found.into(), advice: advice.into() }
    }

    fn fail(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, severity: Severity::Fail, found: found.into(), advice: advice.into() }
    }
}

/// Looks at the running host with the eyes of a job that has its shards on `cores`.
pub fn check_host(cores: &[usize], shards: usize) -> Vec<Finding> {
    let mut findings = check_files(&HostFiles::real(), probe::make_uring(), cores, shards);
    findings.push(copies([copy_ns(0), copy_ns(8)]));
    findings
}

/// Whether glommio executors can run: io_uring allowed and enough memory lockable. The error says what is wrong and how to mend it.
pub fn io_uring_usable(shards: usize) -> Result<()> {
    let files = HostFiles::real();
    let findings = [uring(&files, probe::make_uring()), memlock(&files, shards)];
    match findings.into_iter().find(|f| f.severity == Severity::Fail) {
        Some(finding) => Err(Error::host(format!("{}: {}", finding.name, finding.found)).hint(finding.advice)),
        None => Ok(()),
    }
}

/// The same on the files of any host, with the answer of the io_uring probe.
pub fn check_files(files: &HostFiles, made: io::Result<()>, cores: &[usize], shards: usize) -> Vec<Finding> {
    vec![
        uring(files, made),
        memlock(files, shards),
        governor(files, cores),
        siblings(files, cores),
        numa(files, cores),
        isolation(files, cores),
        interrupts(files, cores),
        huge_pages(files),
        clock_source(files),
        quota(files, shards),
    ]
}

fn uring(files: &HostFiles, made: io::Result<()>) -> Finding {
    let name = "io_uring";
    let Err(error) = made else { return Finding::ok(name, "present and allowed") };
    let disabled = files.text("/proc/sys/kernel/io_uring_disabled");
    match (error.raw_os_error(), disabled.as_deref()) {
        (Some(libc::ENOSYS), _) => {
            Finding::fail(name, "the kernel has none", "use Linux 5.8 or newer, or set runtime.driver = \"thread\"")
        }
        (_, Some(level @ ("1" | "2"))) => Finding::fail(
            name,
            format!("switched off (kernel.io_uring_disabled = {level})"),
            "sysctl kernel.io_uring_disabled=0, or set runtime.driver = \"thread\"",
        ),
        (Some(libc::EPERM | libc::EACCES), _) => Finding::fail(
            name,
            "forbidden to this process, most likely by the container's seccomp profile",
            "allow io_uring_setup, io_uring_enter and io_uring_register there, or set runtime.driver = \"thread\"",
        ),
        (Some(libc::ENOMEM), _) => {
            Finding::fail(name, "not enough memory may be locked", "raise the memlock limit: ulimit -l unlimited")
        }
        _ => Finding::fail(name, error.to_string(), "set runtime.driver = \"thread\""),
    }
}

fn memlock(files: &HostFiles, shards: usize) -> Finding {
    let name = "memlock";
    let limits = files.text("/proc/self/limits").unwrap_or_default();
    let Some(soft) = limits.lines().find_map(|l| l.strip_prefix("Max locked memory")).and_then(|l| l.split_whitespace().next())
    else {
        return Finding::warn(name, "limit not readable", "");
    };
    let wanted = MEMLOCK_MIN * shards.max(1) as u64;
    let advice = "ulimit -l unlimited, LimitMEMLOCK=infinity in a systemd unit, or --ulimit memlock=-1 for a container";
    match soft.parse::<u64>() {
        Err(_) => Finding::ok(name, soft),
        Ok(bytes) if bytes < MEMLOCK_MIN => {
            Finding::fail(name, format!("{} KiB, but an executor asks for {} KiB", bytes / 1024, MEMLOCK_MIN / 1024), advice)
        }
        Ok(bytes) if bytes < wanted => {
            Finding::warn(name, format!("{} KiB for {shards} shards; {} KiB are safe", bytes / 1024, wanted / 1024), advice)
        }
        Ok(bytes) => Finding::ok(name, format!("{} KiB", bytes / 1024)),
    }
}

fn governor(files: &HostFiles, cores: &[usize]) -> Finding {
    let name = "CPU governor";
    let of = |core: &usize| files.text(&format!("/sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor"));
    let mut others: Vec<String> = cores.iter().filter_map(of).collect();
    if others.is_empty() {
        return Finding::ok(name, "none to be seen: the frequency is not this system's to set");
    }
    others.sort();
    others.dedup();
    match others.as_slice() {
        [one] if one == "performance" => Finding::ok(name, "performance"),
        _ => Finding::warn(name, others.join(", "), "cores take time to speed up: tuning/host.sh apply sets 'performance'"),
    }
}

fn siblings(files: &HostFiles, cores: &[usize]) -> Finding {
    let name = "SMT siblings";
    let shared: Vec<String> = cores
        .iter()
        .filter_map(|&core| {
            let other = files.siblings(core).into_iter().find(|s| *s > core && cores.contains(s))?;
            Some(format!("{core}+{other}"))
        })
        .collect();
    if shared.is_empty() {
        return Finding::ok(name, "no two chosen cores share their execution units");
    }
    Finding::warn(name, format!("two shards on one physical core: {}", shared.join(", ")), "choose one thread of each core")
}

fn numa(files: &HostFiles, cores: &[usize]) -> Finding {
    let name = "NUMA";
    let nodes = files.nodes();
    let used: Vec<String> =
        nodes.iter().filter(|(_, of)| cores.iter().any(|c| of.contains(c))).map(|(node, _)| node.to_string()).collect();
    match used.len() {
        0 | 1 => Finding::ok(name, format!("{} node(s), chosen cores on one", nodes.len().max(1))),
        _ => Finding::warn(
            name,
            format!("chosen cores are spread over nodes {}", used.join(", ")),
            "choose cores of one node, or run one job per node",
        ),
    }
}

fn isolation(files: &HostFiles, cores: &[usize]) -> Finding {
    let name = "isolation";
    let list = |file: &str| files.cores(&format!("/sys/devices/system/cpu/{file}")).unwrap_or_default();
    let (isolated, tickless) = (list("isolated"), list("nohz_full"));
    let missing = |from: &[usize]| cores.iter().filter(|c| !from.contains(c)).map(usize::to_string).collect::<Vec<_>>().join(",");
    let (not_isolated, ticking) = (missing(&isolated), missing(&tickless));
    match (not_isolated.is_empty(), ticking.is_empty()) {
        (true, true) => Finding::ok(name, "chosen cores are isolated and free of the tick"),
        (true, false) => Finding::warn(name, format!("the tick runs on cores {ticking}"), "boot with nohz_full= for these cores"),
        _ => Finding::warn(
            name,
            format!("the scheduler puts other work on cores {not_isolated}"),
            "boot with isolcpus= and nohz_full= for these cores, if the host is for this job alone",
        ),
    }
}

fn interrupts(files: &HostFiles, cores: &[usize]) -> Finding {
    let name = "interrupts";
    let mut landing = Vec::new();
    for irq in files.names("/proc/irq").into_iter().filter(|n| n.bytes().all(|b| b.is_ascii_digit())) {
        // The effective list says where it goes; the other one only where it may go.
        let effective = files.cores(&format!("/proc/irq/{irq}/effective_affinity_list")).filter(|list| !list.is_empty());
        let list = effective.or_else(|| files.cores(&format!("/proc/irq/{irq}/smp_affinity_list"))).unwrap_or_default();
        if list.iter().any(|core| cores.contains(core)) {
            landing.push(irq);
        }
    }
    if landing.is_empty() {
        return Finding::ok(name, "none on the chosen cores");
    }
    let shown = landing.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    let more = if landing.len() > 8 { ", ..." } else { "" };
    Finding::warn(
        name,
        format!("{} on the chosen cores: {shown}{more}", landing.len()),
        "tuning/host.sh apply moves them to the control cores; stop irqbalance, or it moves them back",
    )
}

fn huge_pages(files: &HostFiles) -> Finding {
    let name = "huge pages";
    let text = files.text("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    match text.split('[').nth(1).and_then(|t| t.split(']').next()) {
        None => Finding::ok(name, "the kernel has no transparent ones"),
        Some("always") => Finding::warn(name, "always", "compaction can stall a core: tuning/host.sh apply sets 'madvise'"),
        Some(mode) => Finding::ok(name, mode),
    }
}

fn clock_source(files: &HostFiles) -> Finding {
    let name = "clock source";
    match files.text("/sys/devices/system/clocksource/clocksource0/current_clocksource").as_deref() {
        Some(fast @ ("tsc" | "kvm-clock" | "arch_sys_counter" | "hyperv_clocksource_tsc_page")) => Finding::ok(name, fast),
        Some(slow) => {
            Finding::warn(name, slow, "reading the clock is a system call: boot with clocksource=tsc if the TSC is stable")
        }
        None => Finding::warn(name, "unknown", ""),
    }
}

fn quota(files: &HostFiles, shards: usize) -> Finding {
    let name = "CPU quota";
    let Some(cpus) = quota_v2(files).or_else(|| quota_v1(files)) else { return Finding::ok(name, "none") };
    let found = format!("{cpus:.2} cores for {shards} shard(s)");
    // A shard that spins uses a whole core, and the control threads need something too.
    if cpus < shards as f64 + 0.1 {
        let advice = "the container is stopped for the rest of each period: raise the quota, or use fewer shards and runtime.idle = \"park\"";
        return Finding::warn(name, found, advice);
    }
    Finding::ok(name, found)
}

/// Nanoseconds that copies take whose target lies so many bytes behind their source within their pages, the best of five.
fn copy_ns(off: usize) -> Nanos {
    const BYTES: usize = 8 * 1024;
    const PAGE: usize = 4096;
    let (from, mut to) = (vec![1_u8; BYTES + PAGE], vec![0_u8; BYTES + 2 * PAGE]);
    let places = (from.as_ptr().align_offset(PAGE), to.as_ptr().align_offset(PAGE) + off);
    let (from, to) = (&from[places.0..][..BYTES], &mut to[places.1..][..BYTES]);
    let mut best = Nanos::MAX;
    for _ in 0..5 {
        let since = Instant::now();
        (0..16).for_each(|_| black_box(&mut *to).copy_from_slice(black_box(from)));
        best = best.min(since.elapsed().as_nanos() as Nanos);
    }
    best
}

/// Of copies whose target lies in its page as the source in its own, and of those where it lies a few bytes behind.
fn copies([alike, behind]: [Nanos; 2]) -> Finding {
    let (name, times) = ("copies", behind as f64 / alike.max(1) as f64);
    let found =
        format!("of 8 KiB take {times:.1} times as long where the target lies a few bytes behind the source within their pages");
    if times < 4.0 {
        return Finding::ok(name, found);
    }
    let advice = "on AMD Zen 3 and 4 with glibc before 2.40: GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=268435456 in the environment of the job";
    Finding::warn(name, found, advice)
}

/// The tightest quota of the process's group and those above it, in cores.
fn quota_v2(files: &HostFiles) -> Option<f64> {
    let groups = files.text("/proc/self/cgroup")?;
    let mut group = groups.lines().find_map(|l| l.strip_prefix("0::"))?.trim_end_matches('/').to_owned();
    let mut tightest: Option<f64> = None;
    loop {
        if let Some(cpus) = files.text(&format!("/sys/fs/cgroup{group}/cpu.max")).as_deref().and_then(read_cpu_max) {
            tightest = Some(tightest.map_or(cpus, |t| t.min(cpus)));
        }
        match group.rfind('/') {
            Some(slash) => group.truncate(slash),
            None => return tightest,
        }
    }
}

fn read_cpu_max(text: &str) -> Option<f64> {
    let (quota, period) = text.split_once(' ')?;
    ratio(quota.parse().ok()?, period.parse().ok()?)
}

fn quota_v1(files: &HostFiles) -> Option<f64> {
    ["cpu", "cpu,cpuacct"].into_iter().find_map(|folder| {
        let number = |file: &str| files.text(&format!("/sys/fs/cgroup/{folder}/{file}"))?.parse::<f64>().ok();
        ratio(number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
    })
}

/// A quota below zero means none.
fn ratio(quota: f64, period: f64) -> Option<f64> {
    (quota > 0.0 && period > 0.0).then_some(quota / period)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: (&str, &str) = ("proc/self/limits", "Limit  Soft  Hard\nMax locked memory         8388608  8388608  bytes\n");

    type Tree = Vec<(&'static str, &'static str)>;

    /// The finding named `name` on a host that has these files.
    fn check(name: &str, tree: &[(&str, &str)], made: io::Result<()>, cores: &[usize]) -> Finding {
        let dir = tempfile::tempdir().expect("folder");
        for (path, text) in tree {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("folder");
            std::fs::write(path, text).expect("file");
        }
        let findings = check_files(&HostFiles::below(dir.path()), made, cores, cores.len());
        findings.into_iter().find(|f| f.name == name).expect("checked")
    }

    #[test]
    fn files_of_a_host_become_findings() {
        use Severity::{Fail, Ok, Warn};
        let low = ("proc/self/limits", "Max locked memory         65536  65536  bytes\n");
        let none = ("proc/self/limits", "Max locked memory         unlimited  unlimited  bytes\n");
        let governor = |g: &'static str| ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", g);
        let sibling = ("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0-1\n");
        let nodes = [("sys/devices/system/node/node0/cpulist", "0\n"), ("sys/devices/system/node/node1/cpulist", "1\n")];
        let isolated = [("sys/devices/system/cpu/isolated", "0-1"), ("sys/devices/system/cpu/nohz_full", "0-1")];
        let irq = [("proc/irq/24/smp_affinity_list", "0-3"), ("proc/irq/24/effective_affinity_list", "1\n")];
        let away = [("proc/irq/24/smp_affinity_list", "0-3"), ("proc/irq/24/effective_affinity_list", "3\n")];
        let thp = |t: &'static str| ("sys/kernel/mm/transparent_hugepage/enabled", t);
        let clock = |c: &'static str| ("sys/devices/system/clocksource/clocksource0/current_clocksource", c);
        let v2 = [
            ("proc/self/cgroup", "0::/a/b\n"),
            ("sys/fs/cgroup/a/cpu.max", "150000 100000"),
            ("sys/fs/cgroup/a/b/cpu.max", "max 100000"),
        ];
        let v1 = [("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "400000"), ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")];
        let cases: Vec<(&str, Tree, Severity, &str)> = vec![
            ("memlock", vec![LIMITS], Ok, "8192 KiB"),
            ("memlock", vec![low], Fail, "64 KiB"),
            ("memlock", vec![none], Ok, "unlimited"),
            ("CPU governor", vec![], Ok, "none to be seen"),
            ("CPU governor", vec![governor("powersave\n")], Warn, "powersave"),
            ("CPU governor", vec![governor("performance\n")], Ok, "performance"),
            ("SMT siblings", vec![sibling], Warn, "0+1"),
            ("SMT siblings", vec![], Ok, "no two"),
            ("NUMA", nodes.to_vec(), Warn, "0, 1"),
            ("NUMA", nodes[..1].to_vec(), Ok, "on one"),
            ("isolation", isolated.to_vec(), Ok, "isolated"),
            ("isolation", isolated[..1].to_vec(), Warn, "the tick runs on cores 0,1"),
            ("isolation", vec![], Warn, "other work on cores 0,1"),
            ("interrupts", irq.to_vec(), Warn, "24"),
            ("interrupts", away.to_vec(), Ok, "none"),
            ("huge pages", vec![thp("[always] madvise never\n")], Warn, "always"),
            ("huge pages", vec![thp("always [madvise] never\n")], Ok, "madvise"),
            ("clock source", vec![clock("tsc\n")], Ok, "tsc"),
            ("clock source", vec![clock("hpet\n")], Warn, "hpet"),
            ("CPU quota", v2.to_vec(), Warn, "1.50 cores"),
            ("CPU quota", v1.to_vec(), Ok, "4.00 cores"),
            ("CPU quota", vec![("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/cpu.max", "max 100000")], Ok, "none"),
        ];
        for (name, tree, severity, part) in cases {
            let finding = check(name, &tree, io::Result::Ok(()), &[0, 1]);
            assert_eq!(finding.severity, severity, "{finding:?}");
            assert!(finding.found.contains(part), "{finding:?}");
        }
    }

    #[test]
    fn refusals_of_io_uring_say_who_refuses() {
        let off = ("proc/sys/kernel/io_uring_disabled", "2\n");
        for (code, tree, part) in [
            (libc::ENOSYS, vec![], "the kernel has none"),
            (libc::EPERM, vec![off], "io_uring_disabled = 2"),
            (libc::EPERM, vec![], "seccomp"),
            (libc::ENOMEM, vec![], "memory"),
        ] {
            let finding = check("io_uring", &tree, Err(io::Error::from_raw_os_error(code)), &[0]);
            assert_eq!(finding.severity, Severity::Fail);
            assert!(finding.found.contains(part) && !finding.advice.is_empty(), "{finding:?}");
        }
    }

    #[test]
    fn running_host_is_checked_without_a_fault() {
        assert_eq!(check_host(&[0], 1).len(), 11);
    }

    #[test]
    fn slow_copies_are_found_by_their_time() {
        assert_eq!(copies([100, 390]).severity, Severity::Ok);
        let slow = copies([100, 900]);
        assert!(slow.severity == Severity::Warn && slow.found.contains("9.0 times") && !slow.advice.is_empty(), "{slow:?}");
    }
}
