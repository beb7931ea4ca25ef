//! Which method and field identifiers of a dex file are on the watch list: resolved once per file, asked per
//! instruction as one bit.

use std::collections::HashMap;

use super::format::file::Dex;
use super::platform::{context_bases, is_context_base};
use super::program::{Program, TypeId};
use super::watch::{ByName, Watch};

/// Identifiers of one dex file that are watched.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    method_bits: Vec<u64>,
    field_bits: Vec<u64>,
    /// Positions in `Watch::calls` by method index, ascending.
    pub(crate) calls: HashMap<u32, Vec<usize>>,
    /// Positions in `Watch::fields` by field index, ascending.
    pub(crate) fields: HashMap<u32, Vec<usize>>,
}

#[inline]
fn bit(bits: &[u64], index: u32) -> bool {
    bits.get(index as usize / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
}

fn set(bits: &mut [u64], index: u32) {
    if let Some(word) = bits.get_mut(index as usize / 64) {
        *word |= 1 << (index % 64);
    }
}

impl Targets {
    /// The watched identifiers of the dex file at `position`; `related` is `related(program, watch)`.
    pub(crate) fn resolve(program: &Program<'_>, position: u32, watch: &Watch, related: &[bool]) -> Self {
        let Some(dex) = program.dex(position) else { return Self::default() };
        let mut targets = Self {
            method_bits: vec![0; dex.methods.len() / 64 + 1],
            field_bits: vec![0; dex.fields.len() / 64 + 1],
            ..Self::default()
        };
        let of_calls = watch.calls.iter().map(|call| call.class_name.as_ref().map(|class| Wanted::new(program, class)));
        let of_calls: Vec<Option<Wanted<'_>>> = of_calls.collect();
        let of_fields: Vec<Wanted<'_>> =
            watch.fields.iter().map(|field| Wanted::new(program, &field.class_name)).collect();
        let own = not_overriding(program, position, dex.methods.len());
        let mut names = Names::new(dex);
        for (index, method) in (0u32..).zip(&dex.methods) {
            let Some(positions) = names.lookup(dex, method.name, &watch.calls_by_name) else { continue };
            let ty = program.type_of(position, u32::from(method.class));
            let is_related = related.get(ty as usize).copied().unwrap_or(false);
            let hit = |k: &usize| {
                of_calls.get(*k).is_some_and(|wanted| {
                    wanted.as_ref().is_none_or(|wanted| {
                        is_related && wanted.is(program, ty) && (Some(ty) == wanted.ty || !bit(&own, index))
                    })
                }) && watch.calls.get(*k).is_some_and(|call| {
                    call.proto.as_ref().is_none_or(|proto| *proto == dex.proto_text(u32::from(method.proto)))
                })
            };
            let hits: Vec<usize> = positions.iter().copied().filter(hit).collect();
            if !hits.is_empty() {
                set(&mut targets.method_bits, index);
                targets.calls.insert(index, hits);
            }
        }
        let mut names = Names::new(dex);
        for (index, field) in (0u32..).zip(&dex.fields) {
            let Some(positions) = names.lookup(dex, field.name, &watch.fields_by_name) else { continue };
            let ty = program.type_of(position, u32::from(field.class));
            let hit = |k: &usize| of_fields.get(*k).is_some_and(|wanted| wanted.is(program, ty));
            let hits: Vec<usize> = positions.iter().copied().filter(hit).collect();
            if !hits.is_empty() {
                set(&mut targets.field_bits, index);
                targets.fields.insert(index, hits);
            }
        }
        targets
    }

    /// Method `index` is watched.
    #[inline]
    pub(crate) fn has_method(&self, index: u32) -> bool {
        bit(&self.method_bits, index)
    }

    /// Field `index` is watched.
    #[inline]
    pub(crate) fn has_field(&self, index: u32) -> bool {
        bit(&self.field_bits, index)
    }
}

/// Per type, whether any class of the watch list is it or above it: a first, cheap answer for names like `get` that
/// thousands of methods share.
pub(crate) fn related(program: &Program<'_>, watch: &Watch) -> Vec<bool> {
    let named = watch.calls.iter().filter_map(|call| call.class_name.as_ref());
    let named: Vec<&String> = named.chain(watch.fields.iter().map(|field| &field.class_name)).collect();
    let mut wanted = vec![false; program.type_count()];
    for ty in named.iter().filter_map(|class| program.type_named(class.as_bytes())) {
        wanted.get_mut(ty as usize).into_iter().for_each(|flag| *flag = true);
    }
    let contexts = named.iter().any(|class| is_context_base(class));
    let is = |ty: TypeId| {
        let mut last = ty;
        let hit = program.superclasses(ty).any(|up| {
            last = up;
            wanted.get(up as usize).copied().unwrap_or(false)
        });
        hit || contexts && context_bases(program.descriptor(last)).next().is_some()
    };
    (0..program.type_count() as TypeId).map(is).collect()
}

/// Method indices that the package itself declares static, private or as constructors: below a watched class these
/// are methods of their own, no overrides of what is watched.
fn not_overriding(program: &Program<'_>, position: u32, count: usize) -> Vec<u64> {
    const STATIC_PRIVATE_CONSTRUCTOR: u32 = 0x8 | 0x2 | 0x10000;
    let mut bits = vec![0; count / 64 + 1];
    for method in &program.methods {
        if method.dex == position && method.access & STATIC_PRIVATE_CONSTRUCTOR != 0 {
            set(&mut bits, method.index);
        }
    }
    bits
}

/// A class that the watch list names, as the package knows it.
struct Wanted<'w> {
    class: &'w str,
    ty: Option<TypeId>,
    context: bool,
}

impl<'w> Wanted<'w> {
    fn new(program: &Program<'_>, class: &'w str) -> Self {
        Self { class, ty: program.type_named(class.as_bytes()), context: is_context_base(class) }
    }

    /// A reference through `ty` is one to this class: the same type, a class of the package whose superclasses lead
    /// there, or one of the family of `Context`.
    fn is(&self, program: &Program<'_>, ty: TypeId) -> bool {
        let mut last = ty;
        for up in program.superclasses(ty) {
            if Some(up) == self.ty {
                return true;
            }
            last = up;
        }
        self.context && context_bases(program.descriptor(last)).any(|base| base == self.class)
    }
}

/// Remembers which strings are a watched name, since thousands of methods share one.
struct Names {
    seen: Vec<u8>,
}

impl Names {
    fn new(dex: &Dex<'_>) -> Self {
        Self { seen: vec![0; dex.strings as usize] }
    }

    fn lookup<'w>(&mut self, dex: &Dex<'_>, name: u32, by_name: &'w ByName) -> Option<&'w [usize]> {
        const NO: u8 = 1;
        let slot = self.seen.get_mut(name as usize)?;
        if *slot == NO {
            return None;
        }
        let found = dex.string_bytes(name).and_then(|bytes| by_name.get(bytes));
        if found.is_none() {
            *slot = NO;
        }
        found.map(Vec::as_slice)
    }
}
