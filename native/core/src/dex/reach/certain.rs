//! What every start of the app runs.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use super::super::format::bytes::unit_at;
use super::super::format::code::{CodeItem, Instruction};
use super::super::format::opcode::{dispatch, Dispatch, Kind};
use super::super::program::{Method, MethodNo};
use super::line::straight_line;
use super::resolve::Resolver;

/// A method that runs; if a caller would catch what it throws decides how long its straight line is.
type Place = (MethodNo, bool);

#[derive(Debug)]
struct Visit {
    parent: Place,
    /// The straight line, as ranges of code units.
    line: Vec<(u32, u32)>,
}

/// Methods that every start runs, and which of their instructions.
#[derive(Debug, Default)]
pub(crate) struct Certain {
    visits: HashMap<Place, Visit, RandomState>,
    /// The search met its limit.
    pub(crate) over: bool,
}

impl Certain {
    /// Searches from `entries`, at most `limit` methods far.
    pub(crate) fn search(resolver: &mut Resolver<'_, '_>, entries: &[MethodNo], limit: usize) -> Self {
        let mut certain = Self::default();
        let mut queue: VecDeque<(Place, Place)> =
            entries.iter().map(|entry| ((*entry, false), (*entry, false))).collect();
        while let Some((place, parent)) = queue.pop_front() {
            // Where nothing catches the line is the longer one.
            if certain.visits.contains_key(&place) || certain.visits.contains_key(&(place.0, false)) {
                continue;
            }
            if certain.visits.len() >= limit {
                certain.over = true;
                break;
            }
            let mut line: Vec<(u32, u32)> = Vec::new();
            let mut calls = Vec::new();
            let program = resolver.program();
            let method = program.method(place.0);
            let body = method.and_then(|method| {
                let dex = program.dex(method.dex)?;
                Some((method, dex, dex.code(method.code_off).filter(|_| method.code_off != 0)?))
            });
            if let Some((method, dex, code)) = body {
                straight_line(resolver, (method.dex, dex), &code, place.1, |instruction, caught| {
                    match line.last_mut() {
                        Some(range) if range.1 == instruction.at => range.1 = instruction.next(),
                        _ => line.push((instruction.at, instruction.next())),
                    }
                    calls.push((instruction, caught));
                });
                for (instruction, caught) in calls {
                    let targets = fixed_targets(resolver, method, &code, instruction);
                    queue.extend(targets.into_iter().map(|target| ((target, caught), place)));
                }
            }
            certain.visits.insert(place, Visit { parent, line });
        }
        certain
    }

    /// The way from an entry to the instruction at `at` of `method`, if every start takes it.
    pub(crate) fn path(&self, method: MethodNo, at: u32) -> Option<Vec<MethodNo>> {
        let runs = |caught: bool| {
            let visit = self.visits.get(&(method, caught))?;
            visit.line.iter().any(|range| range.0 <= at && at < range.1).then_some((method, caught))
        };
        let mut place = runs(false).or_else(|| runs(true))?;
        let mut path = vec![place.0];
        while let Some(visit) = self.visits.get(&place).filter(|visit| visit.parent != place) {
            place = visit.parent;
            path.push(place.0);
        }
        path.reverse();
        Some(path)
    }
}

/// Methods that `instruction` runs whatever the objects are.
fn fixed_targets(
    resolver: &mut Resolver<'_, '_>,
    method: &Method,
    code: &CodeItem<'_>,
    instruction: Instruction,
) -> Vec<MethodNo> {
    let program = resolver.program();
    let kind = instruction.kind();
    if !matches!(kind, Kind::Invoke | Kind::InvokeRange | Kind::New) {
        return Vec::new();
    }
    let Some(index) = unit_at(code.insns, instruction.at + 1).map(u32::from) else { return Vec::new() };
    if kind == Kind::New {
        return resolver.initialisers(program.type_of(method.dex, index));
    }
    let Some(id) = program.dex(method.dex).and_then(|dex| dex.methods.get(index as usize)) else { return Vec::new() };
    let Some(signature) = resolver.signature(method.dex, index) else { return Vec::new() };
    let ty = program.type_of(method.dex, u32::from(id.class));
    let superclass = program.class(method.class).map(|class| class.superclass);
    let target = match dispatch(instruction.op()) {
        Some(Dispatch::Static) => resolver.inherited(ty, signature),
        Some(Dispatch::Direct) => program.class_of(ty).and_then(|class| resolver.declared(class, signature)),
        Some(Dispatch::Super) => superclass.and_then(|ty| resolver.inherited(ty, signature)),
        Some(Dispatch::Virtual) => {
            let target = resolver.inherited(ty, signature);
            target.filter(|_| !resolver.overridden(ty, signature))
        }
        Some(Dispatch::Interface) | None => None,
    };
    let Some(target) = target else { return Vec::new() };
    let mut targets = Vec::new();
    if dispatch(instruction.op()) == Some(Dispatch::Static) {
        // The class that declares the method is initialised, not the one that the call names.
        let declaring = program.method(target).and_then(|found| program.class(found.class));
        targets.extend(declaring.map(|class| resolver.initialisers(class.ty)).unwrap_or_default());
    }
    targets.push(target);
    targets
}
