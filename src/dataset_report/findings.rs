//! What to tell of a folder before it is trained on, in words, and what to do about it.

use std::collections::BTreeSet;

use super::duplicates::Duplicates;
use super::{ClassSummary, PhotoSet, Seen};

/// Fewer photos than this say little about a class.
const FEW: usize = 10;
/// A class with this many times the photos of another is imbalanced.
const IMBALANCED: usize = 3;
/// Names in a sentence before it is cut short.
const NAMES: usize = 3;

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
    let named = few.iter().map(|class| format!("`{}` ({})", class.name, photos(class.photos)));
    (!few.is_empty()).then(|| {
        let mut text = format!(
            "Too little to learn much from: {}. Add photos until each class has {FEW} or more, merge small classes, or \
             leave them out.",
            listed(named)
        );
        if few.iter().any(|class| class.photos == 1) {
            text += " The only photo of a class is learned from, so nothing shows whether that class is recognised.";
        }
        text
    })
}

fn imbalance(used: &[ClassSummary]) -> Option<String> {
    let largest = used.iter().max_by_key(|class| class.photos)?;
    let smallest = used.iter().min_by_key(|class| class.photos)?;
    let times = largest.photos / smallest.photos;
    (times >= IMBALANCED).then(|| {
        let (largest, smallest) = (&largest.name, &smallest.name);
        format!(
            "`{largest}` has {times} times as many photos as `{smallest}`, so the network will lean towards \
             `{largest}`. Add photos of `{smallest}`, or leave some of `{largest}` out."
        )
    })
}

fn contradictions(count: usize) -> Option<String> {
    let which = match count {
        0 => return None,
        1 => "One photo lies in two classes".to_owned(),
        count => format!("{count} photos lie in two classes or more"),
    };
    Some(format!(
        "{which}. The network cannot learn both: leave out the wrong one, in \
         the list of photos that are there more than once."
    ))
}

fn copies(count: usize) -> Option<String> {
    let which = match count {
        0 => return None,
        1 => "One photo is there more than once".to_owned(),
        count => format!("{count} photos are there more than once"),
    };
    Some(format!(
        "{which}. A copy of a photo that was learned from makes validation look better than it is: leave out all but \
         one, in the list of photos that are there more than once."
    ))
}

fn look_alikes(count: usize) -> Option<String> {
    let which = match count {
        0 => return None,
        1 => "One group of photos look".to_owned(),
        count => format!("{count} groups of photos look"),
    };
    Some(format!(
        "{which} nearly the same. Where they are the same picture, leave out all but one, in the \
         list of them."
    ))
}

fn unreadable(set: &PhotoSet) -> Option<String> {
    match set.photos().iter().filter(|photo| matches!(photo.seen, Seen::Unreadable(_))).count() {
        0 => None,
        1 => Some("One photo cannot be read and is left out; after the classes it stands why.".to_owned()),
        count => Some(format!("{} cannot be read and are left out; after the classes it stands why.", photos(count))),
    }
}

fn around(set: &PhotoSet) -> Option<String> {
    set.layout.around().map(|folder| format!("The class folders were found in `{folder}`."))
}

fn deeper(set: &PhotoSet) -> Option<String> {
    let folders: BTreeSet<&str> = set.photos.iter().filter_map(|photo| set.layout.deeper(&photo.path)).collect();
    let named = folders.iter().map(|folder| format!("`{folder}`"));
    (!folders.is_empty()).then(|| {
        format!(
            "Photos that lie deeper count for the class folder that they are in: {}. If those folders are classes of \
             their own, drop them here together instead.",
            listed(named)
        )
    })
}

fn already_split(set: &PhotoSet) -> Option<String> {
    set.is_split().then(|| {
        let rest = match set.outside {
            0 => String::new(),
            count => format!(" The other {} of the folder are left alone.", photos(count)),
        };
        format!("The folder is already split: `train` and `val` are used as they are.{rest}")
    })
}

fn folders_without_photos(set: &PhotoSet) -> Option<String> {
    let folders = &set.folders_without_photos;
    let named = folders.iter().map(|folder| format!("`{folder}`"));
    (!folders.is_empty()).then(|| format!("No photos in {}.", listed(named)))
}

fn passed_over(set: &PhotoSet) -> Option<String> {
    let named = set.passed_over.iter().map(|path| format!("`{path}`"));
    (!set.passed_over.is_empty())
        .then(|| format!("Passed over, since it is no photo in a class's folder: {}.", listed(named)))
}

/// "1 photo", "2 photos".
fn photos(count: usize) -> String {
    if count == 1 { "1 photo".to_owned() } else { format!("{count} photos") }
}

/// "a, b and 4 more".
fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let count = names.len();
    let mut shown: Vec<_> = names.take(if count > NAMES + 1 { NAMES } else { count }).collect();
    if shown.len() < count {
        shown.push(format!("{} more", count - shown.len()));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).chain(['.']).collect()
}
