//! Folders as the File System Access interfaces give them: by handles, which can be kept for another visit. Called by
//! name, as web-sys counts most of these interfaces among the unstable ones.

use std::time::Duration;

use futures::future::join_all;
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DataTransferItem, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemHandle, FileSystemHandleKind,
};
use web_time::Instant;

use super::{Count, Findings, Found, TURN};
use crate::web::{js, page::browser::pause};

/// Files opened at a time.
const HELPING: usize = 50;

/// A folder on the visitor's disk.
#[derive(Clone, Debug)]
pub struct Folder(FileSystemDirectoryHandle);

impl Folder {
    /// Whether this browser lets the visitor pick one.
    pub fn has_picker() -> bool {
        picker().is_some()
    }

    /// Has the visitor pick one, as the click that is being handled allows; none where the visitor thinks better of it.
    ///
    /// # Errors
    /// The browser's exception where it shows no picker.
    pub async fn pick() -> Result<Option<Self>, JsValue> {
        let picker = picker().ok_or("this browser has no folder picker")?;
        let picked = async { picker.call1(&window(), &to_read()?)?.dyn_into::<Promise>()?.await };
        match picked.await {
            Ok(handle) => Ok(Some(Self(handle.unchecked_into()))),
            Err(exception) if is_change_of_mind(&exception) => Ok(None),
            Err(exception) => Err(exception),
        }
    }

    /// A dropped folder, where the browser gives a handle of it. It is asked for at once, as the event allows.
    pub(super) fn dropped(item: &DataTransferItem) -> impl Future<Output = Option<Self>> + use<> {
        let ask = method(item, "getAsFileSystemHandle");
        let handle: Option<Promise> = ask.and_then(|ask| ask.call0(item).ok()?.dyn_into().ok());
        async move { Self::from_value(handle?.await.ok()?) }
    }

    /// The folder that this value is, if it is one.
    pub fn from_value(value: JsValue) -> Option<Self> {
        value.dyn_into().ok().map(Self)
    }

    /// What can be kept of it, in a database of the browser.
    pub fn value(&self) -> &JsValue {
        &self.0
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Whether it may be read without asking.
    pub async fn is_readable(&self) -> bool {
        self.permission("queryPermission").await.unwrap_or(false)
    }

    /// Whether it may be read; the visitor is asked if need be, as the click that is being handled allows.
    pub async fn ask_to_read(&self) -> bool {
        self.is_readable().await || self.permission("requestPermission").await.unwrap_or(false)
    }

    async fn permission(&self, how: &str) -> Result<bool, JsValue> {
        let ask = method(&self.0, how).ok_or("this browser has no such permission")?;
        let answer = ask.call1(&self.0, &to_read()?)?.dyn_into::<Promise>()?.await?;
        Ok(answer == "granted")
    }
}

impl Findings {
    /// All that a folder holds. The browser gets to breathe in between.
    pub async fn in_folder(folder: Folder, mut count: Count) -> Self {
        let mut findings = Self { folders: true, ..Self::default() };
        let mut folders = vec![(folder.name(), folder.0.clone())];
        while let Some((path, handle)) = folders.pop() {
            let mut files = Vec::new();
            let mut turn = Instant::now();
            let mut is_empty = true;
            let entries = handle.values();
            loop {
                let entry: FileSystemHandle = match next(&entries).await {
                    Ok(Some(entry)) => entry.unchecked_into(),
                    Ok(None) => break,
                    Err(_) => {
                        findings.unreadable += 1;
                        is_empty = false;
                        break;
                    }
                };
                is_empty = false;
                let path = format!("{path}/{}", entry.name());
                match entry.kind() {
                    FileSystemHandleKind::Directory => folders.push((path, entry.unchecked_into())),
                    _ => files.push((path, entry.unchecked_into())),
                }
                if turn.elapsed() > TURN {
                    pause(Duration::ZERO).await;
                    turn = Instant::now();
                }
            }
            if is_empty {
                findings.empty_folders.push(path);
            }
            while !files.is_empty() {
                let rest = files.split_off(files.len().min(HELPING));
                for found in join_all(files.into_iter().map(open)).await {
                    match found {
                        Ok(found) => findings.add(found, &mut count),
                        Err(_) => findings.unreadable += 1,
                    }
                }
                files = rest;
            }
        }
        // What is done with thousands of files is a task of its own.
        pause(Duration::ZERO).await;
        findings.in_folders.sort_by(|a, b| a.path.cmp(&b.path));
        findings.folder = Some(folder);
        findings
    }
}

async fn next(entries: &js_sys::AsyncIterator) -> Result<Option<JsValue>, JsValue> {
    Ok(js::property(&entries.next()?.await?, "value"))
}

async fn open((path, handle): (String, FileSystemFileHandle)) -> Result<Found, JsValue> {
    let file: File = handle.get_file().await?.unchecked_into();
    Ok(Found { file, path })
}

fn picker() -> Option<Function> {
    method(&window(), "showDirectoryPicker")
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    js::property(object, name)?.dyn_into().ok()
}

/// `{ mode: 'read' }`.
fn to_read() -> Result<JsValue, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"mode".into(), &"read".into())?;
    Ok(options.into())
}

fn is_change_of_mind(exception: &JsValue) -> bool {
    js::property(exception, "name").is_some_and(|name| name == "AbortError")
}
