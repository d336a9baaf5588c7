//! What a chosen folder holds, before it is trained on: its photos, what a look at each found, and what the visitor
//! changed.
//!
//! Nothing here touches a file system or a browser. Without changes, and where all photos can be read,
//! [`PhotoSet::arranged`] gives what [`crate::dataset::arrange`] gives for the same folder.

pub mod duplicates;
pub mod findings;

use std::collections::{BTreeMap, BTreeSet};

use rust_i18n::t;

use crate::dataset::{Arranged, Dataset, Layout, Part, folder_of, is_hidden, join};
use crate::language::Told;
use crate::{Error, Result};

/// The files of a chosen folder, by their paths in it.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Files that may be photos.
    pub photos: Vec<String>,
    /// All other files.
    pub others: Vec<String>,
    /// Folders with nothing in them, as far as the browser tells of them.
    pub empty_folders: Vec<String>,
}

/// The photos of a chosen folder.
#[derive(Clone, Debug, Default)]
pub struct PhotoSet {
    name: String,
    photos: Vec<Photo>,
    left_out_classes: BTreeSet<String>,
    layout: Layout,
    passed_over: Vec<String>,
    outside: usize,
    has_loose_photos: bool,
    folders_without_photos: BTreeSet<String>,
}

/// A photo of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its path in the chosen folder.
    pub path: String,
    /// The name of its class: that of its class folder, unless the visitor changed it.
    pub class: String,
    /// What a look at it found.
    pub seen: Seen,
    /// Whether the visitor left this photo out.
    pub left_out: bool,
}

/// What a look at a photo found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nobody has looked yet.
    NotYet,
    /// It can be read.
    Readable {
        /// A hash of its bytes: equal files have equal hashes.
        content: String,
        /// How it looks: photos that look alike differ in few bits.
        appearance: u64,
    },
    /// It cannot be read: cause and remedy.
    Unreadable(Told),
}

/// A class of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassSummary {
    /// Its name.
    pub name: String,
    /// Its photos that are used, or would be if the class were not left out.
    pub photos: usize,
    /// Its photos that the visitor left out.
    pub left_out: usize,
    /// Its photos that cannot be read.
    pub unreadable: usize,
    /// Whether the visitor left out the class as a whole.
    pub is_left_out: bool,
}

/// The folder that holds all of these files, where there is one.
pub fn common_folder<'a>(mut paths: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (folder, _) = paths.next()?.split_once('/')?;
    let inside = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    paths.all(inside).then_some(folder)
}

impl PhotoSet {
    /// The photos of a folder of this name, none of them looked at.
    pub fn new(name: String, listing: Listing) -> Self {
        let Listing { photos, others, empty_folders } = listing;
        let layout = Layout::of(photos.iter().map(String::as_str));
        let (mut paths, unused): (Vec<_>, Vec<_>) = photos.into_iter().partition(|path| layout.class(path).is_some());
        let is_outside = |path: &String| layout.is_split() && folder_of(path).is_some() && !is_hidden(path);
        let (outside, loose): (Vec<_>, Vec<_>) = unused.into_iter().partition(is_outside);
        paths.sort_unstable();
        let has_loose_photos = loose.iter().any(|path| !is_hidden(path));

        let with_photos: BTreeSet<&str> = paths.iter().chain(&outside).flat_map(|path| folders_above(path)).collect();
        let folders_without_photos = others
            .iter()
            .filter_map(|path| folder_of(path))
            .chain(empty_folders.iter().map(String::as_str))
            .filter(|folder| !is_hidden(folder) && !with_photos.contains(folder))
            .map(str::to_owned)
            .collect();
        let is_worth_telling = |path: &String| !is_hidden(path) && !is_of_the_system(path);
        let passed_over = others.into_iter().chain(loose).filter(is_worth_telling).collect();
        let photos = paths
            .into_iter()
            .map(|path| Photo {
                class: layout.class(&path).unwrap_or_default().to_owned(),
                path,
                seen: Seen::NotYet,
                left_out: false,
            })
            .collect();
        let outside = outside.len();
        Self {
            name,
            photos,
            left_out_classes: BTreeSet::new(),
            layout,
            passed_over,
            outside,
            has_loose_photos,
            folders_without_photos,
        }
    }

    /// The folder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All photos, sorted by path.
    pub fn photos(&self) -> &[Photo] {
        &self.photos
    }

    /// Whether the folder is already split into photos to learn from and photos to validate with.
    pub fn is_split(&self) -> bool {
        self.layout.is_split()
    }

    /// The folders of the training and of the validation photos, where it is.
    pub fn parts(&self) -> Option<&[String; 2]> {
        self.layout.parts()
    }

    /// Whether there are photos, and none of them in a class folder.
    pub fn has_only_loose_photos(&self) -> bool {
        self.photos.is_empty() && self.has_loose_photos
    }

    /// The place of a photo in [`Self::photos`].
    pub fn place(&self, path: &str) -> Option<usize> {
        self.photos.binary_search_by(|photo| photo.path.as_str().cmp(path)).ok()
    }

    /// Takes down what a look at a photo found. True where it is the first look at a photo of the set.
    pub fn see(&mut self, path: &str, seen: Seen) -> bool {
        let Some(place) = self.place(path) else { return false };
        let before = std::mem::replace(&mut self.photos[place].seen, seen);
        before == Seen::NotYet
    }

    /// The photos that can be read, as pairs of path and content.
    pub fn identities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.photos.iter().filter_map(|photo| photo.content().map(|content| (photo.path.as_str(), content)))
    }

    /// Whether a photo is trained on or validated with.
    pub fn is_used(&self, photo: &Photo) -> bool {
        photo.is_usable() && !self.left_out_classes.contains(&photo.class)
    }

    /// All classes, sorted by name, those that are left out among them.
    pub fn classes(&self) -> Vec<ClassSummary> {
        let mut classes: BTreeMap<&str, ClassSummary> = BTreeMap::new();
        for photo in &self.photos {
            let class = classes.entry(&photo.class).or_insert_with(|| ClassSummary {
                name: photo.class.clone(),
                photos: 0,
                left_out: 0,
                unreadable: 0,
                is_left_out: self.left_out_classes.contains(&photo.class),
            });
            match &photo.seen {
                Seen::Unreadable(_) => class.unreadable += 1,
                _ if photo.left_out => class.left_out += 1,
                Seen::NotYet | Seen::Readable { .. } => class.photos += 1,
            }
        }
        classes.into_values().collect()
    }

    /// Leaves a photo out, or takes it in again.
    pub fn leave_out(&mut self, place: usize, left_out: bool) {
        self.photos[place].left_out = left_out;
    }

    /// Leaves a class out, or takes it in again.
    pub fn leave_out_class(&mut self, name: &str, left_out: bool) {
        if left_out {
            self.left_out_classes.insert(name.to_owned());
        } else {
            self.left_out_classes.remove(name);
        }
    }

    /// Gives a class another name; the name of another class merges the two.
    pub fn rename_class(&mut self, name: &str, new_name: &str) {
        if name == new_name {
            return;
        }
        let is_new = self.photos.iter().all(|photo| photo.class != new_name);
        if self.left_out_classes.remove(name) && is_new {
            self.left_out_classes.insert(new_name.to_owned());
        }
        for photo in self.photos.iter_mut().filter(|photo| photo.class == name) {
            new_name.clone_into(&mut photo.class);
        }
    }

    /// Takes back everything that the visitor changed.
    pub fn restore(&mut self) {
        self.left_out_classes.clear();
        for photo in &mut self.photos {
            photo.left_out = false;
            photo.class = self.layout.class(&photo.path).unwrap_or_default().to_owned();
        }
    }

    /// Whether the visitor changed anything.
    pub fn is_changed(&self) -> bool {
        !self.left_out_classes.is_empty()
            || self.photos.iter().any(|photo| photo.left_out || self.layout.class(&photo.path) != Some(&*photo.class))
    }

    /// The photos that are used, in two parts: those of the folder where it is split, otherwise as
    /// [`Dataset::split`] draws them.
    ///
    /// # Errors
    /// As [`crate::dataset::arrange`]; also where a part has no photos.
    pub fn arranged(&self, validation_share: f64, seed: u64) -> Result<Arranged> {
        if self.has_only_loose_photos() {
            return Err(Error::Dataset(t!("dataset.loose_photos").into()));
        }
        let used = || self.photos.iter().filter(|photo| self.is_used(photo));
        if used().next().is_none() && !self.photos.is_empty() {
            return Err(Error::Dataset(t!("dataset.all_left_out").into()));
        }
        let labelled = |photo: &Photo| (photo.path.clone(), photo.class.clone());
        if self.is_changed()
            && let Some(only) = used().next()
            && used().all(|photo| photo.class == only.class)
        {
            return Err(Error::Dataset(t!("dataset.one_class_left", class = only.class).into()));
        }
        let arranged = if self.is_split() {
            self.no_class_is_only_validated()?;
            let part = |part| used().filter(move |photo| self.layout.part(&photo.path) == Some(part)).map(labelled);
            join(Dataset::from_labels(part(Part::Train))?, part(Part::Validation))?
        } else {
            let dataset = Dataset::from_labels(used().map(labelled))?;
            let split = dataset.split(validation_share, seed);
            Arranged { classes: dataset.classes, split }
        };
        if arranged.split.validation.is_empty() {
            return Err(Error::Dataset(t!("dataset.none_to_validate").into()));
        }
        Ok(arranged)
    }
}

impl PhotoSet {
    /// As [`join`] has it, with what can be done about it here.
    fn no_class_is_only_validated(&self) -> Result<()> {
        let of_part = |part| {
            let used = self.photos.iter().filter(|photo| self.is_used(photo));
            used.filter(move |photo| self.layout.part(&photo.path) == Some(part)).map(|photo| photo.class.as_str())
        };
        let train: BTreeSet<&str> = of_part(Part::Train).collect();
        match of_part(Part::Validation).find(|class| !train.contains(class)) {
            Some(class) if train.len() > 1 => {
                Err(Error::Dataset(t!("dataset.only_validated_here", class = class).into()))
            }
            _ => Ok(()),
        }
    }
}

impl Photo {
    /// The hash of its bytes, where it can be read.
    pub fn content(&self) -> Option<&str> {
        if let Seen::Readable { content, .. } = &self.seen { Some(content) } else { None }
    }

    /// Its file's name, without folders.
    pub fn file_name(&self) -> &str {
        file_name(&self.path)
    }

    fn is_usable(&self) -> bool {
        matches!(self.seen, Seen::Readable { .. }) && !self.left_out
    }
}

/// A path's last part.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `a/b` and `a` for `a/b/c.jpg`.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Whether Windows has put the file there.
fn is_of_the_system(path: &str) -> bool {
    ["thumbs.db", "ehthumbs.db", "desktop.ini"].iter().any(|name| file_name(path).eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
