//! Pictures for the page, as files in the browser's keeping.

use std::io::Cursor;

use image::{DynamicImage, GenericImage, GrayImage, ImageFormat, RgbImage, RgbaImage};
use rust_i18n::t;
use web_sys::Blob;

use crate::error::{Error, Result};
use crate::preprocess;
use crate::web::js;
use crate::web::protocol::inspection::Sheet;

/// Empty pixels between two pictures of a sheet.
const GAP: u32 = 1;
/// A row of units longer than this, in pixels, is wrapped.
const LONGEST_ROW: u32 = 64;

/// A photo as a JPEG.
pub fn jpeg(photo: &RgbImage) -> Result<Blob> {
    blob(&preprocess::thumbnail(photo)?, "image/jpeg")
}

/// Pictures of one size on one sheet, about twice as wide as high, as a PNG that is empty between them.
pub fn sheet(pictures: Vec<DynamicImage>) -> Result<Sheet> {
    let (width, height) = pictures.first().map_or((1, 1), |picture| (picture.width(), picture.height()));
    let count = pictures.len() as u32;
    let columns = (1..count).find(|columns| columns * columns >= 2 * count).unwrap_or(1);
    let mut sheet = RgbaImage::new(columns * (width + GAP), count.div_ceil(columns) * (height + GAP));
    for (place, picture) in (0..).zip(pictures) {
        let (column, row) = (place % columns, place / columns);
        sheet
            .copy_from(&picture.into_rgba8(), column * (width + GAP), row * (height + GAP))
            .map_err(|error| Error::Plot(error.to_string()))?;
    }
    let mut png = Cursor::new(Vec::new());
    sheet.write_to(&mut png, ImageFormat::Png).map_err(|error| Error::Plot(error.to_string()))?;
    let picture = blob(png.get_ref(), "image/png")?;
    Ok(Sheet { picture, columns, pictures: count, size: [width, height], gap: GAP })
}

/// One row of units, with a line break after every [`LONGEST_ROW`].
pub fn wrapped(units: &GrayImage) -> GrayImage {
    let width = units.width().min(LONGEST_ROW);
    let height = units.width().div_ceil(width);
    GrayImage::from_fn(width, height, |x, y| {
        let unit = y * width + x;
        if unit < units.width() { *units.get_pixel(unit, 0) } else { image::Luma([0]) }
    })
}

/// A picture in this format.
pub fn blob(bytes: &[u8], mime_type: &str) -> Result<Blob> {
    js::blob(bytes, mime_type)
        .map_err(|exception| Error::Unreadable(t!("photo.no_room", reason = js::message(&exception)).into()))
}
