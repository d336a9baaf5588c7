//! What a benchmark has measured; the page passes its orders on where its address has `?bench`.

use serde::{Deserialize, Serialize};

/// What is to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The logits of the first test picture.
    Logits,
    /// One run of the network with so many pictures, until their logits are known.
    Inference(usize),
    /// One training step of all layers with so many pictures, until its loss is known.
    FullStep(usize),
    /// One training step of the last layer alone, on the features of so many pictures, until its loss is known.
    HeadStep(usize),
    /// The parts of one run of the network and of one training step of all layers, with so many pictures.
    Parts(usize),
}

/// The answer; in JSON, `{"logits": [...]}`, `{"milliseconds": ...}`, `{"parts": [["...", ...]]}` or `{"error": "..."}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measured {
    /// The logits.
    Logits(Vec<f32>),
    /// The time it took.
    Milliseconds(f64),
    /// How long the parts took, in milliseconds.
    Parts(Vec<(String, f64)>),
    /// Why it could not be done.
    Error(String),
}

impl Order {
    /// An order as it is written: `logits`, `infer-8`, `full-8`, `head-8`, `parts-8`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "logits" {
            return Some(Self::Logits);
        }
        let (kind, count) = text.split_once('-')?;
        let count = count.parse().ok().filter(|&count| count > 0)?;
        match kind {
            "infer" => Some(Self::Inference(count)),
            "full" => Some(Self::FullStep(count)),
            "head" => Some(Self::HeadStep(count)),
            "parts" => Some(Self::Parts(count)),
            _ => None,
        }
    }
}
