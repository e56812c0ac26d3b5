//! Which cores this process may use, and pinning to one of them or to a set. Query road and start of a shard.
//!
//! The only home of `core_affinity`, which knows no sets; those are rustix's.

use core_affinity::CoreId;
use rustix::thread::{CpuSet, sched_setaffinity};

use super::topology::HostFiles;
use crate::error::{Error, Result};

/// Cores the calling thread may run on, ascending. Ask before pinning: afterwards it is one.
pub fn allowed_cores() -> Result<Vec<usize>> {
    let ids = core_affinity::get_core_ids().unwrap_or_default();
    let mut cores: Vec<usize> = ids.into_iter().map(|id| id.id).collect();
    cores.sort_unstable();
    if cores.is_empty() {
        return Err(Error::host("the kernel does not say which cores this process may use"));
    }
    Ok(cores)
}

/// Cores that the scheduler leaves alone (`isolcpus`) and that a thread of this process can be pinned to all the same. They are not
/// among `allowed_cores`, and are meant to be used by name.
pub fn isolated_cores() -> Vec<usize> {
    let isolated = HostFiles::real().cores("/sys/devices/system/cpu/isolated").unwrap_or_default();
    isolated.into_iter().filter(|core| can_pin_to(*core)).collect()
}

/// Tries it on a thread that ends at once.
fn can_pin_to(core: usize) -> bool {
    let tried = std::thread::Builder::new().spawn(move || pin_to(core).is_ok());
    tried.is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// Pins the calling thread to `core` and verifies that it is so.
pub fn pin_to(core: usize) -> Result<()> {
    let accepted = core_affinity::set_for_current(CoreId { id: core });
    if accepted && allowed_cores()? == [core] {
        return Ok(());
    }
    Err(Error::host(format!("cannot pin a thread to core {core}"))
        .hint("see the cores that are allowed with 'corelane doctor', or set cores.pin = false"))
}

/// Lets the calling thread, and those it starts from now on, run on these cores only, and verifies that it is so.
pub fn pin_to_all(cores: &[usize]) -> Result<()> {
    let mut wanted = cores.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut set = CpuSet::new();
    let refused = |what: String| Error::host(what).hint("see the cores that are allowed with 'corelane doctor'");
    for core in &wanted {
        if *core >= CpuSet::MAX_CPU {
            return Err(refused(format!("cannot pin a thread to core {core}: cores are numbered below {}", CpuSet::MAX_CPU)));
        }
        set.set(*core);
    }
    let accepted = sched_setaffinity(None, &set).is_ok();
    if accepted && allowed_cores()? == wanted {
        return Ok(());
    }
    Err(refused(format!("cannot pin a thread to cores {wanted:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_and_its_children_keep_to_a_set_of_cores() {
        let all = allowed_cores().expect("cores");
        for wanted in [all.clone(), vec![all[0]]] {
            std::thread::spawn(move || {
                pin_to_all(&wanted).expect("pin");
                let child = std::thread::spawn(|| allowed_cores().expect("cores"));
                assert_eq!(child.join().expect("thread"), wanted);
            })
            .join()
            .expect("thread");
        }
        std::thread::spawn(|| {
            for core in [1_023, 1 << 20] {
                let error = pin_to_all(&[core]).expect_err("no host of the tests has that many");
                assert!(error.message().contains(&core.to_string()), "{error}");
            }
        })
        .join()
        .expect("thread");
    }

    #[test]
    fn pinned_thread_is_allowed_its_core_only() {
        let last = *allowed_cores().expect("cores").last().expect("at least one");
        std::thread::spawn(move || {
            pin_to(last).expect("pin");
            assert_eq!(allowed_cores().expect("cores"), [last]);
        })
        .join()
        .expect("thread");
    }

    #[test]
    fn core_that_is_not_there_is_an_error_that_names_it() {
        std::thread::spawn(|| {
            let error = pin_to(1_023).expect_err("no host of the tests has that many");
            assert!(error.message().contains("1023"));
        })
        .join()
        .expect("thread");
    }
}
