//! Where in a folder its class folders lie, as the paths of its photos tell.

use super::{folder_of, is_hidden};

/// The folders of a set that is already split, as the PyTorch tutorial names them.
pub(super) const TRAIN: &str = "train";
pub(super) const VALIDATION: &str = "val";

/// One of the two parts of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the network learns from.
    Train,
    /// What it is tested on.
    Validation,
}

/// Where in a folder its class folders lie, as its photos tell.
///
/// Folders around all class folders are seen through, as where the folder above was chosen. All that lies in a class
/// folder is of that class, however deep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The folder around the class folders, with a `/` at its end; empty where that is the chosen one.
    around: String,
    is_split: bool,
}

impl Layout {
    /// That of a folder with photos of these paths.
    pub fn of<'a>(photos: impl Iterator<Item = &'a str> + Clone) -> Self {
        let folders = || photos.clone().filter(|path| !is_hidden(path)).filter_map(folder_of);
        let mut around = folders().reduce(common).unwrap_or_default();
        // A folder with photos of its own is a class.
        if folders().any(|folder| folder == around) {
            around = folder_of(around).unwrap_or_default();
        }
        let around = if around.is_empty() { String::new() } else { format!("{around}/") };
        let mut layout = Self { around, is_split: true };
        let has = |part| photos.clone().any(|path| layout.part(path) == Some(part));
        layout.is_split = has(Part::Train) && has(Part::Validation);
        layout
    }

    /// The folder around the class folders, where that is not the chosen one.
    pub fn around(&self) -> Option<&str> {
        self.around.strip_suffix('/')
    }

    /// Whether the folder is already split into `train` and `val`.
    pub fn is_split(&self) -> bool {
        self.is_split
    }

    /// The class of a photo: the name of its class folder; `None` for photos in none and for hidden ones.
    pub fn class<'a>(&self, path: &'a str) -> Option<&'a str> {
        self.inside(path).map(|(class, _)| class)
    }

    /// The part that a photo belongs to, where the folder is already split.
    pub fn part(&self, path: &str) -> Option<Part> {
        self.inside(path)?;
        let (part, _) = path.strip_prefix(&*self.around)?.split_once('/')?;
        match part {
            TRAIN if self.is_split => Some(Part::Train),
            VALIDATION if self.is_split => Some(Part::Validation),
            _ => None,
        }
    }

    /// The folder that holds a photo, where that lies inside its class folder.
    pub fn deeper<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (_, rest) = self.inside(path)?;
        folder_of(path).filter(|_| rest.contains('/'))
    }

    /// A photo's class, and its path inside the class folder.
    fn inside<'a>(&self, path: &'a str) -> Option<(&'a str, &'a str)> {
        let mut rest = path.strip_prefix(&*self.around).filter(|_| !is_hidden(path))?;
        if self.is_split {
            rest = rest.split_once('/').filter(|(part, _)| [TRAIN, VALIDATION].contains(part))?.1;
        }
        rest.split_once('/').filter(|(class, _)| !class.is_empty())
    }
}

/// The folder that two folders lie in, or are; empty where there is none.
fn common<'a>(folder: &'a str, other: &str) -> &'a str {
    let shared = folder.split('/').zip(other.split('/')).take_while(|(part, other)| part == other);
    let length: usize = shared.map(|(part, _)| part.len() + 1).sum();
    &folder[..length.saturating_sub(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_around_the_class_folders_are_seen_through() {
        let layout = |listing: &[&'static str]| Layout::of(listing.iter().copied());
        let inner = layout(&["pictures/flowers/roses/1.jpg", "pictures/flowers/daisy/2.jpg", "cover.jpg"]);
        assert_eq!(inner.around(), Some("pictures/flowers"));
        assert_eq!(inner.class("pictures/flowers/roses/1.jpg"), Some("roses"));
        assert_eq!(inner.class("cover.jpg"), None);

        let split = layout(&["data/train/a/1.jpg", "data/val/a/2.jpg", "data/photos/a/3.jpg"]);
        assert_eq!((split.around(), split.is_split()), (Some("data"), true));
        assert_eq!(split.part("data/val/a/2.jpg"), Some(Part::Validation));
        assert_eq!(split.class("data/photos/a/3.jpg"), None);

        // What holds photos itself is a class, with all that is inside.
        let only = layout(&["daisy/1.jpg", "daisy/a/2.jpg", "daisy/a/b/3.jpg"]);
        assert_eq!((only.around(), only.class("daisy/a/2.jpg")), (None, Some("daisy")));
        assert_eq!((only.deeper("daisy/1.jpg"), only.deeper("daisy/a/b/3.jpg")), (None, Some("daisy/a/b")));
        assert_eq!(layout(&["a/1.jpg", "ab/2.jpg"]).around(), None);
        assert_eq!(layout(&[]).around(), None);
    }
}
