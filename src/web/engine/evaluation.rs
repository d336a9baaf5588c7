//! Evaluation: photos answered by a model of the page's choice, beside the model in use.

use std::cell::Cell;
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
    /// Load the model that is to answer what was asked for at this turn.
    Begin(ModelChoice, Turn),
    /// At least one photo is decoded.
    Answer,
    /// Let go of the model.
    End,
}

/// How often another model, or none, had been asked for.
type Turn = u32;

/// The photos to answer, and what answers them.
#[derive(Clone)]
pub struct Evaluator {
    photos: Photos,
    tasks: UnboundedSender<Task>,
    /// The last turn that was asked for, to which all photos belong.
    asked: Rc<Cell<Turn>>,
    /// The turn whose model this is.
    turn: Turn,
    model: Option<Rc<Model>>,
}

impl Evaluator {
    /// No photos. Each one that is decoded becomes an [`Evaluation::Answer`].
    pub fn new(decoders: Decoders, tasks: UnboundedSender<Task>) -> Self {
        let purpose = Purpose {
            task: || Task::Evaluate(Evaluation::Answer),
            failure: |id, message| Event::Evaluation(EvaluationEvent::PhotoFailed { id, message }),
        };
        let photos = Photos::new(decoders, tasks.clone(), purpose);
        Self { photos, tasks, asked: Rc::default(), turn: 0, model: None }
    }

    /// Takes a command.
    pub fn heed(&self, command: EvaluationCommand) {
        let turn = self.asked.get().wrapping_add(1);
        let task = match command {
            EvaluationCommand::Photos(photos) => return self.photos.add(photos),
            EvaluationCommand::Begin(model) => Evaluation::Begin(model, turn),
            EvaluationCommand::End => Evaluation::End,
        };
        self.asked.set(turn);
        self.photos.forget();
        // Without a receiver the engine has already said that it cannot go on.
        let _ = self.tasks.unbounded_send(Task::Evaluate(task));
    }

    /// Has this model answer what was asked for at this turn, or nobody.
    pub fn begin(&mut self, turn: Turn, model: Option<Rc<Model>>) {
        if let Some(model) = &model {
            self.photos.set_preprocessing(model.preprocessing());
        }
        self.turn = turn;
        self.model = model;
        self.photos.call();
    }

    /// Lets go of the model.
    pub fn end(&mut self) {
        self.model = None;
    }

    /// Has photos answered that are decoded.
    pub async fn answer(&self, answering: &mut Answering, hardware: &Hardware) {
        if self.turn != self.asked.get() {
            // These photos are for another model, whose turn comes.
            return self.photos.heard();
        }
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
