//! How long the parts of some work take: on the GPU by its own clock, on the CPU by the engine's.

use std::pin::Pin;
use std::time::Duration;

use burn::backend::{Backend, Dispatch, ProfileOptions, ProfileToken};
use burn::tensor::Device;
use web_time::Instant;

/// A clock that is read after each part of a device's work.
pub struct Stopwatch {
    device: Device,
    part: Begun,
    laps: Vec<(&'static str, Lap)>,
}

/// How a part is timed.
enum Begun {
    /// By the GPU, which is given its work long before it does it.
    OnGpu(ProfileToken),
    At(Instant),
}

/// A part's time, where it is known.
type Lap = Pin<Box<dyn Future<Output = Option<Duration>>>>;

impl Stopwatch {
    /// Begins with the first part.
    pub fn start(device: Device) -> Self {
        Self { part: begin(&device), device, laps: Vec::new() }
    }

    /// Ends a part, and begins with the next.
    pub fn lap(&mut self, part: &'static str) {
        let lap: Lap = match self.part {
            Begun::OnGpu(token) => {
                let time = Dispatch::profile_end(self.device.as_dispatch(), token, ProfileOptions::default());
                Box::pin(async { time.ok()?.resolve().await.map(|ticks| ticks.duration()) })
            }
            Begun::At(begin) => Box::pin(std::future::ready(Some(begin.elapsed()))),
        };
        self.laps.push((part, lap));
        self.part = begin(&self.device);
    }

    /// The milliseconds of the parts of which they are known.
    pub async fn laps(self) -> Vec<(String, f64)> {
        if let Begun::OnGpu(token) = self.part {
            Dispatch::profile_abandon(self.device.as_dispatch(), token);
        }
        let mut all = Vec::new();
        for (part, lap) in self.laps {
            if let Some(time) = lap.await {
                all.push((part.to_owned(), time.as_secs_f64() * 1e3));
            }
        }
        all
    }
}

fn begin(device: &Device) -> Begun {
    match Dispatch::profile_start(device.as_dispatch()) {
        Ok(Some(token)) => Begun::OnGpu(token),
        _ => Begun::At(Instant::now()),
    }
}
