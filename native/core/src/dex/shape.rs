//! Classes that extend or implement a watched type, and what the methods asked about do.

use super::format::code::CodeItem;
use super::format::file::Dex;
use super::format::opcode::Kind;
use super::platform::abstract_base;
use super::program::{Method, Program, TypeId};
use super::watch::{Watch, WatchedType};
use crate::facts::{CodeAt, Implementation, MethodShape};
use crate::limits::Limits;

/// Calls listed per method.
const CALLS: usize = 64;
/// Supertypes followed per class.
const SUPERTYPES: usize = 256;

/// Implementations of the watched types, by class in file order; true when the limit `implementations` cut the list.
pub(crate) fn implementations(program: &Program<'_>, watch: &Watch, limits: &Limits) -> (Vec<Implementation>, bool) {
    let mut found = Vec::new();
    let wanted: Vec<Option<TypeId>> =
        watch.types.iter().map(|watched| program.type_named(watched.type_name.as_bytes())).collect();
    // Types that lead to a watched one within the platform.
    let bases: Vec<(TypeId, usize)> = (0..program.type_count() as TypeId)
        .flat_map(|ty| base_hits(program, watch, ty).into_iter().map(move |position| (ty, position)))
        .collect();
    if wanted.iter().all(Option::is_none) && bases.is_empty() {
        return (found, false);
    }
    for class in &program.classes {
        let supers = supertypes(program, class.ty);
        for (position, (watched, ty)) in watch.types.iter().zip(&wanted).enumerate() {
            let direct = ty.is_some_and(|ty| supers.contains(&ty));
            let through = || bases.iter().any(|(base, hit)| *hit == position && supers.contains(base));
            if !direct && !through() {
                continue;
            }
            if found.len() >= limits.implementations {
                return (found, true);
            }
            let Some(dex) = program.dex(class.dex) else { continue };
            let methods = program.methods_of(class).filter_map(|number| program.method(number));
            found.push(Implementation {
                watch: watched.id.clone(),
                class_name: dex_text(program, class.ty),
                dex: dex.name.clone(),
                methods: methods.filter_map(|method| shape_if_asked(dex, watched, method)).collect(),
            });
        }
    }
    (found, false)
}

fn base_hits(program: &Program<'_>, watch: &Watch, ty: TypeId) -> Vec<usize> {
    let mut hits = Vec::new();
    let mut next = abstract_base(program.descriptor(ty));
    while let Some(base) = next {
        hits.extend(
            (0..watch.types.len()).filter(|k| watch.types.get(*k).is_some_and(|watched| watched.type_name == base)),
        );
        next = abstract_base(base.as_bytes());
    }
    hits
}

fn dex_text(program: &Program<'_>, ty: TypeId) -> String {
    super::format::mutf8::decode(program.descriptor(ty)).into_owned()
}

/// Every type above `ty` (not itself): superclasses and interfaces, through classes of the package.
pub(crate) fn supertypes(program: &Program<'_>, ty: TypeId) -> Vec<TypeId> {
    let mut supers = vec![ty];
    let mut next = 0;
    while let Some(current) = supers.get(next).copied() {
        next += 1;
        let Some(class) = program.class_of(current).and_then(|class| program.class(class)) else { continue };
        let above = std::iter::once(class.superclass).chain(program.interfaces(class).iter().copied());
        for ty in above.filter(|ty| *ty != super::program::NONE) {
            if supers.len() <= SUPERTYPES && !supers.contains(&ty) {
                supers.push(ty);
            }
        }
    }
    supers.remove(0);
    supers
}

fn shape_if_asked(dex: &Dex<'_>, watched: &WatchedType, method: &Method) -> Option<MethodShape> {
    let name = dex.method_name(method.index)?;
    if !watched.methods.iter().any(|asked| asked.as_bytes() == name) || method.code_off == 0 {
        return None;
    }
    let code = dex.code(method.code_off)?;
    let at = CodeAt { dex: dex.name.clone(), method: dex.method_text(method.index), offset: None };
    let returns = dex.methods.get(method.index as usize).and_then(|id| dex.protos.get(usize::from(id.proto)));
    let letter = returns.and_then(|proto| dex.type_bytes(proto.returns)?.first().copied()).unwrap_or(b'V');
    Some(shape(dex, &code, letter, at))
}

/// What the whole body says. *Straight line* means: no branch, switch, `goto`, or handler anywhere, so that every
/// run executes every instruction up to the one `return` or `throw` at the end.
///
/// - `empty`: nothing but `nop` before `return-void`;
/// - `returns_true`, `returns_false`, `returns_null`: only constants and moves before returning that constant,
///   the first two in a method of type boolean, the third in one that returns an object;
/// - `throws`: a straight line that ends in `throw`;
/// - `calls`: a straight line with at least one call that ends in a return;
/// - `other`: everything else. The list of calls is filled for every shape, in order, each method once.
fn shape(dex: &Dex<'_>, code: &CodeItem<'_>, returns: u8, at: CodeAt) -> MethodShape {
    let mut calls: Vec<u32> = Vec::new();
    let (mut instructions, mut any_call, mut only_constants) = (0u32, false, true);
    let (mut straight, mut last) = (code.tries == 0 && !code.cut, None);
    let mut constants: Vec<(u16, i32)> = Vec::new();
    let mut returned = None;
    let mut stream = code.instructions();
    for instruction in stream.by_ref() {
        let kind = instruction.kind();
        if kind == Kind::Nop && instruction.length > 1 {
            continue;
        }
        instructions += 1;
        straight &= !matches!(last, Some(Kind::Return | Kind::Throw)) || kind == Kind::Nop;
        if kind != Kind::Nop {
            last = Some(kind);
        }
        match kind {
            Kind::If | Kind::Switch | Kind::Goto => straight = false,
            Kind::Invoke | Kind::InvokeRange | Kind::Polymorphic => {
                any_call = true;
                let index = super::format::bytes::unit_at(code.insns, instruction.at + 1).map_or(u32::MAX, u32::from);
                if calls.len() < CALLS && !calls.contains(&index) {
                    calls.push(index);
                }
            }
            Kind::Custom => any_call = true,
            Kind::Return => returned = constants.iter().rev().find(|known| known.0 == instruction.high()).map(|k| k.1),
            Kind::Nop | Kind::Throw => {}
            _ => match constant(code, &mut constants, instruction) {
                Some(known) => constants.push(known),
                None => only_constants = false,
            },
        }
    }
    straight &= stream.ended_clean();
    let returns_at_end = last == Some(Kind::Return);
    let quiet = straight && !any_call && only_constants && returns_at_end;
    let shape = match (returns, returned) {
        _ if straight && last == Some(Kind::Throw) => "throws",
        (b'V', _) if quiet => "empty",
        (b'Z', Some(1)) if quiet => "returns_true",
        (b'Z', Some(0)) if quiet => "returns_false",
        (b'L' | b'[', Some(0)) if quiet => "returns_null",
        _ if straight && any_call && returns_at_end => "calls",
        _ => "other",
    };
    let calls = calls.into_iter().map(|index| dex.method_text(index)).collect();
    MethodShape { at, shape, calls, instructions }
}

/// The register and its constant after `instruction`, if that is all it does.
fn constant(
    code: &CodeItem<'_>,
    known: &mut [(u16, i32)],
    instruction: super::format::code::Instruction,
) -> Option<(u16, i32)> {
    let high = instruction.high();
    let unit = |k: u32| super::format::bytes::unit_at(code.insns, instruction.at + k);
    let holds = |register: u16| known.iter().rev().find(|k| k.0 == register).map(|k| k.1);
    match instruction.op() {
        0x12 => Some((high & 15, i32::from((high as i16) << 8 >> 12))),
        0x13 => Some((high, i32::from(unit(1)? as i16))),
        0x14 => Some((high, super::format::bytes::int_at(code.insns, instruction.at + 1)?)),
        0x15 => Some((high, i32::from(unit(1)? as i16) << 16)),
        0x01 | 0x07 => Some((high & 15, holds(high >> 4)?)),
        0x02 | 0x08 => Some((high, holds(unit(1)?)?)),
        _ => None,
    }
}
