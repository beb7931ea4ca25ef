//! The straight line of a method: the instructions that every normal run of it executes.
//!
//! It begins at the first instruction and follows `goto` forward; it ends at the first branch, switch, `return`,
//! `throw` or backward `goto`. A call that throws ends a run abnormally and, uncaught, the app: what stands behind it
//! still belongs to every normal run. Not so where a handler catches: there a call of the app's own code may be a
//! guard that throws ("no consent"), so the line ends behind it. A handler that only cleans up and throws on
//! (`synchronized`, `finally`) catches nothing. Calls of the platform do not refuse by the app's will and do not end
//! the line, but for those whose purpose is to end or refuse (`System.exit`, `Objects.requireNonNull`, reflection).

use super::super::format::bytes::unit_at;
use super::super::format::code::{CodeItem, Instruction, Try};
use super::super::format::file::Dex;
use super::super::format::opcode::Kind;
use super::super::platform::{diversion, is_platform, Diversion};
use super::resolve::Resolver;

/// Instructions of a handler that are looked at before it counts as catching.
const HANDLER: usize = 64;

/// Gives each instruction of the straight line to `visit`, with whether a handler here or (`caught`) in a caller would
/// catch what it throws.
pub(crate) fn straight_line(
    resolver: &mut Resolver<'_, '_>,
    (position, dex): (u32, &Dex<'_>),
    code: &CodeItem<'_>,
    caught: bool,
    mut visit: impl FnMut(Instruction, bool),
) {
    let tries = catching(code);
    let mut at = 0;
    while let Some(instruction) = code.instruction(at) {
        let caught = caught || tries.iter().any(|range| range.start <= at && at < range.end);
        visit(instruction, caught);
        match instruction.kind() {
            Kind::If | Kind::Switch | Kind::Return | Kind::Throw => return,
            Kind::Goto => match instruction.branch_target(code.insns) {
                Some(target) if target > at => {
                    at = target;
                    continue;
                }
                _ => return,
            },
            Kind::Custom if caught => return,
            Kind::Invoke | Kind::InvokeRange | Kind::Polymorphic => match refusal(resolver, dex, position, code, at) {
                Refusal::Never => {}
                Refusal::ByThrowing if !caught => {}
                _ => return,
            },
            _ => {}
        }
        at = instruction.next();
    }
}

/// The ranges whose handlers catch.
fn catching(code: &CodeItem<'_>) -> Vec<Try> {
    if code.tries == 0 {
        return Vec::new();
    }
    let mut tries = code.try_ranges();
    tries.retain(|range| range.handlers.is_empty() || range.handlers.iter().any(|handler| catches(code, *handler)));
    tries
}

/// The handler may end otherwise than by throwing.
fn catches(code: &CodeItem<'_>, handler: u32) -> bool {
    let mut at = handler;
    for _ in 0..HANDLER {
        let Some(instruction) = code.instruction(at) else { return true };
        match instruction.kind() {
            Kind::Throw => return false,
            Kind::If | Kind::Switch | Kind::Return | Kind::Goto => return true,
            _ => at = instruction.next(),
        }
    }
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Never,
    ByThrowing,
    ByEnding,
}

/// How the call at `at` may keep what follows from running. An inherited platform method (`getSystemService` of the
/// app's own application class) is the platform's, unless a class of the package on the way brings its own.
fn refusal(resolver: &mut Resolver<'_, '_>, dex: &Dex<'_>, position: u32, code: &CodeItem<'_>, at: u32) -> Refusal {
    let program = resolver.program();
    let index = at.checked_add(1).and_then(|at| unit_at(code.insns, at)).map_or(u32::MAX, u32::from);
    let Some(method) = dex.methods.get(index as usize) else { return Refusal::ByEnding };
    let ty = program.type_of(position, u32::from(method.class));
    let Some(top) = program.superclasses(ty).last() else { return Refusal::ByEnding };
    let brought = resolver.signature(position, index).and_then(|signature| resolver.inherited(ty, signature)).is_some();
    if brought || program.class_of(top).is_some() || !is_platform(program.descriptor(top)) {
        return Refusal::ByThrowing;
    }
    match diversion(program.descriptor(top), dex.string_bytes(method.name).unwrap_or_default()) {
        Diversion::None => Refusal::Never,
        Diversion::Throws => Refusal::ByThrowing,
        Diversion::Ends => Refusal::ByEnding,
    }
}
