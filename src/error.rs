//! The one error type: every value says what went wrong and what to do about it, in words fit for a visitor.

use std::fmt;
use std::path::PathBuf;

use rust_i18n::t;

use crate::words::large;

/// What can go wrong with a photo, a folder or a model file.
#[derive(Debug)]
pub enum Error {
    /// The file holds no bytes.
    EmptyFile,
    /// The bytes are in no image format that is read here; what they seem to be, and what to do about it.
    NotAPhoto(String),
    /// The photo begins well and then breaks off or is damaged.
    DamagedPhoto(String),
    /// The photo would need more memory than is sensible.
    PhotoTooLarge {
        /// Width in pixels that the file claims.
        width: u32,
        /// Height in pixels that the file claims.
        height: u32,
        /// The limit, in pixels.
        limit: u64,
    },
    /// A photo's pixels, by the size that it claims, are more than this device can count or hold.
    PhotoBeyondMemory,
    /// A photo could not be read, for a reason that stands in words.
    Unreadable(String),
    /// The file is no model file, or a damaged one.
    NotAModel(String),
    /// The model file lacks a tensor of this network.
    MissingTensor(String),
    /// A tensor has not the shape that this network needs.
    WrongShape {
        /// PyTorch's name of the tensor.
        name: String,
        /// The shape AlexNet has.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor holds values that are not finite numbers.
    NotFinite(String),
    /// The loss of a training is no finite number any more.
    Diverged,
    /// The class names do not fit the model.
    Classes(String),
    /// A class that the model does not know is asked for.
    NoSuchClass {
        /// The class.
        asked: String,
        /// The model's classes.
        known: String,
    },
    /// The folder has nothing to train on, or not enough.
    Dataset(String),
    /// A checkpoint does not belong to this run.
    Checkpoint(String),
    /// The device did not give what was asked of it.
    Device(String),
    /// A figure could not be drawn.
    Plot(String),
    /// A file could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::EmptyFile => t!("error.empty_file"),
            Self::NotAPhoto(hint) => t!("error.not_a_photo", hint = hint),
            Self::DamagedPhoto(reason) => t!("error.damaged_photo", reason = reason),
            Self::PhotoTooLarge { width, height, limit } => {
                t!("error.photo_too_large", width = width, height = height, limit = large(*limit))
            }
            Self::PhotoBeyondMemory => t!("error.photo_beyond_memory"),
            Self::Unreadable(reason) => reason.into(),
            Self::NotAModel(reason) => t!("error.not_a_model", reason = reason),
            Self::MissingTensor(name) => t!("error.missing_tensor", name = name),
            Self::WrongShape { name, expected, found } => {
                t!("error.wrong_shape", name = name, found = found : {:?}, expected = expected : {:?})
            }
            Self::NotFinite(name) => t!("error.not_finite", name = name),
            Self::Diverged => t!("error.diverged"),
            Self::Classes(reason) => t!("error.classes", reason = reason),
            // The command line alone asks for a class by its name, and it speaks English.
            Self::NoSuchClass { asked, known } => {
                format!("there is no class `{asked}`; the model knows {known}").into()
            }
            Self::Dataset(reason) => t!("error.dataset", reason = reason),
            Self::Checkpoint(reason) => t!("error.checkpoint", reason = reason),
            Self::Device(reason) => t!("error.device", reason = reason),
            Self::Plot(reason) => t!("error.plot", reason = reason),
            Self::Io { path, source } => return write!(formatter, "{}: {source}", path.display()),
        };
        formatter.write_str(&text)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// [`std::result::Result`] with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
