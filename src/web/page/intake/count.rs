//! Telling the visitor how far the page is in a large folder.

use std::time::Duration;

use web_time::Instant;

/// The least time between two words; also how long a folder may take before anything is said.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Counts the photos that are found in a folder.
pub struct Count {
    photos: usize,
    tell: Box<dyn Fn(usize)>,
    told: Instant,
}

impl Count {
    /// `tell` hears now and then how many they are so far.
    pub fn new(tell: impl Fn(usize) + 'static) -> Self {
        Self { photos: 0, tell: Box::new(tell), told: Instant::now() }
    }

    /// Counts another one.
    pub fn add(&mut self) {
        self.photos += 1;
        if self.told.elapsed() > TELL_EVERY {
            self.told = Instant::now();
            (self.tell)(self.photos);
        }
    }
}
