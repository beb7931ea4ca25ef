//! What was read from one package, in the shape that leaves as JSON.
//!
//! Mirrors `src/finwatch/model/package.py` and `locator.py` field by field: the Python models refuse fields they do
//! not know, so a change here is a change there. Meanings, units and orders are told there.

use std::collections::BTreeMap;

use serde::Serialize;

/// Where something was seen (`model/locator.py`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Locator {
    /// A file inside the package.
    File {
        /// Name of the entry.
        path: String,
        /// Byte offset inside it.
        offset: Option<u64>,
    },
    /// An element of the manifest.
    Manifest {
        /// Such as `manifest/application/activity[3]`.
        element: String,
        /// The attribute that matters.
        attribute: Option<String>,
        /// Line number kept in the binary XML.
        line: Option<u32>,
    },
    /// An instruction.
    Code(CodeAt),
    /// A value of resources.arsc or of a compiled XML file.
    Resource {
        /// `type/entry` or the path of the XML file.
        name: String,
        /// Configuration qualifier.
        config: Option<String>,
        /// Line number kept in the binary XML.
        line: Option<u32>,
    },
    /// A signature scheme and one of its signers.
    Signing {
        /// `v1`, `v2`, `v3`, `v3.1`.
        scheme: String,
        /// Counted from 0.
        signer: Option<u32>,
    },
}

impl Locator {
    /// The file `path` of the package, at no particular offset.
    pub fn file(path: &str) -> Self {
        Self::File { path: path.to_owned(), offset: None }
    }
}

/// An instruction: dex file, method, offset in 16-bit code units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeAt {
    /// Name of the dex entry.
    pub dex: String,
    /// `Lpkg/Class;->name(Args)Ret`.
    pub method: String,
    /// In 16-bit code units from the start of the method.
    pub offset: Option<u32>,
}

/// A part that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// `archive`, `manifest`, `resources`, `code`, `signing`, `native`, `payload` or a file's path.
    pub part: String,
    /// In words.
    pub reason: String,
    /// Where.
    pub at: Option<Locator>,
}

impl Unreadable {
    /// `part` cannot be read because of `reason`.
    pub fn new(part: &str, reason: impl Into<String>, at: Option<Locator>) -> Self {
        Self { part: part.to_owned(), reason: reason.into(), at }
    }
}

/// Something that an honest build tool does not write into a zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveAnomaly {
    /// A name of the list in `model/package.py`.
    pub kind: String,
    /// The entry it is about.
    pub path: Option<String>,
    /// In words.
    pub detail: String,
}

/// A file in the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveEntry {
    /// Name.
    pub path: String,
    /// Unpacked size.
    pub bytes: u64,
    /// Size as stored.
    pub packed_bytes: u64,
    /// 0 stored, 8 deflated, or what the central directory says.
    pub method: u16,
}

/// The zip container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Archive {
    /// In central directory order.
    pub entries: Vec<ArchiveEntry>,
    /// In the order they were met.
    pub anomalies: Vec<ArchiveAnomaly>,
}

/// A `uses-permission`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// Full name.
    pub name: String,
    /// `android:maxSdkVersion`.
    pub max_sdk: Option<i64>,
    /// Line.
    pub line: Option<u32>,
}

/// A `permission` that the app defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclaredPermission {
    /// Full name.
    pub name: String,
    /// `android:protectionLevel`.
    pub protection_level: Option<i64>,
    /// Line.
    pub line: Option<u32>,
}

/// An intent filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IntentFilter {
    /// Actions.
    pub actions: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// `android:scheme` of every `data`.
    pub schemes: Vec<String>,
    /// `android:host` of every `data`.
    pub hosts: Vec<String>,
    /// `android:autoVerify`.
    pub auto_verify: bool,
}

/// An activity, activity-alias, service, receiver or provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Name of the element.
    pub kind: String,
    /// Fully qualified class name.
    pub name: String,
    /// The effective value.
    pub exported: bool,
    /// As declared.
    pub exported_declared: Option<bool>,
    /// `android:permission`.
    pub permission: Option<String>,
    /// `android:readPermission`.
    pub read_permission: Option<String>,
    /// `android:writePermission`.
    pub write_permission: Option<String>,
    /// `android:enabled`.
    pub enabled: bool,
    /// `android:process`.
    pub process: Option<String>,
    /// `android:targetActivity`.
    pub target_activity: Option<String>,
    /// `android:authorities`.
    pub authorities: Option<String>,
    /// `android:grantUriPermissions`.
    pub grant_uri_permissions: bool,
    /// Filters in file order.
    pub intent_filters: Vec<IntentFilter>,
    /// Path of the element.
    pub element: String,
    /// Line.
    pub line: Option<u32>,
}

/// A `meta-data` pair of the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetaData {
    /// `android:name`.
    pub name: String,
    /// `android:value` or `android:resource`, resolved where possible.
    pub value: Option<String>,
    /// Line.
    pub line: Option<u32>,
}

/// The label in one locale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocalLabel {
    /// `""` or a BCP 47 tag.
    pub locale: String,
    /// The text.
    pub label: String,
}

/// AndroidManifest.xml.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct Manifest {
    pub package: String,
    pub version_name: Option<String>,
    pub version_code: Option<i64>,
    pub min_sdk: Option<i64>,
    pub target_sdk: Option<i64>,
    pub max_sdk: Option<i64>,
    pub compile_sdk: Option<i64>,
    pub split: Option<String>,
    pub label: Option<String>,
    pub labels: Vec<LocalLabel>,
    pub icon: Option<String>,
    pub application: Option<String>,
    pub app_component_factory: Option<String>,
    pub debuggable: bool,
    pub allow_backup: Option<bool>,
    pub full_backup_content: Option<String>,
    pub data_extraction_rules: Option<String>,
    pub test_only: bool,
    pub uses_cleartext_traffic: Option<bool>,
    pub network_security_config: Option<String>,
    pub shared_user_id: Option<String>,
    pub permissions: Vec<Permission>,
    pub declared_permissions: Vec<DeclaredPermission>,
    pub features: Vec<String>,
    pub libraries: Vec<String>,
    pub queries: Vec<String>,
    pub components: Vec<Component>,
    pub meta_data: Vec<MetaData>,
    pub application_line: Option<u32>,
}

/// A rule of the network security configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkRule {
    /// `base`, `domain` or `debug`.
    pub kind: String,
    /// Domains of a `domain-config`.
    pub domains: Vec<String>,
    /// `cleartextTrafficPermitted`.
    pub cleartext: Option<bool>,
    /// User-installed authorities are trusted.
    pub trusts_user: bool,
    /// Number of pins.
    pub pins: u32,
    /// Line.
    pub line: Option<u32>,
}

/// The network security configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkSecurity {
    /// Path of the file.
    pub path: String,
    /// In file order.
    pub rules: Vec<NetworkRule>,
}

/// One signer under one scheme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct Signer {
    pub scheme: String,
    pub sha256: String,
    pub subject: String,
    pub issuer: String,
    pub serial: String,
    /// RFC 3339, UTC, with `Z`.
    pub not_before: Option<String>,
    /// RFC 3339, UTC, with `Z`.
    pub not_after: Option<String>,
    pub key_algorithm: Option<String>,
    pub key_bits: Option<u32>,
    pub signature_algorithm: Option<String>,
    pub certificate_self_signed: Option<bool>,
    pub min_sdk: Option<i64>,
    pub max_sdk: Option<i64>,
    pub lineage: Vec<String>,
    pub verified: bool,
    pub errors: Vec<String>,
}

/// Every signature found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct Signing {
    pub schemes: Vec<String>,
    pub signers: Vec<Signer>,
    pub unsigned_entries: Vec<String>,
    pub notes: Vec<String>,
}

/// One dex file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct DexFile {
    pub name: String,
    pub version: String,
    pub bytes: u64,
    pub strings: u32,
    pub types: u32,
    pub protos: u32,
    pub fields: u32,
    pub methods: u32,
    pub classes: u32,
    pub code_items: u32,
    pub instructions: u64,
    pub invokes: u64,
    pub checksum_ok: bool,
}

/// What a register holds at a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Value {
    /// `string`, `int`, `type`, `field`, `call`, `parameter`, `new` or `null`.
    pub kind: &'static str,
    /// Meaning depends on `kind`.
    pub value: String,
    /// What went into a `call`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Option<Value>>,
}

/// How start-up code gets to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The entry method.
    pub entry: String,
    /// No branch, handler or dynamic dispatch stands between.
    pub certain: bool,
    /// Methods from the entry to the caller.
    pub path: Vec<String>,
}

/// A call on the watch list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct CodeCall {
    pub watch: String,
    pub target: String,
    pub at: CodeAt,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Option<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
}

/// A read of a watched field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct FieldRead {
    pub watch: String,
    pub field: String,
    pub at: CodeAt,
    pub reach: Option<Reach>,
}

/// A string that a pattern matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct StringUse {
    pub watch: String,
    pub value: String,
    pub dex: String,
    pub uses: Vec<CodeAt>,
    pub uses_total: u64,
}

/// What a small method does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct MethodShape {
    pub at: CodeAt,
    pub shape: &'static str,
    pub calls: Vec<String>,
    pub instructions: u32,
}

/// A class that extends or implements a watched type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct Implementation {
    pub watch: String,
    pub class_name: String,
    pub dex: String,
    pub methods: Vec<MethodShape>,
}

/// Classes under a watched prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct PrefixHit {
    pub prefix: String,
    pub classes: u32,
    pub example: String,
    pub dex: String,
}

/// How many classes stand below a Java package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct PackageCount {
    pub name: String,
    pub classes: u32,
}

/// What the sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct Code {
    pub dex: Vec<DexFile>,
    pub calls: Vec<CodeCall>,
    pub field_reads: Vec<FieldRead>,
    pub strings: Vec<StringUse>,
    pub implementations: Vec<Implementation>,
    pub prefixes: Vec<PrefixHit>,
    pub packages: Vec<PackageCount>,
    pub signature: Vec<u64>,
    pub signature_version: u32,
    pub truncated: Vec<String>,
}

/// An ELF file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct NativeLibrary {
    pub path: String,
    pub abi: String,
    pub bytes: u64,
    pub soname: Option<String>,
    pub needed: Vec<String>,
    pub hardening: BTreeMap<String, bool>,
}

/// The launcher icon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct Icon {
    pub path: String,
    pub sha256: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub phash: Option<String>,
    pub colours: Option<String>,
}

/// Everything read from one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field is told in model/package.py")]
pub struct PackageFacts {
    pub schema: &'static str,
    pub sha256: String,
    pub bytes: u64,
    pub format: &'static str,
    pub archive: Archive,
    pub manifest: Option<Manifest>,
    pub network_security: Option<NetworkSecurity>,
    pub signing: Signing,
    pub code: Code,
    pub native_libraries: Vec<NativeLibrary>,
    pub icon: Option<Icon>,
    pub unreadable: Vec<Unreadable>,
}

/// Value of `PackageFacts::schema`.
pub const SCHEMA: &str = "finwatch.package-facts/1";
