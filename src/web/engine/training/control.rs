//! What the visitor wants of a run that is under way, and whose turn it is.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use web_time::{Duration, Instant};

use super::super::photos::Photos;
use super::tell;
use crate::web::protocol::training::TrainingEvent;

/// How long the run may compute before others get a turn.
const TURN: Duration = Duration::from_millis(30);
/// How often a run that is held looks whether it may go on, in milliseconds.
const PAUSED_LOOK: u32 = 30;

/// The visitor's wish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// That the run goes on.
    #[default]
    Run,
    /// That it waits.
    Pause,
    /// That it ends.
    Stop,
}

/// The reins of a run.
#[derive(Clone)]
pub struct Control {
    wish: Rc<Cell<Wish>>,
    /// Photos to classify go before training.
    photos: Photos,
    last_turn: Rc<Cell<Instant>>,
    idle: Rc<Cell<Duration>>,
}

impl Control {
    /// Those of a new run.
    pub fn new(photos: Photos) -> Self {
        Self { wish: Rc::default(), photos, last_turn: Rc::new(Cell::new(Instant::now())), idle: Rc::default() }
    }

    /// Takes a wish; a run that is to end does.
    pub fn wish(&self, wish: Wish) {
        if self.wish.get() != Wish::Stop {
            self.wish.set(wish);
        }
    }

    /// Whether the run is to end.
    pub fn stops(&self) -> bool {
        self.wish.get() == Wish::Stop
    }

    /// Time that the run was not at work, being held or giving way.
    pub fn idle(&self) -> Duration {
        self.idle.get()
    }

    /// Called at each step: lets messages in now and then, photos to classify go first, and holds the run while that is
    /// wished.
    pub async fn turn(&self) {
        if self.last_turn.get().elapsed() < TURN && self.wish.get() != Wish::Pause {
            return;
        }
        let start = Instant::now();
        TimeoutFuture::new(0).await;
        while !self.photos.is_empty() && !self.stops() {
            TimeoutFuture::new(1).await;
        }
        if self.wish.get() == Wish::Pause {
            tell(TrainingEvent::Paused);
            while self.wish.get() == Wish::Pause {
                TimeoutFuture::new(PAUSED_LOOK).await;
            }
            if !self.stops() {
                tell(TrainingEvent::WentOn);
            }
        }
        self.idle.set(self.idle.get() + start.elapsed());
        self.last_turn.set(Instant::now());
    }
}
