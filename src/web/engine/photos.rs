//! The queue of photos: waiting, at a decoder, decoded.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use web_sys::Blob;

use super::Task;
use super::outbox::post;
use super::pace::LARGEST_BATCH;
use super::pool::{DecoderNumber, Outcome, Pool, Sign};
use crate::preprocess::Pixels;
use crate::web::decoder::DecodedPhoto;
use crate::web::protocol::{Event, PhotoId, PhotoToClassify};

/// How many photos are decoded ahead of the network.
const AHEAD: usize = 2 * LARGEST_BATCH;

/// The photos that are not answered yet.
#[derive(Clone)]
pub struct Photos {
    queue: Rc<RefCell<Queue>>,
    tasks: UnboundedSender<Task>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<PhotoToClassify>,
    decoded: VecDeque<(Photo, Pixels)>,
    /// The decoders, from the engine's start on.
    pool: Option<Pool>,
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
}

/// A decoded photo, without its pixels.
pub struct Photo {
    /// The page's name for it.
    pub id: PhotoId,
    /// A small JPEG of it.
    pub thumbnail: Blob,
    /// The time that decoding took, in milliseconds.
    pub milliseconds: f64,
}

impl Photos {
    /// No photos. Each one that is decoded becomes a [`Task::Classify`].
    pub fn new(tasks: UnboundedSender<Task>) -> Self {
        Self { queue: Rc::default(), tasks }
    }

    /// Has photos decoded by workers that run the script at `url`. The first starts at once, to be there when needed.
    pub fn decode_with(&self, url: String) {
        let photos = self.clone();
        let mut pool = Pool::new(url, move |decoder, sign| photos.hear(decoder, sign));
        // Where it does not start, the first photo tries again and says so.
        let _ = pool.grow(1);
        self.queue.borrow_mut().pool = Some(pool);
        self.advance();
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
        queue.generation = queue.generation.wrapping_add(1);
        if let Some(pool) = &mut queue.pool {
            pool.forget();
        }
    }

    /// Takes what is decoded by now, at most `largest` photos; `None` where there is nothing.
    pub fn next_batch(&self, largest: usize) -> Option<Batch> {
        let batch = {
            let mut queue = self.queue.borrow_mut();
            let count = queue.decoded.len().min(largest);
            let (photos, pixels) = queue.decoded.drain(..count).unzip();
            Batch { pixels, photos, generation: queue.generation }
        };
        self.advance();
        (!batch.photos.is_empty()).then_some(batch)
    }

    /// Whether the photos of this batch have not been forgotten.
    pub fn still_wanted(&self, batch: &Batch) -> bool {
        batch.generation == self.queue.borrow().generation
    }

    fn hear(&self, decoder: DecoderNumber, sign: Sign) {
        let outcome = match &mut self.queue.borrow_mut().pool {
            Some(pool) => pool.hear(decoder, sign),
            None => return,
        };
        match outcome {
            Outcome::None => {}
            Outcome::Done(id, Ok(photo)) => self.take(id, photo),
            Outcome::Done(id, Err(message)) => post(&Event::PhotoFailed { id, message }),
            Outcome::NoDecoder(message) => self.give_up_first(message),
        }
        self.advance();
    }

    fn take(&self, id: PhotoId, photo: DecodedPhoto) {
        let Some(pixels) = Pixels::from_bytes(photo.pixels.to_vec()) else {
            let message = "the photo's decoder is of another version than the page; reload the page".into();
            return post(&Event::PhotoFailed { id, message });
        };
        let photo = Photo { id, thumbnail: photo.thumbnail, milliseconds: photo.milliseconds };
        self.queue.borrow_mut().decoded.push_back((photo, pixels));
        // Without a receiver the engine has already said that it cannot go on.
        let _ = self.tasks.unbounded_send(Task::Classify);
    }

    /// Fails the photo that has waited longest; each of the others tries anew.
    fn give_up_first(&self, message: String) {
        let photo = self.queue.borrow_mut().waiting.pop_front();
        if let Some(PhotoToClassify { id, .. }) = photo {
            post(&Event::PhotoFailed { id, message });
        }
    }

    /// Keeps the decoders at work.
    fn advance(&self) {
        loop {
            let outcome = self.queue.borrow_mut().hand_out();
            match outcome {
                Ok(()) => return,
                Err(message) => self.give_up_first(message),
            }
        }
    }
}

impl Queue {
    /// Hands waiting photos to free decoders, as far ahead of the network as is allowed, and has more decoders started
    /// if photos still wait.
    fn hand_out(&mut self) -> Result<(), String> {
        let Some(pool) = &mut self.pool else {
            return Ok(());
        };
        let room = AHEAD.saturating_sub(self.decoded.len() + pool.busy());
        for _ in 0..room {
            match self.waiting.front() {
                Some(photo) if pool.give(photo) => self.waiting.pop_front(),
                _ => break,
            };
        }
        pool.grow(self.waiting.len())
    }
}
