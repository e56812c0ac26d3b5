//! The host in one line, printed with every run: figures mean nothing without it.

use crate::sys::topology::HostFiles;

/// Processor, cores, memory and kernel: `AMD EPYC, 2 cores, 23 GiB, Linux 6.18.5`.
pub fn describe() -> String {
    describe_files(&HostFiles::real())
}

fn describe_files(files: &HostFiles) -> String {
    let field = |path: &str, key: &str| {
        let text = files.text(path)?;
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let kib: u64 = field("/proc/meminfo", "MemTotal").and_then(|t| t.split(' ').next()?.parse().ok()).unwrap_or(0);
    let kernel = files.text("/proc/sys/kernel/osrelease").unwrap_or_default();
    let build = if cfg!(debug_assertions) { ", UNOPTIMISED build" } else { "" };
    format!("{model}, {} cores, {} GiB, Linux {kernel}{build}", files.present_cores().len(), kib >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_without_files_is_described_too() {
        assert!(describe_files(&HostFiles::below("/nonexistent")).starts_with("unknown processor, 0 cores"));
        assert!(describe().contains("Linux"));
    }
}
