//! What a method looks like when names of the app's own do not count: the features of the likeness signature.
//!
//! A method is read as tokens. A call, field or class of the platform is its full name, for no packer or obfuscator
//! can rename it; one of the app is only "a call", "a read". Branches, arithmetic, array accesses, returns are one
//! token per family. Moves, integer constants, `nop` and `goto` are left out: assemblers choose them anew. Features
//! are every whole method of at least six tokens and every six tokens in a row with at least two platform names.
//! Code of known libraries is left out, or any two apps with the same SDK would be alike: classes under the
//! prefixes of the watch list and under `LIBRARIES`.

use super::format::bytes::unit_at;
use super::format::code::CodeItem;
use super::format::file::Dex;
use super::format::opcode::Kind;
use super::platform::is_platform;
use super::program::{Method, Program};
use super::watch::Watch;
use crate::likeness::{mix, Sketch};

const WINDOW: usize = 6;
/// A method with more tokens counts up to here.
const TOKENS: usize = 4_096;
/// Part of the definition of signature version 1.
const LIBRARIES: [&[u8]; 16] = [
    b"Landroid/support/",
    b"Landroidx/",
    b"Lkotlin/",
    b"Lkotlinx/",
    b"Lcom/google/android/",
    b"Lcom/google/gson/",
    b"Lcom/google/common/",
    b"Lcom/google/protobuf/",
    b"Lcom/google/firebase/",
    b"Lokhttp3/",
    b"Lokio/",
    b"Lretrofit2/",
    b"Lio/reactivex/",
    b"Lorg/apache/",
    b"Lorg/slf4j/",
    b"Lcom/squareup/",
];

/// Takes the features of one method after the other.
#[derive(Debug)]
pub(crate) struct Features<'p, 'a> {
    program: &'p Program<'a>,
    library: Vec<bool>,
    names: Vec<[Vec<u64>; 3]>,
    tokens: Vec<(u64, bool)>,
    sketch: Sketch,
}

impl<'p, 'a> Features<'p, 'a> {
    /// For the methods of `program`.
    pub(crate) fn new(program: &'p Program<'a>, watch: &Watch) -> Self {
        let known = |descriptor: &[u8]| {
            let mut hit = LIBRARIES.iter().any(|prefix| descriptor.starts_with(prefix));
            watch.prefixes_of(descriptor, |_| hit = true);
            hit
        };
        let library = program.classes.iter().map(|class| known(program.descriptor(class.ty))).collect();
        let unknown = |count: usize| vec![0; count];
        let of = |dex: &Dex<'_>| [unknown(dex.methods.len()), unknown(dex.fields.len()), unknown(dex.types.len())];
        let names = program.dexes.iter().map(of).collect();
        Self { program, library, names, tokens: Vec::new(), sketch: Sketch::new() }
    }

    /// Adds a method of the app.
    pub(crate) fn add(&mut self, method: &Method, code: &CodeItem<'_>) {
        if self.library.get(method.class as usize).copied().unwrap_or(true) {
            return;
        }
        let Some(dex) = self.program.dex(method.dex) else { return };
        self.tokens.clear();
        for instruction in code.instructions() {
            if self.tokens.len() >= TOKENS {
                break;
            }
            let index = || unit_at(code.insns, instruction.at + 1).map_or(u32::MAX, u32::from);
            let token = match instruction.kind() {
                Kind::Invoke | Kind::InvokeRange | Kind::Polymorphic => {
                    self.name(dex, method.dex, Named::Method, index())
                }
                Kind::StaticGet | Kind::StaticPut => self.name(dex, method.dex, Named::Field, index()),
                Kind::New => self.name(dex, method.dex, Named::Type, index()),
                Kind::InstanceGet => (mix(2), false),
                Kind::InstancePut => (mix(3), false),
                Kind::Custom => (mix(4), false),
                Kind::String | Kind::Jumbo => (mix(5), false),
                Kind::If => (mix(6), false),
                Kind::Switch => (mix(7), false),
                Kind::Return => (mix(8), false),
                Kind::Throw => (mix(9), false),
                Kind::Nop | Kind::Goto => continue,
                Kind::Plain => match instruction.op() {
                    0x44..=0x4a => (mix(10), false),
                    0x4b..=0x51 => (mix(11), false),
                    0x20 | 0x23 | 0x2d..=0x31 => (mix(12), false),
                    // The two-address and literal forms are the same operation.
                    op @ 0x90..=0xaf => (mix(u64::from(op)), false),
                    op @ 0xb0..=0xcf => (mix(u64::from(op - 0x20)), false),
                    op @ 0xd0..=0xd7 => (mix(u64::from(op - 0x40)), false),
                    op @ 0xd8..=0xe2 => (mix(u64::from(op - 0x48)), false),
                    op @ 0x7b..=0x8f => (mix(u64::from(op)), false),
                    _ => continue,
                },
            };
            self.tokens.push(token);
        }
        self.emit();
    }

    fn emit(&mut self) {
        if self.tokens.len() < WINDOW {
            return;
        }
        let hash = |tokens: &[(u64, bool)]| tokens.iter().fold(tokens.len() as u64, |hash, token| mix(hash ^ token.0));
        self.sketch.add(hash(&self.tokens));
        for window in self.tokens.windows(WINDOW) {
            if window.iter().filter(|token| token.1).count() >= 2 {
                // Not the hash of a whole method that happens to be as long.
                self.sketch.add(mix(hash(window)));
            }
        }
    }

    /// The token of a name: itself when it is the platform's, else only its kind.
    fn name(&mut self, dex: &Dex<'_>, position: u32, kind: Named, index: u32) -> (u64, bool) {
        let anonymous = mix(u64::from(b'm') + kind as u64);
        let table = self.names.get_mut(position as usize).and_then(|tables| tables.get_mut(kind as usize));
        let Some(slot) = table.and_then(|table| table.get_mut(index as usize)) else { return (anonymous, false) };
        if *slot == 0 {
            *slot = platform_name(dex, kind, index)
                .map_or(anonymous, |text| text.bytes().fold(anonymous, |hash, byte| mix(hash ^ u64::from(byte))));
        }
        (*slot, *slot != anonymous)
    }

    /// The signature of what was added.
    pub(crate) fn finish(self) -> Vec<u32> {
        self.sketch.finish()
    }
}

/// Which identifier a token names.
#[derive(Debug, Clone, Copy)]
enum Named {
    Method = 0,
    Field = 1,
    Type = 2,
}

fn platform_name(dex: &Dex<'_>, kind: Named, index: u32) -> Option<String> {
    let class = match kind {
        Named::Method => u32::from(dex.methods.get(index as usize)?.class),
        Named::Field => u32::from(dex.fields.get(index as usize)?.class),
        Named::Type => index,
    };
    is_platform(dex.type_bytes(class)?).then(|| match kind {
        Named::Method => dex.method_text(index),
        Named::Field => dex.field_text(index),
        Named::Type => dex.type_text(index).into_owned(),
    })
}
