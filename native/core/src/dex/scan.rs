//! The sweep: every instruction of every method once, looking for the few that matter.

use super::format::bytes::{u32_at, unit_at};
use super::format::code::CodeItem;
use super::format::file::Dex;
use super::format::opcode::{payload_length, Kind, KIND, LENGTH};
use super::program::{Method, MethodNo, Program};
use super::strings::Matched;
use super::targets::Targets;

/// What the sweep saw of one dex file.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Methods with code.
    pub(crate) code_items: u32,
    /// Instructions; data of switches and arrays is none.
    pub(crate) instructions: u64,
    /// Invoke instructions of every form.
    pub(crate) invokes: u64,
    /// Methods that call something watched, in file order.
    pub(crate) callers: Vec<MethodNo>,
    /// Reads of watched fields: method, code unit, field index.
    pub(crate) reads: Vec<(MethodNo, u32, u32)>,
    /// Loads of matched strings: string index, method, code unit.
    pub(crate) loads: Vec<(u32, MethodNo, u32)>,
}

/// Tells what is broken: dex file, method, byte offset, reason.
pub(crate) type Report<'r> = &'r mut dyn FnMut(&Dex<'_>, u32, u64, String);

/// Sweeps the methods of `program` in file order; `targets` and `strings` (a bit per matched string) stand per dex
/// file. `shape` is given each method's instructions for the likeness signature.
pub(crate) fn sweep(
    program: &Program<'_>,
    targets: &[Targets],
    strings: &[Matched],
    mut shape: impl FnMut(&Method, &CodeItem<'_>),
    report: Report<'_>,
) -> Vec<Seen> {
    let mut seen: Vec<Seen> = program.dexes.iter().map(|_| Seen::default()).collect();
    // Methods may share a code item; honest ones hardly do. Crafted ones that all share a long one would cost
    // without end.
    let mut budgets: Vec<usize> = program.dexes.iter().map(|dex| 4 * dex.data.len() + 65_536).collect();
    for (number, method) in (0..).zip(&program.methods) {
        let position = method.dex as usize;
        let (Some(dex), Some(seen), Some(targets), Some(strings), Some(budget)) = (
            program.dexes.get(position),
            seen.get_mut(position),
            targets.get(position),
            strings.get(position),
            budgets.get_mut(position),
        ) else {
            continue;
        };
        if method.code_off == 0 || *budget == 0 {
            continue;
        }
        let Some(code) = dex.code(method.code_off) else {
            report(dex, method.index, u64::from(method.code_off), "the code item is not in the file".to_owned());
            continue;
        };
        seen.code_items += 1;
        if code.cut {
            report(dex, method.index, u64::from(method.code_off), "the code item leaves the file".to_owned());
        }
        *budget = budget.saturating_sub(code.insns.len() + 16);
        if *budget == 0 {
            report(
                dex,
                method.index,
                u64::from(method.code_off),
                "code items overlap; the rest was not read".to_owned(),
            );
        }
        let mut pass = Pass { dex, number, targets, strings: &strings.bits, seen, hit: false };
        if let Err(at) = pass.run(code.insns) {
            let reason = format!("the instructions break off at code unit {at}");
            report(dex, method.index, u64::from(method.code_off), reason);
        }
        if pass.hit {
            seen.callers.push(number);
        }
        shape(method, &code);
    }
    seen
}

struct Pass<'a, 's> {
    dex: &'s Dex<'a>,
    number: MethodNo,
    targets: &'s Targets,
    strings: &'s [u64],
    seen: &'s mut Seen,
    hit: bool,
}

impl Pass<'_, '_> {
    /// Over the instructions; `Err` with the code unit where one leaves the code.
    #[inline(never)]
    fn run(&mut self, insns: &[u8]) -> Result<(), u32> {
        let end = (insns.len() / 2) as u32;
        let (mut at, mut instructions, mut invokes) = (0u32, 0u64, 0u64);
        while let Some(unit) = unit_at(insns, at) {
            let op = usize::from(unit & 0xff);
            let kind = KIND.get(op).copied().unwrap_or(Kind::Plain);
            let mut length = u32::from(LENGTH.get(op).copied().unwrap_or(1));
            if kind == Kind::Nop && unit != 0 {
                length = payload_length(insns, at, unit);
            }
            if length > end - at {
                self.seen.instructions += instructions;
                self.seen.invokes += invokes;
                return Err(at);
            }
            instructions += 1;
            match kind {
                Kind::Plain | Kind::If | Kind::Goto | Kind::Return | Kind::New | Kind::Throw | Kind::Switch => {}
                Kind::InstancePut | Kind::StaticPut => {}
                Kind::Invoke | Kind::InvokeRange | Kind::Polymorphic => {
                    invokes += 1;
                    if let Some(index) = unit_at(insns, at + 1) {
                        self.hit |= self.targets.has_method(u32::from(index));
                    }
                }
                Kind::Custom => invokes += 1,
                Kind::InstanceGet | Kind::StaticGet => {
                    if let Some(index) = unit_at(insns, at + 1).map(u32::from) {
                        if self.targets.has_field(index) {
                            self.seen.reads.push((self.number, at, index));
                        }
                    }
                }
                Kind::String => self.load(unit_at(insns, at + 1).map(u32::from), at),
                Kind::Jumbo => self.load(u32_at(insns, (at as usize + 1) * 2), at),
                Kind::Nop => {
                    if length > 1 {
                        instructions -= 1;
                    }
                }
            }
            at += length;
        }
        self.seen.instructions += instructions;
        self.seen.invokes += invokes;
        Ok(())
    }

    #[inline]
    fn load(&mut self, string: Option<u32>, at: u32) {
        if let Some(string) = string {
            let word = self.strings.get(string as usize / 64).copied().unwrap_or(0);
            if word >> (string % 64) & 1 == 1 && string < self.dex.strings {
                self.seen.loads.push((string, self.number, at));
            }
        }
    }
}
