//! From the bytes of a file to upright RGB8, or to an error that says what is wrong with it.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use jpeg_decoder::PixelFormat;
use memchr::{memchr_iter, memmem};
use rust_i18n::t;

use crate::language::Text;
use crate::{Error, Result};

/// The formats that are decoded, those the `image` crate is built with.
const FORMATS: [ImageFormat; 6] =
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff];
/// The most pixels that are decoded.
const MAX_PIXELS: u64 = 100_000_000;
/// The most pixels of a side, a JPEG's: resizing takes memory for 224 times as many.
const MAX_SIDE: u32 = 65_535;
/// The most bytes that a decoded photo may take.
const MAX_BYTES: u64 = 512 << 20;
/// The most scans of a progressive JPEG, each of which is a pass over all pixels. Cameras and programs write up to 20; a
/// small file can hold thousands.
const MAX_SCANS: usize = 50;

/// Decodes a photo (JPEG, PNG, WebP, GIF, BMP, TIFF; told by its content) to upright RGB8.
///
/// Grey, palette, CMYK and 16-bit photos become RGB8, transparency is dropped, and of an animation the first frame is
/// taken.
///
/// # Errors
/// [`Error::EmptyFile`], [`Error::NotAPhoto`], [`Error::PhotoTooLarge`] or [`Error::PhotoBeyondMemory`] (before any pixel
/// is allocated), or [`Error::DamagedPhoto`], also where a file is cut short.
pub fn decode(bytes: &[u8]) -> Result<RgbImage> {
    decode_at(bytes, None)
}

/// [`decode`], for who needs no more than this many pixels of each side: of a larger JPEG, a half, a quarter or an eighth is
/// decoded, as long as neither side gets shorter than that.
///
/// # Errors
/// As [`decode`].
pub fn decode_at_least(bytes: &[u8], side: u16) -> Result<RgbImage> {
    decode_at(bytes, Some(side))
}

fn decode_at(bytes: &[u8], least_side: Option<u16>) -> Result<RgbImage> {
    if bytes.is_empty() {
        return Err(Error::EmptyFile);
    }
    let format = image::guess_format(bytes)
        .ok()
        .filter(|format| FORMATS.contains(format))
        .ok_or_else(|| Error::NotAPhoto(what_else(bytes).to_string()))?;

    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(decoding_error)?;
    check_size(&decoder)?;
    if format == ImageFormat::Jpeg {
        check_jpeg(bytes)?;
    }

    // An orientation that cannot be read is no reason to refuse the photo.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let jpeg = if format == ImageFormat::Jpeg { decode_jpeg(bytes, least_side) } else { None };
    let photo = match jpeg {
        Some(photo) => photo,
        None => DynamicImage::from_decoder(decoder).map_err(decoding_error)?,
    };
    let mut photo = DynamicImage::ImageRgb8(photo.into_rgb8());
    photo.apply_orientation(orientation);
    Ok(photo.into_rgb8())
}

/// Refuses what would need too much memory, by the size that the file claims.
fn check_size(decoder: &impl ImageDecoder) -> Result<()> {
    let (width, height) = decoder.dimensions();
    let limit = MAX_PIXELS.min(MAX_BYTES / u64::from(decoder.color_type().bytes_per_pixel()));
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > limit {
        return Err(Error::PhotoTooLarge { width, height, limit });
    }
    if width == 0 || height == 0 {
        return Err(Error::DamagedPhoto(t!("photo.no_pixels").into()));
    }
    Ok(())
}

/// Decodes a thumbnail of our own making (see [`super::thumbnail`]), without what it takes to decode any photo.
///
/// # Errors
/// [`Error::DamagedPhoto`] where it is none.
pub fn decode_thumbnail(bytes: &[u8]) -> Result<RgbImage> {
    let picture = decode_jpeg(bytes, None).map(DynamicImage::into_rgb8);
    picture.ok_or_else(|| Error::DamagedPhoto(t!("photo.bad_thumbnail").into()))
}

/// A grey or colour JPEG, within a few levels of what libjpeg makes of it. Others (CMYK, 12 bits, damaged ones) are left
/// to the `image` crate, and so is what Adobe's marker says to be RGB: `jpeg_decoder` takes that for YCbCr.
///
/// Smaller ones come from the inverse cosine transform itself, which is given the lower frequencies alone.
fn decode_jpeg(bytes: &[u8], least_side: Option<u16>) -> Option<DynamicImage> {
    let is_rgb = |adobe: usize| bytes.get(adobe + 15) == Some(&0);
    let is_jfif = |name: usize| bytes[..name].iter().rev().skip(2).take(2).eq(b"\xe0\xff");
    // A JFIF file is YCbCr, whatever else it says.
    if memmem::find_iter(bytes, b"\xff\xee\0\x0eAdobe").any(is_rgb) && !memmem::find_iter(bytes, b"JFIF\0").any(is_jfif)
    {
        return None;
    }
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let (width, height) = match least_side {
        // The decoder is content where one of the sides is long enough.
        Some(side) if info.width < info.height => decoder.scale(side, u16::MAX).ok()?,
        Some(side) => decoder.scale(u16::MAX, side).ok()?,
        None => (info.width, info.height),
    };
    let (width, height) = (width.into(), height.into());
    match info.pixel_format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, decoder.decode().ok()?).map(Into::into),
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, decoder.decode().ok()?).map(Into::into),
        PixelFormat::L16 | PixelFormat::CMYK32 => None,
    }
}

/// Refuses a JPEG that does not reach its end marker, which the decoder would not mind: it fills what is missing with grey.
/// And one with so many scans that decoding would take minutes.
fn check_jpeg(bytes: &[u8]) -> Result<()> {
    let mut rest = bytes;
    let mut scans = 0;
    // From marker to marker, past what lies between. 00, FF and RST (D0 to D7) are part of the compressed pixels.
    let is_marker = |next: &u8| !matches!(next, 0x00 | 0x01 | 0xd0..=0xd8 | 0xff);
    while let Some(at) = memchr_iter(0xff, rest).find(|at| rest.get(at + 1).is_some_and(is_marker)) {
        match rest[at + 1] {
            0xd9 => return Ok(()),
            0xda => scans += 1,
            _ => (),
        }
        if scans > MAX_SCANS {
            return Err(Error::DamagedPhoto(t!("photo.too_many_scans", limit = MAX_SCANS).into()));
        }
        // Every other marker begins a segment that tells its length. A thumbnail, with its own end, lies inside one.
        let Some([high, low]) = rest.get(at + 2..at + 4) else { break };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(at + 2 + length..).unwrap_or_default();
    }
    Err(Error::DamagedPhoto(t!("photo.no_end").into()))
}

fn decoding_error(error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(error) => Error::NotAPhoto(t!("photo.unsupported", reason = error).into()),
        ImageError::Limits(_) => Error::PhotoBeyondMemory,
        // Some run over several lines.
        error => Error::DamagedPhoto(error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

/// What a file that is no photo seems to be, and what to do about it.
fn what_else(bytes: &[u8]) -> Text {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let brand = bytes.get(8..12).filter(|_| bytes[4..].starts_with(b"ftyp"));
    match brand {
        Some(b"avif" | b"avis") => t!("photo.avif"),
        Some([b'h', b'e', ..] | b"mif1" | b"msf1") => t!("photo.heic"),
        Some(_) => t!("photo.video"),
        None if bytes.starts_with(b"%PDF") => t!("photo.pdf"),
        None if bytes.starts_with(b"PK\x03\x04") => t!("photo.zip"),
        None if start.contains("<svg") => t!("photo.svg"),
        None if start.contains("<html") || start.contains("<!doctype html") => t!("photo.web_page"),
        None if !start.contains(['\0', char::REPLACEMENT_CHARACTER]) => t!("photo.text"),
        None => t!("photo.unknown"),
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb, Rgba};

    use super::*;

    /// 16 x 8: the corners are red, green, blue and white, clockwise from the top left.
    fn corners() -> RgbImage {
        RgbImage::from_fn(16, 8, |x, y| {
            Rgb(match (x < 8, y < 4) {
                (true, true) => [255, 0, 0],
                (false, true) => [0, 255, 0],
                (false, false) => [0, 0, 255],
                (true, false) => [255, 255, 255],
            })
        })
    }

    /// Something that does not compress to nothing.
    fn noise() -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(120, 90, |x, y| {
            let value = (x * 31 + y * 17).wrapping_mul(2_654_435_761) >> 24;
            Rgb([value as u8, (x * 2) as u8, (y * 2) as u8])
        }))
    }

    fn encode(photo: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        photo.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// EXIF with an orientation and nothing else.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif
    }

    /// A JPEG with one more segment after its first marker.
    fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
    }

    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        with_segment(jpeg, 0xe1, &[b"Exif\0\0".as_slice(), &exif(orientation)].concat())
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes
            .iter()
            .fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1))))
    }

    fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let body = [kind, content].concat();
        [&(content.len() as u32).to_be_bytes(), body.as_slice(), &crc(&body).to_be_bytes()].concat()
    }

    /// A PNG that has a header and no pixels.
    fn png_of_size(width: u32, height: u32) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            &png_chunk(b"IHDR", &header),
            &png_chunk(b"IDAT", &[]),
            &png_chunk(b"IEND", &[]),
        ]
        .concat()
    }

    fn hint(bytes: &[u8]) -> String {
        match decode(bytes) {
            Err(Error::NotAPhoto(hint)) => hint,
            other => panic!("{other:?}"),
        }
    }

    /// The colours of the corners, clockwise from the top left.
    fn seen(photo: &RgbImage) -> String {
        let (right, bottom) = (photo.width() - 2, photo.height() - 2);
        [(1, 1), (right, 1), (right, bottom), (1, bottom)]
            .into_iter()
            .map(|(x, y)| match photo.get_pixel(x, y).0.map(|value| value > 127) {
                [true, false, false] => 'R',
                [false, true, false] => 'G',
                [false, false, true] => 'B',
                [true, true, true] => 'W',
                _ => '?',
            })
            .collect()
    }

    #[test]
    fn photos_are_turned_upright() {
        // What a photo that is stored as R G / W B looks like, for each of EXIF's orientations.
        let upright = ["RGBW", "GRWB", "BWRG", "WBGR", "RWBG", "WRGB", "BGRW", "GBWR"];
        let jpeg = encode(&DynamicImage::ImageRgb8(corners()), ImageFormat::Jpeg);
        let png = encode(&DynamicImage::ImageRgb8(corners()), ImageFormat::Png);
        for (orientation, expected) in (1..).zip(upright) {
            let header_end = 8 + 25;
            let png = [&png[..header_end], &png_chunk(b"eXIf", &exif(orientation)), &png[header_end..]].concat();
            for bytes in [with_exif(&jpeg, orientation), png] {
                let photo = decode(&bytes).unwrap();
                assert_eq!(seen(&photo), expected, "orientation {orientation}");
                let size = if orientation < 5 { (16, 8) } else { (8, 16) };
                assert_eq!(photo.dimensions(), size, "orientation {orientation}");
            }
        }
        // Orientations that do not exist leave the photo as it is.
        for orientation in [0, 9, 255] {
            assert_eq!(seen(&decode(&with_exif(&jpeg, orientation)).unwrap()), "RGBW");
        }
    }

    #[test]
    fn every_format_is_told_by_its_content() {
        for format in FORMATS {
            let photo = decode(&encode(&DynamicImage::ImageRgb8(corners()), format)).unwrap();
            assert_eq!((seen(&photo).as_str(), photo.dimensions()), ("RGBW", (16, 8)), "{format:?}");
        }
    }

    #[test]
    fn every_kind_of_pixel_becomes_rgb8() {
        let first = |photo: DynamicImage| decode(&encode(&photo, ImageFormat::Png)).unwrap().get_pixel(0, 0).0;
        assert_eq!(first(DynamicImage::ImageLuma8(ImageBuffer::from_pixel(2, 2, Luma([99])))), [99; 3]);
        assert_eq!(first(DynamicImage::ImageLuma16(ImageBuffer::from_pixel(2, 2, Luma([200 * 257])))), [200; 3]);
        let rgb16 = ImageBuffer::from_pixel(2, 2, Rgb([257, 2 * 257, 255 * 257]));
        assert_eq!(first(DynamicImage::ImageRgb16(rgb16)), [1, 2, 255]);
        // Transparency is dropped, and the colour below it stays, as Pillow has it.
        let rgba = ImageBuffer::from_pixel(2, 2, Rgba([10, 20, 30, 0]));
        assert_eq!(first(DynamicImage::ImageRgba8(rgba)), [10, 20, 30]);
        assert_eq!(first(DynamicImage::ImageLumaA8(ImageBuffer::from_pixel(2, 2, LumaA([70, 3])))), [70; 3]);
    }

    #[test]
    fn palettes_are_looked_up() {
        let gif = encode(&DynamicImage::ImageRgb8(corners()), ImageFormat::Gif);
        assert_eq!(decode(&gif).unwrap(), corners());
        // One stored row: no filter, then the palette's entry 1.
        let row = b"\x78\x01\x01\x02\x00\xfd\xff\x00\x01\x00\x03\x00\x02";
        let png = [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            &png_chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0]),
            &png_chunk(b"PLTE", &[1, 2, 3, 40, 50, 60]),
            &png_chunk(b"tRNS", &[255, 0]),
            &png_chunk(b"IDAT", row),
            &png_chunk(b"IEND", &[]),
        ]
        .concat();
        assert_eq!(decode(&png).unwrap().get_pixel(0, 0).0, [40, 50, 60]);
    }

    #[test]
    fn cmyk_becomes_rgb() {
        let photo = decode(include_bytes!("../../tests/data/cmyk.jpg")).unwrap();
        // What Pillow makes of it.
        for (value, expected) in photo.get_pixel(5, 5).0.into_iter().zip([235, 51, 0]) {
            assert!(value.abs_diff(expected) <= 1, "{value} {expected}");
        }
    }

    #[test]
    fn a_jpeg_of_rgb_is_told_by_adobes_marker() {
        let jpeg =
            encode(&DynamicImage::ImageRgb8(RgbImage::from_pixel(8, 8, Rgb([120, 120, 120]))), ImageFormat::Jpeg);
        let first = |bytes: &[u8]| decode(bytes).unwrap().get_pixel(0, 0).0;
        assert_eq!(first(&jpeg), [120; 3]);
        // Without the JFIF marker, which would settle it, the same numbers are red, green and blue: Cb and Cr at 128.
        let length = usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
        let bare = [&jpeg[..2], &jpeg[4 + length..]].concat();
        assert_eq!(first(&with_segment(&bare, 0xee, b"Adobe\0\x64\0\0\0\0\0")), [120, 128, 128]);
        assert_eq!(first(&with_segment(&bare, 0xee, b"Adobe\0\x64\0\0\0\0\x01")), [120; 3]);
        assert_eq!(first(&with_segment(&jpeg, 0xee, b"Adobe\0\x64\0\0\0\0\0")), [120; 3]);
    }

    #[test]
    fn a_large_jpeg_is_decoded_as_small_as_is_asked() {
        let photo = RgbImage::from_fn(1600, 1200, |x, y| Rgb([(x / 8) as u8, (y / 8) as u8, ((x + y) / 16) as u8]));
        let jpeg = encode(&DynamicImage::ImageRgb8(photo), ImageFormat::Jpeg);
        let full = decode(&jpeg).unwrap();
        for (side, size) in [(1200, (1600, 1200)), (601, (1600, 1200)), (600, (800, 600)), (300, (400, 300))] {
            let small = decode_at_least(&jpeg, side).unwrap();
            assert_eq!(small.dimensions(), size, "{side}");
            let scale = full.width() / small.width();
            let nearest = |x: u32, y: u32| full.get_pixel(x * scale + scale / 2, y * scale + scale / 2).0;
            for (x, y) in [(0, 0), (size.0 / 2, size.1 / 3), (size.0 - 1, size.1 - 1)] {
                let apart = small.get_pixel(x, y).0.into_iter().zip(nearest(x, y)).map(|(a, b)| a.abs_diff(b)).max();
                assert!(apart <= Some(3), "{side}: {:?} in place of {:?}", small.get_pixel(x, y), nearest(x, y));
            }
        }
        // Turned, it is as small.
        assert_eq!(decode_at_least(&with_exif(&jpeg, 6), 300).unwrap().dimensions(), (300, 400));
        // Other formats come as they are.
        let png = encode(&DynamicImage::ImageRgb8(RgbImage::new(900, 900)), ImageFormat::Png);
        assert_eq!(decode_at_least(&png, 100).unwrap().dimensions(), (900, 900));
    }

    #[test]
    fn an_empty_file_is_told() {
        assert!(matches!(decode(&[]), Err(Error::EmptyFile)));
    }

    #[test]
    fn what_is_no_photo_is_told_with_a_remedy() {
        for (bytes, word) in [
            (b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>".as_slice(), "SVG"),
            (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
            (b"daisy, rose, tulip\n", "text"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "AVIF"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
            (b"PK\x03\x04\x14\0\0\0", "ZIP"),
            (b"\x7fELF\x02\x01\x01\0", "no kind known"),
            (b"\xff", "no kind known"),
        ] {
            let hint = hint(bytes);
            assert!(hint.contains(word), "{word}: {hint}");
        }
    }

    #[test]
    fn photos_too_large_are_refused_by_their_headers() {
        for (width, height) in [(60_000, 60_000), (100_000, 100_000), (10_001, 10_000), (1, 65_536), (50_000_000, 1)] {
            match decode(&png_of_size(width, height)) {
                Err(Error::PhotoTooLarge { width: w, height: h, limit: 100_000_000 }) => {
                    assert_eq!((w, h), (width, height))
                }
                other => panic!("{other:?}"),
            }
        }
        // This one is not too large, only empty.
        assert!(matches!(decode(&png_of_size(10_000, 10_000)), Err(Error::DamagedPhoto(_))));
    }

    #[test]
    fn photos_cut_short_are_told() {
        for format in FORMATS {
            let bytes = encode(&noise(), format);
            decode(&bytes).unwrap();
            for percent in [10, 50, 90, 99] {
                let cut = decode(&bytes[..bytes.len() * percent / 100]);
                assert!(matches!(cut, Err(Error::DamagedPhoto(_))), "{format:?} at {percent} %: {cut:?}");
            }
        }
    }

    #[test]
    fn a_thumbnail_and_bytes_after_the_end_do_not_matter() {
        let jpeg = encode(&noise(), ImageFormat::Jpeg);
        let thumbnail = encode(&DynamicImage::ImageRgb8(corners()), ImageFormat::Jpeg);
        let with_thumbnail = with_segment(&jpeg, 0xe1, &[b"Exif\0\0".as_slice(), &thumbnail].concat());
        let expected = decode(&jpeg).unwrap();
        assert_eq!(decode(&with_thumbnail).unwrap(), expected);
        assert_eq!(decode(&[&jpeg[..], b"\0\0 more"].concat()).unwrap(), expected);
        // The end of the thumbnail is not the end of the photo.
        let cut = &with_thumbnail[..with_thumbnail.len() / 2];
        assert!(matches!(decode(cut), Err(Error::DamagedPhoto(_))));
    }

    #[test]
    fn a_jpeg_of_many_scans_is_refused() {
        let jpeg = encode(&noise(), ImageFormat::Jpeg);
        let scan = jpeg.windows(2).position(|marker| marker == b"\xff\xda").unwrap();
        let (head, scan) = (&jpeg[..scan], &jpeg[scan..jpeg.len() - 2]);
        let with_scans = |count: usize| decode(&[head, &scan.repeat(count), b"\xff\xd9"].concat());
        assert!(with_scans(1).is_ok());
        match with_scans(51) {
            Err(Error::DamagedPhoto(reason)) => assert!(reason.contains("scans"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn damage_is_an_error_or_a_photo_and_never_a_panic() {
        for format in FORMATS {
            let bytes = encode(&noise(), format);
            let mut state = 1_u32;
            for _ in 0..200 {
                let mut damaged = bytes.clone();
                for _ in 0..4 {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    // Half of the damage goes to the headers.
                    let range = if state & 0x100 == 0 { damaged.len() } else { damaged.len().min(64) };
                    damaged[(state >> 12) as usize % range] = (state >> 9) as u8;
                }
                let _ = decode(&damaged);
                // At a half, a quarter and an eighth of its size.
                [40, 20, 10].map(|side| decode_at_least(&damaged, side)).into_iter().for_each(drop);
            }
        }
    }
}
