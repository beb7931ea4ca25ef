//! What registers hold at a call, as far as one method shows it without guessing.
//!
//! One walk over the instructions of a method, in order. A register keeps what was put into it until it is written
//! again or control may join from elsewhere (a branch or switch target, a handler): from there on only registers
//! that the method writes once, or parameters it never writes, are still known, because ART's verifier refuses code
//! that could read anything else from them. Strings put together with `StringBuilder` in one piece are shown whole.

use std::collections::HashMap;

use super::format::bytes::{int_at, unit_at};
use super::format::code::{CodeItem, Instruction};
use super::format::file::Dex;
use super::format::opcode::{dispatch, written, Dispatch, Kind};
use crate::facts::Value;
use crate::limits::Limits;

type NodeId = u32;
const UNKNOWN: NodeId = u32::MAX;
/// A method longer than this in nodes shows nothing more; real ones stay far below.
const NODES: usize = 200_000;

#[derive(Debug, Clone)]
enum Node {
    Text(String),
    Str(u32),
    Int(i64),
    Type(u32),
    Field(u32),
    Null,
    Parameter(u16),
    Call { method: u32, args: Vec<NodeId> },
    New { ty: u32, args: Vec<NodeId> },
    Array { ty: u32, items: Vec<NodeId> },
    Builder { parts: Vec<(NodeId, u8)> },
}

#[derive(Debug, Clone, Copy, Default)]
struct Register {
    method: u32,
    block: u32,
    node: NodeId,
    writes: u8,
}

/// Registers and expressions of one method after the other; kept to reuse the memory.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    registers: Vec<Register>,
    nodes: Vec<Node>,
    open_builders: Vec<NodeId>,
    result: Option<NodeId>,
    method: u32,
    block: u32,
    roles: HashMap<u32, Role>,
    roles_dex: u32,
}

/// What a platform method does that the tracker follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Other,
    Constructor,
    BuilderConstructor,
    Append,
    ToString,
}

/// A call: its arguments are ready to be rendered.
#[derive(Debug)]
pub(crate) struct Call {
    /// Code unit of the invoke.
    pub(crate) at: u32,
    /// Method index.
    pub(crate) method: u32,
    args: Vec<(NodeId, u8)>,
}

impl Tracker {
    /// Walks `code`, the body of a method of the dex file at `position`, and gives each invoke to `take`.
    pub(crate) fn walk(
        &mut self,
        (position, dex): (u32, &Dex<'_>),
        code: &CodeItem<'_>,
        mut take: impl FnMut(&Self, Call),
    ) {
        self.start(position, code);
        let joins = code.joins();
        for instruction in code.instructions() {
            if joins.at(instruction.at) {
                self.join();
            }
            if let Some(call) = self.step(dex, code, instruction) {
                take(self, call);
            }
        }
    }

    fn start(&mut self, position: u32, code: &CodeItem<'_>) {
        if self.roles_dex != position {
            self.roles.clear();
            self.roles_dex = position;
        }
        self.method = self.method.wrapping_add(1);
        self.block = self.block.wrapping_add(1);
        self.nodes.clear();
        self.open_builders.clear();
        self.result = None;
        // A method cannot use more registers than its instructions name, five each at most but ranges.
        let count = usize::from(code.registers);
        if self.registers.len() < count {
            self.registers.resize(count, Register::default());
        }
        for instruction in code.instructions() {
            if let Some((register, wide)) = written(code.insns, instruction.at, instruction.unit) {
                self.count_write(register);
                if wide {
                    self.count_write(register.wrapping_add(1));
                }
            }
        }
        // The format allows 255 parameters.
        let first = code.registers.saturating_sub(code.ins.min(255));
        for (number, register) in (first..code.registers).enumerate() {
            let never_written = self.registers.get(usize::from(register)).is_none_or(|r| r.method != self.method);
            self.put(register, Node::Parameter(number as u16));
            if let Some(slot) = self.registers.get_mut(usize::from(register)) {
                // Written at entry and never again counts as once.
                slot.writes = if never_written { 1 } else { 2 };
            }
        }
    }

    fn count_write(&mut self, register: u16) {
        let method = self.method;
        if let Some(slot) = self.registers.get_mut(usize::from(register)) {
            if slot.method == method {
                slot.writes = slot.writes.saturating_add(1);
            } else {
                *slot = Register { method, block: 0, node: UNKNOWN, writes: 1 };
            }
        }
    }

    fn join(&mut self) {
        self.block = self.block.wrapping_add(1);
        self.result = None;
        for builder in std::mem::take(&mut self.open_builders) {
            if let Some(Node::Builder { parts }) = self.nodes.get_mut(builder as usize) {
                // What was appended depends on the way here.
                parts.clear();
                parts.push((UNKNOWN, 0));
                self.open_builders.push(builder);
            }
        }
    }

    fn node(&mut self, node: Node) -> NodeId {
        if self.nodes.len() >= NODES {
            return UNKNOWN;
        }
        self.nodes.push(node);
        (self.nodes.len() - 1) as NodeId
    }

    fn put(&mut self, register: u16, node: Node) {
        let node = self.node(node);
        self.set(register, node);
    }

    fn set(&mut self, register: u16, node: NodeId) {
        let (method, block) = (self.method, self.block);
        if let Some(slot) = self.registers.get_mut(usize::from(register)) {
            let writes = if slot.method == method { slot.writes } else { 1 };
            *slot = Register { method, block, node, writes };
        }
    }

    fn get(&self, register: u16) -> NodeId {
        match self.registers.get(usize::from(register)) {
            Some(slot) if slot.method == self.method && (slot.block == self.block || slot.writes == 1) => slot.node,
            _ => UNKNOWN,
        }
    }

    fn step(&mut self, dex: &Dex<'_>, code: &CodeItem<'_>, instruction: Instruction) -> Option<Call> {
        let insns = code.insns;
        let unit = |k: u32| instruction.at.checked_add(k).and_then(|at| unit_at(insns, at)).unwrap_or(0);
        let (op, high) = (instruction.op(), instruction.high());
        let result = self.result.take();
        match instruction.kind() {
            Kind::Invoke | Kind::InvokeRange | Kind::Polymorphic => return Some(self.invoke(dex, code, instruction)),
            _ => {}
        }
        let node = match op {
            0x0a..=0x0c => result.unwrap_or(UNKNOWN),
            0x01 | 0x04 | 0x07 => self.get(high >> 4),
            0x02 | 0x05 | 0x08 => self.get(unit(1)),
            0x03 | 0x06 | 0x09 => self.get(unit(2)),
            0x12 => self.node(Node::Int(i64::from((high as i16) << 8 >> 12))),
            0x13 | 0x16 => self.node(Node::Int(i64::from(unit(1) as i16))),
            0x14 | 0x17 => self.node(Node::Int(i64::from(int_at(insns, instruction.at + 1)?))),
            0x15 => self.node(Node::Int(i64::from(i32::from(unit(1) as i16) << 16))),
            0x18 => {
                let low = int_at(insns, instruction.at + 1)? as u32;
                let top = int_at(insns, instruction.at + 3)?;
                self.node(Node::Int(i64::from(top) << 32 | i64::from(low)))
            }
            0x19 => self.node(Node::Int(i64::from(unit(1) as i16) << 48)),
            0x1a => self.node(Node::Str(u32::from(unit(1)))),
            0x1b => self.node(Node::Str(int_at(insns, instruction.at + 1)? as u32)),
            0x1c => self.node(Node::Type(u32::from(unit(1)))),
            0x22 => self.new_object(dex, u32::from(unit(1))),
            0x23 => self.node(Node::Array { ty: u32::from(unit(1)), items: Vec::new() }),
            0x24 | 0x25 => {
                let items = argument_registers(insns, instruction).into_iter().map(|r| self.get(r)).collect();
                self.result = Some(self.node(Node::Array { ty: u32::from(unit(1)), items }));
                return None;
            }
            0x4d => {
                self.array_put(high, unit(1));
                return None;
            }
            0x52..=0x58 | 0x60..=0x66 => self.node(Node::Field(u32::from(unit(1)))),
            _ => UNKNOWN,
        };
        let (register, wide) = written(insns, instruction.at, instruction.unit)?;
        self.set(register, node);
        if wide {
            self.set(register.wrapping_add(1), UNKNOWN);
        }
        None
    }

    fn new_object(&mut self, dex: &Dex<'_>, ty: u32) -> NodeId {
        match dex.type_bytes(ty) {
            Some(b"Ljava/lang/StringBuilder;" | b"Ljava/lang/StringBuffer;") => {
                let builder = self.node(Node::Builder { parts: Vec::new() });
                self.open_builders.push(builder);
                builder
            }
            _ => self.node(Node::New { ty, args: Vec::new() }),
        }
    }

    fn array_put(&mut self, value: u16, places: u16) {
        let (array, index, value) = (self.get(places & 0xff), self.get(places >> 8), self.get(value));
        let Some(&Node::Int(index)) = self.nodes.get(index as usize) else { return };
        if let (Some(Node::Array { items, .. }), Ok(index)) =
            (self.nodes.get_mut(array as usize), usize::try_from(index))
        {
            if index < 64 {
                if items.len() <= index {
                    items.resize(index + 1, UNKNOWN);
                }
                if let Some(item) = items.get_mut(index) {
                    *item = value;
                }
            }
        }
    }

    fn invoke(&mut self, dex: &Dex<'_>, code: &CodeItem<'_>, instruction: Instruction) -> Call {
        let method = u32::from(instruction.at.checked_add(1).and_then(|at| unit_at(code.insns, at)).unwrap_or(0));
        let registers = argument_registers(code.insns, instruction);
        let is_static = dispatch(instruction.op()) == Some(Dispatch::Static);
        let proto = dex.methods.get(method as usize).map_or(u32::MAX, |id| u32::from(id.proto));
        let receiver = if is_static { None } else { Some(b'L') };
        let letters =
            dex.parameters(proto).map(|ty| dex.type_bytes(ty).and_then(<[u8]>::first).copied().unwrap_or(b'?'));
        let mut args = Vec::new();
        let mut next = registers.into_iter();
        for letter in receiver.into_iter().chain(letters) {
            let Some(register) = next.next() else { break };
            let mut node = self.get(register);
            // The constant 0 in place of an object is null.
            if matches!(letter, b'L' | b'[') && matches!(self.nodes.get(node as usize), Some(Node::Int(0))) {
                node = self.node(Node::Null);
            }
            args.push((node, letter));
            if matches!(letter, b'J' | b'D') {
                next.next();
            }
        }
        self.result = self.apply(dex, method, &args);
        Call { at: instruction.at, method, args }
    }

    /// What the call leaves behind: its result, and changes to the objects that went in.
    fn apply(&mut self, dex: &Dex<'_>, method: u32, args: &[(NodeId, u8)]) -> Option<NodeId> {
        let role = match self.roles.get(&method) {
            Some(role) => *role,
            None => {
                let role = role_of(dex, method);
                self.roles.insert(method, role);
                role
            }
        };
        let receiver = args.first().map_or(UNKNOWN, |arg| arg.0);
        match role {
            Role::Constructor => {
                if let Some(Node::New { args: into, .. }) = self.nodes.get_mut(receiver as usize) {
                    *into = args.iter().skip(1).map(|arg| arg.0).collect();
                }
                None
            }
            Role::BuilderConstructor | Role::Append => {
                if let (Some(Node::Builder { parts }), Some((part, letter))) =
                    (self.nodes.get_mut(receiver as usize), args.get(1))
                {
                    // `new StringBuilder(int)` sets a capacity, not a text.
                    if parts.len() < 64 && (role == Role::Append || *letter == b'L') {
                        parts.push((if args.len() == 2 { *part } else { UNKNOWN }, *letter));
                    }
                }
                Some(receiver)
            }
            Role::ToString => match self.builder_text(dex, receiver) {
                Some(text) => Some(self.node(Node::Text(text))),
                None => {
                    let parts = match self.nodes.get(receiver as usize) {
                        Some(Node::Builder { parts }) => parts.iter().map(|part| part.0).collect(),
                        _ => vec![receiver],
                    };
                    Some(self.node(Node::Call { method, args: parts }))
                }
            },
            Role::Other => {
                let args = args.iter().map(|arg| arg.0).collect();
                Some(self.node(Node::Call { method, args }))
            }
        }
    }

    fn builder_text(&self, dex: &Dex<'_>, builder: NodeId) -> Option<String> {
        let Some(Node::Builder { parts }) = self.nodes.get(builder as usize) else { return None };
        let mut text = String::new();
        for (part, letter) in parts {
            match (self.nodes.get(*part as usize)?, letter) {
                (Node::Str(index), _) => text.push_str(&dex.text(*index)),
                (Node::Text(more), _) => text.push_str(more),
                (Node::Int(number), b'C') => text.push(char::from_u32(u32::try_from(*number).ok()?)?),
                (Node::Int(number), b'Z') => text.push_str(if *number == 0 { "false" } else { "true" }),
                (Node::Int(number), b'I' | b'J' | b'S' | b'B') => text.push_str(&number.to_string()),
                _ => return None,
            }
            if text.len() > 65_536 {
                return None;
            }
        }
        Some(text)
    }

    /// The arguments of `call` as facts: one per declared parameter, the receiver first.
    pub(crate) fn arguments(&self, dex: &Dex<'_>, call: &Call, limits: &Limits) -> Vec<Option<Value>> {
        let mut room = limits.value_nodes;
        let bounds = (limits.value_depth, limits.string_bytes);
        let mut values: Vec<Option<Value>> =
            call.args.iter().map(|(node, _)| self.render(dex, *node, bounds, &mut room)).collect();
        if self.roles.get(&call.method) == Some(&Role::Constructor) {
            // What goes into the object being made is told by the other arguments.
            if let Some(Some(made)) = values.first_mut() {
                made.of.clear();
            }
        }
        values
    }

    /// Some argument of `call` is the result of another call.
    pub(crate) fn passes_result(&self, call: &Call) -> bool {
        call.args.iter().any(|(node, _)| matches!(self.nodes.get(*node as usize), Some(Node::Call { .. })))
    }

    fn render(&self, dex: &Dex<'_>, node: NodeId, bounds: (usize, usize), room: &mut usize) -> Option<Value> {
        let node = self.nodes.get(node as usize)?;
        *room = room.checked_sub(1)?;
        let of = |nodes: &[NodeId], room: &mut usize| -> Vec<Option<Value>> {
            match bounds.0.checked_sub(1) {
                Some(depth) if depth > 0 => {
                    nodes.iter().map(|node| self.render(dex, *node, (depth, bounds.1), room)).collect()
                }
                _ => Vec::new(),
            }
        };
        Some(match node {
            Node::Text(text) => leaf("string", cut(text, bounds.1)),
            Node::Str(index) => leaf("string", cut(&dex.text(*index), bounds.1)),
            Node::Null => leaf("null", "null"),
            Node::Int(number) => leaf("int", number.to_string()),
            Node::Type(index) => leaf("type", dex.type_text(*index)),
            Node::Field(index) => leaf("field", dex.field_text(*index)),
            Node::Parameter(number) => leaf("parameter", number.to_string()),
            Node::Call { method, args } => Value { kind: "call", value: dex.method_text(*method), of: of(args, room) },
            Node::New { ty, args } => Value { kind: "new", value: dex.type_text(*ty).into_owned(), of: of(args, room) },
            Node::Array { ty, items } => {
                Value { kind: "new", value: dex.type_text(*ty).into_owned(), of: of(items, room) }
            }
            Node::Builder { parts } => {
                let parts: Vec<NodeId> = parts.iter().map(|part| part.0).collect();
                Value { kind: "new", value: "Ljava/lang/StringBuilder;".to_owned(), of: of(&parts, room) }
            }
        })
    }
}

fn leaf(kind: &'static str, value: impl Into<String>) -> Value {
    Value { kind, value: value.into(), of: Vec::new() }
}

/// `text`, no longer than `bytes`, cut between characters.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

fn role_of(dex: &Dex<'_>, method: u32) -> Role {
    let Some(id) = dex.methods.get(method as usize) else { return Role::Other };
    let class = dex.type_bytes(u32::from(id.class)).unwrap_or_default();
    let builder = class == b"Ljava/lang/StringBuilder;" || class == b"Ljava/lang/StringBuffer;";
    match (dex.string_bytes(id.name), builder) {
        (Some(b"<init>"), true) => Role::BuilderConstructor,
        (Some(b"<init>"), false) => Role::Constructor,
        (Some(b"append"), true) => Role::Append,
        (Some(b"toString"), true) => Role::ToString,
        _ => Role::Other,
    }
}

/// The registers that an invoke or `filled-new-array` names, in order.
pub(crate) fn argument_registers(insns: &[u8], instruction: Instruction) -> Vec<u16> {
    let Some(list) = instruction.at.checked_add(2).and_then(|at| unit_at(insns, at)) else { return Vec::new() };
    let high = instruction.high();
    if matches!(instruction.op(), 0x25 | 0x74..=0x78 | 0xfb | 0xfd) {
        return (0..high).map(|k| list.wrapping_add(k)).collect();
    }
    let all = [list & 15, list >> 4 & 15, list >> 8 & 15, list >> 12, high & 15];
    all.into_iter().take(usize::from(high >> 4)).collect()
}

/// Some constant that is visible in `values` (string, type or field, nested ones too) contains `part`.
pub(crate) fn mention(values: &[Option<Value>], part: &str) -> bool {
    values.iter().flatten().any(|value| {
        (matches!(value.kind, "string" | "type" | "field") && value.value.contains(part)) || mention(&value.of, part)
    })
}
