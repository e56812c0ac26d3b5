//! The one integration test binary.

mod shutdown;
mod simulator;
mod support;
mod tcp;
mod tidy;
