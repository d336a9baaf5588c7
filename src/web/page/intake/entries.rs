//! Dropped folders as every browser gives them: by entries, which are good for this visit.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry};

use super::{Count, Findings, Found};
use crate::web::page::browser::called_back;

impl Findings {
    /// Takes in all that these folders hold.
    pub(super) async fn walk_entries(&mut self, mut folders: Vec<FileSystemEntry>, count: &mut Count) {
        while let Some(folder) = folders.pop() {
            let path = path_of(&folder);
            let mut is_empty = true;
            let reader = folder.unchecked_into::<FileSystemDirectoryEntry>().create_reader();
            // A reader hands out a part of the folder each time, and nothing at the end.
            loop {
                let entries = match read_some(&reader).await {
                    Ok(entries) if entries.is_empty() => break,
                    Ok(entries) => entries,
                    Err(_) => {
                        self.unreadable += 1;
                        is_empty = false;
                        break;
                    }
                };
                is_empty = false;
                for entry in entries {
                    if entry.is_directory() {
                        folders.push(entry);
                    } else {
                        match open(entry).await {
                            Ok(found) => self.add(found, count),
                            Err(_) => self.unreadable += 1,
                        }
                    }
                }
            }
            if is_empty {
                self.empty_folders.push(path);
            }
        }
        self.in_folders.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

async fn read_some(reader: &FileSystemDirectoryReader) -> Result<Vec<FileSystemEntry>, JsValue> {
    let entries: js_sys::Array = called_back(|success, failure| {
        if let Err(error) = reader.read_entries_with_callback_and_callback(success, failure) {
            let _ = failure.call1(&JsValue::NULL, &error);
        }
    })
    .await?;
    Ok(entries.iter().map(JsCast::unchecked_into).collect())
}

async fn open(entry: FileSystemEntry) -> Result<Found, JsValue> {
    let path = path_of(&entry);
    let entry: FileSystemFileEntry = entry.unchecked_into();
    let file = called_back(|success, failure| entry.file_with_callback_and_callback(success, failure)).await?;
    Ok(Found { file, path })
}

fn path_of(entry: &FileSystemEntry) -> String {
    entry.full_path().trim_start_matches('/').to_owned()
}
