//! AlexNet in the browser: the half-width AlexNet of the PyTorch flower tutorial, in Rust.
//!
//! One library serves four programs: the command line, and in the browser the page, the engine (a worker that owns the
//! device and the model) and the decoders (workers that turn photos into pixels). Dependencies run one way:
//!
//! ```text
//! language -> words -> error, and all that speaks to people, with the texts in locales/
//! parallel -> layers -> alexnet, adam, input
//! error, alexnet -> weights
//! dataset -> dataset_report -> advice
//! preprocess -> alexnet, input, and with dataset -> loader
//! metrics -> doubt, calibration -> weights, run
//! metrics -> run -> loader, advice, evaluation, plot
//! weights, input -> predict -> explain
//! alexnet, input, loader, predict, run -> head, train -> checkpoint
//! weights, formula -> reference -> manifest, self_test
//! weights, input, layers -> rehearsal
//! train, predict, plot -> native, web -> bin
//! ```

#![warn(missing_docs)]

#[cfg(feature = "network")]
pub mod adam;
pub mod advice;
#[cfg(feature = "network")]
pub mod alexnet;
#[cfg(feature = "network")]
pub mod average;
pub mod calibration;
#[cfg(feature = "network")]
pub mod checkpoint;
pub mod cutmix;
pub mod dataset;
pub mod dataset_report;
#[cfg(feature = "network")]
pub mod device;
pub mod doubt;
pub mod error;
pub mod evaluation;
#[cfg(feature = "network")]
pub mod explain;
pub mod formula;
#[cfg(feature = "network")]
pub mod head;
#[cfg(feature = "network")]
pub mod input;
pub mod language;
#[cfg(feature = "network")]
pub mod layers;
pub mod loader;
#[cfg(feature = "network")]
pub mod loss;
#[cfg(feature = "network")]
pub mod manifest;
pub mod metrics;
#[cfg(feature = "cli")]
pub mod native;
#[cfg(feature = "network")]
mod parallel;
pub mod plot;
#[cfg(feature = "network")]
pub mod predict;
pub mod preprocess;
#[cfg(feature = "network")]
pub mod reference;
#[cfg(feature = "engine")]
pub mod rehearsal;
pub mod results;
pub mod run;
#[cfg(feature = "engine")]
pub mod self_test;
#[cfg(feature = "network")]
pub mod train;
#[cfg(feature = "web")]
pub mod web;
#[cfg(feature = "network")]
pub mod weights;
pub mod words;

pub use error::{Error, Result};

rust_i18n::i18n!("locales", fallback = "en", backend = language::AllLanguages);
