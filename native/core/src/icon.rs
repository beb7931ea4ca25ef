//! The launcher icon as a picture that can be compared: `package` hands its bytes in, `facts::Icon` comes out.
//!
//! PNG, WebP and JPEG are decoded by memory-safe crates within `limits.icon_pixels`; vector and adaptive icons (binary
//! XML) keep their SHA-256 alone. The picture is cropped to what is visible and laid over white, so that another
//! margin or a transparent corner does not make another picture. Two summaries come of it:
//!
//! - `phash`: 64 bits of the DCT over luminance, each saying whether a low frequency is above the median of them all
//!   (Zauner, *Implementation and Benchmarking of Perceptual Image Hash Functions*, 2010), without the frequencies
//!   that are constant along an axis. A picture too flat to give such bits reliably has no hash;
//! - `colours`: the mean colour of each field of a 4x4 grid, which also tells flat icons apart.

use std::io::Cursor;

use sha2::{Digest, Sha256};

use crate::facts::Icon;
use crate::limits::Limits;

/// Side of the picture that the hash is computed from.
const SIDE: usize = 32;
/// Side of the grid of mean colours.
const GRID: usize = 4;
/// Bits along each axis of the frequency plane.
const BITS: usize = 8;
/// A pixel with less alpha than this is not seen.
const VISIBLE: u8 = 16;
/// Mean step of luminance (0 … 255) between neighbours of the small picture below which there is nothing to hash:
/// one plain letter on a plain ground has about 4, one plain colour 0.
const FLAT: f32 = 1.0;
/// Share of the mean magnitude of the frequencies that is taken for rounding.
const NOISE: f32 = 0.1;

/// A decoded picture: four bytes a pixel (red, green, blue, alpha), rows from the top.
struct Picture {
    width: usize,
    height: usize,
    rgba: Vec<u8>,
}

/// The icon stored at `path`. Fields that need a decoded picture are `None` for a file that is not a raster picture,
/// is broken, or is over `limits.icon_pixels`.
pub fn read(path: &str, bytes: &[u8], limits: &Limits) -> Option<Icon> {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut icon = Icon { path: path.to_owned(), sha256, width: None, height: None, phash: None, colours: None };
    let Some(picture) = decode(bytes, limits.icon_pixels) else { return Some(icon) };
    icon.width = u32::try_from(picture.width).ok();
    icon.height = u32::try_from(picture.height).ok();
    if let Some(seen) = visible(&picture) {
        icon.phash = hash(&scaled(&picture, seen, SIDE)).map(|bits| format!("{bits:016x}"));
        let fields = scaled(&picture, seen, GRID);
        icon.colours = Some(fields.iter().flatten().map(|part| format!("{:02x}", part.round() as u8)).collect());
    }
    Some(icon)
}

fn decode(bytes: &[u8], pixels: u64) -> Option<Picture> {
    let picture = if bytes.starts_with(b"\x89PNG") {
        png(bytes, pixels)?
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp(bytes, pixels)?
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg(bytes, pixels)?
    } else {
        return None;
    };
    let whole = picture.width.checked_mul(picture.height)?.checked_mul(4)?;
    (picture.rgba.len() == whole && whole > 0).then_some(picture)
}

fn fits(width: u32, height: u32, pixels: u64) -> Option<()> {
    (u64::from(width).checked_mul(u64::from(height))? <= pixels).then_some(())
}

fn png(bytes: &[u8], pixels: u64) -> Option<Picture> {
    let budget = usize::try_from(pixels.saturating_mul(16)).ok()?;
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: budget });
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    fits(reader.info().width, reader.info().height, pixels)?;
    let mut out = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut out).ok()?;
    let out = out.get(..frame.buffer_size())?;
    let rgba = match frame.color_type {
        png::ColorType::Rgba => out.to_vec(),
        png::ColorType::Rgb => spread(out, 3, |p| [at(p, 0), at(p, 1), at(p, 2), 255]),
        png::ColorType::GrayscaleAlpha => spread(out, 2, |p| [at(p, 0), at(p, 0), at(p, 0), at(p, 1)]),
        png::ColorType::Grayscale => spread(out, 1, |p| [at(p, 0), at(p, 0), at(p, 0), 255]),
        png::ColorType::Indexed => return None,
    };
    Some(Picture { width: frame.width as usize, height: frame.height as usize, rgba })
}

fn webp(bytes: &[u8], pixels: u64) -> Option<Picture> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).ok()?;
    decoder.set_memory_limit(usize::try_from(pixels.saturating_mul(16)).ok()?);
    let (width, height) = decoder.dimensions();
    fits(width, height, pixels)?;
    let mut out = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut out).ok()?;
    let rgba = if decoder.has_alpha() { out } else { spread(&out, 3, |p| [at(p, 0), at(p, 1), at(p, 2), 255]) };
    Some(Picture { width: width as usize, height: height as usize, rgba })
}

fn jpeg(bytes: &[u8], pixels: u64) -> Option<Picture> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.set_max_decoding_buffer_size(usize::try_from(pixels.saturating_mul(4)).ok()?);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    fits(u32::from(info.width), u32::from(info.height), pixels)?;
    let out = decoder.decode().ok()?;
    let rgba = match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => spread(&out, 3, |p| [at(p, 0), at(p, 1), at(p, 2), 255]),
        jpeg_decoder::PixelFormat::L8 => spread(&out, 1, |p| [at(p, 0), at(p, 0), at(p, 0), 255]),
        _ => return None,
    };
    Some(Picture { width: usize::from(info.width), height: usize::from(info.height), rgba })
}

fn at(pixel: &[u8], part: usize) -> u8 {
    pixel.get(part).copied().unwrap_or_default()
}

fn spread(bytes: &[u8], parts: usize, pixel: impl Fn(&[u8]) -> [u8; 4]) -> Vec<u8> {
    bytes.chunks_exact(parts).flat_map(pixel).collect()
}

/// The smallest rectangle (left, top, right, bottom; the last two beyond it) with everything visible in it.
fn visible(picture: &Picture) -> Option<(usize, usize, usize, usize)> {
    let mut found: Option<(usize, usize, usize, usize)> = None;
    for (y, row) in picture.rgba.chunks_exact(picture.width * 4).enumerate() {
        for (x, pixel) in row.chunks_exact(4).enumerate() {
            if at(pixel, 3) >= VISIBLE {
                let (left, top, right, _) = found.unwrap_or((x, y, x, y));
                found = Some((left.min(x), top, right.max(x + 1), y + 1));
            }
        }
    }
    found
}

/// The rectangle over white, brought to `side` by `side` colours, each the mean of the pixels that fall on it.
fn scaled(picture: &Picture, (left, top, right, bottom): (usize, usize, usize, usize), side: usize) -> Vec<[f32; 3]> {
    // A span of at least one pixel of `length` for each of `side` fields.
    let span = |field: usize, from: usize, to: usize| {
        let length = to - from;
        let (begin, end) = (field * length / side, (field + 1) * length / side);
        (from + begin, from + end.max(begin + 1))
    };
    let mut out = Vec::with_capacity(side * side);
    for field_y in 0..side {
        let (y0, y1) = span(field_y, top, bottom);
        for field_x in 0..side {
            let (x0, x1) = span(field_x, left, right);
            let mut sum = [0_f32; 3];
            let mut count = 0_f32;
            for y in y0..y1 {
                let row = (y * picture.width + x0) * 4..(y * picture.width + x1) * 4;
                for pixel in picture.rgba.get(row).unwrap_or_default().chunks_exact(4) {
                    let alpha = f32::from(at(pixel, 3)) / 255.0;
                    for (total, part) in sum.iter_mut().zip(pixel) {
                        *total += f32::from(*part) * alpha + 255.0 * (1.0 - alpha);
                    }
                    count += 1.0;
                }
            }
            out.push(sum.map(|total| if count > 0.0 { total / count } else { 255.0 }));
        }
    }
    out
}

/// The 64 bits, or `None` for a picture that is too flat.
fn hash(picture: &[[f32; 3]]) -> Option<u64> {
    // Rec. 601 luma.
    let light: Vec<f32> = picture.iter().map(|[red, green, blue]| 0.299 * red + 0.587 * green + 0.114 * blue).collect();
    if steps(&light) < FLAT {
        return None;
    }
    let waves: Vec<Vec<f32>> = (1..=BITS)
        .map(|frequency| {
            (0..SIDE)
                .map(|x| (std::f32::consts::PI * frequency as f32 * (2 * x + 1) as f32 / (2 * SIDE) as f32).cos())
                .collect()
        })
        .collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let rows: Vec<Vec<f32>> =
        light.chunks_exact(SIDE).map(|row| waves.iter().map(|wave| dot(row, wave)).collect()).collect();
    let mut plane = Vec::with_capacity(BITS * BITS);
    for wave in &waves {
        for column in 0..BITS {
            plane
                .push(rows.iter().zip(wave).map(|(row, weight)| row.get(column).unwrap_or(&0.0) * weight).sum::<f32>());
        }
    }
    let mut sorted = plane.clone();
    sorted.sort_by(f32::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied()?;
    // Half of the frequencies of a symmetric picture vanish; what rounding leaves of them must not set bits.
    let quiet = NOISE * plane.iter().map(|value| value.abs()).sum::<f32>() / (BITS * BITS) as f32;
    Some(plane.iter().fold(0, |bits, value| (bits << 1) | u64::from(*value > middle + quiet)))
}

/// Mean step between neighbours, across and down.
fn steps(light: &[f32]) -> f32 {
    let across: f32 =
        light.chunks_exact(SIDE).flat_map(|row| row.iter().zip(row.iter().skip(1))).map(|(a, b)| (a - b).abs()).sum();
    let down: f32 = light.iter().zip(light.iter().skip(SIDE)).map(|(a, b)| (a - b).abs()).sum();
    (across + down) / (2 * SIDE * (SIDE - 1)) as f32
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn png_of(side: u32, paint: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, side, side);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let pixels: Vec<u8> = (0..side * side).flat_map(|i| paint(i % side, i / side)).collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        out
    }

    /// A red coin with a slanted yellow bar, in a picture of `side` pixels with `margin` transparent ones around.
    fn coin(side: u32, margin: u32) -> Vec<u8> {
        png_of(side, |x, y| {
            let (inner, x, y) = (side - 2 * margin, x.wrapping_sub(margin), y.wrapping_sub(margin));
            let from_middle = |v: u32| (v as f32 + 0.5) / inner as f32 - 0.5;
            let (dx, dy) = (from_middle(x), from_middle(y));
            match () {
                () if x >= inner || y >= inner || dx * dx + dy * dy > 0.25 => [0, 0, 0, 0],
                () if (dx - dy * 0.6).abs() < 0.1 => [250, 220, 40, 255],
                () => [200, 20, 30, 255],
            }
        })
    }

    fn icon(bytes: &[u8]) -> Icon {
        read("res/icon.png", bytes, &Limits::default()).unwrap()
    }

    fn distance(a: &Icon, b: &Icon) -> u32 {
        let bits = |icon: &Icon| u64::from_str_radix(icon.phash.as_ref().expect("a hash"), 16).unwrap();
        (bits(a) ^ bits(b)).count_ones()
    }

    #[test]
    fn size_and_margin_do_not_make_another_picture() {
        let plain = icon(&coin(96, 0));
        assert_eq!((plain.width, plain.height), (Some(96), Some(96)));
        assert_eq!(plain.colours.as_ref().unwrap().len(), 96);
        assert!(distance(&plain, &icon(&coin(192, 0))) <= 6);
        assert!(distance(&plain, &icon(&coin(144, 24))) <= 6);
        let other = png_of(96, |x, y| if (x / 12 + y / 24) % 2 == 0 { [0, 60, 200, 255] } else { [240; 4] });
        assert!(distance(&plain, &icon(&other)) >= 16);
    }

    #[test]
    fn a_flat_picture_has_colours_alone() {
        let flat = icon(&png_of(48, |_, _| [10, 200, 90, 255]));
        assert_eq!(flat.phash, None);
        assert_eq!(flat.colours, Some("0ac85a".repeat(16)));
    }

    #[test]
    fn what_is_no_picture_keeps_its_sum() {
        let mut cut = coin(48, 0);
        cut.truncate(cut.len() / 2);
        for bytes in [b"\x03\x00\x08\x00".as_slice(), b"", &cut, b"RIFF\0\0\0\0WEBPVP8 ", b"\xff\xd8\xff\xe0"] {
            let icon = icon(bytes);
            assert_eq!(icon.sha256.len(), 64);
            assert_eq!((icon.width, icon.phash, icon.colours), (None, None, None));
        }
        let limits = Limits { icon_pixels: 100, ..Limits::default() };
        assert_eq!(read("a.png", &coin(48, 0), &limits).unwrap().width, None);
        let unseen = icon(&png_of(8, |_, _| [1, 2, 3, 0]));
        assert_eq!((unseen.width, unseen.colours), (Some(8), None));
    }
}
