//! The decoder workers: started as they are needed, replaced when they crash or have grown too large.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::web::decoder::{DecodedPhoto, Reply};
use crate::web::js;
use crate::web::protocol::{PhotoId, PhotoToClassify};

/// The most decoders at a time.
const MAX_DECODERS: usize = 4;
/// A decoder that holds more memory than this, in bytes, is ended: it would never give any back.
const MAX_MEMORY: u32 = 160 << 20;

/// One decoder among all there ever were.
pub type DecoderNumber = u32;

/// What a decoder lets hear.
pub enum Sign {
    /// A message.
    Reply(Reply),
    /// It has crashed, or did not start.
    Crash(String),
}

/// What a sign means for the photos.
pub enum Outcome {
    /// Nothing, but that a decoder may be free now.
    None,
    /// A photo is done with; `Err` says cause and remedy.
    Done(PhotoId, Result<DecodedPhoto, String>),
    /// No decoder can be started; cause and remedy.
    NoDecoder(String),
}

/// Takes the signs of all decoders.
type Listener = Rc<dyn Fn(DecoderNumber, Sign)>;

/// Some decoder workers.
pub struct Pool {
    url: String,
    size: usize,
    listener: Listener,
    decoders: Vec<Decoder>,
    next_number: DecoderNumber,
}

struct Decoder {
    number: DecoderNumber,
    state: State,
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Idle,
    /// At work on a photo, or on one that nobody wants any more.
    Busy(Option<PhotoId>),
}

impl Pool {
    /// An empty pool, whose decoders will run the script at `url`; one processor stays free for the network.
    pub fn new(url: String, listener: impl Fn(DecoderNumber, Sign) + 'static) -> Self {
        let processors = js::scope().navigator().hardware_concurrency() as usize;
        let size = processors.saturating_sub(1).clamp(1, MAX_DECODERS);
        Self { url, size, listener: Rc::new(listener), decoders: Vec::new(), next_number: 0 }
    }

    /// How many decoders are at work.
    pub fn busy(&self) -> usize {
        self.decoders.iter().filter(|decoder| matches!(decoder.state, State::Busy(_))).count()
    }

    /// Hands a photo to a free decoder, and says whether there was one.
    pub fn give(&mut self, photo: &PhotoToClassify) -> bool {
        let Some(decoder) = self.decoders.iter_mut().find(|decoder| decoder.state == State::Idle) else {
            return false;
        };
        let message = serde_wasm_bindgen::to_value(&photo.file).expect("a file handle is plain data");
        decoder.worker.post_message(&message).expect("a file handle can be cloned");
        decoder.state = State::Busy(Some(photo.id));
        true
    }

    /// Starts as many decoders as `photos` waiting photos can use.
    ///
    /// # Errors
    /// Cause and remedy where the browser starts none.
    pub fn grow(&mut self, photos: usize) -> Result<(), String> {
        let free = self.decoders.iter().filter(|decoder| !matches!(decoder.state, State::Busy(_))).count();
        let room = self.size.saturating_sub(self.decoders.len());
        for _ in 0..photos.saturating_sub(free).min(room) {
            let decoder = Decoder::start(&self.url, self.next_number, &self.listener)
                .map_err(|exception| not_started(&js::message(&exception)))?;
            self.decoders.push(decoder);
            self.next_number += 1;
        }
        Ok(())
    }

    /// Lets every decoder finish for nobody.
    pub fn forget(&mut self) {
        for decoder in &mut self.decoders {
            if let State::Busy(photo) = &mut decoder.state {
                *photo = None;
            }
        }
    }

    /// Takes note of a sign.
    pub fn hear(&mut self, number: DecoderNumber, sign: Sign) -> Outcome {
        let Some(index) = self.decoders.iter().position(|decoder| decoder.number == number) else {
            return Outcome::None;
        };
        let state = std::mem::replace(&mut self.decoders[index].state, State::Idle);
        let lasts = match &sign {
            Sign::Reply(Reply::Listening) => true,
            Sign::Reply(Reply::Done { memory, .. }) => *memory <= MAX_MEMORY,
            Sign::Crash(_) => false,
        };
        if !lasts {
            self.decoders.swap_remove(index);
        }
        match (state, sign) {
            (State::Busy(Some(id)), Sign::Reply(Reply::Done { photo, .. })) => Outcome::Done(id, photo),
            (State::Busy(Some(id)), Sign::Crash(why)) => Outcome::Done(
                id,
                Err(format!("the photo stopped its decoder, perhaps for want of memory ({why}); save a smaller copy")),
            ),
            (State::Starting, Sign::Crash(why)) => Outcome::NoDecoder(not_started(&why)),
            _ => Outcome::None,
        }
    }
}

fn not_started(why: &str) -> String {
    format!("the decoder of photos did not start ({why}); reload the page")
}

impl Decoder {
    fn start(url: &str, number: DecoderNumber, listener: &Listener) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;

        let hear = listener.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let sign = match serde_wasm_bindgen::from_value(message.data()) {
                Ok(reply) => Sign::Reply(reply),
                Err(error) => Sign::Crash(error.to_string()),
            };
            hear(number, sign);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

        let hear = listener.clone();
        let on_error = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            // Otherwise it would count as an error of the engine itself.
            event.prevent_default();
            hear(number, Sign::Crash(js::message(&event)));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));

        Ok(Self { number, state: State::Starting, worker, _on_message: on_message, _on_error: on_error })
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
