//! What some start of the app may run.

use std::collections::{HashMap, HashSet, VecDeque};

use foldhash::fast::RandomState;

use super::super::format::bytes::unit_at;
use super::super::format::code::{CodeItem, Instruction};
use super::super::format::opcode::{dispatch, Dispatch, Kind};
use super::super::platform::is_callback;
use super::super::program::{ClassId, Method, MethodNo, TypeId, CHAIN, NONE};
use super::super::shape::supertypes;
use super::path_to;
use super::resolve::{Resolver, SignatureId};

/// Pairs of call and class looked at before the search gives up.
const STEPS: usize = 20_000_000;
/// Static, private or a constructor: not found by the class of the receiver.
const NOT_VIRTUAL: u32 = 0x8 | 0x2 | 0x10000;

type Map<K, V> = HashMap<K, V, RandomState>;
type Set<K> = HashSet<K, RandomState>;

/// Methods that start-up code may reach, each with the one it was first reached from.
#[derive(Debug, Default)]
pub(crate) struct Possible {
    parent: Vec<MethodNo>,
    /// The search met its limit.
    pub(crate) over: bool,
}

impl Possible {
    /// Searches from `entries`, at most `limit` methods far.
    pub(crate) fn search(resolver: &mut Resolver<'_, '_>, entries: &[MethodNo], limit: usize) -> Self {
        let program = resolver.program();
        if entries.is_empty() {
            return Self::default();
        }
        let mut search = Search {
            parent: vec![NONE; program.methods.len()],
            left: limit,
            units: 2 * program.dexes.iter().map(|dex| dex.data.len()).sum::<usize>() + 65_536,
            ..Search::default()
        };
        for entry in entries {
            search.visit(*entry, *entry);
            if let Some(method) = program.method(*entry) {
                search.create(resolver, method.class, *entry);
            }
        }
        while let Some(number) = search.queue.pop_front() {
            let Some(method) = program.method(number) else { continue };
            let code = program.dex(method.dex).and_then(|dex| dex.code(method.code_off));
            let Some(code) = code.filter(|_| method.code_off != 0) else { continue };
            search.units = search.units.saturating_sub(code.insns.len());
            if search.units == 0 || search.steps > STEPS {
                search.over = true;
                break;
            }
            for instruction in code.instructions() {
                search.follow(resolver, (number, method), &code, instruction);
            }
        }
        Self { parent: search.parent, over: search.over }
    }

    /// The way from an entry to `method`.
    pub(crate) fn path(&self, method: MethodNo) -> Option<Vec<MethodNo>> {
        let parent = |number: MethodNo| self.parent.get(number as usize).copied().unwrap_or(NONE);
        (parent(method) != NONE).then(|| path_to(method, parent))
    }
}

#[derive(Debug, Default)]
struct Search {
    parent: Vec<MethodNo>,
    queue: VecDeque<MethodNo>,
    left: usize,
    units: usize,
    steps: usize,
    over: bool,
    initialised: Set<TypeId>,
    created: Set<ClassId>,
    above: Map<ClassId, Vec<TypeId>>,
    asked: Set<(TypeId, SignatureId)>,
    callers: Map<SignatureId, Vec<(TypeId, MethodNo)>>,
    bodies: Map<SignatureId, Vec<(ClassId, MethodNo)>>,
}

impl Search {
    fn visit(&mut self, method: MethodNo, parent: MethodNo) {
        if let Some(slot) = self.parent.get_mut(method as usize).filter(|slot| **slot == NONE) {
            match self.left.checked_sub(1) {
                Some(left) => {
                    self.left = left;
                    *slot = parent;
                    self.queue.push_back(method);
                }
                None => self.over = true,
            }
        }
    }

    fn initialise(&mut self, resolver: &mut Resolver<'_, '_>, ty: TypeId, by: MethodNo) {
        if self.initialised.insert(ty) {
            for method in resolver.initialisers(ty) {
                self.visit(method, by);
            }
        }
    }

    fn follow(
        &mut self,
        resolver: &mut Resolver<'_, '_>,
        (number, method): (MethodNo, &Method),
        code: &CodeItem<'_>,
        instruction: Instruction,
    ) {
        let program = resolver.program();
        let Some(dex) = program.dex(method.dex) else { return };
        let index = || unit_at(code.insns, instruction.at + 1).map(u32::from);
        match instruction.kind() {
            Kind::New => {
                let Some(ty) = index().map(|index| program.type_of(method.dex, index)) else { return };
                self.initialise(resolver, ty, number);
                if let Some(class) = program.class_of(ty) {
                    self.create(resolver, class, number);
                }
            }
            Kind::StaticGet | Kind::StaticPut => {
                if let Some(field) = index().and_then(|index| dex.fields.get(index as usize)) {
                    self.initialise(resolver, program.type_of(method.dex, u32::from(field.class)), number);
                }
            }
            Kind::Custom => {
                for target in index().map(|index| dex.call_site_methods(index)).unwrap_or_default() {
                    let ty =
                        dex.methods.get(target as usize).map(|id| program.type_of(method.dex, u32::from(id.class)));
                    let signature = resolver.signature(method.dex, target);
                    if let (Some(ty), Some(signature)) = (ty, signature) {
                        if let Some(body) = resolver.implemented(ty, signature) {
                            self.visit(body, number);
                        }
                    }
                }
            }
            Kind::Invoke | Kind::InvokeRange => {
                if let Some(index) = index() {
                    self.invoke(resolver, (number, method), instruction, index);
                }
            }
            _ => {}
        }
    }

    fn invoke(
        &mut self,
        resolver: &mut Resolver<'_, '_>,
        (number, method): (MethodNo, &Method),
        instruction: Instruction,
        index: u32,
    ) {
        let program = resolver.program();
        let Some(id) = program.dex(method.dex).and_then(|dex| dex.methods.get(index as usize)) else { return };
        let Some(signature) = resolver.signature(method.dex, index) else { return };
        let ty = program.type_of(method.dex, u32::from(id.class));
        let target = match dispatch(instruction.op()) {
            Some(Dispatch::Static) => {
                self.initialise(resolver, ty, number);
                resolver.inherited(ty, signature)
            }
            Some(Dispatch::Direct) => program.class_of(ty).and_then(|class| resolver.declared(class, signature)),
            Some(Dispatch::Super) => {
                let above = program.class(method.class).map(|class| class.superclass);
                above.and_then(|ty| resolver.implemented(ty, signature))
            }
            _ => {
                if !self.asked.insert((ty, signature)) {
                    return;
                }
                self.ask(ty, signature, number);
                if program.class_of(ty).is_some() {
                    resolver.implemented(ty, signature)
                } else {
                    None
                }
            }
        };
        if let Some(target) = target {
            self.visit(target, number);
        }
    }

    /// A call through `ty` goes to the bodies in classes below it that exist so far; those to come find it noted.
    fn ask(&mut self, ty: TypeId, signature: SignatureId, by: MethodNo) {
        self.callers.entry(signature).or_default().push((ty, by));
        let mut hits = Vec::new();
        if let Some(bodies) = self.bodies.get(&signature) {
            self.steps = self.steps.saturating_add(bodies.len());
            let below = |class: &ClassId| self.above.get(class).is_some_and(|above| above.contains(&ty));
            hits.extend(bodies.iter().filter(|(class, _)| below(class)).map(|(_, body)| *body));
        }
        for body in hits {
            self.visit(body, by);
        }
    }

    /// An object of `class` exists: calls noted may go to its methods, and the platform may call it back.
    fn create(&mut self, resolver: &mut Resolver<'_, '_>, class: ClassId, by: MethodNo) {
        if !self.created.insert(class) {
            return;
        }
        let program = resolver.program();
        let Some(row) = program.class(class) else { return };
        let mut above = supertypes(program, row.ty);
        let foreign = |ty: &TypeId| program.class_of(*ty).is_none() && program.descriptor(*ty) != b"Ljava/lang/Object;";
        let called_back = above.iter().any(foreign);
        above.push(row.ty);
        let mut bodies: Vec<(SignatureId, MethodNo)> = Vec::new();
        let mut seen: Set<SignatureId> = Set::default();
        for (_, ty) in (0..CHAIN).zip(program.superclasses(row.ty)) {
            let Some(current) = program.class_of(ty).and_then(|class| program.class(class)) else { break };
            for number in program.methods_of(current) {
                let Some(method) = program.method(number).filter(|method| method.access & NOT_VIRTUAL == 0) else {
                    continue;
                };
                let Some(signature) = resolver.signature(method.dex, method.index) else { continue };
                if seen.insert(signature) && method.code_off != 0 {
                    bodies.push((signature, number));
                }
            }
        }
        self.steps = self.steps.saturating_add(bodies.len());
        for (signature, body) in bodies {
            self.bodies.entry(signature).or_default().push((class, body));
            let callers = self.callers.get(&signature).map(Vec::as_slice).unwrap_or_default();
            self.steps = self.steps.saturating_add(callers.len());
            let caller = callers.iter().find(|(ty, _)| above.contains(ty)).map(|(_, caller)| *caller);
            if let Some(caller) = caller {
                self.visit(body, caller);
            }
            if called_back {
                let name = program.method(body).and_then(|m| program.dex(m.dex)?.method_name(m.index));
                if name.is_some_and(is_callback) {
                    self.visit(body, by);
                }
            }
        }
        self.above.insert(class, above);
    }
}
