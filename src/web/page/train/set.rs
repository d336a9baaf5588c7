//! The photos to train on: how they come, and what becomes of what the engine sees in them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::{
    state::{Phase, Training},
    words::{NAMES, listed, photos},
};
use crate::{
    dataset_report::{Listing, PhotoSet, Seen, common_folder, duplicates::Search},
    web::{
        page::{
            browser::pause,
            intake::{Findings, Folder, Found},
        },
        protocol::training::Look,
    },
};

/// Pairs of photos compared at a time; between two helpings the browser gets to breathe.
const PAIRS: usize = 500_000;

impl Training {
    /// Takes a folder as the photos to train on, in place of any other.
    pub fn choose(self, mut findings: Findings) {
        if self.phase.get_untracked().is_active() || self.ordered.get_untracked() {
            return self.complain(|| t!("train.stop_first"));
        }
        self.folder.set_value(findings.take_folder());
        let (mut photos, others, mut empty_folders) = findings.for_training();
        let mut others: Vec<_> = others.into_iter().map(|found| found.path).collect();
        let paths = || photos.iter().map(|found| found.path.as_str()).chain(others.iter().map(String::as_str));
        let folder = common_folder(paths().chain(empty_folders.iter().map(String::as_str))).map(str::to_owned);
        if let Some(folder) = &folder {
            let inside = |path: &mut String| drop(path.drain(..=folder.len()));
            photos.iter_mut().map(|found| &mut found.path).for_each(inside);
            others.iter_mut().chain(&mut empty_folders).for_each(inside);
        }
        let name = folder
            .or_else(|| self.folder.with_value(|folder| folder.as_ref().map(Folder::name)))
            .or_else(|| empty_folders.first().filter(|_| photos.is_empty()).cloned())
            .unwrap_or_else(|| name_of_several(&photos));
        let listing =
            Listing { photos: photos.iter().map(|found| found.path.clone()).collect(), others, empty_folders };
        self.look_at(PhotoSet::new(name, listing), photos);
    }

    fn look_at(self, set: PhotoSet, found: Vec<Found>) {
        let wanted: HashSet<&str> = set.photos().iter().map(|photo| photo.path.as_str()).collect();
        let files: Vec<(String, File)> = found
            .into_iter()
            .filter(|found| wanted.contains(found.path.as_str()))
            .map(|found| (found.path, found.file))
            .collect();
        let count = files.len();
        self.choices.update_value(|choices| *choices += 1);
        self.thumbnails.clear();
        self.run.set(None);
        self.result.set(None);
        self.duplicates.set(Arc::default());
        self.looked_at.set(0);
        self.set.set(set);
        self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.look_at(files)));
        self.phase.set(Phase::Checking);
        if count == 0 {
            self.finish_looking();
        } else {
            self.tell(move || t!("train.looking_at", photos = photos(count)));
        }
    }

    /// Takes down what was seen of some photos.
    pub(super) fn take_looks(self, looks: Vec<(String, Result<Look, String>)>) {
        if looks.is_empty() || self.phase.get_untracked() != Phase::Checking {
            return;
        }
        let mut new = 0;
        // Nothing shows the set before all of it was looked at.
        self.set.update_untracked(|set| {
            for (path, look) in looks {
                let seen = match look {
                    Ok(Look { thumbnail, content, appearance, .. }) => {
                        self.thumbnails.insert(path.clone(), thumbnail);
                        // What is not as the engine says it is counts as a photo without features.
                        let appearance = u64::from_str_radix(&appearance, 16).unwrap_or_default();
                        Seen::Readable { content, appearance }
                    }
                    Err(message) => Seen::Unreadable(message.into()),
                };
                new += usize::from(set.see(&path, seen));
            }
        });
        self.looked_at.update(|count| *count += new);
        if self.looked_at.get_untracked() == self.set.with_untracked(|set| set.photos().len()) {
            self.finish_looking();
        }
    }

    fn finish_looking(self) {
        let choice = self.choices.get_value();
        let mut search = self.set.with_untracked(Search::new);
        spawn_local(async move {
            while search.step(PAIRS) {
                pause(Duration::ZERO).await;
            }
            if self.choices.get_value() != choice {
                return;
            }
            self.duplicates.set(Arc::new(search.found()));
            self.set.notify();
            self.phase.set(Phase::Checked);
            let (count, only_loose) = self.set.with_untracked(|set| (set.photos().len(), set.has_only_loose_photos()));
            self.tell(move || match count {
                0 if only_loose => t!("train.loose_photos"),
                0 => t!("train.no_photos"),
                _ => t!("train.looked_at", photos = photos(count)),
            });
        });
    }
}

/// A name for several folders that came together.
fn name_of_several(photos: &[Found]) -> String {
    let outermost = |found: &Found| found.path.split_once('/').map(|(folder, _)| folder.to_owned());
    let mut folders: Vec<_> = photos.iter().filter_map(outermost).collect();
    folders.sort_unstable();
    folders.dedup();
    if folders.is_empty() { t!("train.my_photos").into() } else { listed(&folders, NAMES) }
}
