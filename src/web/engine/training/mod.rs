//! Training in the engine: the photos, the run that is under way, and the run that can be gone on with.
//!
//! A run goes its way beside the engine's other tasks, which get their turns between its steps.

mod control;
mod feeder;
mod lock;
mod report;
mod run;
mod set;
mod unfinished;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;

use self::control::{Control, Wish};
use self::lock::Lock;
use self::run::{Beginning, Run};
use self::set::PhotoSet;
use self::unfinished::Unfinished;
use super::decoders::Decoders;
use super::outbox::post;
use super::photos::Photos;
use super::shelf::Shelf;
use super::storage::Storage;
use crate::advice::LARGEST_LEARNING_RATE;
use crate::alexnet::Width;
use crate::device::Gpu;
use crate::preprocess::IMAGE_SIZE;
use crate::run::{Mode, TrainingConfig};
use crate::web::protocol::Event;
use crate::web::protocol::training::{Identity, TrainingCommand, TrainingEvent, TrainingOrder};
use crate::weights::ModelFile;

pub use self::run::Ground;

/// Bytes of a photo in the largest tensor of a step: the image with its margins, and a fourth channel for the kernels' sake.
const LARGEST_OF_PHOTO: u64 = (IMAGE_SIZE as u64 + 4).pow(2) * 4 * 4;

/// What the engine knows of training.
#[derive(Clone)]
pub struct Training {
    decoders: Decoders,
    photos: Photos,
    set: Rc<RefCell<PhotoSet>>,
    /// The reins of the run that is under way.
    run: Rc<RefCell<Option<Control>>>,
}

impl Training {
    /// No photos and no run. `photos` are those to classify, which go first.
    pub fn new(decoders: Decoders, photos: Photos) -> Self {
        let set = Rc::new(RefCell::new(PhotoSet::new(decoders.clone())));
        Self { decoders, photos, set, run: Rc::default() }
    }

    /// Does what can be done at once, and gives back what has to take its turn.
    pub fn heed(&self, command: TrainingCommand) -> Option<TrainingCommand> {
        match command {
            TrainingCommand::ForgetPhotos => {
                // A run keeps the set that it has.
                let former = self.set.replace(PhotoSet::new(self.decoders.clone()));
                former.abandon();
            }
            TrainingCommand::AddPhotos { set, photos, look } => self.set.borrow().add(set, photos, look),
            TrainingCommand::Pause => self.wish(Wish::Pause),
            TrainingCommand::GoOn => self.wish(Wish::Run),
            TrainingCommand::Stop => self.wish(Wish::Stop),
            later => return Some(later),
        }
        None
    }

    /// Begins a run.
    pub async fn train(&self, order: TrainingOrder, ground: Ground, storage: &Storage, shelf: &Shelf) {
        let checks = [check(&order), check_size(&order, &ground.start), check_batch(&order, ground.gpu.as_ref())];
        if let Err(message) = checks.into_iter().collect::<Result<(), _>>() {
            return tell(TrainingEvent::Refused(message));
        }
        let Some(lock) = self.lock().await else { return };
        let unfinished = Unfinished::new(storage.clone());
        // Where there is no room, each epoch says so.
        let _ = unfinished.begin(&order).await;
        tell(TrainingEvent::Unfinished(None));
        let run = (order, ground, unfinished, shelf.clone());
        self.launch(run, Beginning::New, lock);
    }

    /// Goes on with the unfinished run, if these photos are its photos.
    pub async fn resume(&self, photos: Vec<Identity>, ground: Ground, storage: &Storage, shelf: &Shelf) {
        let Some(lock) = self.lock().await else { return };
        let unfinished = Unfinished::new(storage.clone());
        let beginning = async {
            let order = unfinished.order().await?;
            same_photos(&order, photos)?;
            let ground = match unfinished.frozen().await? {
                Some(frozen) => Ground { start: Rc::new(frozen), ..ground },
                None => ground,
            };
            Ok((order, ground, Beginning::Checkpoint(unfinished.checkpoint().await?)))
        };
        match beginning.await {
            Ok((order, ground, beginning)) => {
                self.launch((order, ground, unfinished.clone(), shelf.clone()), beginning, lock);
            }
            Err(message) => tell(TrainingEvent::Refused(message)),
        }
    }

    /// The right to train; where there is none, the page is told.
    async fn lock(&self) -> Option<Lock> {
        if self.is_running() {
            tell(TrainingEvent::Refused(t!("engine.run_under_way").into()));
            return None;
        }
        let lock = Lock::take().await;
        if lock.is_none() {
            tell(TrainingEvent::Refused(t!("engine.run_in_other_tab").into()));
        }
        lock
    }

    fn launch(
        &self,
        (order, ground, unfinished, shelf): (TrainingOrder, Ground, Unfinished, Shelf),
        beginning: Beginning,
        lock: Lock,
    ) {
        let control = Control::new(self.photos.clone());
        let run = Run::new(order, ground, self.set.borrow().clone(), control.clone(), unfinished, shelf);
        self.run.replace(Some(control));
        let reins = Rc::clone(&self.run);
        spawn_local(async move {
            run.go(beginning).await;
            reins.replace(None);
            drop(lock);
        });
    }

    fn is_running(&self) -> bool {
        self.run.borrow().is_some()
    }

    fn wish(&self, wish: Wish) {
        if let Some(control) = &*self.run.borrow() {
            control.wish(wish);
        }
    }
}

/// Tells the page of the run that can be gone on with, once nobody else is at it.
pub async fn tell_unfinished(storage: Storage) {
    let Some(_lock) = Lock::wait().await else { return };
    let unfinished = Unfinished::new(storage);
    let run = unfinished.describe().await;
    if run.is_none() {
        // What a run leaves that was broken off before its first epoch was kept is of no use.
        let _ = unfinished.discard().await;
    }
    tell(TrainingEvent::Unfinished(run));
}

/// Forgets the run that can be gone on with.
pub async fn discard_unfinished(storage: &Storage) {
    match Lock::take().await {
        Some(_lock) => {
            let discarded = Unfinished::new(storage.clone()).discard().await;
            tell(match discarded {
                Ok(()) => TrainingEvent::Unfinished(None),
                Err(message) => TrainingEvent::ModelsFailed(message),
            });
        }
        None => tell(TrainingEvent::ModelsFailed(t!("engine.goes_on_in_other_tab").into())),
    }
}

/// Tells the page.
pub fn tell(event: TrainingEvent) {
    post(&Event::Training(event));
}

/// Why this page does not train so much: with its gradients and Adam's memory, a network of full width takes four times its
/// own 244 MB on the GPU or in this program.
fn check_size(order: &TrainingOrder, start: &ModelFile) -> Result<(), String> {
    match (order.config.mode, start.config().width) {
        (Mode::Full, Width::Full) => Err(t!("engine.full_width_training").into()),
        _ => Ok(()),
    }
}

/// Why the GPU does not take so many photos a step: in one piece, it can hold no more of what the first layer sees.
fn check_batch(order: &TrainingOrder, gpu: Option<&(Gpu, String)>) -> Result<(), String> {
    let Some((gpu, _)) = gpu else { return Ok(()) };
    let most = gpu.largest_tensor() / LARGEST_OF_PHOTO;
    match order.config.batch_size as u64 {
        size if size > most => Err(t!("engine.batch_too_large", most = most).into()),
        _ => Ok(()),
    }
}

/// What would make a run senseless; the page does not let these pass.
fn check(order: &TrainingOrder) -> Result<(), String> {
    let classes = order.classes.len();
    let config = &order.config;
    if classes < 2 {
        return Err(t!("engine.two_classes").into());
    }
    if order.train.is_empty() {
        return Err(t!("engine.none_to_learn_from").into());
    }
    if order.train.iter().chain(&order.validation).any(|photo| photo.class >= classes) {
        return Err(t!("engine.other_version").into());
    }
    let is_rate = TrainingConfig::is_rate(config.learning_rate) && config.learning_rate <= LARGEST_LEARNING_RATE;
    if config.epochs == 0 || config.batch_size == 0 || !is_rate {
        return Err(t!("engine.bad_settings").into());
    }
    Ok(())
}

/// Whether the photos of a run are all among `photos`, unchanged.
fn same_photos(order: &TrainingOrder, photos: Vec<Identity>) -> Result<(), String> {
    let found: HashMap<String, String> = photos.into_iter().map(|photo| (photo.path, photo.content)).collect();
    let differs = |path: &str, content: &str| found.get(path).is_none_or(|found| found != content);
    let ours = order.train.iter().chain(&order.validation).map(|photo| &photo.photo);
    let other: Vec<&str> =
        ours.filter(|photo| differs(&photo.path, &photo.content)).map(|photo| photo.path.as_str()).collect();
    match other[..] {
        [] => Ok(()),
        [first, ..] => Err(match other.len() - 1 {
            0 => t!("engine.other_photo", first = first),
            1 => t!("engine.two_other_photos", first = first),
            others => t!("engine.other_photos", first = first, others = others),
        }
        .into()),
    }
}
