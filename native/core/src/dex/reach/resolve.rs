//! Which method of the package a reference means, and what could run instead: ART's resolution rules ("Dalvik
//! bytecode", `invoke-kind`; JVMS 5.4.3.3 and 5.4.6) over the classes of the package.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::super::program::{ClassId, MethodNo, Program, TypeId, CHAIN, NONE};
use super::super::shape::supertypes;

/// A method's name and prototype, as one number across the package.
pub(crate) type SignatureId = u32;
type Map<K, V> = HashMap<K, V, RandomState>;

/// Overrides looked for below one class; more is taken for "overridden".
const SUBCLASSES: usize = 20_000;
const ACC_ABSTRACT: u32 = 0x400;

/// Answers, remembered: only what start-up code asks about is ever worked out.
#[derive(Debug)]
pub(crate) struct Resolver<'p, 'a> {
    program: &'p Program<'a>,
    signatures: Map<(u32, u32), SignatureId>,
    names: Map<&'a [u8], u32>,
    protos: Map<Vec<TypeId>, u32>,
    proto_of: Vec<Vec<u32>>,
    signature_of: Vec<Vec<SignatureId>>,
    declared: Map<(ClassId, SignatureId), MethodNo>,
    indexed: HashSet<ClassId, RandomState>,
    first_child: Vec<ClassId>,
    next_sibling: Vec<ClassId>,
}

impl<'p, 'a> Resolver<'p, 'a> {
    /// For the classes of `program`.
    pub(crate) fn new(program: &'p Program<'a>) -> Self {
        let count = program.classes.len();
        let (mut first_child, mut next_sibling) = (vec![NONE; count], vec![NONE; count]);
        for (class, row) in (0..).zip(&program.classes) {
            let parent = program.class_of(row.superclass).filter(|parent| *parent != class);
            if let Some(first) = parent.and_then(|parent| first_child.get_mut(parent as usize)) {
                if let Some(next) = next_sibling.get_mut(class as usize) {
                    *next = *first;
                }
                *first = class;
            }
        }
        Self {
            program,
            signatures: Map::default(),
            names: Map::default(),
            protos: Map::default(),
            proto_of: program.dexes.iter().map(|dex| vec![NONE; dex.protos.len()]).collect(),
            signature_of: program.dexes.iter().map(|dex| vec![NONE; dex.methods.len()]).collect(),
            declared: Map::default(),
            indexed: HashSet::default(),
            first_child,
            next_sibling,
        }
    }

    /// The program it answers for.
    pub(crate) fn program(&self) -> &'p Program<'a> {
        self.program
    }

    /// The signature of method index `index` of the dex file at `position`.
    pub(crate) fn signature(&mut self, position: u32, index: u32) -> Option<SignatureId> {
        let known = *self.signature_of.get(position as usize)?.get(index as usize)?;
        if known != NONE {
            return Some(known);
        }
        let dex = self.program.dex(position)?;
        let id = dex.methods.get(index as usize)?;
        let next = self.names.len() as u32;
        let name = *self.names.entry(dex.string_bytes(id.name)?).or_insert(next);
        let proto = self.proto(position, u32::from(id.proto))?;
        let next = self.signatures.len() as SignatureId;
        let signature = *self.signatures.entry((name, proto)).or_insert(next);
        *self.signature_of.get_mut(position as usize)?.get_mut(index as usize)? = signature;
        Some(signature)
    }

    fn proto(&mut self, position: u32, index: u32) -> Option<u32> {
        let known = *self.proto_of.get(position as usize)?.get(index as usize)?;
        if known != NONE {
            return Some(known);
        }
        let dex = self.program.dex(position)?;
        let returns = dex.protos.get(index as usize)?.returns;
        let types = std::iter::once(returns).chain(dex.parameters(index));
        let types: Vec<TypeId> = types.map(|ty| self.program.type_of(position, ty)).collect();
        let next = self.protos.len() as u32;
        let proto = *self.protos.entry(types).or_insert(next);
        *self.proto_of.get_mut(position as usize)?.get_mut(index as usize)? = proto;
        Some(proto)
    }

    /// The method that `class` itself declares.
    pub(crate) fn declared(&mut self, class: ClassId, signature: SignatureId) -> Option<MethodNo> {
        if self.indexed.insert(class) {
            let methods = self.program.class(class).map(|row| self.program.methods_of(row)).unwrap_or_default();
            for number in methods {
                let Some(method) = self.program.method(number) else { continue };
                if let Some(signature) = self.signature(method.dex, method.index) {
                    self.declared.entry((class, signature)).or_insert(number);
                }
            }
        }
        self.declared.get(&(class, signature)).copied()
    }

    /// The method that a lookup in the class of `ty` and its superclasses finds in the package.
    pub(crate) fn inherited(&mut self, ty: TypeId, signature: SignatureId) -> Option<MethodNo> {
        let mut next = ty;
        for _ in 0..CHAIN {
            let class = self.program.class_of(next)?;
            if let Some(method) = self.declared(class, signature) {
                return Some(method);
            }
            next = self.program.class(class)?.superclass;
        }
        None
    }

    /// `inherited`, else a default method of an interface.
    pub(crate) fn implemented(&mut self, ty: TypeId, signature: SignatureId) -> Option<MethodNo> {
        let concrete = |method: &MethodNo| self.program.method(*method).is_some_and(|m| m.access & ACC_ABSTRACT == 0);
        let program = self.program;
        if let Some(method) = self.inherited(ty, signature).filter(concrete) {
            return Some(method);
        }
        let interfaces = supertypes(program, ty);
        interfaces.into_iter().filter_map(|above| program.class_of(above)).find_map(|class| {
            self.declared(class, signature)
                .filter(|method| program.method(*method).is_some_and(|m| m.access & ACC_ABSTRACT == 0))
        })
    }

    /// A class of the package below `ty` declares the method again.
    pub(crate) fn overridden(&mut self, ty: TypeId, signature: SignatureId) -> bool {
        let Some(root) = self.program.class_of(ty) else { return true };
        let mut left = vec![root];
        let mut seen = 0;
        while let Some(class) = left.pop() {
            let mut child = self.first_child.get(class as usize).copied().unwrap_or(NONE);
            while child != NONE {
                seen += 1;
                if seen > SUBCLASSES || self.declared(child, signature).is_some() {
                    return true;
                }
                left.push(child);
                child = self.next_sibling.get(child as usize).copied().unwrap_or(NONE);
            }
        }
        false
    }

    /// The static initialisers that run when the class of `ty` is first used: its own and those above it.
    pub(crate) fn initialisers(&mut self, ty: TypeId) -> Vec<MethodNo> {
        let program = self.program;
        let classes = program.superclasses(ty).filter_map(|ty| program.class(program.class_of(ty)?));
        let named = |number: &MethodNo| {
            let name = program.method(*number).and_then(|method| program.dex(method.dex)?.method_name(method.index));
            name == Some(b"<clinit>")
        };
        classes.filter_map(|class| program.methods_of(class).find(|number| named(number))).collect()
    }
}
