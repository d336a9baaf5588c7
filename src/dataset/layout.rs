//! Where in a folder its class folders lie, as the paths of its photos tell.

use std::collections::BTreeSet;

use super::{folder_of, is_hidden};

/// What the folders of a set that is already split are called, whatever their capitals; first as in the PyTorch tutorial. Where
/// there are several to validate with, the first of these is.
const TRAIN: [&str; 2] = ["train", "training"];
const VALIDATION: [&str; 5] = ["val", "valid", "validation", "test", "testing"];

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
    /// The folders of the two parts, where it is already split.
    parts: Option<[String; 2]>,
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
        let with_classes = folders().filter_map(|folder| folder.strip_prefix(&*around)?.split_once('/'));
        let with_classes: BTreeSet<&str> = with_classes.map(|(outer, _)| outer).collect();
        let part = |names: &[&str]| {
            let mut found =
                names.iter().filter_map(|name| with_classes.iter().find(|it| it.eq_ignore_ascii_case(name)));
            found.next().map(|name| name.to_string())
        };
        let parts = part(&TRAIN).zip(part(&VALIDATION)).map(<[String; 2]>::from);
        Self { around, parts }
    }

    /// The folder around the class folders, where that is not the chosen one.
    pub fn around(&self) -> Option<&str> {
        self.around.strip_suffix('/')
    }

    /// Whether the folder is already split.
    pub fn is_split(&self) -> bool {
        self.parts.is_some()
    }

    /// The folders of the training and of the validation photos, where it is.
    pub fn parts(&self) -> Option<&[String; 2]> {
        self.parts.as_ref()
    }

    /// The class of a photo: the name of its class folder; `None` for photos in none and for hidden ones.
    pub fn class<'a>(&self, path: &'a str) -> Option<&'a str> {
        self.inside(path).map(|(class, _)| class)
    }

    /// The part that a photo belongs to, where the folder is already split.
    pub fn part(&self, path: &str) -> Option<Part> {
        self.inside(path)?;
        let [train, validation] = self.parts.as_ref()?;
        let (part, _) = path.strip_prefix(&*self.around)?.split_once('/')?;
        match part {
            part if part == train => Some(Part::Train),
            part if part == validation => Some(Part::Validation),
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
        if let Some(parts) = &self.parts {
            rest = rest.split_once('/').filter(|(outer, _)| parts.iter().any(|part| part == outer))?.1;
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

        let parts = |listing: &[&'static str]| layout(listing).parts().map(|parts| parts.join(" "));
        assert_eq!(parts(&["Train/a/1.jpg", "Val/a/2.jpg"]).as_deref(), Some("Train Val"));
        assert_eq!(parts(&["x/training/a/1.jpg", "x/test/a/2.jpg"]).as_deref(), Some("training test"));
        let three = layout(&["train/a/1.jpg", "test/a/2.jpg", "valid/a/3.jpg"]);
        assert_eq!((three.part("valid/a/3.jpg"), three.class("test/a/2.jpg")), (Some(Part::Validation), None));
        // Without class folders inside they are classes.
        assert_eq!(parts(&["train/1.jpg", "test/2.jpg"]), None);

        // What holds photos itself is a class, with all that is inside.
        let only = layout(&["daisy/1.jpg", "daisy/a/2.jpg", "daisy/a/b/3.jpg"]);
        assert_eq!((only.around(), only.class("daisy/a/2.jpg")), (None, Some("daisy")));
        assert_eq!((only.deeper("daisy/1.jpg"), only.deeper("daisy/a/b/3.jpg")), (None, Some("daisy/a/b")));
        assert_eq!(layout(&["a/1.jpg", "ab/2.jpg"]).around(), None);
        assert_eq!(layout(&[]).around(), None);
    }
}
