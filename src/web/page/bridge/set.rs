//! The photos of the set to train on, as every engine has to know them.

use web_sys::File;

use crate::web::protocol::FileHandle;
use crate::web::protocol::training::{PhotoOfSet, TrainingCommand};

/// The photos, sorted by path, and how many of them this engine knows.
#[derive(Default)]
pub struct SetPhotos {
    /// What tells it from the sets before: the same paths may lie in another folder.
    pub number: u32,
    photos: Vec<SetPhoto>,
    posted: usize,
}

struct SetPhoto {
    path: String,
    file: File,
    looked_at: bool,
}

impl SetPhotos {
    /// Another set, of which the engine knows nothing.
    pub fn new(number: u32, mut photos: Vec<(String, File)>) -> Self {
        photos.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let photos = photos.into_iter().map(|(path, file)| SetPhoto { path, file, looked_at: false }).collect();
        Self { number, photos, posted: 0 }
    }

    /// Takes note that an engine looked at a photo: no other engine has to.
    pub fn looked_at(&mut self, path: &str) {
        if let Ok(place) = self.photos.binary_search_by(|photo| photo.path.as_str().cmp(path)) {
            self.photos[place].looked_at = true;
        }
    }

    /// Whether a photo is yet to be looked at.
    pub fn has_new(&self) -> bool {
        self.photos.iter().any(|photo| !photo.looked_at)
    }

    /// Begins anew, for another engine.
    pub fn start_over(&mut self) {
        self.posted = 0;
    }

    /// Whether the engine knows all photos.
    pub fn is_posted(&self) -> bool {
        self.posted == self.photos.len()
    }

    /// What tells the engine of the next few photos, at most `count` of them.
    pub fn helping(&mut self, count: usize) -> Option<TrainingCommand> {
        let rest = &self.photos[self.posted..];
        let looked_at = rest.first()?.looked_at;
        let helping = rest.iter().take(count).take_while(|photo| photo.looked_at == looked_at);
        let photos: Vec<_> = helping
            .map(|photo| PhotoOfSet { path: photo.path.clone(), file: FileHandle(photo.file.clone()) })
            .collect();
        self.posted += photos.len();
        Some(TrainingCommand::AddPhotos { set: self.number, photos, look: !looked_at })
    }
}
