//! What the page is told while a run goes its way, often enough and not too often.

use std::ops::ControlFlow;

use web_time::{Duration, Instant};

use super::control::Control;
use super::tell;
use crate::run::TrainingConfig;
use crate::train::TrainEvent;
use crate::web::protocol::training::{Step, TrainingEvent};

/// The least time between two reports of steps; the last step of each pass is always told.
const REPORT_EVERY: Duration = Duration::from_millis(50);
/// How much of what is known of a step's duration the next one leaves.
const SMOOTHING: f64 = 0.8;

/// Follows the steps of a run.
pub struct Report {
    config: TrainingConfig,
    control: Control,
    epoch: usize,
    photos: usize,
    last_step: Instant,
    last_report: Option<Instant>,
    idle_before: Duration,
    /// Seconds that a step takes, as it is known by now.
    step_seconds: Option<f64>,
    validation: Option<Instant>,
    /// Seconds that the last validation took.
    validation_seconds: f64,
    /// When the last epoch's steps and validation were done.
    epoch_ended: Instant,
    /// Seconds that keeping the last epoch took.
    keeping_seconds: f64,
}

impl Report {
    /// Of a run on so many photos to learn from.
    pub fn new(config: TrainingConfig, photos: usize, control: Control) -> Self {
        Self {
            config,
            control,
            epoch: 0,
            photos,
            last_step: Instant::now(),
            last_report: None,
            idle_before: Duration::ZERO,
            step_seconds: None,
            validation: None,
            validation_seconds: 0.0,
            epoch_ended: Instant::now(),
            keeping_seconds: 0.0,
        }
    }

    /// Begins an epoch; they count from 1.
    pub fn begin_epoch(&mut self, epoch: usize) {
        self.epoch = epoch;
        self.start_clock();
    }

    /// Ends an epoch, which has yet to be kept.
    pub fn end_epoch(&mut self) {
        self.epoch_ended = Instant::now();
        if let Some(start) = self.validation.take() {
            self.validation_seconds = start.elapsed().as_secs_f64();
        }
    }

    /// Takes note that the epoch is kept.
    pub fn kept_epoch(&mut self) {
        self.keeping_seconds = self.epoch_ended.elapsed().as_secs_f64();
    }

    /// Tells of an event, and whether the run may go on.
    pub fn take(&mut self, event: TrainEvent) -> ControlFlow<()> {
        match event {
            TrainEvent::Step { step, steps, loss } => {
                let seconds = self.lap();
                let known = self.step_seconds.map_or(seconds, |known| known * SMOOTHING + seconds * (1.0 - SMOOTHING));
                self.step_seconds = Some(known);
                if self.is_due(step == steps) {
                    let photos = self.photos as f64 / steps as f64;
                    let (epoch, rate) = (self.epoch, photos / known.max(1e-6));
                    let seconds_left = Some(self.seconds_left(step, steps, known));
                    tell(TrainingEvent::Step(Step { epoch, step, steps, loss, rate, seconds_left }));
                }
            }
            TrainEvent::Features { step, steps } => {
                self.start_clock();
                if self.is_due(step == steps) {
                    tell(TrainingEvent::Features { step, steps });
                }
            }
            TrainEvent::Validation { step, steps } => {
                self.validation.get_or_insert_with(Instant::now);
                if self.is_due(step == steps) {
                    tell(TrainingEvent::Validating { step, steps });
                }
            }
            TrainEvent::Unreadable { path, error } => {
                tell(TrainingEvent::Unreadable { path: path.to_owned(), message: error.to_string() });
            }
        }
        if self.control.stops() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn seconds_left(&self, step: usize, steps: usize, step_seconds: f64) -> f64 {
        let epochs = self.config.epochs.saturating_sub(self.epoch);
        let steps = (steps - step) + epochs * steps;
        steps as f64 * step_seconds + (epochs + 1) as f64 * (self.validation_seconds + self.keeping_seconds)
    }

    fn start_clock(&mut self) {
        self.last_step = Instant::now();
        self.idle_before = self.control.idle();
    }

    /// Seconds of work since the step before.
    fn lap(&mut self) -> f64 {
        let idle = self.control.idle() - self.idle_before;
        let seconds = self.last_step.elapsed().saturating_sub(idle).as_secs_f64();
        self.start_clock();
        seconds
    }

    fn is_due(&mut self, is_last: bool) -> bool {
        let due = is_last || self.last_report.is_none_or(|report| report.elapsed() >= REPORT_EVERY);
        if due {
            self.last_report = Some(Instant::now());
        }
        due
    }
}
