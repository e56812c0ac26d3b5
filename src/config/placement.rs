//! From the wish for cores to cores: `auto`, a count, or a list such as `2-5,8`.
//!
//! A core that is not there, not allowed to this process or named twice is an error that names it. Nothing is left out silently.

use super::JobConfig;
use crate::error::{Error, Result};
use crate::limits;
use crate::sys::affinity;
use crate::sys::topology::present_cores;

/// Highest core number that is understood; bounds what `0-99999999999` can ask for.
const CORE_NUMBER_MAX: usize = 8_191;

/// Which cores shards want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoreWish {
    /// All allowed cores that are not control cores.
    Auto,
    /// That many of the allowed cores that are not control cores, the highest ones (core 0 serves most interrupts).
    Count(usize),
    /// These, in this order: shard 0 on the first.
    List(Vec<usize>),
}

/// Cores that were checked against the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Core of each shard.
    pub shards: Vec<usize>,
    /// Cores of everything else; empty: not bound.
    pub control: Vec<usize>,
}

impl JobConfig {
    /// Settles `cores.shards` and `cores.control` on the running host. Ask before the calling thread is pinned.
    ///
    /// Isolated cores are taken when they are named, and never by `auto` or a count.
    pub fn placement(&self) -> Result<Placement> {
        let mut allowed = affinity::allowed_cores()?;
        if matches!(self.shards, CoreWish::List(_)) {
            allowed.extend(affinity::isolated_cores());
            allowed.sort_unstable();
            allowed.dedup();
        }
        self.shards.place(&self.control, &allowed, &present_cores())
    }
}

impl CoreWish {
    /// Reads `auto`, `2` or `2 cores` (a count), `2-5,8` or `[2]` (a list). A bare number is a count in a file and in `--set`.
    pub fn parse(key: &str, text: &str) -> Result<CoreWish> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("auto") {
            return Ok(CoreWish::Auto);
        }
        if let Some(list) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return parse_cpulist(key, list).map(CoreWish::List);
        }
        let count = text.strip_suffix("cores").or_else(|| text.strip_suffix("core")).unwrap_or(text).trim();
        if !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) {
            return match count.parse::<usize>() {
                Ok(n) if (1..=limits::SHARDS_MAX).contains(&n) => Ok(CoreWish::Count(n)),
                _ => Err(Error::config(format!("'{key}' = '{text}': a job has 1 to {} shards", limits::SHARDS_MAX))
                    .hint("a bare number is a count of cores; the core itself is written '[5]' or '5-5'")),
            };
        }
        parse_cpulist(key, text).map(CoreWish::List)
    }

    /// Reads the `--cores` argument: as `parse`, but a bare number is that core, as in `taskset -c`.
    pub fn parse_argument(text: &str) -> Result<CoreWish> {
        match text.trim().parse::<usize>() {
            Ok(_) => parse_cpulist("--cores", text).map(CoreWish::List),
            Err(_) => Self::parse("--cores", text),
        }
    }

    /// Settles the wish on a host with these cores. `allowed` are those this process may use, `present` those the host has.
    pub fn place(&self, control: &[usize], allowed: &[usize], present: &[usize]) -> Result<Placement> {
        for &core in control {
            check_core(core, "cores.control", allowed, present)?;
        }
        let free: Vec<usize> = allowed.iter().copied().filter(|core| !control.contains(core)).collect();
        let shards = match self {
            CoreWish::Auto => free,
            CoreWish::Count(n) => last_of(&free, *n)?,
            CoreWish::List(list) => {
                for &core in list {
                    check_core(core, "cores.shards", allowed, present)?;
                    if control.contains(&core) {
                        return Err(Error::config(format!("core {core} is named twice: for shards and for control"))
                            .hint("a core of a shard serves nothing else"));
                    }
                }
                list.clone()
            }
        };
        if shards.is_empty() {
            return Err(Error::config("no core is left for a shard")
                .hint(format!("this process may use cores {}", format_cpulist(allowed))));
        }
        if shards.len() > limits::SHARDS_MAX {
            return Err(Error::config(format!("{} shards are more than {}", shards.len(), limits::SHARDS_MAX)));
        }
        Ok(Placement { shards, control: control.to_vec() })
    }
}

fn last_of(free: &[usize], n: usize) -> Result<Vec<usize>> {
    match free.len().checked_sub(n) {
        Some(skip) => Ok(free[skip..].to_vec()),
        None => Err(Error::config(format!("{n} shards are asked for, but only {} cores may be used", free.len()))
            .hint(format!("free cores of this process: {}", format_cpulist(free)))),
    }
}

fn check_core(core: usize, key: &str, allowed: &[usize], present: &[usize]) -> Result<()> {
    if allowed.contains(&core) {
        return Ok(());
    }
    let hint = format!("cores this process may use: {}", format_cpulist(allowed));
    Err(if present.contains(&core) {
        Error::config(format!("core {core} of '{key}' is not allowed to this process")).hint(hint)
    } else {
        Error::config(format!("core {core} of '{key}' does not exist on this host")).hint(hint)
    })
}

/// Reads a list such as `2-5,8` in its order. A core named twice is an error; `key` is for messages.
pub fn parse_cpulist(key: &str, text: &str) -> Result<Vec<usize>> {
    let wrong = |part: &str| {
        Error::config(format!("'{key}': '{part}' is not a list of cores"))
            .hint("for example '2-5,8', 'auto', or a count such as '2 cores'")
    };
    let mut cores = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let first: usize = first.trim().parse().map_err(|_| wrong(part))?;
        let last: usize = last.trim().parse().map_err(|_| wrong(part))?;
        if first > last {
            return Err(wrong(part));
        }
        if last > CORE_NUMBER_MAX {
            return Err(Error::config(format!("'{key}': core {last} does not exist on any host")));
        }
        for core in first..=last {
            if cores.contains(&core) {
                return Err(Error::config(format!("'{key}': core {core} is named twice")));
            }
            cores.push(core);
        }
    }
    Ok(cores)
}

/// Writes cores as a list such as `2-5,8`.
pub fn format_cpulist(cores: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &core in cores {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == core => *last = core,
            _ => ranges.push((core, core)),
        }
    }
    let texts: Vec<String> = ranges.into_iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [usize; 6] = [0, 1, 2, 3, 4, 6];
    const PRESENT: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

    fn check(wish: &str, control: &[usize]) -> std::result::Result<Vec<usize>, String> {
        let placed = CoreWish::parse("cores.shards", wish).and_then(|w| w.place(control, &ALLOWED, &PRESENT));
        placed.map(|p| p.shards).map_err(|e| e.message().to_owned())
    }

    #[test]
    fn wishes_become_cores() {
        for (wish, control, cores) in [
            ("auto", vec![], vec![0, 1, 2, 3, 4, 6]),
            ("AUTO", vec![0, 3], vec![1, 2, 4, 6]),
            ("2", vec![], vec![4, 6]),
            ("2 cores", vec![6], vec![3, 4]),
            ("1 core", vec![], vec![6]),
            ("[2]", vec![], vec![2]),
            ("2-4,6", vec![], vec![2, 3, 4, 6]),
            (" 6 , 1-2 ", vec![], vec![6, 1, 2]),
        ] {
            assert_eq!(check(wish, &control), Ok(cores), "{wish}");
        }
    }

    #[test]
    fn wishes_that_cannot_be_met_name_the_core() {
        for (wish, control, part) in [
            ("2-3,3", vec![], "core 3 is named twice"),
            ("9,1", vec![], "core 9 of 'cores.shards' does not exist"),
            ("4-5", vec![], "core 5 of 'cores.shards' is not allowed"),
            ("1,2", vec![2], "core 2 is named twice: for shards and for control"),
            ("auto", vec![7], "core 7 of 'cores.control' is not allowed"),
            ("auto", vec![0, 1, 2, 3, 4, 6], "no core is left"),
            ("7", vec![], "only 6 cores may be used"),
            ("0", vec![], "1 to 256 shards"),
            ("99999999999999999999999", vec![], "1 to 256 shards"),
            ("0-99999999", vec![], "core 99999999 does not exist"),
            ("3-2", vec![], "'3-2' is not a list"),
            ("", vec![], "is not a list"),
            ("1,,2", vec![], "is not a list"),
            ("all", vec![], "'all' is not a list"),
            ("-1", vec![], "is not a list"),
        ] {
            let message = check(wish, &control).expect_err(wish);
            assert!(message.contains(part), "{wish}: {message}");
        }
    }

    #[test]
    fn this_host_has_a_core_for_every_job() {
        let placed = JobConfig::default().placement().expect("at least one core");
        assert!(!placed.shards.is_empty() && placed.control.is_empty());
        let beyond = JobConfig { shards: CoreWish::List(vec![4_000]), ..JobConfig::default() };
        assert!(beyond.placement().expect_err("no such core").message().contains("core 4000"));
    }

    #[test]
    fn bare_number_after_cores_is_that_core() {
        assert_eq!(CoreWish::parse_argument("2").expect("valid"), CoreWish::List(vec![2]));
        assert_eq!(CoreWish::parse_argument("auto").expect("valid"), CoreWish::Auto);
    }

    #[test]
    fn lists_are_read_back_as_written() {
        for list in ["0", "0-3", "0,2-4,9"] {
            assert_eq!(format_cpulist(&parse_cpulist("x", list).expect("valid")), list);
        }
    }
}
