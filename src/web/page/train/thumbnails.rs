//! The small pictures of the photos of the set, as URLs from the first time that one is shown.

use std::collections::HashMap;

use leptos::prelude::*;
use web_sys::{Blob, Url};

/// The small pictures, by the photos' paths.
#[derive(Clone, Copy)]
pub struct Thumbnails(StoredValue<HashMap<String, Thumbnail>, LocalStorage>);

struct Thumbnail {
    picture: Blob,
    url: Option<String>,
}

impl Thumbnails {
    /// None yet.
    pub fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// Keeps a photo's picture.
    pub fn insert(self, path: String, picture: Blob) {
        self.0.update_value(|all| drop(all.insert(path, Thumbnail { picture, url: None })));
    }

    /// The URL of a photo's picture, where there is one.
    pub fn url(self, path: &str) -> Option<String> {
        self.0.try_update_value(|all| {
            let thumbnail = all.get_mut(path)?;
            if thumbnail.url.is_none() {
                thumbnail.url = Url::create_object_url_with_blob(&thumbnail.picture).ok();
            }
            thumbnail.url.clone()
        })?
    }

    /// Forgets all pictures.
    pub fn clear(self) {
        self.0.update_value(|all| {
            for url in all.drain().filter_map(|(_, thumbnail)| thumbnail.url) {
                // Fails only for what is no URL.
                let _ = Url::revoke_object_url(&url);
            }
        });
    }
}
