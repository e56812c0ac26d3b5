//! What stands for WebAssembly where the crate is built without it.

use std::sync::Arc;

use super::{Declared, Limits};
use crate::error::{Error, Result};
use crate::expr::GivenFunction;

/// There is none.
#[derive(Debug)]
pub enum Module {}

impl Module {
    /// Says that this build runs no WebAssembly.
    pub fn load(_file: &str, _limits: Limits) -> Result<Arc<Module>> {
        Err(Error::sql("this build runs no WebAssembly")
            .hint("build it with the feature 'wasm': cargo build --release --features wasm"))
    }

    /// Never called.
    pub fn function(self: Arc<Self>, _declared: Declared) -> Result<GivenFunction> {
        match *self {}
    }
}
