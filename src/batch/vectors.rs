//! Which vector instructions the processor has, and code compiled for them.
//!
//! Loops over columns are plain code, compiled again for processors with AVX2, which compare four numbers of 64 bits at once, and with
//! AVX-512, which also take the lesser of each of eight in one instruction. Which is taken is found out at run time.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "vector instructions, on processors that have them"))]

/// What a processor may have beyond what all have.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Vectors {
    /// avx512f, avx512bw, avx512dq, avx512vl and avx512vbmi2, and what `Avx2` has.
    Avx512,
    /// avx2, bmi2 and popcnt.
    Avx2,
    /// Neither.
    None,
}

/// What this one has. It is asked once, by the standard library.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn vectors() -> Vectors {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") && is_x86_feature_detected!("popcnt");
    if !avx2 {
        return Vectors::None;
    }
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi2");
    if avx512 { Vectors::Avx512 } else { Vectors::Avx2 }
}

/// Calls what is given, compiled for what the processor has; what that calls in turn has to be `inline(always)`. Hot: once per batch.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn vectorised<R>(call: impl FnOnce() -> R) -> R {
    match vectors() {
        // SAFETY: the processor has the features that the function is compiled for.
        Vectors::Avx512 => unsafe { with_avx512(call) },
        // SAFETY: as above.
        Vectors::Avx2 => unsafe { with_avx2(call) },
        Vectors::None => call(),
    }
}

/// Calls what is given.
#[cfg(not(target_arch = "x86_64"))]
pub fn vectorised<R>(call: impl FnOnce() -> R) -> R {
    call()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,avx2,bmi2,popcnt")]
fn with_avx512<R>(call: impl FnOnce() -> R) -> R {
    call()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2,popcnt")]
fn with_avx2<R>(call: impl FnOnce() -> R) -> R {
    call()
}
