//! Files in the browser's keeping, by name: trained models and the unfinished run outlive the page.

mod database;
mod opfs;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, StorageManager};

use self::database::Database;
use self::opfs::Opfs;
use crate::web::js;
use crate::web::protocol::training::Place;

/// The files that this page keeps in the browser. Clones share them.
///
/// A file's name consists of letters, digits, `-` and `.`; no file is empty.
#[derive(Clone)]
pub struct Storage(Rc<Store>);

enum Store {
    Files(Opfs),
    Database(Database),
    Memory(RefCell<BTreeMap<String, Blob>>),
}

impl Storage {
    /// The best place that this browser has: its file system, else its database, else memory.
    pub async fn open() -> Self {
        let store = if let Ok(files) = Opfs::open().await {
            Store::Files(files)
        } else if let Ok(database) = Database::open().await {
            Store::Database(database)
        } else {
            Store::Memory(RefCell::default())
        };
        Self(Rc::new(store))
    }

    /// Where the files are.
    pub fn place(&self) -> Place {
        match *self.0 {
            Store::Files(_) => Place::Files,
            Store::Database(_) => Place::Database,
            Store::Memory(_) => Place::Memory,
        }
    }

    /// Writes a file, whole or not at all; one of the same name is replaced.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let written = match &*self.0 {
            Store::Files(files) => files.put(name, bytes).await,
            Store::Database(database) => database.put(name, bytes).await,
            Store::Memory(files) => js::blob(bytes, "").map(|file| {
                files.borrow_mut().insert(name.into(), file);
            }),
        };
        match written {
            Err(exception) if is(&exception, "QuotaExceededError") => Err(t!("engine.storage_full").into()),
            written => written
                .map_err(|exception| t!("engine.not_written", name = name, reason = js::message(&exception)).into()),
        }
    }

    /// All bytes of a file; none where there is no such file.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        match self.file(name).await? {
            Some(file) => match js::bytes(&file).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(exception) => Err(not_read(name, &exception)),
            },
            None => Ok(None),
        }
    }

    /// A file, outside this program's memory; none where there is no such file. It can be read until the file is
    /// replaced or removed.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn file(&self, name: &str) -> Result<Option<Blob>, String> {
        match &*self.0 {
            Store::Files(files) => files.file(name).await,
            Store::Database(database) => database.file(name).await,
            Store::Memory(files) => Ok(files.borrow().get(name).cloned()),
        }
        .map_err(|exception| not_read(name, &exception))
    }

    /// Forgets a file; that there is no such file is fine.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn remove(&self, name: &str) -> Result<(), String> {
        match &*self.0 {
            Store::Files(files) => files.remove(name).await,
            Store::Database(database) => database.remove(name).await,
            Store::Memory(files) => {
                files.borrow_mut().remove(name);
                Ok(())
            }
        }
        .map_err(|exception| t!("engine.not_deleted", name = name, reason = js::message(&exception)).into())
    }

    /// The names of all files, in no particular order.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn names(&self) -> Result<Vec<String>, String> {
        match &*self.0 {
            Store::Files(files) => files.names().await,
            Store::Database(database) => database.names().await,
            Store::Memory(files) => Ok(files.borrow().keys().cloned().collect()),
        }
        .map_err(|exception| t!("engine.not_listed", reason = js::message(&exception)).into())
    }
}

/// Whether an exception is of the kind that has this name.
fn is(exception: &JsValue, name: &str) -> bool {
    js::property(exception, "name").is_some_and(|own| own == name)
}

fn not_read(name: &str, exception: &JsValue) -> String {
    t!("engine.not_read", name = name, reason = js::message(exception)).into()
}

/// The way into the browser's storage; none over plain http.
fn manager() -> Option<StorageManager> {
    js::property(&js::scope().navigator(), "storage").map(JsCast::unchecked_into)
}
