//! The progress bar, on standard error.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};

use super::warn;
use crate::train::TrainEvent;

const STYLE: &str = "{prefix:>12} {bar:32} {pos}/{len} {msg} [{elapsed} < {eta}]";

/// A bar over the steps of one pass over the data.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar named `prefix`.
    pub fn new(prefix: String) -> Self {
        let bar = ProgressBar::new(0).with_prefix(prefix);
        if let Ok(style) = ProgressStyle::with_template(STYLE) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Shows an event; never asks to stop.
    pub fn show(&self, event: TrainEvent) -> ControlFlow<()> {
        match event {
            TrainEvent::Step { step, steps, loss } => self.set(step, steps, format!("loss {loss:.3}")),
            TrainEvent::Features { step, steps } => self.set(step, steps, "features".into()),
            TrainEvent::Validation { step, steps } => self.set(step, steps, "validation".into()),
            TrainEvent::Unreadable { path, error } => {
                self.bar.suspend(|| warn(format_args!("left out {path}: {error}")))
            }
        }
        ControlFlow::Continue(())
    }

    fn set(&self, step: usize, steps: usize, message: String) {
        self.bar.set_length(steps as u64);
        self.bar.set_position(step as u64);
        self.bar.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
