//! How files reach the page: picked, dropped, pasted; one by one or as whole folders.

mod count;
mod entries;
mod folder;
mod turns;

use std::time::Duration;

use js_sys::Array;
use leptos::prelude::Update;
use rust_i18n::t;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File, FileList, FileSystemEntry};
use web_time::Instant;

use super::{browser::pause, state::Page};
use crate::{web::js, words::photos};

pub use self::{
    count::Count,
    folder::Folder,
    turns::{Turn, Turns},
};

/// Photos added to the list at a time; between two such helpings the browser gets to breathe.
const HELPING: usize = 20;
/// How long a folder's files are listed before the browser gets to breathe.
const TURN: Duration = Duration::from_millis(20);
const PHOTO_EXTENSIONS: [&str; 12] =
    ["avif", "bmp", "gif", "heic", "heif", "jfif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];
const MODEL_EXTENSIONS: [&str; 3] = ["json", "pth", "safetensors"];

/// A file, and where in the dropped folder it was.
pub struct Found {
    /// The file.
    pub file: File,
    /// Its path inside the folder that was dropped; its name where it came alone.
    pub path: String,
}

/// What was picked or dropped at once.
#[derive(Default)]
pub struct Findings {
    /// Files named one by one: whatever they are, they are tried.
    alone: Vec<Found>,
    /// Files that came in folders, where all sorts of things lie.
    in_folders: Vec<Found>,
    /// Folders with nothing in them.
    empty_folders: Vec<String>,
    folders: bool,
    unreadable: usize,
    /// The one folder that this is, where the browser gave a handle of it.
    folder: Option<Folder>,
}

impl Findings {
    /// The files of a list, as a file picker or the clipboard gives them.
    pub fn picked(list: Option<FileList>) -> Self {
        let alone = files(list).map(|file| Found { path: file.name(), file }).collect();
        Self { alone, ..Self::default() }
    }

    /// The files of the folder that a folder picker gives. What `list` holds is taken at once, as the picker is emptied
    /// for the next choice; it is gone through in the future that is returned.
    pub fn picked_folder(list: Option<FileList>, mut count: Count) -> impl Future<Output = Self> {
        let files = list.map(|list| Array::from(&list)).unwrap_or_default();
        async move {
            let mut findings = Self { folders: true, ..Self::default() };
            let mut turn = Instant::now();
            for file in files.iter() {
                let file: File = file.unchecked_into();
                findings.add(Found { path: relative_path(&file), file }, &mut count);
                if turn.elapsed() > TURN {
                    pause(Duration::ZERO).await;
                    turn = Instant::now();
                }
            }
            findings
        }
    }

    /// The files and folders that were dropped. What `transfer` holds is read at once, as it is empty after the event;
    /// the folders are walked in the future that is returned. A single folder is asked for `by_handle` where it may be
    /// needed in another visit.
    pub fn dropped(transfer: &DataTransfer, by_handle: bool, mut count: Count) -> impl Future<Output = Self> + use<> {
        let items = transfer.items();
        let mut findings = Self::default();
        let mut folders = Vec::new();
        for item in (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file") {
            let entry = item.webkit_get_as_entry().ok().flatten();
            if let Some(folder) = entry.filter(FileSystemEntry::is_directory) {
                folders.push((folder, item));
            } else if let Ok(Some(file)) = item.get_as_file() {
                findings.alone.push(Found { path: file.name(), file });
            }
        }
        findings.folders = !folders.is_empty();
        let folder = match &folders[..] {
            [(_, item)] if by_handle => Some(Folder::dropped(item)),
            _ => None,
        };
        let folders = folders.into_iter().map(|(folder, _)| folder).collect();
        async move {
            if let Some(folder) = folder
                && let Some(folder) = folder.await
            {
                return Self { alone: findings.alone, ..Self::in_folder(folder, count).await };
            }
            findings.walk_entries(folders, &mut count).await;
            findings
        }
    }

    /// Adds a file that lies in a folder.
    fn add(&mut self, found: Found, count: &mut Count) {
        if is_photo(&found.file) {
            count.add();
        }
        self.in_folders.push(found);
    }

    /// Whether there was a folder among what was dropped.
    pub fn has_folders(&self) -> bool {
        self.folders
    }

    /// Whether nothing of it could be read, as where a folder is gone.
    pub fn is_out_of_reach(&self) -> bool {
        self.in_folders.is_empty() && self.unreadable > 0
    }

    /// Takes out the handle of the folder that this is, where there is one.
    pub fn take_folder(&mut self) -> Option<Folder> {
        self.folder.take()
    }

    /// Takes out the model files among those that came alone.
    pub fn take_models(&mut self) -> Vec<File> {
        self.alone.extract_if(.., |found| is_model(&found.file)).map(|found| found.file).collect()
    }

    /// The photos: those in folders, and files that came alone, whatever they are.
    pub fn photos(self) -> Vec<Found> {
        let in_folders = self.in_folders.into_iter().filter(|found| is_photo(&found.file));
        self.alone.into_iter().chain(in_folders).collect()
    }

    /// The photos in folders, all other files, and the empty folders.
    pub fn for_training(self) -> (Vec<Found>, Vec<Found>, Vec<String>) {
        let (photos, others) = self.in_folders.into_iter().partition(|found| is_photo(&found.file));
        (photos, others, self.empty_folders)
    }
}

/// Gives the page what is found: models to load, photos to classify, and a word about what was left out; nothing any more
/// once the visitor has given up.
pub async fn take_in(page: Page, findings: impl Future<Output = Findings>) {
    let given_up = page.given_up();
    let mut findings = findings.await;
    if page.given_up() != given_up {
        return;
    }
    let models = findings.take_models();
    let Findings { alone: mut wanted, in_folders, folders, unreadable, .. } = findings;
    let (found, others): (Vec<_>, Vec<_>) = in_folders.into_iter().partition(|found| is_photo(&found.file));
    wanted.extend(found);

    if !models.is_empty() {
        page.load_model(models);
    }
    if folders || (wanted.len() > 1) {
        let (added, others) = (wanted.len(), others.into_iter().map(|found| found.path).collect::<Vec<_>>());
        page.tell(move || summary(added, &others, unreadable).into());
    }
    enlist(page, wanted, given_up).await;
}

/// Gives the page photos to classify, a helping at a time, unless the visitor has given up since `given_up` was asked for.
pub async fn enlist(page: Page, mut wanted: Vec<Found>, given_up: u32) {
    // Before many, the browser has just spent its time on the list of files.
    if wanted.len() > HELPING {
        pause(Duration::ZERO).await;
    }
    page.coming.update(|coming| *coming += wanted.len());
    while !wanted.is_empty() && page.given_up() == given_up {
        let rest = wanted.split_off(wanted.len().min(HELPING));
        page.coming.update(|coming| *coming -= wanted.len());
        page.classify(wanted);
        wanted = rest;
        pause(Duration::ZERO).await;
    }
    // Those are not wanted any more.
    page.coming.update(|coming| *coming -= wanted.len());
}

fn summary(added: usize, others: &[String], unreadable: usize) -> String {
    let mut text = match added {
        0 => t!("classify.no_photos"),
        added => t!("classify.added", photos = photos(added)),
    }
    .into_owned();
    match others {
        [] => {}
        [only] => text += &t!("classify.passed_over_one", path = only),
        many => text += &t!("classify.passed_over", count = many.len()),
    }
    if unreadable > 0 {
        text += &t!("classify.out_of_reach", count = unreadable);
    }
    text
}

fn files(list: Option<FileList>) -> impl Iterator<Item = File> {
    list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |index| list.get(index)))
}

fn relative_path(file: &File) -> String {
    let path = js::property(file, "webkitRelativePath").and_then(|path| path.as_string());
    path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

fn is_photo(file: &File) -> bool {
    // macOS leaves `._name.jpg` files beside photos on foreign disks; they hold no picture.
    !file.name().starts_with('.') && (has_extension(file, &PHOTO_EXTENSIONS) || file.type_().starts_with("image/"))
}

fn is_model(file: &File) -> bool {
    has_extension(file, &MODEL_EXTENSIONS)
}

fn has_extension(file: &File, extensions: &[&str]) -> bool {
    let name = file.name().to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}
