//! The engine: a worker that owns the device and the model.
//!
//! Commands that only touch the queue of photos or the run under way are done as they arrive, in the middle of a batch
//! too. All others become [`Task`]s, done one after the other.

mod answering;
mod benchmark;
mod decoders;
mod download;
mod evaluation;
mod export;
mod hardware;
mod helpers;
mod import;
mod inspection;
mod model;
mod outbox;
mod pace;
mod photos;
mod pool;
mod ready;
#[cfg(feature = "gpu")]
mod shaders;
mod shelf;
mod stopwatch;
mod storage;
mod tasks;
mod training;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use rust_i18n::t;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use self::decoders::Decoders;
use self::evaluation::Evaluator;
use self::hardware::Hardware;
use self::inspection::Inspector;
use self::outbox::post;
use self::photos::{Photos, Purpose};
use self::ready::{Begun, Ready};
use self::tasks::{Engine, Task};
use self::training::Training;
use crate::language::speak_all;
use crate::web::js;
use crate::web::protocol::{Command, Event};

/// What hears commands.
struct Ear {
    tasks: UnboundedSender<Task>,
    decoders: Decoders,
    photos: Photos,
    training: Training,
    inspector: Inspector,
    evaluator: Evaluator,
}

/// The program of the engine worker, and of its helpers.
pub fn run() {
    if helpers::is_wanted() {
        return helpers::run();
    }
    speak_all();
    outbox::report_panics();
    #[cfg(feature = "gpu")]
    shaders::take();
    let (tasks, turns) = unbounded();
    let decoders = Decoders::default();
    // index.html, which starts the first engine, names it after the weights that it will be asked for, and the decoder.
    let begun = js::scope().name().split_once(' ').map(|(model_url, decoder)| {
        decoders.find(decoder.to_owned());
        decoders.warm_up(1);
        Begun::new(model_url.to_owned())
    });
    let to_classify = Purpose { task: || Task::Classify, failure: |id, message| Event::PhotoFailed { id, message } };
    let photos = Photos::new(decoders.clone(), tasks.clone(), to_classify);
    let training = Training::new(decoders.clone(), photos.clone());
    let inspector = Inspector::new(decoders.clone(), tasks.clone());
    let evaluator = Evaluator::new(decoders.clone(), tasks.clone());
    spawn_local(serve(turns, begun, photos.clone(), training.clone(), evaluator.clone()));
    let ear = Ear { tasks, decoders, photos, training, inspector, evaluator };
    let hear =
        Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            match serde_wasm_bindgen::from_value(message.data()) {
                Ok(command) => ear.obey(command),
                Err(error) => {
                    post(&Event::Failed { message: t!("engine.other_version_because", reason = error).into() })
                }
            }
        });
    js::scope().set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    post(&Event::Listening);
}

impl Ear {
    fn obey(&self, command: Command) {
        let task = match command {
            Command::Start { device, reason, model_url, decoder_url } => {
                self.decoders.find(decoder_url);
                self.decoders.warm_up(1);
                Task::Start { device, reason, model_url }
            }
            Command::Classify { photos } => return self.photos.add(photos),
            Command::Cancel => {
                self.photos.forget();
                post(&Event::Cancelled);
                // There is nothing to answer any more, and helpers are let go.
                Task::Classify
            }
            Command::LoadModel { files } => Task::LoadModel(files),
            Command::ExportModel => Task::ExportModel,
            Command::Measure(order) => Task::Measure(order),
            Command::Evaluate(command) => return self.evaluator.heed(command),
            Command::Inspect(command) => return self.inspector.heed(command),
            Command::Training(command) => match self.training.heed(command) {
                Some(command) => Task::Training(command),
                None => return,
            },
        };
        // Without a receiver the engine has already said that it cannot go on.
        let _ = self.tasks.unbounded_send(task);
    }
}

/// Does the tasks in turn. Without a model, when the start has failed, there is nothing to do.
async fn serve(
    mut tasks: UnboundedReceiver<Task>,
    begun: Option<Begun>,
    photos: Photos,
    training: Training,
    evaluator: Evaluator,
) {
    let Some(Task::Start { device, reason, model_url }) = tasks.next().await else {
        return post(&Event::Failed { message: t!("engine.before_start").into() });
    };
    let ready = match begun.filter(|begun| begun.is(device, &model_url)) {
        Some(begun) => begun.ready(device, reason).await,
        None => Ready::new(Hardware::find(device, reason), &model_url).await,
    };
    let mut engine = match ready {
        Ok(ready) => Engine::start(ready, photos, training, evaluator),
        Err(message) => return post(&Event::Failed { message }),
    };
    while let Some(task) = tasks.next().await {
        engine.perform(task).await;
    }
}
