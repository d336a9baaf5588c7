//! Evaluation: photos answered by a model of the page's choice, beside the model in use.

use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use gloo_timers::future::TimeoutFuture;
use web_time::Instant;

use super::hardware::Hardware;
use super::model::Model;
use super::outbox::post;
use super::pace::Pace;
use super::photos::{Photos, Purpose};
use super::pool::Pool;
use super::tasks::Task;
use crate::predict::Prediction;
use crate::web::protocol::evaluation::{EvaluationCommand, EvaluationEvent};
use crate::web::protocol::training::ModelChoice;
use crate::web::protocol::{Event, PhotoId};

/// What takes its turn.
pub enum Evaluation {
    /// Load the model that is to answer.
    Begin(ModelChoice),
    /// At least one photo is decoded.
    Answer,
    /// Let go of the model.
    End,
}

/// The photos to answer, and what answers them.
#[derive(Clone)]
pub struct Evaluator {
    photos: Photos,
    tasks: UnboundedSender<Task>,
    model: Option<Rc<Model>>,
}

impl Evaluator {
    /// No photos. Each one that the pool has decoded becomes an [`Evaluation::Answer`].
    pub fn new(pool: Pool, tasks: UnboundedSender<Task>) -> Self {
        let purpose = Purpose {
            task: || Task::Evaluate(Evaluation::Answer),
            failure: |id, message| Event::Evaluation(EvaluationEvent::PhotoFailed { id, message }),
        };
        Self { photos: Photos::new(pool, tasks.clone(), purpose), tasks, model: None }
    }

    /// Takes a command.
    pub fn heed(&self, command: EvaluationCommand) {
        let task = match command {
            EvaluationCommand::Photos(photos) => return self.photos.add(photos),
            EvaluationCommand::Begin(model) => Evaluation::Begin(model),
            EvaluationCommand::End => Evaluation::End,
        };
        self.photos.forget();
        // Without a receiver the engine has already said that it cannot go on.
        let _ = self.tasks.unbounded_send(Task::Evaluate(task));
    }

    /// Has this model answer from now on.
    pub fn set_model(&mut self, model: Option<Rc<Model>>) {
        if let Some(model) = &model {
            self.photos.set_preprocessing(model.preprocessing());
        }
        self.model = model;
    }

    /// Answers one batch of the photos that are decoded.
    pub async fn answer(&self, pace: &mut Pace, hardware: &Hardware) {
        let Some(batch) = self.photos.next_batch(pace.batch()) else { return };
        // The page was told that the model cannot be had.
        let Some(model) = &self.model else { return };
        let start = Instant::now();
        let answers = model.predict(&batch.pixels).await;
        pace.took(start.elapsed() / batch.pixels.len() as u32);
        if !self.photos.still_wanted(&batch) {
            return;
        }
        match answers {
            Ok(answers) => {
                for (photo, Prediction { probabilities, sure }) in batch.photos.into_iter().zip(answers) {
                    tell(EvaluationEvent::Answer { id: photo.id, probabilities, sure, thumbnail: photo.thumbnail });
                }
            }
            // The page starts an engine on the CPU, and asks that one.
            Err(error) if model.device().webgpu => hardware.condemn(error.to_string()),
            Err(error) => batch.photos.iter().for_each(|photo| failed(photo.id, &error.to_string())),
        }
        // As when photos are classified: the network on the CPU never waits for anything.
        TimeoutFuture::new(0).await;
    }
}

fn failed(id: PhotoId, message: &str) {
    tell(EvaluationEvent::PhotoFailed { id, message: message.to_owned() });
}

/// Tells the page.
pub fn tell(event: EvaluationEvent) {
    post(&Event::Evaluation(event));
}
