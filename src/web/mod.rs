//! What only the browser needs.

pub mod decoder;
pub mod engine;
pub mod js;
pub mod page;
pub mod protocol;
