//! Code items: registers, instructions, the places where control may join, handlers.

use super::bytes::{int_at, u16_at, u32_at, unit_at, Cursor};
use super::opcode::{length, Kind, KIND};

/// `code_item` with its instructions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeItem<'a> {
    data: &'a [u8],
    /// Number of registers.
    pub(crate) registers: u16,
    /// How many of them, the last, take the parameters.
    pub(crate) ins: u16,
    /// Number of `try_item`s.
    pub(crate) tries: u16,
    /// The instructions, two bytes a code unit.
    pub(crate) insns: &'a [u8],
    /// The item says more instructions than the file has.
    pub(crate) cut: bool,
    tries_off: usize,
}

/// Code units `start..end` are covered by handlers.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    /// First code unit.
    pub(crate) start: u32,
    /// The one after the last.
    pub(crate) end: u32,
    /// Where the handlers begin.
    pub(crate) handlers: Vec<u32>,
}

/// An instruction and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instruction {
    /// In code units.
    pub(crate) at: u32,
    /// The first code unit: opcode in the low byte.
    pub(crate) unit: u16,
    /// In code units.
    pub(crate) length: u32,
}

impl Instruction {
    /// The opcode.
    pub(crate) fn op(&self) -> u8 {
        (self.unit & 0xff) as u8
    }

    /// Its kind.
    pub(crate) fn kind(&self) -> Kind {
        KIND.get(usize::from(self.unit & 0xff)).copied().unwrap_or(Kind::Plain)
    }

    /// The high byte of the first code unit (`AA` in most formats).
    pub(crate) fn high(&self) -> u16 {
        self.unit >> 8
    }

    /// The place after it.
    pub(crate) fn next(&self) -> u32 {
        self.at.saturating_add(self.length)
    }

    /// Where a `goto` or `if` of this place leads.
    pub(crate) fn branch_target(&self, code: &[u8]) -> Option<u32> {
        let offset = match self.op() {
            0x28 => i32::from((self.unit >> 8) as u8 as i8),
            0x29 => i32::from(unit_at(code, self.at.checked_add(1)?)? as i16),
            0x2a => int_at(code, self.at.checked_add(1)?)?,
            0x32..=0x3d => i32::from(unit_at(code, self.at.checked_add(1)?)? as i16),
            _ => return None,
        };
        self.at.checked_add_signed(offset)
    }
}

impl<'a> CodeItem<'a> {
    /// The item at byte `off`; `None` when not even its head is inside the file.
    pub(crate) fn read(data: &'a [u8], off: u32) -> Option<Self> {
        let off = off as usize;
        let head = data.get(off..)?;
        let size = (u32_at(head, 12)? as usize).checked_mul(2)?;
        let body = head.get(16..)?;
        let insns = body.get(..size.min(body.len() & !1))?;
        let tries = u16_at(head, 6)?;
        Some(Self {
            data,
            registers: u16_at(head, 0)?,
            ins: u16_at(head, 2)?,
            tries,
            insns,
            cut: insns.len() < size,
            tries_off: off.checked_add(16)?.checked_add(size)?.checked_add(size & 2)?,
        })
    }

    /// Every instruction in order, data behind `nop` included; stops where one leaves the code.
    pub(crate) fn instructions(&self) -> Instructions<'a> {
        Instructions { insns: self.insns, at: 0 }
    }

    /// The instruction at code unit `at`.
    pub(crate) fn instruction(&self, at: u32) -> Option<Instruction> {
        Instructions { insns: self.insns, at }.next()
    }

    /// The ranges with handlers. Ranges do not overlap, so more ranges than code units are a lie and not read; nor
    /// are more handlers than a multiple of the code units, which hand-made lists that share bytes could claim.
    pub(crate) fn try_ranges(&self) -> Vec<Try> {
        let handlers_off = self.tries_off.saturating_add(usize::from(self.tries) * 8);
        let rows = self.data.get(self.tries_off..).unwrap_or_default().chunks_exact(8);
        let units = self.insns.len() / 2;
        let mut room = 64 + 4 * units;
        let read = |row: &[u8]| {
            let start = u32_at(row, 0)?;
            let handlers = self.handlers(handlers_off.checked_add(usize::from(u16_at(row, 6)?))?, room);
            room = room.saturating_sub(handlers.len());
            Some(Try { start, end: start.saturating_add(u32::from(u16_at(row, 4)?)), handlers })
        };
        rows.take(usize::from(self.tries).min(units)).filter_map(read).collect()
    }

    fn handlers(&self, off: usize, room: usize) -> Vec<u32> {
        let mut cursor = Cursor::new(self.data, off);
        let mut addresses = Vec::new();
        let Some(size) = cursor.sleb128() else { return addresses };
        // A size of zero or below says that a catch-all follows.
        for _ in 0..(size.unsigned_abs() as usize).min(room) {
            match (cursor.uleb128(), cursor.uleb128()) {
                (Some(_), Some(address)) => addresses.push(address),
                _ => return addresses,
            }
        }
        if size <= 0 {
            addresses.extend(cursor.uleb128());
        }
        addresses
    }

    /// The code units where control may arrive from elsewhere: branch and switch targets, handlers. One bit a unit.
    pub(crate) fn joins(&self) -> Joins {
        let mut joins = Joins { bits: vec![0; self.insns.len() / 128 + 1] };
        for instruction in self.instructions() {
            match instruction.kind() {
                Kind::Goto | Kind::If => instruction.branch_target(self.insns).into_iter().for_each(|to| joins.set(to)),
                Kind::Switch => self.switch_targets(instruction, &mut joins),
                _ => {}
            }
        }
        if self.tries > 0 {
            self.try_ranges().iter().flat_map(|range| &range.handlers).for_each(|to| joins.set(*to));
        }
        joins
    }

    fn switch_targets(&self, switch: Instruction, joins: &mut Joins) {
        let payload = switch.at.checked_add(1).and_then(|at| int_at(self.insns, at));
        let Some(table) = payload.and_then(|offset| switch.at.checked_add_signed(offset)) else { return };
        let word = |k: u32| table.checked_add(k).and_then(|at| unit_at(self.insns, at));
        let (Some(ident), Some(size)) = (word(0), word(1)) else { return };
        let first = match ident {
            0x0100 => 4,
            0x0200 => 2 + 2 * u32::from(size),
            _ => return,
        };
        for entry in 0..u32::from(size) {
            let at = table.checked_add(first + 2 * entry);
            let Some(offset) = at.and_then(|at| int_at(self.insns, at)) else { return };
            switch.at.checked_add_signed(offset).into_iter().for_each(|to| joins.set(to));
        }
    }
}

/// A set of code units.
#[derive(Debug)]
pub(crate) struct Joins {
    bits: Vec<u64>,
}

impl Joins {
    fn set(&mut self, unit: u32) {
        if let Some(word) = self.bits.get_mut(unit as usize / 64) {
            *word |= 1 << (unit % 64);
        }
    }

    /// Control may arrive at `unit` from elsewhere.
    pub(crate) fn at(&self, unit: u32) -> bool {
        self.bits.get(unit as usize / 64).is_some_and(|word| word >> (unit % 64) & 1 == 1)
    }
}

/// See `CodeItem::instructions`.
#[derive(Debug, Clone)]
pub(crate) struct Instructions<'a> {
    insns: &'a [u8],
    at: u32,
}

impl Iterator for Instructions<'_> {
    type Item = Instruction;

    #[inline]
    fn next(&mut self) -> Option<Instruction> {
        let at = self.at;
        let unit = unit_at(self.insns, at)?;
        let length = length(self.insns, at, unit);
        self.at = at.checked_add(length)?;
        if self.at as usize > self.insns.len() / 2 {
            self.at = u32::MAX;
            return None;
        }
        Some(Instruction { at, unit, length })
    }
}

impl Instructions<'_> {
    /// Everything was an instruction: the last one ended where the code ends.
    pub(crate) fn ended_clean(&self) -> bool {
        self.at as usize == self.insns.len() / 2
    }
}
