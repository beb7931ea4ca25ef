//! Distinguished names as text, in the form that `apksigner` prints (`java.security.Principal::getName` of the JDK):
//! the most specific part first, `, ` between parts, keywords of RFC 4514 and a few older ones, quotation marks
//! where a value has characters that would otherwise separate parts.

use super::der::{Reader, Value, SET};

/// Characters that make a value need quotation marks.
const SPECIAL: &str = ",+=\n<>#;\\\"";

/// The name in words; what is not a name becomes its bytes in hex after `#`.
pub(super) fn text(raw: &[u8]) -> String {
    parts(raw).unwrap_or_else(|_| format!("#{}", super::hex(raw)))
}

fn parts(raw: &[u8]) -> Result<String, String> {
    let mut sets = super::der::first(raw)?.inside();
    let mut out = Vec::new();
    while !sets.is_empty() {
        let mut pairs = sets.expect(SET, "name")?.inside();
        let mut part = Vec::new();
        while !pairs.is_empty() {
            let mut pair = pairs.value()?.inside();
            part.push(attribute(&mut pair)?);
        }
        out.push(part.join(" + "));
    }
    out.reverse();
    Ok(out.join(", "))
}

fn attribute(pair: &mut Reader<'_>) -> Result<String, String> {
    let oid = pair.value()?.oid()?;
    let value = pair.value()?;
    let shown = string(&value).map_or_else(|| format!("#{}", super::hex(value.raw)), |text| quoted(&text));
    Ok(match keyword(&oid) {
        Some(keyword) => format!("{keyword}={shown}"),
        None => format!("OID.{oid}={shown}"),
    })
}

fn keyword(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SURNAME",
        "2.5.4.5" => "SERIALNUMBER",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "T",
        "2.5.4.42" => "GIVENNAME",
        "2.5.4.43" => "INITIALS",
        "2.5.4.44" => "GENERATION",
        "2.5.4.46" => "DNQUALIFIER",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "EMAILADDRESS",
        _ => return None,
    })
}

/// The text of a string value; `None` for a type that is no string.
fn string(value: &Value<'_>) -> Option<String> {
    match value.tag {
        0x0c => Some(String::from_utf8_lossy(value.content).into_owned()),
        0x13 | 0x16 | 0x1b => {
            Some(value.content.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '\u{fffd}' }).collect())
        }
        0x14 => Some(value.content.iter().map(|b| char::from(*b)).collect()),
        0x1e => {
            let units =
                value.content.chunks(2).map(|pair| pair.iter().fold(0_u16, |unit, b| (unit << 8) | u16::from(*b)));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect())
        }
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    let white = |c: char| c == ' ' || c == '\n';
    if text.chars().count() > 1 && text.starts_with('"') && text.ends_with('"') {
        return text.to_owned();
    }
    let runs = text.chars().zip(text.chars().skip(1)).any(|(a, b)| white(a) && white(b));
    let needs = runs || text.starts_with(white) || text.ends_with(white) || text.contains(|c| SPECIAL.contains(c));
    if !needs {
        return text.to_owned();
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_separators_are_quoted() {
        assert_eq!(quoted("Alpha, Ltd"), "\"Alpha, Ltd\"");
        assert_eq!(quoted("a  b"), "\"a  b\"");
        assert_eq!(quoted(" a"), "\" a\"");
        assert_eq!(quoted("say \"x\" now"), "\"say \\\"x\\\" now\"");
        assert_eq!(quoted("支付宝"), "支付宝");
    }

    #[test]
    fn the_most_specific_part_stands_first() {
        let name = [
            0x30, 0x1a, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, b'C', b'N', 0x31, 0x0b, 0x30,
            0x09, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x02, b'a', b'b',
        ];
        assert_eq!(text(&name), "CN=ab, C=CN");
        assert_eq!(text(&[0x31, 0x99]), "#3199");
    }
}
