//! Which model the engine is to classify with.

use web_sys::File;

use crate::web::protocol::training::{ModelChoice, ModelId, TrainingCommand};
use crate::web::protocol::{Command, FileHandle};

/// Where a model comes from.
#[derive(Clone)]
pub enum Source {
    /// It came with the page, and every engine starts with it.
    Shipped,
    /// It was trained here, or brought before.
    Kept(ModelId),
    /// The visitor gave these files.
    Files(Vec<File>),
}

impl Source {
    /// What asks an engine to use it.
    pub fn command(&self) -> Command {
        match self {
            Self::Shipped => Command::Training(TrainingCommand::UseModel(ModelChoice::Shipped)),
            Self::Kept(id) => Command::Training(TrainingCommand::UseModel(ModelChoice::Kept(id.clone()))),
            Self::Files(files) => Command::LoadModel { files: files.iter().cloned().map(FileHandle).collect() },
        }
    }

    /// The model among those that an engine can get at; none for files that it has yet to read.
    pub fn choice(&self) -> Option<ModelChoice> {
        match self {
            Self::Shipped => Some(ModelChoice::Shipped),
            Self::Kept(id) => Some(ModelChoice::Kept(id.clone())),
            Self::Files(_) => None,
        }
    }
}
