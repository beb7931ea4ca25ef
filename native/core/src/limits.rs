//! The bounds of `src/finwatch/limits.py`, class `PackageLimits`: same names, same defaults.

use serde::Deserialize;

use crate::error::Error;

/// Bounds on reading one package. Fields that only the Python parent uses are ignored.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each field is told in limits.py")]
pub struct Limits {
    pub file_bytes: u64,
    pub entries: u64,
    pub entry_bytes: u64,
    pub inflated_bytes: u64,
    pub inflation_ratio: u64,
    pub manifest_bytes: u64,
    pub resources_bytes: u64,
    pub xml_depth: usize,
    pub dex_files: usize,
    pub calls: usize,
    pub strings: usize,
    pub string_uses: usize,
    pub string_bytes: usize,
    pub implementations: usize,
    pub value_depth: usize,
    pub value_nodes: usize,
    pub reach_methods: usize,
    pub reach_path: usize,
    pub signers: usize,
    pub certificate_bytes: u64,
    pub native_libraries: usize,
    pub icon_pixels: u64,
    pub output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 << 30,
            entries: 200_000,
            entry_bytes: 512 << 20,
            inflated_bytes: 2 << 30,
            inflation_ratio: 1_200,
            manifest_bytes: 32 << 20,
            resources_bytes: 256 << 20,
            xml_depth: 256,
            dex_files: 200,
            calls: 200_000,
            strings: 50_000,
            string_uses: 16,
            string_bytes: 4_096,
            implementations: 20_000,
            value_depth: 4,
            value_nodes: 32,
            reach_methods: 2_000_000,
            reach_path: 32,
            signers: 64,
            certificate_bytes: 1 << 20,
            native_libraries: 2_000,
            icon_pixels: 4_194_304,
            output_bytes: 256 << 20,
        }
    }
}

impl Limits {
    /// Limits from the JSON of `PackageLimits.model_dump_json()`.
    ///
    /// # Errors
    /// `Error::Malformed` when it is not such JSON.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map_err(|error| Error::malformed(format!("limits: {error}")))
    }
}
