//! The worker in which an engine runs.

use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

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
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Engine {
    /// Starts the worker of this script; `on_news` hears what it says.
    ///
    /// # Errors
    /// The browser's exception where it starts no workers.
    pub fn start(url: &str, on_news: impl Fn(News) + Clone + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;

        let tell = on_news.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            tell(match serde_wasm_bindgen::from_value(message.data()) {
                Ok(event) => News::Event(Box::new(event)),
                Err(error) => News::Died(t!("bridge.not_understood", reason = error).into()),
            });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            on_news(News::Died(if message.is_empty() { t!("bridge.no_details").into() } else { message }));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));

        Ok(Self { worker, listens: false, ready: false, _on_message: on_message, _on_error: on_error })
    }

    /// Posts a command; nothing before the engine listens.
    pub fn post(&self, command: &Command) {
        let message = serde_wasm_bindgen::to_value(command).expect("commands hold only plain values and files");
        self.worker.post_message(&message).expect("plain values and files can be cloned");
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
