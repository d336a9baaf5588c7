//! The worker in which an engine runs.

use js_sys::{Array, Reflect};
use leptos::prelude::window;
use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::language::Told;
use crate::web::js;
use crate::web::protocol::{Command, Event};

/// What comes from a worker.
pub enum News {
    /// What it says.
    Event(Box<Event>),
    /// That it died, and of what.
    Died(String),
}

/// A worker, ended when dropped.
pub struct Engine {
    worker: Worker,
    /// Whether it said that it hears commands.
    pub listens: bool,
    /// Whether it said that it can classify photos.
    pub ready: bool,
    _hear: Closure<dyn Fn(web_sys::Event)>,
}

impl Engine {
    /// Starts the worker of this script, or takes over the one that index.html has started; `on_news` hears what it says.
    ///
    /// # Errors
    /// The browser's exception where it starts no workers.
    pub fn start(url: &str, on_news: impl Fn(News) + 'static) -> Result<Self, JsValue> {
        let (worker, news) = match started(url) {
            Some(started) => started,
            None => {
                let options = WorkerOptions::new();
                options.set_type(WorkerType::Module);
                (Worker::new_with_options(url, &options)?, Array::new())
            }
        };
        let hear = move |event: web_sys::Event| on_news(heard(&event));
        for event in news {
            hear(event.unchecked_into());
        }
        let hear = Closure::<dyn Fn(web_sys::Event)>::new(hear);
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        worker.set_onerror(Some(hear.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(hear.as_ref().unchecked_ref()));
        Ok(Self { worker, listens: false, ready: false, _hear: hear })
    }

    /// Posts a command; nothing before the engine listens.
    pub fn post(&self, command: &Command) {
        let message = serde_wasm_bindgen::to_value(command).expect("commands hold only plain values and files");
        self.worker.post_message(&message).expect("plain values and files can be cloned");
    }
}

/// The worker that index.html has started, if it is of this script, and what came from it until now. After this call, it
/// starts none any more.
fn started(url: &str) -> Option<(Worker, Array)> {
    let window = window();
    let started = js::property(&window, "startedEngine");
    for name in ["startEngine", "startedEngine"] {
        Reflect::set(&window, &name.into(), &JsValue::NULL).expect("the window takes any property");
    }
    let started = started?;
    let worker: Worker = js::property(&started, "worker")?.dyn_into().ok()?;
    if js::property(&started, "url")?.as_string().as_deref() != Some(url) {
        worker.terminate();
        return None;
    }
    Some((worker, js::property(&started, "news")?.dyn_into().ok()?))
}

/// What an event of a worker says.
fn heard(event: &web_sys::Event) -> News {
    if event.type_() != "message" {
        let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
        return News::Died(match message.is_empty() {
            true => Told::of(|| t!("bridge.no_details")).into_all(),
            false => message,
        });
    }
    match serde_wasm_bindgen::from_value(event.unchecked_ref::<MessageEvent>().data()) {
        Ok(event) => News::Event(Box::new(event)),
        Err(error) => News::Died(Told::of(|| t!("bridge.not_understood", reason = error)).into_all()),
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}
