//! Which of several choices is the latest: a folder whose files are still listed when others are chosen is wanted no more.

use leptos::prelude::{GetValue, StoredValue, UpdateValue};

/// Counts what was chosen for one purpose.
#[derive(Clone, Copy)]
pub struct Turns(StoredValue<u32>);

/// Something that was chosen.
#[derive(Clone, Copy)]
pub struct Turn {
    turns: Turns,
    number: u32,
}

impl Turns {
    /// Nothing was chosen yet.
    pub fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// Something is chosen now.
    pub fn next(self) -> Turn {
        self.0.update_value(|turns| *turns += 1);
        Turn { turns: self, number: self.0.get_value() }
    }
}

impl Turn {
    /// Whether nothing else was chosen since.
    pub fn is_latest(self) -> bool {
        self.turns.0.get_value() == self.number
    }
}
