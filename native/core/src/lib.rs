//! Reads Android packages: bytes in, facts out. No Python, no input or output beyond the one file, no unsafe code,
//! no panic on any input; every bound stands in `limits`.
//!
//! `package` is the way in and puts the parts together: `source` and `zip` (the container), `axml`, `arsc`,
//! `manifest` and `netsec` (what the app declares), `signing` (who says so), `dex` and `likeness` (what its code
//! does), `elf` (its native libraries), `icon` (how it looks). Beside it, for policies: `characters` and `words`.

pub mod arsc;
pub mod axml;
pub mod characters;
pub mod dex;
pub mod elf;
pub mod error;
pub mod facts;
pub mod format;
pub mod icon;
pub mod le;
pub mod likeness;
pub mod limits;
pub mod manifest;
pub mod netsec;
pub mod package;
pub mod pool;
pub mod signing;
pub mod source;
pub mod words;
pub mod zip;
