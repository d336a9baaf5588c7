//! The commands of the command line.

use std::path::Path;

use crate::dataset::{Arranged, is_hidden, is_photo};
use crate::error::{Error, Result};
use crate::native::{files, warn};

pub mod calibrate;
pub mod evaluate;
pub mod explain;
pub mod model;
pub mod predict;
pub mod split;
pub mod train;

/// A command's failure: which file or folder, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}{error}", subject.as_ref().map(|subject| format!("{subject}: ")).unwrap_or_default())]
pub struct Failure {
    subject: Option<String>,
    error: Error,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { subject: None, error }
    }
}

impl Failure {
    /// An error about this file or folder.
    fn about(error: Error, path: &Path) -> Self {
        match error {
            Error::Io { .. } => error.into(), // bears its path already
            _ => Self { subject: Some(path.display().to_string()), error },
        }
    }
}

/// Names the file or folder that an error is about.
trait About<T> {
    fn about(self, path: &Path) -> std::result::Result<T, Failure>;
}

impl<T> About<T> for Result<T> {
    fn about(self, path: &Path) -> std::result::Result<T, Failure> {
        self.map_err(|error| Failure::about(error, path))
    }
}

/// The classes and the split of a folder: its own `train/` and `val/`, or drawn by the seed.
fn arrange(folder: &Path, validation_share: f64, seed: u64) -> std::result::Result<Arranged, Failure> {
    let paths = files::list(folder, |_, _| ())?;
    let photos = paths.iter().filter(|path| is_photo(path) && !is_hidden(path)).count();
    let arranged = crate::dataset::arrange(paths, validation_share, seed).about(folder)?;
    match photos - arranged.split.train.len() - arranged.split.validation.len() {
        0 => {}
        others => warn(format_args!("{}: left alone, in no class folder: {others} photos", folder.display())),
    }
    Ok(arranged)
}

/// A share on the command line, between 0 and 1.
fn share(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        Ok(_) => Err("must lie between 0 and 1".into()),
        Err(error) => Err(format!("{error}")),
    }
}

/// A number on the command line, from 1.
fn at_least_one(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}
