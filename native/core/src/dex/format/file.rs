//! One logical dex file: header, identifier tables, class definitions ("Dalvik executable format", 035 to 041).
//!
//! Tables are read leniently: one that leaves the file is cut where the file ends and reported, and an index that
//! points nowhere is `None` to whoever asks. Since version 041 one entry may hold several logical files behind each
//! other; offsets then count from the start of the entry (`header_item`, `container_size` and `header_offset`).

use std::borrow::Cow;

use super::bytes::{u16_at, u32_at, Cursor};
use super::code::CodeItem;
use super::mutf8;

/// `NO_INDEX` of the format.
pub(crate) const NO_INDEX: u32 = u32::MAX;
/// Bytes of a class, of a member's name or of its types that a reference shows. Compilers stay far below; a damaged
/// pool can hold names of a hundred thousand bytes, each repeated in every fact about it.
const NAME: usize = 16 << 10;
const HEADER_SIZE: usize = 0x70;
const CONTAINER_HEADER_SIZE: usize = 0x78;
const LITTLE_ENDIAN: u32 = 0x1234_5678;
/// `map_list` entries by type: `call_site_id_item`, `method_handle_item`.
const MAP_CALL_SITES: u16 = 0x0007;
const MAP_METHOD_HANDLES: u16 = 0x0008;

/// `proto_id_item`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProtoId {
    /// Type index of what is returned.
    pub(crate) returns: u32,
    parameters_off: u32,
}

/// `field_id_item`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldId {
    /// Type index of the class.
    pub(crate) class: u16,
    ty: u16,
    /// String index of the name.
    pub(crate) name: u32,
}

/// `method_id_item`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MethodId {
    /// Type index of the class.
    pub(crate) class: u16,
    /// Proto index.
    pub(crate) proto: u16,
    /// String index of the name.
    pub(crate) name: u32,
}

/// `class_def_item`, without annotations, source file and static values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClassDef {
    /// Type index.
    pub(crate) class: u32,
    /// Type index or `NO_INDEX`.
    pub(crate) superclass: u32,
    /// Offset of a `type_list`, or 0.
    pub(crate) interfaces_off: u32,
    /// Offset of the `class_data_item`, or 0.
    pub(crate) data_off: u32,
}

/// An `encoded_method`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncodedMethod {
    /// Method index.
    pub(crate) index: u32,
    /// `access_flags`.
    pub(crate) access: u32,
    /// Offset of the `code_item`, or 0.
    pub(crate) code_off: u32,
}

/// A logical dex file over the bytes of its entry.
#[derive(Debug)]
pub(crate) struct Dex<'a> {
    /// Name of the entry; a second logical file of one entry is named `classes.dex#2`.
    pub(crate) name: String,
    /// The whole entry.
    pub(crate) data: &'a [u8],
    /// Three digits.
    pub(crate) version: String,
    /// Size of this logical file.
    pub(crate) bytes: u64,
    /// The checksum of the header is that of the bytes.
    pub(crate) checksum_ok: bool,
    string_ids_off: usize,
    /// Number of strings.
    pub(crate) strings: u32,
    /// String index of each type's descriptor.
    pub(crate) types: Vec<u32>,
    /// Prototypes.
    pub(crate) protos: Vec<ProtoId>,
    /// Fields.
    pub(crate) fields: Vec<FieldId>,
    /// Methods.
    pub(crate) methods: Vec<MethodId>,
    /// Classes.
    pub(crate) classes: Vec<ClassDef>,
    call_sites: (usize, u32),
    method_handles: (usize, u32),
}

/// The logical dex files of one entry; what cannot be read is told to `report` as (byte offset, reason).
pub(crate) fn open<'a>(name: &str, data: &'a [u8], report: &mut impl FnMut(u64, String)) -> Vec<Dex<'a>> {
    let mut found = Vec::new();
    let mut base = 0usize;
    while let Some(dex) = open_one(name, data, base, found.len(), report) {
        let next = base.saturating_add(usize::try_from(dex.bytes).unwrap_or(usize::MAX));
        let contained = dex.version.as_str() >= "041" && next > base && next < data.len() && found.len() < 65_535;
        found.push(dex);
        if !contained || data.get(next..next.saturating_add(4)) != Some(b"dex\n".as_slice()) {
            break;
        }
        base = next;
    }
    found
}

fn open_one<'a>(
    name: &str,
    data: &'a [u8],
    base: usize,
    number: usize,
    report: &mut impl FnMut(u64, String),
) -> Option<Dex<'a>> {
    let header = data.get(base..).unwrap_or_default();
    let Some(version) = magic_version(header) else {
        report(base as u64, "does not start with the magic number of a dex file, version 035 to 041".to_owned());
        return None;
    };
    let word = |at: usize| u32_at(header, at);
    let header_size = if version.as_str() >= "041" { CONTAINER_HEADER_SIZE } else { HEADER_SIZE };
    if header.len() < header_size {
        report(base as u64, format!("ends inside the header: {} of {header_size} bytes", header.len()));
        return None;
    }
    if word(40)? != LITTLE_ENDIAN {
        report(base as u64 + 40, format!("endian tag {:#010x}; Android reads little-endian files only", word(40)?));
        return None;
    }
    let bytes = u64::from(word(32)?);
    if base as u64 + bytes > data.len() as u64 {
        report(base as u64 + 32, format!("says {bytes} bytes, {} are there", data.len() - base));
    }
    let end = usize::try_from(bytes).map_or(header.len(), |size| size.min(header.len()));
    let checksum_ok = header.get(12..end).is_some_and(|rest| Some(simd_adler32::adler32(&rest)) == word(8));
    let mut section = |what: &str, at: usize, width: usize| -> (usize, u32) {
        let (size, off) = (word(at).unwrap_or(0), word(at + 4).unwrap_or(0) as usize);
        let room = data.len().saturating_sub(off) / width.max(1);
        if size as usize > room {
            report(base as u64 + at as u64, format!("{what}: {size} entries, room for {room}"));
        }
        (off, size.min(u32::try_from(room).unwrap_or(u32::MAX)))
    };
    let (string_ids_off, strings) = section("string_ids", 56, 4);
    let (types_off, types) = section("type_ids", 64, 4);
    let (protos_off, protos) = section("proto_ids", 72, 12);
    let (fields_off, fields) = section("field_ids", 80, 8);
    let (methods_off, methods) = section("method_ids", 88, 8);
    let (classes_off, classes) = section("class_defs", 96, 32);
    let map = map_list(data, word(52)? as usize);
    let part = |kind| map.iter().find(|item| item.0 == kind).map_or((0, 0), |item| (item.2, item.1));
    Some(Dex {
        name: if number == 0 { name.to_owned() } else { format!("{name}#{}", number + 1) },
        data,
        version,
        bytes,
        checksum_ok,
        string_ids_off,
        strings,
        types: rows(data, types_off, types, |row| u32_at(row, 0), 4),
        protos: rows(data, protos_off, protos, proto_id, 12),
        fields: rows(data, fields_off, fields, field_id, 8),
        methods: rows(data, methods_off, methods, method_id, 8),
        classes: rows(data, classes_off, classes, class_def, 32),
        call_sites: part(MAP_CALL_SITES),
        method_handles: part(MAP_METHOD_HANDLES),
    })
}

fn magic_version(header: &[u8]) -> Option<String> {
    match header.first_chunk::<8>()? {
        [b'd', b'e', b'x', b'\n', b'0', a @ b'3'..=b'4', b @ b'0'..=b'9', 0] => {
            let version = format!("0{}{}", char::from(*a), char::from(*b));
            ("035"..="041").contains(&version.as_str()).then_some(version)
        }
        _ => None,
    }
}

fn rows<T>(data: &[u8], off: usize, count: u32, read: impl Fn(&[u8]) -> Option<T>, width: usize) -> Vec<T> {
    let bytes = data.get(off..).unwrap_or_default();
    bytes.chunks_exact(width).take(count as usize).filter_map(read).collect()
}

fn proto_id(row: &[u8]) -> Option<ProtoId> {
    Some(ProtoId { returns: u32_at(row, 4)?, parameters_off: u32_at(row, 8)? })
}

fn field_id(row: &[u8]) -> Option<FieldId> {
    Some(FieldId { class: u16_at(row, 0)?, ty: u16_at(row, 2)?, name: u32_at(row, 4)? })
}

fn method_id(row: &[u8]) -> Option<MethodId> {
    Some(MethodId { class: u16_at(row, 0)?, proto: u16_at(row, 2)?, name: u32_at(row, 4)? })
}

fn class_def(row: &[u8]) -> Option<ClassDef> {
    Some(ClassDef {
        class: u32_at(row, 0)?,
        superclass: u32_at(row, 8)?,
        interfaces_off: u32_at(row, 12)?,
        data_off: u32_at(row, 24)?,
    })
}

/// (type, size, offset) of each `map_item`.
fn map_list(data: &[u8], off: usize) -> Vec<(u16, u32, usize)> {
    let count = u32_at(data, off).unwrap_or(0);
    let item = |row: &[u8]| Some((u16_at(row, 0)?, u32_at(row, 4)?, u32_at(row, 8)? as usize));
    if off == 0 {
        return Vec::new();
    }
    rows(data, off.saturating_add(4), count.min(64), item, 12)
}

impl<'a> Dex<'a> {
    /// The bytes of string `index`, MUTF-8, without the final NUL.
    #[inline]
    pub(crate) fn string_bytes(&self, index: u32) -> Option<&'a [u8]> {
        if index >= self.strings {
            return None;
        }
        let off = u32_at(self.data, self.string_ids_off.checked_add(index as usize * 4)?)? as usize;
        let rest = self.data.get(off..)?;
        let length = rest.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
        let text = rest.get(length..)?;
        text.get(..memchr::memchr(0, text)?)
    }

    /// String `index` as text; `"?"` when it points nowhere.
    pub(crate) fn text(&self, index: u32) -> Cow<'a, str> {
        self.string_bytes(index).map_or(Cow::Borrowed("?"), mutf8::decode)
    }

    /// The descriptor of type `index`, as bytes.
    pub(crate) fn type_bytes(&self, index: u32) -> Option<&'a [u8]> {
        self.string_bytes(*self.types.get(index as usize)?)
    }

    /// The descriptor of type `index`.
    pub(crate) fn type_text(&self, index: u32) -> Cow<'a, str> {
        self.type_bytes(index).map_or(Cow::Borrowed("?"), mutf8::decode)
    }

    /// Type indices of a `type_list` (0 = none).
    pub(crate) fn type_list(&self, off: u32) -> impl Iterator<Item = u32> + 'a {
        let off = off as usize;
        let count = if off == 0 { 0 } else { u32_at(self.data, off).unwrap_or(0) as usize };
        let list = self.data.get(off.saturating_add(4)..).unwrap_or_default();
        list.chunks_exact(2).take(count).filter_map(|row| u16_at(row, 0)).map(u32::from)
    }

    /// Type indices of the parameters of proto `index`, at most 255 as in the format.
    pub(crate) fn parameters(&self, proto: u32) -> impl Iterator<Item = u32> + 'a {
        let off = self.protos.get(proto as usize).map_or(0, |proto| proto.parameters_off);
        self.type_list(off).take(255)
    }

    /// `(Args)Ret` of proto `index`.
    pub(crate) fn proto_text(&self, proto: u32) -> String {
        let mut text = String::from("(");
        for parameter in self.parameters(proto) {
            if text.len() > NAME {
                break;
            }
            text.push_str(&self.type_text(parameter));
        }
        text.push(')');
        match self.protos.get(proto as usize) {
            Some(proto) => text.push_str(&self.type_text(proto.returns)),
            None => text.push('?'),
        }
        text
    }

    /// `Lpkg/Class;->name(Args)Ret` of method `index`; parts beyond [`NAME`] end in `…`.
    pub(crate) fn method_text(&self, index: u32) -> String {
        match self.methods.get(index as usize) {
            Some(method) => format!(
                "{}->{}{}",
                named(&self.type_text(u32::from(method.class))),
                named(&self.text(method.name)),
                named(&self.proto_text(u32::from(method.proto)))
            ),
            None => format!("?->method@{index}"),
        }
    }

    /// `Lpkg/Class;->NAME:T` of field `index`; parts beyond [`NAME`] end in `…`.
    pub(crate) fn field_text(&self, index: u32) -> String {
        match self.fields.get(index as usize) {
            Some(field) => format!(
                "{}->{}:{}",
                named(&self.type_text(u32::from(field.class))),
                named(&self.text(field.name)),
                named(&self.type_text(u32::from(field.ty)))
            ),
            None => format!("?->field@{index}"),
        }
    }

    /// The name of method `index`, as bytes.
    pub(crate) fn method_name(&self, index: u32) -> Option<&'a [u8]> {
        self.string_bytes(self.methods.get(index as usize)?.name)
    }

    /// Direct, then virtual methods of the `class_data_item` at `off`, given to `take`; how many bytes it covers.
    /// `Err` says where it breaks off; what came before stands.
    pub(crate) fn class_methods(&self, off: u32, mut take: impl FnMut(EncodedMethod)) -> Result<usize, usize> {
        if off == 0 {
            return Ok(0);
        }
        let mut cursor = Cursor::new(self.data, off as usize);
        self.read_class_data(&mut cursor, &mut take).ok_or(cursor.position())?;
        Ok(cursor.position().saturating_sub(off as usize))
    }

    fn read_class_data(&self, cursor: &mut Cursor<'_>, take: &mut impl FnMut(EncodedMethod)) -> Option<()> {
        let sizes = [cursor.uleb128()?, cursor.uleb128()?, cursor.uleb128()?, cursor.uleb128()?];
        let [static_fields, instance_fields, direct, virtuals] = sizes;
        for _ in 0..u64::from(static_fields) + u64::from(instance_fields) {
            cursor.uleb128()?;
            cursor.uleb128()?;
        }
        for count in [direct, virtuals] {
            let mut index = 0u32;
            for _ in 0..count {
                index = index.checked_add(cursor.uleb128()?)?;
                let (access, code_off) = (cursor.uleb128()?, cursor.uleb128()?);
                if index as usize >= self.methods.len() {
                    return None;
                }
                take(EncodedMethod { index, access, code_off });
            }
        }
        Some(())
    }

    /// The code item at `off`.
    pub(crate) fn code(&self, off: u32) -> Option<CodeItem<'a>> {
        CodeItem::read(self.data, off)
    }

    /// Methods that call site `index` refers to: the bootstrap method and every method handle among its arguments,
    /// the body of a lambda among them.
    pub(crate) fn call_site_methods(&self, index: u32) -> Vec<u32> {
        self.read_call_site(index).unwrap_or_default()
    }

    fn read_call_site(&self, index: u32) -> Option<Vec<u32>> {
        let (off, count) = self.call_sites;
        if index >= count {
            return None;
        }
        let item = u32_at(self.data, off.checked_add(index as usize * 4)?)?;
        let mut cursor = Cursor::new(self.data, item as usize);
        let mut methods = Vec::new();
        for _ in 0..cursor.uleb128()?.min(64) {
            let head = cursor.byte()?;
            let (kind, size) = (head & 0x1f, u32::from(head >> 5) + 1);
            if kind >= 0x1c {
                // Arrays and annotations are no argument of a bootstrap method; null and boolean have no bytes.
                if kind == 0x1e || kind == 0x1f {
                    continue;
                }
                break;
            }
            let mut value = 0u64;
            for shift in 0..size {
                value |= u64::from(cursor.byte()?) << (8 * shift);
            }
            if kind == 0x16 {
                methods.extend(u32::try_from(value).ok().and_then(|handle| self.handle_method(handle)));
            }
        }
        Some(methods)
    }

    fn handle_method(&self, handle: u32) -> Option<u32> {
        let (off, count) = self.method_handles;
        if handle >= count {
            return None;
        }
        let row = self.data.get(off.checked_add(handle as usize * 8)?..)?;
        // Kinds 0 to 3 are field accessors.
        (u16_at(row, 0)? >= 4).then_some(u32::from(u16_at(row, 4)?))
    }
}

/// `text`, or its first [`NAME`] bytes and `…`.
fn named(text: &str) -> Cow<'_, str> {
    if text.len() <= NAME {
        return Cow::Borrowed(text);
    }
    let end = (0..=NAME).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_shows_a_bounded_name() {
        assert_eq!(named("Lcom/a/B;"), "Lcom/a/B;");
        let long = named(&"字".repeat(NAME)).into_owned();
        assert!(long.ends_with('…') && long.len() <= NAME + '…'.len_utf8(), "{}", long.len());
    }
}
