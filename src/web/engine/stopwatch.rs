//! How long the parts of some work take: on the GPU by its own clock, on the CPU by the engine's.

use std::pin::Pin;
use std::time::Duration;

use web_time::Instant;

use crate::device::{Gpu, Timing};

/// A clock that is read after each part.
pub struct Stopwatch {
    clock: Clock,
    laps: Vec<(&'static str, Lap)>,
}

enum Clock {
    /// It is given its work long before it does it.
    Gpu {
        gpu: Gpu,
        timing: Option<Timing>,
    },
    Cpu(Instant),
}

/// A part's time, where it is known.
type Lap = Pin<Box<dyn Future<Output = Option<Duration>>>>;

impl Stopwatch {
    /// Begins with the first part, on this GPU or else on the CPU.
    pub fn start(gpu: Option<Gpu>) -> Self {
        let clock = match gpu {
            Some(gpu) => Clock::Gpu { timing: Some(gpu.time()), gpu },
            None => Clock::Cpu(Instant::now()),
        };
        Self { clock, laps: Vec::new() }
    }

    /// Ends a part, and begins with the next.
    pub fn lap(&mut self, part: &'static str) {
        let lap: Lap = match &mut self.clock {
            Clock::Gpu { gpu, timing } => {
                let ended = timing.take().map(Timing::end);
                *timing = Some(gpu.time());
                Box::pin(async { ended?.await })
            }
            Clock::Cpu(begin) => {
                let elapsed = begin.elapsed();
                *begin = Instant::now();
                Box::pin(async move { Some(elapsed) })
            }
        };
        self.laps.push((part, lap));
    }

    /// The milliseconds of the parts of which they are known.
    pub async fn laps(self) -> Vec<(String, f64)> {
        let mut all = Vec::new();
        for (part, lap) in self.laps {
            if let Some(time) = lap.await {
                all.push((part.to_owned(), time.as_secs_f64() * 1e3));
            }
        }
        all
    }
}
