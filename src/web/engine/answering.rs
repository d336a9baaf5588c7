//! How decoded photos get their answers: from the network in this worker, and on the CPU from helpers too.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::Uint8Array;
use wasm_bindgen_futures::spawn_local;
use web_time::{Duration, Instant};

use super::hardware::Hardware;
use super::helpers::{Helpers, Request};
use super::model::Model;
use super::pace::Pace;
use super::photos::{Batch, Photo, Photos};
use crate::predict::Prediction;
use crate::preprocess::Pixels;
use crate::web::js;

/// Photos in a queue from which on helpers are worth their start.
const MANY: usize = 24;

/// Tells the page of a photo: its answer and its share of the time that the network took, or why there is none.
pub type Tell = fn(Photo, Result<(Prediction, Duration), String>);

/// Answers photos.
pub struct Answering {
    pace: Pace,
    helpers: Helpers,
}

impl Answering {
    /// Nobody at work yet.
    pub fn new() -> Self {
        let helpers = Helpers::default();
        helpers.find(js::scope().location().href());
        Self { pace: Pace::default(), helpers }
    }

    /// Answers one batch of the photos that are decoded, and has helpers answer others.
    pub async fn answer(&mut self, photos: &Photos, model: &Rc<Model>, hardware: &Hardware, tell: Tell) {
        photos.heard();
        // First, so that photos are answered though all helpers fail.
        let Some(batch) = photos.next_batch(self.pace.batch()) else { return rest(&self.helpers, photos) };
        if !model.device().webgpu {
            self.share(photos, model, tell);
        }
        let start = Instant::now();
        let answers = model.predict(&batch.pixels).await;
        let share = start.elapsed() / batch.pixels.len() as u32;
        self.pace.took(share);
        match answers {
            // The page starts an engine on the CPU, which answers these photos.
            Err(error) if model.device().webgpu => hardware.condemn(error.to_string()),
            answers => tell_of(photos, batch, answers.map_err(|error| error.to_string()), share, tell),
        }
        if !model.device().webgpu {
            // The network on the CPU never waits for anything: without this, no message would arrive before the last photo.
            TimeoutFuture::new(0).await;
        }
        photos.call();
        rest(&self.helpers, photos);
    }

    /// Has helpers let go of their photos, which go back to the queue: another model is to answer them.
    pub fn let_go(&self) {
        self.helpers.end();
    }

    /// Gives helpers what they can take, where there is much. None waits for a helper that is not up yet, and may never be.
    fn share(&self, photos: &Photos, model: &Rc<Model>, tell: Tell) {
        if photos.count() >= MANY {
            self.helpers.warm_up(usize::MAX);
        }
        while self.helpers.room() > 0
            && let Ok(shared) = model.shared()
            && let Some(batch) = photos.next_batch(self.pace.batch())
        {
            let pixels: Vec<u8> = batch.pixels.iter().flat_map(Pixels::as_bytes).copied().collect();
            let request = Request { model: shared, pixels: Uint8Array::from(&pixels[..]) };
            let (helpers, photos) = (self.helpers.clone(), photos.clone());
            spawn_local(async move {
                match helpers.ask(request).await {
                    Ok(answers) => {
                        let share = Duration::from_secs_f64(answers.milliseconds / 1e3) / batch.photos.len() as u32;
                        tell_of(&photos, batch, Ok(answers.predictions), share, tell);
                    }
                    // The next one to answer does it; this worker says what is wrong if something is.
                    Err(_) => photos.give_back(batch),
                }
                photos.call();
                rest(&helpers, &photos);
            });
        }
    }
}

/// Ends the helpers that have nothing to do, once there is no photo that could be for them. The last one may be answered by
/// the engine.
fn rest(helpers: &Helpers, photos: &Photos) {
    if photos.is_empty() {
        helpers.rest();
    }
}

/// Tells the page of a batch, unless its photos are forgotten by now.
fn tell_of(photos: &Photos, batch: Batch, answers: Result<Vec<Prediction>, String>, share: Duration, tell: Tell) {
    if !photos.still_wanted(&batch) {
        return;
    }
    match answers {
        Ok(answers) => {
            batch.photos.into_iter().zip(answers).for_each(|(photo, answer)| tell(photo, Ok((answer, share))));
        }
        Err(message) => batch.photos.into_iter().for_each(|photo| tell(photo, Err(message.clone()))),
    }
}
