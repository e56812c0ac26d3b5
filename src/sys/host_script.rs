//! Tests of `tuning/host.sh` on a made-up tree of host files: nothing is written without `--yes`, and undo puts everything back.

use std::path::Path;
use std::process::Command;

const FILES: [(&str, &str); 5] = [
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
    ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"),
    ("proc/sys/vm/swappiness", "60\n"),
    ("proc/irq/24/smp_affinity_list", "0-3\n"),
];

fn host() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("folder");
    for (path, text) in FILES {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("folder");
        std::fs::write(path, text).expect("file");
    }
    std::fs::create_dir_all(dir.path().join("etc/security/limits.d")).expect("folder");
    dir
}

fn script(root: &Path, arguments: &str) -> (i32, String) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tuning/host.sh");
    let output =
        Command::new("sh").arg(file).args(arguments.split_whitespace()).env("HOST_ROOT", root).output().expect("sh runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn values(root: &Path) -> Vec<String> {
    FILES.map(|(path, _)| std::fs::read_to_string(root.join(path)).expect("file").trim().to_owned()).into()
}

#[test]
fn nothing_is_written_without_yes() {
    let host = host();
    let before = values(host.path());
    for verb in ["check", "apply", "apply --control 0", "undo"] {
        assert_eq!(script(host.path(), verb).0, 0, "{verb}");
        assert_eq!(values(host.path()), before, "{verb}");
    }
    assert!(!host.path().join("var").exists());
}

#[test]
fn apply_writes_and_undo_puts_back() {
    let host = host();
    let limits = host.path().join("etc/security/limits.d/90-corelane.conf");
    for _ in 0..2 {
        let (code, out) = script(host.path(), "apply --cores 1-1 --control 0 --yes");
        assert_eq!(code, 0, "{out}");
        assert_eq!(values(host.path()), ["powersave", "performance", "madvise", "1", "0"]);
    }
    assert!(limits.exists());
    let (code, out) = script(host.path(), "undo --yes");
    assert_eq!(code, 0, "{out}");
    // The kernel would show the brackets again; a plain file shows what was written.
    assert_eq!(values(host.path()), ["powersave", "powersave", "always", "60", "0-3"]);
    assert!(!limits.exists() && !host.path().join("var/lib/corelane/host.undo").exists());
}

#[test]
fn wrong_arguments_are_refused() {
    let host = host();
    for line in ["", "destroy", "apply --cores", "apply --cores a;b", "apply --force", "check --control 1-"] {
        assert_eq!(script(host.path(), line).0, 2, "{line}");
    }
}
