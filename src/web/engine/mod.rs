//! The engine: a worker that owns the device and the model.
//!
//! Commands that only touch the queue of photos are done as they arrive, in the middle of a batch too. All others become
//! [`Task`]s, done one after the other by [`serve`].

mod download;
mod hardware;
mod model;
mod outbox;
mod pace;
mod photos;
mod pool;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::join;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;
use web_time::Instant;

use self::hardware::Hardware;
use self::model::Model;
use self::outbox::post;
use self::pace::Pace;
use self::photos::Photos;
use crate::web::js;
use crate::web::protocol::{Command, DeviceChoice, Event, FileHandle};

/// What takes its turn.
enum Task {
    /// Bring up a device and the model at this URL.
    Start { device: DeviceChoice, reason: Option<String>, model_url: String },
    /// At least one photo is decoded.
    Classify,
    /// Use the model in these files.
    LoadModel(Vec<FileHandle>),
    /// Give the model as a file.
    ExportModel,
}

/// The program of the engine worker.
pub fn run() {
    outbox::report_panics();
    let (tasks, turns) = unbounded();
    let photos = Photos::new(tasks.clone());
    spawn_local(serve(turns, photos.clone()));
    let hear =
        Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            match serde_wasm_bindgen::from_value(message.data()) {
                Ok(command) => obey(command, &tasks, &photos),
                Err(error) => post(&Event::Failed {
                    message: format!("the page and its engine are of different versions ({error}); reload the page"),
                }),
            }
        });
    js::scope().set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    post(&Event::Listening);
}

fn obey(command: Command, tasks: &UnboundedSender<Task>, photos: &Photos) {
    let task = match command {
        Command::Start { device, reason, model_url, decoder_url } => {
            photos.decode_with(decoder_url);
            Task::Start { device, reason, model_url }
        }
        Command::Classify { photos: more } => return photos.add(more),
        Command::Cancel => {
            photos.forget();
            return post(&Event::Cancelled);
        }
        Command::LoadModel { files } => Task::LoadModel(files),
        Command::ExportModel => Task::ExportModel,
    };
    // Without a receiver the engine has already said that it cannot go on.
    let _ = tasks.unbounded_send(task);
}

/// Does the tasks in turn. Without a model, when the start has failed, there is nothing to do.
async fn serve(mut tasks: UnboundedReceiver<Task>, photos: Photos) {
    let Some(Task::Start { device, reason, model_url }) = tasks.next().await else {
        return post(&Event::Failed { message: "the engine was given work before its start; reload the page".into() });
    };
    let Some((hardware, mut model)) = start(device, reason, &model_url).await else {
        return;
    };
    let mut pace = Pace::default();
    while let Some(task) = tasks.next().await {
        match task {
            Task::Start { .. } => {}
            Task::Classify => classify(&photos, &model, &hardware, &mut pace).await,
            Task::LoadModel(files) => match Model::from_files(files, &hardware).await {
                Ok(loaded) => {
                    model = loaded;
                    post(&Event::ModelLoaded { device: model.device().clone(), model: model.report() });
                }
                Err(message) => post(&Event::ModelRefused { message }),
            },
            Task::ExportModel => match model.export() {
                Ok((name, blob)) => post(&Event::ModelFile { name, blob }),
                Err(message) => post(&Event::ExportFailed { message }),
            },
        }
    }
}

/// Stages 1 to 3: the weights and the device, each as soon as it comes, then the self-test.
async fn start(device: DeviceChoice, reason: Option<String>, model_url: &str) -> Option<(Hardware, Model)> {
    let (hardware, file) = join(Hardware::find(device, reason), download::model(model_url)).await;
    let file = match file {
        Ok(file) => file,
        Err(message) => {
            post(&Event::Failed { message });
            return None;
        }
    };
    let model = Model::new(download::file_name(model_url).into(), file, &hardware).await;
    let hardware = hardware.settle(model.device());
    post(&Event::Ready { device: model.device().clone(), model: model.report() });
    Some((hardware, model))
}

/// Answers one batch of the photos that are decoded.
async fn classify(photos: &Photos, model: &Model, hardware: &Hardware, pace: &mut Pace) {
    let Some(batch) = photos.next_batch(pace.batch()) else {
        return;
    };
    let start = Instant::now();
    let answers = model.probabilities(&batch.pixels).await;
    let share = start.elapsed() / batch.pixels.len() as u32;
    pace.took(share);
    if !photos.still_wanted(&batch) {
        return;
    }
    match answers {
        Ok(answers) => {
            for (photo, probabilities) in batch.photos.into_iter().zip(answers) {
                let milliseconds = photo.milliseconds + share.as_secs_f64() * 1e3;
                post(&Event::Prediction { id: photo.id, probabilities, thumbnail: photo.thumbnail, milliseconds });
            }
        }
        // The page starts an engine on the CPU, which answers these photos.
        Err(error) if model.device().webgpu => hardware.condemn(error.to_string()),
        Err(error) => {
            for photo in batch.photos {
                post(&Event::PhotoFailed { id: photo.id, message: error.to_string() });
            }
        }
    }
    // The network on the CPU never waits for anything: without this, no message would arrive before the last photo.
    TimeoutFuture::new(0).await;
}
