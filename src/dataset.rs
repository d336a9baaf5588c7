//! From a listing of files to classes and samples: a folder for each class, its photos inside.
//!
//! Nothing here touches a file system: paths are relative to the chosen folder, with `/` between their parts, so that
//! the command line and the browser share every rule.

mod layout;
mod names;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rust_i18n::t;

use crate::{Error, Result};

pub use self::layout::{Layout, Part};
pub use self::names::{class_named, same_name, true_class};

/// The endings of the photo files that are read, in lower case.
const PHOTO_EXTENSIONS: [&str; 9] = ["jpg", "jpeg", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff"];

/// Endings of pictures that are not read.
const OTHER_EXTENSIONS: [&str; 6] = ["heic", "heif", "avif", "svg", "jxl", "dng"];

/// One photo of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// Path relative to the chosen folder, with `/` between its parts.
    pub path: String,
    /// Index into the classes.
    pub class: usize,
}

/// The photos of a folder and their classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Names of the classes, sorted.
    pub classes: Vec<String>,
    /// The photos, sorted by path.
    pub samples: Vec<Sample>,
}

/// Samples to train on and samples to validate with, each sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// What the network learns from.
    pub train: Vec<Sample>,
    /// What the network is tested on after each epoch, and never learns from.
    pub validation: Vec<Sample>,
}

/// A photo's path and the name of its class.
pub type Labelled = (String, String);

/// A folder made ready for training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arranged {
    /// Names of the classes, sorted.
    pub classes: Vec<String>,
    /// The samples, in two parts.
    pub split: Split,
}

/// Makes a folder ready for training, from the paths of its files.
///
/// Where there are photos in `train/<class>/` and in `val/<class>/`, or in folders of other names that are usual for that,
/// these are the two parts, and the rest of the folder is left alone (the tutorial keeps the originals beside them).
/// Otherwise each folder is a class, see [`Layout`], and `validation_share` of its photos (0 to 1) is set aside by `seed`,
/// see [`Dataset::split`].
///
/// # Errors
/// [`Error::Dataset`] where there are no photos or fewer than two classes, or where `val/` has a class that `train/`
/// lacks.
pub fn arrange(paths: impl IntoIterator<Item = String>, validation_share: f64, seed: u64) -> Result<Arranged> {
    let (layout, photos) = label(paths);
    if layout.is_split() {
        let layout = &layout;
        let part = |part| photos.iter().filter(move |(path, _)| layout.part(path) == Some(part)).cloned();
        return join(Dataset::from_labels(part(Part::Train))?, part(Part::Validation));
    }
    let dataset = Dataset::from_labels(photos)?;
    let split = dataset.split(validation_share, seed);
    Ok(Arranged { classes: dataset.classes, split })
}

/// Puts together a set that is already split.
///
/// # Errors
/// [`Error::Dataset`] where a class of the validation photos is none of the training photos.
pub fn join(train: Dataset, validation: impl IntoIterator<Item = Labelled>) -> Result<Arranged> {
    let mut photos: Vec<Labelled> = validation.into_iter().collect();
    photos.sort_unstable();
    let validation = samples(photos, &train.classes)?;
    Ok(Arranged { classes: train.classes, split: Split { train: train.samples, validation } })
}

impl Dataset {
    /// Takes the photos among `paths`; their classes are as their [`Layout`] has it.
    ///
    /// Files that are no photos by their extension, hidden files and files in no folder are passed over.
    ///
    /// # Errors
    /// [`Error::Dataset`] where there are no photos or fewer than two classes.
    pub fn from_paths(paths: impl IntoIterator<Item = String>) -> Result<Self> {
        Self::from_labels(label(paths).1)
    }

    /// Takes photos whose classes are known.
    ///
    /// # Errors
    /// As [`Self::from_paths`].
    pub fn from_labels(photos: impl IntoIterator<Item = Labelled>) -> Result<Self> {
        let mut photos: Vec<Labelled> = photos.into_iter().collect();
        photos.sort_unstable();
        let mut classes: Vec<String> = photos.iter().map(|(_, class)| class.clone()).collect();
        classes.sort_unstable();
        classes.dedup();
        match classes.as_slice() {
            [] => Err(Error::Dataset(t!("dataset.no_photos").into())),
            [class] => Err(Error::Dataset(t!("dataset.one_class", class = class).into())),
            _ => {
                let samples = samples(photos, &classes)?;
                Ok(Self { classes, samples })
            }
        }
    }

    /// Sets a share of each class aside for validation, at random by `seed`; the same on every platform.
    ///
    /// The share is rounded down, but a class of two photos or more has at least one in each part. The only photo of a
    /// class is trained on.
    pub fn split(&self, validation_share: f64, seed: u64) -> Split {
        let mut by_class = vec![Vec::new(); self.classes.len()];
        for sample in &self.samples {
            by_class[sample.class].push(sample.clone());
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut split = Split::default();
        for mut samples in by_class {
            samples.shuffle(&mut rng);
            let share = (samples.len() as f64 * validation_share) as usize;
            let most = samples.len().saturating_sub(1);
            split.train.extend(samples.split_off(share.clamp(most.min(1), most)));
            split.validation.extend(samples);
        }
        split.train.sort_unstable();
        split.validation.sort_unstable();
        split
    }
}

/// The photos among `paths` as samples of known classes, see [`true_class`].
///
/// # Errors
/// [`Error::Dataset`] where there are no photos, or one lies in no folder of `classes`.
pub fn labelled(paths: impl IntoIterator<Item = String>, classes: &[String]) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for path in paths.into_iter().filter(|path| is_photo(path) && !is_hidden(path)) {
        let Some(folder) = folder_of(&path) else { continue };
        let class = true_class(classes, &path).ok_or_else(|| {
            Error::Dataset(
                t!("dataset.unknown_folder", folder = folder, classes = classes.join(&t!("list.separator"))).into(),
            )
        })?;
        samples.push(Sample { path, class });
    }
    if samples.is_empty() {
        return Err(Error::Dataset(t!("dataset.no_labelled").into()));
    }
    samples.sort_unstable();
    Ok(samples)
}

/// Whether a file is a photo by its ending.
pub fn is_photo(path: &str) -> bool {
    ends_with_any(path, &PHOTO_EXTENSIONS)
}

/// Whether a file is a picture by its ending, in a format that is read or one that is not.
pub fn is_picture(path: &str) -> bool {
    is_photo(path) || ends_with_any(path, &OTHER_EXTENSIONS)
}

fn ends_with_any(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| extensions.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Whether a file, or a folder that it lies in, is hidden.
pub fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// The path of the folder that holds a file or a folder.
pub fn folder_of(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder).filter(|folder| !folder.is_empty())
}

/// The photos among `paths`, with their classes.
fn label(paths: impl IntoIterator<Item = String>) -> (Layout, Vec<Labelled>) {
    let photos: Vec<String> = paths.into_iter().filter(|path| is_photo(path)).collect();
    let layout = Layout::of(photos.iter().map(String::as_str));
    let class = |path: String| layout.class(&path).map(str::to_owned).map(|class| (path, class));
    let labelled = photos.into_iter().filter_map(class).collect();
    (layout, labelled)
}

/// The samples of photos, sorted by path, whose classes are all among `classes`.
fn samples(photos: Vec<Labelled>, classes: &[String]) -> Result<Vec<Sample>> {
    photos
        .into_iter()
        .map(|(path, name)| {
            let class = classes
                .binary_search(&name)
                .map_err(|_| Error::Dataset(t!("dataset.only_validated", class = name).into()))?;
            Ok(Sample { path, class })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &[&str]) -> Vec<String> {
        list.iter().map(|path| path.to_string()).collect()
    }

    /// `count` photos of each class, as `class/0.jpg`.
    fn flowers(counts: &[(&str, usize)]) -> Vec<String> {
        counts.iter().flat_map(|(class, count)| (0..*count).map(move |i| format!("{class}/{i}.jpg"))).collect()
    }

    fn message(result: Result<impl std::fmt::Debug>) -> String {
        match result {
            Err(Error::Dataset(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_order_does_not_depend_on_the_listing() {
        let mut listing = paths(&["tulips/b.jpg", "daisy/z.jpg", "tulips/a.jpg", "daisy/10.jpg", "roses/c.jpg"]);
        let dataset = Dataset::from_paths(listing.clone()).unwrap();
        assert_eq!(dataset.classes, ["daisy", "roses", "tulips"]);
        let samples: Vec<_> = dataset.samples.iter().map(|sample| (sample.path.as_str(), sample.class)).collect();
        let expected =
            [("daisy/10.jpg", 0), ("daisy/z.jpg", 0), ("roses/c.jpg", 1), ("tulips/a.jpg", 2), ("tulips/b.jpg", 2)];
        assert_eq!(samples, expected);
        listing.reverse();
        assert_eq!(Dataset::from_paths(listing).unwrap(), dataset);
    }

    #[test]
    fn only_photos_in_folders_count() {
        let dataset = Dataset::from_paths(paths(&[
            "LICENSE.txt",
            "cover.jpg",
            "a/1.JPG",
            "a/2.Jpeg",
            "a/notes.txt",
            "a/.hidden.jpg",
            "a/._1.jpg",
            "a/jpg",
            "a/Thumbs.db",
            "b/3.webp",
            "b/deep/4.png",
            ".cache/5.png",
            "/6.png",
        ]));
        let dataset = dataset.unwrap();
        assert_eq!(dataset.classes, ["a", "b"]);
        let found: Vec<_> = dataset.samples.iter().map(|sample| sample.path.as_str()).collect();
        assert_eq!(found, ["a/1.JPG", "a/2.Jpeg", "b/3.webp", "b/deep/4.png"]);
    }

    #[test]
    fn folders_with_nothing_to_tell_apart_are_refused() {
        assert!(message(Dataset::from_paths([])).contains("no photos"));
        assert!(message(Dataset::from_paths(paths(&["1.jpg", "2.jpg", "a/b.txt"]))).contains("no photos"));
        let one = message(Dataset::from_paths(paths(&["daisy/1.jpg", "daisy/2.jpg"])));
        assert!(one.contains("`daisy`") && one.contains("at least two"), "{one}");
    }

    #[test]
    fn each_class_gives_its_share() {
        let dataset = Dataset::from_paths(flowers(&[("a", 100), ("b", 39), ("c", 9), ("d", 2), ("e", 1)])).unwrap();
        let split = dataset.split(0.1, 7);
        let count = |samples: &[Sample], class| samples.iter().filter(|sample| sample.class == class).count();
        assert_eq!([0, 1, 2, 3, 4].map(|class| count(&split.validation, class)), [10, 3, 1, 1, 0]);
        assert_eq!([0, 1, 2, 3, 4].map(|class| count(&split.train, class)), [90, 36, 8, 1, 1]);

        assert!(split.train.is_sorted() && split.validation.is_sorted());
        let mut all = [split.train, split.validation].concat();
        all.sort_unstable();
        assert_eq!(all, dataset.samples);
    }

    #[test]
    fn every_class_stays_in_both_parts_whatever_the_share() {
        let dataset = Dataset::from_paths(flowers(&[("a", 10), ("b", 10)])).unwrap();
        for (share, validation) in [(-1.0, 2), (0.0, 2), (f64::NAN, 2), (0.5, 10), (1.0, 18), (f64::INFINITY, 18)] {
            assert_eq!(dataset.split(share, 0).validation.len(), validation, "{share}");
        }
    }

    #[test]
    fn a_seed_means_the_same_split_everywhere() {
        let dataset = Dataset::from_paths(flowers(&[("a", 20), ("b", 20)])).unwrap();
        let validation = |seed| dataset.split(0.1, seed).validation.into_iter().map(|s| s.path).collect::<Vec<_>>();
        assert_eq!(validation(1), ["a/16.jpg", "a/5.jpg", "b/15.jpg", "b/6.jpg"]);
        assert_ne!(validation(1), validation(2));
    }

    #[test]
    fn class_folders_are_split() {
        let arranged = arrange(flowers(&[("a", 20), ("b", 20)]), 0.1, 3).unwrap();
        assert_eq!(arranged.classes, ["a", "b"]);
        assert_eq!((arranged.split.train.len(), arranged.split.validation.len()), (36, 4));
        // Classes may be called so, too.
        let arranged = arrange(flowers(&[("train", 20), ("val", 20)]), 0.1, 3).unwrap();
        assert_eq!(arranged.classes, ["train", "val"]);
        assert_eq!(arranged.split.train.len(), 36);
    }

    #[test]
    fn a_set_that_is_split_stays_so() {
        let listing = ["val/b/4.jpg", "train/b/2.jpg", "train/a/1.jpg", "train/a/3.jpg", "flower_photos/c/5.jpg"];
        let arranged = arrange(paths(&listing), 0.1, 3).unwrap();
        assert_eq!(arranged.classes, ["a", "b"]);
        let sample = |path: &str, class| Sample { path: path.to_string(), class };
        assert_eq!(
            arranged.split.train,
            [sample("train/a/1.jpg", 0), sample("train/a/3.jpg", 0), sample("train/b/2.jpg", 1)]
        );
        assert_eq!(arranged.split.validation, [sample("val/b/4.jpg", 1)]);
    }

    #[test]
    fn folders_inside_a_class_folder_are_of_that_class() {
        let listing = ["roses/a/1.jpg", "roses/b/c/2.jpg", "roses/3.jpg", "daisy/a/4.jpg", "daisy/.trash/5.jpg"];
        let dataset = Dataset::from_paths(paths(&listing)).unwrap();
        assert_eq!(dataset.classes, ["daisy", "roses"]);
        assert_eq!(dataset.samples.iter().filter(|sample| sample.class == 1).count(), 3);
        assert_eq!(dataset.samples.len(), 4);

        let split = ["train/a/x/1.jpg", "train/b/2.jpg", "val/a/x/y/3.jpg", "val/4.jpg"];
        let arranged = arrange(paths(&split), 0.1, 3).unwrap();
        assert_eq!(arranged.classes, ["a", "b"]);
        assert_eq!((arranged.split.train.len(), arranged.split.validation.len()), (2, 1));
    }

    #[test]
    fn a_class_that_is_only_validated_is_refused() {
        let listing = ["train/a/1.jpg", "train/b/2.jpg", "val/c/3.jpg"];
        let message = message(arrange(paths(&listing), 0.1, 3));
        assert!(message.contains("`c`"), "{message}");
    }

    #[test]
    fn photos_are_labelled_with_a_models_own_order_of_classes() {
        let classes = ["tulips", "daisy"].map(String::from);
        let samples = labelled(paths(&["tulips/b.jpg", "daisy/a.jpg", "readme.txt"]), &classes).unwrap();
        let found: Vec<_> = samples.iter().map(|sample| (sample.path.as_str(), sample.class)).collect();
        assert_eq!(found, [("daisy/a.jpg", 1), ("tulips/b.jpg", 0)]);
        let deep = labelled(paths(&["val/daisy/tulips/c.jpg", "cover.jpg"]), &classes).unwrap();
        assert_eq!((deep.len(), deep[0].class), (1, 1));
        assert_eq!(labelled(paths(&["Daisy/d.jpg"]), &classes).unwrap()[0].class, 1);
        assert!(message(labelled(paths(&["roses/c.jpg"]), &classes)).contains("`roses`"));
        assert!(message(labelled([], &classes)).contains("no photos"));
    }
}
