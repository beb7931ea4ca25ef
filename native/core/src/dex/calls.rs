//! Watched calls and field reads as facts.

use super::program::Program;
use super::reach::Reached;
use super::scan::Seen;
use super::targets::Targets;
use super::values::{mention, Tracker};
use super::watch::Watch;
use crate::facts::{CodeAt, CodeCall, FieldRead};
use crate::limits::Limits;

/// A call and where it stands, before reach is known.
#[derive(Debug)]
pub(crate) struct Found<T> {
    /// Number of the method that holds it.
    pub(crate) method: u32,
    /// The fact.
    pub(crate) fact: T,
}

/// Watched calls with their visible arguments, in file order; true when the limit `calls` cut the list.
pub(crate) fn calls(
    program: &Program<'_>,
    watch: &Watch,
    (targets, seen): (&[Targets], &[Seen]),
    limits: &Limits,
) -> (Vec<Found<CodeCall>>, bool) {
    let mut tracker = Tracker::default();
    let (mut found, mut over) = (Vec::new(), false);
    for ((position, (dex, seen)), targets) in (0..).zip(program.dexes.iter().zip(seen)).zip(targets) {
        for number in &seen.callers {
            let Some(code) = program.method(*number).and_then(|method| dex.code(method.code_off)) else { continue };
            let mut text = None;
            tracker.walk((position, dex), &code, |tracker, call| {
                if !targets.has_method(call.method) {
                    return;
                }
                let wanted = targets.calls.get(&call.method).into_iter().flatten().filter_map(|k| watch.calls.get(*k));
                let wanted: Vec<_> = wanted.filter(|watched| !watched.result || tracker.passes_result(&call)).collect();
                if wanted.is_empty() {
                    return;
                }
                let args = tracker.arguments(dex, &call, limits);
                for watched in wanted {
                    if watched.argument.as_ref().is_some_and(|part| !mention(&args, part)) {
                        continue;
                    }
                    if found.len() >= limits.calls {
                        over = true;
                        return;
                    }
                    let method = text.get_or_insert_with(|| program.method_text(*number)).clone();
                    let at = CodeAt { dex: dex.name.clone(), method, offset: Some(call.at) };
                    let target = dex.method_text(call.method);
                    let fact = CodeCall { watch: watched.id.clone(), target, at, args: args.clone(), reach: None };
                    found.push(Found { method: *number, fact });
                }
            });
            if over {
                return (found, over);
            }
        }
    }
    (found, over)
}

/// Reads of watched fields, in file order; true when the limit `calls` cut the list.
pub(crate) fn field_reads(
    program: &Program<'_>,
    watch: &Watch,
    (targets, seen): (&[Targets], &[Seen]),
    limits: &Limits,
) -> (Vec<Found<FieldRead>>, bool) {
    let mut found = Vec::new();
    for ((dex, seen), targets) in program.dexes.iter().zip(seen).zip(targets) {
        for (number, at, index) in &seen.reads {
            for watched in targets.fields.get(index).into_iter().flatten().filter_map(|k| watch.fields.get(*k)) {
                if found.len() >= limits.calls {
                    return (found, true);
                }
                let at = CodeAt { dex: dex.name.clone(), method: program.method_text(*number), offset: Some(*at) };
                let field = dex.field_text(*index);
                let fact = FieldRead { watch: watched.id.clone(), field, at, reach: None };
                found.push(Found { method: *number, fact });
            }
        }
    }
    (found, false)
}

/// `found` with how start-up code gets to each.
pub(crate) fn with_reach<T>(
    found: Vec<Found<T>>,
    reached: &Reached<'_, '_>,
    fill: impl Fn(&mut T, Option<crate::facts::Reach>),
    place: impl Fn(&T) -> Option<u32>,
) -> Vec<T> {
    let add = |mut found: Found<T>| {
        let at = place(&found.fact).unwrap_or(0);
        fill(&mut found.fact, reached.of(found.method, at));
        found.fact
    };
    found.into_iter().map(add).collect()
}
