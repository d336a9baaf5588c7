//! What is worth knowing of a photo before it is trained on: that it can be read, and whether it is there twice.

use image::RgbImage;
use image_hasher::{HashAlg, HasherConfig};
use xxhash_rust::xxh3::xxh3_64;

use super::thumbnail;
use crate::preprocess;
use crate::web::protocol::training::Look;

/// The longest side of the thumbnails, in pixels.
const THUMBNAIL_SIDE: u32 = 160;
/// Both sides of the grid whose brightness, from each cell to its right neighbour, makes up the appearance.
const GRID: u32 = 8;

/// Looks at a photo, given its file's bytes and its pixels.
///
/// # Errors
/// Cause and remedy, where the browser has no room for the thumbnail.
pub fn look(bytes: &[u8], photo: &RgbImage) -> Result<Look, String> {
    let small = preprocess::small(photo, THUMBNAIL_SIDE);
    let hasher = HasherConfig::new().hash_size(GRID, GRID).hash_alg(HashAlg::Gradient).to_hasher();
    let appearance = hasher.hash_image(&small).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Look {
        thumbnail: thumbnail(&small)?,
        width: photo.width(),
        height: photo.height(),
        content: format!("{:016x}", xxh3_64(bytes)),
        appearance,
    })
}
