//! AlexNet in the browser: the half-width AlexNet of the PyTorch flower tutorial, in Rust.
//!
//! One library serves four programs: the command line, and in the browser the page, the engine (a worker that owns the
//! device and the model) and the decoders (workers that turn photos into pixels). Dependencies run one way:
//!
//! ```text
//! error, alexnet -> weights
//! preprocess, dataset -> loader
//! alexnet, loader, metrics -> train
//! weights, preprocess -> predict
//! train, predict, plot -> native, web -> bin
//! ```

#![warn(missing_docs)]

pub mod adam;
pub mod alexnet;
pub mod checkpoint;
pub mod dataset;
pub mod device;
pub mod error;
pub mod formula;
pub mod loader;
pub mod metrics;
pub mod plot;
pub mod predict;
pub mod preprocess;
pub mod results;
pub mod train;
pub mod weights;

#[cfg(feature = "cli")]
pub mod native;
#[cfg(feature = "web")]
pub mod self_test;
#[cfg(feature = "web")]
pub mod web;

pub use error::{Error, Result};
