//! What the page knows, and how the engine's events change it.

use std::{collections::HashMap, rc::Rc, sync::Arc, time::Duration};

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::JsValue;
use web_sys::File;
use web_time::Instant;

use super::{
    benchmark,
    bridge::{Bridge, Settings, Source},
    browser::{address_parameter, root_url, save},
    evaluate::state::Evaluation,
    inside::state::Inside,
    intake::Found,
    language::{self, Saying, silence},
    profile::{self, Measurements},
    thumbnails::Thumbnails,
    train::state::{Phase, Training},
    view::View,
};
use crate::{
    language::{Language, Text, Told},
    results::{Answer, AnsweringModel, Filter, Order, Outcome, PhotoId, Results},
    web::{
        protocol::{
            DeviceChoice, DeviceReport, Event, ModelReport,
            benchmark::{Measured, Order as BenchmarkOrder},
            training::{ModelChoice, ModelId},
        },
        thumbnail::Thumbnail,
    },
    words::photos,
};

/// The bridge to the engine, shared by everything that speaks to it.
pub type SharedBridge = StoredValue<Option<Rc<Bridge>>, LocalStorage>;

/// How far the engine is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The weights are on their way.
    Downloading { received: u64, total: Option<u64> },
    /// The device is brought up and tested.
    Preparing,
    /// Photos can be classified.
    Ready,
    /// It cannot go on: cause and remedy.
    Failed(Told),
}

/// The time that the photos at work take, to tell their rate.
#[derive(Clone, Copy)]
pub struct Batch {
    started: Instant,
    /// Photos done since.
    pub done: usize,
    /// How long that took until the last one.
    pub elapsed: Duration,
}

/// Everything the components share; they find it with `expect_context`.
#[derive(Clone, Copy)]
pub struct Page {
    /// The language that it is in.
    pub language: RwSignal<Language>,
    /// What the visitor is about.
    pub view: RwSignal<View>,
    /// Training, and the models that come of it.
    pub training: Training,
    /// The network's inside.
    pub inside: Inside,
    /// Holding models against photos.
    pub evaluation: Evaluation,
    /// How far the engine is.
    pub stage: RwSignal<Stage>,
    /// Whether only the CPU may be used: asked for in the address, or the GPU was lost.
    pub cpu_only: RwSignal<bool>,
    /// The device in use.
    pub device: RwSignal<Option<DeviceReport>>,
    /// The model in use.
    pub model: RwSignal<Option<ModelReport>>,
    /// Which of the models that is.
    pub model_in_use: RwSignal<Option<ModelChoice>>,
    /// The model that came with the page, once it is here.
    pub shipped_model: RwSignal<Option<ModelReport>>,
    /// The photos.
    pub results: RwSignal<Results>,
    /// The rate at which they are answered.
    pub batch: RwSignal<Batch>,
    /// How the list is ordered.
    pub order: RwSignal<Order>,
    /// What the list shows.
    pub filter: RwSignal<Filter>,
    /// How many photos are about to join the list.
    pub coming: RwSignal<usize>,
    /// The last thing worth telling; read aloud by screen readers.
    pub notice: RwSignal<Saying>,
    /// What went wrong with the last model file.
    pub model_trouble: RwSignal<Option<Told>>,
    /// What the parts of the network take.
    pub profile: RwSignal<Measurements>,
    answering: StoredValue<Option<Arc<AnsweringModel>>>,
    thumbnails: Thumbnails<PhotoId>,
    files: StoredValue<HashMap<PhotoId, File>, LocalStorage>,
    given_up: StoredValue<u32>,
    bridge: SharedBridge,
}

impl Page {
    /// A page whose engine starts.
    pub fn start() -> Self {
        let language = language::at_start();
        language.speak();
        let language = RwSignal::new(language);
        let settings = settings();
        let bridge = StoredValue::new_local(None);
        let page = Self {
            language,
            view: RwSignal::new(View::of_address()),
            training: Training::new(bridge, language),
            inside: Inside::new(bridge),
            evaluation: Evaluation::new(bridge),
            stage: RwSignal::new(Stage::Downloading { received: 0, total: None }),
            cpu_only: RwSignal::new(settings.device == DeviceChoice::Cpu),
            device: RwSignal::new(None),
            model: RwSignal::new(None),
            model_in_use: RwSignal::new(Some(ModelChoice::Shipped)),
            shipped_model: RwSignal::new(None),
            results: RwSignal::new(Results::default()),
            batch: RwSignal::new(Batch::new()),
            order: RwSignal::new(Order::default()),
            filter: RwSignal::new(Filter::default()),
            coming: RwSignal::new(0),
            notice: RwSignal::new(silence()),
            model_trouble: RwSignal::new(None),
            profile: RwSignal::new(Vec::new()),
            answering: StoredValue::new(None),
            thumbnails: Thumbnails::new(),
            files: StoredValue::new_local(HashMap::new()),
            given_up: StoredValue::new(0),
            bridge,
        };
        page.bridge.set_value(Some(Bridge::start(settings, move |events| page.apply(events))));
        page
    }

    /// Tells the visitor something.
    pub fn tell(self, saying: impl Fn() -> Text + Send + Sync + 'static) {
        self.notice.set(Arc::new(saying));
    }

    /// Adds photos to the list and has them classified.
    pub fn classify(self, found: Vec<Found>) {
        if self.results.with_untracked(|results| results.counts().waiting == 0) {
            self.batch.set(Batch::new());
        }
        let mut photos = Vec::with_capacity(found.len());
        self.results.update(|results| {
            for Found { file, path } in found {
                photos.push((results.add(file.name(), path), file));
            }
        });
        self.files.update_value(|files| files.extend(photos.iter().cloned()));
        self.with_bridge(|bridge| bridge.classify(photos));
    }

    /// Forgets the photos without an answer, and those that are about to join them.
    pub fn cancel(self) {
        self.give_up();
        let dropped = self.results.try_update(Results::drop_waiting).unwrap_or_default() + self.coming.get_untracked();
        self.tell(move || t!("classify.cancelled", photos = photos(dropped)));
    }

    /// Forgets all photos.
    pub fn clear(self) {
        self.give_up();
        self.results.update(Results::clear);
        self.filter.set(Filter::All);
        self.files.update_value(HashMap::clear);
        self.thumbnails.clear();
        self.tell(|| t!("classify.cleared"));
    }

    /// How often the visitor gave up what was under way: photos that are being added then are not wanted any more.
    pub fn given_up(self) -> u32 {
        self.given_up.get_value()
    }

    fn give_up(self) {
        self.given_up.update_value(|times| *times += 1);
        self.with_bridge(|bridge| bridge.cancel());
    }

    /// Has the model in these files used.
    pub fn load_model(self, files: Vec<File>) {
        self.model_trouble.set(None);
        self.tell(|| t!("classify.reading_model"));
        self.with_bridge(|bridge| bridge.use_model(Source::Files(files)));
    }

    /// Has the model used that came with the page, or one that is kept here.
    pub fn use_model(self, source: Source) {
        self.model_trouble.set(None);
        self.tell(|| t!("classify.reading_model"));
        self.with_bridge(|bridge| bridge.use_model(source));
    }

    /// Gives the classes of a kept model other names.
    pub fn name_classes(self, id: ModelId, classes: Vec<String>) {
        self.training.name_classes(id.clone(), classes);
        let choice = Some(ModelChoice::Kept(id.clone()));
        if self.model_in_use.get_untracked() == choice {
            self.use_model(Source::Kept(id));
        }
    }

    /// Has the model in use saved as a file.
    pub fn export_model(self) {
        self.with_bridge(|bridge| bridge.export_model());
    }

    /// Starts over after the engine gave up.
    pub fn try_again(self) {
        self.stage.set(Stage::Downloading { received: 0, total: None });
        self.with_bridge(Bridge::try_again);
    }

    /// What the property `src` is for a photo's thumbnail, where it has one.
    pub fn thumbnail(self, id: PhotoId) -> Option<JsValue> {
        self.thumbnails.src(&id)
    }

    /// Looks at what the network makes of a photo of the list.
    pub fn look_inside(self, id: PhotoId) {
        if let Some(photo) = self.files.with_value(|files| files.get(&id).cloned()) {
            self.inside.inspect(photo);
            View::Inside.show();
        }
    }

    /// Has something measured.
    pub fn measure(self, order: BenchmarkOrder) {
        self.with_bridge(|bridge| bridge.measure(order));
    }

    pub(super) fn with_bridge(self, action: impl FnOnce(&Rc<Bridge>)) {
        self.bridge.with_value(|bridge| bridge.as_ref().map(action));
    }

    fn apply(self, events: Vec<Event>) {
        let mut settled = Vec::new();
        let mut training = Vec::new();
        for event in events {
            match event {
                Event::Training(event) => training.push(event),
                Event::Prediction { id, probabilities, sure, thumbnail, milliseconds } => {
                    settled.push((id, self.outcome(probabilities, sure, milliseconds), Some(thumbnail)));
                }
                Event::PhotoFailed { id, message } => settled.push((id, Outcome::Failed(message.into()), None)),
                other => {
                    // What is settled so far was settled before this event.
                    self.settle(std::mem::take(&mut settled));
                    self.apply_state(other);
                }
            }
        }
        self.settle(settled);
        self.training.apply(training);
        self.follow_name();
    }

    /// The model in use may have been given another name.
    fn follow_name(self) {
        let Some(ModelChoice::Kept(id)) = self.model_in_use.get_untracked() else { return };
        let name = self
            .training
            .models
            .with_untracked(|models| models.iter().find(|model| model.id == id).map(|model| model.name.clone()));
        let has_another =
            |name: &String| self.model.with_untracked(|model| model.as_ref().is_some_and(|model| model.name != *name));
        if let Some(name) = name.filter(has_another) {
            self.model.update(|model| {
                if let Some(model) = model {
                    model.name = name;
                }
            });
        }
    }

    fn apply_state(self, event: Event) {
        match event {
            Event::Downloading { received, total } => {
                self.device.set(None);
                self.stage.set(Stage::Downloading { received, total });
            }
            Event::Preparing => self.stage.set(Stage::Preparing),
            Event::Ready { device, model } => {
                self.shipped_model.set(Some(model.clone()));
                self.take_model(device, model, ModelChoice::Shipped);
                self.evaluation.go_on();
                self.batch.set(Batch::new());
                self.stage.set(Stage::Ready);
                self.tell(|| t!("classify.ready"));
            }
            Event::Failed { message } => {
                self.device.set(None);
                self.notice.set(silence());
                let message = Told::from(message);
                self.inside.fail(&message);
                self.evaluation.fail(&message);
                self.stage.set(Stage::Failed(message));
            }
            Event::DeviceLost { message } => {
                self.cpu_only.set(true);
                let message = Told::from(message);
                self.tell(move || t!("classify.goes_on_with_cpu", reason = message));
            }
            Event::ModelLoaded { device, model, choice } => {
                let name = model.name.clone();
                self.tell(move || t!("classify.model_in_use", name = name));
                // A new engine loads the model too; that is no news, other than that the run broke off.
                if self.training.phase.get_untracked() != Phase::Failed {
                    let name = model.name.clone();
                    self.training.mention(move || t!("train.classified_with", name = name));
                }
                self.take_model(device, model, choice);
            }
            Event::ModelRefused { message } => {
                let message = Told::from(message);
                self.tell(|| t!("classify.model_not_loaded"));
                self.model_trouble.set(Some(message.clone()));
                self.training.complain(move || t!("train.model_not_loaded", reason = message));
            }
            Event::ModelFile { name, blob } => match save(&blob, &name) {
                Ok(()) => self.tell(move || t!("classify.model_saved", name = name)),
                Err(_) => self.tell(|| t!("classify.model_not_saved")),
            },
            Event::ExportFailed { message } => {
                let message = Told::from(message);
                self.tell(move || t!("classify.model_not_downloaded", reason = message));
            }
            Event::Evaluation(event) => self.evaluation.apply(event),
            Event::Inspection(event) => self.inside.apply(event),
            Event::Measured(Measured::Parts(parts)) if profile::is_wanted() => {
                self.profile.update(|measured| measured.push(parts));
            }
            Event::Measured(measured) => benchmark::answer(&measured),
            // The bridge hears the first; the list was rid of the photos when they were cancelled; `apply` has the rest.
            Event::Listening
            | Event::Cancelled
            | Event::Prediction { .. }
            | Event::PhotoFailed { .. }
            | Event::Training(_) => {}
        }
    }

    fn take_model(self, device: DeviceReport, model: ModelReport, choice: ModelChoice) {
        let answering = AnsweringModel { name: model.name.clone(), classes: model.classes.clone() };
        self.answering.set_value(Some(Arc::new(answering)));
        self.cpu_only.set(!device.webgpu);
        self.device.set(Some(device));
        self.model.set(Some(model));
        self.inside.outdate();
        self.model_in_use.set(Some(choice));
    }

    fn outcome(self, probabilities: Vec<f32>, sure: bool, milliseconds: f64) -> Outcome {
        let answer = self.answering.with_value(|model| Answer::new(model.as_ref()?, probabilities, sure, milliseconds));
        answer.map_or_else(|| Outcome::Failed(Told::of(|| t!("classify.no_fit"))), Outcome::Answered)
    }

    fn settle(self, settled: Vec<(PhotoId, Outcome, Option<Thumbnail>)>) {
        if settled.is_empty() {
            return;
        }
        let mut done = 0;
        self.results.update(|results| {
            for (id, outcome, thumbnail) in settled {
                // A photo that was cancelled in the meantime is not in the list, and needs no thumbnail.
                if results.settle(id, outcome) {
                    done += 1;
                    if let Some(thumbnail) = thumbnail {
                        self.thumbnails.insert(id, thumbnail);
                    }
                }
            }
        });
        self.batch.update(|batch| batch.count(done));
        let counts = self.results.with_untracked(Results::counts);
        if counts.waiting == 0 && done > 0 {
            let (total, failed) = (counts.total(), counts.failed);
            self.tell(move || match failed {
                0 => t!("classify.done", photos = photos(total)),
                _ => t!("classify.done_some_failed", photos = photos(total), failed = failed),
            });
        }
    }
}

impl Batch {
    fn new() -> Self {
        Self { started: Instant::now(), done: 0, elapsed: Duration::ZERO }
    }

    fn count(&mut self, done: usize) {
        self.done += done;
        self.elapsed = self.started.elapsed();
    }

    /// Photos a second, once there are enough to tell.
    pub fn rate(&self) -> Option<f64> {
        (self.done > 2 && !self.elapsed.is_zero()).then(|| self.done as f64 / self.elapsed.as_secs_f64())
    }
}

fn settings() -> Settings {
    let cpu = address_parameter("device").as_deref() == Some("cpu");
    Settings {
        engine_url: root_url("engine", "engine_loader.js"),
        cpu_engine_url: root_url("engine_cpu", "engine_cpu_loader.js"),
        decoder_url: root_url("decoder", "decoder_loader.js"),
        model_url: root_url("model", "models/flowers.safetensors"),
        device: if cpu { DeviceChoice::Cpu } else { DeviceChoice::Best },
        reason: cpu.then(|| Told::of(|| t!("device.asked_for")).into_all()),
    }
}
