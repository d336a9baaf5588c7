//! Files in the origin private file system, a part of the disk that this site alone sees.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemWritableFileStream,
};

use super::{is, manager};
use crate::web::js;

const DIRECTORY: &str = "alexnet";
/// How Chromium ends the names of files that are being written.
const UNFINISHED: &str = ".crswap";

/// The directory of our files. A handle of it would die when the visitor clears the site's data, so it is asked for
/// each time.
pub struct Opfs(());

impl Opfs {
    /// Makes sure that files can be replaced as a whole.
    ///
    /// # Errors
    /// The browser's exception where there is no such file system, as over plain http, or where it is forbidden, as in
    /// some private windows.
    pub async fn open() -> Result<Self, JsValue> {
        // Safari before 26 can only overwrite files bit by bit.
        js::property(&js_sys::global(), "FileSystemFileHandle")
            .and_then(|class| js::property(&class, "prototype"))
            .and_then(|prototype| js::property(&prototype, "createWritable"))
            .ok_or("files cannot be replaced as a whole")?;
        directory().await?;
        Ok(Self(()))
    }

    /// Writes a file; what was there stays until the last byte is on the disk.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), JsValue> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file: FileSystemFileHandle =
            directory().await?.get_file_handle_with_options(name, &options).await?.unchecked_into();
        let writer: FileSystemWritableFileStream = file.create_writable().await?.unchecked_into();
        let written = async {
            // Chromium names the true reason why it cannot write a blob, but not always of an array.
            writer.write_with_blob(&js::blob(bytes, "")?)?.await?;
            writer.close().await
        };
        if let Err(exception) = written.await {
            // A writer that has failed refuses this too, and has then let go of the file already.
            let _ = writer.abort().await;
            return Err(exception);
        }
        Ok(())
    }

    /// A file, where there is one.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn file(&self, name: &str) -> Result<Option<Blob>, JsValue> {
        match directory().await?.get_file_handle(name).await {
            Ok(handle) => written(&handle.unchecked_into()).await,
            Err(exception) if is_missing(&exception) => Ok(None),
            Err(exception) => Err(exception),
        }
    }

    /// Deletes a file, where there is one.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn remove(&self, name: &str) -> Result<(), JsValue> {
        match directory().await?.remove_entry(name).await {
            Err(exception) if !is_missing(&exception) => Err(exception),
            _ => Ok(()),
        }
    }

    /// The names of all files.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn names(&self) -> Result<Vec<String>, JsValue> {
        let handles = directory().await?.values();
        let mut names = Vec::new();
        while let Some(handle) = js::property(&handles.next()?.await?, "value") {
            let handle: FileSystemFileHandle = handle.unchecked_into();
            let name = handle.name();
            if !name.ends_with(UNFINISHED) && written(&handle).await?.is_some() {
                names.push(name);
            }
        }
        Ok(names)
    }
}

async fn directory() -> Result<FileSystemDirectoryHandle, JsValue> {
    let manager = manager()
        .filter(|manager| js::property(manager, "getDirectory").is_some())
        .ok_or("this browser has no file system of its own")?;
    let root: FileSystemDirectoryHandle = manager.get_directory().await?.unchecked_into();
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(true);
    Ok(root.get_directory_handle_with_options(DIRECTORY, &options).await?.unchecked_into())
}

/// The file of a handle, unless it is empty: then its first writing was broken off, which leaves it so.
async fn written(handle: &FileSystemFileHandle) -> Result<Option<Blob>, JsValue> {
    let file: Blob = handle.get_file().await?.unchecked_into();
    Ok((file.size() > 0.0).then_some(file))
}

fn is_missing(exception: &JsValue) -> bool {
    is(exception, "NotFoundError")
}
