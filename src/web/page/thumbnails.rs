//! The small pictures of photos that the page shows.

use std::{collections::HashMap, hash::Hash};

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::web::thumbnail::Thumbnail;

/// Small pictures, by what tells their photos apart.
pub struct Thumbnails<K: 'static>(StoredValue<HashMap<K, Thumbnail>, LocalStorage>);

impl<K: Eq + Hash> Thumbnails<K> {
    /// None yet.
    pub fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// Keeps a photo's picture.
    pub fn insert(self, photo: K, picture: Thumbnail) {
        self.0.update_value(|all| drop(all.insert(photo, picture)));
    }

    /// What the property `src` is for a photo's picture, where there is one.
    pub fn src(self, photo: &K) -> Option<JsValue> {
        self.0.with_value(|all| all.get(photo).map(Thumbnail::src))
    }

    /// Forgets all pictures.
    pub fn clear(self) {
        self.0.update_value(HashMap::clear);
    }
}

// Derived, they would ask the same of `K`.
impl<K> Clone for Thumbnails<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Thumbnails<K> {}
