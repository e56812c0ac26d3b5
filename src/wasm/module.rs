//! A file of WebAssembly, compiled.

use std::cell::RefCell;
use std::sync::Arc;

use wasmtime::{Config, Engine, ExternType, FuncType, Module as Compiled, ValType};

use super::instance::{Calls, Instance};
use super::{Declared, Limits};
use crate::error::{Error, Result, nearest};
use crate::expr::{GivenFunction, Gives, Kernel};
use crate::limits::WASM_STACK_BYTES;
use crate::types::DataType;

thread_local! {
    /// The last module of each file and limits, so that a job has one of them, and what plans again and again, as a shell does, compiles it once.
    static LOADED: RefCell<Vec<Arc<Module>>> = const { RefCell::new(Vec::new()) };
}

/// A module of which instances can be made.
pub struct Module {
    pub(super) compiled: Compiled,
    pub(super) limits: Limits,
    file: String,
    /// What stood in the file.
    bytes: Vec<u8>,
}

impl Module {
    /// Reads and compiles a file, and makes an instance of it to see that it can be made. Functions that a job declares of the same file,
    /// within the same limits, are functions of one module.
    pub fn load(file: &str, limits: Limits) -> Result<Arc<Module>> {
        let bytes = std::fs::read(file).map_err(|error| Error::io(format!("file '{file}'"), error))?;
        LOADED.with_borrow_mut(|loaded| {
            let known = loaded.iter().position(|module| module.file == file && module.limits == limits);
            if let Some(at) = known {
                if loaded[at].bytes == bytes {
                    return Ok(loaded[at].clone());
                }
                loaded.swap_remove(at);
            }
            let module = Arc::new(Module::compile(file, bytes, limits)?);
            loaded.push(module.clone());
            Ok(module)
        })
    }

    fn compile(file: &str, bytes: Vec<u8>, limits: Limits) -> Result<Module> {
        let wrong = |what: &str, error: wasmtime::Error| Error::sql(format!("'{file}' {what}: {error:#}"));
        let engine = engine().map_err(|error| Error::host(format!("no engine for WebAssembly: {error:#}")))?;
        let compiled = Compiled::from_binary(&engine, &bytes).map_err(|error| wrong("is no WebAssembly", error))?;
        if let Some(import) = compiled.imports().next() {
            let error = Error::sql(format!("'{file}' imports '{}' of '{}'", import.name(), import.module()));
            return Err(error.hint(
                "a module gets nothing from outside: build it for wasm32-unknown-unknown, without what the host would do",
            ));
        }
        Instance::new(&compiled, limits).map_err(|error| {
            wrong("cannot be started", error).hint("SET 'wasm.memory' and 'wasm.fuel' say how much it may use")
        })?;
        Ok(Module { compiled, limits, file: file.to_owned(), bytes })
    }

    /// The function that an export is.
    pub fn function(self: Arc<Self>, declared: Declared) -> Result<GivenFunction> {
        self.check(&declared)?;
        let Declared { name, export, args, returns } = declared.clone();
        let meaning = format!("'{export}' of {}", self.file);
        let declared = Arc::new(declared);
        let kernel = move || -> Box<dyn Kernel> { Box::new(Calls::new(self.clone(), declared.clone())) };
        Ok(GivenFunction { name, args, returns, gives: Gives::Value, deterministic: true, meaning, kernel: Arc::new(kernel) })
    }

    /// Whether the export is there, and takes and gives what it should; what texts need besides.
    fn check(&self, declared: &Declared) -> Result<()> {
        let Declared { name, export, args, returns } = declared;
        let Some(ExternType::Func(found)) = self.compiled.get_export(export) else {
            let is_function = |export: &wasmtime::ExportType<'_>| matches!(export.ty(), ExternType::Func(_));
            let names: Vec<&str> = self.compiled.exports().filter(is_function).map(|export| export.name()).collect();
            let error = Error::sql(format!("'{}' exports no function '{export}'", self.file));
            return Err(match (nearest(export, names.iter().copied()), names.as_slice()) {
                (Some(near), _) => error.hint(format!("AS '{}', '{near}' names another export", self.file)),
                (None, []) => error.hint("it exports none at all"),
                (None, names) => error.hint(format!("it exports {}", names.join(", "))),
            });
        };
        let wanted = Shape { params: args.iter().flat_map(params_of).collect(), results: vec![result_of(returns)] };
        let found = Shape::of(&found);
        if found != wanted {
            let types = args.iter().map(DataType::to_string).collect::<Vec<_>>().join(", ");
            let error = Error::sql(format!("the export '{export}' is {found}, and not {wanted}"));
            return Err(error.hint(format!("that is what {name}({types}) RETURNS {returns} needs")));
        }
        if !args.iter().chain([returns]).any(is_placed) {
            return Ok(());
        }
        let is_memory = matches!(self.compiled.get_export("memory"), Some(ExternType::Memory(_)));
        let alloc = Shape { params: vec![Word::I32], results: vec![Word::I32] };
        let dealloc = Shape { params: vec![Word::I32; 2], results: Vec::new() };
        let is = |name: &str, shape: &Shape| matches!(self.compiled.get_export(name), Some(ExternType::Func(f)) if Shape::of(&f) == *shape);
        let needs_alloc = args.iter().any(is_placed);
        if !is_memory
            || needs_alloc && !is("alloc", &alloc)
            || self.compiled.get_export("dealloc").is_some() && !is("dealloc", &dealloc)
        {
            let error = Error::sql(format!("'{}' does not export what STRING and BYTES need", self.file));
            return Err(error.hint("that is memory, alloc(i32) -> i32 and, if there is such a thing, dealloc(i32, i32)"));
        }
        Ok(())
    }
}

/// Whether values of a type stand in the module's memory.
pub(super) fn is_placed(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Varchar(_) | DataType::Bytes)
}

/// What compiles and runs: without signals, which belong to the process, and with the same results on every host.
fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.consume_fuel(true).max_wasm_stack(WASM_STACK_BYTES);
    config.signals_based_traps(false).memory_reservation(0).memory_guard_size(0).memory_init_cow(false);
    config.cranelift_nan_canonicalization(true).relaxed_simd_deterministic(true).wasm_backtrace(false);
    Engine::new(&config)
}

/// A type that a module has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    I32,
    I64,
    F32,
    F64,
    Other,
}

/// Parameters and results of an export.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    params: Vec<Word>,
    results: Vec<Word>,
}

impl Shape {
    fn of(function: &FuncType) -> Shape {
        let word = |value: ValType| match value {
            ValType::I32 => Word::I32,
            ValType::I64 => Word::I64,
            ValType::F32 => Word::F32,
            ValType::F64 => Word::F64,
            _ => Word::Other,
        };
        Shape { params: function.params().map(word).collect(), results: function.results().map(word).collect() }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |words: &[Word]| words.iter().map(|word| format!("{word:?}").to_lowercase()).collect::<Vec<_>>().join(", ");
        write!(f, "({}) -> ({})", list(&self.params), list(&self.results))
    }
}

fn params_of(data_type: &DataType) -> Vec<Word> {
    if is_placed(data_type) { vec![Word::I32; 2] } else { vec![result_of(data_type)] }
}

fn result_of(data_type: &DataType) -> Word {
    match data_type {
        DataType::Boolean | DataType::Int => Word::I32,
        DataType::BigInt | DataType::Varchar(_) | DataType::Bytes => Word::I64,
        DataType::Float => Word::F32,
        DataType::Double => Word::F64,
        _ => Word::Other,
    }
}
