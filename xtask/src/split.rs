//! Splits an engine's program in two: what its first answers need, and the rest, which is loaded when first called.
//!
//! Two thirds of an engine are not called before somebody trains, imports a model or looks inside. Each function of the
//! rest that the first half refers to leaves a stub there, which has JavaScript load the rest unless it is there, and
//! calls the function through a table; its caller waits, since workers may load synchronously. The rest shares the
//! memory, the tables and the globals. Emscripten's `SPLIT_MODULE` works alike, by binaryen's `wasm-split`, which npm
//! does not have.
//!
//! Which functions are needed is seen in a browser ([`watch`]) and kept as a list of names ([`Names`]): one that is
//! missing from it costs time, and is no error.

mod constructors;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use walrus::ir::{UnaryOp, Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalKind,
    ImportKind, ImportedFunction, LocalFunction, Module, ModuleConfig, RefType, ValType, passes,
};

pub use names::Names;

/// The module that JavaScript gives the first half beside wasm-bindgen's: `load` instantiates the rest.
pub const LOADER: &str = "./rest";
/// The module that JavaScript gives a watched program: `called` is told the number of each function that is called.
pub const WATCHER: &str = "./watch";
/// What the rest calls the first half.
pub const FIRST: &str = "first";

/// Functions of at most so many instructions stay where what stays calls them: from one build to the next, the compiler
/// decides anew which of these become part of their callers, and have no name of their own.
const SMALL: u64 = 200;

/// The table through which the first half calls the rest.
const TABLE: &str = "rest";
/// The global which says whether the rest is there.
const LOADED: &str = "loaded";

/// A program in two halves.
pub struct Halves {
    /// What is instantiated first.
    pub first: Vec<u8>,
    /// What the first half has loaded.
    pub rest: Vec<u8>,
}

/// Splits a program into the functions of these names, those of no name or exported, and small ones that these call, and
/// the rest.
pub fn split(wasm: &[u8], names: &Names) -> Result<Halves> {
    let (mut first, mut rest) = (parse(wasm)?, parse(wasm)?);
    let plan = Plan::new(&first, names);
    take_out(&mut first, &plan);
    leave_only(&mut rest, &plan)?;
    Ok(Halves { first: first.emit_wasm(), rest: rest.emit_wasm() })
}

/// Has a program tell which functions are called, by their numbers in the list of names that comes with it.
pub fn watch(wasm: &[u8]) -> Result<(Vec<u8>, Vec<String>)> {
    let mut module = parse(wasm)?;
    let told = module.types.add(&[ValType::I32], &[]);
    let (called, _) = module.add_import_func(WATCHER, "called", told);
    let mut names = Vec::new();
    for function in module.funcs.iter_mut() {
        if let FunctionKind::Local(body) = &mut function.kind {
            let entry = body.entry_block();
            body.builder_mut().instr_seq(entry).call_at(0, called).const_at(0, Value::I32(names.len() as i32));
            names.push(function.name.clone().unwrap_or_default());
        }
    }
    Ok((module.emit_wasm(), names))
}

/// A program without the names of its functions, which are of no use to a browser.
pub fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

fn parse(wasm: &[u8]) -> Result<Module> {
    // What rustc and wasm-bindgen wrote is valid.
    let mut config = ModuleConfig::new();
    config.strict_validate(false).generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(wasm)?;
    constructors::join(&mut module);
    Ok(module)
}

/// Which functions go where, by their places in the module, which are the same each time that it is parsed.
struct Plan {
    /// They leave the first half.
    moved: BTreeSet<usize>,
    /// Of these, what the first half refers to, in the order of the table.
    entries: Vec<usize>,
    /// They stay, and are called by the rest.
    shared: BTreeSet<usize>,
}

impl Plan {
    fn new(module: &Module, names: &Names) -> Self {
        let is_named = |id| module.funcs.get(id).name.as_ref().is_none_or(|name| names.has(name));
        let bodies: BTreeMap<usize, &LocalFunction> =
            module.funcs.iter_local().map(|(id, body)| (id.index(), body)).collect();
        let exported = module.exports.iter().filter_map(|export| match export.item {
            ExportItem::Function(function) => Some(function),
            _ => None,
        });
        // JavaScript's way of handing over a text depends on the text.
        let mut staying =
            places(module.funcs.iter_local().map(|(id, _)| id).filter(|id| is_named(*id)).chain(exported));
        staying.retain(|place| bodies.contains_key(place));
        let mut unseen: Vec<usize> = staying.iter().copied().collect();
        while let Some(place) = unseen.pop() {
            for callee in places(callees(bodies[&place]).into_iter()) {
                if bodies.get(&callee).is_some_and(|body| body.size() <= SMALL) && staying.insert(callee) {
                    unseen.push(callee);
                }
            }
        }
        let moved: BTreeSet<usize> = bodies.keys().copied().filter(|place| !staying.contains(place)).collect();

        let called_by = |some: &BTreeSet<usize>| places(some.iter().flat_map(|place| callees(bodies[place])));
        let in_tables = module.elements.iter().flat_map(|element| match &element.items {
            ElementItems::Functions(functions) => functions.clone(),
            ElementItems::Expressions(_, expressions) => expressions.iter().filter_map(function_of).collect(),
        });
        let mut wanted = called_by(&staying);
        wanted.extend(places(in_tables));
        Self {
            entries: wanted.intersection(&moved).copied().collect(),
            shared: called_by(&moved).difference(&moved).copied().collect(),
            moved,
        }
    }
}

fn places(functions: impl Iterator<Item = FunctionId>) -> BTreeSet<usize> {
    functions.map(|function| function.index()).collect()
}

fn function_of(expression: &ConstExpr) -> Option<FunctionId> {
    match expression {
        ConstExpr::RefFunc(function) => Some(*function),
        _ => None,
    }
}

/// The functions that a function refers to.
fn callees(body: &LocalFunction) -> BTreeSet<FunctionId> {
    struct Callees(BTreeSet<FunctionId>);
    impl Visitor<'_> for Callees {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.insert(*function);
        }
    }
    let mut callees = Callees(BTreeSet::new());
    dfs_in_order(&mut callees, body, body.entry_block());
    callees.0
}

/// Makes a module the first half.
fn take_out(module: &mut Module, plan: &Plan) {
    let functions: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
    export_for_rest(module, plan, &functions);

    let nothing = module.types.add(&[], &[]);
    let (load, _) = module.add_import_func(LOADER, "load", nothing);
    let loaded = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    let size = plan.entries.len() as u64;
    let table = module.tables.add_local(false, size, Some(size), RefType::FUNCREF);
    module.exports.add(LOADED, loaded);
    module.exports.add(TABLE, table);

    let mut load_once = FunctionBuilder::new(&mut module.types, &[], &[]);
    load_once.func_body().global_get(loaded).unop(UnaryOp::I32Eqz).if_else(
        None,
        |then| {
            then.call(load);
        },
        |_| {},
    );
    let load_once = load_once.finish(Vec::new(), &mut module.funcs);

    for (slot, place) in plan.entries.iter().enumerate() {
        let function = functions[*place];
        let kind = module.funcs.get(function).ty();
        let (parameters, results) = module.types.params_results(kind);
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let mut stub = FunctionBuilder::new(&mut module.types, &parameters, &results);
        let arguments: Vec<_> = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
        let mut body = stub.func_body();
        body.call(load_once);
        for argument in &arguments {
            body.local_get(*argument);
        }
        body.i32_const(slot as i32).call_indirect(kind, table);
        module.funcs.get_mut(function).kind = FunctionKind::Local(stub.local_func(arguments));
    }
    let entries: BTreeSet<_> = plan.entries.iter().copied().collect();
    plan.moved.difference(&entries).for_each(|place| module.funcs.delete(functions[*place]));
}

/// Gives all that the halves share a name.
fn export_for_rest(module: &mut Module, plan: &Plan, functions: &[FunctionId]) {
    for place in &plan.shared {
        module.exports.add(&function_name(*place), functions[*place]);
    }
    let memories: Vec<_> = module.memories.iter().map(|memory| memory.id()).collect();
    let tables: Vec<_> = module.tables.iter().map(|table| table.id()).collect();
    let globals: Vec<_> = module.globals.iter().map(|global| global.id()).collect();
    memories.into_iter().for_each(|memory| _ = module.exports.add(&memory_name(memory.index()), memory));
    tables.into_iter().for_each(|table| _ = module.exports.add(&table_name(table.index()), table));
    globals.into_iter().for_each(|global| _ = module.exports.add(&global_name(global.index()), global));
}

/// Makes a module the rest.
fn leave_only(module: &mut Module, plan: &Plan) -> Result<()> {
    let functions: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
    // All of these are the first half's.
    for export in ids(module.exports.iter().map(|export| export.id())) {
        module.exports.delete(export);
    }
    for element in ids(module.elements.iter().map(|element| element.id())) {
        module.elements.delete(element);
    }
    for data in ids(module.data.iter().map(|data| data.id())) {
        module.data.delete(data);
    }
    for import in ids(module.imports.iter().map(|import| import.id())) {
        if matches!(module.imports.get(import).kind, ImportKind::Function(_)) {
            module.imports.delete(import);
        }
    }
    module.start = None;

    for memory in module.memories.iter_mut() {
        memory.data_segments.clear();
        memory.import = Some(module.imports.add(FIRST, &memory_name(memory.id().index()), memory.id()));
    }
    for table in ids(module.tables.iter().map(|table| table.id())) {
        let import = module.imports.add(FIRST, &table_name(table.index()), table);
        let table = module.tables.get_mut(table);
        table.elem_segments.clear();
        table.import = Some(import);
    }
    for global in ids(module.globals.iter().map(|global| global.id())) {
        let import = module.imports.add(FIRST, &global_name(global.index()), global);
        module.globals.get_mut(global).kind = GlobalKind::Import(import);
    }
    for (place, function) in functions.iter().enumerate() {
        if plan.shared.contains(&place) {
            let ty = module.funcs.get(*function).ty();
            let import = module.imports.add(FIRST, &function_name(place), *function);
            module.funcs.get_mut(*function).kind = FunctionKind::Import(ImportedFunction { import, ty });
        } else if !plan.moved.contains(&place) {
            module.funcs.delete(*function);
        }
    }

    // What the first half calls takes its place in the table, and then says that it is there.
    let size = plan.entries.len() as u64;
    let (table, _) = module.add_import_table(FIRST, TABLE, false, size, Some(size), RefType::FUNCREF);
    let (loaded, _) = module.add_import_global(FIRST, LOADED, ValType::I32, true, false);
    let entries = plan.entries.iter().map(|place| functions[*place]).collect();
    let from_the_start = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(0)) };
    let element = module.elements.add(from_the_start, ElementItems::Functions(entries));
    module.tables.get_mut(table).elem_segments.insert(element);
    let mut start = FunctionBuilder::new(&mut module.types, &[], &[]);
    start.func_body().i32_const(1).global_set(loaded);
    module.start = Some(start.finish(Vec::new(), &mut module.funcs));
    passes::gc::run(module);
    Ok(())
}

fn ids<T>(ids: impl Iterator<Item = T>) -> Vec<T> {
    ids.collect()
}

fn function_name(place: usize) -> String {
    format!("f{place}")
}

fn memory_name(place: usize) -> String {
    format!("m{place}")
}

fn table_name(place: usize) -> String {
    format!("t{place}")
}

fn global_name(place: usize) -> String {
    format!("g{place}")
}

#[cfg(test)]
mod tests {
    use wasmi::{Caller, Engine, Extern, Linker, Module, Store};

    use super::*;

    /// What `other` calls by the table calls into the first half, reads its memory and calls what the host gives.
    const PROGRAM: &str = r#"(module
        (import "host" "double" (func $double (param i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 8) "\05")
        (table 2 funcref)
        (elem (i32.const 0) $times_five $deep)
        (global $sum (mut i32) (i32.const 0))
        (func $add (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0))))
        (func $times_five (param i32) (result i32) (i32.mul (local.get 0) (i32.load8_u (i32.const 8))))
        (func $deep (param i32) (result i32) (call $add (local.get 0)) (call $double (local.get 0)))
        (func $needed (export "needed") (param i32) (result i32) (call $little (local.get 0)) (global.get $sum))
        (func $little (param i32) (call $add (local.get 0)))
        (func $other (export "other") (param i32) (result i32)
            (call_indirect (param i32) (result i32)
                (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1))
                (i32.const 0))))"#;

    #[test]
    fn the_halves_do_what_the_whole_does_and_the_rest_is_loaded_once_when_called() -> Result<()> {
        let mut names = Names::default();
        names.add("needed");
        let Halves { first, rest } = split(&wat(PROGRAM)?, &names)?;

        let engine = Engine::default();
        let rest = Module::new(&engine, rest)?;
        let mut linker = Linker::<u32>::new(&engine);
        linker.func_wrap("host", "double", |value: i32| 2 * value)?;
        linker.func_wrap(LOADER, "load", move |mut caller: Caller<'_, u32>| -> Result<(), wasmi::Error> {
            *caller.data_mut() += 1;
            let mut shared = Linker::new(caller.engine());
            for import in rest.imports() {
                let item: Extern = caller.get_export(import.name()).expect("the first half exports it");
                shared.define(FIRST, import.name(), item)?;
            }
            shared.instantiate_and_start(&mut caller, &rest).map(|_| ())
        })?;
        let mut store = Store::new(&engine, 0);
        let first = linker.instantiate_and_start(&mut store, &Module::new(&engine, first)?)?;
        let needed = first.get_typed_func::<i32, i32>(&store, "needed")?;
        let other = first.get_typed_func::<i32, i32>(&store, "other")?;

        assert_eq!(needed.call(&mut store, 3)?, 3);
        assert_eq!(*store.data(), 0, "the rest was loaded for what does not need it");
        assert_eq!(other.call(&mut store, 4)?, 40);
        assert_eq!(other.call(&mut store, 1)?, 10);
        assert_eq!(needed.call(&mut store, 0)?, 8);
        assert_eq!(*store.data(), 1, "how often the rest was loaded");
        Ok(())
    }

    #[test]
    fn a_watched_program_tells_what_is_called() -> Result<()> {
        let (watched, names) = watch(&wat(PROGRAM)?)?;
        let engine = Engine::default();
        let mut linker = Linker::<Vec<i32>>::new(&engine);
        linker.func_wrap("host", "double", |value: i32| 2 * value)?;
        linker.func_wrap(WATCHER, "called", |mut caller: Caller<'_, Vec<i32>>, number: i32| {
            caller.data_mut().push(number);
        })?;
        let mut store = Store::new(&engine, Vec::new());
        let instance = linker.instantiate_and_start(&mut store, &Module::new(&engine, watched)?)?;
        instance.get_typed_func::<i32, i32>(&store, "needed")?.call(&mut store, 1)?;
        let called: Vec<&str> = store.data().iter().map(|number| names[*number as usize].as_str()).collect();
        assert_eq!(called, ["needed", "little", "add"]);
        Ok(())
    }

    fn wat(text: &str) -> Result<Vec<u8>> {
        Ok(::wat::parse_str(text)?)
    }
}
