//! What every Dalvik opcode is, as far as the sweep asks: its length, what it refers to, where control goes, what it
//! writes. Source: AOSP "Dalvik bytecode" (opcodes up to `const-method-type`, dex 039) and "Instruction formats".

use super::bytes::unit_at;

/// What an instruction is to the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Computes, moves, compares; of no further interest.
    Plain,
    /// `nop`, or the data of a switch or array behind it.
    Nop,
    /// `invoke-virtual` … `invoke-interface` with a register list.
    Invoke,
    /// The same over a register range.
    InvokeRange,
    /// `invoke-polymorphic`, list or range.
    Polymorphic,
    /// `invoke-custom`, list or range: the index is a call site, not a method.
    Custom,
    /// `const-string`.
    String,
    /// `const-string/jumbo`.
    Jumbo,
    /// `iget*`.
    InstanceGet,
    /// `sget*`.
    StaticGet,
    /// `iput*`.
    InstancePut,
    /// `sput*`.
    StaticPut,
    /// `new-instance`.
    New,
    /// `if-*`.
    If,
    /// `packed-switch`, `sparse-switch`.
    Switch,
    /// `goto*`.
    Goto,
    /// `return*`.
    Return,
    /// `throw`.
    Throw,
}

/// Length in code units; switch and array data behind a `nop` are longer, see `length`.
pub(crate) const LENGTH: [u8; 256] = lengths();
/// Kind of each opcode.
pub(crate) const KIND: [Kind; 256] = kinds();

#[allow(clippy::indexing_slicing, reason = "evaluated when compiled, for all 256 opcodes")]
const fn lengths() -> [u8; 256] {
    let mut table = [1u8; 256];
    let mut op = 0;
    while op < 256 {
        table[op] = match op {
            0x02 | 0x05 | 0x08 | 0x13 | 0x15 | 0x16 | 0x19 | 0x1a | 0x1c | 0x1f | 0x20 | 0x22 | 0x23 | 0x29 => 2,
            0x2d..=0x3d | 0x44..=0x6d | 0x90..=0xaf | 0xd0..=0xe2 | 0xfe | 0xff => 2,
            0x03 | 0x06 | 0x09 | 0x14 | 0x17 | 0x1b | 0x24..=0x26 | 0x2a..=0x2c => 3,
            0x6e..=0x72 | 0x74..=0x78 | 0xfc | 0xfd => 3,
            0xfa | 0xfb => 4,
            0x18 => 5,
            _ => 1,
        };
        op += 1;
    }
    table
}

#[allow(clippy::indexing_slicing, reason = "evaluated when compiled, for all 256 opcodes")]
const fn kinds() -> [Kind; 256] {
    let mut table = [Kind::Plain; 256];
    let mut op = 0;
    while op < 256 {
        table[op] = match op {
            0x00 => Kind::Nop,
            0x0e..=0x11 => Kind::Return,
            0x1a => Kind::String,
            0x1b => Kind::Jumbo,
            0x22 => Kind::New,
            0x27 => Kind::Throw,
            0x28..=0x2a => Kind::Goto,
            0x2b | 0x2c => Kind::Switch,
            0x32..=0x3d => Kind::If,
            0x52..=0x58 => Kind::InstanceGet,
            0x59..=0x5f => Kind::InstancePut,
            0x60..=0x66 => Kind::StaticGet,
            0x67..=0x6d => Kind::StaticPut,
            0x6e..=0x72 => Kind::Invoke,
            0x74..=0x78 => Kind::InvokeRange,
            0xfa | 0xfb => Kind::Polymorphic,
            0xfc | 0xfd => Kind::Custom,
            _ => Kind::Plain,
        };
        op += 1;
    }
    table
}

/// How an invoke picks its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dispatch {
    /// By the class of the receiver.
    Virtual,
    /// In the superclass of the caller's class.
    Super,
    /// Exactly the method named: constructors and private methods.
    Direct,
    /// Exactly the method named, without receiver.
    Static,
    /// By the class of the receiver, through an interface.
    Interface,
}

/// How opcode `op` dispatches, if it is an invoke of a method.
pub(crate) const fn dispatch(op: u8) -> Option<Dispatch> {
    match op {
        0x6e | 0x74 | 0xfa | 0xfb => Some(Dispatch::Virtual),
        0x6f | 0x75 => Some(Dispatch::Super),
        0x70 | 0x76 => Some(Dispatch::Direct),
        0x71 | 0x77 => Some(Dispatch::Static),
        0x72 | 0x78 => Some(Dispatch::Interface),
        _ => None,
    }
}

/// Length in code units of the instruction at `at`, data of switches and arrays included; at least 1.
#[inline]
pub(crate) fn length(code: &[u8], at: u32, unit: u16) -> u32 {
    if unit & 0xff == 0 && unit != 0 {
        payload_length(code, at, unit)
    } else {
        u32::from(LENGTH.get(usize::from(unit & 0xff)).copied().unwrap_or(1))
    }
}

/// Length of a `packed-switch-payload`, `sparse-switch-payload` or `fill-array-data-payload`; 1 for another `nop`.
pub(crate) fn payload_length(code: &[u8], at: u32, unit: u16) -> u32 {
    let word = |k: u32| at.checked_add(k).and_then(|place| unit_at(code, place)).map_or(0, u32::from);
    match unit {
        0x0100 => word(1) * 2 + 4,
        0x0200 => word(1) * 4 + 2,
        0x0300 => {
            let bytes = u64::from(word(1)) * (u64::from(word(2)) | u64::from(word(3)) << 16);
            u32::try_from(bytes.div_ceil(2).saturating_add(4)).unwrap_or(u32::MAX)
        }
        _ => 1,
    }
}

/// The register that an instruction writes, and whether the one behind it is written too.
pub(crate) fn written(code: &[u8], at: u32, unit: u16) -> Option<(u16, bool)> {
    let op = (unit & 0xff) as u8;
    let register = match op {
        0x01 | 0x04 | 0x07 | 0x12 | 0x20 | 0x21 | 0x23 | 0x52..=0x58 | 0x7b..=0x8f | 0xb0..=0xd7 => unit >> 8 & 0x0f,
        0x02 | 0x05 | 0x08 | 0x0a..=0x0d | 0x13..=0x1c | 0x22 | 0x2d..=0x31 | 0x44..=0x4a => unit >> 8,
        0x60..=0x66 | 0x90..=0xaf | 0xd8..=0xe2 | 0xfe | 0xff => unit >> 8,
        0x03 | 0x06 | 0x09 => unit_at(code, at.checked_add(1)?)?,
        _ => return None,
    };
    let wide = matches!(
        op,
        0x04..=0x06 | 0x0b | 0x16..=0x19 | 0x45 | 0x53 | 0x61 | 0x7d | 0x7e | 0x80 | 0x81 | 0x83 | 0x86 | 0x88 | 0x89
            | 0x8b | 0x9b..=0xa5 | 0xab..=0xaf | 0xbb..=0xc5 | 0xcb..=0xcf
    );
    Some((register, wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_skipped_whole() {
        let packed = [0x00, 0x01, 0x03, 0x00];
        assert_eq!(payload_length(&packed, 0, 0x0100), 10);
        let array = [0x00, 0x03, 0x01, 0x00, 0x05, 0x00, 0x00, 0x00];
        assert_eq!(payload_length(&array, 0, 0x0300), 7);
        assert_eq!(length(&[0, 0], 0, 0), 1);
    }

    #[test]
    fn an_array_larger_than_any_file_does_not_overflow() {
        let array = [0x00, 0x03, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(payload_length(&array, 0, 0x0300), u32::MAX);
    }

    #[test]
    fn wide_results_take_two_registers() {
        assert_eq!(written(&[0x0b, 0x02], 0, 0x020b), Some((2, true)));
        assert_eq!(written(&[0x12, 0x13], 0, 0x1312), Some((3, false)));
        assert_eq!(written(&[0x0e, 0x00], 0, 0x000e), None);
    }
}
