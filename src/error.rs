//! The one error type: every value says what went wrong and what to do about it, in words fit for a visitor.

use std::path::PathBuf;

/// What can go wrong with a photo, a folder or a model file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file holds no bytes.
    #[error("the file is empty (0 bytes); copy it again from where it came from")]
    EmptyFile,
    /// The bytes are in no image format that is read here.
    #[error("this is not a photo in a known format (JPEG, PNG, WebP, GIF, BMP, TIFF); {0}")]
    NotAPhoto(String),
    /// The photo begins well and then breaks off or is damaged.
    #[error("the photo is damaged or cut short ({0}); copy it again from where it came from")]
    DamagedPhoto(String),
    /// The photo would need more memory than is sensible.
    #[error(
        "the photo is too large: {width} x {height} pixels; at most {limit} million are read, and 65535 a side; save a \
         smaller copy"
    )]
    PhotoTooLarge {
        /// Width in pixels that the file claims.
        width: u32,
        /// Height in pixels that the file claims.
        height: u32,
        /// The limit, in millions of pixels.
        limit: u64,
    },
    /// A photo's pixels, by the size that it claims, are more than this device can count or hold.
    #[error("the photo is too large: it claims more pixels than this device has memory for; save a smaller copy")]
    PhotoBeyondMemory,
    /// A photo could not be read, for a reason that stands in words.
    #[error("{0}")]
    Unreadable(String),
    /// The file is no model file, or a damaged one.
    #[error("not a model file that can be read: {0}")]
    NotAModel(String),
    /// The model file lacks a tensor of this network.
    #[error(
        "the file is a model of another network: it has no tensor `{0}`; AlexNet runs here, with the widths of the PyTorch \
         flower tutorial or of torchvision"
    )]
    MissingTensor(String),
    /// A tensor has not the shape that this network needs.
    #[error(
        "the file is a model of another network: tensor `{name}` is {found:?} where AlexNet has {expected:?}; AlexNet runs \
         here, with the widths of the PyTorch flower tutorial or of torchvision"
    )]
    WrongShape {
        /// PyTorch's name of the tensor.
        name: String,
        /// The shape AlexNet has.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor holds values that are not finite numbers.
    #[error("tensor `{0}` holds values that are not numbers (NaN or infinite); export the model again")]
    NotFinite(String),
    /// The class names do not fit the model.
    #[error("the class names do not fit the model: {0}")]
    Classes(String),
    /// A class that the model does not know is asked for.
    #[error("there is no class `{asked}`; the model knows {known}")]
    NoSuchClass {
        /// The class.
        asked: String,
        /// The model's classes.
        known: String,
    },
    /// The folder has nothing to train on, or not enough.
    #[error("the folder cannot be used: {0}")]
    Dataset(String),
    /// A checkpoint does not belong to this run.
    #[error("the run cannot go on from its checkpoint: {0}")]
    Checkpoint(String),
    /// The device did not give what was asked of it.
    #[error("the device failed: {0}")]
    Device(String),
    /// A figure could not be drawn.
    #[error("the figure could not be drawn: {0}")]
    Plot(String),
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// [`std::result::Result`] with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
