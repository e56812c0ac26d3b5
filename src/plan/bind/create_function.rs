//! CREATE FUNCTION and DROP FUNCTION: functions of files, which stand beside those that the program around the job brings along.

use std::sync::Arc;

use super::library;
use crate::error::{Error, Result, nearest};
use crate::plan::statement::{CreateFunction, Name, Typed};
use crate::wasm::{self, Declared, Limits, Module};

/// Declares a function, for the statements behind it.
pub fn create_function(create: &CreateFunction, limits: Limits) -> Result<()> {
    let CreateFunction { name, args, returns, file, export, .. } = create;
    let upper = name.text.to_ascii_uppercase();
    if library::is_known(&upper) {
        let error = Error::sql(format!("there is a function {upper} already, which comes with the engine")).at(name.span);
        return Err(error.hint("give yours another name"));
    }
    let is_there = library::given().names().any(|known| known == upper);
    if is_there && !create.if_not_exists {
        let error = Error::sql(format!("function '{}' is declared twice", name.text)).at(name.span);
        return Err(error.hint("a job declares each name once; DROP FUNCTION forgets one"));
    }
    args.iter().chain([returns]).try_for_each(check_type)?;
    let module =
        Module::load(&file.text, limits).map_err(|error| error.at(if wasm::IS_BUILT { file.span } else { create.language }))?;
    let declared = Declared {
        name: upper,
        export: export.as_ref().unwrap_or(name).text.clone(),
        args: args.iter().map(|arg| arg.data_type.clone()).collect(),
        returns: returns.data_type.clone(),
    };
    let function = module.function(declared).map_err(|error| error.at(export.as_ref().unwrap_or(name).span))?;
    if !is_there {
        library::declare(Arc::new(function));
    }
    Ok(())
}

fn check_type(typed: &Typed) -> Result<()> {
    if wasm::takes(&typed.data_type) {
        return Ok(());
    }
    let error = Error::sql(format!("{} is no type that WebAssembly can be handed", typed.data_type)).at(typed.span);
    Err(error.hint("BOOLEAN, INT, BIGINT, FLOAT, DOUBLE, STRING and BYTES are; CAST brings others into one of these"))
}

/// Forgets a function, for the statements behind it.
pub fn drop_function(name: &Name, if_exists: bool) -> Result<()> {
    let upper = name.text.to_ascii_uppercase();
    if library::forget(&upper) || if_exists {
        return Ok(());
    }
    let error = Error::sql(format!("there is no function '{}' to drop", name.text)).at(name.span);
    let given = library::given();
    Err(match nearest(&upper, given.names()) {
        _ if library::is_known(&upper) => error.hint("those that come with the engine stay"),
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("CREATE FUNCTION declares one, DROP FUNCTION IF EXISTS asks for none"),
    })
}
