//! What to tell of a folder before it is trained on, in words, and what to do about it.

use std::collections::BTreeSet;
use std::fmt::Display;

use rust_i18n::t;

use super::duplicates::Duplicates;
use super::{ClassSummary, PhotoSet, Seen};
use crate::words::{listed, photos};

/// Fewer photos than this say little about a class.
const FEW: usize = 10;
/// A class with this many times the photos of another is imbalanced, and may crowd it out.
pub const IMBALANCED: usize = 3;
/// Names in a sentence before it is cut short.
const NAMES: usize = 4;

/// Something worth telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// What it is, and what to do about it.
    pub text: String,
}

/// How much a finding matters, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// As long as it stands, nothing can be trained.
    Hindrance,
    /// The result will be worse for it.
    Warning,
    /// Good to know.
    Note,
}

/// Everything worth telling of a set that was looked at, what matters most first: why it cannot be trained on, if that
/// is so (see [`PhotoSet::arranged`]), what is wrong with its classes and photos, and what was not used.
pub fn findings(set: &PhotoSet, hindrance: Option<&str>, duplicates: &[Duplicates]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |weight, text: Option<String>| findings.extend(text.map(|text| Finding { weight, text }));
    tell(Weight::Hindrance, hindrance.map(sentence));

    let used: Vec<_> = set.classes().into_iter().filter(|class| !class.is_left_out && class.photos > 0).collect();
    tell(Weight::Warning, few_photos(&used));
    tell(Weight::Warning, imbalance(&used));
    let open = |exact| duplicates.iter().filter(move |group| group.exact == exact && group.is_open(set));
    tell(Weight::Warning, contradictions(open(true).filter(|group| group.is_contradictory(set)).count()));
    tell(Weight::Warning, copies(open(true).filter(|group| !group.is_contradictory(set)).count()));
    tell(Weight::Note, look_alikes(open(false).count()));
    tell(Weight::Warning, unreadable(set));

    tell(Weight::Note, around(set));
    tell(Weight::Note, deeper(set));
    tell(Weight::Note, already_split(set));
    tell(Weight::Note, folders_without_photos(set));
    tell(Weight::Note, passed_over(set));
    findings.sort_by_key(|finding| finding.weight);
    findings
}

fn few_photos(used: &[ClassSummary]) -> Option<String> {
    let few: Vec<_> = used.iter().filter(|class| class.photos < FEW).collect();
    let named =
        |class: &&&ClassSummary| t!("findings.class_count", class = class.name, photos = photos(class.photos)).into();
    let named: Vec<String> = few.iter().map(|class| named(&class)).collect();
    (!few.is_empty()).then(|| {
        let mut text = t!("findings.few_photos", classes = listed(&named, NAMES), few = FEW).into_owned();
        if few.iter().any(|class| class.photos == 1) {
            text += &t!("findings.single_photo");
        }
        text
    })
}

fn imbalance(used: &[ClassSummary]) -> Option<String> {
    let largest = used.iter().max_by_key(|class| class.photos)?;
    let smallest = used.iter().min_by_key(|class| class.photos)?;
    let times = largest.photos / smallest.photos;
    (times >= IMBALANCED)
        .then(|| t!("findings.imbalance", largest = largest.name, smallest = smallest.name, times = times).into())
}

fn contradictions(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some(t!("findings.one_contradiction").into()),
        count => Some(t!("findings.contradictions", count = count).into()),
    }
}

fn copies(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some(t!("findings.one_copy").into()),
        count => Some(t!("findings.copies", count = count).into()),
    }
}

fn look_alikes(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some(t!("findings.one_look_alike").into()),
        count => Some(t!("findings.look_alikes", count = count).into()),
    }
}

fn unreadable(set: &PhotoSet) -> Option<String> {
    match set.photos().iter().filter(|photo| matches!(photo.seen, Seen::Unreadable(_))).count() {
        0 => None,
        1 => Some(t!("findings.one_unreadable").into()),
        count => Some(t!("findings.unreadable", photos = photos(count)).into()),
    }
}

fn around(set: &PhotoSet) -> Option<String> {
    set.layout.around().map(|folder| t!("findings.around", folder = folder).into())
}

fn deeper(set: &PhotoSet) -> Option<String> {
    let folders: BTreeSet<&str> = set.photos.iter().filter_map(|photo| set.layout.deeper(&photo.path)).collect();
    (!folders.is_empty()).then(|| t!("findings.deeper", folders = named(folders)).into())
}

fn already_split(set: &PhotoSet) -> Option<String> {
    set.parts().map(|[train, validation]| {
        let mut text = t!("findings.already_split", train = train, validation = validation).into_owned();
        if set.outside > 0 {
            text += &t!("findings.outside_split", photos = photos(set.outside));
        }
        text
    })
}

fn folders_without_photos(set: &PhotoSet) -> Option<String> {
    let folders = &set.folders_without_photos;
    (!folders.is_empty()).then(|| t!("findings.no_photos_in", folders = named(folders)).into())
}

fn passed_over(set: &PhotoSet) -> Option<String> {
    let files = &set.passed_over;
    (!files.is_empty()).then(|| t!("findings.passed_over", files = named(files)).into())
}

/// "`a`, `b` and 4 more".
fn named(paths: impl IntoIterator<Item = impl Display>) -> String {
    let named: Vec<String> = paths.into_iter().map(|path| format!("`{path}`")).collect();
    listed(&named, NAMES)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    t!("findings.sentence", text = text).into()
}
