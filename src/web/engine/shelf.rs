//! The models that were trained here or brought, kept in the browser.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rust_i18n::t;

use super::import::Import;
use super::storage::Storage;
use crate::web::protocol::training::{KeptModel, ModelId, TrainingEvent};
use crate::weights::{ModelFile, Precision, check_classes};

/// What the names of the shelf's files begin with.
const PREFIX: &str = "model-";
const WEIGHTS: &str = ".safetensors";
const DESCRIPTION: &str = ".json";

/// The kept models. Those for which the browser has no room are there until the engine ends.
#[derive(Clone)]
pub struct Shelf {
    storage: Storage,
    /// The models that only this program holds.
    unstored: Rc<RefCell<HashMap<ModelId, Unstored>>>,
}

/// What is known of a model, and its weights as a file.
type Unstored = (KeptModel, Vec<u8>);

/// A model that was brought.
pub struct Imported {
    /// Its id.
    pub id: ModelId,
    /// Its name.
    pub name: String,
    /// Its weights, with the names of its classes.
    pub file: ModelFile,
    /// Why it is not kept beyond this visit, where it is not.
    pub not_kept: Option<String>,
}

impl Shelf {
    /// The models in this storage.
    pub fn new(storage: Storage) -> Self {
        Self { storage, unstored: Rc::default() }
    }

    /// What the page is told of the models: all of them, newest first.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn list(&self) -> Result<TrainingEvent, String> {
        let mut models = self.models().await?;
        models.sort_by(|a, b| b.created.total_cmp(&a.created));
        Ok(TrainingEvent::Models { models, place: self.storage.place() })
    }

    async fn models(&self) -> Result<Vec<KeptModel>, String> {
        let mut models: Vec<_> = self.unstored.borrow().values().map(|(model, _)| model.clone()).collect();
        for name in self.storage.names().await? {
            let id = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(DESCRIPTION));
            if let Some(id) = id
                && let Ok(model) = self.describe(id).await
            {
                models.push(model);
            }
        }
        Ok(models)
    }

    /// This name, with a number where a model bears it already.
    pub async fn free_name(&self, name: &str) -> String {
        let models = self.models().await.unwrap_or_default();
        let is_free = |name: &String| models.iter().all(|model| model.name != *name);
        let numbered = (2..).map(|number| format!("{name} {number}"));
        std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
    }

    /// Adds a model, whose weights are given as a file. Says why it is not kept beyond this visit, where it is not.
    pub async fn add(&self, model: KeptModel, weights: Vec<u8>) -> Option<String> {
        // The description comes last: with it the model counts as kept.
        let stored = match self.storage.put(&weights_of(&model.id), &weights).await {
            Ok(()) => self.write(&model).await,
            failed => failed,
        };
        let message = stored.err()?;
        // What was written of it is of no use.
        let _ = self.storage.remove(&weights_of(&model.id)).await;
        self.unstored.borrow_mut().insert(model.id.clone(), (model, weights));
        Some(message)
    }

    /// Adds a model that was brought, or finds it where it was brought before.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn import(&self, import: Import) -> Result<Imported, String> {
        let Import { name, content, mut file, has_class_file } = import;
        let id = format!("file-{content}");
        let classes = file.metadata().classes.clone();
        if let Ok(known) = self.describe(&id).await {
            if has_class_file {
                self.name_classes(&id, classes).await?;
            } else {
                file.set_classes(known.classes).map_err(|error| error.to_string())?;
            }
            return Ok(Imported { id, name: known.name, file, not_kept: None });
        }
        let name = self.free_name(&name).await;
        let created = js_sys::Date::now();
        let model = KeptModel { id: id.clone(), name: name.clone(), created, classes, run: None };
        // Where there is no room it is there until the page is closed, as it is used at once.
        let weights = file.to_safetensors(Precision::F32).map_err(|error| error.to_string())?;
        let not_kept = self.add(model, weights).await;
        Ok(Imported { id, name, file, not_kept })
    }

    /// A model's weights, and its name.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn read(&self, id: &str) -> Result<(String, ModelFile), String> {
        let model = self.describe(id).await?;
        let unstored = self.unstored.borrow().get(id).map(|(_, bytes)| bytes.clone());
        let bytes = match unstored {
            Some(bytes) => bytes,
            None => self.storage.get(&weights_of(id)).await?.ok_or_else(gone)?,
        };
        let damaged = |error: crate::Error| t!("engine.about", name = model.name, reason = error).into_owned();
        let mut file = ModelFile::from_safetensors(&bytes).map_err(damaged)?;
        // The classes may have been given other names since.
        file.set_classes(model.classes.clone()).map_err(damaged)?;
        Ok((model.name, file))
    }

    /// Gives a model another name.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn rename(&self, id: &str, name: String) -> Result<(), String> {
        let name = name.trim().to_owned();
        if name.is_empty() {
            return Err(t!("engine.nameless").into());
        }
        self.update(KeptModel { name, ..self.describe(id).await? }).await
    }

    /// Gives the classes of a model other names.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn name_classes(&self, id: &str, classes: Vec<String>) -> Result<(), String> {
        let model = self.describe(id).await?;
        check_classes(&classes, model.classes.len()).map_err(|error| error.to_string())?;
        self.update(KeptModel { classes, ..model }).await
    }

    /// Takes down what is known of a model.
    async fn update(&self, model: KeptModel) -> Result<(), String> {
        if let Some((unstored, _)) = self.unstored.borrow_mut().get_mut(&model.id) {
            *unstored = model;
            return Ok(());
        }
        self.write(&model).await
    }

    /// Forgets a model.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn delete(&self, id: &str) -> Result<(), String> {
        if self.unstored.borrow_mut().remove(id).is_some() {
            return Ok(());
        }
        self.storage.remove(&description_of(id)).await?;
        self.storage.remove(&weights_of(id)).await
    }

    async fn describe(&self, id: &str) -> Result<KeptModel, String> {
        if let Some((model, _)) = self.unstored.borrow().get(id) {
            return Ok(model.clone());
        }
        let json = self.storage.get(&description_of(id)).await?.ok_or_else(gone)?;
        serde_json::from_slice(&json).map_err(|error| t!("engine.description_damaged", reason = error).into())
    }

    async fn write(&self, model: &KeptModel) -> Result<(), String> {
        let json = serde_json::to_vec(model).map_err(|error| error.to_string())?;
        self.storage.put(&description_of(&model.id), &json).await
    }
}

fn weights_of(id: &str) -> String {
    format!("{PREFIX}{id}{WEIGHTS}")
}

fn description_of(id: &str) -> String {
    format!("{PREFIX}{id}{DESCRIPTION}")
}

fn gone() -> String {
    t!("engine.model_gone").into()
}
