//! The folder of the run, kept in the browser so that its photos need not be chosen again after a reload.
//!
//! Where it cannot be kept, or read again, the visitor is asked for it.

use idb::{DatabaseEvent, Error, Factory, ObjectStoreParams, TransactionMode};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::state::Training;
use crate::web::page::intake::Folder;

const DATABASE: &str = "alexnet-folder";
const VERSION: u32 = 1;
/// The object store, and the key of its only entry.
const STORE: &str = "folder";
const KEY: &str = "of the run";

/// The folder of the unfinished run.
#[derive(Clone, Debug)]
pub struct KeptFolder {
    /// The folder.
    pub folder: Folder,
    /// Whether it may be read without asking.
    pub is_readable: bool,
}

impl Training {
    /// Looks up the folder that was kept in another visit.
    pub(super) fn recall_folder(self) {
        spawn_local(async move {
            if let Ok(Some(value)) = look_up().await
                && let Some(folder) = Folder::from_value(value)
            {
                let is_readable = folder.is_readable().await;
                self.kept.set(Some(KeptFolder { folder, is_readable }));
            }
        });
    }

    /// Keeps the folder of the photos, in place of that of another run.
    pub(super) fn keep_folder(self) {
        self.set_kept(self.folder.get_value());
    }

    /// Forgets the folder of the run.
    pub(super) fn forget_folder(self) {
        self.set_kept(None);
    }

    fn set_kept(self, folder: Option<Folder>) {
        spawn_local({
            let folder = folder.clone();
            async move {
                let _ = put(folder).await;
            }
        });
        self.kept.set(folder.map(|folder| KeptFolder { folder, is_readable: true }));
    }
}

async fn look_up() -> Result<Option<JsValue>, Error> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadOnly)?;
    let value = transaction.object_store(STORE)?.get(JsValue::from(KEY))?.await;
    database.close();
    value
}

/// Keeps this folder and no other.
async fn put(folder: Option<Folder>) -> Result<(), Error> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(STORE)?;
    match &folder {
        Some(folder) => drop(store.put(folder.value(), Some(&KEY.into()))?.await?),
        None => store.delete(JsValue::from(KEY))?.await?,
    }
    transaction.await?;
    database.close();
    Ok(())
}

async fn open() -> Result<idb::Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        // Where this fails, so does every transaction.
        let _ = event.database().and_then(|database| database.create_object_store(STORE, ObjectStoreParams::new()));
    });
    request.await
}
