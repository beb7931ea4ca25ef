//! The file format: bytes and numbers, strings, tables, code items, opcodes. Knows nothing of what is looked for.

pub(crate) mod bytes;
pub(crate) mod code;
pub(crate) mod file;
pub(crate) mod mutf8;
pub(crate) mod opcode;
