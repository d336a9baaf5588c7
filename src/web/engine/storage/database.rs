//! Files in IndexedDB, for browsers without a file system of their own.

use idb::{DatabaseEvent, Error, Factory, ObjectStoreParams, TransactionMode, TransactionResult};
use js_sys::{Array, Uint8Array};
use rust_i18n::t;
use wasm_bindgen::JsValue;
use web_sys::Blob;

const DATABASE: &str = "alexnet";
const VERSION: u32 = 1;
/// The object store: bytes by name. Not blobs, which Safari does not store in private windows.
const STORE: &str = "files";

/// The database of our files.
pub struct Database(idb::Database);

impl Database {
    /// Opens the database, and makes it the first time.
    ///
    /// # Errors
    /// The browser's exception where there is no database, or where it is forbidden.
    pub async fn open() -> Result<Self, JsValue> {
        open().await.map(Self).map_err(exception)
    }

    /// Writes a file; what was there stays unless all of it is written.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.change(Change::Put(name, bytes)).await.map_err(exception)
    }

    /// A file, where there is one.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn file(&self, name: &str) -> Result<Option<Blob>, JsValue> {
        match self.look_up(name).await.map_err(exception)? {
            Some(bytes) => Blob::new_with_u8_array_sequence(&Array::of1(&bytes)).map(Some),
            None => Ok(None),
        }
    }

    /// Deletes a file, where there is one.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn remove(&self, name: &str) -> Result<(), JsValue> {
        self.change(Change::Delete(name)).await.map_err(exception)
    }

    /// The names of all files.
    ///
    /// # Errors
    /// The browser's exception.
    pub async fn names(&self) -> Result<Vec<String>, JsValue> {
        self.keys().await.map_err(exception)
    }

    async fn change(&self, change: Change<'_>) -> Result<(), Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(STORE)?;
        match change {
            Change::Put(name, bytes) => {
                store.put(&Uint8Array::from(bytes), Some(&name.into()))?.await?;
            }
            Change::Delete(name) => store.delete(JsValue::from(name))?.await?,
        }
        // A full disk may show only now, after the request has succeeded.
        match transaction.await? {
            TransactionResult::Committed => Ok(()),
            TransactionResult::Aborted => {
                Err(store.transaction().error().map_or(Error::DomExceptionNotFound, Error::DomException))
            }
        }
    }

    async fn look_up(&self, name: &str) -> Result<Option<JsValue>, Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        transaction.object_store(STORE)?.get(JsValue::from(name))?.await
    }

    async fn keys(&self) -> Result<Vec<String>, Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        let keys = transaction.object_store(STORE)?.get_all_keys(None, None)?.await?;
        Ok(keys.iter().filter_map(JsValue::as_string).collect())
    }
}

enum Change<'a> {
    Put(&'a str, &'a [u8]),
    Delete(&'a str),
}

async fn open() -> Result<idb::Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        // Where this fails, so does every transaction.
        let _ = event.database().and_then(|database| database.create_object_store(STORE, ObjectStoreParams::new()));
    });
    request.await
}

/// The browser's own exception where the error holds one: its name tells a full disk from other trouble.
fn exception(error: Error) -> JsValue {
    match error {
        Error::DomException(exception) => exception.into(),
        Error::UpdateFailed(exception) | Error::TransactionOpenFailed(exception) => exception,
        Error::DomExceptionNotFound => t!("engine.no_reason").into_owned().into(),
        other => other.to_string().into(),
    }
}
