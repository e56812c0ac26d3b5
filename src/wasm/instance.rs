//! Calls of an export, row by row, on one shard.
//!
//! A shard has one instance of each module, which all calls of the SQL share. A row for which the module traps, runs out of fuel or gives what is none
//! of its type is tried once more on a new instance, so that what earlier rows left behind does not decide; if that fails too it is set aside. The
//! next row gets a new instance, so that nothing is left of what was half done.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use wasmtime::{Func, Memory, Store, StoreLimits, StoreLimitsBuilder, Trap, Val};

use super::module::is_placed;
use super::{Declared, Limits, Module};
use crate::batch::{Column, Selection, Values};
use crate::expr::{Kernel, RowErrors, row_by_row};
use crate::limits::WASM_TABLE_ITEMS_MAX;
use crate::types::DataType;

thread_local! {
    /// The instances of the shard that this thread runs, each with its module.
    static INSTANCES: RefCell<Vec<(Weak<Module>, Option<Instance>)>> = const { RefCell::new(Vec::new()) };
}

/// Works with this shard's instance of a module. There is none before the first row, and after one that failed.
fn with_instance<T>(module: &Arc<Module>, work: impl FnOnce(&mut Option<Instance>) -> T) -> T {
    INSTANCES.with_borrow_mut(|instances| {
        let is_it = |(known, _): &(Weak<Module>, _)| known.as_ptr() == Arc::as_ptr(module);
        let at = instances.iter().position(is_it).unwrap_or_else(|| {
            instances.retain(|(known, _)| known.strong_count() > 0);
            instances.push((Arc::downgrade(module), None));
            instances.len() - 1
        });
        work(&mut instances[at].1)
    })
}

/// An instance with the memory that it may have, and what every call needs of it.
pub(super) struct Instance {
    store: Store<StoreLimits>,
    instance: wasmtime::Instance,
    memory: Option<Memory>,
    alloc: Option<Func>,
    dealloc: Option<Func>,
    params: Vec<Val>,
    /// Places and lengths that the module has given out for this row.
    places: Vec<[i32; 2]>,
    /// Whether a row went through it.
    is_used: bool,
}

impl Instance {
    /// Starts the module.
    pub fn new(module: &wasmtime::Module, limits: Limits) -> wasmtime::Result<Instance> {
        let builder = StoreLimitsBuilder::new().memory_size(limits.memory_bytes).table_elements(WASM_TABLE_ITEMS_MAX);
        let mut store = Store::new(module.engine(), builder.memories(1).instances(1).build());
        store.limiter(|limits| limits);
        store.set_fuel(limits.fuel)?;
        let instance = wasmtime::Instance::new(&mut store, module, &[])?;
        let memory = instance.get_memory(&mut store, "memory");
        let mut function = |name: &str| instance.get_func(&mut store, name);
        let (alloc, dealloc) = (function("alloc"), function("dealloc"));
        Ok(Instance { store, instance, memory, alloc, dealloc, params: Vec::new(), places: Vec::new(), is_used: false })
    }
}

/// The kernel of a function.
pub(super) struct Calls {
    module: Arc<Module>,
    declared: Arc<Declared>,
}

impl Calls {
    pub fn new(module: Arc<Module>, declared: Arc<Declared>) -> Calls {
        Calls { module, declared }
    }

    /// What to say of a call that failed.
    #[cold]
    fn reason(&self, failed: Failed) -> String {
        let name = &self.declared.name;
        let error = match failed {
            Failed::Result(reason) => return format!("{name} {reason}"),
            Failed::Call(error) => error,
        };
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => {
                format!("{name} took more than {} steps, which is what 'wasm.fuel' allows", self.module.limits.fuel)
            }
            Some(trap) => format!("{name} failed: {trap}"),
            None => format!("{name} failed: {error:#}"),
        }
    }
}

/// The instance as one call of the SQL sees it within a batch.
struct Bound<'i> {
    slot: &'i mut Option<Instance>,
    /// The export, of the instance that is in the slot.
    export: Option<Func>,
}

impl Bound<'_> {
    /// Appends the result for a row. Hot: once per row.
    fn call(&mut self, calls: &Calls, args: &[&Column], row: usize, output: &mut Column) -> Result<(), String> {
        if args.iter().any(|column| column.is_null(row)) {
            output.push_null();
            return Ok(());
        }
        loop {
            let failed = match self.try_call(calls, args, row, output) {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            self.export = None;
            let was_used = self.slot.take().is_some_and(|instance| instance.is_used);
            if !was_used || output.len() > row {
                return Err(calls.reason(failed));
            }
        }
    }

    fn try_call(&mut self, calls: &Calls, args: &[&Column], row: usize, output: &mut Column) -> Result<(), Failed> {
        let Calls { module, declared } = calls;
        let instance = match &mut *self.slot {
            Some(instance) => instance,
            slot => slot.insert(Instance::new(&module.compiled, module.limits)?),
        };
        let export = match self.export {
            Some(export) => export,
            None => *self.export.insert(instance.function(&declared.export)?),
        };
        instance.call(export, declared, module.limits, args, row, output)?;
        instance.is_used = true;
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
        with_instance(&self.module, |slot| {
            let mut bound = Bound { slot, export: None };
            row_by_row(&self.declared.returns, rows, selection, errors, |row, output| bound.call(self, args, row, output))
        })
    }
}

impl Instance {
    fn function(&mut self, export: &str) -> Result<Func, Failed> {
        self.instance.get_func(&mut self.store, export).ok_or(Failed::Result("is not exported"))
    }

    fn call(
        &mut self,
        export: Func,
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
        export.call(&mut self.store, &self.params, &mut result)?;
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
