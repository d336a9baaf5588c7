//! Evaluation: photos answered by a model of the page's choice, beside the model in use.

use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use web_time::Duration;

use super::answering::Answering;
use super::decoders::Decoders;
use super::hardware::Hardware;
use super::model::Model;
use super::outbox::post;
use super::photos::{Photo, Photos, Purpose};
use super::tasks::Task;
use crate::predict::Prediction;
use crate::web::protocol::Event;
use crate::web::protocol::evaluation::{EvaluationCommand, EvaluationEvent};
use crate::web::protocol::training::ModelChoice;

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
    /// No photos. Each one that is decoded becomes an [`Evaluation::Answer`].
    pub fn new(decoders: Decoders, tasks: UnboundedSender<Task>) -> Self {
        let purpose = Purpose {
            task: || Task::Evaluate(Evaluation::Answer),
            failure: |id, message| Event::Evaluation(EvaluationEvent::PhotoFailed { id, message }),
        };
        Self { photos: Photos::new(decoders, tasks.clone(), purpose), tasks, model: None }
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

    /// Has photos answered that are decoded.
    pub async fn answer(&self, answering: &mut Answering, hardware: &Hardware) {
        match &self.model {
            Some(model) => answering.answer(&self.photos, model, hardware, tell_of).await,
            // The page was told that the model cannot be had.
            None => {
                self.photos.heard();
                self.photos.forget();
            }
        }
    }
}

fn tell_of(photo: Photo, answer: Result<(Prediction, Duration), String>) {
    let Photo { id, thumbnail, .. } = photo;
    tell(match answer {
        Ok((Prediction { probabilities, sure }, _)) => EvaluationEvent::Answer { id, probabilities, sure, thumbnail },
        Err(message) => EvaluationEvent::PhotoFailed { id, message },
    });
}

/// Tells the page.
pub fn tell(event: EvaluationEvent) {
    post(&Event::Evaluation(event));
}
