//! resources.arsc: what a resource id stands for in each configuration.
//!
//! The table (`ResTable_header` and what follows it in AOSP `androidfw/ResourceTypes.h`; `LoadedArsc.cpp` for sparse,
//! 16-bit and compact forms) is indexed by its chunks and read only where a value is asked for.

mod config;

use std::collections::HashMap;

use crate::axml::Value;
use crate::error::Error;
use crate::le;
use crate::pool::{Pool, POOL};

pub use config::{Config, ANY_DENSITY};

const TABLE: u16 = 0x0002;
const PACKAGE: u16 = 0x0200;
const TYPE: u16 = 0x0201;
const CHUNK: usize = 8;
const SPARSE: u8 = 1;
const OFFSET16: u8 = 2;
const COMPLEX: u16 = 1;
const COMPACT: u16 = 8;
/// Steps of references that are followed.
const CHAIN: usize = 16;
/// Values looked at for one id; an app has at most some hundred configurations.
const VALUES: usize = 4_096;

/// A resource table over its bytes.
#[derive(Debug, Default)]
pub struct Table<'a> {
    values: Pool<'a>,
    types: HashMap<(u8, u8), Vec<TypeChunk<'a>>>,
    /// What deviates from the format, in words.
    pub problems: Vec<String>,
}

/// The values of one type in one configuration.
#[derive(Debug)]
struct TypeChunk<'a> {
    chunk: &'a [u8],
    offsets: usize,
    entries: usize,
    count: usize,
    flags: u8,
    config: Config,
}

/// A value and the configuration it is for.
#[derive(Debug, Clone)]
pub struct Configured {
    /// Where it applies.
    pub config: Config,
    /// What it is; the parent of a bag counts as no value.
    pub value: Value,
}

impl<'a> Table<'a> {
    /// The table in `bytes`.
    ///
    /// # Errors
    /// `Error::Malformed` when no package could be found in it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut table = Self::default();
        if le::u16(bytes, 0) != Some(TABLE) {
            table.problem("the table does not begin as a resource table does");
        }
        let head = usize::from(le::u16(bytes, 2).unwrap_or(0)).max(CHUNK);
        let mut seen = false;
        for (kind, chunk) in chunks(bytes, head) {
            match kind {
                POOL => table.values = Pool::new(chunk).unwrap_or_default(),
                PACKAGE => {
                    seen = true;
                    table.package(chunk);
                }
                _ => {}
            }
        }
        if !seen {
            return Err(Error::malformed("resources.arsc holds no package"));
        }
        if le::index(bytes, 4).is_some_and(|size| size > bytes.len()) {
            table.problem("the table is shorter than its header says");
        }
        Ok(table)
    }

    fn problem(&mut self, what: &str) {
        self.problems.push(what.to_owned());
    }

    fn package(&mut self, chunk: &'a [u8]) {
        let head = usize::from(le::u16(chunk, 2).unwrap_or(0)).max(CHUNK);
        let id = le::u32(chunk, 8).unwrap_or(0) as u8;
        // `typeIdOffset` exists only in headers that are long enough for it.
        let offset = if head >= 288 { le::u32(chunk, 284).unwrap_or(0) as u8 } else { 0 };
        for (kind, chunk) in chunks(chunk, head) {
            if kind != TYPE {
                continue;
            }
            let Some((number, read)) = TypeChunk::new(chunk) else {
                self.problem("a type of the table is broken");
                continue;
            };
            let known = self.types.entry((id, number.wrapping_add(offset))).or_default();
            if known.len() < VALUES {
                known.push(read);
            } else {
                self.problem("a type of the table has too many configurations");
                return;
            }
        }
    }

    /// What `id` is in each configuration, unresolved, in file order.
    pub fn lookup(&self, id: u32) -> Vec<Configured> {
        let key = ((id >> 24) as u8, (id >> 16) as u8);
        let Some(chunks) = self.types.get(&key) else { return Vec::new() };
        let entry = usize::from(id as u16);
        let values = chunks.iter().filter_map(|chunk| {
            let (kind, data) = chunk.value(entry)?;
            let value = kind.map_or(Value::Null, |kind| Value::new(kind, data, |index| self.values.get(index)));
            Some(Configured { config: chunk.config.clone(), value })
        });
        values.take(VALUES).collect()
    }

    /// What `id` is in each configuration, references followed. A reference is followed to the value that suits the
    /// configuration it was found in best.
    pub fn resolve_all(&self, id: u32) -> Vec<Configured> {
        let mut out = Vec::new();
        for mut found in self.lookup(id) {
            let mut left = CHAIN;
            let mut fan_out = Vec::new();
            while let Value::Reference(next) = found.value {
                let candidates = if left == 0 { Vec::new() } else { self.lookup(next) };
                left = left.saturating_sub(1);
                if found.config.is_default() && candidates.len() > 1 && left + 1 == CHAIN {
                    fan_out = candidates
                        .iter()
                        .map(|c| Configured { config: c.config.clone(), value: self.follow(c) })
                        .collect();
                    break;
                }
                found.value = best(&candidates, &found.config).map_or(Value::Null, |best| best.value.clone());
            }
            if fan_out.is_empty() {
                out.push(found);
            } else {
                out.append(&mut fan_out);
            }
            if out.len() > VALUES {
                break;
            }
        }
        out
    }

    fn follow(&self, from: &Configured) -> Value {
        let mut value = from.value.clone();
        for _ in 0..CHAIN {
            let Value::Reference(next) = value else { return value };
            value = best(&self.lookup(next), &from.config).map_or(Value::Null, |found| found.value.clone());
        }
        Value::Null
    }

    /// `value`, or what it refers to in the default configuration.
    pub fn resolve(&self, value: &Value) -> Option<Value> {
        let from = Configured { config: Config::default(), value: value.clone() };
        Some(self.follow(&from)).filter(|value| *value != Value::Null)
    }
}

/// The candidate for `config`: the same configuration, else the default one, else the first.
fn best<'c>(candidates: &'c [Configured], config: &Config) -> Option<&'c Configured> {
    let exact = candidates.iter().find(|candidate| candidate.config == *config);
    let plain = || candidates.iter().find(|candidate| candidate.config.is_default());
    exact.or_else(plain).or_else(|| candidates.first())
}

impl<'a> TypeChunk<'a> {
    /// The chunk and the number of its type.
    fn new(chunk: &'a [u8]) -> Option<(u8, Self)> {
        let offsets = usize::from(le::u16(chunk, 2)?);
        let number = *chunk.get(8)?;
        let flags = *chunk.get(9)?;
        let count = le::index(chunk, 12)?;
        let entries = le::index(chunk, 16)?;
        let config = Config::parse(chunk.get(20..)?)?;
        Some((number, Self { chunk, offsets, entries, count, flags, config }))
    }

    /// Offset of `entry` below `entries`.
    fn offset(&self, entry: usize) -> Option<usize> {
        if self.flags & SPARSE != 0 {
            let wanted = u16::try_from(entry).ok()?;
            let (mut low, mut high) = (0, self.count.min(self.chunk.len() / 4));
            while low < high {
                let middle = low + (high - low) / 2;
                let at = self.offsets + middle * 4;
                match le::u16(self.chunk, at)?.cmp(&wanted) {
                    std::cmp::Ordering::Less => low = middle + 1,
                    std::cmp::Ordering::Greater => high = middle,
                    std::cmp::Ordering::Equal => return Some(usize::from(le::u16(self.chunk, at + 2)?) * 4),
                }
            }
            return None;
        }
        if entry >= self.count {
            return None;
        }
        if self.flags & OFFSET16 != 0 {
            let offset = le::u16(self.chunk, self.offsets + entry * 2)?;
            return (offset != u16::MAX).then(|| usize::from(offset) * 4);
        }
        let offset = le::u32(self.chunk, self.offsets + entry * 4)?;
        (offset != u32::MAX).then_some(offset as usize)
    }

    /// Type and data of `entry`; the type is `None` for a bag.
    fn value(&self, entry: usize) -> Option<(Option<u8>, u32)> {
        let at = self.entries.checked_add(self.offset(entry)?)?;
        let size = usize::from(le::u16(self.chunk, at)?);
        let flags = le::u16(self.chunk, at + 2)?;
        if flags & COMPACT != 0 {
            return Some((Some((flags >> 8) as u8), le::u32(self.chunk, at + 4)?));
        }
        if flags & COMPLEX != 0 {
            return Some((None, 0));
        }
        let value = at + size.max(CHUNK);
        Some((Some(*self.chunk.get(value + 3)?), le::u32(self.chunk, value + 4)?))
    }
}

/// The chunks of `bytes` from `start`, as far as they can be told apart; one that reaches too far is cut.
fn chunks(bytes: &[u8], start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = start;
    std::iter::from_fn(move || {
        let kind = le::u16(bytes, at)?;
        let size = le::index(bytes, at + 4)?;
        let rest = bytes.get(at..)?;
        if size < CHUNK {
            return None;
        }
        let chunk = rest.get(..size.min(rest.len()))?;
        at += chunk.len();
        Some((kind, chunk))
    })
}

#[cfg(test)]
pub(crate) mod tests;
