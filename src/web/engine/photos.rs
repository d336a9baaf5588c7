//! A queue of photos for the network: waiting, at a decoder, decoded.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;

use super::decoders::Decoders;
use super::helpers;
use super::outbox::post;
use super::pace::LARGEST_BATCH;
use super::tasks::Task;
use crate::preprocess::{Pixels, Preprocessing};
use crate::web::decoder::{Answer, Request};
use crate::web::protocol::{Event, FileHandle, PhotoId, PhotoToClassify};
use crate::web::thumbnail::Thumbnail;

/// How many photos are decoded ahead of each worker that runs the network: it never waits for them, and of those that it takes
/// last, when there is nothing left to decode and a processor has nothing to do, there are few.
const AHEAD: usize = 3 * LARGEST_BATCH;

/// The photos that are not answered yet.
#[derive(Clone)]
pub struct Photos {
    queue: Rc<RefCell<Queue>>,
    decoders: Decoders,
    /// How many photos are decoded ahead.
    ahead: usize,
    tasks: UnboundedSender<Task>,
    purpose: Purpose,
}

/// What becomes of photos.
#[derive(Clone, Copy)]
pub struct Purpose {
    /// The task to do once one is decoded.
    pub task: fn() -> Task,
    /// What the page is told of one that cannot be read, and why.
    pub failure: fn(PhotoId, String) -> Event,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<PhotoToClassify>,
    /// How many are at a decoder, of those not forgotten.
    decoding: usize,
    decoded: VecDeque<(Photo, Pixels)>,
    /// Whether a task to answer photos waits for its turn.
    called: bool,
    /// That of the network which is to answer.
    preprocessing: Preprocessing,
    /// How often all photos have been forgotten.
    generation: u32,
}

/// Photos that go through the network together.
pub struct Batch {
    /// What the network sees of each.
    pub pixels: Vec<Pixels>,
    /// The rest of each, in the same order.
    pub photos: Vec<Photo>,
    generation: u32,
    preprocessing: Preprocessing,
}

/// A decoded photo, without its pixels.
pub struct Photo {
    /// The page's name for it.
    pub id: PhotoId,
    /// Its file, to decode it once more for another network.
    file: FileHandle,
    /// What is shown of it.
    pub thumbnail: Thumbnail,
    /// The time that decoding took, in milliseconds.
    pub milliseconds: f64,
}

impl Photos {
    /// No photos, and those who decode the ones to come.
    pub fn new(decoders: Decoders, tasks: UnboundedSender<Task>, purpose: Purpose) -> Self {
        Self { queue: Rc::default(), decoders, ahead: AHEAD * helpers::networks(), tasks, purpose }
    }

    /// Puts photos at the end of the queue.
    pub fn add(&self, photos: Vec<PhotoToClassify>) {
        self.queue.borrow_mut().waiting.extend(photos);
        self.advance();
    }

    /// Forgets all photos, those in a batch too.
    pub fn forget(&self) {
        let mut queue = self.queue.borrow_mut();
        queue.waiting.clear();
        queue.decoded.clear();
        queue.decoding = 0;
        queue.generation = queue.generation.wrapping_add(1);
    }

    /// Says for which network photos are decoded from now on; those that were decoded for another are so once more.
    pub fn set_preprocessing(&self, preprocessing: Preprocessing) {
        {
            let mut queue = self.queue.borrow_mut();
            if queue.preprocessing == preprocessing {
                return;
            }
            queue.preprocessing = preprocessing;
            while let Some((Photo { id, file, .. }, _)) = queue.decoded.pop_back() {
                queue.waiting.push_front(PhotoToClassify { id, file });
            }
        }
        self.advance();
    }

    /// How many photos are in the queue.
    pub fn count(&self) -> usize {
        let queue = self.queue.borrow();
        queue.waiting.len() + queue.decoding + queue.decoded.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Puts a batch back, which nobody could answer; not the photos that were forgotten.
    pub fn give_back(&self, batch: Batch) {
        if !self.still_wanted(&batch) {
            return;
        }
        {
            let mut queue = self.queue.borrow_mut();
            for (photo, pixels) in batch.photos.into_iter().zip(batch.pixels).rev() {
                match batch.preprocessing == queue.preprocessing {
                    true => queue.decoded.push_front((photo, pixels)),
                    // By now they are for another network.
                    false => queue.waiting.push_front(PhotoToClassify { id: photo.id, file: photo.file }),
                }
            }
        }
        self.advance();
    }

    /// Has photos answered that are decoded, if there are any, by one task at a time: what else there is to do waits for no
    /// more than a batch.
    pub fn call(&self) {
        let mut queue = self.queue.borrow_mut();
        if !queue.decoded.is_empty() && !mem::replace(&mut queue.called, true) {
            // Without a receiver the engine has already said that it cannot go on.
            let _ = self.tasks.unbounded_send((self.purpose.task)());
        }
    }

    /// To be told when the task's turn has come.
    pub fn heard(&self) {
        self.queue.borrow_mut().called = false;
    }

    /// Takes what is decoded by now, at most `largest` photos; `None` where there is nothing.
    pub fn next_batch(&self, largest: usize) -> Option<Batch> {
        let batch = {
            let mut queue = self.queue.borrow_mut();
            let count = queue.decoded.len().min(largest);
            let (photos, pixels) = queue.decoded.drain(..count).unzip();
            Batch { pixels, photos, generation: queue.generation, preprocessing: queue.preprocessing }
        };
        self.advance();
        (!batch.photos.is_empty()).then_some(batch)
    }

    /// Whether the photos of this batch have not been forgotten.
    pub fn still_wanted(&self, batch: &Batch) -> bool {
        batch.generation == self.queue.borrow().generation
    }

    /// Has waiting photos decoded, as far ahead of the network as is allowed.
    fn advance(&self) {
        let mut queue = self.queue.borrow_mut();
        while queue.decoding + queue.decoded.len() < self.ahead
            && let Some(photo) = queue.waiting.pop_front()
        {
            queue.decoding += 1;
            let (photos, generation, preprocessing) = (self.clone(), queue.generation, queue.preprocessing);
            let answer = self.decoders.ask(Request::Classify(photo.file.clone(), preprocessing));
            spawn_local(async move { photos.take(photo, answer.await, generation, preprocessing) });
        }
    }

    fn take(
        &self,
        photo: PhotoToClassify,
        answer: Result<Answer, String>,
        generation: u32,
        preprocessing: Preprocessing,
    ) {
        let is_for_another = {
            let mut queue = self.queue.borrow_mut();
            if generation != queue.generation {
                return;
            }
            queue.decoding -= 1;
            preprocessing != queue.preprocessing
        };
        if is_for_another {
            self.queue.borrow_mut().waiting.push_front(photo);
        } else {
            let id = photo.id;
            match decoded(photo, answer) {
                Ok(photo) => {
                    self.queue.borrow_mut().decoded.push_back(photo);
                    self.call();
                }
                Err(message) => post(&(self.purpose.failure)(id, message)),
            }
        }
        self.advance();
    }
}

fn decoded(
    PhotoToClassify { id, file }: PhotoToClassify,
    answer: Result<Answer, String>,
) -> Result<(Photo, Pixels), String> {
    match answer? {
        Answer::Decoded(photo) => Pixels::from_bytes(photo.pixels.to_vec())
            .map(|pixels| (Photo { id, file, thumbnail: photo.thumbnail, milliseconds: photo.milliseconds }, pixels)),
        Answer::Looked(_) | Answer::Prepared { .. } => None,
    }
    .ok_or_else(|| t!("photo.decoder_version").into())
}
