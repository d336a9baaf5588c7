//! The decoder workers: started as they are needed, shared by all who have photos to read, replaced when they crash or
//! have grown too large.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use rust_i18n::t;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::language::Language;
use crate::web::decoder::{Answer, Reply, Request};
use crate::web::js;

/// The most decoders at a time.
const MAX_DECODERS: usize = 4;
/// The most requests that a decoder is told of at a time: enough to stay busy while the network computes on the CPU, when
/// nobody can tell it of more.
const DEPTH: usize = 32;
/// A decoder that holds more memory than this, in bytes, is ended: it would never give any back.
const MAX_MEMORY: u32 = 160 << 20;

/// Some decoder workers.
#[derive(Clone, Default)]
pub struct Pool(Rc<RefCell<Inner>>);

#[derive(Default)]
struct Inner {
    /// The decoder's script, once it is known.
    url: Option<String>,
    decoders: Vec<Decoder>,
    next_number: u32,
    waiting: VecDeque<Job>,
}

struct Job {
    request: Request,
    reply: oneshot::Sender<Result<Answer, String>>,
}

struct Decoder {
    number: u32,
    /// Whether its program is loaded.
    listens: bool,
    /// What it was told of and has not answered, in order.
    pending: VecDeque<Job>,
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

/// What a decoder lets hear.
enum Sign {
    Reply(Reply),
    /// It has crashed, or did not start.
    Crash(String),
}

impl Pool {
    /// Takes the decoder's script; the first decoder starts at once, to be there when needed.
    pub fn start(&self, url: String) {
        self.0.borrow_mut().url = Some(url);
        // Where it does not start, the first request tries again and says so.
        let _ = self.grow(1);
        self.advance();
    }

    /// Has a decoder answer a request, after those already waiting; photos whose answers are waited for go first. It is
    /// under way whether or not the answer is awaited.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub fn ask(&self, request: Request) -> impl Future<Output = Result<Answer, String>> + use<> {
        let (reply, answer) = oneshot::channel();
        let job = Job { request, reply };
        {
            let waiting = &mut self.0.borrow_mut().waiting;
            let place =
                if job.is_urgent() { waiting.iter().take_while(|job| job.is_urgent()).count() } else { waiting.len() };
            waiting.insert(place, job);
        }
        self.advance();
        async move { answer.await.unwrap_or_else(|_| Err(t!("engine.stopped").into())) }
    }

    /// Hands out what waits, and has as many decoders started as that needs.
    fn advance(&self) {
        if self.0.borrow().url.is_none() {
            return;
        }
        self.0.borrow_mut().hand_out();
        let jobs = self.0.borrow().jobs();
        if let Err(exception) = self.grow(jobs)
            && self.0.borrow().decoders.is_empty()
        {
            let message = not_started(&js::message(&exception));
            let waiting = std::mem::take(&mut self.0.borrow_mut().waiting);
            waiting.into_iter().for_each(|job| job.answer(Err(message.clone())));
        }
    }

    /// Starts decoders until there is one for each of `jobs`, within bounds; one processor stays free for the network.
    fn grow(&self, jobs: usize) -> Result<(), JsValue> {
        let processors = js::scope().navigator().hardware_concurrency() as usize;
        let size = processors.saturating_sub(1).clamp(1, MAX_DECODERS);
        let mut inner = self.0.borrow_mut();
        while inner.decoders.len() < size.min(jobs) {
            let url = inner.url.as_deref().unwrap_or_default();
            let decoder = Decoder::start(url, inner.next_number, Rc::downgrade(&self.0))?;
            inner.decoders.push(decoder);
            inner.next_number += 1;
        }
        Ok(())
    }

    /// Takes note of a sign.
    fn hear(&self, number: u32, sign: Sign) {
        let (job, answer) = {
            let mut inner = self.0.borrow_mut();
            let Some(index) = inner.decoders.iter().position(|decoder| decoder.number == number) else { return };
            let decoder = &mut inner.decoders[index];
            match sign {
                Sign::Reply(Reply::Listening) => {
                    decoder.listens = true;
                    (None, None)
                }
                Sign::Reply(Reply::Done { answer, memory }) => {
                    let job = decoder.pending.pop_front();
                    if memory > MAX_MEMORY {
                        inner.end(index);
                    }
                    (job, Some(answer))
                }
                Sign::Crash(why) if decoder.listens => {
                    let job = decoder.pending.pop_front();
                    inner.end(index);
                    (job, Some(Err(t!("photo.decoder_stopped", reason = why).into())))
                }
                // The request that has waited longest fails; each of the others tries anew.
                Sign::Crash(why) => {
                    inner.end(index);
                    (inner.waiting.pop_front(), Some(Err(not_started(&why))))
                }
            }
        };
        if let (Some(job), Some(answer)) = (job, answer) {
            job.answer(answer);
        }
        self.advance();
    }
}

impl Inner {
    /// Requests without an answer.
    fn jobs(&self) -> usize {
        self.waiting.len() + self.decoders.iter().map(|decoder| decoder.pending.len()).sum::<usize>()
    }

    /// Tells the decoders of what waits, each time the one with the least to do.
    fn hand_out(&mut self) {
        while let Some(job) = self.waiting.front() {
            if job.reply.is_canceled() {
                self.waiting.pop_front();
                continue;
            }
            let free = self.decoders.iter_mut().filter(|decoder| decoder.listens && decoder.pending.len() < DEPTH);
            let Some(decoder) = free.min_by_key(|decoder| decoder.pending.len()) else { return };
            let message =
                serde_wasm_bindgen::to_value(&(Language::spoken(), &job.request)).expect("requests are plain data");
            decoder.worker.post_message(&message).expect("files and pixels can be cloned");
            decoder.pending.extend(self.waiting.pop_front());
        }
    }

    /// Ends a decoder; what it has not answered waits again, before all else.
    fn end(&mut self, index: usize) {
        let mut decoder = self.decoders.swap_remove(index);
        while let Some(job) = decoder.pending.pop_back() {
            self.waiting.push_front(job);
        }
    }
}

impl Job {
    fn is_urgent(&self) -> bool {
        matches!(self.request, Request::Classify(..) | Request::Inspect(..))
    }

    fn answer(self, answer: Result<Answer, String>) {
        // Nobody may wait for it any more.
        let _ = self.reply.send(answer);
    }
}

fn not_started(why: &str) -> String {
    t!("photo.decoder_not_started", reason = why).into()
}

impl Decoder {
    fn start(url: &str, number: u32, pool: Weak<RefCell<Inner>>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;
        let tell = move |sign| {
            if let Some(inner) = pool.upgrade() {
                Pool(inner).hear(number, sign);
            }
        };

        let hear = tell.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            hear(match serde_wasm_bindgen::from_value(message.data()) {
                Ok(reply) => Sign::Reply(reply),
                Err(error) => Sign::Crash(error.to_string()),
            });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

        let on_error = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            // Otherwise it would count as an error of the engine itself.
            event.prevent_default();
            tell(Sign::Crash(js::message(&event)));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));

        Ok(Self {
            number,
            listens: false,
            pending: VecDeque::new(),
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
