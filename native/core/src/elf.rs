//! Native libraries: what an ELF file says about itself and how it was hardened (System V ABI, chapters 4 and 5).
//!
//! Only the dynamic section decides: it is what the loader reads, and section headers are often stripped. Read by
//! position from a prefix of the file; a fact that lies beyond it is absent, never guessed.

use std::collections::BTreeMap;

use crate::facts::NativeLibrary;

/// Entries looked at in any table of the file.
const TABLE: usize = 65_536;
/// Longest name kept.
const NAME: usize = 512;
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;
const GNU_STACK: u32 = 0x6474_e551;
const GNU_RELRO: u32 = 0x6474_e552;

/// The facts of the library `bytes` (whole, or a prefix of `size` bytes) at `path`; `None` when it is no ELF file.
pub fn read(path: &str, bytes: &[u8], size: u64) -> Option<NativeLibrary> {
    let elf = Elf::new(bytes)?;
    let mut library = NativeLibrary {
        path: path.to_owned(),
        abi: elf.abi(),
        bytes: size,
        soname: None,
        needed: Vec::new(),
        hardening: BTreeMap::new(),
    };
    let whole = bytes.len() as u64 >= size;
    elf.describe(&mut library, whole);
    Some(library)
}

/// A file header's view of the bytes.
struct Elf<'a> {
    bytes: &'a [u8],
    wide: bool,
    big: bool,
}

/// A program header.
struct Segment {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
    file_size: u64,
}

/// What the dynamic section says.
#[derive(Default)]
struct Dynamic {
    needed: Vec<u64>,
    soname: Option<u64>,
    strings: Option<u64>,
    string_bytes: u64,
    flags: u64,
    flags_1: u64,
    bind_now: bool,
}

impl<'a> Elf<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        if bytes.get(..4)? != b"\x7fELF" {
            return None;
        }
        Some(Self { bytes, wide: *bytes.get(4)? == 2, big: *bytes.get(5)? == 2 })
    }

    fn number(&self, at: u64, width: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let fold = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
        Some(if self.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) })
    }

    fn u16(&self, at: u64) -> Option<u64> {
        self.number(at, 2)
    }

    fn u32(&self, at: u64) -> Option<u32> {
        u32::try_from(self.number(at, 4)?).ok()
    }

    /// A word as wide as an address of the file's class: at `narrow` in 32-bit files, at `wide` in 64-bit ones.
    fn word(&self, base: u64, narrow: u64, wide: u64) -> Option<u64> {
        if self.wide {
            self.number(base.checked_add(wide)?, 8)
        } else {
            self.number(base.checked_add(narrow)?, 4)
        }
    }

    /// The name that Android gives the machine (NDK, "Android ABIs"); else the number.
    fn abi(&self) -> String {
        let machine = self.u16(18).unwrap_or(0);
        match (machine, self.wide) {
            (40, _) => "armeabi-v7a".to_owned(),
            (183, true) => "arm64-v8a".to_owned(),
            (3, _) => "x86".to_owned(),
            (62, true) => "x86_64".to_owned(),
            (8, true) => "mips64".to_owned(),
            (8, false) => "mips".to_owned(),
            (243, true) => "riscv64".to_owned(),
            (other, _) => format!("machine-{other}"),
        }
    }

    fn segments(&self) -> Vec<Segment> {
        let table = self.word(0, 28, 32).unwrap_or(0);
        let size = self.u16(if self.wide { 54 } else { 42 }).unwrap_or(0);
        let count = self.u16(if self.wide { 56 } else { 44 }).unwrap_or(0);
        let segment = |number: u64| {
            let at = table.checked_add(number.checked_mul(size)?)?;
            Some(Segment {
                kind: self.u32(at)?,
                flags: self.u32(at.checked_add(if self.wide { 4 } else { 24 })?)?,
                offset: self.word(at, 4, 8)?,
                address: self.word(at, 8, 16)?,
                file_size: self.word(at, 16, 32)?,
            })
        };
        (0..count).map_while(segment).collect()
    }

    fn describe(&self, library: &mut NativeLibrary, whole: bool) {
        let segments = self.segments();
        let mut set = |name: &str, value: bool| {
            library.hardening.insert(name.to_owned(), value);
        };
        if segments.is_empty() {
            return;
        }
        // Without a PT_GNU_STACK header the loader of old platforms makes the stack executable.
        set("nx", segments.iter().any(|segment| segment.kind == GNU_STACK && segment.flags & 1 == 0));
        set("relro", segments.iter().any(|segment| segment.kind == GNU_RELRO));
        let dynamic = segments.iter().find(|segment| segment.kind == DYNAMIC).and_then(|found| self.dynamic(found));
        // ET_DYN: a shared library or a position-independent executable.
        set("pie", self.u16(16) == Some(3));
        if let Some(dynamic) = &dynamic {
            set("bind_now", dynamic.bind_now || dynamic.flags & 8 != 0 || dynamic.flags_1 & 1 != 0);
            if let Some(strings) = self.dynamic_strings(dynamic, &segments) {
                let has = |name: &[u8]| strings.split(|byte| *byte == 0).any(|string| string == name);
                set("stack_canary", has(b"__stack_chk_fail") || has(b"__stack_chk_guard"));
                set(
                    "fortify",
                    strings.split(|byte| *byte == 0).any(|name| name.starts_with(b"__") && name.ends_with(b"_chk")),
                );
                let name = |at: u64| string_at(strings, at);
                library.soname = dynamic.soname.and_then(name);
                library.needed = dynamic.needed.iter().filter_map(|at| name(*at)).collect();
            }
        }
        if let Some(stripped) = self.stripped(whole) {
            library.hardening.insert("stripped".to_owned(), stripped);
        }
    }

    fn dynamic(&self, segment: &Segment) -> Option<Dynamic> {
        let step = if self.wide { 16 } else { 8 };
        let mut out = Dynamic::default();
        let count = (segment.file_size / step).min(TABLE as u64);
        for number in 0..count {
            let at = segment.offset.checked_add(number * step)?;
            let tag = self.word(at, 0, 0)?;
            let value = self.word(at, 4, 8)?;
            match tag {
                0 => break,
                1 => out.needed.push(value),
                5 => out.strings = Some(value),
                10 => out.string_bytes = value,
                14 => out.soname = Some(value),
                24 => out.bind_now = true,
                30 => out.flags = value,
                0x6fff_fffb => out.flags_1 = value,
                _ => {}
            }
        }
        Some(out)
    }

    /// The dynamic string table: its address, turned into a place of the file by the segment that loads it.
    fn dynamic_strings(&self, dynamic: &Dynamic, segments: &[Segment]) -> Option<&'a [u8]> {
        let address = dynamic.strings?;
        let offset = segments.iter().filter(|segment| segment.kind == LOAD).find_map(|segment| {
            let into = address.checked_sub(segment.address).filter(|into| *into < segment.file_size)?;
            segment.offset.checked_add(into)
        })?;
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(dynamic.string_bytes).ok()?)?;
        self.bytes.get(start..end)
    }

    /// There is no symbol table (section type 2). `None` when the section headers cannot be seen.
    fn stripped(&self, whole: bool) -> Option<bool> {
        let table = self.word(0, 32, 40)?;
        let size = self.u16(if self.wide { 58 } else { 46 })?;
        let count = self.u16(if self.wide { 60 } else { 48 })?;
        if table == 0 || count == 0 {
            return Some(true);
        }
        let mut symbols = false;
        for number in 0..count {
            let at = table.checked_add(number.checked_mul(size)?)?;
            match self.u32(at.checked_add(4)?) {
                Some(kind) => symbols |= kind == 2,
                None if whole => return Some(true),
                None => return None,
            }
        }
        Some(!symbols)
    }
}

fn string_at(strings: &[u8], at: u64) -> Option<String> {
    let rest = strings.get(usize::try_from(at).ok()?..)?;
    let end = rest.iter().take(NAME).position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(rest.get(..end)?).into_owned())
}

#[cfg(test)]
mod tests;
