//! Constructors: what programs do before anything else.
//!
//! Burn's compiler of shaders has each of its operations register itself by functions of their own, which one function
//! calls in turn. There are some thousands, each called once, and a browser compiles each by itself when it is called. As
//! parts of the one that calls them they are compiled in one go.

use std::collections::HashMap;

use walrus::ir::{Block, Br, Const, Instr, InstrSeqId, InstrSeqType, LocalSet, Value};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, LocalId, Module, ModuleLocals, ValType};

/// The name that the linker gives to what calls the constructors.
pub const CALLER: &str = "__wasm_call_ctors";

/// Makes the constructors parts of their caller, if that does nothing but call them.
pub fn join(module: &mut Module) {
    let Some(caller) = module.funcs.by_name(CALLER) else { return };
    let Some(constructors) = called(module, caller) else { return };
    let mut joined = FunctionBuilder::new(&mut module.types, &[], &[]);
    joined.name(CALLER.into());
    let mut spare = HashMap::new();
    for constructor in constructors {
        let FunctionKind::Local(body) = &module.funcs.get(constructor).kind else { unreachable!("it has a body") };
        let block = Copy::of(body, &mut joined, &mut module.locals, &mut spare);
        joined.func_body().instr(Block { seq: block });
    }
    module.funcs.get_mut(caller).kind = FunctionKind::Local(joined.local_func(Vec::new()));
}

/// What a function calls, if it does nothing else, and these have bodies and no arguments.
fn called(module: &Module, caller: FunctionId) -> Option<Vec<FunctionId>> {
    let body = |function| match &module.funcs.get(function).kind {
        FunctionKind::Local(body) => Some(body),
        _ => None,
    };
    let caller = body(caller)?;
    let instructions = &caller.block(caller.entry_block()).instrs;
    let call = |instruction: &Instr| match instruction {
        Instr::Call(call) if body(call.func)?.args.is_empty() => Some(call.func),
        _ => None,
    };
    instructions.iter().map(|(instruction, _)| call(instruction)).collect()
}

/// A body that becomes part of another function.
struct Copy<'a> {
    from: &'a LocalFunction,
    to: &'a mut FunctionBuilder,
    all_locals: &'a mut ModuleLocals,
    /// The other function's locals, by their types: each body uses the first ones.
    spare: &'a mut HashMap<ValType, Vec<LocalId>>,
    locals: HashMap<LocalId, LocalId>,
    sequences: HashMap<InstrSeqId, InstrSeqId>,
}

impl<'a> Copy<'a> {
    fn of(
        from: &'a LocalFunction,
        to: &'a mut FunctionBuilder,
        all_locals: &'a mut ModuleLocals,
        spare: &'a mut HashMap<ValType, Vec<LocalId>>,
    ) -> InstrSeqId {
        let mut copy = Self { from, to, all_locals, spare, locals: HashMap::new(), sequences: HashMap::new() };
        let block = copy.sequence(from.entry_block());
        // Another body may have used them.
        for &local in copy.locals.values() {
            let value = zero(copy.all_locals.get(local).ty());
            copy.to.instr_seq(block).instr_at(0, LocalSet { local }).instr_at(0, Const { value });
        }
        block
    }

    fn sequence(&mut self, sequence: InstrSeqId) -> InstrSeqId {
        let from = self.from.block(sequence);
        let is_body = sequence == self.from.entry_block();
        let copy = self.to.dangling_instr_seq(if is_body { InstrSeqType::Simple(None) } else { from.ty }).id();
        self.sequences.insert(sequence, copy);
        let instructions =
            from.instrs.iter().map(|(instruction, place)| (self.instruction(instruction), *place)).collect();
        *self.to.instr_seq(copy).instrs_mut() = instructions;
        copy
    }

    fn instruction(&mut self, instruction: &Instr) -> Instr {
        let mut copy = instruction.clone();
        match &mut copy {
            Instr::Block(block) => block.seq = self.sequence(block.seq),
            Instr::Loop(body) => body.seq = self.sequence(body.seq),
            Instr::IfElse(branches) => {
                branches.consequent = self.sequence(branches.consequent);
                branches.alternative = self.sequence(branches.alternative);
            }
            Instr::Br(branch) => branch.block = self.sequences[&branch.block],
            Instr::BrIf(branch) => branch.block = self.sequences[&branch.block],
            Instr::BrTable(table) => {
                table.default = self.sequences[&table.default];
                table.blocks.iter_mut().for_each(|block| *block = self.sequences[block]);
            }
            Instr::Return(_) => return Br { block: self.sequences[&self.from.entry_block()] }.into(),
            Instr::LocalGet(get) => get.local = self.local(get.local),
            Instr::LocalSet(set) => set.local = self.local(set.local),
            Instr::LocalTee(tee) => tee.local = self.local(tee.local),
            _ => {}
        }
        copy
    }

    fn local(&mut self, local: LocalId) -> LocalId {
        if let Some(&known) = self.locals.get(&local) {
            return known;
        }
        let ty = self.all_locals.get(local).ty();
        let taken = self.locals.values().filter(|taken| self.all_locals.get(**taken).ty() == ty).count();
        let spare = self.spare.entry(ty).or_default();
        if spare.len() == taken {
            spare.push(self.all_locals.add(ty));
        }
        self.locals.insert(local, spare[taken]);
        spare[taken]
    }
}

fn zero(ty: ValType) -> Value {
    match ty {
        ValType::I32 => Value::I32(0),
        ValType::I64 => Value::I64(0),
        ValType::F32 => Value::F32(0.0),
        ValType::F64 => Value::F64(0.0),
        ValType::V128 => Value::V128(0),
        ValType::Ref(_) => unreachable!("Rust keeps no references in locals"),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use wasmi::{Engine, Linker, Module as Program, Store};

    use super::*;

    #[test]
    fn constructors_do_the_same_as_parts_of_their_caller() -> Result<()> {
        let program = wat::parse_str(
            r#"(module
                (global $sum (mut i64) (i64.const 0))
                (func $add (param i64) (global.set $sum (i64.add (global.get $sum) (local.get 0))))
                ;; Counts from 1 to 4 and returns from within.
                (func $count (local i64)
                    (loop $more
                        (local.set 0 (i64.add (local.get 0) (i64.const 1)))
                        (call $add (local.get 0))
                        (if (i64.eq (local.get 0) (i64.const 4)) (then (return)))
                        (br $more)))
                ;; Adds what its local is in the beginning, and 100.
                (func $fresh (local i32) (local i64)
                    (block $out
                        (br_table $out $out (local.get 0)))
                    (call $add (local.tee 1 (i64.add (local.get 1) (i64.const 100)))))
                (func $__wasm_call_ctors (call $count) (call $fresh) (call $fresh) (call $count))
                (func (export "sum") (result i64) (call $__wasm_call_ctors) (global.get $sum)))"#,
        )?;
        let mut module = Module::from_buffer(&program)?;
        join(&mut module);
        let caller = module.funcs.by_name(CALLER).expect("it keeps its name");
        let calls = called(&module, caller);
        assert_eq!(calls, None, "it does not call them any more");
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let program = Program::new(&engine, module.emit_wasm())?;
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &program)?;
        assert_eq!(instance.get_typed_func::<(), i64>(&store, "sum")?.call(&mut store, ())?, 220);
        Ok(())
    }
}
