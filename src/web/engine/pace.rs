//! How many photos go through the network at a time.

use web_time::Duration;

/// The most photos in one batch.
pub const LARGEST_BATCH: usize = 8;
/// How long a batch may take: answers come one batch at a time, and on the CPU no command is heard meanwhile.
const PATIENCE: Duration = Duration::from_millis(300);

/// The size of the batches, by how fast the device turns out to be: a GPU takes full ones, a slow processor one photo.
#[derive(Default)]
pub struct Pace {
    /// What a photo took in the last batch.
    photo: Option<Duration>,
}

impl Pace {
    /// How many photos the next batch may have.
    pub fn batch(&self) -> usize {
        let Some(photo) = self.photo else {
            return 1;
        };
        let fitting = PATIENCE.as_secs_f64() / photo.as_secs_f64();
        (fitting as usize).clamp(1, LARGEST_BATCH)
    }

    /// Takes note of how long each photo of a batch took.
    pub fn took(&mut self, photo: Duration) {
        self.photo = Some(photo);
    }
}
