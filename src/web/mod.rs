//! What only the browser needs.

pub mod decoder;
#[cfg(feature = "engine")]
pub mod engine;
pub mod js;
pub mod names;
pub mod page;
pub mod protocol;
pub mod thumbnail;
pub mod worker;
