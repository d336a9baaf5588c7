use super::duplicates::{Duplicates, Search};
use super::findings::{Weight, findings};
use super::*;
use crate::dataset::arrange;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

/// A set of these photos, none of them like another, all looked at.
fn set(paths: &[&str]) -> PhotoSet {
    let listing = Listing { photos: strings(paths), ..Listing::default() };
    let mut set = PhotoSet::new("folder".to_owned(), listing);
    for path in paths {
        set.see(path, readable(path, appearance_of(path)));
    }
    set
}

fn readable(content: &str, appearance: u64) -> Seen {
    Seen::Readable { content: content.to_owned(), appearance }
}

/// Far from every other path's.
fn appearance_of(path: &str) -> u64 {
    path.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// `count` photos of each class, as `class/0.jpg`.
fn flowers(counts: &[(&str, usize)]) -> PhotoSet {
    let paths: Vec<_> =
        counts.iter().flat_map(|(class, count)| (0..*count).map(move |i| format!("{class}/{i}.jpg"))).collect();
    set(&paths.iter().map(String::as_str).collect::<Vec<_>>())
}

fn duplicates(set: &PhotoSet) -> Vec<Duplicates> {
    let mut search = Search::new(set);
    while search.step(1) {}
    search.found()
}

fn texts(set: &PhotoSet) -> Vec<(Weight, String)> {
    let hindrance = set.arranged(0.1, 0).err().map(|error| error.to_string());
    let found = findings(set, hindrance.as_deref(), &duplicates(set));
    found.into_iter().map(|finding| (finding.weight, finding.text)).collect()
}

#[test]
fn an_unchanged_folder_is_split_as_on_the_command_line() {
    let set = flowers(&[("tulips", 30), ("daisy", 21)]);
    let paths = set.photos().iter().map(|photo| photo.path.clone());
    assert_eq!(set.arranged(0.2, 7).unwrap(), arrange(paths, 0.2, 7).unwrap());

    let listing = ["val/b/4.jpg", "train/b/2.jpg", "train/a/1.jpg", "train/a/3.jpg", "flower_photos/c/5.jpg"];
    let split = self::set(&listing);
    assert!(split.is_split());
    assert_eq!(split.arranged(0.2, 7).unwrap(), arrange(strings(&listing), 0.2, 7).unwrap());
    assert!(texts(&split).iter().any(|(_, text)| text.contains("Left alone: 1 photo elsewhere")));
}

#[test]
fn the_folder_around_all_files_is_found() {
    assert_eq!(common_folder(["花/a/1.jpg", "花/LICENSE"].into_iter()), Some("花"));
    assert_eq!(common_folder(["a/1.jpg", "ab/2.jpg"].into_iter()), None);
    assert_eq!(common_folder(["a/1.jpg", "2.jpg"].into_iter()), None);
    assert_eq!(common_folder([].into_iter()), None);
}

#[test]
fn folders_around_and_inside_the_class_folders_are_told() {
    let mut nested = set(&["flowers/roses/a/1.jpg", "flowers/daisy/a/2.jpg", "flowers/daisy/3.jpg"]);
    assert_eq!(nested.arranged(0.1, 0).unwrap().classes, ["daisy", "roses"]);
    let told = texts(&nested);
    assert!(told.iter().any(|(_, text)| text == "The class folders were found in `flowers`."), "{told:?}");
    assert!(told.iter().any(|(_, text)| text.contains("`flowers/daisy/a` and `flowers/roses/a`")), "{told:?}");
    assert!(!nested.is_changed());
    nested.rename_class("roses", "red");
    nested.restore();
    assert_eq!(nested.arranged(0.1, 0).unwrap().classes, ["daisy", "roses"]);
    assert!(texts(&flowers(&[("a", 12), ("b", 12)])).is_empty());
}

#[test]
fn classes_can_be_left_out_renamed_and_merged() {
    let mut set = flowers(&[("a", 4), ("b", 3), ("c", 2)]);
    let counts = |set: &PhotoSet| -> Vec<_> {
        set.classes().into_iter().map(|class| (class.name, class.photos, class.is_left_out)).collect()
    };
    set.rename_class("a", "雏菊 🌼");
    set.leave_out_class("c", true);
    let row = |name: &str, photos, is_left_out| (name.to_owned(), photos, is_left_out);
    assert_eq!(counts(&set), [row("b", 3, false), row("c", 2, true), row("雏菊 🌼", 4, false)]);
    assert_eq!(set.arranged(0.1, 0).unwrap().classes, ["b", "雏菊 🌼"]);

    set.rename_class("c", "b");
    assert_eq!(counts(&set), [row("b", 5, false), row("雏菊 🌼", 4, false)]);
    set.leave_out(0, true);
    assert_eq!(set.classes()[1].left_out, 1);
    assert!(set.is_changed());
    set.restore();
    assert!(!set.is_changed());
    assert_eq!(counts(&set), [row("a", 4, false), row("b", 3, false), row("c", 2, false)]);
}

#[test]
fn photos_that_cannot_be_read_are_not_used() {
    let mut set = flowers(&[("a", 3), ("b", 3)]);
    assert!(!set.see("a/1.jpg", Seen::Unreadable("it is empty".to_owned().into())));
    assert!(!set.see("elsewhere.jpg", Seen::NotYet));
    let arranged = set.arranged(0.1, 0).unwrap();
    assert_eq!(arranged.split.train.len() + arranged.split.validation.len(), 5);
    assert_eq!(set.classes()[0].unreadable, 1);
    assert_eq!(set.identities().count(), 5);
    assert!(texts(&set).iter().any(|(_, text)| text.contains("cannot be read")));
}

#[test]
fn what_hinders_training_is_told_first() {
    let mut one_class = flowers(&[("a", 12), ("b", 12)]);
    assert!(texts(&one_class).is_empty());
    one_class.leave_out_class("b", true);
    let told = texts(&one_class);
    assert_eq!(told[0].0, Weight::Hindrance);
    assert!(told[0].1.contains("at least two"), "{told:?}");
    assert!(told[0].1.contains("only the class `a`") || told[0].1.contains("Only the class `a`"), "{told:?}");
    one_class.leave_out_class("a", true);
    assert!(texts(&one_class)[0].1.contains("left out"));
    assert!(texts(&flowers(&[("a", 1), ("b", 1)]))[0].1.contains("validate"));
    assert!(texts(&PhotoSet::default())[0].1.contains("no photos"));
}

#[test]
fn a_class_that_is_only_validated_can_be_left_out() {
    let mut split = set(&["train/a/1.jpg", "train/b/2.jpg", "val/a/3.jpg", "val/c/4.jpg"]);
    assert!(
        texts(&split)[0].1.contains("class `c` has photos to validate with and none to train on; leave the class out")
    );
    split.leave_out_class("c", true);
    assert!(split.arranged(0.1, 0).is_ok());
}

#[test]
fn a_photo_in_two_classes_is_told_once() {
    let mut set = flowers(&[("a", 12), ("b", 12)]);
    set.see("a/2.jpg", readable("same", 0xff00));
    set.see("b/2.jpg", readable("same", 0xff00));
    let told = texts(&set);
    assert!(told.len() == 1 && told[0].1.starts_with("One photo lies in two classes"), "{told:?}");
}

#[test]
fn small_and_unequal_classes_are_told() {
    let told = texts(&flowers(&[("a", 40), ("b", 3), ("c", 1)]));
    assert!(told[0].1.contains("`b` (3 photos) and `c` (1 photo)"), "{told:?}");
    assert!(told[0].1.contains("The only photo"), "{told:?}");
    assert!(told[1].1.contains("`a` has 40 times as many photos as `c`"), "{told:?}");
}

#[test]
fn files_and_folders_without_photos_are_told() {
    let listing = Listing {
        photos: strings(&["a/1.jpg", "b/deep/2.jpg", "cover.jpg"]),
        others: strings(&["LICENSE.txt", "c/notes.txt", "b/readme.txt", "a/.DS_Store", "a/Thumbs.db", ".git/config"]),
        empty_folders: strings(&["d", ".cache"]),
    };
    let told = texts(&PhotoSet::new("folder".to_owned(), listing));
    assert!(told.iter().any(|(_, text)| text == "No photos in `c` and `d`."), "{told:?}");
    assert!(told.iter().any(|(_, text)| text.contains("`LICENSE.txt`, `c/notes.txt`, `b/readme.txt` and `cover.jpg`")));
}

#[test]
fn photos_without_class_folders_are_told_how_to_lie() {
    let told = texts(&set(&["1.jpg", "2.jpg"]));
    assert!(told[0].0 == Weight::Hindrance && told[0].1.contains("lie in no class folders"), "{told:?}");
    assert!(!set(&["a/1.jpg", "2.jpg"]).has_only_loose_photos());
}

#[test]
fn equal_and_similar_photos_are_found_once() {
    let mut set = flowers(&[("a", 4), ("b", 4)]);
    set.see("a/2.jpg", readable("same", 0xff00));
    set.see("a/3.jpg", readable("same", 0xff00));
    set.see("b/1.jpg", readable("smaller", 0xff01));
    // Blank photos are not alike.
    set.see("b/2.jpg", readable("white", 0));
    set.see("b/3.jpg", readable("black", 0));
    let found = duplicates(&set);
    let group = |photos: &[usize], exact| Duplicates { photos: photos.to_vec(), exact };
    assert_eq!(found, [group(&[2, 3], true), group(&[2, 5], false)]);
    assert!(!found[0].is_contradictory(&set) && found[1].is_contradictory(&set));
}

#[test]
fn thinning_keeps_one_photo_and_none_with_two_labels() {
    let mut set = flowers(&[("a", 4), ("b", 4)]);
    for path in ["a/0.jpg", "a/1.jpg", "a/2.jpg"] {
        set.see(path, readable("same", 0xff00));
    }
    for path in ["a/3.jpg", "b/3.jpg"] {
        set.see(path, readable("other", 0xff_0000));
    }
    let found = duplicates(&set);
    assert!(found.iter().all(|group| group.is_open(&set)));
    for group in &found {
        group.thin(&mut set);
    }
    let left_out: Vec<_> = set.photos().iter().filter(|photo| photo.left_out).map(|photo| &photo.path).collect();
    assert_eq!(left_out, ["a/1.jpg", "a/2.jpg", "a/3.jpg", "b/3.jpg"]);
    assert!(found.iter().all(|group| !group.is_open(&set)));
}
