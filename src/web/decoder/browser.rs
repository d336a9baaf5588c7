//! The browser's own image decoder, for formats that the `image` crate lacks.

use image::{DynamicImage, RgbImage, RgbaImage};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, ImageBitmap, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

use crate::error::Error;
use crate::web::js;

/// The most pixels that are read back: they are held three times on the way.
const MAX_PIXELS: u64 = 50_000_000;

/// Decodes a photo, upright.
///
/// # Errors
/// `None` where the browser knows the format no better, [`Error::PhotoTooLarge`] and [`Error::DamagedPhoto`].
pub async fn decode(file: &Blob) -> Result<RgbImage, Option<Error>> {
    let bitmap = create_image_bitmap(file).await.map_err(|_| None)?;
    let (width, height) = (bitmap.width(), bitmap.height());
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Some(Error::PhotoTooLarge { width, height, limit: MAX_PIXELS }));
    }
    let rgba = read_back(&bitmap).map_err(|exception| Error::DamagedPhoto(js::message(&exception)))?;
    bitmap.close();
    let photo = RgbaImage::from_raw(width, height, rgba).ok_or(None)?;
    Ok(DynamicImage::ImageRgba8(photo).into_rgb8())
}

async fn create_image_bitmap(file: &Blob) -> Result<ImageBitmap, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"imageOrientation".into(), &"from-image".into())?;
    let scope = js::scope();
    let create: Function = Reflect::get(&scope, &"createImageBitmap".into())?.dyn_into()?;
    let bitmap: Promise = create.call2(&scope, file, &options)?.dyn_into()?;
    bitmap.await?.dyn_into()
}

/// The pixels of a bitmap, RGBA8.
fn read_back(bitmap: &ImageBitmap) -> Result<Vec<u8>, JsValue> {
    let canvas = OffscreenCanvas::new(bitmap.width(), bitmap.height())?;
    let context: OffscreenCanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("the browser has no memory for it")?.unchecked_into();
    context.draw_image_with_image_bitmap(bitmap, 0.0, 0.0)?;
    let pixels = context.get_image_data(0.0, 0.0, bitmap.width().into(), bitmap.height().into())?;
    Ok(pixels.data().0)
}
