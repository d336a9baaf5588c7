//! The life of the engine's worker: started, spoken to, and replaced when it dies.
//!
//! A GPU can be lost, and a program that panics in a worker is gone for good. Both end the worker; a new one starts on
//! the CPU and is given the visitor's model and every photo that has no answer yet.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    mem,
    rc::Rc,
    time::Duration,
};

use leptos::prelude::set_timeout;
use web_sys::File;

use super::engine::{Engine, News};
use crate::web::protocol::{Command, DeviceChoice, Event, FileHandle, PhotoId, PhotoToClassify};

/// Engines in a row that may die without having answered a photo.
const FRUITLESS_ENGINES: u32 = 3;
/// Events handed to the page and photos handed to the engine at a time, and the pause before the next ones: the page
/// stays quick to the touch, and a timer, unlike an animation frame, also runs in a hidden tab.
const SLICE: usize = 20;
const PAUSE: Duration = Duration::from_millis(30);

/// Where the programs and the weights are (absolute URLs), and which devices may be used.
#[derive(Clone)]
pub struct Settings {
    /// The engine's loader script.
    pub engine_url: String,
    /// The decoder's loader script.
    pub decoder_url: String,
    /// The weights.
    pub model_url: String,
    /// Which devices may be used.
    pub device: DeviceChoice,
    /// Why it is the CPU, where that is asked for.
    pub reason: Option<String>,
}

/// Speaks to the engine, whichever worker that is at the moment.
pub struct Bridge {
    settings: Settings,
    life: RefCell<Life>,
    on_events: Box<dyn Fn(Vec<Event>)>,
}

struct Life {
    device: DeviceChoice,
    reason: Option<String>,
    engine: Option<Engine>,
    fruitless: u32,
    /// Photos without an answer, for the next engine if this one dies.
    unanswered: BTreeMap<PhotoId, File>,
    /// Those of them that this engine has yet to be told of: copying a file's handle takes a third of a millisecond.
    unposted: VecDeque<(PhotoId, File)>,
    /// The files of the visitor's model in use, and of the one on its way to being used.
    model: Vec<File>,
    next_model: Vec<File>,
    inbox: VecDeque<News>,
    delivery_due: bool,
}

impl Bridge {
    /// Starts an engine; `on_events` hears what it says, a few events at a time.
    pub fn start(settings: Settings, on_events: impl Fn(Vec<Event>) + 'static) -> Rc<Self> {
        let life = Life {
            device: settings.device,
            reason: settings.reason.clone(),
            engine: None,
            fruitless: 0,
            unanswered: BTreeMap::new(),
            unposted: VecDeque::new(),
            model: Vec::new(),
            next_model: Vec::new(),
            inbox: VecDeque::new(),
            delivery_due: false,
        };
        let bridge = Rc::new(Self { settings, life: RefCell::new(life), on_events: Box::new(on_events) });
        bridge.launch();
        bridge
    }

    /// Starts over after the engine gave up.
    pub fn try_again(self: &Rc<Self>) {
        {
            let mut life = self.life.borrow_mut();
            life.device = self.settings.device;
            life.reason = self.settings.reason.clone();
            life.fruitless = 0;
        }
        self.launch();
    }

    /// Has photos classified, now or as soon as an engine is ready.
    pub fn classify(self: &Rc<Self>, photos: Vec<(PhotoId, File)>) {
        let mut life = self.life.borrow_mut();
        life.unanswered.extend(photos.iter().cloned());
        if life.listener().is_some() {
            life.unposted.extend(photos);
            self.schedule(&mut life);
        }
    }

    /// Forgets every photo without an answer.
    pub fn cancel(&self) {
        let mut life = self.life.borrow_mut();
        life.unanswered.clear();
        life.unposted.clear();
        life.post(&Command::Cancel);
    }

    /// Has the model in these files used.
    pub fn load_model(&self, files: Vec<File>) {
        let mut life = self.life.borrow_mut();
        life.post(&load_model(&files));
        life.next_model = files;
    }

    /// Asks for the model in use as a file.
    pub fn export_model(&self) {
        self.life.borrow().post(&Command::ExportModel);
    }

    fn launch(self: &Rc<Self>) {
        let bridge = Rc::clone(self);
        let engine = Engine::start(&self.settings.engine_url, move |news| bridge.receive(news));
        match engine {
            Ok(engine) => self.life.borrow_mut().engine = Some(engine),
            Err(error) => self.receive(News::Died(format!("{error:?}"))),
        }
    }

    fn receive(self: &Rc<Self>, news: News) {
        let mut life = self.life.borrow_mut();
        life.inbox.push_back(news);
        self.schedule(&mut life);
    }

    fn schedule(self: &Rc<Self>, life: &mut Life) {
        if !mem::replace(&mut life.delivery_due, true) {
            let bridge = Rc::clone(self);
            set_timeout(move || bridge.deliver(), PAUSE);
        }
    }

    fn deliver(self: &Rc<Self>) {
        let mut events = Vec::new();
        let mut relaunch = false;
        {
            let mut life = self.life.borrow_mut();
            life.delivery_due = false;
            for _ in 0..SLICE {
                match life.inbox.pop_front() {
                    Some(News::Event(event)) => relaunch |= life.heed(event, &self.settings, &mut events),
                    Some(News::Died(message)) => relaunch |= life.mourn(message, &mut events),
                    None => break,
                }
            }
            life.post_photos();
            if !life.inbox.is_empty() || !life.unposted.is_empty() {
                self.schedule(&mut life);
            }
        }
        if relaunch {
            events.push(Event::Downloading { received: 0, total: None });
            self.launch();
        }
        (self.on_events)(events);
    }
}

impl Life {
    /// Takes note of an event and passes it on. True where a new engine is needed.
    fn heed(&mut self, event: Event, settings: &Settings, events: &mut Vec<Event>) -> bool {
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
                self.end_engine();
                self.fall_back(message);
                events.push(event);
                return true;
            }
            Event::DeviceLost { message } => return self.mourn(message.clone(), events),
            Event::Failed { message } if self.engine.as_ref().is_some_and(|engine| engine.ready) => {
                return self.mourn(message.clone(), events);
            }
            Event::Failed { .. } => self.end_engine(),
            Event::Prediction { id, .. } | Event::PhotoFailed { id, .. } => {
                self.unanswered.remove(id);
                self.fruitless = 0;
            }
            Event::ModelLoaded { .. } if !self.next_model.is_empty() => self.model = mem::take(&mut self.next_model),
            Event::ModelRefused { .. } => self.next_model.clear(),
            _ => {}
        }
        events.push(event);
        false
    }

    /// Decides what follows an engine's death. True where a new engine is needed.
    fn mourn(&mut self, cause: String, events: &mut Vec<Event>) -> bool {
        let (listened, ready) = self.engine.as_ref().map_or((false, false), |engine| (engine.listens, engine.ready));
        self.end_engine();
        if !listened {
            let message = format!("The program could not be loaded ({cause}). Check the connection and try again.");
            events.push(Event::Failed { message });
            return false;
        }
        if !self.next_model.is_empty() {
            self.next_model.clear();
            let message = "the engine stopped while it read these files".to_owned();
            events.push(Event::ModelRefused { message });
        } else if self.device == DeviceChoice::Best {
            let message = format!("the engine stopped on the GPU ({cause})");
            self.fall_back(message.clone());
            events.push(Event::DeviceLost { message });
        } else if ready && let Some((id, _)) = self.unanswered.pop_first() {
            let message = "the engine stopped while it read this photo".to_owned();
            events.push(Event::PhotoFailed { id, message });
        } else {
            self.fruitless = FRUITLESS_ENGINES;
        }
        self.fruitless += 1;
        if self.fruitless > FRUITLESS_ENGINES {
            let message = format!("The engine stopped ({cause}) and cannot go on.");
            events.push(Event::Failed { message });
            return false;
        }
        true
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
        let model = if self.next_model.is_empty() { &self.model } else { &self.next_model };
        if !model.is_empty() {
            self.post(&load_model(model));
        }
        self.unposted = self.unanswered.iter().map(|(&id, file)| (id, file.clone())).collect();
    }

    /// Tells the engine of the next few photos.
    fn post_photos(&mut self) {
        let count = self.unposted.len().min(SLICE);
        let photos: Vec<_> =
            self.unposted.drain(..count).map(|(id, file)| PhotoToClassify { id, file: FileHandle(file) }).collect();
        if !photos.is_empty() {
            self.post(&Command::Classify { photos });
        }
    }

    /// The engine, once it listens.
    fn listener(&self) -> Option<&Engine> {
        self.engine.as_ref().filter(|engine| engine.listens)
    }

    /// Posts a command; an engine that does not listen yet is briefed on everything once it does.
    fn post(&self, command: &Command) {
        if let Some(engine) = self.listener() {
            engine.post(command);
        }
    }
}

fn load_model(files: &[File]) -> Command {
    Command::LoadModel { files: files.iter().cloned().map(FileHandle).collect() }
}
