//! Configurations of resources (`ResTable_config` in AOSP `androidfw/ResourceTypes.h`).

use crate::le;

/// Density of `anydpi`: drawables that scale, not pictures.
pub const ANY_DENSITY: u16 = 0xfffe;

/// Where a value applies: locale and density taken apart, everything else as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// A BCP 47 tag; `""` = any.
    pub locale: String,
    /// Dots per inch; 0 = any.
    pub density: u16,
    /// Smallest platform version; 0 = any.
    pub sdk: u16,
    /// Another qualifier (orientation, night, width, …) is set.
    pub qualified: bool,
}

impl Config {
    /// The configuration at the head of `bytes`, or `None` when it is cut short.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let size = le::index(bytes, 0)?;
        let own = bytes.get(..size.min(bytes.len()))?;
        let bare = own.get(4..)?;
        // Everything but its own size, the locale, the density, the platform version and the two bytes that only
        // tell how the locale was written.
        let qualified = bare.iter().enumerate().any(|(at, byte)| {
            let counts = !matches!(at + 4, 8..=11 | 14..=15 | 24..=27 | 36..=47 | 50..=63);
            counts && *byte != 0
        });
        Some(Self {
            locale: locale(own),
            density: le::u16(own, 14).unwrap_or(0),
            sdk: le::u16(own, 24).unwrap_or(0),
            qualified,
        })
    }

    /// It applies everywhere.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The BCP 47 tag: language, script, region, variant.
fn locale(config: &[u8]) -> String {
    let language = unpack(config.get(8..10), b'a');
    if language.is_empty() {
        return String::new();
    }
    let modern = match language.as_str() {
        "iw" => "he",
        "in" => "id",
        "ji" => "yi",
        other => other,
    };
    // Offset 52 after screenLayout2 and colorMode: the script was only derived from the others.
    let derived = config.get(52).is_some_and(|flag| *flag != 0);
    let script = if derived { String::new() } else { ascii(config.get(36..40)) };
    let region = unpack(config.get(10..12), b'0');
    let variant = ascii(config.get(40..48));
    let mut tag = modern.to_owned();
    for part in [script, region, variant] {
        if !part.is_empty() {
            tag.push('-');
            tag.push_str(&part);
        }
    }
    tag
}

/// Two letters as they stand, or three packed into 15 bits above `base`.
fn unpack(packed: Option<&[u8]>, base: u8) -> String {
    let Some([first, second]) = packed else { return String::new() };
    if first & 0x80 == 0 {
        return ascii(packed);
    }
    let letters = [second & 0x1f, ((second & 0xe0) >> 5) | ((first & 0x03) << 3), (first & 0x7c) >> 2];
    letters.iter().map(|letter| char::from(base.wrapping_add(*letter))).filter(char::is_ascii_alphanumeric).collect()
}

fn ascii(bytes: Option<&[u8]>) -> String {
    let bytes = bytes.unwrap_or_default().iter().take_while(|byte| **byte != 0);
    bytes.map(|byte| char::from(*byte)).filter(char::is_ascii_alphanumeric).collect()
}
