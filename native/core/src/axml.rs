//! Binary XML (`ResXMLTree` in AOSP `androidfw/ResourceTypes.cpp`): the manifest and every file under `res/xml`.
//!
//! Comes in: the bytes of one file. Goes out: its elements, in document order, with attributes known by resource id
//! as Android knows them. As tolerant as Android (the type of the outer chunk, unknown chunks, attribute records of
//! any size), and a little more: what is cut short is read as far as it goes, and `problems` says what is wrong.

use crate::error::Error;
use crate::le;
use crate::limits::Limits;
use crate::pool::{Pool, POOL};

const XML: u16 = 0x0003;
const START_ELEMENT: u16 = 0x0102;
const END_ELEMENT: u16 = 0x0103;
const CDATA: u16 = 0x0104;
const RESOURCE_MAP: u16 = 0x0180;
const CHUNK: usize = 8;
const NODE: usize = 16;
const ATTRIBUTE: usize = 20;
/// Elements of one file; a real manifest has a few thousand.
const ELEMENTS: usize = 1 << 20;
/// Attributes of one file, of elements that stand one after the other or share their bytes.
const ATTRIBUTES: usize = 4 << 20;
/// Bytes of text kept from one file: a long string may be named many times.
const TEXT: usize = 64 << 20;

/// A typed value (`Res_value`).
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A resource id (`@…`).
    Reference(u32),
    /// An attribute of the theme (`?…`).
    Attribute(u32),
    /// Text.
    Text(String),
    /// A number, decimal in the source.
    Int(i32),
    /// A number, hexadecimal in the source.
    Hex(u32),
    /// A truth value.
    Bool(bool),
    /// A floating-point number.
    Float(f32),
    /// Anything else: its type and its data.
    Other(u8, u32),
}

impl Value {
    /// The value of type `kind` with `data`; `text` looks up a string.
    pub fn new(kind: u8, data: u32, text: impl Fn(u32) -> Option<String>) -> Self {
        match kind {
            0x00 => Self::Null,
            0x01 | 0x07 => Self::Reference(data),
            0x02 | 0x08 => Self::Attribute(data),
            0x03 => text(data).map_or(Self::Null, Self::Text),
            0x04 => Self::Float(f32::from_bits(data)),
            0x10 => Self::Int(data as i32),
            0x11 => Self::Hex(data),
            0x12 => Self::Bool(data != 0),
            _ => Self::Other(kind, data),
        }
    }

    /// The number, as `TypedArray.getInt` coerces it.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(i64::from(*value)),
            Self::Hex(value) => Some(i64::from(*value as i32)),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Text(text) => parse_int(text.trim()),
            _ => None,
        }
    }

    /// The truth value, as `TypedArray.getBoolean` coerces it.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Hex(value) => Some(*value != 0),
            Self::Text(text) => Some(matches!(text.as_str(), "true" | "TRUE" | "1" | "-1")),
            _ => None,
        }
    }

    /// The text, as `TypedArray.getString` coerces it.
    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Int(value) => Some(value.to_string()),
            Self::Hex(value) => Some(format!("0x{value:x}")),
            Self::Bool(value) => Some(value.to_string()),
            Self::Float(value) => Some(value.to_string()),
            _ => None,
        }
    }
}

fn parse_int(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// An attribute of an element.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Resource id of its name; 0 = it has none.
    pub id: u32,
    /// Its local name.
    pub name: String,
    /// It stands in a namespace.
    pub namespaced: bool,
    /// Its value.
    pub value: Value,
}

/// An element.
#[derive(Debug, Clone)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Line in the source, as the compiler kept it.
    pub line: u32,
    /// In file order.
    pub attributes: Vec<Attribute>,
    /// Index of the parent.
    pub parent: Option<usize>,
    /// Indices of the children, in file order.
    pub children: Vec<usize>,
    /// Text inside, white space trimmed.
    pub text: String,
}

impl Element {
    /// The value of the attribute with the resource id `id`.
    pub fn by_id(&self, id: u32) -> Option<&Value> {
        self.attributes.iter().find(|attribute| attribute.id == id).map(|attribute| &attribute.value)
    }

    /// The value of the attribute `name` that stands in no namespace.
    pub fn by_name(&self, name: &str) -> Option<&Value> {
        let found = self.attributes.iter().find(|attribute| !attribute.namespaced && attribute.name == name);
        found.map(|attribute| &attribute.value)
    }
}

/// A parsed file.
#[derive(Debug, Default)]
pub struct Document {
    /// In document order; the first is the root.
    pub elements: Vec<Element>,
    /// What could not be read, in words.
    pub problems: Vec<String>,
    /// What deviates from the format and was read all the same, as Android reads it.
    pub oddities: Vec<String>,
}

impl Document {
    /// The document in `bytes`.
    ///
    /// # Errors
    /// `Error::Malformed` when there is no element at all; `Error::Limit` when elements nest too deep.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader { depth: limits.xml_depth, ..Reader::default() };
        reader.read(bytes)?;
        if reader.document.elements.is_empty() {
            let said = reader.document.oddities.iter().chain(&reader.document.problems).next();
            let why = said.map_or("no element", String::as_str);
            return Err(Error::malformed(format!("not binary XML: {why}")));
        }
        Ok(reader.document)
    }

    /// The root element.
    pub fn root(&self) -> Option<&Element> {
        self.elements.first()
    }

    /// The children of `element` called `name`, with their indices.
    pub fn children<'d>(&'d self, element: &'d Element, name: &'d str) -> impl Iterator<Item = (usize, &'d Element)> {
        let found = element.children.iter().filter_map(|index| Some((*index, self.elements.get(*index)?)));
        found.filter(move |(_, child)| child.name == name)
    }

    /// The path of an element, such as `manifest/application/activity[3]`: positions count from 1 among siblings of
    /// one name and are left out where there is only one.
    pub fn path(&self, index: usize) -> String {
        let mut parts = Vec::new();
        let mut at = Some(index);
        while let Some((index, element)) = at.and_then(|index| Some((index, self.elements.get(index)?))) {
            let siblings = element.parent.and_then(|parent| self.elements.get(parent));
            let mut part = element.name.clone();
            if let Some(parent) = siblings {
                let same: Vec<usize> = self.children(parent, &element.name).map(|(index, _)| index).collect();
                if same.len() > 1 {
                    let position = same.iter().position(|sibling| *sibling == index).unwrap_or(0);
                    part.push_str(&format!("[{}]", position + 1));
                }
            }
            parts.push(part);
            at = element.parent;
        }
        parts.reverse();
        parts.join("/")
    }
}

/// Adds `what` once.
fn note(said: &mut Vec<String>, what: &str) {
    if !said.iter().any(|known| known == what) {
        said.push(what.to_owned());
    }
}

#[derive(Default)]
struct Reader<'a> {
    pool: Pool<'a>,
    ids: &'a [u8],
    open: Vec<usize>,
    attributes: usize,
    text: usize,
    depth: usize,
    document: Document,
}

impl<'a> Reader<'a> {
    fn read(&mut self, bytes: &'a [u8]) -> Result<(), Error> {
        if le::u16(bytes, 0) != Some(XML) {
            self.odd("the file does not begin as binary XML does");
        }
        let header = usize::from(le::u16(bytes, 2).unwrap_or(0)).clamp(CHUNK, bytes.len().max(CHUNK));
        let promised = le::index(bytes, 4).unwrap_or(0);
        if promised > bytes.len() {
            self.problem("the file is shorter than its header says");
        }
        let mut at = header;
        while let (Some(kind), Some(head), Some(size)) =
            (le::u16(bytes, at), le::u16(bytes, at + 2), le::index(bytes, at + 4))
        {
            let rest = bytes.get(at..).unwrap_or_default();
            if size < CHUNK {
                self.problem("a chunk is smaller than its header");
                break;
            }
            if size > rest.len() {
                self.problem("a chunk reaches beyond the file");
            }
            let chunk = rest.get(..size.min(rest.len())).unwrap_or_default();
            self.chunk(kind, usize::from(head), chunk)?;
            at += chunk.len();
        }
        if !self.open.is_empty() {
            self.problem("elements are left open at the end");
        }
        Ok(())
    }

    fn problem(&mut self, what: &str) {
        note(&mut self.document.problems, what);
    }

    fn odd(&mut self, what: &str) {
        note(&mut self.document.oddities, what);
    }

    fn chunk(&mut self, kind: u16, head: usize, chunk: &'a [u8]) -> Result<(), Error> {
        match kind {
            POOL if self.pool.is_empty() => match Pool::new(chunk) {
                Some(pool) => self.pool = pool,
                None => self.problem("the string pool is broken"),
            },
            RESOURCE_MAP => self.ids = chunk.get(head.max(CHUNK)..).unwrap_or_default(),
            START_ELEMENT => self.start(head.max(NODE), chunk)?,
            END_ELEMENT => self.end(),
            CDATA => {
                let text = le::u32(chunk, head.max(NODE)).and_then(|index| self.pool.get(index)).unwrap_or_default();
                if let Some(element) = self.open.last().and_then(|index| self.document.elements.get_mut(*index)) {
                    self.text += text.len();
                    if self.text <= TEXT {
                        element.text.push_str(text.trim());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) {
        if self.open.pop().is_none() {
            self.problem("an element ends that was never open");
        }
    }

    fn start(&mut self, ext: usize, chunk: &'a [u8]) -> Result<(), Error> {
        if self.open.len() >= self.depth {
            return Err(Error::Limit { name: "xml_depth", value: self.depth as u64 });
        }
        if self.document.elements.len() >= ELEMENTS {
            return Err(Error::Limit { name: "xml_elements", value: ELEMENTS as u64 });
        }
        let name = le::u32(chunk, ext + 4).and_then(|index| self.pool.get(index));
        if name.is_none() {
            self.problem("an element has no name");
        }
        let parent = self.open.last().copied();
        if parent.is_none() && !self.document.elements.is_empty() {
            self.problem("there is more than one root element");
        }
        let index = self.document.elements.len();
        let name = name.unwrap_or_default();
        self.text += name.len();
        let element = Element {
            name,
            line: le::u32(chunk, 8).unwrap_or(0),
            attributes: self.attributes(ext, chunk)?,
            parent,
            children: Vec::new(),
            text: String::new(),
        };
        if let Some(parent) = parent.and_then(|parent| self.document.elements.get_mut(parent)) {
            parent.children.push(index);
        }
        self.document.elements.push(element);
        self.open.push(index);
        Ok(())
    }

    fn attributes(&mut self, ext: usize, chunk: &'a [u8]) -> Result<Vec<Attribute>, Error> {
        let (Some(start), Some(size), Some(count)) =
            (le::u16(chunk, ext + 8), le::u16(chunk, ext + 10), le::u16(chunk, ext + 12))
        else {
            self.problem("an element is cut short");
            return Ok(Vec::new());
        };
        let (first, size) = (ext + usize::from(start), usize::from(size));
        if size != ATTRIBUTE && count > 0 {
            self.odd("attribute records have an unusual size");
        }
        self.attributes += usize::from(count);
        if self.attributes > ATTRIBUTES {
            return Err(Error::Limit { name: "xml_attributes", value: ATTRIBUTES as u64 });
        }
        let mut out = Vec::new();
        for number in 0..usize::from(count) {
            if self.text > TEXT {
                return Err(Error::Limit { name: "xml_text", value: TEXT as u64 });
            }
            let at = first + number * size;
            let Some(attribute) = self.attribute(chunk, at) else {
                self.problem("an element has fewer attributes than it says");
                break;
            };
            out.push(attribute);
        }
        Ok(out)
    }

    fn attribute(&mut self, chunk: &[u8], at: usize) -> Option<Attribute> {
        let namespace = le::u32(chunk, at)?;
        let name = le::u32(chunk, at + 4)?;
        let raw = le::u32(chunk, at + 8)?;
        let kind = *chunk.get(at + 15)?;
        let data = le::u32(chunk, at + 16)?;
        let id = usize::try_from(name).ok().and_then(|index| le::u32(self.ids, index.checked_mul(4)?)).unwrap_or(0);
        let mut value = Value::new(kind, data, |index| self.pool.get(index));
        if value == Value::Null {
            if let Some(text) = self.pool.get(raw) {
                value = Value::Text(text);
            }
        }
        let name = self.pool.get(name).unwrap_or_default();
        self.text += name.len();
        if let Value::Text(text) = &value {
            self.text += text.len();
        }
        Some(Attribute { id, name, namespaced: namespace != u32::MAX, value })
    }
}

#[cfg(test)]
pub(crate) mod tests;
