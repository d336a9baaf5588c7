//! The decoder workers, shared by all who have photos to read.

use rust_i18n::t;

use super::pool::{self, Pool};
use crate::web::decoder::{Answer, Request};

/// The decoders.
pub type Decoders = Pool<Request>;

impl pool::Request for Request {
    type Answer = Answer;
    const NAME: &str = "decoder";
    // Enough to stay busy while the network computes on the CPU, when nobody can tell them of more.
    const DEPTH: usize = 32;
    const MAX_MEMORY: u32 = 160 << 20;

    /// One processor stays free for the network, and where there are many, half of them: a fast GPU waits for fewer than eight
    /// decoders. Where there are two, one decoder would be slower than the network.
    fn most_workers(processors: usize) -> usize {
        processors.saturating_sub(1).clamp(2, (processors / 2).clamp(4, 8))
    }

    /// Photos whose answers are waited for.
    fn is_urgent(&self) -> bool {
        matches!(self, Self::Classify(..) | Self::Inspect(..))
    }

    fn not_started(why: &str) -> String {
        t!("photo.decoder_not_started", reason = why).into()
    }

    fn crashed(why: &str) -> String {
        t!("photo.decoder_stopped", reason = why).into()
    }
}
