//! The photos that the page wants to train on: their files, what a look at each finds, and their pixels, as far as these
//! are kept.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use js_sys::Uint8Array;
use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;

use super::super::decoders::Decoders;
use super::super::outbox::post;
use crate::loader::Job;
use crate::preprocess::{Framing, Pixels, Preprocessing};
use crate::web::decoder::{Answer, Request, Shrunk, Source};
use crate::web::js;
use crate::web::protocol::training::{PhotoOfSet, TrainingEvent};
use crate::web::protocol::{Event, FileHandle};

/// How many photos are looked at ahead, so that no decoder runs dry.
const LOOKS_AHEAD: usize = 16;
/// Memory for pixels that are kept, in bytes, where the browser tells of no small device.
const LARGEST_BUDGET: usize = 512 << 20;
/// Of each gigabyte of a device's memory, this much may be used for it.
const BUDGET_PER_GIGABYTE: f64 = (128 << 20) as f64;

/// Some photos, found by their paths.
#[derive(Clone)]
pub struct PhotoSet {
    decoders: Decoders,
    state: Rc<RefCell<State>>,
}

struct State {
    files: HashMap<String, FileHandle>,
    /// Each with the page's number for the set.
    to_look_at: VecDeque<(u32, String)>,
    looking: usize,
    kept: Kept,
}

/// Pixels outside of this program's memory, for the next time that they are asked for.
struct Kept {
    /// Photos to crop, the decoders' work on them saved.
    shrunk: HashMap<String, Shrunk>,
    /// What a network of this preprocessing sees of photos that are shown as they are.
    whole: HashMap<(String, Preprocessing), Uint8Array>,
    bytes: usize,
    budget: usize,
}

impl PhotoSet {
    /// No photos.
    pub fn new(decoders: Decoders) -> Self {
        let kept = Kept { shrunk: HashMap::new(), whole: HashMap::new(), bytes: 0, budget: budget() };
        let state = State { files: HashMap::new(), to_look_at: VecDeque::new(), looking: 0, kept };
        Self { decoders, state: Rc::new(RefCell::new(state)) }
    }

    /// Adds photos; where `look` is asked for, each is answered by [`TrainingEvent::Looked`].
    pub fn add(&self, set: u32, photos: Vec<PhotoOfSet>, look: bool) {
        let mut state = self.state.borrow_mut();
        for PhotoOfSet { path, file } in photos {
            if look {
                state.to_look_at.push_back((set, path.clone()));
            }
            state.files.insert(path, file);
        }
        drop(state);
        self.look();
    }

    /// Ends the looking: nobody wants these photos any more, but perhaps a run that is under way.
    pub fn abandon(&self) {
        self.state.borrow_mut().to_look_at.clear();
    }

    /// A photo's pixels for the network. It is under way whether or not they are awaited.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub fn pixels(&self, job: &Job) -> impl Future<Output = Result<Pixels, String>> + use<> {
        let path = job.sample.path.clone();
        let state = self.state.borrow();
        let framing = job.framing;
        let file = || state.files.get(&path).cloned().map(Source::File);
        let (whole, source) = match framing {
            Framing::Evaluation(preprocessing) => {
                (state.kept.whole.get(&(path.clone(), preprocessing)).cloned(), file())
            }
            Framing::Training(_) => (None, state.kept.shrunk.get(&path).cloned().map(Source::Kept).or_else(file)),
        };
        let asked = match (&whole, source) {
            (None, Some(photo)) => Some(self.decoders.ask(Request::Prepare { photo, framing })),
            _ => None,
        };
        let set = self.clone();
        async move {
            let (pixels, kept) = match (whole, asked) {
                (Some(pixels), _) => (pixels, None),
                (None, None) => return Err(t!("photo.not_given").into()),
                (None, Some(asked)) => match asked.await? {
                    Answer::Prepared { pixels, kept } => (pixels, kept),
                    Answer::Decoded(_) | Answer::Looked(_) => return Err(other_version()),
                },
            };
            match framing {
                Framing::Training(_) => set.keep_shrunk(path, kept),
                Framing::Evaluation(preprocessing) => set.keep_whole((path, preprocessing), &pixels),
            }
            Pixels::from_bytes(pixels.to_vec()).ok_or_else(other_version)
        }
    }

    fn keep_shrunk(&self, path: String, photo: Option<Shrunk>) {
        let kept = &mut self.state.borrow_mut().kept;
        if let Some(photo) = photo
            && kept.has_room(photo.pixels.length())
        {
            kept.shrunk.insert(path, photo);
        }
    }

    fn keep_whole(&self, photo: (String, Preprocessing), pixels: &Uint8Array) {
        let kept = &mut self.state.borrow_mut().kept;
        if !kept.whole.contains_key(&photo) && kept.has_room(pixels.length()) {
            kept.whole.insert(photo, pixels.clone());
        }
    }

    /// Keeps the decoders looking.
    fn look(&self) {
        let mut state = self.state.borrow_mut();
        while state.looking < LOOKS_AHEAD
            && let Some((number, path)) = state.to_look_at.pop_front()
        {
            let Some(file) = state.files.get(&path).cloned() else { continue };
            state.looking += 1;
            let (answer, set) = (self.decoders.ask(Request::Look(file)), self.clone());
            spawn_local(async move {
                let look = match answer.await {
                    Ok(Answer::Looked(look)) => Ok(look),
                    Ok(Answer::Decoded(_) | Answer::Prepared { .. }) => Err(other_version()),
                    Err(message) => Err(message),
                };
                post(&Event::Training(TrainingEvent::Looked { set: number, path, look }));
                set.state.borrow_mut().looking -= 1;
                set.look();
            });
        }
    }
}

impl Kept {
    /// Takes so many bytes of what is left, where that is enough.
    fn has_room(&mut self, bytes: u32) -> bool {
        let bytes = self.bytes + bytes as usize;
        let fits = bytes <= self.budget;
        if fits {
            self.bytes = bytes;
        }
        fits
    }
}

/// How many bytes of pixels may be kept on this device.
fn budget() -> usize {
    let navigator = js::scope().navigator();
    match js::property(&navigator, "deviceMemory").and_then(|gigabytes| gigabytes.as_f64()) {
        Some(gigabytes) => LARGEST_BUDGET.min((gigabytes * BUDGET_PER_GIGABYTE) as usize),
        // Not every browser tells; telephones and tablets say what they are.
        None if navigator.user_agent().is_ok_and(|agent| agent.contains("Mobile")) => LARGEST_BUDGET / 2,
        None => LARGEST_BUDGET,
    }
}

fn other_version() -> String {
    t!("photo.decoder_version").into()
}
