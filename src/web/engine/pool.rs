//! Pools of workers: started as they are needed, shared by all who have something for them to do, replaced when they crash
//! or have grown too large.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use rust_i18n::t;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::web::js;
use crate::web::worker::Reply;

/// What the workers of a pool are asked for.
pub trait Request: Serialize + 'static {
    /// What they answer.
    type Answer: DeserializeOwned + 'static;
    /// The name of their workers.
    const NAME: &str;
    /// The most requests that a worker is told of at a time.
    const DEPTH: usize;
    /// A worker that holds more memory than this, in bytes, is ended: it would never give any back.
    const MAX_MEMORY: u32;

    /// The most workers where there are so many processors.
    fn most_workers(processors: usize) -> usize;

    /// Whether it goes before others.
    fn is_urgent(&self) -> bool {
        false
    }

    /// What is said where a worker does not start.
    fn not_started(why: &str) -> String;

    /// What is said of a request over which a worker crashed.
    fn crashed(why: &str) -> String;
}

/// Some workers.
pub struct Pool<R: Request>(Rc<RefCell<Inner<R>>>);

struct Inner<R: Request> {
    /// Their script, once it is known.
    url: Option<String>,
    members: Vec<Member<R>>,
    next_number: u32,
    waiting: VecDeque<Job<R>>,
}

struct Job<R: Request> {
    request: R,
    reply: oneshot::Sender<Result<R::Answer, String>>,
}

struct Member<R: Request> {
    number: u32,
    /// Whether its program is loaded.
    listens: bool,
    /// What it was told of and has not answered, in order.
    pending: VecDeque<Job<R>>,
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

/// What a worker lets hear.
enum Sign<A> {
    Reply(Reply<A>),
    /// It has crashed, or did not start.
    Crash(String),
}

impl<R: Request> Clone for Pool<R> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<R: Request> Default for Pool<R> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Inner { url: None, members: Vec::new(), next_number: 0, waiting: VecDeque::new() })))
    }
}

impl<R: Request> Pool<R> {
    /// Takes the workers' script.
    pub fn find(&self, url: String) {
        self.0.borrow_mut().url = Some(url);
        self.advance();
    }

    /// Has so many workers started, within bounds, to be there when needed.
    pub fn warm_up(&self, workers: usize) {
        // Where they do not start, the first request tries again and says so.
        let _ = self.grow(workers);
    }

    /// How many more requests the workers that are up can be told of.
    pub fn room(&self) -> usize {
        let inner = self.0.borrow();
        let up = inner.members.iter().filter(|member| member.listens);
        up.map(|member| R::DEPTH - member.pending.len()).sum::<usize>().saturating_sub(inner.waiting.len())
    }

    /// Ends all workers that have nothing to do, unless something waits for one.
    pub fn rest(&self) {
        let mut inner = self.0.borrow_mut();
        if inner.waiting.is_empty() {
            inner.members.retain(|member| !member.pending.is_empty());
        }
    }

    /// Ends all workers; what they have not answered fails.
    pub fn end(&self) {
        let mut inner = self.0.borrow_mut();
        inner.members.clear();
        inner.waiting.clear();
    }

    /// Has a worker answer a request, after those already waiting, unless it is urgent. It is under way whether or not the
    /// answer is awaited.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub fn ask(&self, request: R) -> impl Future<Output = Result<R::Answer, String>> + use<R> {
        let (reply, answer) = oneshot::channel();
        let job = Job { request, reply };
        {
            let waiting = &mut self.0.borrow_mut().waiting;
            let place = if job.request.is_urgent() {
                waiting.iter().take_while(|job| job.request.is_urgent()).count()
            } else {
                waiting.len()
            };
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
            && self.0.borrow().members.is_empty()
        {
            let message = R::not_started(&js::message(&exception));
            let waiting = std::mem::take(&mut self.0.borrow_mut().waiting);
            waiting.into_iter().for_each(|job| job.answer(Err(message.clone())));
        }
    }

    /// Starts workers until there is one for each of `jobs`, within bounds.
    fn grow(&self, jobs: usize) -> Result<(), JsValue> {
        let size = most_workers::<R>();
        let mut inner = self.0.borrow_mut();
        while inner.members.len() < size.min(jobs) {
            let url = inner.url.as_deref().unwrap_or_default();
            let member = Member::start(url, inner.next_number, Rc::downgrade(&self.0))?;
            inner.members.push(member);
            inner.next_number += 1;
        }
        Ok(())
    }

    /// Takes note of a sign.
    fn hear(&self, number: u32, sign: Sign<R::Answer>) {
        let (job, answer) = {
            let mut inner = self.0.borrow_mut();
            let Some(index) = inner.members.iter().position(|member| member.number == number) else { return };
            let member = &mut inner.members[index];
            match sign {
                Sign::Reply(Reply::Listening) => {
                    member.listens = true;
                    (None, None)
                }
                Sign::Reply(Reply::Done { answer, memory }) => {
                    let job = member.pending.pop_front();
                    if memory > R::MAX_MEMORY {
                        inner.end(index);
                    }
                    (job, Some(answer))
                }
                Sign::Crash(why) if member.listens => {
                    let job = member.pending.pop_front();
                    inner.end(index);
                    (job, Some(Err(R::crashed(&why))))
                }
                // The request that has waited longest fails; each of the others tries anew.
                Sign::Crash(why) => {
                    inner.end(index);
                    (inner.waiting.pop_front(), Some(Err(R::not_started(&why))))
                }
            }
        };
        if let (Some(job), Some(answer)) = (job, answer) {
            job.answer(answer);
        }
        self.advance();
    }
}

/// The most workers on this machine.
pub fn most_workers<R: Request>() -> usize {
    R::most_workers(js::scope().navigator().hardware_concurrency() as usize)
}

impl<R: Request> Inner<R> {
    /// Requests without an answer.
    fn jobs(&self) -> usize {
        self.waiting.len() + self.members.iter().map(|member| member.pending.len()).sum::<usize>()
    }

    /// Tells the workers of what waits, each time the one with the least to do.
    fn hand_out(&mut self) {
        while let Some(job) = self.waiting.front() {
            if job.reply.is_canceled() {
                self.waiting.pop_front();
                continue;
            }
            let free = self.members.iter_mut().filter(|member| member.listens && member.pending.len() < R::DEPTH);
            let Some(member) = free.min_by_key(|member| member.pending.len()) else { return };
            let message = serde_wasm_bindgen::to_value(&job.request).expect("requests are plain data");
            member.worker.post_message(&message).expect("files and pixels can be cloned");
            member.pending.extend(self.waiting.pop_front());
        }
    }

    /// Ends a worker; what it has not answered waits again, before all else.
    fn end(&mut self, index: usize) {
        let mut member = self.members.swap_remove(index);
        while let Some(job) = member.pending.pop_back() {
            self.waiting.push_front(job);
        }
    }
}

impl<R: Request> Job<R> {
    fn answer(self, answer: Result<R::Answer, String>) {
        // Nobody may wait for it any more.
        let _ = self.reply.send(answer);
    }
}

impl<R: Request> Member<R> {
    fn start(url: &str, number: u32, pool: Weak<RefCell<Inner<R>>>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(R::NAME);
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

impl<R: Request> Drop for Member<R> {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
