//! What `/sys` and `/proc` say of the host's cores. Every reader takes the root of the tree, so that tests run on made-up hosts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of a host below some root.
#[derive(Debug, Clone)]
pub struct HostFiles {
    root: PathBuf,
}

impl HostFiles {
    /// Those of the running host.
    pub fn real() -> Self {
        Self::below("/")
    }

    /// Those of a tree elsewhere.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where `path` is in this tree.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The text of a file without space around it; `None` if it is not there or not readable.
    pub fn text(&self, path: &str) -> Option<String> {
        Some(std::fs::read_to_string(self.path(path)).ok()?.trim().to_owned())
    }

    /// The file as a list of cores.
    pub fn cores(&self, path: &str) -> Option<Vec<usize>> {
        read_list(&self.text(path)?)
    }

    /// Names in a folder, sorted; empty if it is not there.
    pub fn names(&self, path: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(path)) else { return Vec::new() };
        let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Cores the host has; falls back to an empty list.
    pub fn present_cores(&self) -> Vec<usize> {
        self.cores("/sys/devices/system/cpu/present").unwrap_or_default()
    }

    /// Cores that share their execution units with `core`, itself included.
    pub fn siblings(&self, core: usize) -> Vec<usize> {
        self.cores(&format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")).unwrap_or_else(|| vec![core])
    }

    /// Cores of each NUMA node.
    pub fn nodes(&self) -> BTreeMap<usize, Vec<usize>> {
        let folder = "/sys/devices/system/node";
        let number = |name: &String| name.strip_prefix("node").and_then(|n| n.parse::<usize>().ok());
        let names = self.names(folder);
        let cores_of = |node: usize| Some((node, self.cores(&format!("{folder}/node{node}/cpulist"))?));
        names.iter().filter_map(number).filter_map(cores_of).collect()
    }
}

/// Cores the running host has.
pub fn present_cores() -> Vec<usize> {
    HostFiles::below(Path::new("/")).present_cores()
}

/// Reads the kernel's list form; an empty text is no core. `None` if it is something else.
fn read_list(text: &str) -> Option<Vec<usize>> {
    let mut cores = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty() && *p != "(null)") {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if last >= 1 << 16 {
            return None;
        }
        cores.extend(first..=last);
    }
    Some(cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_the_kernel_are_read() {
        for (text, cores) in [
            ("", Some(vec![])),
            ("(null)", Some(vec![])),
            ("0-2,5", Some(vec![0, 1, 2, 5])),
            ("7", Some(vec![7])),
            ("x", None),
            ("0-99999999999", None),
        ] {
            assert_eq!(read_list(text), cores, "{text}");
        }
    }
}
