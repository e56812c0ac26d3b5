//! Calls of an export, row by row, on one shard.
//!
//! A row for which the module traps, runs out of fuel or gives what is none of its type is set aside; the next row gets a new instance, so that nothing
//! is left of what was half done.

use std::sync::Arc;

use wasmtime::{Func, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, Trap, Val};

use super::module::is_placed;
use super::{Declared, Limits};
use crate::batch::{Column, Selection, Values};
use crate::expr::{Kernel, RowErrors, row_by_row};
use crate::limits::WASM_TABLE_ITEMS_MAX;
use crate::types::DataType;

/// An instance and the memory that it may have.
pub(super) struct Instance {
    store: Store<StoreLimits>,
    instance: wasmtime::Instance,
}

impl Instance {
    /// Starts the module.
    pub fn new(module: &Module, limits: Limits) -> wasmtime::Result<Instance> {
        let builder = StoreLimitsBuilder::new().memory_size(limits.memory_bytes).table_elements(WASM_TABLE_ITEMS_MAX);
        let mut store = Store::new(module.engine(), builder.memories(1).instances(1).build());
        store.limiter(|limits| limits);
        store.set_fuel(limits.fuel)?;
        let instance = wasmtime::Instance::new(&mut store, module, &[])?;
        Ok(Instance { store, instance })
    }
}

/// The kernel of a function.
pub(super) struct Calls {
    module: Module,
    limits: Limits,
    declared: Arc<Declared>,
    /// Until a call fails.
    running: Option<Running>,
}

/// An instance with what is called of it.
struct Running {
    store: Store<StoreLimits>,
    called: Func,
    memory: Option<Memory>,
    alloc: Option<Func>,
    dealloc: Option<Func>,
    params: Vec<Val>,
    /// Places and lengths that the module has given out for this row.
    places: Vec<[i32; 2]>,
}

impl Calls {
    pub fn new(module: Module, limits: Limits, declared: Arc<Declared>) -> Calls {
        Calls { module, limits, declared, running: None }
    }

    fn start(&self) -> Result<Running, String> {
        let Instance { mut store, instance } = Instance::new(&self.module, self.limits).map_err(|error| self.reason(&error))?;
        let mut function = |name: &str| instance.get_func(&mut store, name);
        let (called, alloc, dealloc) = (function(&self.declared.export), function("alloc"), function("dealloc"));
        let memory = instance.get_memory(&mut store, "memory");
        let called = called.ok_or_else(|| format!("there is no '{}'", self.declared.export))?;
        Ok(Running { store, called, memory, alloc, dealloc, params: Vec::new(), places: Vec::new() })
    }

    /// What to say of a call that failed.
    #[cold]
    fn reason(&self, error: &wasmtime::Error) -> String {
        let name = &self.declared.name;
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => {
                format!("{name} took more than {} steps, which is what 'wasm.fuel' allows", self.limits.fuel)
            }
            Some(trap) => format!("{name} failed: {trap}"),
            None => format!("{name} failed: {error:#}"),
        }
    }

    /// Appends the result for a row. Hot: once per row.
    fn call(&mut self, args: &[&Column], row: usize, output: &mut Column) -> Result<(), String> {
        if args.iter().any(|column| column.is_null(row)) {
            output.push_null();
            return Ok(());
        }
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        running.call(&self.declared, self.limits, args, row, output).map_err(|failed| match failed {
            Failed::Call(error) => self.reason(&error),
            Failed::Result(reason) => format!("{} {reason}", self.declared.name),
        })?;
        self.running = Some(running);
        Ok(())
    }
}

/// Why there is no result.
enum Failed {
    Call(wasmtime::Error),
    Result(&'static str),
}

impl From<wasmtime::Error> for Failed {
    fn from(error: wasmtime::Error) -> Failed {
        Failed::Call(error)
    }
}

impl Kernel for Calls {
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        let declared = self.declared.clone();
        row_by_row(&declared.returns, rows, selection, errors, |row, output| self.call(args, row, output))
    }
}

impl Running {
    fn call(
        &mut self,
        declared: &Declared,
        limits: Limits,
        args: &[&Column],
        row: usize,
        output: &mut Column,
    ) -> Result<(), Failed> {
        self.store.set_fuel(limits.fuel)?;
        self.params.clear();
        self.places.clear();
        for (column, data_type) in args.iter().zip(&declared.args) {
            self.push(column, row, data_type)?;
        }
        let mut result = [Val::I32(0)];
        self.called.call(&mut self.store, &self.params, &mut result)?;
        self.append(result[0], &declared.returns, output)?;
        self.free()
    }

    /// Adds the argument of a row to the parameters.
    fn push(&mut self, column: &Column, row: usize, data_type: &DataType) -> Result<(), Failed> {
        let value = match &column.values {
            Values::Bool(v) => Val::I32(v[row].into()),
            Values::I32(v) => Val::I32(v[row]),
            Values::I64(v) => Val::I64(v[row]),
            Values::F32(v) => Val::F32(v[row].to_bits()),
            Values::F64(v) => Val::F64(v[row].to_bits()),
            Values::Str(v) if is_placed(data_type) => return self.place(v.bytes(row)),
            _ => return Err(Failed::Result("is given an argument of another type")),
        };
        self.params.push(value);
        Ok(())
    }

    /// Writes bytes where the module wants them.
    fn place(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        let (Some(alloc), Some(memory)) = (self.alloc, self.memory) else { return Err(Failed::Result("has no 'alloc'")) };
        let length = i32::try_from(bytes.len()).map_err(|_| Failed::Result("is given more than 2 GiB"))?;
        let mut place = [Val::I32(0)];
        alloc.call(&mut self.store, &[Val::I32(length)], &mut place)?;
        let place = place[0].i32().unwrap_or_default();
        let outside = |_| Failed::Result("gives a place outside of its memory to an argument");
        memory.write(&mut self.store, place as u32 as usize, bytes).map_err(outside)?;
        self.places.push([place, length]);
        self.params.extend([Val::I32(place), Val::I32(length)]);
        Ok(())
    }

    fn append(&mut self, result: Val, returns: &DataType, output: &mut Column) -> Result<(), Failed> {
        match (&mut output.values, result) {
            (Values::Bool(v), Val::I32(n)) => v.push(n != 0),
            (Values::I32(v), Val::I32(n)) => v.push(n),
            (Values::I64(v), Val::I64(n)) => v.push(n),
            (Values::F32(v), Val::F32(bits)) => v.push(f32::from_bits(bits)),
            (Values::F64(v), Val::F64(bits)) => v.push(f64::from_bits(bits)),
            (Values::Str(_), Val::I64(placed)) => return self.append_bytes(placed as u64, returns, output),
            _ => return Err(Failed::Result("gives a value of another type")),
        }
        output.mark_valid();
        Ok(())
    }

    /// Appends what stands in memory.
    fn append_bytes(&mut self, placed: u64, returns: &DataType, output: &mut Column) -> Result<(), Failed> {
        let (place, length) = ((placed >> 32) as u32, placed as u32);
        let memory = self.memory.map_or(&[][..], |memory| memory.data(&self.store));
        let end = (place as usize).checked_add(length as usize);
        let bytes =
            end.and_then(|end| memory.get(place as usize..end)).ok_or(Failed::Result("gives a text outside of its memory"))?;
        if *returns != DataType::Bytes && simdutf8::basic::from_utf8(bytes).is_err() {
            return Err(Failed::Result("gives a text that is no UTF-8"));
        }
        output.push_bytes(bytes);
        self.places.push([place as i32, length as i32]);
        Ok(())
    }

    /// Gives back what the module has given out for a row.
    fn free(&mut self) -> Result<(), Failed> {
        let Some(dealloc) = self.dealloc else { return Ok(()) };
        for place in self.places.drain(..) {
            dealloc.call(&mut self.store, &place.map(Val::I32), &mut [])?;
        }
        Ok(())
    }
}
