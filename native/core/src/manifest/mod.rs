//! AndroidManifest.xml as Android's package parser reads it (AOSP `pm/pkg/parsing/ParsingPackageUtils.java`), with
//! references resolved through resources.arsc.

pub mod attr;
mod component;
mod look;

use crate::arsc::Table;
use crate::axml::{Document, Element, Value};
use crate::error::Error;
use crate::facts::{DeclaredPermission, Manifest, MetaData, Permission};

pub use look::Files;

/// First value of `CUR_DEVELOPMENT`: what a preview platform calls itself.
const PREVIEW: i64 = 10_000;
/// Names that platforms had before their number was fixed, by first letter (`Build.VERSION_CODES`).
const CODENAMES: [(&str, i64); 12] = [
    ("L", 21),
    ("M", 23),
    ("N", 24),
    ("O", 26),
    ("P", 28),
    ("Q", 29),
    ("R", 30),
    ("S", 31),
    ("Tiramisu", 33),
    ("UpsideDownCake", 34),
    ("VanillaIceCream", 35),
    ("Baklava", 36),
];

/// Looks values up in the resource table, where there is one.
pub(crate) struct Resolver<'t> {
    table: Option<&'t Table<'t>>,
}

impl Resolver<'_> {
    fn value(&self, element: &Element, id: u32) -> Option<Value> {
        let value = element.by_id(id)?;
        match (value, self.table) {
            (Value::Reference(_), Some(table)) => table.resolve(value),
            (Value::Reference(_), None) => None,
            _ => Some(value.clone()),
        }
    }

    pub(crate) fn text(&self, element: &Element, id: u32) -> Option<String> {
        self.value(element, id)?.as_text()
    }

    pub(crate) fn int(&self, element: &Element, id: u32) -> Option<i64> {
        self.value(element, id)?.as_int()
    }

    pub(crate) fn bool(&self, element: &Element, id: u32) -> Option<bool> {
        self.value(element, id)?.as_bool()
    }

    /// A platform version: a number, or the name of one.
    fn sdk(&self, element: &Element, id: u32) -> Option<i64> {
        let value = self.value(element, id)?;
        if let Some(number) = value.as_int() {
            return Some(number);
        }
        let name = value.as_text()?;
        let known = CODENAMES.iter().find(|(known, _)| *known == name);
        Some(known.map_or(PREVIEW, |(_, number)| *number))
    }

    /// The text, or `@0x7f…` when the reference leads nowhere: a value is there, though it cannot be told.
    pub(crate) fn told(&self, element: &Element, id: u32) -> Option<String> {
        match element.by_id(id)? {
            Value::Reference(number) => Some(self.text(element, id).unwrap_or_else(|| format!("@0x{number:08x}"))),
            other => other.as_text(),
        }
    }
}

/// The manifest in `document`. `files` says which files the package has, to choose an icon that is really there.
///
/// # Errors
/// `Error::Malformed` when the root is no `manifest`.
pub fn read(document: &Document, table: Option<&Table<'_>>, files: &dyn Files) -> Result<Manifest, Error> {
    let root = document.root().filter(|root| root.name == "manifest");
    let root = root.ok_or_else(|| Error::malformed("the root element of AndroidManifest.xml is not <manifest>"))?;
    let resolver = Resolver { table };
    let plain = |name: &str| root.by_name(name).and_then(Value::as_text);
    let low = resolver.int(root, attr::VERSION_CODE);
    let major = resolver.int(root, attr::VERSION_CODE_MAJOR).unwrap_or(0);
    let mut manifest = Manifest {
        package: plain("package").unwrap_or_default(),
        split: plain("split"),
        version_name: resolver.text(root, attr::VERSION_NAME),
        version_code: low.map(|low| (major << 32) | (low & 0xffff_ffff)),
        compile_sdk: resolver.int(root, attr::COMPILE_SDK_VERSION),
        shared_user_id: resolver.text(root, attr::SHARED_USER_ID),
        ..Manifest::default()
    };
    for child in root.children.iter().filter_map(|index| document.elements.get(*index)) {
        top_level(document, child, &resolver, &mut manifest);
    }
    // Android reads the first <application> and skips any other.
    if let Some((index, application)) = document.children(root, "application").next() {
        read_application(document, index, application, &resolver, &mut manifest);
        look::read(application, &resolver, files, &mut manifest);
    }
    Ok(manifest)
}

fn top_level(document: &Document, element: &Element, resolver: &Resolver<'_>, manifest: &mut Manifest) {
    let name = || resolver.text(element, attr::NAME).filter(|name| !name.is_empty());
    match element.name.as_str() {
        "uses-sdk" => {
            manifest.min_sdk = resolver.sdk(element, attr::MIN_SDK_VERSION).or(manifest.min_sdk);
            manifest.target_sdk = resolver.sdk(element, attr::TARGET_SDK_VERSION).or(manifest.target_sdk);
            manifest.max_sdk = resolver.int(element, attr::MAX_SDK_VERSION).or(manifest.max_sdk);
        }
        "uses-permission" | "uses-permission-sdk-23" | "uses-permission-sdk-m" => {
            if let Some(name) = name() {
                let max_sdk = resolver.int(element, attr::MAX_SDK_VERSION);
                manifest.permissions.push(Permission { name, max_sdk, line: Some(element.line) });
            }
        }
        "permission" => {
            if let Some(name) = name() {
                let protection_level = resolver.int(element, attr::PROTECTION_LEVEL);
                manifest.declared_permissions.push(DeclaredPermission {
                    name,
                    protection_level,
                    line: Some(element.line),
                });
            }
        }
        "uses-feature" => manifest.features.extend(name()),
        "queries" => {
            for child in element.children.iter().filter_map(|index| document.elements.get(*index)) {
                manifest.queries.extend(query(document, child, resolver));
            }
        }
        _ => {}
    }
}

/// A package name as it stands; `intent:` and the actions; `provider:` and the authorities.
fn query(document: &Document, element: &Element, resolver: &Resolver<'_>) -> Option<String> {
    match element.name.as_str() {
        "package" => resolver.text(element, attr::NAME),
        "provider" => resolver.text(element, attr::AUTHORITIES).map(|authorities| format!("provider:{authorities}")),
        "intent" => {
            let actions = document.children(element, "action");
            let actions: Vec<String> = actions.filter_map(|(_, action)| resolver.text(action, attr::NAME)).collect();
            Some(format!("intent:{}", actions.join(",")))
        }
        _ => None,
    }
}

fn read_application(
    document: &Document,
    index: usize,
    element: &Element,
    resolver: &Resolver<'_>,
    manifest: &mut Manifest,
) {
    let class = |name: String| class_name(&manifest.package, &name);
    let bool = |id| resolver.bool(element, id);
    let application = resolver.text(element, attr::NAME).filter(|name| !name.is_empty()).map(class);
    let factory = resolver.text(element, attr::APP_COMPONENT_FACTORY).filter(|name| !name.is_empty()).map(class);
    manifest.application = application;
    manifest.app_component_factory = factory;
    manifest.debuggable = bool(attr::DEBUGGABLE).unwrap_or(false);
    manifest.allow_backup = bool(attr::ALLOW_BACKUP);
    manifest.full_backup_content = resolver.told(element, attr::FULL_BACKUP_CONTENT);
    manifest.data_extraction_rules = resolver.told(element, attr::DATA_EXTRACTION_RULES);
    manifest.test_only = bool(attr::TEST_ONLY).unwrap_or(false);
    manifest.uses_cleartext_traffic = bool(attr::USES_CLEARTEXT_TRAFFIC);
    manifest.network_security_config = resolver.told(element, attr::NETWORK_SECURITY_CONFIG);
    manifest.application_line = Some(element.line);
    for (_, library) in document.children(element, "uses-library") {
        manifest.libraries.extend(resolver.text(library, attr::NAME));
    }
    for (_, pair) in document.children(element, "meta-data") {
        if let Some(name) = resolver.text(pair, attr::NAME) {
            let value = resolver.told(pair, attr::VALUE).or_else(|| resolver.told(pair, attr::RESOURCE));
            manifest.meta_data.push(MetaData { name, value, line: Some(pair.line) });
        }
    }
    manifest.components = component::read(document, index, element, resolver, manifest);
}

/// A fully qualified class name, as `ParsingUtils.buildClassName` completes it.
pub(crate) fn class_name(package: &str, name: &str) -> String {
    if name.starts_with('.') {
        format!("{package}{name}")
    } else if name.contains('.') {
        name.to_owned()
    } else {
        format!("{package}.{name}")
    }
}

#[cfg(test)]
mod tests;
