//! Pictures from the engine, as URLs that last as long as somebody shows them.

use std::sync::Arc;

use web_sys::{Blob, Url};

use crate::web::protocol::inspection::Sheet;

/// A picture's URL, which the browser forgets with its last copy.
#[derive(Clone)]
pub struct Picture(Arc<ObjectUrl>);

struct ObjectUrl(String);

impl Picture {
    /// A picture from the engine. Without room for it, it stays empty.
    pub fn new(blob: &Blob) -> Self {
        Self(Arc::new(ObjectUrl(Url::create_object_url_with_blob(blob).unwrap_or_default())))
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.0.0.clone()
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails only for what is no URL.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Many small pictures on one sheet.
#[derive(Clone)]
pub struct PictureSheet {
    /// The sheet.
    pub picture: Picture,
    /// How many pictures are on it.
    pub pictures: u32,
    columns: u32,
    size: [u32; 2],
    gap: u32,
}

impl PictureSheet {
    /// Takes over a sheet from the engine.
    pub fn new(sheet: &Sheet) -> Self {
        let Sheet { picture, columns, pictures, size, gap } = sheet;
        Self { picture: Picture::new(picture), pictures: *pictures, columns: *columns, size: *size, gap: *gap }
    }

    /// Width and height of the sheet, in pixels.
    pub fn dimensions(&self) -> [u32; 2] {
        let rows = self.pictures.div_ceil(self.columns);
        [self.columns * (self.size[0] + self.gap), rows * (self.size[1] + self.gap)]
    }

    /// The style of an element that shows one of the pictures.
    pub fn crop(&self, place: u32) -> String {
        let at = [place % self.columns, place / self.columns];
        let [across, down] = [0, 1].map(|axis| {
            let (size, whole) = (self.size[axis], self.dimensions()[axis]);
            let before = at[axis] * (size + self.gap);
            // CSS counts both in hundredths: the sheet's size in those of the element, its place in those of the rest.
            (whole as f32 / size as f32 * 100.0, before as f32 / (whole - size).max(1) as f32 * 100.0)
        });
        format!(
            "background: url({}) {:.4}% {:.4}% / {:.4}% {:.4}%",
            self.picture.url(),
            across.1,
            down.1,
            across.0,
            down.0
        )
    }
}
