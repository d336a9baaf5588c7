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

#[cfg(feature = "network")]
pub mod adam;
#[cfg(feature = "network")]
pub mod alexnet;
#[cfg(feature = "network")]
pub mod checkpoint;
pub mod dataset;
#[cfg(feature = "network")]
pub mod device;
pub mod error;
pub mod formula;
pub mod loader;
pub mod metrics;
#[cfg(feature = "cli")]
pub mod native;
#[cfg(feature = "network")]
pub mod plot;
#[cfg(feature = "network")]
pub mod predict;
pub mod preprocess;
pub mod results;
#[cfg(feature = "engine")]
pub mod self_test;
#[cfg(feature = "network")]
pub mod train;
#[cfg(feature = "web")]
pub mod web;
#[cfg(feature = "network")]
pub mod weights;

pub use error::{Error, Result};
