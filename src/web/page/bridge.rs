//! The life of the engine's worker: started, spoken to, and replaced when it dies.
//!
//! A GPU can be lost, and a program that panics in a worker is gone for good. Both end the worker; a new one starts on
//! the CPU and is given the model in use, the photos to train on and every photo that has no answer yet.

mod life;
mod model;
mod set;

use std::{cell::RefCell, mem, rc::Rc, time::Duration};

use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use web_time::Instant;

use self::life::Life;
use super::{
    adapter,
    browser::pause,
    engine::{Engine, News},
};
use crate::language::in_all;
use crate::web::protocol::{
    Command, DeviceChoice, Event, PhotoId, benchmark::Order, evaluation::EvaluationCommand,
    inspection::InspectionCommand, training::TrainingCommand,
};

pub use self::model::Source;

/// Events handed to the page and photos handed to the engine at a time, and the least pause from one time to the next: the
/// page stays quick to the touch.
const SLICE: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);
/// The least pause after answers to photos, unless more are there already: to show each by itself takes time from those who
/// find the others.
const PAUSE_AFTER_ANSWERS: Duration = Duration::from_millis(100);

/// Where the programs and the weights are (absolute URLs), and which devices may be used.
#[derive(Clone)]
pub struct Settings {
    /// The loader script of the engine.
    pub engine_url: String,
    /// That of the engine which knows the CPU alone, and is here the sooner.
    pub cpu_engine_url: String,
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

impl Bridge {
    /// Starts an engine; `on_events` hears what it says, a few events at a time.
    pub fn start(settings: Settings, on_events: impl Fn(Vec<Event>) + 'static) -> Rc<Self> {
        let life = RefCell::new(Life::new(&settings));
        let bridge = Rc::new(Self { settings, life, on_events: Box::new(on_events) });
        bridge.launch();
        bridge
    }

    /// Starts over after the engine gave up.
    pub fn try_again(self: &Rc<Self>) {
        self.life.borrow_mut().start_over(&self.settings);
        self.launch();
    }

    /// Has photos classified, now or as soon as an engine is ready.
    pub fn classify(self: &Rc<Self>, photos: Vec<(PhotoId, File)>) {
        let mut life = self.life.borrow_mut();
        // The first ones go at once.
        let waits = life.has_more();
        life.classify(photos);
        if !waits {
            life.post_photos(SLICE);
        }
        self.schedule(&mut life);
    }

    /// Forgets every photo without an answer.
    pub fn cancel(&self) {
        self.life.borrow_mut().cancel();
    }

    /// Has a model used.
    pub fn use_model(&self, source: Source) {
        self.life.borrow_mut().use_model(source);
    }

    /// Asks for the model in use as a file.
    pub fn export_model(&self) {
        self.life.borrow().post(&Command::ExportModel);
    }

    /// Has photos answered by a model of the page's choice. An engine that does not listen yet is not asked.
    pub fn evaluate(&self, command: EvaluationCommand) {
        self.life.borrow().post(&Command::Evaluate(command));
    }

    /// Asks what is inside the network. An engine that does not listen yet is not asked.
    pub fn inspect(&self, command: InspectionCommand) {
        self.life.borrow().post(&Command::Inspect(command));
    }

    /// Asks for something to be measured.
    pub fn measure(&self, order: Order) {
        self.life.borrow().post(&Command::Measure(order));
    }

    /// Has these photos looked at, by their paths, as the set to train on in place of any other.
    pub fn look_at(self: &Rc<Self>, photos: Vec<(String, File)>) {
        let mut life = self.life.borrow_mut();
        life.look_at(photos);
        self.schedule(&mut life);
    }

    /// Begins a run or goes on with one, as soon as the engine knows the photos of the set.
    pub fn train(self: &Rc<Self>, command: TrainingCommand) {
        let mut life = self.life.borrow_mut();
        life.train(command);
        self.schedule(&mut life);
    }

    /// Tells the engine something about the run under way or about the kept models.
    pub fn tell(&self, command: TrainingCommand) {
        self.life.borrow().post(&Command::Training(command));
    }

    fn launch(self: &Rc<Self>) {
        let bridge = Rc::clone(self);
        spawn_local(async move {
            let Settings { engine_url, cpu_engine_url, .. } = &bridge.settings;
            let may_use_gpu = bridge.life.borrow().may_use_gpu();
            let url = if may_use_gpu && adapter::may_be_there().await { engine_url } else { cpu_engine_url };
            let hears = Rc::clone(&bridge);
            match Engine::start(url, move |news| hears.receive(news)) {
                Ok(engine) => bridge.life.borrow_mut().engine = Some(engine),
                Err(error) => bridge.receive(News::Died(format!("{error:?}"))),
            }
        });
    }

    fn receive(self: &Rc<Self>, news: News) {
        let mut life = self.life.borrow_mut();
        life.inbox.push_back(news);
        self.schedule(&mut life);
    }

    fn schedule(self: &Rc<Self>, life: &mut Life) {
        if !mem::replace(&mut life.delivery_due, true) {
            let bridge = Rc::clone(self);
            let rest = life.pause.saturating_sub(life.last_delivery.elapsed());
            spawn_local(async move {
                pause(rest).await;
                bridge.deliver();
            });
        }
    }

    fn deliver(self: &Rc<Self>) {
        let mut events = Vec::new();
        let mut relaunch = false;
        {
            let mut life = self.life.borrow_mut();
            life.delivery_due = false;
            life.last_delivery = Instant::now();
            for _ in 0..SLICE {
                match life.inbox.pop_front() {
                    // What is said of an engine's end is to be shown as what engines say.
                    Some(News::Event(event)) => {
                        relaunch |= in_all(|| life.heed(*event, &self.settings, &mut events));
                    }
                    Some(News::Died(message)) => relaunch |= in_all(|| life.mourn(message, &mut events)),
                    None => break,
                }
            }
            life.post_photos(SLICE);
            let is_answer = |event: &Event| matches!(event, Event::Prediction { .. } | Event::PhotoFailed { .. });
            life.pause = PAUSE;
            if life.has_more() {
                self.schedule(&mut life);
            } else if events.iter().any(is_answer) {
                life.pause = PAUSE_AFTER_ANSWERS;
            }
        }
        if relaunch {
            events.push(Event::Downloading { received: 0, total: None });
            self.launch();
        }
        (self.on_events)(events);
    }
}
