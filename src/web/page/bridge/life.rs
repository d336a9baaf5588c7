//! What an engine has to know, what it still owes, and what follows when it dies.

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
};

use rust_i18n::t;
use web_sys::File;
use web_time::{Duration, Instant};

use super::{PAUSE, Settings, Source, set::SetPhotos};
use crate::web::{
    page::engine::{Engine, News},
    protocol::{
        Command, DeviceChoice, Event, FileHandle, PhotoId, PhotoToClassify,
        training::{TrainingCommand, TrainingEvent},
    },
};

/// Engines in a row that may die without having done anything.
const FRUITLESS_ENGINES: u32 = 3;

/// The engine and everything that the next one has to be told if this one dies.
pub struct Life {
    /// The worker.
    pub engine: Option<Engine>,
    /// What it said and nobody heard yet.
    pub inbox: VecDeque<News>,
    /// Whether somebody is on the way to hear it.
    pub delivery_due: bool,
    /// When somebody last heard it, and how long the next one waits after that.
    pub last_delivery: Instant,
    /// See `last_delivery`.
    pub pause: Duration,
    device: DeviceChoice,
    reason: Option<String>,
    fruitless: u32,
    /// Photos without an answer, for the next engine if this one dies.
    unanswered: BTreeMap<PhotoId, File>,
    /// Those of them that this engine has yet to be told of: copying a file's handle takes a third of a millisecond.
    unposted: VecDeque<(PhotoId, File)>,
    /// The model in use, and those on their way to being used.
    model: Source,
    next_models: VecDeque<Source>,
    /// The photos to train on.
    set: SetPhotos,
    /// Begins a run once the engine knows these photos.
    order: Option<TrainingCommand>,
    /// Whether a run was ordered and did not end yet.
    training: bool,
}

impl Life {
    /// The life before the first engine.
    pub fn new(settings: &Settings) -> Self {
        Self {
            engine: None,
            inbox: VecDeque::new(),
            delivery_due: false,
            last_delivery: Instant::now(),
            pause: PAUSE,
            device: settings.device,
            reason: settings.reason.clone(),
            fruitless: 0,
            unanswered: BTreeMap::new(),
            unposted: VecDeque::new(),
            model: Source::Shipped,
            next_models: VecDeque::new(),
            set: SetPhotos::default(),
            order: None,
            training: false,
        }
    }

    /// Forgets what went wrong so far.
    pub fn start_over(&mut self, settings: &Settings) {
        self.device = settings.device;
        self.reason = settings.reason.clone();
        self.fruitless = 0;
    }

    /// Whether the next engine may compute on the GPU.
    pub fn may_use_gpu(&self) -> bool {
        self.device == DeviceChoice::Best
    }

    /// Has photos classified.
    pub fn classify(&mut self, photos: Vec<(PhotoId, File)>) {
        self.unanswered.extend(photos.iter().cloned());
        if self.listener().is_some() {
            self.unposted.extend(photos);
        }
    }

    /// Forgets every photo without an answer.
    pub fn cancel(&mut self) {
        self.unanswered.clear();
        self.unposted.clear();
        self.post(&Command::Cancel);
    }

    /// Has a model used.
    pub fn use_model(&mut self, source: Source) {
        self.post(&source.command());
        self.next_models.push_back(source);
    }

    /// Has the photos of another set looked at.
    pub fn look_at(&mut self, photos: Vec<(String, File)>) {
        self.post(&Command::Training(TrainingCommand::ForgetPhotos));
        self.set = SetPhotos::new(self.set.number.wrapping_add(1), photos);
        self.order = None;
    }

    /// Begins a run once the engine knows the photos of the set.
    pub fn train(&mut self, command: TrainingCommand) {
        self.training = true;
        self.order = Some(command);
    }

    /// Takes note of an event and passes it on. True where a new engine is needed.
    pub fn heed(&mut self, event: Event, settings: &Settings, events: &mut Vec<Event>) -> bool {
        match &event {
            Event::Listening => {
                self.brief(settings);
                return false;
            }
            Event::Ready { device, .. } => {
                if let Some(engine) = &mut self.engine {
                    engine.ready = true;
                }
                if !device.webgpu {
                    self.device = DeviceChoice::Cpu;
                    self.reason = device.reason.clone();
                }
            }
            Event::DeviceLost { message } if self.device == DeviceChoice::Best => {
                let message = message.clone();
                self.break_off(&message, events);
                self.end_engine();
                self.fall_back(message);
                events.push(event);
                return true;
            }
            Event::DeviceLost { message } => return self.mourn(message.clone(), events),
            Event::Failed { message } if self.engine.as_ref().is_some_and(|engine| engine.ready) => {
                return self.mourn(message.clone(), events);
            }
            Event::Failed { message } => {
                self.break_off(message, events);
                self.end_engine();
            }
            Event::Prediction { id, .. } | Event::PhotoFailed { id, .. } => {
                self.unanswered.remove(id);
                self.fruitless = 0;
            }
            Event::ModelLoaded { .. } => {
                if let Some(model) = self.next_models.pop_front() {
                    self.model = model;
                }
            }
            Event::ModelRefused { .. } => drop(self.next_models.pop_front()),
            // It was on its way while the visitor chose another set.
            Event::Training(TrainingEvent::Looked { set, .. }) if *set != self.set.number => return false,
            Event::Training(event) => self.heed_training(event),
            _ => {}
        }
        events.push(event);
        false
    }

    fn heed_training(&mut self, event: &TrainingEvent) {
        match event {
            TrainingEvent::Looked { path, .. } => {
                self.set.looked_at(path);
                self.fruitless = 0;
            }
            TrainingEvent::Epoch { .. } => self.fruitless = 0,
            TrainingEvent::Refused(_) | TrainingEvent::Finished(_) | TrainingEvent::Failed(_) => self.training = false,
            _ => {}
        }
    }

    /// Decides what follows an engine's death. True where a new engine is needed.
    pub fn mourn(&mut self, cause: String, events: &mut Vec<Event>) -> bool {
        let (listened, ready) = self.engine.as_ref().map_or((false, false), |engine| (engine.listens, engine.ready));
        let trained = self.training;
        self.break_off(&cause, events);
        self.end_engine();
        if !listened {
            let message = t!("bridge.not_loaded", reason = cause).into();
            events.push(Event::Failed { message });
            return false;
        }
        if !self.next_models.is_empty() {
            self.next_models.clear();
            let message = t!("bridge.stopped_reading").into();
            events.push(Event::ModelRefused { message });
        } else if self.device == DeviceChoice::Best {
            let message = t!("bridge.stopped_on_gpu", reason = cause).into_owned();
            self.fall_back(message.clone());
            events.push(Event::DeviceLost { message });
        } else if ready && (trained || self.set.has_new()) {
            // A run is gone on with when the visitor says so, and the photos that were looked at are done.
        } else if ready && let Some((id, _)) = self.unanswered.pop_first() {
            let message = t!("bridge.stopped_reading_photo").into();
            events.push(Event::PhotoFailed { id, message });
        } else {
            self.fruitless = FRUITLESS_ENGINES;
        }
        self.fruitless += 1;
        if self.fruitless > FRUITLESS_ENGINES {
            let message = t!("bridge.cannot_go_on", reason = cause).into();
            events.push(Event::Failed { message });
            return false;
        }
        true
    }

    /// Says that the run under way ended with its engine.
    fn break_off(&mut self, cause: &str, events: &mut Vec<Event>) {
        if mem::take(&mut self.training) {
            let message = t!("bridge.stopped", reason = cause).into();
            events.push(Event::Training(TrainingEvent::Failed(message)));
        }
    }

    fn fall_back(&mut self, reason: String) {
        self.device = DeviceChoice::Cpu;
        self.reason = Some(reason);
    }

    /// Ends the engine; what it said last and nobody heard is void, since the next one answers the same photos.
    fn end_engine(&mut self) {
        self.engine = None;
        self.inbox.clear();
        self.unposted.clear();
        self.order = None;
    }

    /// Tells a new engine everything it has to do.
    fn brief(&mut self, settings: &Settings) {
        let Some(engine) = &mut self.engine else { return };
        engine.listens = true;
        self.post(&Command::Start {
            device: self.device,
            reason: self.reason.clone(),
            model_url: settings.model_url.clone(),
            decoder_url: settings.decoder_url.clone(),
        });
        let model = mem::replace(&mut self.model, Source::Shipped);
        let wanted = self.next_models.pop_back().unwrap_or(model);
        self.next_models.clear();
        if !matches!(wanted, Source::Shipped) {
            self.use_model(wanted);
        }
        self.unposted = self.unanswered.iter().map(|(&id, file)| (id, file.clone())).collect();
        self.set.start_over();
    }

    /// Tells the engine of the next few photos, at most `count` of each kind, and of the run once it knows them.
    pub fn post_photos(&mut self, count: usize) {
        if self.listener().is_none() {
            return;
        }
        let count_to_classify = self.unposted.len().min(count);
        let photos: Vec<_> = self
            .unposted
            .drain(..count_to_classify)
            .map(|(id, file)| PhotoToClassify { id, file: FileHandle(file) })
            .collect();
        if !photos.is_empty() {
            self.post(&Command::Classify { photos });
        }
        if let Some(helping) = self.set.helping(count) {
            self.post(&Command::Training(helping));
        } else if let Some(order) = self.order.take() {
            self.post(&Command::Training(order));
        }
    }

    /// Whether there is something to hear or to tell.
    pub fn has_more(&self) -> bool {
        let to_tell = !self.unposted.is_empty() || !self.set.is_posted() || self.order.is_some();
        !self.inbox.is_empty() || (to_tell && self.listener().is_some())
    }

    /// The engine, once it listens.
    fn listener(&self) -> Option<&Engine> {
        self.engine.as_ref().filter(|engine| engine.listens)
    }

    /// Posts a command; an engine that does not listen yet is briefed on everything once it does.
    pub fn post(&self, command: &Command) {
        if let Some(engine) = self.listener() {
            engine.post(command);
        }
    }
}
